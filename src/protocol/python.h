/* SPDX-License-Identifier: Apache-2.0 */
/* The syntax of Python literals: a bounded recursive-descent reader that
 * never evaluates, and Python's repr as writer. For pyrpc. */
#ifndef RPC_PROTOCOL_PYTHON_H
#define RPC_PROTOCOL_PYTHON_H

#include "core/fault.h"
#include "core/limits.h"
#include "core/value.h"
#include "protocol/writer.h"

typedef struct rpc_pycall_t {
    const char *method;
    apr_size_t method_length;
    rpc_value_t positional; /**< an array */
    rpc_value_t named;      /**< a struct */
} rpc_pycall_t;

/**
 * Read "name(literal, ..., name=literal)".
 * @return NULL and the call; or a fault RPC_E_PARSE with line and column,
 *         RPC_E_PARAMS for what has no value here (sets, keys that are no
 *         strings), RPC_E_LIMIT
 */
rpc_fault_t *rpc_python_read_call(const char *text, apr_size_t length,
                                  const rpc_limits_t *limits,
                                  apr_pool_t *pool, rpc_pycall_t *ret_call);

/** Read one literal, the whole text. Faults as above. */
rpc_fault_t *rpc_python_read(const char *text, apr_size_t length,
                             const rpc_limits_t *limits, apr_pool_t *pool,
                             rpc_value_t *ret_value);

/** Write Python's repr of a value (time as the JSON form in a string).
 *  @return NULL, or why it cannot be carried (NaN, invalid UTF-8, depth) */
const char *rpc_python_write(rpc_writer_t *writer, const rpc_value_t *value);

/** Write the repr of a string; valid UTF-8. */
void rpc_python_write_string(rpc_writer_t *writer, const char *text,
                             apr_size_t length);

#endif
