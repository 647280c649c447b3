/* SPDX-License-Identifier: Apache-2.0 */
/* Tests the JSON reader and writer: RFC 8259 to the letter, the limits, exact
 * numbers, and cJSON's memory functions. For make check. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "apr_general.h"
#include "apr_strings.h"

#include "protocol/json.h"
#include "protocol/json_entries.h"
#include "tap.h"

static const rpc_limits_t usual = {
    .max_body = RPC_DEFAULT_MAX_BODY,
    .max_depth = RPC_DEFAULT_MAX_DEPTH,
    .max_values = RPC_DEFAULT_MAX_VALUES,
    .max_batch = RPC_DEFAULT_MAX_BATCH,
    .max_string = RPC_DEFAULT_MAX_STRING
};

/* A block of the text's own size, so that a sanitizer sees a step beyond. */
static char *own_copy(const char *text, size_t length)
{
    char *copy = malloc(length + 1);

    memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

/* Read and write again; "!" and the words of a fault or an objection. */
static const char *again(const char *text, size_t length,
                         const rpc_limits_t *limits, apr_pool_t *pool)
{
    char *copy = own_copy(text, length);
    rpc_json_t json;
    rpc_writer_t *writer = rpc_writer_create(pool);
    rpc_fault_t *fault = rpc_json_read(copy, length, limits, pool, &json);
    const char *problem;

    free(copy);
    if (fault != NULL) {
        return apr_psprintf(pool, "!%s%s",
                            fault->code == RPC_E_PARSE ? "" : "(other code) ",
                            fault->text);
    }
    if (json.objection != NULL) {
        return apr_psprintf(pool, "?%s", json.objection);
    }
    problem = rpc_json_write(writer, &json.value);
    if (problem != NULL) {
        return problem;
    }
    rpc_write_char(writer, '\0');
    return apr_pstrdup(pool, writer->data);
}

/* What is read, and what is written then: the same text where NULL. */
static const struct {
    const char *text;
    const char *want;
} good[] = {
    { "null", NULL },
    { "true", NULL },
    { "false", NULL },
    { "0", NULL },
    { "-0", "0" },
    { "-1", NULL },
    { "5", NULL },
    { "5.0", NULL },
    { "5.50", "5.5" },
    { "-0.0", NULL },
    { "1e2", "100.0" },
    { "1E+2", "100.0" },
    { "1e-2", "0.01" },
    { "0e0", "0.0" },
    { "1e308", "1e+308" },
    { "1.7976931348623157e308", "1.7976931348623157e+308" },
    { "1e-400", "0.0" },
    { "0.1", NULL },
    { "999999999999999", NULL },
    { "-99999999999999", NULL },
    { "[-999999999999999,9999999999999999,-9999999999999999]", NULL },
    { "[0,-0,0.5,-0.5,10.25,0e1]", "[0,0,0.5,-0.5,10.25,0.0]" },
    { "[0.5000000000000000000000000000000000000000000000000000000000,"
      "0.50000000000000000000000000000000000000000000000000000000000,1]",
      "[0.5,0.5,1]" },
    { "9007199254740992", NULL },
    { "9007199254740993", NULL },
    { "-9007199254740993", NULL },
    { "9223372036854775807", NULL },
    { "-9223372036854775808", NULL },
    { "9007199254740993.0", "9007199254740992.0" },
    { "3.14159265358979323846264338327950288419716939937510582097494459230"
      "7816", "3.141592653589793" },
    { "\"\"", NULL },
    { "\"abc\"", NULL },
    { "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\\"\\\\/\\b\\f\\n\\r\\t\"" },
    { "\"\\u0000\"", NULL },
    { "\"a\\u0000b\\u0000\"", NULL },
    { "\"\\u0000\\ud83d\\ude00\\n\"", "\"\\u0000\xf0\x9f\x98\x80\\n\"" },
    { "\"\\u0001\\u001f\\u007f\"", "\"\\u0001\\u001f\x7f\"" },
    { "\"\\u0041\\u00e9\\u20ac\"", "\"A\xc3\xa9\xe2\x82\xac\"" },
    { "\"\\uD83D\\uDE00\"", "\"\xf0\x9f\x98\x80\"" },
    { "\"\xe2\x80\xa8</script>\"", NULL },
    { "[]", NULL },
    { "{}", NULL },
    { "[[],{}]", NULL },
    { " [ 1 , 2 ] ", "[1,2]" },
    { "\t{\r\n\"a\" : 1 }\n", "{\"a\":1}" },
    { "[1,9007199254740993,2.0,\"\\u0000\",{\"x\":[9007199254740995,3]},4]",
      NULL },
    { "{\"a\":5.0,\"b\":\"\\u0000\",\"c\":[1e1]}",
      "{\"a\":5.0,\"b\":\"\\u0000\",\"c\":[10.0]}" },
    { "{\"\":1,\"a\":2,\"A\":3}", NULL },
    { "\xef\xbb\xbf[1]", "[1]" },
    { "[0.1000000000000000000000000000000000000000000000000000000000000000,"
      "7,\"\\u0000\"]", "[0.1,7,\"\\u0000\"]" }
};

/* The text as the name of a test, which is one line. */
static const char *shown(const char *text, apr_pool_t *pool)
{
    char *name = apr_pstrcat(pool, "text ", text, NULL);
    char *at;

    for (at = name; *at != '\0'; at++) {
        if ((unsigned char)*at < 0x20 || *at == '#') {
            *at = '.';
        }
    }
    return name;
}

static void test_good(apr_pool_t *pool)
{
    size_t i;

    for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        const char *want = good[i].want ? good[i].want : good[i].text;

        is_str(again(good[i].text, strlen(good[i].text), &usual, pool), want,
               shown(good[i].text, pool));
    }
}

