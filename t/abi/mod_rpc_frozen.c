/* SPDX-License-Identifier: Apache-2.0 */
/* A handler as it was built when the ABI was frozen: t/abi/frozen.t compiles
 * it with the headers of t/abi/1, whatever those of the tree have become. */
#include "mod_rpc.h"

#include "apr_strings.h"

static void *make(apr_pool_t *pconf, server_rec *server)
{
    (void)server;
    return apr_pstrdup(pconf, "made");
}

static void before(rpc_call_t *call)
{
    if (rpc_arg_count(call) == 2 && rpc_arg_int(call, 0) == 13) {
        rpc_fail(call, 77, "not 13");
    }
}

static rpc_value_t *add(rpc_call_t *call)
{
    return rpc_int(call, rpc_arg_int(call, 0) + rpc_arg_int(call, 1));
}

/* A little of everything that the header offers. */
static rpc_value_t *facts(rpc_call_t *call)
{
    rpc_value_t *params = rpc_arrayv(call, rpc_int(call, 13), rpc_int(call, 1),
                                     (char *)NULL);
    rpc_value_t *inner = rpc_invoke(call, "add", params);
    int code = rpc_fault(call, NULL);
    rpc_method_info_t info;
    int described = rpc_method_info(call, 0, &info);

    rpc_forgive(call);
    return rpc_structv(
        call, "context", rpc_string(call, rpc_call_context(call)),
        "protocol", rpc_string(call, rpc_call_protocol(call)),
        "transport", rpc_string(call, rpc_call_transport(call)),
        "method", rpc_string(call, rpc_call_method(call)),
        "inner", rpc_bool(call, inner == NULL), "code", rpc_int(call, code),
        "data", rpc_bool(call, rpc_fault_data(call) != NULL),
        "peer", rpc_bool(call, rpc_call_peer(call) != NULL),
        "request", rpc_bool(call, rpc_call_request(call) != NULL),
        "described", rpc_bool(call, described && info.name != NULL),
        "double", rpc_double(call, 1.5), "time", rpc_time(call, 0),
        "bytes", rpc_bytes(call, "\xff", 1), (char *)NULL);
}

static rpc_value_t *later(rpc_call_t *call)
{
    rpc_value_t *promise = rpc_defer(call, apr_time_from_sec(5));

    rpc_complete(call, rpc_string(call, "later"));
    return promise;
}

static rpc_value_t *other(rpc_call_t *call)
{
    return rpc_append(call, rpc_array(call), rpc_call_params(call));
}

static const rpc_fault_info_t faults[] = { { 77, "Not 13." }, { 0, NULL } };

static const rpc_method_t methods[] = {
    { "int add(int x, int y = 1)", add, RPC_SAFE, "Adds.", before, faults },
    RPC_METHOD("struct facts()", facts, 0, NULL),
    RPC_METHOD("string later()", later, RPC_BLOCKING, NULL),
    RPC_METHOD_END
};
static const char *const topics[] = { "news", NULL };

RPC_HANDLER_MODULE(frozen, "As the ABI was frozen.", methods,
                   .title = "Frozen", .create = make, .dispatch = other,
                   .topics = topics);
