/* SPDX-License-Identifier: Apache-2.0 */
/* What a string stands for where a syntax has no such values: base64, times,
 * and all of a query string. For convert.c and arguments.c. */
#include <limits.h>
#include <string.h>

#include "apr_base64.h"

#include "core/convert.h"
#include "core/number.h"
#include "core/timetext.h"

static int base64_digit(char c)
{
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
    }
    if (c >= '0' && c <= '9') {
        return c - '0' + 52;
    }
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Whether it is base64 to the letter (RFC 4648, section 4): padded, nothing
 * between, and no bits that would be lost. APR's decoder stops silently. */
static int is_base64(const char *text, apr_size_t length)
{
    apr_size_t digits = length;
    apr_size_t i;

    if (length % 4 != 0 || length > INT_MAX / 2) {
        return 0;
    }
    while (digits > 0 && length - digits < 2 && text[digits - 1] == '=') {
        digits--;
    }
    for (i = 0; i < digits; i++) {
        if (base64_digit(text[i]) < 0) {
            return 0;
        }
    }
    if (length - digits == 1) {
        return (base64_digit(text[digits - 1]) & 3) == 0;
    }
    return length == digits || (base64_digit(text[digits - 1]) & 15) == 0;
}

static int text_to_bytes(rpc_convert_t *convert, const rpc_value_t *value,
                         rpc_value_t *ret_value)
{
    unsigned char *bytes;
    int length;

    if (!is_base64(value->u.text, value->length)) {
        return 0;
    }
    bytes = apr_palloc(convert->pool, value->length / 4 * 3 + 1);
    length = apr_base64_decode_binary(bytes, value->u.text);
    bytes[length] = '\0';
    *ret_value =
        rpc_value_text(RPC_BYTES, (const char *)bytes, (apr_size_t)length);
    return 1;
}

/* What a string stands for in JSON and pyrpc, which have no such values. */
int rpc_coerce_text(rpc_convert_t *convert, const rpc_typespec_t *type,
                    const rpc_value_t *value, rpc_value_t *ret_value)
{
    apr_time_t t;

    if ((type->mask & RPC_BIT(RPC_TIME)) &&
        rpc_time_parse(value->u.text, value->length, &t)) {
        *ret_value = rpc_value_time(t);
        return 1;
    }
    if ((type->mask & RPC_BIT(RPC_BYTES)) &&
        text_to_bytes(convert, value, ret_value)) {
        return 1;
    }
    if (type->mask & (RPC_BIT(RPC_TIME) | RPC_BIT(RPC_BYTES))) {
        return rpc_convert_fail(convert, RPC_MISFIT_TEXT, type, value);
    }
    return rpc_convert_fail(convert, RPC_MISFIT_TYPE, type, value);
}

static int is_word(const rpc_value_t *value, const char *word)
{
    return value->length == strlen(word) &&
           memcmp(value->u.text, word, value->length) == 0;
}

static int query_bool(const rpc_value_t *value, rpc_value_t *ret_value)
{
    int yes = is_word(value, "true") || is_word(value, "1");

    if (!yes && !is_word(value, "false") && !is_word(value, "0")) {
        return 0;
    }
    *ret_value = rpc_value_bool(yes);
    return 1;
}

/* Digits are an int where one is allowed, and an int that no double holds is
 * never rounded into one: as in JSON. */
static int query_number(rpc_convert_t *convert, const rpc_typespec_t *type,
                        const rpc_value_t *value, rpc_value_t *ret_value)
{
    int64_t n = 0;
    double d = 0;
    int wrong = rpc_number_parse_int(value->u.text, value->length, &n);

    if (wrong > 0) {
        return rpc_convert_fail(convert, RPC_MISFIT_RANGE, type, value);
    }
    if (wrong == 0 && (type->mask & RPC_BIT(RPC_INT))) {
        *ret_value = rpc_value_int(n);
        return 1;
    }
    if ((type->mask & RPC_BIT(RPC_DOUBLE)) == 0) {
        return rpc_convert_fail(convert, RPC_MISFIT_TEXT, type, value);
    }
    if (wrong == 0) {
        if (!rpc_number_int_is_exact(n)) {
            return rpc_convert_fail(convert, RPC_MISFIT_INEXACT, type, value);
        }
        *ret_value = rpc_value_double((double)n);
        return 1;
    }
    wrong = rpc_number_parse_double(value->u.text, value->length, &d);
    if (wrong != 0) {
        return rpc_convert_fail(convert,
                                wrong > 0 ? RPC_MISFIT_RANGE : RPC_MISFIT_TEXT,
                                type, value);
    }
    *ret_value = rpc_value_double(d);
    return 1;
}

/* One field of a query string where a list is asked: a list of one. */
static int query_list(rpc_convert_t *convert, const rpc_typespec_t *type,
                      const rpc_value_t *value, rpc_value_t *ret_value)
{
    rpc_value_t list = rpc_value_list(RPC_ARRAY, convert->pool);

    rpc_value_append(&list, *value, convert->pool);
    return rpc_convert_value(convert, type, &list, ret_value);
}

/* In a query string all is text: take what the text can stand for. */
int rpc_coerce_query(rpc_convert_t *convert, const rpc_typespec_t *type,
                     const rpc_value_t *value, rpc_value_t *ret_value)
{
    if ((type->mask & RPC_BIT(RPC_NIL)) && is_word(value, "null")) {
        *ret_value = rpc_value_nil();
        return 1;
    }
    rpc_convert_fail(convert, RPC_MISFIT_TEXT, type, value);
    if ((type->mask & RPC_NUMBER_MASK) &&
        query_number(convert, type, value, ret_value)) {
        return 1;
    }
    if ((type->mask & RPC_BIT(RPC_BOOL)) && query_bool(value, ret_value)) {
        return 1;
    }
    if (type->mask & (RPC_BIT(RPC_TIME) | RPC_BIT(RPC_BYTES))) {
        if (rpc_coerce_text(convert, type, value, ret_value)) {
            return 1;
        }
    }
    if (type->mask & RPC_BIT(RPC_ARRAY)) {
        return query_list(convert, type, value, ret_value);
    }
    return 0;
}

int rpc_convert_is_absent(const rpc_convert_t *convert,
                          const rpc_parameter_t *parameter,
                          const rpc_value_t *value)
{
    if (!parameter->optional) {
        return 0;
    }
    return value->type == RPC_NIL ||
           (convert->coerce == RPC_COERCE_QUERY && value->type == RPC_STRING &&
            (parameter->type->mask & RPC_BIT(RPC_STRING)) == 0 &&
            is_word(value, "null"));
}
