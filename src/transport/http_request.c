/* SPDX-License-Identifier: Apache-2.0 */
/* Tells what an HTTP request asks for: method, path, media type, query. For
 * transport/http.c. (Design: the table of HTTP messages.) */
#include "transport/http.h"

#include <string.h>

#include "ap_expr.h"
#include "apr_strings.h"
#include "http_core.h"
#include "http_protocol.h"

#define FORM_TYPE "application/x-www-form-urlencoded"

typedef struct spoken_t {
    const rpc_protocol_t *protocol;
    int bit;
} spoken_t;

static const spoken_t spoken[] = {
    { &rpc_protocol_jsonrpc, RPC_SPEAKS_JSONRPC },
    { &rpc_protocol_xmlrpc, RPC_SPEAKS_XMLRPC },
    { &rpc_protocol_pyrpc, RPC_SPEAKS_PYRPC },
    { NULL, 0 }
};

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

/* "Text/XML ; charset=utf-8" -> "text/xml", or NULL. */
static const char *media_type(request_rec *r)
{
    const char *header = apr_table_get(r->headers_in, "Content-Type");
    char *type;
    apr_size_t length;

    if (header == NULL) {
        return NULL;
    }
    while (*header == ' ' || *header == '\t') {
        header++;
    }
    length = strcspn(header, "; \t");
    type = apr_pstrmemdup(r->pool, header, length);
    ap_str_tolower(type);
    return type;
}

/* The charset parameter of the Content-Type in lower case, or NULL. */
static const char *charset(request_rec *r)
{
    const char *header = apr_table_get(r->headers_in, "Content-Type");
    const char *at = header != NULL ? strchr(header, ';') : NULL;

    while (at != NULL) {
        at += 1 + strspn(at + 1, " \t");
        if (ap_cstr_casecmpn(at, "charset=", 8) == 0) {
            const char *value = at + 8;
            apr_size_t length;
            char *found;

            if (*value == '"') {
                value++;
                length = strcspn(value, "\"");
            }
            else {
                length = strcspn(value, "; \t");
            }
            found = apr_pstrmemdup(r->pool, value, length);
            ap_str_tolower(found);
            return found;
        }
        at = strchr(at, ';');
    }
    return NULL;
}

/* "0.5" -> 500; anything but a q-value, RFC 9110, section 12.4.2: 0. */
static int quality(const char *text)
{
    int thousandths;
    int unit = 1000;

    if (text[0] != '0' && text[0] != '1') {
        return 0;
    }
    thousandths = (*text++ - '0') * unit;
    if (*text == '.') {
        for (text++; unit > 1 && *text >= '0' && *text <= '9'; text++) {
            unit /= 10;
            thousandths += (*text - '0') * unit;
        }
    }
    return strchr(",; \t", *text) != NULL && thousandths <= 1000
               ? thousandths : 0;
}

/* q of a media type, or range, that Accept names outright, in thousandths;
 * -1: it does not. (RFC 9110, section 12.5.1) */
static int accepted(const char *accept, const char *type)
{
    apr_size_t length = strlen(type);
    const char *at = accept;

    while (at != NULL) {
        apr_size_t entry;

        at += strspn(at, ", \t");
        entry = strcspn(at, ",");
        if (entry >= length && ap_cstr_casecmpn(at, type, length) == 0
            && (entry == length || strchr("; \t", at[length]) != NULL)) {
            const char *q = strchr(at, ';');

            while (q != NULL && q < at + entry) {
                q += 1 + strspn(q + 1, " \t");
                if (ap_cstr_casecmpn(q, "q=", 2) == 0) {
                    return quality(q + 2);
                }
                q = strchr(q, ';');
            }
            return 1000;
        }
        at = at[entry] == ',' ? at + entry + 1 : NULL;
    }
    return -1;
}

/* The range that says most about the type counts. */
int rpc_http_accepts_html(request_rec *r)
{
    static const char *const ranges[] = {"text/html", "text/*", "*/*"};
    const char *accept = apr_table_get(r->headers_in, "Accept");
    apr_size_t i;

    if (accept == NULL) {
        return 1;
    }
    for (i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
        int q = accepted(accept, ranges[i]);

        if (q >= 0) {
            return q > 0;
        }
    }
    return 0;
}

