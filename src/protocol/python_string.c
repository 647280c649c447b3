/* SPDX-License-Identifier: Apache-2.0 */
/* Reads Python's strings: prefixes, all quotes, all escapes, adjacent ones
 * joined. For python_value.c. */
#include "protocol/python_reader.h"

#include <string.h>

#include "apr_strings.h"
#include "core/utf8.h"

/* One literal of those that are joined. */
typedef struct literal_t {
    const char *start;
    const char *body;
    const char *end;      /* of the body */
    int bytes;
    int raw;
} literal_t;

/* What is decoded, with room for as much as may be needed. */
typedef struct buffer_t {
    char *data;
    apr_size_t length;
    apr_size_t room;
} buffer_t;

static int prefix_length(const rpc_pyreader_t *reader)
{
    const char *p = reader->at;

    while (p < reader->end && p - reader->at < 3
           && ((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z'))) {
        p++;
    }
    return p < reader->end && (*p == '\'' || *p == '"') ? p - reader->at : -1;
}

int rpc_pyreader_at_string(const rpc_pyreader_t *reader)
{
    return prefix_length(reader) >= 0;
}

static rpc_fault_t *read_prefix(rpc_pyreader_t *reader, literal_t *literal)
{
    static const char *const known[] = { "", "r", "u", "b", "br", "rb" };
    int length = prefix_length(reader);
    char prefix[4];
    apr_size_t i;
    int n;

    for (n = 0; n < length; n++) {
        prefix[n] = reader->at[n] | 0x20;
    }
    prefix[n] = '\0';
    literal->start = reader->at;
    literal->bytes = strchr(prefix, 'b') != NULL;
    literal->raw = strchr(prefix, 'r') != NULL;
    reader->at += length;
    for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (strcmp(prefix, known[i]) == 0) {
            return NULL;
        }
    }
    return rpc_pyreader_error(reader, literal->start, RPC_E_PARSE,
                              strchr(prefix, 'f') != NULL
                                  ? "an f-string would be evaluated: write "
                                    "a plain string"
                                  : "no such string prefix: expected r, u, "
                                    "b, br or rb");
}

/* Find the end: decides what is between the quotes, decodes nothing. */
static rpc_fault_t *scan_literal(rpc_pyreader_t *reader, literal_t *literal)
{
    rpc_fault_t *fault = read_prefix(reader, literal);
    const char *p = reader->at;
    int quotes = 1;
    char quote;

    if (fault != NULL) {
        return fault;
    }
    quote = *p;
    if (reader->end - p >= 3 && p[1] == quote && p[2] == quote) {
        quotes = 3;
    }
    p += quotes;
    literal->body = p;
    for (; p < reader->end; p++) {
        if (*p == '\\' && reader->end - p >= 2) {
            p++;
            if (*p == '\r' && reader->end - p >= 2 && p[1] == '\n') {
                p++;
            }
        }
        else if (*p == quote
                 && (quotes == 1 || (reader->end - p >= 3 && p[1] == quote
                                     && p[2] == quote))) {
            literal->end = p;
            reader->at = p + quotes;
            return NULL;
        }
        else if (quotes == 1 && (*p == '\n' || *p == '\r')) {
            return rpc_pyreader_error(reader, p, RPC_E_PARSE,
                                      "the line ends within a string: write "
                                      "\\n, or three quotes around it");
        }
    }
    return rpc_pyreader_error(reader, literal->start, RPC_E_PARSE,
                              "the string that begins here is not closed");
}

/* Decoded text is never longer than what it was written as, so that the room
 * can only be too small where RpcMaxString made it so. */
static rpc_fault_t *put(const rpc_pyreader_t *reader, buffer_t *buffer,
                        const char *text, apr_size_t length)
{
    if (length > buffer->room - buffer->length) {
        return rpc_fault_limit(reader->pool, RPC_E_LIMIT, "RpcMaxString",
                               reader->limits->max_string, "bytes");
    }
    memcpy(buffer->data + buffer->length, text, length);
    buffer->length += length;
    return NULL;
}

static rpc_fault_t *put_character(const rpc_pyreader_t *reader,
                                  buffer_t *buffer, uint32_t character)
{
    char text[4];

    return put(reader, buffer, text, rpc_utf8_encode(character, text));
}

/* Returns whether exactly that many hexadecimal digits are there. */
static int read_hex(const char *p, const char *end, int count,
                    uint32_t *ret_n)
{
    uint32_t n = 0;
    int i;

    if (end - p < count) {
        return 0;
    }
    for (i = 0; i < count; i++) {
        int c = (unsigned char)p[i];
        int lower = c | 0x20;

        if (rpc_pyreader_is_digit(c)) {
            n = n << 4 | (uint32_t)(c - '0');
        }
        else if (lower >= 'a' && lower <= 'f') {
            n = n << 4 | (uint32_t)(lower - 'a' + 10);
        }
        else {
            return 0;
        }
    }
    *ret_n = n;
    return 1;
}

/* \uXXXX and \UXXXXXXXX at *p, which is moved. A surrogate pair, which is
 * how JSON.stringify() and Java write it, is one character. */
static rpc_fault_t *read_unicode(const rpc_pyreader_t *reader,
                                 const char **p, const char *end,
                                 buffer_t *buffer)
{
    const char *start = *p;
    int count = start[1] == 'u' ? 4 : 8;
    uint32_t n;
    uint32_t low;

    if (!read_hex(start + 2, end, count, &n) || n > 0x10ffff) {
        return rpc_pyreader_error(reader, start, RPC_E_PARSE,
                                  "expected \\u and 4 hexadecimal digits, "
                                  "or \\U and 8, at most 0010ffff");
    }
    *p += 2 + count;
    if (n >= 0xd800 && n <= 0xdbff && end - *p >= 6 && (*p)[0] == '\\'
        && (*p)[1] == 'u' && read_hex(*p + 2, end, 4, &low)
        && low >= 0xdc00 && low <= 0xdfff) {
        *p += 6;
        n = 0x10000 + ((n - 0xd800) << 10) + (low - 0xdc00);
    }
    if (n >= 0xd800 && n <= 0xdfff) {
        return rpc_pyreader_error(reader, start, RPC_E_PARSE,
                                  "half of a surrogate pair is no character");
    }
    return put_character(reader, buffer, n);
}

/* \x41 and \101 at *p, which is moved. */
static rpc_fault_t *read_code(const rpc_pyreader_t *reader, const char **p,
                              const literal_t *literal, buffer_t *buffer)
{
    const char *start = *p;
    uint32_t n = 0;
    int i;
    char byte;

    if (start[1] == 'x') {
        if (!read_hex(start + 2, literal->end, 2, &n)) {
            return rpc_pyreader_error(reader, start, RPC_E_PARSE,
                                      "expected \\x and 2 hexadecimal "
                                      "digits");
        }
        *p += 4;
    }
    else {
        *p += 1;
        for (i = 0; i < 3 && *p < literal->end && **p >= '0' && **p <= '7';
             i++) {
            n = n * 8 + (uint32_t)(**p - '0');
            *p += 1;
        }
    }
    if (!literal->bytes) {
        return put_character(reader, buffer, n);
    }
    if (n > 0xff) {
        return rpc_pyreader_error(reader, start, RPC_E_PARSE,
                                  "a byte is at most \\377");
    }
    byte = (char)n;
    return put(reader, buffer, &byte, 1);
}

/* The escape at *p, which is moved behind it; one that Python does not know
 * is kept as it is, backslash and all. */
static rpc_fault_t *read_escape(const rpc_pyreader_t *reader, const char **p,
                                const literal_t *literal, buffer_t *buffer)
{
    static const char letters[] = "\\'\"abfnrtv";
    static const char meanings[] = "\\'\"\a\b\f\n\r\t\v";
    int c = (*p)[1];
    const char *letter = strchr(letters, c);

    if (c == '\n' || c == '\r') {
        *p += c == '\r' && literal->end - *p >= 3 && (*p)[2] == '\n' ? 3 : 2;
        return NULL;
    }
    if (letter != NULL) {
        *p += 2;
        return put(reader, buffer, meanings + (letter - letters), 1);
    }
    if (c == 'x' || (c >= '0' && c <= '7')) {
        return read_code(reader, p, literal, buffer);
    }
    if ((c == 'u' || c == 'U') && !literal->bytes) {
        return read_unicode(reader, p, literal->end, buffer);
    }
    if (c == 'N' && !literal->bytes) {
        return rpc_pyreader_error(reader, *p, RPC_E_PARSE,
                                  "\\N{...} is not known here: write the "
                                  "character itself, or \\u and 4 digits");
    }
    *p += 1;
    return put(reader, buffer, "\\", 1);
}

/* Characters up to the next escape or line end; bytes are ASCII only. */
static rpc_fault_t *copy_run(const rpc_pyreader_t *reader, const char **p,
                             const literal_t *literal, buffer_t *buffer)
{
    const char *start = *p;
    const char *q = start;

    while (q < literal->end && *q != '\r' && (*q != '\\' || literal->raw)) {
        if (literal->bytes && (unsigned char)*q >= 0x80) {
            return rpc_pyreader_error(reader, q, RPC_E_PARSE,
                                      "bytes hold ASCII only: write \\x and "
                                      "2 digits");
        }
        q++;
    }
    *p = q;
    return put(reader, buffer, start, q - start);
}

static rpc_fault_t *decode_literal(const rpc_pyreader_t *reader,
                                   const literal_t *literal,
                                   buffer_t *buffer)
{
    const char *p = literal->body;
    rpc_fault_t *fault = NULL;

    while (fault == NULL && p < literal->end) {
        if (*p == '\r') {
            /* Python reads all forms of a line end as one. */
            p += literal->end - p >= 2 && p[1] == '\n' ? 2 : 1;
            fault = put(reader, buffer, "\n", 1);
        }
        else if (*p == '\\' && !literal->raw) {
            fault = read_escape(reader, &p, literal, buffer);
        }
        else {
            fault = copy_run(reader, &p, literal, buffer);
        }
    }
    return fault;
}

/* Go over the literals that follow each other, to learn how much room they
 * need at most. */
static rpc_fault_t *measure(rpc_pyreader_t *reader, int *ret_bytes,
                            apr_size_t *ret_length)
{
    apr_size_t length = 0;
    int bytes = -1;

    while (rpc_pyreader_at_string(reader)) {
        literal_t literal;
        rpc_fault_t *fault = scan_literal(reader, &literal);

        if (fault != NULL) {
            return fault;
        }
        if (bytes >= 0 && bytes != literal.bytes) {
            return rpc_pyreader_error(reader, literal.start, RPC_E_PARSE,
                                      "bytes and a string cannot be joined");
        }
        bytes = literal.bytes;
        length += literal.end - literal.body;
        rpc_pyreader_skip(reader);
    }
    *ret_bytes = bytes;
    *ret_length = length;
    return NULL;
}

rpc_fault_t *rpc_pyreader_string(rpc_pyreader_t *reader,
                                 rpc_value_t *ret_value)
{
    const char *start = reader->at;
    buffer_t buffer = { NULL, 0, 0 };
    int bytes = 0;
    rpc_fault_t *fault = measure(reader, &bytes, &buffer.room);
    apr_int64_t most = reader->limits->max_string;

    if (fault != NULL) {
        return fault;
    }
    if (most > RPC_VALUE_MAX) {
        most = RPC_VALUE_MAX;
    }
    if ((apr_int64_t)buffer.room > most) {
        buffer.room = (apr_size_t)most;
    }
    buffer.data = apr_palloc(reader->pool, buffer.room + 1);
    reader->at = start;
    while (rpc_pyreader_at_string(reader)) {
        literal_t literal;

        fault = scan_literal(reader, &literal);
        if (fault == NULL) {
            fault = decode_literal(reader, &literal, &buffer);
        }
        if (fault != NULL) {
            return fault;
        }
        rpc_pyreader_skip(reader);
    }
    buffer.data[buffer.length] = '\0';
    *ret_value = rpc_value_text(bytes ? RPC_BYTES : RPC_STRING, buffer.data,
                                buffer.length);
    return NULL;
}
