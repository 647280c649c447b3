/* SPDX-License-Identifier: Apache-2.0 */
/* Tests jsonrpc from bytes to bytes: section 7 of the specification of 2.0,
 * ids, batches, 1.1 and 1.0, the GET forms. For make check. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "apr_general.h"
#include "apr_strings.h"

#include "core/registry.h"
#include "core/table.h"
#include "protocol/protocol.h"
#include "tap.h"

/* ---- the methods that the specification assumes, and some that fail ---- */

static rpc_value_t *subtract(rpc_call_t *call)
{
    return rpc_int(call, rpc_arg_int(call, 0) - rpc_arg_int(call, 1));
}

static rpc_value_t *sum(rpc_call_t *call)
{
    rpc_value_t *values = rpc_arg(call, 0);
    int64_t total = 0;
    size_t i;

    for (i = 0; i < rpc_count(values); i++) {
        total += rpc_as_int(rpc_at(values, i));
    }
    return rpc_int(call, total);
}

static rpc_value_t *get_data(rpc_call_t *call)
{
    return rpc_arrayv(call, rpc_string(call, "hello"), rpc_int(call, 5),
                      (rpc_value_t *)NULL);
}

static rpc_value_t *echo(rpc_call_t *call)
{
    return rpc_arg(call, 0);
}

static rpc_value_t *fail(rpc_call_t *call)
{
    return rpc_fail(call, (int)rpc_arg_int(call, 0), "the \xff text");
}

static rpc_value_t *fail_data(rpc_call_t *call)
{
    return rpc_fail_data(call, 7, get_data(call), "%s", "own words");
}

static rpc_value_t *fail_nan(rpc_call_t *call)
{
    return rpc_fail_data(call, 7, rpc_double(call, NAN), "%s", "own words");
}

static rpc_value_t *bad_utf8(rpc_call_t *call)
{
    return rpc_string(call, "secret \xff");
}

static const rpc_method_t methods[] = {
    RPC_METHOD("int subtract(int minuend, int subtrahend)", subtract,
               RPC_SAFE, NULL),
    RPC_METHOD("int sum(int values...)", sum, RPC_SAFE, NULL),
    RPC_METHOD("nil update(any values...)", rpc_nil, 0, NULL),
    RPC_METHOD("nil notify_hello(any x)", rpc_nil, 0, NULL),
    RPC_METHOD("array get_data()", get_data, RPC_SAFE, NULL),
    RPC_METHOD("any echo(any x = nil, any y = nil)", echo, RPC_SAFE, NULL),
    RPC_METHOD("any fail(int code)", fail, 0, NULL),
    RPC_METHOD("any fail_data()", fail_data, 0, NULL),
    RPC_METHOD("any fail_nan()", fail_nan, 0, NULL),
    RPC_METHOD("any bad_utf8()", bad_utf8, 0, NULL),
    RPC_METHOD_END
};

static const rpc_table_t table = {
    .abi_major = RPC_ABI_MAJOR,
    .abi_minor = RPC_ABI_MINOR,
    .table_size = sizeof(rpc_table_t),
    .method_size = sizeof(rpc_method_t),
    .name = "spec",
    .methods = methods
};

static rpc_limits_t limits = {
    .max_body = RPC_DEFAULT_MAX_BODY,
    .max_depth = RPC_DEFAULT_MAX_DEPTH,
    .max_values = RPC_DEFAULT_MAX_VALUES,
    .max_batch = 6,
    .max_string = RPC_DEFAULT_MAX_STRING
};

/* What all tests share. */
typedef struct tester_t {
    rpc_registry_t registry;
    rpc_caller_t caller;
    rpc_options_t options;
    apr_pool_t *pool;
    int status;       /* what the last message asked for */
    int complaints;   /* whether it had any */
} tester_t;

static void set_up(tester_t *tester, apr_pool_t *pool)
{
    rpc_mount_t *mount = rpc_mount_create(pool);
    const rpc_table_t *loaded = NULL;

    memset(tester, 0, sizeof(*tester));
    is_str(rpc_table_load(&table, pool, &loaded), NULL, "the table loads");
    is_str(rpc_mount_add(mount, loaded, "", 0), NULL, "and is mounted");
    is_str(rpc_mount_seal(mount, NULL), NULL, "and sealed");
    tester->pool = pool;
    tester->registry.mount = mount;
    tester->caller.transport = "test";
    tester->caller.registry = &tester->registry;
    tester->caller.limits = &limits;
}

