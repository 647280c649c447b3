/* SPDX-License-Identifier: Apache-2.0 */
/* Writes values as JSON, straight into the output buffer. For jsonrpc and
 * for pyrpc's JSON answers. */
#include <math.h>

#include "core/number.h"
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

/* The room there is before each value: for a number, a time or a string but
 * its text, for what follows it in a list, and for the words that are written
 * beyond the end of a text. */
#define VALUE_ROOM 64

/* A word's first byte in memory is made its lowest. */
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define IN_ORDER_32(word) __builtin_bswap32(word)
#define IN_ORDER_64(word) __builtin_bswap64(word)
#else
#define IN_ORDER_32(word) (word)
#define IN_ORDER_64(word) (word)
#endif

/* One value on its way to a writer. All functions take and return where to
 * write next; the writer hears of it at the end, and where room is wanted. */
typedef struct output_t {
    rpc_writer_t *writer;
    const char *limit;   /* the end of the room, or of what may be written */
    const char *problem; /* the first one, or NULL */
} output_t;

/* Returns NULL, which ends the writing. */
static char *refuse(output_t *out, const char *problem)
{
    out->problem = out->problem != NULL ? out->problem : problem;
    return NULL;
}

static void set_limit(output_t *out)
{
    const rpc_writer_t *writer = out->writer;
    apr_size_t most = writer->most + VALUE_ROOM;

    out->limit = writer->data
                 + (writer->capacity < most ? writer->capacity : most);
}

static char *begin(output_t *out, rpc_writer_t *writer)
{
    char *to = rpc_writer_at(writer, VALUE_ROOM);

    out->writer = writer;
    out->problem = NULL;
    set_limit(out);
    return to;
}

static void end(output_t *out, const char *to)
{
    out->writer->length = (apr_size_t)(to - out->writer->data);
}

static char *grow(output_t *out, const char *to, apr_size_t length)
{
    char *at;

    end(out, to);
    at = rpc_writer_room(out->writer, length);
    set_limit(out);
    return at;
}

/* Returns where to write that many bytes. */
static inline char *room(output_t *out, char *to, apr_size_t length)
{
    return out->limit - to < (apr_ssize_t)length ? grow(out, to, length) : to;
}

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

/* Seven bytes at most, and zeros behind them. */
static inline uint64_t load_few(const char *text, apr_size_t length)
{
    const unsigned char *bytes = (const unsigned char *)text;
    uint32_t first;
    uint32_t last;

    if (length >= 4) {
        memcpy(&first, text, 4);
        memcpy(&last, text + length - 4, 4);
        return IN_ORDER_32(first)
               | (uint64_t)IN_ORDER_32(last) << (length - 4) * 8;
    }
    if (length == 0) {
        return 0;
    }
    return bytes[0] | (uint64_t)bytes[length / 2] << length / 2 * 8
           | (uint64_t)bytes[length - 1] << (length - 1) * 8;
}

static inline uint64_t load(const char *text)
{
    uint64_t word;

    memcpy(&word, text, 8);
    return IN_ORDER_64(word);
}

static inline void store(char *to, uint64_t word)
{
    word = IN_ORDER_64(word);
    memcpy(to, &word, 8);
}

/* Writing goes on after it: what was written is thrown away. */
static void check(output_t *out, const char *text, apr_size_t length)
{
    if (!rpc_utf8_is_valid(text, length)) {
        refuse(out, "a string is not valid UTF-8");
    }
}

/* The rest of a string, from the first character on that wants an escape. */
static char *put_escaped(output_t *out, char *to, const char *text,
                         apr_size_t length)
{
    for (;;) {
        uint64_t word = length < 8 ? load_few(text, length) : load(text);
        uint64_t specials = rpc_json_specials(word);
        apr_size_t plain = 8;

        if (specials != 0) {
            plain = (apr_size_t)__builtin_ctzll(specials) / 8;
        }
        store(to, word);
        if (plain >= length) {
            to[length] = '"';
            return to + length + 1;
        }
        text += plain;
        to += plain;
        length -= plain;
        if (specials != 0) {
            to = put_escape(to, (unsigned char)*text++);
            to = room(out, to, --length + VALUE_ROOM);
        }
    }
}

/* Write a string with its quotes. Its last bytes are tested and copied at
 * once, too: one by one they took more time than all others. What is all
 * ASCII is valid UTF-8. */
