/* SPDX-License-Identifier: Apache-2.0 */
/* Tests src/protocol/form.c: fields, escapes, limits and faults. */
#include <stdlib.h>
#include <string.h>

#include "apr_general.h"
#include "apr_strings.h"

#include "protocol/form.h"
#include "tap.h"

static const rpc_limits_t limits = {.max_body = 1000,
                                    .max_depth = 4,
                                    .max_values = 5,
                                    .max_batch = 4,
                                    .max_string = 10};

static rpc_fault_t *parse(const char *query, const char *body,
                          apr_pool_t *pool, const rpc_form_t **ret_form)
{
    return rpc_form_parse(query, query != NULL ? strlen(query) : 0, body,
                          body != NULL ? strlen(body) : 0, &limits, pool,
                          ret_form);
}

/* The fields as <name>=<value>, with NUL as \0. */
static const char *shown(const rpc_form_t *form, apr_pool_t *pool)
{
    const char *text = "";
    int i;

    for (i = 0; i < form->count; i++) {
        const rpc_field_t *field = &form->fields[i];
        const char *parts[2] = {field->name, field->value};
        apr_size_t lengths[2] = {field->name_length, field->value_length};
        apr_size_t at;
        int k;

        for (k = 0; k < 2; k++) {
            text = apr_pstrcat(pool, text, k == 0 ? "<" : "=<", NULL);
            for (at = 0; at < lengths[k]; at++) {
                text = parts[k][at] == '\0'
                           ? apr_pstrcat(pool, text, "\\0", NULL)
                           : apr_psprintf(pool, "%s%c", text, parts[k][at]);
            }
            text = apr_pstrcat(pool, text,
                               parts[k][at] == '\0' ? ">" : "no NUL", NULL);
        }
    }
    return text;
}

static const char *const good[][3] = {
    {NULL, NULL, ""},
    {"", "", ""},
    {"a=1", NULL, "<a>=<1>"},
    {NULL, "a=1", "<a>=<1>"},
    {"a=1&b=2", "c=3", "<a>=<1><b>=<2><c>=<3>"},
    {"openrpc", NULL, "<openrpc>=<>"},
    {"a=", NULL, "<a>=<>"},
    {"=a", NULL, "<>=<a>"},
    {"=", NULL, "<>=<>"},
    {"&&a=1&&b=2&", "&", "<a>=<1><b>=<2>"},
    {"a=b=c", NULL, "<a>=<b=c>"},
    {"a;b=c;d", NULL, "<a;b>=<c;d>"},
    {"a+b=c+d", NULL, "<a b>=<c d>"},
    {"%61=%2b%26%3D%25", NULL, "<a>=<+&=%>"},
    {"a=%00&b%00=x", NULL, "<a>=<\\0><b\\0>=<x>"},
    {"a=%C3%bc", NULL, "<a>=<\xc3\xbc>"},
    {"a=\xc3\xbc", NULL, "<a>=<\xc3\xbc>"},
    {"a=0123456789", NULL, "<a>=<0123456789>"},
    {"a=%30%31%32%33%34%35%36%37%38%39", NULL, "<a>=<0123456789>"},
    {"1&2&3&4&5", NULL, "<1>=<><2>=<><3>=<><4>=<><5>=<>"},
    {"a=1&a=2", "a=3", "<a>=<1><a>=<2><a>=<3>"}};

static void test_good(apr_pool_t *pool)
{
    size_t i;

    for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        const rpc_form_t *form = NULL;
        rpc_fault_t *fault = parse(good[i][0], good[i][1], pool, &form);

        is_str(fault == NULL ? shown(form, pool) : fault->text, good[i][2],
               good[i][0] != NULL ? good[i][0] : "no query");
    }
}

typedef struct bad_case_t {
    const char *query;
    const char *body;
    int code;
    const char *text;
} bad_case_t;

#define BROKEN                                                             \
    "a % is not followed by two hexadecimal digits (a % itself is %25)"

static const bad_case_t bad[] = {
    {"a=%", NULL, RPC_E_PARSE, "field 1, in the query string: " BROKEN},
    {"a=%2", NULL, RPC_E_PARSE, "field 1, in the query string: " BROKEN},
    {"a=%2&0=1", NULL, RPC_E_PARSE, "field 1, in the query string: " BROKEN},
    {"a=1&b=%2g", NULL, RPC_E_PARSE, "field 2, in the query string: " BROKEN},
    {"a=1", "%u0041=1", RPC_E_PARSE, "field 2, in the form: " BROKEN},
    {"a=%-1", NULL, RPC_E_PARSE, "field 1, in the query string: " BROKEN},
    {"a=%ff", NULL, RPC_E_PARSE,
     "field 1, in the query string, is not valid UTF-8"},
    {NULL, "%c3=%bc", RPC_E_PARSE, "field 1, in the form, is not valid UTF-8"},
    {"a=%ed%a0%80", NULL, RPC_E_PARSE,
     "field 1, in the query string, is not valid UTF-8"},
    {"01234567890=a", NULL, RPC_E_LIMIT,
     "more than 10 bytes in the name of a field (RpcMaxString 10)"},
    {"01234567890", NULL, RPC_E_LIMIT,
     "more than 10 bytes in the name of a field (RpcMaxString 10)"},
    {"1&2&3", "4&5&6", RPC_E_LIMIT, "more than 5 fields (RpcMaxValues 5)"}};

static void test_bad(apr_pool_t *pool)
{
    size_t i;

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        const rpc_form_t *form = NULL;
        rpc_fault_t *fault = parse(bad[i].query, bad[i].body, pool, &form);

        ok(fault != NULL && fault->code == bad[i].code && form == NULL,
           "code %d", bad[i].code);
        is_str(fault != NULL ? fault->text : "no fault", bad[i].text,
               bad[i].text);
    }
}

static void test_look_up(apr_pool_t *pool)
{
    const rpc_form_t *form = NULL;

    parse("a=1&b=2&a%00=3", "a=4", pool, &form);
    is_str(rpc_form_get(form, "a")->value, "1", "the first of that name");
    is_str(rpc_form_get(form, "b")->value, "2", "another");
    ok(rpc_form_get(form, "c") == NULL, "none of that name");
    ok(rpc_form_get(form, "") == NULL, "none without a name");
    is_int(rpc_form_count(form, "a"), 2, "two of a name, a NUL is another");
    is_int(rpc_form_count(form, "c"), 0, "none");
}

/* A text ends where its length says. */
static void test_ends(apr_pool_t *pool)
{
    const rpc_form_t *form = NULL;
    char *text = malloc(4);

    memcpy(text, "a=%4", 4);
    ok(rpc_form_parse(text, 4, NULL, 0, &limits, pool, &form) != NULL,
       "an escape cut off");
    memcpy(text, "b=1&", 4);
    ok(rpc_form_parse(text, 4, text, 3, &limits, pool, &form) == NULL &&
           form->count == 2,
       "no NUL is needed");
    free(text);
}

int main(void)
{
    apr_pool_t *pool;

    apr_initialize();
    atexit(apr_terminate);
    apr_pool_create(&pool, NULL);
    test_good(pool);
    test_bad(pool);
    test_look_up(pool);
    test_ends(pool);
    return done_testing();
}