/* Run what was decoded and write the answer; "" if there is none. */
static const char *answer(tester_t *tester, rpc_message_t *message)
{
    rpc_writer_t *writer = rpc_writer_create(message->pool);
    const char *text;

    if (message->fault == NULL) {
        rpc_message_run(message);
    }
    rpc_protocol_jsonrpc.encode(message, writer);
    tester->status = message->status;
    tester->complaints = message->complaints != NULL;
    text = apr_pstrmemdup(tester->pool, writer->length ? writer->data : "",
                          writer->length);
    rpc_message_unref(message);
    return text;
}

static rpc_message_t *new_message(tester_t *tester)
{
    rpc_message_t *message = rpc_message_create(&tester->caller);

    message->protocol = "jsonrpc";
    message->options = &tester->options;
    return message;
}

static const char *post(tester_t *tester, const char *text)
{
    rpc_message_t *message = new_message(tester);
    size_t length = strlen(text);
    char *bytes = malloc(length + 1);
    const char *got;

    memcpy(bytes, text, length + 1);
    rpc_protocol_jsonrpc.decode(message, bytes, length);
    got = answer(tester, message);
    free(bytes);
    return got;
}

/* Requests, and their answers byte for byte; in both, single quotes stand
 * for double ones, and ~ for a single one. */
typedef struct example_t {
    const char *name;
    const char *request;
    const char *want;
} example_t;

static char *quotes(const char *text, apr_pool_t *pool)
{
    char *copy = apr_pstrdup(pool, text);
    char *at;

    for (at = copy; *at != '\0'; at++) {
        if (*at == '\'') {
            *at = '"';
        }
        else if (*at == '~') {
            *at = '\'';
        }
    }
    return copy;
}

static void run_examples(tester_t *tester, const example_t *examples,
                         size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        is_str(post(tester, quotes(examples[i].request, tester->pool)),
               quotes(examples[i].want, tester->pool), examples[i].name);
    }
}

#define RUN(tester, examples) \
    run_examples(tester, examples, sizeof(examples) / sizeof(examples[0]))

#define E_2_0(code, message, data, id)                                  \
    "{'jsonrpc':'2.0','error':{'code':" code ",'message':'" message "'" \
    ",'data':'" data "'},'id':" id "}"

