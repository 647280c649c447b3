/* SPDX-License-Identifier: Apache-2.0 */
/* Calls to a peer, over TCP, TLS or WebSocket: what waits for a connection,
 * what is sent, what becomes of it. For client.c. */
#include "client/link.h"

#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include "apr_strings.h"

#include "protocol/json.h"

/* How often a safe call is sent once more: a restart may end two connections,
 * the second one to a child that was about to stop. */
#define MOST_REPEATS 2

/* How often a call may be refused by servers that stop; the first pause, of
 * which each is twice the last: 6 seconds in all. */
#define MOST_REFUSALS 6
#define FIRST_REFUSAL (apr_time_from_msec(50))

static rpc_link_t *link_of(const rpc_client_t *client)
{
    return client->carrier_data;
}

void rpc_link_wake(rpc_link_t *link)
{
    /* A full pipe wakes as well. */
    if (write(link->wake[1], "", 1) < 0) {
        return;
    }
}

/* ------------------------------------------------------------------------
 * Outcomes
 */

/* A call of a job that was sent. */
typedef struct sent_t {
    rpc_job_t *job;
    int i;
    apr_time_t until;          /* 0: it has no limit */
} sent_t;

/* One of the job's calls is done: the last one ends it. */
static void count_down(rpc_job_t *job)
{
    if (rpc_atomic_sub(&job->open, 1) == 0) {
        rpc_job_end(job);
    }
}

static void fail_one(rpc_job_t *job, int i, enum rpc_reply_kind_e kind,
                     int code, const char *text)
{
    rpc_reply_t *reply = job->requests[i]->reply;

    job->requests[i] = NULL;
    rpc_reply_fail_(reply, kind, code, "%s", text);
}

static void start(rpc_job_t *job);

/* Whether the connection ended before the answer of a call that may be made
 * once more. */
static int may_repeat(rpc_job_t *job, rpc_peer_t *peer, int code)
{
    return code == RPC_E_PEER_GONE && rpc_peer_gone(peer) && job->is_safe
           && !job->is_batch && job->repeated < MOST_REPEATS
           && !rpc_atomic_get(&job->client->closing);
}

static void add_waiting(rpc_link_t *link, rpc_job_t *job)
{
    job->next = NULL;
    *link->last_waiting = job;
    link->last_waiting = &job->next;
}

static void carry_again(rpc_timer_t *timer)
{
    rpc_link_flush((rpc_link_t *)((char *)timer
                                  - offsetof(rpc_link_t, again)), NULL);
}

/* A server that stops has not run the call, safe or not. It closes the
 * connection when it has answered what it had begun; the next one runs it. */
static int is_put_off(rpc_job_t *job, int code)
{
    rpc_link_t *link = link_of(job->client);

    if (code != RPC_E_STOPPING || job->is_batch || job->peer != NULL
        || job->refusals >= MOST_REFUSALS
        || rpc_atomic_get(&job->client->closing)) {
        return 0;
    }
    job->refusals++;
    apr_thread_mutex_lock(job->client->mutex);
    add_waiting(link, job);
    apr_thread_mutex_unlock(job->client->mutex);
    link->again.fire = carry_again;
    rpc_timers_set(link->host.host.timers, &link->again,
                   apr_time_now() + (FIRST_REFUSAL << job->refusals));
    return 1;
}

/* What the other end said, or what the peer says in its place. */
static enum rpc_reply_kind_e kind_of(const sent_t *sent, rpc_peer_t *peer,
                                     int code)
{
    if ((code == RPC_E_PEER_GONE && rpc_peer_gone(peer))
        || (code == RPC_E_TIMEOUT && sent->until != 0
            && apr_time_now() >= sent->until)) {
        return RPC_REPLY_TRANSPORT;
    }
    return RPC_REPLY_FAULT;
}

/* Whose answer an unreadable message was, nobody can tell: perhaps that of
 * the call that waited in vain. */
