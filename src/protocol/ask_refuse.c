/* SPDX-License-Identifier: Apache-2.0 */
/* What is answered to a request that never becomes a message: a fault in its
 * protocol, or plain text. For transports that have an HTTP status. */
#include "protocol/ask.h"

#include <string.h>

#include "apr_strings.h"

int rpc_ask_fault_code(int status)
{
    switch (status) {
    case 401:
    case 403:
    case 405:
        return RPC_E_FORBIDDEN;
    case 404:
        return RPC_E_METHOD;
    case 408:
    case 504:
        return RPC_E_TIMEOUT;
    case 413:
        return RPC_E_LIMIT;
    case 503:
        return RPC_E_STOPPING;
    default:
        return status < 500 ? RPC_E_REQUEST : RPC_E_INTERNAL;
    }
}

char *rpc_ask_fault_body(const rpc_protocol_t *protocol,
                         const rpc_options_t *options, int code,
                         const char *text, const char **ret_content_type,
                         apr_size_t *ret_length, apr_pool_t *pool)
{
    rpc_writer_t *out = rpc_writer_create(pool);
    rpc_caller_t nobody;
    rpc_message_t *message;

    if (protocol == NULL) {
        rpc_write_string(out, text);
        rpc_write_char(out, '\n');
        *ret_content_type = "text/plain; charset=utf-8";
        return rpc_writer_take(out, ret_length);
    }
    memset(&nobody, 0, sizeof(nobody));
    message = rpc_message_create(&nobody);
    message->protocol = protocol->name;
    message->options = options;
    message->fault = rpc_fault_make(message->pool, code, "%s", text);
    protocol->encode(message, out);
    *ret_content_type = apr_pstrdup(pool, protocol->content_type(message));
    rpc_message_unref(message);
    return rpc_writer_take(out, ret_length);
}
