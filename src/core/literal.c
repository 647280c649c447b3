/* SPDX-License-Identifier: Apache-2.0 */
/* The defaults of prototypes: literals, and whether they fit their type.
 * For signature.c and typespec.c. */
#include <string.h>

#include "apr_strings.h"

#include "core/number.h"
#include "core/prototype.h"
#include "core/timetext.h"
#include "core/utf8.h"

#define LITERALS "a number, a string in quotes, true, false, nil, [] or {}"

static const struct {
    const char *word;
    uint8_t type;
    int64_t integer;
} words[] = {{"true", RPC_BOOL, 1},  {"True", RPC_BOOL, 1},
             {"false", RPC_BOOL, 0}, {"False", RPC_BOOL, 0},
             {"nil", RPC_NIL, 0},    {"null", RPC_NIL, 0},
             {"None", RPC_NIL, 0}};

/* The escapes of one letter, and what they stand for. */
static const char escapes[] = "ntrbf0\\\"'/";
static const char escaped[] = "\n\t\r\b\f\0\\\"'/";

/* Some hexadecimal digits at the scanner; 0 if they are none. */
static int scan_hex(rpc_scan_t *scan, int digits, uint32_t *ret_number)
{
    uint32_t number = 0;
    int i;

    for (i = 0; i < digits; i++) {
        char c = scan->text[scan->at + (apr_size_t)i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;

        if (digit < 0) {
            return 0;
        }
        number = number * 16 + (uint32_t)digit;
    }
    scan->at += (apr_size_t)digits;
    *ret_number = number;
    return 1;
}

/* After "\u": four digits, or a pair of surrogates. */
static int scan_unicode(rpc_scan_t *scan, apr_size_t start,
                        uint32_t *ret_character)
{
    uint32_t high;
    uint32_t low = 0;

    if (!scan_hex(scan, 4, &high)) {
        return rpc_scan_fail(scan, start,
                             "expected four hexadecimal digits after \\u");
    }
    if (high < 0xd800 || high > 0xdfff) {
        *ret_character = high;
        return 1;
    }
    if (high < 0xdc00 && scan->text[scan->at] == '\\' &&
        scan->text[scan->at + 1] == 'u') {
        scan->at += 2;
        if (!scan_hex(scan, 4, &low)) {
            low = 0;
        }
    }
    if (low < 0xdc00 || low > 0xdfff) {
        return rpc_scan_fail(scan, start,
                             "\\u%04X is half a character: "
                             "surrogates come in pairs",
                             (unsigned)high);
    }
    *ret_character = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
    return 1;
}

/* One escape; the scanner is at its backslash. As in Python, \xNN is the
 * character U+00NN of a string, the byte NN of bytes. */
static int scan_escape(rpc_scan_t *scan, int bytes, char *out,
                       apr_size_t *length)
{
    apr_size_t start = scan->at;
    char c = scan->text[start + 1];
    const char *simple = c != '\0' ? strchr(escapes, c) : NULL;
    uint32_t character = 0;

    if (simple != NULL) {
        scan->at += 2;
        out[(*length)++] = escaped[simple - escapes];
        return 1;
    }
    if (c != 'x' && c != 'u') {
        return rpc_scan_fail(scan, start,
                             "unknown escape: expected \\n, \\t,"
                             " \\\\, \\\", \\', \\xNN or \\uXXXX");
    }
    scan->at += 2;
    if (c == 'x' && !scan_hex(scan, 2, &character)) {
        return rpc_scan_fail(scan, start,
                             "expected two hexadecimal digits after \\x");
    }
    if (c == 'u' && bytes) {
        return rpc_scan_fail(scan, start,
                             "\\u is for strings; bytes take \\xNN");
    }
    if (c == 'u' && !scan_unicode(scan, start, &character)) {
        return 0;
    }
    if (bytes) {
        out[(*length)++] = (char)character;
        return 1;
    }
    *length += (apr_size_t)rpc_utf8_encode(character, out + *length);
    return 1;
}

/* A text in quotes. No escape is shorter than what it stands for, so what
 * is left of the prototype is room enough. */
static int scan_text(rpc_scan_t *scan, int bytes, rpc_value_t *ret_value)
{
    char out[RPC_PROTOTYPE_LENGTH + 1];
    apr_size_t length = 0;
    apr_size_t start = scan->at;
    char quote = scan->text[scan->at++];

    while (scan->text[scan->at] != quote) {
        unsigned char c = (unsigned char)scan->text[scan->at];

        if (c == '\0') {
            return rpc_scan_fail(scan, start, "this string has no closing %c",
                                 quote);
        }
        if (c < 0x20 || c == 0x7f) {
            return rpc_scan_fail(scan, scan->at,
                                 "a control character in a "
                                 "string: write it as \\x%02X",
                                 c);
        }
        if (c != '\\') {
            out[length++] = (char)c;
            scan->at++;
        }
        else if (!scan_escape(scan, bytes, out, &length)) {
            return 0;
        }
    }
    scan->at++;
    *ret_value = rpc_value_copy_text(bytes ? RPC_BYTES : RPC_STRING, out,
                                     length, scan->pool);
    return 1;
}

static int scan_number(rpc_scan_t *scan, rpc_value_t *ret_value)
{
    const char *text = scan->text + scan->at;
    apr_size_t length = strspn(text, "0123456789+-.eE");
    int64_t n = 0;
    double d = 0;
    int wrong;

    wrong = rpc_number_parse_int(text, length, &n);
    if (wrong > 0) {
        return rpc_scan_fail(scan, scan->at, "%.*s is beyond 64 bits",
                             (int)length, text);
    }
    *ret_value = rpc_value_int(n);
    if (wrong < 0) {
        wrong = rpc_number_parse_double(text, length, &d);
        if (wrong != 0) {
            return rpc_scan_fail(scan, scan->at,
                                 "\"%.*s\" is no number that "
                                 "a double can hold",
                                 (int)length, text);
        }
        *ret_value = rpc_value_double(d);
    }
    scan->at += length;
    return 1;
}

static int scan_word(rpc_scan_t *scan, rpc_value_t *ret_value)
{
    apr_size_t length = rpc_scan_name(scan, "");
    const char *word = scan->text + scan->at;
    apr_size_t i;

    for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strlen(words[i].word) == length &&
            memcmp(words[i].word, word, length) == 0) {
            scan->at += length;
            *ret_value = words[i].type == RPC_NIL
                             ? rpc_value_nil()
                             : rpc_value_bool((int)words[i].integer);
            return 1;
        }
    }
    if (length > 0) {
        return rpc_scan_fail(scan, scan->at,
                             "\"%.*s\" is no default: "
                             "expected " LITERALS,
                             (int)length, word);
    }
    return rpc_scan_fail(scan, scan->at,
                         "expected a default (" LITERALS "), got %s",
                         rpc_scan_next(scan));
}

