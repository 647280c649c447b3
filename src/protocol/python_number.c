/* SPDX-License-Identifier: Apache-2.0 */
/* Reads Python's numbers: ints of all bases, exact in 64 bits, and floats.
 * For python_value.c. */
#include "protocol/python_reader.h"

#include <string.h>

#include "apr_strings.h"
#include "core/number.h"

static int digit_of(int c)
{
    if (rpc_pyreader_is_digit(c)) {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    if (c >= 'A' && c <= 'F') {
        return c - 'A' + 10;
    }
    return 99;
}

/* Go over digits of the base with single underscores between them.
 * Returns how many digits there were, -1 for a misplaced underscore. */
static apr_ssize_t skip_digits(rpc_pyreader_t *reader, int base)
{
    apr_ssize_t count = 0;
    int before = '_';

    for (;;) {
        int c = rpc_pyreader_peek(reader);

        if (c == '_' && before == '_') {
            return -1;
        }
        if (c != '_' && digit_of(c) >= base) {
            return count > 0 && before == '_' ? -1 : count;
        }
        count += c != '_';
        before = c;
        reader->at++;
    }
}

static rpc_fault_t *bad_number(const rpc_pyreader_t *reader,
                               const char *start)
{
    int c = rpc_pyreader_peek(reader);

    if (c == 'j' || c == 'J') {
        return rpc_pyreader_error(reader, start, RPC_E_PARSE,
                                  "complex numbers have no form here: write "
                                  "[real, imaginary]");
    }
    return rpc_pyreader_error(reader, start, RPC_E_PARSE,
                              "no number: expected digits such as 5, 1_000, "
                              "0x1f, 0o17, 0b11, 2.5 or 1e3");
}

/* The digits from `digits` to where the reader stands. */
static rpc_fault_t *make_int(const rpc_pyreader_t *reader, const char *start,
                             const char *digits, int base, int negative,
                             rpc_value_t *ret_value)
{
    const uint64_t most = (uint64_t)INT64_MAX + (negative ? 1 : 0);
    uint64_t n = 0;
    const char *p;

    for (p = digits; p < reader->at; p++) {
        uint64_t digit;

        if (*p == '_') {
            continue;
        }
        digit = (uint64_t)digit_of(*p);
        if (n > (most - digit) / (uint64_t)base) {
            return rpc_pyreader_error(reader, start, RPC_E_PARSE,
                                      "an integer beyond 64 bits: send it "
                                      "as a string");
        }
        n = n * (uint64_t)base + digit;
    }
    if (negative && n > 0) {
        *ret_value = rpc_value_int(-(int64_t)(n - 1) - 1);
    }
    else {
        *ret_value = rpc_value_int((int64_t)n);
    }
    return NULL;
}

static rpc_fault_t *make_double(const rpc_pyreader_t *reader,
                                const char *start, const char *digits,
                                int negative, rpc_value_t *ret_value)
{
    apr_size_t length = reader->at - digits;
    double d;
    int failed;

    if (memchr(digits, '_', length) != NULL) {
        char *copy = apr_palloc(reader->pool, length);
        apr_size_t i;
        apr_size_t n = 0;

        for (i = 0; i < length; i++) {
            if (digits[i] != '_') {
                copy[n++] = digits[i];
            }
        }
        digits = copy;
        length = n;
    }
    failed = rpc_number_parse_double(digits, length, &d);
    if (failed != 0) {
        return rpc_pyreader_error(reader, start, RPC_E_PARSE,
                                  "a float %s",
                                  failed > 0 ? "beyond what 64 bits can hold"
                                             : "that cannot be read");
    }
    *ret_value = rpc_value_double(negative ? -d : d);
    return NULL;
}

/* Nothing that could belong to it may follow a number: 5x, 0o18, 1.2.3. */
static int ends_here(const rpc_pyreader_t *reader)
{
    int c = rpc_pyreader_peek(reader);

    return !rpc_pyreader_is_name(c) && c != '.';
}

/* Python 2 wrote L after its long integers, and its repr() still does. */
static void skip_long_suffix(rpc_pyreader_t *reader)
{
    int c = rpc_pyreader_peek(reader);

    if (c == 'L' || c == 'l') {
        reader->at++;
    }
}

static rpc_fault_t *read_based(rpc_pyreader_t *reader, const char *start,
                               int base, int negative,
                               rpc_value_t *ret_value)
{
    const char *digits;
    rpc_fault_t *fault;

    reader->at += 2;
    if (rpc_pyreader_peek(reader) == '_') {
        reader->at++;
    }
    digits = reader->at;
    if (skip_digits(reader, base) <= 0) {
        return bad_number(reader, start);
    }
    fault = make_int(reader, start, digits, base, negative, ret_value);
    if (fault != NULL) {
        return fault;
    }
    skip_long_suffix(reader);
    return ends_here(reader) ? NULL : bad_number(reader, start);
}

/* The fraction and the exponent, if there are any.
 * Returns whether there were, -1 if they are broken. */
static int skip_fraction(rpc_pyreader_t *reader, apr_ssize_t whole)
{
    apr_ssize_t count = whole;
    int is_float = 0;
    int c = rpc_pyreader_peek(reader);

    if (c == '.') {
        reader->at++;
        is_float = 1;
        if (rpc_pyreader_peek(reader) == '_') {
            return -1;
        }
        if (rpc_pyreader_is_digit(rpc_pyreader_peek(reader))) {
            count = skip_digits(reader, 10);
        }
        c = rpc_pyreader_peek(reader);
    }
    if (count <= 0) {
        return -1;
    }
    if (c == 'e' || c == 'E') {
        reader->at++;
        is_float = 1;
        c = rpc_pyreader_peek(reader);
        if (c == '+' || c == '-') {
            reader->at++;
        }
        if (skip_digits(reader, 10) <= 0) {
            return -1;
        }
    }
    return is_float;
}

static rpc_fault_t *read_decimal(rpc_pyreader_t *reader, const char *start,
                                 int negative, rpc_value_t *ret_value)
{
    const char *digits = reader->at;
    apr_ssize_t whole = 0;
    rpc_fault_t *fault;
    const char *p;
    int is_float;

    if (rpc_pyreader_is_digit(rpc_pyreader_peek(reader))) {
        whole = skip_digits(reader, 10);
    }
    is_float = whole < 0 ? -1 : skip_fraction(reader, whole);
    if (is_float < 0) {
        return bad_number(reader, start);
    }
    if (is_float) {
        fault = make_double(reader, start, digits, negative, ret_value);
    }
    else {
        for (p = digits; *digits == '0' && p < reader->at; p++) {
            if (*p != '0' && *p != '_') {
                return rpc_pyreader_error(reader, start, RPC_E_PARSE,
                                          "an integer with leading zeros: "
                                          "octal is written 0o17, decimal "
                                          "without them");
            }
        }
        fault = make_int(reader, start, digits, 10, negative, ret_value);
        skip_long_suffix(reader);
    }
    if (fault != NULL) {
        return fault;
    }
    return ends_here(reader) ? NULL : bad_number(reader, start);
}

rpc_fault_t *rpc_pyreader_number(rpc_pyreader_t *reader,
                                 rpc_value_t *ret_value)
{
    const char *start = reader->at;
    int negative = 0;
    int c = rpc_pyreader_peek(reader);
    int base = 0;

    if (c == '+' || c == '-') {
        negative = c == '-';
        reader->at++;
        rpc_pyreader_skip(reader);
        c = rpc_pyreader_peek(reader);
        if (!rpc_pyreader_is_digit(c) && c != '.') {
            return rpc_pyreader_unexpected(reader, "a number after the sign");
        }
    }
    if (c == '0' && reader->at + 1 < reader->end) {
        int letter = reader->at[1] | 0x20;

        base = letter == 'x' ? 16 : letter == 'o' ? 8 : letter == 'b' ? 2 : 0;
    }
    if (base != 0) {
        return read_based(reader, start, base, negative, ret_value);
    }
    return read_decimal(reader, start, negative, ret_value);
}
