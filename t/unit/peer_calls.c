/* SPDX-License-Identifier: Apache-2.0 */
/* Unit test of src/peer, one thread: calls to the other end, batches,
 * timeouts, callbacks of ours, topics, both ends of a WebSocket. */
#include "peer_rig.h"
#include "tap.h"

#include "apr_general.h"
#include "apr_strings.h"

#include "core/call.h"

static apr_pool_t *pool;
static rpc_host_t *host;
static rpc_call_t *build; /* a call to build values with */
static const rpc_registry_t *registry;

static rig_end_t *make(int framing)
{
    rig_setup_t setup = {
        .host = host,
        .registry = registry,
        .framing = framing
    };

    return rig_end_create(&setup);
}

/* The peer must be gone with its last reference. */
static void end(rig_end_t *rig, const char *name)
{
    rig_end_drop(rig);
    ok(rig->released, "%s: nothing keeps the peer", name);
    rig_end_free(rig);
}

/* ---- calls to the other end ---- */

typedef struct reply_t {
    int count;
    int code;
    int64_t result;
    char text[80];
    char data[80];
    int order;
} reply_t;

static int replies;

static void on_reply(rpc_peer_t *peer, rpc_call_t *reply, rpc_value_t *result,
                     void *baton)
{
    reply_t *got = baton;
    const char *text = "";
    const char *data = rpc_as_string(rpc_fault_data(reply), NULL);

    ok(rpc_call_peer(reply) == peer, "the reply is of that peer");
    got->count++;
    got->order = ++replies;
    got->code = rpc_fault(reply, &text);
    got->result = result != NULL ? rpc_as_int(result) : -1;
    apr_cpystrn(got->text, text, sizeof(got->text));
    apr_cpystrn(got->data, data != NULL ? data : "", sizeof(got->data));
}

static rpc_value_t *one(rpc_value_t *value)
{
    return rpc_arrayv(build, value, (char *)NULL);
}

static void test_calls(void)
{
    rig_end_t *rig = make(RPC_FRAMING_NEWLINE);
    reply_t got[4];

    memset(got, 0, sizeof(got));
    is_int(rpc_peer_call(rig->peer, "a", one(rpc_int(build, 1)), 0, on_reply,
                         &got[0]), APR_SUCCESS, "a call is sent");
    is_str(rig_sent(rig), "{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"params\":"
           "[1],\"id\":1}\n", "as 2.0 has it");
    is_int(rpc_peer_is_idle(rig->peer), 0, "not idle: it awaits an answer");
    rpc_peer_call(rig->peer, "b", NULL, 0, on_reply, &got[1]);
    rpc_peer_call(rig->peer, "c", rpc_struct(build), 0, on_reply, &got[2]);
    is_str(rig_sent(rig), "{\"jsonrpc\":\"2.0\",\"method\":\"b\",\"params\":"
           "[],\"id\":2}\n{\"jsonrpc\":\"2.0\",\"method\":\"c\",\"params\":{},"
           "\"id\":3}\n", "ids are counted");
    is_int(rpc_peer_call(rig->peer, "d", rpc_int(build, 1), 0, on_reply,
                         &got[3]), APR_EINVAL, "params that are no list");
    is_int(rpc_peer_notify(rig->peer, "d", one(rpc_double(build, 1e308
                                                          * 10))),
           APR_EINVAL, "params that JSON cannot carry");
    is_str(rig_sent(rig), "", "nothing was sent of these");

    rig_feed(rig, "{\"jsonrpc\":\"2.0\",\"result\":33,\"id\":3}\n"
             "{\"jsonrpc\": \"2.0\", \"error\": {\"code\" : -5, \"message\": "
             "\"Oh\", \"data\": \"why\"}, \"id\": 1}\n");
    is_int(got[2].result, 33, "answers come in any order");
    is_int(got[0].code, -5, "an error's code");
    is_str(got[0].text, "Oh", "its message");
    is_str(got[0].data, "why", "its data");
    rig_feed(rig, "{\"result\":null,\"error\":{\"code\":0},\"id\":2.0}\n");
    is_int(got[1].code, RPC_E_APPLICATION, "a code 0 would be no fault");
    is_int(got[1].count + got[0].count + got[2].count, 3, "each once");
    is_int(got[3].count, 0, "what was not sent is not told of");
    rig_feed(rig, "{\"jsonrpc\":\"2.0\",\"result\":33,\"id\":3}\n");
    is_int(got[2].count, 1, "a second answer is ignored");
    is_int(rpc_peer_is_idle(rig->peer), 1, "idle again");
    end(rig, "calls");
}