static const char *why_late(const rpc_job_t *job, rpc_peer_t *peer,
                            const char *text, apr_pool_t *pool)
{
    const rpc_link_t *link = link_of(job->client);

    apr_thread_mutex_lock(job->client->mutex);
    if (link->conn != NULL && link->conn->peer == peer
        && link->conn->refused[0] != '\0') {
        text = apr_pstrcat(pool, text, ", but ", link->conn->refused, NULL);
    }
    apr_thread_mutex_unlock(job->client->mutex);
    return text;
}

/* What the answer of rpc.on says of a topic: {"TOPIC": "ok"}. */
static const char *word_of(const rpc_value_t *result, const char *topic)
{
    const char *word = rpc_as_string(rpc_get(result, topic), NULL);

    return word != NULL ? word : "the answer does not name it";
}

/* One that was asked for before is no mistake: a reconnect did so. */
static int is_ok(const rpc_value_t *result, const char *topic)
{
    const char *word = word_of(result, topic);

    return strcmp(word, "ok") == 0 || strstr(word, "already") != NULL;
}

static void on_answer(rpc_peer_t *peer, rpc_call_t *call,
                      rpc_value_t *result, void *baton)
{
    sent_t *sent = baton;
    rpc_job_t *job = sent->job;
    rpc_reply_t *reply = job->requests[sent->i]->reply;
    const char *text = "";
    const char *topic;
    int code = rpc_fault(call, &text);
    rpc_fault_t *fault;

    if (may_repeat(job, peer, code)) {
        job->repeated++;
        start(job);
        return;
    }
    if (is_put_off(job, code)) {
        return;
    }
    topic = job->requests[sent->i]->topic;
    job->requests[sent->i] = NULL;
    if (code == 0 && topic != NULL && !is_ok(result, topic)) {
        rpc_reply_fail_(reply, RPC_REPLY_FAULT, RPC_E_PARAMS, "%s: %s", topic,
                        word_of(result, topic));
    }
    else if (code == 0) {
        rpc_reply_complete_(reply, RPC_REPLY_RESULT,
                            rpc_value_in_pool(
                                rpc_value_deep_copy(result, reply->pool),
                                reply->pool), NULL);
    }
    else {
        const rpc_value_t *data = rpc_fault_data(call);

        if (code == RPC_E_TIMEOUT) {
            text = why_late(job, peer, text, reply->pool);
        }
        fault = rpc_fault_make(reply->pool, code, "%s", text);
        if (data != NULL) {
            fault->data = rpc_value_in_pool(
                rpc_value_deep_copy(data, reply->pool), reply->pool);
        }
        rpc_codec_detail(fault, reply->pool);
        rpc_reply_complete_(reply, kind_of(sent, peer, code), NULL, fault);
    }
    count_down(job);
}

/* ------------------------------------------------------------------------
 * Send
 */

static rpc_value_t *params_of(const rpc_request_t *request)
{
    return rpc_value_count(request->named) > 0 ? request->named
                                               : request->positional;
}

static const char *reason_of(const rpc_request_t *request)
{
    rpc_writer_t *out = rpc_writer_create(request->pool);
    const char *why = rpc_json_write(out, params_of(request));

    return apr_pstrcat(request->pool, "the request cannot be sent: ",
                       why != NULL ? why : "the method's name is no UTF-8",
                       NULL);
}

static void fail_sending(rpc_job_t *job, int i, apr_status_t rv)
{
    switch (rv) {
    case APR_EINVAL:
        fail_one(job, i, RPC_REPLY_USAGE, RPC_E_PARAMS,
                 reason_of(job->requests[i]));
        break;
    case APR_EAGAIN:
        fail_one(job, i, RPC_REPLY_TRANSPORT, RPC_E_BUSY,
                 "too many calls of this connection are unanswered");
        break;
    case APR_ENOSPC:
        fail_one(job, i, RPC_REPLY_TRANSPORT, RPC_E_PEER_GONE,
                 "the other end does not read; the connection is closed");
        break;
    default:
        fail_one(job, i, RPC_REPLY_TRANSPORT, RPC_E_PEER_GONE,
                 "the connection ended");
        break;
    }
}

