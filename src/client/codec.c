/* SPDX-License-Identifier: Apache-2.0 */
/* Jobs written in the client's protocol, and what came back read into their
 * replies. For the carrier of HTTP. */
#include "client/client.h"

#include "apr_strings.h"

#include "core/utf8.h"
#include "protocol/json.h"
#include "protocol/jsonrpc_peer.h"
#include "protocol/pyrpc_client.h"
#include "protocol/xmlrpc_client.h"

/* Of what is no answer, for the fault's text. */
#define SHOWN_BYTES 64

/* What a protocol sends, takes, and may be told. */
typedef struct codec_t {
    const char *type;
    const char *accept;
    const char *const *taken;
    const char *wanted;
} codec_t;

static const char *const json_types[] = { "application/json",
                                          "application/json-rpc",
                                          "application/jsonrequest",
                                          "text/json", "text/plain",
                                          NULL };
static const char *const xml_types[] = { "text/xml", "application/xml",
                                         NULL };
static const char *const python_types[] = { "text/plain", "text/x-python",
                                            "application/x-pyrpc",
                                            "application/json", NULL };

static const codec_t json_codec = { "application/json", "application/json",
                                    json_types, "JSON" };
static const codec_t xml_codec = { "text/xml; charset=utf-8", "text/xml",
                                   xml_types, "XML" };
static const codec_t form_codec = { "application/x-www-form-urlencoded",
                                    "text/x-python, text/plain",
                                    python_types, "a PyRPC answer" };
static const codec_t literal_codec = { "text/x-python; charset=utf-8",
                                       "text/x-python, text/plain",
                                       python_types, "a PyRPC answer" };

static const codec_t *codec_of(const rpc_client_t *client)
{
    switch (client->options.protocol) {
    case RPC_CLIENT_XMLRPC:
        return &xml_codec;
    case RPC_CLIENT_PYRPC:
        return &form_codec;
    case RPC_CLIENT_PYRPC_LITERAL:
        return &literal_codec;
    default:
        return &json_codec;
    }
}

const char *rpc_codec_type(const rpc_client_t *client)
{
    return codec_of(client)->type;
}

const char *rpc_codec_accept(const rpc_client_t *client)
{
    return codec_of(client)->accept;
}

/* ------------------------------------------------------------------------
 * Write
 */

static rpc_value_t *params_of(const rpc_request_t *request)
{
    return rpc_value_count(request->named) > 0 ? request->named
                                               : request->positional;
}

/* Members that are JSON-RPC's own cannot be given by the caller. */
static const char *check_members(const rpc_value_t *members)
{
    static const char *const reserved[] = { "jsonrpc", "version", "method",
                                            "params", "id", NULL };
    int i;

    for (i = 0; reserved[i] != NULL; i++) {
        if (rpc_value_get(members, reserved[i], strlen(reserved[i]))
            != NULL) {
            return "a member of its own that is one of JSON-RPC's (jsonrpc"
                   " version method params id)";
        }
    }
    return NULL;
}

static const char *write_jsonrpc(const rpc_job_t *job,
                                 const rpc_request_t *request,
                                 rpc_writer_t *out)
{
    rpc_jsonrpc_request_t wire = { .version = RPC_JSONRPC_20 };
    const char *why = check_members(request->members);

    if (why != NULL) {
        return why;
    }
    if (job->client->options.protocol == RPC_CLIENT_JSONRPC_1_1) {
        wire.version = RPC_JSONRPC_11;
    }
    else if (job->client->options.protocol == RPC_CLIENT_JSONRPC_1_0) {
        wire.version = RPC_JSONRPC_10;
    }
    if (job->is_batch && wire.version != RPC_JSONRPC_20) {
        return "a batch, which JSON-RPC has since 2.0";
    }
    wire.method = request->call->method;
    wire.params = params_of(request);
    wire.extra = request->members;
    if (!request->is_notification) {
        rpc_writer_t *id = rpc_writer_create(job->pool);

        why = rpc_json_write(id, request->id);
        rpc_write_char(id, '\0');
        wire.id = id->data;
    }
    return why != NULL ? why : rpc_jsonrpc_write_request(&wire, 0, out);
}

