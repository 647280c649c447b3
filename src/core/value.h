/* SPDX-License-Identifier: Apache-2.0 */
/* Values: nil bool int double string bytes time array struct, owned by a
 * pool. For everything that makes or reads values inside mod_rpc. */
#ifndef RPC_CORE_VALUE_H
#define RPC_CORE_VALUE_H

#include "mod_rpc.h"

/** The longest text and the most elements that a value can hold. */
#define RPC_VALUE_MAX 0xfffffffeu

/** The name of a member. */
typedef struct rpc_name_t {
    const char *text;    /**< a NUL follows */
    apr_size_t length;
} rpc_name_t;

/* Scalars by value: 16 bytes, returned in registers. */
rpc_value_t rpc_value_nil(void);
rpc_value_t rpc_value_bool(int b);
rpc_value_t rpc_value_int(int64_t n);
rpc_value_t rpc_value_double(double d);
rpc_value_t rpc_value_time(apr_time_t t);

/**
 * A string or bytes that refers to text instead of copying it.
 * @param type   RPC_STRING or RPC_BYTES
 * @param text   Lives as long as the value; a NUL follows its last byte
 * @param length At most RPC_VALUE_MAX
 */
rpc_value_t rpc_value_text(enum rpc_type_e type, const char *text,
                           apr_size_t length);

/** The same with a copy of the text in the pool, NUL added. */
rpc_value_t rpc_value_copy_text(enum rpc_type_e type, const char *text,
                                apr_size_t length, apr_pool_t *pool);

/** An empty RPC_ARRAY or RPC_STRUCT. */
rpc_value_t rpc_value_list(enum rpc_type_e type, apr_pool_t *pool);

/** The same with room for so many elements or members, all in one block. */
rpc_value_t rpc_value_sized_list(enum rpc_type_e type, apr_size_t count,
                                 apr_pool_t *pool);

/** Put a value into the pool, for those who want a pointer. */
rpc_value_t *rpc_value_in_pool(rpc_value_t value, apr_pool_t *pool);

/** Append to an array. Elements are held by value: a list appended is still
 *  the same list. Pointers that rpc_value_at() gave may go stale. */
void rpc_value_append(rpc_value_t *array, rpc_value_t value,
                      apr_pool_t *pool);

/** Make room for `count` elements or members in all. */
void rpc_value_reserve(rpc_value_t *list, apr_size_t count,
                       apr_pool_t *pool);

/**
 * Set a member; a member of that name is replaced in its place.
 * @param name Lives as long as the value, and a NUL follows it
 * @return 1 if it replaced a member, else 0
 */
int rpc_value_set(rpc_value_t *strct, const char *name, apr_size_t length,
                  rpc_value_t value, apr_pool_t *pool);

/** Add a member unless one of that name is there.
 *  @return 1 if it was added, 0 if the name was there already */
int rpc_value_add(rpc_value_t *strct, const char *name, apr_size_t length,
                  rpc_value_t value, apr_pool_t *pool);

/** The number of elements or members; 0 for what is no list. */
apr_size_t rpc_value_count(const rpc_value_t *value);

/** All elements of a list, or members of a struct, one after the other: as
 *  many as rpc_value_count() says, until the list is changed.
 *  @param list An array or a struct */
const rpc_value_t *rpc_value_items(const rpc_value_t *list);

/** The names of a struct's members, in their order. */
const rpc_name_t *rpc_value_names(const rpc_value_t *strct);

/** Element i of an array, or NULL. */
rpc_value_t *rpc_value_at(const rpc_value_t *array, apr_size_t i);

/** Member i of a struct in its order, or NULL. The name ends with NUL. */
rpc_value_t *rpc_value_member(const rpc_value_t *strct, apr_size_t i,
                              const char **ret_name,
                              apr_size_t *ret_length);

/** The member of that name, or NULL. Constant time in large structs, also
 *  when the names were chosen to collide (the index is keyed by random). */
rpc_value_t *rpc_value_get(const rpc_value_t *strct, const char *name,
                           apr_size_t length);

/** "nil", "bool", "int", "double", "string", "bytes", "time", "array",
 *  "struct". */
const char *rpc_type_name(enum rpc_type_e type);

#endif
