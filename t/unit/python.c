/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of the reader and the writer of Python literals: what is accepted
 * with its repr, what is refused with its words, and the limits. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "apr_general.h"
#include "apr_strings.h"
#include "protocol/python.h"
#include "tap.h"

static const rpc_limits_t usual = {
    RPC_DEFAULT_MAX_BODY, RPC_DEFAULT_MAX_DEPTH, RPC_DEFAULT_MAX_VALUES,
    RPC_DEFAULT_MAX_BATCH, RPC_DEFAULT_MAX_STRING
};

static const char *repr(const rpc_value_t *value, apr_pool_t *pool)
{
    rpc_writer_t *writer = rpc_writer_create(pool);
    const char *reason = rpc_python_write(writer, value);

    if (reason != NULL) {
        return apr_pstrcat(pool, "not written: ", reason, NULL);
    }
    return apr_pstrmemdup(pool, writer->data, writer->length);
}

/* The repr of what was read, or "CODE text" of the fault. The text is given
 * in a block of its own size, so that a sanitizer sees a read past it. */
static const char *read_as(const char *text, apr_size_t length,
                           const rpc_limits_t *limits, apr_pool_t *pool)
{
    char *copy = malloc(length > 0 ? length : 1);
    rpc_value_t value;
    rpc_fault_t *fault;
    const char *result;

    memcpy(copy, text, length);
    fault = rpc_python_read(copy, length, limits, pool, &value);
    free(copy);
    if (fault != NULL) {
        result = apr_psprintf(pool, "%d %s", fault->code, fault->text);
    }
    else {
        result = repr(&value, pool);
    }
    return result;
}

static const char *call_as(const char *text, const rpc_limits_t *limits,
                           apr_pool_t *pool)
{
    apr_size_t length = strlen(text);
    char *copy = malloc(length > 0 ? length : 1);
    rpc_pycall_t call;
    rpc_fault_t *fault;

    memcpy(copy, text, length);
    fault = rpc_python_read_call(copy, length, limits, pool, &call);
    free(copy);
    if (fault != NULL) {
        return apr_psprintf(pool, "%d %s", fault->code, fault->text);
    }
    return apr_psprintf(pool, "%.*s %s %s", (int)call.method_length,
                        call.method, repr(&call.positional, pool),
                        repr(&call.named, pool));
}

