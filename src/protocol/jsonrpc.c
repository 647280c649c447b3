/* SPDX-License-Identifier: Apache-2.0 */
/* The protocol jsonrpc, versions 2.0, 1.1 and 1.0: messages read into calls.
 * For transports, through rpc_protocol_jsonrpc. */
#include "apr_cstr.h"
#include "apr_strings.h"

#include "protocol/jsonrpc.h"

/* In params of 1.1, how far a position may be beyond the members that there
 * are: what it leaves out is given by name, or is optional. */
#define MOST_GAPS 64

static const rpc_value_t *member(const rpc_value_t *strct, const char *name)
{
    return rpc_value_get(strct, name, strlen(name));
}

static int is_text(const rpc_value_t *value, const char *text)
{
    apr_size_t length = strlen(text);

    return value->type == RPC_STRING && value->length == length
        && memcmp(value->u.text, text, length) == 0;
}

rpc_call_t *rpc_jsonrpc_add(rpc_message_t *message,
                            enum rpc_jsonrpc_e version)
{
    rpc_call_t *call = rpc_message_add_call(message);
    rpc_jsonrpc_t *data = apr_pcalloc(message->pool, sizeof(*data));

    data->version = version;
    call->data = data;
    call->method = "";
    call->coerce = RPC_COERCE_TEXT;
    return call;
}

/* The call is no valid request. Always answered, also without an id. */
static void refuse(rpc_call_t *call, const char *what)
{
    call->fault = rpc_fault_make(call->pool, RPC_E_REQUEST, "%s", what);
    call->is_notification = 0;
}

static void refuse_type(rpc_call_t *call, const char *name,
                        const char *expected, const rpc_value_t *got)
{
    refuse(call, apr_psprintf(call->pool, "\"%s\": expected %s, got %s", name,
                              expected,
                              rpc_type_name((enum rpc_type_e)got->type)));
}

/* Which version the request is of; 0 if of none, and it is refused. */
static int find_version(rpc_call_t *call, const rpc_value_t *request)
{
    rpc_jsonrpc_t *data = call->data;
    const rpc_value_t *jsonrpc = member(request, "jsonrpc");
    const rpc_value_t *version = member(request, "version");

    if (jsonrpc != NULL) {
        if (!is_text(jsonrpc, "2.0")) {
            refuse(call, "\"jsonrpc\": expected \"2.0\"");
        }
    }
    else if (version != NULL) {
        if (is_text(version, "1.1")) {
            data->version = RPC_JSONRPC_11;
        }
        else {
            refuse(call, "\"version\": expected \"1.1\", or \"jsonrpc\": "
                         "\"2.0\" in its place");
        }
    }
    else if (member(request, "method") != NULL
             && member(request, "id") != NULL) {
        data->version = RPC_JSONRPC_10;
    }
    else {
        refuse(call, "expected a member \"jsonrpc\": \"2.0\"");
    }
    return call->fault == NULL;
}

/* The id, and whether the request is a notification. An id of 1.1 and 1.0
 * may be of any type; one of 2.0 that is no scalar refuses the call. */
static void find_id(rpc_call_t *call, const rpc_json_entry_t *entry)
{
    rpc_jsonrpc_t *data = call->data;

    if (entry->id == NULL) {
        call->is_notification = data->version == RPC_JSONRPC_20
            && call->fault == NULL;
        return;
    }
    /* By the text: an object to which there is an objection may have another
     * member in its place. */
    if (data->version == RPC_JSONRPC_20
        && strchr("\"-0123456789n", entry->id[0]) == NULL) {
        if (call->fault == NULL) {
            refuse_type(call, "id", "string, number or null",
                        member(&entry->json.value, "id"));
        }
        return;
    }
    data->id = entry->id;
    data->id_length = entry->id_length;
    call->is_notification = data->version == RPC_JSONRPC_10
        && entry->id[0] == 'n' && call->fault == NULL;
}

static void find_method(rpc_call_t *call, const rpc_value_t *request)
{
    const rpc_value_t *method = member(request, "method");

    if (method == NULL) {
        refuse(call, "expected a member \"method\"");
    }
    else if (method->type != RPC_STRING) {
        refuse_type(call, "method", "string", method);
    }
    else {
        call->method = method->u.text;
        call->method_length = method->length;
    }
}

/* A name of digits only as a position, or -1. Past any limit, RPC_VALUE_MAX. */
static apr_int64_t position_of(const char *name, apr_size_t length)
{
    apr_int64_t position = 0;
    apr_size_t i;

    if (length == 0) {
        return -1;
    }
    for (i = 0; i < length; i++) {
        if (name[i] < '0' || name[i] > '9') {
            return -1;
        }
        if (position < RPC_VALUE_MAX) {
            position = position * 10 + (name[i] - '0');
        }
    }
    return position;
}

/* Put an argument at its position; 0 if that is out of reach or taken. */
static int put_position(rpc_value_t *positional, apr_int64_t position,
                        rpc_value_t value, apr_size_t reach, apr_pool_t *pool)
{
    rpc_value_t *place;

    if (position >= (apr_int64_t)reach) {
        return 0;
    }
    while ((apr_int64_t)rpc_value_count(positional) <= position) {
        rpc_value_append(positional, rpc_value_nil(), pool);
    }
    place = rpc_value_at(positional, (apr_size_t)position);
    if (place->type != RPC_NIL) {
        return 0;
    }
    *place = value;
    return 1;
}

