/* SPDX-License-Identifier: Apache-2.0 */
/* Unit test of messages that are started and not waited for: `done` exactly
 * once, blocking and deferred calls, refusals. For src/core/message.c. */
#include "apr_general.h"
#include "apr_strings.h"

#include "core/call.h"
#include "peer_rig.h"
#include "tap.h"

static apr_pool_t *pool;
static const rpc_registry_t *registry;

typedef struct outcome_t {
    pthread_mutex_t mutex;
    int count;
    rpc_message_t *message;
} outcome_t;

static void on_done(rpc_message_t *message, void *baton)
{
    outcome_t *outcome = baton;

    pthread_mutex_lock(&outcome->mutex);
    outcome->count++;
    outcome->message = message;
    pthread_mutex_unlock(&outcome->mutex);
}

static int is_done(outcome_t *outcome)
{
    int count;

    pthread_mutex_lock(&outcome->mutex);
    count = outcome->count;
    pthread_mutex_unlock(&outcome->mutex);
    return count;
}

static rpc_message_t *make(const rpc_caller_t *caller, const char *const *names)
{
    rpc_message_t *message = rpc_message_create(caller);

    for (; *names != NULL; names++) {
        rpc_call_t *call = rpc_message_add_call(message);

        call->method = *names;
        call->method_length = strlen(*names);
        call->positional = rpc_array(call);
        if (strcmp(*names, "slow") != 0) {
            rpc_append(call, call->positional, rpc_int(call, 5));
        }
    }
    return message;
}

static int code_of(const rpc_message_t *message, int i)
{
    return message->calls[i]->fault != NULL ? message->calls[i]->fault->code
                                            : 0;
}

static void test_at_once(rpc_host_t *host, const rpc_caller_t *caller)
{
    static const char *const names[] = { "echo", "nope", "echo", NULL };
    static const char *const none[] = { NULL };
    outcome_t outcome = { .mutex = PTHREAD_MUTEX_INITIALIZER };
    rpc_message_t *message = make(caller, names);

    rpc_message_start(message, host, on_done, &outcome);
    is_int(outcome.count, 1, "done before it returns");
    ok(outcome.message == message, "with the message");
    is_int(code_of(message, 1), RPC_E_METHOD, "a fault");
    is_int(rpc_as_int(message->calls[2]->result), 5, "a result");
    rpc_message_unref(message);
    message = make(caller, none);
    rpc_message_start(message, host, on_done, &outcome);
    is_int(outcome.count, 2, "a message without calls");
    rpc_message_unref(message);
}

static void test_refused(rpc_host_t *host, const rpc_caller_t *caller)
{
    static const char *const names[] = { "slow", "echo", NULL };
    outcome_t outcome = { .mutex = PTHREAD_MUTEX_INITIALIZER };
    rpc_message_t *message = make(caller, names);

    rpc_message_start(message, host, on_done, &outcome);
    is_int(outcome.count, 1, "no thread: done at once");
    is_int(code_of(message, 0), RPC_E_BUSY, "the slow one is refused");
    is_str(message->calls[0]->fault->text,
           "the server is busy, try again later", "with these words");
    is_int(code_of(message, 1), 0, "the other is not");
    rpc_message_unref(message);
}

static void test_elsewhere(rpc_host_t *host, const rpc_caller_t *caller)
{
    static const char *const names[] = { "slow", "park", "slow", NULL };
    outcome_t outcome = { .mutex = PTHREAD_MUTEX_INITIALIZER };
    rpc_message_t *message = make(caller, names);
    int i;

    rpc_message_start(message, host, on_done, &outcome);
    for (i = 0; i < 5000 && !is_done(&outcome); i++) {
        apr_sleep(1000);
    }
    is_int(outcome.count, 1, "done once");
    is_int(code_of(message, 0) + code_of(message, 2), 0, "both slow ones ran");
    ok(message->calls[0]->pool != message->calls[2]->pool
       && message->calls[0]->pool != message->pool, "in pools of their own");
    is_int(code_of(message, 1), RPC_E_TIMEOUT, "the deferred one's time is up");
    rpc_message_unref(message); /* rig_parked has one more */
    is_int(rpc_complete(rig_parked, NULL), APR_TIMEUP,
           "a late completion finds its memory");
}

/* A call that is not to run, since it failed or was done before. */
static void test_done_before(rpc_host_t *host, const rpc_caller_t *caller)
{
    static const char *const names[] = { "slow", "echo", NULL };
    outcome_t outcome = { .mutex = PTHREAD_MUTEX_INITIALIZER };
    rpc_message_t *message = make(caller, names);

    message->calls[0]->fault = rpc_fault_make(message->pool, 77, "no");
    message->calls[1]->state = RPC_CALL_DONE;
    message->calls[1]->result = rpc_nil(message->calls[1]);
    rpc_message_start(message, host, on_done, &outcome);
    is_int(outcome.count, 1, "done");
    is_int(code_of(message, 0), 77, "a fault stays");
    is_int(message->calls[1]->result->type, RPC_NIL, "a result stays");
    is_int(message->run_count, 0, "nothing ran");
    rpc_message_unref(message);
}

/* What only peers have is no method of HTTP's, and the answer says why. */
static void test_no_peer(rpc_host_t *host, const rpc_caller_t *caller)
{
    static const char *const names[] = { "rpc.on", "rpc.off", "rpc.nope",
                                         NULL };
    outcome_t outcome = { .mutex = PTHREAD_MUTEX_INITIALIZER };
    rpc_message_t *message = make(caller, names);
    int i;

    rpc_message_start(message, host, on_done, &outcome);
    for (i = 0; i < 3; i++) {
        const rpc_fault_t *fault = message->calls[i]->fault;

        is_int(fault->code, RPC_E_METHOD, names[i]);
        is_int(strstr(fault->text, "needs a peer") != NULL, i < 2,
               fault->text);
    }
    rpc_message_unref(message);
}

int main(void)
{
    rpc_caller_t caller = { .transport = "tcp" };
    rpc_host_t *none;
    rpc_host_t *host;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    registry = rig_registry(&rig_table, "", pool);
    caller.registry = registry;
    none = rig_host_create(0, 0, pool);
    host = rig_host_create(2, 10, pool);
    test_at_once(none, &caller);
    test_refused(none, &caller);
    test_elsewhere(host, &caller);
    test_done_before(host, &caller);
    test_no_peer(none, &caller);
    rig_host_stop(host);
    apr_pool_destroy(pool);
    apr_terminate();
    return done_testing();
}
