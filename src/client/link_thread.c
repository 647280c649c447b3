/* SPDX-License-Identifier: Apache-2.0 */
/* The thread of a client that is a peer: connects, serves the connection,
 * and connects again, later each time. For link.c. */
#include "client/link.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "apr_general.h"
#include "apr_strings.h"

#define READ_BYTES 65536
/* Between attempts to connect. */
#define FIRST_PAUSE (100 * 1000)
#define LONGEST_PAUSE (10 * APR_USEC_PER_SEC)
/* For what is queued, and the other end's close, when the client closes. */
#define LAST_WORDS (2 * APR_USEC_PER_SEC)
#define LINGER (500 * 1000)

static int is_closing(const rpc_link_t *link)
{
    return rpc_atomic_get(&link->client->closing) != 0;
}

/* ------------------------------------------------------------------------
 * Serve
 */

/* All that has arrived. @return whether to go on */
static int take_input(rpc_link_conn_t *conn, char *buffer)
{
    int got = rpc_conn_read(conn, buffer, READ_BYTES);

    while (got > 0) {
        if (rpc_peer_receive(conn->peer, buffer, (apr_size_t)got)
            != RPC_PEER_OPEN) {
            return 0;
        }
        if (rpc_conn_flush(conn) != 0) {
            return 0;
        }
        got = rpc_conn_read(conn, buffer, READ_BYTES);
    }
    if (got < 0) {
        rpc_peer_end_of_input(conn->peer);
        return 0;
    }
    return rpc_peer_pause(conn->peer) == RPC_PEER_OPEN;
}

static int wants_end(rpc_link_conn_t *conn)
{
    int ends;

    pthread_mutex_lock(&conn->mutex);
    ends = conn->ends;
    pthread_mutex_unlock(&conn->mutex);
    return ends;
}

/* What is still queued, then FIN, and what the other end says to it: closed
 * with bytes unread, the kernel would take back what was sent. */
static void say_goodbye(rpc_link_conn_t *conn, char *buffer)
{
    apr_time_t until = apr_time_now() + LAST_WORDS;
    struct pollfd fd = { .fd = conn->socket, .events = POLLOUT };
    int got = 0;

    while (rpc_conn_flush(conn) == 0 && rpc_conn_has_output(conn)
           && apr_time_now() < until) {
        poll(&fd, 1, 50);
    }
    if (!conn->link->is_tls) {
        shutdown(conn->socket, SHUT_WR);
    }
    fd.events = POLLIN;
    for (until = apr_time_now() + LINGER; got >= 0 && apr_time_now() < until;
         got = rpc_conn_read(conn, buffer, READ_BYTES)) {
        if (got == 0) {
            poll(&fd, 1, 50);
        }
    }
}

static void set_state(rpc_link_t *link, enum rpc_link_state_e state,
                      rpc_link_conn_t *conn)
{
    apr_thread_mutex_lock(link->client->mutex);
    link->state = state;
    link->conn = conn;
    if (conn != NULL) {
        link->why = NULL;
    }
    apr_thread_cond_broadcast(link->changed);
    apr_thread_mutex_unlock(link->client->mutex);
}

static void serve(rpc_link_conn_t *conn)
{
    rpc_link_t *link = conn->link;
    char *buffer = apr_palloc(conn->pool, READ_BYTES);

    while (!is_closing(link) && take_input(conn, buffer)) {
        apr_interval_time_t next = rpc_timers_run(link->host.host.timers);

        if (rpc_conn_flush(conn) != 0
            || (wants_end(conn) && !rpc_conn_has_output(conn))) {
            break;
        }
        if (next < 0 || next > APR_USEC_PER_SEC) {
            next = APR_USEC_PER_SEC;
        }
        rpc_conn_wait(conn, rpc_conn_has_output(conn) ? POLLIN | POLLOUT
                                                      : POLLIN,
                      apr_time_now() + next);
    }
    if (is_closing(link)) {
        rpc_peer_close(conn->peer, 1000, "the client closes");
    }
    /* What is called from now on is for the next one. */
    set_state(link, link->client->options.no_reconnect ? RPC_LINK_ENDED
                                                       : RPC_LINK_CONNECTING,
              NULL);
    say_goodbye(conn, buffer);
}

