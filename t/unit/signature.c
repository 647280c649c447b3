/* SPDX-License-Identifier: Apache-2.0 */
/* Unit test of prototypes: what parses to what, each error with its column,
 * and the rules for names. For src/core/signature.c and its parts. */
#include "core/signature.h"
#include "tap.h"

#include <stdlib.h>

#include "apr_general.h"
#include "apr_strings.h"

static apr_pool_t *pool;

/* A signature in one line: what the parser understood. */
static const char *dump(const rpc_signature_t *s)
{
    const char *text =
        apr_psprintf(pool, "%s %s/%d/%d%s%s", s->result->text, s->name,
                     s->count, s->required, s->has_rest ? "/rest" : "",
                     s->has_secret ? "/secret" : "");
    int i;

    for (i = 0; i < s->count; i++) {
        const rpc_parameter_t *p = &s->parameters[i];

        text = apr_psprintf(pool, "%s; %s%s %s%s%s%s", text,
                            p->secret ? "secret " : "", p->type->text, p->name,
                            p->rest ? "..." : "", p->fallback_text ? " = " : "",
                            p->fallback_text ? p->fallback_text : "");
    }
    return text;
}

static const rpc_signature_t *parse(const char *prototype)
{
    const rpc_signature_t *signature = NULL;
    int column = 0;
    const char *error =
        rpc_signature_parse(prototype, pool, &signature, &column);

    if (error != NULL) {
        printf("# %s: column %d: %s\n", prototype, column, error);
        return NULL;
    }
    return signature;
}

/* A name for a line of TAP. */
static const char *one_line(const char *text)
{
    char *name = apr_pstrndup(pool, text, 60);
    char *p;

    for (p = name; *p != '\0'; p++) {
        if (*p == '\n' || *p == '\r') {
            *p = ' ';
        }
    }
    return name;
}

static void check(const char *prototype, const char *want)
{
    const rpc_signature_t *signature = parse(prototype);

    is_str(signature ? dump(signature) : NULL, want, one_line(prototype));
    if (signature) {
        is_str(signature->text, prototype, "kept as written");
    }
}

static void check_error(const char *prototype, int column, const char *want)
{
    const rpc_signature_t *signature = NULL;
    int got = 0;
    const char *error = rpc_signature_parse(prototype, pool, &signature, &got);

    is_str(error, want, one_line(prototype));
    is_int(got, column, "its column");
}

static void test_good(void)
{
    check("int add(int x, int y)", "int add/2/2; int x; int y");
    check("nil f()", "nil f/0/0");
    check(" \t any\n f (\r ) ", "any f/0/0");
    check("int add(int x,int y=0)", "int add/2/1; int x; int y = 0");
    check("int a.b:c/d_9(int _x9)", "int a.b:c/d_9/1/1; int _x9");
    check("int int(int int, string string, array array, struct secret)",
          "int int/4/4; int int; string string; array array; struct secret");
    check("int sum(int values...)", "int sum/1/0/rest; int values...");
    check("int sum(string a, int b = 1, int|nil rest ... )",
          "int sum/3/1/rest; string a; int b = 1; int|nil rest...");
    check("bool login(string user, secret string password, secret any x...)",
          "bool login/3/2/rest/secret; string user; "
          "secret string password; secret any x...");
    check("array < array<int|nil> > f(struct{int id,string  title = 'x'} s)",
          "array<array<int|nil>> f/1/1; "
          "struct{int id, string title = 'x'} s");
    check("number|string|nil f(double | int x)",
          "number|string|nil f/1/1; double|int x");
    check("int h\303\266he(int l\303\244nge, int \346\227\245 = 1)",
          "int h\303\266he/2/1; int l\303\244nge; int \346\227\245 = 1");
}

