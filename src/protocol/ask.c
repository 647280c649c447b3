/* SPDX-License-Identifier: Apache-2.0 */
/* Tells what a request asks for: method, path, media type, query. For
 * transports, which read the request and its body. */
#include "protocol/ask.h"

#include <string.h>

#include "apr_cstr.h"
#include "apr_lib.h"
#include "apr_strings.h"

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

/* A copy in lower case. */
static char *lower(const char *text, apr_size_t length, apr_pool_t *pool)
{
    char *copy = apr_pstrmemdup(pool, text, length);
    char *at;

    for (at = copy; *at != '\0'; at++) {
        *at = (char)apr_tolower(*at);
    }
    return copy;
}

/* "Text/XML ; charset=utf-8" -> "text/xml", or NULL. */
static const char *media_type(const char *header, apr_pool_t *pool)
{
    if (header == NULL) {
        return NULL;
    }
    while (*header == ' ' || *header == '\t') {
        header++;
    }
    return lower(header, strcspn(header, "; \t"), pool);
}

/* The charset parameter of the Content-Type in lower case, or NULL. */
static const char *charset(const char *header, apr_pool_t *pool)
{
    const char *at = header != NULL ? strchr(header, ';') : NULL;

    while (at != NULL) {
        at += 1 + strspn(at + 1, " \t");
        if (apr_cstr_casecmpn(at, "charset=", 8) == 0) {
            const char *value = at + 8;

            if (*value == '"') {
                value++;
                return lower(value, strcspn(value, "\""), pool);
            }
            return lower(value, strcspn(value, "; \t"), pool);
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
        if (entry >= length && apr_cstr_casecmpn(at, type, length) == 0
            && (entry == length || strchr("; \t", at[length]) != NULL)) {
            const char *q = strchr(at, ';');

            while (q != NULL && q < at + entry) {
                q += 1 + strspn(q + 1, " \t");
                if (apr_cstr_casecmpn(q, "q=", 2) == 0) {
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
int rpc_ask_accepts_html(const char *accept)
{
    static const char *const ranges[] = {"text/html", "text/*", "*/*"};
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

int rpc_ask_prefers_json(const char *accept)
{
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

const rpc_protocol_t *rpc_ask_protocol(const rpc_inquiry_t *inquiry,
                                       apr_pool_t *pool)
{
    int speaks = inquiry->protocols;
    const char *type;

    if (inquiry->verb != RPC_VERB_POST) {
        return by_query(inquiry->query, speaks);
    }
    type = media_type(inquiry->content_type, pool);
    if (type != NULL && strcmp(type, FORM_TYPE) == 0) {
        return speaks & RPC_SPEAKS_PYRPC ? &rpc_protocol_pyrpc : NULL;
    }
    return by_media_type(type, speaks);
}

const char *rpc_ask_allowed(int get_policy, int introspection, int docs)
{
    return get_policy != RPC_GET_OFF || introspection || docs
               ? "GET, HEAD, POST, OPTIONS" : "POST, OPTIONS";
}

static void refuse(rpc_ask_t *ask, int status, const char *text)
{
    ask->kind = RPC_ASK_REFUSED;
    ask->status = status;
    ask->text = text;
}

/* "application/json, text/xml, ...": what this endpoint takes. */
static const char *accepted_types(int speaks, apr_pool_t *pool)
{
    const char *list = NULL;
    const spoken_t *s;
    int i;

    for (s = spoken; s->protocol != NULL; s++) {
        for (i = 0; (speaks & s->bit) && s->protocol->media_types[i] != NULL;
             i++) {
            list = list == NULL
                       ? s->protocol->media_types[i]
                       : apr_pstrcat(pool, list, ", ",
                                     s->protocol->media_types[i], NULL);
        }
    }
    if (speaks & RPC_SPEAKS_PYRPC) {
        list = apr_pstrcat(pool, list, ", " FORM_TYPE, NULL);
    }
    return list;
}

static void classify_post(const rpc_inquiry_t *inquiry, apr_pool_t *pool,
                          rpc_ask_t *ask)
{
    const char *type = media_type(inquiry->content_type, pool);

    ask->charset = charset(inquiry->content_type, pool);
    if (ask->protocol == NULL) {
        refuse(ask, 415,
               apr_psprintf(pool, "Content-Type: expected one of %s; got %s",
                            accepted_types(inquiry->protocols, pool),
                            type != NULL ? type : "none"));
    }
    else {
        ask->kind = strcmp(type, FORM_TYPE) == 0 ? RPC_ASK_FORM
                                                 : RPC_ASK_MESSAGE;
    }
}

static void classify_query(const rpc_inquiry_t *inquiry, rpc_ask_t *ask)
{
    if (inquiry->get_policy == RPC_GET_OFF) {
        refuse(ask, 405, "calls by GET are switched off here: use POST");
        return;
    }
    if (ask->kind == RPC_ASK_PATH) {
        ask->protocol = inquiry->protocols & RPC_SPEAKS_JSONRPC
                            ? &rpc_protocol_jsonrpc : NULL;
    }
    if (ask->protocol == NULL) {
        refuse(ask, ask->kind == RPC_ASK_PATH ? 404 : 400,
               "a GET calls by ?request=execute&data=method(arguments) or "
               "?method=name&params=[...]&id=1, as far as RpcProtocols "
               "allows");
    }
}

/* Nothing asked but the endpoint's URL: most often a browser, by a person. */
static void classify_docs(const rpc_inquiry_t *inquiry, rpc_ask_t *ask)
{
    if (!inquiry->docs) {
        refuse(ask, 405, "this is an RPC endpoint: POST "
               "a message, or call by GET with "
               "?request=execute&data=method(arguments)");
        return;
    }
    ask->varies = 1;
    if (rpc_ask_accepts_html(inquiry->accept)) {
        ask->kind = RPC_ASK_DOCS;
    }
    else {
        refuse(ask, 405, "this is an RPC endpoint: POST "
               "a message, call by GET with "
               "?request=execute&data=method(arguments), or accept "
               "text/html for its documentation");
    }
}

static void classify_get(const rpc_inquiry_t *inquiry, rpc_ask_t *ask)
{
    if (*inquiry->below != '\0') {
        ask->kind = RPC_ASK_PATH;
        ask->procedure = inquiry->below;
        classify_query(inquiry, ask);
    }
    else if (inquiry->query == NULL || *inquiry->query == '\0') {
        classify_docs(inquiry, ask);
    }
    else if (has_field(inquiry->query, "openrpc") && inquiry->introspection) {
        ask->kind = RPC_ASK_OPENRPC;
    }
    else {
        ask->kind = RPC_ASK_QUERY;
        classify_query(inquiry, ask);
    }
}

void rpc_ask_classify(const rpc_inquiry_t *inquiry, apr_pool_t *pool,
                      rpc_ask_t *ret_ask)
{
    memset(ret_ask, 0, sizeof(*ret_ask));
    ret_ask->protocol = rpc_ask_protocol(inquiry, pool);
    ret_ask->json_answer = rpc_ask_prefers_json(inquiry->accept);
    if (inquiry->verb == RPC_VERB_GET) {
        classify_get(inquiry, ret_ask);
    }
    else if (*inquiry->below != '\0') {
        refuse(ret_ask, 404,
               "there is nothing below the path of an RPC endpoint but "
               "procedures to GET");
    }
    else if (inquiry->verb == RPC_VERB_POST) {
        classify_post(inquiry, pool, ret_ask);
    }
    else if (inquiry->verb == RPC_VERB_OPTIONS) {
        ret_ask->kind = RPC_ASK_OPTIONS;
    }
    else {
        refuse(ret_ask, 405,
               apr_psprintf(pool, "expected one of %s",
                            rpc_ask_allowed(inquiry->get_policy,
                                            inquiry->introspection,
                                            inquiry->docs)));
    }
}

/* A form that has nothing of a call is most often JSON sent by a client that
 * did not say so. */
static int is_no_call(const rpc_form_t *form)
{
    return rpc_form_get(form, "request") == NULL
           && rpc_form_get(form, "data") == NULL;
}

/* The fields of the query string, and of a form after them. Everything of it
 * is in the message's pool: arguments may outlive the request. */
static void decode_form(rpc_ask_t *ask, rpc_message_t *message,
                        const char *query, const char *body,
                        apr_size_t length)
{
    const rpc_form_t *form = NULL;
    const rpc_fault_t *fault;

    fault = rpc_form_parse(query, query != NULL ? strlen(query) : 0, body,
                           length, message->caller->limits, message->pool,
                           &form);
    if (fault != NULL) {
        refuse(ask, 400, fault->text);
    }
    else if (ask->kind == RPC_ASK_PATH) {
        rpc_jsonrpc_decode_path(message, ask->procedure,
                                strlen(ask->procedure), form);
    }
    else if (ask->protocol == &rpc_protocol_jsonrpc) {
        rpc_jsonrpc_decode_query(message, form);
    }
    else if (ask->kind == RPC_ASK_FORM && is_no_call(form)) {
        ask->protocol = NULL; /* whatever it is, it is not pyrpc */
        refuse(ask, 415,
               "this form has no fields request=execute and data="
               "method(arguments); for JSON-RPC say -H 'Content-Type: "
               "application/json', for XML-RPC -H 'Content-Type: "
               "text/xml'");
    }
    else {
        rpc_pyrpc_decode_form(message, form);
    }
}

int rpc_ask_decode(rpc_ask_t *ask, rpc_message_t *message, const char *query,
                   char *body, apr_size_t length)
{
    message->protocol = ask->protocol->name;
    if (ask->kind == RPC_ASK_MESSAGE) {
        ask->protocol->decode(message, body, length);
    }
    else {
        decode_form(ask, message, query, body, length);
    }
    return ask->kind != RPC_ASK_REFUSED;
}