/* ------------------------------------------------------------------------
 * Connect
 */

/* The topics of before, in one call that nobody waits for. */
static void subscribe_again(rpc_link_t *link, rpc_peer_t *peer)
{
    apr_pool_t *pool = rpc_pool_own();
    rpc_call_t *call = rpc_background(&rpc_api, NULL, pool);
    rpc_value_t *names = rpc_array(call);
    const rpc_link_topic_t *topic;

    apr_thread_mutex_lock(link->client->mutex);
    for (topic = link->topics; topic != NULL; topic = topic->next) {
        if (!topic->is_off) {
            rpc_append(call, names, rpc_string(call, topic->name));
        }
    }
    apr_thread_mutex_unlock(link->client->mutex);
    if (rpc_count(names) > 0) {
        rpc_peer_call(peer, "rpc.on", names, 0, NULL, NULL);
    }
    apr_pool_destroy(pool);
}

/* As long as nobody asks for a connection; twice as long each time, and not
 * all clients of a server at once. */
static void pause_before(rpc_link_t *link)
{
    apr_interval_time_t pause = FIRST_PAUSE;
    apr_time_t until;
    unsigned char random = 0;
    int i;

    for (i = 1; i < link->attempts && pause < LONGEST_PAUSE; i++) {
        pause *= 2;
    }
    (void)apr_generate_random_bytes(&random, 1);
    until = apr_time_now() + pause / 2 + pause / 2 * random / 255;
    while (!is_closing(link) && apr_time_now() < until) {
        apr_interval_time_t next = rpc_timers_run(link->host.host.timers);
        apr_interval_time_t left = until - apr_time_now();
        struct pollfd fd = { .fd = link->wake[0], .events = POLLIN };
        char byte[64];
        int wanted;

        apr_thread_mutex_lock(link->client->mutex);
        wanted = link->waiting != NULL;
        apr_thread_mutex_unlock(link->client->mutex);
        if (wanted) {
            return;
        }
        if (next >= 0 && next < left) {
            left = next;
        }
        if (left > 0) {
            poll(&fd, 1, (int)(left / 1000) + 1);
        }
        if (fd.revents != 0 && read(fd.fd, byte, sizeof(byte)) < 0) {
            return;
        }
    }
}

/* One attempt, and what became of it. */
static void connect_and_serve(rpc_link_t *link)
{
    apr_pool_t *pool = rpc_pool_own();
    rpc_link_conn_t *conn = NULL;
    const char *why = rpc_link_connect(link, pool, &conn);

    if (why != NULL) {
        link->attempts++;
        apr_thread_mutex_lock(link->client->mutex);
        if (link->why == NULL || strcmp(link->why, why) != 0) {
            link->why = apr_pstrdup(link->client->pool, why);
        }
        apr_thread_cond_broadcast(link->changed);
        apr_thread_mutex_unlock(link->client->mutex);
        rpc_link_flush(link, why);
        apr_pool_destroy(pool);
        return;
    }
    link->attempts = 0;
    subscribe_again(link, conn->peer);
    set_state(link, RPC_LINK_CONNECTED, conn);
    rpc_link_flush(link, NULL);
    serve(conn);
    rpc_conn_end(conn);
    link->attempts = 1; /* a server that takes and drops is not asked again
                           at once */
    apr_pool_destroy(pool);
}

void *rpc_link_run(void *data)
{
    rpc_link_t *link = data;
    rpc_client_t *client = link->client;

    while (!is_closing(link) && link->state != RPC_LINK_ENDED) {
        if (link->attempts > 0) {
            pause_before(link);
        }
        if (!is_closing(link)) {
            connect_and_serve(link);
        }
    }
    rpc_link_flush(link, is_closing(link) ? "the client was closed"
                                          : "the connection ended");
    rpc_client_unref_(client);
    return NULL;
}
