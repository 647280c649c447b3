/* SPDX-License-Identifier: Apache-2.0 */
/* Unit test of src/protocol/jsonrpc_peer.c: answers of three versions read,
 * texts of peers told into calls and answers, requests written. */
#include "apr_general.h"
#include "apr_strings.h"

#include "protocol/jsonrpc_peer.h"
#include "tap.h"

static apr_pool_t *pool;
static rpc_call_t *build;
static const rpc_limits_t limits = {
    .max_body = 65536,
    .max_depth = 16,
    .max_values = 1000,
    .max_batch = 8,
    .max_string = 1000
};

typedef struct case_t {
    const char *text;
    int64_t number;      /* the id */
    const char *broken;  /* or NULL */
    int code;            /* of the fault, or 0 */
    const char *said;    /* the fault's text, or the result as JSON */
    const char *data;    /* of the fault, as JSON, or NULL */
} case_t;

static const case_t cases[] = {
    { "{\"jsonrpc\": \"2.0\", \"result\": [1, 2], \"id\": 3}", 3, NULL, 0,
      "[1,2]", NULL },
    { "{\"jsonrpc\":\"2.0\",\"result\":null,\"id\":3}", 3, NULL, 0, "null",
      NULL },
    { "{\"jsonrpc\": \"2.0\", \"error\": {\"code\" : -32603, \"message\": "
      "\"Internal Error\", \"data\": \"why\"}, \"id\": 5}", 5, NULL, -32603,
      "Internal Error", "\"why\"" },
    { "{\"result\":7,\"error\":null,\"id\":0}", 0, NULL, 0, "7", NULL },
    { "{\"result\":null,\"error\":null,\"id\":1}", 1, NULL, 0, "null", NULL },
    { "{\"result\":null,\"error\":\"rpc: cannot find it\",\"id\":2}", 2, NULL,
      RPC_E_APPLICATION, "rpc: cannot find it", NULL },
    { "{\"result\":null,\"error\":[1],\"id\":2}", 2, NULL, RPC_E_APPLICATION,
      "the other end sent an error that is no object", "[1]" },
    { "{\"version\":\"1.1\",\"result\":4,\"id\":\"x\"}", -1, NULL, 0, "4",
      NULL },
    { "{\"version\":\"1.1\",\"error\":{\"name\":\"JSONRPCError\",\"code\":500,"
      "\"message\":\"m\",\"error\":{\"code\":-1}}}", -1, NULL, 500, "m",
      "{\"code\":-1}" },
    { "{\"error\":{\"code\":-32601},\"id\":1}", 1, NULL, -32601,
      "Method not found", NULL },
    { "{\"error\":{\"code\":0,\"message\":\"m\"},\"id\":1}", 1, NULL,
      RPC_E_APPLICATION, "m", NULL },
    { "{\"error\":{\"code\":\"E1\",\"message\":\"m\"},\"id\":1}", 1, NULL,
      RPC_E_APPLICATION, "m", NULL },
    { "{\"error\":{\"code\":5.0,\"message\":\"m\"},\"id\":1.0}", 1, NULL, 5,
      "m", NULL },
    { "{\"error\":{\"code\":99999999999,\"message\":\"m\"},\"id\":1e0}", 1,
      NULL, RPC_E_APPLICATION, "m", NULL },
    { "{\"error\":{\"message\":3},\"id\":-4}", -1, NULL, RPC_E_APPLICATION,
      "Application error", NULL },
    { "{\"id\":1}", 1, "an answer has neither a result nor an error", 0, NULL,
      NULL },
    { "{\"error\":null,\"id\":1}", 1,
      "an answer has neither a result nor an error", 0, NULL, NULL },
    { "{\"result\":1,\"error\":{},\"id\":1}", 1,
      "an answer has both a result and an error", 0, NULL, NULL },
    { "{\"result\":1,\"result\":2,\"id\":1}", 1,
      "duplicate member name \"result\"", 0, NULL, NULL },
    { "5", -1, "an answer is no object", 0, NULL, NULL }
};