/* What is refused, and the words. */
static const struct {
    const char *text;
    const char *want;
} bad[] = {
    { "", "line 1, column 1: expected a value, got the end of the text" },
    { " \n ", "line 2, column 2: expected a value, got the end of the text" },
    { "nul", "line 1, column 1: expected a value, got 'n'" },
    { "True", "line 1, column 1: expected a value, got 'T'" },
    { "NaN", "line 1, column 1: expected a value, got 'N'" },
    { "-Infinity", "line 1, column 2: expected a digit, got 'I'" },
    { "nullx", "line 1, column 5: expected the end of the text, got 'x'" },
    { "1 2", "line 1, column 3: expected the end of the text, got '2'" },
    { "012",
      "line 1, column 1: a number must not begin with 0, got '0'" },
    { "-", "line 1, column 2: expected a digit, got the end of the text" },
    { "+1", "line 1, column 1: expected a value, got '+'" },
    { "1.",
      "line 1, column 3: expected a digit after '.', got the end of the "
      "text" },
    { ".5", "line 1, column 1: expected a value, got '.'" },
    { "[-.5]", "line 1, column 3: expected a digit, got '.'" },
    { "[-01]", "line 1, column 3: a number must not begin with 0, got '0'" },
    { "[01.5]", "line 1, column 2: a number must not begin with 0, got '0'" },
    { "[1.e5]", "line 1, column 4: expected a digit after '.', got 'e'" },
    { "[1.5.2]", "line 1, column 5: expected ',' or ']', got '.'" },
    { "[1.5e]", "line 1, column 6: expected a digit in the exponent, got "
                "']'" },
    { "1e", "line 1, column 3: expected a digit in the exponent, got the end "
            "of the text" },
    { "0x10", "line 1, column 2: expected the end of the text, got 'x'" },
    { "1e400", "line 1, column 1: a number beyond a double; expected at most "
               "1.7976931348623157e308" },
    { "9223372036854775808",
      "line 1, column 1: an integer beyond 64 bits; expected "
      "-9223372036854775808 to 9223372036854775807" },
    { "{\"id\":-9223372036854775809}",
      "line 1, column 7: an integer beyond 64 bits; expected "
      "-9223372036854775808 to 9223372036854775807" },
    { "[1,]", "line 1, column 4: expected a value, got ']'" },
    { "[1 2]", "line 1, column 4: expected ',' or ']', got '2'" },
    { "[1", "line 1, column 3: expected ',' or ']', got the end of the "
            "text" },
    { "]", "line 1, column 1: expected a value, got ']'" },
    { "[}", "line 1, column 2: expected a value, got '}'" },
    { "[1}", "line 1, column 3: expected ',' or ']', got '}'" },
    { "{", "line 1, column 2: expected a member name in double quotes or "
           "'}', got the end of the text" },
    { "{'a':1}", "line 1, column 2: expected a member name in double quotes "
                 "or '}', got '''" },
    { "{\"a\"}", "line 1, column 5: expected ':', got '}'" },
    { "{\"a\":}", "line 1, column 6: expected a value, got '}'" },
    { "{\"a\":1,}", "line 1, column 8: expected a member name in double "
                    "quotes, got '}'" },
    { "{\"a\":1,,", "line 1, column 8: expected a member name in double "
                     "quotes, got ','" },
    { "{,", "line 1, column 2: expected a member name in double quotes or "
            "'}', got ','" },
    { "{\"a\" 1", "line 1, column 6: expected ':', got '1'" },
    { "{\"a\":1]", "line 1, column 7: expected ',' or '}', got ']'" },
    { "{\"method\": \"foobar, \"params\": 1}",
      "line 1, column 22: expected ',' or '}', got 'p'" },
    { "\"abc", "line 1, column 5: the text ends inside a string; expected "
               "'\"'" },
    { "\"a\nb\"", "line 1, column 3: a control character in a string; write "
                  "it as an escape such as \\n or \\u0000" },
    { "\"\\x\"", "line 1, column 2: expected one of \" \\ / b f n r t u after "
                 "'\\'" },
    { "\"\\", "line 1, column 2: expected one of \" \\ / b f n r t u after "
              "'\\'" },
    { "\"\\u12g4\"", "line 1, column 2: expected four hexadecimal digits "
                     "after \\u" },
    { "\"\\u12", "line 1, column 2: expected four hexadecimal digits after "
                 "\\u" },
    { "\"\\ud800\"", "line 1, column 2: a lone surrogate; expected a pair "
                     "such as \\ud83d\\ude00" },
    { "\"\\udc00\\ud800\"", "line 1, column 2: a lone surrogate; expected a "
                            "pair such as \\ud83d\\ude00" },
    { "\"\\ud800\\u0041\"", "line 1, column 2: a lone surrogate; expected a "
                            "pair such as \\ud83d\\ude00" },
    { "\"ab\xff\"", "line 1, column 4: invalid UTF-8 in a string" },
    { "\"\xc3\xa9\xc0\xaf\"", "line 1, column 3: invalid UTF-8 in a string" },
    { "\"\xed\xa0\x80\"", "line 1, column 2: invalid UTF-8 in a string" },
    { "\xff", "line 1, column 1: expected a value, got byte 0xff" },
    { "\xef\xbb", "line 1, column 1: expected a value, got byte 0xef" },
    { "[1] // x", "line 1, column 5: expected the end of the text, got "
                  "'/'" },
    { "[\n  \"\xe2\x82\xac\" x", "line 2, column 7: expected ',' or ']', got "
                                 "'x'" }
};

