/* SPDX-License-Identifier: Apache-2.0 */
/* Writes values as Python 3's repr() does. For pyrpc. */
#include "protocol/python.h"

#include <math.h>

#include "core/timetext.h"
#include "core/utf8.h"

/* Characters that repr() escapes because they show nothing, or something
 * misleading: controls, formats, blanks other than ' ', private use and
 * noncharacters of the lower planes (Unicode categories Cc Cf Co Zl Zp Zs).
 * Code points without a meaning yet are written raw. */
static const struct {
    uint32_t first;
    uint32_t last;
} hidden[] = {
    { 0x0080, 0x00a0 },   { 0x00ad, 0x00ad },   { 0x0600, 0x0605 },
    { 0x061c, 0x061c },   { 0x06dd, 0x06dd },   { 0x070f, 0x070f },
    { 0x0890, 0x0891 },   { 0x08e2, 0x08e2 },   { 0x1680, 0x1680 },
    { 0x180e, 0x180e },   { 0x2000, 0x200f },   { 0x2028, 0x202f },
    { 0x205f, 0x206f },   { 0x3000, 0x3000 },   { 0xe000, 0xf8ff },
    { 0xfdd0, 0xfdef },   { 0xfeff, 0xfeff },   { 0xfff0, 0xfffb },
    { 0xfffe, 0xffff },   { 0x110bd, 0x110bd }, { 0x110cd, 0x110cd },
    { 0x13430, 0x1343f }, { 0x1bca0, 0x1bca3 }, { 0x1d173, 0x1d17a },
    { 0xe0000, 0xe007f }, { 0xf0000, 0x10ffff },
};

static int is_hidden(uint32_t character)
{
    int low = 0;
    int high = (int)(sizeof(hidden) / sizeof(hidden[0])) - 1;

    while (low <= high) {
        int middle = (low + high) / 2;

        if (character > hidden[middle].last) {
            low = middle + 1;
        }
        else if (character < hidden[middle].first) {
            high = middle - 1;
        }
        else {
            return 1;
        }
    }
    return 0;
}

static void write_escape(rpc_writer_t *writer, uint32_t character)
{
    static const char hex[] = "0123456789abcdef";
    int digits = character < 0x100 ? 2 : character < 0x10000 ? 4 : 8;

    rpc_write_char(writer, '\\');
    rpc_write_char(writer, digits == 2 ? 'x' : digits == 4 ? 'u' : 'U');
    while (digits > 0) {
        digits--;
        rpc_write_char(writer, hex[character >> (4 * digits) & 15]);
    }
}

/* A character below 0x80 that cannot stand for itself. */
static void write_ascii(rpc_writer_t *writer, char c)
{
    switch (c) {
    case '\n':
        rpc_write_literal(writer, "\\n");
        break;
    case '\r':
        rpc_write_literal(writer, "\\r");
        break;
    case '\t':
        rpc_write_literal(writer, "\\t");
        break;
    case '\\':
    case '\'':
    case '"':
        rpc_write_char(writer, '\\');
        rpc_write_char(writer, c);
        break;
    default:
        write_escape(writer, (unsigned char)c);
    }
}

/* Python prefers ', and takes " where that saves escapes. */
static char choose_quote(const char *text, apr_size_t length)
{
    return length > 0 && memchr(text, '\'', length) != NULL
                   && memchr(text, '"', length) == NULL
               ? '"' : '\'';
}

static int is_plain(unsigned char c, char quote)
{
    return c >= 0x20 && c < 0x7f && c != '\\' && c != (unsigned char)quote;
}

void rpc_python_write_string(rpc_writer_t *writer, const char *text,
                             apr_size_t length)
{
    const char *end = text + length;
    const char *p = text;
    char quote = choose_quote(text, length);

    rpc_write_char(writer, quote);
    while (p < end) {
        const char *start = p;
        uint32_t character;

        while (p < end && is_plain((unsigned char)*p, quote)) {
            p++;
        }
        rpc_write(writer, start, p - start);
        if (p == end) {
            break;
        }
        if ((unsigned char)*p < 0x80) {
            write_ascii(writer, *p);
            p++;
            continue;
        }
        start = p;
        p += rpc_utf8_decode(p, &character);
        if (is_hidden(character)) {
            write_escape(writer, character);
        }
        else {
            rpc_write(writer, start, p - start);
        }
    }
    rpc_write_char(writer, quote);
}