static const char *as_json(const rpc_value_t *value)
{
    rpc_writer_t *out = rpc_writer_create(pool);

    if (value == NULL) {
        return NULL;
    }
    rpc_json_write(out, value);
    return apr_pstrmemdup(pool, out->data, out->length);
}

static void test_answers(void)
{
    apr_size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const case_t *wanted = &cases[i];
        rpc_answers_t answers;
        const rpc_answer_t *got;

        ok(rpc_jsonrpc_read_answers(apr_pstrdup(pool, wanted->text),
                                    strlen(wanted->text), &limits, pool,
                                    &answers) == NULL, "%s", wanted->text);
        got = &answers.answers[0];
        is_int(answers.count, 1, "one answer");
        is_int(got->number, wanted->number, "its id");
        is_str(got->broken, wanted->broken, "whether it is broken");
        is_int(got->fault != NULL ? got->fault->code : 0, wanted->code,
               "its code");
        is_str(got->fault != NULL ? got->fault->text : as_json(got->result),
               wanted->said, "its text or result");
        is_str(got->fault != NULL ? as_json(got->fault->data) : NULL,
               wanted->data, "its data");
        ok(got->response != NULL, "the response as it came");
    }
}

static void test_batch(void)
{
    rpc_answers_t answers;
    char text[] = "[ {\"jsonrpc\": \"2.0\", \"result\": 1, \"id\": \"b\"}, "
                  "{\"jsonrpc\": \"2.0\", \"error\": {\"code\": 1}, \"id\": "
                  "null}, 7 ]";
    char bad[] = "[1,";

    ok(rpc_jsonrpc_read_answers(text, strlen(text), &limits, pool, &answers)
       == NULL, "a batch of answers");
    is_int(answers.is_batch, 1, "it is one");
    is_int(answers.count, 3, "of three");
    is_str(answers.answers[0].id, "\"b\"", "an id as it was written");
    ok(answers.answers[1].id == NULL, "a null id is none");
    ok(answers.answers[2].broken != NULL, "what is no answer is broken");
    is_int(rpc_jsonrpc_read_answers(bad, strlen(bad), &limits, pool, &answers)
           ->code, RPC_E_PARSE, "no JSON");
}

/* What a text of a peer is: calls c, notifications n, refused r, answers a,
 * broken ones b; or the code of the fault. */
static const char *told(const char *text)
{
    rpc_caller_t caller = { .transport = "tcp", .limits = &limits };
    rpc_message_t *message = rpc_message_create(&caller);
    rpc_answers_t answers;
    char *said = apr_pstrdup(pool, "");
    int i;

    rpc_jsonrpc_read_peer(message, apr_pstrdup(message->pool, text),
                          strlen(text), &answers);
    for (i = 0; i < message->call_count; i++) {
        const rpc_call_t *call = message->calls[i];

        said = apr_pstrcat(pool, said, call->fault != NULL     ? "r"
                                       : call->is_notification ? "n" : "c",
                           NULL);
    }
    for (i = 0; i < answers.count; i++) {
        said = apr_pstrcat(pool, said,
                           answers.answers[i].broken != NULL ? "b" : "a",
                           NULL);
    }
    if (message->fault != NULL) {
        said = apr_itoa(pool, message->fault->code);
    }
    rpc_message_unref(message);
    return said;
}