/* JSON-RPC 2.0, section 7. */
static const example_t section_7[] = {
    { "positional parameters",
      "{'jsonrpc': '2.0', 'method': 'subtract', 'params': [42, 23], "
      "'id': 1}",
      "{'jsonrpc':'2.0','result':19,'id':1}" },
    { "in another order",
      "{'jsonrpc': '2.0', 'method': 'subtract', 'params': [23, 42], "
      "'id': 2}",
      "{'jsonrpc':'2.0','result':-19,'id':2}" },
    { "named parameters",
      "{'jsonrpc': '2.0', 'method': 'subtract', 'params': {'subtrahend': "
      "23, 'minuend': 42}, 'id': 3}",
      "{'jsonrpc':'2.0','result':19,'id':3}" },
    { "in another order",
      "{'jsonrpc': '2.0', 'method': 'subtract', 'params': {'minuend': 42, "
      "'subtrahend': 23}, 'id': 4}",
      "{'jsonrpc':'2.0','result':19,'id':4}" },
    { "a notification",
      "{'jsonrpc': '2.0', 'method': 'update', 'params': [1,2,3,4,5]}", "" },
    { "a notification of no method",
      "{'jsonrpc': '2.0', 'method': 'foobar'}", "" },
    { "no such method",
      "{'jsonrpc': '2.0', 'method': 'foobar', 'id': '1'}",
      E_2_0("-32601", "Method not found", "there is no method \\'foobar\\'",
            "'1'") },
    { "invalid JSON",
      "{'jsonrpc': '2.0', 'method': 'foobar, 'params': 'bar', 'baz]",
      E_2_0("-32700", "Parse error",
            "line 1, column 40: expected ~,~ or ~}~, got ~p~", "null") },
    { "an invalid request",
      "{'jsonrpc': '2.0', 'method': 1, 'params': 'bar'}",
      E_2_0("-32600", "Invalid Request",
            "\\'method\\': expected string, got int", "null") },
    { "a batch, invalid JSON",
      "[\n  {'jsonrpc': '2.0', 'method': 'sum', 'params': [1,2,4], 'id': "
      "'1'},\n  {'jsonrpc': '2.0', 'method'\n]",
      E_2_0("-32700", "Parse error",
            "line 4, column 1: expected ~:~, got ~]~", "null") },
    { "an empty batch", "[]",
      E_2_0("-32600", "Invalid Request",
            "the batch is empty; expected at least one call", "null") },
#define NO_OBJECT                                                          \
    E_2_0("-32600", "Invalid Request",                                     \
          "expected an object with \\'jsonrpc\\', \\'method\\', "          \
          "\\'params\\' and \\'id\\', got int", "null")
    { "an invalid batch", "[1]", "[" NO_OBJECT "]" },
    { "an invalid batch of three", "[1,2,3]",
      "[" NO_OBJECT "," NO_OBJECT "," NO_OBJECT "]" },
    { "a batch",
      "[\n"
      "    {'jsonrpc': '2.0', 'method': 'sum', 'params': [1,2,4], 'id': "
      "'1'},\n"
      "    {'jsonrpc': '2.0', 'method': 'notify_hello', 'params': [7]},\n"
      "    {'jsonrpc': '2.0', 'method': 'subtract', 'params': [42,23], "
      "'id': '2'},\n"
      "    {'foo': 'boo'},\n"
      "    {'jsonrpc': '2.0', 'method': 'foo.get', 'params': {'name': "
      "'myself'}, 'id': '5'},\n"
      "    {'jsonrpc': '2.0', 'method': 'get_data', 'id': '9'} \n]",
      "[{'jsonrpc':'2.0','result':7,'id':'1'},"
      "{'jsonrpc':'2.0','result':19,'id':'2'},"
      E_2_0("-32600", "Invalid Request",
            "expected a member \\'jsonrpc\\': \\'2.0\\'", "null") ","
      E_2_0("-32601", "Method not found", "there is no method "
            "\\'foo.get\\'", "'5'") ","
      "{'jsonrpc':'2.0','result':['hello',5],'id':'9'}]" },
    { "a batch of notifications",
      "[{'jsonrpc': '2.0', 'method': 'notify_sum', 'params': [1,2,4]},"
      "{'jsonrpc': '2.0', 'method': 'notify_hello', 'params': [7]}]", "" }
};

/* Ids come back as they were written. */
static void test_ids(tester_t *tester)
{
    static const char *const ids[] = {
        "0", "-5", "-0", "1.50", "1E400", "9007199254740993", "null",
        "-9223372036854775808", "123456789012345678901234567890", "''",
        "'a\\'b\\\\c'", "'\\u0041\\/'", "'\\u0000'",
        "0.00000000000000000000000000000000000000000000000000000000000000001"
    };
    size_t i;

    for (i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        const char *request = apr_pstrcat(
            tester->pool, "{'id' : ", ids[i], " ,'jsonrpc':'2.0','method':"
            "'echo','params':{'x':{'id':8}}}", NULL);
        const char *want = apr_pstrcat(
            tester->pool, "{'jsonrpc':'2.0','result':{'id':8},'id':",
            ids[i], "}", NULL);

        is_str(post(tester, quotes(request, tester->pool)),
               quotes(want, tester->pool),
               apr_pstrcat(tester->pool, "id ", ids[i], NULL));
    }
}

