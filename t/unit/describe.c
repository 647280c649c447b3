/* SPDX-License-Identifier: Apache-2.0 */
/* system.* and rpc.discover, called as a transport would call them. For
 * src/describe. */
#include <math.h>
#include <stdlib.h>

#include "tap.h"

#include "apr_general.h"
#include "apr_strings.h"

#include "core/table.h"
#include "describe/describe.h"
#include "protocol/json.h"

/* ------------------------------------------------------- what is described */

static rpc_value_t *add(rpc_call_t *call)
{
    return rpc_int(call, rpc_arg_int(call, 0) + rpc_arg_int(call, 1));
}

static rpc_value_t *give_nil(rpc_call_t *call)
{
    return rpc_nil(call);
}

static rpc_value_t *give_nan(rpc_call_t *call)
{
    return rpc_double(call, NAN);
}

static rpc_value_t *give_latin1(rpc_call_t *call)
{
    rpc_value_t *strct = rpc_struct(call);

    return rpc_set(call, strct, "a\xe4", rpc_string(call, "x"));
}

static rpc_value_t *give_control(rpc_call_t *call)
{
    return rpc_string(call, "a\001b");
}

static rpc_value_t *fail(rpc_call_t *call)
{
    return rpc_fail(call, 4, "Too many parameters.");
}

static rpc_value_t *run_inner(rpc_call_t *call)
{
    return rpc_invoke(call, rpc_arg_string(call, 0), rpc_arg(call, 1));
}

static rpc_value_t *dispatch(rpc_call_t *call)
{
    return rpc_string(call, rpc_call_method(call));
}

static const rpc_fault_info_t faults[] = { { 4, "Too many." },
                                           { -7, "Too few." },
                                           { 0, NULL } };

static const rpc_method_t methods[] = {
    RPC_METHOD("int add(int x, int y)", add, RPC_SAFE,
               "Return x + y. Exactly, too."),
    RPC_METHOD("any nothing()", give_nil, 0, NULL),
    RPC_METHOD("double nan()", give_nan, 0, "Not a\xff number \001."),
    RPC_METHOD("string control()", give_control, 0, NULL),
    RPC_METHOD("struct latin1()", give_latin1, 0, ""),
    { "any fail()", fail, RPC_DEPRECATED, "First line\n\nSecond.", NULL,
      faults },
    RPC_METHOD("string join(array<string> parts, string by = \", \", "
               "int|nil most = 3)", give_nil, 0, NULL),
    RPC_METHOD("struct{int id, string title = \"-\", array<number> n} "
               "item(secret string password, any more = nil, "
               "struct{bool deep = false} how = {})", give_nil, 0, NULL),
    RPC_METHOD("int|double|string mix(number n, bytes b, time t, "
               "string|bytes|time s, bool|array<int>|struct{int a} u)",
               give_nil, 0, NULL),
    RPC_METHOD("int sum(int first, int values...)", give_nil, 0, NULL),
    RPC_METHOD("any run(string name, array params = [])", run_inner, 0,
               NULL),
    RPC_METHOD("nil quiet()", give_nil, RPC_HIDDEN, "Shh."),
    RPC_METHOD_END
};

static const rpc_table_t table = RPC_TABLE(demo, "For tests.", methods);
static const rpc_table_t dynamic =
    RPC_TABLE(dynamic, "Anything.", NULL, .dispatch = dispatch);

/* ------------------------------------------------------------ the endpoint */

typedef struct endpoint_t {
    apr_pool_t *pool;
    rpc_registry_t outer;
    rpc_registry_t inner;
    rpc_limits_t limits;
    rpc_about_t about;
    rpc_caller_t caller;
    const char *protocol;
} endpoint_t;

static void mount(endpoint_t *here, rpc_mount_t *where,
                  const rpc_table_t *foreign, const char *prefix)
{
    const rpc_table_t *loaded;
    const char *error = rpc_table_load(foreign, here->pool, &loaded);

    if (error == NULL) {
        error = rpc_mount_add(where, loaded, prefix, 0);
    }
    is_str(error, NULL, "a table of the test can be mounted");
}