static void test_peer(void)
{
    is_str(told("{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"id\":1}"), "c",
           "a call");
    is_str(told("{\"jsonrpc\":\"2.0\",\"method\":\"a\"}"), "n",
           "a notification");
    is_str(told("{\"notification\":\"a\",\"params\":[1]}"), "n",
           "as rpc-websockets publishes");
    is_str(told("{\"notification\":\"a\",\"params\":1}"), "r",
           "with params of no list");
    is_str(told("{\"notification\":\"a\",\"id\":1}"), "b",
           "with an id it is none");
    is_str(told("{\"jsonrpc\":\"2.0\",\"result\":1,\"id\":1}"), "a",
           "an answer");
    is_str(told("{\"jsonrpc\":\"2.0\",\"id\":1}"), "b", "an answer of nothing");
    is_str(told("{\"jsonrpc\":\"2.0\"}"), "r", "nothing at all");
    is_str(told("{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"result\":1,"
                "\"id\":1}"), "c", "a method makes it a call");
    is_str(told("[{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"id\":1},{\"result\":"
                "1,\"id\":2},1,{\"error\":null,\"id\":3},{\"jsonrpc\":\"2.0\","
                "\"method\":\"n\"}]"), "crnab", "a mixed batch");
    is_str(told("[]"), "-32600", "an empty batch");
    is_str(told("{"), "-32700", "no JSON");
    is_str(told("[1,2,3,4,5,6,7,8,9]"), "-32002", "more than RpcMaxBatch");
}

static const char *written(enum rpc_jsonrpc_e version,
                           const rpc_value_t *params, const char *id,
                           const rpc_value_t *extra, apr_size_t longest)
{
    rpc_writer_t *out = rpc_writer_create(pool);
    rpc_jsonrpc_request_t request = {
        .version = version, .method = "m", .params = params, .id = id,
        .extra = extra
    };
    const char *problem = rpc_jsonrpc_write_request(&request, longest, out);

    if (problem != NULL) {
        is_int(out->length, 0, "what cannot be written leaves nothing");
        return problem;
    }
    return apr_pstrmemdup(pool, out->data, out->length);
}

static void test_requests(void)
{
    rpc_value_t *list = rpc_arrayv(build, rpc_int(build, 1), (char *)NULL);
    rpc_value_t *named = rpc_structv(build, "x", rpc_int(build, 1),
                                     (char *)NULL);

    is_str(written(RPC_JSONRPC_20, list, "1", NULL, 0), "{\"jsonrpc\":\"2.0\","
           "\"method\":\"m\",\"params\":[1],\"id\":1}", "2.0");
    is_str(written(RPC_JSONRPC_20, NULL, NULL, NULL, 0), "{\"jsonrpc\":"
           "\"2.0\",\"method\":\"m\",\"params\":[]}", "a notification");
    is_str(written(RPC_JSONRPC_11, named, "\"a\"", NULL, 0), "{\"version\":"
           "\"1.1\",\"method\":\"m\",\"params\":{\"x\":1},\"id\":\"a\"}",
           "1.1");
    is_str(written(RPC_JSONRPC_10, list, "1", NULL, 0), "{\"method\":\"m\","
           "\"params\":[1],\"id\":1}", "1.0");
    is_str(written(RPC_JSONRPC_10, NULL, NULL, NULL, 0), "{\"method\":\"m\","
           "\"params\":[],\"id\":null}", "a notification of 1.0");
    is_str(written(RPC_JSONRPC_10, named, "1", NULL, 0),
           "JSON-RPC 1.0 has no params by name", "1.0 by name");
    is_str(written(RPC_JSONRPC_20, list, "1", named, 0), "{\"jsonrpc\":\"2.0\""
           ",\"method\":\"m\",\"params\":[1],\"x\":1,\"id\":1}",
           "with a further member");
    is_str(written(RPC_JSONRPC_20, rpc_int(build, 1), "1", NULL, 0),
           "params are neither an array nor a struct", "params");
    is_str(written(RPC_JSONRPC_20, list, "1", NULL, 20),
           "the request is longer than the other end may be sent", "too long");
    is_str(written(RPC_JSONRPC_20,
                   rpc_arrayv(build, rpc_stringn(build, "\xff", 1),
                              (char *)NULL), "1", NULL, 0),
           "a string is not valid UTF-8", "what JSON cannot carry");
}

int main(void)
{
    apr_initialize();
    apr_pool_create(&pool, NULL);
    build = rpc_background(&rpc_api, NULL, pool);
    test_answers();
    test_batch();
    test_peer();
    test_requests();
    apr_pool_destroy(pool);
    apr_terminate();
    return done_testing();
}
