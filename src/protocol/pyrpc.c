/* SPDX-License-Identifier: Apache-2.0 */
/* The protocol pyrpc: {'req': 'execute', 'data': 'method(arguments)'} as a
 * form or as that literal, and its answers. For transports. */
#include <string.h>

#include "apr_strings.h"
#include "core/utf8.h"
#include "protocol/json.h"
#include "protocol/protocol.h"
#include "protocol/python.h"

#define EXPECTED_FORM "send request=execute&data=method(arguments)"
#define EXPECTED_LITERAL "send {'req': 'execute', 'data': 'method(arguments)'}"

static void decode_call(rpc_message_t *message, const char *text,
                        apr_size_t length)
{
    rpc_pycall_t parsed;
    rpc_call_t *call;

    message->fault = rpc_python_read_call(text, length,
                                          message->caller->limits,
                                          message->pool, &parsed);
    if (message->fault != NULL) {
        return;
    }
    call = rpc_message_add_call(message);
    call->method = parsed.method;
    call->method_length = parsed.method_length;
    call->positional = rpc_value_in_pool(parsed.positional, message->pool);
    call->named = rpc_value_in_pool(parsed.named, message->pool);
    call->coerce = RPC_COERCE_TEXT;
}

static void refuse_form(rpc_message_t *message, const char *what)
{
    message->fault = rpc_fault_make(message->pool, RPC_E_REQUEST,
                                    "%s: " EXPECTED_FORM, what);
    message->status = 400;
}

void rpc_pyrpc_decode_form(rpc_message_t *message, const rpc_form_t *form)
{
    const rpc_field_t *request = rpc_form_get(form, "request");
    const rpc_field_t *data = rpc_form_get(form, "data");

    if (request == NULL) {
        refuse_form(message, "the field `request` is missing");
    }
    else if (request->value_length != strlen("execute")
             || memcmp(request->value, "execute", strlen("execute")) != 0) {
        refuse_form(message, "the field `request` is not `execute`");
    }
    else if (data == NULL) {
        refuse_form(message, "the field `data` is missing");
    }
    else if (rpc_form_count(form, "request") > 1) {
        refuse_form(message, "the field `request` is there twice");
    }
    else if (rpc_form_count(form, "data") > 1) {
        refuse_form(message, "the field `data` is there twice");
    }
    else {
        decode_call(message, data->value, data->value_length);
    }
}

static const rpc_value_t *string_member(const rpc_value_t *strct,
                                        const char *name)
{
    const rpc_value_t *value = rpc_value_get(strct, name, strlen(name));

    return value != NULL && value->type == RPC_STRING ? value : NULL;
}

static void decode_literal(rpc_message_t *message, char *bytes,
                           apr_size_t length)
{
    const rpc_value_t *request;
    const rpc_value_t *data;
    const char *wrong = NULL;
    rpc_value_t value;

    message->fault = rpc_python_read(bytes, length, message->caller->limits,
                                     message->pool, &value);
    if (message->fault != NULL) {
        return;
    }
    if (value.type != RPC_STRUCT) {
        message->fault = rpc_fault_make(message->pool, RPC_E_REQUEST,
                                        "expected a dict, got %s: "
                                        EXPECTED_LITERAL,
                                        rpc_type_name(rpc_type(&value)));
        return;
    }
    request = string_member(&value, "req");
    data = string_member(&value, "data");
    if (request == NULL) {
        wrong = "'req' is missing or no string";
    }
    else if (request->length != strlen("execute")
             || memcmp(request->u.text, "execute", request->length) != 0) {
        wrong = "'req' is not 'execute'";
    }
    else if (data == NULL) {
        wrong = "'data' is missing or no string";
    }
    if (wrong != NULL) {
        message->fault = rpc_fault_make(message->pool, RPC_E_REQUEST,
                                        "%s: " EXPECTED_LITERAL, wrong);
        return;
    }
    decode_call(message, data->u.text, data->length);
}

static int answers_json(const rpc_message_t *message)
{
    const rpc_options_t *options = message->options;

    return options != NULL && options->json_answer;
}