static void test_masks(void)
{
    const rpc_signature_t *s =
        parse("any f(number a, nil|bool b, array<time> c, "
              "struct{bytes d}|string e)");

    if (!ok(s != NULL, "masks")) {
        return;
    }
    is_int(s->result->mask, RPC_ANY_MASK, "any");
    is_int(s->parameters[0].type->mask, RPC_NUMBER_MASK, "number");
    is_int(s->parameters[1].type->mask, RPC_BIT(RPC_NIL) | RPC_BIT(RPC_BOOL),
           "nil|bool");
    is_int(s->parameters[2].type->mask, RPC_BIT(RPC_ARRAY), "array<time>");
    is_int(s->parameters[2].type->element->mask, RPC_BIT(RPC_TIME),
           "its element");
    is_int(s->parameters[3].type->mask,
           RPC_BIT(RPC_STRUCT) | RPC_BIT(RPC_STRING), "struct{}|string");
    is_int(s->parameters[3].type->field_count, 1, "its fields");
    is_int(s->parameters[3].type->fields[0].type->mask, RPC_BIT(RPC_BYTES),
           "its field");
    is_int((long long)s->parameters[3].name_length, 1, "name length");
}

/* The default of the first parameter, or NULL. */
static const rpc_value_t *fallback(const char *parameter)
{
    const rpc_signature_t *s =
        parse(apr_psprintf(pool, "nil f(%s)", parameter));

    return s != NULL ? &s->parameters[0].fallback : NULL;
}

static void check_text(const char *parameter, int type, const char *want,
                       unsigned length)
{
    const rpc_value_t *v = fallback(parameter);

    ok(v != NULL && v->type == type && v->length == length &&
           memcmp(v->u.text, want, length + 1) == 0,
       "%s", parameter);
}

static void check_integer(const char *parameter, int type, int64_t want)
{
    const rpc_value_t *v = fallback(parameter);

    ok(v != NULL && v->type == type &&
           (type >= RPC_ARRAY || v->u.integer == want),
       "%s", parameter);
}

static void check_double(const char *parameter, double want)
{
    const rpc_value_t *v = fallback(parameter);

    ok(v != NULL && v->type == RPC_DOUBLE && v->u.number == want, "%s",
       parameter);
}

static void test_defaults(void)
{
    check_integer("int x = -9223372036854775808", RPC_INT, INT64_MIN);
    check_integer("any x = +5", RPC_INT, 5);
    check_integer("number x = 5", RPC_INT, 5);
    check_integer("bool x = true", RPC_BOOL, 1);
    check_integer("bool x = False", RPC_BOOL, 0);
    check_integer("int x = nil", RPC_NIL, 0);
    check_integer("string x = null", RPC_NIL, 0);
    check_integer("array<int> x = None", RPC_NIL, 0);
    check_integer("array<int> x = [ ]", RPC_ARRAY, 0);
    check_integer("any x = {}", RPC_STRUCT, 0);
    check_integer("struct{int a = 1} x = {}", RPC_STRUCT, 0);
    check_integer("time x = '2026-11-22T08:30:00Z'", RPC_TIME,
                  APR_INT64_C(1795336200000000));
    check_double("double x = 5", 5.0);
    check_double("double x = -1.5e3", -1500.0);
    check_double("any x = .5", 0.5);
    check_text("string x = ','", RPC_STRING, ",", 1);
    check_text("string x = \"\"", RPC_STRING, "", 0);
    check_text("string x = \"a'\\\"\\'\\\\\\n\\t\"", RPC_STRING, "a'\"'\\\n\t",
               7);
    check_text("string x = '\\x00\\xe9'", RPC_STRING, "\0\303\251", 3);
    check_text("bytes x = '\\x00\\xe9'", RPC_BYTES, "\0\351", 2);
    check_text("string x = '\\u20AC\\uD83D\\uDE00'", RPC_STRING,
               "\342\202\254\360\237\230\200", 7);
    check_text("string|bytes x = '\303\251'", RPC_STRING, "\303\251", 2);
}

