/* SPDX-License-Identifier: Apache-2.0 */
/* The handler table `talk`: methods that call their caller back, publish, and
 * answer later. For tests of peers with clients of all kinds. */
#include "mod_rpc.h"

#include <pthread.h>
#include <stdlib.h>

#define PATIENCE (10 * APR_USEC_PER_SEC)

/* The caller, which must be a peer. */
static rpc_peer_t *need_peer(rpc_call_t *call)
{
    rpc_peer_t *peer = rpc_call_peer(call);

    if (peer == NULL) {
        rpc_fail(call, RPC_E_PARAMS, "nobody can be called back over %s",
                 rpc_call_transport(call));
    }
    return peer;
}

typedef struct later_t {
    rpc_call_t *call;
    double seconds;
} later_t;

static void *answer_later(void *data)
{
    later_t *later = data;
    apr_time_t end = apr_time_now()
                     + (apr_time_t)(later->seconds * APR_USEC_PER_SEC);
    apr_time_t now = apr_time_now();

    while (now < end && !rpc_call_cancelled(later->call)) {
        apr_sleep(end - now < 10000 ? end - now : 10000);
        now = apr_time_now();
    }
    rpc_complete(later->call, rpc_double(later->call, later->seconds));
    free(later);
    return NULL;
}

static rpc_value_t *later(rpc_call_t *call)
{
    double seconds = rpc_arg_double(call, 0);
    later_t *later;
    rpc_value_t *deferred;
    pthread_t thread;

    if (!(seconds >= 0 && seconds <= 60)) {
        return rpc_fail(call, RPC_E_PARAMS, "expected at most 60 seconds");
    }
    later = malloc(sizeof(*later));
    if (later == NULL) {
        return rpc_fail(call, RPC_E_INTERNAL, "no memory");
    }
    later->call = call;
    later->seconds = seconds;
    deferred = rpc_defer(call, 2 * PATIENCE);
    if (pthread_create(&thread, NULL, answer_later, later) != 0) {
        free(later);
        rpc_complete_fail(call, RPC_E_INTERNAL, "no thread");
        return deferred;
    }
    pthread_detach(thread);
    return deferred;
}

static rpc_value_t *call_back(rpc_call_t *call)
{
    rpc_peer_t *peer = need_peer(call);

    return peer == NULL
               ? NULL
               : rpc_peer_call_wait(call, peer, rpc_arg_string(call, 0),
                                    rpc_arg(call, 1), PATIENCE);
}

static rpc_value_t *tell(rpc_call_t *call, rpc_peer_t *peer,
                         const rpc_value_t *params)
{
    apr_status_t rv = rpc_peer_notify(peer, rpc_arg_string(call, 0), params);

    return rv == APR_SUCCESS
               ? rpc_nil(call)
               : rpc_fail(call, RPC_E_INTERNAL, "not sent: %d", rv);
}

static rpc_value_t *notify(rpc_call_t *call)
{
    rpc_peer_t *peer = need_peer(call);

    return peer == NULL ? NULL : tell(call, peer, rpc_arg(call, 1));
}

/* Calls the function that its caller gave it, n times. */
static rpc_value_t *count(rpc_call_t *call)
{
    rpc_peer_t *peer = need_peer(call);
    int64_t n = rpc_arg_int(call, 1);
    int64_t i;

    for (i = 1; peer != NULL && i <= n; i++) {
        if (tell(call, peer, rpc_arrayv(call, rpc_int(call, i),
                                        (rpc_value_t *)NULL)) == NULL) {
            return NULL;
        }
    }
    return peer == NULL ? NULL : rpc_int(call, n);
}

static rpc_value_t *say(rpc_call_t *call)
{
    apr_status_t rv = rpc_publish(call, "talk.said", rpc_arg(call, 0));

    return rv == APR_SUCCESS
               ? rpc_nil(call)
               : rpc_fail(call, RPC_E_INTERNAL, "not published: %d", rv);
}

/* Ends the connection of its caller. */
static rpc_value_t *end(rpc_call_t *call)
{
    rpc_peer_t *peer = need_peer(call);

    if (peer == NULL) {
        return NULL;
    }
    rpc_peer_close(peer, 4000, "as you wish");
    return rpc_nil(call);
}

static const rpc_method_t methods[] = {
    RPC_METHOD("double later(double seconds)", later, RPC_SAFE,
               "Return the seconds, after as many."),
    RPC_METHOD("any call(string method, array params)", call_back,
               RPC_BLOCKING, "Call the caller, and return what it answers."),
    RPC_METHOD("nil notify(string method, any params)", notify, 0,
               "Notify the caller."),
    RPC_METHOD("int count(string callback, int n)", count, 0,
               "Notify the caller's function of 1 to n."),
    RPC_METHOD("nil say(any value)", say, 0, "Publish the topic said."),
    RPC_METHOD("nil close()", end, 0, "Close the caller's connection."),
    RPC_METHOD_END
};

static const char *const topics[] = { "said", NULL };

static const rpc_table_t table =
    RPC_TABLE(talk, "Methods that call back.", methods, .topics = topics);

static void register_hooks(apr_pool_t *pool)
{
    rpc_table_register(&table, pool);
}

AP_DECLARE_MODULE(rpc_talk) = {
    STANDARD20_MODULE_STUFF,
    NULL, /* per-directory configuration: create, merge */
    NULL,
    NULL, /* per-server configuration: create, merge */
    NULL,
    NULL, /* directives */
    register_hooks,
    AP_MODULE_FLAG_NONE
};
