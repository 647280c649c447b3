/* SPDX-License-Identifier: Apache-2.0 */
/* Unit test of the argument checker: binding, conversions, every message,
 * and results. For src/core/arguments.c and its parts. */
#include "core/arguments.h"
#include "tap.h"

#include <stdarg.h>
#include <stdlib.h>

#include "apr_general.h"
#include "apr_strings.h"

static apr_pool_t *pool;

static rpc_value_t text(const char *s)
{
    return rpc_value_text(RPC_STRING, s, strlen(s));
}

/* An array of `count` values. */
static rpc_value_t array(int count, ...)
{
    rpc_value_t list = rpc_value_list(RPC_ARRAY, pool);
    va_list values;

    va_start(values, count);
    while (count-- > 0) {
        rpc_value_append(&list, va_arg(values, rpc_value_t), pool);
    }
    va_end(values);
    return list;
}

/* A struct of `count` names and values. */
static rpc_value_t strct(int count, ...)
{
    rpc_value_t list = rpc_value_list(RPC_STRUCT, pool);
    va_list members;

    va_start(members, count);
    while (count-- > 0) {
        const char *name = va_arg(members, const char *);

        rpc_value_set(&list, name, strlen(name), va_arg(members, rpc_value_t),
                      pool);
    }
    va_end(members);
    return list;
}

#define INT(n) rpc_value_int(n)
#define NIL    rpc_value_nil()

/* A value as text, with its type where that is not plain. */
static const char *dump(const rpc_value_t *v)
{
    const char *out = "";
    const char *name = "";
    apr_size_t length;
    apr_size_t i;

    switch (v->type) {
    case RPC_NIL:
        return "nil";
    case RPC_BOOL:
        return v->u.integer ? "true" : "false";
    case RPC_INT:
        return apr_psprintf(pool, "%" APR_INT64_T_FMT, v->u.integer);
    case RPC_TIME:
        return apr_psprintf(pool, "time:%" APR_INT64_T_FMT, v->u.integer);
    case RPC_DOUBLE:
        return apr_psprintf(pool, "%.1f", v->u.number);
    case RPC_STRING:
        return apr_psprintf(pool, "'%s'", v->u.text);
    case RPC_BYTES:
        return apr_psprintf(pool, "b'%s'", v->u.text);
    default:
        break;
    }
    for (i = 0; i < rpc_value_count(v); i++) {
        const rpc_value_t *item = v->type == RPC_ARRAY
                                      ? rpc_value_at(v, i)
                                      : rpc_value_member(v, i, &name, &length);

        out = apr_pstrcat(pool, out, i ? " " : "", name,
                          v->type == RPC_ARRAY ? "" : "=", dump(item), NULL);
    }
    return apr_psprintf(pool, v->type == RPC_ARRAY ? "[%s]" : "{%s}", out);
}

static const rpc_signature_t *parse(const char *prototype)
{
    const rpc_signature_t *signature = NULL;
    int column;
    const char *error =
        rpc_signature_parse(prototype, pool, &signature, &column);

    if (error != NULL) {
        printf("Bail out! %s: %s\n", prototype, error);
        exit(1);
    }
    return signature;
}

/* What a call binds to: "1 nil*" where * marks what was not given, or the
 * text of the fault. */
static const char *outcome(const char *prototype, const rpc_value_t *positional,
                           const rpc_value_t *named, enum rpc_coerce_e coerce)
{
    const rpc_signature_t *signature = parse(prototype);
    const char *before = positional ? dump(positional) : "";
    const char *out = "";
    rpc_value_t *args;
    unsigned char *given;
    rpc_fault_t *fault =
        rpc_arguments_bind(signature, signature->name, positional, named,
                           coerce, pool, &args, &given);
    int i;

    if (positional && strcmp(before, dump(positional)) != 0) {
        return "what was sent has changed";
    }
    if (fault != NULL) {
        return fault->code == RPC_E_PARAMS ? fault->text : "a wrong code";
    }
    for (i = 0; i < signature->count; i++) {
        out = apr_pstrcat(pool, out, i ? " " : "", dump(&args[i]),
                          given[i] ? "" : "*", NULL);
    }
    return out;
}

