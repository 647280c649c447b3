/* SPDX-License-Identifier: Apache-2.0 */
/* A client that is a peer, against t/client/peer_server.py: the first argument
 * is its URL, the second the framing. Both ends call. */
#include <pthread.h>
#include <stdlib.h>

#include "modrpc.h"
#include "replies.h"
#include "tap.h"

static rpc_value_t *twice(rpc_call_t *call)
{
    return rpc_int(call, 2 * rpc_arg_int(call, 0));
}

/* Slow: on a thread of its own it calls the other end back and waits. */
static rpc_value_t *around(rpc_call_t *call)
{
    rpc_peer_t *peer = rpc_call_peer(call);
    rpc_value_t *params = rpc_arrayv(call, rpc_arg(call, 0),
                                     rpc_int(call, 1000), NULL);

    return rpc_peer_call_wait(call, peer, "add", params, APR_USEC_PER_SEC);
}

static rpc_value_t *context(rpc_call_t *call)
{
    return rpc_string(call, rpc_call_context(call));
}

static rpc_value_t *refuse(rpc_call_t *call)
{
    return rpc_fail(call, 7, "not now");
}

static const rpc_method_t methods[] = {
    RPC_METHOD("int twice(int n)", twice, 0, NULL),
    RPC_METHOD("int around(int n)", around, RPC_BLOCKING, NULL),
    RPC_METHOD("string context()", context, 0, NULL),
    RPC_METHOD("nil refuse()", refuse, 0, NULL),
    RPC_METHOD_END
};
static const rpc_table_t table = RPC_TABLE(mine, "Called back.", methods);

static void test_calls(rpc_client_t *client)
{
    rpc_client_batch_t *batch = rpc_client_batch(client);
    rpc_call_t *request;
    rpc_reply_t *replies[20];
    rpc_reply_t *slow;
    int i;

    is_result(rpc_client_callf(client, "add", "ii", 2, 3), 5, "a call");
    is_fault(rpc_client_callf(client, "none", NULL), RPC_REPLY_FAULT,
             RPC_E_METHOD, "Method not found: none");
    request = rpc_client_request(client, "sleep");
    rpc_request_add(request, rpc_double(request, 0.3));
    slow = rpc_request_start(request);
    is_result(rpc_client_callf(client, "add", "i", 1), 1,
              "answered before an older one");
    ok(!rpc_reply_done(slow), "which is not there yet");
    ok(rpc_as_double(rpc_reply_result(slow)) == 0.3, "and comes later");
    rpc_reply_free(slow);
    request = rpc_client_request(client, "sleep");
    rpc_request_add(request, rpc_int(request, 5));
    rpc_request_timeout(request, 100 * 1000);
    is_fault(rpc_request_call(request), RPC_REPLY_TRANSPORT, RPC_E_TIMEOUT,
             "in time");
    for (i = 0; i < 20; i++) {
        request = rpc_client_request(client, "add");
        rpc_request_add(request, rpc_int(request, i));
        replies[i] = rpc_client_batch_add(batch, request);
    }
    rpc_client_batch_notify(batch, rpc_client_request(client, "add"));
    rpc_client_batch_send(batch);
    for (i = 0; i < 20; i++) {
        is_result(replies[i], i, "of a batch");
    }
    rpc_reply_free(rpc_client_notifyf(client, "add", "i", 1));
    request = rpc_client_request(client, "add");
    rpc_request_id(request, rpc_int(request, 1));
    is_fault(rpc_request_call(request), RPC_REPLY_USAGE, RPC_E_PARAMS,
             "for HTTP alone");
    is_fault(rpc_client_callf(client, "add", "s", "\xff"), RPC_REPLY_USAGE,
             RPC_E_PARAMS, "UTF-8");
}

static void test_handlers(rpc_client_t *client)
{
    rpc_reply_t *reply;

    is_result(rpc_client_callf(client, "ask", "si", "my.twice", 21), 42,
              "the other end calls");
    is_result(rpc_client_callf(client, "ask", "si", "my.around", 1), 1001,
              "a slow method, which calls itself");
    reply = rpc_client_callf(client, "ask", "s", "my.context");
    is_str(rpc_as_string(rpc_reply_result(reply), NULL), "the context",
           "the table's context");
    rpc_reply_free(reply);
    reply = rpc_client_callf(client, "ask", "s", "my.refuse");
    is_int(rpc_as_int(rpc_get(rpc_reply_result(reply), "code")), 7,
           "a fault goes back");
    rpc_reply_free(reply);
    reply = rpc_client_callf(client, "ask", "ss", "my.twice", "x");
    is_int(rpc_as_int(rpc_get(rpc_reply_result(reply), "code")),
           RPC_E_PARAMS, "arguments are checked");
    rpc_reply_free(reply);
}

/* What callbacks share with the test. */
typedef struct heard_t {
    pthread_mutex_t mutex;
    pthread_cond_t cond;
    int count;
    int64_t sum;
} heard_t;

static void hear(heard_t *heard, int64_t n)
{
    pthread_mutex_lock(&heard->mutex);
    heard->count++;
    heard->sum += n;
    pthread_cond_broadcast(&heard->cond);
    pthread_mutex_unlock(&heard->mutex);
}

static int wait_for(heard_t *heard, int count)
{
    struct timespec until;
    int error = 0;
    int seen;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 10;
    pthread_mutex_lock(&heard->mutex);
    while (heard->count < count && error == 0) {
        error = pthread_cond_timedwait(&heard->cond, &heard->mutex, &until);
    }
    seen = heard->count;
    pthread_mutex_unlock(&heard->mutex);
    return seen;
}

