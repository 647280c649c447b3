/* SPDX-License-Identifier: Apache-2.0 */
/* One connection of a peer: a socket by libcurl, which does TLS and proxies,
 * and the bytes over it. For link_thread.c. */
#include "client/link.h"

#include <poll.h>
#include <unistd.h>

#include "apr_strings.h"

/* What may wait to be sent to an end that does not read. */
#define MOST_QUEUED (64 * 1024 * 1024)
/* Calls of the other end that may be unanswered. */
#define MOST_PENDING 1000

/* ------------------------------------------------------------------------
 * What the peer asks of its carrier
 */

static apr_status_t op_send(rpc_peer_t *peer, void *carrier,
                            const char *bytes, apr_size_t length)
{
    rpc_link_conn_t *conn = carrier;
    apr_status_t rv = APR_SUCCESS;
    int wake = 0;

    (void)peer;
    pthread_mutex_lock(&conn->mutex);
    if (conn->lost || conn->ends) {
        rv = APR_EOF;
    }
    else if (conn->queue->length + length > MOST_QUEUED) {
        conn->ends = 1;
        rv = APR_ENOSPC;
        wake = 1;
    }
    else {
        wake = conn->queue->length == 0;
        rpc_write(conn->queue, bytes, length);
    }
    pthread_mutex_unlock(&conn->mutex);
    if (rv == APR_SUCCESS) {
        rpc_trace(conn->client, '>', bytes, length);
    }
    if (wake && !pthread_equal(conn->link->thread, pthread_self())) {
        rpc_link_wake(conn->link);
    }
    return rv;
}

static void op_close(rpc_peer_t *peer, void *carrier, int code,
                     const char *reason)
{
    rpc_link_conn_t *conn = carrier;

    (void)peer;
    (void)code;
    (void)reason;
    pthread_mutex_lock(&conn->mutex);
    conn->ends = 1;
    pthread_mutex_unlock(&conn->mutex);
    rpc_link_wake(conn->link);
}

static int op_is_owner(rpc_peer_t *peer, void *carrier)
{
    rpc_link_conn_t *conn = carrier;

    (void)peer;
    return pthread_equal(conn->link->thread, pthread_self());
}

static void op_log(rpc_peer_t *peer, void *carrier, int level,
                   const char *text)
{
    static const char refused[] = "a message is refused";
    rpc_link_conn_t *conn = carrier;

    (void)peer;
    (void)level;
    rpc_trace(conn->client, '*', text, strlen(text));
    if (strncmp(text, refused, sizeof(refused) - 1) == 0) {
        apr_pool_t *pool = rpc_pool_own();

        apr_thread_mutex_lock(conn->client->mutex);
        apr_cpystrn(conn->refused, rpc_codec_own_words(text, pool),
                    sizeof(conn->refused));
        apr_thread_mutex_unlock(conn->client->mutex);
        apr_pool_destroy(pool);
    }
}

static void op_release(rpc_peer_t *peer, void *carrier)
{
    rpc_link_conn_t *conn = carrier;
    rpc_client_t *client = conn->client;

    (void)peer;
    pthread_mutex_destroy(&conn->mutex);
    apr_pool_destroy(conn->pool);
    rpc_client_unref_(client);
}

const rpc_peer_ops_t rpc_link_ops = {
    .send = op_send,
    .close = op_close,
    .is_owner = op_is_owner,
    .log = op_log,
    .release = op_release
};

/* ------------------------------------------------------------------------
 * Bytes
 */

int rpc_conn_has_output(rpc_link_conn_t *conn)
{
    int has;

    pthread_mutex_lock(&conn->mutex);
    has = conn->sent < conn->sending->length || conn->queue->length > 0;
    pthread_mutex_unlock(&conn->mutex);
    return has;
}

/* What was begun stays where it is: TLS wants the same bytes again. */
static int next_piece(rpc_link_conn_t *conn)
{
    rpc_writer_t *done = conn->sending;

    if (conn->sent < conn->sending->length) {
        return 1;
    }
    pthread_mutex_lock(&conn->mutex);
    conn->sending = conn->queue;
    conn->queue = done;
    rpc_writer_cut(done, 0);
    conn->sent = 0;
    pthread_mutex_unlock(&conn->mutex);
    return conn->sending->length > 0;
}