static const example_t requests[] = {
    { "an id that is an array", "{'jsonrpc':'2.0','method':'sum','id':[1]}",
      E_2_0("-32600", "Invalid Request",
            "\\'id\\': expected string, number or null, got array",
            "null") },
    { "an id that is a bool",
      "{'jsonrpc':'2.0','method':'sum','id':true}",
      E_2_0("-32600", "Invalid Request",
            "\\'id\\': expected string, number or null, got bool",
            "null") },
    { "another version", "{'jsonrpc':'2.1','method':'sum','id':5}",
      E_2_0("-32600", "Invalid Request",
            "\\'jsonrpc\\': expected \\'2.0\\'", "5") },
    { "a version that is a number",
      "{'jsonrpc':2.0,'method':'sum','id':'x'}",
      E_2_0("-32600", "Invalid Request",
            "\\'jsonrpc\\': expected \\'2.0\\'", "'x'") },
    { "another version, without an id", "{'jsonrpc':'1','method':'sum'}",
      E_2_0("-32600", "Invalid Request",
            "\\'jsonrpc\\': expected \\'2.0\\'", "null") },
    { "a version that is none of ours",
      "{'version':'1.2','method':'sum','id':1}",
      E_2_0("-32600", "Invalid Request", "\\'version\\': expected \\'1.1\\', "
            "or \\'jsonrpc\\': \\'2.0\\' in its place", "1") },
    { "no method", "{'jsonrpc':'2.0','id':5}",
      E_2_0("-32600", "Invalid Request",
            "expected a member \\'method\\'", "5") },
    { "a method name in escapes",
      "{'jsonrpc':'2.0','method':'\\u0073um','params':[1],'id':5}",
      "{'jsonrpc':'2.0','result':1,'id':5}" },
    { "an empty method name", "{'jsonrpc':'2.0','method':'','id':5}",
      E_2_0("-32601", "Method not found", "there is no method \\'\\'",
            "5") },
    { "a method name that ends in U+0000",
      "{'jsonrpc':'2.0','method':'sum\\u0000','id':5}",
      E_2_0("-32601", "Method not found", "there is no method \\'sum?\\'",
            "5") },
    { "params that are a string",
      "{'jsonrpc':'2.0','method':'sum','params':'1','id':5}",
      E_2_0("-32600", "Invalid Request",
            "\\'params\\': expected array or object, got string", "5") },
    { "params that are null",
      "{'jsonrpc':'2.0','method':'sum','params':null,'id':5}",
      "{'jsonrpc':'2.0','result':0,'id':5}" },
    { "params that do not fit",
      "{'jsonrpc':'2.0','method':'subtract','params':{'minuend':1,"
      "'subtrahend':'2'},'id':5}",
      E_2_0("-32602", "Invalid params",
            "parameter \\'subtrahend\\' of subtract: expected int, got "
            "string", "5") },
    { "more members are ignored",
      "{'jsonrpc':'2.0','method':'sum','id':5,'meta':{'x':[1]}}",
      "{'jsonrpc':'2.0','result':0,'id':5}" },
    { "a duplicate member",
      "{'jsonrpc':'2.0','method':'nosuch','method':'sum','id':1}",
      E_2_0("-32600", "Invalid Request",
            "duplicate member name \\'method\\'", "1") },
    { "one deep within", "{'jsonrpc':'2.0','method':'echo','params':"
      "[[{'a':1,'a':2}]],'id':1}",
      E_2_0("-32600", "Invalid Request",
            "duplicate member name \\'a\\'", "1") },
    { "one in a batch spoils its own entry",
      "[{'jsonrpc':'2.0','method':'echo','params':[{'a':1,'a':2}],'id':1},"
      "{'jsonrpc':'2.0','method':'sum','id':2}]",
      "[" E_2_0("-32600", "Invalid Request",
                "duplicate member name \\'a\\'", "1")
      ",{'jsonrpc':'2.0','result':0,'id':2}]" },
    { "U+0000 in a member name",
      "{'jsonrpc':'2.0','method':'echo','params':{'\\u0000':1},'id':1}",
      E_2_0("-32600", "Invalid Request",
            "a member name contains U+0000", "1") },
    { "exact integers both ways",
      "{'jsonrpc':'2.0','method':'echo','params':[[9007199254740993,"
      "-9223372036854775808,5.0,-0,'\\u0000']],'id':1}",
      "{'jsonrpc':'2.0','result':[9007199254740993,-9223372036854775808,"
      "5.0,0,'\\u0000'],'id':1}" },
    { "an integer too large",
      "{'jsonrpc':'2.0','method':'echo','params':[9223372036854775808],"
      "'id':1}",
      E_2_0("-32700", "Parse error", "line 1, column 44: an integer beyond 64 "
            "bits; expected -9223372036854775808 to 9223372036854775807",
            "null") },
    { "a result that is null", "{'jsonrpc':'2.0','method':'echo','id':1}",
      "{'jsonrpc':'2.0','result':null,'id':1}" },
    { "null as id is a call",
      "{'jsonrpc':'2.0','method':'sum','id':null}",
      "{'jsonrpc':'2.0','result':0,'id':null}" },
    { "a number alone", "7", NO_OBJECT },
    { "as many calls as RpcMaxBatch", "[1,2,3,4,5,6]",
      "[" NO_OBJECT "," NO_OBJECT "," NO_OBJECT "," NO_OBJECT ","
      NO_OBJECT "," NO_OBJECT "]" },
    { "more than that", "[1,2,3,4,5,6,7]",
      E_2_0("-32002", "Limit exceeded",
            "more than 6 calls in a batch (RpcMaxBatch 6)", "null") },
    { "a batch within a batch", "[[1]]",
      "[" E_2_0("-32600", "Invalid Request",
                "expected an object with \\'jsonrpc\\', \\'method\\', "
                "\\'params\\' and \\'id\\', got array", "null") "]" }
};

