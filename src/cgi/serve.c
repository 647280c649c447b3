/* SPDX-License-Identifier: Apache-2.0 */
/* Answers the one request of a CGI program: what it asks for, the calls, the
 * answer. For main.c. */
#include "cgi/cgi.h"

#include <stdlib.h>
#include <string.h>

#include "apr_cstr.h"
#include "apr_lib.h"
#include "apr_strings.h"

#include "describe/describe.h"
#include "describe/html.h"
#include "protocol/json.h"
#include "protocol/xmlvalue.h"
#include "transport/builtin.h"

typedef struct serve_t {
    const rpc_cgi_options_t *options;
    rpc_cgi_request_t *request;
    apr_pool_t *pool;
    apr_pool_t *pchild;
    rpc_mount_t *mount;
    rpc_registry_t registry[2]; /* the handlers', then our own */
    rpc_inquiry_t inquiry;
    rpc_ask_t ask;
    rpc_about_t about;
    rpc_options_t wire;
    rpc_caller_t caller;
    rpc_cgi_answer_t *answer;
} serve_t;

static void refuse_with(serve_t *serve, int status, int code,
                        const char *text)
{
    rpc_cgi_answer_t *answer = serve->answer;

    answer->status = status;
    answer->body = rpc_ask_fault_body(serve->ask.protocol, &serve->wire, code,
                                      text, &answer->content_type,
                                      &answer->length, serve->pool);
    if (status == 405) {
        answer->headers = serve->inquiry.verb == RPC_VERB_GET
                              ? "Allow: POST, OPTIONS\n"
                              : apr_pstrcat(
                                    serve->pool, "Allow: ",
                                    rpc_ask_allowed(
                                        serve->inquiry.get_policy,
                                        serve->inquiry.introspection,
                                        serve->inquiry.docs), "\n", NULL);
    }
}

/* The client's to know, and whoever reads standard error. */
static void refuse(serve_t *serve, int status, const char *text)
{
    rpc_cgi_say(text);
    refuse_with(serve, status, rpc_ask_fault_code(status), text);
}

/* Only whoever reads standard error is to know. */
static void break_off(serve_t *serve, const char *text)
{
    rpc_cgi_say(text);
    refuse_with(serve, 500, RPC_E_INTERNAL,
                "the server's handlers cannot be served; its error log says "
                "why");
}

/* ------------------------------------------------------------ the request */

static apr_size_t skip_blanks(const char *text, apr_size_t length,
                              apr_size_t at)
{
    while (at < length && apr_isspace(text[at])) {
        at++;
    }
    return at;
}

/* The media type of a text that comes without one: XML begins with '<', a
 * Python literal as PyRPC's clients write it with "{'". */
static const char *guess_type(const char *text, apr_size_t length)
{
    apr_size_t at = skip_blanks(text, length, 0);

    if (at < length && text[at] == '<') {
        return "text/xml";
    }
    if (at < length && text[at] == '{') {
        at = skip_blanks(text, length, at + 1);
        if (at < length && text[at] == '\'') {
            return "text/x-python";
        }
    }
    return "application/json";
}

static enum rpc_verb_e verb_of(const char *method)
{
    if (method == NULL || strcmp(method, "POST") == 0) {
        return RPC_VERB_POST;
    }
    if (strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0) {
        return RPC_VERB_GET;
    }
    return strcmp(method, "OPTIONS") == 0 ? RPC_VERB_OPTIONS
                                          : RPC_VERB_OTHER;
}

static void inquire(serve_t *serve)
{
    const rpc_cgi_options_t *options = serve->options;
    const rpc_cgi_request_t *request = serve->request;
    const char *below = request->path_info;
    rpc_inquiry_t *inquiry = &serve->inquiry;
    int is_text = options->request != NULL;

    inquiry->verb = verb_of(is_text ? NULL : request->method);
    inquiry->content_type = options->type != NULL ? options->type
                                                  : request->content_type;
    if (is_text && inquiry->content_type == NULL) {
        inquiry->content_type = guess_type(options->request,
                                           strlen(options->request));
    }
    inquiry->accept = request->accept;
    inquiry->query = is_text ? NULL : request->query;
    inquiry->below = is_text || below == NULL ? "" : below + (*below == '/');
    inquiry->protocols = options->protocols;
    inquiry->get_policy = options->get_policy;
    inquiry->introspection = options->introspection;
    inquiry->docs = options->docs;
}

