/* SPDX-License-Identifier: Apache-2.0 */
/* rpc-cgi: handler tables without httpd, under any CGI server and from a
 * pipe. What its files share. */
#ifndef RPC_CGI_CGI_H
#define RPC_CGI_CGI_H

#include "protocol/ask.h"

/** The exit statuses, as rpc-cgi --help has them. */
enum rpc_cgi_exit_e {
    RPC_CGI_ANSWERED = 0, /**< a fault is an answer, too */
    RPC_CGI_REFUSED = 1,  /**< an HTTP status of 400 or more */
    RPC_CGI_USAGE = 2,
    RPC_CGI_BROKEN = 3    /**< a handler, reading or writing failed */
};

/** What the command line says. */
typedef struct rpc_cgi_options_t {
    apr_array_header_t *handlers; /**< of const char *: PATH[=PREFIX] */
    const char *request;          /**< --request, or NULL */
    const char *type;             /**< --type, or NULL */
    int protocols;                /**< enum rpc_protocol_bit_e */
    int get_policy;               /**< enum rpc_get_policy_e */
    int introspection;
    int multicall;
    int docs;
    int only_help;                /**< --help or --version: said already */
    rpc_limits_t limits;
    rpc_about_t about;
    rpc_options_t options;
} rpc_cgi_options_t;

/** What the environment says: RFC 3875, section 4.1. NULL: not there. */
typedef struct rpc_cgi_request_t {
    const char *method;         /**< NULL: not started by a server */
    const char *content_type;
    const char *content_length;
    const char *query;
    const char *path_info;
    const char *accept;
    const char *url;            /**< of the script, as the client sees it */
    const char *origin;
    const char *host;           /**< "https://www.example.com" */
    const char *fetch_site;
    const char *encoding;       /**< Content-Encoding */
    int has_server;             /**< GATEWAY_INTERFACE */
    apr_int64_t consumed;       /**< bytes of the body that were read */
} rpc_cgi_request_t;

/** The answer so far. */
typedef struct rpc_cgi_answer_t {
    int status;
    const char *content_type;
    const char *headers;        /**< further lines, each with its end */
    char *body;                 /**< from malloc(), or NULL */
    apr_size_t length;
} rpc_cgi_answer_t;

/**
 * Read the command line. --help and --version print and set only_help.
 * @param query QUERY_STRING, whose words a CGI server may have appended to
 *              the command line (RFC 3875, section 4.4): those are ignored
 * @return NULL, or what is wrong, in one line
 */
const char *rpc_cgi_options_read(int argc, const char *const *argv,
                                 const char *query, apr_pool_t *pool,
                                 rpc_cgi_options_t *ret_options);

/** Read the environment. */
void rpc_cgi_request_read(apr_pool_t *pool, rpc_cgi_request_t *ret_request);

/**
 * Read the body from standard input: CONTENT_LENGTH bytes, or to its end,
 * memory being taken for what has arrived. A NUL is added.
 * @return 0, or an HTTP status with *ret_error
 */
int rpc_cgi_body_read(rpc_cgi_request_t *request,
                      const rpc_limits_t *limits, apr_pool_t *pool,
                      char **ret_body, apr_size_t *ret_length,
                      const char **ret_error);

/** Read what is left of the body, once the answer is written, and forget it:
 *  a server that still sends it could not read the answer. */
void rpc_cgi_body_drain(const rpc_cgi_request_t *request);

/** Whether a call is refused because of the page that it comes from.
 *  @return why, or NULL: it may call */
const char *rpc_cgi_refuse_origin(const rpc_cgi_request_t *request,
                                  apr_pool_t *pool);

/**
 * Load the handler modules and mount their tables.
 * @return NULL, or what is wrong, in one line that names the handler
 */
const char *rpc_cgi_mount(const apr_array_header_t *handlers,
                          apr_pool_t *pool, rpc_mount_t **ret_mount);

/**
 * Run what httpd would run before the first call: create of each table with
 * the server NULL, then child_init.
 * @param pchild What child_init gets: destroyed when the program ends
 */
void rpc_cgi_start(rpc_mount_t *mount, apr_pool_t *pool, apr_pool_t *pchild);

/** Answer the request of the environment. `answer` is complete afterwards. */
void rpc_cgi_serve(const rpc_cgi_options_t *options,
                   rpc_cgi_request_t *request, apr_pool_t *pool,
                   apr_pool_t *pchild, rpc_cgi_answer_t *ret_answer);

/** One line on standard error; what is no printable ASCII becomes '?'. */
void rpc_cgi_say(const char *text);

#endif
