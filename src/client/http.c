/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP by libcurl: one exchange on one handle, and the calls that wait for
 * it. For client.c. */
#include "client/http.h"

#include <stdlib.h>

#include "apr_strings.h"

#define FIRST_CAPACITY 4096
/* Handles, and so connections, that are kept. */
#define MOST_IDLE 32

static rpc_http_t *http_of(const rpc_client_t *client)
{
    return client->carrier_data;
}

/* ------------------------------------------------------------------------
 * What curl calls
 */

static size_t on_body(char *data, size_t one, size_t count, void *baton)
{
    rpc_line_t *line = baton;
    apr_size_t length = one * count;
    apr_size_t most = (apr_size_t)line->client->limits.max_body;

    if (length > most - line->length) {
        line->too_large = 1;
        return 0;
    }
    if (line->length + length >= line->capacity) {
        apr_size_t capacity = line->capacity * 2;
        char *bytes;

        if (capacity < line->length + length + 1) {
            capacity = line->length + length + 1;
        }
        if (capacity < FIRST_CAPACITY) {
            capacity = FIRST_CAPACITY;
        }
        bytes = realloc(line->bytes, capacity);
        if (bytes == NULL) {
            return 0;
        }
        line->bytes = bytes;
        line->capacity = capacity;
    }
    memcpy(line->bytes + line->length, data, length);
    line->length += length;
    line->bytes[line->length] = '\0';
    return one * count;
}

static size_t on_header(char *data, size_t one, size_t count, void *baton)
{
    rpc_line_t *line = baton;
    apr_size_t length = one * count;

    if (length >= 5 && memcmp(data, "HTTP/", 5) == 0) {
        line->answered = 1;
        line->length = 0;
    }
    return length;
}

/* curl sends a request again, by itself, when a connection that was open
 * before ended without an answer. The first may have arrived all the same, so
 * only what says that it may be called twice is. */
static int on_send(void *baton, char *remote_ip, char *local_ip,
                   int remote_port, int local_port)
{
    rpc_line_t *line = baton;

    (void)remote_ip;
    (void)local_ip;
    (void)remote_port;
    (void)local_port;
    if (line->sent > 0 && !line->answered
        && (!line->job->is_safe || line->sent > 1)) {
        line->refused = 1;
        return CURL_PREREQFUNC_ABORT;
    }
    line->sent = line->answered ? 1 : line->sent + 1;
    line->answered = 0;
    return CURL_PREREQFUNC_OK;
}

static int on_debug(CURL *easy, curl_infotype type, char *data, size_t size,
                    void *baton)
{
    rpc_client_t *client = baton;

    (void)easy;
    switch (type) {
    case CURLINFO_HEADER_OUT:
    case CURLINFO_DATA_OUT:
        rpc_trace(client, '>', data, size);
        break;
    case CURLINFO_HEADER_IN:
    case CURLINFO_DATA_IN:
        rpc_trace(client, '<', data, size);
        break;
    case CURLINFO_TEXT:
        rpc_trace(client, '*', data, size);
        break;
    default:
        break;
    }
    return 0;
}

/* ------------------------------------------------------------------------
 * Lines
 */

static void set_authentication(CURL *easy,
                               const rpc_client_options_t *options)
{
    if (options->user != NULL) {
        curl_easy_setopt(easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
        curl_easy_setopt(easy, CURLOPT_USERNAME, options->user);
        curl_easy_setopt(easy, CURLOPT_PASSWORD,
                         options->password != NULL ? options->password : "");
    }
    if (options->token != NULL) {
        curl_easy_setopt(easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BEARER);
        curl_easy_setopt(easy, CURLOPT_XOAUTH2_BEARER, options->token);
    }
}

static void set_tls(CURL *easy, const rpc_client_options_t *options)
{
    if (options->ca_file != NULL) {
        curl_easy_setopt(easy, CURLOPT_CAINFO, options->ca_file);
    }
    if (options->insecure) {
        curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
        curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
    }
}

static void set_callbacks(rpc_line_t *line)
{
    CURL *easy = line->easy;

    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, line);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, line);
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_send);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, line);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, line->error);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, line);
    if (line->client->options.trace != NULL) {
        curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L);
        curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, on_debug);
        curl_easy_setopt(easy, CURLOPT_DEBUGDATA, line->client);
    }
}

