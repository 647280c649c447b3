/* SPDX-License-Identifier: Apache-2.0 */
/* Unit test of src/peer with threads: two ends connected through memory call
 * each other from many threads, and are lost in the middle of it. Meant for
 * ThreadSanitizer as well. */
#include "peer_rig.h"
#include "tap.h"

#include "apr_general.h"
#include "apr_strings.h"

#include "core/call.h"

#define CALLERS 4
#define OUTSTANDING 64
#define ROUNDS 300

static apr_pool_t *pool;
static rpc_host_t *host;
static const rpc_registry_t *registry;

/* ---- handlers ---- */

static rpc_value_t *echo(rpc_call_t *call)
{
    return rpc_arg(call, 0);
}

static rpc_value_t *slow(rpc_call_t *call)
{
    apr_sleep(rpc_arg_int(call, 0) * 1000);
    return rpc_int(call, rpc_call_cancelled(call));
}

/* Asks the caller back, and waits for it. */
static rpc_value_t *ask(rpc_call_t *call)
{
    return rpc_peer_call_wait(call, rpc_call_peer(call), "echo",
                              rpc_arrayv(call, rpc_arg(call, 0),
                                         (char *)NULL), 10000000);
}

static rpc_value_t *publish(rpc_call_t *call)
{
    rpc_publish(call, "main.news", rpc_arg(call, 0));
    return rpc_nil(call);
}


static void *complete(void *baton)
{
    rpc_call_t *call = baton;

    rpc_complete(call, rpc_arrayv(call, rpc_arg(call, 0), (char *)NULL));
    return NULL;
}

/* Another thread answers, often before this one has returned. */
static rpc_value_t *later(rpc_call_t *call)
{
    rpc_value_t *promise = rpc_defer(call, rpc_arg_int(call, 1) * 1000);
    pthread_attr_t detached;
    pthread_t thread;
    int failed;

    pthread_attr_init(&detached);
    pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
    failed = pthread_create(&thread, &detached, complete, call);
    pthread_attr_destroy(&detached);
    return failed ? rpc_fail(call, 1, "no thread") : promise;
}

static const rpc_method_t methods[] = {
    RPC_METHOD("any echo(any data)", echo, 0, NULL),
    RPC_METHOD("int slow(int milliseconds)", slow, RPC_BLOCKING, NULL),
    RPC_METHOD("any ask(any data)", ask, RPC_BLOCKING, NULL),
    RPC_METHOD("nil publish(any data)", publish, RPC_BLOCKING, NULL),
    RPC_METHOD("any later(any data, int limit = 10000)", later, 0, NULL),
    RPC_METHOD("any slowly_later(any data, int limit = 10000)", later,
               RPC_BLOCKING, NULL),
    RPC_METHOD_END
};
static const char *const topics[] = { "news", NULL };
static const rpc_table_t table = RPC_TABLE(main, "test", methods,
                                           .topics = topics);

/* ---- many outstanding calls ---- */

typedef struct tally_t {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    int open;
    int good;
    int failed;
    int gone;
    int timeouts;
} tally_t;

static void tally_init(tally_t *tally)
{
    memset(tally, 0, sizeof(*tally));
    pthread_mutex_init(&tally->mutex, NULL);
    pthread_cond_init(&tally->changed, NULL);
}

/* Until fewer than that many are open. */
static void wait_below(tally_t *tally, int bound)
{
    pthread_mutex_lock(&tally->mutex);
    while (tally->open >= bound) {
        pthread_cond_wait(&tally->changed, &tally->mutex);
    }
    pthread_mutex_unlock(&tally->mutex);
}

static void on_reply(rpc_peer_t *peer, rpc_call_t *reply, rpc_value_t *result,
                     void *baton)
{
    tally_t *tally = baton;
    int code = rpc_fault(reply, NULL);

    (void)peer;
    pthread_mutex_lock(&tally->mutex);
    tally->open--;
    tally->good += result != NULL;
    tally->gone += code == RPC_E_PEER_GONE;
    tally->timeouts += code == RPC_E_TIMEOUT;
    tally->failed += code != 0 && code != RPC_E_PEER_GONE
                     && code != RPC_E_TIMEOUT;
    pthread_cond_broadcast(&tally->changed);
    pthread_mutex_unlock(&tally->mutex);
}

