/* SPDX-License-Identifier: Apache-2.0 */
/* Error answers in the protocol of the request: the output filter that
 * replaces httpd's own pages (401, 403, 413 ...). */
#include "transport/http.h"

#include <stdlib.h>
#include <string.h>

#include "apr_strings.h"
#include "http_core.h"
#include "http_protocol.h"
#include "http_request.h"
#include "mod_core.h"
#include "util_filter.h"

#define FILTER_NAME "RPC_ERROR"

/* What httpd's status means to a caller. */
static const char *text_of(request_rec *r)
{
    switch (r->status) {
    case HTTP_UNAUTHORIZED:
        return "this endpoint needs authentication (HTTP 401)";
    case HTTP_FORBIDDEN:
        return "this endpoint is not for you (HTTP 403)";
    case HTTP_REQUEST_TIME_OUT:
        return "the request did not arrive in time (HTTP 408)";
    case HTTP_REQUEST_ENTITY_TOO_LARGE:
        return "the body is larger than the server takes (HTTP 413, "
               "LimitRequestBody)";
    case HTTP_BAD_REQUEST:
        return "the request body is broken (HTTP 400)";
    default:
        return ap_get_status_line(r->status);
    }
}

/* Drops httpd's page and passes ours on, once. */
static apr_status_t replace_page(ap_filter_t *f, apr_bucket_brigade *page)
{
    request_rec *r = f->r;
    conn_rec *c = f->c;
    const rpc_protocol_t *protocol = f->ctx;
    const char *content_type;
    apr_size_t length;
    rpc_options_t options;
    apr_bucket_brigade *ours;
    char *body;

    memset(&options, 0, sizeof(options));
    options.json_answer = rpc_http_prefers_json(r);
    body = rpc_ask_fault_body(protocol, &options,
                              rpc_ask_fault_code(r->status), text_of(r),
                              &content_type, &length, r->pool);
    ap_set_content_type(r, content_type);
    ap_set_content_length(r, (apr_off_t)length);
    apr_table_setn(r->err_headers_out, "Cache-Control", "no-store");
    ours = apr_brigade_create(r->pool, c->bucket_alloc);
    APR_BRIGADE_INSERT_TAIL(ours, apr_bucket_heap_create(body, length, free,
                                                         c->bucket_alloc));
    APR_BRIGADE_INSERT_TAIL(ours, apr_bucket_eos_create(c->bucket_alloc));
    apr_brigade_cleanup(page);
    ap_remove_output_filter(f);
    return ap_pass_brigade(f->next, ours);
}

/* httpd writes its page in pieces; ours goes out when it is complete. */
static apr_status_t error_filter(ap_filter_t *f, apr_bucket_brigade *page)
{
    if (APR_BRIGADE_EMPTY(page)
        || !APR_BUCKET_IS_EOS(APR_BRIGADE_LAST(page))) {
        apr_brigade_cleanup(page);
        return APR_SUCCESS;
    }
    return replace_page(f, page);
}

void rpc_http_insert_error_filter(request_rec *r)
{
    const rpc_dir_config_t *config = rpc_config_of(r->per_dir_config);
    const rpc_protocol_t *protocol;
    rpc_dir_config_t resolved;

    if (r->status < 400 || !rpc_http_is_endpoint(r)
        || ap_response_code_string(r, ap_index_of_response(r->status))
           != NULL) {
        return;
    }
    rpc_config_resolve(config, &resolved);
    protocol = rpc_http_protocol_of(r, resolved.protocols);
    if (protocol != NULL) {
        ap_add_output_filter(FILTER_NAME, (void *)protocol, r,
                             r->connection);
    }
}

void rpc_http_register_error_filter(void)
{
    ap_register_output_filter(FILTER_NAME, error_filter, NULL,
                              AP_FTYPE_CONTENT_SET);
}
