/* SPDX-License-Identifier: Apache-2.0 */
/* JSON-RPC of an end that calls as well: requests written, answers read. For
 * peers, and for the client library. */
#ifndef RPC_PROTOCOL_JSONRPC_PEER_H
#define RPC_PROTOCOL_JSONRPC_PEER_H

#include "protocol/jsonrpc.h"

/** One answer. Exactly one of result and fault, unless it is broken. */
typedef struct rpc_answer_t {
    const char *id;         /**< its JSON text; NULL: none, or null */
    apr_size_t id_length;
    apr_int64_t number;     /**< the id if that is an integer, else -1 */
    rpc_value_t *result;    /**< or NULL */
    rpc_fault_t *fault;     /**< or NULL; its code is never 0. `data` is that
                                 of the error (1.1: its `error`), or NULL */
    const char *broken;     /**< why it is no answer, or NULL */
    rpc_value_t *response;  /**< the whole object, as it came */
} rpc_answer_t;

/** The answers of a text, in its order. */
typedef struct rpc_answers_t {
    rpc_answer_t *answers;
    int count;
    int is_batch;           /**< the text is an array */
} rpc_answers_t;

/**
 * Read what the other end of a peer sent: requests into message->calls, as
 * the protocol's decode does, and answers (an object without "method" that
 * has a "result", an "error" or an id). A text may have both, as a batch.
 * {"notification": name, "params": [...]}, as rpc-websockets sends it, is a
 * notification.
 * @param ret_answers In the message's pool; written even if there is a fault
 */
void rpc_jsonrpc_read_peer(rpc_message_t *message, char *bytes,
                           apr_size_t length, rpc_answers_t *ret_answers);

/**
 * Read the answer of a server, or of a batch, of any of the versions. What
 * is no answer is among them as a broken one.
 * @return NULL; or the fault RPC_E_PARSE: the text is no JSON
 */
rpc_fault_t *rpc_jsonrpc_read_answers(char *bytes, apr_size_t length,
                                      const rpc_limits_t *limits,
                                      apr_pool_t *pool,
                                      rpc_answers_t *ret_answers);

/** What to write as a request or a notification. */
typedef struct rpc_jsonrpc_request_t {
    enum rpc_jsonrpc_e version;
    const char *method;        /**< ends with NUL */
    const rpc_value_t *params; /**< an array or a struct (not in 1.0); NULL:
                                    an empty array */
    const char *id;            /**< its JSON text; NULL: a notification (in
                                    1.1 a call without id, which is answered) */
    const rpc_value_t *extra;  /**< a struct of further members, or NULL; never
                                    to peers */
} rpc_jsonrpc_request_t;

/**
 * Write a request; batches are such, with '[', ',' and ']' around them.
 * @param longest How many bytes it may have; 0: any number
 * @return NULL, or why it cannot be written: `out` is as before then
 */
const char *rpc_jsonrpc_write_request(const rpc_jsonrpc_request_t *request,
                                      apr_size_t longest, rpc_writer_t *out);

#endif
