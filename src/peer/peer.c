/* SPDX-License-Identifier: Apache-2.0 */
/* A peer's life: made, referred to, sent to, closed, lost. For transports,
 * and for the other files of src/peer. */
#include <stdlib.h>
#include <string.h>

#include "apr_strings.h"

#include "peer/session.h"

/* Answers are gathered up to this; many small ones go in one send. */
#define MOST_GATHERED (32 * 1024)

void *rpc_peer_allocate(apr_size_t size)
{
    void *memory = calloc(1, size);

    if (memory == NULL) {
        abort();
    }
    return memory;
}

void rpc_peer_lock(rpc_peer_t *peer)
{
    pthread_mutex_lock(&peer->mutex);
}

void rpc_peer_unlock(rpc_peer_t *peer)
{
    pthread_mutex_unlock(&peer->mutex);
}

/* A method that asks for it learns that nobody waits. */
static int caller_is_gone(const rpc_caller_t *caller)
{
    return rpc_atomic_get(&caller->peer->is_gone);
}

rpc_peer_t *rpc_peer_create(const rpc_peer_setup_t *setup)
{
    rpc_peer_t *peer = rpc_peer_allocate(sizeof(*peer));

    pthread_mutex_init(&peer->mutex, NULL);
    peer->api = &rpc_api;
    peer->refs = 1;
    peer->max_pending = setup->max_pending;
    peer->server_index = setup->server_index;
    peer->ops = setup->ops;
    peer->carrier = setup->carrier;
    peer->host = setup->host;
    peer->wire = setup->wire;
    peer->protocol = setup->protocol;
    if (setup->options != NULL) {
        peer->options = *setup->options;
    }
    peer->block = rpc_peer_copy_caller(setup->caller, &peer->caller);
    peer->caller.peer = peer;
    peer->caller.host = setup->host;
    peer->caller.gone = caller_is_gone;
    return peer;
}

static rpc_peer_t *peer_ref(rpc_peer_t *peer)
{
    rpc_atomic_add(&peer->refs, 1);
    return peer;
}

static void peer_unref(rpc_peer_t *peer)
{
    if (rpc_atomic_sub(&peer->refs, 1) != 0) {
        return;
    }
    rpc_wire_destroy(peer->wire);
    rpc_callback_free_all(peer);
    rpc_turn_free_all(peer);
    while (peer->data != NULL) {
        rpc_peer_data_t *data = peer->data;

        peer->data = data->next;
        free(data);
    }
    free(peer->buckets);
    free(peer->block);
    free(peer->close_reason);
    pthread_mutex_destroy(&peer->mutex);
    peer->ops->release(peer, peer->carrier);
    free(peer);
}

static int is_gone(rpc_peer_t *peer)
{
    return rpc_atomic_get(&peer->is_gone);
}

/* ---- messages ---- */

static apr_status_t let_peer_go(void *data)
{
    peer_unref(data);
    return APR_SUCCESS;
}

rpc_message_t *rpc_peer_message(rpc_peer_t *peer)
{
    apr_allocator_t *allocator = NULL;
    rpc_message_t *message;

    if (peer->ops->take != NULL && !is_gone(peer)) {
        allocator = peer->ops->take(peer, peer->carrier);
    }
    message = rpc_message_create_over(&peer->caller, allocator);
    message->options = &peer->options;
    message->protocol = peer->protocol->name;
    apr_pool_cleanup_register(message->pool, peer_ref(peer), let_peer_go,
                              apr_pool_cleanup_null);
    return message;
}

void rpc_peer_drop_message(rpc_peer_t *peer, rpc_message_t *message)
{
    apr_allocator_t *allocator = rpc_message_release(message);

    if (allocator == NULL) {
        return;
    }
    if (peer->ops->give != NULL && !is_gone(peer)) {
        peer->ops->give(peer, peer->carrier, allocator);
    }
    else {
        apr_allocator_destroy(allocator);
    }
}

/* ---- what is sent ---- */

static apr_status_t send_framed(rpc_peer_t *peer, const rpc_writer_t *framed)
{
    if (is_gone(peer) || framed->length == 0) {
        return APR_EOF; /* a closed WebSocket frames nothing */
    }
    return peer->ops->send(peer, peer->carrier, framed->data, framed->length);
}

