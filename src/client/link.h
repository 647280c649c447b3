/* SPDX-License-Identifier: Apache-2.0 */
/* A client that is a peer: one connection at a time, one thread that serves
 * it, threads for slow methods. For link*.c alone. */
#ifndef RPC_CLIENT_LINK_H
#define RPC_CLIENT_LINK_H

#include <curl/curl.h>

#include "client/client.h"
#include "core/timer.h"
#include "peer/peer.h"

typedef struct rpc_link_t rpc_link_t;
typedef struct rpc_task_t rpc_task_t;

/** Threads for RPC_BLOCKING methods: a host of peers. */
typedef struct rpc_link_host_t {
    rpc_host_t host;           /**< first */
    pthread_mutex_t mutex;     /**< guards what follows */
    pthread_cond_t cond;
    rpc_task_t *first;
    rpc_task_t *last;
    int queued;
    pthread_t *threads;
    int started;
    int most;
    int idle;
} rpc_link_host_t;

/** A topic that is subscribed to. */
typedef struct rpc_link_topic_t {
    const char *name;
    rpc_client_topic_fn fn;
    void *baton;
    int is_off;
    struct rpc_link_topic_t *next;
} rpc_link_topic_t;

/** One connection. Its peer's carrier: freed by the peer's release. */
typedef struct rpc_link_conn_t {
    rpc_link_t *link;
    rpc_client_t *client;      /**< with a reference */
    rpc_peer_t *peer;
    /* The thread's own. */
    CURLM *multi;
    CURL *easy;
    curl_socket_t socket;
    rpc_writer_t *sending;     /**< what curl has begun to send */
    apr_size_t sent;           /**< of it */
    apr_pool_t *pool;
    char error[CURL_ERROR_SIZE];

    char refused[256];         /**< what came last and could not be read;
                                    guarded by the client's mutex */
    pthread_mutex_t mutex;     /**< guards what follows */
    rpc_writer_t *queue;
    int ends;                  /**< close once all is sent */
    int lost;
} rpc_link_conn_t;

enum rpc_link_state_e {
    RPC_LINK_CONNECTING,       /**< or waiting to try again */
    RPC_LINK_CONNECTED,
    RPC_LINK_ENDED             /**< and will not connect again */
};

struct rpc_link_t {
    rpc_client_t *client;
    rpc_link_host_t host;
    const rpc_registry_t *registry;
    rpc_registry_t registry_node;
    rpc_about_t about;
    int is_websocket;
    int is_tls;
    const char *http_url;      /**< the same place for curl */
    const char *path;          /**< of a WebSocket, with its query */
    const char *authority;     /**< HOST[:PORT] */
    int wake[2];               /**< a pipe: the thread waits on it */
    pthread_t thread;
    int has_thread;
    rpc_timer_t again;         /**< flushes what a stopping server refused */

    /* Guarded by the client's mutex. */
    enum rpc_link_state_e state;
    rpc_link_conn_t *conn;     /**< while connected */
    rpc_job_t *waiting;        /**< for a connection */
    rpc_job_t **last_waiting;
    rpc_link_topic_t *topics;
    const char *why;           /**< the last attempt failed; or NULL */
    apr_thread_cond_t *changed; /**< state did */
    int attempts;              /**< that failed since the last that did not */
};

/* ---- link.c ---- */

/** Have the thread look around. Any thread. */
void rpc_link_wake(rpc_link_t *link);

/** Carry the jobs that waited; fail them if `why` is not NULL. */
void rpc_link_flush(rpc_link_t *link, const char *why);

/* ---- link_thread.c ---- */

/** The thread: connects, serves, connects again. @param data the link */
void *rpc_link_run(void *data);

/* ---- link_conn.c ---- */

/** Connect, with the handshake of a WebSocket.
 *  @param ret_conn With a peer that was not started yet
 *  @return NULL, or why not, in the pool */
const char *rpc_link_connect(rpc_link_t *link, apr_pool_t *pool,
                             rpc_link_conn_t **ret_conn);

/** Send what is queued until it would block.
 *  @return 0, or -1: the connection is broken */
int rpc_conn_flush(rpc_link_conn_t *conn);

/** Whether something is left to be sent. */
int rpc_conn_has_output(rpc_link_conn_t *conn);

/** Read without waiting. @return bytes, 0: none now, -1: the end, or an
 *  error */
int rpc_conn_read(rpc_link_conn_t *conn, char *buffer, size_t size);

/** The connection is gone: tell the peer, close, give up our references. */
void rpc_conn_end(rpc_link_conn_t *conn);

extern const rpc_peer_ops_t rpc_link_ops;

/* ---- link_handshake.c ---- */

/** The opening handshake. What arrived behind it is fed by the caller.
 *  @return NULL, or why not, in the pool */
const char *rpc_link_handshake(rpc_link_conn_t *conn, apr_pool_t *pool,
                               const char **ret_rest,
                               apr_size_t *ret_length);

/** Wait until the socket can be read, or written, or the client closes.
 *  @return 1, or 0: the time is up or the client closes */
int rpc_conn_wait(rpc_link_conn_t *conn, int events, apr_time_t until);

/* ---- link_host.c ---- */

apr_status_t rpc_link_host_open(rpc_link_t *link);

/** What has not begun is run as stopping; waits for what has. */
void rpc_link_host_close(rpc_link_t *link);

/** The tables of the options, and what finds subscribed topics.
 *  @return NULL, or what is wrong with a table */
const char *rpc_link_mount(rpc_link_t *link);

#endif