static sent_t *sent_of(rpc_job_t *job, int i)
{
    sent_t *sent = apr_pcalloc(job->pool, sizeof(*sent));

    sent->job = job;
    sent->i = i;
    sent->until = job->timeout > 0 ? apr_time_now() + job->timeout : 0;
    return sent;
}

/* A call that was not sent, since the connection is ending: the next one
 * takes it. */
static int is_left_over(rpc_job_t *job, rpc_peer_t *peer)
{
    rpc_client_t *client = job->client;
    rpc_link_t *link = link_of(client);
    int is_new;
    int may_wait;

    apr_thread_mutex_lock(client->mutex);
    is_new = link->state == RPC_LINK_CONNECTED && link->conn->peer != peer;
    may_wait = job->peer == NULL && link->state != RPC_LINK_ENDED
               && !rpc_atomic_get(&client->closing);
    if (may_wait && !is_new) {
        add_waiting(link, job);
    }
    apr_thread_mutex_unlock(client->mutex);
    if (may_wait && is_new) {
        start(job);
    }
    return may_wait;
}

static void send_one(rpc_job_t *job, rpc_peer_t *peer)
{
    rpc_request_t *request = job->requests[0];
    rpc_reply_t *reply = request->reply;
    const char *method = request->call->method;
    apr_status_t rv;

    job->open = 1;
    if (!request->is_notification) {
        rv = rpc_peer_call(peer, method, params_of(request), job->timeout,
                           on_answer, sent_of(job, 0));
        if (rv == APR_SUCCESS) {
            return;
        }
    }
    else {
        rv = rpc_peer_notify(peer, method, params_of(request));
    }
    if (rv == APR_EOF && is_left_over(job, peer)) {
        return;
    }
    if (rv != APR_SUCCESS) {
        fail_sending(job, 0, rv);
    }
    else {
        job->requests[0] = NULL;
        rpc_reply_complete_(reply, RPC_REPLY_RESULT,
                            rpc_value_in_pool(rpc_value_nil(), reply->pool),
                            NULL);
    }
    count_down(job);
}

/* Of the calls of a batch; its notifications are done when it was sent. */
static void send_batch(rpc_job_t *job, rpc_peer_t *peer)
{
    rpc_batch_t *batch = rpc_batch(peer);
    apr_status_t rv;
    int i;

    job->open = 1;
    for (i = 0; i < job->count; i++) {
        rpc_request_t *request = job->requests[i];
        const char *method = request->call->method;

        if (request->is_notification) {
            rv = rpc_batch_notify(batch, method, params_of(request));
        }
        else {
            rpc_atomic_add(&job->open, 1);
            rv = rpc_batch_call(batch, method, params_of(request), on_answer,
                                sent_of(job, i));
        }
        if (rv != APR_SUCCESS) {
            fail_sending(job, i, rv);
            job->open -= request->is_notification ? 0 : 1;
        }
    }
    rv = rpc_batch_send(batch, job->timeout);
    if (rv != APR_SUCCESS) {
        for (i = 0; i < job->count; i++) {
            if (job->requests[i] != NULL) {
                fail_sending(job, i, rv);
            }
        }
        job->open = 1;
    }
    count_down(job);
}

static void send_job(rpc_job_t *job, rpc_peer_t *peer)
{
    if (job->is_batch) {
        send_batch(job, peer);
    }
    else {
        send_one(job, peer);
    }
}

/* ------------------------------------------------------------------------ */

static void fail_job(rpc_job_t *job, int code, const char *why)
{
    rpc_job_fail(job, RPC_REPLY_TRANSPORT, code, why);
    rpc_job_end(job);
}

