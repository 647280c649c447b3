/* SPDX-License-Identifier: Apache-2.0 */
/* Reads any Python literal: names, lists, tuples and dicts here, strings and
 * numbers by their own files. For python.c. */
#include "protocol/python_reader.h"

#include <string.h>

#include "apr_strings.h"

/* The words that are values; JSON's too, so that a browser may build a call
 * with JSON.stringify(). */
static const struct {
    const char *word;
    enum rpc_type_e type;
    int truth;
} constants[] = {
    { "True", RPC_BOOL, 1 },   { "False", RPC_BOOL, 0 },
    { "None", RPC_NIL, 0 },    { "true", RPC_BOOL, 1 },
    { "false", RPC_BOOL, 0 },  { "null", RPC_NIL, 0 },
};

static rpc_fault_t *read_name(rpc_pyreader_t *reader, rpc_value_t *ret_value)
{
    const char *start = reader->at;
    apr_size_t length;
    apr_size_t i;

    while (rpc_pyreader_is_name(rpc_pyreader_peek(reader))) {
        reader->at++;
    }
    length = reader->at - start;
    for (i = 0; i < sizeof(constants) / sizeof(constants[0]); i++) {
        if (strlen(constants[i].word) == length
            && memcmp(constants[i].word, start, length) == 0) {
            *ret_value = constants[i].type == RPC_NIL
                             ? rpc_value_nil()
                             : rpc_value_bool(constants[i].truth);
            return NULL;
        }
    }
    if (length > 40) {
        return rpc_pyreader_error(reader, start, RPC_E_PARSE,
                                  "a name: nothing is evaluated, expected a "
                                  "literal");
    }
    return rpc_pyreader_error(reader, start, RPC_E_PARSE,
                              "%.*s is a name: nothing is evaluated, "
                              "expected a literal such as '%.*s'",
                              (int)length, start, (int)length, start);
}

/* Limits hold before the reader recurses. */
static rpc_fault_t *open_bracket(rpc_pyreader_t *reader)
{
    if (reader->depth >= reader->limits->max_depth) {
        return rpc_fault_limit(reader->pool, RPC_E_LIMIT, "RpcMaxDepth",
                               reader->limits->max_depth, "levels");
    }
    reader->depth++;
    reader->lines++;
    reader->at++;
    rpc_pyreader_skip(reader);
    return NULL;
}

static void close_bracket(rpc_pyreader_t *reader)
{
    reader->at++;
    reader->lines--;
    reader->depth--;
}

/* After an element: go over a comma. Anything else but the end is wrong. */
static rpc_fault_t *next_element(rpc_pyreader_t *reader, int closer,
                                 const char *wanted, int *ret_comma)
{
    rpc_pyreader_skip(reader);
    *ret_comma = rpc_pyreader_peek(reader) == ',';
    if (*ret_comma) {
        reader->at++;
        rpc_pyreader_skip(reader);
    }
    else if (rpc_pyreader_peek(reader) != closer) {
        return rpc_pyreader_unexpected(reader, wanted);
    }
    return NULL;
}

/* [1, 2] and (1, 2), which come in as arrays; (1) is 1 itself. */
static rpc_fault_t *read_sequence(rpc_pyreader_t *reader, int closer,
                                  rpc_value_t *ret_value)
{
    const char *wanted = closer == ']' ? "',' or ']'" : "',' or ')'";
    rpc_value_t list = rpc_value_list(RPC_ARRAY, reader->pool);
    rpc_value_t value;
    int comma = 0;
    rpc_fault_t *fault = open_bracket(reader);

    while (fault == NULL && rpc_pyreader_peek(reader) != closer) {
        fault = rpc_pyreader_value(reader, &value);
        if (fault == NULL) {
            rpc_value_append(&list, value, reader->pool);
            fault = next_element(reader, closer, wanted, &comma);
        }
    }
    if (fault != NULL) {
        return fault;
    }
    close_bracket(reader);
    *ret_value = list;
    if (closer == ')' && rpc_value_count(&list) == 1 && !comma) {
        *ret_value = value;
    }
    return NULL;
}

static rpc_fault_t *check_key(const rpc_pyreader_t *reader, const char *start,
                              const rpc_value_t *key)
{
    int c = rpc_pyreader_peek(reader);

    if (c == ',' || c == '}') {
        return rpc_pyreader_error(reader, start, RPC_E_PARAMS,
                                  "a set has no form here: write a list, "
                                  "[...]");
    }
    if (c != ':') {
        return rpc_pyreader_unexpected(reader, "':' after the key");
    }
    if (key->type != RPC_STRING) {
        return rpc_pyreader_error(reader, start, RPC_E_PARAMS,
                                  "the keys of a dict must be strings, got "
                                  "%s", rpc_type_name(rpc_type(key)));
    }
    if (memchr(key->u.text, '\0', key->length) != NULL) {
        return rpc_pyreader_error(reader, start, RPC_E_PARAMS,
                                  "a key with a NUL in it");
    }
    return NULL;
}

static rpc_fault_t *read_member(rpc_pyreader_t *reader, rpc_value_t *strct)
{
    const char *start = reader->at;
    rpc_value_t key;
    rpc_value_t value;
    rpc_fault_t *fault;

    fault = rpc_pyreader_value(reader, &key);
    if (fault != NULL) {
        return fault;
    }
    rpc_pyreader_skip(reader);
    fault = check_key(reader, start, &key);
    if (fault != NULL) {
        return fault;
    }
    reader->at++;
    rpc_pyreader_skip(reader);
    fault = rpc_pyreader_value(reader, &value);
    if (fault != NULL) {
        return fault;
    }
    /* A key that is there already: the last one wins, as in Python. */
    rpc_value_set(strct, key.u.text, key.length, value, reader->pool);
    return NULL;
}

static rpc_fault_t *read_dict(rpc_pyreader_t *reader, rpc_value_t *ret_value)
{
    rpc_value_t strct = rpc_value_list(RPC_STRUCT, reader->pool);
    int comma;
    rpc_fault_t *fault = open_bracket(reader);

    while (fault == NULL && rpc_pyreader_peek(reader) != '}') {
        fault = read_member(reader, &strct);
        if (fault == NULL) {
            fault = next_element(reader, '}', "',' or '}'", &comma);
        }
    }
    if (fault != NULL) {
        return fault;
    }
    close_bracket(reader);
    *ret_value = strct;
    return NULL;
}

rpc_fault_t *rpc_pyreader_value(rpc_pyreader_t *reader,
                                rpc_value_t *ret_value)
{
    int c = rpc_pyreader_peek(reader);

    if (reader->values >= reader->limits->max_values) {
        return rpc_fault_limit(reader->pool, RPC_E_LIMIT, "RpcMaxValues",
                               reader->limits->max_values, "values");
    }
    reader->values++;
    if (c == '[') {
        return read_sequence(reader, ']', ret_value);
    }
    if (c == '(') {
        return read_sequence(reader, ')', ret_value);
    }
    if (c == '{') {
        return read_dict(reader, ret_value);
    }
    if (rpc_pyreader_at_string(reader)) {
        return rpc_pyreader_string(reader, ret_value);
    }
    if (rpc_pyreader_is_digit(c) || c == '+' || c == '-'
        || (c == '.' && reader->at + 1 < reader->end
            && rpc_pyreader_is_digit(reader->at[1]))) {
        return rpc_pyreader_number(reader, ret_value);
    }
    if (rpc_pyreader_is_name(c)) {
        return read_name(reader, ret_value);
    }
    return rpc_pyreader_unexpected(reader, "a literal");
}
