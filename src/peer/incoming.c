/* SPDX-License-Identifier: Apache-2.0 */
/* What the other end sends: bytes made messages, their calls run, their
 * answers sent, in the order in which they complete. For transports. */
#include <stdlib.h>

#include "apr_strings.h"

#include "peer/session.h"

static int is_pyrpc(const rpc_peer_t *peer)
{
    return peer->protocol == &rpc_protocol_pyrpc;
}

/* ---- the list of those that others run ---- */

static void enlist(rpc_incoming_t *incoming)
{
    rpc_peer_t *peer = incoming->peer;

    rpc_peer_lock(peer);
    incoming->next = peer->incoming;
    incoming->at = &peer->incoming;
    if (incoming->next != NULL) {
        incoming->next->at = &incoming->next;
    }
    peer->incoming = incoming;
    rpc_peer_unlock(peer);
}

static void delist(rpc_incoming_t *incoming)
{
    rpc_peer_t *peer = incoming->peer;

    rpc_peer_lock(peer);
    *incoming->at = incoming->next;
    if (incoming->next != NULL) {
        incoming->next->at = incoming->at;
    }
    rpc_peer_unlock(peer);
}

int rpc_peer_note_close(rpc_peer_t *peer)
{
    apr_os_thread_t self = apr_os_thread_current();
    rpc_incoming_t *at;
    int found = 0;

    for (at = peer->incoming; at != NULL; at = at->next) {
        int i;

        for (i = 0; i < at->message->call_count; i++) {
            const rpc_call_t *call = at->message->calls[i];
            apr_os_thread_t runner = rpc_atomic_get(&call->runner);

            if (runner != 0 && apr_os_thread_equal(runner, self)) {
                at->closes = 1;
                found = 1;
            }
        }
    }
    return found;
}

static void cancel_message(rpc_message_t *message)
{
    int i;

    for (i = 0; i < message->call_count; i++) {
        rpc_message_cancel(message->calls[i]);
    }
}

void rpc_peer_cancel_all(rpc_peer_t *peer)
{
    rpc_message_t **messages;
    rpc_incoming_t *at;
    apr_size_t count = 0;
    apr_size_t i;

    rpc_peer_lock(peer);
    for (at = peer->incoming; at != NULL; at = at->next) {
        count++;
    }
    messages = rpc_peer_allocate((count + 1) * sizeof(rpc_message_t *));
    count = 0;
    for (at = peer->incoming; at != NULL; at = at->next) {
        rpc_message_ref(at->message);
        messages[count++] = at->message;
    }
    rpc_peer_unlock(peer);
    for (i = 0; i < count; i++) {
        cancel_message(messages[i]);
        rpc_message_unref(messages[i]);
    }
    free(messages);
}

static rpc_call_t *find_call(const rpc_message_t *message, const char *id,
                             apr_size_t length)
{
    int i;

    for (i = 0; i < message->call_count; i++) {
        const rpc_jsonrpc_t *data = message->calls[i]->data;

        if (data->id_length == length && data->id != NULL
            && memcmp(data->id, id, length) == 0) {
            return message->calls[i];
        }
    }
    return NULL;
}

void rpc_peer_cancel(rpc_peer_t *peer, const char *id, apr_size_t length)
{
    rpc_call_t *call = NULL;
    rpc_incoming_t *at;

    rpc_peer_lock(peer);
    for (at = peer->incoming; at != NULL && call == NULL; at = at->next) {
        call = find_call(at->message, id, length);
    }
    if (call != NULL) {
        rpc_message_ref(call->message);
    }
    rpc_peer_unlock(peer);
    if (call != NULL) {
        rpc_message_t *message = call->message;

        rpc_message_cancel(call);
        rpc_message_unref(message);
    }
}

/* ---- one message ---- */

static void log_complaints(rpc_peer_t *peer, const rpc_message_t *message)
{
    const rpc_complaint_t *complaint = rpc_atomic_get(&message->complaints);

    for (; complaint != NULL; complaint = complaint->next) {
        rpc_peer_log(peer, 0, "%s", complaint->text);
    }
}