void rpc_jsonrpc_split(rpc_call_t *call, const rpc_value_t *params)
{
    apr_size_t count = rpc_value_count(params);
    rpc_value_t positional = rpc_value_list(RPC_ARRAY, call->pool);
    rpc_value_t named = rpc_value_list(RPC_STRUCT, call->pool);
    apr_size_t i;

    for (i = 0; i < count; i++) {
        const char *name;
        apr_size_t length;
        const rpc_value_t *value = rpc_value_member(params, i, &name,
                                                    &length);
        apr_int64_t position = position_of(name, length);

        if (value->type == RPC_NIL) {
            continue; /* not supplied */
        }
        if (position < 0) {
            rpc_value_set(&named, name, length, *value, call->pool);
        }
        else if (!put_position(&positional, position, *value,
                               count + MOST_GAPS, call->pool)) {
            call->fault = rpc_fault_make(
                call->pool, RPC_E_PARAMS,
                "position %s is given twice, or too far beyond the others",
                length < 20 ? name : "(a large number)");
            return;
        }
    }
    if (rpc_value_count(&positional) > 0) {
        call->positional = rpc_value_in_pool(positional, call->pool);
    }
    if (rpc_value_count(&named) > 0) {
        call->named = rpc_value_in_pool(named, call->pool);
    }
}

void rpc_jsonrpc_set_params(rpc_call_t *call, rpc_value_t *params)
{
    const rpc_jsonrpc_t *data = call->data;

    if (params->type == RPC_ARRAY) {
        call->positional = params;
    }
    else if (params->type == RPC_STRUCT) {
        if (data->version == RPC_JSONRPC_11) {
            rpc_jsonrpc_split(call, params);
        }
        else {
            call->named = params;
        }
    }
    else if (params->type != RPC_NIL) {
        refuse_type(call, "params", "array or object", params);
    }
}

void rpc_jsonrpc_add_entry(rpc_message_t *message, rpc_json_entry_t *entry)
{
    rpc_call_t *call = rpc_jsonrpc_add(message, RPC_JSONRPC_20);
    const rpc_value_t *request = &entry->json.value;
    rpc_value_t *params;

    if (request->type != RPC_STRUCT) {
        refuse(call, apr_psprintf(
            call->pool, "expected an object with \"jsonrpc\", \"method\", "
            "\"params\" and \"id\", got %s",
            rpc_type_name((enum rpc_type_e)request->type)));
        return;
    }
    find_version(call, request);
    find_id(call, entry);
    if (entry->json.objection != NULL) {
        refuse(call, entry->json.objection);
        return;
    }
    if (call->fault == NULL) {
        find_method(call, request);
    }
    params = rpc_value_get(request, "params", strlen("params"));
    if (call->fault == NULL && params != NULL) {
        rpc_jsonrpc_set_params(call, params);
    }
}

/* JSON is UTF-8 (RFC 8259, section 8.1), whatever the header says. */
static int is_utf8(const rpc_message_t *message)
{
    const rpc_options_t *options = message->options;
    const char *charset = options != NULL ? options->charset : NULL;

    return charset == NULL || apr_cstr_casecmp(charset, "utf-8") == 0
        || apr_cstr_casecmp(charset, "utf8") == 0
        || apr_cstr_casecmp(charset, "us-ascii") == 0;
}

int rpc_jsonrpc_read(rpc_message_t *message, char *bytes, apr_size_t length,
                     rpc_json_entries_t *ret_entries)
{
    message->fault = rpc_json_read_entries(bytes, length,
                                           message->caller->limits,
                                           message->pool, ret_entries);
    if (message->fault != NULL) {
        return 0;
    }
    if (ret_entries->count == 0) {
        message->fault = rpc_fault_make(message->pool, RPC_E_REQUEST,
                                        "the batch is empty; expected at "
                                        "least one call");
        return 0;
    }
    message->is_batch = ret_entries->is_batch;
    return 1;
}

static void decode(rpc_message_t *message, char *bytes, apr_size_t length)
{
    rpc_json_entries_t entries;
    int i;

    if (!is_utf8(message)) {
        message->fault = rpc_fault_make(message->pool, RPC_E_PARSE,
                                        "the Content-Type names another "
                                        "charset; JSON must be UTF-8");
        return;
    }
    if (!rpc_jsonrpc_read(message, bytes, length, &entries)) {
        return;
    }
    rpc_message_reserve(message, entries.count);
    for (i = 0; i < entries.count; i++) {
        rpc_jsonrpc_add_entry(message, &entries.entries[i]);
    }
}

static const char *content_type(const rpc_message_t *message)
{
    (void)message;
    return "application/json";
}

static const char *const media_types[] = {
    "application/json", "application/json-rpc", "application/jsonrequest",
    NULL
};

const rpc_protocol_t rpc_protocol_jsonrpc = {
    .name = "jsonrpc",
    .media_types = media_types,
    .decode = decode,
    .encode = rpc_jsonrpc_encode,
    .content_type = content_type
};
