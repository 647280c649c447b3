/* SPDX-License-Identifier: Apache-2.0 */
/* The wire: its input buffer, and what framings and WebSocket have in common.
 * For the server's peers and the client library. */
#include "protocol/wire_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apr_atomic.h"

#define FIRST_CAPACITY 256

/* A buffer larger than this is made smaller when little is in it. */
#define LARGE_CAPACITY (64 * 1024)

static rpc_wire_t *create(const rpc_limits_t *limits)
{
    rpc_wire_t *wire = calloc(1, sizeof(*wire));

    if (wire != NULL) {
        wire->max_message =
            limits->max_body > 0 ? (apr_size_t)limits->max_body : 0;
    }
    return wire;
}

rpc_wire_t *rpc_wire_create_stream(enum rpc_framing_e framing, int is_pyrpc,
                                   const rpc_limits_t *limits)
{
    rpc_wire_t *wire = create(limits);

    if (wire == NULL) {
        return NULL;
    }
    wire->is_python = is_pyrpc != 0;
    if (is_pyrpc && framing == RPC_FRAMING_AUTO) {
        framing = RPC_FRAMING_CONCATENATED;
    }
    wire->framing = framing;
    return wire;
}

rpc_wire_t *rpc_wire_create_websocket(int is_client,
                                      const rpc_limits_t *limits)
{
    rpc_wire_t *wire = create(limits);

    if (wire == NULL) {
        return NULL;
    }
    wire->websocket = rpc_websocket_create(is_client);
    if (wire->websocket == NULL) {
        free(wire);
        return NULL;
    }
    return wire;
}

void rpc_wire_destroy(rpc_wire_t *wire)
{
    if (wire == NULL) {
        return;
    }
    rpc_websocket_destroy(wire->websocket);
    free(wire->buffer);
    free(wire);
}

void rpc_wire_drop_input(rpc_wire_t *wire)
{
    free(wire->buffer);
    wire->buffer = NULL;
    wire->capacity = 0;
    wire->start = 0;
    wire->end = 0;
    wire->scanned = 0;
}

/* The byte of the next message for which a NUL stood. */
static void bring_back(rpc_wire_t *wire)
{
    if (wire->is_held) {
        wire->buffer[wire->held_at] = wire->held;
        wire->is_held = 0;
    }
}

/* What was used goes, so that the buffer holds no more than what is not. */
static void make_dense(rpc_wire_t *wire)
{
    if (wire->start > 0) {
        memmove(wire->buffer, wire->buffer + wire->start,
                wire->end - wire->start);
        wire->end -= wire->start;
        wire->start = 0;
    }
}

apr_status_t rpc_wire_feed(rpc_wire_t *wire, const char *bytes,
                           apr_size_t length)
{
    apr_size_t capacity = wire->capacity;
    char *buffer;

    if (wire->is_over || length == 0) {
        return APR_SUCCESS;
    }
    bring_back(wire);
    wire->is_paused = 0;
    make_dense(wire);
    if (length > SIZE_MAX / 4 - wire->end) {
        return APR_ENOMEM;
    }
    if (wire->end + length > capacity) {
        capacity = capacity * 2 < FIRST_CAPACITY && length < FIRST_CAPACITY
                       ? FIRST_CAPACITY
                       : capacity * 2;
        if (capacity < wire->end + length) {
            capacity = wire->end + length;
        }
    }
    else if (capacity > LARGE_CAPACITY && wire->end + length < capacity / 8) {
        capacity = wire->end + length;
    }
    if (capacity != wire->capacity) {
        buffer = realloc(wire->buffer, capacity + 1);
        if (buffer == NULL) {
            return APR_ENOMEM;
        }
        wire->buffer = buffer;
        wire->capacity = capacity;
    }
    memcpy(wire->buffer + wire->end, bytes, length);
    wire->end += length;
    return APR_SUCCESS;
}

int rpc_wire_give(rpc_wire_t *wire, apr_size_t from, apr_size_t to,
                  apr_size_t next, rpc_wire_event_t *ret_event)
{
    if (to == next && to < wire->end) {
        wire->held = wire->buffer[to];
        wire->held_at = to;
        wire->is_held = 1;
    }
    wire->buffer[to] = '\0';
    wire->start = next;
    wire->scanned = 0;
    ret_event->event = RPC_WIRE_MESSAGE;
    ret_event->bytes = wire->buffer + from;
    ret_event->length = to - from;
    return 1;
}

static int is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

int rpc_wire_give_trimmed(rpc_wire_t *wire, apr_size_t from, apr_size_t to,
                          apr_size_t next, rpc_wire_event_t *ret_event)
{
    while (to > from && is_blank(wire->buffer[to - 1])) {
        to--;
    }
    return rpc_wire_give(wire, from, to, next, ret_event);
}