int rpc_conn_flush(rpc_link_conn_t *conn)
{
    while (next_piece(conn)) {
        size_t sent = 0;
        CURLcode code = curl_easy_send(conn->easy,
                                       conn->sending->data + conn->sent,
                                       conn->sending->length - conn->sent,
                                       &sent);

        if (code == CURLE_AGAIN) {
            return 0;
        }
        if (code != CURLE_OK) {
            return -1;
        }
        conn->sent += sent;
    }
    return 0;
}

int rpc_conn_read(rpc_link_conn_t *conn, char *buffer, size_t size)
{
    size_t got = 0;
    CURLcode code = curl_easy_recv(conn->easy, buffer, size, &got);

    if (code == CURLE_AGAIN) {
        return 0;
    }
    if (code != CURLE_OK || got == 0) {
        return -1;
    }
    rpc_trace(conn->client, '<', buffer, got);
    return (int)got;
}

int rpc_conn_wait(rpc_link_conn_t *conn, int events, apr_time_t until)
{
    apr_time_t left = until - apr_time_now();
    struct pollfd fds[2];
    char byte[64];

    if (left <= 0) {
        return 0;
    }
    fds[0].fd = conn->socket;
    fds[0].events = (short)events;
    fds[1].fd = conn->link->wake[0];
    fds[1].events = POLLIN;
    fds[0].revents = 0;
    fds[1].revents = 0;
    poll(fds, 2, (int)(left / 1000) + 1);
    if (fds[1].revents != 0 && read(fds[1].fd, byte, sizeof(byte)) < 0) {
        return 0;
    }
    return !rpc_atomic_get(&conn->client->closing);
}

/* ------------------------------------------------------------------------
 * Connect
 */

static int on_debug(CURL *easy, curl_infotype type, char *data, size_t size,
                    void *baton)
{
    (void)easy;
    if (type == CURLINFO_TEXT) {
        rpc_trace(baton, '*', data, size);
    }
    return 0;
}

static void set_up(rpc_link_conn_t *conn)
{
    const rpc_client_options_t *options = &conn->client->options;
    CURL *easy = conn->easy;

    curl_easy_setopt(easy, CURLOPT_URL, conn->link->http_url);
    curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
                     (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_SSL_ENABLE_ALPN, 0L);
    curl_easy_setopt(easy, CURLOPT_HTTPPROXYTUNNEL, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                     (long)(options->connect_timeout / 1000));
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, conn->error);
    if (!conn->link->is_websocket && options->curl == NULL) {
        curl_easy_setopt(easy, CURLOPT_PROXY, "");
    }
    if (options->ca_file != NULL) {
        curl_easy_setopt(easy, CURLOPT_CAINFO, options->ca_file);
    }
    if (options->insecure) {
        curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
        curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
    }
    if (options->trace != NULL) {
        curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L);
        curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, on_debug);
        curl_easy_setopt(easy, CURLOPT_DEBUGDATA, conn->client);
    }
}

/* The handle stays in the multi: taken out, its connection is closed. */
static CURLcode connect_socket(rpc_link_conn_t *conn)
{
    CURLcode code = CURLE_COULDNT_CONNECT;
    int running = 1;

    curl_multi_add_handle(conn->multi, conn->easy);
    while (running && !rpc_atomic_get(&conn->client->closing)) {
        struct curl_waitfd wake = { .fd = conn->link->wake[0],
                                    .events = CURL_WAIT_POLLIN };

        if (curl_multi_perform(conn->multi, &running) != CURLM_OK) {
            break;
        }
        if (running) {
            curl_multi_poll(conn->multi, &wake, 1, 100, NULL);
            rpc_timers_run(conn->link->host.host.timers);
        }
        else {
            int left;
            CURLMsg *message = curl_multi_info_read(conn->multi, &left);

            if (message != NULL && message->msg == CURLMSG_DONE) {
                code = message->data.result;
            }
        }
    }
    if (code == CURLE_OK) {
        code = curl_easy_getinfo(conn->easy, CURLINFO_ACTIVESOCKET,
                                 &conn->socket);
    }
    return code;
}