static const char *const good[][2] = {
    /* ints */
    { "0", "0" }, { "00_0", "0" }, { "5", "5" }, { "-5", "-5" },
    { "+5", "5" }, { "- 5", "-5" }, { "1_000", "1000" }, { "0xFf", "255" },
    { "0x_ff", "255" }, { "0o17", "15" }, { "0O1_7", "15" },
    { "0b101", "5" }, { "-0B1", "-1" }, { "-0", "0" },
    { "9223372036854775807", "9223372036854775807" },
    { "-9223372036854775808", "-9223372036854775808" },
    { "-0x8000000000000000", "-9223372036854775808" },
    { "0x7fff_ffff_ffff_ffff", "9223372036854775807" },
    { "12L", "12" }, { "0x1fl", "31" },
    /* floats */
    { "2.5", "2.5" }, { ".5", "0.5" }, { "5.", "5.0" }, { "1e3", "1000.0" },
    { "1E+3", "1000.0" }, { "1e16", "1e+16" }, { "1e-5", "1e-05" },
    { "0.1", "0.1" }, { "-0.0", "-0.0" }, { "1_0.0_1e1_0", "100100000000.0" },
    { "012.5", "12.5" }, { "09e1", "90.0" }, { "5.e1", "50.0" },
    { "-1.7976931348623157e308", "-1.7976931348623157e+308" },
    { "5e-324", "5e-324" }, { "1e-400", "0.0" },
    /* names */
    { "True", "True" }, { "false", "False" }, { "None", "None" },
    { "null", "None" }, { " true ", "True" },
    /* strings */
    { "''", "''" }, { "\"\"", "''" }, { "'abc'", "'abc'" },
    { "\"it's\"", "\"it's\"" }, { "'\"'", "'\"'" },
    { "'\\'\"'", "'\\'\"'" }, { "''''''", "''" },
    { "\"\"\"a\n'\"b\"\"\"", "'a\\n\\'\"b'" },
    { "'''a\r\nb\rc\nd'''", "'a\\nb\\nc\\nd'" },
    { "'\\\\ \\' \\\" \\a\\b\\f\\n\\r\\t\\v'",
      "'\\\\ \\' \" \\x07\\x08\\x0c\\n\\r\\t\\x0b'" },
    { "'\\x41\\101\\0\\7\\1018'", "'AA\\x00\\x07A8'" },
    { "'\\377\\777'", "'\xc3\xbf\xc7\xbf'" },
    { "'\\u20ac\\U0001F600'", "'\xe2\x82\xac\xf0\x9f\x98\x80'" },
    { "'\\ud83d\\ude00'", "'\xf0\x9f\x98\x80'" },
    { "'a\\\nb\\\r\nc'", "'abc'" }, { "'\\q\\\xe2\x82\xac'",
                                     "'\\\\q\\\\\xe2\x82\xac'" },
    { "'a' \"b\" r'\\c'", "'ab\\\\c'" }, { "r'\\''", "\"\\\\'\"" },
    { "R'\\u12'", "'\\\\u12'" }, { "u'x' U'y'", "'xy'" },
    { "b'a\\xff\\u0041\\377'", "b'a\\xff\\\\u0041\\xff'" },
    { "Rb'\\x' b'\"'", "b'\\\\x\"'" }, { "bR'\\\\'", "b'\\\\\\\\'" },
    { "b\"'\"", "b\"'\"" }, { "b''", "b''" }, { "b'\\N{x}'",
                                              "b'\\\\N{x}'" },
    { "\"\xc2\x80\xc2\xa0\xc2\xad\xe2\x80\xa8\xef\xbb\xbf\x7f\"",
      "'\\x80\\xa0\\xad\\u2028\\ufeff\\x7f'" },
    { "'\xf3\xa0\x80\x81'", "'\\U000e0001'" },
    /* lists */
    { "[]", "[]" }, { "[1,]", "[1]" }, { "[1, 2.0, 'x']", "[1, 2.0, 'x']" },
    { "()", "[]" }, { "(1,)", "[1]" }, { "(1, 2)", "[1, 2]" },
    { "(1)", "1" }, { "((1,),)", "[[1]]" }, { "('a'\n'b')", "'ab'" },
    { "{}", "{}" }, { "{'a': 1,}", "{'a': 1}" },
    { "{'a': 1, 'b': 2, 'a': 3}", "{'a': 3, 'b': 2}" },
    { "{'k' 'l': {\"m\": [None]}}", "{'kl': {'m': [None]}}" },
    { "{'': 1}", "{'': 1}" },
    /* what is between */
    { "[1, # one\n 2 # two\n]", "[1, 2]" }, { "\n\t[\f1\r\n]\n", "[1]" },
    { "- \\\n 5", "-5" }, { "\xef\xbb\xbf" "5", "5" }, { "5 # five", "5" },
};

static const char *const bad[][2] = {
    { "", "-32700 line 1, column 1: the text ends where a literal is "
          "expected" },
    { "x", "-32700 line 1, column 1: x is a name: nothing is evaluated, "
           "expected a literal such as 'x'" },
    { "[1,\n \xc3\xa9, f(1)]", "-32700 line 2, column 2: \xc3\xa9 is a name: "
                               "nothing is evaluated, expected a literal "
                               "such as '\xc3\xa9'" },
    { "0777", "-32700 line 1, column 1: an integer with leading zeros: octal "
              "is written 0o17, decimal without them" },
    { "9223372036854775808", "-32700 line 1, column 1: an integer beyond 64 "
                             "bits: send it as a string" },
    { "1e400", "-32700 line 1, column 1: a float beyond what 64 bits can "
               "hold" },
    { "2j", "-32700 line 1, column 1: complex numbers have no form here: "
            "write [real, imaginary]" },
    { "1+2", "-32700 line 1, column 2: expected nothing after the value, got "
             "'+': operators, calls and attributes are never evaluated" },
    { "[1][0]", "-32700 line 1, column 4: expected nothing after the value, "
                "got '[': operators, calls and attributes are never "
                "evaluated" },
    { "f''", "-32700 line 1, column 1: an f-string would be evaluated: write "
             "a plain string" },
    { "ur''", "-32700 line 1, column 1: no such string prefix: expected r, "
              "u, b, br or rb" },
    { "'\\N{DIGIT ONE}'", "-32700 line 1, column 2: \\N{...} is not known "
                          "here: write the character itself, or \\u and 4 "
                          "digits" },
    { "'a", "-32700 line 1, column 1: the string that begins here is not "
            "closed" },
    { "'a\nb'", "-32700 line 1, column 3: the line ends within a string: "
                "write \\n, or three quotes around it" },
    { "'\\ud83d'", "-32700 line 1, column 2: half of a surrogate pair is no "
                   "character" },
    { "{1, 2}", "-32602 line 1, column 2: a set has no form here: write a "
                "list, [...]" },
    { "{1: 2}", "-32602 line 1, column 2: the keys of a dict must be "
                "strings, got int" },
    { "{'a\\0b': 2}", "-32602 line 1, column 2: a key with a NUL in it" },
    { "'\xff'", "-32700 line 1, column 2: invalid UTF-8" },
    { "'\xed\xa0\x80'", "-32700 line 1, column 2: invalid UTF-8" },
};