static void test_bad(apr_pool_t *pool)
{
    size_t i;

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        is_str(again(bad[i].text, strlen(bad[i].text), &usual, pool),
               apr_pstrcat(pool, "!", bad[i].want, NULL),
               shown(bad[i].text, pool));
    }
    is_str(again("[1]\0", 4, &usual, pool),
           "!line 1, column 4: expected the end of the text, got byte 0x00",
           "a NUL behind the value");
    is_str(again("\"a\0b\"", 5, &usual, pool),
           "!line 1, column 3: a control character in a string; write it as "
           "an escape such as \\n or \\u0000",
           "a NUL in a string");
}

static void test_objections(apr_pool_t *pool)
{
    is_str(again("{\"a\":1,\"b\":2,\"a\":3}", 19, &usual, pool),
           "?duplicate member name \"a\"", "a duplicate member name");
    is_str(again("[[{\"a\":1,\"\\u0061\":3}]]", 22, &usual, pool),
           "?duplicate member name \"a\"", "one that is an escape");
    is_str(again("{\"a\\u0000b\":1}", 14, &usual, pool),
           "?a member name contains U+0000", "U+0000 in a name");
    is_str(again("{\"\\u0000\":9007199254740993}", 27, &usual, pool),
           "?a member name contains U+0000",
           "before a value that needs its text");
    is_str(again("{\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\xc3\xa9z\":1,"
                 "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\xc3\xa9z\":2}",
                 95, &usual, pool),
           "?duplicate member name "
           "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...\"",
           "a long one is shown in part");
}

