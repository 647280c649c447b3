/* SPDX-License-Identifier: Apache-2.0 */
/* The protocol XML-RPC: a methodCall becomes a call, its outcome a
 * methodResponse, in the encoding that was asked for. */
#include <math.h>

#include "apr_general.h"
#include "apr_strings.h"

#include "protocol/protocol.h"
#include "protocol/xmlvalue.h"
#include "tap.h"

#define CALL "<methodCall><methodName>add</methodName><params><param>" \
    "<value><int>2</int></value></param><param><value>x</value></param>" \
    "</params></methodCall>"
#define RESULT(value) "<methodResponse><params><param><value>" value \
    "</value></param></params></methodResponse>\n"
#define FAULT(code, text) "<methodResponse><fault><value><struct><member>" \
    "<name>faultCode</name><value><int>" code "</int></value></member>" \
    "<member><name>faultString</name><value><string>" text "</string>" \
    "</value></member></struct></value></fault></methodResponse>\n"
#define UTF8 "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

static const rpc_limits_t limits = {
    RPC_DEFAULT_MAX_BODY, RPC_DEFAULT_MAX_DEPTH, RPC_DEFAULT_MAX_VALUES,
    RPC_DEFAULT_MAX_BATCH, RPC_DEFAULT_MAX_STRING
};
static const rpc_caller_t caller = { .transport = "test", .limits = &limits };
static const rpc_options_t usual = { .xml_encoding = "utf-8" };

static rpc_message_t *decode(const char *text, const rpc_options_t *options)
{
    rpc_message_t *message = rpc_message_create(&caller);

    message->protocol = "xmlrpc";
    message->options = options;
    rpc_protocol_xmlrpc.decode(message, apr_pstrdup(message->pool, text),
                               strlen(text));
    return message;
}

/* The answer to CALL with that result, or that fault. */
static void check_answer(const rpc_options_t *options, rpc_value_t result,
                         const rpc_fault_t *fault, const char *want,
                         const char *name)
{
    rpc_message_t *message = decode(CALL, options);
    rpc_writer_t *out = rpc_writer_create(message->pool);
    rpc_call_t *call = message->calls[0];

    call->result = fault ? NULL : rpc_value_in_pool(result, message->pool);
    call->fault = (rpc_fault_t *)fault;
    rpc_protocol_xmlrpc.encode(message, out);
    is_str(apr_pstrmemdup(message->pool, out->data, out->length), want, name);
    ok(message->complaints == NULL, "nothing for the error log");
    rpc_message_unref(message);
}

static void test_decode(void)
{
    rpc_message_t *message = decode(CALL, &usual);
    rpc_call_t *call;

    ok(message->fault == NULL, "a good call");
    is_int(message->call_count, 1, "is one call");
    call = message->calls[0];
    is_str(call->method, "add", "its method");
    is_int(call->method_length, 3, "its length");
    is_int(rpc_value_count(call->positional), 2, "its parameters");
    is_int(rpc_value_at(call->positional, 0)->u.integer, 2, "the first");
    is_str(rpc_value_at(call->positional, 1)->u.text, "x", "the second");
    ok(call->named == NULL, "no parameters by name");
    ok(!call->is_notification && !message->is_batch, "to be answered");
    is_int(call->coerce, RPC_COERCE_NONE, "strings stand for themselves");
    rpc_message_unref(message);
}

static void test_bad_message(void)
{
    rpc_message_t *message = decode("<methodCall>", &usual);
    rpc_writer_t *out = rpc_writer_create(message->pool);
    const char *text;

    ok(message->fault != NULL && message->call_count == 0, "no call");
    is_int(message->fault->code, RPC_E_PARSE, "a parse error");
    rpc_protocol_xmlrpc.encode(message, out);
    text = apr_pstrmemdup(message->pool, out->data, out->length);
    ok(strstr(text, "<int>-32700</int>") != NULL, "its code is answered");
    ok(strstr(text, "<string>Parse error: line 1, ") != NULL, "and where");
    rpc_message_unref(message);
}

static void test_charset(void)
{
    rpc_options_t options = usual;
    rpc_message_t *message;

    options.charset = "iso-8859-1";
    message = decode("<methodCall><methodName>\xe9</methodName></methodCall>",
                     &options);
    ok(message->fault == NULL, "the charset of the request");
    is_str(message->calls[0]->method, "\xc3\xa9", "is what its bytes are in");
    rpc_message_unref(message);
    options.charset = "x-none";
    message = decode(CALL, &options);
    is_int(message->fault->code, -32701, "an unknown charset");
    rpc_message_unref(message);
}

static void test_results(void)
{
    rpc_options_t nil = usual;

    nil.xml_nil = 1;
    check_answer(&usual, rpc_value_int(5), NULL, UTF8 RESULT("<int>5</int>"),
                 "an int");
    check_answer(&usual, rpc_value_int(1LL << 40), NULL,
                 UTF8 RESULT("<i8>1099511627776</i8>"),
                 "a wide int");
    check_answer(&usual, rpc_value_double(1e16), NULL,
                 UTF8 RESULT("<double>10000000000000000.0</double>"),
                 "a double without exponent");
    check_answer(&usual, rpc_value_text(RPC_STRING, "a\r<", 3), NULL,
                 UTF8 RESULT("<string>a&#13;&lt;</string>"), "a string");
    check_answer(&nil, rpc_value_nil(), NULL, UTF8 RESULT("<nil/>"),
                 "nil where it is allowed");
    check_answer(&usual, rpc_value_nil(), NULL,
                 UTF8 FAULT("-32603", "Internal error: the result is nil,"
                            " which XML-RPC has not (RpcXmlNil on allows it)"),
                 "nil where it is not");
}

