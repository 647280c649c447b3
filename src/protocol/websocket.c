/* SPDX-License-Identifier: Apache-2.0 */
/* WebSocket's frames (RFC 6455) by libwslay, made messages. For wire.c. */
#include <stdlib.h>
#include <string.h>

#include "apr_atomic.h"
#include "apr_general.h"

#include <wslay/wslay.h>

#include "core/utf8.h"
#include "protocol/wire_parts.h"

#define MAX_CONTROL 125

/* A message's buffer of at most so much is kept while more input is there. */
#define KEPT_CAPACITY (16 * 1024)

struct rpc_websocket_t {
    /* libwslay's, of 4 KiB and more: only there as long as something of a
     * frame is. */
    wslay_frame_context_ptr context;
    apr_size_t given;          /* bytes that it has, of frames not finished */
    char *message;             /* malloc'ed; what came of the message */
    apr_size_t length;
    apr_size_t capacity;
    apr_uint64_t offset;       /* in the payload of the frame */
    volatile apr_uint32_t has_closed; /* a close frame was sent */
    unsigned char is_client;
    unsigned char in_frame;
    unsigned char in_message;
    unsigned char was_given;   /* the message is the caller's for now */
    unsigned char control_length;
    unsigned char pong_length;
    unsigned char has_pong;
    unsigned char has_reply;   /* a close frame is to be sent */
    apr_uint16_t reply_code;   /* 0: without a code */
    const char *reply_text;
    char control[MAX_CONTROL];
    char pong[MAX_CONTROL];
};

rpc_websocket_t *rpc_websocket_create(int is_client)
{
    rpc_websocket_t *socket = calloc(1, sizeof(*socket));

    if (socket != NULL) {
        socket->is_client = is_client != 0;
    }
    return socket;
}

static void drop_context(rpc_websocket_t *socket)
{
    if (socket->context != NULL) {
        wslay_frame_context_free(socket->context);
        socket->context = NULL;
    }
    socket->given = 0;
    socket->in_frame = 0;
}

static void drop_message(rpc_websocket_t *socket)
{
    free(socket->message);
    socket->message = NULL;
    socket->length = 0;
    socket->capacity = 0;
}

void rpc_websocket_destroy(rpc_websocket_t *socket)
{
    if (socket == NULL) {
        return;
    }
    drop_context(socket);
    drop_message(socket);
    free(socket);
}

int rpc_websocket_is_idle(const rpc_websocket_t *socket)
{
    return socket->context == NULL && !socket->in_message;
}

/* ---------------------------------------------------------------- sending */

static ssize_t send_bytes(const uint8_t *bytes, size_t length, int flags,
                          void *baton)
{
    (void)flags;
    rpc_write(baton, (const char *)bytes, length);
    return (ssize_t)length;
}

static int make_mask(uint8_t *bytes, size_t length, void *baton)
{
    (void)baton;
    return apr_generate_random_bytes(bytes, length) == APR_SUCCESS ? 0 : -1;
}

/* One frame. A context for each: other threads may be sending too. */
static void send_frame(const rpc_websocket_t *socket, uint8_t opcode,
                       const char *bytes, apr_size_t length,
                       rpc_writer_t *out)
{
    static const struct wslay_frame_callbacks callbacks = {
        .send_callback = send_bytes, .genmask_callback = make_mask};
    struct wslay_frame_iocb frame = {.fin = 1,
                                     .opcode = opcode,
                                     .payload_length = length,
                                     .mask = socket->is_client,
                                     .data = (const uint8_t *)bytes,
                                     .data_length = length};
    wslay_frame_context_ptr context = NULL;
    ssize_t sent;

    if (wslay_frame_context_init(&context, &callbacks, out) != 0) {
        abort(); /* as the writer does without memory */
    }
    /* The callback takes all, so once is enough. */
    rpc_writer_room(out, length + 14);
    sent = wslay_frame_send(context, &frame);
    wslay_frame_context_free(context);
    if (sent != (ssize_t)length) {
        abort(); /* no random bytes: an unmasked frame must not be sent */
    }
}