static rpc_value_t *on_callback(rpc_call_t *call, void *baton)
{
    hear(baton, rpc_as_int(rpc_at(rpc_call_params(call), 0)));
    return rpc_string(call, "heard");
}

static void test_callback(rpc_client_t *client)
{
    heard_t heard = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0,
                      0 };
    rpc_call_t *request = rpc_client_request(client, "count");
    rpc_reply_t *reply;

    rpc_request_add(request, rpc_int(request, 3));
    rpc_request_add(request, rpc_request_callback(request, on_callback,
                                                  &heard));
    reply = rpc_request_call(request);
    is_str(rpc_as_string(rpc_reply_result(reply), NULL), "heard",
           "a callback is called");
    rpc_reply_free(reply);
    is_int(heard.count, 4, "and notified");
    is_int(heard.sum, 0 + 1 + 2 + 99, "with its arguments");
}

static void on_topic(const char *topic, const rpc_value_t *params,
                     void *baton)
{
    if (strcmp(rpc_as_string(rpc_at(params, 0), NULL), topic) == 0) {
        hear(baton, 1);
    }
}

static void test_topics(rpc_client_t *client, heard_t *heard)
{
    rpc_reply_t *reply = rpc_client_subscribe(client, "a.news", on_topic,
                                              heard);
    const char *text;

    is_int(rpc_reply_fault(reply, &text), 0, "subscribed");
    rpc_reply_free(reply);
    is_int(wait_for(heard, 1), 1, "what is published arrives");
    is_fault(rpc_client_subscribe(client, "no.topic", on_topic, heard),
             RPC_REPLY_FAULT, RPC_E_PARAMS, "provided event invalid");
    reply = rpc_client_unsubscribe(client, "no.topic");
    rpc_reply_free(reply);
}

static void test_reconnect(rpc_client_t *client, heard_t *heard)
{
    rpc_call_t *request;
    rpc_reply_t *reply;
    int before = heard->count;

    is_fault(rpc_client_callf(client, "drop", NULL), RPC_REPLY_TRANSPORT,
             RPC_E_PEER_GONE, "gone");
    is_result(rpc_client_callf(client, "add", "i", 8), 8, "connected again");
    ok(wait_for(heard, before + 1) > before, "and subscribed again");
    request = rpc_client_request(client, "drop_once");
    rpc_request_safe(request);
    reply = rpc_request_call(request);
    is_str(rpc_as_string(rpc_reply_result(reply), NULL), "second",
           "what is safe is called once more");
    rpc_reply_free(reply);
    request = rpc_client_request(client, "garbage");
    rpc_request_timeout(request, 300 * 1000);
    reply = rpc_request_call(request);
    is_int(rpc_reply_kind(reply), RPC_REPLY_TRANSPORT, "garbage");
    rpc_reply_free(reply);
    request = rpc_client_request(client, "add");
    rpc_request_safe(request);
    rpc_request_add(request, rpc_int(request, 9));
    is_result(rpc_request_call(request), 9, "hurts nobody");
}

static void *call_often(void *data)
{
    int good = 0;
    int i;

    for (i = 0; i < 60; i++) {
        rpc_reply_t *reply = i % 3 ? rpc_client_callf(data, "add", "i", i)
                                   : rpc_client_callf(data, "ask", "si",
                                                      "my.twice", i);

        good += rpc_as_int(rpc_reply_result(reply)) == (i % 3 ? i : 2 * i)
                && rpc_reply_kind(reply) == RPC_REPLY_RESULT;
        rpc_reply_free(reply);
    }
    return (void *)(intptr_t)good;
}

static void test_threads(rpc_client_t *client)
{
    pthread_t threads[16];
    int good = 0;
    int i;

    for (i = 0; i < 16; i++) {
        pthread_create(&threads[i], NULL, call_often, client);
    }
    for (i = 0; i < 16; i++) {
        void *result = NULL;

        pthread_join(threads[i], &result);
        good += (int)(intptr_t)result;
    }
    is_int(good, 16 * 60, "16 threads over one connection");
}

static void test_close(rpc_client_t *client)
{
    rpc_call_t *request = rpc_client_request(client, "sleep");
    rpc_peer_t *peer = rpc_client_peer(client);
    rpc_reply_t *reply;

    ok(peer != NULL && !rpc_peer_gone(peer), "there is a peer");
    rpc_request_add(request, rpc_int(request, 5));
    reply = rpc_request_start(request);
    rpc_client_close(client);
    is_fault(reply, RPC_REPLY_TRANSPORT, RPC_E_PEER_GONE, "gone");
    ok(rpc_peer_gone(peer), "and then it is gone");
    rpc_peer_unref(peer);
}

int main(int argc, char **argv)
{
    static char text[] = "the context";
    heard_t heard = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0,
                      0 };
    const rpc_client_handler_t handlers[] = { { &table, "my.", text },
                                              { NULL, NULL, NULL } };
    rpc_client_options_t options = rpc_client_defaults();
    rpc_client_t *client = NULL;
    const char *why = "";

    options.handlers = handlers;
    options.framing = (enum rpc_client_framing_e)(argc > 2 ? atoi(argv[2])
                                                           : 0);
    if (argc < 2
        || rpc_client_open(argv[1], &options, &client) != APR_SUCCESS
        || !rpc_client_connected(client, 10 * APR_USEC_PER_SEC, &why)) {
        printf("Bail out! %s\n", why);
        return 1;
    }
    test_calls(client);
    test_handlers(client);
    test_callback(client);
    test_topics(client, &heard);
    test_reconnect(client, &heard);
    test_threads(client);
    test_close(client);
    return done_testing();
}
