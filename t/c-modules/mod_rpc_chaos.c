/* SPDX-License-Identifier: Apache-2.0 */
/* The handler tables `chaos` and `chaosdispatch`, which misbehave in every
 * way that a handler can. For tests only. */
#include "mod_rpc.h"

#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Results that cannot be, or cannot be carried. */

static rpc_value_t *return_null(rpc_call_t *call)
{
    (void)call;
    return NULL;
}

static rpc_value_t *return_wrong_type(rpc_call_t *call)
{
    return rpc_string(call, "five");
}

static rpc_value_t *return_broken_utf8(rpc_call_t *call)
{
    return rpc_string(call, "good \xc3\x28 bad");
}

static rpc_value_t *return_broken_name(rpc_call_t *call)
{
    return rpc_structv(call, "\xff", rpc_int(call, 1), (char *)NULL);
}

static rpc_value_t *return_nan(rpc_call_t *call)
{
    return rpc_double(call, NAN);
}

static rpc_value_t *return_infinity(rpc_call_t *call)
{
    return rpc_double(call, -INFINITY);
}

static rpc_value_t *return_controls(rpc_call_t *call)
{
    return rpc_string(call, "\x01\x1f\x7f");
}

static rpc_value_t *return_nul(rpc_call_t *call)
{
    return rpc_stringn(call, "a\0b", 3);
}

static rpc_value_t *return_far_time(rpc_call_t *call)
{
    return rpc_time(call, APR_INT64_MAX);
}

static rpc_value_t *return_deep(rpc_call_t *call)
{
    int64_t levels = rpc_arg_int(call, 0);
    rpc_value_t *value = rpc_array(call);

    while (levels > 1) {
        value = rpc_arrayv(call, value, (rpc_value_t *)NULL);
        levels--;
    }
    return value;
}

static rpc_value_t *return_cycle(rpc_call_t *call)
{
    rpc_value_t *array = rpc_array(call);

    rpc_append(call, array, array);
    return rpc_append(call, array, array);
}

static rpc_value_t *return_huge(rpc_call_t *call)
{
    int64_t length = rpc_arg_int(call, 0);
    char *text;

    if (length < 0 || length > 1 << 28) {
        return rpc_fail(call, RPC_E_PARAMS, "expected 0 to 268435456 bytes");
    }
    text = apr_palloc(rpc_call_pool(call), (apr_size_t)length + 1);
    memset(text, 'x', (size_t)length);
    return rpc_stringn(call, text, (size_t)length);
}

static rpc_value_t *fail_with_broken_utf8(rpc_call_t *call)
{
    return rpc_fail(call, 7, "no \xff good");
}

static rpc_value_t *fail_and_return(rpc_call_t *call)
{
    rpc_fail(call, 7, "failed, and returned a value as well");
    return rpc_int(call, 5);
}

static rpc_value_t *fail_with_data(rpc_call_t *call)
{
    return rpc_fail_data(call, 7,
                         rpc_structv(call, "why", rpc_int(call, 1),
                                     (char *)NULL),
                         "failed with data");
}

/* Time, and the life of the process. */

static rpc_value_t *sleeps(rpc_call_t *call)
{
    double seconds = rpc_arg_double(call, 0);

    if (!(seconds >= 0 && seconds <= 60)) {
        return rpc_fail(call, RPC_E_PARAMS, "expected 0 to 60 seconds");
    }
    apr_sleep((apr_interval_time_t)(seconds * APR_USEC_PER_SEC));
    return rpc_double(call, seconds);
}

static rpc_value_t *crash(rpc_call_t *call)
{
    signal(SIGSEGV, SIG_DFL);
    raise(SIGSEGV);
    return rpc_nil(call);
}

static rpc_value_t *pid(rpc_call_t *call)
{
    return rpc_int(call, getpid());
}

/* Answers that come later, from a thread that nobody waits for. */

enum how_e { COMPLETE, FAIL, FAIL_AND_NULL, WRONG_TYPE };

typedef struct later_t {
    rpc_call_t *call;
    apr_interval_time_t delay;
    enum how_e how;
} later_t;

static void *finish_later(void *data)
{
    later_t *later = data;
    rpc_call_t *call = later->call;

    apr_sleep(later->delay);
    switch (later->how) {
    case COMPLETE:
        rpc_complete(call, rpc_arrayv(call, rpc_string(call, "later"),
                                      rpc_arg(call, 0),
                                      rpc_bool(call,
                                               rpc_call_cancelled(call)),
                                      (rpc_value_t *)NULL));
        break;
    case FAIL:
        rpc_complete_fail(call, 7, "failed %s", "later");
        break;
    case FAIL_AND_NULL:
        rpc_complete(call, rpc_fail(call, 7, "failed before completion"));
        break;
    case WRONG_TYPE:
        rpc_complete(call, rpc_string(call, "five"));
        break;
    }
    free(later);
    return NULL;
}

