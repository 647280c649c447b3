/* SPDX-License-Identifier: Apache-2.0 */
/* Reads off a request_rec what protocol/ask judges by: method, path, media
 * type, query. For transport/http.c. (Design: the table of HTTP messages.) */
#include "transport/http.h"

#include <string.h>

#include "ap_expr.h"
#include "http_core.h"
#include "http_protocol.h"

int rpc_http_is_endpoint(request_rec *r)
{
    const core_dir_config *core = ap_get_core_module_config(
        r->per_dir_config);
    const char *handler;
    const char *error = NULL;

    if (rpc_config_of(r->per_dir_config)->registry == NULL
        || core->expr_handler == NULL) {
        return 0;
    }
    handler = ap_expr_str_exec(r, core->expr_handler, &error);
    return error == NULL && handler != NULL
           && strcmp(handler, RPC_HANDLER_NAME) == 0;
}

int rpc_http_accepts_html(request_rec *r)
{
    return rpc_ask_accepts_html(apr_table_get(r->headers_in, "Accept"));
}

int rpc_http_prefers_json(request_rec *r)
{
    return rpc_ask_prefers_json(apr_table_get(r->headers_in, "Accept"));
}

static enum rpc_verb_e verb_of(request_rec *r)
{
    switch (r->method_number) {
    case M_GET:
        return RPC_VERB_GET;
    case M_POST:
        return RPC_VERB_POST;
    case M_OPTIONS:
        return RPC_VERB_OPTIONS;
    default:
        return RPC_VERB_OTHER;
    }
}

static void inquire(request_rec *r, int speaks, rpc_inquiry_t *ret_inquiry)
{
    memset(ret_inquiry, 0, sizeof(*ret_inquiry));
    ret_inquiry->verb = verb_of(r);
    ret_inquiry->content_type = apr_table_get(r->headers_in, "Content-Type");
    ret_inquiry->accept = apr_table_get(r->headers_in, "Accept");
    ret_inquiry->query = r->args;
    ret_inquiry->below = "";
    ret_inquiry->protocols = speaks;
}

const rpc_protocol_t *rpc_http_protocol_of(request_rec *r, int speaks)
{
    rpc_inquiry_t inquiry;

    inquire(r, speaks, &inquiry);
    return rpc_ask_protocol(&inquiry, r->pool);
}

const char *rpc_http_allowed(const rpc_dir_config_t *config)
{
    return rpc_ask_allowed(config->get_policy, config->introspection,
                           config->docs);
}

/* What follows the endpoint's path: "" for the endpoint itself, "add" for
 * /rpc/add. */
static const char *below(rpc_exchange_t *exchange)
{
    const char *base = exchange->config.base;
    apr_size_t length = base != NULL ? strlen(base) : 0;
    const char *uri = exchange->r->uri;

    if (base == NULL || uri == NULL || strncmp(uri, base, length) != 0
        || uri[length] == '\0') {
        return "";
    }
    return uri[length] == '/' ? uri + length + 1 : uri + length;
}

void rpc_http_classify(rpc_exchange_t *exchange, rpc_ask_t *ret_ask)
{
    request_rec *r = exchange->r;
    rpc_inquiry_t inquiry;

    inquire(r, exchange->config.protocols, &inquiry);
    inquiry.below = below(exchange);
    inquiry.get_policy = exchange->config.get_policy;
    inquiry.introspection = exchange->config.introspection;
    inquiry.docs = exchange->config.docs;
    if (inquiry.verb == RPC_VERB_POST && r->main != NULL) {
        /* Redirected within httpd too: an ErrorDocument is a GET by then. */
        inquiry.verb = RPC_VERB_OTHER;
    }
    rpc_ask_classify(&inquiry, r->pool, ret_ask);
    if (inquiry.verb == RPC_VERB_GET && *inquiry.below == '\0'
        && rpc_static_find(r->args) != NULL) {
        ret_ask->kind = RPC_ASK_STATIC;
    }
    if (ret_ask->varies) {
        apr_table_mergen(r->headers_out, "Vary", "Accept");
    }
    if ((ret_ask->kind == RPC_ASK_MESSAGE || ret_ask->kind == RPC_ASK_FORM)
        && rpc_http_decode_body(r) != OK) {
        ret_ask->kind = RPC_ASK_REFUSED;
        ret_ask->status = HTTP_UNSUPPORTED_MEDIA_TYPE;
        ret_ask->text = "Content-Encoding: expected gzip or none";
    }
    exchange->protocol = ret_ask->protocol;
    exchange->options.charset = ret_ask->charset;
    exchange->options.json_answer = ret_ask->json_answer;
}
