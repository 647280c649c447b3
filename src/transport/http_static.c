/* SPDX-License-Identifier: Apache-2.0 */
/* Serves the files that are built into the module. For transport/http.c. */
#include "transport/http_static.h"

#include <string.h>

#include "apr_strings.h"
#include "http_protocol.h"

/* mod_deflate makes "1-2" into "1-2-gzip": what counts is the text between
 * the quotes up to there. */
int rpc_http_is_fresh(request_rec *r, const char *etag)
{
    const char *known = apr_table_get(r->headers_in, "If-None-Match");
    apr_size_t length = strlen(etag) - 1;
    const char *opened;
    const char *at;

    if (known == NULL) {
        return 0;
    }
    if (strcmp(known, "*") == 0) {
        return 1;
    }
    opened = apr_pstrmemdup(r->pool, etag, length);
    for (at = strstr(known, opened); at != NULL;
         at = strstr(at + length, opened)) {
        if (at[length] == '"' || strncmp(at + length, "-gzip\"", 6) == 0) {
            return 1;
        }
    }
    return 0;
}

int rpc_http_static_send(request_rec *r, const rpc_static_t *file)
{
    conn_rec *c = r->connection;
    apr_bucket_brigade *brigade;

    apr_table_setn(r->headers_out, "ETag", file->etag);
    apr_table_setn(r->headers_out, "Cache-Control", "no-cache");
    if (rpc_http_is_fresh(r, file->etag)) {
        return HTTP_NOT_MODIFIED;
    }
    ap_set_content_type(r, file->content_type);
    ap_set_content_length(r, (apr_off_t)file->length);
    apr_table_setn(r->headers_out, "X-Content-Type-Options", "nosniff");
    brigade = apr_brigade_create(r->pool, c->bucket_alloc);
    APR_BRIGADE_INSERT_TAIL(brigade,
                            apr_bucket_immortal_create(file->data,
                                                       file->length,
                                                       c->bucket_alloc));
    APR_BRIGADE_INSERT_TAIL(brigade, apr_bucket_eos_create(c->bucket_alloc));
    /* A client that is gone by now is no error of ours. */
    (void)ap_pass_brigade(r->output_filters, brigade);
    return OK;
}
