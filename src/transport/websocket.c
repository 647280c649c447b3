/* SPDX-License-Identifier: Apache-2.0 */
/* The upgrade of an HTTP request to a WebSocket, and how httpd is made to
 * give its connection to the peer. For http.c. */
#include "transport/websocket.h"

#include <string.h>

#include "apr_strings.h"
#include "http_log.h"
#include "http_main.h"
#include "http_protocol.h"
#include "util_filter.h"

#include "log.h"
#include "protocol/websocket.h"
#include "transport/carrier.h"

#define FILTER_NAME "RPC_HAND_OFF"

static int has_token(request_rec *r, const char *header, const char *token)
{
    const char *value = apr_table_get(r->headers_in, header);

    return value != NULL && ap_find_token(r->pool, value, token);
}

int rpc_websocket_is_asked(request_rec *r)
{
    return r->method_number == M_GET && !r->header_only && r->main == NULL
           && r->prev == NULL && has_token(r, "Upgrade", "websocket")
           && has_token(r, "Connection", "upgrade");
}

/* --------------------------------------------------------- who may, how */

static int has_body(request_rec *r)
{
    const char *length = apr_table_get(r->headers_in, "Content-Length");

    return apr_table_get(r->headers_in, "Transfer-Encoding") != NULL
           || (length != NULL && strcmp(length, "0") != 0);
}

/* Why not; NULL: nothing is wrong with the request. */
static const char *check(rpc_exchange_t *exchange, int *ret_status)
{
    request_rec *r = exchange->r;

    if (!exchange->config.websocket) {
        *ret_status = HTTP_METHOD_NOT_ALLOWED;
        return "this endpoint takes no WebSockets (RpcWebSocket is off): "
               "POST a message";
    }
    *ret_status = HTTP_BAD_REQUEST;
    if (!(exchange->config.protocols & RPC_SPEAKS_JSONRPC)) {
        return "a WebSocket speaks JSON-RPC, which RpcProtocols leaves out "
               "here";
    }
    if (r->connection->master != NULL || r->proto_num != HTTP_VERSION(1, 1)) {
        return "a WebSocket begins with a request of HTTP/1.1";
    }
    if (has_body(r)) {
        return "a request that becomes a WebSocket has no body";
    }
    if (!has_token(r, "Sec-WebSocket-Version", RPC_WEBSOCKET_VERSION)) {
        apr_table_setn(r->err_headers_out, "Sec-WebSocket-Version",
                       RPC_WEBSOCKET_VERSION);
        apr_table_setn(r->err_headers_out, "Upgrade", "websocket");
        *ret_status = HTTP_UPGRADE_REQUIRED;
        return "Sec-WebSocket-Version: expected 13";
    }
    if (!rpc_websocket_key_is_good(apr_table_get(r->headers_in,
                                                 "Sec-WebSocket-Key"))) {
        return "Sec-WebSocket-Key: expected 16 bytes in base64";
    }
    return NULL;
}

/* --------------------------------------------------------- the hand-over */

/* httpd looks whether another request has come: the answer is yes, so that it
 * comes to our process_connection hook at once. In its queue of kept-alive
 * connections this one might be closed when all threads are busy. */
static apr_status_t hand_off(ap_filter_t *f, apr_bucket_brigade *brigade,
                             ap_input_mode_t mode, apr_read_type_e block,
                             apr_off_t length)
{
    ap_filter_t *next = f->next;
    conn_rec *c = f->c;

    ap_remove_input_filter(f);
    if (mode != AP_MODE_SPECULATIVE) {
        return ap_get_brigade(next, brigade, mode, block, length);
    }
    APR_BRIGADE_INSERT_TAIL(brigade,
                            apr_bucket_immortal_create("!", 1,
                                                       c->bucket_alloc));
    return APR_SUCCESS;
}

void rpc_websocket_register(void)
{
    ap_register_input_filter(FILTER_NAME, hand_off, NULL,
                             AP_FTYPE_CONNECTION);
}

