/* SPDX-License-Identifier: Apache-2.0 */
/* What a child process has for its peers. For child.c, threads.c, publish.c
 * and no other. */
#ifndef RPC_TRANSPORT_CHILD_H
#define RPC_TRANSPORT_CHILD_H

#include "transport/carrier.h"
#include "transport/publish.h"
#include "transport/threads.h"

struct rpc_child_t {
    rpc_host_t host;            /**< first: sessions know it by that */
    apr_pool_t *pool;
    apr_thread_t *thread;
    apr_pollset_t *pollset;     /**< of that thread; others add and remove */
    rpc_threads_t *threads;
    rpc_mailbox_t *mailbox;     /**< NULL: there are no other children */
    volatile int quit;
    volatile int stopped;       /**< every peer was told, and cut off */
    volatile int ended;         /**< the thread is done */

    pthread_mutex_t mutex;      /**< guards what follows; a leaf */
    APR_RING_HEAD(rpc_carriers_t, rpc_carrier_t) carriers;
    apr_size_t count;
    rpc_carrier_t *dropped;     /**< references to be given up */

    /* Of the thread. */
    apr_time_t next_look;
    apr_time_t stop_began;      /**< 0: not yet */
};

#endif