static rpc_value_t *defer_to(rpc_call_t *call, enum how_e how)
{
    double delay = rpc_arg_double(call, 0);
    double limit = rpc_arg_double(call, 1);
    later_t *later = malloc(sizeof(*later));
    rpc_value_t *deferred;
    pthread_t thread;

    if (later == NULL || !(delay >= 0 && delay <= 60)
        || !(limit > 0 && limit <= 60)) {
        free(later);
        return rpc_fail(call, RPC_E_PARAMS, "expected at most 60 seconds");
    }
    later->call = call;
    later->delay = (apr_interval_time_t)(delay * APR_USEC_PER_SEC);
    later->how = how;
    /* From here on the call may be completed at any time. */
    deferred = rpc_defer(call,
                         (apr_interval_time_t)(limit * APR_USEC_PER_SEC));
    if (pthread_create(&thread, NULL, finish_later, later) != 0) {
        free(later);
        rpc_complete_fail(call, RPC_E_INTERNAL, "no thread");
        return deferred;
    }
    pthread_detach(thread);
    return deferred;
}

static rpc_value_t *later(rpc_call_t *call)
{
    return defer_to(call, COMPLETE);
}

static rpc_value_t *later_fail(rpc_call_t *call)
{
    return defer_to(call, FAIL);
}

static rpc_value_t *later_null(rpc_call_t *call)
{
    return defer_to(call, FAIL_AND_NULL);
}

static rpc_value_t *later_wrong_type(rpc_call_t *call)
{
    return defer_to(call, WRONG_TYPE);
}

/* Completed on the spot, before the method has even returned. */
static rpc_value_t *later_at_once(rpc_call_t *call)
{
    rpc_value_t *deferred = rpc_defer(call, APR_USEC_PER_SEC);

    rpc_complete(call, rpc_string(call, "at once"));
    return deferred;
}

/* Calls of calls. */

static rpc_value_t *recurse(rpc_call_t *call)
{
    int64_t times = rpc_arg_int(call, 0);
    rpc_value_t *inner;

    if (times <= 0) {
        return rpc_int(call, 0);
    }
    inner = rpc_invoke(call, rpc_call_method(call),
                       rpc_arrayv(call, rpc_int(call, times - 1),
                                  (rpc_value_t *)NULL));
    return inner == NULL ? NULL : rpc_int(call, rpc_as_int(inner) + 1);
}

static rpc_value_t *invoke(rpc_call_t *call)
{
    return rpc_invoke(call, rpc_arg_string(call, 0), rpc_arg(call, 1));
}

static rpc_value_t *forgive(rpc_call_t *call)
{
    const char *text = NULL;
    int code;
    rpc_value_t *result = rpc_invoke(call, rpc_arg_string(call, 0), NULL);

    if (result != NULL) {
        return result;
    }
    code = rpc_fault(call, &text);
    rpc_forgive(call);
    return rpc_structv(call, "code", rpc_int(call, code), "text",
                       rpc_string(call, text), (char *)NULL);
}

static rpc_value_t *mounted(rpc_call_t *call)
{
    rpc_value_t *list = rpc_array(call);
    rpc_method_info_t info;
    size_t i;

    for (i = 0; i < rpc_method_count(call); i++) {
        if (rpc_method_info(call, i, &info)) {
            rpc_append(call, list, rpc_string(call, info.name));
        }
    }
    return list;
}

/* Arguments. */

static void double_argument(rpc_call_t *call)
{
    rpc_set_arg(call, 0, rpc_int(call, 2 * rpc_arg_int(call, 0)));
}

static void refuse(rpc_call_t *call)
{
    rpc_fail(call, RPC_E_FORBIDDEN, "refused before the method ran");
}

static rpc_value_t *first_argument(rpc_call_t *call)
{
    return rpc_arg(call, 0);
}

static rpc_value_t *must_not_run(rpc_call_t *call)
{
    return rpc_string(call, "ran although `before` refused");
}

static rpc_value_t *log_in(rpc_call_t *call)
{
    return rpc_bool(call, strcmp(rpc_arg_string(call, 1), "sesame") == 0);
}

static rpc_value_t *need(rpc_call_t *call)
{
    return rpc_need(call, rpc_arg(call, 0), "id", RPC_INT);
}

static rpc_value_t *identity(rpc_call_t *call)
{
    return rpc_structv(
        call, "method", rpc_string(call, rpc_call_method(call)), "protocol",
        rpc_string(call, rpc_call_protocol(call)), "transport",
        rpc_string(call, rpc_call_transport(call)), "user",
        rpc_string(call, rpc_call_user(call)), "client_ip",
        rpc_string(call, rpc_call_client_ip(call)), "request",
        rpc_bool(call, rpc_call_request(call) != NULL), "connection",
        rpc_bool(call, rpc_call_connection(call) != NULL), "peer",
        rpc_bool(call, rpc_call_peer(call) != NULL), (char *)NULL);
}

static rpc_value_t *hidden(rpc_call_t *call)
{
    return rpc_nil(call);
}