static void test_timeouts(void)
{
    rig_end_t *rig = make(RPC_FRAMING_NEWLINE);
    reply_t got[2];

    memset(got, 0, sizeof(got));
    rpc_peer_call(rig->peer, "a", NULL, 1000, on_reply, &got[0]);
    rpc_peer_call(rig->peer, "b", NULL, 3600000000, on_reply, &got[1]);
    apr_sleep(2000);
    ok(rpc_timers_run(host->timers) > 0, "one deadline is left");
    is_int(got[0].code, RPC_E_TIMEOUT, "a call timed out");
    is_str(got[0].text, "the peer did not answer in time", "it says so");
    rig_feed(rig, "{\"jsonrpc\":\"2.0\",\"result\":1,\"id\":1}\n");
    is_int(got[0].count, 1, "its late answer is ignored");
    rpc_peer_lost(rig->peer);
    is_int(got[1].code, RPC_E_PEER_GONE, "what is awaited fails");
    is_int(rpc_timers_run(host->timers), -1, "and no deadline is left");
    is_int(rpc_peer_gone(rig->peer), 1, "the peer is gone");
    is_int(rpc_peer_call(rig->peer, "a", NULL, 0, on_reply, &got[0]), APR_EOF,
           "a call says so");
    is_int(rpc_peer_notify(rig->peer, "a", NULL), APR_EOF,
           "a notification too");
    end(rig, "timeouts");

    rig = make(RPC_FRAMING_NEWLINE);
    rig->full = 1;
    is_int(rpc_peer_call(rig->peer, "a", NULL, 1000, on_reply, &got[0]),
           APR_ENOSPC, "a queue that is full");
    is_int(rpc_timers_run(host->timers), -1, "leaves no deadline");
    is_int(rpc_peer_notify(rig->peer, "a", NULL), APR_ENOSPC, "the same");
    end(rig, "full");
    is_int(got[0].count, 1, "and nobody is told");
}

