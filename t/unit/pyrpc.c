/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of pyrpc's messages: the forms of a request, and the answers as a
 * Python literal and as JSON. */
#include <math.h>
#include <string.h>

#include "apr_general.h"
#include "apr_strings.h"
#include "protocol/protocol.h"
#include "tap.h"

static const rpc_limits_t usual = {
    RPC_DEFAULT_MAX_BODY, RPC_DEFAULT_MAX_DEPTH, RPC_DEFAULT_MAX_VALUES,
    RPC_DEFAULT_MAX_BATCH, RPC_DEFAULT_MAX_STRING
};

static const rpc_caller_t caller = { .transport = "none", .limits = &usual };

static rpc_message_t *make_message(const rpc_options_t *options)
{
    rpc_message_t *message = rpc_message_create(&caller);

    message->protocol = rpc_protocol_pyrpc.name;
    message->options = options;
    return message;
}

/* The answer, kept in the message's pool. */
static const char *answer(rpc_message_t *message)
{
    rpc_writer_t *out = rpc_writer_create(message->pool);

    rpc_protocol_pyrpc.encode(message, out);
    return apr_pstrmemdup(message->pool, out->data, out->length);
}

static void test_form(const char *query, const char *method,
                      const char *wrong)
{
    rpc_message_t *message = make_message(NULL);
    const rpc_form_t *form = NULL;

    message->fault = rpc_form_parse(query, strlen(query), NULL, 0, &usual,
                                    message->pool, &form);
    ok(message->fault == NULL, "a form: %s", query);
    rpc_pyrpc_decode_form(message, form);
    if (method != NULL) {
        is_int(message->call_count, 1, "one call");
        is_str(message->calls[0]->method, method, "its method");
        is_int(message->calls[0]->coerce, RPC_COERCE_TEXT,
               "its strings may stand for bytes and times");
        is_int(message->status, 0, "no status of its own");
    }
    else {
        is_int(message->call_count, 0, "no call");
        is_int(message->status, 400, "status 400");
        is_str(answer(message),
               apr_pstrcat(message->pool, "{'res': 'error', 'data': "
                           "'Invalid Request: the field ", wrong,
                           ": send request=execute&data=method(arguments)', "
                           "'code': -32600}", NULL), wrong);
    }
    rpc_message_unref(message);
}

static void test_forms(void)
{
    test_form("request=execute&data=add(2,%203)", "add", NULL);
    test_form("data=a.b()&request=execute&more=1", "a.b", NULL);
    test_form("data=add(2)", NULL, "`request` is missing");
    test_form("request=execute", NULL, "`data` is missing");
    test_form("request=eval&data=add(2)", NULL, "`request` is not `execute`");
    test_form("request=execute%00&data=add(2)", NULL,
              "`request` is not `execute`");
    test_form("request=execute&data=a()&data=b()", NULL,
              "`data` is there twice");
    test_form("request=execute&data=a()&request=execute", NULL,
              "`request` is there twice");
}

static void test_literal(const char *text, const char *want)
{
    rpc_message_t *message = make_message(NULL);
    apr_size_t length = strlen(text);

    rpc_protocol_pyrpc.decode(message, apr_pstrdup(message->pool, text),
                              length);
    if (message->fault == NULL) {
        is_str(message->calls[0]->method, want, want);
    }
    else {
        is_str(apr_psprintf(message->pool, "%d %s", message->fault->code,
                            message->fault->text), want, want);
        is_int(message->call_count, 0, "no call");
        is_int(message->status, 0, "carried by the protocol");
    }
    rpc_message_unref(message);
}

#define SEND ": send {'req': 'execute', 'data': 'method(arguments)'}"

static void test_literals(void)
{
    test_literal("{'req':'execute','data':'DoBlah(1,2,3)'}", "DoBlah");
    test_literal(" {\"req\": \"execute\", \"data\": \"f()\", \"x\": 1}\n",
                 "f");
    test_literal("'f()'", "-32600 expected a dict, got string" SEND);
    test_literal("{'data': 'f()'}",
                 "-32600 'req' is missing or no string" SEND);
    test_literal("{'req': 'execute'}",
                 "-32600 'data' is missing or no string" SEND);
    test_literal("{'req': 'execute', 'data': ['f()']}",
                 "-32600 'data' is missing or no string" SEND);
    test_literal("{'req': 'eval', 'data': 'f()'}",
                 "-32600 'req' is not 'execute'" SEND);
    test_literal("{'req': 'execute', 'data': 'f('}",
                 "-32700 line 1, column 3: the text ends where a literal is "
                 "expected");
    test_literal("{'req': execute}",
                 "-32700 line 1, column 9: execute is a name: nothing is "
                 "evaluated, expected a literal such as 'execute'");
}