static void open_endpoint(endpoint_t *here, apr_pool_t *pool)
{
    const char *error = NULL;
    const void *where;
    rpc_mount_t *own = rpc_mount_create(pool);

    memset(here, 0, sizeof(*here));
    here->pool = pool;
    mount(here, own, &table, "");
    mount(here, own, &dynamic, "dyn.");
    is_str(rpc_mount_seal(own, &where), NULL, "they can be sealed");
    here->outer.mount = rpc_describe_mount(pool, &error);
    ok(here->outer.mount != NULL, "the built-in tables are right: %s",
       error != NULL ? error : "no error");
    here->inner.mount = own;
    here->inner.outer = &here->outer;
    here->limits.max_body = RPC_DEFAULT_MAX_BODY;
    here->limits.max_depth = RPC_DEFAULT_MAX_DEPTH;
    here->limits.max_values = RPC_DEFAULT_MAX_VALUES;
    here->limits.max_batch = 4;
    here->limits.max_string = RPC_DEFAULT_MAX_STRING;
    here->about.version = "1.2";
    here->caller.transport = "none";
    here->caller.registry = &here->inner;
    here->caller.limits = &here->limits;
    here->caller.about = &here->about;
    here->caller.features = RPC_FEATURE_INTROSPECTION
                            | RPC_FEATURE_MULTICALL;
    here->protocol = "jsonrpc";
}

static rpc_value_t *read_json(endpoint_t *here, const char *text)
{
    char *copy = apr_pstrdup(here->pool, text);
    rpc_json_t json;
    rpc_fault_t *fault = rpc_json_read(copy, strlen(copy), &here->limits,
                                       here->pool, &json);

    if (fault != NULL) {
        is_str(fault->text, NULL, "the test's JSON is right");
        exit(1);
    }
    return rpc_value_in_pool(json.value, here->pool);
}

/* The outcome of a call as text: its result in JSON, or "code: text". */
static const char *outcome(endpoint_t *here, const rpc_call_t *call)
{
    rpc_writer_t *out = rpc_writer_create(here->pool);
    const char *problem;

    if (call->fault != NULL) {
        return apr_psprintf(here->pool, "%d: %s", call->fault->code,
                            call->fault->text);
    }
    problem = rpc_json_write(out, call->result);
    return problem != NULL ? problem
                           : apr_psprintf(here->pool, "%.*s",
                                          (int)out->length, out->data);
}

/* The outcome of the last call of a message: "[params]" for each method. */
static const char *ask_all(endpoint_t *here, const char *const *names,
                           const char *const *params, int count)
{
    rpc_message_t *message = rpc_message_create(&here->caller);
    const char *said;
    int i;

    message->protocol = here->protocol;
    for (i = 0; i < count; i++) {
        rpc_call_t *call = rpc_message_add_call(message);
        rpc_value_t *value = read_json(here, params[i]);

        call->method = names[i];
        call->method_length = strlen(names[i]);
        *(value->type == RPC_ARRAY ? &call->positional : &call->named) =
            value;
        call->coerce = RPC_COERCE_TEXT;
    }
    rpc_message_run(message);
    said = outcome(here, message->calls[count - 1]);
    rpc_message_unref(message);
    return said;
}

static const char *ask(endpoint_t *here, const char *method,
                       const char *params)
{
    return ask_all(here, &method, &params, 1);
}

/* ------------------------------------------------------------------- tests */

