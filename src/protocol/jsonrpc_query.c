/* SPDX-License-Identifier: Apache-2.0 */
/* The GET forms of jsonrpc: ?method=add&params=[2,3]&id=1, and those of 1.1,
 * /rpc/add?x=2&y=3. For the HTTP transport. */
#include <limits.h>

#include "apr_base64.h"
#include "apr_strings.h"

#include "protocol/json.h"
#include "protocol/json_scan.h"
#include "protocol/jsonrpc.h"

#define EXPECTED "; expected ?jsonrpc=2.0&method=...&params=[...]&id=..."

static void refuse(rpc_message_t *message, const char *what)
{
    message->fault = rpc_fault_make(message->pool, RPC_E_REQUEST,
                                    "%s" EXPECTED, what);
    message->status = 400;
}

static int check_fields(rpc_message_t *message, const rpc_form_t *form)
{
    static const char *const once[] = { "jsonrpc", "method", "params", "id" };
    const rpc_field_t *version = rpc_form_get(form, "jsonrpc");
    apr_size_t i;

    for (i = 0; i < sizeof(once) / sizeof(once[0]); i++) {
        if (rpc_form_count(form, once[i]) > 1) {
            refuse(message, apr_psprintf(message->pool,
                                         "the field `%s` is there twice",
                                         once[i]));
            return 0;
        }
    }
    if (version != NULL && (version->value_length != strlen("2.0")
                            || strcmp(version->value, "2.0") != 0)) {
        refuse(message, "the field `jsonrpc` is not 2.0");
        return 0;
    }
    if (rpc_form_get(form, "method") == NULL) {
        refuse(message, "the field `method` is missing");
        return 0;
    }
    return 1;
}

/* Whether the text is a number or a string of JSON, so that it can stand in
 * the answer as it is. */
static int is_json_scalar(const rpc_field_t *field, apr_pool_t *pool)
{
    const rpc_limits_t limits = {
        .max_depth = 1, .max_values = 1, .max_string = INT_MAX
    };
    rpc_json_scan_t scan;
    rpc_fault_t *fault;
    char *text;
    char c = field->value[0];

    if (c != '"' && c != '-' && (c < '0' || c > '9')) {
        return 0;
    }
    text = apr_pstrmemdup(pool, field->value, field->value_length);
    if (c != '"') {
        int plain;
        const char *what;
        const char *end = rpc_json_scan_number(text, &plain, &what);

        return what == NULL && end == text + field->value_length;
    }
    fault = rpc_json_scan(&scan, text, field->value_length, &limits, 0, pool);
    rpc_json_scan_free(&scan);
    return fault == NULL && text[field->value_length - 1] == '"';
}

static void take_id(rpc_call_t *call, const rpc_field_t *field)
{
    rpc_jsonrpc_t *data = call->data;
    rpc_writer_t *writer;

    if (field == NULL) {
        call->is_notification = 1;
        return;
    }
    if (is_json_scalar(field, call->pool)) {
        data->id = field->value;
        data->id_length = field->value_length;
        return;
    }
    writer = rpc_writer_create(call->pool);
    rpc_json_write_string(writer, field->value, field->value_length);
    data->id = writer->data;
    data->id_length = writer->length;
}

/* The standard alphabet of base64 for that of URLs; a blank was a '+'. */
static char standard(char c)
{
    return c == '-' || c == ' ' ? '+' : c == '_' ? '/' : c;
}

static int is_base64(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')
        || (c >= '0' && c <= '9') || c == '+' || c == '/';
}

/* The bytes that base64 stands for, NUL added, or NULL if it is none. */
static char *decode_base64(const rpc_field_t *field, apr_pool_t *pool,
                           apr_size_t *ret_length)
{
    apr_size_t length = field->value_length;
    char *text = apr_pstrmemdup(pool, field->value, length);
    char *bytes;
    apr_size_t i;

    while (length > 0 && text[length - 1] == '=') {
        length--;
    }
    for (i = 0; i < length; i++) {
        text[i] = standard(text[i]);
        if (!is_base64(text[i])) {
            return NULL;
        }
    }
    /* A quantum of one character is none; and padding fills the last. */
    if (length % 4 == 1 || length > INT_MAX / 2
        || field->value_length - length > (4 - length % 4) % 4) {
        return NULL;
    }
    text[length] = '\0';
    bytes = apr_palloc(pool, length + 4);
    *ret_length = (apr_size_t)apr_base64_decode_binary(
        (unsigned char *)bytes, text);
    bytes[*ret_length] = '\0';
    return bytes;
}

