/* SPDX-License-Identifier: Apache-2.0 */
/* XML-RPC from the caller's side: the bytes of a methodCall, and what is read
 * of a methodResponse, good or hostile. */
#include "apr_general.h"
#include "apr_strings.h"

#include "protocol/xmlrpc_client.h"
#include "protocol/xmlvalue.h"
#include "tap.h"

#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" \
    "<methodCall><methodName>"
#define RESULT(value) "<methodResponse><params><param><value>" value \
    "</value></param></params></methodResponse>"
#define FAULT(members) "<methodResponse><fault><value><struct>" members \
    "</struct></value></fault></methodResponse>"
#define MEMBER(name, value) "<member><name>" name "</name><value>" value \
    "</value></member>"

static const rpc_limits_t limits = { 1 << 20, 5, 100, 10, 1000 };

static void test_write(apr_pool_t *pool)
{
    rpc_writer_t *out = rpc_writer_create(pool);
    rpc_value_t params = rpc_value_list(RPC_ARRAY, pool);

    ok(rpc_xmlrpc_write_call(out, "a.b", 3, NULL, 0) == NULL, "no params");
    is_str(apr_pstrmemdup(pool, out->data, out->length),
           HEAD "a.b</methodName><params></params></methodCall>\n",
           "an empty <params>");
    rpc_value_append(&params, rpc_value_int(2), pool);
    rpc_value_append(&params, rpc_value_text(RPC_STRING, "<&", 2), pool);
    rpc_writer_cut(out, 0);
    ok(rpc_xmlrpc_write_call(out, "x<y", 3, &params, 0) == NULL, "two");
    is_str(apr_pstrmemdup(pool, out->data, out->length),
           HEAD "x&lt;y</methodName><params><param><value><int>2</int>"
           "</value></param><param><value><string>&lt;&amp;</string></value>"
           "</param></params></methodCall>\n", "escaped");
    rpc_value_append(&params, rpc_value_nil(), pool);
    ok(strstr(rpc_xmlrpc_write_call(out, "x", 1, &params, 0), "xml_nil"),
       "nil is refused with what allows it");
    ok(rpc_xmlrpc_write_call(out, "x", 1, &params, 1) == NULL, "or sent");
    ok(rpc_xmlrpc_write_call(out, "\x01", 1, NULL, 0) != NULL,
       "a method that XML cannot carry");
}

typedef struct case_t {
    const char *text;
    const char *says; /* of the fault it is no response by; NULL: it is */
    int code;         /* of the other end's fault, 0: the result is an int */
} case_t;

static const case_t cases[] = {
    { RESULT("<i4>7</i4>"), NULL, 0 },
    { "<?xml version='1.0'?>\n" RESULT("<int>7</int>"), NULL, 0 },
    { FAULT(MEMBER("faultCode", "<int>4</int>")
            MEMBER("faultString", "Too many parameters.")), NULL, 4 },
    { FAULT(MEMBER("faultString", "<string>x</string>")
            MEMBER("faultCode", "<i4>-32601</i4>")
            MEMBER("more", "<int>1</int>")), NULL, -32601 },
    { FAULT(MEMBER("faultCode", "<string>4</string>")
            MEMBER("faultString", "x")), "faultCode", 0 },
    { FAULT(MEMBER("faultCode", "<int>4</int>")), "faultString", 0 },
    { FAULT(""), "faultCode", 0 },
    { "<methodResponse><params/></methodResponse>", "exactly one", 0 },
    { "<methodResponse><params><param><value>1</value></param><param><value>"
      "2</value></param></params></methodResponse>", "exactly one", 0 },
    { "<methodResponse/>", "<methodResponse> ends without <params>", 0 },
    { "<methodResponse><fault/></methodResponse>",
      "<fault> ends without <value>", 0 },
    { "<methodResponse><params><param><value>1</value></param></params>"
      "<fault><value>1</value></fault></methodResponse>",
      "<fault> cannot be here", 0 },
    { "<methodResponse><fault><value>1</value></fault><params/>"
      "</methodResponse>", "<params> cannot be here", 0 },
    { "<methodCall><methodName>a</methodName></methodCall>",
      "expected <methodResponse>", 0 },
    { "<!DOCTYPE a [<!ENTITY b \"c\">]>" RESULT("&b;"), "DOCTYPE", 0 },
    { "<html><body>503</body></html>", "<html> is not an element", 0 },
    { "", "line 1", 0 },
    { "not XML", "line 1", 0 },
    { "<methodResponse><params>", "line 1", 0 },
    { RESULT("<int>2147483648</int>"), "32 bits", 0 },
    { RESULT("<array><data><value><array><data><value><array><data><value>"
             "<array><data><value><array><data><value><array><data></data>"
             "</array></value></data></array></value></data></array></value>"
             "</data></array></value></data></array></value></data></array>"),
      "RpcMaxDepth 5", 0 }
};