static void start(rpc_job_t *job)
{
    rpc_client_t *client = job->client;
    rpc_link_t *link = link_of(client);
    rpc_peer_t *peer = NULL;
    int waits = 0;

    apr_thread_mutex_lock(client->mutex);
    if (job->peer != NULL) {
        peer = rpc_peer_ref(job->peer);
    }
    else if (link->state == RPC_LINK_CONNECTED) {
        peer = rpc_peer_ref(link->conn->peer);
    }
    else if (link->state == RPC_LINK_CONNECTING
             && !rpc_atomic_get(&client->closing)) {
        waits = 1;
        add_waiting(link, job);
    }
    apr_thread_mutex_unlock(client->mutex);
    if (peer != NULL) {
        send_job(job, peer);
        rpc_peer_unref(peer);
    }
    else if (waits) {
        rpc_link_wake(link);
    }
    else {
        fail_job(job, RPC_E_PEER_GONE,
                 rpc_atomic_get(&client->closing) ? "the client was closed"
                                                  : "the connection ended");
    }
}

void rpc_link_flush(rpc_link_t *link, const char *why)
{
    rpc_job_t *job;
    int is_closing = rpc_atomic_get(&link->client->closing);

    apr_thread_mutex_lock(link->client->mutex);
    job = link->waiting;
    link->waiting = NULL;
    link->last_waiting = &link->waiting;
    apr_thread_mutex_unlock(link->client->mutex);
    while (job != NULL) {
        rpc_job_t *next = job->next;

        if (why == NULL) {
            start(job);
        }
        else {
            fail_job(job, is_closing ? RPC_E_PEER_GONE
                                     : RPC_CLIENT_E_TRANSPORT, why);
        }
        job = next;
    }
}

static void call(rpc_job_t *job)
{
    rpc_reply_t *reply = job->requests[0]->reply;

    start(job);
    rpc_reply_wait(reply, -1);
}

static const char *prepare(rpc_job_t *job)
{
    int i;

    for (i = 0; i < job->count; i++) {
        rpc_request_t *request = job->requests[i];

        if (request->members != NULL || request->headers != NULL
            || request->has_own_id) {
            return "an id, a header or another member of one's own is for"
                   " HTTP alone";
        }
        if (request->peer != NULL) {
            if (job->peer != NULL && job->peer != request->peer) {
                return "callbacks of two connections in one batch: the first"
                       " has ended";
            }
            job->peer = request->peer;
        }
    }
    return NULL;
}

/* ------------------------------------------------------------------------
 * Open and close
 */

/* HOST[:PORT] and the path; curl knows the rest of what a URL may be. */
static const char *take_url(rpc_link_t *link, const char *url,
                            apr_pool_t *pool)
{
    const char *host = strstr(url, "://") + 3;
    apr_size_t length = strcspn(host, "/?#");

    link->is_websocket = (url[0] | 0x20) == 'w';
    link->is_tls = strncasecmp(url, "wss:", 4) == 0
                   || strncasecmp(url, "tcps:", 5) == 0;
    if (length == 0 || strpbrk(url, " \t\r\n") != NULL) {
        return "the URL has no host, or a blank in it";
    }
    link->authority = apr_pstrmemdup(pool, host, length);
    if (strchr(link->authority, '@') != NULL) {
        return "a user in the URL: use the options user and password";
    }
    link->path = host + length;
    if (link->path[0] != '/') {
        link->path = apr_pstrcat(pool, "/", link->path, NULL);
    }
    link->path = apr_pstrmemdup(pool, link->path, strcspn(link->path, "#"));
    if (!link->is_websocket
        && (strcmp(link->path, "/") != 0
            || strrchr(link->authority, ':') == NULL)) {
        return "a URL of TCP is tcp://HOST:PORT, or tcps://HOST:PORT";
    }
    link->http_url = apr_pstrcat(pool, link->is_tls ? "https://" : "http://",
                                 link->authority, "/", NULL);
    return NULL;
}

