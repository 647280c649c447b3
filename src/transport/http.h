/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP: request_rec -> message -> response. For mod_rpc.c, which hooks it in;
 * the second part is for the files of this folder. */
#ifndef RPC_TRANSPORT_HTTP_H
#define RPC_TRANSPORT_HTTP_H

#include "httpd.h"

#include "config/config.h"
#include "protocol/ask.h"
#include "transport/caller.h"
#include "transport/http_static.h"
#include "transport/large.h"

/** The name in SetHandler. */
#define RPC_HANDLER_NAME "rpc"

/** The content handler. */
int rpc_http_handler(request_rec *r);

/** translate_name, last: an endpoint of a <Location> has no file. */
int rpc_http_translate_name(request_rec *r);

/** map_to_storage, first: so nothing looks for one. */
int rpc_http_map_to_storage(request_rec *r);

/** post_perdir_config: before anybody asks for authorization, answer the
 *  preflight of an allowed origin's page, and give all that is answered the
 *  headers that let the page read it (src/transport/http_origin.c). */
int rpc_http_post_perdir_config(request_rec *r);

/** The output filter that gives httpd's own error answers a body in the
 *  protocol of the request, and the hook that inserts it. */
void rpc_http_register_error_filter(void);
void rpc_http_insert_error_filter(request_rec *r);

/* ------------------------------------------------------------------------
 * Within transport/http*.c
 */

/** One request that came to an endpoint. */
typedef struct rpc_exchange_t {
    request_rec *r;
    rpc_dir_config_t config;  /**< resolved: no member is unset */
    const rpc_protocol_t *protocol; /**< of the request, NULL: not known */
    rpc_options_t options;
    rpc_caller_facts_t facts;
    rpc_message_t *message;
    rpc_writer_t *out;        /**< the answer, in the message's pool */
    rpc_large_t *large;       /**< of a large message, or NULL */
} rpc_exchange_t;

/** Whether the sections merged so far make this request ours: SetHandler rpc,
 *  which is an expression, and RpcHandler. */
int rpc_http_is_endpoint(request_rec *r);

/** Tell what a request asks for (src/transport/http_request.c). Sets
 *  exchange->protocol where it is known, and options. */
void rpc_http_classify(rpc_exchange_t *exchange, rpc_ask_t *ret_ask);

/** The protocol that a request speaks by its media type or its query, as far
 *  as these tell, or NULL. */
const rpc_protocol_t *rpc_http_protocol_of(request_rec *r, int speaks);

/** Whether Accept asks for JSON where PyRPC could answer text. */
int rpc_http_prefers_json(request_rec *r);

/** Whether a call is refused because of the page that it comes from, by
 *  Origin and Sec-Fetch-Site. @return why, for a fault; NULL: it may call */
const char *rpc_http_refuse_origin(request_rec *r,
                                   const rpc_dir_config_t *config);

/** Whether Accept takes text/html: it is not there, or names it by itself or
 *  by a wildcard, with a q above 0. (RFC 9110, section 12.5.1) */
int rpc_http_accepts_html(request_rec *r);

/** Answer with the documentation page, or 304 (src/transport/http_docs.c). */
int rpc_http_send_docs(rpc_exchange_t *exchange);

/** The endpoint's URL as this client reached it: for descriptions. */
const char *rpc_http_url(rpc_exchange_t *exchange);

/** "GET, HEAD, POST, OPTIONS", or less. */
const char *rpc_http_allowed(const rpc_dir_config_t *config);

/** The body was larger than RpcMaxBody: no HTTP status. */
#define RPC_BODY_TOO_LARGE (-100)

/** A request's body; a NUL follows the last byte. */
typedef struct rpc_body_t {
    char *bytes;
    apr_size_t length;
    int is_large;     /**< bytes are from malloc(), not of the pool */
} rpc_body_t;

/**
 * Read the whole body, decoded (src/transport/http_body.c).
 * @param max  RpcMaxBody, in decoded bytes
 * @param pool For one that is not large
 * @return OK, RPC_BODY_TOO_LARGE, or what the handler must return to httpd
 */
int rpc_http_read_body(request_rec *r, apr_int64_t max, apr_pool_t *pool,
                       rpc_body_t *ret_body);

/** Whether the Content-Encoding can be undone; adds the filter that does.
 *  @return OK or HTTP_UNSUPPORTED_MEDIA_TYPE */
int rpc_http_decode_body(request_rec *r);

/** Send a buffer from malloc(), which this takes over; NULL: no body. */
int rpc_http_send(request_rec *r, int status, const char *content_type,
                  char *body, apr_size_t length);

/** Answer what never reached the protocol: a status with a body in the
 *  protocol, or in plain text. */
int rpc_http_refuse(rpc_exchange_t *exchange, int status, const char *text);

/** The same, with a fault code of its own. */
int rpc_http_refuse_with(rpc_exchange_t *exchange, int status, int code,
                         const char *text);

#endif
