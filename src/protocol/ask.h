/* SPDX-License-Identifier: Apache-2.0 */
/* What a request asks for, by its method, media type and query, and how one
 * that asks for nothing is refused. For HTTP and CGI, which say it alike. */
#ifndef RPC_PROTOCOL_ASK_H
#define RPC_PROTOCOL_ASK_H

#include "protocol/protocol.h"

enum rpc_get_policy_e { RPC_GET_SAFE, RPC_GET_ALL, RPC_GET_OFF };

/** The request's method. */
enum rpc_verb_e {
    RPC_VERB_GET,  /**< HEAD too */
    RPC_VERB_POST,
    RPC_VERB_OPTIONS,
    RPC_VERB_OTHER
};

/** What a request says before its body is read, and what is allowed where it
 *  came to. */
typedef struct rpc_inquiry_t {
    enum rpc_verb_e verb;
    const char *content_type; /**< the header, or NULL */
    const char *accept;       /**< the header, or NULL */
    const char *query;        /**< of the URL, or NULL */
    const char *below;        /**< what follows the endpoint's path, or "" */
    int protocols;            /**< enum rpc_protocol_bit_e */
    int get_policy;           /**< enum rpc_get_policy_e */
    int introspection;
    int docs;
} rpc_inquiry_t;

/** What the request asks for. */
enum rpc_ask_e {
    RPC_ASK_MESSAGE,   /**< POST: the body is a message of the protocol */
    RPC_ASK_FORM,      /**< POST: the body is a form (pyrpc) */
    RPC_ASK_QUERY,     /**< GET: jsonrpc or pyrpc in the query string */
    RPC_ASK_PATH,      /**< GET /rpc/add?x=2: JSON-RPC 1.1 */
    RPC_ASK_OPENRPC,   /**< GET ?openrpc */
    RPC_ASK_DOCS,      /**< GET of the endpoint itself, by a browser */
    RPC_ASK_STATIC,    /**< GET ?rpc.js; transports tell it by themselves */
    RPC_ASK_OPTIONS,
    RPC_ASK_REFUSED    /**< status and text say why */
};

typedef struct rpc_ask_t {
    enum rpc_ask_e kind;
    const rpc_protocol_t *protocol; /**< as far as it is known, or NULL */
    const char *procedure; /**< of RPC_ASK_PATH */
    const char *charset;   /**< of the Content-Type, or NULL */
    int json_answer;       /**< Accept has JSON where pyrpc answers text */
    int varies;            /**< the answer depends on Accept */
    int status;            /**< of RPC_ASK_REFUSED: of HTTP */
    const char *text;
} rpc_ask_t;

/** Tell what a request asks for. */
void rpc_ask_classify(const rpc_inquiry_t *inquiry, apr_pool_t *pool,
                      rpc_ask_t *ret_ask);

/** The protocol that a request speaks by its media type or its query, as far
 *  as these tell, or NULL. */
const rpc_protocol_t *rpc_ask_protocol(const rpc_inquiry_t *inquiry,
                                       apr_pool_t *pool);

/** Whether Accept takes text/html: it is not there, or names it by itself or
 *  by a wildcard, with a q above 0. (RFC 9110, section 12.5.1) */
int rpc_ask_accepts_html(const char *accept);

/** Whether Accept asks for JSON where PyRPC could answer text. */
int rpc_ask_prefers_json(const char *accept);

/** "GET, HEAD, POST, OPTIONS", or less. */
const char *rpc_ask_allowed(int get_policy, int introspection, int docs);

/**
 * Decode a message of any kind (RPC_ASK_MESSAGE to RPC_ASK_PATH).
 * @param query Of the URL, or NULL
 * @param body  As rpc_protocol_t.decode wants it; NULL for a GET
 * @return 1, or 0: it became RPC_ASK_REFUSED
 */
int rpc_ask_decode(rpc_ask_t *ask, rpc_message_t *message, const char *query,
                   char *body, apr_size_t length);

/** The fault code that says what an HTTP status says. */
int rpc_ask_fault_code(int status);

/** The body that says `text` in the protocol; NULL protocol: plain text.
 *  @return from malloc() */
char *rpc_ask_fault_body(const rpc_protocol_t *protocol,
                         const rpc_options_t *options, int code,
                         const char *text, const char **ret_content_type,
                         apr_size_t *ret_length, apr_pool_t *pool);

#endif