/* Refused, in whatever words. */
static const char *const refused[] = {
    "1__0", "1_", "_1", "0x", "0xg", "0x_", "0b2", "0o8", "0b1_", "1_.5",
    "1._5", "1e", "1e+", "1e_5", "1e5_", ".", "..", "...", "+", "-", "--5",
    "+-5", "-'a'", "-True", "-[1]", "1.2.3", "5x", "1if", "0x1.5", "1L2",
    "2.5L", "-00_7", "~5", "not True", "1 2", "1,", "inf", "NaN", "nan",
    "Infinity", "undefined", "TRUE", "lambda: 0", "set()", "object", "@", "$",
    "`1`", "'", "\"", "'''", "'''a''", "'\\", "'\\'", "r'\\'", "'\\x4'",
    "'\\xg1'", "'\\u12'", "'\\U00110000'", "'\\U1234567'", "'\\ude00'",
    "'\\ud83d\\u0041'", "'\\ud83d' '\\ude00'", "b'\xc3\xa9'", "b'\\400'",
    "'a' b'b'", "b'b' 'a'", "bu''", "rr''", "[", "[1", "[1 2]", "[,]",
    "[1,,2]", "]", "(", "(,)", ")", "{", "{,}", "{'a'}", "{'a' 1}", "{'a':}",
    "{'a': 1 'b': 2}", "{**{}}", "{b'a': 1}", "{None: 1}", "{[1]: 1}",
    "[*[1]]", "[x for x in []]", "[1 if 1 else 2]", "5;", "5\\", "\\5", "\x01",
    "[1}", "(1]", "\xe2\x80\x9cx\xe2\x80\x9d", "5\n6", "-\n5",
    "print 'x'", "'a'.upper()", "'a' % 1", "'a' 'b", "rb", "b", "1 == 1",
};

static void test_literals(apr_pool_t *pool)
{
    apr_size_t i;

    for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        const char *once = read_as(good[i][0], strlen(good[i][0]), &usual,
                                   pool);

        is_str(once, good[i][1], good[i][1]);
        is_str(read_as(once, strlen(once), &usual, pool), once,
               "and read again it is the same");
    }
    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        is_str(read_as(bad[i][0], strlen(bad[i][0]), &usual, pool), bad[i][1],
               bad[i][1]);
    }
    for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        const char *got = read_as(refused[i], strlen(refused[i]), &usual,
                                  pool);

        ok(strncmp(got, "-32700 line ", 12) == 0
               || strncmp(got, "-32602 line ", 12) == 0,
           "refused, input %d: %s", (int)i, got);
    }
    is_str(read_as("'a\0b'", 5, &usual, pool),
           "-32700 line 1, column 3: a NUL byte: in a string write \\x00",
           "a NUL byte");
}

