/* SPDX-License-Identifier: Apache-2.0 */
/* Reads method calls and lone literals in Python's syntax: names, arguments
 * and errors with their place. For pyrpc. */
#include "protocol/python_reader.h"

#include <string.h>

#include "apr_strings.h"
#include "core/utf8.h"

/* Columns count characters, as an editor does. */
static void find_place(const rpc_pyreader_t *reader, const char *at,
                       int *ret_line, int *ret_column)
{
    const char *p;
    int line = 1;
    int column = 1;

    for (p = reader->start; p < at; p++) {
        if (*p == '\n' || (*p == '\r' && (p + 1 >= at || p[1] != '\n'))) {
            line++;
            column = 1;
        }
        else if ((*p & 0xc0) != 0x80 && *p != '\r') {
            column++;
        }
    }
    *ret_line = line;
    *ret_column = column;
}

rpc_fault_t *rpc_pyreader_error(const rpc_pyreader_t *reader, const char *at,
                                int code, const char *format, ...)
{
    const char *text;
    va_list args;
    int line;
    int column;

    va_start(args, format);
    text = apr_pvsprintf(reader->pool, format, args);
    va_end(args);
    find_place(reader, at, &line, &column);
    return rpc_fault_make(reader->pool, code, "line %d, column %d: %s", line,
                          column, text);
}

rpc_fault_t *rpc_pyreader_unexpected(const rpc_pyreader_t *reader,
                                     const char *wanted)
{
    int c = rpc_pyreader_peek(reader);
    int length;
    uint32_t character;

    if (c == 0) {
        return rpc_pyreader_error(reader, reader->at, RPC_E_PARSE,
                                  "the text ends where %s is expected",
                                  wanted);
    }
    if (strchr("+-*/%@&|^~<>=!([.:", c) != NULL) {
        return rpc_pyreader_error(reader, reader->at, RPC_E_PARSE,
                                  "expected %s, got '%c': operators, calls "
                                  "and attributes are never evaluated",
                                  wanted, c);
    }
    if (c < 0x20 || c == 0x7f) {
        return rpc_pyreader_error(reader, reader->at, RPC_E_PARSE,
                                  "expected %s, got %s", wanted,
                                  c == '\n' || c == '\r'
                                      ? "the end of the line"
                                      : "a control character");
    }
    length = rpc_utf8_decode(reader->at, &character);
    return rpc_pyreader_error(reader, reader->at, RPC_E_PARSE,
                              "expected %s, got '%.*s'", wanted, length,
                              reader->at);
}

/* A backslash that ends its line joins it with the next one.
 * Returns the bytes of both, or 0. */
static int continued_line(const rpc_pyreader_t *reader)
{
    const char *p = reader->at + 1;

    if (p < reader->end && *p == '\n') {
        return 2;
    }
    if (p < reader->end && *p == '\r') {
        return p + 1 < reader->end && p[1] == '\n' ? 3 : 2;
    }
    return 0;
}

void rpc_pyreader_skip(rpc_pyreader_t *reader)
{
    while (reader->at < reader->end) {
        int c = (unsigned char)*reader->at;
        int step = 1;

        if (c == '#') {
            while (reader->at < reader->end && *reader->at != '\n'
                   && *reader->at != '\r') {
                reader->at++;
            }
            continue;
        }
        if (c == '\\') {
            step = continued_line(reader);
        }
        else if (c == '\n' || c == '\r') {
            step = reader->lines > 0;
        }
        else if (c != ' ' && c != '\t' && c != '\f') {
            step = 0;
        }
        if (step == 0) {
            return;
        }
        reader->at += step;
    }
}

/* What a mail or an editor may have put around the text does no harm; a NUL
 * byte and broken UTF-8 do, and no later step has to look for them. */
static rpc_fault_t *begin(rpc_pyreader_t *reader, const char *text,
                          apr_size_t length, const rpc_limits_t *limits,
                          apr_pool_t *pool)
{
    apr_size_t valid = rpc_utf8_valid_prefix(text, length);
    const char *nul = memchr(text, '\0', valid);

    memset(reader, 0, sizeof(*reader));
    reader->start = text;
    reader->at = text;
    reader->end = text + length;
    reader->limits = limits;
    reader->pool = pool;
    if (nul != NULL) {
        return rpc_pyreader_error(reader, nul, RPC_E_PARSE,
                                  "a NUL byte: in a string write \\x00");
    }
    if (valid < length) {
        return rpc_pyreader_error(reader, text + valid, RPC_E_PARSE,
                                  "invalid UTF-8");
    }
    if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        reader->start += 3;
        reader->at += 3;
    }
    reader->lines = 1;
    rpc_pyreader_skip(reader);
    reader->lines = 0;
    return NULL;
}

static rpc_fault_t *finish(rpc_pyreader_t *reader, const char *what)
{
    reader->lines = 1;
    rpc_pyreader_skip(reader);
    if (reader->at < reader->end) {
        return rpc_pyreader_unexpected(reader, what);
    }
    return NULL;
}

static int is_separator(int c)
{
    return c == '.' || c == ':' || c == '/' || c == '-';
}

/* Segments are checked here because `a.__class__(...)` asks for Python's
 * insides, which is no question of what is mounted. */
