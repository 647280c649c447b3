/* SPDX-License-Identifier: Apache-2.0 */
/* The life of a carrier: made for a connection, moved by httpd's hooks, freed
 * when connection and session are done. For stream.c and websocket.c. */
#include "transport/carrier.h"

#include <stdlib.h>
#include <string.h>

#include "apr_allocator.h"
#include "http_connection.h"
#include "http_log.h"
#include "http_main.h"
#include "http_core.h"
#include "http_protocol.h"
#include "mpm_common.h"
#include "scoreboard.h"

#include "log.h"
#include "transport/connection.h"
#include "transport/metrics.h"
#include "transport/spare.h"
#include "transport/stream.h"

/* What the allocator of a peer's connection keeps, in bytes. */
#define IDLE_KEEPS 4096

rpc_carrier_t *rpc_carrier_of(conn_rec *c)
{
    rpc_connection_t *connection = rpc_connection_find(c);

    return connection != NULL ? connection->carrier : NULL;
}

void rpc_carrier_ref(rpc_carrier_t *carrier)
{
    rpc_atomic_add(&carrier->refs, 1);
}

void rpc_carrier_unref(rpc_carrier_t *carrier)
{
    if (rpc_atomic_sub(&carrier->refs, 1) != 0) {
        return;
    }
    rpc_carrier_clear(carrier);
    pthread_cond_destroy(&carrier->changed);
    pthread_mutex_destroy(&carrier->mutex);
    free(carrier->client_ip);
    free(carrier);
}

/* ------------------------------------------------------ what a session asks */

static apr_status_t op_send(rpc_peer_t *peer, void *carrier,
                            const char *bytes, apr_size_t length)
{
    (void)peer;
    return rpc_carrier_send(carrier, bytes, length);
}

static void op_close(rpc_peer_t *peer, void *carrier, int code,
                     const char *reason)
{
    (void)peer;
    (void)code; /* the close frame is queued already */
    (void)reason;
    rpc_carrier_close(carrier);
}

static int op_is_owner(rpc_peer_t *peer, void *data)
{
    rpc_carrier_t *carrier = data;
    int is_owner;

    (void)peer;
    pthread_mutex_lock(&carrier->mutex);
    is_owner = carrier->is_served
               && pthread_equal(carrier->owner, pthread_self());
    pthread_mutex_unlock(&carrier->mutex);
    return is_owner;
}

static void op_log(rpc_peer_t *peer, void *data, int level, const char *text)
{
    rpc_carrier_t *carrier = data;
    char escaped[1024];

    (void)peer;
    if (level > 1 && !APLOG_IS_LEVEL(carrier->server, APLOG_DEBUG)) {
        return;
    }
    ap_escape_errorlog_item(escaped, text, sizeof(escaped));
    if (level == 0) {
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, carrier->server,
                     RPC_LOG_COMPLAINT "[client %s] %s", carrier->client_ip,
                     escaped);
    }
    else {
        ap_log_error(APLOG_MARK, level == 1 ? APLOG_INFO : APLOG_DEBUG, 0,
                     carrier->server, RPC_LOG_PEER "[client %s] %s",
                     carrier->client_ip, escaped);
    }
}

static void op_answered(rpc_peer_t *peer, void *data,
                        const rpc_message_t *message)
{
    rpc_carrier_t *carrier = data;

    (void)peer;
    rpc_metrics_message(message);
    pthread_mutex_lock(&carrier->mutex);
    carrier->calls++;
    carrier->active = apr_time_now();
    rpc_carrier_tell(carrier);
    pthread_mutex_unlock(&carrier->mutex);
}

/* Only the connection's own thread has a place to keep one. */
static apr_allocator_t *op_take(rpc_peer_t *peer, void *data)
{
    rpc_carrier_t *carrier = data;

    return op_is_owner(peer, data) ? rpc_spare_take(carrier->c) : NULL;
}