static const char *write_json(rpc_job_t *job, rpc_writer_t *out)
{
    const char *why = NULL;
    int i;

    if (job->is_batch) {
        rpc_write_char(out, '[');
    }
    for (i = 0; why == NULL && i < job->count; i++) {
        if (i > 0) {
            rpc_write_char(out, ',');
        }
        why = write_jsonrpc(job, job->requests[i], out);
    }
    if (job->is_batch) {
        rpc_write_char(out, ']');
    }
    return why;
}

/* system.multicall: an array of {methodName, params} (the 2001 proposal by
 * Eric Kidd). */
static const char *write_multicall(rpc_job_t *job, rpc_writer_t *out)
{
    rpc_value_t calls = rpc_value_list(RPC_ARRAY, job->pool);
    rpc_value_t params = rpc_value_list(RPC_ARRAY, job->pool);
    int i;

    for (i = 0; i < job->count; i++) {
        const rpc_request_t *request = job->requests[i];
        rpc_value_t entry = rpc_value_list(RPC_STRUCT, job->pool);

        rpc_value_set(&entry, "methodName", strlen("methodName"),
                      rpc_value_text(RPC_STRING, request->call->method,
                                     request->call->method_length),
                      job->pool);
        rpc_value_set(&entry, "params", strlen("params"),
                      request->positional != NULL
                          ? *request->positional
                          : rpc_value_list(RPC_ARRAY, job->pool), job->pool);
        rpc_value_append(&calls, entry, job->pool);
    }
    rpc_value_append(&params, calls, job->pool);
    return rpc_xmlrpc_write_call(out, "system.multicall",
                                 strlen("system.multicall"), &params,
                                 job->client->options.xml_nil);
}

static const char *write_one(rpc_job_t *job, rpc_writer_t *out)
{
    const rpc_request_t *request = job->requests[0];
    const rpc_call_t *call = request->call;

    if (job->client->options.protocol == RPC_CLIENT_XMLRPC) {
        return rpc_xmlrpc_write_call(out, call->method, call->method_length,
                                     request->positional,
                                     job->client->options.xml_nil);
    }
    return rpc_pyrpc_write_call(
        out, job->client->options.protocol == RPC_CLIENT_PYRPC
                 ? RPC_PYRPC_FORM : RPC_PYRPC_LITERAL,
        call->method, call->method_length, request->positional,
        request->named, job->pool);
}

static void write_unit(rpc_writer_t *out, uint32_t unit)
{
    static const char hex[] = "0123456789abcdef";
    int shift;

    rpc_write_literal(out, "\\u");
    for (shift = 12; shift >= 0; shift -= 4) {
        rpc_write_char(out, hex[unit >> shift & 15]);
    }
}

/* JSON once more, all beyond ASCII escaped: only strings have any. */
static void write_ascii(rpc_writer_t *out, const rpc_writer_t *json)
{
    apr_size_t i = 0;

    while (i < json->length) {
        uint32_t character;

        if ((unsigned char)json->data[i] < 0x80) {
            rpc_write_char(out, json->data[i++]);
            continue;
        }
        i += (apr_size_t)rpc_utf8_decode(json->data + i, &character);
        if (character < 0x10000) {
            write_unit(out, character);
        }
        else {
            character -= 0x10000;
            write_unit(out, 0xd800 + (character >> 10));
            write_unit(out, 0xdc00 + (character & 0x3ff));
        }
    }
}

const char *rpc_codec_write(rpc_job_t *job)
{
    const rpc_client_t *client = job->client;
    rpc_writer_t *out = rpc_writer_create(job->pool);
    const char *why;

    job->body = out;
    if (rpc_is_jsonrpc(client)) {
        why = write_json(job, out);
        if (why == NULL && client->options.ascii) {
            job->body = rpc_writer_create(job->pool);
            write_ascii(job->body, out);
        }
    }
    else if (!job->is_batch) {
        why = write_one(job, out);
    }
    else if (client->options.protocol == RPC_CLIENT_XMLRPC) {
        why = write_multicall(job, out);
    }
    else {
        why = "a batch, which PyRPC has not";
    }
    return why == NULL
               ? NULL
               : apr_pstrcat(job->pool, "the request cannot be sent: ", why,
                             NULL);
}