static const char *check_options(const rpc_client_options_t *options)
{
    if (options->protocol != RPC_CLIENT_JSONRPC) {
        return "peers speak JSON-RPC 2.0";
    }
    if (options->make_id != NULL || options->full_response
        || options->ascii) {
        return "make_id, full_response and ascii are for HTTP alone";
    }
    return NULL;
}

static const char *start_thread(rpc_client_t *client, rpc_link_t *link)
{
    if (pipe(link->wake) != 0) {
        return "no pipe for the client's thread";
    }
    fcntl(link->wake[0], F_SETFL, O_NONBLOCK);
    fcntl(link->wake[1], F_SETFL, O_NONBLOCK);
    fcntl(link->wake[0], F_SETFD, FD_CLOEXEC);
    fcntl(link->wake[1], F_SETFD, FD_CLOEXEC);
    rpc_client_ref_(client);
    if (rpc_thread_start(&link->thread, rpc_link_run, link) != 0) {
        rpc_client_unref_(client);
        return "the client's thread does not start";
    }
    link->has_thread = 1;
    return NULL;
}

static const char *open_link(rpc_client_t *client)
{
    rpc_link_t *link = apr_pcalloc(client->pool, sizeof(*link));
    const char *why = check_options(&client->options);

    link->client = client;
    link->wake[0] = -1;
    link->wake[1] = -1;
    link->last_waiting = &link->waiting;
    link->about.version = RPC_VERSION;
    if (why == NULL) {
        why = take_url(link, client->url, client->pool);
    }
    if (why != NULL) {
        return why;
    }
    if (rpc_link_host_open(link) != APR_SUCCESS
        || apr_thread_cond_create(&link->changed, client->pool)
               != APR_SUCCESS) {
        return "out of memory";
    }
    client->carrier_data = link;
    why = rpc_link_mount(link);
    return why != NULL ? why : start_thread(client, link);
}

static void close_link(rpc_client_t *client)
{
    rpc_link_t *link = link_of(client);

    apr_thread_mutex_lock(client->mutex);
    apr_thread_cond_broadcast(link->changed);
    apr_thread_mutex_unlock(client->mutex);
    if (!link->has_thread) {
        return;
    }
    rpc_link_wake(link);
    if (pthread_equal(link->thread, pthread_self())) {
        pthread_detach(link->thread);
    }
    else {
        pthread_join(link->thread, NULL);
    }
    rpc_link_host_close(link);
}

static void destroy_link(rpc_client_t *client)
{
    rpc_link_t *link = link_of(client);

    if (link->wake[0] >= 0) {
        close(link->wake[0]);
        close(link->wake[1]);
    }
}

static int is_own_thread(rpc_client_t *client)
{
    rpc_link_t *link = link_of(client);

    return link->has_thread && pthread_equal(link->thread, pthread_self());
}

const rpc_carrier_t rpc_carrier_link = {
    .open = open_link,
    .prepare = prepare,
    .call = call,
    .start = start,
    .close = close_link,
    .destroy = destroy_link,
    .is_own_thread = is_own_thread
};

/* ------------------------------------------------------------------------
 * What is a peer's alone
 */

int rpc_client_connected(rpc_client_t *client, apr_interval_time_t limit,
                         const char **ret_why)
{
    apr_time_t until = apr_time_now() + limit;
    rpc_link_t *link;
    int is_there = 0;

    if (ret_why != NULL) {
        *ret_why = client->error != NULL ? client->error
                                         : "there was no time to connect";
    }
    if (client->error != NULL || client->carrier != &rpc_carrier_link) {
        return client->error == NULL;
    }
    link = link_of(client);
    apr_thread_mutex_lock(client->mutex);
    while (link->state != RPC_LINK_CONNECTED && link->why == NULL
           && link->state != RPC_LINK_ENDED && !is_own_thread(client)
           && !rpc_atomic_get(&client->closing)
           && (limit < 0 || apr_time_now() < until)) {
        apr_thread_cond_timedwait(link->changed, client->mutex,
                                  limit < 0 ? APR_USEC_PER_SEC
                                            : until - apr_time_now() + 1);
    }
    is_there = link->state == RPC_LINK_CONNECTED;
    if (ret_why != NULL && link->why != NULL) {
        *ret_why = link->why;
    }
    apr_thread_mutex_unlock(client->mutex);
    return is_there;
}