static void test_read(apr_pool_t *pool)
{
    apr_size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const case_t *c = &cases[i];
        rpc_value_t *result = NULL;
        rpc_fault_t *other = NULL;
        rpc_fault_t *fault;

        fault = rpc_xmlrpc_read_response(c->text, strlen(c->text), NULL,
                                         &limits, pool, &result, &other);
        if (c->says != NULL) {
            ok(fault != NULL && strstr(fault->text, c->says) != NULL
               && result == NULL && other == NULL, "%.60s: %s", c->text,
               fault != NULL ? fault->text : "was taken");
        }
        else if (c->code != 0) {
            ok(fault == NULL && result == NULL && other->code == c->code
               && other->text[0] != '\0', "%.60s: fault %d", c->text,
               c->code);
        }
        else {
            ok(fault == NULL && other == NULL && rpc_as_int(result) == 7,
               "%.60s: 7", c->text);
        }
    }
}

static void test_charset(apr_pool_t *pool)
{
    static const char text[] = RESULT("\xe4");
    rpc_value_t *result = NULL;
    rpc_fault_t *other = NULL;
    rpc_fault_t *fault;

    fault = rpc_xmlrpc_read_response(text, sizeof(text) - 1, "iso-8859-1",
                                     &limits, pool, &result, &other);
    ok(fault == NULL, "the charset of the Content-Type");
    is_str(rpc_as_string(result, NULL), "\xc3\xa4", "as UTF-8");
    fault = rpc_xmlrpc_read_response(text, sizeof(text) - 1, NULL, &limits,
                                     pool, &result, &other);
    ok(fault != NULL && fault->code == -32702, "without it: bad UTF-8");
}

/* What a call says is what the server's reader reads. */
static void test_round_trip(apr_pool_t *pool)
{
    rpc_value_t params = rpc_value_list(RPC_ARRAY, pool);
    rpc_value_t inner = rpc_value_list(RPC_STRUCT, pool);
    rpc_writer_t *out = rpc_writer_create(pool);
    rpc_xmlcall_t call;

    rpc_value_set(&inner, "a", 1, rpc_value_double(0.5), pool);
    rpc_value_set(&inner, "t", 1, rpc_value_time(0), pool);
    rpc_value_append(&params, inner, pool);
    rpc_value_append(&params, rpc_value_int(INT64_MIN), pool);
    rpc_value_append(&params, rpc_value_text(RPC_BYTES, "\0\xff", 2), pool);
    ok(rpc_xmlrpc_write_call(out, "m", 1, &params, 0) == NULL, "written");
    rpc_write_char(out, '\0');
    ok(rpc_xml_read(out->data, out->length - 1, NULL, &limits, NULL, pool,
                    &call) == NULL, "read");
    is_int(rpc_value_count(&call.params), 3, "three");
    ok(rpc_as_double(rpc_get(rpc_at(&call.params, 0), "a")) == 0.5, "double");
    is_int(rpc_type(rpc_get(rpc_at(&call.params, 0), "t")), RPC_TIME,
           "time");
    is_int(rpc_as_int(rpc_at(&call.params, 1)), INT64_MIN, "64 bits");
    is_int(rpc_at(&call.params, 2)->length, 2, "bytes");
}

int main(void)
{
    apr_pool_t *pool;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    rpc_xml_child_init();
    test_write(pool);
    test_read(pool);
    test_charset(pool);
    test_round_trip(pool);
    apr_pool_destroy(pool);
    return done_testing();
}