static const char *const calls[][2] = {
    { "ping()", "ping [] {}" },
    { " add ( 2 , 3 ) ", "add [2, 3] {}" },
    { "DoBlah(1, 'two', k=[3.0, None])", "DoBlah [1, 'two'] "
                                         "{'k': [3.0, None]}" },
    { "a.b:c/d-e_f9(1,)", "a.b:c/d-e_f9 [1] {}" },
    { "f(\n1, # one\n x = 2,\n)\n", "f [1] {'x': 2}" },
    { "f(True=1, b=b'')", "f [] {'True': 1, 'b': b''}" },
    { "\xce\xba\xcf\x8c(\xcf\x80='x')", "\xce\xba\xcf\x8c [] "
                                        "{'\xcf\x80': 'x'}" },
    { "f(b'x')", "f [b'x'] {}" },
    { "f({'a': 1}, true, null)", "f [{'a': 1}, True, None] {}" },
    { "f(1)(2)", "-32700 line 1, column 5: expected nothing after the call's "
                 "')', got '(': operators, calls and attributes are never "
                 "evaluated" },
    { "ping", "-32700 line 1, column 5: the text ends where '(' after the "
              "method's name is expected" },
    { "echo(f(1))", "-32700 line 1, column 6: f is a name: nothing is "
                    "evaluated, expected a literal such as 'f'" },
    { "__import__('os')", "-32700 line 1, column 1: names that begin with "
                          "'_' are private" },
    { "echo.__class__()", "-32700 line 1, column 6: names that begin with "
                          "'_' are private" },
    { "f(**{})", "-32700 line 1, column 3: '*' and '**' are not expanded: "
                 "write the arguments one by one" },
    { "f(a=1, 2)", "-32700 line 1, column 8: a positional argument after "
                   "name=value: name it too, or put it in front" },
    { "f(a=1, a=2)", "-32700 line 1, column 8: argument a is given twice" },
    { "add(1+2)", "-32700 line 1, column 6: expected ',' or ')', got '+': "
                  "operators, calls and attributes are never evaluated" },
    { "f({1})", "-32602 line 1, column 4: a set has no form here: write a "
                "list, [...]" },
};

static const char *const no_calls[] = {
    "", "()", "5", "'f'(1)", "f(", "f(1", "f(1,", "f(1,,)", "f(,)", "f[1]",
    "f{}", "f(1) x", "f(1);", "a b(1)", "a..b(1)", ".a(1)", "a.(1)", "f(x=)",
    "f(=1)", "f(x==1)", "f(x:=1)", "f(x 1)", "f(1=2)", "f('x'=2)", "f(x.y=2)",
    "f\n(1)", "f(*[])", "f(...)", "f(lambda: 0)", "f(1)\nf(2)", "a-(1)",
    "-a(1)", "a:_b()", "f(f'')", "f(1]", "f(0777)", "f('a", "f(x=1 y=2)",
};

static void test_calls(apr_pool_t *pool)
{
    apr_size_t i;

    for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        is_str(call_as(calls[i][0], &usual, pool), calls[i][1], calls[i][1]);
    }
    for (i = 0; i < sizeof(no_calls) / sizeof(no_calls[0]); i++) {
        const char *got = call_as(no_calls[i], &usual, pool);

        ok(strncmp(got, "-32700 line ", 12) == 0, "refused, call %d: %s",
           (int)i, got);
    }
}

