/* SPDX-License-Identifier: Apache-2.0 */
/* Who calls, and what the endpoint allows, by the request and the
 * configuration. For http.c, stream.c and websocket.c. */
#ifndef RPC_TRANSPORT_CALLER_H
#define RPC_TRANSPORT_CALLER_H

#include "httpd.h"

#include "config/config.h"
#include "core/message.h"

/** A caller, and what it points to. */
typedef struct rpc_caller_facts_t {
    rpc_caller_t caller;
    rpc_limits_t limits;
    rpc_about_t about;
} rpc_caller_facts_t;

/**
 * Fill in what a request over HTTP and a peer have in common; all else is
 * zero.
 * @param transport "http", "tcp", "websocket"
 * @param config    Resolved; its texts and registry are referred to
 */
void rpc_caller_fill(rpc_caller_facts_t *facts, const char *transport,
                     const request_rec *r, const rpc_dir_config_t *config);

#endif
