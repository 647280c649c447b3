/* SPDX-License-Identifier: Apache-2.0 */
/* The content handler: carries one HTTP request through its protocol and the
 * calls, and answers it. For mod_rpc.c. */
#include "transport/http.h"

#include <poll.h>
#include <string.h>

#include "apr_portable.h"
#include "apr_strings.h"
#include "http_core.h"
#include "http_log.h"
#include "http_main.h"
#include "http_protocol.h"
#include "http_request.h"
#include "mod_core.h"

#include "core/utf8.h"
#include "log.h"
#include "protocol/json.h"
#include "transport/carrier.h"
#include "transport/keep_hot.h"
#include "transport/metrics.h"
#include "transport/spare.h"
#include "transport/websocket.h"

/* How many names rpc-method holds for a batch. */
#define NOTED_METHODS 8

/* Reset, or closed in both directions. One that has only closed its own
 * sends nothing more, but may wait for the answer. */
static int is_gone(const rpc_caller_t *caller)
{
    conn_rec *c = caller->connection;
    apr_socket_t *socket = ap_get_conn_socket(c);
    struct pollfd poll_fd = {.fd = -1};

    if (!c->aborted && c->master == NULL && socket != NULL
        && apr_os_sock_get(&poll_fd.fd, socket) == APR_SUCCESS) {
        (void)poll(&poll_fd, 1, 0);
    }
    return c->aborted || (poll_fd.revents & (POLLERR | POLLHUP)) != 0;
}

static rpc_exchange_t *create_exchange(request_rec *r,
                                       const rpc_dir_config_t *config)
{
    rpc_exchange_t *exchange = apr_pcalloc(r->pool, sizeof(*exchange));
    const rpc_dir_config_t *c = &exchange->config;
    rpc_caller_t *caller = &exchange->facts.caller;

    rpc_config_resolve(config, &exchange->config);
    rpc_caller_fill(&exchange->facts, "http", r, c);
    exchange->r = r;
    exchange->options.xml_nil = c->xml_nil;
    exchange->options.xml_encoding = rpc_config_xml_encoding(c);
    exchange->options.thread_pool = rpc_spare_pool(r->connection);

    caller->request = r;
    caller->connection = r->connection;
    caller->dir_config = r->per_dir_config;
    caller->safe_only = r->method_number == M_GET
                        && c->get_policy != RPC_GET_ALL;
    caller->gone = is_gone;
    if (rpc_child_get() != NULL) {
        caller->host = rpc_child_host(rpc_child_get());
    }
    return exchange;
}

static apr_status_t unref_message(void *message)
{
    rpc_message_unref(message);
    return APR_SUCCESS;
}

static rpc_message_t *create_message(rpc_exchange_t *exchange,
                                     apr_allocator_t *allocator)
{
    rpc_message_t *message = rpc_message_create_over(&exchange->facts.caller,
                                                     allocator);

    apr_pool_cleanup_register(exchange->r->pool, message, unref_message,
                              apr_pool_cleanup_null);
    message->options = &exchange->options;
    exchange->message = message;
    exchange->out = rpc_writer_create(message->pool);
    return message;
}

static rpc_message_t *create_small_message(rpc_exchange_t *exchange)
{
    return create_message(exchange, rpc_spare_take(exchange->r->connection));
}

/* Give its memory to the next one, unless somebody has it still. */
static void forget_message(rpc_exchange_t *exchange)
{
    request_rec *r = exchange->r;
    apr_allocator_t *allocator;

    apr_pool_cleanup_kill(r->pool, exchange->message, unref_message);
    allocator = rpc_message_release(exchange->message);
    exchange->message = NULL;
    if (allocator == NULL) {
        return;
    }
    if (exchange->large != NULL) {
        rpc_large_give(exchange->large, allocator);
    }
    else {
        rpc_spare_give(r->connection, allocator);
    }
}

int rpc_http_refuse_with(rpc_exchange_t *exchange, int status, int code,
                         const char *text)
{
    request_rec *r = exchange->r;
    const char *content_type;
    apr_size_t length;
    char *body;

    if (status == HTTP_METHOD_NOT_ALLOWED) {
        apr_table_setn(r->err_headers_out, "Allow",
                       r->method_number == M_GET
                           ? "POST, OPTIONS"
                           : rpc_http_allowed(&exchange->config));
    }
    if (ap_response_code_string(r, ap_index_of_response(status)) != NULL) {
        return status; /* the administrator's ErrorDocument says it */
    }
    body = rpc_ask_fault_body(exchange->protocol, &exchange->options, code,
                              text, &content_type, &length, r->pool);
    return rpc_http_send(r, status, content_type, body, length);
}

