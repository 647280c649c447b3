/* SPDX-License-Identifier: Apache-2.0 */
/* The handler table `peers`: calls back, publishes, floods, waits. For the
 * tests of t/peers only. */
#include "mod_rpc.h"

#include "http_config.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What a table keeps for each server: how many peers there are. */
typedef struct context_t {
    volatile int open;
    volatile int closed;
} context_t;

static void *create_context(apr_pool_t *pool, struct server_rec *server)
{
    (void)server;
    return apr_pcalloc(pool, sizeof(context_t));
}

static void peer_open(rpc_peer_t *peer, void *context)
{
    (void)peer;
    __sync_add_and_fetch(&((context_t *)context)->open, 1);
}

static void peer_close(rpc_peer_t *peer, void *context)
{
    (void)peer;
    __sync_add_and_fetch(&((context_t *)context)->closed, 1);
}

static rpc_value_t *count(rpc_call_t *call)
{
    context_t *context = rpc_call_context(call);
    int open = __sync_add_and_fetch(&context->open, 0);

    return rpc_structv(call, "opened", rpc_int(call, open), "closed",
                       rpc_int(call, __sync_add_and_fetch(&context->closed,
                                                          0)),
                       "pid", rpc_int(call, getpid()), (char *)NULL);
}

/* Leaves a line in the file `marks` of the server's folder, whole in one
 * write, however many processes do so. */
static rpc_value_t *mark(rpc_call_t *call)
{
    const char *path = ap_server_root_relative(rpc_call_pool(call), "marks");
    char line[32];
    int length = snprintf(line, sizeof(line), "%d\n",
                          (int)rpc_arg_int(call, 0));
    int file = open(path, O_WRONLY | O_APPEND | O_CREAT, 0666);
    int is_written = file >= 0 && write(file, line, (size_t)length) == length;

    if (file >= 0) {
        close(file);
    }
    return is_written ? rpc_arg(call, 0)
                      : rpc_fail(call, RPC_E_INTERNAL, "cannot write marks");
}

/* ------------------------------------------------------------- slow ones */

static rpc_value_t *sleep_a_while(rpc_call_t *call)
{
    apr_sleep((apr_interval_time_t)(rpc_arg_double(call, 0) * 1e6));
    return rpc_arg(call, 0);
}

/* Until nobody wants it. */
static rpc_value_t *wait_for_cancel(rpc_call_t *call)
{
    int i;

    for (i = 0; i < 1000 && !rpc_call_cancelled(call); i++) {
        apr_sleep(10000);
    }
    return rpc_int(call, i);
}

/* ------------------------------------------------------------ both ways */

/* From a thread of the pool: it may wait. */
static rpc_value_t *ask(rpc_call_t *call)
{
    size_t length;
    rpc_value_t *answer = rpc_peer_call_wait(
        call, rpc_call_peer(call), rpc_as_string(rpc_arg(call, 0), &length),
        rpc_arg(call, 1), (apr_interval_time_t)(rpc_arg_double(call, 2)
                                                * 1e6));

    return answer != NULL ? rpc_arrayv(call, answer, (rpc_value_t *)NULL)
                          : NULL;
}

static void answered(rpc_peer_t *peer, rpc_call_t *reply, rpc_value_t *result,
                     void *baton)
{
    rpc_call_t *call = baton;
    const char *text = NULL;
    int code = rpc_fault(reply, &text);

    (void)peer;
    if (result == NULL) {
        rpc_complete_fail(call, code, "the peer said: %s", text);
    }
    else {
        rpc_complete(call, rpc_int(call, rpc_as_int(result)));
    }
}

/* Waits for nothing: the answer of the other end completes the call. */
static rpc_value_t *ask_later(rpc_call_t *call)
{
    rpc_peer_t *peer = rpc_call_peer(call);
    size_t length;
    const char *method = rpc_as_string(rpc_arg(call, 0), &length);
    apr_status_t rv;
    rpc_value_t *later;

    if (peer == NULL) {
        return rpc_fail(call, 1, "over HTTP there is nobody to ask");
    }
    later = rpc_defer(call, 30 * APR_USEC_PER_SEC);
    rv = rpc_peer_call(peer, method, rpc_arg(call, 1), 10 * APR_USEC_PER_SEC,
                       answered, call);
    if (rv != APR_SUCCESS) {
        rpc_complete_fail(call, 2, "it cannot be asked: %d", rv);
    }
    return later;
}

static rpc_value_t *tell(rpc_call_t *call)
{
    size_t length;
    const char *method = rpc_as_string(rpc_arg(call, 0), &length);
    apr_int64_t i;
    apr_status_t rv = APR_SUCCESS;

    for (i = 0; i < rpc_arg_int(call, 1) && rv == APR_SUCCESS; i++) {
        rv = rpc_peer_notify(rpc_call_peer(call), method,
                             rpc_arrayv(call, rpc_int(call, i),
                                        (rpc_value_t *)NULL));
    }
    return rpc_int(call, i);
}

