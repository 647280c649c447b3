/* SPDX-License-Identifier: Apache-2.0 */
/* Query strings and application/x-www-form-urlencoded bodies, decoded. For
 * the GET forms of jsonrpc and for pyrpc. */
#ifndef RPC_PROTOCOL_FORM_H
#define RPC_PROTOCOL_FORM_H

#include "core/fault.h"
#include "core/limits.h"

typedef struct rpc_field_t {
    const char *name;   /**< decoded, ended by NUL; a NUL may be inside */
    apr_size_t name_length;
    const char *value;
    apr_size_t value_length;
} rpc_field_t;

typedef struct rpc_form_t {
    const rpc_field_t *fields; /**< in their order */
    int count;
} rpc_form_t;

/**
 * Decode: fields end at '&' (';' is data), '+' is a space, %XX a byte. A
 * broken %-escape, invalid UTF-8, more fields than RpcMaxValues or a name
 * above RpcMaxString is a fault. A value is a message of its own: its limits
 * are the protocol's.
 * @param query Query string, or NULL
 * @param body  Body of a form, or NULL; its fields follow the query's
 * @return NULL and the form, or a fault
 */
rpc_fault_t *rpc_form_parse(const char *query, apr_size_t query_length,
                            const char *body, apr_size_t body_length,
                            const rpc_limits_t *limits, apr_pool_t *pool,
                            const rpc_form_t **ret_form);

/** The first field of that name, or NULL. */
const rpc_field_t *rpc_form_get(const rpc_form_t *form, const char *name);

/** How many fields have that name. */
int rpc_form_count(const rpc_form_t *form, const char *name);

#endif