static void test_depth(apr_pool_t *pool)
{
    rpc_limits_t limits = usual;
    char text[2 * 1001 + 1];

    limits.max_depth = 2;
    is_str(again("[[1]]", 5, &limits, pool), "[[1]]", "RpcMaxDepth reached");
    is_str(again("[[[1]]]", 7, &limits, pool),
           "!more than 2 levels (RpcMaxDepth 2)", "and passed");
    limits.max_depth = RPC_HIGHEST_MAX_DEPTH;
    memset(text, '[', 1000);
    memset(text + 1000, ']', 1000);
    text[2000] = '\0';
    is_str(again(text, 2000, &limits, pool), text, "1000 levels");
    limits.max_depth = 5000;
    memset(text, '[', 1001);
    memset(text + 1001, ']', 1001);
    is_str(again(text, 2002, &limits, pool),
           "!more than 1000 levels (RpcMaxDepth 1000)",
           "never more than the highest");
}

static void test_limits(apr_pool_t *pool)
{
    rpc_limits_t limits = usual;

    limits.max_values = 4;
    is_str(again("[1,[],{\"a\":null}]", 17, &limits, pool),
           "!more than 4 values (RpcMaxValues 4)", "lists count as values");
    is_str(again("[1,[],{}]", 9, &limits, pool), "[1,[],{}]",
           "RpcMaxValues reached");
    limits.max_string = 3;
    is_str(again("\"abc\"", 5, &limits, pool), "\"abc\"",
           "RpcMaxString reached");
    is_str(again("\"abcd\"", 6, &limits, pool),
           "!more than 3 bytes in a string (RpcMaxString 3)", "and passed");
    is_str(again("\"\\u0061\\n\\u00e9\"", 16, &limits, pool),
           "!more than 3 bytes in a string (RpcMaxString 3)",
           "escapes count decoded");
    is_str(again("\"\\u0061\\u00e9\"", 14, &limits, pool),
           "\"a\xc3\xa9\"", "and only so");
    is_str(again("{\"abcd\":1}", 10, &limits, pool),
           "!more than 3 bytes in a string (RpcMaxString 3)",
           "names are strings too");
}

/* A string of JSON, byte by byte. Returns the end. */
static char *plain_quote(const char *text, size_t length, char *to)
{
    size_t i;

    *to++ = '"';
    for (i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        const char *letter = c == 0 ? NULL : strchr("\bb\tt\nn\ff\rr", c);

        if (c == '"' || c == '\\') {
            to += sprintf(to, "\\%c", c);
        }
        else if (c >= 0x20) {
            *to++ = (char)c;
        }
        else {
            to += letter != NULL ? sprintf(to, "\\%c", letter[1])
                                 : sprintf(to, "\\u%04x", c);
        }
    }
    *to++ = '"';
    return to;
}

/* Of any length, with any byte in any place: the words that the writer takes
 * begin and end everywhere, and no byte beyond the text is read. */
