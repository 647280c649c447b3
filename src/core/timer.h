/* SPDX-License-Identifier: Apache-2.0 */
/* Deadlines: a heap of timers, for whoever owns a thread that can wait. */
#ifndef RPC_CORE_TIMER_H
#define RPC_CORE_TIMER_H

#include "apr_pools.h"
#include "apr_time.h"

typedef struct rpc_timers_t rpc_timers_t;

/** Embedded in what it times; zeroed before its first use. What it is in
 *  lives until it fired or was cancelled. */
typedef struct rpc_timer_t {
    /** Runs on the timers' thread, without a lock; may set it anew, and may
     *  free what it is in. */
    void (*fire)(struct rpc_timer_t *timer);
    apr_time_t when;
    apr_size_t place; /**< in the heap, from 1; 0: not set */
} rpc_timer_t;

/**
 * @param wake Called, from any thread and without a lock, when the first
 *             deadline has become an earlier one; NULL: nobody waits
 * @param pool Timers that are still set when it ends do not fire
 */
rpc_timers_t *rpc_timers_create(void (*wake)(void *baton), void *baton,
                                apr_pool_t *pool);

/** Set, or set anew; fire is filled in before. Any thread. */
void rpc_timers_set(rpc_timers_t *timers, rpc_timer_t *timer,
                    apr_time_t when);

/** Any thread.
 *  @return 1: it will not fire; 0: it was not set, fired, or is firing now
 *          (its fire may run at this moment) */
int rpc_timers_cancel(rpc_timers_t *timers, rpc_timer_t *timer);

/** Fire what is due. By one thread at a time.
 *  @return microseconds to the next deadline, -1: none */
apr_interval_time_t rpc_timers_run(rpc_timers_t *timers);

#endif
