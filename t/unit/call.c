/* SPDX-License-Identifier: Apache-2.0 */
/* Unit test of calls and messages: before, dispatch, deferral on other
 * threads, nesting, lifetimes. For src/core/call.c, message.c and api.c. */
#include "core/call.h"
#include "core/table.h"
#include "tap.h"

#include "apr_general.h"
#include "apr_strings.h"
#include "apr_thread_proc.h"

static apr_pool_t *pool;

static rpc_value_t *add(rpc_call_t *call)
{
    return rpc_int(call, rpc_arg_int(call, 0) + rpc_arg_int(call, 1));
}

static void double_x(rpc_call_t *call)
{
    rpc_set_arg(call, 0, rpc_int(call, 2 * rpc_arg_int(call, 0)));
}

static void refuse(rpc_call_t *call)
{
    rpc_fail(call, 7, "%s", "refused");
}

static rpc_value_t *fail(rpc_call_t *call)
{
    return rpc_fail_data(call, 4, rpc_int(call, 42), "no %s", "way");
}

static rpc_value_t *nothing(rpc_call_t *call)
{
    (void)call;
    return NULL;
}

static rpc_value_t *text(rpc_call_t *call)
{
    return rpc_string(call, "text");
}

/* ---- other threads ---- */

typedef struct task_t {
    rpc_call_t *call;
    apr_interval_time_t delay;
    apr_thread_t *thread;
    apr_status_t outcome;
} task_t;

static task_t tasks[8];
static int task_count;

static void *APR_THREAD_FUNC answer(apr_thread_t *thread, void *baton)
{
    task_t *task = baton;
    rpc_value_t *list = rpc_array(task->call);
    int i;

    (void)thread;
    apr_sleep(task->delay);
    for (i = 0; i < 1000; i++) {
        rpc_append(task->call, list, rpc_int(task->call, i));
    }
    task->outcome = rpc_complete(task->call, list);
    return NULL;
}

/* Answers after x milliseconds; its limit is y milliseconds. */
static rpc_value_t *later(rpc_call_t *call)
{
    task_t *task = &tasks[task_count++];
    rpc_value_t *result = rpc_defer(call, rpc_arg_int(call, 1) * 1000);

    task->call = call;
    task->delay = rpc_arg_int(call, 0) * 1000;
    if (apr_thread_create(&task->thread, NULL, answer, task, pool)
        != APR_SUCCESS) {
        return rpc_fail(call, RPC_E_INTERNAL, "no thread");
    }
    return result;
}

static rpc_value_t *defer_then_fail(rpc_call_t *call)
{
    rpc_defer(call, 1000000);
    return rpc_fail(call, 9, "could not start");
}

/* Completes what it has not deferred. */
static rpc_value_t *complete_undeferred(rpc_call_t *call)
{
    return rpc_int(call, rpc_complete(call, rpc_int(call, 1)));
}

static void join_tasks(void)
{
    apr_status_t rv;

    while (task_count > 0) {
        apr_thread_join(&rv, tasks[--task_count].thread);
    }
}

/* ---- a registry ---- */

static rpc_value_t *nest(rpc_call_t *call)
{
    rpc_value_t *inner = rpc_invoke(call, rpc_arg_string(call, 0),
                                    rpc_arg(call, 1));
    const char *why = NULL;

    if (inner == NULL && rpc_arg_bool(call, 2)) {
        int code = rpc_fault(call, &why);

        rpc_forgive(call);
        return rpc_structv(call, "code", rpc_int(call, code), "text",
                           rpc_string(call, why), (char *)NULL);
    }
    return inner;
}

static rpc_value_t *recurse(rpc_call_t *call)
{
    return rpc_invoke(call, "recurse", NULL);
}

static rpc_value_t *dispatch(rpc_call_t *call)
{
    if (strcmp(rpc_call_method(call), "mine") != 0) {
        return rpc_pass(call);
    }
    return rpc_call_params(call);
}

static rpc_value_t *need(rpc_call_t *call)
{
    return rpc_need(call, rpc_arg(call, 0), "id", RPC_INT);
}

static const rpc_method_t methods[] = {
    RPC_METHOD("int add(int x, int y = 1)", add, RPC_SAFE, NULL),
    { "int doubled(int x, int y)", add, 0, NULL, double_x, NULL },
    { "int refused(int x, int y)", add, 0, NULL, refuse, NULL },
    RPC_METHOD("int fail()", fail, 0, NULL),
    RPC_METHOD("int nothing()", nothing, 0, NULL),
    RPC_METHOD("int text()", text, 0, NULL),
    RPC_METHOD("array later(int delay, int limit)", later, 0, NULL),
    RPC_METHOD("int complete_undeferred()", complete_undeferred, 0, NULL),
    RPC_METHOD("nil defer_then_fail()", defer_then_fail, 0, NULL),
    RPC_METHOD("any nest(string name, any params = nil, bool forgive = false)",
               nest, 0, NULL),
    RPC_METHOD("any recurse()", recurse, 0, NULL),
    RPC_METHOD("any need(struct record)", need, 0, NULL),
    RPC_METHOD_END
};
static const rpc_table_t table = RPC_TABLE(table, "", methods,
                                           .dispatch = dispatch);