void rpc_websocket_wrap(rpc_websocket_t *socket, const char *message,
                        apr_size_t length, rpc_writer_t *out)
{
    if (apr_atomic_read32(&socket->has_closed) == 0) {
        send_frame(socket, WSLAY_TEXT_FRAME, message, length, out);
    }
}

void rpc_websocket_ping(rpc_websocket_t *socket, rpc_writer_t *out)
{
    if (apr_atomic_read32(&socket->has_closed) == 0) {
        send_frame(socket, WSLAY_PING, "", 0, out);
    }
}

void rpc_websocket_close(rpc_websocket_t *socket, int code,
                         const char *reason, rpc_writer_t *out)
{
    char payload[MAX_CONTROL];
    apr_size_t length = 0;

    if (apr_atomic_cas32(&socket->has_closed, 1, 0) != 0) {
        return;
    }
    if (code != 0) {
        payload[0] = (char)(code >> 8);
        payload[1] = (char)(code & 0xff);
        length = reason != NULL ? strlen(reason) : 0;
        if (length > MAX_CONTROL - 2) {
            length = MAX_CONTROL - 2;
        }
        if (length > 0) {
            length = rpc_utf8_valid_prefix(reason, length);
            memcpy(payload + 2, reason, length);
        }
        length += 2;
    }
    send_frame(socket, WSLAY_CONNECTION_CLOSE, payload, length, out);
}

void rpc_websocket_take_output(rpc_websocket_t *socket, rpc_writer_t *out)
{
    if (socket->has_pong && apr_atomic_read32(&socket->has_closed) == 0) {
        send_frame(socket, WSLAY_PONG, socket->pong, socket->pong_length, out);
    }
    socket->has_pong = 0;
    if (socket->has_reply) {
        socket->has_reply = 0;
        rpc_websocket_close(socket, socket->reply_code, socket->reply_text,
                            out);
    }
}

/* -------------------------------------------------------------- receiving */

static ssize_t receive_bytes(uint8_t *bytes, size_t room, int flags,
                             void *baton)
{
    rpc_wire_t *wire = baton;
    apr_size_t length = wire->end - wire->start;

    (void)flags;
    if (length == 0) {
        return -1;
    }
    if (length > room) {
        length = room;
    }
    memcpy(bytes, wire->buffer + wire->start, length);
    wire->start += length;
    wire->websocket->given += length;
    return (ssize_t)length;
}

/* The end, with a close frame of this code to send. */
static int fail(rpc_wire_t *wire, int code, const char *text,
                rpc_wire_event_t *ret_event)
{
    rpc_websocket_t *socket = wire->websocket;

    drop_context(socket);
    drop_message(socket);
    socket->has_reply = 1;
    socket->reply_code = (apr_uint16_t)code;
    socket->reply_text = text;
    return rpc_wire_over(wire, RPC_WIRE_CLOSE, code, text, ret_event);
}

static int is_control(const struct wslay_frame_iocb *frame)
{
    return wslay_is_ctrl_frame(frame->opcode);
}

/* What a frame may not be, by what its header says. NULL if it is good. */
static const char *find_wrong(const rpc_wire_t *wire,
                              const struct wslay_frame_iocb *frame,
                              int *ret_code)
{
    const rpc_websocket_t *socket = wire->websocket;

    *ret_code = WSLAY_CODE_PROTOCOL_ERROR;
    if (frame->rsv != 0) {
        return "a reserved bit is set, but no extension was negotiated";
    }
    if (frame->mask == socket->is_client) {
        return socket->is_client ? "a frame from a server is masked"
                                 : "a frame from a client is not masked";
    }
    switch (frame->opcode) {
    case WSLAY_CONTINUATION_FRAME:
        if (!socket->in_message) {
            return "a continuation of no message";
        }
        break;
    case WSLAY_TEXT_FRAME:
    case WSLAY_BINARY_FRAME:
        if (socket->in_message) {
            return "a message within a message that is not finished";
        }
        if (frame->opcode == WSLAY_BINARY_FRAME) {
            *ret_code = WSLAY_CODE_UNSUPPORTED_DATA;
            return "a binary message; messages are text";
        }
        break;
    case WSLAY_CONNECTION_CLOSE:
    case WSLAY_PING:
    case WSLAY_PONG:
        return NULL;
    default:
        return "a frame of a reserved opcode";
    }
    if (frame->payload_length > wire->max_message - socket->length) {
        *ret_code = WSLAY_CODE_MESSAGE_TOO_BIG;
        return "";
    }
    return NULL;
}