/* What is the same for all requests of a client. */
static void set_up(rpc_line_t *line)
{
    const rpc_client_options_t *options = &line->client->options;
    CURL *easy = line->easy;

    curl_easy_setopt(easy, CURLOPT_URL, line->client->url);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "mod_rpc/" RPC_VERSION);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                     (long)(options->connect_timeout / 1000));
    if (!options->no_gzip) {
        curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
    }
    if (options->redirects > 0) {
        curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 1L);
        curl_easy_setopt(easy, CURLOPT_MAXREDIRS, (long)options->redirects);
        curl_easy_setopt(easy, CURLOPT_POSTREDIR, (long)CURL_REDIR_POST_ALL);
    }
    else {
        curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    }
    set_authentication(easy, options);
    set_tls(easy, options);
    set_callbacks(line);
}

static rpc_line_t *make_line(rpc_client_t *client)
{
    rpc_line_t *line = calloc(1, sizeof(*line));

    if (line == NULL) {
        return NULL;
    }
    line->client = client;
    line->easy = client->options.curl != NULL
                     ? curl_easy_duphandle(client->options.curl)
                     : curl_easy_init();
    line->multi = curl_multi_init();
    if (line->easy == NULL || line->multi == NULL) {
        rpc_line_free(line);
        return NULL;
    }
    set_up(line);
    return line;
}

void rpc_line_free(rpc_line_t *line)
{
    if (line->easy != NULL) {
        curl_easy_cleanup(line->easy);
    }
    if (line->multi != NULL) {
        curl_multi_cleanup(line->multi);
    }
    curl_slist_free_all(line->headers);
    free(line->bytes);
    free(line);
}

static struct curl_slist *own_headers(const rpc_client_t *client,
                                      const rpc_job_t *job)
{
    const apr_array_header_t *headers = job->requests[0]->headers;
    struct curl_slist *list = NULL;
    const struct curl_slist *usual = http_of(client)->headers;
    int i;

    if (headers == NULL) {
        return NULL;
    }
    for (; usual != NULL; usual = usual->next) {
        list = curl_slist_append(list, usual->data);
    }
    for (i = 0; i < headers->nelts; i++) {
        list = curl_slist_append(list,
                                 APR_ARRAY_IDX(headers, i, const char *));
    }
    return list;
}

static void set_request(rpc_line_t *line, rpc_job_t *job)
{
    CURL *easy = line->easy;

    line->job = job;
    line->length = 0;
    line->too_large = 0;
    line->sent = 0;
    line->answered = 0;
    line->refused = 0;
    line->error[0] = '\0';
    line->headers = own_headers(line->client, job);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER,
                     line->headers != NULL ? line->headers
                                           : http_of(line->client)->headers);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                     (curl_off_t)job->body->length);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, job->body->data);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS,
                     (long)((job->timeout + 999) / 1000));
}

rpc_line_t *rpc_line_take(rpc_job_t *job)
{
    rpc_client_t *client = job->client;
    rpc_http_t *http = http_of(client);
    rpc_line_t *line;

    apr_thread_mutex_lock(client->mutex);
    line = http->idle;
    if (line != NULL) {
        http->idle = line->next;
        http->idle_count--;
    }
    apr_thread_mutex_unlock(client->mutex);
    if (line == NULL) {
        line = make_line(client);
    }
    if (line == NULL) {
        return NULL;
    }
    set_request(line, job);
    return line;
}

