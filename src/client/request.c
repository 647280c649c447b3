/* SPDX-License-Identifier: Apache-2.0 */
/* Requests being built, and sent in all the ways there are. For programs that
 * link libmodrpc. */
#include "client/client.h"

#include "apr_strings.h"

#include "protocol/json.h"

rpc_request_t *rpc_request_of(rpc_call_t *call)
{
    return call->data;
}

int rpc_is_jsonrpc(const rpc_client_t *client)
{
    return client->options.protocol <= RPC_CLIENT_JSONRPC_1_0;
}

rpc_call_t *rpc_client_request(rpc_client_t *client, const char *method)
{
    apr_pool_t *pool = rpc_pool_own();
    rpc_request_t *request = apr_pcalloc(pool, sizeof(*request));
    rpc_reply_t *reply = apr_pcalloc(pool, sizeof(*reply));

    rpc_client_ref_(client);
    reply->client = client;
    reply->pool = pool;
    reply->refs = 1;
    request->client = client;
    request->pool = pool;
    request->reply = reply;
    request->timeout = client->options.timeout;
    request->call = rpc_background(&rpc_api, NULL, pool);
    request->call->method = apr_pstrdup(pool, method != NULL ? method : "");
    request->call->method_length = strlen(request->call->method);
    request->call->data = request;
    if (request->call->method_length == 0) {
        request->wrong = "the name of the method is empty";
    }
    return request->call;
}

void rpc_request_add(rpc_call_t *call, rpc_value_t *value)
{
    rpc_request_t *request = rpc_request_of(call);

    if (request->positional == NULL) {
        request->positional = rpc_array(call);
    }
    rpc_append(call, request->positional, value);
}

void rpc_request_set(rpc_call_t *call, const char *name, rpc_value_t *value)
{
    rpc_request_t *request = rpc_request_of(call);

    if (request->named == NULL) {
        request->named = rpc_struct(call);
    }
    rpc_set(call, request->named, name, value);
}

void rpc_request_params(rpc_call_t *call, rpc_value_t *params)
{
    rpc_request_t *request = rpc_request_of(call);

    request->positional = rpc_type(params) == RPC_ARRAY ? params : NULL;
    request->named = rpc_type(params) == RPC_STRUCT ? params : NULL;
    if (rpc_type(params) != RPC_NIL && request->positional == NULL
        && request->named == NULL) {
        request->wrong = "arguments are an array, a struct, or NULL";
    }
}

rpc_value_t *rpc_request_parse(rpc_call_t *call, const char *json,
                               const char **ret_error)
{
    rpc_request_t *request = rpc_request_of(call);
    rpc_fault_t *fault;
    rpc_json_t read;

    fault = rpc_json_read(apr_pstrdup(request->pool, json), strlen(json),
                          &request->client->limits, request->pool, &read);
    if (fault == NULL && read.objection == NULL) {
        return rpc_value_in_pool(read.value, request->pool);
    }
    if (ret_error != NULL) {
        *ret_error = fault != NULL
                         ? rpc_codec_own_words(fault->text, request->pool)
                         : read.objection;
    }
    return NULL;
}

void rpc_request_id(rpc_call_t *call, rpc_value_t *id)
{
    rpc_request_of(call)->id = id != NULL ? id : rpc_nil(call);
    rpc_request_of(call)->has_own_id = 1;
}

void rpc_request_member(rpc_call_t *call, const char *name,
                        rpc_value_t *value)
{
    rpc_request_t *request = rpc_request_of(call);

    if (request->members == NULL) {
        request->members = rpc_struct(call);
    }
    rpc_set(call, request->members, name, value);
}

void rpc_request_header(rpc_call_t *call, const char *header)
{
    rpc_request_t *request = rpc_request_of(call);

    if (strpbrk(header, "\r\n") != NULL || strchr(header, ':') == NULL) {
        request->wrong = "a header is one line, \"Name: value\"";
        return;
    }
    if (request->headers == NULL) {
        request->headers = apr_array_make(request->pool, 2,
                                          sizeof(const char *));
    }
    APR_ARRAY_PUSH(request->headers, const char *)
        = apr_pstrdup(request->pool, header);
}

void rpc_request_timeout(rpc_call_t *call, apr_interval_time_t timeout)
{
    rpc_request_of(call)->timeout = timeout;
}

void rpc_request_safe(rpc_call_t *call)
{
    rpc_request_of(call)->is_safe = 1;
}

void rpc_request_free(rpc_call_t *call)
{
    if (call != NULL) {
        rpc_reply_unref_(rpc_request_of(call)->reply);
    }
}

/* ------------------------------------------------------------------------ */

static void make_id(rpc_request_t *request)
{
    const rpc_client_options_t *options = &request->client->options;

    if (request->id != NULL || !rpc_is_jsonrpc(request->client)) {
        return;
    }
    request->id = options->make_id != NULL
                      ? options->make_id(request->call,
                                         options->make_id_baton)
                      : rpc_int(request->call,
                                (int64_t)rpc_atomic_add(
                                    &request->client->last_id, 1));
    if (request->id == NULL) {
        request->id = rpc_nil(request->call);
    }
}