static int begins(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

static void test_list(endpoint_t *here)
{
    is_str(ask(here, "system.listMethods", "[]"),
           "[\"add\",\"control\",\"fail\",\"item\",\"join\","
           "\"latin1\",\"mix\","
           "\"nan\",\"nothing\",\"rpc.discover\",\"run\",\"sum\","
           "\"system.describe\",\"system.getCapabilities\","
           "\"system.listMethods\",\"system.methodExist\","
           "\"system.methodHelp\",\"system.methodSignature\","
           "\"system.multicall\"]",
           "listMethods: sorted, without hidden ones");
    here->caller.features = RPC_FEATURE_INTROSPECTION;
    ok(strstr(ask(here, "system.listMethods", "[]"), "multicall") == NULL,
       "RpcMulticall off: not listed");
    ok(begins(ask(here, "system.multicall", "[[]]"), "-32601"),
       "RpcMulticall off: cannot be called");
    ok(strstr(ask(here, "system.getCapabilities", "[]"), "multicall")
           == NULL, "RpcMulticall off: not among the capabilities");
    here->caller.features = RPC_FEATURE_MULTICALL;
    ok(begins(ask(here, "system.listMethods", "[]"), "-32601"),
       "RpcIntrospection off: listMethods cannot be called");
    ok(begins(ask(here, "rpc.discover", "[]"), "-32601"),
       "RpcIntrospection off: rpc.discover cannot be called");
    is_str(ask(here, "system.multicall", "[[]]"), "[]",
           "RpcIntrospection off leaves multicall alone");
    here->caller.features |= RPC_FEATURE_INTROSPECTION;
}

static void test_help(endpoint_t *here)
{
    is_str(ask(here, "system.methodHelp", "[\"add\"]"),
           "\"Return x + y. Exactly, too.\"", "methodHelp");
    is_str(ask(here, "system.methodHelp", "{\"name\":\"nothing\"}"),
           "\"\"", "methodHelp without a help, by name");
    is_str(ask(here, "system.methodHelp", "[\"nan\"]"),
           "\"Not a? number ?.\"",
           "methodHelp: what is no text becomes ?");
    is_str(ask(here, "system.methodHelp", "[\"quiet\"]"), "\"Shh.\"",
           "methodHelp of a hidden method");
    is_str(ask(here, "system.methodHelp", "[\"dyn.any\"]"), "\"\"",
           "methodHelp of what only a dispatch knows");
    is_str(ask(here, "system.methodHelp", "[\"nosuch\"]"),
           "-32601: there is no method \"nosuch\"; system.listMethods "
           "names those that are", "methodHelp of an unknown method");
    ok(begins(ask(here, "system.methodHelp", "[\"add\\u0000\"]"),
              "-32601"), "a NUL does not end a name");
    ok(begins(ask(here, "system.methodHelp", "[\"dyn.a\\u0000\"]"),
              "-32601"), "nor for a dispatch");
    ok(begins(ask(here, "system.methodHelp", "[\"dyn._x\"]"),
              "-32601"), "what a dispatch never gets is unknown");
    ok(begins(ask(here, "system.methodHelp", "[5]"), "-32602"),
       "methodHelp(5): bad arguments");
    is_str(ask(here, "system.methodExist", "[\"add\"]"), "true",
           "methodExist");
    is_str(ask(here, "system.methodExist", "[\"\"]"), "false",
           "methodExist of nothing");
    is_str(ask(here, "system.methodExist", "[\"dyn.any\"]"), "false",
           "methodExist: a dispatch tells nobody");
}

static void test_signature(endpoint_t *here)
{
    is_str(ask(here, "system.methodSignature", "[\"add\"]"),
           "[[\"int\",\"int\",\"int\"]]", "methodSignature");
    is_str(ask(here, "system.methodSignature", "[\"join\"]"),
           "[[\"string\",\"array\"],[\"string\",\"array\",\"string\"],"
           "[\"string\",\"array\",\"string\",\"any\"]]",
           "methodSignature: one for each number of arguments");
    is_str(ask(here, "system.methodSignature", "[\"sum\"]"),
           "[[\"int\",\"int\"],[\"int\",\"int\",\"array\"]]",
           "methodSignature: the rest is an array");
    is_str(ask(here, "system.methodSignature", "[\"mix\"]"),
           "[[\"any\",\"double\",\"base64\",\"dateTime.iso8601\",\"any\","
           "\"any\"]]", "methodSignature: unions are any");
    is_str(ask(here, "system.methodSignature", "[\"quiet\"]"),
           "[[\"nil\"]]", "methodSignature: nil");
    is_str(ask(here, "system.methodSignature",
               "[\"system.methodExist\"]"),
           "[[\"boolean\",\"string\"]]", "methodSignature of our own");
    is_str(ask(here, "system.methodSignature", "[\"dyn.any\"]"),
           "\"undef\"", "methodSignature: undef is a string");
    ok(begins(ask(here, "system.methodSignature", "[\"nosuch\"]"),
              "-32601"), "methodSignature of an unknown method");
}

static void test_capabilities(endpoint_t *here)
{
    const char *said = ask(here, "system.getCapabilities", "[]");

    ok(strstr(said, "\"xmlrpc\":{\"specUrl\":"
                    "\"http://www.xmlrpc.com/spec\",\"specVersion\":1}")
           != NULL, "getCapabilities: xmlrpc");
    ok(strstr(said, "\"system.multicall\":") != NULL,
       "getCapabilities: multicall");
    ok(strstr(said, "\"nil\":") == NULL, "getCapabilities: no nil");
    here->about.xml_nil = 1;
    ok(strstr(ask(here, "system.getCapabilities", "[]"), "\"nil\":")
           != NULL, "RpcXmlNil on: nil is a capability");
    here->about.xml_nil = 0;
}

static void test_multicall(endpoint_t *here)
{
    is_str(ask(here, "system.multicall",
               "[[{\"methodName\":\"add\",\"params\":[2,3]},"
               "{\"methodName\":\"add\",\"params\":{\"y\":4,\"x\":5},"
               "\"extra\":1},"
               "{\"methodName\":\"fail\",\"params\":[]},"
               "{\"methodName\":\"nosuch\",\"params\":[]}]]"),
           "[[5],[9],{\"faultCode\":4,\"faultString\":"
           "\"Too many parameters.\"},{\"faultCode\":-32601,"
           "\"faultString\":\"Method not found: there is no method "
           "\\\"nosuch\\\"; system.listMethods names those that are\"}]",
           "multicall: results and faults in their order");
    is_str(ask(here, "system.multicall",
               "[[{\"methodName\":\"add\",\"params\":[1,\"x\"]}]]"),
           "[{\"faultCode\":-32602,\"faultString\":\"Invalid params: "
           "parameter \\\"y\\\" of add: expected int, got string\"}]",
           "multicall: bad arguments are that call's fault");
    is_str(ask(here, "system.multicall", "[[]]"), "[]",
           "multicall of nothing");
    ok(begins(ask(here, "system.multicall", "[1]"), "-32602"),
       "multicall of no array faults");
}

static void test_multicall_entries(endpoint_t *here)
{
    static const struct {
        const char *entry;
        const char *text;
    } bad[] = {
        { "1", "expected a struct {methodName, params}, got int" },
        { "{\"params\":[]}", "the struct has no member \\\"methodName\\\"" },
        { "{\"methodName\":1,\"params\":[]}",
          "member \\\"methodName\\\": expected string, got int" },
        { "{\"methodName\":\"add\"}",
          "the struct has no member \\\"params\\\"; without arguments it is "
          "an empty array" },
        { "{\"methodName\":\"add\",\"params\":\"x\"}",
          "member \\\"params\\\": expected array or struct, got string" },
        { "{\"methodName\":\"system.multicall\",\"params\":[[]]}",
          "system.multicall cannot call itself" },
    };
    size_t i;

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        const char *want =
            apr_psprintf(here->pool, "[{\"faultCode\":-32600,"
                         "\"faultString\":\"Invalid Request: %s\"},[3]]",
                         bad[i].text);
        const char *call =
            apr_psprintf(here->pool, "[[%s,{\"methodName\":\"add\","
                         "\"params\":[1,2]}]]", bad[i].entry);

        is_str(ask(here, "system.multicall", call), want, bad[i].text);
    }
}

