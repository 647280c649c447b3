/* SPDX-License-Identifier: Apache-2.0 */
/* The tables mounted on an endpoint, sealed into one lookup. For config/,
 * which fills it, and core/call, which looks methods up. */
#include "core/registry.h"

#include <stdlib.h>
#include <string.h>

#include "apr_hash.h"
#include "apr_strings.h"

struct rpc_mount_t {
    apr_pool_t *pool;
    apr_hash_t *entries;         /* public name -> rpc_entry_t */
    apr_array_header_t *mounted; /* rpc_mounted_t * */
    apr_array_header_t *aliases; /* alias_t */
    unsigned feature;
};

typedef struct alias_t {
    const char *name;
    const char *method;
    const void *where;
} alias_t;

rpc_mount_t *rpc_mount_create(apr_pool_t *pool)
{
    rpc_mount_t *mount = apr_pcalloc(pool, sizeof(*mount));

    mount->pool = pool;
    mount->entries = apr_hash_make(pool);
    mount->mounted = apr_array_make(pool, 2, sizeof(rpc_mounted_t *));
    mount->aliases = apr_array_make(pool, 1, sizeof(alias_t));
    return mount;
}

void rpc_mount_set_feature(rpc_mount_t *mount, enum rpc_feature_e feature)
{
    mount->feature = feature;
}

/* NULL, or the error that the name is there already. */
static const char *add_entry(rpc_mount_t *mount, const rpc_entry_t *entry)
{
    const rpc_entry_t *there = apr_hash_get(mount->entries, entry->name,
                                            APR_HASH_KEY_STRING);

    if (there != NULL) {
        return apr_psprintf(mount->pool,
                            "method \"%s\" of table \"%s\" is there already, "
                            "from table \"%s\": mount one of them under a "
                            "prefix", entry->name,
                            entry->mounted->table->name,
                            there->mounted->table->name);
    }
    apr_hash_set(mount->entries, entry->name, APR_HASH_KEY_STRING, entry);
    return NULL;
}

static const char *add_method(rpc_mount_t *mount,
                              const rpc_mounted_t *mounted,
                              const rpc_method_t *method, int reserved)
{
    rpc_entry_t *entry = apr_pcalloc(mount->pool, sizeof(*entry));
    const char *error;
    int column = 0;

    error = rpc_signature_parse(method->prototype, mount->pool,
                                &entry->signature, &column);
    if (error != NULL) {
        return apr_psprintf(mount->pool,
                            "table \"%s\", method \"%s\", column %d: %s",
                            mounted->table->name, method->prototype, column,
                            error);
    }
    if (!reserved) {
        error = rpc_signature_check_name(entry->signature->name,
                                         mount->pool);
        if (error != NULL) {
            return apr_psprintf(mount->pool,
                                "table \"%s\", method \"%s\": %s",
                                mounted->table->name, method->prototype,
                                error);
        }
    }
    entry->name = apr_pstrcat(mount->pool, mounted->prefix,
                              entry->signature->name, NULL);
    entry->method = method;
    entry->mounted = mounted;
    entry->flags = method->flags | mounted->table->flags;
    entry->feature = mount->feature;
    return add_entry(mount, entry);
}

const char *rpc_mount_add(rpc_mount_t *mount, const rpc_table_t *table,
                          const char *prefix, int reserved)
{
    rpc_mounted_t *mounted = apr_pcalloc(mount->pool, sizeof(*mounted));
    const char *error = NULL;
    const rpc_method_t *method;
    int i;

    mounted->table = table;
    mounted->prefix = apr_pstrdup(mount->pool, prefix);
    APR_ARRAY_PUSH(mount->mounted, rpc_mounted_t *) = mounted;

    for (method = table->methods;
         error == NULL && method != NULL && method->prototype != NULL;
         method++) {
        error = add_method(mount, mounted, method, reserved);
    }
    for (i = 0; error == NULL && table->subtables != NULL
                && table->subtables[i] != NULL; i++) {
        const rpc_table_t *sub = table->subtables[i];

        error = rpc_mount_add(mount, sub,
                              apr_pstrcat(mount->pool, prefix, sub->name,
                                          ".", NULL), reserved);
    }
    return error;
}