static void count_open(tally_t *tally, int more)
{
    pthread_mutex_lock(&tally->mutex);
    tally->open += more;
    pthread_mutex_unlock(&tally->mutex);
}

typedef struct caller_t {
    rpc_peer_t *peer;
    tally_t tally;
    pthread_t thread;
    int sent;
    apr_interval_time_t timeout;
} caller_t;

static void call_once(caller_t *caller, rpc_call_t *build, int round)
{
    static const char *const names[] = { "echo", "later", "ask",
                                         "slowly_later", "publish", "echo" };
    rpc_value_t *params = rpc_arrayv(build, rpc_int(build, round),
                                     (char *)NULL);

    count_open(&caller->tally, 1);
    if (rpc_peer_call(caller->peer, names[round % 6], params, caller->timeout,
                      on_reply, &caller->tally) == APR_SUCCESS) {
        caller->sent++;
    }
    else {
        count_open(&caller->tally, -1);
    }
}

static void *call_many(void *baton)
{
    caller_t *caller = baton;
    apr_pool_t *own;
    int round;

    apr_pool_create_unmanaged_ex(&own, NULL, NULL);
    for (round = 0; round < ROUNDS; round++) {
        rpc_call_t *build = rpc_background(&rpc_api, NULL, own);

        call_once(caller, build, round);
        wait_below(&caller->tally, OUTSTANDING);
        if (round % 50 == 49) {
            apr_pool_clear(own);
        }
    }
    wait_below(&caller->tally, 1);
    apr_pool_destroy(own);
    return NULL;
}

static rig_end_t *make(int framing, int piece)
{
    rig_setup_t setup = {
        .host = host, .registry = registry, .framing = framing
    };
    rig_end_t *end = rig_end_create(&setup);

    end->piece = piece;
    return end;
}

/* Both ends get what is published; a topic that comes is a notification of a
 * method that they have not, so nothing is answered. */
static void subscribe(rig_end_t *a, rig_end_t *b)
{
    apr_pool_t *own;
    rpc_call_t *build;
    tally_t tally;

    apr_pool_create_unmanaged_ex(&own, NULL, NULL);
    build = rpc_background(&rpc_api, NULL, own);
    tally_init(&tally);
    tally.open = 2;
    rpc_peer_call(a->peer, "rpc.on",
                  rpc_arrayv(build, rpc_string(build, "news"), (char *)NULL),
                  0, on_reply, &tally);
    rpc_peer_call(b->peer, "rpc.subscribe",
                  rpc_arrayv(build, rpc_string(build, "news"), (char *)NULL),
                  0, on_reply, &tally);
    wait_below(&tally, 1);
    is_int(tally.good, 2, "both have subscribed");
    apr_pool_destroy(own);
}

static void end_both(rig_end_t *a, rig_end_t *b)
{
    rpc_peer_unref(a->peer);
    rpc_peer_unref(b->peer);
}

/* The peers are kept by detached threads for a moment. */
static void free_end(rig_end_t *end)
{
    int released = 0;
    int i;

    for (i = 0; i < 5000 && !released; i++) {
        pthread_mutex_lock(&end->mutex);
        released = end->released;
        pthread_mutex_unlock(&end->mutex);
        apr_sleep(released ? 0 : 1000);
    }
    ok(released, "nothing keeps the peer");
    rig_end_free(end);
}

static void start(caller_t *caller, rig_end_t *end,
                  apr_interval_time_t timeout)
{
    memset(caller, 0, sizeof(*caller));
    tally_init(&caller->tally);
    caller->peer = rpc_peer_ref(end->peer);
    caller->timeout = timeout;
    pthread_create(&caller->thread, NULL, call_many, caller);
}

