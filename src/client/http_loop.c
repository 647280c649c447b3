/* SPDX-License-Identifier: Apache-2.0 */
/* The thread that carries the calls nobody waits for, all of a client's over
 * one curl multi handle. For http.c. */
#include "client/http.h"

/* Connections to the server that it opens at most; more calls queue. */
#define MOST_CONNECTIONS 16

static rpc_loop_t *loop_of(const rpc_client_t *client)
{
    return &((rpc_http_t *)client->carrier_data)->loop;
}

static void link_busy(rpc_loop_t *loop, rpc_line_t *line)
{
    line->previous = NULL;
    line->next = loop->busy;
    if (loop->busy != NULL) {
        loop->busy->previous = line;
    }
    loop->busy = line;
}

static void finish(rpc_loop_t *loop, rpc_line_t *line, CURLcode code)
{
    if (line->next != NULL) {
        line->next->previous = line->previous;
    }
    if (line->previous != NULL) {
        line->previous->next = line->next;
    }
    else {
        loop->busy = line->next;
    }
    curl_multi_remove_handle(loop->multi, line->easy);
    rpc_line_finish(line, code);
}

static rpc_job_t *take_jobs(rpc_client_t *client)
{
    rpc_loop_t *loop = loop_of(client);
    rpc_job_t *jobs;

    apr_thread_mutex_lock(client->mutex);
    jobs = loop->first;
    loop->first = NULL;
    loop->last = NULL;
    apr_thread_mutex_unlock(client->mutex);
    return jobs;
}

static void fail_job(rpc_job_t *job, int code, const char *text)
{
    rpc_job_fail(job, RPC_REPLY_TRANSPORT, code, text);
    rpc_job_end(job);
}

static void begin_jobs(rpc_client_t *client)
{
    rpc_loop_t *loop = loop_of(client);
    rpc_job_t *job = take_jobs(client);

    while (job != NULL) {
        rpc_job_t *next = job->next;
        rpc_line_t *line = rpc_line_take(job);

        if (line == NULL) {
            fail_job(job, RPC_CLIENT_E_TRANSPORT, "curl makes no handle");
        }
        else {
            link_busy(loop, line);
            curl_multi_add_handle(loop->multi, line->easy);
        }
        job = next;
    }
}

static void finish_jobs(rpc_loop_t *loop)
{
    CURLMsg *message;
    int left;

    for (message = curl_multi_info_read(loop->multi, &left); message != NULL;
         message = curl_multi_info_read(loop->multi, &left)) {
        CURLcode code = message->data.result;
        void *line = NULL;

        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &line);
        if (message->msg == CURLMSG_DONE && line != NULL) {
            finish(loop, line, code);
        }
    }
}

static void *run(void *data)
{
    rpc_client_t *client = data;
    rpc_loop_t *loop = loop_of(client);
    rpc_job_t *job;
    int running;

    while (!rpc_atomic_get(&client->closing)) {
        begin_jobs(client);
        curl_multi_perform(loop->multi, &running);
        finish_jobs(loop);
        if (!rpc_atomic_get(&client->closing)) {
            curl_multi_poll(loop->multi, NULL, 0, 60000, NULL);
        }
    }
    while (loop->busy != NULL) {
        finish(loop, loop->busy, CURLE_ABORTED_BY_CALLBACK);
    }
    for (job = take_jobs(client); job != NULL;) {
        rpc_job_t *next = job->next;

        fail_job(job, RPC_E_PEER_GONE, "the client was closed");
        job = next;
    }
    rpc_client_unref_(client);
    return NULL;
}

/* With the mutex held. */
static apr_status_t start_thread(rpc_client_t *client)
{
    rpc_loop_t *loop = loop_of(client);

    loop->multi = curl_multi_init();
    if (loop->multi == NULL) {
        return APR_ENOMEM;
    }
    curl_multi_setopt(loop->multi, CURLMOPT_MAX_HOST_CONNECTIONS,
                      (long)MOST_CONNECTIONS);
    rpc_client_ref_(client);
    if (rpc_thread_start(&loop->thread, run, client) != 0) {
        rpc_client_unref_(client);
        curl_multi_cleanup(loop->multi);
        loop->multi = NULL;
        return APR_EAGAIN;
    }
    return APR_SUCCESS;
}

void rpc_loop_start(rpc_job_t *job)
{
    rpc_client_t *client = job->client;
    rpc_loop_t *loop = loop_of(client);
    apr_status_t rv = APR_EOF;

    apr_thread_mutex_lock(client->mutex);
    if (!rpc_atomic_get(&client->closing)) {
        rv = loop->multi != NULL ? APR_SUCCESS : start_thread(client);
    }
    if (rv == APR_SUCCESS) {
        job->next = NULL;
        if (loop->last != NULL) {
            loop->last->next = job;
        }
        else {
            loop->first = job;
        }
        loop->last = job;
        curl_multi_wakeup(loop->multi);
    }
    apr_thread_mutex_unlock(client->mutex);
    if (rv == APR_EOF) {
        fail_job(job, RPC_E_PEER_GONE, "the client was closed");
    }
    else if (rv != APR_SUCCESS) {
        fail_job(job, RPC_CLIENT_E_TRANSPORT, "the thread does not start");
    }
}

int rpc_loop_is_own_thread(rpc_client_t *client)
{
    rpc_loop_t *loop = loop_of(client);
    int is_own;

    apr_thread_mutex_lock(client->mutex);
    is_own = loop->multi != NULL && pthread_equal(loop->thread, pthread_self());
    apr_thread_mutex_unlock(client->mutex);
    return is_own;
}

void rpc_loop_close(rpc_client_t *client)
{
    rpc_loop_t *loop = loop_of(client);
    int is_own = rpc_loop_is_own_thread(client);
    int started;

    apr_thread_mutex_lock(client->mutex);
    started = loop->multi != NULL;
    if (started) {
        curl_multi_wakeup(loop->multi);
    }
    apr_thread_mutex_unlock(client->mutex);
    if (is_own) {
        pthread_detach(loop->thread);
    }
    else if (started) {
        pthread_join(loop->thread, NULL);
    }
}
