/* SPDX-License-Identifier: Apache-2.0 */
/* Calls to the other end: sent, awaited, answered, timed out. For the
 * functions behind mod_rpc_async.h, and for incoming.c. */
#include <stdlib.h>

#include "apr_strings.h"

#include "peer/session.h"

#define FIRST_BUCKETS 8

/* A sum with a time must not overflow. */
#define LONGEST_TIMEOUT (366 * 24 * 3600 * APR_USEC_PER_SEC)

/* ---- the table of what is awaited; with the lock ---- */

static rpc_pending_t **bucket_of(rpc_peer_t *peer, apr_int64_t id)
{
    return &peer->buckets[(apr_uint64_t)id & (peer->bucket_count - 1)];
}

static void grow(rpc_peer_t *peer)
{
    apr_size_t count = peer->bucket_count > 0 ? peer->bucket_count * 2
                                              : FIRST_BUCKETS;
    rpc_pending_t **old = peer->buckets;
    apr_size_t old_count = peer->bucket_count;
    apr_size_t i;

    peer->buckets = rpc_peer_allocate(count * sizeof(*peer->buckets));
    peer->bucket_count = count;
    for (i = 0; i < old_count; i++) {
        while (old[i] != NULL) {
            rpc_pending_t *pending = old[i];
            rpc_pending_t **bucket = bucket_of(peer, pending->id);

            old[i] = pending->next;
            pending->next = *bucket;
            *bucket = pending;
        }
    }
    free(old);
}

apr_status_t rpc_pending_add(rpc_pending_t *pending)
{
    rpc_peer_t *peer = pending->peer;
    rpc_pending_t **bucket;

    if (rpc_atomic_get(&peer->is_gone)) {
        return APR_EOF;
    }
    if (peer->pending_count >= RPC_PEER_MAX_CALLS) {
        return APR_EAGAIN;
    }
    if (peer->pending_count >= peer->bucket_count) {
        grow(peer);
    }
    bucket = bucket_of(peer, pending->id);
    pending->next = *bucket;
    *bucket = pending;
    pending->is_open = 1;
    rpc_atomic_add(&pending->refs, 1);
    peer->pending_count++;
    return APR_SUCCESS;
}

rpc_pending_t *rpc_pending_find(rpc_peer_t *peer, apr_int64_t id)
{
    rpc_pending_t *at;

    if (peer->bucket_count == 0) {
        return NULL;
    }
    for (at = *bucket_of(peer, id); at != NULL && at->id != id;
         at = at->next) {
    }
    return at;
}

int rpc_pending_remove(rpc_pending_t *pending)
{
    rpc_peer_t *peer = pending->peer;
    rpc_pending_t **at;

    if (!pending->is_open) {
        return 0;
    }
    for (at = bucket_of(peer, pending->id); *at != pending;
         at = &(*at)->next) {
    }
    *at = pending->next;
    pending->is_open = 0;
    peer->pending_count--;
    rpc_callback_forget(pending);
    if (pending->group != NULL) {
        rpc_group_close_one(peer, pending->group);
        pending->group = NULL;
    }
    if (peer->pending_count == 0) {
        free(peer->buckets); /* an idle peer is small */
        peer->buckets = NULL;
        peer->bucket_count = 0;
    }
    return 1;
}

/* ---- one of them ---- */

rpc_pending_t *rpc_pending_create(rpc_peer_t *peer, apr_int64_t id,
                                  rpc_reply_fn on_reply, void *baton)
{
    rpc_pending_t *pending = rpc_peer_allocate(sizeof(*pending));

    pending->peer = rpc_peer_api.ref(peer);
    pending->id = id;
    pending->on_reply = on_reply;
    pending->baton = baton;
    pending->refs = 1;
    return pending;
}

void rpc_pending_unref(rpc_pending_t *pending)
{
    if (rpc_atomic_sub(&pending->refs, 1) == 0) {
        rpc_peer_t *peer = pending->peer;

        free(pending);
        rpc_peer_api.unref(peer);
    }
}

static void stop_timer(rpc_pending_t *pending)
{
    if (rpc_timers_cancel(pending->peer->host->timers, &pending->timer)) {
        rpc_pending_unref(pending);
    }
}