static void test_faults(tester_t *tester)
{
    const char *got;

    is_str(post(tester, "{\"jsonrpc\":\"2.0\",\"method\":\"fail\",\"params\":"
                        "[42],\"id\":1}"),
           "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":42,\"message\":"
           "\"the \xef\xbf\xbd text\"},\"id\":1}",
           "a code of one's own: the text as message, no data");
    is_str(post(tester, "{\"jsonrpc\":\"2.0\",\"method\":\"fail\",\"params\":"
                        "[-32500],\"id\":1}"),
           "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32500,\"message\":"
           "\"Application error\",\"data\":\"the \xef\xbf\xbd text\"},"
           "\"id\":1}",
           "a code with words: the text as data");
    is_str(post(tester, "{\"jsonrpc\":\"2.0\",\"method\":\"fail_data\","
                        "\"id\":1}"),
           "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":7,\"message\":"
           "\"own words\",\"data\":[\"hello\",5]},\"id\":1}",
           "data of one's own");
    is_int(tester->complaints, 0, "no complaint so far");
    is_str(post(tester, "{\"jsonrpc\":\"2.0\",\"method\":\"fail_nan\","
                        "\"id\":1}"),
           "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":7,\"message\":"
           "\"own words\"},\"id\":1}",
           "data that JSON cannot carry is left out");
    is_int(tester->complaints, 1, "with a complaint");
    got = post(tester, "[{\"jsonrpc\":\"2.0\",\"method\":\"bad_utf8\","
                       "\"id\":1},{\"jsonrpc\":\"2.0\",\"method\":\"sum\","
                       "\"id\":2}]");
    ok(strstr(got, "\"code\":-32603,\"message\":\"Internal error\"") != NULL,
       "a result that JSON cannot carry is an internal error");
    ok(strstr(got, "secret") == NULL, "that says nothing of it");
    ok(strstr(got, ",{\"jsonrpc\":\"2.0\",\"result\":0,\"id\":2}]") != NULL,
       "and of its own call only");
    is_int(tester->complaints, 1, "with a complaint");
    is_int(tester->status, 0, "no status is asked for");
}

static const example_t version_10[] = {
    { "1.0", "{'method':'subtract','params':[42,23],'id':1}",
      "{'result':19,'error':null,'id':1}" },
    { "1.0, an id of any type",
      "{'method':'subtract','params':[42,23],'id':{'a': [1]}}",
      "{'result':19,'error':null,'id':{'a': [1]}}" },
    { "1.0, a notification", "{'method':'sum','params':[1],'id':null}", "" },
    { "1.0, a fault", "{'method':'nosuch','params':[],'id':'a'}",
      "{'result':null,'error':{'code':-32601,'message':'Method not found',"
      "'data':'there is no method \\'nosuch\\''},'id':'a'}" },
    { "1.0, a method that is no string", "{'method':1,'id':7}",
      "{'result':null,'error':{'code':-32600,'message':'Invalid Request',"
      "'data':'\\'method\\': expected string, got int'},'id':7}" },
    { "neither version nor id", "{'method':'sum'}",
      E_2_0("-32600", "Invalid Request",
            "expected a member \\'jsonrpc\\': \\'2.0\\'", "null") },
    { "versions mixed in a batch",
      "[{'method':'sum','id':1},{'version':'1.1','method':'sum'},"
      "{'jsonrpc':'2.0','method':'sum','id':2}]",
      "[{'result':0,'error':null,'id':1},{'version':'1.1','result':0},"
      "{'jsonrpc':'2.0','result':0,'id':2}]" }
};

static const example_t version_11[] = {
    { "1.1", "{'version':'1.1','method':'sum','params':[17,25]}",
      "{'version':'1.1','result':42}" },
    { "1.1, an id",
      "{'version':'1.1','method':'sum','id':{'a':1}}",
      "{'version':'1.1','result':0,'id':{'a':1}}" },
    { "1.1, id null is no notification",
      "{'version':'1.1','method':'sum','id':null}",
      "{'version':'1.1','result':0,'id':null}" },
    { "1.1, positions and names",
      "{'version':'1.1','method':'subtract','params':{'0':42,"
      "'subtrahend':23}}",
      "{'version':'1.1','result':19}" },
    { "1.1, null is not supplied",
      "{'version':'1.1','method':'sum','params':{'values':null}}",
      "{'version':'1.1','result':0}" },
    { "1.1, a position after a gap",
      "{'version':'1.1','method':'echo','params':{'1':5}}",
      "{'version':'1.1','result':null}" }
};