int rpc_wire_skip_blanks(rpc_wire_t *wire, int eot_is_blank)
{
    apr_size_t at = wire->start;

    while (at < wire->end &&
           (is_blank(wire->buffer[at]) ||
            (eot_is_blank && wire->buffer[at] == RPC_WIRE_EOT))) {
        at++;
    }
    if (at != wire->start) {
        wire->start = at;
        wire->scanned = 0;
    }
    return at < wire->end;
}

int rpc_wire_line_fits(const rpc_wire_t *wire, apr_size_t to, int is_whole)
{
    apr_size_t length = to - wire->start;

    if (length == wire->max_message + 1) {
        return !is_whole || wire->buffer[to - 1] == '\r';
    }
    return length <= wire->max_message;
}

int rpc_wire_too_long(rpc_wire_t *wire, rpc_wire_event_t *ret_event)
{
    snprintf(wire->said, sizeof(wire->said),
             "more than %" APR_SIZE_T_FMT " bytes in a message "
             "(RpcMaxBody %" APR_SIZE_T_FMT ")",
             wire->max_message, wire->max_message);
    ret_event->event = RPC_WIRE_FAULT;
    ret_event->code = RPC_E_PARSE;
    ret_event->text = wire->said;
    return 1;
}

int rpc_wire_over(rpc_wire_t *wire, enum rpc_wire_event_e event, int code,
                  const char *text, rpc_wire_event_t *ret_event)
{
    rpc_wire_drop_input(wire);
    wire->is_over = 1;
    wire->last.event = event;
    wire->last.code = code;
    wire->last.text = text;
    *ret_event = wire->last;
    return 1;
}

static int next_of_stream(rpc_wire_t *wire, rpc_wire_event_t *ret_event)
{
    if (!wire->has_begun) {
        if (rpc_framing_begin(wire, ret_event)) {
            return 1;
        }
        if (!wire->has_begun) {
            return 0;
        }
    }
    return rpc_framing_next(wire, ret_event);
}

void rpc_wire_next(rpc_wire_t *wire, rpc_wire_event_t *ret_event)
{
    int has_event;

    memset(ret_event, 0, sizeof(*ret_event));
    if (wire->is_over) {
        *ret_event = wire->last;
        return;
    }
    bring_back(wire);
    if (wire->why != NULL) {
        rpc_wire_over(wire, RPC_WIRE_CLOSE, 0, wire->why, ret_event);
        return;
    }
    has_event = wire->websocket != NULL ? rpc_websocket_next(wire, ret_event)
                                        : next_of_stream(wire, ret_event);
    if (!has_event) {
        ret_event->event = RPC_WIRE_MORE;
        if (wire->start == wire->end) {
            rpc_wire_drop_input(wire);
        }
    }
}

void rpc_wire_pause(rpc_wire_t *wire)
{
    wire->is_paused = 1;
}

void rpc_wire_end(rpc_wire_t *wire)
{
    wire->has_ended = 1;
}

int rpc_wire_is_idle(const rpc_wire_t *wire)
{
    return wire->start == wire->end && !wire->has_body &&
           wire->skips == RPC_WIRE_SKIP_NOTHING &&
           (wire->websocket == NULL || rpc_websocket_is_idle(wire->websocket));
}

void rpc_wire_wrap(rpc_wire_t *wire, const char *message, apr_size_t length,
                   rpc_writer_t *out)
{
    if (wire->websocket != NULL) {
        rpc_websocket_wrap(wire->websocket, message, length, out);
        return;
    }
    switch (apr_atomic_read32(&wire->framing)) {
    case RPC_FRAMING_EOT:
        rpc_write(out, message, length);
        rpc_write_char(out, RPC_WIRE_EOT);
        break;
    case RPC_FRAMING_CONTENT_LENGTH:
        rpc_write_literal(out, "Content-Length: ");
        rpc_write_int(out, (int64_t)length);
        rpc_write_literal(out, "\r\n\r\n");
        rpc_write(out, message, length);
        break;
    case RPC_FRAMING_NETSTRING:
        rpc_write_int(out, (int64_t)length);
        rpc_write_char(out, ':');
        rpc_write(out, message, length);
        rpc_write_char(out, ',');
        break;
    default:
        rpc_write(out, message, length);
        rpc_write_char(out, '\n');
        break;
    }
}

void rpc_wire_ping(rpc_wire_t *wire, rpc_writer_t *out)
{
    if (wire->websocket != NULL) {
        rpc_websocket_ping(wire->websocket, out);
    }
}

void rpc_wire_close(rpc_wire_t *wire, int code, const char *reason,
                    rpc_writer_t *out)
{
    if (wire->websocket != NULL) {
        rpc_websocket_close(wire->websocket, code, reason, out);
    }
}

apr_size_t rpc_wire_take_output(rpc_wire_t *wire, rpc_writer_t *out)
{
    apr_size_t length = out->length;

    if (wire->websocket != NULL) {
        rpc_websocket_take_output(wire->websocket, out);
    }
    return out->length - length;
}