static void test_write_strings(apr_pool_t *pool)
{
    rpc_writer_t *writer = rpc_writer_create(pool);
    size_t length;
    int wrong = 0;
    int count = 0;

    for (length = 0; length < 20; length++) {
        char *text = malloc(length + (length == 0));
        size_t at;
        int c;

        for (at = 0; at < length; at++) {
            for (c = 0; c < 128; c++) {
                char expected[256];
                size_t size;

                memset(text, 'a', length);
                text[at] = (char)c;
                text[at / 2] = (char)(c < 64 ? c : 'b');
                rpc_writer_cut(writer, 0);
                rpc_json_write_string(writer, text, length);
                size = (size_t)(plain_quote(text, length, expected)
                                - expected);
                wrong += writer->length != size
                         || memcmp(writer->data, expected, size) != 0;
                count++;
            }
        }
        free(text);
    }
    is_int(wrong, 0, "strings with any ASCII character in any place");
    is_int(count, 190 * 128, "each");
    rpc_writer_cut(writer, 0);
    rpc_json_write_string(writer, "", 0);
    ok(writer->length == 2 && memcmp(writer->data, "\"\"", 2) == 0,
       "and the empty one");
}

/* An array that holds an array twice, which holds one twice, and so on. */
static rpc_value_t doubling(int levels, apr_pool_t *pool)
{
    rpc_value_t array = rpc_value_list(RPC_ARRAY, pool);

    for (; levels > 0; levels--) {
        rpc_value_t outer = rpc_value_list(RPC_ARRAY, pool);

        rpc_value_append(&outer, array, pool);
        rpc_value_append(&outer, array, pool);
        array = outer;
    }
    return array;
}

/* What only a handler can build. */
static void test_write(apr_pool_t *pool)
{
    rpc_writer_t *writer = rpc_writer_create(pool);
    rpc_value_t array = rpc_value_list(RPC_ARRAY, pool);
    rpc_value_t strct = rpc_value_list(RPC_STRUCT, pool);
    rpc_value_t value;

    value = rpc_value_double(INFINITY);
    is_str(rpc_json_write(writer, &value), "a double is not a finite number",
           "infinity");
    value = rpc_value_double(NAN);
    is_str(rpc_json_write(writer, &value), "a double is not a finite number",
           "NaN");
    value = rpc_value_text(RPC_STRING, "a\xff", 2);
    is_str(rpc_json_write(writer, &value), "a string is not valid UTF-8",
           "invalid UTF-8");
    rpc_value_set(&strct, "\xff", 1, value, pool);
    is_str(rpc_json_write(writer, &strct), "a string is not valid UTF-8",
           "in a name too");
    value = rpc_value_time(APR_INT64_MAX);
    is_str(rpc_json_write(writer, &value),
           "a time is not within the years 1 to 9999", "a time too far");
    rpc_value_append(&array, array, pool);
    is_str(rpc_json_write(writer, &array),
           "lists within lists are too deep, or contain themselves",
           "a list within itself");
    writer->most = 10000;
    array = doubling(60, pool);
    is_str(rpc_json_write(writer, &array), RPC_WRITER_OVER,
           "lists that share lists, 2^60 in all");
    ok(writer->length < 20000, "ends soon");
    writer->most = RPC_ANSWER_MAX;

    rpc_writer_cut(writer, 0);
    array = rpc_value_list(RPC_ARRAY, pool);
    rpc_value_append(&array, rpc_value_text(RPC_BYTES, "\0\xff", 2), pool);
    rpc_value_append(&array, rpc_value_text(RPC_BYTES, "", 0), pool);
    rpc_value_append(&array, rpc_value_time(apr_time_from_sec(1795336200)),
                     pool);
    rpc_value_append(&array, rpc_value_bool(1), pool);
    ok(rpc_json_write(writer, &array) == NULL, "bytes and time are written");
    rpc_write_char(writer, '\0');
    is_str(writer->data, "[\"AP8=\",\"\",\"2026-11-22T08:30:00Z\",true]",
           "as base64 and RFC 3339");
}