/* By position, from XML-RPC (N), JSON (T) or a query string (Q). */
static void n(const char *prototype, rpc_value_t positional, const char *want)
{
    is_str(outcome(prototype, &positional, NULL, RPC_COERCE_NONE), want,
           prototype);
}

static void t(const char *prototype, rpc_value_t positional, const char *want)
{
    is_str(outcome(prototype, &positional, NULL, RPC_COERCE_TEXT), want,
           prototype);
}

static void q(const char *prototype, rpc_value_t value, const char *want)
{
    rpc_value_t named = strct(1, "x", value);

    is_str(outcome(prototype, NULL, &named, RPC_COERCE_QUERY), want, prototype);
}

/* By name. */
static void m(const char *prototype, rpc_value_t named, const char *want)
{
    is_str(outcome(prototype, NULL, &named, RPC_COERCE_TEXT), want, prototype);
}

/* Both ways. */
static void b(const char *prototype, rpc_value_t positional, rpc_value_t named,
              const char *want)
{
    is_str(outcome(prototype, &positional, &named, RPC_COERCE_TEXT), want,
           prototype);
}

#define ADD "int add(int x, int y)"
#define OPT "int add(int x, int y = 7, string z = nil)"
#define SUM "int sum(string s, int v...)"

static void test_counts(void)
{
    n(ADD, array(2, INT(1), INT(2)), "1 2");
    n(ADD, array(0), "add takes 2 arguments, got 0");
    n(ADD, array(3, INT(1), INT(2), INT(3)), "add takes 2 arguments, got 3");
    n("int f(int x)", array(0), "f takes 1 argument, got 0");
    n("int f()", array(1, INT(1)), "f takes no arguments, got 1");
    n("int f()", array(0), "");
    n(OPT, array(0), "add takes 1 to 3 arguments, got 0");
    n(OPT, array(1, INT(1)), "1 7* nil*");
    n(OPT, array(3, INT(1), NIL, NIL), "1 7* nil*");
    n(OPT, array(3, INT(1), NIL, text("a")), "1 7* 'a'");
    n(SUM, array(0), "sum takes at least 1 argument, got 0");
    n("int f(int x...)", array(0), "[]*");
    n("int f(int a, int b, int x...)", array(1, INT(1)),
      "f takes at least 2 arguments, got 1");
    is_str(outcome(ADD, NULL, NULL, RPC_COERCE_NONE),
           "add takes 2 arguments, got 0", "without any");
    is_str(outcome("int f()", NULL, NULL, RPC_COERCE_NONE), "", "none needed");
}

static void test_names(void)
{
    char long_name[200];
    int i;

    m(ADD, strct(2, "y", INT(2), "x", INT(1)), "1 2");
    m(ADD, strct(1, "x", INT(1)), "parameter \"y\" of add is missing");
    m(ADD, strct(0), "parameter \"x\" of add is missing");
    m(ADD, strct(2, "x", INT(1), "z", INT(1)),
      "add has no parameter \"z\"; it has \"x\", \"y\"");
    m("int f()", strct(1, "z", INT(1)),
      "f has no parameter \"z\"; it has none");
    m(OPT, strct(2, "x", INT(1), "z", text("a")), "1 7* 'a'");
    m(OPT, strct(2, "x", INT(1), "y", NIL), "1 7* nil*");
    m(ADD, strct(1, "a\nb\x7f", INT(1)),
      "add has no parameter \"a?b?\"; it has \"x\", \"y\"");
    m(ADD, strct(1, "\302\205\302\251", INT(1)),
      "add has no parameter \"??\302\251\"; it has \"x\", \"y\"");
    for (i = 0; i < 198; i += 3) {
        memcpy(long_name + i, "\342\202\254", 4);
    }
    m("int f(int x)", strct(1, long_name, INT(1)),
      apr_psprintf(pool, "f has no parameter \"%.63s...\"; it has \"x\"",
                   long_name));
    m("int f(int a, int b, int c, int d, int e, int f, int g, int h, int i, "
      "int j, int k)",
      strct(1, "z", INT(1)),
      "f has no parameter \"z\"; it has \"a\", \"b\", \"c\", \"d\", \"e\", "
      "\"f\", \"g\", \"h\", \"i\", \"j\" ...");
    b(ADD, array(1, INT(1)), strct(1, "y", INT(2)), "1 2");
    b(ADD, array(1, INT(1)), strct(1, "x", INT(2)),
      "parameter \"x\" of add is given twice");
    b(ADD, array(2, NIL, INT(1)), strct(1, "x", INT(2)), "2 1");
    b(OPT, array(2, INT(1), NIL), strct(1, "y", INT(2)), "1 2 nil*");
    b(ADD, array(0), strct(0), "add takes 2 arguments, got 0");
    b(ADD, array(2, INT(1), INT(2)), strct(0), "1 2");
}

