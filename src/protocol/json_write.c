/* SPDX-License-Identifier: Apache-2.0 */
/* Writes values as JSON, straight into the output buffer. For jsonrpc and
 * for pyrpc's JSON answers. */
#include <math.h>

#include "core/timetext.h"
#include "core/utf8.h"
#include "protocol/json.h"
#include "protocol/json_plain.h"

/* Deeper than anything that was read; only a cycle, or a handler that built
 * such a thing, comes here. */
#define HIGHEST_DEPTH (RPC_HIGHEST_MAX_DEPTH + 50)

/* What follows the backslash; 'u' for \u00XX; 0 for what stands as it is. */
static const char escapes[256] = {
    'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'b', 't', 'n', 'u', 'f', 'r',
    'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u',
    'u', 'u', 'u', 'u', ['"'] = '"', ['\\'] = '\\'
};

/* Room for both quotes, an escape and a word. */
#define STRING_ROOM 16

static char *put_escape(char *to, unsigned char c)
{
    static const char hex[] = "0123456789abcdef";
    char escape = escapes[c];

    *to++ = '\\';
    *to++ = escape;
    if (escape == 'u') {
        *to++ = '0';
        *to++ = '0';
        *to++ = hex[c >> 4];
        *to++ = hex[c & 15];
    }
    return to;
}

/* Copy up to a character that wants an escape, or the end. Testing and copying
 * eight bytes at once, then four, takes half of the instructions that looking
 * at each took, for short strings too. Returns where it stopped in the text. */
static const char *copy_plain(const char *text, const char *end, char **to,
                              uint64_t *seen)
{
    uint64_t word;
    char *at = *to;

    for (; end - text >= 8; text += 8, at += 8) {
        memcpy(&word, text, 8);
        if (rpc_json_specials(word) != 0) {
            break;
        }
        memcpy(at, &word, 8);
        *seen |= word;
    }
    if (end - text >= 4) {
        word = RPC_JSON_EACH(0x20);
        memcpy(&word, text, 4);
        if (rpc_json_specials(word) == 0) {
            memcpy(at, &word, 4);
            *seen |= word;
            text += 4;
            at += 4;
        }
    }
    for (; text < end && rpc_json_is_plain(*text); text++) {
        *seen |= (unsigned char)*text;
        *at++ = *text;
    }
    *to = at;
    return text;
}

/* Write a string with its quotes. Returns 0 if it is all ASCII. */
static int write_quoted(rpc_writer_t *writer, const char *text,
                        apr_size_t length)
{
    const char *end = text + length;
    char *to = rpc_writer_at(writer, length + STRING_ROOM);
    uint64_t seen = 0;

    *to++ = '"';
    for (;;) {
        text = copy_plain(text, end, &to, &seen);
        if (text == end) {
            break;
        }
        to = put_escape(to, (unsigned char)*text++);
        writer->length = (apr_size_t)(to - writer->data);
        to = rpc_writer_at(writer, (apr_size_t)(end - text) + STRING_ROOM);
    }
    *to++ = '"';
    writer->length = (apr_size_t)(to - writer->data);
    return (seen & RPC_JSON_HIGH_BITS) != 0;
}

void rpc_json_write_string(rpc_writer_t *writer, const char *text,
                           apr_size_t length)
{
    write_quoted(writer, text, length);
}

static const char *write_text(rpc_writer_t *writer, const char *text,
                              apr_size_t length)
{
    if (write_quoted(writer, text, length)
        && !rpc_utf8_is_valid(text, length)) {
        return "a string is not valid UTF-8";
    }
    return NULL;
}

static const char *write_time(rpc_writer_t *writer, apr_time_t t)
{
    char text[RPC_TIME_ROOM];
    int length = rpc_time_format(t, text);

    if (length == 0) {
        return "a time is not within the years 1 to 9999";
    }
    rpc_write_char(writer, '"');
    rpc_write(writer, text, (apr_size_t)length);
    rpc_write_char(writer, '"');
    return NULL;
}

static const char *write_value(rpc_writer_t *writer,
                               const rpc_value_t *value, int depth);

static const char *write_array(rpc_writer_t *writer,
                               const rpc_value_t *array, int depth)
{
    const rpc_value_t *items = rpc_value_items(array);
    apr_size_t count = rpc_value_count(array);
    const char *problem = NULL;
    apr_size_t i;

    rpc_write_char(writer, '[');
    for (i = 0; i < count && problem == NULL; i++) {
        if (i > 0) {
            rpc_write_char(writer, ',');
        }
        problem = write_value(writer, &items[i], depth);
    }
    rpc_write_char(writer, ']');
    return problem;
}

static const char *write_struct(rpc_writer_t *writer,
                                const rpc_value_t *strct, int depth)
{
    const rpc_value_t *items = rpc_value_items(strct);
    const rpc_name_t *names = rpc_value_names(strct);
    apr_size_t count = rpc_value_count(strct);
    const char *problem = NULL;
    apr_size_t i;

    rpc_write_char(writer, '{');
    for (i = 0; i < count && problem == NULL; i++) {
        if (i > 0) {
            rpc_write_char(writer, ',');
        }
        problem = write_text(writer, names[i].text, names[i].length);
        rpc_write_char(writer, ':');
        if (problem == NULL) {
            problem = write_value(writer, &items[i], depth);
        }
    }
    rpc_write_char(writer, '}');
    return problem;
}

static const char *write_list(rpc_writer_t *writer, const rpc_value_t *list,
                              int depth)
{
    if (depth >= HIGHEST_DEPTH) {
        return "lists within lists are too deep, or contain themselves";
    }
    return list->type == RPC_ARRAY ? write_array(writer, list, depth + 1)
                                   : write_struct(writer, list, depth + 1);
}

static const char *write_value(rpc_writer_t *writer,
                               const rpc_value_t *value, int depth)
{
    if (rpc_writer_is_over(writer)) {
        return RPC_WRITER_OVER;
    }
    switch (value->type) {
    case RPC_NIL:
        rpc_write_literal(writer, "null");
        return NULL;
    case RPC_BOOL:
        if (value->u.integer) {
            rpc_write_literal(writer, "true");
        }
        else {
            rpc_write_literal(writer, "false");
        }
        return NULL;
    case RPC_INT:
        rpc_write_int(writer, value->u.integer);
        return NULL;
    case RPC_DOUBLE:
        if (!isfinite(value->u.number)) {
            return "a double is not a finite number";
        }
        rpc_write_double(writer, value->u.number);
        return NULL;
    case RPC_STRING:
        return write_text(writer, value->u.text, value->length);
    case RPC_BYTES:
        rpc_write_char(writer, '"');
        rpc_write_base64(writer, value->u.text, value->length);
        rpc_write_char(writer, '"');
        return NULL;
    case RPC_TIME:
        return write_time(writer, value->u.integer);
    case RPC_ARRAY:
    case RPC_STRUCT:
        return write_list(writer, value, depth);
    default:
        return "a value is of no type";
    }
}

const char *rpc_json_write(rpc_writer_t *writer, const rpc_value_t *value)
{
    return write_value(writer, value, 0);
}