static rpc_value_t *hang_up(rpc_call_t *call)
{
    size_t length;

    rpc_peer_close(rpc_call_peer(call), (int)rpc_arg_int(call, 0),
                   rpc_as_string(rpc_arg(call, 1), &length));
    return rpc_nil(call);
}

static rpc_value_t *who(rpc_call_t *call)
{
    rpc_peer_t *peer = rpc_call_peer(call);

    return rpc_structv(
        call, "transport", rpc_string(call, rpc_call_transport(call)),
        "user", rpc_string(call, rpc_call_user(call)), "ip",
        rpc_string(call, rpc_call_client_ip(call)), "peer",
        rpc_bool(call, peer != NULL), "request",
        rpc_bool(call, rpc_call_request(call) != NULL), (char *)NULL);
}

/* --------------------------------------------------------- publishing */

static rpc_value_t *publish(rpc_call_t *call)
{
    return rpc_int(call, rpc_publish(call, "peers.news", rpc_arg(call, 0)));
}

static rpc_value_t *publish_big(rpc_call_t *call)
{
    size_t length = (size_t)rpc_arg_int(call, 0);
    char *text = apr_palloc(rpc_call_pool(call), length + 1);

    memset(text, 'x', length);
    return rpc_int(call, rpc_publish(call, "peers.news",
                                     rpc_stringn(call, text, length)));
}

/* A thread that publishes as fast as it can. */
typedef struct storm_t {
    const rpc_api_t *api;
    struct server_rec *server;
    apr_time_t until;
} storm_t;

static void *publish_on(void *data)
{
    storm_t *storm = data;
    apr_int64_t i = 0;

    while (apr_time_now() < storm->until) {
        apr_pool_t *pool;
        rpc_call_t *call;

        apr_pool_create_unmanaged_ex(&pool, NULL, NULL);
        call = rpc_background(storm->api, storm->server, pool);
        rpc_publish(call, "peers.news", rpc_int(call, i++));
        apr_pool_destroy(pool);
    }
    free(storm);
    return NULL;
}

/* What child_init got, for storm(). */
static const rpc_api_t *volatile child_api;

static apr_status_t child_init(const rpc_api_t *api, void *context,
                               apr_pool_t *pool, struct server_rec *server)
{
    (void)context;
    (void)pool;
    (void)server;
    child_api = api;
    return APR_SUCCESS;
}

static rpc_value_t *begin_storm(rpc_call_t *call)
{
    apr_int64_t i;

    for (i = 0; i < rpc_arg_int(call, 0); i++) {
        storm_t *storm = malloc(sizeof(*storm));
        pthread_t thread;

        storm->api = child_api;
        storm->server = rpc_call_server(call);
        storm->until = apr_time_now()
                       + (apr_time_t)(rpc_arg_double(call, 1) * 1e6);
        if (pthread_create(&thread, NULL, publish_on, storm) == 0) {
            pthread_detach(thread);
        }
    }
    return rpc_int(call, i);
}

static const rpc_method_t methods[] = {
    RPC_METHOD("struct count()", count, RPC_SAFE,
               "How many peers came to this process, and went."),
    RPC_METHOD("int mark(int n)", mark, RPC_SAFE, "Write n down."),
    RPC_METHOD("double sleep(double seconds)", sleep_a_while,
               RPC_SAFE | RPC_BLOCKING, NULL),
    RPC_METHOD("double hold(double seconds)", sleep_a_while, RPC_SAFE,
               "The same on the connection's own thread."),
    RPC_METHOD("int wait_for_cancel()", wait_for_cancel,
               RPC_SAFE | RPC_BLOCKING, NULL),
    RPC_METHOD("array ask(string method, any params = nil, "
               "double seconds = 10.0)", ask, RPC_BLOCKING,
               "Call the caller and wait."),
    RPC_METHOD("array ask_here(string method, any params = nil, "
               "double seconds = 10.0)", ask, 0,
               "The same where it cannot wait."),
    RPC_METHOD("int ask_later(string method, any params = nil)", ask_later, 0,
               "Call the caller; its answer is the answer."),
    RPC_METHOD("int tell(string method, int times)", tell, 0,
               "Notify the caller."),
    RPC_METHOD("nil hang_up(int code, string reason)", hang_up, 0, NULL),
    RPC_METHOD("nil hang_up_slowly(int code, string reason)", hang_up,
               RPC_BLOCKING, "The same on a thread of the pool."),
    RPC_METHOD("struct who()", who, RPC_SAFE, NULL),
    RPC_METHOD("int publish(any value)", publish, 0, NULL),
    RPC_METHOD("int publish_big(int bytes)", publish_big, 0, NULL),
    RPC_METHOD("int storm(int threads, double seconds)", begin_storm, 0,
               "Publish as fast as that many threads can."),
    RPC_METHOD_END
};

static const char *const topics[] = {"news", NULL};

RPC_HANDLER_MODULE(peers, "For tests of peers.", methods,
                   .create = create_context, .child_init = child_init,
                   .peer_open = peer_open, .peer_close = peer_close,
                   .topics = topics);