static void give_back(rpc_line_t *line)
{
    rpc_client_t *client = line->client;
    rpc_http_t *http = http_of(client);
    int kept = 0;

    curl_slist_free_all(line->headers);
    line->headers = NULL;
    line->job = NULL;
    apr_thread_mutex_lock(client->mutex);
    if (http->idle_count < MOST_IDLE && !rpc_atomic_get(&client->closing)) {
        line->next = http->idle;
        http->idle = line;
        http->idle_count++;
        kept = 1;
    }
    apr_thread_mutex_unlock(client->mutex);
    if (!kept) {
        rpc_line_free(line);
    }
}

/* ------------------------------------------------------------------------
 * Outcomes
 */

static apr_status_t free_bytes(void *bytes)
{
    free(bytes);
    return APR_SUCCESS;
}

static void fail(rpc_line_t *line, CURLcode code)
{
    rpc_job_t *job = line->job;
    const char *text = line->error[0] != '\0' ? line->error
                                              : curl_easy_strerror(code);
    int fault = RPC_CLIENT_E_TRANSPORT;

    if (rpc_atomic_get(&line->client->closing)) {
        fault = RPC_E_PEER_GONE;
        text = "the client was closed";
    }
    else if (line->too_large) {
        fault = RPC_E_LIMIT;
        text = apr_psprintf(job->pool, "an answer of more than %"
                            APR_INT64_T_FMT " bytes (max_response)",
                            line->client->limits.max_body);
    }
    else if (line->refused) {
        fault = RPC_E_PEER_GONE;
        text = "the connection ended before the answer; the call may have"
               " run (one that is marked safe is called once more)";
    }
    else if (code == CURLE_OPERATION_TIMEDOUT) {
        fault = RPC_E_TIMEOUT;
    }
    else if (code == CURLE_GOT_NOTHING || code == CURLE_SEND_ERROR
             || code == CURLE_RECV_ERROR || code == CURLE_PARTIAL_FILE) {
        fault = RPC_E_PEER_GONE;
    }
    rpc_job_fail(job, RPC_REPLY_TRANSPORT, fault, text);
}

static void fail_redirect(rpc_line_t *line, long status)
{
    char *to = NULL;

    curl_easy_getinfo(line->easy, CURLINFO_REDIRECT_URL, &to);
    rpc_job_fail(line->job, RPC_REPLY_TRANSPORT, RPC_CLIENT_E_TRANSPORT,
                 apr_psprintf(line->job->pool, "HTTP status %ld: redirected"
                              " to %s, which is not followed unless"
                              " `redirects` allows it", status,
                              to != NULL ? to : "nowhere"));
}

void rpc_line_finish(rpc_line_t *line, CURLcode code)
{
    rpc_job_t *job = line->job;
    const char *why = NULL;
    char *type = NULL;
    long status = 0;

    if (code != CURLE_OK) {
        fail(line, code);
    }
    else {
        curl_easy_getinfo(line->easy, CURLINFO_RESPONSE_CODE, &status);
        curl_easy_getinfo(line->easy, CURLINFO_CONTENT_TYPE, &type);
        if (status >= 300 && status < 400) {
            fail_redirect(line, status);
        }
        else {
            char *bytes = line->length > 0 ? line->bytes
                                           : apr_pstrdup(job->pool, "");

            /* Strings of the answer refer to it. */
            if (line->length > 0) {
                apr_pool_cleanup_register(job->pool, bytes, free_bytes,
                                          apr_pool_cleanup_null);
                line->bytes = NULL;
                line->capacity = 0;
            }
            why = rpc_codec_read(job, (int)status, type, bytes,
                                 line->length);
        }
    }
    if (why != NULL) {
        rpc_job_fail(job, RPC_REPLY_TRANSPORT, RPC_CLIENT_E_TRANSPORT, why);
    }
    give_back(line);
    rpc_job_end(job);
}

/* ------------------------------------------------------------------------
 * Calls that wait
 */

static void link_busy(rpc_line_t *line)
{
    rpc_http_t *http = http_of(line->client);

    apr_thread_mutex_lock(line->client->mutex);
    line->previous = NULL;
    line->next = http->busy;
    if (http->busy != NULL) {
        http->busy->previous = line;
    }
    http->busy = line;
    apr_thread_mutex_unlock(line->client->mutex);
}