/* ------------------------------------------------------------------------
 * Read
 */

/* A batch's values are of all its replies; they outlive each other. */
static rpc_value_t *own(rpc_job_t *job, rpc_reply_t *reply,
                        const rpc_value_t *value)
{
    if (value == NULL || !job->is_batch) {
        return (rpc_value_t *)value;
    }
    return rpc_value_in_pool(rpc_value_deep_copy(value, reply->pool),
                             reply->pool);
}

static void answer(rpc_job_t *job, int i, int status, rpc_value_t *result,
                   rpc_fault_t *fault)
{
    rpc_reply_t *reply = job->requests[i]->reply;

    job->requests[i] = NULL;
    reply->status = status;
    if (fault != NULL && job->is_batch) {
        const rpc_value_t *data = fault->data;

        fault = rpc_fault_make(reply->pool, fault->code, "%s", fault->text);
        fault->data = own(job, reply, data);
    }
    rpc_reply_complete_(reply, fault != NULL ? RPC_REPLY_FAULT
                                             : RPC_REPLY_RESULT,
                        fault != NULL ? NULL : own(job, reply, result),
                        fault);
}

static rpc_value_t *member(const rpc_value_t *strct, const char *name)
{
    return rpc_value_get(strct, name, strlen(name));
}

void rpc_codec_detail(rpc_fault_t *fault, apr_pool_t *pool)
{
    const char *title = rpc_fault_title(fault->code);

    if (title != NULL && strcmp(title, fault->text) == 0
        && rpc_type(fault->data) == RPC_STRING && fault->data->length > 0) {
        fault->text = apr_pstrcat(pool, title, ": ", fault->data->u.text,
                                  NULL);
    }
}

const char *rpc_codec_own_words(const char *text, apr_pool_t *pool)
{
    static const struct {
        const char *directive;
        const char *option;
    } names[] = {
        { "(RpcMaxBody ", "(max_response " },
        { "(RpcMaxDepth ", "(max_depth " },
        { "(RpcMaxValues ", "(max_values " },
        { "(RpcMaxBatch ", "(max_values " },
        { "(RpcMaxString ", "(max_string " }
    };
    size_t i;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *at = strstr(text, names[i].directive);

        if (at != NULL) {
            return apr_pstrcat(pool, apr_pstrmemdup(pool, text,
                                                    (apr_size_t)(at - text)),
                               names[i].option,
                               at + strlen(names[i].directive), NULL);
        }
    }
    return text;
}

/* The fault that an answer has. The error of 1.1 may hold one of 2.0. */
static rpc_fault_t *fault_of(rpc_job_t *job, const rpc_answer_t *wire)
{
    rpc_fault_t *fault = wire->fault;
    const rpc_value_t *code = fault != NULL ? member(fault->data, "code")
                                            : NULL;
    const rpc_value_t *text = fault != NULL ? member(fault->data, "message")
                                            : NULL;

    if (fault == NULL) {
        return NULL;
    }
    if (job->client->options.protocol == RPC_CLIENT_JSONRPC_1_1
        && rpc_type(code) == RPC_INT && rpc_type(text) == RPC_STRING
        && code->u.integer >= INT32_MIN && code->u.integer <= INT32_MAX) {
        const rpc_value_t *data = member(fault->data, "data");

        fault = rpc_fault_make(job->pool, (int)code->u.integer, "%s",
                               text->u.text);
        fault->data = data;
    }
    rpc_codec_detail(fault, job->pool);
    return fault;
}

/* Request i has that answer. */
static void take(rpc_job_t *job, int i, int status, const rpc_answer_t *wire)
{
    rpc_reply_t *reply = job->requests[i]->reply;

    if (job->client->options.full_response) {
        reply->response = own(job, reply, wire->response);
    }
    answer(job, i, status, wire->result, fault_of(job, wire));
}

