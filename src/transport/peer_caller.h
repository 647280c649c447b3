/* SPDX-License-Identifier: Apache-2.0 */
/* Who a peer's calls come from, and what its endpoint allows. For stream.c
 * and websocket.c. */
#ifndef RPC_TRANSPORT_PEER_CALLER_H
#define RPC_TRANSPORT_PEER_CALLER_H

#include "httpd.h"

#include "config/config.h"
#include "core/message.h"

/** A caller, and what it points to; sessions copy all of it. */
typedef struct rpc_peer_caller_t {
    rpc_caller_t caller;
    rpc_limits_t limits;
    rpc_about_t about;
} rpc_peer_caller_t;

/** @param config Resolved @param user Or NULL */
void rpc_peer_caller_fill(rpc_peer_caller_t *facts,
                          const rpc_dir_config_t *config,
                          const char *transport, const char *user,
                          conn_rec *c, server_rec *server);

#endif