/* Each limit, at it and one past it. */
static void test_limits(apr_pool_t *pool)
{
    rpc_limits_t limits = usual;
    char *text;
    apr_size_t i;

    limits.max_depth = 3;
    is_str(call_as("f([[[1]]])", &limits, pool), "f [[[[1]]]] {}",
           "as deep as RpcMaxDepth");
    is_str(call_as("f([[[[1]]]])", &limits, pool),
           "-32002 more than 3 levels (RpcMaxDepth 3)", "one level more");
    is_str(read_as("{'a': {'b': [()]}}", 18, &limits, pool),
           "-32002 more than 3 levels (RpcMaxDepth 3)", "dicts and tuples");
    is_str(read_as("[[[]], [[]]]", 12, &limits, pool), "[[[]], [[]]]",
           "levels are given back");
    limits = usual;
    limits.max_values = 4;
    is_str(call_as("f([1, 2], x=3)", &limits, pool), "f [[1, 2]] {'x': 3}",
           "as many as RpcMaxValues");
    is_str(call_as("f([1, 2], x=3, y=4)", &limits, pool),
           "-32002 more than 4 values (RpcMaxValues 4)", "one value more");
    limits = usual;
    limits.max_string = 4;
    is_str(read_as("'\\x61\\x62' 'cd'", 15, &limits, pool), "'abcd'",
           "a string as long as RpcMaxString, written longer");
    is_str(read_as("'\\x61\\x62' 'cde'", 16, &limits, pool),
           "-32002 more than 4 bytes (RpcMaxString 4)", "one byte more");
    is_str(read_as("{'abcde': 1}", 12, &limits, pool),
           "-32002 more than 4 bytes (RpcMaxString 4)", "a key");
    is_str(call_as("f(abcd=1)", &limits, pool), "f [] {'abcd': 1}", "a name");
    is_str(call_as("f(abcde=1)", &limits, pool),
           "-32002 more than 4 bytes (RpcMaxString 4)", "a longer name");
    is_str(call_as("abcde()", &limits, pool),
           "-32002 more than 4 bytes (RpcMaxString 4)", "a method's name");
    limits = usual;
    limits.max_depth = RPC_HIGHEST_MAX_DEPTH;
    text = apr_palloc(pool, 2 * RPC_HIGHEST_MAX_DEPTH);
    for (i = 0; i < RPC_HIGHEST_MAX_DEPTH; i++) {
        text[i] = '[';
        text[2 * RPC_HIGHEST_MAX_DEPTH - 1 - i] = ']';
    }
    ok(read_as(text, 2 * RPC_HIGHEST_MAX_DEPTH, &limits, pool)[0] == '[',
       "the highest RpcMaxDepth is read and written");
    memset(text, '(', 2 * RPC_HIGHEST_MAX_DEPTH);
    is_str(read_as(text, 2 * RPC_HIGHEST_MAX_DEPTH, &limits, pool),
           "-32002 more than 1000 levels (RpcMaxDepth 1000)",
           "brackets without an end");
}

static void is_not_written(rpc_value_t value, const char *want,
                           apr_pool_t *pool)
{
    is_str(repr(&value, pool),
           apr_pstrcat(pool, "not written: ", want, NULL), want);
}

/* An array that holds an array twice, which holds one twice, and so on. */
static void test_doubling(apr_pool_t *pool)
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
    is_str(rpc_python_write(writer, &array), RPC_WRITER_OVER,
           "lists that share lists, 2^60 in all");
    ok(writer->length < 20000, "ends soon");
}

static void test_writer(apr_pool_t *pool)
{
    rpc_value_t list = rpc_value_list(RPC_ARRAY, pool);
    rpc_value_t cycle = rpc_value_list(RPC_ARRAY, pool);
    rpc_value_t strct = rpc_value_list(RPC_STRUCT, pool);
    rpc_value_t time = rpc_value_time(APR_TIME_C(1795336200500000));

    is_str(repr(&time, pool), "'2026-11-22T08:30:00.500000Z'",
           "a time is its JSON form as a string");
    is_not_written(rpc_value_double(NAN), "a double that is not a number",
                   pool);
    is_not_written(rpc_value_double(INFINITY), "a double that is infinite",
                   pool);
    is_not_written(rpc_value_time(INT64_MAX),
                   "a time before year 1 or after year 9999", pool);
    is_not_written(rpc_value_text(RPC_STRING, "a\xff", 2),
                   "a string that is no UTF-8", pool);
    rpc_value_set(&strct, "\xff", 1, rpc_value_nil(), pool);
    is_not_written(strct, "a member name that is no UTF-8", pool);
    rpc_value_append(&cycle, cycle, pool);
    rpc_value_append(&cycle, cycle, pool);
    is_not_written(cycle, "lists that are too deep, or contain themselves",
                   pool);
    rpc_value_append(&list, rpc_value_text(RPC_STRING, "a\0b", 3), pool);
    rpc_value_append(&list, rpc_value_text(RPC_BYTES, "'\"\\\n\x80", 5),
                     pool);
    is_str(repr(&list, pool), "['a\\x00b', b'\\'\"\\\\\\n\\x80']",
           "a NUL in a string; quotes in bytes");
    test_doubling(pool);
}

int main(void)
{
    apr_pool_t *pool;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    test_literals(pool);
    test_calls(pool);
    test_limits(pool);
    test_writer(pool);
    apr_pool_destroy(pool);
    apr_terminate();
    return done_testing();
}