static void test_entries(apr_pool_t *pool)
{
    char text[] = "[{\"id\":1.50},{\"id\":"
                  "123456789012345678901234567890123456789012345678901234567"
                  "8901234567890},7,{\"i\\u0064\" : \"\\u0041\" , \"a\":"
                  "{\"id\":2}},{\"a\":1,\"a\":2},{\"id\":[1,{\"id\":2}]},{}]";
    static const char *const ids[] = {
        "1.50", "123456789012345678901234567890123456789012345678901234567"
        "8901234567890", NULL, "\"\\u0041\"", NULL, "[1,{\"id\":2}]", NULL
    };
    rpc_limits_t limits = usual;
    rpc_json_entries_t entries;
    rpc_fault_t *fault;
    char *copy = own_copy(text, strlen(text));
    char *single;
    int i;

    limits.max_batch = 7;
    fault = rpc_json_read_entries(copy, strlen(text), &limits, pool,
                                  &entries);
    ok(fault == NULL, "entries are read");
    is_str(copy, text, "the text is as it was");
    free(copy);
    ok(entries.is_batch && entries.count == 7, "seven of them");
    for (i = 0; i < 7; i++) {
        is_str(apr_pstrmemdup(pool, entries.entries[i].id,
                              entries.entries[i].id_length),
               ids[i], "its id as written");
        is_str(entries.entries[i].json.objection,
               i == 4 ? "duplicate member name \"a\"" : NULL,
               "an objection to its own entry only");
    }
    limits.max_batch = 6;
    fault = rpc_json_read_entries(text, strlen(text), &limits, pool,
                                  &entries);
    ok(fault != NULL && fault->code == RPC_E_LIMIT, "RpcMaxBatch passed");
    is_str(fault ? fault->text : NULL,
           "more than 6 calls in a batch (RpcMaxBatch 6)", "says so");
    single = own_copy("{\"id\":-0}", 9);
    fault = rpc_json_read_entries(single, 9, &usual, pool, &entries);
    ok(fault == NULL && !entries.is_batch && entries.count == 1,
       "one entry that is no batch");
    is_str(entries.entries[0].id, "-0", "its id as written");
    free(single);
}

/* A name may have escapes, and one of two letters may be another. */
static void test_id_names(apr_pool_t *pool)
{
    static const struct {
        const char *text;
        const char *id;
    } names[] = {
        { "{\"id\":5}", "5" },
        { "{\"\\u0069d\":5}", "5" },
        { "{\"i\\u0064\":5}", "5" },
        { "{\"\\u0069\\u0064\" : 5 }", "5" },
        { "{\"\\u0069e\":5}", NULL },
        { "{\"\\u0069\\u0064d\":5}", NULL },
        { "{\"\\u0069\":5}", NULL },
        { "{\"i\":5}", NULL },
        { "{\"ie\":5}", NULL },
        { "{\"\":5}", NULL },
        { "{\"i\\\\\":5}", NULL },
        { "{\"a\":{\"id\":5}}", NULL },
        { "[[{\"id\":5}]]", NULL },
        { "\"id\"", NULL }
    };
    size_t i;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char *copy = own_copy(names[i].text, strlen(names[i].text));
        rpc_json_entries_t entries;
        rpc_fault_t *fault = rpc_json_read_entries(
            copy, strlen(copy), &usual, pool, &entries);

        free(copy);
        is_str(fault != NULL ? fault->text : entries.entries[0].id,
               names[i].id, shown(names[i].text, pool));
    }
}

/* Strings as long as a node of cJSON's, which lie where the nodes lie. */
static void test_node_sized(apr_pool_t *pool)
{
    int wrong = 0;
    int length;

    for (length = 56; length <= 72; length++) {
        rpc_writer_t *writer = rpc_writer_create(pool);
        int i;

        rpc_write_char(writer, '{');
        for (i = 0; i < 300; i++) {
            rpc_write_string(writer, apr_psprintf(
                pool, "%s\"%0*d\":[\"%0*d\",null]", i > 0 ? "," : "", length,
                i, length, i));
        }
        rpc_write_literal(writer, "}");
        rpc_write_char(writer, '\0');
        wrong += strcmp(again(writer->data, writer->length - 1, &usual, pool),
                        writer->data) != 0;
    }
    is_int(wrong, 0, "strings of 56 to 72 bytes");
}