/* The text of the field `params` as JSON, a copy; NULL if it is none. */
static char *params_text(const rpc_field_t *field, apr_pool_t *pool,
                         apr_size_t *ret_length)
{
    const char *at = field->value + strspn(field->value, " \t\r\n");

    if (*at == '[' || *at == '{') {
        *ret_length = field->value_length;
        return apr_pstrmemdup(pool, field->value, field->value_length);
    }
    return decode_base64(field, pool, ret_length);
}

static void take_params(rpc_call_t *call, const rpc_field_t *field)
{
    const rpc_limits_t *limits = call->message->caller->limits;
    rpc_json_t json;
    apr_size_t length;
    char *text;

    if (field == NULL || field->value_length == 0) {
        return;
    }
    text = params_text(field, call->pool, &length);
    if (text == NULL) {
        call->fault = rpc_fault_make(call->pool, RPC_E_PARSE,
                                     "params: expected a JSON array or "
                                     "object, or base64 of one");
        return;
    }
    call->fault = rpc_json_read(text, length, limits, call->pool, &json);
    if (call->fault != NULL) {
        call->fault->text = apr_pstrcat(call->pool, "params: ",
                                        call->fault->text, NULL);
    }
    else if (json.objection != NULL) {
        call->fault = rpc_fault_make(call->pool, RPC_E_REQUEST, "params: %s",
                                     json.objection);
    }
    else {
        rpc_jsonrpc_set_params(call, rpc_value_in_pool(json.value,
                                                       call->pool));
    }
}

void rpc_jsonrpc_decode_query(rpc_message_t *message, const rpc_form_t *form)
{
    const rpc_field_t *method;
    rpc_call_t *call;

    if (!check_fields(message, form)) {
        return;
    }
    method = rpc_form_get(form, "method");
    call = rpc_jsonrpc_add(message, RPC_JSONRPC_20);
    call->method = method->value;
    call->method_length = method->value_length;
    take_id(call, rpc_form_get(form, "id"));
    take_params(call, rpc_form_get(form, "params"));
    if (call->fault != NULL) {
        call->is_notification = 0;
    }
}

/* A name that comes again makes an array of strings. */
static void add_argument(rpc_value_t *params, const rpc_field_t *field,
                         apr_pool_t *pool)
{
    rpc_value_t value = rpc_value_text(RPC_STRING, field->value,
                                       field->value_length);
    rpc_value_t *before = rpc_value_get(params, field->name,
                                        field->name_length);

    if (before == NULL) {
        rpc_value_set(params, field->name, field->name_length, value, pool);
        return;
    }
    if (before->type != RPC_ARRAY) {
        rpc_value_t array = rpc_value_list(RPC_ARRAY, pool);

        rpc_value_append(&array, *before, pool);
        *before = array;
    }
    rpc_value_append(before, value, pool);
}

void rpc_jsonrpc_decode_path(rpc_message_t *message, const char *method,
                             apr_size_t length, const rpc_form_t *form)
{
    rpc_call_t *call = rpc_jsonrpc_add(message, RPC_JSONRPC_11);
    rpc_jsonrpc_t *data = call->data;
    rpc_value_t params = rpc_value_list(RPC_STRUCT, message->pool);
    const rpc_limits_t *limits = message->caller->limits;
    int i;

    data->is_path = 1;
    message->data = data;
    call->method = apr_pstrmemdup(message->pool, method, length);
    call->method_length = length;
    call->coerce = RPC_COERCE_QUERY;
    for (i = 0; i < form->count; i++) {
        const rpc_field_t *field = &form->fields[i];

        if (field->value_length > (apr_uint64_t)limits->max_string) {
            call->fault = rpc_fault_limit(message->pool, RPC_E_LIMIT,
                                          "RpcMaxString", limits->max_string,
                                          "bytes in an argument");
            return;
        }
        if (memchr(field->name, '\0', field->name_length) != NULL) {
            call->fault = rpc_fault_make(message->pool, RPC_E_PARAMS,
                                         "a name contains U+0000");
            return;
        }
        add_argument(&params, field, message->pool);
    }
    rpc_jsonrpc_split(call, &params);
}
