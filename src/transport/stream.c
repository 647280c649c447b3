/* SPDX-License-Identifier: Apache-2.0 */
/* RpcStream: connections that are peers from their first byte: TLS, who may
 * connect, what HTTP is told, the access log. For carrier.c. */
#include "transport/stream.h"

#include <string.h>

#include "apr_strings.h"
#include "http_core.h"
#include "http_log.h"
#include "http_protocol.h"
#include "http_request.h"
#include "scoreboard.h"

#include "log.h"
#include "transport/caller.h"

/* --------------------------------------------------- a request for httpd */

/* Modules that authorize or log want a request: this one says what the port
 * speaks. Its pool is a child of the connection's. */
static request_rec *create_request(rpc_carrier_t *carrier)
{
    request_rec *r = ap_create_request(carrier->c);

    r->server = carrier->server;
    r->per_dir_config = carrier->server->lookup_defaults;
    r->method = "RPC";
    r->method_number = M_INVALID;
    r->uri = apr_pstrdup(r->pool, "/");
    r->unparsed_uri = r->uri;
    r->filename = apr_pstrdup(r->pool, "rpc:/");
    r->protocol = apr_pstrcat(r->pool, carrier->stream->protocol->name,
                              "/tcp", NULL);
    r->the_request = apr_pstrcat(r->pool, r->method, " ", r->uri, " ",
                                 r->protocol, NULL);
    r->request_time = carrier->opened;
    r->status = carrier->status;
    r->read_length = 0;
    r->assbackwards = 0;
    return r;
}

/* What httpd does for a request between its sections and its handler. */
static int authenticate(request_rec *r)
{
    int status = ap_run_check_user_id(r);

    if (status == OK && r->user == NULL) {
        return HTTP_INTERNAL_SERVER_ERROR;
    }
    if (status == OK) {
        status = ap_run_auth_checker(r);
    }
    return status == DECLINED ? HTTP_INTERNAL_SERVER_ERROR : status;
}

static int authorize(request_rec *r)
{
    int is_any = ap_satisfies(r) == SATISFY_ANY;
    int status = ap_run_access_checker(r);

    if (is_any ? status == OK : status != OK) {
        return status;
    }
    status = ap_run_access_checker_ex(r);
    if (status == DECLINED || (status == OK && ap_run_force_authn(r) == OK)) {
        status = authenticate(r);
    }
    return status;
}

static void log_request(rpc_carrier_t *carrier, request_rec *r)
{
    char calls[16];

    apr_snprintf(calls, sizeof(calls), "%u", carrier->calls);
    apr_table_setn(r->notes, "rpc-protocol",
                   carrier->stream->protocol->name);
    apr_table_set(r->notes, "rpc-calls", calls);
    r->bytes_sent = carrier->bytes_out;
    r->sent_bodyct = 1;
    ap_run_log_transaction(r);
}

/* ----------------------------------------------------------------- open */

static apr_status_t create_peer(rpc_carrier_t *carrier, request_rec *r,
                                const rpc_dir_config_t *config)
{
    const rpc_stream_t *stream = carrier->stream;
    rpc_caller_facts_t facts;
    rpc_wire_t *wire;

    rpc_caller_fill(&facts, "tcp", r, config);
    wire = rpc_wire_create_stream(stream->framing,
                                  stream->protocol == &rpc_protocol_pyrpc,
                                  &facts.limits);
    if (wire == NULL) {
        return APR_ENOMEM;
    }
    return rpc_carrier_open(carrier, wire, stream->protocol, &facts.caller,
                            config) ? APR_SUCCESS : APR_ENOMEM;
}

apr_status_t rpc_stream_open(rpc_carrier_t *carrier)
{
    conn_rec *c = carrier->c;
    rpc_dir_config_t config;
    request_rec *r;
    apr_status_t rv;
    int status;

    /* TLS's handshake, as far as it goes without waiting. */
    rv = ap_get_brigade(c->input_filters, carrier->in, AP_MODE_INIT,
                        APR_NONBLOCK_READ, 0);
    apr_brigade_cleanup(carrier->in);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    /* Made for requests of HTTP: it ends a connection that lives longer. */
    ap_remove_input_filter_byhandle(c->input_filters, "reqtimeout");
    rpc_config_resolve(rpc_config_of(carrier->server->lookup_defaults),
                       &config);
    r = create_request(carrier);
    /* httpd takes a Require in a section only: <Location "/"> it is. */
    status = ap_location_walk(r);
    if (status == OK) {
        status = authorize(r);
    }
    if (status == OK) {
        rv = create_peer(carrier, r, &config);
    }
    else {
        ap_log_error(APLOG_MARK, APLOG_INFO, 0, carrier->server,
                     RPC_LOG_REFUSED "[client %s] the connection is refused "
                     "by the Require of its <Location \"/\">",
                     carrier->client_ip);
        r->status = status > 0 ? status : HTTP_FORBIDDEN;
        log_request(carrier, r);
        rv = APR_EACCES;
    }
    apr_pool_destroy(r->pool);
    return rv;
}

int rpc_stream_process(conn_rec *c)
{
    const rpc_stream_t *stream = rpc_config_of_server(c->base_server)->stream;
    rpc_child_t *child = rpc_child_get();
    rpc_dir_config_t config;
    rpc_carrier_t *carrier;

    if (stream == NULL || c->master != NULL) {
        return DECLINED;
    }
    rpc_config_resolve(rpc_config_of(c->base_server->lookup_defaults),
                       &config);
    carrier = child != NULL
                  ? rpc_carrier_create(c, child, c->base_server, stream,
                                       &config)
                  : NULL;
    if (carrier == NULL) {
        return OK; /* no state is set: httpd closes it */
    }
    return rpc_carrier_serve(carrier, c->cs != NULL);
}

/* ------------------------------------------------------------------ else */

void rpc_stream_refuse_http(rpc_carrier_t *carrier)
{
    const char *name = carrier->stream != NULL
                           ? carrier->stream->protocol->name : "jsonrpc";
    char body[256];
    char answer[512];

    apr_snprintf(body, sizeof(body), "This port speaks %s over TCP, not "
                 "HTTP.\n", name);
    apr_snprintf(answer, sizeof(answer), "HTTP/1.1 400 Bad Request\r\n"
                 "Content-Type: text/plain; charset=utf-8\r\n"
                 "X-Content-Type-Options: nosniff\r\n"
                 "Content-Length: %" APR_SIZE_T_FMT "\r\n"
                 "Connection: close\r\n\r\n%s", strlen(body), body);
    carrier->status = HTTP_BAD_REQUEST;
    rpc_carrier_send(carrier, answer, strlen(answer));
}

void rpc_stream_log(rpc_carrier_t *carrier)
{
    request_rec *r;

    if (carrier->peer == NULL) {
        return; /* refused, which is logged; or it never spoke */
    }
    r = create_request(carrier);
    log_request(carrier, r);
    apr_pool_destroy(r->pool);
}