/* Write a string as JSON the plain way. */
static char *naive(const char *text, size_t length, apr_pool_t *pool)
{
    char *json = apr_palloc(pool, 6 * length + 3);
    char *to = json;
    size_t i;

    *to++ = '"';
    for (i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];

        if (c == '"' || c == '\\') {
            *to++ = '\\';
            *to++ = text[i];
        }
        else if (c == '\n') {
            *to++ = '\\';
            *to++ = 'n';
        }
        else if (c < 0x20) {
            to += sprintf(to, "\\u%04x", c);
        }
        else {
            *to++ = text[i];
        }
    }
    *to++ = '"';
    *to = '\0';
    return json;
}

/* Strings are gone over by words: each character that is not plain, at each
 * place of strings of each length. */
static void test_words(apr_pool_t *parent)
{
    static const char *const marks[] = {
        "\"", "\\", "\n", "\x01", "\x1f", "\x7f", " ", "!", "#", "[", "]",
        "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80"
    };
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz";
    apr_pool_t *pool;
    int wrong = 0;
    size_t m;
    size_t before;
    size_t after;

    apr_pool_create(&pool, parent);
    for (m = 0; m < sizeof(marks) / sizeof(marks[0]); m++) {
        for (before = 0; before < 20; before++) {
            for (after = 0; after < 20; after++) {
                const char *text = apr_psprintf(pool, "%.*s%s%.*s",
                                                (int)before, plain, marks[m],
                                                (int)after, plain);
                char *want = naive(text, strlen(text), pool);

                wrong += strcmp(again(want, strlen(want), &usual, pool),
                                want) != 0;
                /* The same with what is no UTF-8, and with no end. */
                want[1 + before] = '\xff';
                wrong += *again(want, strlen(want), &usual, pool) != '!';
                wrong += *again(want, before + 1, &usual, pool) != '!';
            }
        }
        apr_pool_clear(pool);
    }
    apr_pool_destroy(pool);
    is_int(wrong, 0, "specials at each place of a string");
}

/* A text that needs more than the arena on the stack. */
static void test_large(apr_pool_t *pool)
{
    rpc_writer_t *writer = rpc_writer_create(pool);
    const char *written;
    int i;

    rpc_write_char(writer, '[');
    for (i = 0; i < 20000; i++) {
        if (i > 0) {
            rpc_write_char(writer, ',');
        }
        rpc_write_literal(writer, "{\"name\":\"value \\u0000\",\"n\":");
        rpc_write_int(writer, INT64_C(9007199254740993) + i);
        rpc_write_literal(writer, ",\"d\":[0.5,5.0,true,null]}");
    }
    rpc_write_char(writer, ']');
    rpc_write_char(writer, '\0');
    written = again(writer->data, writer->length - 1, &usual, pool);
    ok(strcmp(written, writer->data) == 0, "a large text");
}

static void test_all(apr_pool_t *pool)
{
    test_good(pool);
    test_bad(pool);
    test_objections(pool);
    test_depth(pool);
    test_limits(pool);
    test_entries(pool);
    test_id_names(pool);
    test_large(pool);
    test_words(pool);
    test_node_sized(pool);
}

int main(void)
{
    apr_pool_t *pool;
    apr_pool_t *child;
    cJSON *foreign;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    test_all(pool);
    test_write(pool);
    test_write_strings(pool);
    apr_pool_create(&child, pool);
    rpc_json_child_init(child);
    foreign = cJSON_Parse("{\"another\":[\"module's\"]}");
    test_all(pool);
    ok(foreign != NULL && cJSON_GetObjectItem(foreign, "another") != NULL,
       "a tree of another module is untouched");
    cJSON_Delete(foreign);
    foreign = cJSON_Parse("[1]");
    apr_pool_destroy(child);
    cJSON_Delete(foreign);
    ok(again("[1]", 3, &usual, pool) != NULL, "and after the child is gone");
    apr_pool_destroy(pool);
    apr_terminate();
    return done_testing();
}
