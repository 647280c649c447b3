/* SPDX-License-Identifier: Apache-2.0 */
/* Who calls, and what the endpoint allows, by the request and the
 * configuration. For http.c, stream.c and websocket.c. */
#include "transport/caller.h"

#include <string.h>

#include "transport/admin.h"

void rpc_caller_fill(rpc_caller_facts_t *facts, const char *transport,
                     const request_rec *r, const rpc_dir_config_t *config)
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
    facts->about.xml_nil = config->xml_nil;
    caller->transport = transport;
    caller->user = r->user;
    caller->client_ip = r->useragent_ip;
    caller->server = r->server;
    caller->registry = config->registry;
    caller->limits = &facts->limits;
    caller->about = &facts->about;
    caller->admin = &rpc_admin_httpd;
    caller->features =
        (config->introspection ? RPC_FEATURE_INTROSPECTION : 0)
        | (config->multicall ? RPC_FEATURE_MULTICALL : 0);
}