static void test_batches(void)
{
    rig_end_t *rig = make(RPC_FRAMING_NEWLINE);
    rpc_batch_t *batch = rpc_batch(rig->peer);
    reply_t got[6];
    int i;

    memset(got, 0, sizeof(got));
    rpc_batch_call(batch, "a", one(rpc_int(build, 1)), on_reply, &got[0]);
    rpc_batch_notify(batch, "n", NULL);
    rpc_batch_call(batch, "b", NULL, on_reply, &got[1]);
    is_int(rpc_batch_call(batch, "b", rpc_nil(build), on_reply, &got[2]),
           APR_SUCCESS, "nil is no params");
    is_int(rpc_batch_call(batch, "b", rpc_int(build, 1), on_reply, &got[5]),
           APR_EINVAL, "what is no list is not added");
    is_int(rpc_batch_send(batch, 0), APR_SUCCESS, "a batch is sent");
    is_str(rig_sent(rig), "[{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"params\":"
           "[1],\"id\":1},{\"jsonrpc\":\"2.0\",\"method\":\"n\",\"params\":[]"
           "},{\"jsonrpc\":\"2.0\",\"method\":\"b\",\"params\":[],\"id\":2},"
           "{\"jsonrpc\":\"2.0\",\"method\":\"b\",\"params\":[],\"id\":3}]\n",
           "as one array");
    rig_feed(rig, "[ {\"jsonrpc\": \"2.0\", \"result\": 11, \"id\": 1}, "
             "{\"jsonrpc\": \"2.0\", \"error\": {\"code\":7, \"message\": "
             "\"x\"}, \"id\": null}, {\"jsonrpc\": \"2.0\", \"result\": 13, "
             "\"id\": 3} ]\n");
    is_int(got[0].result, 11, "by its id");
    is_int(got[1].code, 7, "without an id by its place");
    is_int(got[2].result, 13, "and the last");
    batch = rpc_batch(rig->peer);
    for (i = 0; i < 3; i++) {
        rpc_batch_call(batch, "c", NULL, on_reply, &got[i + 3]);
    }
    rpc_batch_send(batch, 0);
    rig_feed(rig, "[{\"result\":1},{\"result\":2}]\n");
    is_int(got[3].count, 0, "two without ids are not those three");
    rig_feed(rig, "{\"jsonrpc\":\"2.0\",\"result\":9,\"id\":6}\n");
    is_int(got[4].result, 9, "singly, by id (5 was not sent)");
    rig_feed(rig, "[{\"result\":1},{\"result\":2},{\"result\":3}]\n");
    is_int(got[3].result, 1, "an array without ids answers a batch of as many");
    is_int(got[5].result, 3, "by their places");
    is_int(got[4].count, 1, "but none a second time");
    batch = rpc_batch(rig->peer);
    rig_sent(rig);
    is_int(rpc_batch_send(batch, 0), APR_SUCCESS, "an empty batch");
    is_str(rig_sent(rig), "", "sends nothing");
    rig->full = 1;
    batch = rpc_batch(rig->peer);
    rpc_batch_call(batch, "c", NULL, on_reply, &got[3]);
    rpc_batch_call(batch, "d", NULL, on_reply, &got[3]);
    is_int(rpc_batch_send(batch, 1000), APR_ENOSPC, "a queue that is full");
    is_int(rpc_peer_is_idle(rig->peer), 1, "leaves nothing that is awaited");
    is_int(rpc_timers_run(host->timers), -1, "and no deadline");
    rig->full = 0;
    batch = rpc_batch(rig->peer);
    rpc_batch_call(batch, "c", NULL, on_reply, &got[3]);
    rpc_peer_lost(rig->peer);
    is_int(rpc_batch_send(batch, 0), APR_EOF, "the peer is gone");
    is_int(got[3].count, 1, "and on_reply is not called");
    end(rig, "batches");
}
/* ---- callbacks of ours ---- */

static int called_back;

static rpc_value_t *callback(rpc_call_t *call, void *baton)
{
    called_back++;
    rpc_append(call, rpc_call_params(call), rpc_string(call, baton));
    return rpc_call_params(call);
}

/* The connection ends while it runs. */
static rpc_value_t *lose(rpc_call_t *call, void *baton)
{
    reply_t *got = baton;

    rpc_peer_lost(rpc_call_peer(call));
    is_int(got->count, 0, "its call has not failed while it runs");
    return rpc_nil(call);
}

