/* SPDX-License-Identifier: Apache-2.0 */
/* PyRPC from the caller's side: method(arguments) out, {'res': ...} in. For
 * the client library. */
#include "protocol/pyrpc_client.h"

#include <string.h>

#include "core/utf8.h"
#include "protocol/json.h"
#include "protocol/python.h"
#include "protocol/python_reader.h"

/* What cannot name an argument: the reader takes them for values. */
static const char *const words[] = { "True", "False", "None", NULL };

static int is_name(const char *text, apr_size_t length)
{
    apr_size_t i;

    if (length == 0 || rpc_pyreader_is_digit((unsigned char)text[0])
        || !rpc_utf8_is_valid(text, length)) {
        return 0;
    }
    for (i = 0; i < length; i++) {
        if (!rpc_pyreader_is_name((unsigned char)text[i])) {
            return 0;
        }
    }
    for (i = 0; words[i] != NULL; i++) {
        if (strlen(words[i]) == length
            && memcmp(words[i], text, length) == 0) {
            return 0;
        }
    }
    return 1;
}

static int is_method(const char *text, apr_size_t length)
{
    const char *end = text + length;

    for (;;) {
        const char *dot = memchr(text, '.', (apr_size_t)(end - text));

        if (dot == NULL) {
            return is_name(text, (apr_size_t)(end - text));
        }
        if (!is_name(text, (apr_size_t)(dot - text))) {
            return 0;
        }
        text = dot + 1;
    }
}

static const char *write_arguments(rpc_writer_t *out,
                                   const rpc_value_t *positional,
                                   const rpc_value_t *named)
{
    const char *separator = "";
    const char *why = NULL;
    apr_size_t i;

    for (i = 0; why == NULL && i < rpc_value_count(positional); i++) {
        rpc_write_string(out, separator);
        separator = ", ";
        why = rpc_python_write(out, rpc_value_at(positional, i));
    }
    for (i = 0; why == NULL && i < rpc_value_count(named); i++) {
        const char *name;
        apr_size_t length;
        const rpc_value_t *value = rpc_value_member(named, i, &name,
                                                    &length);

        if (!is_name(name, length)) {
            return "an argument whose name is no Python name";
        }
        rpc_write_string(out, separator);
        separator = ", ";
        rpc_write(out, name, length);
        rpc_write_char(out, '=');
        why = rpc_python_write(out, value);
    }
    return why;
}

/* application/x-www-form-urlencoded; a space as %20, which is right in a
 * query too. */
static void write_encoded(rpc_writer_t *out, const char *text,
                          apr_size_t length)
{
    static const char hex[] = "0123456789ABCDEF";
    static const char plain[] = "-._~*";
    apr_size_t i;

    for (i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];

        if ((c < 0x80 && c != 0 && rpc_pyreader_is_name(c))
            || (c != 0 && strchr(plain, c) != NULL)) {
            rpc_write_char(out, (char)c);
        }
        else {
            rpc_write_char(out, '%');
            rpc_write_char(out, hex[c >> 4]);
            rpc_write_char(out, hex[c & 15]);
        }
    }
}

const char *rpc_pyrpc_write_call(rpc_writer_t *out,
                                 enum rpc_pyrpc_form_e form,
                                 const char *method, apr_size_t length,
                                 const rpc_value_t *positional,
                                 const rpc_value_t *named, apr_pool_t *pool)
{
    rpc_writer_t *call = rpc_writer_create(pool);
    const char *why;

    if (!is_method(method, length)) {
        return "a method whose name is not Python names joined by dots";
    }
    rpc_write(call, method, length);
    rpc_write_char(call, '(');
    why = write_arguments(call, positional, named);
    if (why != NULL) {
        return why;
    }
    rpc_write_char(call, ')');
    if (form == RPC_PYRPC_FORM) {
        rpc_write_literal(out, "request=execute&data=");
        write_encoded(out, call->data, call->length);
    }
    else {
        rpc_write_literal(out, "{'req': 'execute', 'data': ");
        rpc_python_write_string(out, call->data, call->length);
        rpc_write_char(out, '}');
    }
    return NULL;
}

/* ------------------------------------------------------------------------ */

static const rpc_value_t *member(const rpc_value_t *strct, const char *name,
                                 enum rpc_type_e type)
{
    const rpc_value_t *value = rpc_value_get(strct, name, strlen(name));

    return rpc_type(value) == type ? value : NULL;
}

static int is_text(const rpc_value_t *value, const char *text)
{
    return value != NULL && value->length == strlen(text)
           && memcmp(value->u.text, text, value->length) == 0;
}

static rpc_fault_t *other_fault(const rpc_value_t *answer, apr_pool_t *pool)
{
    const rpc_value_t *code = member(answer, "code", RPC_INT);
    const rpc_value_t *text = member(answer, "data", RPC_STRING);
    int64_t n = code != NULL ? code->u.integer : RPC_E_APPLICATION;

    if (text == NULL || n < INT32_MIN || n > INT32_MAX) {
        return NULL;
    }
    return rpc_fault_make(pool, (int)n, "%s", text->u.text);
}

/* The data of a literal is the text of a literal once more; JSON's is the
 * value itself. */
static rpc_fault_t *read_data(const rpc_value_t *answer, int is_json,
                              const rpc_limits_t *limits, apr_pool_t *pool,
                              rpc_value_t **ret_result)
{
    rpc_value_t *data = rpc_value_get(answer, "data", strlen("data"));
    rpc_value_t value;
    rpc_fault_t *fault;

    if (data == NULL || (!is_json && data->type != RPC_STRING)) {
        return rpc_fault_make(pool, RPC_E_REQUEST,
                              "'data' is missing or no string");
    }
    if (is_json) {
        *ret_result = data;
        return NULL;
    }
    fault = rpc_python_read(data->u.text, data->length, limits, pool, &value);
    if (fault == NULL) {
        *ret_result = rpc_value_in_pool(value, pool);
    }
    return fault;
}

rpc_fault_t *rpc_pyrpc_read_answer(char *bytes, apr_size_t length,
                                   int is_json, const rpc_limits_t *limits,
                                   apr_pool_t *pool,
                                   rpc_value_t **ret_result,
                                   rpc_fault_t **ret_fault)
{
    const rpc_value_t *res;
    rpc_json_t json = { .objection = NULL };
    rpc_fault_t *fault;

    fault = is_json ? rpc_json_read(bytes, length, limits, pool, &json)
                    : rpc_python_read(bytes, length, limits, pool,
                                      &json.value);
    if (fault != NULL) {
        return fault;
    }
    *ret_result = NULL;
    *ret_fault = NULL;
    res = member(&json.value, "res", RPC_STRING);
    if (json.objection != NULL) {
        return rpc_fault_make(pool, RPC_E_REQUEST, "%s", json.objection);
    }
    if (is_text(res, "response")) {
        return read_data(&json.value, is_json, limits, pool, ret_result);
    }
    if (is_text(res, "error")) {
        *ret_fault = other_fault(&json.value, pool);
    }
    if (*ret_fault == NULL) {
        return rpc_fault_make(pool, RPC_E_REQUEST,
                              "expected a dict with 'res' ('response' or"
                              " 'error') and 'data'");
    }
    return NULL;
}