static void write_bytes(rpc_writer_t *writer, const char *bytes,
                        apr_size_t length)
{
    const char *end = bytes + length;
    char quote = choose_quote(bytes, length);

    rpc_write_char(writer, 'b');
    rpc_write_char(writer, quote);
    for (; bytes < end; bytes++) {
        if (is_plain((unsigned char)*bytes, quote)) {
            rpc_write_char(writer, *bytes);
        }
        else {
            write_ascii(writer, *bytes);
        }
    }
    rpc_write_char(writer, quote);
}

static const char *write_time(rpc_writer_t *writer, apr_time_t t)
{
    char text[RPC_TIME_ROOM];
    int length = rpc_time_format(t, text);

    if (length == 0) {
        return "a time before year 1 or after year 9999";
    }
    rpc_python_write_string(writer, text, length);
    return NULL;
}

static const char *write_double(rpc_writer_t *writer, double d)
{
    if (!isfinite(d)) {
        return isnan(d) ? "a double that is not a number"
                        : "a double that is infinite";
    }
    rpc_write_double(writer, d);
    return NULL;
}

static const char *write_text(rpc_writer_t *writer, const rpc_value_t *value)
{
    if (value->type == RPC_BYTES) {
        write_bytes(writer, value->u.text, value->length);
        return NULL;
    }
    if (!rpc_utf8_is_valid(value->u.text, value->length)) {
        return "a string that is no UTF-8";
    }
    rpc_python_write_string(writer, value->u.text, value->length);
    return NULL;
}

static const char *write_value(rpc_writer_t *writer, const rpc_value_t *value,
                               int depth);

static const char *write_list(rpc_writer_t *writer, const rpc_value_t *value,
                              int depth)
{
    int is_struct = value->type == RPC_STRUCT;
    apr_size_t count = rpc_value_count(value);
    apr_size_t i;

    if (depth >= RPC_HIGHEST_MAX_DEPTH) {
        return "lists that are too deep, or contain themselves";
    }
    rpc_write_char(writer, is_struct ? '{' : '[');
    for (i = 0; i < count; i++) {
        const char *name;
        apr_size_t length;
        const char *reason;
        const rpc_value_t *element;

        if (i > 0) {
            rpc_write_literal(writer, ", ");
        }
        if (is_struct) {
            element = rpc_value_member(value, i, &name, &length);
            if (!rpc_utf8_is_valid(name, length)) {
                return "a member name that is no UTF-8";
            }
            rpc_python_write_string(writer, name, length);
            rpc_write_literal(writer, ": ");
        }
        else {
            element = rpc_value_at(value, i);
        }
        reason = write_value(writer, element, depth + 1);
        if (reason != NULL) {
            return reason;
        }
    }
    rpc_write_char(writer, is_struct ? '}' : ']');
    return NULL;
}

static const char *write_value(rpc_writer_t *writer, const rpc_value_t *value,
                               int depth)
{
    if (rpc_writer_is_over(writer)) {
        return RPC_WRITER_OVER;
    }
    switch (rpc_type(value)) {
    case RPC_NIL:
        rpc_write_literal(writer, "None");
        return NULL;
    case RPC_BOOL:
        rpc_write_string(writer, value->u.integer ? "True" : "False");
        return NULL;
    case RPC_INT:
        rpc_write_int(writer, value->u.integer);
        return NULL;
    case RPC_DOUBLE:
        return write_double(writer, value->u.number);
    case RPC_STRING:
    case RPC_BYTES:
        return write_text(writer, value);
    case RPC_TIME:
        return write_time(writer, value->u.integer);
    case RPC_ARRAY:
    case RPC_STRUCT:
        return write_list(writer, value, depth);
    }
    return "a value of an unknown type";
}

const char *rpc_python_write(rpc_writer_t *writer, const rpc_value_t *value)
{
    return write_value(writer, value, 0);
}