/* A pyrpc answer waits for its turn, so it has a text of its own. */
static void answer_in_turn(const rpc_incoming_t *incoming)
{
    rpc_writer_t *text = rpc_writer_create(NULL);

    incoming->peer->protocol->encode(incoming->message, text);
    rpc_turn_send(incoming->peer, incoming->turn, text);
}

/* `text` is the owner's, to be used again; NULL on another thread. */
static void answer(const rpc_incoming_t *incoming, rpc_writer_t *text)
{
    rpc_writer_t *own = text == NULL ? rpc_writer_create(NULL) : NULL;

    if (text == NULL) {
        text = own;
    }
    rpc_writer_cut(text, 0);
    incoming->peer->protocol->encode(incoming->message, text);
    if (text->length > 0) {
        rpc_peer_answer(incoming->peer, text->data, text->length);
    }
    rpc_writer_destroy(own);
}

/* All its calls have completed. By a thread that has a reference to the
 * peer; the message is given up. */
static void finish(rpc_incoming_t *incoming, rpc_writer_t *text)
{
    rpc_message_t *message = incoming->message;
    rpc_peer_t *peer = incoming->peer;
    int closes = incoming->closes;

    if (incoming->turn != NULL) {
        answer_in_turn(incoming);
    }
    else {
        answer(incoming, text);
    }
    log_complaints(peer, message);
    rpc_atomic_sub(&peer->open_calls, message->call_count);
    if (peer->ops->answered != NULL && !rpc_atomic_get(&peer->is_gone)) {
        peer->ops->answered(peer, peer->carrier, message);
    }
    rpc_peer_drop_message(peer, message);
    if (closes) {
        rpc_peer_close_late(peer);
    }
}

/* The last call has completed after the owner went on: on any thread. */
static void on_done(rpc_message_t *message, void *baton)
{
    rpc_incoming_t *incoming = baton;
    rpc_peer_t *peer = incoming->peer;

    (void)message;
    rpc_peer_api.ref(peer);
    delist(incoming);
    finish(incoming, NULL);
    rpc_peer_api.unref(peer);
}

static void refuse_all(rpc_message_t *message, int code, const char *text)
{
    int i;

    for (i = 0; i < message->call_count; i++) {
        rpc_call_t *call = message->calls[i];

        if (call->fault == NULL) {
            call->fault = rpc_fault_make(message->pool, code, "%s", text);
        }
    }
}

/* Whether the calls may run at all, and which the peer itself answers. */
static void admit(rpc_peer_t *peer, rpc_message_t *message)
{
    int i;

    if (rpc_atomic_get(&peer->stops) || rpc_host_stopping(peer->host)) {
        refuse_all(message, RPC_E_STOPPING,
                   "the server is stopping; call again");
    }
    else if (rpc_peer_open_calls(peer) >= peer->max_pending) {
        refuse_all(message, RPC_E_BUSY,
                   "too many calls of this peer are not answered yet; try "
                   "again later");
    }
    for (i = 0; i < message->call_count && !is_pyrpc(peer); i++) {
        rpc_builtin_find(peer, message->calls[i]);
    }
}

/* Whether other threads run calls of it, which may close the peer. */
static int has_blocking(const rpc_message_t *message)
{
    int found = 0;
    int i;

    for (i = 0; i < message->call_count && !found; i++) {
        found = message->calls[i]->state != RPC_CALL_DONE
                && rpc_call_is_blocking(message->calls[i]);
    }
    return found;
}

static void run(rpc_peer_t *peer, rpc_message_t *message)
{
    rpc_incoming_t *incoming = apr_pcalloc(message->pool, sizeof(*incoming));
    int is_listed;

    incoming->peer = peer;
    incoming->message = message;
    admit(peer, message);
    rpc_atomic_add(&peer->open_calls, message->call_count);
    if (is_pyrpc(peer)) {
        incoming->turn = rpc_turn_take(peer);
    }
    is_listed = has_blocking(message);
    if (is_listed) {
        enlist(incoming);
    }
    if (rpc_message_begin(message, peer->host, on_done, incoming)) {
        if (is_listed) {
            delist(incoming);
        }
        finish(incoming, peer->text);
        return;
    }
    if (!is_listed) {
        enlist(incoming);
    }
    if (rpc_atomic_get(&peer->is_gone)) {
        cancel_message(message); /* it was lost before that was in the list */
    }
    rpc_message_let_go(message);
}

