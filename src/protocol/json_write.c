/* SPDX-License-Identifier: Apache-2.0 */
/* Writes values as JSON, straight into the output buffer. For jsonrpc and
 * for pyrpc's JSON answers. */
#include <math.h>

#include "core/timetext.h"
#include "core/utf8.h"
#include "protocol/json.h"

/* Deeper than anything that was read; only a cycle, or a handler that built
 * such a thing, comes here. */
#define HIGHEST_DEPTH (RPC_HIGHEST_MAX_DEPTH + 50)

/* What follows the backslash; 'u' for \u00XX; 0 for what stands as it is. */
static const char escapes[256] = {
    'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'b', 't', 'n', 'u', 'f', 'r',
    'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u',
    'u', 'u', 'u', 'u', ['"'] = '"', ['\\'] = '\\'
};

static void write_escape(rpc_writer_t *writer, unsigned char c)
{
    static const char hex[] = "0123456789abcdef";
    char escape = escapes[c];

    rpc_write_char(writer, '\\');
    rpc_write_char(writer, escape);
    if (escape == 'u') {
        rpc_write_literal(writer, "00");
        rpc_write_char(writer, hex[c >> 4]);
        rpc_write_char(writer, hex[c & 15]);
    }
}

void rpc_json_write_string(rpc_writer_t *writer, const char *text,
                           apr_size_t length)
{
    const char *end = text + length;
    const char *start = text;

    rpc_write_char(writer, '"');
    for (; text < end; text++) {
        if (escapes[(unsigned char)*text] == 0) {
            continue;
        }
        if (text > start) {
            rpc_write(writer, start, (apr_size_t)(text - start));
        }
        write_escape(writer, (unsigned char)*text);
        start = text + 1;
    }
    if (end > start) {
        rpc_write(writer, start, (apr_size_t)(end - start));
    }
    rpc_write_char(writer, '"');
}

static const char *write_text(rpc_writer_t *writer, const char *text,
                              apr_size_t length)
{
    if (!rpc_utf8_is_valid(text, length)) {
        return "a string is not valid UTF-8";
    }
    rpc_json_write_string(writer, text, length);
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
    apr_size_t count = rpc_value_count(array);
    apr_size_t i;

    rpc_write_char(writer, '[');
    for (i = 0; i < count; i++) {
        const char *problem;

        if (i > 0) {
            rpc_write_char(writer, ',');
        }
        problem = write_value(writer, rpc_value_at(array, i), depth);
        if (problem != NULL) {
            return problem;
        }
    }
    rpc_write_char(writer, ']');
    return NULL;
}

static const char *write_struct(rpc_writer_t *writer,
                                const rpc_value_t *strct, int depth)
{
    apr_size_t count = rpc_value_count(strct);
    apr_size_t i;

    rpc_write_char(writer, '{');
    for (i = 0; i < count; i++) {
        const rpc_value_t *value;
        const char *problem;
        const char *name;
        apr_size_t length;

        if (i > 0) {
            rpc_write_char(writer, ',');
        }
        value = rpc_value_member(strct, i, &name, &length);
        problem = write_text(writer, name, length);
        if (problem == NULL) {
            rpc_write_char(writer, ':');
            problem = write_value(writer, value, depth);
        }
        if (problem != NULL) {
            return problem;
        }
    }
    rpc_write_char(writer, '}');
    return NULL;
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
