/* SPDX-License-Identifier: Apache-2.0 */
/* What carries a peer's bytes: one connection of httpd, who may touch it, and
 * what waits to be written. For stream.c, websocket.c and child.c. */
#ifndef RPC_TRANSPORT_CARRIER_H
#define RPC_TRANSPORT_CARRIER_H

#include <pthread.h>

#include "apr_poll.h"
#include "apr_ring.h"
#include "httpd.h"

#include "config/config.h"
#include "peer/peer.h"
#include "protocol/wire.h"

/**
 * Who may touch the connection. It is OWNED by the thread that httpd runs it
 * on; the MPM takes it back (PARKED) while there is nothing to read, and may
 * close it then without asking anybody but the hook resume_connection, which
 * waits while another thread is WRITING. GONE: httpd closes it, and frees it.
 */
enum rpc_carrier_state_e {
    RPC_CARRIER_OWNED,
    RPC_CARRIER_PARKED,
    RPC_CARRIER_WRITING,
    RPC_CARRIER_GONE
};

typedef struct rpc_child_t rpc_child_t;
typedef struct rpc_carrier_t rpc_carrier_t;

/** Some of what waits to be written. */
typedef struct rpc_block_t {
    struct rpc_block_t *next;
    apr_size_t begin;  /**< of what is not written yet */
    apr_size_t end;
    apr_size_t room;
    char bytes[];
} rpc_block_t;

struct rpc_carrier_t {
    APR_RING_ENTRY(rpc_carrier_t) link; /**< of the child; its mutex guards */
    rpc_carrier_t *next_dropped;        /**< the same */
    int is_dropped;                     /**< the same: it is in that list */
    volatile int refs;
    rpc_child_t *child;
    server_rec *server;
    const rpc_stream_t *stream; /**< of RpcStream; NULL: a WebSocket */
    rpc_peer_t *peer;           /**< NULL: TLS is not there yet */
    rpc_wire_t *wire;           /**< the peer's */
    char *client_ip;
    apr_time_t opened;
    apr_int64_t max_queue;      /**< RpcPeerMaxQueue */
    apr_interval_time_t idle;   /**< RpcPeerIdle */
    apr_interval_time_t ping;   /**< between two; 0: none */

    /* Guarded by the mutex: a leaf, never held during I/O, nor while a
     * method runs or another lock is taken. */
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    enum rpc_carrier_state_e state;
    pthread_t owner;            /**< if is_served */
    int is_served;              /**< a thread runs rpc_carrier_serve() */
    int is_closing;             /**< to be closed when all is written */
    int is_shut;                /**< reading was ended, to wake httpd */
    int is_over;                /**< its queue was full, or writing failed */
    int is_lost;                /**< the session was told */
    apr_uint32_t events;        /**< counts what `changed` tells */
    rpc_block_t *first;
    rpc_block_t *last;
    apr_size_t queued;          /**< bytes in the blocks */
    apr_pollset_t *loop;        /**< of the owner, if it does not park */
    apr_time_t active;          /**< when a message last came or went */
    apr_uint32_t calls;         /**< messages answered */

    /* Of whoever may touch the connection. */
    conn_rec *c;
    apr_socket_t *socket;
    apr_bucket_brigade *in;
    apr_bucket_brigade *out;
    int is_started;             /**< the tables' peer_open ran */
    int is_polled;              /**< the child's pollset waits for POLLOUT */
    int is_parking;             /**< the hook told httpd to wait for it */
    apr_off_t bytes_out;
    int status;                 /**< of HTTP, for the access log */

    /* Of the child's thread. */
    apr_time_t pinged;
    int is_told;                /**< that the server stops */
};

/**
 * Make the carrier of a connection, owned by this thread. It ends with the
 * connection, by the hooks below; c->conn_config knows it.
 * @param config Resolved
 * @return NULL: no memory, or the child stops
 */
rpc_carrier_t *rpc_carrier_create(conn_rec *c, rpc_child_t *child,
                                  server_rec *server,
                                  const rpc_stream_t *stream,
                                  const rpc_dir_config_t *config);

