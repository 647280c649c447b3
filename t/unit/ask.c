/* SPDX-License-Identifier: Apache-2.0 */
/* Tests src/protocol/ask*.c and src/core/prefix.c: what a request asks for,
 * how it is refused; prefixes. */
#include <stdlib.h>
#include <string.h>

#include "apr_general.h"
#include "apr_strings.h"

#include "protocol/ask.h"
#include "tap.h"

#define JSON "application/json"
#define FORM "application/x-www-form-urlencoded"

typedef struct case_t {
    enum rpc_verb_e verb;
    const char *type;
    const char *query;
    const char *below;
    int protocols;
    enum rpc_ask_e kind;
    const rpc_protocol_t *protocol;
    int status;
} case_t;

static const case_t cases[] = {
    {RPC_VERB_POST, JSON, NULL, "", 7, RPC_ASK_MESSAGE,
     &rpc_protocol_jsonrpc, 0},
    {RPC_VERB_POST, " \tApplication/JSON ; charset=utf-8", "x=1", "", 7,
     RPC_ASK_MESSAGE, &rpc_protocol_jsonrpc, 0},
    {RPC_VERB_POST, "text/xml", NULL, "", 7, RPC_ASK_MESSAGE,
     &rpc_protocol_xmlrpc, 0},
    {RPC_VERB_POST, "text/x-python", NULL, "", 7, RPC_ASK_MESSAGE,
     &rpc_protocol_pyrpc, 0},
    {RPC_VERB_POST, FORM, NULL, "", 7, RPC_ASK_FORM, &rpc_protocol_pyrpc, 0},
    {RPC_VERB_POST, FORM, NULL, "", RPC_SPEAKS_JSONRPC, RPC_ASK_REFUSED, NULL,
     415},
    {RPC_VERB_POST, JSON, NULL, "", RPC_SPEAKS_XMLRPC, RPC_ASK_REFUSED, NULL,
     415},
    {RPC_VERB_POST, "text/html", NULL, "", 7, RPC_ASK_REFUSED, NULL, 415},
    {RPC_VERB_POST, "", NULL, "", 7, RPC_ASK_REFUSED, NULL, 415},
    {RPC_VERB_POST, NULL, NULL, "", 7, RPC_ASK_REFUSED, NULL, 415},
    {RPC_VERB_POST, JSON, NULL, "add", 7, RPC_ASK_REFUSED,
     &rpc_protocol_jsonrpc, 404},
    {RPC_VERB_GET, NULL, "method=add&id=1", "", 7, RPC_ASK_QUERY,
     &rpc_protocol_jsonrpc, 0},
    {RPC_VERB_GET, NULL, "data=add(1)&request=execute", "", 7, RPC_ASK_QUERY,
     &rpc_protocol_pyrpc, 0},
    {RPC_VERB_GET, NULL, "method=add", "", RPC_SPEAKS_PYRPC, RPC_ASK_REFUSED,
     NULL, 400},
    {RPC_VERB_GET, NULL, "methods=add", "", 7, RPC_ASK_REFUSED, NULL, 400},
    {RPC_VERB_GET, NULL, "x=2", "add", 7, RPC_ASK_PATH, &rpc_protocol_jsonrpc,
     0},
    {RPC_VERB_GET, NULL, "x=2", "add", RPC_SPEAKS_PYRPC, RPC_ASK_REFUSED,
     NULL, 404},
    /* A procedure is JSON-RPC's, whatever its arguments are called. */
    {RPC_VERB_GET, NULL, "data=2", "add", RPC_SPEAKS_PYRPC, RPC_ASK_REFUSED,
     NULL, 404},
    {RPC_VERB_GET, NULL, "data=2", "add", 7, RPC_ASK_PATH,
     &rpc_protocol_jsonrpc, 0},
    {RPC_VERB_GET, NULL, "openrpc", "", 7, RPC_ASK_OPENRPC, NULL, 0},
    {RPC_VERB_GET, NULL, "", "", 7, RPC_ASK_DOCS, NULL, 0},
    {RPC_VERB_GET, NULL, NULL, "", 7, RPC_ASK_DOCS, NULL, 0},
    {RPC_VERB_OPTIONS, NULL, NULL, "", 7, RPC_ASK_OPTIONS, NULL, 0},
    {RPC_VERB_OTHER, JSON, NULL, "", 7, RPC_ASK_REFUSED, NULL, 405}
};

static void test_cases(apr_pool_t *pool)
{
    apr_size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const case_t *c = &cases[i];
        rpc_inquiry_t inquiry;
        rpc_ask_t ask;

        memset(&inquiry, 0, sizeof(inquiry));
        inquiry.verb = c->verb;
        inquiry.content_type = c->type;
        inquiry.query = c->query;
        inquiry.below = c->below;
        inquiry.protocols = c->protocols;
        inquiry.introspection = 1;
        inquiry.docs = 1;
        rpc_ask_classify(&inquiry, pool, &ask);
        ok(ask.kind == c->kind, "the kind of case %d", (int)i);
        ok(ask.protocol == c->protocol, "its protocol");
        is_int(ask.status, c->status, "its status");
        ok((ask.text != NULL) == (c->status != 0), "its text");
    }
}