static rpc_registry_t registry;
static rpc_limits_t limits = { 1000000, 64, 1000, 10, 1000 };
static rpc_caller_t caller;

static rpc_message_t *message_of(const char *method)
{
    rpc_message_t *message = rpc_message_create(&caller);
    rpc_call_t *call = rpc_message_add_call(message);

    message->protocol = "test";
    call->method = method;
    call->method_length = strlen(method);
    return message;
}

/* Run one call with integer arguments; count < 0: none. */
static rpc_message_t *run(const char *method, int count, int64_t x,
                          int64_t y)
{
    rpc_message_t *message = message_of(method);
    rpc_value_t params = rpc_value_list(RPC_ARRAY, message->pool);

    if (count > 0) {
        rpc_value_append(&params, rpc_value_int(x), message->pool);
    }
    if (count > 1) {
        rpc_value_append(&params, rpc_value_int(y), message->pool);
    }
    message->calls[0]->positional = rpc_value_in_pool(params,
                                                      message->pool);
    rpc_message_run(message);
    return message;
}

static int code_of(rpc_message_t *message)
{
    const rpc_call_t *call = message->calls[0];

    return call->fault != NULL ? call->fault->code : 0;
}

static void test_simple(void)
{
    rpc_message_t *m = run("add", 2, 2, 3);

    is_int(rpc_as_int(m->calls[0]->result), 5, "add(2, 3)");
    is_int(m->run_count, 1, "is counted");
    rpc_message_unref(m);
    m = run("add", 1, 2, 0);
    is_int(rpc_as_int(m->calls[0]->result), 3, "a default");
    rpc_message_unref(m);
    m = run("add", 0, 0, 0);
    is_int(code_of(m), RPC_E_PARAMS, "an argument is missing");
    rpc_message_unref(m);
    m = run("nosuch", 0, 0, 0);
    is_int(code_of(m), RPC_E_METHOD, "no such method");
    rpc_message_unref(m);
    m = run("doubled", 2, 2, 3);
    is_int(rpc_as_int(m->calls[0]->result), 7, "before sets an argument");
    rpc_message_unref(m);
    m = run("refused", 2, 2, 3);
    is_int(code_of(m), 7, "before fails the call");
    rpc_message_unref(m);
    m = run("fail", 0, 0, 0);
    is_int(code_of(m), 4, "a fault of the method's own");
    is_str(m->calls[0]->fault->text, "no way", "its text");
    is_int(rpc_as_int(m->calls[0]->fault->data), 42, "its data");
    rpc_message_unref(m);
}

static void test_misbehaviour(void)
{
    rpc_message_t *m = run("nothing", 0, 0, 0);

    is_int(code_of(m), RPC_E_INTERNAL, "NULL without a fault");
    ok(m->complaints != NULL
               && strstr(m->complaints->text, "method nothing of table table "
                         "returned NULL without a fault") != NULL,
           "is complained of");
    rpc_message_unref(m);
    m = run("text", 0, 0, 0);
    is_int(code_of(m), RPC_E_INTERNAL, "another type than promised");
    ok(m->complaints != NULL
               && strstr(m->complaints->text, "promises int, returned string")
                  != NULL, "is complained of");
    rpc_message_unref(m);
}

static void test_policy(void)
{
    rpc_message_t *m;

    caller.safe_only = 1;
    m = run("add", 2, 2, 3);
    is_int(code_of(m), 0, "a safe method by GET");
    rpc_message_unref(m);
    m = run("fail", 0, 0, 0);
    ok(m->calls[0]->refused_unsafe, "another one is refused");
    rpc_message_unref(m);
    m = run("mine", 0, 0, 0);
    ok(m->calls[0]->refused_unsafe, "so is a dispatch");
    rpc_message_unref(m);
    caller.safe_only = 0;
}

static void test_dispatch(void)
{
    rpc_message_t *m = run("mine", 2, 2, 3);

    is_int(rpc_count(m->calls[0]->result), 2, "dispatch gets the params");
    rpc_message_unref(m);
    m = run("system.mine", 0, 0, 0);
    is_int(code_of(m), RPC_E_METHOD, "but no reserved name");
    rpc_message_unref(m);
    m = run("_mine", 0, 0, 0);
    is_int(code_of(m), RPC_E_METHOD, "and no private one");
    rpc_message_unref(m);
    m = message_of("mine");
    m->calls[0]->method = "mine\0x";
    m->calls[0]->method_length = 6;
    rpc_message_run(m);
    is_int(code_of(m), RPC_E_METHOD, "nor one with a NUL");
    rpc_message_unref(m);
}