int rpc_http_prefers_json(request_rec *r)
{
    const char *accept = apr_table_get(r->headers_in, "Accept");
    int json = accept != NULL ? accepted(accept, "application/json") : -1;

    return json > 0 && json >= accepted(accept, "text/plain");
}

static const rpc_protocol_t *by_media_type(const char *type, int speaks)
{
    const spoken_t *s;
    int i;

    for (s = spoken; type != NULL && s->protocol != NULL; s++) {
        for (i = 0; (speaks & s->bit) && s->protocol->media_types[i] != NULL;
             i++) {
            if (strcmp(type, s->protocol->media_types[i]) == 0) {
                return s->protocol;
            }
        }
    }
    return NULL;
}

/* Whether the query string has a field of that name, undecoded. */
static int has_field(const char *query, const char *name)
{
    apr_size_t length = strlen(name);

    while (query != NULL) {
        if (strncmp(query, name, length) == 0
            && strchr("=&", query[length]) != NULL) {
            return 1; /* '\0' is found by strchr() too */
        }
        query = strchr(query, '&');
        query = query != NULL ? query + 1 : NULL;
    }
    return 0;
}

/* A query with a method is jsonrpc's, one with request or data pyrpc's. */
static const rpc_protocol_t *by_query(const char *query, int speaks)
{
    if (has_field(query, "method")) {
        return speaks & RPC_SPEAKS_JSONRPC ? &rpc_protocol_jsonrpc : NULL;
    }
    if (has_field(query, "request") || has_field(query, "data")) {
        return speaks & RPC_SPEAKS_PYRPC ? &rpc_protocol_pyrpc : NULL;
    }
    return NULL;
}

const rpc_protocol_t *rpc_http_protocol_of(request_rec *r, int speaks)
{
    const char *type;

    if (r->method_number != M_POST) {
        return by_query(r->args, speaks);
    }
    type = media_type(r);
    if (type != NULL && strcmp(type, FORM_TYPE) == 0) {
        return speaks & RPC_SPEAKS_PYRPC ? &rpc_protocol_pyrpc : NULL;
    }
    return by_media_type(type, speaks);
}

const char *rpc_http_allowed(const rpc_dir_config_t *config)
{
    return config->get_policy != RPC_GET_OFF || config->introspection
                   || config->docs
               ? "GET, HEAD, POST, OPTIONS" : "POST, OPTIONS";
}

static void refuse(rpc_ask_t *ask, int status, const char *text)
{
    ask->kind = RPC_ASK_REFUSED;
    ask->status = status;
    ask->text = text;
}

/* "application/json, text/xml, ...": what this endpoint takes. */
static const char *accepted_types(request_rec *r, int speaks)
{
    const char *list = NULL;
    const spoken_t *s;
    int i;

    for (s = spoken; s->protocol != NULL; s++) {
        for (i = 0; (speaks & s->bit) && s->protocol->media_types[i] != NULL;
             i++) {
            list = list == NULL
                       ? s->protocol->media_types[i]
                       : apr_pstrcat(r->pool, list, ", ",
                                     s->protocol->media_types[i], NULL);
        }
    }
    if (speaks & RPC_SPEAKS_PYRPC) {
        list = apr_pstrcat(r->pool, list, ", " FORM_TYPE, NULL);
    }
    return list;
}

static void classify_post(rpc_exchange_t *exchange, rpc_ask_t *ask)
{
    request_rec *r = exchange->r;
    const char *type = media_type(r);

    exchange->protocol = rpc_http_protocol_of(r, exchange->config.protocols);
    exchange->options.charset = charset(r);
    if (exchange->protocol == NULL) {
        refuse(ask, HTTP_UNSUPPORTED_MEDIA_TYPE,
               apr_psprintf(r->pool, "Content-Type: expected one of %s; got "
                            "%s", accepted_types(r,
                                                 exchange->config.protocols),
                            type != NULL ? type : "none"));
    }
    else if (rpc_http_decode_body(r) != OK) {
        refuse(ask, HTTP_UNSUPPORTED_MEDIA_TYPE,
               "Content-Encoding: expected gzip or none");
    }
    else {
        ask->kind = strcmp(type, FORM_TYPE) == 0 ? RPC_ASK_FORM
                                                 : RPC_ASK_MESSAGE;
    }
}