static int begin_frame(rpc_wire_t *wire, const struct wslay_frame_iocb *frame,
                       rpc_wire_event_t *ret_event)
{
    int code;
    const char *wrong = find_wrong(wire, frame, &code);

    if (wrong != NULL) {
        if (code == WSLAY_CODE_MESSAGE_TOO_BIG) {
            rpc_wire_too_long(wire, ret_event);
            wrong = wire->said;
        }
        return fail(wire, code, wrong, ret_event);
    }
    wire->websocket->in_frame = 1;
    wire->websocket->offset = 0;
    if (is_control(frame)) {
        wire->websocket->control_length = 0;
    }
    return 0;
}

/* Room for so many bytes of the frame and a NUL; as much as came, so that a
 * length alone takes no memory. @return 0: no memory */
static int make_room(rpc_websocket_t *socket,
                     const struct wslay_frame_iocb *frame)
{
    apr_size_t needed = socket->length + frame->data_length + 1;
    apr_size_t most = socket->length +
                      (apr_size_t)(frame->payload_length - socket->offset) +
                      1;
    apr_size_t capacity = socket->capacity * 2;
    char *message;

    if (needed <= socket->capacity) {
        return 1;
    }
    if (capacity < needed) {
        capacity = needed;
    }
    if (frame->fin && capacity > most) {
        capacity = most;
    }
    message = realloc(socket->message, capacity);
    if (message == NULL) {
        return 0;
    }
    socket->message = message;
    socket->capacity = capacity;
    return 1;
}

/* RFC 6455, section 7.4: those that may stand in a frame. */
static int is_close_code(int code)
{
    return (code >= 1000 && code <= 1014 && (code < 1004 || code > 1006)) ||
           (code >= 3000 && code <= 4999);
}

static int on_close(rpc_wire_t *wire, rpc_wire_event_t *ret_event)
{
    rpc_websocket_t *socket = wire->websocket;
    const unsigned char *payload = (const unsigned char *)socket->control;
    apr_size_t length = socket->control_length;
    int code = WSLAY_CODE_NO_STATUS_RCVD;

    if (length == 1) {
        return fail(wire, WSLAY_CODE_PROTOCOL_ERROR,
                    "a close frame with half a code", ret_event);
    }
    if (length >= 2) {
        code = payload[0] << 8 | payload[1];
        if (!is_close_code(code)) {
            return fail(wire, WSLAY_CODE_PROTOCOL_ERROR,
                        "a close frame with a code that none may have",
                        ret_event);
        }
        if (!rpc_utf8_is_valid(socket->control + 2, length - 2)) {
            return fail(wire, WSLAY_CODE_INVALID_FRAME_PAYLOAD_DATA,
                        "the reason of a close frame is not valid UTF-8",
                        ret_event);
        }
        memcpy(wire->said, socket->control + 2, length - 2);
        length -= 2;
    }
    wire->said[length] = '\0';
    fail(wire, code, wire->said, ret_event);
    socket->reply_text = NULL;
    if (code == WSLAY_CODE_NO_STATUS_RCVD) {
        socket->reply_code = 0;
    }
    return 1;
}

static int on_control(rpc_wire_t *wire, const struct wslay_frame_iocb *frame,
                      rpc_wire_event_t *ret_event)
{
    rpc_websocket_t *socket = wire->websocket;

    if (frame->opcode == WSLAY_CONNECTION_CLOSE) {
        return on_close(wire, ret_event);
    }
    if (frame->opcode == WSLAY_PING) {
        /* Only the last ping needs an answer (RFC 6455, section 5.5.3). */
        memcpy(socket->pong, socket->control, socket->control_length);
        socket->pong_length = socket->control_length;
        socket->has_pong = 1;
    }
    return 0;
}