static void read_message(rpc_peer_t *peer, const char *bytes,
                         apr_size_t length)
{
    rpc_message_t *message = rpc_peer_message(peer);
    char *text = apr_pstrmemdup(message->pool, bytes, length);
    rpc_answers_t answers = {NULL, 0, 0};

    if (is_pyrpc(peer)) {
        peer->protocol->decode(message, text, length);
    }
    else {
        rpc_jsonrpc_read_peer(message, text, length, &answers);
    }
    if (message->fault != NULL) {
        rpc_peer_log(peer, 1, "a message is refused: %s",
                     message->fault->text);
    }
    if (answers.count > 0) {
        rpc_peer_answered(peer, message, &answers);
    }
    if (message->fault == NULL && message->call_count == 0) {
        rpc_peer_drop_message(peer, message); /* answers only */
    }
    else {
        run(peer, message);
    }
}

/* A message was too bad to be read at all. */
static void read_fault(rpc_peer_t *peer, const rpc_wire_event_t *event)
{
    rpc_message_t *message = rpc_peer_message(peer);

    rpc_peer_log(peer, 1, "a message is refused: %s", event->text);
    message->fault = rpc_fault_make(message->pool, event->code, "%s",
                                    event->text);
    run(peer, message);
}

/* ---- a piece of input ---- */

/* RFC 6455, section 7.4.1: a normal closure, going away, no code, no close
 * frame. The other end has gone, as each does once. */
static int is_ordinary(int code)
{
    return code == 1000 || code == 1001 || code == 1005 || code == 1006;
}

static void log_close(rpc_peer_t *peer, const rpc_wire_event_t *event)
{
    int level = is_ordinary(event->code) ? 2 : 1;

    if (event->code == 0) {
        rpc_peer_log(peer, level, "closing the connection: %s", event->text);
    }
    else if (event->text[0] == '\0') {
        rpc_peer_log(peer, level, "closing the connection: the other end "
                     "closes it (close code %d)", event->code);
    }
    else {
        rpc_peer_log(peer, level, "closing the connection: %s (close code "
                     "%d)", event->text, event->code);
    }
}

static int read_events(rpc_peer_t *peer)
{
    rpc_wire_event_t event;

    while (!rpc_atomic_get(&peer->is_gone) && !peer->closes) {
        rpc_wire_next(peer->wire, &event);
        switch (event.event) {
        case RPC_WIRE_MESSAGE:
            read_message(peer, event.bytes, event.length);
            break;
        case RPC_WIRE_FAULT:
            read_fault(peer, &event);
            break;
        case RPC_WIRE_HTTP:
            rpc_peer_log(peer, 1, "closing the connection: %s", event.text);
            return RPC_PEER_HTTP;
        case RPC_WIRE_CLOSE:
            log_close(peer, &event);
            return RPC_PEER_ENDED;
        case RPC_WIRE_MORE:
        default:
            return RPC_PEER_OPEN;
        }
    }
    return RPC_PEER_ENDED;
}

static int read_all(rpc_peer_t *peer)
{
    int state;

    peer->out = rpc_writer_create(NULL);
    peer->text = rpc_writer_create(NULL);
    state = read_events(peer);
    rpc_wire_take_output(peer->wire, peer->out);
    rpc_peer_flush(peer);
    rpc_writer_destroy(peer->out);
    rpc_writer_destroy(peer->text);
    peer->out = NULL;
    peer->text = NULL;
    if (peer->closes) {
        rpc_peer_close_late(peer);
    }
    return state;
}

int rpc_peer_receive(rpc_peer_t *peer, const char *bytes, apr_size_t length)
{
    if (rpc_wire_feed(peer->wire, bytes, length) != APR_SUCCESS) {
        rpc_peer_log(peer, 1, "closing the connection: out of memory");
        return RPC_PEER_ENDED;
    }
    return read_all(peer);
}

int rpc_peer_pause(rpc_peer_t *peer)
{
    rpc_wire_pause(peer->wire);
    return read_all(peer);
}

int rpc_peer_end_of_input(rpc_peer_t *peer)
{
    rpc_wire_end(peer->wire);
    return read_all(peer);
}
