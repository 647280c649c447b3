/* SPDX-License-Identifier: Apache-2.0 */
/* A call to the other end that a thread waits for. For the functions behind
 * mod_rpc_async.h. */
#include "apr_strings.h"

#include "peer/session.h"

/* On the stack of the thread that waits. */
typedef struct wait_t {
    pthread_mutex_t mutex;
    pthread_cond_t done;
    int is_done;
    rpc_message_t *message; /* what holds the result; a reference */
    rpc_value_t *result;
    rpc_fault_t *fault;
} wait_t;

static void on_reply(rpc_peer_t *peer, rpc_call_t *reply, rpc_value_t *result,
                     void *baton)
{
    wait_t *wait = baton;

    (void)peer;
    rpc_message_ref(reply->message);
    pthread_mutex_lock(&wait->mutex);
    wait->message = reply->message;
    wait->result = result;
    wait->fault = reply->pending;
    wait->is_done = 1;
    pthread_cond_signal(&wait->done);
    pthread_mutex_unlock(&wait->mutex);
}

static apr_status_t let_message_go(void *message)
{
    rpc_message_unref(message);
    return APR_SUCCESS;
}

static rpc_value_t *fail_at_once(rpc_call_t *call, const char *method,
                                 apr_status_t rv)
{
    switch (rv) {
    case APR_EOF:
        return rpc_fail(call, RPC_E_PEER_GONE, "the peer is gone");
    case APR_ENOSPC:
        return rpc_fail(call, RPC_E_PEER_GONE,
                        "the peer does not read what it is sent");
    case APR_EAGAIN:
        return rpc_fail(call, RPC_E_BUSY,
                        "too many calls of the peer are unanswered");
    case APR_ENOTIMPL:
        return rpc_fail(call, RPC_E_INTERNAL,
                        "a peer that speaks pyrpc cannot be called");
    default:
        return rpc_fail(call, RPC_E_PARAMS,
                        "parameters of %s: JSON cannot carry them, or they "
                        "are neither array nor struct", method);
    }
}

rpc_value_t *rpc_peer_call_wait_(rpc_call_t *call, rpc_peer_t *peer,
                                 const char *method,
                                 const rpc_value_t *params,
                                 apr_interval_time_t timeout)
{
    wait_t wait = {.is_done = 0};
    apr_status_t rv;

    if (!rpc_atomic_get(&peer->is_gone)
        && peer->ops->is_owner(peer, peer->carrier)) {
        return rpc_fail(call, RPC_E_INTERNAL,
                        "waiting for a peer on the thread that reads its "
                        "answers would never end: flag the method "
                        "RPC_BLOCKING");
    }
    pthread_mutex_init(&wait.mutex, NULL);
    pthread_cond_init(&wait.done, NULL);
    rv = rpc_peer_call_(peer, method, params, timeout, on_reply, &wait);
    pthread_mutex_lock(&wait.mutex);
    while (rv == APR_SUCCESS && !wait.is_done) {
        pthread_cond_wait(&wait.done, &wait.mutex);
    }
    pthread_mutex_unlock(&wait.mutex);
    pthread_cond_destroy(&wait.done);
    pthread_mutex_destroy(&wait.mutex);
    if (rv != APR_SUCCESS) {
        return fail_at_once(call, method, rv);
    }
    apr_pool_cleanup_register(call->pool, wait.message, let_message_go,
                              apr_pool_cleanup_null);
    call->pending = wait.fault;
    return wait.result;
}
