/* SPDX-License-Identifier: Apache-2.0 */
/* Functions that the other end may call while a call to it is open: rpcbd's
 * callbacks. For the functions behind mod_rpc_async.h, and for builtin.c. */
#include <stdlib.h>
#include <string.h>

#include "apr_strings.h"
#include "apr_uuid.h"

#include "peer/session.h"

#define PREFIX "rpc.callback."

static void name_it(rpc_callback_t *callback)
{
    apr_uuid_t uuid;

    apr_uuid_get(&uuid);
    memcpy(callback->name, PREFIX, strlen(PREFIX));
    apr_uuid_format(callback->name + strlen(PREFIX), &uuid);
}

rpc_value_t *rpc_callback_make(rpc_call_t *call, rpc_peer_t *peer,
                               rpc_callback_fn fn, void *baton)
{
    rpc_callback_t *callback = rpc_peer_allocate(sizeof(*callback));
    rpc_value_t *name;
    int has_room;

    name_it(callback);
    callback->fn = fn;
    callback->baton = baton;
    name = rpc_string(call, callback->name);
    rpc_peer_lock(peer);
    has_room = peer->callback_count < RPC_PEER_MAX_CALLBACKS;
    if (has_room) {
        callback->next = peer->callbacks;
        peer->callbacks = callback;
        peer->callback_count++;
    }
    rpc_peer_unlock(peer);
    if (has_room) {
        return name;
    }
    free(callback);
    return rpc_fail(call, RPC_E_LIMIT,
                    "more than %d callbacks of the peer are open",
                    RPC_PEER_MAX_CALLBACKS);
}

static rpc_callback_t *find(rpc_peer_t *peer, const char *name,
                            apr_size_t length)
{
    rpc_callback_t *at;

    for (at = peer->callbacks; at != NULL; at = at->next) {
        if (strlen(at->name) == length && memcmp(at->name, name, length) == 0) {
            return at;
        }
    }
    return NULL;
}

static void bind_text(rpc_pending_t *pending, const rpc_value_t *text)
{
    rpc_callback_t *callback = NULL;

    if (strncmp(text->u.text, PREFIX, strlen(PREFIX)) == 0) {
        callback = find(pending->peer, text->u.text, text->length);
    }
    if (callback != NULL && callback->pending == NULL) {
        callback->pending = pending;
        callback->sibling = pending->callbacks;
        pending->callbacks = callback;
    }
}

/* As deep as JSON could be written. */
static void bind_value(rpc_pending_t *pending, const rpc_value_t *value)
{
    apr_size_t count = rpc_value_count(value);
    apr_size_t i;

    if (value->type == RPC_STRING) {
        bind_text(pending, value);
    }
    for (i = 0; i < count; i++) {
        const char *name;
        apr_size_t length;

        bind_value(pending, value->type == RPC_ARRAY
                       ? rpc_value_at(value, i)
                       : rpc_value_member(value, i, &name, &length));
    }
}

void rpc_callback_bind(rpc_pending_t *pending, const rpc_value_t *params)
{
    if (params != NULL && pending->peer->callbacks != NULL) {
        bind_value(pending, params);
    }
}

void rpc_callback_forget(rpc_pending_t *pending)
{
    rpc_peer_t *peer = pending->peer;

    while (pending->callbacks != NULL) {
        rpc_callback_t *callback = pending->callbacks;
        rpc_callback_t **at;

        pending->callbacks = callback->sibling;
        for (at = &peer->callbacks; *at != callback; at = &(*at)->next) {
        }
        *at = callback->next;
        peer->callback_count--;
        free(callback);
    }
}

void rpc_callback_free_all(rpc_peer_t *peer)
{
    while (peer->callbacks != NULL) {
        rpc_callback_t *callback = peer->callbacks;

        peer->callbacks = callback->next;
        free(callback);
    }
}

/* A callback has returned. What ended its call meanwhile is told now. */
static void leave(rpc_pending_t *pending)
{
    int code;

    rpc_peer_lock(pending->peer);
    pending->running--;
    code = pending->running == 0 ? pending->late_code : 0;
    rpc_peer_unlock(pending->peer);
    if (code != 0) {
        rpc_pending_fail(pending, code);
    }
    rpc_pending_unref(pending);
}

rpc_value_t *rpc_callback_run(rpc_call_t *call, void *baton)
{
    rpc_peer_t *peer = baton;
    rpc_pending_t *pending = NULL;
    rpc_callback_fn fn = NULL;
    rpc_callback_t *found;
    rpc_value_t *result;
    void *own = NULL;

    rpc_peer_lock(peer);
    found = find(peer, call->method, call->method_length);
    if (found != NULL && found->pending != NULL && found->pending->is_open) {
        fn = found->fn;
        own = found->baton;
        pending = found->pending;
        pending->running++;
        rpc_atomic_add(&pending->refs, 1);
    }
    rpc_peer_unlock(peer);
    if (pending == NULL) {
        return rpc_fail(call, RPC_E_METHOD,
                        "no call is open that this callback came with");
    }
    result = fn(call, own);
    leave(pending);
    return result;
}
