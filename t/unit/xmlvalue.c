/* SPDX-License-Identifier: Apache-2.0 */
/* The syntax of XML-RPC: what is read as which value, what is refused with
 * which code, how values are written. */
#include <math.h>
#include <stdlib.h>

#include "apr_general.h"
#include "apr_strings.h"

#include "protocol/xmlvalue.h"
#include "tap.h"

#define HEAD "<?xml version=\"1.0\"?><methodCall><methodName>echo" \
    "</methodName><params><param><value>"
#define TAIL "</value></param></params></methodCall>"
#define EX "<methodCall xmlns:ex=\"http://ws.apache.org/xmlrpc/namespaces/" \
    "extensions\"><methodName>echo</methodName><params><param><value>"

static apr_pool_t *pool;

static const rpc_limits_t usual = {
    RPC_DEFAULT_MAX_BODY, RPC_DEFAULT_MAX_DEPTH, RPC_DEFAULT_MAX_VALUES,
    RPC_DEFAULT_MAX_BATCH, RPC_DEFAULT_MAX_STRING
};

/* The document in a block of its own size, so that a sanitizer sees a read
 * past its end; and freed, so that it sees what refers to it afterwards. */
static rpc_fault_t *read_bytes(const char *bytes, apr_size_t length,
                               const char *charset,
                               const rpc_limits_t *limits,
                               rpc_xmlcall_t *ret_call)
{
    char *copy = malloc(length + 1);
    rpc_fault_t *fault;

    memcpy(copy, bytes, length);
    copy[length] = '\0';
    fault = rpc_xml_read(copy, length, charset, limits, pool, pool, ret_call);
    free(copy);
    return fault;
}

/* A document as the name of a test: ASCII, in one line, not too long. */
static const char *label(const char *text)
{
    char *name = apr_pstrndup(pool, text, 70);
    char *c;

    for (c = name; *c != '\0'; c++) {
        if (*c < 0x20 || *c == 0x7f || *c == '#') {
            *c = '.';
        }
    }
    return name;
}

/* What the reader makes of a value, written again; or "code text". */
static const char *value_of(const char *head, const char *content)
{
    const char *text = apr_pstrcat(pool, head, content, TAIL, NULL);
    rpc_writer_t *writer = rpc_writer_create(pool);
    rpc_xmlcall_t call;
    rpc_fault_t *fault;
    const char *why;

    fault = read_bytes(text, strlen(text), NULL, &usual, &call);
    if (fault != NULL) {
        return apr_psprintf(pool, "%d %s", fault->code, fault->text);
    }
    if (rpc_value_count(&call.params) != 1) {
        return "not one parameter";
    }
    why = rpc_xml_write(writer, rpc_value_at(&call.params, 0), 1);
    if (why != NULL) {
        return why;
    }
    return apr_pstrmemdup(pool, writer->data, writer->length);
}

typedef struct case_t {
    const char *content;
    const char *want;    /* without <value>; or the beginning of a fault */
} case_t;

static void check_values(const char *head, const case_t *cases, int count)
{
    int i;

    for (i = 0; i < count; i++) {
        is_str(value_of(head, cases[i].content),
               apr_pstrcat(pool, "<value>", cases[i].want, "</value>", NULL),
               label(cases[i].content));
    }
}

static void check_faults(const char *head, const case_t *cases, int count)
{
    int i;

    for (i = 0; i < count; i++) {
        const char *got = value_of(head, cases[i].content);

        if (!ok(strncmp(got, cases[i].want, 6) == 0
                && strstr(got, cases[i].want + 7) != NULL,
                "%s is refused", label(cases[i].content))) {
            printf("#   got  %s\n#   want %s\n", got, cases[i].want);
        }
    }
}

#define CHECK_VALUES(head, cases) \
    check_values(head, cases, (int)(sizeof(cases) / sizeof(cases[0])))