static int scan_literal(rpc_scan_t *scan, unsigned mask, rpc_value_t *ret_value)
{
    char c;
    int bytes =
        (mask & RPC_BIT(RPC_STRING)) == 0 && (mask & RPC_BIT(RPC_BYTES)) != 0;

    rpc_scan_blanks(scan);
    c = scan->text[scan->at];
    if (c == '"' || c == '\'') {
        return scan_text(scan, bytes, ret_value);
    }
    if (c == '[' || c == '{') {
        apr_size_t start = scan->at;

        scan->at++;
        if (!rpc_scan_accept(scan, c == '[' ? "]" : "}")) {
            return rpc_scan_fail(scan, start,
                                 "a list as default is empty: "
                                 "[] or {}");
        }
        *ret_value =
            rpc_value_list(c == '[' ? RPC_ARRAY : RPC_STRUCT, scan->pool);
        return 1;
    }
    if (c != '\0' && strchr("0123456789+-.", c) != NULL) {
        return scan_number(scan, ret_value);
    }
    return scan_word(scan, ret_value);
}

/* {} for struct{...} must have nothing to fill in but defaults. */
static int fit_struct(rpc_scan_t *scan, apr_size_t start,
                      const rpc_typespec_t *type)
{
    int i;

    for (i = 0; i < type->field_count; i++) {
        if (!type->fields[i].optional) {
            return rpc_scan_fail(scan, start,
                                 "{} lacks the field \"%s\", "
                                 "which has no default",
                                 type->fields[i].name);
        }
    }
    return 1;
}

/* Whether the default is of the type, and bring it to it: an int for double,
 * a text for time. Nil fits all: without value. */
static int fit(rpc_scan_t *scan, apr_size_t start, const rpc_typespec_t *type,
               rpc_value_t *value)
{
    apr_time_t t;

    if (value->type == RPC_NIL) {
        return 1;
    }
    if (type->mask & RPC_BIT(value->type)) {
        return value->type != RPC_STRUCT || fit_struct(scan, start, type);
    }
    if (value->type == RPC_INT && (type->mask & RPC_BIT(RPC_DOUBLE))) {
        if (!rpc_number_int_is_exact(value->u.integer)) {
            return rpc_scan_fail(scan, start,
                                 "no double holds this int exactly");
        }
        *value = rpc_value_double((double)value->u.integer);
        return 1;
    }
    if (value->type == RPC_STRING && (type->mask & RPC_BIT(RPC_TIME))) {
        if (!rpc_time_parse(value->u.text, value->length, &t)) {
            return rpc_scan_fail(scan, start,
                                 "expected a time such as "
                                 "\"2026-11-22T08:30:00Z\"");
        }
        *value = rpc_value_time(t);
        return 1;
    }
    return rpc_scan_fail(
        scan, start, "expected a default of type %s, or nil, got %s",
        type->text, rpc_type_name((enum rpc_type_e)value->type));
}

int rpc_scan_default(rpc_scan_t *scan, rpc_parameter_t *parameter)
{
    rpc_value_t value = rpc_value_nil();
    apr_size_t start;

    if (!rpc_scan_accept(scan, "=")) {
        return 1;
    }
    rpc_scan_blanks(scan);
    start = scan->at;
    if (!scan_literal(scan, parameter->type->mask, &value) ||
        !fit(scan, start, parameter->type, &value)) {
        return 0;
    }
    parameter->optional = 1;
    parameter->fallback = value;
    parameter->fallback_text =
        apr_pstrmemdup(scan->pool, scan->text + start, scan->at - start);
    return 1;
}