rpc_peer_t *rpc_client_peer(rpc_client_t *client)
{
    rpc_peer_t *peer = NULL;
    rpc_link_t *link;

    if (client->error != NULL || client->carrier != &rpc_carrier_link) {
        return NULL;
    }
    link = link_of(client);
    apr_thread_mutex_lock(client->mutex);
    if (link->state == RPC_LINK_CONNECTED) {
        peer = rpc_peer_ref(link->conn->peer);
    }
    apr_thread_mutex_unlock(client->mutex);
    return peer;
}

static apr_status_t forget_peer(void *peer)
{
    rpc_peer_unref(peer);
    return APR_SUCCESS;
}

rpc_value_t *rpc_request_callback(rpc_call_t *call, rpc_callback_fn fn,
                                  void *baton)
{
    rpc_request_t *request = rpc_request_of(call);
    rpc_value_t *name;

    if (request->peer == NULL) {
        rpc_client_connected(request->client,
                             request->client->options.connect_timeout, NULL);
        request->peer = rpc_client_peer(request->client);
        if (request->peer != NULL) {
            apr_pool_cleanup_register(request->pool, request->peer,
                                      forget_peer, apr_pool_cleanup_null);
        }
    }
    if (request->peer == NULL) {
        request->wrong = "callbacks need a connection to a peer, and there"
                         " is none";
        return rpc_nil(call);
    }
    name = rpc_callback(call, request->peer, fn, baton);
    if (name == NULL) {
        request->wrong = "too many callbacks of this connection are open";
        return rpc_nil(call);
    }
    return name;
}

static rpc_reply_t *change_topic(rpc_client_t *client, const char *method,
                                 const char *topic)
{
    rpc_call_t *call = rpc_client_request(client, method);

    if (client->error == NULL && client->carrier != &rpc_carrier_link) {
        rpc_request_of(call)->wrong = "topics are of peers: tcp:// ws://";
    }
    rpc_request_add(call, rpc_string(call, topic));
    if (strcmp(method, "rpc.on") == 0) {
        rpc_request_of(call)->topic = apr_pstrdup(rpc_call_pool(call), topic);
    }
    return rpc_request_call(call);
}

rpc_reply_t *rpc_client_subscribe(rpc_client_t *client, const char *topic,
                                  rpc_client_topic_fn fn, void *baton)
{
    if (client->error == NULL && client->carrier == &rpc_carrier_link) {
        rpc_link_t *link = link_of(client);
        rpc_link_topic_t *made;

        apr_thread_mutex_lock(client->mutex);
        made = apr_pcalloc(client->pool, sizeof(*made));
        made->name = apr_pstrdup(client->pool, topic);
        made->fn = fn;
        made->baton = baton;
        made->next = link->topics;
        link->topics = made;
        apr_thread_mutex_unlock(client->mutex);
    }
    return change_topic(client, "rpc.on", topic);
}

rpc_reply_t *rpc_client_unsubscribe(rpc_client_t *client, const char *topic)
{
    if (client->error == NULL && client->carrier == &rpc_carrier_link) {
        rpc_link_topic_t *at;

        apr_thread_mutex_lock(client->mutex);
        for (at = link_of(client)->topics; at != NULL; at = at->next) {
            if (strcmp(at->name, topic) == 0) {
                at->is_off = 1;
            }
        }
        apr_thread_mutex_unlock(client->mutex);
    }
    return change_topic(client, "rpc.off", topic);
}