#define CHECK_FAULTS(head, cases) \
    check_faults(head, cases, (int)(sizeof(cases) / sizeof(cases[0])))

static void test_scalars(void)
{
    static const case_t cases[] = {
        { "<int>5</int>", "<int>5</int>" },
        { "<i4>-2147483648</i4>", "<int>-2147483648</int>" },
        { "<int>+0012</int>", "<int>12</int>" },
        { "<i1>-128</i1>", "<int>-128</int>" },
        { "<i2>32767</i2>", "<int>32767</int>" },
        { "<i8>2147483648</i8>", "<i8>2147483648</i8>" },
        { "<i8>-9223372036854775808</i8>", "<i8>-9223372036854775808</i8>" },
        { "<biginteger>7</biginteger>", "<int>7</int>" },
        { "<double>-12.214</double>", "<double>-12.214</double>" },
        { "<double>5.</double>", "<double>5.0</double>" },
        { "<double>1e20</double>",
          "<double>100000000000000000000.0</double>" },
        { "<float>93.78125</float>", "<double>93.78125</double>" },
        { "<bigdecimal>0.1</bigdecimal>", "<double>0.1</double>" },
        { "<boolean>1</boolean>", "<boolean>1</boolean>" },
        { "<boolean>0</boolean>", "<boolean>0</boolean>" },
        { "<nil/>", "<nil/>" },
        { "<nil> </nil>", "<nil/>" },
        { "<base64> AA\nECA//+ </base64>", "<base64>AAECA//+</base64>" },
        { "<base64>QQ==</base64>", "<base64>QQ==</base64>" },
        { "<base64/>", "<base64></base64>" },
        { "<dateTime.iso8601>19980717T14:08:55</dateTime.iso8601>",
          "<dateTime.iso8601>19980717T14:08:55</dateTime.iso8601>" },
        { "<dateTime.iso8601>2005-02-10T11:41:23+01:00</dateTime.iso8601>",
          "<dateTime.iso8601>20050210T10:41:23</dateTime.iso8601>" }
    };

    CHECK_VALUES(HEAD, cases);
}

static void test_strings(void)
{
    static const case_t cases[] = {
        { "", "<string></string>" },
        { "  a\n b ", "<string>  a\n b </string>" },
        { "<string/>", "<string></string>" },
        { "\n <string> \t</string> ", "<string> \t</string>" },
        { "a\r\nb", "<string>a\nb</string>" },
        { "a&#13;&#10;b", "<string>a&#13;\nb</string>" },
        { "&lt;&gt;&amp;&apos;&quot;", "<string>&lt;&gt;&amp;'\"</string>" },
        { "<![CDATA[<b>&amp;]]>", "<string>&lt;b&gt;&amp;amp;</string>" },
        { "a<!-- c -->b<?p q?>c", "<string>abc</string>" },
        { "&#x20ac;\xe2\x82\xac\xf0\x9f\x98\x80",
          "<string>\xe2\x82\xac\xe2\x82\xac\xf0\x9f\x98\x80</string>" },
        { "\x7f&#x85;", "<string>\x7f\xc2\x85</string>" }
    };

    CHECK_VALUES(HEAD, cases);
}

static void test_lists(void)
{
    static const case_t cases[] = {
        { "<array><data/></array>", "<array><data></data></array>" },
        { " <array> <data> <value>a</value> <value/> </data> </array> ",
          "<array><data><value><string>a</string></value>"
          "<value><string></string></value></data></array>" },
        { "<struct/>", "<struct></struct>" },
        { "<struct><member><name>a b</name><value><int>1</int></value>"
          "</member><member><name/><value><nil/></value></member></struct>",
          "<struct><member><name>a b</name><value><int>1</int></value>"
          "</member><member><name></name><value><nil/></value></member>"
          "</struct>" },
        { "<array><data><value><struct><member><name>&lt;</name><value>"
          "<array><data/></array></value></member></struct></value></data>"
          "</array>",
          "<array><data><value><struct><member><name>&lt;</name><value>"
          "<array><data></data></array></value></member></struct></value>"
          "</data></array>" }
    };

    CHECK_VALUES(HEAD, cases);
}