static void test_rest(void)
{
    n(SUM, array(3, text("a"), INT(1), INT(2)), "'a' [1 2]");
    n(SUM, array(3, text("a"), INT(1), text("b")),
      "parameter \"v[1]\" of sum: expected int, got string");
    m(SUM, strct(1, "s", text("a")), "'a' []*");
    m(SUM, strct(2, "s", text("a"), "v", NIL), "'a' []*");
    m(SUM, strct(2, "s", text("a"), "v", array(1, INT(3))), "'a' [3]");
    m(SUM, strct(2, "s", text("a"), "v", INT(3)),
      "parameter \"v\" of sum: expected array<int>, got int");
    m(SUM, strct(2, "s", text("a"), "v", array(1, NIL)),
      "parameter \"v[0]\" of sum: expected int, got nil");
    b(SUM, array(1, text("a")), strct(1, "v", array(1, INT(3))), "'a' [3]");
    b(SUM, array(2, text("a"), INT(1)), strct(1, "v", array(0)),
      "parameter \"v\" of sum is given twice");
    n("int f(double x...)", array(2, INT(1), rpc_value_double(2)), "[1.0 2.0]");
    n("int f(any x...)", array(2, NIL, INT(1)), "[nil 1]");
}

static void test_types(void)
{
    n("int f(int x)", array(1, text("a")),
      "parameter \"x\" of f: expected int, got string");
    n("int f(int x)", array(1, rpc_value_double(5)),
      "parameter \"x\" of f: expected int, got double");
    n("int f(int x)", array(1, rpc_value_bool(1)),
      "parameter \"x\" of f: expected int, got bool");
    n("int f(int x)", array(1, NIL),
      "parameter \"x\" of f: expected int, got nil");
    n("int f(int|nil x)", array(1, NIL), "nil");
    n("int f(double x)", array(1, INT(5)), "5.0");
    n("int f(double x)", array(1, INT(APR_INT64_C(9007199254740993))),
      "parameter \"x\" of f: expected double, got an int that no double "
      "holds exactly");
    n("int f(number x)", array(1, INT(5)), "5");
    n("int f(number x)", array(1, rpc_value_double(5)), "5.0");
    n("int f(double|nil x)", array(1, INT(5)), "5.0");
    n("int f(any x)", array(1, text("a")), "'a'");
    n("int f(bytes x)", array(1, text("aGk=")),
      "parameter \"x\" of f: expected bytes, got string");
}

static void test_nested(void)
{
    rpc_value_t good = strct(2, "id", INT(1), "more", INT(2));
    rpc_value_t bad = strct(1, "id", text("a"));

    n("int f(array<struct{int id}> x)", array(1, array(2, good, bad)),
      "parameter \"x[1].id\" of f: expected int, got string");
    n("int f(array<struct{int id}> x)", array(1, array(2, good, strct(0))),
      "parameter \"x[1].id\" of f is missing");
    n("int f(array<struct{int id}> x)", array(1, array(2, good, NIL)),
      "parameter \"x[1]\" of f: expected struct{int id}, got nil");
    n("int f(struct{double id} x)", array(1, good), "{id=1.0 more=2}");
    n("int f(struct{int id, string s = 'x', array a = []} x)", array(1, good),
      "{id=1 more=2 s='x' a=[]}");
    n("int f(struct{int id = 3} x)", array(1, strct(1, "id", NIL)), "{id=3}");
    n("int f(struct{int id} x)", array(1, strct(1, "id", NIL)),
      "parameter \"x.id\" of f: expected int, got nil");
    n("int f(array<array<double>> x)",
      array(1, array(2, array(1, INT(1)), array(2, INT(2), INT(3)))),
      "[[1.0] [2.0 3.0]]");
    n("int f(array<number> x)", array(1, array(1, INT(1))), "[1]");
    n("int f(struct{struct{int b = 2} a = {}} x = {})", array(0), "{a={b=2}}*");
    n("int f(struct{array<array<int>> id} x)",
      array(1, strct(1, "id", array(1, array(2, INT(1), text("a"))))),
      "parameter \"x.id[0][1]\" of f: expected int, got string");
    n("int f(string|array<int> x)", array(1, array(1, text("a"))),
      "parameter \"x[0]\" of f: expected int, got string");
}