int rpc_http_refuse(rpc_exchange_t *exchange, int status, const char *text)
{
    return rpc_http_refuse_with(exchange, status,
                                rpc_ask_fault_code(status), text);
}

/* While decoding, OK means: go on. DONE: an answer was sent instead. */
static int refuse(rpc_exchange_t *exchange, int status, const char *text)
{
    int result = rpc_http_refuse(exchange, status, text);

    return result == OK ? DONE : result;
}

static int refuse_large(rpc_exchange_t *exchange)
{
    return refuse(
        exchange, HTTP_REQUEST_ENTITY_TOO_LARGE,
        apr_psprintf(exchange->r->pool, "the message has more than %"
                     APR_INT64_T_FMT " bytes (RpcMaxBody %"
                     APR_INT64_T_FMT ")", exchange->config.max_body,
                     exchange->config.max_body));
}

/* A large message waits for its turn, and is made anew over memory that goes
 * from one to the next. */
static void begin_large(rpc_exchange_t *exchange, apr_size_t length)
{
    forget_message(exchange);
    exchange->large = rpc_config_of_server(ap_server_conf)->large;
    rpc_large_wait(exchange->large, length);
    create_message(exchange, rpc_large_take(exchange->large, length));
}

/* Nothing of the message refers to its bytes any more: the answer is written
 * over them. */
static void end_large(rpc_exchange_t *exchange, const rpc_body_t *body)
{
    rpc_large_done(exchange->large);
    rpc_writer_give(exchange->out, body->bytes, body->length + 1);
}

/* OK, DONE after an answer, or what the handler returns to httpd. */
static int decode(rpc_exchange_t *exchange, rpc_ask_t *ask)
{
    request_rec *r = exchange->r;
    rpc_body_t body = { NULL, 0, 0 };
    int is_good;

    if (ask->kind == RPC_ASK_MESSAGE || ask->kind == RPC_ASK_FORM) {
        int result = rpc_http_read_body(r, exchange->config.max_body,
                                        exchange->message->pool, &body);

        if (result == RPC_BODY_TOO_LARGE) {
            return refuse_large(exchange);
        }
        if (result != OK) {
            return result;
        }
    }
    if (body.is_large) {
        begin_large(exchange, body.length);
    }
    is_good = rpc_ask_decode(ask, exchange->message, r->args, body.bytes,
                             body.length);
    if (body.is_large) {
        end_large(exchange, &body);
    }
    if (is_good) {
        return OK;
    }
    exchange->protocol = ask->protocol;
    return refuse(exchange, ask->status, ask->text);
}

const char *rpc_http_url(rpc_exchange_t *exchange)
{
    const char *path = exchange->config.base;

    if (path == NULL) {
        path = exchange->r->uri;
    }
    return ap_construct_url(exchange->r->pool, *path != '\0' ? path : "/",
                            exchange->r);
}

/* Descriptions name the endpoint by its URL; nothing else needs it. */
static void fill_url(rpc_exchange_t *exchange)
{
    int i;

    for (i = 0; i < exchange->message->call_count; i++) {
        const char *name = exchange->message->calls[i]->method;

        if (name != NULL && (strncmp(name, "system.", 7) == 0
                             || strncmp(name, "rpc.", 4) == 0)) {
            exchange->facts.about.url = rpc_http_url(exchange);
            return;
        }
    }
}

/* "add", or "add,sum,..." of a batch; NULL: there is no name to tell. */
static const char *noted_methods(const rpc_message_t *message,
                                 apr_pool_t *pool)
{
    const char *names = NULL;
    int i;

    for (i = 0; i < message->call_count && i < NOTED_METHODS; i++) {
        const rpc_call_t *call = message->calls[i];
        const char *name = call->method != NULL
                               ? rpc_utf8_quote(call->method,
                                                call->method_length, pool)
                               : NULL;

        if (i == 0) {
            names = name;
        }
        else if (name != NULL) {
            names = apr_pstrcat(pool, names != NULL ? names : "", ",", name,
                                NULL);
        }
    }
    return names != NULL && i < message->call_count
               ? apr_pstrcat(pool, names, ",...", NULL) : names;
}

static int first_code(const rpc_message_t *message)
{
    int i;

    if (message->fault != NULL) {
        return message->fault->code;
    }
    for (i = 0; i < message->call_count; i++) {
        if (message->calls[i]->fault != NULL) {
            return message->calls[i]->fault->code;
        }
    }
    return 0;
}