void rpc_mount_alias(rpc_mount_t *mount, const char *name,
                     const char *method, const void *where)
{
    alias_t *alias = apr_array_push(mount->aliases);

    alias->name = name;
    alias->method = method;
    alias->where = where;
}

const char *rpc_mount_seal(rpc_mount_t *mount, const void **ret_where)
{
    const char *error = NULL;
    int i;

    for (i = 0; i < mount->aliases->nelts; i++) {
        const alias_t *alias = &APR_ARRAY_IDX(mount->aliases, i, alias_t);
        const rpc_entry_t *target = apr_hash_get(mount->entries,
                                                 alias->method,
                                                 APR_HASH_KEY_STRING);

        if (target == NULL) {
            error = apr_psprintf(mount->pool,
                                 "no table of this section has a method "
                                 "\"%s\" that \"%s\" could be a second name "
                                 "for", alias->method, alias->name);
        }
        else {
            rpc_entry_t *entry = apr_pmemdup(mount->pool, target,
                                             sizeof(*entry));

            entry->name = alias->name;
            error = add_entry(mount, entry);
        }
        if (error != NULL) {
            *ret_where = alias->where;
            return error;
        }
    }
    apr_array_clear(mount->aliases); /* sealing again changes nothing */
    return NULL;
}

int rpc_mount_count(const rpc_mount_t *mount)
{
    return mount->mounted->nelts;
}

rpc_mounted_t *rpc_mount_at(const rpc_mount_t *mount, int i)
{
    return APR_ARRAY_IDX(mount->mounted, i, rpc_mounted_t *);
}

static int is_offered(const rpc_entry_t *entry, unsigned features)
{
    return (entry->feature & ~features) == 0;
}

const rpc_entry_t *rpc_registry_find(const rpc_registry_t *registry,
                                     const char *name, apr_size_t length,
                                     unsigned features)
{
    for (; registry != NULL; registry = registry->outer) {
        const rpc_entry_t *entry = apr_hash_get(registry->mount->entries,
                                                name, (apr_ssize_t)length);

        if (entry != NULL && is_offered(entry, features)) {
            return entry;
        }
    }
    return NULL;
}

const rpc_mounted_t *rpc_registry_dispatcher(const rpc_registry_t *registry,
                                             const char *name, int n)
{
    for (; registry != NULL; registry = registry->outer) {
        int i;

        for (i = 0; i < rpc_mount_count(registry->mount); i++) {
            const rpc_mounted_t *mounted = rpc_mount_at(registry->mount, i);

            if (mounted->table->dispatch != NULL
                && strncmp(name, mounted->prefix,
                           strlen(mounted->prefix)) == 0
                && n-- == 0) {
                return mounted;
            }
        }
    }
    return NULL;
}

static int compare_entries(const void *a, const void *b)
{
    const rpc_entry_t *left = *(const rpc_entry_t *const *)a;
    const rpc_entry_t *right = *(const rpc_entry_t *const *)b;

    return strcmp(left->name, right->name);
}

apr_array_header_t *rpc_registry_list(const rpc_registry_t *registry,
                                      unsigned features, apr_pool_t *pool)
{
    apr_array_header_t *list = apr_array_make(pool, 16,
                                              sizeof(rpc_entry_t *));
    apr_hash_t *seen = apr_hash_make(pool);

    for (; registry != NULL; registry = registry->outer) {
        apr_hash_index_t *i = apr_hash_first(pool, registry->mount->entries);

        for (; i != NULL; i = apr_hash_next(i)) {
            const rpc_entry_t *entry = apr_hash_this_val(i);

            if (is_offered(entry, features)
                && apr_hash_get(seen, entry->name,
                                APR_HASH_KEY_STRING) == NULL) {
                apr_hash_set(seen, entry->name, APR_HASH_KEY_STRING, entry);
                APR_ARRAY_PUSH(list, const rpc_entry_t *) = entry;
            }
        }
    }
    qsort(list->elts, list->nelts, list->elt_size, compare_entries);
    return list;
}