static int is_same_id(const rpc_value_t *one, const rpc_value_t *other)
{
    if (rpc_type(one) != rpc_type(other)) {
        return 0;
    }
    if (rpc_type(one) == RPC_STRING) {
        return one->length == other->length
               && memcmp(one->u.text, other->u.text, one->length) == 0;
    }
    return rpc_type(one) == RPC_NIL
           || (rpc_type(one) == RPC_INT && one->u.integer == other->u.integer);
}

/* The request that a response is for: it and the ones before it in a batch
 * that answers in order are found at once. */
static int find_request(const rpc_job_t *job, const rpc_value_t *id,
                        int guess)
{
    int i;

    for (i = 0; i < job->count; i++) {
        int at = (guess + i) % job->count;
        const rpc_request_t *request = job->requests[at];

        if (request != NULL && !request->is_notification
            && is_same_id(request->id, id)) {
            return at;
        }
    }
    return -1;
}

/* An answer without id: what could not be read has failed as a whole. */
static const char *read_single(rpc_job_t *job, int status,
                               const rpc_answer_t *wire)
{
    int at;

    if (wire->broken != NULL) {
        return wire->broken;
    }
    if (wire->fault != NULL && wire->id == NULL) {
        for (at = 0; at < job->count; at++) {
            take(job, at, status, wire);
        }
        return NULL;
    }
    if (job->is_batch) {
        return "one answer to a batch of calls";
    }
    at = find_request(job, member(wire->response, "id"), 0);
    if (at < 0) {
        return "an answer with another id than the request's";
    }
    take(job, at, status, wire);
    return NULL;
}

static const char *read_json(rpc_job_t *job, int status, char *bytes,
                             apr_size_t length)
{
    rpc_answers_t answers;
    rpc_fault_t *fault;
    int at = -1;
    int i;

    fault = rpc_jsonrpc_read_answers(bytes, length, &job->client->limits,
                                     job->pool, &answers);
    if (fault != NULL) {
        return rpc_codec_own_words(fault->text, job->pool);
    }
    if (!answers.is_batch) {
        return read_single(job, status, &answers.answers[0]);
    }
    if (!job->is_batch) {
        return "an array of answers to a single call";
    }
    for (i = 0; i < answers.count; i++) {
        const rpc_answer_t *wire = &answers.answers[i];

        if (wire->broken == NULL) {
            at = find_request(job, member(wire->response, "id"), at + 1);
            if (at >= 0) {
                take(job, at, status, wire);
            }
        }
    }
    return NULL;
}

/* Each result of a multicall is an array of one, or a fault's struct. */
static const char *read_multicall(rpc_job_t *job, int status,
                                  const rpc_value_t *results)
{
    apr_size_t i;

    if (rpc_type(results) != RPC_ARRAY
        || rpc_value_count(results) != (apr_size_t)job->count) {
        return "system.multicall returned no array of as many results";
    }
    for (i = 0; i < rpc_value_count(results); i++) {
        const rpc_value_t *entry = rpc_value_at(results, i);
        rpc_fault_t *fault = rpc_xmlrpc_fault_of(entry, job->pool);

        if (fault == NULL && rpc_value_count(entry) != 1) {
            return "a result of system.multicall is neither an array of one"
                   " nor a fault";
        }
        answer(job, (int)i, status,
               fault == NULL ? rpc_value_at(entry, 0) : NULL, fault);
    }
    return NULL;
}

static const char *read_other(rpc_job_t *job, int status, const char *type,
                              char *bytes, apr_size_t length)
{
    const rpc_client_t *client = job->client;
    rpc_value_t *result = NULL;
    rpc_fault_t *fault = NULL;
    rpc_fault_t *bad;

    if (client->options.protocol == RPC_CLIENT_XMLRPC) {
        const char *charset = type != NULL ? strstr(type, "charset=") : NULL;

        if (charset != NULL) {
            charset += strlen("charset=");
            charset = apr_pstrmemdup(job->pool, charset + (*charset == '"'),
                                     strcspn(charset + (*charset == '"'),
                                             "\"; \t"));
        }
        bad = rpc_xmlrpc_read_response(bytes, length, charset,
                                       &client->limits, job->pool, &result,
                                       &fault);
    }
    else {
        bad = rpc_pyrpc_read_answer(bytes, length,
                                    type != NULL
                                        && strncasecmp(type,
                                                       "application/json",
                                                       16) == 0,
                                    &client->limits, job->pool, &result,
                                    &fault);
    }
    if (bad != NULL) {
        return rpc_codec_own_words(bad->text, job->pool);
    }
    if (!job->is_batch) {
        answer(job, 0, status, result, fault);
        return NULL;
    }
    if (fault == NULL) {
        return read_multicall(job, status, result);
    }
    while (job->count > 0) {
        job->count--;
        answer(job, job->count, status, NULL, fault);
    }
    return NULL;
}