/* A result that cannot be written costs its own call only. */
static void test_multicall_results(endpoint_t *here)
{
    const char *said =
        ask(here, "system.multicall",
            "[[{\"methodName\":\"nan\",\"params\":[]},"
            "{\"methodName\":\"latin1\",\"params\":[]},"
            "{\"methodName\":\"nothing\",\"params\":[]}]]");

    ok(begins(said, "[{\"faultCode\":-32603,\"faultString\":\"Internal "
                    "error: nan failed; the server's error log says why "
                    "(id "), "NaN is its method's fault");
    ok(strstr(said, "{\"faultCode\":-32603,\"faultString\":\"Internal "
                    "error: latin1 failed;") != NULL,
       "so is a name that is not UTF-8");
    ok(strstr(said, ",[null]]") != NULL, "nil is a result");
}

/* The same for what is right elsewhere, but not in XML-RPC. */
static void test_multicall_xml(endpoint_t *here)
{
    const char *nil = "[[{\"methodName\":\"nothing\",\"params\":[]},"
                      "{\"methodName\":\"add\",\"params\":[1,2]}]]";

    here->protocol = "xmlrpc";
    is_str(ask(here, "system.multicall", nil),
           "[{\"faultCode\":-32603,\"faultString\":\"Internal error: "
           "the result of nothing holds nil, which XML-RPC has not "
           "(RpcXmlNil on allows it)\"},[3]]", "nil in XML-RPC");
    here->about.xml_nil = 1;
    is_str(ask(here, "system.multicall", nil), "[[null],[3]]",
           "RpcXmlNil on");
    here->about.xml_nil = 0;
    is_str(ask(here, "system.multicall",
               "[[{\"methodName\":\"control\",\"params\":[]}]]"),
           "[{\"faultCode\":-32603,\"faultString\":\"Internal error: "
           "the result of control holds a control character, which XML "
           "cannot carry (bytes can)\"}]", "a control character");
    here->protocol = "jsonrpc";
}