static void test_version_11(tester_t *tester)
{
    static const char fault[] =
        "{'version':'1.1','error':{'name':'JSONRPCError','code':404,"
        "'message':'Method not found','error':{'code':-32601,'message':"
        "'Method not found','data':'there is no method \\'nosuch\\''}},"
        "'id':1}";
    const char *got;

    RUN(tester, version_11);
    is_int(tester->status, 0, "1.1, no status for a result");
    is_str(post(tester, quotes("{'version':'1.1','method':'nosuch','id':1}",
                               tester->pool)),
           quotes(fault, tester->pool), "1.1, a fault");
    is_int(tester->status, 500, "with status 500");
    got = post(tester, quotes("[{'version':'1.1','method':'nosuch','id':1}]",
                              tester->pool));
    is_str(got, quotes(apr_pstrcat(tester->pool, "[", fault, "]", NULL),
                       tester->pool), "in a batch");
    is_int(tester->status, 0, "without a status");
    got = post(tester, quotes("{'version':'1.1','method':'sum','params':"
                              "{'99999999999999999999':1}}", tester->pool));
    ok(strstr(got, "\"code\":400") != NULL
       && strstr(got, "too far beyond the others") != NULL,
       "a position far out takes no memory");
    got = post(tester, quotes("{'version':'1.1','method':'sum','params':"
                              "{'0':1,'00':1}}", tester->pool));
    ok(strstr(got, "position 00 is given twice") != NULL,
       "a position twice");
}

static void test_charset(tester_t *tester)
{
    const char *request = "{\"jsonrpc\":\"2.0\",\"method\":\"sum\","
                          "\"id\":1}";

    tester->options.charset = "UTF-8";
    is_str(post(tester, request), "{\"jsonrpc\":\"2.0\",\"result\":0,"
                                  "\"id\":1}", "charset UTF-8");
    tester->options.charset = "iso-8859-1";
    is_str(post(tester, request),
           "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32700,\"message\":"
           "\"Parse error\",\"data\":\"the Content-Type names another "
           "charset; JSON must be UTF-8\"},\"id\":null}", "another charset");
    tester->options.charset = NULL;
    is_str(rpc_protocol_jsonrpc.content_type(NULL), "application/json",
           "what the answer is");
}

static const char *get(tester_t *tester, const char *path, const char *query)
{
    rpc_message_t *message = new_message(tester);
    const rpc_form_t *form = NULL;

    message->fault = rpc_form_parse(query, strlen(query), NULL, 0, &limits,
                                    message->pool, &form);
    if (message->fault == NULL && path != NULL) {
        rpc_jsonrpc_decode_path(message, path, strlen(path), form);
    }
    else if (message->fault == NULL) {
        rpc_jsonrpc_decode_query(message, form);
    }
    return answer(tester, message);
}