static void test_extensions(void)
{
    static const case_t cases[] = {
        { "<ex:nil/>", "<nil/>" },
        { "<ex:i8>5</ex:i8>", "<int>5</int>" },
        { "<ex:i1>-1</ex:i1>", "<int>-1</int>" },
        { "<ex:float>0.5</ex:float>", "<double>0.5</double>" },
        { "<ex:dateTime>2005-02-10T11:41:23.5Z</ex:dateTime>",
          "<dateTime.iso8601>20050210T11:41:23</dateTime.iso8601>" }
    };
    static const case_t refused[] = {
        { "<ex:serializable>rO0ABXA=</ex:serializable>",
          "-32600 ex:serializable" },
        { "<ex:dom><a/></ex:dom>", "-32600 ex:dom" },
        { "<ex:int>1</ex:int>", "-32600 ex:int" },
        { "<y:nil/>", "-32600 the prefix of <y:nil>" },
        { "<y:nil xmlns:y='urn:other'/>", "-32600 the prefix of <y:nil>" }
    };

    CHECK_VALUES(EX, cases);
    CHECK_FAULTS(EX, refused);
}

static void test_bad_scalars(void)
{
    static const case_t cases[] = {
        { "<int></int>", "-32600 <int> holds \"\"" },
        { "<int> 5</int>", "-32600 <int> holds \" 5\"" },
        { "<int>fred</int>", "-32600 digits" },
        { "<int>0x10</int>", "-32600 digits" },
        { "<i4>2147483648</i4>", "-32600 32 bits (<i8> takes 64)" },
        { "<i4>-2147483649</i4>", "-32600 32 bits" },
        { "<i1>128</i1>", "-32600 8 bits" },
        { "<i2>-32769</i2>", "-32600 16 bits" },
        { "<i8>9223372036854775808</i8>", "-32600 64 bits" },
        { "<biginteger>99999999999999999999</biginteger>",
          "-32600 64 bits" },
        { "<double></double>", "-32600 decimal" },
        { "<double>1.1.1</double>", "-32600 decimal" },
        { "<double>NaN</double>", "-32600 decimal" },
        { "<double>Infinity</double>", "-32600 decimal" },
        { "<double>1e400</double>", "-32600 that a double can hold" },
        { "<boolean>2</boolean>", "-32600 0 or 1" },
        { "<boolean>true</boolean>", "-32600 0 or 1" },
        { "<boolean></boolean>", "-32600 0 or 1" },
        { "<dateTime.iso8601>yesterday</dateTime.iso8601>",
          "-32600 \"yesterday\": expected a time" },
        { "<base64>A</base64>", "-32600 base64" },
        { "<base64>AAECAx==</base64>", "-32600 base64" },
        { "<base64>=AAA</base64>", "-32600 base64" },
        { "<base64>AA=A</base64>", "-32600 base64" },
        { "<base64>====</base64>", "-32600 base64" },
        { "<base64>A-_A</base64>", "-32600 base64" },
        { "<nil>x</nil>", "-32600 <nil>" }
    };

    CHECK_FAULTS(HEAD, cases);
}

