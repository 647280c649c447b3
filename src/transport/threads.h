/* SPDX-License-Identifier: Apache-2.0 */
/* RpcThreads: a child's threads for slow methods of peers. For child.c. */
#ifndef RPC_TRANSPORT_THREADS_H
#define RPC_TRANSPORT_THREADS_H

#include "apr_pools.h"

typedef struct rpc_threads_t rpc_threads_t;

/** A thread is made when a task comes and none is idle; it takes no signals.
 *  @param most So many at a time */
apr_status_t rpc_threads_create(int most, apr_pool_t *pool,
                                rpc_threads_t **ret_threads);

/** Run it on one of them; never blocks.
 *  @return APR_SUCCESS: it runs exactly once; APR_EAGAIN: too many wait */
apr_status_t rpc_threads_run(rpc_threads_t *threads, void (*task)(void *arg),
                             void *arg);

/** The server stops: run what waits here and now. Tasks see by their host
 *  that they need not begin. */
void rpc_threads_flush(rpc_threads_t *threads);

/** Wait for those that run, and end. NULL is allowed. */
void rpc_threads_destroy(rpc_threads_t *threads);

#endif