static rpc_fault_t *read_method(rpc_pyreader_t *reader,
                                rpc_pycall_t *ret_call)
{
    const char *start = reader->at;
    int before = '.';

    while (rpc_pyreader_is_name(rpc_pyreader_peek(reader))
           || is_separator(rpc_pyreader_peek(reader))) {
        int c = rpc_pyreader_peek(reader);

        if (is_separator(before) && (c == '_' || is_separator(c))) {
            return rpc_pyreader_error(
                reader, reader->at, RPC_E_PARSE, "%s",
                c == '_' ? "names that begin with '_' are private"
                         : "expected the name of a method");
        }
        before = c;
        reader->at++;
    }
    if (reader->at == start) {
        return rpc_pyreader_unexpected(reader, "a call: method(arguments)");
    }
    if (is_separator(before)) {
        return rpc_pyreader_unexpected(reader, "the rest of the name");
    }
    if (reader->at - start > reader->limits->max_string) {
        return rpc_fault_limit(reader->pool, RPC_E_LIMIT, "RpcMaxString",
                               reader->limits->max_string, "bytes");
    }
    ret_call->method_length = reader->at - start;
    ret_call->method = apr_pstrmemdup(reader->pool, start,
                                      ret_call->method_length);
    return NULL;
}

/* The length of the name if `name =` stands here (and not `name ==`), with
 * the reader moved behind the '='; else 0 and the reader where it was. */
static apr_size_t take_keyword(rpc_pyreader_t *reader)
{
    const char *start = reader->at;
    apr_size_t length;

    if (rpc_pyreader_is_digit(rpc_pyreader_peek(reader))) {
        return 0;
    }
    while (rpc_pyreader_is_name(rpc_pyreader_peek(reader))) {
        reader->at++;
    }
    length = reader->at - start;
    rpc_pyreader_skip(reader);
    if (length == 0 || rpc_pyreader_peek(reader) != '='
        || (reader->at + 1 < reader->end && reader->at[1] == '=')) {
        reader->at = start;
        return 0;
    }
    reader->at++;
    return length;
}

static rpc_fault_t *read_argument(rpc_pyreader_t *reader,
                                  rpc_pycall_t *ret_call)
{
    const char *start = reader->at;
    apr_size_t length;
    rpc_fault_t *fault;
    rpc_value_t value;

    if (rpc_pyreader_peek(reader) == '*') {
        return rpc_pyreader_error(reader, start, RPC_E_PARSE,
                                  "'*' and '**' are not expanded: write the "
                                  "arguments one by one");
    }
    length = take_keyword(reader);
    if ((apr_int64_t)length > reader->limits->max_string) {
        return rpc_fault_limit(reader->pool, RPC_E_LIMIT, "RpcMaxString",
                               reader->limits->max_string, "bytes");
    }
    if (length == 0 && rpc_value_count(&ret_call->named) > 0) {
        return rpc_pyreader_error(reader, start, RPC_E_PARSE,
                                  "a positional argument after name=value: "
                                  "name it too, or put it in front");
    }
    rpc_pyreader_skip(reader);
    fault = rpc_pyreader_value(reader, &value);
    if (fault != NULL) {
        return fault;
    }
    if (length == 0) {
        rpc_value_append(&ret_call->positional, value, reader->pool);
    }
    else if (!rpc_value_add(&ret_call->named,
                            apr_pstrmemdup(reader->pool, start, length),
                            length, value, reader->pool)) {
        return rpc_pyreader_error(reader, start, RPC_E_PARSE,
                                  "argument %.*s is given twice",
                                  length > 60 ? 60 : (int)length, start);
    }
    return NULL;
}

static rpc_fault_t *read_arguments(rpc_pyreader_t *reader,
                                   rpc_pycall_t *ret_call)
{
    rpc_pyreader_skip(reader);
    while (rpc_pyreader_peek(reader) != ')') {
        rpc_fault_t *fault = read_argument(reader, ret_call);

        if (fault != NULL) {
            return fault;
        }
        rpc_pyreader_skip(reader);
        if (rpc_pyreader_peek(reader) == ',') {
            reader->at++;
            rpc_pyreader_skip(reader);
        }
        else if (rpc_pyreader_peek(reader) != ')') {
            return rpc_pyreader_unexpected(reader, "',' or ')'");
        }
    }
    return NULL;
}

rpc_fault_t *rpc_python_read_call(const char *text, apr_size_t length,
                                  const rpc_limits_t *limits,
                                  apr_pool_t *pool, rpc_pycall_t *ret_call)
{
    rpc_pyreader_t reader;
    rpc_pycall_t call;
    rpc_fault_t *fault = begin(&reader, text, length, limits, pool);

    if (fault != NULL) {
        return fault;
    }
    fault = read_method(&reader, &call);
    if (fault != NULL) {
        return fault;
    }
    rpc_pyreader_skip(&reader);
    if (rpc_pyreader_peek(&reader) != '(') {
        return rpc_pyreader_unexpected(&reader,
                                       "'(' after the method's name");
    }
    reader.at++;
    reader.lines = 1;
    call.positional = rpc_value_list(RPC_ARRAY, pool);
    call.named = rpc_value_list(RPC_STRUCT, pool);
    fault = read_arguments(&reader, &call);
    if (fault != NULL) {
        return fault;
    }
    reader.at++;
    fault = finish(&reader, "nothing after the call's ')'");
    if (fault == NULL) {
        *ret_call = call;
    }
    return fault;
}

rpc_fault_t *rpc_python_read(const char *text, apr_size_t length,
                             const rpc_limits_t *limits, apr_pool_t *pool,
                             rpc_value_t *ret_value)
{
    rpc_pyreader_t reader;
    rpc_value_t value;
    rpc_fault_t *fault = begin(&reader, text, length, limits, pool);

    if (fault == NULL) {
        fault = rpc_pyreader_value(&reader, &value);
    }
    if (fault == NULL) {
        fault = finish(&reader, "nothing after the value");
    }
    if (fault == NULL) {
        *ret_value = value;
    }
    return fault;
}
