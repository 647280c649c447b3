/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers and strings of a JSON text: their grammar, and strings decoded.
 * For the scan, and for ids in query strings. */
#include "core/utf8.h"
#include "protocol/json_plain.h"
#include "protocol/json_scan.h"

static int is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static const char *skip_digits(const char *at)
{
    while (is_digit(*at)) {
        at++;
    }
    return at;
}

const char *rpc_json_scan_number(const char *at, int *ret_plain,
                                 const char **ret_what)
{
    int plain = 1;

    *ret_what = "expected a digit";
    if (*at == '-') {
        at++;
    }
    if (!is_digit(*at)) {
        return at;
    }
    if (*at == '0' && is_digit(at[1])) {
        *ret_what = "a number must not begin with 0";
        return at;
    }
    at = skip_digits(at);
    if (*at == '.') {
        plain = 0;
        at++;
        if (!is_digit(*at)) {
            *ret_what = "expected a digit after '.'";
            return at;
        }
        at = skip_digits(at);
    }
    if (*at == 'e' || *at == 'E') {
        plain = 0;
        at++;
        if (*at == '+' || *at == '-') {
            at++;
        }
        if (!is_digit(*at)) {
            *ret_what = "expected a digit in the exponent";
            return at;
        }
        at = skip_digits(at);
    }
    *ret_what = NULL;
    *ret_plain = plain;
    return at;
}

static int hex_digit(char c)
{
    if (is_digit(c)) {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    if (c >= 'A' && c <= 'F') {
        return c - 'A' + 10;
    }
    return -1;
}

/* The four digits at `at`, or -1. Stops at the NUL behind the text. */
static int32_t hex4(const char *at)
{
    int32_t n = 0;
    int i;

    for (i = 0; i < 4; i++) {
        int digit = hex_digit(at[i]);

        if (digit < 0) {
            return -1;
        }
        n = n * 16 + digit;
    }
    return n;
}

static int is_high_surrogate(int32_t n)
{
    return n >= 0xd800 && n <= 0xdbff;
}

static int is_low_surrogate(int32_t n)
{
    return n >= 0xdc00 && n <= 0xdfff;
}

/* Check the escape at its backslash. Returns its length, or 0 and what is
 * wrong; ret_size is what it takes decoded. */
static int scan_escape(const char *at, int *ret_size, int *ret_has_nul,
                       const char **ret_what)
{
    int32_t n;

    *ret_size = 1;
    switch (at[1]) {
    case '"': case '\\': case '/':
    case 'b': case 'f': case 'n': case 'r': case 't':
        return 2;
    case 'u':
        break;
    default:
        *ret_what = "expected one of \" \\ / b f n r t u after '\\'";
        return 0;
    }
    n = hex4(at + 2);
    if (n < 0) {
        *ret_what = "expected four hexadecimal digits after \\u";
        return 0;
    }
    if (is_high_surrogate(n) && at[6] == '\\' && at[7] == 'u'
        && is_low_surrogate(hex4(at + 8))) {
        *ret_size = 4;
        return 12;
    }
    if (is_high_surrogate(n) || is_low_surrogate(n)) {
        *ret_what = "a lone surrogate; expected a pair such as "
                    "\\ud83d\\ude00";
        return 0;
    }
    if (n == 0) {
        *ret_has_nul = 1;
    }
    *ret_size = n < 0x80 ? 1 : n < 0x800 ? 2 : 3;
    return 6;
}

/* What ended the plain characters of a string, where that is no good. */
static const char *bad_character(const rpc_json_scan_t *scan, const char *at)
{
    if (at == scan->end) {
        return "the text ends inside a string; expected '\"'";
    }
    return "a control character in a string; write it as an escape such as "
           "\\n or \\u0000";
}

/* UTF-8 and RpcMaxString, once the end of the string is known. */
static rpc_fault_t *check_string(const rpc_json_scan_t *scan,
                                 const char *start, const char *end,
                                 apr_size_t size)
{
    apr_size_t length = (apr_size_t)(end - start);

    if (!rpc_utf8_is_valid(start, length)) {
        return rpc_json_scan_fault(
            scan, start + rpc_utf8_valid_prefix(start, length),
            "invalid UTF-8 in a string");
    }
    if ((apr_int64_t)size > scan->limits->max_string) {
        return rpc_fault_limit(scan->pool, RPC_E_PARSE, "RpcMaxString",
                               scan->limits->max_string,
                               "bytes in a string");
    }
    return NULL;
}

char *rpc_json_scan_string(rpc_json_scan_t *scan, char *start, char *at,
                           int *ret_has_nul)
{
    apr_size_t saved = 0;
    apr_size_t size;
    uint64_t seen = 0;

    *ret_has_nul = 0;
    for (;;) {
        const char *what = NULL;
        int decoded;
        int length;

        at = (char *)rpc_json_skip_plain(at, scan->end, &seen);
        if (*at == '"') {
            break;
        }
        if (*at != '\\') {
            scan->fault = rpc_json_scan_fault(scan, at,
                                              bad_character(scan, at));
            return NULL;
        }
        length = scan_escape(at, &decoded, ret_has_nul, &what);
        if (length == 0) {
            scan->fault = rpc_json_scan_fault(scan, at, what);
            return NULL;
        }
        saved += (apr_size_t)(length - decoded);
        at += length;
    }
    size = (apr_size_t)(at - start) - saved;
    if ((seen & RPC_JSON_HIGH_BITS) != 0
        || (apr_int64_t)size > scan->limits->max_string) {
        scan->fault = check_string(scan, start, at, size);
        if (scan->fault != NULL) {
            return NULL;
        }
    }
    return at;
}

/* Decode the escape at its backslash; returns its length. */
static int decode_escape(const char *at, char *to, int *ret_size)
{
    static const char letters[] = "\"\\/bfnrt";
    static const char meanings[] = "\"\\/\b\f\n\r\t";
    int32_t n;

    if (at[1] != 'u') {
        *to = meanings[strchr(letters, at[1]) - letters];
        *ret_size = 1;
        return 2;
    }
    n = hex4(at + 2);
    if (is_high_surrogate(n)) {
        n = 0x10000 + ((n - 0xd800) << 10) + (hex4(at + 8) - 0xdc00);
        *ret_size = rpc_utf8_encode((uint32_t)n, to);
        return 12;
    }
    *ret_size = rpc_utf8_encode((uint32_t)n, to);
    return 6;
}

const char *rpc_json_scan_decode(const char *text, apr_size_t length,
                                 apr_pool_t *pool, apr_size_t *ret_length)
{
    const char *at = text + 1;
    const char *end = text + length - 1;
    char *copy = apr_palloc(pool, length);
    char *to = copy;

    while (at < end) {
        int size = 1;

        if (*at == '\\') {
            at += decode_escape(at, to, &size);
        }
        else {
            *to = *at++;
        }
        to += size;
    }
    *to = '\0';
    *ret_length = (apr_size_t)(to - copy);
    return copy;
}
