/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP by libcurl: handles that are kept, one exchange on each. For http.c and
 * http_loop.c alone. */
#ifndef RPC_CLIENT_HTTP_H
#define RPC_CLIENT_HTTP_H

#include <curl/curl.h>

#include "client/client.h"

/** A curl handle with its connection, and the exchange on it. */
typedef struct rpc_line_t {
    CURL *easy;
    CURLM *multi;              /**< of calls that wait; NULL: the loop's */
    rpc_client_t *client;
    rpc_job_t *job;            /**< or NULL: idle */
    struct curl_slist *headers; /**< of this request alone, or NULL */
    char *bytes;               /**< of the answer; malloc'ed */
    apr_size_t length;
    apr_size_t capacity;
    int too_large;
    int sent;                  /**< how often the request was */
    int answered;              /**< since then: a status line came */
    int refused;               /**< to be sent once more */
    char error[CURL_ERROR_SIZE];
    struct rpc_line_t *next;
    struct rpc_line_t *previous; /**< among the busy ones */
} rpc_line_t;

/** The thread for calls that nobody waits for, and what it has to do. */
typedef struct rpc_loop_t {
    CURLM *multi;              /**< NULL: no such call yet */
    pthread_t thread;
    rpc_job_t *first;          /**< not begun */
    rpc_job_t *last;
    rpc_line_t *busy;
} rpc_loop_t;

/** Guarded by the client's mutex. */
typedef struct rpc_http_t {
    rpc_line_t *idle;
    int idle_count;
    rpc_line_t *busy;          /**< of calls that wait */
    struct curl_slist *headers;
    rpc_loop_t loop;
} rpc_http_t;

/** A line with the job's request set up on it. @return NULL: no memory */
rpc_line_t *rpc_line_take(rpc_job_t *job);

/** The exchange is over: complete the job, keep the line. */
void rpc_line_finish(rpc_line_t *line, CURLcode code);

void rpc_line_free(rpc_line_t *line);

/** Give the job to the loop, which is started if need be. */
void rpc_loop_start(rpc_job_t *job);

/** End the loop's thread; its jobs fail. */
void rpc_loop_close(rpc_client_t *client);

int rpc_loop_is_own_thread(rpc_client_t *client);

#endif