static void send_accept(request_rec *r, rpc_carrier_t *carrier)
{
    char accept[RPC_WEBSOCKET_ACCEPT_ROOM];
    const char *chosen = rpc_websocket_choose(
        apr_table_get(r->headers_in, "Sec-WebSocket-Protocol"));
    const char *answer;

    rpc_websocket_accept(apr_table_get(r->headers_in, "Sec-WebSocket-Key"),
                         accept);
    answer = apr_pstrcat(r->pool, "HTTP/1.1 101 Switching Protocols\r\n"
                         "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                         "Sec-WebSocket-Accept: ", accept, "\r\n",
                         chosen != NULL ? "Sec-WebSocket-Protocol: " : "",
                         chosen != NULL ? chosen : "",
                         chosen != NULL ? "\r\n" : "", "\r\n", NULL);
    rpc_carrier_send(carrier, answer, strlen(answer));
}

/* What follows on the connection is no answer of HTTP any more. */
static void end_http(request_rec *r)
{
    r->status = HTTP_SWITCHING_PROTOCOLS;
    r->status_line = "101 Switching Protocols";
    r->sent_bodyct = 1;
    r->header_only = 1;
    ap_remove_output_filter_byhandle(r->output_filters, "HTTP_HEADER");
    ap_remove_input_filter_byhandle(r->connection->input_filters,
                                    "reqtimeout");
}

static rpc_carrier_t *create_carrier(rpc_exchange_t *exchange)
{
    request_rec *r = exchange->r;
    rpc_child_t *child = rpc_child_get();

    return child != NULL ? rpc_carrier_create(r->connection, child,
                                              r->server, NULL,
                                              &exchange->config)
                         : NULL;
}

static int open_peer(rpc_exchange_t *exchange, rpc_carrier_t *carrier)
{
    rpc_caller_facts_t facts;
    rpc_wire_t *wire;

    rpc_caller_fill(&facts, "websocket", exchange->r, &exchange->config);
    facts.about.url = rpc_http_url(exchange);
    wire = rpc_wire_create_websocket(0, &facts.limits);
    return wire != NULL
           && rpc_carrier_open(carrier, wire, &rpc_protocol_jsonrpc,
                               &facts.caller, &exchange->config);
}

static int upgrade(rpc_exchange_t *exchange)
{
    request_rec *r = exchange->r;
    conn_rec *c = r->connection;
    rpc_carrier_t *carrier = create_carrier(exchange);

    if (carrier == NULL) {
        return rpc_http_refuse(exchange, HTTP_SERVICE_UNAVAILABLE,
                               "the server stops: try again");
    }
    if (!open_peer(exchange, carrier)) {
        ap_log_rerror(APLOG_MARK, APLOG_ERR, APR_ENOMEM, r, RPC_LOG_UPGRADE
                      "no memory for a WebSocket");
        c->keepalive = AP_CONN_CLOSE;
        return HTTP_INTERNAL_SERVER_ERROR;
    }
    send_accept(r, carrier);
    end_http(r);
    rpc_carrier_drain(carrier);
    if (c->cs == NULL || c->clogging_input_filters) {
        rpc_carrier_serve(carrier, 0);
        return OK;
    }
    c->keepalive = AP_CONN_KEEPALIVE;
    ap_add_input_filter(FILTER_NAME, NULL, NULL, c);
    return OK;
}

int rpc_websocket_upgrade(rpc_exchange_t *exchange)
{
    int status = OK;
    const char *text = check(exchange, &status);

    if (text != NULL) {
        return rpc_http_refuse(exchange, status, text);
    }
    text = rpc_http_refuse_origin(exchange->r, &exchange->config);
    if (text != NULL) {
        return rpc_http_refuse_with(exchange, HTTP_FORBIDDEN, RPC_E_ORIGIN,
                                    text);
    }
    return upgrade(exchange);
}