static const char *check_names(const rpc_request_t *request)
{
    enum rpc_client_protocol_e protocol = request->client->options.protocol;

    if (protocol >= RPC_CLIENT_PYRPC || rpc_value_count(request->named) == 0) {
        return NULL;
    }
    if (protocol == RPC_CLIENT_XMLRPC) {
        return "arguments by name, which XML-RPC has not: pass one struct";
    }
    if (rpc_value_count(request->positional) > 0) {
        return "arguments by position and by name together, which is for"
               " PyRPC alone";
    }
    return NULL;
}

static const char *check_request(const rpc_request_t *request)
{
    const rpc_client_t *client = request->client;
    enum rpc_type_e id = rpc_type(request->id);

    if (request->wrong != NULL) {
        return request->wrong;
    }
    if (client->error != NULL) {
        return client->error;
    }
    if (!rpc_is_jsonrpc(client)
        && (request->id != NULL || request->members != NULL)) {
        return "an id or other members, which are JSON-RPC's alone";
    }
    if (id != RPC_NIL && id != RPC_INT && id != RPC_STRING) {
        return "the id is neither a string nor an int nor nil";
    }
    return check_names(request);
}

/* The request goes into a job of its own or of a batch.
 * @return whether it can be sent */
static int join(rpc_job_t *job, rpc_request_t *request)
{
    const char *wrong;

    if (!request->is_notification) {
        make_id(request);
    }
    wrong = check_request(request);
    rpc_atomic_add(&request->reply->refs, 1); /* the job's */
    if (wrong != NULL) {
        rpc_reply_fail_(request->reply, RPC_REPLY_USAGE, RPC_E_REQUEST, "%s",
                        wrong);
        return 0;
    }
    if (job->count == job->room) {
        rpc_request_t **wider = apr_palloc(
            job->pool, sizeof(*wider) * (apr_size_t)(job->room * 2 + 1));

        if (job->count > 0) {
            memcpy(wider, job->requests,
                   sizeof(*wider) * (apr_size_t)job->count);
        }
        job->requests = wider;
        job->room = job->room * 2 + 1;
    }
    job->requests[job->count++] = request;
    return 1;
}

static rpc_reply_t *go(rpc_request_t *request, int waits)
{
    rpc_reply_t *reply = request->reply;
    rpc_job_t *job = apr_pcalloc(request->pool, sizeof(*job));

    job->client = request->client;
    job->pool = request->pool;
    job->is_notification = request->is_notification;
    job->is_safe = request->is_safe;
    job->timeout = request->timeout > 0 ? request->timeout : 0;
    job->keep = reply;
    rpc_atomic_add(&reply->refs, 1);
    rpc_client_ref_(job->client);
    if (join(job, request)) {
        rpc_job_go(job, waits);
    }
    else {
        rpc_job_end(job);
    }
    return reply;
}

rpc_reply_t *rpc_request_call(rpc_call_t *call)
{
    return go(rpc_request_of(call), 1);
}

rpc_reply_t *rpc_request_start(rpc_call_t *call)
{
    return go(rpc_request_of(call), 0);
}

void rpc_request_send(rpc_call_t *call, rpc_client_reply_fn on_reply,
                      void *baton)
{
    rpc_request_t *request = rpc_request_of(call);

    /* The reference that the caller would have had is the callback's. */
    request->reply->on_reply = on_reply;
    request->reply->baton = baton;
    go(request, 0);
}

rpc_reply_t *rpc_request_notify(rpc_call_t *call)
{
    rpc_request_t *request = rpc_request_of(call);

    request->is_notification = 1;
    return go(request, 1);
}

/* ------------------------------------------------------------------------
 * Batches
 */

rpc_client_batch_t *rpc_client_batch(rpc_client_t *client)
{
    apr_pool_t *pool = rpc_pool_own();
    rpc_client_batch_t *batch = apr_pcalloc(pool, sizeof(*batch));

    rpc_client_ref_(client);
    batch->job.client = client;
    batch->job.pool = pool;
    batch->job.is_batch = 1;
    batch->job.is_notification = 1;
    batch->job.is_safe = 1;
    batch->job.timeout = client->options.timeout > 0
                             ? client->options.timeout : 0;
    return batch;
}

static void add(rpc_client_batch_t *batch, rpc_request_t *request)
{
    if (request->headers != NULL && request->wrong == NULL) {
        request->wrong = "a header of one call of a batch: a batch is one"
                         " HTTP request";
    }
    if (request->client != batch->job.client && request->wrong == NULL) {
        request->wrong = "the request is another client's";
    }
    batch->job.is_notification &= request->is_notification;
    batch->job.is_safe &= request->is_safe;
    join(&batch->job, request);
}

rpc_reply_t *rpc_client_batch_add(rpc_client_batch_t *batch, rpc_call_t *call)
{
    rpc_request_t *request = rpc_request_of(call);
    rpc_reply_t *reply = request->reply;

    add(batch, request);
    return reply;
}

void rpc_client_batch_notify(rpc_client_batch_t *batch, rpc_call_t *call)
{
    rpc_request_t *request = rpc_request_of(call);
    rpc_reply_t *reply = request->reply;

    request->is_notification = 1;
    add(batch, request);
    rpc_reply_unref_(reply);
}

void rpc_client_batch_send(rpc_client_batch_t *batch)
{
    if (batch->job.count == 0) {
        rpc_job_end(&batch->job);
        return;
    }
    rpc_job_go(&batch->job, 0);
}
