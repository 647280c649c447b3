/* SPDX-License-Identifier: Apache-2.0 */
/* Checks and completes the arguments of a call against a prototype, and the
 * result too. For core/call. */
#ifndef RPC_CORE_ARGUMENTS_H
#define RPC_CORE_ARGUMENTS_H

#include "core/fault.h"
#include "core/signature.h"

/** What a string may stand for, by the syntax that it came in. */
enum rpc_coerce_e {
    RPC_COERCE_NONE,  /**< XML-RPC: has bytes and time of its own */
    RPC_COERCE_TEXT,  /**< JSON, pyrpc: base64 for bytes, RFC 3339 for time */
    RPC_COERCE_QUERY  /**< a query string: "5" for int, "true" for bool ... */
};

/**
 * Bind arguments to parameters: by position, then by name. An int is taken
 * where double is asked (if it is exact); nothing is narrowed. Null for an
 * optional parameter is not given.
 * @param method     The public name, for messages
 * @param positional An array, or NULL
 * @param named      A struct, or NULL
 * @param ret_args   signature->count values; the rest parameter is one array
 * @param ret_given  signature->count bytes, 1 where the caller sent it
 * @return NULL, or a fault RPC_E_PARAMS such as
 *         parameter "x" of add: expected int, got string
 */
rpc_fault_t *rpc_arguments_bind(const rpc_signature_t *signature,
                                const char *method,
                                const rpc_value_t *positional,
                                const rpc_value_t *named,
                                enum rpc_coerce_e coerce, apr_pool_t *pool,
                                rpc_value_t **ret_args,
                                unsigned char **ret_given);

/**
 * Check what a method returned; an exact int becomes a double where the
 * prototype promises one.
 * @return NULL, or what is wrong: "promises int, returned string"
 */
const char *rpc_arguments_check_result(const rpc_signature_t *signature,
                                       rpc_value_t *result,
                                       apr_pool_t *pool);

#endif