static void op_give(rpc_peer_t *peer, void *data, apr_allocator_t *allocator)
{
    rpc_carrier_t *carrier = data;

    if (op_is_owner(peer, data)) {
        rpc_spare_give(carrier->c, allocator);
    }
    else {
        apr_allocator_destroy(allocator);
    }
}

static void op_release(rpc_peer_t *peer, void *carrier)
{
    (void)peer;
    rpc_carrier_unref(carrier);
}

static const rpc_peer_ops_t peer_ops = {
    .send = op_send,
    .close = op_close,
    .is_owner = op_is_owner,
    .log = op_log,
    .answered = op_answered,
    .take = op_take,
    .give = op_give,
    .release = op_release
};

int rpc_carrier_open(rpc_carrier_t *carrier, rpc_wire_t *wire,
                     const rpc_protocol_t *protocol,
                     const rpc_caller_t *caller,
                     const rpc_dir_config_t *config)
{
    rpc_peer_setup_t setup;
    rpc_options_t options;
    rpc_host_t *host = rpc_child_host(carrier->child);
    rpc_peer_t *peer;

    memset(&options, 0, sizeof(options));
    memset(&setup, 0, sizeof(setup));
    setup.ops = &peer_ops;
    setup.carrier = carrier;
    setup.host = host;
    setup.wire = wire;
    setup.protocol = protocol;
    setup.options = &options;
    setup.caller = caller;
    setup.max_pending = (int)config->peer_max_pending;
    setup.server_index = host->server_index(host, caller->server);
    rpc_carrier_ref(carrier); /* the session's, until op_release() */
    peer = rpc_peer_create(&setup);
    if (peer == NULL) {
        rpc_carrier_unref(carrier);
        return 0;
    }
    carrier->wire = wire;
    pthread_mutex_lock(&carrier->mutex);
    carrier->peer = peer;
    pthread_mutex_unlock(&carrier->mutex);
    rpc_metrics_add(RPC_METRIC_PEERS, 1);
    return 1;
}

/* ----------------------------------------------------- httpd's connection */

void rpc_carrier_lose(rpc_carrier_t *carrier)
{
    int was_lost;

    rpc_carrier_resume(carrier);
    pthread_mutex_lock(&carrier->mutex);
    was_lost = carrier->is_lost;
    carrier->is_lost = 1;
    carrier->state = RPC_CARRIER_GONE;
    carrier->is_served = 0;
    carrier->loop = NULL;
    rpc_carrier_clear(carrier);
    rpc_carrier_tell(carrier);
    pthread_mutex_unlock(&carrier->mutex);
    if (was_lost) {
        return;
    }
    rpc_child_remove(carrier->child, carrier);
    if (carrier->peer != NULL) {
        rpc_metrics_add(RPC_METRIC_PEERS, -1);
        rpc_peer_lost(carrier->peer);
        rpc_peer_unref(carrier->peer);
    }
}

/* The event MPM gives a connection an allocator, which keeps what is freed, of
 * the request that was upgraded, too: half of what an idle WebSocket took. */
static void keep_at_most(conn_rec *c, apr_size_t most)
{
    if (c->cs != NULL) {
        apr_allocator_max_free_set(apr_pool_allocator_get(c->pool), most);
    }
}

/* The connection's reference. Its allocator will be another one's. */
static void forget(rpc_connection_t *connection)
{
    rpc_carrier_t *carrier = connection->carrier;

    keep_at_most(carrier->c, ap_max_mem_free);
    connection->carrier = NULL;
    rpc_carrier_lose(carrier);
    rpc_carrier_unref(carrier);
}

/* Before anything of the connection is freed. */
static apr_status_t pool_goes(void *data)
{
    rpc_connection_t *connection = data;

    if (connection->carrier != NULL) {
        forget(connection);
    }
    return APR_SUCCESS;
}