static void classify_query(rpc_exchange_t *exchange, rpc_ask_t *ask)
{
    request_rec *r = exchange->r;

    if (exchange->config.get_policy == RPC_GET_OFF) {
        refuse(ask, HTTP_METHOD_NOT_ALLOWED,
               "calls by GET are switched off here: use POST");
        return;
    }
    if (ask->kind == RPC_ASK_QUERY) {
        exchange->protocol = by_query(r->args, exchange->config.protocols);
    }
    else if (exchange->config.protocols & RPC_SPEAKS_JSONRPC) {
        exchange->protocol = &rpc_protocol_jsonrpc;
    }
    if (exchange->protocol == NULL) {
        refuse(ask, ask->kind == RPC_ASK_PATH ? HTTP_NOT_FOUND
                                              : HTTP_BAD_REQUEST,
               "a GET calls by ?request=execute&data=method(arguments) or "
               "?method=name&params=[...]&id=1, as far as RpcProtocols "
               "allows");
    }
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

/* Nothing asked but the endpoint's URL: most often a browser, by a person. */
static void classify_docs(rpc_exchange_t *exchange, rpc_ask_t *ask)
{
    request_rec *r = exchange->r;

    if (!exchange->config.docs) {
        refuse(ask, HTTP_METHOD_NOT_ALLOWED, "this is an RPC endpoint: POST "
               "a message, or call by GET with "
               "?request=execute&data=method(arguments)");
        return;
    }
    apr_table_mergen(r->headers_out, "Vary", "Accept");
    if (rpc_http_accepts_html(r)) {
        ask->kind = RPC_ASK_DOCS;
    }
    else {
        refuse(ask, HTTP_METHOD_NOT_ALLOWED, "this is an RPC endpoint: POST "
               "a message, call by GET with "
               "?request=execute&data=method(arguments), or accept "
               "text/html for its documentation");
    }
}

static void classify_get(rpc_exchange_t *exchange, const char *procedure,
                         rpc_ask_t *ask)
{
    request_rec *r = exchange->r;
    const rpc_static_t *file = rpc_http_static_find(r->args);

    exchange->options.json_answer = rpc_http_prefers_json(r);
    if (*procedure == '\0' && file != NULL) {
        ask->kind = RPC_ASK_STATIC;
        ask->file = file;
    }
    else if (*procedure != '\0') {
        ask->kind = RPC_ASK_PATH;
        ask->procedure = procedure;
        classify_query(exchange, ask);
    }
    else if (r->args == NULL || *r->args == '\0') {
        classify_docs(exchange, ask);
    }
    else if (has_field(r->args, "openrpc") && exchange->config.introspection) {
        ask->kind = RPC_ASK_OPENRPC;
    }
    else {
        ask->kind = RPC_ASK_QUERY;
        classify_query(exchange, ask);
    }
}

void rpc_http_classify(rpc_exchange_t *exchange, rpc_ask_t *ret_ask)
{
    request_rec *r = exchange->r;
    const char *procedure = below(exchange);

    memset(ret_ask, 0, sizeof(*ret_ask));
    exchange->protocol = rpc_http_protocol_of(r, exchange->config.protocols);
    if (r->method_number == M_GET) { /* HEAD too */
        classify_get(exchange, procedure, ret_ask);
    }
    else if (*procedure != '\0') {
        refuse(ret_ask, HTTP_NOT_FOUND,
               "there is nothing below the path of an RPC endpoint but "
               "procedures to GET");
    }
    else if (r->method_number == M_POST && r->main == NULL) {
        /* Redirected within httpd too: an ErrorDocument is a GET by then. */
        exchange->options.json_answer = rpc_http_prefers_json(r);
        classify_post(exchange, ret_ask);
    }
    else if (r->method_number == M_OPTIONS) {
        ret_ask->kind = RPC_ASK_OPTIONS;
    }
    else {
        refuse(ret_ask, HTTP_METHOD_NOT_ALLOWED,
               apr_psprintf(r->pool, "expected one of %s",
                            rpc_http_allowed(&exchange->config)));
    }
}
