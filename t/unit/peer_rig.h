/* SPDX-License-Identifier: Apache-2.0 */
/* A host with threads and a transport through memory, for the unit tests of
 * peers and for the fuzz target. */
#ifndef RPC_PEER_RIG_H
#define RPC_PEER_RIG_H

#include <pthread.h>

#include "peer/peer.h"

typedef struct rig_host_t rig_host_t;
typedef struct rig_end_t rig_end_t;

/** @param threads 0: every task is refused, and timers run by the test
 *  @param queue   Tasks that may wait */
rpc_host_t *rig_host_create(int threads, int queue, apr_pool_t *pool);
/** Stop the threads; what waits runs with rpc_host_stopping(). */
void rig_host_stop(rpc_host_t *host);
/** Tasks that wait. */
int rig_host_waiting(rpc_host_t *host);

/** One end of a connection. */
struct rig_end_t {
    rpc_peer_t *peer;
    rig_end_t *other;     /**< that gets what this one sends, or NULL */
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    char *inbox;          /**< for this end's thread */
    apr_size_t arrived;
    char *sent;           /**< what it sent, if there is no other end */
    apr_size_t length;
    apr_size_t read;      /**< of that, by rig_sent() */
    pthread_t owner;
    pthread_t thread;
    int has_thread;
    int ends;
    int sends;            /**< how often ops->send was called */
    int answered;         /**< messages, by ops->answered */
    int errors;           /**< lines of level 0 */
    int closes;
    int close_code;
    int released;
    int full;             /**< ops->send says APR_ENOSPC */
    int piece;            /**< bytes that the thread feeds at once; 0: all */
    apr_allocator_t *spare; /**< by ops->take and give */
    char last_log[1024];
    char last_error[1024];
};

typedef struct rig_setup_t {
    rpc_host_t *host;
    const rpc_registry_t *registry;
    int framing;          /**< enum rpc_framing_e, or -1, -2: WebSocket's
                               server, client */
    int is_pyrpc;
    int max_pending;      /**< 0: many */
    int server_index;
    const rpc_limits_t *limits; /**< NULL: the defaults */
} rig_setup_t;

/** An end with its peer, started; of the calling thread unless rig_join(). */
rig_end_t *rig_end_create(const rig_setup_t *setup);
/** Give each end a thread, and what the other sends. */
void rig_connect(rig_end_t *a, rig_end_t *b);
/** End the threads of both; their peers are lost. */
void rig_disconnect(rig_end_t *a, rig_end_t *b);
/** The connection is gone if it is not yet, then the reference. Checks
 *  nothing: the test looks at end->released before rig_end_free(). */
void rig_end_drop(rig_end_t *end);
void rig_end_free(rig_end_t *end);

/** Feed text to an end without a thread. @return of rpc_peer_receive() */
int rig_feed(rig_end_t *end, const char *text);
/** What it sent since the last time, as text; until the next call. */
const char *rig_sent(rig_end_t *end);

/** A registry of one table. */
const rpc_registry_t *rig_registry(const rpc_table_t *table,
                                   const char *prefix, apr_pool_t *pool);

/** The handlers of peer_table.c. */
extern const rpc_table_t rig_table;
extern rpc_call_t *rig_parked; /**< that park() deferred last */
/** Complete all that park() deferred and nobody else has completed. */
void rig_complete_all(void);
extern int rig_opened;         /**< how often peer_open ran */
extern int rig_closed;

#endif
