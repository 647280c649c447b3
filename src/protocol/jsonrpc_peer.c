/* SPDX-License-Identifier: Apache-2.0 */
/* JSON-RPC of an end that calls as well: answers of versions 2.0, 1.1 and 1.0
 * read, requests written. For peers, and for the client library. */
#include "protocol/jsonrpc_peer.h"

#include <limits.h>
#include <math.h>

#include "apr_strings.h"

#include "core/utf8.h"

static rpc_value_t *member(const rpc_value_t *strct, const char *name)
{
    return rpc_value_get(strct, name, strlen(name));
}

/* A member that is there and not null: 1.0 and 1.1 send both, one null. */
static rpc_value_t *filled(const rpc_value_t *strct, const char *name)
{
    rpc_value_t *value = member(strct, name);

    return value != NULL && value->type != RPC_NIL ? value : NULL;
}

/* ---- answers ---- */

/* A code as a fault has it: 0 would be none. */
static int code_of(const rpc_value_t *error)
{
    const rpc_value_t *code = member(error, "code");
    double d = code != NULL && code->type == RPC_DOUBLE ? code->u.number : 0;

    if (code != NULL && code->type == RPC_INT && code->u.integer >= INT_MIN
        && code->u.integer <= INT_MAX) {
        d = (double)code->u.integer;
    }
    if (d != floor(d) || d < INT_MIN || d > INT_MAX || d == 0) {
        return RPC_E_APPLICATION;
    }
    return (int)d;
}

/* An error of 2.0 is {code, message, data}, one of 1.1 {name, code, message,
 * error}; 1.0 allows anything, and Go's net/rpc/jsonrpc sends a string. */
static rpc_fault_t *read_error(const rpc_value_t *error, apr_pool_t *pool)
{
    rpc_fault_t *fault = apr_pcalloc(pool, sizeof(*fault));
    const rpc_value_t *message;
    const char *title;

    fault->code = RPC_E_APPLICATION;
    if (error->type == RPC_STRING) {
        fault->text = error->u.text;
        return fault;
    }
    if (error->type != RPC_STRUCT) {
        fault->text = "the other end sent an error that is no object";
        fault->data = error;
        return fault;
    }
    fault->code = code_of(error);
    message = member(error, "message");
    title = rpc_fault_title(fault->code);
    fault->text = message != NULL && message->type == RPC_STRING
                      ? message->u.text
                  : title != NULL ? title : "an error without a message";
    fault->data = filled(error, "data");
    if (fault->data == NULL) {
        fault->data = filled(error, "error");
    }
    return fault;
}

static apr_int64_t number_of(const rpc_value_t *id)
{
    if (id->type == RPC_INT && id->u.integer >= 0) {
        return id->u.integer;
    }
    if (id->type == RPC_DOUBLE && id->u.number >= 0 && id->u.number < 1e15
        && floor(id->u.number) == id->u.number) {
        return (apr_int64_t)id->u.number;
    }
    return -1;
}

static void read_id(const rpc_json_entry_t *entry, rpc_answer_t *answer)
{
    const rpc_value_t *id = member(&entry->json.value, "id");

    if (id == NULL || id->type == RPC_NIL) {
        return;
    }
    answer->number = number_of(id);
    answer->id = entry->id;
    answer->id_length = entry->id != NULL ? entry->id_length : 0;
}

static void read_answer(rpc_json_entry_t *entry, apr_pool_t *pool,
                        rpc_answer_t *answer)
{
    rpc_value_t *response = &entry->json.value;
    rpc_value_t *result;
    rpc_value_t *error;

    memset(answer, 0, sizeof(*answer));
    answer->number = -1;
    answer->response = response;
    if (response->type != RPC_STRUCT) {
        answer->broken = "an answer is no object";
        return;
    }
    read_id(entry, answer);
    result = member(response, "result");
    error = filled(response, "error");
    if (entry->json.objection != NULL) {
        answer->broken = entry->json.objection;
    }
    else if (error != NULL && filled(response, "result") != NULL) {
        answer->broken = "an answer has both a result and an error";
    }
    else if (error != NULL) {
        answer->fault = read_error(error, pool);
    }
    else if (result != NULL) {
        answer->result = result;
    }
    else {
        answer->broken = "an answer has neither a result nor an error";
    }
}

rpc_fault_t *rpc_jsonrpc_read_answers(char *bytes, apr_size_t length,
                                      const rpc_limits_t *limits,
                                      apr_pool_t *pool,
                                      rpc_answers_t *ret_answers)
{
    rpc_json_entries_t entries;
    rpc_fault_t *fault = rpc_json_read_entries(bytes, length, limits, pool,
                                               &entries);
    int i;

    if (fault != NULL) {
        return fault;
    }
    ret_answers->is_batch = entries.is_batch;
    ret_answers->count = entries.count;
    ret_answers->answers = apr_palloc(pool, ((apr_size_t)entries.count + 1)
                                            * sizeof(rpc_answer_t));
    for (i = 0; i < entries.count; i++) {
        read_answer(&entries.entries[i], pool, &ret_answers->answers[i]);
    }
    return NULL;
}

/* ---- what a peer sends ---- */