static void test_bad_structure(void)
{
    static const case_t cases[] = {
        { "<foo/>", "-32600 <foo>" },
        { "<Int>1</Int>", "-32600 <Int>" },
        { "a<int>5</int>", "-32600 text beside <int>" },
        { "<int>5</int>b", "-32600 text in <value>" },
        { "<int>5</int><int>6</int>", "-32600 <int> cannot be here" },
        { "<value/>", "-32600 <value> cannot be here in <value>" },
        { "<int>5<!-- --><i4/></int>", "-32600 <i4> cannot be here in <int>" },
        { "<array/>", "-32600 <array> ends without <data>" },
        { "<array><data/><data/></array>", "-32600 <data>" },
        { "<array><value/></array>", "-32600 expected <data>" },
        { "<array><data>x</data></array>", "-32600 text in <data>" },
        { "<array><data><int>1</int></data></array>",
          "-32600 <int> cannot be here in <data>: expected <value>" },
        { "<struct><member/></struct>", "-32600 without <name>" },
        { "<struct><member><name>a</name></member></struct>",
          "-32600 without <value>" },
        { "<struct><member><value/><name>a</name></member></struct>",
          "-32600 expected <name>" },
        { "<struct><member><name>a</name><value/><value/></member></struct>",
          "-32600 expected its end" },
        { "<struct><name>a</name></struct>", "-32600 expected <member>" },
        { "<struct><member><name>a</name><value/></member><member>"
          "<name>a</name><value/></member></struct>",
          "-32600 two members named \"a\"" },
        { "<string><b/></string>", "-32600 <b>" }
    };

    CHECK_FAULTS(HEAD, cases);
}

static void check_document(const char *charset, const char *bytes,
                           apr_size_t length, int want, const char *part,
                           const char *name)
{
    rpc_xmlcall_t call;
    rpc_fault_t *fault = read_bytes(bytes, length, charset, &usual, &call);

    is_int(fault != NULL ? fault->code : 0, want, name);
    if (fault != NULL && part != NULL
        && !ok(strstr(fault->text, part) != NULL, "its text")) {
        printf("#   got  %s\n", fault->text);
    }
}

static void test_documents(void)
{
    static const struct {
        const char *text;
        int code;
        const char *part;
    } cases[] = {
        { "", -32700, "line 1" },
        { "   ", -32700, "line 1" },
        { "hello", -32700, "line 1" },
        { "<methodCall>", -32700, "line 1" },
        { HEAD TAIL "<x/>", -32700, "line 1" },
        { HEAD "&nosuch;" TAIL, -32700, "nosuch" },
        { HEAD "\n a & b" TAIL, -32700, "line 2" },
        { HEAD "\001" TAIL, -32700, "Char" },
        { HEAD "&#0;" TAIL, -32700, "line 1" },
        { HEAD "</int>" TAIL, -32700, "value" },
        { "<foo/>", -32600, "<foo>" },
        { "<value/>", -32600, "expected <methodCall>" },
        { "<methodResponse><params/></methodResponse>", -32600,
          "<methodResponse>" },
        { "<methodCall/>", -32600, "without <methodName>" },
        { "<methodCall><params/></methodCall>", -32600, "<methodName>" },
        { "<methodCall>x</methodCall>", -32600, "text in <methodCall>" },
        { "<methodCall><methodName>a</methodName><params/><params/>"
          "</methodCall>", -32600, "expected its end" },
        { "<methodCall><methodName><f/></methodName></methodCall>", -32600,
          "<f>" },
        { "<methodCall><methodName>a</methodName><params><value/></params>"
          "</methodCall>", -32600, "expected <param>" },
        { "<methodCall><methodName>a</methodName><params><param/></params>"
          "</methodCall>", -32600, "without <value>" },
        { "<!DOCTYPE methodCall><methodCall/>", -32600, "DOCTYPE" },
        { "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"
          "<methodCall><methodName>&x;</methodName></methodCall>", -32600,
          "DOCTYPE" }
    };
    int i;

    for (i = 0; i < (int)(sizeof(cases) / sizeof(cases[0])); i++) {
        check_document(NULL, cases[i].text, strlen(cases[i].text),
                       cases[i].code, cases[i].part,
                       label(strstr(cases[i].text, HEAD) ? cases[i].text
                             + strlen(HEAD) : cases[i].text));
    }
    check_document(NULL, HEAD TAIL "\0x", sizeof(HEAD TAIL) + 1, -32700,
                   "after the document", "a NUL after the end");
    check_document(NULL, HEAD "a\0b" TAIL, sizeof(HEAD TAIL) + 2, -32700,
                   NULL, "a NUL inside");
}