static int is_owner(rpc_peer_t *peer)
{
    return !is_gone(peer) && peer->ops->is_owner(peer, peer->carrier);
}

void rpc_peer_flush(rpc_peer_t *peer)
{
    if (peer->out != NULL && peer->out->length > 0) {
        send_framed(peer, peer->out);
        rpc_writer_cut(peer->out, 0);
    }
}

apr_status_t rpc_peer_send(rpc_peer_t *peer, const char *text,
                           apr_size_t length)
{
    rpc_writer_t *framed;
    apr_status_t rv;

    if (is_gone(peer)) {
        return APR_EOF;
    }
    if (is_owner(peer)) {
        rpc_peer_flush(peer);
    }
    framed = rpc_writer_create(NULL);
    rpc_wire_wrap(peer->wire, text, length, framed);
    rv = send_framed(peer, framed);
    rpc_writer_destroy(framed);
    return rv;
}

apr_status_t rpc_peer_answer(rpc_peer_t *peer, const char *text,
                             apr_size_t length)
{
    if (!is_owner(peer) || peer->out == NULL) {
        return rpc_peer_send(peer, text, length);
    }
    rpc_wire_wrap(peer->wire, text, length, peer->out);
    if (peer->out->length >= MOST_GATHERED) {
        rpc_peer_flush(peer);
    }
    return APR_SUCCESS;
}

void rpc_peer_ping(rpc_peer_t *peer)
{
    rpc_writer_t *frame = rpc_writer_create(NULL);

    rpc_wire_ping(peer->wire, frame);
    send_framed(peer, frame);
    rpc_writer_destroy(frame);
}

void rpc_peer_log(rpc_peer_t *peer, int level, const char *format, ...)
{
    char text[1024];
    va_list args;

    if (is_gone(peer)) {
        return;
    }
    va_start(args, format);
    apr_vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    peer->ops->log(peer, peer->carrier, level, text);
}

static void close_now(rpc_peer_t *peer, int code, const char *reason)
{
    rpc_writer_t *frame;

    if (is_gone(peer)) {
        return;
    }
    if (is_owner(peer)) {
        rpc_peer_flush(peer);
    }
    frame = rpc_writer_create(NULL);
    rpc_wire_close(peer->wire, code, reason, frame);
    if (frame->length > 0) {
        send_framed(peer, frame);
    }
    rpc_writer_destroy(frame);
    if (!is_gone(peer)) {
        peer->ops->close(peer, peer->carrier, code, reason);
    }
}

/* A method that closes its own peer: its answer goes out before.
 * @return 0: no call of the peer runs on this thread */
static int postpone_close(rpc_peer_t *peer, int code, const char *reason)
{
    char *copy = reason != NULL ? strdup(reason) : NULL;
    int reads = is_owner(peer) && peer->out != NULL;
    int is_late;

    rpc_peer_lock(peer);
    is_late = reads || rpc_peer_note_close(peer);
    if (is_late && peer->close_code == 0 && peer->close_reason == NULL) {
        peer->close_code = code;
        peer->close_reason = copy;
        copy = NULL;
    }
    rpc_peer_unlock(peer);
    free(copy);
    if (reads) {
        peer->closes = 1;
    }
    return is_late;
}

static void peer_close(rpc_peer_t *peer, int code, const char *reason)
{
    if (!is_gone(peer) && !postpone_close(peer, code, reason)) {
        close_now(peer, code, reason);
    }
}

void rpc_peer_close_late(rpc_peer_t *peer)
{
    char *reason;
    int code;

    rpc_peer_lock(peer);
    code = peer->close_code;
    reason = peer->close_reason;
    peer->close_reason = NULL;
    rpc_peer_unlock(peer);
    close_now(peer, code, reason);
    free(reason);
}

/* ---- the tables ---- */

/* Whether a table is mounted before that place as well, with its context. */
static int is_repeated(const rpc_registry_t *first,
                       const rpc_mounted_t *mounted)
{
    for (; first != NULL; first = first->outer) {
        int i;

        for (i = 0; i < rpc_mount_count(first->mount); i++) {
            const rpc_mounted_t *other = rpc_mount_at(first->mount, i);

            if (other == mounted) {
                return 0;
            }
            if (other->context == mounted->context
                && strcmp(other->table->name, mounted->table->name) == 0) {
                return 1;
            }
        }
    }
    return 0;
}

