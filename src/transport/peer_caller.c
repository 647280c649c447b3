/* SPDX-License-Identifier: Apache-2.0 */
/* A configuration of httpd becomes what a session knows of its caller. For
 * stream.c and websocket.c. */
#include "transport/peer_caller.h"

#include <string.h>

#include "transport/admin.h"

void rpc_peer_caller_fill(rpc_peer_caller_t *facts,
                          const rpc_dir_config_t *config,
                          const char *transport, const char *user,
                          conn_rec *c, server_rec *server)
{
    rpc_caller_t *caller = &facts->caller;

    memset(facts, 0, sizeof(*facts));
    facts->limits.max_body = config->max_body;
    facts->limits.max_depth = config->max_depth;
    facts->limits.max_values = config->max_values;
    facts->limits.max_batch = config->max_batch;
    facts->limits.max_string = config->max_string;
    facts->about.title = config->title;
    facts->about.name = config->name;
    facts->about.description = config->description;
    facts->about.version = RPC_VERSION;
    caller->transport = transport;
    caller->user = user;
    caller->client_ip = c->client_ip;
    caller->server = server;
    caller->registry = config->registry;
    caller->limits = &facts->limits;
    caller->about = &facts->about;
    caller->admin = &rpc_admin_httpd;
    caller->features =
        (config->introspection ? RPC_FEATURE_INTROSPECTION : 0)
        | (config->multicall ? RPC_FEATURE_MULTICALL : 0);
}