static int is_answer(const rpc_value_t *object)
{
    return object->type == RPC_STRUCT && member(object, "method") == NULL
           && (member(object, "result") != NULL
               || member(object, "error") != NULL
               || filled(object, "id") != NULL);
}

/* As rpc-websockets publishes: a notification without a version. */
static int is_published(const rpc_json_entry_t *entry)
{
    const rpc_value_t *object = &entry->json.value;
    const rpc_value_t *name;

    if (object->type != RPC_STRUCT || entry->json.objection != NULL
        || member(object, "method") != NULL || member(object, "id") != NULL) {
        return 0;
    }
    name = member(object, "notification");
    return name != NULL && name->type == RPC_STRING;
}

static void add_published(rpc_message_t *message, rpc_json_entry_t *entry)
{
    rpc_call_t *call = rpc_jsonrpc_add(message, RPC_JSONRPC_20);
    const rpc_value_t *name = member(&entry->json.value, "notification");
    rpc_value_t *params = member(&entry->json.value, "params");

    call->method = name->u.text;
    call->method_length = name->length;
    call->is_notification = 1;
    if (params != NULL) {
        rpc_jsonrpc_set_params(call, params);
        call->is_notification = 1;
    }
}

void rpc_jsonrpc_read_peer(rpc_message_t *message, char *bytes,
                           apr_size_t length, rpc_answers_t *ret_answers)
{
    rpc_json_entries_t entries;
    int i;

    memset(ret_answers, 0, sizeof(*ret_answers));
    if (!rpc_jsonrpc_read(message, bytes, length, &entries)) {
        return;
    }
    ret_answers->is_batch = entries.is_batch;
    for (i = 0; i < entries.count; i++) {
        rpc_json_entry_t *entry = &entries.entries[i];

        if (is_answer(&entry->json.value)) {
            if (ret_answers->answers == NULL) {
                ret_answers->answers = apr_palloc(
                    message->pool, (apr_size_t)(entries.count - i)
                                   * sizeof(rpc_answer_t));
            }
            read_answer(entry, message->pool,
                        &ret_answers->answers[ret_answers->count++]);
        }
        else if (is_published(entry)) {
            add_published(message, entry);
        }
        else {
            rpc_jsonrpc_add_entry(message, entry);
        }
    }
}

/* ---- requests ---- */

static const char *check_request(const rpc_jsonrpc_request_t *request)
{
    enum rpc_type_e type = rpc_type(request->params);

    if (!rpc_utf8_is_valid(request->method, strlen(request->method))) {
        return "the method's name is no UTF-8";
    }
    if (type != RPC_NIL && type != RPC_ARRAY && type != RPC_STRUCT) {
        return "params are neither an array nor a struct";
    }
    if (type == RPC_STRUCT && request->version == RPC_JSONRPC_10) {
        return "JSON-RPC 1.0 has no params by name";
    }
    return NULL;
}

static const char *write_extra(const rpc_value_t *extra, rpc_writer_t *out)
{
    apr_size_t count = rpc_value_count(extra);
    const char *problem = NULL;
    apr_size_t i;

    for (i = 0; i < count && problem == NULL; i++) {
        const char *name;
        apr_size_t length;
        const rpc_value_t *value = rpc_value_member(extra, i, &name, &length);

        if (!rpc_utf8_is_valid(name, length)) {
            return "the name of a member is no UTF-8";
        }
        rpc_write_char(out, ',');
        rpc_json_write_string(out, name, length);
        rpc_write_char(out, ':');
        problem = rpc_json_write(out, value);
    }
    return problem;
}

static void write_begin(const rpc_jsonrpc_request_t *request,
                        rpc_writer_t *out)
{
    rpc_write_char(out, '{');
    if (request->version == RPC_JSONRPC_20) {
        rpc_write_literal(out, "\"jsonrpc\":\"2.0\",");
    }
    else if (request->version == RPC_JSONRPC_11) {
        rpc_write_literal(out, "\"version\":\"1.1\",");
    }
    rpc_write_literal(out, "\"method\":");
    rpc_json_write_string(out, request->method, strlen(request->method));
    rpc_write_literal(out, ",\"params\":");
}

const char *rpc_jsonrpc_write_request(const rpc_jsonrpc_request_t *request,
                                      apr_size_t longest, rpc_writer_t *out)
{
    const char *problem = check_request(request);
    apr_size_t before = out->length;

    if (problem != NULL) {
        return problem;
    }
    write_begin(request, out);
    if (rpc_type(request->params) == RPC_NIL) {
        rpc_write_literal(out, "[]");
    }
    else {
        problem = rpc_json_write(out, request->params);
    }
    if (problem == NULL && request->extra != NULL) {
        problem = write_extra(request->extra, out);
    }
    if (request->id != NULL) {
        rpc_write_literal(out, ",\"id\":");
        rpc_write_string(out, request->id);
    }
    else if (request->version == RPC_JSONRPC_10) {
        rpc_write_literal(out, ",\"id\":null");
    }
    rpc_write_char(out, '}');
    if (problem == NULL && longest != 0 && out->length - before > longest) {
        problem = "the request is longer than the other end may be sent";
    }
    if (problem != NULL) {
        rpc_writer_cut(out, before);
    }
    return problem;
}
