/* SPDX-License-Identifier: Apache-2.0 */
/* RpcStream: which virtual hosts speak RPC instead of HTTP, and whether httpd
 * listens for them as it should. For mod_rpc.c and transport/stream.c. */
#include <string.h>

#include "ap_listen.h"
#include "apr_strings.h"
#include "http_core.h"

#include "config/config.h"
#include "log.h"

static const char *const framings[] = {
    [RPC_FRAMING_AUTO] = "auto",
    [RPC_FRAMING_NEWLINE] = "newline",
    [RPC_FRAMING_EOT] = "eot",
    [RPC_FRAMING_CONTENT_LENGTH] = "content-length",
    [RPC_FRAMING_NETSTRING] = "netstring",
    [RPC_FRAMING_CONCATENATED] = "concatenated",
    NULL
};

const char *rpc_config_stream(cmd_parms *cmd, void *config,
                              const char *protocol, const char *framing)
{
    rpc_server_config_t *server = rpc_config_of_server(cmd->server);
    rpc_stream_t *stream = apr_pcalloc(cmd->pool, sizeof(*stream));
    int i = 0;

    (void)config;
    if (!cmd->server->is_virtual) {
        return "RpcStream stands in a <VirtualHost>, whose connections then "
               "speak RPC instead of HTTP";
    }
    if (server->stream != NULL) {
        return "RpcStream stands twice in this <VirtualHost>: keep one";
    }
    stream->directive = cmd->directive;
    if (ap_cstr_casecmp(protocol, "jsonrpc") == 0) {
        stream->protocol = &rpc_protocol_jsonrpc;
    }
    else if (ap_cstr_casecmp(protocol, "pyrpc") == 0) {
        stream->protocol = &rpc_protocol_pyrpc;
    }
    else {
        return apr_psprintf(cmd->pool, "RpcStream takes one of jsonrpc, "
                            "pyrpc, not \"%s\"", protocol);
    }
    while (framing != NULL && framings[i] != NULL
           && ap_cstr_casecmp(framings[i], framing) != 0) {
        i++;
    }
    if (framings[i] == NULL) {
        return apr_psprintf(cmd->pool, "RpcStream takes a framing of auto, "
                            "newline, eot, content-length, netstring, "
                            "concatenated, not \"%s\"", framing);
    }
    stream->framing = (enum rpc_framing_e)i;
    server->stream = stream;
    return NULL;
}

const char *rpc_config_stream_text(const rpc_stream_t *stream,
                                   apr_pool_t *pool)
{
    return apr_pstrcat(pool, stream->protocol->name, " ",
                       framings[stream->framing], NULL);
}

/* ------------------------------------------------------------- start-up */

typedef struct check_t {
    apr_pool_t *pool;
    server_rec *servers;
    server_rec *server;         /* that has the stream */
    const rpc_stream_t *stream;
    apr_status_t status;
    int is_again;               /* this configuration is read once more */
} check_t;

static void complain(check_t *check, const char *text)
{
    ap_log_error(APLOG_MARK, APLOG_STARTUP | APLOG_ERR, 0, check->server,
                 RPC_LOG_STREAM "%s:%d: RpcStream %s: %s",
                 check->stream->directive->filename,
                 check->stream->directive->line_num,
                 check->stream->directive->args, text);
    check->status = APR_EGENERAL;
}

static int is_any(const apr_sockaddr_t *address)
{
    const unsigned char *bytes = address->ipaddr_ptr;
    int i;

    for (i = 0; i < address->ipaddr_len; i++) {
        if (bytes[i] != 0) {
            return 0;
        }
    }
    return 1;
}

static const char *address_text(const server_addr_rec *address,
                                apr_pool_t *pool)
{
    return apr_psprintf(pool, "%s:%u", address->virthost,
                        (unsigned)address->host_port);
}

/* Connections are told apart by address and port alone: a name comes only
 * with HTTP's headers. */
static void check_alone(check_t *check, const server_addr_rec *address)
{
    const server_rec *other;
    const server_addr_rec *theirs;

    for (other = check->servers; other != NULL; other = other->next) {
        if (other == check->server || !other->is_virtual) {
            continue;
        }
        for (theirs = other->addrs; theirs != NULL; theirs = theirs->next) {
            if (theirs->host_port == address->host_port
                && apr_sockaddr_equal(theirs->host_addr,
                                      address->host_addr)) {
                complain(check, apr_psprintf(
                    check->pool, "the <VirtualHost> of %s:%u has the same "
                    "address, %s: give the stream one of its own",
                    other->defn_name != NULL ? other->defn_name : "?",
                    other->defn_line_number,
                    address_text(address, check->pool)));
                return;
            }
        }
    }
}

static int listens_for(const ap_listen_rec *listener,
                       const server_addr_rec *address)
{
    const apr_sockaddr_t *bound = listener->bind_addr;

    return bound->port == address->host_port
           && (is_any(bound) || is_any(address->host_addr)
               || apr_sockaddr_equal(bound, address->host_addr));
}

/* A listener for http (the default) is told of a connection when data has
 * come; a peer may well listen first. With TLS the client speaks first. */
static void check_listener(check_t *check, const ap_listen_rec *listener)
{
    if (!check->is_again
        && (listener->protocol == NULL
            || strcmp(listener->protocol, "http") == 0)) {
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, check->server,
                     RPC_LOG_LISTEN "%s:%d: RpcStream: a peer that says "
                     "nothing is not seen: write \"Listen %u %s\"",
                     check->stream->directive->filename,
                     check->stream->directive->line_num,
                     (unsigned)listener->bind_addr->port,
                     check->stream->protocol->name);
    }
}

static void check_address(check_t *check, const server_addr_rec *address)
{
    const ap_listen_rec *listener;
    int found = 0;

    check_alone(check, address);
    for (listener = ap_listeners; listener != NULL;
         listener = listener->next) {
        if (listens_for(listener, address)) {
            if (!found) {
                check_listener(check, listener);
            }
            found = 1;
        }
    }
    if (!found) {
        complain(check, apr_psprintf(
            check->pool, "nothing listens on %s: add \"Listen %u %s\"",
            address_text(address, check->pool),
            (unsigned)address->host_port, check->stream->protocol->name));
    }
}

apr_status_t rpc_config_check_streams(apr_pool_t *pool, server_rec *server)
{
    const rpc_server_config_t *main_config = rpc_config_of_server(server);
    const server_addr_rec *address;
    check_t check;

    check.servers = server;
    check.status = APR_SUCCESS;
    check.is_again =
        ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_CREATE_PRE_CONFIG
        && ap_state_query(AP_SQ_RUN_MODE) == AP_SQ_RM_NORMAL;
    apr_pool_create(&check.pool, pool);
    for (check.server = server->next; check.server != NULL;
         check.server = check.server->next) {
        const rpc_server_config_t *config =
            rpc_config_of_server(check.server);

        if (config == main_config || config->stream == NULL) {
            continue;
        }
        check.stream = config->stream;
        if (rpc_config_of(check.server->lookup_defaults)->registry == NULL) {
            complain(&check, "no RpcHandler mounts a table in this "
                     "<VirtualHost>: add one, outside of any <Location>");
        }
        for (address = check.server->addrs; address != NULL;
             address = address->next) {
            check_address(&check, address);
        }
    }
    apr_pool_destroy(check.pool);
    return check.status;
}