static int on_message(rpc_wire_t *wire, rpc_wire_event_t *ret_event)
{
    rpc_websocket_t *socket = wire->websocket;

    socket->in_message = 0;
    if (!rpc_utf8_is_valid(socket->message, socket->length)) {
        return fail(wire, WSLAY_CODE_INVALID_FRAME_PAYLOAD_DATA,
                    "a message is not valid UTF-8", ret_event);
    }
    socket->message[socket->length] = '\0';
    socket->was_given = 1;
    ret_event->event = RPC_WIRE_MESSAGE;
    ret_event->bytes = socket->message;
    ret_event->length = socket->length;
    return 1;
}

static apr_size_t frame_size(const struct wslay_frame_iocb *frame)
{
    return (frame->payload_length < 126      ? 2
            : frame->payload_length <= 65535 ? 4
                                             : 10) +
           (frame->mask ? 4 : 0) + (apr_size_t)frame->payload_length;
}

/* Some bytes of a frame's payload, or all of it. */
static int on_bytes(rpc_wire_t *wire, const struct wslay_frame_iocb *frame,
                    rpc_wire_event_t *ret_event)
{
    rpc_websocket_t *socket = wire->websocket;

    if (!socket->in_frame && begin_frame(wire, frame, ret_event)) {
        return 1;
    }
    if (is_control(frame)) {
        memcpy(socket->control + socket->control_length, frame->data,
               frame->data_length);
        socket->control_length += (unsigned char)frame->data_length;
    }
    else {
        if (!make_room(socket, frame)) {
            return fail(wire, WSLAY_CODE_INTERNAL_SERVER_ERROR,
                        "no memory for a message", ret_event);
        }
        memcpy(socket->message + socket->length, frame->data,
               frame->data_length);
        socket->length += frame->data_length;
        socket->in_message = 1;
    }
    socket->offset += frame->data_length;
    if (socket->offset < frame->payload_length) {
        return 0;
    }
    socket->in_frame = 0;
    socket->given -= frame_size(frame);
    if (is_control(frame)) {
        return on_control(wire, frame, ret_event);
    }
    return frame->fin ? on_message(wire, ret_event) : 0;
}

static int make_context(rpc_wire_t *wire)
{
    static const struct wslay_frame_callbacks callbacks = {
        .recv_callback = receive_bytes};

    return wire->websocket->context != NULL ||
           wslay_frame_context_init(&wire->websocket->context, &callbacks,
                                    wire) == 0;
}

/* Everything that came was used: give memory back. */
static void rest(rpc_websocket_t *socket)
{
    if (socket->given == 0) {
        drop_context(socket);
    }
    if (!socket->in_message) {
        drop_message(socket);
    }
}

int rpc_websocket_next(rpc_wire_t *wire, rpc_wire_event_t *ret_event)
{
    rpc_websocket_t *socket = wire->websocket;
    struct wslay_frame_iocb frame;

    if (socket->was_given) {
        socket->was_given = 0;
        socket->length = 0;
        if (socket->capacity > KEPT_CAPACITY) {
            drop_message(socket);
        }
    }
    while (wire->start < wire->end || socket->given > 0) {
        ssize_t length;

        if (!make_context(wire)) {
            return fail(wire, WSLAY_CODE_INTERNAL_SERVER_ERROR,
                        "no memory for a frame", ret_event);
        }
        memset(&frame, 0, sizeof(frame));
        length = wslay_frame_recv(socket->context, &frame);
        if (length == WSLAY_ERR_WANT_READ) {
            break;
        }
        if (length < 0) {
            return fail(wire, WSLAY_CODE_PROTOCOL_ERROR,
                        "a control frame above 125 bytes or in fragments, "
                        "or a length that is not in its shortest form",
                        ret_event);
        }
        if (on_bytes(wire, &frame, ret_event)) {
            return 1;
        }
    }
    rest(socket);
    if (wire->has_ended) {
        drop_context(socket);
        drop_message(socket);
        return rpc_wire_over(wire, RPC_WIRE_CLOSE,
                             WSLAY_CODE_ABNORMAL_CLOSURE,
                             "the connection ended without a close frame",
                             ret_event);
    }
    return 0;
}
