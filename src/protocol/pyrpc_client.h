/* SPDX-License-Identifier: Apache-2.0 */
/* PyRPC from the caller's side: method(arguments) out, {'res': ...} in. For
 * the client library. */
#ifndef RPC_PROTOCOL_PYRPC_CLIENT_H
#define RPC_PROTOCOL_PYRPC_CLIENT_H

#include "core/fault.h"
#include "core/limits.h"
#include "core/value.h"
#include "protocol/writer.h"

/** How a call is wrapped. */
enum rpc_pyrpc_form_e {
    RPC_PYRPC_FORM,    /**< request=execute&data=add%282%2C%203%29 */
    RPC_PYRPC_LITERAL  /**< {'req': 'execute', 'data': 'add(2, 3)'} */
};

/**
 * Write a call.
 * @param method     Names joined by dots
 * @param positional An array, or NULL
 * @param named      A struct whose names are Python names, or NULL
 * @param pool       For the text before it is wrapped
 * @return NULL, or why PyRPC cannot carry it
 */
const char *rpc_pyrpc_write_call(rpc_writer_t *out,
                                 enum rpc_pyrpc_form_e form,
                                 const char *method, apr_size_t length,
                                 const rpc_value_t *positional,
                                 const rpc_value_t *named, apr_pool_t *pool);

/**
 * Read an answer: a dict literal with 'res' and 'data', or the same as JSON.
 * @param is_json    What the Content-Type says
 * @param bytes      A NUL follows the last; may be written to
 * @param ret_result The result, in the pool; NULL if the call failed
 * @param ret_fault  The other end's fault, or NULL; without a 'code' it is
 *                   RPC_E_APPLICATION
 * @return NULL, or a fault: it is no such answer, or beyond the limits
 */
rpc_fault_t *rpc_pyrpc_read_answer(char *bytes, apr_size_t length,
                                   int is_json, const rpc_limits_t *limits,
                                   apr_pool_t *pool,
                                   rpc_value_t **ret_result,
                                   rpc_fault_t **ret_fault);

#endif