/* ------------------------------------------------------------------------ */

static int is_taken(const codec_t *codec, const char *type)
{
    apr_size_t length;
    int i;

    if (type == NULL) {
        return 1; /* it says nothing: the text must */
    }
    length = strcspn(type, "; \t");
    for (i = 0; codec->taken[i] != NULL; i++) {
        if (strlen(codec->taken[i]) == length
            && strncasecmp(codec->taken[i], type, length) == 0) {
            return 1;
        }
    }
    return length > 5 && strncasecmp(type + length - 5, "+json", 5) == 0
           && codec == &json_codec;
}

/* The first bytes of something, fit for one line of any terminal. */
static const char *escaped(const char *bytes, apr_size_t length,
                           apr_pool_t *pool)
{
    char *text = apr_palloc(pool, length * 4 + 1);
    char *at = text;
    apr_size_t i;

    for (i = 0; i < length; i++) {
        unsigned char c = (unsigned char)bytes[i];

        if (c >= 0x20 && c < 0x7f && c != '"' && c != '\\') {
            *at++ = (char)c;
        }
        else if (c == '\n') {
            *at++ = '\\';
            *at++ = 'n';
        }
        else {
            at += apr_snprintf(at, 5, "\\x%02x", c);
        }
    }
    *at = '\0';
    return text;
}

/* What came instead of an answer. */
static const char *bad_answer(rpc_job_t *job, int status, const char *type,
                              const char *start, apr_size_t length,
                              const char *why)
{
    const char *kind = "no Content-Type";

    if (type != NULL) {
        kind = escaped(type, strnlen(type, SHOWN_BYTES), job->pool);
    }
    if (length == 0) {
        return apr_psprintf(job->pool, "HTTP status %d, %s, without a body:"
                            " %s", status, kind, why);
    }
    return apr_psprintf(job->pool, "HTTP status %d, %s, %" APR_SIZE_T_FMT
                        " bytes \"%s\"%s: %s", status, kind, length, start,
                        length > SHOWN_BYTES ? "..." : "", why);
}

static void answer_notifications(rpc_job_t *job, int status)
{
    int i;

    for (i = 0; i < job->count; i++) {
        if (job->requests[i] != NULL && job->requests[i]->is_notification) {
            answer(job, i, status,
                   rpc_value_in_pool(rpc_value_nil(), job->pool), NULL);
        }
    }
}

const char *rpc_codec_read(rpc_job_t *job, int status, const char *type,
                           char *bytes, apr_size_t length)
{
    const codec_t *codec = codec_of(job->client);
    const char *start;
    const char *why = NULL;

    if (job->is_notification && rpc_is_jsonrpc(job->client)
        && status >= 200 && status < 300) {
        answer_notifications(job, status);
        return NULL;
    }
    /* Before the readers write into it. */
    start = escaped(bytes, length < SHOWN_BYTES ? length : SHOWN_BYTES,
                    job->pool);
    if (length == 0) {
        why = apr_psprintf(job->pool, "expected %s", codec->wanted);
    }
    else if (!is_taken(codec, type)) {
        why = apr_psprintf(job->pool, "expected %s (%s)", codec->wanted,
                           codec->taken[0]);
    }
    else if (rpc_is_jsonrpc(job->client)) {
        why = read_json(job, status, bytes, length);
        if (why == NULL) {
            answer_notifications(job, status);
        }
    }
    else {
        why = read_other(job, status, type, bytes, length);
    }
    if (why == NULL) {
        return NULL;
    }
    return bad_answer(job, status, type, start, length, why);
}