static void test_many(int a_framing, int b_framing, int piece)
{
    rig_end_t *a = make(a_framing, piece);
    rig_end_t *b = make(b_framing, piece);
    caller_t callers[CALLERS];
    int good = 0;
    int sent = 0;
    int i;

    rig_connect(a, b);
    subscribe(a, b);
    for (i = 0; i < CALLERS; i++) {
        start(&callers[i], i % 2 ? a : b, i < 2 ? 10000000 : 0);
    }
    for (i = 0; i < CALLERS; i++) {
        pthread_join(callers[i].thread, NULL);
        good += callers[i].tally.good;
        sent += callers[i].sent;
        rpc_peer_unref(callers[i].peer);
    }
    is_int(sent, CALLERS * ROUNDS, "all calls were sent");
    is_int(good, sent, "and answered");
    rig_disconnect(a, b);
    end_both(a, b);
    is_int(a->errors + b->errors, 0, "without an error of ours");
    free_end(a);
    free_end(b);
}

/* The connection ends in the middle; some calls time out before. */
static void test_lost(int framing)
{
    rig_end_t *a = make(framing, 0);
    rig_end_t *b = make(framing, 0);
    caller_t callers[CALLERS];
    int told = 0;
    int sent = 0;
    int i;

    rig_connect(a, b);
    subscribe(a, b);
    for (i = 0; i < CALLERS; i++) {
        start(&callers[i], i % 2 ? a : b, i == 0 ? 1 : 100000);
    }
    apr_sleep(5000);
    rpc_peer_lost(b->peer);
    rpc_peer_lost(a->peer);
    for (i = 0; i < CALLERS; i++) {
        const tally_t *tally = &callers[i].tally;

        pthread_join(callers[i].thread, NULL);
        told += tally->good + tally->failed + tally->gone + tally->timeouts;
        sent += callers[i].sent;
        rpc_peer_unref(callers[i].peer);
    }
    is_int(told, sent, "what was sent is told of exactly once");
    rig_disconnect(a, b);
    end_both(a, b);
    free_end(a);
    free_end(b);
}

/* ---- limits, cancels, a stop ---- */

static void wait_sent(rig_end_t *end, const char *wanted)
{
    int found = 0;
    int i;

    for (i = 0; i < 5000 && !found; i++) {
        pthread_mutex_lock(&end->mutex);
        found = end->sent != NULL && strstr(end->sent, wanted) != NULL;
        pthread_mutex_unlock(&end->mutex);
        apr_sleep(found ? 0 : 1000);
    }
    ok(found, "it sends %s", wanted);
}

static void test_blocking(void)
{
    rpc_host_t *own = rig_host_create(1, 1, pool);
    rig_setup_t setup = {
        .host = own, .registry = registry, .framing = RPC_FRAMING_NEWLINE
    };
    rig_end_t *end = rig_end_create(&setup);

    rig_feed(end, "{\"jsonrpc\":\"2.0\",\"method\":\"slow\",\"params\":[300],"
             "\"id\":1}\n");
    while (rig_host_waiting(own) > 0) {
        apr_sleep(1000);
    }
    rig_feed(end, "{\"jsonrpc\":\"2.0\",\"method\":\"slow\",\"params\":[0],"
             "\"id\":2}\n{\"jsonrpc\":\"2.0\",\"method\":\"slow\",\"params\":"
             "[0],\"id\":3}\n{\"jsonrpc\":\"2.0\",\"method\":\"echo\","
             "\"params\":[0],\"id\":4}\n{\"jsonrpc\":\"2.0\",\"method\":"
             "\"$/cancelRequest\",\"params\":{\"id\":2}}\n");
    is_str(rig_sent(end),
           "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32000,\"message\":"
           "\"Server busy\",\"data\":\"the server is busy, try again later\"},"
           "\"id\":3}\n{\"jsonrpc\":\"2.0\",\"result\":0,\"id\":4}\n",
           "a full pool; others go on");
    wait_sent(end, "\"result\":0,\"id\":1");
    wait_sent(end, "\"code\":-32800,\"message\":\"Cancelled\"");
    rig_feed(end, "{\"jsonrpc\":\"2.0\",\"method\":\"slow\",\"params\":[100],"
             "\"id\":5}\n");
    while (rig_host_waiting(own) > 0) {
        apr_sleep(1000);
    }
    rig_feed(end, "{\"jsonrpc\":\"2.0\",\"method\":\"slow\",\"params\":[0],"
             "\"id\":6}\n");
    rpc_host_stop(own);
    wait_sent(end, "\"id\":5");
    wait_sent(end, "\"code\":-32006");
    rig_host_stop(own);
    rig_feed(end, "{\"jsonrpc\":\"2.0\",\"method\":\"echo\",\"params\":[0],"
             "\"id\":7}\n");
    ok(strstr(rig_sent(end), "-32006") != NULL, "a host that stops");
    rig_end_drop(end);
    free_end(end);
}

