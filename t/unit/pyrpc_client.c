/* SPDX-License-Identifier: Apache-2.0 */
/* PyRPC from the caller's side: the text of a call in both forms, and what is
 * read of an answer, good or hostile. */
#include "apr_general.h"
#include "apr_strings.h"

#include "protocol/form.h"
#include "protocol/pyrpc_client.h"
#include "protocol/python.h"
#include "tap.h"

static const rpc_limits_t limits = { 1 << 20, 5, 100, 10, 1000 };

static const char *written(enum rpc_pyrpc_form_e form, const char *method,
                           const rpc_value_t *positional,
                           const rpc_value_t *named, apr_pool_t *pool)
{
    rpc_writer_t *out = rpc_writer_create(pool);
    const char *why = rpc_pyrpc_write_call(out, form, method, strlen(method),
                                           positional, named, pool);

    return why != NULL ? why : apr_pstrmemdup(pool, out->data, out->length);
}

static void test_write(apr_pool_t *pool)
{
    rpc_value_t positional = rpc_value_list(RPC_ARRAY, pool);
    rpc_value_t named = rpc_value_list(RPC_STRUCT, pool);

    is_str(written(RPC_PYRPC_FORM, "ping", NULL, NULL, pool),
           "request=execute&data=ping%28%29", "a form");
    rpc_value_append(&positional, rpc_value_int(2), pool);
    rpc_value_append(&positional, rpc_value_text(RPC_STRING, "a'\xc3\xa4", 4),
                     pool);
    rpc_value_set(&named, "y", 1, rpc_value_nil(), pool);
    is_str(written(RPC_PYRPC_LITERAL, "a.add", &positional, &named, pool),
           "{'req': 'execute', 'data': 'a.add(2, \"a\\'\xc3\xa4\", y=None)'}",
           "a literal, by position and by name");
    is_str(written(RPC_PYRPC_FORM, "a.add", &positional, NULL, pool),
           "request=execute&data=a.add%282%2C%20%22a%27%C3%A4%22%29",
           "a form is percent-encoded");
    rpc_value_set(&named, "two words", 9, rpc_value_nil(), pool);
    ok(strstr(written(RPC_PYRPC_FORM, "f", NULL, &named, pool),
              "no Python name"), "a name that is none");
    ok(strstr(written(RPC_PYRPC_FORM, "f(1) + g", NULL, NULL, pool),
              "Python names joined"), "a method that would be an expression");
    ok(strstr(written(RPC_PYRPC_FORM, "a..b", NULL, NULL, pool),
              "Python names joined"), "an empty part");
    ok(strstr(written(RPC_PYRPC_FORM, "None", NULL, NULL, pool),
              "Python names joined"), "a word that is a value");
}

/* What is written is what the server's readers read. */
static void test_round_trip(apr_pool_t *pool)
{
    rpc_value_t positional = rpc_value_list(RPC_ARRAY, pool);
    const char *text;
    const rpc_form_t *form;
    const rpc_field_t *field;
    rpc_pycall_t call;

    rpc_value_append(&positional, rpc_value_text(RPC_BYTES, "\0&=+%\xff", 6),
                     pool);
    rpc_value_append(&positional, rpc_value_double(1e300), pool);
    text = written(RPC_PYRPC_FORM, "m", &positional, NULL, pool);
    ok(rpc_form_parse(NULL, 0, text, strlen(text), &limits, pool, &form)
       == NULL, "a form: %s", text);
    field = rpc_form_get(form, "data");
    ok(rpc_python_read_call(field->value, field->value_length, &limits, pool,
                            &call) == NULL, "a call");
    is_int(rpc_at(&call.positional, 0)->length, 6, "bytes");
    ok(memcmp(rpc_at(&call.positional, 0)->u.text, "\0&=+%\xff", 6) == 0,
       "the same");
    ok(rpc_as_double(rpc_at(&call.positional, 1)) == 1e300, "a double");
}

typedef struct case_t {
    const char *text;
    const char *says; /* of the fault it is no answer by; NULL: it is */
    int code;         /* of the other end's fault, 0: the result is an int */
    int is_json;
} case_t;

static const case_t cases[] = {
    { "{'res': 'response', 'data': '7'}", NULL, 0, 0 },
    { "{'data': '(7)', 'res': u'response'}\n", NULL, 0, 0 },
    { "{\"res\":\"response\",\"data\":7}", NULL, 0, 1 },
    { "{'res': 'error', 'data': 'x', 'code': -32602}", NULL, -32602, 0 },
    { "{'res': 'error', 'data': 'TypeError: x'}", NULL, -32500, 0 },
    { "{\"res\":\"error\",\"data\":\"x\",\"code\":5}", NULL, 5, 1 },
    { "{'res': 'error'}", "expected a dict", 0, 0 },
    { "{'res': 'error', 'data': 'x', 'code': 99999999999}",
      "expected a dict", 0, 0 },
    { "{'res': 'other', 'data': '7'}", "expected a dict", 0, 0 },
    { "{'res': 'response', 'data': 7}", "no string", 0, 0 },
    { "{'res': 'response'}", "missing", 0, 0 },
    { "{'res': 'response', 'data': '7 + 1'}", "line 1", 0, 0 },
    { "{'res': 'response', 'data': \"__import__('os')\"}", "line 1", 0, 0 },
    { "{'res': 'response', 'data': '[[[[[[1]]]]]]'}", "RpcMaxDepth 5", 0, 0 },
    { "[1]", "expected a dict", 0, 0 },
    { "<html>", "line 1", 0, 0 },
    { "", "line 1", 0, 0 },
    { "{\"res\":\"response\",\"res\":\"error\",\"data\":7}", "res", 0, 1 }
};

static void test_read(apr_pool_t *pool)
{
    apr_size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const case_t *c = &cases[i];
        rpc_value_t *result = NULL;
        rpc_fault_t *other = NULL;
        rpc_fault_t *fault;

        fault = rpc_pyrpc_read_answer(apr_pstrdup(pool, c->text),
                                      strlen(c->text), c->is_json, &limits,
                                      pool, &result, &other);
        if (c->says != NULL) {
            ok(fault != NULL && strstr(fault->text, c->says) != NULL,
               "%s: %s", c->text, fault != NULL ? fault->text : "was taken");
        }
        else if (c->code != 0) {
            ok(fault == NULL && result == NULL && other != NULL
               && other->code == c->code, "%s: fault %d", c->text, c->code);
        }
        else {
            ok(fault == NULL && other == NULL && rpc_as_int(result) == 7,
               "%s: 7", c->text);
        }
    }
}

int main(void)
{
    apr_pool_t *pool;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    test_write(pool);
    test_round_trip(pool);
    test_read(pool);
    apr_pool_destroy(pool);
    return done_testing();
}