static void test_multicall_limit(endpoint_t *here)
{
    static const char *const names[] = { "add", "system.multicall" };
    const char *one = "{\"methodName\":\"add\",\"params\":[1,2]}";
    const char *four = apr_psprintf(here->pool, "[[%s,%s,%s,%s]]", one, one,
                                    one, one);
    const char *five = apr_psprintf(here->pool, "[[%s,%s,%s,%s,%s]]", one,
                                    one, one, one, one);
    const char *params[] = { "[1,2]", four };
    const char *said;

    is_str(ask(here, "system.multicall", four), "[[3],[3],[3],[3]]",
           "RpcMaxBatch calls");
    said = ask(here, "system.multicall", five);
    ok(begins(said, "-32002: ")
           && strstr(said, "RpcMaxBatch 4") != NULL,
       "one more: %s", said);
    said = ask_all(here, names, params, 2);
    ok(begins(said, "-32002: "),
       "a batch counts with its multicalls: %s", said);
    said = ask(here, "system.multicall",
               "[[{\"methodName\":\"run\",\"params\":[\"system.multicall\","
               "[[{\"methodName\":\"add\",\"params\":[1,2]}]]]}]]");
    is_str(said, "[[[[3]]]]", "a method may use it");
}

static void test_describe(endpoint_t *here)
{
    const char *said = ask(here, "system.describe", "[]");

    ok(begins(said, "{\"sdversion\":\"1.0\",\"name\":\"mod_rpc\","
                    "\"id\":\"urn:mod-rpc:endpoint\","
                    "\"version\":\"1.2\",\"procs\":["),
       "describe: the service");
    ok(strstr(said, "{\"name\":\"add\",\"summary\":\"Return x + y. "
                    "Exactly, too.\",\"idempotent\":true,\"params\":["
                    "{\"name\":\"x\",\"type\":\"num\"},{\"name\":\"y\","
                    "\"type\":\"num\"}],\"return\":{\"type\":\"num\"}}")
           != NULL, "describe: a procedure");
    ok(strstr(said, "{\"name\":\"mix\",\"idempotent\":false,\"params\":["
                    "{\"name\":\"n\",\"type\":\"num\"},{\"name\":\"b\","
                    "\"type\":\"str\"},{\"name\":\"t\",\"type\":\"str\"},"
                    "{\"name\":\"s\",\"type\":\"str\"},{\"name\":\"u\","
                    "\"type\":\"any\"}],\"return\":{\"type\":\"any\"}}")
           != NULL, "describe: types");
    ok(strstr(said, "\"system.describe\"") == NULL
           && strstr(said, "\"quiet\"") == NULL,
       "describe: neither itself nor hidden ones");
    here->about.url = "http://localhost/rpc";
    ok(strstr(ask(here, "system.describe", "[]"),
              "\"id\":\"http://localhost/rpc\",\"version\":\"1.2\","
              "\"address\":\"http://localhost/rpc\"") != NULL,
       "describe: the address");
    here->about.url = NULL;
}

static void test_discover(endpoint_t *here)
{
    const char *said = ask(here, "rpc.discover", "[]");

    ok(begins(said, "{\"openrpc\":\"1.2.6\",\"info\":{\"title\":"
                    "\"mod_rpc\",\"version\":\"1.2\"},\"methods\":["),
       "discover: the document");
    ok(strstr(said, "{\"name\":\"add\",\"summary\":\"Return x + y.\","
                    "\"description\":\"Return x + y. Exactly, too.\","
                    "\"paramStructure\":\"either\",\"params\":["
                    "{\"name\":\"x\",\"required\":true,\"schema\":"
                    "{\"type\":\"integer\"}},{\"name\":\"y\","
                    "\"required\":true,\"schema\":{\"type\":"
                    "\"integer\"}}],\"result\":{\"name\":\"result\","
                    "\"schema\":{\"type\":\"integer\"}},\"x-safe\":true}")
           != NULL, "discover: a method");
    ok(strstr(said, "\"summary\":\"First line\",\"description\":"
                    "\"First line\\n\\nSecond.\"") != NULL,
       "discover: a summary ends with its paragraph");
    ok(strstr(said, "\"errors\":[{\"code\":4,\"message\":\"Too many.\"},"
                    "{\"code\":-7,\"message\":\"Too few.\"}],"
                    "\"deprecated\":true") != NULL,
       "discover: errors, deprecated");
    ok(strstr(said, "\"system.") == NULL && strstr(said, "rpc.d") == NULL
           && strstr(said, "\"quiet\"") == NULL,
       "discover: neither itself, nor system.*, nor hidden ones");
    here->about.url = "http://localhost/rpc";
    here->about.title = "T";
    here->about.description = "D";
    ok(strstr(ask(here, "rpc.discover", "[]"),
              "{\"title\":\"T\",\"version\":\"1.2\",\"description\":"
              "\"D\"},\"servers\":[{\"name\":\"here\",\"url\":"
              "\"http://localhost/rpc\"}]") != NULL,
       "discover: what the endpoint says about itself");
    here->about.url = here->about.title = here->about.description = NULL;
}

