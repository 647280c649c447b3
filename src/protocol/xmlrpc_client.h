/* SPDX-License-Identifier: Apache-2.0 */
/* XML-RPC from the caller's side: methodCall out, methodResponse in. For the
 * client library. */
#ifndef RPC_PROTOCOL_XMLRPC_CLIENT_H
#define RPC_PROTOCOL_XMLRPC_CLIENT_H

#include "core/fault.h"
#include "core/limits.h"
#include "core/value.h"
#include "protocol/writer.h"

/**
 * Write a methodCall.
 * @param method Any text that XML can carry
 * @param params An array, or NULL for none
 * @param nil    Whether <nil/> may be sent
 * @return NULL, or why XML-RPC cannot carry it
 */
const char *rpc_xmlrpc_write_call(rpc_writer_t *out, const char *method,
                                  apr_size_t length,
                                  const rpc_value_t *params, int nil);

/**
 * Read a methodResponse.
 * @param charset    Of the HTTP Content-Type, or NULL
 * @param ret_result The result, in the pool; NULL if the call failed
 * @param ret_fault  The other end's fault, or NULL
 * @return NULL, or a fault: it is no methodResponse, or beyond the limits
 */
rpc_fault_t *rpc_xmlrpc_read_response(const char *bytes, apr_size_t length,
                                      const char *charset,
                                      const rpc_limits_t *limits,
                                      apr_pool_t *pool,
                                      rpc_value_t **ret_result,
                                      rpc_fault_t **ret_fault);

/**
 * Make a fault of a struct with faultCode and faultString (XML-RPC
 * specification, "Fault example"; other members are let pass).
 * @return NULL if it is no such struct
 */
rpc_fault_t *rpc_xmlrpc_fault_of(const rpc_value_t *value, apr_pool_t *pool);

#endif
