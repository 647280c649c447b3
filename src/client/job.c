/* SPDX-License-Identifier: Apache-2.0 */
/* Jobs: a request or a batch from being written to the last reply. For
 * request.c and the carriers. */
#include "client/client.h"

void rpc_job_fail(rpc_job_t *job, enum rpc_reply_kind_e kind, int code,
                  const char *text)
{
    int i;

    for (i = 0; i < job->count; i++) {
        rpc_request_t *request = job->requests[i];

        if (request != NULL) {
            job->requests[i] = NULL;
            rpc_reply_fail_(request->reply, kind, code, "%s", text);
        }
    }
}

void rpc_job_end(rpc_job_t *job)
{
    rpc_client_t *client = job->client;

    rpc_job_fail(job, RPC_REPLY_TRANSPORT, RPC_CLIENT_E_TRANSPORT,
                 "the answer has none to this call");
    if (job->keep != NULL) {
        rpc_reply_unref_(job->keep);
    }
    else {
        apr_pool_destroy(job->pool);
    }
    rpc_client_unref_(client);
}

static const char *refuse(rpc_job_t *job)
{
    if (rpc_atomic_get(&job->client->closing)) {
        rpc_job_fail(job, RPC_REPLY_TRANSPORT, RPC_E_PEER_GONE,
                     "the client was closed");
        return "closed";
    }
    return NULL;
}

void rpc_job_go(rpc_job_t *job, int waits)
{
    const char *why = refuse(job);

    if (why == NULL) {
        why = job->client->carrier->prepare(job);
        if (why != NULL) {
            rpc_job_fail(job, RPC_REPLY_USAGE, RPC_E_PARAMS, why);
        }
    }
    if (why != NULL) {
        rpc_job_end(job);
        return;
    }
    if (waits) {
        job->client->carrier->call(job);
    }
    else {
        job->client->carrier->start(job);
    }
}