static void fill_caller(serve_t *serve)
{
    const rpc_cgi_options_t *options = serve->options;
    rpc_caller_t *caller = &serve->caller;
    const char *user = getenv("REMOTE_USER");
    const char *address = getenv("REMOTE_ADDR");

    serve->about = options->about;
    serve->about.url = serve->request->url;
    serve->wire = options->options;
    caller->transport = "cgi";
    caller->user = user != NULL && *user != '\0' ? user : NULL;
    caller->client_ip = address != NULL && *address != '\0' ? address : NULL;
    caller->registry = serve->registry;
    caller->limits = &options->limits;
    caller->about = &serve->about;
    caller->features =
        (options->introspection ? RPC_FEATURE_INTROSPECTION : 0)
        | (options->multicall ? RPC_FEATURE_MULTICALL : 0);
    caller->safe_only = serve->inquiry.verb == RPC_VERB_GET
                        && options->get_policy != RPC_GET_ALL;
}

/* -------------------------------------------------------------- the calls */

static int status_of(serve_t *serve, const rpc_message_t *message)
{
    if (message->call_count > 0 && !message->is_batch
        && message->calls[0]->refused_unsafe) {
        serve->answer->headers = "Allow: POST, OPTIONS\n";
        return 405;
    }
    return message->status != 0 ? message->status : 200;
}

/* Of a message that was refused as a whole, or of its only call. */
static void say_fault(const rpc_message_t *message)
{
    const rpc_fault_t *fault = message->fault;

    if (fault == NULL && message->call_count > 0) {
        fault = message->calls[0]->fault;
    }
    if (fault != NULL) {
        rpc_cgi_say(fault->text);
    }
}

static void say_complaints(const rpc_message_t *message)
{
    const rpc_complaint_t *complaint = message->complaints;

    for (; complaint != NULL; complaint = complaint->next) {
        rpc_cgi_say(complaint->text);
    }
}

/* Run what was decoded and write its answer. */
static void run(serve_t *serve, rpc_message_t *message)
{
    rpc_cgi_answer_t *answer = serve->answer;
    rpc_writer_t *out = rpc_writer_create(serve->pool);

    rpc_cgi_start(serve->mount, serve->pool, serve->pchild);
    rpc_message_run(message); /* deferred calls are waited for */
    serve->ask.protocol->encode(message, out);
    say_complaints(message);
    answer->status = status_of(serve, message);
    if (answer->status >= 400) {
        say_fault(message);
    }
    answer->content_type = apr_pstrdup(
        serve->pool, serve->ask.protocol->content_type(message));
    answer->body = rpc_writer_take(out, &answer->length);
}

/* The body, or the text of --request. @return 1, or 0: it was refused */
static int read_message(serve_t *serve, rpc_message_t *message,
                        char **ret_body, apr_size_t *ret_length)
{
    const rpc_cgi_options_t *options = serve->options;
    const char *error = NULL;
    int status = 0;

    if (options->request == NULL) {
        status = rpc_cgi_body_read(serve->request, &options->limits,
                                   message->pool, ret_body, ret_length,
                                   &error);
    }
    else {
        *ret_body = apr_pstrdup(message->pool, options->request);
        *ret_length = strlen(options->request);
        if (*ret_length > (apr_size_t)options->limits.max_body) {
            status = 413;
            error = "the text of --request is longer than --max-body allows";
        }
    }
    if (status != 0) {
        refuse(serve, status, error);
    }
    return status == 0;
}

/* Whether nobody could have said the media type, and the body must. */
static int is_untyped(const serve_t *serve)
{
    return serve->inquiry.content_type == NULL
           && serve->request->method == NULL;
}

static void classify(serve_t *serve)
{
    rpc_ask_classify(&serve->inquiry, serve->pool, &serve->ask);
    serve->wire.charset = serve->ask.charset;
    serve->wire.json_answer = serve->ask.json_answer;
}

static void answer_message(serve_t *serve)
{
    rpc_message_t *message = rpc_message_create(&serve->caller);
    char *body = NULL;
    apr_size_t length = 0;

    message->options = &serve->wire;
    if (serve->inquiry.verb == RPC_VERB_POST
        && !read_message(serve, message, &body, &length)) {
        rpc_message_unref(message);
        return;
    }
    if (is_untyped(serve)) {
        serve->inquiry.content_type = guess_type(body, length);
        classify(serve);
    }
    if (serve->ask.kind == RPC_ASK_REFUSED
        || !rpc_ask_decode(&serve->ask, message, serve->inquiry.query, body,
                           length)) {
        refuse(serve, serve->ask.status, serve->ask.text);
    }
    else {
        run(serve, message);
    }
    rpc_message_unref(message);
}

static void answer_openrpc(serve_t *serve)
{
    static const char discover[] = "rpc.discover";
    rpc_message_t *message = rpc_message_create(&serve->caller);
    rpc_call_t *call = rpc_message_add_call(message);
    rpc_writer_t *out = rpc_writer_create(serve->pool);
    rpc_cgi_answer_t *answer = serve->answer;

    message->protocol = rpc_protocol_jsonrpc.name;
    call->method = discover;
    call->method_length = sizeof(discover) - 1;
    rpc_message_run(message);
    say_complaints(message);
    if (call->result == NULL || rpc_json_write(out, call->result) != NULL) {
        refuse(serve, 500, "the description could not be made");
    }
    else {
        answer->content_type = "application/json";
        answer->body = rpc_writer_take(out, &answer->length);
    }
    rpc_message_unref(message);
}