/* Tells what came of it, and gives up the table's reference. */
static void deliver(rpc_pending_t *pending, rpc_message_t *message,
                    rpc_value_t *result, rpc_fault_t *fault)
{
    rpc_call_t *reply = apr_pcalloc(message->pool, sizeof(*reply));

    reply->api = &rpc_api;
    reply->pool = message->pool;
    reply->message = message;
    reply->caller = message->caller;
    reply->method = "";
    reply->state = RPC_CALL_RUNNING;
    reply->pending = fault;
    if (pending->on_reply != NULL) {
        pending->on_reply(pending->peer, reply, result, pending->baton);
    }
    rpc_pending_unref(pending);
}

void rpc_pending_fail(rpc_pending_t *pending, int code)
{
    rpc_peer_t *peer = pending->peer;
    rpc_message_t *message;
    int is_running;

    rpc_peer_lock(peer);
    is_running = pending->running > 0;
    if (is_running) {
        pending->late_code = code; /* the last callback tells it */
    }
    rpc_peer_unlock(peer);
    if (is_running) {
        return;
    }
    rpc_peer_api.ref(peer);
    message = rpc_peer_message(peer);
    deliver(pending, message, NULL,
            rpc_fault_make(message->pool, code, "%s",
                           code == RPC_E_TIMEOUT
                               ? "the peer did not answer in time"
                               : "the peer is gone"));
    rpc_peer_drop_message(peer, message);
    rpc_peer_api.unref(peer);
}

static void expire(rpc_timer_t *timer)
{
    rpc_pending_t *pending = (rpc_pending_t *)timer;
    int was_open;

    rpc_peer_lock(pending->peer);
    was_open = rpc_pending_remove(pending);
    rpc_peer_unlock(pending->peer);
    if (was_open) {
        rpc_pending_fail(pending, RPC_E_TIMEOUT);
    }
    rpc_pending_unref(pending);
}

void rpc_pending_watch(rpc_pending_t *pending, apr_interval_time_t timeout)
{
    rpc_peer_t *peer = pending->peer;
    int is_open;

    if (timeout <= 0) {
        return;
    }
    if (timeout > LONGEST_TIMEOUT) {
        timeout = LONGEST_TIMEOUT;
    }
    pending->timer.fire = expire;
    rpc_atomic_add(&pending->refs, 1);
    rpc_timers_set(peer->host->timers, &pending->timer,
                   apr_time_now() + timeout);
    rpc_peer_lock(peer);
    is_open = pending->is_open;
    rpc_peer_unlock(peer);
    if (!is_open) {
        stop_timer(pending); /* it ended before there was one */
    }
}

void rpc_peer_fail_all(rpc_peer_t *peer)
{
    rpc_pending_t *first = NULL;
    apr_size_t i;

    rpc_peer_lock(peer);
    for (i = 0; i < peer->bucket_count; i++) {
        while (i < peer->bucket_count && peer->buckets[i] != NULL) {
            rpc_pending_t *pending = peer->buckets[i];

            rpc_pending_remove(pending);
            pending->next = first;
            first = pending;
        }
    }
    rpc_peer_unlock(peer);
    while (first != NULL) {
        rpc_pending_t *pending = first;

        first = pending->next;
        stop_timer(pending);
        rpc_pending_fail(pending, RPC_E_PEER_GONE);
    }
}

/* ---- answers ---- */

/* The ids of the batch that an array of answers is of, where some have none:
 * they are in the order of the calls then. */
static const apr_int64_t *ids_by_place(rpc_peer_t *peer, apr_pool_t *pool,
                                       const rpc_answers_t *answers)
{
    const rpc_group_t *group;
    apr_int64_t *ids = NULL;
    int lacks = 0;
    int i;

    for (i = 0; i < answers->count; i++) {
        lacks |= answers->answers[i].id == NULL;
    }
    if (!answers->is_batch || !lacks) {
        return NULL;
    }
    rpc_peer_lock(peer);
    group = rpc_group_find(peer, answers);
    if (group != NULL && group->count == answers->count) {
        ids = apr_pmemdup(pool, group->ids,
                          sizeof(*ids) * (apr_size_t)group->count);
    }
    rpc_peer_unlock(peer);
    return ids;
}

static rpc_pending_t *take(rpc_peer_t *peer, apr_int64_t id)
{
    rpc_pending_t *pending = NULL;

    if (id > 0) {
        rpc_peer_lock(peer);
        pending = rpc_pending_find(peer, id);
        if (pending != NULL) {
            rpc_pending_remove(pending);
        }
        rpc_peer_unlock(peer);
    }
    if (pending != NULL) {
        stop_timer(pending);
    }
    return pending;
}