/* What the access log may show: %{rpc-method}n and so on. They are added, which
 * takes a third of setting them: a request is answered once. */
static void note_calls(rpc_exchange_t *exchange)
{
    request_rec *r = exchange->r;
    const rpc_message_t *message = exchange->message;
    const char *names = noted_methods(message, r->pool);
    int code = first_code(message);

    if (names != NULL && *names != '\0') {
        apr_table_addn(r->notes, "rpc-method", names);
    }
    apr_table_addn(r->notes, "rpc-protocol", message->protocol);
    apr_table_addn(r->notes, "rpc-code",
                   code == 0 ? "0" : apr_itoa(r->pool, code));
    apr_table_addn(r->notes, "rpc-calls",
                   message->run_count == 1
                       ? "1" : apr_itoa(r->pool, (int)message->run_count));
}

static void log_complaints(rpc_exchange_t *exchange)
{
    const rpc_complaint_t *complaint = exchange->message->complaints;

    for (; complaint != NULL; complaint = complaint->next) {
        ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, exchange->r,
                      RPC_LOG_COMPLAINT "%s",
                      ap_escape_logitem(exchange->r->pool, complaint->text));
    }
}

/* What is said of a message whose calls are done. */
static void account(rpc_exchange_t *exchange)
{
    rpc_metrics_message(exchange->message);
    log_complaints(exchange);
    if (exchange->config.log_requests) {
        note_calls(exchange);
    }
}

/* A secret argument in a query string must not reach the access log, which
 * shows the request as it was before httpd redirected it within itself. */
static void hide_secrets(rpc_exchange_t *exchange)
{
    request_rec *r = exchange->message->has_secret ? exchange->r : NULL;

    for (; r != NULL; r = r->prev) {
        if (r->args != NULL) {
            r->args = NULL;
            r->the_request = apr_psprintf(r->pool, "%s %s?secret %s",
                                          r->method, r->uri, r->protocol);
        }
    }
}

/* The historical table: JSON-RPC over HTTP, draft of 2008, section 3.6. */
static int error_status(int code)
{
    switch (code) {
    case RPC_E_REQUEST:
        return HTTP_BAD_REQUEST;
    case RPC_E_METHOD:
        return HTTP_NOT_FOUND;
    default:
        return HTTP_INTERNAL_SERVER_ERROR;
    }
}

static int status_of(rpc_exchange_t *exchange, int is_empty)
{
    const rpc_message_t *message = exchange->message;
    const rpc_fault_t *fault = message->fault;

    if (message->call_count > 0 && message->calls[0]->refused_unsafe
        && !message->is_batch) {
        apr_table_setn(exchange->r->err_headers_out, "Allow",
                       "POST, OPTIONS");
        return HTTP_METHOD_NOT_ALLOWED;
    }
    if (message->status != 0) {
        return message->status;
    }
    if (is_empty) {
        return exchange->config.notification_status;
    }
    if (fault == NULL && message->call_count == 1 && !message->is_batch) {
        fault = message->calls[0]->fault;
    }
    if (fault != NULL && exchange->config.error_status
        && exchange->protocol == &rpc_protocol_jsonrpc) {
        return error_status(fault->code);
    }
    return HTTP_OK;
}

/* The answer is written: nothing of the message is needed while it is sent,
 * perhaps to a slow client. */
static int send_and_forget(rpc_exchange_t *exchange,
                           const char *content_type)
{
    request_rec *r = exchange->r;
    const char *type = apr_pstrdup(r->pool, content_type);
    apr_size_t length = 0;
    char *body = rpc_writer_take(exchange->out, &length);
    int status = status_of(exchange, body == NULL);

    forget_message(exchange);
    return rpc_http_send(r, status, type, body, length);
}

static int answer(rpc_exchange_t *exchange)
{
    rpc_message_t *message = exchange->message;

    if (exchange->large != NULL) {
        rpc_large_go_on(exchange->large);
    }
    exchange->protocol->encode(message, exchange->out);
    if (exchange->large != NULL) {
        rpc_large_done(exchange->large);
    }
    account(exchange);
    hide_secrets(exchange);
    if (exchange->protocol == &rpc_protocol_pyrpc
        && exchange->r->method_number == M_GET) {
        apr_table_mergen(exchange->r->headers_out, "Vary", "Accept");
    }
    return send_and_forget(exchange,
                           exchange->protocol->content_type(message));
}