static void test_method(void)
{
    static const char text[] = "<methodCall><methodName> t\xc3\xab.:/ "
        "</methodName></methodCall>";
    static const char broken[] = "<methodCall><methodName>add</methodName>"
        "<params><param><value><int>x</int>";
    rpc_xmlcall_t call;

    ok(read_bytes(text, sizeof(text) - 1, NULL, &usual, &call) == NULL,
       "no <params> is no parameters");
    is_str(call.method, " t\xc3\xab.:/ ", "the name is not trimmed");
    is_int(call.method_length, 8, "its length");
    is_int(rpc_value_count(&call.params), 0, "no parameters");
    ok(read_bytes(broken, sizeof(broken) - 1, NULL, &usual, &call) != NULL,
       "a fault after the method");
    is_str(call.method, "add", "the method is known even then");
}

#define EURO(bytes) HEAD bytes TAIL

static void check_text(const char *charset, const char *bytes,
                       apr_size_t length, const char *want, const char *name)
{
    rpc_xmlcall_t call;
    rpc_fault_t *fault = read_bytes(bytes, length, charset, &usual, &call);
    const rpc_value_t *value = rpc_value_at(&call.params, 0);

    is_str(fault != NULL ? fault->text
           : value != NULL ? value->u.text : "no value", want, name);
}

static void test_encodings(void)
{
    static const char latin9[] = "<?xml version='1.0' encoding='iso-8859-15'"
        "?><methodCall><methodName>e</methodName><params><param><value>\xa4"
        TAIL;
    static const char unknown[] = "<?xml version='1.0' encoding='x-no'?><a/>";
    static const char plain[] = EURO("\xe2\x82\xac");
    static const char marked[] = "\xef\xbb\xbf" EURO("\xe2\x82\xac");
    static const char latin1[] = EURO("\xe9");
    static const char overlong[] = EURO("\xe0\x81\x81");
    static const char surrogate[] = EURO("\xed\xa0\x80");

    check_text(NULL, plain, sizeof(plain) - 1, "\xe2\x82\xac", "UTF-8");
    check_text("utf-8", marked, sizeof(marked) - 1, "\xe2\x82\xac", "a BOM");
    check_text("us-ascii", marked, sizeof(marked) - 1, "\xe2\x82\xac",
               "a BOM before charset");
    check_text(NULL, latin9, sizeof(latin9) - 1, "\xe2\x82\xac",
               "the declaration");
    check_text("iso-8859-1", latin9, sizeof(latin9) - 1, "\xc2\xa4",
               "charset before the declaration");
    check_text("ISO-8859-1", latin1, sizeof(latin1) - 1, "\xc3\xa9",
               "charset alone");
    check_document("x-no", plain, sizeof(plain) - 1, -32701, "x-no",
                   "an unknown charset");
    check_document("UTF-8//IGNORE", plain, sizeof(plain) - 1, -32701, NULL,
                   "a charset that means more to iconv");
    check_document("HTML", plain, sizeof(plain) - 1, -32701, NULL,
                   "a name that libxml2 only writes");
    check_document(NULL, unknown, sizeof(unknown) - 1, -32701, "x-no",
                   "an unknown declared encoding");
    check_document(NULL, latin1, sizeof(latin1) - 1, -32702, "line 1",
                   "Latin-1 as UTF-8");
    check_document("utf-8", latin1, sizeof(latin1) - 1, -32702, "line 1",
                   "the same with charset");
    check_document("us-ascii", latin1, sizeof(latin1) - 1, -32702, NULL,
                   "the same as ASCII");
    check_document("shift_jis", latin1, sizeof(latin1) - 1, -32702, NULL,
                   "the same as Shift JIS");
    check_document(NULL, overlong, sizeof(overlong) - 1, -32702, NULL,
                   "an overlong form");
    check_document(NULL, surrogate, sizeof(surrogate) - 1, -32702, NULL,
                   "a surrogate");
}