static const example_t queries[] = {
    { "a query", "jsonrpc=2.0&method=sum&params=%5B1,2,4%5D&id=1",
      "{'jsonrpc':'2.0','result':7,'id':1}" },
    { "without version", "method=sum&params=[1]&id=1.50",
      "{'jsonrpc':'2.0','result':1,'id':1.50}" },
    { "params in base64", "method=sum&params=WzMsNF0%3D&id=2",
      "{'jsonrpc':'2.0','result':7,'id':2}" },
    { "without padding", "method=sum&params=WzMsNF0&id=2",
      "{'jsonrpc':'2.0','result':7,'id':2}" },
    { "by name",
      "method=subtract&params=eyJtaW51ZW5kIjo0Miwic3VidHJhaGVuZCI6MjN9&id=3",
      "{'jsonrpc':'2.0','result':19,'id':3}" },
    { "base64 with a + that became a blank",
      "method=echo&params=WyI+Pj4/Pz8iXQ==&id=4",
      "{'jsonrpc':'2.0','result':'>>>?\?\?','id':4}" },
    { "base64 in the alphabet of URLs",
      "method=echo&params=WyI-Pj4_Pz8iXQ&id=4",
      "{'jsonrpc':'2.0','result':'>>>?\?\?','id':4}" },
    { "an id that is text", "method=sum&id=a%22b",
      "{'jsonrpc':'2.0','result':0,'id':'a\\'b'}" },
    { "an id that is a JSON string", "method=sum&id=%22a%5Cn%22",
      "{'jsonrpc':'2.0','result':0,'id':'a\\n'}" },
    { "an id that only begins like one", "method=sum&id=%22a",
      "{'jsonrpc':'2.0','result':0,'id':'\\'a'}" },
    { "an id that is nearly a number", "method=sum&id=01",
      "{'jsonrpc':'2.0','result':0,'id':'01'}" },
    { "an empty id", "method=sum&id=",
      "{'jsonrpc':'2.0','result':0,'id':''}" },
    { "no id is a notification", "method=sum&params=[1]", "" },
    { "a notification with bad params", "method=sum&params=[1",
      E_2_0("-32700", "Parse error", "params: line 1, column 3: expected ~,~ "
            "or ~]~, got the end of the text", "null") },
    { "params that are neither", "method=sum&params=*&id=1",
      E_2_0("-32700", "Parse error", "params: expected a JSON array or "
            "object, or base64 of one", "1") },
    { "base64 of something else", "method=sum&params=NQ==&id=1",
      E_2_0("-32600", "Invalid Request",
            "\\'params\\': expected array or object, got int", "1") },
    { "too much padding", "method=sum&params=WzMsNF0===&id=1",
      E_2_0("-32700", "Parse error", "params: expected a JSON array or "
            "object, or base64 of one", "1") },
    { "a duplicate member name",
      "method=echo&params={%22x%22:1,%22x%22:2}&id=1",
      E_2_0("-32600", "Invalid Request",
            "params: duplicate member name \\'x\\'", "1") }
};

static const example_t paths[] = {
    { "a path", "minuend=42&subtrahend=23", "{'version':'1.1','result':19}" },
    { "by position", "0=42&1=23", "{'version':'1.1','result':19}" },
    { "by position and name", "0=42&subtrahend=23",
      "{'version':'1.1','result':19}" },
    { "not a number", "0=a&1=23",
      "{'version':'1.1','error':{'name':'JSONRPCError','code':400,"
      "'message':'Invalid params','error':{'code':-32602,'message':"
      "'Invalid params','data':'parameter \\'minuend\\' of subtract: "
      "expected int, got \\'a\\''}}}" }
};

static void test_get(tester_t *tester)
{
    apr_pool_t *pool = tester->pool;
    size_t i;

    for (i = 0; i < sizeof(queries) / sizeof(queries[0]); i++) {
        is_str(get(tester, NULL, queries[i].request),
               quotes(queries[i].want, pool), queries[i].name);
    }
    is_int(tester->status, 0, "a query asks for no status");
    is_str(get(tester, NULL, "id=1"),
           quotes(E_2_0("-32600", "Invalid Request", "the field `method` is "
                        "missing; expected ?jsonrpc=2.0&method=...&params="
                        "[...]&id=...", "null"), pool),
           "a query without method");
    is_int(tester->status, 400, "is status 400");
    (void)get(tester, NULL, "method=sum&method=sum");
    is_int(tester->status, 400, "a field twice, too");
    (void)get(tester, NULL, "method=sum&jsonrpc=1.0");
    is_int(tester->status, 400, "another version, too");
    for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        is_str(get(tester, "subtract", paths[i].request),
               quotes(paths[i].want, pool), paths[i].name);
    }
    is_int(tester->status, 500, "a fault by path is status 500");
    is_str(get(tester, "echo", "x=1&x=2"),
           quotes("{'version':'1.1','result':['1','2']}", pool),
           "a repeated name is an array");
    is_int(tester->status, 0, "a result by path asks for no status");
    (void)get(tester, "nosuch", "");
    is_int(tester->status, 404, "no such method by path is status 404");
}

int main(void)
{
    apr_pool_t *pool;
    tester_t tester;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    set_up(&tester, pool);
    RUN(&tester, section_7);
    test_ids(&tester);
    RUN(&tester, requests);
    test_faults(&tester);
    RUN(&tester, version_10);
    test_version_11(&tester);
    test_charset(&tester);
    test_get(&tester);
    apr_pool_destroy(pool);
    apr_terminate();
    return done_testing();
}
