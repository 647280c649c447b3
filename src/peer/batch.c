/* SPDX-License-Identifier: Apache-2.0 */
/* Batches of calls to the other end: one message out, and answers back in one
 * array or singly. For the functions behind mod_rpc_async.h. */
#include <stdlib.h>

#include "peer/session.h"

struct rpc_batch_t {
    const rpc_api_t *api;  /* first: mod_rpc_async.h reads it */
    rpc_peer_t *peer;      /* a reference */
    rpc_writer_t *text;
    int entries;           /* notifications too */
    rpc_pending_t **calls; /* each with the batch's reference */
    int count;
    int room;
};

rpc_batch_t *rpc_batch_create_(rpc_peer_t *peer)
{
    rpc_batch_t *batch = rpc_peer_allocate(sizeof(*batch));

    batch->api = &rpc_api;
    batch->peer = rpc_peer_api.ref(peer);
    batch->text = rpc_writer_create(NULL);
    return batch;
}

static void add_pending(rpc_batch_t *batch, rpc_pending_t *pending)
{
    if (batch->count == batch->room) {
        int room = batch->room * 2 + 8;
        rpc_pending_t **calls = realloc(batch->calls,
                                        sizeof(*calls) * (apr_size_t)room);

        if (calls == NULL) {
            abort();
        }
        batch->calls = calls;
        batch->room = room;
    }
    batch->calls[batch->count++] = pending;
}

static rpc_pending_t *make_pending(rpc_batch_t *batch,
                                   const rpc_value_t *params, apr_int64_t id,
                                   rpc_reply_fn on_reply, void *baton)
{
    rpc_pending_t *pending = rpc_pending_create(batch->peer, id, on_reply,
                                                baton);

    /* The params may be gone when the batch is sent. */
    rpc_peer_lock(batch->peer);
    rpc_callback_bind(pending, params);
    rpc_peer_unlock(batch->peer);
    return pending;
}

apr_status_t rpc_batch_add_(rpc_batch_t *batch, const char *method,
                            const rpc_value_t *params, int is_notification,
                            rpc_reply_fn on_reply, void *baton)
{
    apr_status_t rv = rpc_peer_check(batch->peer);
    apr_size_t before = batch->text->length;
    apr_int64_t id = 0;

    if (rv == APR_SUCCESS && batch->entries >= RPC_PEER_MAX_CALLS) {
        rv = APR_EAGAIN;
    }
    if (rv != APR_SUCCESS) {
        return rv;
    }
    if (!is_notification) {
        id = rpc_peer_next_id(batch->peer);
    }
    rpc_write_char(batch->text, batch->entries == 0 ? '[' : ',');
    rv = rpc_peer_write_request(method, params, id, batch->text);
    if (rv != APR_SUCCESS) {
        rpc_writer_cut(batch->text, before);
        return rv;
    }
    batch->entries++;
    if (!is_notification) {
        add_pending(batch, make_pending(batch, params, id, on_reply, baton));
    }
    return APR_SUCCESS;
}

/* ---- what was sent together ---- */

rpc_group_t *rpc_group_find(rpc_peer_t *peer, const rpc_answers_t *answers)
{
    rpc_group_t *group;
    int i;

    for (i = 0; i < answers->count; i++) {
        apr_int64_t id = answers->answers[i].number;
        rpc_pending_t *pending = id > 0 ? rpc_pending_find(peer, id) : NULL;

        if (pending != NULL) {
            return pending->group;
        }
    }
    for (group = peer->groups; group != NULL && group->count != answers->count;
         group = group->next) {
    }
    return group;
}

void rpc_group_close_one(rpc_peer_t *peer, rpc_group_t *group)
{
    rpc_group_t **at;

    if (--group->open > 0) {
        return;
    }
    for (at = &peer->groups; *at != group; at = &(*at)->next) {
    }
    *at = group->next;
    free(group->ids);
    free(group);
}

/* With the lock. */
static void make_group(rpc_batch_t *batch)
{
    rpc_group_t *group = rpc_peer_allocate(sizeof(*group));
    rpc_group_t **end = &batch->peer->groups;
    int i;

    group->ids = rpc_peer_allocate(sizeof(*group->ids)
                                   * (apr_size_t)batch->count);
    group->count = batch->count;
    group->open = batch->count;
    for (i = 0; i < batch->count; i++) {
        group->ids[i] = batch->calls[i]->id;
        batch->calls[i]->group = group;
    }
    while (*end != NULL) {
        end = &(*end)->next;
    }
    *end = group;
}

/* It could not be sent: take it back. Returns whether nobody was told: if the
 * peer was lost meanwhile, or answered what it cannot have got, all are. */
static int take_back(rpc_batch_t *batch)
{
    int taken = 0;
    int i;

    rpc_peer_lock(batch->peer);
    for (i = 0; i < batch->count; i++) {
        rpc_pending_t *pending = batch->calls[i];

        if (rpc_pending_remove(pending)) {
            batch->calls[i] = batch->calls[taken];
            batch->calls[taken++] = pending;
        }
    }
    rpc_peer_unlock(batch->peer);
    for (i = 0; i < taken; i++) {
        if (taken == batch->count) {
            rpc_pending_unref(batch->calls[i]);
        }
        else {
            rpc_pending_fail(batch->calls[i], RPC_E_PEER_GONE);
        }
    }
    return taken == batch->count;
}

static apr_status_t put_into_table(rpc_batch_t *batch)
{
    apr_status_t rv = APR_SUCCESS;
    int added = 0;

    rpc_peer_lock(batch->peer);
    while (added < batch->count && rv == APR_SUCCESS) {
        rv = rpc_pending_add(batch->calls[added]);
        added += rv == APR_SUCCESS;
    }
    if (rv == APR_SUCCESS && added > 0) {
        make_group(batch);
    }
    while (rv != APR_SUCCESS && added > 0) {
        added--;
        rpc_pending_remove(batch->calls[added]);
        rpc_pending_unref(batch->calls[added]);
    }
    rpc_peer_unlock(batch->peer);
    return rv;
}

static apr_status_t send_batch(rpc_batch_t *batch,
                               apr_interval_time_t timeout)
{
    apr_status_t rv = rpc_peer_check(batch->peer);
    int i;

    if (rv == APR_SUCCESS) {
        rv = put_into_table(batch);
    }
    if (rv != APR_SUCCESS) {
        return rv;
    }
    rpc_write_char(batch->text, ']');
    rv = rpc_peer_send(batch->peer, batch->text->data, batch->text->length);
    if (rv != APR_SUCCESS) {
        return take_back(batch) ? rv : APR_SUCCESS;
    }
    for (i = 0; i < batch->count; i++) {
        rpc_pending_watch(batch->calls[i], timeout);
    }
    return APR_SUCCESS;
}

apr_status_t rpc_batch_send_(rpc_batch_t *batch, apr_interval_time_t timeout)
{
    apr_status_t rv = APR_SUCCESS;
    int i;

    if (batch->entries > 0) {
        rv = send_batch(batch, timeout);
    }
    rpc_peer_lock(batch->peer);
    for (i = 0; i < batch->count && rv != APR_SUCCESS; i++) {
        rpc_callback_forget(batch->calls[i]);
    }
    rpc_peer_unlock(batch->peer);
    for (i = 0; i < batch->count; i++) {
        rpc_pending_unref(batch->calls[i]);
    }
    free(batch->calls);
    rpc_writer_destroy(batch->text);
    rpc_peer_api.unref(batch->peer);
    free(batch);
    return rv;
}
