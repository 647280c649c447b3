/* SPDX-License-Identifier: Apache-2.0 */
/* The one growing output buffer: malloc'ed, so that the transport can take
 * it over without a copy. For all three protocols. */
#include "protocol/writer.h"

#include <stdlib.h>

#include "apr_base64.h"

#include "core/number.h"

#define FIRST_CAPACITY 512

/* A buffer with more room left is cut: it may be sent to a slow client. */
#define MOST_SLACK (64 * 1024)

/* apr_base64 counts in int: so much at once, a multiple of 3. */
#define BASE64_PIECE (3 * 1024 * 1024)

/* A writer with what only this file needs. */
typedef struct writer_t {
    rpc_writer_t shown; /* first */
    apr_pool_t *pool;
} writer_t;

static apr_status_t free_buffer(void *data)
{
    rpc_writer_t *writer = data;

    free(writer->data);
    writer->data = NULL;
    writer->length = 0;
    writer->capacity = 0;
    return APR_SUCCESS;
}

rpc_writer_t *rpc_writer_create(apr_pool_t *pool)
{
    writer_t *writer = pool != NULL ? apr_pcalloc(pool, sizeof(*writer))
                                    : calloc(1, sizeof(*writer));

    if (writer == NULL) {
        abort();
    }
    writer->pool = pool;
    writer->shown.most = RPC_ANSWER_MAX;
    if (pool != NULL) {
        apr_pool_cleanup_register(pool, &writer->shown, free_buffer,
                                  apr_pool_cleanup_null);
    }
    return &writer->shown;
}

void rpc_writer_destroy(rpc_writer_t *writer)
{
    if (writer != NULL) {
        free(writer->data);
        free(writer);
    }
}

/* What APR does when it has no memory. */
static void out_of_memory(const rpc_writer_t *writer)
{
    const writer_t *whole = (const void *)writer;
    apr_abortfunc_t give_up = whole->pool != NULL
        ? apr_pool_abort_get(whole->pool) : NULL;

    if (give_up != NULL) {
        give_up(APR_ENOMEM);
    }
    abort();
}

void rpc_writer_give(rpc_writer_t *writer, char *buffer, apr_size_t capacity)
{
    free(writer->data);
    writer->data = buffer;
    writer->length = 0;
    writer->capacity = capacity;
}

char *rpc_writer_room(rpc_writer_t *writer, apr_size_t length)
{
    apr_size_t capacity = writer->capacity;
    char *data;

    if (writer->data != NULL && capacity - writer->length >= length) {
        return writer->data + writer->length;
    }
    if (length > SIZE_MAX / 2 - writer->length) {
        out_of_memory(writer);
    }
    capacity = capacity < FIRST_CAPACITY ? FIRST_CAPACITY : capacity * 2;
    if (capacity < writer->length + length) {
        capacity = writer->length + length;
    }
    data = realloc(writer->data, capacity);
    if (data == NULL) {
        out_of_memory(writer);
    }
    writer->data = data;
    writer->capacity = capacity;
    return data + writer->length;
}

char *rpc_writer_take(rpc_writer_t *writer, apr_size_t *ret_length)
{
    char *data = writer->data;

    *ret_length = writer->length;
    if (writer->length == 0) {
        return NULL;
    }
    if (writer->capacity - writer->length > MOST_SLACK) {
        char *cut = realloc(data, writer->length);

        data = cut != NULL ? cut : data;
    }
    writer->data = NULL;
    writer->length = 0;
    writer->capacity = 0;
    return data;
}

void rpc_write_string(rpc_writer_t *writer, const char *text)
{
    rpc_write(writer, text, strlen(text));
}

void rpc_write_int(rpc_writer_t *writer, int64_t n)
{
    char *at = rpc_writer_at(writer, 20);

    writer->length += (apr_size_t)rpc_number_format_int(n, at);
}

void rpc_write_double(rpc_writer_t *writer, double d)
{
    char *at = rpc_writer_at(writer, RPC_NUMBER_ROOM);

    writer->length += (apr_size_t)rpc_number_format_double(d, at);
}

void rpc_write_base64(rpc_writer_t *writer, const char *bytes,
                      apr_size_t length)
{
    /* In all first, for one growth; apr_base64 ends with a NUL. */
    rpc_writer_room(writer, length / 3 > SIZE_MAX / 8
                                ? SIZE_MAX : (length + 2) / 3 * 4 + 1);
    while (length > 0) {
        int piece = length < BASE64_PIECE ? (int)length : BASE64_PIECE;
        char *at = writer->data + writer->length;

        /* Its count includes the NUL. */
        writer->length += (apr_size_t)apr_base64_encode_binary(
            at, (const unsigned char *)bytes, piece) - 1;
        bytes += piece;
        length -= (apr_size_t)piece;
    }
}
