/* SPDX-License-Identifier: Apache-2.0 */
/* Reads request bodies, with their Content-Encoding undone, into one buffer,
 * and sends answers. For transport/http.c. */
#include "transport/http.h"

#include <stdlib.h>
#include <string.h>

#include "apr_strings.h"
#include "http_core.h"
#include "http_log.h"
#include "http_protocol.h"
#include "util_filter.h"

#include "log.h"

#define READ_AT_ONCE 65536

int rpc_http_decode_body(request_rec *r)
{
    const char *coding = apr_table_get(r->headers_in, "Content-Encoding");
    ap_filter_rec_t *inflate;

    if (coding == NULL || ap_cstr_casecmp(coding, "identity") == 0) {
        return OK;
    }
    if (ap_cstr_casecmp(coding, "gzip") != 0
        && ap_cstr_casecmp(coding, "x-gzip") != 0) {
        return HTTP_UNSUPPORTED_MEDIA_TYPE;
    }
    inflate = ap_get_input_filter_handle("DEFLATE"); /* mod_deflate's */
    if (inflate == NULL) {
        return HTTP_UNSUPPORTED_MEDIA_TYPE;
    }
    ap_add_input_filter_handle(inflate, NULL, r, r->connection);
    return OK;
}

typedef struct buffer_t {
    rpc_body_t body;
    apr_size_t capacity; /* without the NUL */
    apr_size_t max;
    apr_pool_t *pool;
} buffer_t;

/* A large body is no part of the pool: its message is made anew. */
static void buffer_grow(buffer_t *buffer, apr_size_t capacity)
{
    rpc_body_t *body = &buffer->body;
    char *old = body->bytes;

    if (capacity <= RPC_LARGE) {
        body->bytes = apr_palloc(buffer->pool, capacity + 1);
    }
    else {
        body->bytes = realloc(body->is_large ? old : NULL, capacity + 1);
        if (body->bytes == NULL) {
            abort(); /* as APR does it */
        }
    }
    if (old != NULL && !body->is_large) {
        memcpy(body->bytes, old, body->length);
    }
    body->is_large = capacity > RPC_LARGE;
    buffer->capacity = capacity;
}

/* Memory is taken for what has arrived, doubling up to the limit. */
static int buffer_add(buffer_t *buffer, const char *data, apr_size_t length)
{
    rpc_body_t *body = &buffer->body;

    if (length > buffer->max - body->length) {
        return RPC_BODY_TOO_LARGE;
    }
    if (length > buffer->capacity - body->length) {
        apr_size_t capacity = buffer->capacity;

        while (capacity - body->length < length) {
            capacity *= 2;
        }
        buffer_grow(buffer, capacity);
    }
    memcpy(body->bytes + body->length, data, length);
    body->length += length;
    return OK;
}

/* Take all data out of a brigade. */
static int drain(apr_bucket_brigade *brigade, buffer_t *buffer, int *ret_eos)
{
    apr_bucket *bucket;

    for (bucket = APR_BRIGADE_FIRST(brigade);
         bucket != APR_BRIGADE_SENTINEL(brigade);
         bucket = APR_BUCKET_NEXT(bucket)) {
        const char *data;
        apr_size_t length;
        apr_status_t rv;
        int result;

        if (APR_BUCKET_IS_EOS(bucket)) {
            *ret_eos = 1;
            return OK;
        }
        if (APR_BUCKET_IS_METADATA(bucket)) {
            continue;
        }
        rv = apr_bucket_read(bucket, &data, &length, APR_BLOCK_READ);
        if (rv != APR_SUCCESS) {
            return ap_map_http_request_error(rv, HTTP_BAD_REQUEST);
        }
        result = buffer_add(buffer, data, length);
        if (result != OK) {
            return result;
        }
    }
    return OK;
}

int rpc_http_read_body(request_rec *r, apr_int64_t max, apr_pool_t *pool,
                       rpc_body_t *ret_body)
{
    apr_bucket_brigade *brigade = apr_brigade_create(
        r->pool, r->connection->bucket_alloc);
    buffer_t buffer = { { NULL, 0, 0 }, 0, (apr_size_t)max, pool };
    apr_size_t capacity = RPC_LARGE;
    const char *announced = apr_table_get(r->headers_in, "Content-Length");
    int eos = 0;
    int result = OK;

    if (announced != NULL
        && apr_table_get(r->headers_in, "Content-Encoding") == NULL) {
        apr_off_t length;
        char *end;

        /* httpd has checked the number already */
        if (apr_strtoff(&length, announced, &end, 10) == APR_SUCCESS) {
            if (length > max) {
                return RPC_BODY_TOO_LARGE;
            }
            capacity = length > 0 ? (apr_size_t)length : 1;
        }
    }
    buffer_grow(&buffer, capacity);
    while (!eos && result == OK) {
        apr_status_t rv = ap_get_brigade(r->input_filters, brigade,
                                         AP_MODE_READBYTES, APR_BLOCK_READ,
                                         READ_AT_ONCE);

        if (rv != APR_SUCCESS) {
            ap_log_rerror(APLOG_MARK, APLOG_INFO, rv, r, RPC_LOG_READ
                          "the request body could not be read");
            result = ap_map_http_request_error(rv, HTTP_BAD_REQUEST);
        }
        else {
            result = drain(brigade, &buffer, &eos);
        }
        apr_brigade_cleanup(brigade);
    }
    if (result == OK) {
        buffer.body.bytes[buffer.body.length] = '\0';
        *ret_body = buffer.body;
    }
    else if (buffer.body.is_large) {
        free(buffer.body.bytes);
    }
    return result;
}

int rpc_http_send(request_rec *r, int status, const char *content_type,
                  char *body, apr_size_t length)
{
    conn_rec *c = r->connection;
    apr_bucket_brigade *brigade = apr_brigade_create(r->pool,
                                                     c->bucket_alloc);

    /* As an ErrorDocument, the answer tells of an error that stays one. */
    if (status != HTTP_OK || r->prev == NULL
        || !ap_is_HTTP_ERROR(r->status)) {
        r->status = status;
    }
    apr_table_setn(r->headers_out, "Cache-Control", "no-store");
    if (body != NULL) {
        ap_set_content_type(r, content_type);
        apr_table_setn(r->headers_out, "X-Content-Type-Options", "nosniff");
        APR_BRIGADE_INSERT_TAIL(brigade,
                                apr_bucket_heap_create(body, length, free,
                                                       c->bucket_alloc));
    }
    if (status != HTTP_NO_CONTENT) {
        ap_set_content_length(r, (apr_off_t)length);
    }
    APR_BRIGADE_INSERT_TAIL(brigade,
                            apr_bucket_eos_create(c->bucket_alloc));
    /* A client that is gone by now is no error of ours. */
    (void)ap_pass_brigade(r->output_filters, brigade);
    return OK;
}
