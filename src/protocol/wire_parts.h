/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the wire share: the wire itself and its input buffer. For
 * wire.c, framing.c, framing_auto.c and websocket.c, and nobody else. */
#ifndef RPC_PROTOCOL_WIRE_PARTS_H
#define RPC_PROTOCOL_WIRE_PARTS_H

#include "protocol/brackets.h"
#include "protocol/wire.h"

#define RPC_WIRE_EOT '\x04'

typedef struct rpc_websocket_t rpc_websocket_t;

/** What of the input is being left out. */
enum rpc_wire_skip_e {
    RPC_WIRE_SKIP_NOTHING,
    RPC_WIRE_SKIP_LINE, /**< up to the delimiter */
    RPC_WIRE_SKIP_VALUE /**< up to where the brackets end */
};

struct rpc_wire_t {
    apr_size_t max_message;  /**< bytes of a message */
    rpc_websocket_t *websocket; /**< NULL: a stream */

    /* What arrived: [start, end) of the buffer is not used yet. */
    char *buffer;            /**< malloc'ed, NULL when empty; a byte more than
                                  capacity, for a NUL */
    apr_size_t capacity;
    apr_size_t start;
    apr_size_t end;
    apr_size_t scanned;      /**< bytes from start that were looked at */
    apr_size_t held_at;      /**< where a NUL stands for a byte of the next */
    char held;
    unsigned char is_held;

    unsigned char has_ended;
    unsigned char is_paused; /**< rpc_wire_pause() since the last feed */
    unsigned char has_begun; /**< the first bytes are neither HTTP nor TLS */
    unsigned char is_over;   /**< last is HTTP or CLOSE, for good */
    unsigned char is_python;
    unsigned char skips;     /**< enum rpc_wire_skip_e */
    unsigned char after_value; /**< AUTO: a value was given before its
                                    delimiter came */
    unsigned char value_lines; /**< AUTO: and it had lines */
    volatile apr_uint32_t framing; /**< enum rpc_framing_e; read by wrap on
                                        any thread */
    rpc_brackets_t brackets; /**< AUTO, CONCATENATED: of the value begun */
    apr_size_t value_end;    /**< its end, from start; 0: not known yet */
    apr_size_t body_length;  /**< CONTENT_LENGTH, once the headers are read */
    unsigned char has_body;
    const char *why;         /**< of the close that follows a fault, or NULL */
    rpc_wire_event_t last;
    char said[128];          /**< a text that is made */
};

/* Every function of a framing gives at most one event. It returns 1 if there
 * is one, 0 if more input is needed, and the caller then says MORE. */
int rpc_framing_next_line(rpc_wire_t *wire, char delimiter,
                          rpc_wire_event_t *ret_event);
int rpc_framing_next_netstring(rpc_wire_t *wire, rpc_wire_event_t *ret_event);
int rpc_framing_next_headers(rpc_wire_t *wire, rpc_wire_event_t *ret_event);

/** The same by the framing that the wire has; AUTO learns which. */
int rpc_framing_next(rpc_wire_t *wire, rpc_wire_event_t *ret_event);

/** Whether the first bytes are those of another protocol. @return 1: an event
 *  HTTP; 0: more input is needed, or wire->has_begun is set */
int rpc_framing_begin(rpc_wire_t *wire, rpc_wire_event_t *ret_event);

/** The message [from, to) of the buffer, NUL added; the next begins at
 *  `next`. @return 1 */
int rpc_wire_give(rpc_wire_t *wire, apr_size_t from, apr_size_t to,
                  apr_size_t next, rpc_wire_event_t *ret_event);

/** The same without the blanks at its end. */
int rpc_wire_give_trimmed(rpc_wire_t *wire, apr_size_t from, apr_size_t to,
                          apr_size_t next, rpc_wire_event_t *ret_event);

/** Whether the line from wire->start to `to` is within max_body; one more for
 *  the \r that may come before the \n.
 *  @param is_whole 0: more of it may come */
int rpc_wire_line_fits(const rpc_wire_t *wire, apr_size_t to, int is_whole);

/** A message is longer than max_body. @return 1 */
int rpc_wire_too_long(rpc_wire_t *wire, rpc_wire_event_t *ret_event);

/** The end of everything: HTTP or CLOSE. @param text Static, or wire->said.
 *  @return 1 */
int rpc_wire_over(rpc_wire_t *wire, enum rpc_wire_event_e event, int code,
                  const char *text, rpc_wire_event_t *ret_event);

/** Free the input buffer. */
void rpc_wire_drop_input(rpc_wire_t *wire);

/** Skip blanks (and an EOT, if that is none). @return whether a byte is
 *  there that is none */
int rpc_wire_skip_blanks(rpc_wire_t *wire, int eot_is_blank);

static inline enum rpc_framing_e rpc_wire_framing(const rpc_wire_t *wire)
{
    return (enum rpc_framing_e)wire->framing;
}

rpc_websocket_t *rpc_websocket_create(int is_client);
void rpc_websocket_destroy(rpc_websocket_t *websocket);
int rpc_websocket_next(rpc_wire_t *wire, rpc_wire_event_t *ret_event);
int rpc_websocket_is_idle(const rpc_websocket_t *websocket);
void rpc_websocket_wrap(rpc_websocket_t *websocket, const char *message,
                        apr_size_t length, rpc_writer_t *out);
void rpc_websocket_ping(rpc_websocket_t *websocket, rpc_writer_t *out);
void rpc_websocket_close(rpc_websocket_t *websocket, int code,
                         const char *reason, rpc_writer_t *out);
void rpc_websocket_take_output(rpc_websocket_t *websocket, rpc_writer_t *out);

#endif