static void test_callbacks(void)
{
    rig_end_t *rig = make(RPC_FRAMING_NEWLINE);
    rpc_value_t *name = rpc_callback(build, rig->peer, callback, "x");
    rpc_value_t *unsent = rpc_callback(build, rig->peer, callback, "y");
    const char *called = name != NULL ? rpc_as_string(name, NULL) : "";
    const char *invoke = apr_psprintf(
        pool, "{\"jsonrpc\":\"2.0\",\"method\":\"%s\",\"params\":[5],"
        "\"id\":\"q\"}\n", called);
    reply_t got;

    memset(&got, 0, sizeof(got));
    ok(strncmp(rpc_as_string(name, NULL), "rpc.callback.", 13) == 0
       && rpc_as_string(name, NULL)[13 + 36] == '\0', "rpc.callback.UUID: %s",
       rpc_as_string(name, NULL));
    rig_feed(rig, invoke);
    ok(strstr(rig_sent(rig), "-32601") != NULL, "it cannot be called before "
       "the call that has it is sent");
    rpc_peer_call(rig->peer, "count", one(rpc_structv(
                      build, "on_count", name, (char *)NULL)),
                  0, on_reply, &got);
    rig_sent(rig);
    rig_feed(rig, invoke);
    is_str(rig_sent(rig), "{\"jsonrpc\":\"2.0\",\"result\":[5,\"x\"],\"id\":"
           "\"q\"}\n", "it is called, and answers");
    rig_feed(rig, apr_psprintf(pool, "{\"jsonrpc\":\"2.0\",\"method\":\"%s\","
                               "\"params\":[]}\n",
                               rpc_as_string(name, NULL)));
    is_int(called_back, 2, "by a notification too");
    rig_feed(rig, "{\"jsonrpc\":\"2.0\",\"result\":1,\"id\":1}\n");
    is_int(got.count, 1, "its call is answered");
    rig_sent(rig);
    rig_feed(rig, invoke);
    ok(strstr(rig_sent(rig), "-32601") != NULL, "then it is forgotten");
    is_int(called_back, 2, "and does not run");
    ok(unsent != NULL, "one was never sent");
    end(rig, "callbacks");

    rig = make(RPC_FRAMING_NEWLINE);
    memset(&got, 0, sizeof(got));
    name = rpc_callback(build, rig->peer, lose, &got);
    rpc_peer_call(rig->peer, "a", one(name), 0, on_reply, &got);
    rig_feed(rig, apr_psprintf(pool, "{\"jsonrpc\":\"2.0\",\"method\":\"%s\","
                               "\"params\":[]}\n",
                               rpc_as_string(name, NULL)));
    is_int(got.code, RPC_E_PEER_GONE, "after it has returned it has");
    end(rig, "lost in a callback");
}

static void test_callback_bound(void)
{
    rig_end_t *rig = make(RPC_FRAMING_NEWLINE);
    int i;

    for (i = 0; i < RPC_PEER_MAX_CALLBACKS; i++) {
        if (rpc_callback(build, rig->peer, callback, "x") == NULL) {
            break;
        }
    }
    is_int(i, RPC_PEER_MAX_CALLBACKS, "many callbacks");
    ok(rpc_callback(build, rig->peer, callback, "x") == NULL, "not too many");
    is_int(rpc_fault(build, NULL), RPC_E_LIMIT, "and it says so");
    rpc_forgive(build);
    end(rig, "callback bound");
}

/* ---- topics ---- */

static void publish(const char *topic, rpc_value_t *value)
{
    const rpc_api_t *api = rpc_host_api_make(host, pool); /* child_init's */
    rpc_call_t *call = rpc_background(api, NULL, pool);

    is_int(rpc_publish(call, topic, value), APR_SUCCESS, "published");
}