/* ASCII as UTF-16; big-endian or little-endian, with a mark or without. */
static void test_utf16(void)
{
    static const char text[] = EURO("x");
    char wide[2 * sizeof(text) + 2];
    apr_size_t i;
    int big;

    for (big = 0; big < 2; big++) {
        const char *charset = big ? NULL : "utf-16";

        memset(wide, 0, sizeof(wide));
        wide[big ? 0 : 1] = '\xfe';
        wide[big ? 1 : 0] = '\xff';
        for (i = 0; i < sizeof(text) - 1; i++) {
            wide[2 + 2 * i + big] = text[i];
        }
        check_text(charset, wide, 2 * sizeof(text), "x", "UTF-16 by a mark");
        check_text(NULL, wide + 2, 2 * sizeof(text) - 2, "x",
                   "UTF-16 without a mark");
        check_text("UTF-16", wide + 2, 2 * sizeof(text) - 2, "x",
                   "UTF-16 by charset");
        check_document(NULL, wide, 2 * sizeof(text) - 1, -32702, NULL,
                       "UTF-16 and half a character");
    }
}

/* ------------------------------------------------------------------------ */

static const char *repeat(const char *text, int count)
{
    apr_size_t length = strlen(text);
    char *result = apr_palloc(pool, length * (apr_size_t)count + 1);
    int i;

    for (i = 0; i < count; i++) {
        memcpy(result + length * (apr_size_t)i, text, length);
    }
    result[length * (apr_size_t)count] = '\0';
    return result;
}

static void check_limit(const rpc_limits_t *limits, const char *content,
                        const char *directive, const char *name)
{
    const char *text = apr_pstrcat(pool, HEAD, content, TAIL, NULL);
    rpc_xmlcall_t call;
    rpc_fault_t *fault = read_bytes(text, strlen(text), NULL, limits, &call);

    is_int(fault != NULL ? fault->code : 0,
           directive != NULL ? RPC_E_LIMIT : 0, name);
    if (directive != NULL) {
        ok(fault != NULL && strstr(fault->text, directive) != NULL,
           "the fault names %s", directive);
    }
    else if (fault != NULL) {
        printf("#   got  %s\n", fault->text);
    }
}

static const char *nested(int levels)
{
    return apr_pstrcat(pool,
                       repeat("<array><data><value>", levels - 1),
                       "<struct><member><name/><value/></member></struct>",
                       repeat("</value></data></array>", levels - 1), NULL);
}

static void test_limits(void)
{
    rpc_limits_t limits = usual;
    rpc_limits_t deep = usual;

    limits.max_depth = 3;
    limits.max_values = 6;
    limits.max_string = 5;
    check_limit(&limits, nested(3), NULL, "depth at the limit");
    check_limit(&limits, nested(4), "RpcMaxDepth 3", "one past it");
    check_limit(&limits, apr_pstrcat(pool, "<array><data>",
                                     repeat("<value/>", 5), "</data></array>",
                                     NULL), NULL, "values at the limit");
    check_limit(&limits, apr_pstrcat(pool, "<array><data>",
                                     repeat("<value/>", 6), "</data></array>",
                                     NULL), "RpcMaxValues 6", "one past it");
    check_limit(&limits, "12345", NULL, "a string at the limit");
    check_limit(&limits, "123456", "RpcMaxString 5", "one past it");
    check_limit(&limits, "123&amp;&amp;&amp;", "RpcMaxString 5",
                "one past it in pieces");
    check_limit(&limits, "<![CDATA[123456]]>", "RpcMaxString 5",
                "one past it as CDATA");
    check_limit(&limits, "<base64>AAAA  AAA=</base64>", NULL,
                "bytes at the limit");
    check_limit(&limits, "<base64>AAAAAAAA</base64>", "RpcMaxString 5",
                "one past it");
    check_limit(&limits, "<base64>AAAAAAAAAAAA</base64>", "RpcMaxString 5",
                "more past it");
    check_limit(&limits, "<struct><member><name>123456</name><value/>"
                "</member></struct>", "RpcMaxString 5", "a member's name");
    deep.max_depth = RPC_HIGHEST_MAX_DEPTH;
    check_limit(&deep, nested(RPC_HIGHEST_MAX_DEPTH), NULL,
                "the highest depth");
    check_limit(&deep, nested(RPC_HIGHEST_MAX_DEPTH + 1), "RpcMaxDepth 1000",
                "one past it");
}