/* Lists as defaults belong to one call. */
static void test_fresh_lists(void)
{
    const rpc_signature_t *signature = parse("int f(array x = [])");
    rpc_value_t none = array(0);
    rpc_value_t *first;
    rpc_value_t *second;
    unsigned char *given;

    rpc_arguments_bind(signature, "f", &none, NULL, RPC_COERCE_NONE, pool,
                       &first, &given);
    rpc_value_append(&first[0], INT(1), pool);
    rpc_arguments_bind(signature, "f", &none, NULL, RPC_COERCE_NONE, pool,
                       &second, &given);
    is_str(dump(&first[0]), "[1]", "the first call's list");
    is_str(dump(&second[0]), "[]", "the second call's is its own");
}

#define NOT_BASE64                                                             \
    "parameter \"x\" of f: expected bytes (base64), got a string that "        \
    "is no base64"

static void test_text(void)
{
    static const char *const wrong[] = {
        "aGk", "aG=k", "====", "a===", "aGl=", "aB==", "aG\n=", "aG-_"};
    apr_size_t i;

    t("int f(bytes x)", array(1, text("aGk=")), "b'hi'");
    t("int f(bytes x)", array(1, text("aA==")), "b'h'");
    t("int f(bytes x)", array(1, text("YWJj")), "b'abc'");
    t("int f(bytes x)", array(1, text("")), "b''");
    for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        t("int f(bytes x)", array(1, text(wrong[i])), NOT_BASE64);
    }
    t("int f(bytes x)", array(1, INT(1)),
      "parameter \"x\" of f: expected bytes, got int");
    t("int f(string|bytes x)", array(1, text("aGk=")), "'aGk='");
    t("int f(any x)", array(1, text("aGk=")), "'aGk='");
    t("int f(time x)", array(1, text("1970-01-01T00:00:01Z")), "time:1000000");
    t("int f(time x)", array(1, text("noon")),
      "parameter \"x\" of f: expected time, such as "
      "\"2026-11-22T08:30:00Z\", got a string that is none");
    t("int f(int x)", array(1, text("5")),
      "parameter \"x\" of f: expected int, got string");
    t("int f(array<bytes> x)", array(1, array(1, text("aGk="))), "[b'hi']");
    t("int f(time|bytes x)", array(1, text("aGk=")), "b'hi'");
    t("int f(time|bytes x)", array(1, text("!")),
      "parameter \"x\" of f: expected time|bytes, got a string that is "
      "none");
}

