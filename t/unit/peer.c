/* SPDX-License-Identifier: Apache-2.0 */
/* Unit test of src/peer, one thread: what the other end sends and is answered
 * (rpcbd's dialogue), calls that complete later, refusals, ends. */
#include "peer_rig.h"
#include "tap.h"

#include <malloc.h>

#include "apr_general.h"
#include "apr_strings.h"

#include "core/call.h"
#include "peer/session.h"

static apr_pool_t *pool;
static rpc_host_t *host;
static const rpc_registry_t *registry;

static rig_end_t *make(int framing, int is_pyrpc)
{
    rig_setup_t setup = {
        .host = host,
        .registry = registry,
        .framing = framing,
        .is_pyrpc = is_pyrpc
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

/* ---- rpcbd's dialogue: what the client sent, what must be answered ---- */

typedef struct exchange_t {
    const char *in;
    const char *out;
} exchange_t;

static const exchange_t dialogue[] = {
    { "{\"jsonrpc\": \"2.0\", \"method\": \"echo\", \"params\": [\"hello\"], "
      "\"id\": 1}\x04",
      "{\"jsonrpc\":\"2.0\",\"result\":\"hello\",\"id\":1}\x04" },
    { "{\"jsonrpc\": \"2.0\", \"method\": \"echo\", \"params\": "
      "[\"\\u20ac\"], \"id\": 2}\x04",
      "{\"jsonrpc\":\"2.0\",\"result\":\"\xe2\x82\xac\",\"id\":2}\x04" },
    { "{\"jsonrpc\": \"2.0\", \"method\": \"echo\", \"params\": [null], "
      "\"id\": 3}\x04",
      "{\"jsonrpc\":\"2.0\",\"result\":null,\"id\":3}\x04" },
    { "{\"jsonrpc\": \"2.0\", \"method\": \"count\", \"params\": [3, "
      "\"rpc.callback.d3e9d5d0-6509-4f55-b7c1-3bed3b904a48\"], \"id\": "
      "4}\x04",
      "{\"jsonrpc\":\"2.0\",\"method\":\"rpc.callback.d3e9d5d0-6509-4f55-"
      "b7c1-3bed3b904a48\",\"params\":[\"Counted to 1\"]}\x04"
      "{\"jsonrpc\":\"2.0\",\"method\":\"rpc.callback.d3e9d5d0-6509-4f55-"
      "b7c1-3bed3b904a48\",\"params\":[\"Counted to 2\"]}\x04"
      "{\"jsonrpc\":\"2.0\",\"method\":\"rpc.callback.d3e9d5d0-6509-4f55-"
      "b7c1-3bed3b904a48\",\"params\":[\"Counted to 3\"]}\x04"
      "{\"jsonrpc\":\"2.0\",\"result\":\"Counted to 3\",\"id\":4}\x04" },
    { "{\"jsonrpc\": \"2.0\", \"method\": \"divide\", \"params\": [1, 0], "
      "\"id\": 5}\x04",
      "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32603,\"message\":"
      "\"Internal error\",\"data\":\"division by zero\"},\"id\":5}\x04" },
    { "{\"jsonrpc\": \"2.0\", \"method\": \"echo\", \"params\": {\"data\": "
      "\"hello\"}, \"id\": 11}\x04",
      "{\"jsonrpc\":\"2.0\",\"result\":\"hello\",\"id\":11}\x04" },
    { "{\"jsonrpc\": \"2.0\", \"method\": \"ask\", \"params\": "
      "[\"rpc.callback.4ccec32f-ccb6-497c-9768-215c399f3628\"], \"id\": "
      "12}\x04",
      "{\"jsonrpc\":\"2.0\",\"method\":\"rpc.callback.4ccec32f-ccb6-497c-"
      "9768-215c399f3628\",\"params\":[\"question\"],\"id\":1}\x04" },
    { "{\"jsonrpc\": \"2.0\", \"result\": \"cbret\", \"id\": 1}\x04",
      "{\"jsonrpc\":\"2.0\",\"result\":\"client said cbret\",\"id\":12}"
      "\x04" },
    /* rpcbd answers a callback twice: the second has an id unknown by now. */
    { "{\"jsonrpc\": \"2.0\", \"error\": {\"code\" : -32601, \"message\": "
      "\"Method Not Found\"}, \"id\": 1}\x04", "" },
    { "{\"jsonrpc\": \"2.0\", \"method\": \"echo\", \"params\": [\"note\"]}"
      "\x04", "" },
    { "[ {\"jsonrpc\": \"2.0\", \"method\": \"count\", \"params\": [2], "
      "\"id\": 16}, {\"jsonrpc\": \"2.0\", \"method\": \"echo\", \"params\": "
      "[\"foo\"], \"id\": 17}, {\"jsonrpc\": \"2.0\", \"method\": \"echo\", "
      "\"params\": [\"bar\"], \"id\": 18} ]\x04",
      "[{\"jsonrpc\":\"2.0\",\"result\":\"Counted to 2\",\"id\":16},"
      "{\"jsonrpc\":\"2.0\",\"result\":\"foo\",\"id\":17},"
      "{\"jsonrpc\":\"2.0\",\"result\":\"bar\",\"id\":18}]\x04" }
};

static void test_rpcbd(void)
{
    rig_end_t *rig = make(RPC_FRAMING_AUTO, 0);
    apr_size_t i;

    for (i = 0; i < sizeof(dialogue) / sizeof(dialogue[0]); i++) {
        rig_feed(rig, dialogue[i].in);
        is_str(rig_sent(rig), dialogue[i].out,
               apr_psprintf(pool, "rpcbd's message %d", (int)i + 1));
    }
    ok(strstr(rig->last_log, "no open call (id 1") != NULL,
       "an answer with an unknown id is logged: %s", rig->last_log);
    is_int(rig->errors, 0, "and nothing is an error of ours");
    is_int(rpc_peer_is_idle(rig->peer), 1, "idle afterwards");
    end(rig, "rpcbd");
}

/* ---- what is answered ---- */

static const exchange_t answers[] = {
    { "{bad\n", "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32700,\"message\":"
      "\"Parse error\",\"data\":\"line 1, column 2: expected a member name "
      "in double quotes or '}', got 'b'\"},\"id\":null}\n" },
    { "[]\n", "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32600,\"message\":"
      "\"Invalid Request\",\"data\":\"the batch is empty; expected at least "
      "one call\"},\"id\":null}\n" },
    { "{\"jsonrpc\":\"2.0\",\"id\":5}\n", "" },
    { "{\"jsonrpc\":\"2.0\",\"result\":1,\"error\":{\"code\":1,\"message\":"
      "\"x\"},\"id\":1}\n", "" },
    { "{\"jsonrpc\":\"2.0\",\"result\":1,\"id\":77}\n", "" },
    { "{\"jsonrpc\":\"2.0\",\"method\":\"$/progress\",\"params\":{}}\n", "" },
    { "{\"notification\":\"whatever\",\"params\":[1]}\n", "" },
    { "{\"method\":\"echo\",\"params\":[7],\"id\":0}\n",
      "{\"result\":7,\"error\":null,\"id\":0}\n" },
    { "[{\"jsonrpc\":\"2.0\",\"result\":1,\"id\":9},{\"jsonrpc\":\"2.0\","
      "\"method\":\"echo\",\"params\":[1],\"id\":\"a\"}]\n",
      "[{\"jsonrpc\":\"2.0\",\"result\":1,\"id\":\"a\"}]\n" },
    { "{\"jsonrpc\":\"2.0\",\"method\":\"$/x\",\"id\":1}\n",
      "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32601,\"message\":"
      "\"Method not found\",\"data\":\"there is no method \\\"$/x\\\"\"},"
      "\"id\":1}\n" },
    { "{\"jsonrpc\":\"2.0\",\"method\":\"rpc.callback.x\",\"id\":1}\n",
      "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32601,\"message\":"
      "\"Method not found\",\"data\":\"no call is open that this callback "
      "came with\"},\"id\":1}\n" }
};

static void test_answers(void)
{
    rig_end_t *rig = make(RPC_FRAMING_NEWLINE, 0);
    apr_size_t i;

    for (i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        rig_feed(rig, answers[i].in);
        is_str(rig_sent(rig), answers[i].out, answers[i].in);
    }
    rig_feed(rig, "{\"jsonrpc\":\"2.0\",\"method\":\"bad\",\"id\":1}\n");
    is_int(rig->errors, 1, "a handler that misbehaves is an error");
    ok(strstr(rig->last_error, "returned NULL") != NULL, "that says how");
    rig_sent(rig);
    rig->sends = 0;
    for (i = 0; i < 2; i++) {
        rig_feed(rig, "{\"jsonrpc\":\"2.0\",\"method\":\"echo\",\"params\":"
                 "[1],\"id\":1}\n{\"jsonrpc\":\"2.0\",\"method\":\"echo\","
                 "\"params\":[2],\"id\":2}\n");
    }
    is_int(rig->sends, 2, "the answers of a piece of input go in one send");
    is_int(rig->answered, 13, "each message is told of once, answers are not");
    end(rig, "answers");
}

/* ---- calls that complete later ---- */

static void test_deferred(void)
{
    rig_end_t *rig = make(RPC_FRAMING_NEWLINE, 0);

    rig_feed(rig, "{\"jsonrpc\":\"2.0\",\"method\":\"park\",\"params\":[9000]"
             ",\"id\":1}\n{\"jsonrpc\":\"2.0\",\"method\":\"echo\",\"params\":"
             "[2],\"id\":2}\n");
    is_str(rig_sent(rig), "{\"jsonrpc\":\"2.0\",\"result\":2,\"id\":2}\n",
           "what is done is answered");
    is_int(rpc_peer_open_calls(rig->peer), 1, "one call is open");
    is_int(rpc_complete(rig_parked, rpc_int(rig_parked, 1)), APR_SUCCESS,
           "completed");
    is_str(rig_sent(rig), "{\"jsonrpc\":\"2.0\",\"result\":1,\"id\":1}\n",
           "then it is answered");
    is_int(rpc_peer_open_calls(rig->peer), 0, "none is open");

    rig_feed(rig, "[{\"jsonrpc\":\"2.0\",\"method\":\"park\",\"params\":[9000]"
             ",\"id\":1},{\"jsonrpc\":\"2.0\",\"method\":\"echo\",\"params\":"
             "[2],\"id\":2}]\n");
    is_str(rig_sent(rig), "", "a batch waits for its last call");
    rpc_complete_fail(rig_parked, 5, "no");
    is_str(rig_sent(rig), "[{\"jsonrpc\":\"2.0\",\"error\":{\"code\":5,"
           "\"message\":\"no\"},\"id\":1},{\"jsonrpc\":\"2.0\",\"result\":2,"
           "\"id\":2}]\n", "in the order of the calls");

    rig_feed(rig, "{\"jsonrpc\":\"2.0\",\"method\":\"park\",\"params\":[1],"
             "\"id\":3}\n");
    apr_sleep(2000);
    rpc_timers_run(host->timers);
    ok(strstr(rig_sent(rig), "\"code\":-32003") != NULL, "its time is up");
    is_int(rpc_call_cancelled(rig_parked), 1, "the handler can see it");
    is_int(rpc_complete(rig_parked, rpc_int(rig_parked, 1)), APR_TIMEUP,
           "too late");
    is_str(rig_sent(rig), "", "nothing is sent a second time");

    rig_feed(rig, "{\"jsonrpc\":\"2.0\",\"method\":\"park\",\"params\":[9000]"
             ",\"id\":\"s\"}\n{\"jsonrpc\":\"2.0\",\"method\":"
             "\"$/cancelRequest\",\"params\":{\"id\":\"s\"}}\n");
    ok(strstr(rig_sent(rig), "\"code\":-32800") != NULL, "cancelled");
    is_int(rpc_complete(rig_parked, rpc_int(rig_parked, 1)), APR_TIMEUP,
           "too late");
    rig_feed(rig, "{\"jsonrpc\":\"2.0\",\"method\":\"$/cancelRequest\","
             "\"params\":{\"id\":99}}\n");
    is_str(rig_sent(rig), "", "nothing to cancel");
    is_int(rpc_timers_run(host->timers), -1, "no deadline is left");

    rig_feed(rig, "{\"jsonrpc\":\"2.0\",\"method\":\"park\",\"params\":[9000]"
             ",\"id\":1}\n");
    rpc_peer_lost(rig->peer);
    is_int(rpc_call_cancelled(rig_parked), 1, "lost: the handler can see it");
    rig_end_drop(rig);
    is_int(rig->released, 0, "the call keeps the peer");
    is_str(rpc_call_user(rig_parked), "anna", "and knows who called");
    ok(rpc_call_peer(rig_parked) == rig->peer, "and by which peer");
    is_int(rpc_complete(rig_parked, rpc_int(rig_parked, 1)), APR_TIMEUP,
           "too late");
    is_int(rig->released, 1, "until it has completed");
    is_str(rig_sent(rig), "", "nothing is sent to who is gone");
    rig_end_free(rig);
}

static void test_refusals(void)
{
    rig_setup_t setup = {
        .host = host, .registry = registry, .framing = RPC_FRAMING_NEWLINE,
        .max_pending = 1
    };
    rig_end_t *rig = rig_end_create(&setup);

    rig_feed(rig, "{\"jsonrpc\":\"2.0\",\"method\":\"slow\",\"id\":1}\n");
    is_str(rig_sent(rig), "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32000,"
           "\"message\":\"Server busy\",\"data\":\"the server is busy, try "
           "again later\"},\"id\":1}\n", "no thread for a slow method");
    rig_feed(rig, "{\"jsonrpc\":\"2.0\",\"method\":\"wait\",\"id\":1}\n");
    ok(strstr(rig_sent(rig), "RPC_BLOCKING") != NULL,
       "waiting on the owner's thread fails at once");
    rig_feed(rig, "{\"jsonrpc\":\"2.0\",\"method\":\"park\",\"params\":[9000]"
             ",\"id\":1}\n{\"jsonrpc\":\"2.0\",\"method\":\"echo\",\"params\":"
             "[2],\"id\":2}\n");
    ok(strstr(rig_sent(rig), "-32000") != NULL,
       "more calls are open than RpcPeerMaxPending");
    rpc_complete(rig_parked, rpc_nil(rig_parked));
    rig_sent(rig);
    rpc_peer_stop(rig->peer);
    rig_feed(rig, "{\"jsonrpc\":\"2.0\",\"method\":\"echo\",\"params\":[2],"
             "\"id\":2}\n");
    ok(strstr(rig_sent(rig), "-32006") != NULL, "the server stops");
    rpc_peer_close(rig->peer, 1001, "going");
    is_int(rig->closes, 1, "closed");
    is_int(rig->close_code, 1001, "with that code");
    end(rig, "refusals");
}

/* ---- pyrpc ---- */

static void test_pyrpc(void)
{
    rig_end_t *rig = make(RPC_FRAMING_NEWLINE, 1);

    rig_feed(rig, "{'req': 'execute', 'data': 'park(9000)'}\n"
             "{'req': 'execute', 'data': 'echo(2)'}\n"
             "{'req': 'execute', 'data': 'echo(3)'}\n");
    is_str(rig_sent(rig), "", "answers have no id: they wait for the first");
    rpc_complete(rig_parked, rpc_int(rig_parked, 1));
    is_str(rig_sent(rig), "{'res': 'response', 'data': '1'}\n"
           "{'res': 'response', 'data': '2'}\n"
           "{'res': 'response', 'data': '3'}\n", "in the order of requests");
    rig_feed(rig, "nonsense\n");
    ok(strstr(rig_sent(rig), "'res': 'error'") != NULL, "what is wrong");
    is_int(rpc_peer_call(rig->peer, "a", NULL, 0, NULL, NULL),
           APR_ENOTIMPL, "it cannot be called");
    is_int(rpc_peer_notify(rig->peer, "a", NULL), APR_ENOTIMPL, "nor told");
    rig_feed(rig, "{'req': 'execute', 'data': 'park(9000)'}\n");
    rig_end_drop(rig);
    rpc_complete(rig_parked, rpc_nil(rig_parked));
    is_int(rig->released, 1, "gone with a turn open");
    rig_end_free(rig);
}

static void test_facts(void)
{
    rig_end_t *rig = make(RPC_FRAMING_AUTO, 0);
    rpc_peer_t *kept = rpc_peer_ref(rig->peer);
    int key;

    ok(malloc_usable_size(kept) + malloc_usable_size(kept->block) < 1024,
       "an idle peer takes less than 1 KiB: %d and %d",
       (int)malloc_usable_size(kept), (int)malloc_usable_size(kept->block));
    is_str(rpc_peer_transport(kept), "tcp", "its transport");
    is_str(rpc_peer_user(kept), "anna", "its user");
    is_str(rpc_peer_client_ip(kept), "192.0.2.1", "its address");
    ok(rpc_peer_data(kept, &key) == NULL, "no data");
    rpc_peer_set_data(kept, &key, &rig);
    rpc_peer_set_data(kept, &key, &kept);
    ok(rpc_peer_data(kept, &key) == (void *)&kept, "the last data");
    is_int(rig_feed(rig, "GET / HTTP/1.1\r\n\r\n"), RPC_PEER_HTTP, "HTTP");
    is_int(rpc_peer_gone(kept), 0, "not gone yet");
    rig_end_drop(rig);
    is_int(rig->released, 0, "it is kept");
    is_int(rpc_peer_gone(kept), 1, "but gone");
    is_str(rpc_peer_user(kept), "anna", "and still knows its user");
    rpc_peer_unref(kept);
    is_int(rig->released, 1, "until it is not");
    rig_end_free(rig);
}

static void test_end_of_input(void)
{
    rig_end_t *rig = make(RPC_FRAMING_AUTO, 0);

    rig_feed(rig, "{\"jsonrpc\":\"2.0\",\"method\":\"echo\",\"params\":[1],"
             "\"id\":1}");
    rpc_peer_pause(rig->peer);
    ok(strstr(rig_sent(rig), "\"result\":1") != NULL,
       "a message without delimiter, once nothing more can be read");
    end(rig, "pause");
    rig = make(RPC_FRAMING_NEWLINE, 0);
    rig_feed(rig, "{\"jsonrpc\":\"2.0\",\"method\":\"echo\",\"params\":[1],"
             "\"id\":1}");
    is_int(rpc_peer_is_idle(rig->peer), 0, "a message has begun");
    is_int(rpc_peer_end_of_input(rig->peer), RPC_PEER_OPEN, "a half-close");
    ok(strstr(rig_sent(rig), "\"result\":1") != NULL, "is no loss");
    end(rig, "end of input");
}

int main(void)
{
    apr_initialize();
    apr_pool_create(&pool, NULL);
    host = rig_host_create(0, 0, pool);
    registry = rig_registry(&rig_table, "", pool);
    test_rpcbd();
    test_answers();
    test_deferred();
    test_refusals();
    test_pyrpc();
    test_facts();
    test_end_of_input();
    is_int(rig_opened, rig_closed, "peer_close ran for each peer_open");
    ok(rig_opened > 0, "which did run");
    apr_pool_destroy(pool);
    apr_terminate();
    return done_testing();
}