/* What would cost libxml2 hours ends after a few KiB. */
static void test_floods(void)
{
    static const char tag[] = "<methodCall";
    rpc_xmlcall_t call;
    rpc_fault_t *fault;
    const char *text;
    char *names = apr_palloc(pool, 200000 * 12 + 64);
    char *end = names;
    int i;

    memcpy(end, tag, sizeof(tag) - 1);
    end += sizeof(tag) - 1;
    for (i = 0; i < 200000; i++) {
        end += sprintf(end, " a%d=''", i);
    }
    fault = read_bytes(names, (apr_size_t)(end - names), NULL, &usual, &call);
    is_int(fault != NULL ? fault->code : 0, -32600, "200000 attributes");
    text = apr_pstrcat(pool, "<methodCall ",
                       repeat("xmlns='u' ", 1), "a='1' b='2'><methodName>x"
                       "</methodName></methodCall>", NULL);
    ok(read_bytes(text, strlen(text), NULL, &usual, &call) == NULL,
       "a few attributes are let pass");
    text = apr_pstrcat(pool, "<!--", repeat("-x", 300000), "-->", &HEAD[21],
                       repeat(" ", 100000), "<!--", repeat("x", 100000),
                       "--><int>1</int>", TAIL, repeat("\n", 100000), NULL);
    fault = read_bytes(text, strlen(text), NULL, &usual, &call);
    ok(fault == NULL, "long comments and much white space");
    text = apr_pstrcat(pool, HEAD, "<", repeat("n", 100000), "/>", TAIL, NULL);
    fault = read_bytes(text, strlen(text), NULL, &usual, &call);
    ok(fault != NULL && strlen(fault->text) < 300,
       "a long element is quoted in part");
}

/* What is read at once or in pieces, by its encoding and what it holds: the
 * same comes of it. */
static void test_large(void)
{
    static const char *const declarations[] = {
        "", "<?xml version='1.0'?>", "<?xml version='1.0' encoding='UTF-8'?>",
        "<?xml version='1.0' encoding='iso-8859-1'?>"
    };
    static const char *const values[] = {
        "<int>1</int>", "a=b", "<i8>1</i8><!-- = -->", "<nil/>", "&lt;"
    };
    const char *text;
    rpc_xmlcall_t call;
    apr_size_t i;

    for (i = 0; i < 4 * 5; i++) {
        const char *param = apr_pstrcat(pool, "<param><value>", values[i / 4],
                                        "</value></param>\n", NULL);

        text = apr_pstrcat(pool, declarations[i % 4], "<methodCall>"
                           "<methodName>large</methodName><params>",
                           repeat(param, 3000), "</params></methodCall>",
                           NULL);
        ok(read_bytes(text, strlen(text), NULL, &usual, &call) == NULL,
           "a large document is read");
        is_int(rpc_value_count(&call.params), 3000, values[i / 4]);
    }
    text = apr_pstrcat(pool, HEAD, "<int a='", repeat(">", 40000),
                       "'>1</int>", TAIL, NULL);
    check_document(NULL, text, strlen(text), -32600,
                   "a tag of more than 16384 bytes", "a long attribute");
    text = apr_pstrcat(pool, HEAD, repeat("&;>", 200000), TAIL, NULL);
    check_document(NULL, text, strlen(text), -32700, "line 1, column 8",
                   "only the first of many errors counts");
}