/* A fault's text is a handler's, so it may hold anything: what is no UTF-8
 * is cut out, since a caller could not read the answer at all. */
static const char *readable_text(const char *text, apr_pool_t *pool,
                                 apr_size_t *ret_length)
{
    apr_size_t length = strlen(text);
    apr_size_t kept = 0;
    char *copy;

    if (rpc_utf8_is_valid(text, length)) {
        *ret_length = length;
        return text;
    }
    copy = apr_palloc(pool, length + 1);
    while (length > 0) {
        apr_size_t good = rpc_utf8_valid_prefix(text, length);

        memcpy(copy + kept, text, good);
        kept += good;
        if (good < length) {
            copy[kept++] = '?';
            good++;
        }
        text += good;
        length -= good;
    }
    copy[kept] = '\0';
    *ret_length = kept;
    return copy;
}

static void encode_fault(const rpc_message_t *message,
                         const rpc_fault_t *fault, rpc_writer_t *out)
{
    const char *text = rpc_fault_sentence(fault, message->pool);
    apr_size_t length;

    text = readable_text(text, message->pool, &length);
    if (answers_json(message)) {
        rpc_write_literal(out, "{\"res\":\"error\",\"data\":");
        rpc_json_write_string(out, text, length);
        rpc_write_literal(out, ",\"code\":");
    }
    else {
        rpc_write_literal(out, "{'res': 'error', 'data': ");
        rpc_python_write_string(out, text, length);
        rpc_write_literal(out, ", 'code': ");
    }
    rpc_write_int(out, fault->code);
    rpc_write_char(out, '}');
}

static const char *encode_json(const rpc_value_t *result, rpc_writer_t *out)
{
    const char *reason;

    rpc_write_literal(out, "{\"res\":\"response\",\"data\":");
    reason = rpc_json_write(out, result);
    rpc_write_char(out, '}');
    return reason;
}

/* The result as a literal, and that text as a literal once more. */
static const char *encode_python(const rpc_value_t *result,
                                 rpc_writer_t *out, apr_pool_t *pool)
{
    rpc_writer_t *inner = rpc_writer_create(pool);
    const char *reason = rpc_python_write(inner, result);

    if (reason == NULL) {
        rpc_write_literal(out, "{'res': 'response', 'data': ");
        rpc_python_write_string(out, inner->data, inner->length);
        rpc_write_char(out, '}');
    }
    return reason;
}

/* The client is not told why: it is the handler's affair. */
static void fail_result(rpc_call_t *call, const char *reason)
{
    call->result = NULL;
    call->fault = rpc_call_blame(
        call, apr_pstrcat(call->pool, "returned what pyrpc cannot carry: ",
                          reason, NULL));
}

static void encode_result(rpc_message_t *message, rpc_call_t *call,
                          rpc_writer_t *out)
{
    apr_size_t before = out->length;
    const char *reason;

    if (answers_json(message)) {
        reason = encode_json(call->result, out);
    }
    else {
        reason = encode_python(call->result, out, message->pool);
    }
    if (reason != NULL) {
        rpc_writer_cut(out, before);
        fail_result(call, reason);
        encode_fault(message, call->fault, out);
    }
}

static void encode(rpc_message_t *message, rpc_writer_t *out)
{
    if (message->fault != NULL) {
        encode_fault(message, message->fault, out);
    }
    else if (message->call_count > 0) {
        rpc_call_t *call = message->calls[0];

        if (call->fault != NULL) {
            encode_fault(message, call->fault, out);
        }
        else {
            encode_result(message, call, out);
        }
    }
}

static const char *content_type(const rpc_message_t *message)
{
    return answers_json(message) ? "application/json"
                                 : "text/plain; charset=utf-8";
}

static const char *const media_types[] = {
    "text/x-python", "application/x-pyrpc", NULL
};

const rpc_protocol_t rpc_protocol_pyrpc = {
    .name = "pyrpc",
    .media_types = media_types,
    .decode = decode_literal,
    .encode = encode,
    .content_type = content_type
};