/* Two slow calls of one batch run at once, each in a pool of its own. */
static void test_batch(void)
{
    rig_end_t *end = make(RPC_FRAMING_NEWLINE, 0);
    apr_time_t began = apr_time_now();

    rig_feed(end, "[{\"jsonrpc\":\"2.0\",\"method\":\"slow\",\"params\":[200],"
             "\"id\":1},{\"jsonrpc\":\"2.0\",\"method\":\"slow\",\"params\":"
             "[200],\"id\":2},{\"jsonrpc\":\"2.0\",\"method\":\"slowly_later\","
             "\"params\":[3],\"id\":3}]\n");
    wait_sent(end, "[{\"jsonrpc\":\"2.0\",\"result\":0,\"id\":1},{\"jsonrpc\":"
              "\"2.0\",\"result\":0,\"id\":2},{\"jsonrpc\":\"2.0\",\"result\":"
              "[3],\"id\":3}]\n");
    ok(apr_time_now() - began < 390000, "in less time than both take");
    rig_end_drop(end);
    free_end(end);
}

/* A short limit: completion, timer and the method's return in any order. */
static void test_limits(void)
{
    rig_end_t *end = make(RPC_FRAMING_NEWLINE, 0);
    int i;

    for (i = 0; i < 100; i++) {
        rig_feed(end, "{\"jsonrpc\":\"2.0\",\"method\":\"later\",\"params\":"
                 "[1,0],\"id\":1}\n[{\"jsonrpc\":\"2.0\",\"method\":"
                 "\"slowly_later\",\"params\":[1,0],\"id\":1},{\"jsonrpc\":"
                 "\"2.0\",\"method\":\"slowly_later\",\"params\":[1,0],"
                 "\"id\":2}]\n");
    }
    for (i = 0; i < 5000 && rpc_peer_open_calls(end->peer) > 0; i++) {
        apr_sleep(1000);
    }
    is_int(rpc_peer_open_calls(end->peer), 0, "all have ended");
    pthread_mutex_lock(&end->mutex);
    is_int(end->answered, 200, "each once");
    pthread_mutex_unlock(&end->mutex);
    rig_end_drop(end);
    free_end(end);
}

int main(void)
{
    int i;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    host = rig_host_create(6, 100000, pool);
    registry = rig_registry(&table, "", pool);
    test_many(RPC_FRAMING_NEWLINE, RPC_FRAMING_AUTO, 0);
    test_many(RPC_FRAMING_NETSTRING, RPC_FRAMING_NETSTRING, 7);
    test_many(-1, -2, 0);
    for (i = 0; i < 20; i++) {
        test_lost(i % 2 ? RPC_FRAMING_NEWLINE : RPC_FRAMING_CONTENT_LENGTH);
    }
    test_blocking();
    test_batch();
    test_limits();
    rig_host_stop(host);
    apr_pool_destroy(pool);
    apr_terminate();
    return done_testing();
}