/* ------------------------------------------------------------------------ */

static const char *uncarried(rpc_value_t value)
{
    return rpc_xml_write(rpc_writer_create(pool), &value, 1);
}

/* An array that holds an array twice, which holds one twice, and so on. */
static void test_doubling(void)
{
    rpc_writer_t *writer = rpc_writer_create(pool);
    rpc_value_t array = rpc_value_list(RPC_ARRAY, pool);
    int level;

    for (level = 0; level < 60; level++) {
        rpc_value_t outer = rpc_value_list(RPC_ARRAY, pool);

        rpc_value_append(&outer, array, pool);
        rpc_value_append(&outer, array, pool);
        array = outer;
    }
    writer->most = 10000;
    is_str(rpc_xml_write(writer, &array, 0), RPC_WRITER_OVER,
           "lists that share lists, 2^60 in all");
    ok(writer->length < 20000, "ends soon");
}

static void test_writer(void)
{
    rpc_writer_t *writer = rpc_writer_create(pool);
    rpc_value_t list = rpc_value_list(RPC_ARRAY, pool);
    rpc_value_t nil = rpc_value_nil();
    rpc_value_t strct = rpc_value_list(RPC_STRUCT, pool);
    int c;

    test_doubling();
    ok(rpc_xml_write(writer, &nil, 0) == rpc_xml_no_nil, "nil is refused");
    ok(rpc_xml_write(writer, &nil, 1) == NULL, "nil is written");
    ok(uncarried(rpc_value_double(NAN)) != NULL, "NaN");
    ok(uncarried(rpc_value_double(-INFINITY)) != NULL, "-Infinity");
    ok(uncarried(rpc_value_double(-1.7976931348623157e308)) == NULL,
       "the lowest double");
    ok(uncarried(rpc_value_double(5e-324)) == NULL, "the smallest double");
    ok(uncarried(rpc_value_time(INT64_MAX)) != NULL, "a time far away");
    ok(uncarried(rpc_value_text(RPC_STRING, "\xc3", 1)) != NULL,
       "invalid UTF-8");
    ok(uncarried(rpc_value_text(RPC_STRING, "a\0b", 3))
       == rpc_xml_no_control, "a NUL in a string");
    ok(uncarried(rpc_value_text(RPC_BYTES, "a\0b", 3)) == NULL,
       "a NUL in bytes");
    ok(uncarried(rpc_value_text(RPC_STRING, "\xef\xbf\xbf", 3))
       == rpc_xml_no_control, "U+FFFF");
    ok(uncarried(rpc_value_text(RPC_STRING, "\xef\xbf\xbd", 3)) == NULL,
       "U+FFFD");
    for (c = 1; c < 0x20; c++) {
        char text[2] = { (char)c, '\0' };

        ok((uncarried(rpc_value_text(RPC_STRING, text, 1)) == NULL)
           == (c == '\t' || c == '\n' || c == '\r'), "U+%04X", c);
    }
    rpc_value_set(&strct, "\001", 1, nil, pool);
    ok(uncarried(strct) == rpc_xml_no_control, "a member's name");
    rpc_value_append(&list, list, pool);
    ok(uncarried(list) != NULL, "an array that holds itself");
}

int main(void)
{
    apr_initialize();
    apr_pool_create(&pool, NULL);
    rpc_xml_child_init();
    test_scalars();
    test_strings();
    test_lists();
    test_extensions();
    test_bad_scalars();
    test_bad_structure();
    test_documents();
    test_method();
    test_encodings();
    test_utf16();
    test_limits();
    test_floods();
    test_large();
    test_writer();
    apr_pool_destroy(pool);
    apr_terminate();
    return done_testing();
}