static void test_errors(void)
{
    check_error("", 1,
                "expected a type (any, nil, bool, int, double, number, "
                "string, bytes, time, array or struct), got the end");
    check_error("add(int x)", 1,
                "expected the type of the result before the name, such as "
                "\"any add\"");
    check_error("list()", 1,
                "expected the type of the result before the name, such as "
                "\"any list\"");
    check_error("void f()", 1,
                "unknown type \"void\": write nil, or () for no parameters");
    check_error("int f(float x)", 7, "unknown type \"float\": write double");
    check_error("int f(strng x)", 7,
                "unknown type \"strng\": expected any, nil, bool, int, "
                "double, number, string, bytes, time, array or struct");
    check_error("int (int x)", 5,
                "expected the method's name after the type of its result, "
                "\"int\", got '('");
    check_error("int f", 6, "expected '(' after the name \"f\", got the end");
    check_error("int f(int x", 12,
                "expected ',' or ')' after parameter \"x\", got the end");
    check_error("int \303\266(int x y)", 13,
                "expected ',' or ')' after parameter \"x\", got 'y'");
    check_error("int f(int)", 10,
                "expected the parameter's name after \"int\", got ')'");
    check_error("int f(int 9)", 11,
                "expected the parameter's name after \"int\", got '9'");
    check_error("int f(int x,)", 13,
                "expected a type (any, nil, bool, int, double, number, "
                "string, bytes, time, array or struct), got ')'");
    check_error("int f() g", 9, "expected the end after ')', got 'g'");
    check_error("int f(int x, int x)", 18, "parameter \"x\" is declared twice");
    check_error("int f(int x = 1, int y)", 18,
                "parameter \"y\" follows an optional one, so it needs a "
                "default too");
    check_error("int f(int x..., int y)", 17,
                "no parameter may follow the rest (\"...\")");
    check_error("int f(int x... = 1)", 16,
                "the rest takes no default: \"x\" is empty when nothing is "
                "left");
    check_error("int\302\240f()", 4,
                "expected the method's name after the type of its result, "
                "\"int\", got U+00A0");
    check_error("int f(\377)", 7, "byte 0xFF is not UTF-8");
}

static void test_type_errors(void)
{
    check_error("array<int f()", 11,
                "expected '>' after \"array<int\", got 'f'");
    check_error("struct{} f()", 8,
                "expected a field in struct{...}; \"struct\" alone takes "
                "any");
    check_error("struct{int a f()", 14,
                "expected ',' or '}' after field \"a\", got 'f'");
    check_error("struct{int a, int a} f()", 19,
                "field \"a\" is declared twice");
    check_error("struct{secret int a} f()", 8,
                "\"secret\" stands before the type of a parameter and "
                "nowhere else");
    check_error("int|number f()", 5,
                "\"number\" overlaps with \"int\": name each type once");
    check_error("array<int>|array<string> f()", 12,
                "\"array<string>\" overlaps with \"array<int>\": name each "
                "type once");
}

static void test_default_errors(void)
{
    check_error("int f(int x = 5.0)", 15,
                "expected a default of type int, or nil, got double");
    check_error("int f(string s = 5)", 18,
                "expected a default of type string, or nil, got int");
    check_error("int f(int x = )", 15,
                "expected a default (a number, a string in quotes, true, "
                "false, nil, [] or {}), got ')'");
    check_error("int f(int x = y)", 15,
                "\"y\" is no default: expected a number, a string in quotes, "
                "true, false, nil, [] or {}");
    check_error("int f(int x = 9223372036854775808)", 15,
                "9223372036854775808 is beyond 64 bits");
    check_error("int f(double x = 9007199254740993)", 18,
                "no double holds this int exactly");
    check_error("int f(double x = 1e999)", 18,
                "\"1e999\" is no number that a double can hold");
    check_error("int f(string s = \"a)", 18, "this string has no closing \"");
    check_error("int f(string s = 'a\nb')", 20,
                "a control character in a string: write it as \\x0A");
    check_error("int f(string s = '\\q')", 19,
                "unknown escape: expected \\n, \\t, \\\\, \\\", \\', \\xNN or "
                "\\uXXXX");
    check_error("int f(string s = '\\xg0')", 19,
                "expected two hexadecimal digits after \\x");
    check_error("int f(string s = '\\u12')", 19,
                "expected four hexadecimal digits after \\u");
    check_error("int f(string s = '\\ud800x')", 19,
                "\\uD800 is half a character: surrogates come in pairs");
    check_error("int f(bytes s = '\\u0041')", 18,
                "\\u is for strings; bytes take \\xNN");
    check_error("int f(array x = [1])", 17,
                "a list as default is empty: [] or {}");
    check_error("int f(time t = 'noon')", 16,
                "expected a time such as \"2026-11-22T08:30:00Z\"");
    check_error("int f(struct{int a} s = {})", 25,
                "{} lacks the field \"a\", which has no default");
}