static void test_topics(void)
{
    rig_end_t *rig = make(RPC_FRAMING_NEWLINE);
    rig_end_t *other = make(RPC_FRAMING_EOT);

    rig_feed(rig, "{\"jsonrpc\":\"2.0\",\"method\":\"rpc.on\",\"params\":"
             "[\"news\",\"sub.news\",\"nope\"],\"id\":1}\n");
    is_str(rig_sent(rig), "{\"jsonrpc\":\"2.0\",\"result\":{\"news\":\"ok\","
           "\"sub.news\":\"ok\",\"nope\":\"provided event invalid\"},\"id\":1}"
           "\n", "rpc.on");
    rig_feed(rig, "{\"jsonrpc\":\"2.0\",\"method\":\"rpc.on\",\"params\":"
             "[\"news\"],\"id\":1}\n");
    is_str(rig_sent(rig), "{\"jsonrpc\":\"2.0\",\"result\":{\"news\":\"socket "
           "has already been subscribed to event\"},\"id\":1}\n", "twice");
    rig_feed(other, "{\"jsonrpc\":\"2.0\",\"method\":\"rpc.subscribe\","
             "\"params\":[\"news\"],\"id\":1}\x04");
    rig_sent(other);
    publish("main.news", rpc_int(build, 5));
    is_str(rig_sent(rig), "{\"notification\":\"news\",\"params\":[5]}\n",
           "as rpc-websockets has it");
    is_str(rig_sent(other), "{\"jsonrpc\":\"2.0\",\"method\":\"news\","
           "\"params\":[5]}\x04", "as a notification");
    publish("sub.news", one(rpc_int(build, 6)));
    is_str(rig_sent(rig), "{\"notification\":\"sub.news\",\"params\":[6]}\n",
           "a subtable's topic, by its public name");
    publish("main.news", NULL);
    is_str(rig_sent(rig), "{\"notification\":\"news\",\"params\":[]}\n",
           "no value");
    rig_sent(other);
    rig_feed(rig, "{\"jsonrpc\":\"2.0\",\"method\":\"rpc.off\",\"params\":"
             "[\"news\",\"a b\"],\"id\":2}\n");
    is_str(rig_sent(rig), "{\"jsonrpc\":\"2.0\",\"result\":{\"news\":\"ok\","
           "\"a b\":\"not subscribed\"},\"id\":2}\n", "rpc.off");
    publish("main.news", rpc_int(build, 7));
    is_str(rig_sent(rig), "", "it gets no more");
    rig_sent(other);
    other->full = 1;
    publish("main.news", rpc_int(build, 8));
    other->full = 0;
    publish("main.news", rpc_int(build, 8));
    is_str(rig_sent(other), "", "a subscriber that does not read is dropped");
    rig_feed(rig, "{\"jsonrpc\":\"2.0\",\"method\":\"rpc.on\",\"params\":"
             "{\"a\":1},\"id\":1}\n");
    ok(strstr(rig_sent(rig), "-32602") != NULL, "no names");
    rig_feed(rig, "{\"jsonrpc\":\"2.0\",\"method\":\"tell\",\"params\":"
             "[\"sub.news\",[1]],\"id\":1}\n");
    is_str(rig_sent(rig), "{\"notification\":\"sub.news\",\"params\":[1]}\n"
           "{\"jsonrpc\":\"2.0\",\"result\":1,\"id\":1}\n",
           "a method publishes");
    end(rig, "topics");
    publish("sub.news", rpc_int(build, 8));
    end(other, "other");
    is_int(rpc_publish(build, "main.news", NULL), APR_ENOTIMPL,
           "a process without peers says so");
}

/* One that closes with this code; whether the other end logs it. */
static void check_close(int code, int is_logged)
{
    rig_end_t *server = make(-1);
    rig_end_t *client = make(-2);

    rpc_peer_close(client->peer, code, "bye");
    is_int(rpc_peer_receive(server->peer, client->sent, client->length),
           RPC_PEER_ENDED, "a close frame ends it");
    is_int(strstr(server->last_log, "bye") != NULL, is_logged,
           is_logged ? "and is logged" : "no news");
    is_int(rpc_peer_notify(client->peer, "a", NULL), APR_EOF,
           "nothing is sent after a close frame");
    end(server, "server");
    end(client, "client");
}

static void test_websocket(void)
{
    rig_end_t *server = make(-1);
    rig_end_t *client = make(-2);
    reply_t got;

    memset(&got, 0, sizeof(got));
    rpc_peer_call(client->peer, "echo", one(rpc_int(build, 4)), 0, on_reply,
                  &got);
    rpc_peer_receive(server->peer, client->sent, client->length);
    rpc_peer_receive(client->peer, server->sent, server->length);
    is_int(got.result, 4, "a call by WebSocket");
    is_str(rpc_peer_transport(server->peer), "websocket", "it says so");
    end(server, "server");
    end(client, "client");
    check_close(1000, 0);
    check_close(1001, 0);
    check_close(4001, 1);
}

int main(void)
{
    apr_initialize();
    apr_pool_create(&pool, NULL);
    host = rig_host_create(0, 0, pool);
    registry = rig_registry(&rig_table, "", pool);
    build = rpc_background(&rpc_api, NULL, pool);
    test_calls();
    test_timeouts();
    test_batches();
    test_callbacks();
    test_callback_bound();
    test_topics();
    test_websocket();
    is_int(rig_opened, rig_closed, "peer_close ran for each peer_open");
    ok(rig_opened > 0, "which did run");
    apr_pool_destroy(pool);
    apr_terminate();
    return done_testing();
}
