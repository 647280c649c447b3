/* SPDX-License-Identifier: Apache-2.0 */
/* The handler table `models`: what the published examples of xmlrpc.server
 * and PyRPC call, beside what calc has. For tests only. */
#include "mod_rpc.h"

static rpc_value_t *is_even(rpc_call_t *call)
{
    return rpc_bool(call, rpc_arg_int(call, 0) % 2 == 0);
}

static rpc_value_t *today(rpc_call_t *call)
{
    return rpc_time(call, apr_time_now());
}

/* The first bytes of a picture stand for the picture. */
static rpc_value_t *python_logo(rpc_call_t *call)
{
    static const char start[] = "\xff\xd8\xff\xe0\0\x10JFIF";

    return rpc_bytes(call, start, sizeof(start));
}

static rpc_value_t *get_data(rpc_call_t *call)
{
    return rpc_string(call, "42");
}

static const rpc_fault_info_t complex_faults[] = {
    { 1, "The result cannot be marshalled." },
    { 0, NULL }
};

static rpc_value_t *complex_sum(rpc_call_t *call)
{
    return rpc_fail(call, 1, "<class 'TypeError'>: cannot marshal <class "
                    "'complex'> objects");
}

static rpc_value_t *do_blah(rpc_call_t *call)
{
    return rpc_arrayv(call, rpc_arg(call, 0), rpc_arg(call, 1),
                      rpc_arg(call, 2), (rpc_value_t *)NULL);
}

static const rpc_method_t methods[] = {
    RPC_METHOD("bool is_even(int n)", is_even, RPC_SAFE,
               "Return whether n is even."),
    RPC_METHOD("time today()", today, RPC_SAFE, "Return the time."),
    RPC_METHOD("time currentTime.getCurrentTime()", today, RPC_SAFE,
               "Return the time."),
    RPC_METHOD("bytes python_logo()", python_logo, RPC_SAFE,
               "Return the bytes of a picture."),
    RPC_METHOD("string getData()", get_data, RPC_SAFE, "Return \"42\"."),
    { "nil complex.add(number x, number y)", complex_sum, RPC_SAFE,
      "Fail as a function does whose result cannot be marshalled.", NULL,
      complex_faults },
    RPC_METHOD("array DoBlah(any a, any b, any c)", do_blah, RPC_SAFE,
               "Return the three arguments."),
    RPC_METHOD_END
};

RPC_HANDLER_MODULE(models, "What published examples call.", methods);