static rpc_wire_t *make_wire(rpc_link_t *link)
{
    static const enum rpc_framing_e framings[] = {
        [RPC_CLIENT_NEWLINE] = RPC_FRAMING_NEWLINE,
        [RPC_CLIENT_EOT] = RPC_FRAMING_EOT,
        [RPC_CLIENT_CONTENT_LENGTH] = RPC_FRAMING_CONTENT_LENGTH,
        [RPC_CLIENT_NETSTRING] = RPC_FRAMING_NETSTRING,
        [RPC_CLIENT_CONCATENATED] = RPC_FRAMING_CONCATENATED
    };

    if (link->is_websocket) {
        return rpc_wire_create_websocket(1, &link->client->limits);
    }
    return rpc_wire_create_stream(framings[link->client->options.framing], 0,
                                  &link->client->limits);
}

static rpc_peer_t *make_peer(rpc_link_conn_t *conn)
{
    rpc_link_t *link = conn->link;
    rpc_caller_t caller;
    rpc_peer_setup_t setup;

    memset(&caller, 0, sizeof(caller));
    memset(&setup, 0, sizeof(setup));
    caller.transport = link->is_websocket ? "websocket" : "tcp";
    caller.client_ip = link->authority;
    caller.registry = link->registry;
    caller.limits = &link->client->limits;
    caller.about = &link->about;
    setup.ops = &rpc_link_ops;
    setup.carrier = conn;
    setup.host = &link->host.host;
    setup.wire = make_wire(link);
    setup.protocol = &rpc_protocol_jsonrpc;
    setup.caller = &caller;
    setup.max_pending = MOST_PENDING;
    return setup.wire != NULL ? rpc_peer_create(&setup) : NULL;
}

static void close_socket(rpc_link_conn_t *conn)
{
    if (conn->multi != NULL && conn->easy != NULL) {
        curl_multi_remove_handle(conn->multi, conn->easy);
    }
    if (conn->easy != NULL) {
        curl_easy_cleanup(conn->easy);
    }
    if (conn->multi != NULL) {
        curl_multi_cleanup(conn->multi);
    }
    conn->easy = NULL;
    conn->multi = NULL;
}

void rpc_conn_end(rpc_link_conn_t *conn)
{
    rpc_peer_t *peer = conn->peer;

    pthread_mutex_lock(&conn->mutex);
    conn->lost = 1;
    pthread_mutex_unlock(&conn->mutex);
    close_socket(conn);
    rpc_peer_lost(peer);
    rpc_peer_unref(peer);
}

/* Before there is a peer. */
static const char *give_up(rpc_link_conn_t *conn, const char *why)
{
    rpc_client_t *client = conn->client;

    close_socket(conn);
    pthread_mutex_destroy(&conn->mutex);
    apr_pool_destroy(conn->pool);
    rpc_client_unref_(client);
    return why;
}

static rpc_link_conn_t *make_conn(rpc_link_t *link)
{
    apr_pool_t *pool = rpc_pool_own();
    rpc_link_conn_t *conn = apr_pcalloc(pool, sizeof(*conn));

    rpc_client_ref_(link->client);
    conn->client = link->client;
    conn->link = link;
    conn->pool = pool;
    conn->queue = rpc_writer_create(pool);
    conn->sending = rpc_writer_create(pool);
    pthread_mutex_init(&conn->mutex, NULL);
    conn->multi = curl_multi_init();
    conn->easy = link->client->options.curl != NULL
                     ? curl_easy_duphandle(link->client->options.curl)
                     : curl_easy_init();
    return conn;
}

const char *rpc_link_connect(rpc_link_t *link, apr_pool_t *pool,
                             rpc_link_conn_t **ret_conn)
{
    rpc_link_conn_t *conn = make_conn(link);
    const char *rest = NULL;
    apr_size_t length = 0;
    const char *why = NULL;
    CURLcode code;

    if (conn->multi == NULL || conn->easy == NULL) {
        return give_up(conn, "curl makes no handle");
    }
    set_up(conn);
    code = connect_socket(conn);
    if (code != CURLE_OK) {
        return give_up(conn, apr_pstrdup(pool, conn->error[0] != '\0'
                                                   ? conn->error
                                                   : curl_easy_strerror(
                                                         code)));
    }
    if (link->is_websocket) {
        why = rpc_link_handshake(conn, pool, &rest, &length);
        if (why != NULL) {
            return give_up(conn, why);
        }
    }
    conn->peer = make_peer(conn);
    if (conn->peer == NULL) {
        return give_up(conn, "out of memory");
    }
    rpc_peer_start(conn->peer);
    if (length > 0) {
        rpc_peer_receive(conn->peer, rest, length);
    }
    *ret_conn = conn;
    return NULL;
}