/* Which server's Timeout holds depends on KeepAliveTimeout. */
static apr_interval_time_t ping_every(const server_rec *server)
{
    return (server->timeout < ap_server_conf->timeout
                ? server->timeout : ap_server_conf->timeout) / 3;
}

rpc_carrier_t *rpc_carrier_create(conn_rec *c, rpc_child_t *child,
                                  server_rec *server,
                                  const rpc_stream_t *stream,
                                  const rpc_dir_config_t *config)
{
    rpc_connection_t *connection = rpc_connection_need(c);
    rpc_carrier_t *carrier = calloc(1, sizeof(*carrier));

    if (carrier == NULL) {
        return NULL;
    }
    APR_RING_ELEM_INIT(carrier, link);
    pthread_mutex_init(&carrier->mutex, NULL);
    pthread_cond_init(&carrier->changed, NULL);
    carrier->refs = 1;
    carrier->child = child;
    carrier->server = server;
    carrier->stream = stream;
    carrier->client_ip = strdup(c->client_ip);
    carrier->opened = apr_time_now();
    carrier->active = carrier->opened;
    carrier->pinged = carrier->opened;
    carrier->max_queue = config->peer_max_queue;
    carrier->idle = config->peer_idle > 0 ? config->peer_idle
                                          : ap_server_conf->timeout;
    if (stream == NULL) {
        carrier->ping = ping_every(server);
    }
    carrier->c = c;
    carrier->socket = ap_get_conn_socket(c);
    carrier->in = apr_brigade_create(c->pool, c->bucket_alloc);
    carrier->out = apr_brigade_create(c->pool, c->bucket_alloc);
    carrier->status = HTTP_OK;
    carrier->state = RPC_CARRIER_OWNED;
    if (carrier->client_ip == NULL || !rpc_child_add(child, carrier)) {
        rpc_carrier_unref(carrier);
        return NULL;
    }
    connection->carrier = carrier;
    keep_at_most(c, IDLE_KEEPS);
    apr_pool_pre_cleanup_register(c->pool, connection, pool_goes);
    return carrier;
}

static int pre_close_connection(conn_rec *c)
{
    rpc_connection_t *connection = rpc_connection_find(c);

    if (connection != NULL && connection->carrier != NULL) {
        rpc_carrier_t *carrier = connection->carrier;

        rpc_carrier_resume(carrier);
        if (carrier->stream != NULL) {
            rpc_stream_log(carrier);
        }
        forget(connection);
    }
    return OK;
}

/* The MPM takes the connection back. Only one that our hook told it to wait
 * for is parked: a lingering close passes here, too. */
static void suspend_connection(conn_rec *c, request_rec *r)
{
    rpc_carrier_t *carrier = rpc_carrier_of(c);

    (void)r;
    if (carrier != NULL && carrier->is_parking) {
        carrier->is_parking = 0;
        rpc_carrier_park(carrier);
    }
}

/* The MPM gives it to a thread: to process it, or to close it. */
static void resume_connection(conn_rec *c, request_rec *r)
{
    rpc_carrier_t *carrier = rpc_carrier_of(c);

    (void)r;
    if (carrier != NULL) {
        rpc_carrier_resume(carrier);
    }
}

/* First: a peer's connection is no HTTP any more. */
static int process_connection(conn_rec *c)
{
    rpc_carrier_t *carrier = rpc_carrier_of(c);

    if (carrier == NULL) {
        return rpc_stream_process(c);
    }
    return rpc_carrier_serve(carrier, c->cs != NULL);
}

void rpc_carrier_register(void)
{
    ap_hook_process_connection(process_connection, NULL, NULL,
                               APR_HOOK_FIRST);
    ap_hook_suspend_connection(suspend_connection, NULL, NULL,
                               APR_HOOK_MIDDLE);
    ap_hook_resume_connection(resume_connection, NULL, NULL,
                              APR_HOOK_FIRST);
    ap_hook_pre_close_connection(pre_close_connection, NULL, NULL,
                                 APR_HOOK_FIRST);
}