static char *put_string(output_t *out, char *to, const char *text,
                        apr_size_t length)
{
    apr_size_t left = length;
    const char *at = text;
    uint64_t seen = 0;
    uint64_t word;

    to = room(out, to, length + VALUE_ROOM);
    *to++ = '"';
    for (; left >= 8; left -= 8, at += 8, to += 8) {
        word = load(at);
        if (rpc_json_specials(word) != 0) {
            check(out, text, length);
            return put_escaped(out, to, at, left);
        }
        store(to, word);
        seen |= word;
    }
    word = load_few(at, left);
    if ((rpc_json_specials(word) & (((uint64_t)1 << left * 8) - 1)) != 0) {
        check(out, text, length);
        return put_escaped(out, to, at, left);
    }
    store(to, word);
    if (((seen | word) & RPC_JSON_HIGH_BITS) != 0) {
        check(out, text, length);
    }
    to[left] = '"';
    return to + left + 1;
}

void rpc_json_write_string(rpc_writer_t *writer, const char *text,
                           apr_size_t length)
{
    output_t out;
    char *to = begin(&out, writer);

    end(&out, put_string(&out, to, text, length));
}

static char *put_bytes(output_t *out, char *to, const char *bytes,
                       apr_size_t length)
{
    *to++ = '"';
    end(out, to);
    rpc_write_base64(out->writer, bytes, length);
    to = grow(out, out->writer->data + out->writer->length, VALUE_ROOM);
    *to++ = '"';
    return to;
}

static char *put_time(output_t *out, char *to, apr_time_t t)
{
    int length = rpc_time_format(t, to + 1);

    if (length == 0) {
        return refuse(out, "a time is not within the years 1 to 9999");
    }
    *to = '"';
    to += length + 1;
    *to++ = '"';
    return to;
}

/* All but lists. */
static char *put_scalar(output_t *out, char *to, const rpc_value_t *value)
{
    switch (value->type) {
    case RPC_NIL:
        memcpy(to, "null", 4);
        return to + 4;
    case RPC_BOOL:
        memcpy(to, value->u.integer ? "true," : "false", 5);
        return to + (value->u.integer ? 4 : 5);
    case RPC_INT:
        return to + rpc_number_format_int(value->u.integer, to);
    case RPC_DOUBLE:
        if (!isfinite(value->u.number)) {
            return refuse(out, "a double is not a finite number");
        }
        return to + rpc_number_format_double(value->u.number, to);
    case RPC_STRING:
        return put_string(out, to, value->u.text, value->length);
    case RPC_BYTES:
        return put_bytes(out, to, value->u.text, value->length);
    case RPC_TIME:
        return put_time(out, to, value->u.integer);
    default:
        return refuse(out, "a value is of no type");
    }
}

static char *put_value(output_t *out, char *to, const rpc_value_t *value,
                       int depth);

static char *put_array(output_t *out, char *to, const rpc_value_t *array,
                       int depth)
{
    const rpc_value_t *items = rpc_value_items(array);
    apr_size_t count = rpc_value_count(array);
    apr_size_t i;

    *to++ = '[';
    for (i = 0; i < count; i++) {
        if (i > 0) {
            *to++ = ',';
        }
        to = put_value(out, to, &items[i], depth);
        if (to == NULL) {
            return NULL;
        }
    }
    to = room(out, to, VALUE_ROOM);
    *to++ = ']';
    return to;
}

static char *put_struct(output_t *out, char *to, const rpc_value_t *strct,
                        int depth)
{
    const rpc_value_t *items = rpc_value_items(strct);
    const rpc_name_t *names = rpc_value_names(strct);
    apr_size_t count = rpc_value_count(strct);
    apr_size_t i;

    *to++ = '{';
    for (i = 0; i < count; i++) {
        if (i > 0) {
            *to++ = ',';
        }
        to = put_string(out, to, names[i].text, names[i].length);
        *to++ = ':';
        to = put_value(out, to, &items[i], depth);
        if (to == NULL) {
            return NULL;
        }
    }
    to = room(out, to, VALUE_ROOM);
    *to++ = '}';
    return to;
}

static inline char *put_value(output_t *out, char *to,
                              const rpc_value_t *value, int depth)
{
    if (out->limit - to < VALUE_ROOM) {
        to = grow(out, to, VALUE_ROOM);
        if (rpc_writer_is_over(out->writer)) {
            return refuse(out, RPC_WRITER_OVER);
        }
    }
    if (value->type != RPC_ARRAY && value->type != RPC_STRUCT) {
        return put_scalar(out, to, value);
    }
    if (depth >= HIGHEST_DEPTH) {
        return refuse(out, "lists within lists are too deep, or contain"
                           " themselves");
    }
    return value->type == RPC_ARRAY
               ? put_array(out, to, value, depth + 1)
               : put_struct(out, to, value, depth + 1);
}

const char *rpc_json_write(rpc_writer_t *writer, const rpc_value_t *value)
{
    output_t out;
    char *to = put_value(&out, begin(&out, writer), value, 0);

    if (to != NULL) {
        end(&out, to);
    }
    return out.problem;
}