static void test_query(void)
{
    q("int f(int x)", text("-5"), "-5");
    q("int f(int x)", text("5.0"),
      "parameter \"x\" of f: expected int, got \"5.0\"");
    q("int f(int x)", text("a\nb"),
      "parameter \"x\" of f: expected int, got \"a?b\"");
    q("int f(int x)", text(""), "parameter \"x\" of f: expected int, got \"\"");
    q("int f(int x)", text("9223372036854775808"),
      "parameter \"x\" of f: expected int, got digits that are beyond its "
      "range");
    q("int f(double x)", text("5"), "5.0");
    q("int f(double x)", text("1.5e1"), "15.0");
    q("int f(double x)", text("9007199254740993"),
      "parameter \"x\" of f: expected double, got an int that no double "
      "holds exactly");
    q("int f(double x)", text("nan"),
      "parameter \"x\" of f: expected double, got \"nan\"");
    q("int f(number x)", text("5"), "5");
    q("int f(number x)", text("5.5"), "5.5");
    q("int f(bool x)", text("true"), "true");
    q("int f(bool x)", text("0"), "false");
    q("int f(bool x)", text("yes"),
      "parameter \"x\" of f: expected bool, got \"yes\"");
    q("int f(int|bool x)", text("1"), "1");
    q("int f(int|bool x)", text("false"), "false");
    q("int f(nil|int x)", text("null"), "nil");
    q("int f(int x = 4)", text("null"), "4*");
    q("int f(string x = 'd')", text("null"), "'null'");
    q("int f(string x)", text("5"), "'5'");
    q("int f(any x)", text("5"), "'5'");
    q("int f(bytes x)", text("aGk="), "b'hi'");
    q("int f(time x)", text("1970-01-01T00:00:01Z"), "time:1000000");
}

static void test_query_lists(void)
{
    q("int f(array<int> x)", array(2, text("1"), text("2")), "[1 2]");
    q("int f(array<int> x)", text("1"), "[1]");
    q("int f(array<int> x)", array(2, text("1"), text("b")),
      "parameter \"x[1]\" of f: expected int, got \"b\"");
    q("int f(array x)", text("1"), "['1']");
    q("int f(int x...)", array(2, text("1"), text("2")), "[1 2]");
    q("int f(int x...)", text("1"), "[1]");
    q("int f(int x...)", text("a"),
      "parameter \"x[0]\" of f: expected int, got \"a\"");
    q("int f(struct x)", text("a"),
      "parameter \"x\" of f: expected struct, got \"a\"");
    q("int f(int x)", array(2, text("1"), text("2")),
      "parameter \"x\" of f: expected int, got array");
}

static void check_result(const char *type, rpc_value_t result, const char *want)
{
    const char *prototype = apr_psprintf(pool, "%s f()", type);
    const char *error =
        rpc_arguments_check_result(parse(prototype), &result, pool);

    is_str(error ? error : dump(&result), want, prototype);
}

static void test_results(void)
{
    check_result("int", INT(5), "5");
    check_result("any", NIL, "nil");
    check_result("int", text("a"), "promises int, returned string");
    check_result("int", NIL, "promises int, returned nil");
    check_result("double", INT(5), "5.0");
    check_result("double", INT(APR_INT64_C(9007199254740993)),
                 "promises double, returned an int that no double holds "
                 "exactly");
    check_result("bytes", text("aGk="), "promises bytes, returned string");
    check_result("array<double>", array(2, rpc_value_double(1), INT(2)),
                 "[1.0 2.0]");
    check_result("array<int>", array(3, INT(1), INT(2), text("a")),
                 "promises array<int>, element [2] is string");
    check_result("struct{int id}", strct(1, "id", text("a")),
                 "promises struct{int id}, member \"id\" is string");
    check_result("struct{int id}", strct(0),
                 "promises struct{int id}, member \"id\" is missing");
    check_result("array<struct{int id}>", array(1, strct(0)),
                 "promises array<struct{int id}>, element [0].id is "
                 "missing");
    check_result("struct{int id = 1}", strct(0), "{}");
    check_result("struct{int id = 1}", strct(1, "id", NIL), "{id=nil}");
}

/* Prototypes as deep as they may be keep within the path's room. */
static void test_depth(void)
{
    rpc_value_t value = text("a");
    int i;

    for (i = 0; i < 16; i++) {
        value = array(1, value);
    }
    n("int f(array<array<array<array<array<array<array<array<array<array<"
      "array<array<array<array<array<int>>>>>>>>>>>>>>> x...)",
      value,
      "parameter \"x[0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0]\" of "
      "f: expected int, got string");
}

int main(void)
{
    apr_initialize();
    apr_pool_create(&pool, NULL);
    test_counts();
    test_names();
    test_rest();
    test_types();
    test_nested();
    test_fresh_lists();
    test_text();
    test_query();
    test_query_lists();
    test_results();
    test_depth();
    apr_pool_destroy(pool);
    apr_terminate();
    return done_testing();
}