/* "int f(" + count times part + ")" */
static char *repeat(const char *start, const char *part, int count,
                    const char *end)
{
    char *text = apr_palloc(pool, strlen(start) + strlen(end) + 1 +
                                      strlen(part) * (size_t)count);
    char *p = apr_cpystrn(text, start, strlen(start) + 1);
    int i;

    for (i = 0; i < count; i++) {
        p = apr_cpystrn(p, part, strlen(part) + 1);
    }
    apr_cpystrn(p, end, strlen(end) + 1);
    return text;
}

static void test_bounds(void)
{
    const rpc_signature_t *signature;
    const char *text = "int f(";
    int column;
    int i;

    ok(parse(repeat("", "array<", 15, "int>>>>>>>>>>>>>>> f()")) != NULL,
       "16 levels");
    check_error(repeat("", "array<", 16, "int>>>>>>>>>>>>>>>> f()"), 97,
                "types nest more than 16 levels deep");
    for (i = 0; i < 64; i++) {
        text = apr_psprintf(pool, "%s%sint x%d", text, i ? ", " : "", i);
    }
    ok(parse(apr_pstrcat(pool, text, ")", NULL)) != NULL, "64 parameters");
    ok(rpc_signature_parse(apr_pstrcat(pool, text, ", int y)", NULL), pool,
                           &signature, &column) != NULL,
       "65 parameters");
    ok(parse(repeat("int f(", " ", 4089, ")")) != NULL, "4096 bytes");
    check_error(repeat("int f(", " ", 4090, ")"), 1,
                "the prototype is longer than 4096 bytes");
    ok(parse(repeat("int f(string s = '", "\\x41", 1019, "')")) != NULL,
       "a long default");
}

static void check_name(const char *name, const char *want)
{
    is_str(rpc_signature_check_name(name, pool), want, name);
}

static void test_names(void)
{
    check_name("add", NULL);
    check_name("a.b:c/D_9", NULL);
    check_name("h\303\266he", NULL);
    check_name("systematic", NULL);
    check_name("my.system.x", NULL);
    check_name("a__b_", NULL);
    check_name("", "the name is empty");
    check_name("\303", "the name is not UTF-8");
    check_name("a b", "a blank in a method's name: it is made of letters, "
                      "digits, '_', '.', ':' and '/'");
    check_name("a-b", "'-' in a method's name: it is made of letters, "
                      "digits, '_', '.', ':' and '/'");
    check_name("system.x", "\"system.x\": names that begin with \"rpc.\" or "
                           "\"system.\" are reserved");
    check_name("rpc.x", "\"rpc.x\": names that begin with \"rpc.\" or "
                        "\"system.\" are reserved");
    check_name("_x", "\"_x\": a part of a name that begins with '_' is "
                     "private, it cannot be called");
    check_name("a._x", "\"a._x\": a part of a name that begins with '_' is "
                       "private, it cannot be called");
    check_name("a:_x", "\"a:_x\": a part of a name that begins with '_' is "
                       "private, it cannot be called");
}

int main(void)
{
    apr_initialize();
    apr_pool_create(&pool, NULL);
    test_good();
    test_masks();
    test_defaults();
    test_errors();
    test_type_errors();
    test_default_errors();
    test_bounds();
    test_names();
    apr_pool_destroy(pool);
    apr_terminate();
    return done_testing();
}