void rpc_peer_answered(rpc_peer_t *peer, rpc_message_t *message,
                       const rpc_answers_t *answers)
{
    const apr_int64_t *ids = ids_by_place(peer, message->pool, answers);
    int i;

    for (i = 0; i < answers->count; i++) {
        const rpc_answer_t *answer = &answers->answers[i];
        apr_int64_t id = answer->number;
        rpc_pending_t *pending;

        if (answer->broken != NULL) {
            rpc_peer_log(peer, 1, "ignored: %s", answer->broken);
            continue;
        }
        if (answer->id == NULL && ids != NULL) {
            id = ids[i];
        }
        pending = take(peer, id);
        if (pending == NULL) {
            rpc_peer_log(peer, 1, "ignored: an answer to no open call (id "
                         "%.40s)", answer->id != NULL ? answer->id : "null");
        }
        else {
            deliver(pending, message, answer->result, answer->fault);
        }
    }
}

/* ---- sending ---- */

apr_status_t rpc_peer_check(rpc_peer_t *peer)
{
    if (peer->protocol != &rpc_protocol_jsonrpc) {
        return APR_ENOTIMPL;
    }
    return rpc_atomic_get(&peer->is_gone) ? APR_EOF : APR_SUCCESS;
}

apr_status_t rpc_peer_write_request(const char *method,
                                    const rpc_value_t *params,
                                    apr_int64_t id, rpc_writer_t *out)
{
    char number[24];
    rpc_jsonrpc_request_t request = {
        .version = RPC_JSONRPC_20,
        .method = method,
        .params = params
    };

    if (id != 0) {
        apr_snprintf(number, sizeof(number), "%" APR_INT64_T_FMT, id);
        request.id = number;
    }
    return rpc_jsonrpc_write_request(&request, 0, out) == NULL ? APR_SUCCESS
                                                               : APR_EINVAL;
}

apr_status_t rpc_peer_notify_(rpc_peer_t *peer, const char *method,
                              const rpc_value_t *params)
{
    apr_status_t rv = rpc_peer_check(peer);
    rpc_writer_t *text;

    if (rv != APR_SUCCESS) {
        return rv;
    }
    text = rpc_writer_create(NULL);
    rv = rpc_peer_write_request(method, params, 0, text);
    if (rv == APR_SUCCESS) {
        rv = rpc_peer_send(peer, text->data, text->length);
    }
    rpc_writer_destroy(text);
    return rv;
}

/* Put it into the table, with the callbacks that it hands over, then send it:
 * the answer may come before the send returns. */
static apr_status_t send_call(rpc_pending_t *pending,
                              const rpc_value_t *params,
                              const rpc_writer_t *text)
{
    rpc_peer_t *peer = pending->peer;
    apr_status_t rv;

    rpc_peer_lock(peer);
    rv = rpc_pending_add(pending);
    if (rv == APR_SUCCESS) {
        rpc_callback_bind(pending, params);
    }
    rpc_peer_unlock(peer);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    rv = rpc_peer_send(peer, text->data, text->length);
    if (rv != APR_SUCCESS) {
        int was_open;

        rpc_peer_lock(peer);
        was_open = rpc_pending_remove(pending);
        rpc_peer_unlock(peer);
        if (!was_open) {
            return APR_SUCCESS; /* lost meanwhile: on_reply has been told */
        }
        rpc_pending_unref(pending);
    }
    return rv;
}

apr_int64_t rpc_peer_next_id(rpc_peer_t *peer)
{
    apr_int64_t id;

    rpc_peer_lock(peer);
    id = ++peer->last_id;
    rpc_peer_unlock(peer);
    return id;
}

apr_status_t rpc_peer_call_(rpc_peer_t *peer, const char *method,
                            const rpc_value_t *params,
                            apr_interval_time_t timeout,
                            rpc_reply_fn on_reply, void *baton)
{
    apr_status_t rv = rpc_peer_check(peer);
    rpc_pending_t *pending;
    rpc_writer_t *text;

    if (rv != APR_SUCCESS) {
        return rv;
    }
    pending = rpc_pending_create(peer, rpc_peer_next_id(peer), on_reply, baton);
    text = rpc_writer_create(NULL);
    rv = rpc_peer_write_request(method, params, pending->id, text);
    if (rv == APR_SUCCESS) {
        rv = send_call(pending, params, text);
    }
    if (rv == APR_SUCCESS) {
        rpc_pending_watch(pending, timeout);
    }
    rpc_writer_destroy(text);
    rpc_pending_unref(pending);
    return rv;
}
