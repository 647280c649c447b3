/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes of a connection made messages, and back: the framings of raw TCP, and
 * WebSocket. For the server's peers and the client library. */
#ifndef RPC_PROTOCOL_WIRE_H
#define RPC_PROTOCOL_WIRE_H

#include "core/limits.h"
#include "protocol/writer.h"

/** What tells one message of a stream from the next. */
enum rpc_framing_e {
    RPC_FRAMING_AUTO,           /**< told by what arrives, answered in kind */
    RPC_FRAMING_NEWLINE,        /**< a message, and \n or \r\n */
    RPC_FRAMING_EOT,            /**< a message, and 0x04 */
    RPC_FRAMING_CONTENT_LENGTH, /**< headers as in LSP, and a message */
    RPC_FRAMING_NETSTRING,      /**< 5:hello, */
    RPC_FRAMING_CONCATENATED    /**< values one after another; answers end
                                     with \n */
};

/** One end of a connection: malloc'ed, of no pool, and below 1 KiB as long as
 *  nothing of a message is there. */
typedef struct rpc_wire_t rpc_wire_t;

enum rpc_wire_event_e {
    RPC_WIRE_MORE,    /**< nothing is complete: feed more */
    RPC_WIRE_MESSAGE, /**< bytes, length: a message */
    RPC_WIRE_FAULT,   /**< code, text: a message was bad and is left out;
                           answer with a fault. Another event follows */
    RPC_WIRE_HTTP,    /**< the first bytes are an HTTP request, or TLS: text
                           says which. Nothing else comes after it */
    RPC_WIRE_CLOSE    /**< code, text: the other end closed (WebSocket) or
                           broke the framing. Nothing else comes after it */
};

typedef struct rpc_wire_event_t {
    enum rpc_wire_event_e event;
    char *bytes;       /**< a NUL follows, may be written to; until the next
                            call of feed, next or destroy */
    apr_size_t length;
    int code;          /**< of a fault: RPC_E_PARSE; of a close: a close code
                            of WebSocket (RFC 6455, section 7.4), 1005 if
                            none was sent, 1006 if none came; 0 of a stream */
    const char *text;  /**< why: one line, valid UTF-8 (a close frame's reason
                            may have controls); lives as the bytes. Never NULL
                            of FAULT, HTTP and CLOSE */
} rpc_wire_event_t;

/**
 * @param framing  With pyrpc, AUTO is CONCATENATED
 * @param is_pyrpc Messages are Python's dict literals, not JSON
 * @param limits   max_body is copied: the bytes of a message
 * @return the caller's, for rpc_wire_destroy(); NULL: no memory
 */
rpc_wire_t *rpc_wire_create_stream(enum rpc_framing_e framing, int is_pyrpc,
                                   const rpc_limits_t *limits);

/** What comes after the handshake (see websocket.h).
 *  @param is_client This end masks, the other must not */
rpc_wire_t *rpc_wire_create_websocket(int is_client,
                                      const rpc_limits_t *limits);

/** NULL is allowed. */
void rpc_wire_destroy(rpc_wire_t *wire);

/**
 * Bytes that arrived, copied. Call rpc_wire_next() until MORE before the next
 * feed: what is kept is then at most one message that is not complete.
 * @return APR_ENOMEM: close the connection
 */
apr_status_t rpc_wire_feed(rpc_wire_t *wire, const char *bytes,
                           apr_size_t length);

/** What arrived: call it until MORE, HTTP or CLOSE, and of WebSocket
 *  rpc_wire_take_output() then. */
void rpc_wire_next(rpc_wire_t *wire, rpc_wire_event_t *ret_event);

/**
 * Nothing more can be read at present (the read would block), and next() said
 * MORE: it may give a message then that is complete in itself but for a
 * delimiter, which senders of concatenated values leave out. Only AUTO waits
 * for one, to answer in kind; a caller with AUTO must call this, and next()
 * once more, before it waits for input.
 */
void rpc_wire_pause(rpc_wire_t *wire);

/**
 * The end of the input (a half-close): next() gives what is there without a
 * delimiter, then MORE; or CLOSE where a message was cut off whose length is
 * known, and on WebSocket where no close frame came (1006).
 */
void rpc_wire_end(rpc_wire_t *wire);

/** Whether nothing of a message has arrived; to be asked after MORE. */
int rpc_wire_is_idle(const rpc_wire_t *wire);

/* What is sent. These append whole messages and frames to `out`, and may be
 * called by other threads while one thread feeds. */

/**
 * Frame a message. WebSocket: one text frame, masked by a random key at the
 * client's end; nothing once a close frame was sent.
 * @param message UTF-8 without the delimiter: JSON in one line, repr()
 */
void rpc_wire_wrap(rpc_wire_t *wire, const char *message, apr_size_t length,
                   rpc_writer_t *out);

/** A ping; nothing on streams. The pong is not told of. */
void rpc_wire_ping(rpc_wire_t *wire, rpc_writer_t *out);

/** A close frame, once; nothing on streams.
 *  @param reason At most 123 bytes of it are sent; NULL: none */
void rpc_wire_close(rpc_wire_t *wire, int code, const char *reason,
                    rpc_writer_t *out);

/** What next() has to send: a pong, the close frame in reply. By the thread
 *  that feeds. @return the bytes appended */
apr_size_t rpc_wire_take_output(rpc_wire_t *wire, rpc_writer_t *out);

#endif
