/* SPDX-License-Identifier: Apache-2.0 */
/* The answers of jsonrpc: results and errors in the form of the version that
 * the request was in. For jsonrpc.c. */
#include "apr_strings.h"

#include "core/utf8.h"
#include "protocol/json.h"
#include "protocol/jsonrpc.h"

/* JSON-RPC 1.1 WD leaves the codes to the server, from 100 to 999. */
static int code_of_11(int code)
{
    switch (code) {
    case RPC_E_PARSE:
    case RPC_E_REQUEST:
    case RPC_E_PARAMS:
        return 400;
    case RPC_E_FORBIDDEN:
    case RPC_E_ORIGIN:
        return 403;
    case RPC_E_METHOD:
        return 404;
    case RPC_E_BUSY:
    case RPC_E_STOPPING:
        return 503;
    default:
        return code >= 100 && code <= 999 ? code : 500;
    }
}

/* The HTTP status of an error of 1.1. */
static int status_of_11(const rpc_fault_t *fault, const rpc_jsonrpc_t *data)
{
    return data->is_path && fault->code == RPC_E_METHOD ? 404 : 500;
}

/* A fault's text is a handler's, so it may hold anything; U+FFFD stands for
 * what is no UTF-8. */
static void write_text(rpc_writer_t *out, const char *text, apr_pool_t *pool)
{
    apr_size_t length = strlen(text);
    rpc_writer_t *clean;

    if (rpc_utf8_is_valid(text, length)) {
        rpc_json_write_string(out, text, length);
        return;
    }
    clean = rpc_writer_create(pool);
    while (length > 0) {
        apr_size_t good = rpc_utf8_valid_prefix(text, length);

        rpc_write(clean, text, good);
        text += good;
        length -= good;
        if (length > 0) {
            rpc_write_literal(clean, "\xef\xbf\xbd");
            text++;
            length--;
        }
    }
    rpc_json_write_string(out, clean->data, clean->length);
}

/* {"code":...,"message":...,"data":...}: the specification's words in
 * `message` and the details in `data`, unless the handler gave data. */
static void write_error_object(rpc_message_t *message,
                               const rpc_fault_t *fault, rpc_writer_t *out)
{
    const char *title = rpc_fault_title(fault->code);
    const char *problem = NULL;
    apr_size_t before;

    rpc_write_literal(out, "{\"code\":");
    rpc_write_int(out, fault->code);
    rpc_write_literal(out, ",\"message\":");
    if (fault->data != NULL) {
        write_text(out, fault->text, message->pool);
        before = out->length;
        rpc_write_literal(out, ",\"data\":");
        problem = rpc_json_write(out, fault->data);
        if (problem != NULL) {
            rpc_writer_cut(out, before);
            rpc_message_complain(message, "the data of a fault was left out "
                                 "since JSON cannot carry it: %s", problem);
        }
    }
    else if (title != NULL) {
        write_text(out, title, message->pool);
        if (fault->text[0] != '\0' && strcmp(fault->text, title) != 0) {
            rpc_write_literal(out, ",\"data\":");
            write_text(out, fault->text, message->pool);
        }
    }
    else {
        write_text(out, fault->text, message->pool);
    }
    rpc_write_char(out, '}');
}

/* The error of 1.1, which holds the one that the others have. */
static void write_error_11(rpc_message_t *message, const rpc_fault_t *fault,
                           rpc_writer_t *out)
{
    const char *title = rpc_fault_title(fault->code);

    rpc_write_literal(out, "{\"name\":\"JSONRPCError\",\"code\":");
    rpc_write_int(out, code_of_11(fault->code));
    rpc_write_literal(out, ",\"message\":");
    write_text(out,
               title != NULL && fault->data == NULL ? title : fault->text,
               message->pool);
    rpc_write_literal(out, ",\"error\":");
    write_error_object(message, fault, out);
    rpc_write_char(out, '}');
}

static void begin(const rpc_jsonrpc_t *data, rpc_writer_t *out)
{
    if (data->version == RPC_JSONRPC_20) {
        rpc_write_literal(out, "{\"jsonrpc\":\"2.0\",");
    }
    else if (data->version == RPC_JSONRPC_11) {
        rpc_write_literal(out, "{\"version\":\"1.1\",");
    }
    else {
        rpc_write_char(out, '{');
    }
}

static void end(const rpc_jsonrpc_t *data, rpc_writer_t *out)
{
    if (data->id != NULL) {
        rpc_write_literal(out, ",\"id\":");
        rpc_write(out, data->id, data->id_length);
    }
    else if (data->version != RPC_JSONRPC_11) {
        rpc_write_literal(out, ",\"id\":null");
    }
    rpc_write_char(out, '}');
}

static void encode_fault(rpc_message_t *message, const rpc_jsonrpc_t *data,
                         const rpc_fault_t *fault, rpc_writer_t *out)
{
    begin(data, out);
    if (data->version == RPC_JSONRPC_10) {
        rpc_write_literal(out, "\"result\":null,");
    }
    rpc_write_literal(out, "\"error\":");
    if (data->version == RPC_JSONRPC_11) {
        write_error_11(message, fault, out);
        if (!message->is_batch) {
            message->status = status_of_11(fault, data);
        }
    }
    else {
        write_error_object(message, fault, out);
    }
    end(data, out);
}

/* Returns NULL, or why the result cannot be written. */
static const char *encode_result(const rpc_jsonrpc_t *data,
                                 const rpc_value_t *result, rpc_writer_t *out)
{
    const char *problem;

    begin(data, out);
    rpc_write_literal(out, "\"result\":");
    problem = rpc_json_write(out, result);
    if (problem == NULL) {
        if (data->version == RPC_JSONRPC_10) {
            rpc_write_literal(out, ",\"error\":null");
        }
        end(data, out);
    }
    return problem;
}

/* The client is not told why: it is the handler's affair. */
static void fail_result(rpc_call_t *call, const char *problem)
{
    call->result = NULL;
    call->fault = rpc_call_blame(
        call, apr_pstrcat(call->pool, "returned what JSON cannot carry: ",
                          problem, NULL));
}

static void encode_call(rpc_message_t *message, rpc_call_t *call,
                        rpc_writer_t *out)
{
    const rpc_jsonrpc_t *data = call->data;
    apr_size_t before = out->length;
    const char *problem;

    if (call->fault == NULL) {
        problem = encode_result(data, call->result, out);
        if (problem == NULL) {
            return;
        }
        rpc_writer_cut(out, before);
        fail_result(call, problem);
    }
    encode_fault(message, data, call->fault, out);
}

static void encode_batch(rpc_message_t *message, rpc_writer_t *out)
{
    int count = 0;
    int i;

    for (i = 0; i < message->call_count; i++) {
        if (message->calls[i]->is_notification) {
            continue;
        }
        rpc_write_char(out, count++ == 0 ? '[' : ',');
        encode_call(message, message->calls[i], out);
    }
    if (count > 0) {
        rpc_write_char(out, ']');
    }
}

void rpc_jsonrpc_encode(rpc_message_t *message, rpc_writer_t *out)
{
    static const rpc_jsonrpc_t unknown = { RPC_JSONRPC_20, NULL, 0, 0 };

    if (message->fault != NULL) {
        encode_fault(message, message->data != NULL ? message->data
                                                    : &unknown,
                     message->fault, out);
    }
    else if (message->is_batch) {
        encode_batch(message, out);
    }
    else if (message->call_count > 0
             && !message->calls[0]->is_notification) {
        encode_call(message, message->calls[0], out);
    }
}