static void unlink_busy(rpc_line_t *line)
{
    rpc_http_t *http = http_of(line->client);

    apr_thread_mutex_lock(line->client->mutex);
    if (line->next != NULL) {
        line->next->previous = line->previous;
    }
    if (line->previous != NULL) {
        line->previous->next = line->next;
    }
    else {
        http->busy = line->next;
    }
    apr_thread_mutex_unlock(line->client->mutex);
}

/* As curl_easy_perform() does it, but that close() can end it. */
static CURLcode perform(rpc_line_t *line)
{
    CURLcode code = CURLE_ABORTED_BY_CALLBACK;
    int running = 1;

    curl_multi_add_handle(line->multi, line->easy);
    while (running && !rpc_atomic_get(&line->client->closing)) {
        if (curl_multi_perform(line->multi, &running) != CURLM_OK) {
            break;
        }
        if (running) {
            curl_multi_poll(line->multi, NULL, 0, 1000, NULL);
        }
        else {
            int left;
            CURLMsg *message = curl_multi_info_read(line->multi, &left);

            if (message != NULL && message->msg == CURLMSG_DONE) {
                code = message->data.result;
            }
        }
    }
    curl_multi_remove_handle(line->multi, line->easy);
    return code;
}

static void call(rpc_job_t *job)
{
    rpc_line_t *line = rpc_line_take(job);
    rpc_pipe_t before;
    CURLcode code;

    if (line == NULL) {
        rpc_job_fail(job, RPC_REPLY_TRANSPORT, RPC_CLIENT_E_TRANSPORT,
                     "curl makes no handle");
        rpc_job_end(job);
        return;
    }
    rpc_pipe_block(&before);
    link_busy(line);
    code = perform(line);
    unlink_busy(line);
    rpc_line_finish(line, code);
    rpc_pipe_restore(&before);
}

/* ------------------------------------------------------------------------ */

static const char *open_http(rpc_client_t *client)
{
    rpc_http_t *http = apr_pcalloc(client->pool, sizeof(*http));
    const char *const *header;
    struct curl_slist *list = NULL;

    list = curl_slist_append(list, apr_pstrcat(client->pool, "Content-Type: ",
                                               rpc_codec_type(client), NULL));
    list = curl_slist_append(list, apr_pstrcat(client->pool, "Accept: ",
                                               rpc_codec_accept(client),
                                               NULL));
    /* No second of waiting before a large request. */
    list = curl_slist_append(list, "Expect:");
    for (header = client->options.headers; *header != NULL; header++) {
        list = curl_slist_append(list, *header);
    }
    http->headers = list;
    client->carrier_data = http;
    return NULL;
}

static void close_http(rpc_client_t *client)
{
    rpc_http_t *http = http_of(client);
    rpc_line_t *idle;
    rpc_line_t *line;

    apr_thread_mutex_lock(client->mutex);
    for (line = http->busy; line != NULL; line = line->next) {
        curl_multi_wakeup(line->multi);
    }
    idle = http->idle;
    http->idle = NULL;
    http->idle_count = 0;
    apr_thread_mutex_unlock(client->mutex);
    rpc_loop_close(client);
    while (idle != NULL) {
        line = idle;
        idle = line->next;
        rpc_line_free(line);
    }
}

static void destroy_http(rpc_client_t *client)
{
    rpc_http_t *http = http_of(client);

    if (http->loop.multi != NULL) {
        curl_multi_cleanup(http->loop.multi);
    }
    curl_slist_free_all(http->headers);
}

const rpc_carrier_t rpc_carrier_http = {
    .open = open_http,
    .prepare = rpc_codec_write,
    .call = call,
    .start = rpc_loop_start,
    .close = close_http,
    .destroy = destroy_http,
    .is_own_thread = rpc_loop_is_own_thread
};
