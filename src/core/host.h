/* SPDX-License-Identifier: Apache-2.0 */
/* What a process offers its peers: threads for slow methods, time, and who
 * subscribed to what. One for each child process, or for each client. Filled
 * by transport/ and client/. */
#ifndef RPC_CORE_HOST_H
#define RPC_CORE_HOST_H

#include "core/atomic.h"
#include "core/timer.h"
#include "mod_rpc.h"

typedef struct rpc_host_t rpc_host_t;

struct rpc_host_t {
    /** Time limits of deferred calls and of calls to peers. Run by a thread
     *  of the host. */
    rpc_timers_t *timers;

    /**
     * Run a task on a thread of the host; never blocks.
     * @return APR_SUCCESS; APR_EAGAIN: all are busy and the queue is full;
     *         APR_EOF: stopping. The task runs exactly once if and only if
     *         APR_SUCCESS was returned; when the host stops, tasks that have
     *         not begun run with rpc_host_stopping() true and complete with
     *         RPC_E_STOPPING
     */
    apr_status_t (*run)(rpc_host_t *host, void (*task)(void *arg), void *arg);

    /**
     * Hand a published text to the other processes; NULL: there are none.
     * Never blocks.
     * @param key    "SERVER-INDEX TABLE.TOPIC"
     * @param params JSON text of the params array
     */
    void (*broadcast)(rpc_host_t *host, const char *key, const char *params,
                      apr_size_t length);

    /** Which virtual server it is, as rpc_peer_setup_t has it; NULL: there is
     *  but one, 0. */
    int (*server_index)(rpc_host_t *host, struct server_rec *server);

    struct rpc_topics_t *topics; /**< rpc_topics_create(); or NULL: none */
    volatile int stopping;       /**< by the functions below */
};

static inline int rpc_host_stopping(const rpc_host_t *host)
{
    return rpc_atomic_get(&host->stopping);
}

/** From now on tasks that begin complete with RPC_E_STOPPING. */
static inline void rpc_host_stop(rpc_host_t *host)
{
    rpc_atomic_set(&host->stopping, 1);
}

/** The functions that a table's child_init gets: those of the core, and the
 *  host, so that background calls know it. */
typedef struct rpc_host_api_t {
    rpc_api_t api; /**< first */
    rpc_host_t *host;
} rpc_host_api_t;

/** @return for child_init; lives as long as the pool */
const rpc_api_t *rpc_host_api_make(rpc_host_t *host, apr_pool_t *pool);

#endif