/* Takes every name that begins with "any." and no other. */
static rpc_value_t *dispatch(rpc_call_t *call)
{
    const char *name = rpc_call_method(call);

    if (strstr(name, "any.") == NULL) {
        return rpc_pass(call);
    }
    if (strstr(name, "any.null") != NULL) {
        return NULL;
    }
    return rpc_structv(call, "method", rpc_string(call, name), "params",
                       rpc_call_params(call), (char *)NULL);
}

static const rpc_method_t methods[] = {
    RPC_METHOD("int null()", return_null, RPC_SAFE, "NULL without a fault."),
    RPC_METHOD("int wrong_type()", return_wrong_type, RPC_SAFE, NULL),
    RPC_METHOD("string broken_utf8()", return_broken_utf8, RPC_SAFE, NULL),
    RPC_METHOD("struct broken_name()", return_broken_name, RPC_SAFE, NULL),
    RPC_METHOD("double nan()", return_nan, RPC_SAFE, NULL),
    RPC_METHOD("double infinity()", return_infinity, RPC_SAFE, NULL),
    RPC_METHOD("string controls()", return_controls, RPC_SAFE, NULL),
    RPC_METHOD("string nul()", return_nul, RPC_SAFE, NULL),
    RPC_METHOD("time far_time()", return_far_time, RPC_SAFE, NULL),
    RPC_METHOD("array deep(int levels)", return_deep, RPC_SAFE, NULL),
    RPC_METHOD("array cycle()", return_cycle, RPC_SAFE,
               "An array that holds itself twice."),
    RPC_METHOD("string huge(int bytes)", return_huge, RPC_SAFE, NULL),
    RPC_METHOD("nil fail_broken()", fail_with_broken_utf8, RPC_SAFE, NULL),
    RPC_METHOD("int fail_and_return()", fail_and_return, RPC_SAFE, NULL),
    RPC_METHOD("nil fail_data()", fail_with_data, RPC_SAFE, NULL),
    RPC_METHOD("double sleeps(double seconds)", sleeps,
               RPC_SAFE | RPC_BLOCKING, NULL),
    RPC_METHOD("nil crash()", crash, 0, "Kill the child process."),
    RPC_METHOD("int pid()", pid, RPC_SAFE, NULL),
    RPC_METHOD("array later(double delay, double limit = 10)", later,
               RPC_SAFE, "Complete from another thread."),
    RPC_METHOD("array later_fail(double delay, double limit = 10)",
               later_fail, RPC_SAFE, NULL),
    RPC_METHOD("array later_null(double delay, double limit = 10)",
               later_null, RPC_SAFE, NULL),
    RPC_METHOD("array later_wrong_type(double delay, double limit = 10)",
               later_wrong_type, RPC_SAFE, NULL),
    RPC_METHOD("string later_at_once()", later_at_once, RPC_SAFE, NULL),
    RPC_METHOD("int recurse(int times)", recurse, RPC_SAFE,
               "Call itself that often."),
    RPC_METHOD("any invoke(string method, any params = nil)", invoke,
               RPC_SAFE, "Call another method."),
    RPC_METHOD("any forgive(string method)", forgive, RPC_SAFE,
               "Call another method and take its fault back."),
    RPC_METHOD("array mounted()", mounted, RPC_SAFE, NULL),
    { "int before_doubles(int n)", first_argument, RPC_SAFE, NULL,
      double_argument, NULL },
    { "string before_refuses()", must_not_run, RPC_SAFE, NULL, refuse, NULL },
    RPC_METHOD("bool login(string user, secret string password)", log_in,
               RPC_SAFE, NULL),
    RPC_METHOD("int need(struct record)", need, RPC_SAFE, NULL),
    RPC_METHOD("struct identity()", identity, RPC_SAFE, NULL),
    RPC_METHOD("nil hidden()", hidden, RPC_SAFE | RPC_HIDDEN, NULL),
    RPC_METHOD_END
};

/* What server_info gets of this table, and of the other: nothing good. */
static rpc_value_t *tell_extra(rpc_call_t *call)
{
    return rpc_structv(call, "chaos", rpc_string(call, "here"), "user",
                       rpc_string(call, rpc_call_user(call)), (char *)NULL);
}

static rpc_value_t *tell_no_struct(rpc_call_t *call)
{
    return rpc_int(call, 1);
}

static const rpc_table_t chaos_table =
    RPC_TABLE(chaos, "Handlers that misbehave.", methods,
              .server_info = tell_extra);

static const rpc_table_t dispatch_table =
    RPC_TABLE(chaosdispatch, "Takes what no table has.", NULL,
              .dispatch = dispatch, .server_info = tell_no_struct);

static void register_hooks(apr_pool_t *pool)
{
    rpc_table_register(&chaos_table, pool);
    rpc_table_register(&dispatch_table, pool);
}

module AP_MODULE_DECLARE_DATA rpc_chaos_module;

AP_DECLARE_MODULE(rpc_chaos) = {
    STANDARD20_MODULE_STUFF, NULL, NULL, NULL, NULL, NULL, register_hooks,
    AP_MODULE_FLAG_NONE
};
