/* SPDX-License-Identifier: Apache-2.0 */
/* The tables mounted on an endpoint, sealed into one lookup. Filled while the
 * configuration is read, read-only and without a lock afterwards. */
#ifndef RPC_CORE_REGISTRY_H
#define RPC_CORE_REGISTRY_H

#include "apr_tables.h"

#include "core/signature.h"

typedef struct rpc_mount_t rpc_mount_t;

/** One table with its context: what it is mounted as, in one place. */
typedef struct rpc_mounted_t {
    const rpc_table_t *table;
    const char *prefix;         /**< "" or "calc." */
    void *context;              /**< what table->create made */
} rpc_mounted_t;

/** One method under its public name. */
typedef struct rpc_entry_t {
    const char *name;
    const rpc_signature_t *signature;
    const rpc_method_t *method;
    const rpc_mounted_t *mounted;
    unsigned flags;             /**< the method's and the table's */
    unsigned feature;           /**< enum rpc_feature_e it belongs to, or 0 */
} rpc_entry_t;

/** What an endpoint may switch off. */
enum rpc_feature_e {
    RPC_FEATURE_INTROSPECTION = 1,
    RPC_FEATURE_MULTICALL = 2
};

/** The mounts of an endpoint, searched from the inner section outwards. */
typedef struct rpc_registry_t {
    const rpc_mount_t *mount;
    const struct rpc_registry_t *outer;
} rpc_registry_t;

/** An empty mount. */
rpc_mount_t *rpc_mount_create(apr_pool_t *pool);

/**
 * Mount a table (normalized by rpc_table_load()) and its subtables.
 * @param prefix   "" or a prefix with its separator ("blog.")
 * @param reserved Whether `system.` and `rpc.` may be declared (our own)
 * @return NULL, or the error, which names table, method, column
 */
const char *rpc_mount_add(rpc_mount_t *mount, const rpc_table_t *table,
                          const char *prefix, int reserved);

/**
 * A prefix as people write it: "blog" becomes "blog."; "blog:" and the like
 * stay; NULL is none.
 * @return NULL, or what is wrong with it
 */
const char *rpc_prefix_complete(const char *given, apr_pool_t *pool,
                                const char **ret_prefix);

/** What belongs to a feature that an endpoint may switch off: applies to all
 *  that is added afterwards. */
void rpc_mount_set_feature(rpc_mount_t *mount, enum rpc_feature_e feature);

/** A second name for a method; resolved by rpc_mount_seal().
 *  @param where Returned with the error, to say where it stands */
void rpc_mount_alias(rpc_mount_t *mount, const char *name,
                     const char *method, const void *where);

/**
 * Resolve the aliases. Nothing may be added afterwards.
 * @param ret_where That of the alias that failed
 * @return NULL, or the error
 */
const char *rpc_mount_seal(rpc_mount_t *mount, const void **ret_where);

/** What is mounted, in the order of mounting, subtables included; to make
 *  the contexts of. */
int rpc_mount_count(const rpc_mount_t *mount);
rpc_mounted_t *rpc_mount_at(const rpc_mount_t *mount, int i);

/** Find a method: inner mounts first, our own (system.*) last.
 *  @param features What the endpoint offers, enum rpc_feature_e
 *  @return NULL if there is none */
const rpc_entry_t *rpc_registry_find(const rpc_registry_t *registry,
                                     const char *name, apr_size_t length,
                                     unsigned features);

/** The n-th table with a dispatch for that name, or NULL. */
const rpc_mounted_t *rpc_registry_dispatcher(const rpc_registry_t *registry,
                                             const char *name, int n);

/** All methods that can be called, by name, sorted by bytes; hidden ones
 *  too. @return an array of const rpc_entry_t * */
apr_array_header_t *rpc_registry_list(const rpc_registry_t *registry,
                                      unsigned features, apr_pool_t *pool);

#endif