/* ------------------------------------------------ what browsers ask for */

static void answer_docs(serve_t *serve)
{
    rpc_writer_t *out = rpc_writer_create(serve->pool);
    rpc_cgi_answer_t *answer = serve->answer;
    rpc_page_t page;

    memset(&page, 0, sizeof(page));
    page.registry = serve->registry;
    page.features = serve->caller.features;
    page.protocols = (unsigned)serve->options->protocols;
    page.about = &serve->about;
    rpc_html_write(&page, serve->pool, out);
    answer->content_type = "text/html; charset=utf-8";
    answer->headers = "Content-Security-Policy: " RPC_HTML_POLICY "\n"
                      "Referrer-Policy: no-referrer\n"
                      "Vary: Accept\n";
    answer->body = rpc_writer_take(out, &answer->length);
}

static void answer_static(serve_t *serve, const rpc_static_t *file)
{
    rpc_cgi_answer_t *answer = serve->answer;

    answer->content_type = file->content_type;
    answer->headers = apr_pstrcat(serve->pool, "ETag: ", file->etag, "\n",
                                  NULL);
    answer->body = malloc(file->length);
    if (answer->body == NULL) {
        abort();
    }
    memcpy(answer->body, file->data, file->length);
    answer->length = file->length;
}

static void answer_options(serve_t *serve)
{
    serve->answer->status = 204;
    serve->answer->headers = apr_pstrcat(
        serve->pool, "Allow: ",
        rpc_ask_allowed(serve->inquiry.get_policy,
                        serve->inquiry.introspection, serve->inquiry.docs),
        "\n", NULL);
}

/* -------------------------------------------------------------- the whole */

static void answer_ask(serve_t *serve)
{
    switch (serve->ask.kind) {
    case RPC_ASK_REFUSED:
        refuse(serve, serve->ask.status, serve->ask.text);
        break;
    case RPC_ASK_OPTIONS:
        answer_options(serve);
        break;
    case RPC_ASK_DOCS:
        answer_docs(serve);
        break;
    case RPC_ASK_OPENRPC:
        answer_openrpc(serve);
        break;
    default:
        answer_message(serve);
    }
}

static int is_call(const serve_t *serve)
{
    return serve->inquiry.verb == RPC_VERB_POST
           || serve->ask.kind == RPC_ASK_QUERY
           || serve->ask.kind == RPC_ASK_PATH;
}

static int is_encoded(const serve_t *serve)
{
    const char *encoding = serve->request->encoding;

    return serve->inquiry.verb == RPC_VERB_POST && encoding != NULL
           && serve->options->request == NULL
           && apr_cstr_casecmp(encoding, "identity") != 0;
}

static void answer_request(serve_t *serve)
{
    const rpc_static_t *file = NULL;
    const char *error = NULL;

    if (serve->inquiry.verb == RPC_VERB_GET
        && *serve->inquiry.below == '\0') {
        file = rpc_static_find(serve->inquiry.query);
    }
    if (is_call(serve)) {
        error = rpc_cgi_refuse_origin(serve->request, serve->pool);
    }
    if (error != NULL) {
        rpc_cgi_say(error);
        refuse_with(serve, 403, RPC_E_ORIGIN, error);
    }
    else if (file != NULL) {
        answer_static(serve, file);
    }
    else if (is_encoded(serve)) {
        refuse(serve, 415, "Content-Encoding: expected none");
    }
    else if (is_untyped(serve)) {
        answer_message(serve);
    }
    else {
        answer_ask(serve);
    }
}

void rpc_cgi_serve(const rpc_cgi_options_t *options,
                   rpc_cgi_request_t *request, apr_pool_t *pool,
                   apr_pool_t *pchild, rpc_cgi_answer_t *ret_answer)
{
    serve_t *serve = apr_pcalloc(pool, sizeof(*serve));
    const char *error;

    memset(ret_answer, 0, sizeof(*ret_answer));
    ret_answer->status = 200;
    ret_answer->headers = "";
    serve->options = options;
    serve->request = request;
    serve->pool = pool;
    serve->pchild = pchild;
    serve->answer = ret_answer;
    rpc_json_child_init(pchild);
    rpc_xml_child_init();
    inquire(serve);
    fill_caller(serve);
    classify(serve);
    error = rpc_cgi_mount(options->handlers, pool, &serve->mount);
    serve->registry[0].mount = serve->mount;
    serve->registry[0].outer = &serve->registry[1];
    if (error == NULL) {
        serve->registry[1].mount = rpc_describe_mount(pool, &error);
    }
    if (error != NULL) {
        break_off(serve, error);
    }
    else {
        answer_request(serve);
    }
}