/* GET ?openrpc: what rpc.discover answers, without its envelope. */
static int answer_openrpc(rpc_exchange_t *exchange)
{
    static const char discover[] = "rpc.discover";
    rpc_message_t *message = create_small_message(exchange);
    rpc_call_t *call = rpc_message_add_call(message);

    exchange->protocol = &rpc_protocol_jsonrpc;
    message->protocol = exchange->protocol->name;
    call->method = discover;
    call->method_length = sizeof(discover) - 1;
    fill_url(exchange);
    rpc_message_run(message);
    account(exchange);
    if (call->result == NULL
        || rpc_json_write(exchange->out, call->result) != NULL) {
        return rpc_http_refuse(exchange, HTTP_INTERNAL_SERVER_ERROR,
                               "the description could not be made");
    }
    return send_and_forget(exchange, "application/json");
}

static int answer_options(rpc_exchange_t *exchange)
{
    apr_table_setn(exchange->r->headers_out, "Allow",
                   rpc_http_allowed(&exchange->config));
    return rpc_http_send(exchange->r, HTTP_NO_CONTENT, NULL, NULL, 0);
}

/* What calls, or would if it were well-formed, on behalf of a page. A
 * subrequest is the server's own wish, with the headers of another. */
static int is_call(const rpc_exchange_t *exchange, const rpc_ask_t *ask)
{
    return exchange->r->main == NULL
           && (exchange->r->method_number == M_POST
               || ask->kind == RPC_ASK_QUERY || ask->kind == RPC_ASK_PATH);
}

static int exchange_message(rpc_exchange_t *exchange, rpc_ask_t *ask)
{
    int result;

    create_small_message(exchange);
    result = decode(exchange, ask);
    if (result != OK) {
        return result == DONE ? OK : result;
    }
    fill_url(exchange);
    rpc_message_run(exchange->message);
    return answer(exchange);
}

int rpc_http_handler(request_rec *r)
{
    rpc_exchange_t *exchange;
    rpc_ask_t ask;

    if (r->handler == NULL || strcmp(r->handler, RPC_HANDLER_NAME) != 0) {
        return DECLINED;
    }
    exchange = create_exchange(r, rpc_config_of(r->per_dir_config));
    if (exchange->config.registry == NULL) {
        ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r, RPC_LOG_NO_MOUNT
                      "SetHandler rpc, but no RpcHandler names a table for %s",
                      ap_escape_logitem(r->pool, r->uri));
        return HTTP_NOT_FOUND;
    }
    /* An answer is whole or not at all. */
    apr_table_unset(r->headers_in, "Range");
    apr_table_unset(r->headers_in, "If-Range");

    rpc_http_classify(exchange, &ask);
    if (rpc_websocket_is_asked(r) && ask.kind != RPC_ASK_PATH) {
        return rpc_websocket_upgrade(exchange);
    }
    rpc_keep_hot_arm(r, exchange->config.keep_hot);
    if (is_call(exchange, &ask)) {
        const char *text = rpc_http_refuse_origin(r, &exchange->config);

        if (text != NULL) {
            return rpc_http_refuse_with(exchange, HTTP_FORBIDDEN,
                                        RPC_E_ORIGIN, text);
        }
    }
    switch (ask.kind) {
    case RPC_ASK_REFUSED:
        return rpc_http_refuse(exchange, ask.status, ask.text);
    case RPC_ASK_STATIC:
        return rpc_http_static_send(r, rpc_static_find(r->args));
    case RPC_ASK_OPTIONS:
        return answer_options(exchange);
    case RPC_ASK_DOCS:
        return rpc_http_send_docs(exchange);
    case RPC_ASK_OPENRPC:
        return answer_openrpc(exchange);
    default:
        return exchange_message(exchange, &ask);
    }
}

/* In r->request_config it marks a request whose endpoint is a <Location>. */
static const char location_mark[] = "rpc-location";

int rpc_http_translate_name(request_rec *r)
{
#ifdef RPC_FILE_WALK /* ./run bench: what a walk through the files costs */
    return DECLINED;
#endif
    /* At this point per_dir_config is that of the <Location> sections. */
    if (r->filename != NULL || !rpc_http_is_endpoint(r)) {
        return DECLINED;
    }
    ap_set_module_config(r->request_config, &rpc_module,
                         (void *)location_mark);
    r->filename = apr_pstrcat(r->pool, "rpc:", r->uri, NULL);
    return OK;
}

int rpc_http_map_to_storage(request_rec *r)
{
    return ap_get_module_config(r->request_config, &rpc_module)
           == location_mark ? OK : DECLINED;
}