static void test_schemas(endpoint_t *here)
{
    static const struct {
        const char *name;
        const char *part;
    } parts[] = {
        { "an array, a default",
          "\"params\":[{\"name\":\"parts\",\"required\":true,\"schema\":"
          "{\"type\":\"array\",\"items\":{\"type\":\"string\"}}},"
          "{\"name\":\"by\",\"required\":false,\"schema\":{\"type\":"
          "\"string\",\"default\":\", \"}}," },
        { "a union with nil",
          "{\"name\":\"most\",\"required\":false,\"schema\":{\"oneOf\":["
          "{\"type\":\"null\"},{\"type\":\"integer\"}],\"default\":3}}" },
        { "a struct, its optional field",
          "{\"type\":\"object\",\"properties\":{\"id\":{\"type\":"
          "\"integer\"},\"title\":{\"type\":\"string\",\"default\":\"-\"},"
          "\"n\":{\"type\":\"array\",\"items\":{\"type\":\"number\"}}},"
          "\"required\":[\"id\",\"n\"]}" },
        { "a secret",
          "{\"name\":\"password\",\"required\":true,\"schema\":{\"type\":"
          "\"string\"},\"x-secret\":true}" },
        { "any", "{\"name\":\"more\",\"required\":false,\"schema\":{}}" },
        { "bytes and time",
          "{\"type\":\"string\",\"contentEncoding\":\"base64\"}},{\"name\":"
          "\"t\",\"required\":true,\"schema\":{\"type\":\"string\","
          "\"format\":\"date-time\"}},{\"name\":\"s\",\"required\":true,"
          "\"schema\":{\"type\":\"string\"}}" },
        { "an int is a number",
          "\"result\":{\"name\":\"result\",\"schema\":{\"oneOf\":["
          "{\"type\":\"number\"},{\"type\":\"string\"}]}}" },
        { "a union of lists",
          "{\"oneOf\":[{\"type\":\"boolean\"},{\"type\":\"array\",\"items\":"
          "{\"type\":\"integer\"}},{\"type\":\"object\",\"properties\":"
          "{\"a\":{\"type\":\"integer\"}},\"required\":[\"a\"]}]}" },
        { "the rest",
          "\"paramStructure\":\"by-name\",\"params\":[{\"name\":\"first\","
          "\"required\":true,\"schema\":{\"type\":\"integer\"}},{\"name\":"
          "\"values\",\"required\":false,\"schema\":{\"type\":\"array\","
          "\"items\":{\"type\":\"integer\"}},\"x-rest\":true}]" },
    };
    const char *said = ask(here, "rpc.discover", "[]");
    size_t i, failed = 0;

    for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        failed += !ok(strstr(said, parts[i].part) != NULL,
                      "schema of %s", parts[i].name);
    }
    if (failed > 0) {
        printf("# %s\n", said);
    }
}

int main(void)
{
    apr_pool_t *pool;
    endpoint_t here;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    open_endpoint(&here, pool);
    test_list(&here);
    test_help(&here);
    test_signature(&here);
    test_capabilities(&here);
    test_multicall(&here);
    test_multicall_entries(&here);
    test_multicall_results(&here);
    test_multicall_xml(&here);
    test_multicall_limit(&here);
    test_describe(&here);
    test_discover(&here);
    test_schemas(&here);
    apr_pool_destroy(pool);
    apr_terminate();
    return done_testing();
}
