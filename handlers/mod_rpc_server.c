/* SPDX-License-Identifier: Apache-2.0 */
/* The handler table `server`: whether anybody is there, for clients that
 * look for a server and for the demo. */
#include "mod_rpc.h"

static rpc_value_t *ping(rpc_call_t *call)
{
    return rpc_string(call, "pong");
}

/* A null that was sent must come back, but for an optional parameter it
 * means "not given": the arguments as sent tell the two apart. */
static int sent_null(rpc_call_t *call)
{
    return !rpc_arg_given(call, 0) && rpc_count(rpc_call_params(call)) > 0;
}

static rpc_value_t *echo(rpc_call_t *call)
{
    return sent_null(call) ? rpc_nil(call) : rpc_arg(call, 0);
}

static const rpc_method_t methods[] = {
    RPC_METHOD("string ping()", ping, RPC_SAFE, "Return \"pong\"."),
    RPC_METHOD("any echo(any message = \"\")", echo, RPC_SAFE,
               "Return the message as it came."),
    RPC_METHOD_END
};

RPC_HANDLER_MODULE(server, "Whether the server is there.", methods);
