/* SPDX-License-Identifier: Apache-2.0 */
/* XML-RPC from the caller's side: methodCall out, methodResponse in. For the
 * client library. */
#include "protocol/xmlrpc_client.h"

#include <string.h>

#include "protocol/xmlvalue.h"

const char *rpc_xmlrpc_write_call(rpc_writer_t *out, const char *method,
                                  apr_size_t length,
                                  const rpc_value_t *params, int nil)
{
    const char *why = rpc_xml_check_text(method, length);
    apr_size_t i;

    if (why != NULL) {
        return why;
    }
    rpc_write_literal(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                           "<methodCall><methodName>");
    rpc_xml_write_text(out, method, length);
    rpc_write_literal(out, "</methodName><params>");
    for (i = 0; i < rpc_value_count(params); i++) {
        rpc_write_literal(out, "<param>");
        why = rpc_xml_write(out, rpc_value_at(params, i), nil);
        if (why != NULL) {
            return why == rpc_xml_no_nil
                       ? "nil, which XML-RPC has not unless xml_nil is set"
                       : why;
        }
        rpc_write_literal(out, "</param>");
    }
    rpc_write_literal(out, "</params></methodCall>\n");
    return NULL;
}

rpc_fault_t *rpc_xmlrpc_fault_of(const rpc_value_t *value, apr_pool_t *pool)
{
    const rpc_value_t *code;
    const rpc_value_t *text;

    if (rpc_type(value) != RPC_STRUCT) {
        return NULL;
    }
    code = rpc_value_get(value, "faultCode", strlen("faultCode"));
    text = rpc_value_get(value, "faultString", strlen("faultString"));
    if (rpc_type(code) != RPC_INT || rpc_type(text) != RPC_STRING
        || code->u.integer < INT32_MIN || code->u.integer > INT32_MAX) {
        return NULL;
    }
    return rpc_fault_make(pool, (int)code->u.integer, "%s", text->u.text);
}

rpc_fault_t *rpc_xmlrpc_read_response(const char *bytes, apr_size_t length,
                                      const char *charset,
                                      const rpc_limits_t *limits,
                                      apr_pool_t *pool,
                                      rpc_value_t **ret_result,
                                      rpc_fault_t **ret_fault)
{
    rpc_xmlresponse_t response;
    rpc_fault_t *fault = rpc_xml_read_response(bytes, length, charset,
                                               limits, pool, &response);

    if (fault != NULL) {
        return fault;
    }
    if (!response.is_fault) {
        *ret_result = rpc_value_in_pool(response.value, pool);
        *ret_fault = NULL;
        return NULL;
    }
    fault = rpc_xmlrpc_fault_of(&response.value, pool);
    if (fault == NULL) {
        return rpc_fault_make(pool, RPC_E_REQUEST,
                              "a <fault> without faultCode (an int) and"
                              " faultString (a string)");
    }
    *ret_result = NULL;
    *ret_fault = fault;
    return NULL;
}
