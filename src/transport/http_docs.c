/* SPDX-License-Identifier: Apache-2.0 */
/* Sends the documentation page, with what a browser must know to keep it and
 * to trust it no further than it goes. For transport/http.c. */
#include "transport/http.h"

#include <stdlib.h>
#include <string.h>

#include "apr_strings.h"
#include "http_protocol.h"

#include "describe/html.h"

/* Eight bytes at a time, each step undoable: pages that differ within eight
 * bytes never have the same. Nobody gains by making two that do. */
static apr_uint64_t hash(const char *bytes, apr_size_t length)
{
    const apr_uint64_t factor = APR_UINT64_C(0x9e3779b97f4a7c15);
    apr_uint64_t sum = length;

    while (length > 0) {
        apr_size_t step = length < sizeof(sum) ? length : sizeof(sum);
        apr_uint64_t word = 0;

        memcpy(&word, bytes, step);
        sum = (sum ^ word) * factor;
        sum ^= sum >> 29;
        bytes += step;
        length -= step;
    }
    return sum;
}

/* By content: the same page has the same, in every child and after every
 * restart. */
static const char *make_etag(const char *page, apr_size_t length,
                             apr_pool_t *pool)
{
    return apr_psprintf(pool, "\"%016" APR_UINT64_T_HEX_FMT "\"",
                        hash(page, length));
}

static char *write_page(rpc_exchange_t *exchange, apr_size_t *ret_length)
{
    request_rec *r = exchange->r;
    rpc_writer_t *out = rpc_writer_create(r->pool);
    rpc_page_t page = {0};

    exchange->facts.about.url = rpc_http_url(exchange);
    page.registry = exchange->config.registry;
    page.features = exchange->facts.caller.features;
    page.protocols = (unsigned)exchange->config.protocols;
    page.about = &exchange->facts.about;
    rpc_html_write(&page, r->pool, out);
    return rpc_writer_take(out, ret_length);
}

/* What holds for the page and for a 304 in its place. */
static void set_headers(request_rec *r, const char *etag)
{
    apr_table_t *headers = r->headers_out;

    apr_table_setn(headers, "ETag", etag);
    apr_table_setn(headers, "Cache-Control", "no-cache");
    apr_table_setn(headers, "Content-Security-Policy",
                   RPC_HTML_POLICY);
    apr_table_setn(headers, "Referrer-Policy", "no-referrer");
    apr_table_setn(headers, "X-Content-Type-Options", "nosniff");
}

int rpc_http_send_docs(rpc_exchange_t *exchange)
{
    request_rec *r = exchange->r;
    conn_rec *c = r->connection;
    apr_size_t length = 0;
    char *page = write_page(exchange, &length);
    const char *etag = make_etag(page, length, r->pool);
    apr_bucket_brigade *brigade;

    set_headers(r, etag);
    if (rpc_http_is_fresh(r, etag)) {
        free(page);
        return HTTP_NOT_MODIFIED;
    }
    ap_set_content_type(r, "text/html; charset=utf-8");
    ap_set_content_length(r, (apr_off_t)length);
    brigade = apr_brigade_create(r->pool, c->bucket_alloc);
    APR_BRIGADE_INSERT_TAIL(brigade,
                            apr_bucket_heap_create(page, length, free,
                                                   c->bucket_alloc));
    APR_BRIGADE_INSERT_TAIL(brigade,
                            apr_bucket_eos_create(c->bucket_alloc));
    /* A client that is gone by now is no error of ours. */
    (void)ap_pass_brigade(r->output_filters, brigade);
    return OK;
}