static void test_uncarried(void)
{
    apr_pool_t *pool;
    rpc_value_t list;

    apr_pool_create(&pool, NULL);
    list = rpc_value_list(RPC_ARRAY, pool);
    rpc_value_append(&list, rpc_value_nil(), pool);
    check_answer(&usual, list, NULL,
                 UTF8 FAULT("-32603", "Internal error: the result holds nil,"
                            " which XML-RPC has not (RpcXmlNil on allows it)"),
                 "nil in an array");
    check_answer(&usual, rpc_value_text(RPC_STRING, "a\001", 2), NULL,
                 UTF8 FAULT("-32603", "Internal error: a string of the result"
                            " holds a control character, which XML cannot"
                            " carry (bytes can)"),
                 "a control character");
    apr_pool_destroy(pool);
}

/* The log hears why, with an id; the client gets the id. */
static void test_complaints(void)
{
    static const struct {
        double number;
        const char *text;    /* or NULL */
        const char *why;
    } cases[] = {
        { 0, "\xff", "a string is no valid UTF-8 (bytes can carry it)" },
        { NAN, NULL, "a double is not finite" }
    };
    int i;

    for (i = 0; i < 2; i++) {
        rpc_message_t *message = decode(CALL, &usual);
        rpc_writer_t *out = rpc_writer_create(message->pool);
        rpc_call_t *call = message->calls[0];
        const char *id;
        const char *text;

        call->result = rpc_value_in_pool(
            cases[i].text ? rpc_value_text(RPC_STRING, cases[i].text, 1)
                          : rpc_value_double(cases[i].number), message->pool);
        rpc_protocol_xmlrpc.encode(message, out);
        ok(call->result == NULL && call->fault != NULL, "a fault instead");
        text = message->complaints ? message->complaints->text : "";
        ok(strncmp(text, "method add returned what XML cannot carry: ", 43)
           == 0 && strncmp(text + 43, cases[i].why, strlen(cases[i].why))
           == 0, "the complaint: %s", text);
        id = strstr(text, "(id ");
        ok(id != NULL && strstr(call->fault->text, id) != NULL
           && strstr(call->fault->text, cases[i].why) == NULL,
           "the client gets the id");
        rpc_message_unref(message);
    }
}

static void test_faults(void)
{
    static const rpc_fault_t own = { 4, "Too many parameters.", NULL };
    static const rpc_fault_t params = { RPC_E_PARAMS, "x & y", NULL };
    static const rpc_fault_t wild = { -1, "a\001b\xff\xc3\xa9\xef\xbf\xbf\r",
                                      NULL };
    static const rpc_fault_t open = { 1, "a\xe2\x82", NULL };

    check_answer(&usual, rpc_value_nil(), &own,
                 UTF8 FAULT("4", "Too many parameters."),
                 "a handler's fault");
    check_answer(&usual, rpc_value_nil(), &params,
                 UTF8 FAULT("-32602", "Invalid params: x &amp; y"),
                 "a fault with a title");
    check_answer(&usual, rpc_value_nil(), &wild,
                 UTF8 FAULT("-1", "a?b?\xc3\xa9?&#13;"),
                 "a text that XML has not");
    check_answer(&usual, rpc_value_nil(), &open, UTF8 FAULT("1", "a??"),
                 "a text cut inside a character");
}

static void test_encodings(void)
{
    static const char text[] = "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80\xc2\x85";
    static const rpc_fault_t fault = { 1, "\xc3\xa9", NULL };
    rpc_options_t latin1 = usual;
    rpc_options_t ascii = usual;
    rpc_message_t message = { .options = &latin1 };
    rpc_value_t value = rpc_value_text(RPC_STRING, text, sizeof(text) - 1);

    latin1.xml_encoding = "iso-8859-1";
    ascii.xml_encoding = "us-ascii";
    check_answer(&latin1, value, NULL,
                 "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n"
                 RESULT("<string>\xe9 &#8364; &#128512;&#133;</string>"),
                 "Latin-1");
    check_answer(&ascii, value, NULL,
                 "<?xml version=\"1.0\" encoding=\"US-ASCII\"?>\n"
                 RESULT("<string>&#233; &#8364; &#128512;&#133;</string>"),
                 "ASCII");
    check_answer(&ascii, value, &fault,
                 "<?xml version=\"1.0\" encoding=\"US-ASCII\"?>\n"
                 FAULT("1", "&#233;"), "a fault in ASCII");
    is_str(rpc_protocol_xmlrpc.content_type(&message),
           "text/xml; charset=iso-8859-1", "its media type");
    message.options = &ascii;
    is_str(rpc_protocol_xmlrpc.content_type(&message),
           "text/xml; charset=us-ascii", "that of ASCII");
    message.options = &usual;
    is_str(rpc_protocol_xmlrpc.content_type(&message),
           "text/xml; charset=utf-8", "that of UTF-8");
}

int main(void)
{
    apr_initialize();
    rpc_xml_child_init();
    is_str(rpc_protocol_xmlrpc.name, "xmlrpc", "the protocol's name");
    is_str(rpc_protocol_xmlrpc.media_types[0], "text/xml", "a media type");
    test_decode();
    test_bad_message();
    test_charset();
    test_results();
    test_uncarried();
    test_complaints();
    test_faults();
    test_encodings();
    apr_terminate();
    return done_testing();
}
