/* SPDX-License-Identifier: Apache-2.0 */
/* Warns where httpd's own settings do not fit a server that has peers, which
 * stay for hours. For mod_rpc.c, at start-up and for httpd -t. */
#include <string.h>

#include "ap_mpm.h"
#include "apr_strings.h"
#include "http_core.h"
#include "util_cfgtree.h"

#include "config/config.h"
#include "log.h"

static int query(int what)
{
    int number = 0;

    return ap_mpm_query(what, &number) == APR_SUCCESS ? number : 0;
}

/* Whether it stands anywhere; the MPM's own directives are the server's. */
static int is_configured(const ap_directive_t *first, const char *name)
{
    for (; first != NULL; first = first->next) {
        if (ap_cstr_casecmp(first->directive, name) == 0
            || is_configured(first->first_child, name)) {
            return 1;
        }
    }
    return 0;
}

/* A thread whose peers are all parked looks spare, and a child with enough of
 * them is told to stop; a parked peer counts against a child's connections. */
static void check_event(server_rec *server)
{
    int spare = query(AP_MPMQ_MAX_SPARE_THREADS);
    int workers = query(AP_MPMQ_MAX_DAEMONS) * query(AP_MPMQ_MAX_THREADS);

    if (spare < workers) {
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, server, RPC_LOG_PEER_HOST
                     "MaxSpareThreads %d: children full of peers are stopped "
                     "as spare: set it to MaxRequestWorkers (%d)", spare,
                     workers);
    }
    if (!is_configured(ap_conftree, "AsyncRequestWorkerFactor")) {
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, server, RPC_LOG_PEER_HOST
                     "AsyncRequestWorkerFactor is not set: a child takes 3 "
                     "connections for each of its %d threads, peers "
                     "included: set it to how many peers a thread may have",
                     query(AP_MPMQ_MAX_THREADS));
    }
}

static void check_stream(server_rec *server, server_rec *virtual)
{
    const rpc_stream_t *stream = rpc_config_of_server(virtual)->stream;
    rpc_dir_config_t config;

    rpc_config_resolve(rpc_config_of(virtual->lookup_defaults), &config);
    if (config.peer_idle > server->timeout) {
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, virtual, RPC_LOG_PEER_HOST
                     "%s:%d: RpcPeerIdle is %" APR_INT64_T_FMT " seconds, "
                     "but a silent peer by TCP is closed after the main "
                     "server's Timeout, %" APR_INT64_T_FMT,
                     stream->directive->filename, stream->directive->line_num,
                     apr_time_sec(config.peer_idle),
                     apr_time_sec(server->timeout));
    }
    if (virtual->timeout != server->timeout) {
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, virtual, RPC_LOG_PEER_HOST
                     "%s:%d: of a virtual host with RpcStream the main "
                     "server's Timeout holds, %" APR_INT64_T_FMT ", not its "
                     "own, %" APR_INT64_T_FMT,
                     stream->directive->filename, stream->directive->line_num,
                     apr_time_sec(server->timeout),
                     apr_time_sec(virtual->timeout));
    }
}

void rpc_config_lint_peers(server_rec *server)
{
    const rpc_server_config_t *main_config = rpc_config_of_server(server);
    server_rec *virtual;

    if (!rpc_config_has_peers(server)
        || (ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_CREATE_PRE_CONFIG
            && ap_state_query(AP_SQ_RUN_MODE) == AP_SQ_RM_NORMAL)) {
        return;
    }
    if (query(AP_MPMQ_IS_ASYNC)) {
        check_event(server);
    }
    if (query(AP_MPMQ_MAX_REQUESTS_DAEMON) > 0) {
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, server, RPC_LOG_PEER_HOST
                     "MaxConnectionsPerChild %d: a child that stops closes "
                     "its peers: set it to 0",
                     query(AP_MPMQ_MAX_REQUESTS_DAEMON));
    }
    for (virtual = server->next; virtual != NULL; virtual = virtual->next) {
        const rpc_server_config_t *config = rpc_config_of_server(virtual);

        if (config != main_config && config->stream != NULL) {
            check_stream(server, virtual);
        }
    }
}