static void tell_tables(rpc_peer_t *peer, int has_come)
{
    const rpc_registry_t *registry = peer->caller.registry;

    for (; registry != NULL; registry = registry->outer) {
        int i;

        for (i = 0; i < rpc_mount_count(registry->mount); i++) {
            const rpc_mounted_t *mounted = rpc_mount_at(registry->mount, i);
            void (*tell)(rpc_peer_t *, void *) = has_come
                ? mounted->table->peer_open : mounted->table->peer_close;

            if (tell != NULL
                && !is_repeated(peer->caller.registry, mounted)) {
                tell(peer, mounted->context);
            }
        }
    }
}

void rpc_peer_start(rpc_peer_t *peer)
{
    peer->was_started = 1;
    tell_tables(peer, 1);
}

void rpc_peer_stop(rpc_peer_t *peer)
{
    rpc_atomic_set(&peer->stops, 1);
}

int rpc_peer_open_calls(rpc_peer_t *peer)
{
    return rpc_atomic_get(&peer->open_calls);
}

int rpc_peer_is_idle(rpc_peer_t *peer)
{
    int awaits;

    rpc_peer_lock(peer);
    awaits = peer->pending_count > 0;
    rpc_peer_unlock(peer);
    return !awaits && rpc_peer_open_calls(peer) == 0
           && rpc_wire_is_idle(peer->wire);
}

void rpc_peer_lost(rpc_peer_t *peer)
{
    int was_gone = 0;

    if (!rpc_atomic_swap(&peer->is_gone, &was_gone, 1)) {
        return;
    }
    peer_ref(peer);
    rpc_topic_forget(peer);
    rpc_peer_fail_all(peer);
    rpc_peer_cancel_all(peer);
    if (peer->was_started) {
        tell_tables(peer, 0);
    }
    peer_unref(peer);
}

/* ---- what handlers store ---- */

static void *peer_data(rpc_peer_t *peer, const void *key)
{
    const rpc_peer_data_t *at;
    void *data = NULL;

    rpc_peer_lock(peer);
    for (at = peer->data; at != NULL; at = at->next) {
        if (at->key == key) {
            data = at->data;
        }
    }
    rpc_peer_unlock(peer);
    return data;
}

static apr_status_t peer_set_data(rpc_peer_t *peer, const void *key,
                                  void *data)
{
    rpc_peer_data_t *made = malloc(sizeof(*made));
    rpc_peer_data_t *at;

    if (made == NULL) {
        return APR_ENOMEM;
    }
    rpc_peer_lock(peer);
    for (at = peer->data; at != NULL && at->key != key; at = at->next) {
    }
    if (at == NULL) {
        at = made;
        at->key = key;
        at->next = peer->data;
        peer->data = at;
        made = NULL;
    }
    at->data = data;
    rpc_peer_unlock(peer);
    free(made);
    return APR_SUCCESS;
}

/* ---- the functions behind mod_rpc_async.h ---- */

static const char *peer_transport(rpc_peer_t *peer)
{
    return peer->caller.transport;
}

static const char *peer_user(rpc_peer_t *peer)
{
    return peer->caller.user;
}

static const char *peer_client_ip(rpc_peer_t *peer)
{
    return peer->caller.client_ip;
}

static struct server_rec *peer_server(rpc_peer_t *peer)
{
    return peer->caller.server;
}

const rpc_peer_api_t rpc_peer_api = {
    .size = sizeof(rpc_peer_api_t),
    .ref = peer_ref,
    .unref = peer_unref,
    .gone = is_gone,
    .close = peer_close,
    .data = peer_data,
    .set_data = peer_set_data,
    .transport = peer_transport,
    .user = peer_user,
    .client_ip = peer_client_ip,
    .server = peer_server,
    .notify = rpc_peer_notify_,
    .call = rpc_peer_call_,
    .call_wait = rpc_peer_call_wait_,
    .callback = rpc_callback_make,
    .batch = rpc_batch_create_,
    .batch_add = rpc_batch_add_,
    .batch_send = rpc_batch_send_,
    .publish = rpc_topic_publish
};
