/* SPDX-License-Identifier: Apache-2.0 */
/* Query strings and application/x-www-form-urlencoded bodies, decoded. For
 * the GET forms of jsonrpc and for pyrpc. */
#include "protocol/form.h"

#include <limits.h>
#include <string.h>

#include "core/utf8.h"

/* One text of fields: the query string or the body. */
typedef struct source_t {
    const char *text;
    apr_size_t length;
    const char *what; /* for faults */
} source_t;

typedef struct parse_t {
    const rpc_limits_t *limits;
    apr_pool_t *pool;
    rpc_field_t *fields;
    int count;
} parse_t;

/* Where the field that begins at `at` ends. */
static const char *field_end(const char *at, const char *end)
{
    const char *amp = memchr(at, '&', (size_t)(end - at));

    return amp == NULL ? end : amp;
}

/* Fields with something in them; "a&&b" has two. */
static apr_size_t count_fields(const source_t *source)
{
    const char *at = source->text;
    const char *end = at + source->length;
    const char *stop;
    apr_size_t count = 0;

    for (; source->length > 0 && at < end; at = stop + 1) {
        stop = field_end(at, end);
        count += stop > at;
        if (stop == end) {
            break;
        }
    }
    return count;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
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

/* The length after decoding, or -1 for a broken escape. */
static apr_int64_t decoded_length(const char *at, const char *end)
{
    apr_int64_t length = 0;

    for (; at < end; at++) {
        if (*at == '%') {
            if (end - at < 3 || hex_digit(at[1]) < 0 ||
                hex_digit(at[2]) < 0) {
                return -1;
            }
            at += 2;
        }
        length++;
    }
    return length;
}

/* What decoded_length() has checked, NUL added. */
static char *decoded(const char *at, const char *end, apr_int64_t length,
                     apr_pool_t *pool)
{
    char *text = apr_palloc(pool, (apr_size_t)length + 1);
    char *to = text;

    for (; at < end; at++) {
        if (*at == '%') {
            *to++ = (char)(hex_digit(at[1]) * 16 + hex_digit(at[2]));
            at += 2;
        }
        else {
            *to++ = *at == '+' ? ' ' : *at;
        }
    }
    *to = '\0';
    return text;
}

/* A name, or a value: that one is a message of its own, in which the protocol
 * finds the strings. */
static rpc_fault_t *decode(const parse_t *parse, const source_t *source,
                           const char *at, const char *end, apr_int64_t limit,
                           const char **ret_text, apr_size_t *ret_length)
{
    apr_int64_t length = decoded_length(at, end);
    int number = parse->count + 1;
    const char *text;

    if (length < 0) {
        return rpc_fault_make(parse->pool, RPC_E_PARSE,
                              "field %d, in the %s: a %% is not followed by "
                              "two hexadecimal digits (a %% itself is %%25)",
                              number, source->what);
    }
    if (length > limit || length >= INT_MAX) {
        return rpc_fault_limit(parse->pool, RPC_E_LIMIT, "RpcMaxString",
                               parse->limits->max_string,
                               "bytes in the name of a field");
    }
    text = decoded(at, end, length, parse->pool);
    if (!rpc_utf8_is_valid(text, (apr_size_t)length)) {
        return rpc_fault_make(parse->pool, RPC_E_PARSE,
                              "field %d, in the %s, is not valid UTF-8",
                              number, source->what);
    }
    *ret_text = text;
    *ret_length = (apr_size_t)length;
    return NULL;
}

static rpc_fault_t *parse_field(parse_t *parse, const source_t *source,
                                const char *at, const char *end)
{
    rpc_field_t *field = &parse->fields[parse->count];
    const char *equals = memchr(at, '=', (size_t)(end - at));
    apr_int64_t limit = parse->limits->max_string;
    rpc_fault_t *fault;

    if (equals == NULL) {
        field->value = "";
        field->value_length = 0;
        fault = decode(parse, source, at, end, limit, &field->name,
                       &field->name_length);
    }
    else {
        fault = decode(parse, source, at, equals, limit, &field->name,
                       &field->name_length);
        if (fault == NULL) {
            fault = decode(parse, source, equals + 1, end, INT_MAX,
                           &field->value, &field->value_length);
        }
    }
    parse->count++;
    return fault;
}

static rpc_fault_t *parse_source(parse_t *parse, const source_t *source)
{
    const char *at = source->text;
    const char *end = at + source->length;
    const char *stop;
    rpc_fault_t *fault;

    for (; source->length > 0 && at < end; at = stop + 1) {
        stop = field_end(at, end);
        if (stop > at) {
            fault = parse_field(parse, source, at, stop);
            if (fault != NULL) {
                return fault;
            }
        }
        if (stop == end) {
            break;
        }
    }
    return NULL;
}

rpc_fault_t *rpc_form_parse(const char *query, apr_size_t query_length,
                            const char *body, apr_size_t body_length,
                            const rpc_limits_t *limits, apr_pool_t *pool,
                            const rpc_form_t **ret_form)
{
    source_t sources[2] = {{query, query_length, "query string"},
                           {body, body_length, "form"}};
    parse_t parse = {.limits = limits, .pool = pool};
    apr_size_t count = 0;
    rpc_fault_t *fault;
    rpc_form_t *form;
    int i;

    for (i = 0; i < 2; i++) {
        if (sources[i].text == NULL) {
            sources[i].text = "";
            sources[i].length = 0;
        }
        count += count_fields(&sources[i]);
    }
    if ((apr_uint64_t)count > (apr_uint64_t)limits->max_values ||
        count >= INT_MAX) {
        return rpc_fault_limit(pool, RPC_E_LIMIT, "RpcMaxValues",
                               limits->max_values, "fields");
    }
    parse.fields = apr_palloc(pool, (count + 1) * sizeof(*parse.fields));
    for (i = 0; i < 2; i++) {
        fault = parse_source(&parse, &sources[i]);
        if (fault != NULL) {
            return fault;
        }
    }
    form = apr_palloc(pool, sizeof(*form));
    form->fields = parse.fields;
    form->count = parse.count;
    *ret_form = form;
    return NULL;
}

static int has_name(const rpc_field_t *field, const char *name,
                    apr_size_t length)
{
    return field->name_length == length &&
           memcmp(field->name, name, length) == 0;
}

const rpc_field_t *rpc_form_get(const rpc_form_t *form, const char *name)
{
    apr_size_t length = strlen(name);
    int i;

    for (i = 0; i < form->count; i++) {
        if (has_name(&form->fields[i], name, length)) {
            return &form->fields[i];
        }
    }
    return NULL;
}

int rpc_form_count(const rpc_form_t *form, const char *name)
{
    apr_size_t length = strlen(name);
    int count = 0;
    int i;

    for (i = 0; i < form->count; i++) {
        count += has_name(&form->fields[i], name, length);
    }
    return count;
}
