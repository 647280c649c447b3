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

#define FIRST_CAPACITY 8192
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
    char *data;
    apr_size_t length;
    apr_size_t capacity; /* without the NUL */
    apr_size_t max;
    apr_pool_t *pool;
} buffer_t;

/* Memory is taken for what has arrived, doubling up to the limit. */
static int buffer_add(buffer_t *buffer, const char *data, apr_size_t length)
{
    if (length > buffer->max - buffer->length) {
        return RPC_BODY_TOO_LARGE;
    }
    if (length > buffer->capacity - buffer->length) {
        apr_size_t capacity = buffer->capacity;
        char *grown;

        while (capacity - buffer->length < length) {
            capacity *= 2;
        }
        grown = apr_palloc(buffer->pool, capacity + 1);
        memcpy(grown, buffer->data, buffer->length);
        buffer->data = grown;
        buffer->capacity = capacity;
    }
    memcpy(buffer->data + buffer->length, data, length);
    buffer->length += length;
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
                       char **ret_body, apr_size_t *ret_length)
{
    apr_bucket_brigade *brigade = apr_brigade_create(
        r->pool, r->connection->bucket_alloc);
    buffer_t buffer = { NULL, 0, FIRST_CAPACITY, (apr_size_t)max, pool };
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
            buffer.capacity = length > 0 ? (apr_size_t)length : 1;
        }
    }
    buffer.data = apr_palloc(pool, buffer.capacity + 1);
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
        buffer.data[buffer.length] = '\0';
        *ret_body = buffer.data;
        *ret_length = buffer.length;
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
