/* SPDX-License-Identifier: Apache-2.0 */
/* The one growing output buffer that all three protocols write to. */
#ifndef RPC_PROTOCOL_WRITER_H
#define RPC_PROTOCOL_WRITER_H

#include <string.h>

#include "mod_rpc.h"

/** The longest answer. No honest one comes near it; but a handler can build
 *  lists that share lists many times over, of which a few dozen values would
 *  take for ever to write. */
#define RPC_ANSWER_MAX ((apr_size_t)512 * 1024 * 1024)

typedef struct rpc_writer_t {
    char *data;          /**< malloc'ed: the transport takes it over */
    apr_size_t length;
    apr_size_t capacity;
    apr_size_t most;     /**< RPC_ANSWER_MAX; tests set less */
} rpc_writer_t;

/** Freed with the pool unless rpc_writer_take() took the buffer.
 *  @param pool NULL: until rpc_writer_destroy() */
rpc_writer_t *rpc_writer_create(apr_pool_t *pool);

/** Free a writer of no pool; NULL is allowed. */
void rpc_writer_destroy(rpc_writer_t *writer);

/** Let the writer begin anew in a buffer from malloc(), which is its own from
 *  now on. */
void rpc_writer_give(rpc_writer_t *writer, char *buffer,
                     apr_size_t capacity);

/** Make room for that many more bytes. @return where to write them */
char *rpc_writer_room(rpc_writer_t *writer, apr_size_t length);

/** The caller owns the buffer now, to be freed by free(); the writer is
 *  empty. NULL if nothing was written. */
char *rpc_writer_take(rpc_writer_t *writer, apr_size_t *ret_length);

/** What the writers of values say where rpc_writer_is_over(). */
#define RPC_WRITER_OVER "longer than any answer may be; do lists share lists?"

/** Whether the answer is longer than it may be: the writers of values ask
 *  before each value. A little more than the limit may have been written. */
static inline int rpc_writer_is_over(const rpc_writer_t *writer)
{
    return writer->length > writer->most;
}

static inline void rpc_write(rpc_writer_t *writer, const char *bytes,
                             apr_size_t length)
{
    if (writer->capacity - writer->length <= length) {
        rpc_writer_room(writer, length);
    }
    memcpy(writer->data + writer->length, bytes, length);
    writer->length += length;
}

/** The same as rpc_writer_room(), without a call where the room is there. */
static inline char *rpc_writer_at(rpc_writer_t *writer, apr_size_t length)
{
    if (writer->capacity - writer->length <= length) {
        return rpc_writer_room(writer, length);
    }
    return writer->data + writer->length;
}

static inline void rpc_write_char(rpc_writer_t *writer, char c)
{
    if (writer->capacity == writer->length) {
        rpc_writer_room(writer, 1);
    }
    writer->data[writer->length++] = c;
}

/** A constant string. */
#define rpc_write_literal(writer, text) \
    rpc_write(writer, text, sizeof(text) - 1)

/** A string that ends with NUL. */
void rpc_write_string(rpc_writer_t *writer, const char *text);
void rpc_write_int(rpc_writer_t *writer, int64_t n);
/** Finite; as rpc_number_format_double(). */
void rpc_write_double(rpc_writer_t *writer, double d);
void rpc_write_base64(rpc_writer_t *writer, const char *bytes,
                      apr_size_t length);

/** Go back to an earlier length, to write something else instead. */
static inline void rpc_writer_cut(rpc_writer_t *writer, apr_size_t length)
{
    writer->length = length;
}

#endif
