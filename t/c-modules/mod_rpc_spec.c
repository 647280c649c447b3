/* SPDX-License-Identifier: Apache-2.0 */
/* The handler table `spec`: the methods of the JSON-RPC specification and
 * those that the test vectors assume. For tests only. */
#include "mod_rpc.h"

static rpc_value_t *subtract(rpc_call_t *call)
{
    return rpc_int(call, rpc_arg_int(call, 0) - rpc_arg_int(call, 1));
}

static rpc_value_t *add(rpc_call_t *call)
{
    return rpc_int(call, rpc_arg_int(call, 0) + rpc_arg_int(call, 1));
}

static rpc_value_t *sum(rpc_call_t *call)
{
    const rpc_value_t *values = rpc_arg(call, 0);
    int64_t whole = 0;
    double fraction = 0;
    int is_double = 0;
    size_t i;

    for (i = 0; i < rpc_count(values); i++) {
        const rpc_value_t *value = rpc_at(values, i);

        if (rpc_type(value) == RPC_DOUBLE) {
            is_double = 1;
            fraction += rpc_as_double(value);
        }
        else if (__builtin_add_overflow(whole, rpc_as_int(value), &whole)) {
            return rpc_fail(call, RPC_E_APPLICATION, "integer overflow");
        }
    }
    return is_double ? rpc_double(call, (double)whole + fraction)
                     : rpc_int(call, whole);
}

static rpc_value_t *take_anything(rpc_call_t *call)
{
    return rpc_nil(call);
}

static rpc_value_t *get_data(rpc_call_t *call)
{
    return rpc_arrayv(call, rpc_string(call, "hello"), rpc_int(call, 5),
                      (rpc_value_t *)NULL);
}

static rpc_value_t *echo(rpc_call_t *call)
{
    return rpc_arg(call, 0);
}

static rpc_value_t *boom(rpc_call_t *call)
{
    return rpc_fail(call, RPC_E_INTERNAL, "boom");
}

static rpc_value_t *fail(rpc_call_t *call)
{
    return rpc_fail(call, 4, "Too many parameters.");
}

static const rpc_fault_info_t fail_faults[] = {
    { 4, "Too many parameters." },
    { 0, NULL }
};

static const rpc_method_t methods[] = {
    RPC_METHOD("int subtract(int minuend, int subtrahend)", subtract,
               RPC_SAFE, "Return minuend - subtrahend."),
    RPC_METHOD("number sum(number values...)", sum, RPC_SAFE,
               "Return the sum of all arguments."),
    RPC_METHOD("nil update(any values...)", take_anything, RPC_SAFE,
               "Take anything and do nothing."),
    RPC_METHOD("nil notify_hello(any values...)", take_anything, 0,
               "Take anything and do nothing."),
    RPC_METHOD("nil notify_sum(any values...)", take_anything, 0,
               "Take anything and do nothing."),
    RPC_METHOD("array get_data()", get_data, 0, "Return [\"hello\", 5]."),
    RPC_METHOD("any echo(any x = nil)", echo, RPC_SAFE,
               "Return the argument as it came."),
    RPC_METHOD("nil boom()", boom, 0, "Fail with an internal error."),
    RPC_METHOD("int add(int x, int y)", add, RPC_SAFE, "Return x + y."),
    { "nil fail(any values...)", fail, 0, "Fail with code 4.", NULL,
      fail_faults },
    RPC_METHOD("nil write_something(any values...)", take_anything, 0,
               "Take anything; has a side effect, as far as anybody knows."),
    RPC_METHOD_END
};

RPC_HANDLER_MODULE(spec, "What the test vectors call.", methods);
