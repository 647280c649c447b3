/* SPDX-License-Identifier: Apache-2.0 */
/* What each child process has done so far, counted in memory that all of them
 * share. For transports, which count, and server_info, which reads. */
#ifndef RPC_TRANSPORT_METRICS_H
#define RPC_TRANSPORT_METRICS_H

#include "httpd.h"
#include "ap_mpm.h"

#include "core/message.h"

/** What is counted. */
enum rpc_metric_e {
    RPC_METRIC_MESSAGES,   /**< messages answered */
    RPC_METRIC_MORE_CALLS, /**< calls beyond one of each message: -1 for a
                            *   message without any */
    RPC_METRIC_FAULTS,     /**< of messages and of their calls */
    RPC_METRIC_PEERS,      /**< connections now on which both ends call */
    RPC_METRIC_KINDS
};

/** Counted, of one child or of all. */
typedef struct rpc_metrics_sum_t {
    apr_int64_t messages;
    apr_int64_t calls; /**< nested ones included */
    apr_int64_t faults;
    apr_int64_t peers;
} rpc_metrics_sum_t;

typedef struct rpc_metrics_t rpc_metrics_t;

/** Make the memory, in post_config: a line for each child that there can be
 *  at once. A restart begins anew; children of before count in theirs. */
void rpc_metrics_create(apr_pool_t *pconf, server_rec *server);

/** Claim a line, in child_init. A child without one counts nothing. */
void rpc_metrics_child_init(void);

/** child_status, in the parent: the line of a child that ended is free. What
 *  it has counted stays in the sum of all. */
void rpc_metrics_child_status(server_rec *server, pid_t pid,
                              ap_generation_t generation, int slot,
                              mpm_child_status state);

/** Count, from any thread of a child: one relaxed atomic addition. */
void rpc_metrics_add(enum rpc_metric_e kind, int delta);

/** Count a message that was answered; one addition where it was one call
 *  that succeeded. */
void rpc_metrics_message(const rpc_message_t *message);

/** What a child has counted. @return 1, or 0: it has no line */
int rpc_metrics_of_child(pid_t pid, rpc_metrics_sum_t *ret_sum);

/** What all have counted since the restart. */
void rpc_metrics_of_all(rpc_metrics_sum_t *ret_sum);

#endif