static void test_nested(void)
{
    rpc_message_t *m = message_of("nest");
    rpc_call_t *call = m->calls[0];
    rpc_value_t params = rpc_value_list(RPC_ARRAY, m->pool);

    rpc_value_append(&params, rpc_value_text(RPC_STRING, "fail", 4), m->pool);
    call->positional = &params;
    rpc_message_run(m);
    is_int(code_of(m), 4, "rpc_invoke hands a fault on");
    is_int(m->run_count, 2, "both are counted");
    rpc_message_unref(m);

    m = message_of("nest");
    params = rpc_value_list(RPC_ARRAY, m->pool);
    rpc_value_append(&params, rpc_value_text(RPC_STRING, "fail", 4), m->pool);
    rpc_value_append(&params, rpc_value_nil(), m->pool);
    rpc_value_append(&params, rpc_value_bool(1), m->pool);
    m->calls[0]->positional = &params;
    rpc_message_run(m);
    is_str(rpc_as_string(rpc_get(m->calls[0]->result, "text"), NULL),
               "no way", "rpc_forgive goes on after it");
    rpc_message_unref(m);

    m = run("recurse", 0, 0, 0);
    is_int(code_of(m), RPC_E_LIMIT, "recursion ends");
    rpc_message_unref(m);
}

static void test_deferred(void)
{
    rpc_message_t *m = run("later", 2, 20, 5000);

    is_int(rpc_count(m->calls[0]->result), 1000, "answered later");
    join_tasks();
    is_int(tasks[0].outcome, APR_SUCCESS, "in time");
    rpc_message_unref(m);

    m = run("later", 2, 200, 20);
    is_int(code_of(m), RPC_E_TIMEOUT, "its time is up");
    rpc_message_unref(m); /* before the other thread completes it */
    join_tasks();
    is_int(tasks[0].outcome, APR_TIMEUP, "which it is told");

    m = run("later", 2, 20, INT64_MAX / 1000);
    is_int(code_of(m), 0, "no time limit to speak of");
    join_tasks();
    rpc_message_unref(m);

    m = run("complete_undeferred", 0, 0, 0);
    is_int(rpc_as_int(m->calls[0]->result), APR_EINVAL,
           "nothing to complete: the method's own result stands");
    rpc_message_unref(m);

    m = run("defer_then_fail", 0, 0, 0);
    is_int(code_of(m), 9, "deferred, then failed at once");
    rpc_message_unref(m);
}

static void test_deferred_batch(void)
{
    rpc_message_t *m = rpc_message_create(&caller);
    rpc_value_t params = rpc_value_list(RPC_ARRAY, m->pool);
    int good = 0;
    int i;

    rpc_value_append(&params, rpc_value_int(10), m->pool);
    rpc_value_append(&params, rpc_value_int(5000), m->pool);
    for (i = 0; i < 4; i++) {
        rpc_call_t *call = rpc_message_add_call(m);

        call->method = "later";
        call->method_length = 5;
        call->positional = &params;
    }
    rpc_message_run(m);
    for (i = 0; i < 4; i++) {
        good += rpc_count(m->calls[i]->result) == 1000;
    }
    is_int(good, 4, "four at the same time");
    join_tasks();
    rpc_message_unref(m);
}

static void test_need(void)
{
    rpc_message_t *m = message_of("need");
    rpc_value_t params = rpc_value_list(RPC_ARRAY, m->pool);
    rpc_value_t record = rpc_value_list(RPC_STRUCT, m->pool);

    rpc_value_set(&record, "id", 2, rpc_value_text(RPC_STRING, "x", 1),
                  m->pool);
    rpc_value_append(&params, record, m->pool);
    m->calls[0]->positional = &params;
    rpc_message_run(m);
    is_str(m->calls[0]->fault->text,
               "member \"id\": expected int, got string", "rpc_need");
    rpc_message_unref(m);
}

static void test_background(void)
{
    rpc_call_t *call = rpc_background(&rpc_api, NULL, pool);

    is_int(rpc_as_int(rpc_int(call, 5)), 5, "a call without a caller");
    ok(rpc_invoke(call, "add", NULL) == NULL, "has no methods");
    is_int(rpc_fault(call, NULL), RPC_E_METHOD, "and says so");
}

int main(void)
{
    rpc_mount_t *mount;
    const rpc_table_t *loaded = NULL;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    mount = rpc_mount_create(pool);
    ok(rpc_table_load(&table, pool, &loaded) == NULL, "the table loads");
    ok(rpc_mount_add(mount, loaded, "", 0) == NULL, "and is mounted");
    registry.mount = mount;
    caller.transport = "test";
    caller.registry = &registry;
    caller.limits = &limits;
    test_simple();
    test_misbehaviour();
    test_policy();
    test_dispatch();
    test_nested();
    test_deferred();
    test_deferred_batch();
    test_need();
    test_background();
    apr_pool_destroy(pool);
    apr_terminate();
    return done_testing();
}