/** The carrier of a connection, or NULL. */
rpc_carrier_t *rpc_carrier_of(conn_rec *c);

/** Give it its peer; as rpc_peer_create(), what is of the transport is
 *  filled in here. @return 0: no memory */
int rpc_carrier_open(rpc_carrier_t *carrier, rpc_wire_t *wire,
                     const rpc_protocol_t *protocol,
                     const rpc_caller_t *caller,
                     const rpc_dir_config_t *config);

/** Nobody touches the connection any more but httpd: the session is told.
 *  Once; a second call does nothing. */
void rpc_carrier_lose(rpc_carrier_t *carrier);

void rpc_carrier_ref(rpc_carrier_t *carrier);
void rpc_carrier_unref(rpc_carrier_t *carrier);

/** The hooks of httpd that move a carrier, and their registration. */
void rpc_carrier_register(void);

/* ---- src/transport/carrier_io.c ---- */

/** As rpc_peer_ops_t's send. */
apr_status_t rpc_carrier_send(rpc_carrier_t *carrier, const char *bytes,
                              apr_size_t length);

/** Close it when what is queued is written. Any thread, more than once. */
void rpc_carrier_close(rpc_carrier_t *carrier);

/** Close it at once: wake httpd, wherever the connection is. */
void rpc_carrier_shut(rpc_carrier_t *carrier);

enum rpc_drain_e {
    RPC_DRAIN_DONE,  /**< nothing is left */
    RPC_DRAIN_LEFT,  /**< the other end does not take it at present */
    RPC_DRAIN_BROKEN /**< it takes nothing any more */
};

/** Write what is queued, without blocking. By whoever may touch the
 *  connection. */
enum rpc_drain_e rpc_carrier_drain(rpc_carrier_t *carrier);

/** From OWNED or WRITING to PARKED, after all was written that can be. */
void rpc_carrier_park(rpc_carrier_t *carrier);

/** From PARKED to WRITING. @return whether it was PARKED */
int rpc_carrier_begin_writing(rpc_carrier_t *carrier);

/** From PARKED to OWNED, by httpd's thread. */
void rpc_carrier_resume(rpc_carrier_t *carrier);

/** Something happened that whoever waits for the carrier wants to know. The
 *  mutex is held. */
void rpc_carrier_tell(rpc_carrier_t *carrier);

/** Drop what is queued. The mutex is held. */
void rpc_carrier_clear(rpc_carrier_t *carrier);

/** POLLOUT: write on. By the child's thread. */
void rpc_carrier_writable(rpc_carrier_t *carrier);

/* ---- src/transport/carrier_serve.c ---- */

/**
 * Read and answer what there is, then park the connection; or, where the MPM
 * cannot park it, until it ends. On the thread that httpd runs it on.
 * @param may_park Whether c->cs may be told to wait
 * @return what the process_connection hook returns
 */
int rpc_carrier_serve(rpc_carrier_t *carrier, int may_park);

/* ---- src/transport/child.c ---- */

/** This child's, or NULL where it has no peers. */
rpc_child_t *rpc_child_get(void);
rpc_host_t *rpc_child_host(rpc_child_t *child);
int rpc_child_is_stopping(const rpc_child_t *child);

/** Put it into the ring of the child, and take it out.
 *  @return 0: the child stops */
int rpc_child_add(rpc_child_t *child, rpc_carrier_t *carrier);
void rpc_child_remove(rpc_child_t *child, rpc_carrier_t *carrier);

/** Have the child's thread wait for POLLOUT, or no longer. By whoever may
 *  touch the connection. */
void rpc_child_poll(rpc_child_t *child, rpc_carrier_t *carrier);
void rpc_child_unpoll(rpc_child_t *child, rpc_carrier_t *carrier);

/** The child is told to stop: peers are told, and closed within a second. Any
 *  thread, more than once. */
void rpc_child_stop(rpc_child_t *child);

/** In child_init, if any server may have peers. */
void rpc_child_create(apr_pool_t *pchild, server_rec *server);

/** The hook of that name. */
void rpc_child_stopping(apr_pool_t *pchild, int graceful);

#endif
