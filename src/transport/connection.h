/* SPDX-License-Identifier: Apache-2.0 */
/* What a connection of httpd is to us: one struct in its conn_config. For
 * keep_hot.c and carrier*.c. */
#ifndef RPC_TRANSPORT_CONNECTION_H
#define RPC_TRANSPORT_CONNECTION_H

#include "httpd.h"

typedef struct rpc_connection_t {
    struct hot_t *hot;             /**< keep_hot.c's, or NULL */
    struct rpc_carrier_t *carrier; /**< carrier.c's, or NULL */
} rpc_connection_t;

/** Ours, or NULL if there is nothing of us. */
rpc_connection_t *rpc_connection_find(conn_rec *c);

/** Ours, made in c->pool if need be. */
rpc_connection_t *rpc_connection_need(conn_rec *c);

/** Write what the output filters have kept, without blocking, as the MPM does
 *  it: the last filter is called without a brigade. */
apr_status_t rpc_connection_write(conn_rec *c);

#endif