static rpc_message_t *answered(const rpc_options_t *options,
                               rpc_value_t value)
{
    rpc_message_t *message = make_message(options);
    rpc_call_t *call = rpc_message_add_call(message);

    call->method = "f";
    call->method_length = 1;
    call->result = rpc_value_in_pool(value, message->pool);
    return message;
}

static void test_result(const rpc_options_t *options, rpc_value_t value,
                        const char *want)
{
    rpc_message_t *message = answered(options, value);

    is_str(answer(message), want, want);
    ok(message->complaints == NULL, "nothing to complain of");
    rpc_message_unref(message);
}

static void test_no_result(const rpc_options_t *options, rpc_value_t value,
                           const char *begin)
{
    rpc_message_t *message = answered(options, value);
    const char *got = answer(message);

    ok(strncmp(got, begin, strlen(begin)) == 0, "%s", got);
    ok(message->complaints != NULL, "the log says why");
    ok(message->calls[0]->result == NULL && message->calls[0]->fault != NULL
           && message->calls[0]->fault->code == RPC_E_INTERNAL,
       "the call has failed");
    rpc_message_unref(message);
}

static void test_fault(const rpc_options_t *options, int code,
                       const char *text, const char *want)
{
    rpc_message_t *message = answered(options, rpc_value_nil());
    rpc_call_t *call = message->calls[0];

    call->result = NULL;
    call->fault = rpc_fault_make(message->pool, code, "%s", text);
    is_str(answer(message), want, want);
    rpc_message_unref(message);
}

static void test_answers(apr_pool_t *pool)
{
    static const rpc_options_t json = { .json_answer = 1 };
    static const rpc_options_t python = { .json_answer = 0 };
    rpc_value_t list = rpc_value_list(RPC_ARRAY, pool);
    rpc_value_t hi = rpc_value_text(RPC_STRING, "hi", 2);
    rpc_message_t *message;

    rpc_value_append(&list, rpc_value_int(1), pool);
    rpc_value_append(&list, rpc_value_nil(), pool);
    rpc_value_append(&list, hi, pool);
    test_result(&python, rpc_value_int(3),
                "{'res': 'response', 'data': '3'}");
    test_result(NULL, hi, "{'res': 'response', 'data': \"'hi'\"}");
    test_result(&python, rpc_value_text(RPC_STRING, "it's", 4),
                "{'res': 'response', 'data': '\"it\\'s\"'}");
    test_result(&python, list,
                "{'res': 'response', 'data': \"[1, None, 'hi']\"}");
    test_result(&json, list,
                "{\"res\":\"response\",\"data\":[1,null,\"hi\"]}");
    test_fault(&python, -32602, "it's wrong",
               "{'res': 'error', 'data': \"Invalid params: it's wrong\", "
               "'code': -32602}");
    test_fault(&json, 4, "Too \"many\".",
               "{\"res\":\"error\",\"data\":\"Too \\\"many\\\".\","
               "\"code\":4}");
    test_fault(&python, 4, "no \xff good\xc3",
               "{'res': 'error', 'data': 'no ? good?', 'code': 4}");
    test_no_result(&python, rpc_value_double(NAN),
                   "{'res': 'error', 'data': \"Internal error: f failed; ");
    test_no_result(&json, rpc_value_double(INFINITY),
                   "{\"res\":\"error\",\"data\":\"Internal error: f failed; ");
    message = make_message(&python);
    is_str(rpc_protocol_pyrpc.content_type(message),
           "text/plain; charset=utf-8", "text");
    message->options = &json;
    is_str(rpc_protocol_pyrpc.content_type(message), "application/json",
           "JSON");
    rpc_message_unref(message);
}

int main(void)
{
    apr_pool_t *pool;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    test_forms();
    test_literals();
    test_answers(pool);
    apr_pool_destroy(pool);
    apr_terminate();
    return done_testing();
}