static void test_switches(apr_pool_t *pool)
{
    rpc_inquiry_t inquiry = {RPC_VERB_GET, NULL, NULL, "openrpc", "", 7,
                             RPC_GET_SAFE, 0, 0};
    rpc_ask_t ask;

    rpc_ask_classify(&inquiry, pool, &ask);
    is_int(ask.status, 400, "?openrpc without introspection");
    inquiry.query = NULL;
    rpc_ask_classify(&inquiry, pool, &ask);
    is_int(ask.status, 405, "no page");
    ok(!ask.varies, "whatever Accept says");
    inquiry.docs = 1;
    inquiry.accept = "application/json";
    rpc_ask_classify(&inquiry, pool, &ask);
    is_int(ask.status, 405, "a page that is not accepted");
    ok(ask.varies && ask.json_answer, "where Accept decides");
    inquiry.query = "method=add";
    inquiry.get_policy = RPC_GET_OFF;
    rpc_ask_classify(&inquiry, pool, &ask);
    is_int(ask.status, 405, "no calls by GET");
    is_str(rpc_ask_allowed(RPC_GET_OFF, 0, 0), "POST, OPTIONS", "no GET");
    is_str(rpc_ask_allowed(RPC_GET_OFF, 0, 1), "GET, HEAD, POST, OPTIONS",
           "a page is got");
}

static void test_charset(const char *type, const char *charset,
                         apr_pool_t *pool)
{
    rpc_inquiry_t inquiry = {RPC_VERB_POST, type, NULL, NULL, "", 7,
                             RPC_GET_SAFE, 1, 1};
    rpc_ask_t ask;

    rpc_ask_classify(&inquiry, pool, &ask);
    is_int(ask.kind, RPC_ASK_MESSAGE, type);
    if (charset == NULL) {
        ok(ask.charset == NULL, "has no charset");
    }
    else {
        is_str(ask.charset, charset, "has its charset");
    }
}

static void test_charsets(apr_pool_t *pool)
{
    test_charset("text/xml", NULL, pool);
    test_charset("text/xml;charset=UTF-8", "utf-8", pool);
    test_charset("text/xml; a=b;\tCharset=\"iso-8859-1\"; x", "iso-8859-1",
                 pool);
    test_charset("text/xml; charset=latin1 ; x=y", "latin1", pool);
    test_charset("text/xml; charset=\"", "", pool);
    test_charset("text/xml; xcharset=a", NULL, pool);
    test_charset("text/xml;;;", NULL, pool);
}

static void test_accept(void)
{
    ok(rpc_ask_accepts_html(NULL), "no Accept");
    ok(rpc_ask_accepts_html("text/html;q=0.1, */*;q=0"), "html by name");
    ok(!rpc_ask_accepts_html("text/html;q=0, */*"), "html refused");
    ok(!rpc_ask_accepts_html("text/html;q=2"), "no such quality");
    ok(rpc_ask_accepts_html("image/*,text/*"), "by range");
    ok(!rpc_ask_accepts_html(""), "nothing");
    ok(!rpc_ask_prefers_json(NULL), "text unless told");
    ok(rpc_ask_prefers_json("text/plain, application/json"), "JSON as well");
    ok(!rpc_ask_prefers_json("text/plain, application/json;q=0.5"),
       "text rather");
    ok(!rpc_ask_prefers_json("application/jsonx"), "another type");
}

static void test_refuse(apr_pool_t *pool)
{
    rpc_options_t options = {0};
    const char *type = NULL;
    apr_size_t length = 0;
    char *body = rpc_ask_fault_body(&rpc_protocol_jsonrpc, &options,
                                    RPC_E_LIMIT, "a \"text\"", &type, &length,
                                    pool);

    is_str(type, JSON, "the protocol's type");
    ok(length > 0 && strncmp(body, "{\"jsonrpc\":\"2.0\",\"error\":", 25) == 0,
       "its fault");
    free(body);
    body = rpc_ask_fault_body(NULL, &options, 0, "a text", &type, &length,
                              pool);
    ok(length == 7 && memcmp(body, "a text\n", 7) == 0, "or plain text");
    free(body);
    is_int(rpc_ask_fault_code(413), RPC_E_LIMIT, "413");
    is_int(rpc_ask_fault_code(404), RPC_E_METHOD, "404");
    is_int(rpc_ask_fault_code(418), RPC_E_REQUEST, "any 4xx");
    is_int(rpc_ask_fault_code(599), RPC_E_INTERNAL, "any 5xx");
}

static void test_prefix(apr_pool_t *pool)
{
    static const char *const good[][2] = {
        {NULL, ""}, {"a", "a."}, {"a.b", "a.b."}, {"a:", "a:"},
        {"a_", "a_"}, {"a-", "a-"}, {"system_", "system_"}
    };
    static const char *const bad[] = {"", "a b", "_a", "a._b", ".", "rpc",
                                      "system.", "\xc3\xa9", "a.."};
    const char *prefix = NULL;
    apr_size_t i;

    for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        ok(rpc_prefix_complete(good[i][0], pool, &prefix) == NULL,
           "a good prefix");
        is_str(prefix, good[i][1], "with its separator");
    }
    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ok(rpc_prefix_complete(bad[i], pool, &prefix) != NULL,
           "the prefix \"%s\" is refused", bad[i]);
    }
}

int main(void)
{
    apr_pool_t *pool;

    apr_initialize();
    atexit(apr_terminate);
    apr_pool_create(&pool, NULL);
    test_cases(pool);
    test_switches(pool);
    test_charsets(pool);
    test_accept();
    test_refuse(pool);
    test_prefix(pool);
    return done_testing();
}
