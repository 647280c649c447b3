/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the protocol jsonrpc share: a call's version and id. For
 * jsonrpc.c, jsonrpc_query.c, jsonrpc_answer.c and jsonrpc_peer.c. */
#ifndef RPC_PROTOCOL_JSONRPC_H
#define RPC_PROTOCOL_JSONRPC_H

#include "protocol/json_entries.h"
#include "protocol/protocol.h"

/** Which specification an answer follows. */
enum rpc_jsonrpc_e {
    RPC_JSONRPC_20, /**< first: what is not known to be another */
    RPC_JSONRPC_11,
    RPC_JSONRPC_10
};

/** The `data` of a call and of a message. */
typedef struct rpc_jsonrpc_t {
    enum rpc_jsonrpc_e version;
    const char *id;         /**< its JSON text, or NULL */
    apr_size_t id_length;
    int is_path;            /**< GET /rpc/method?... */
} rpc_jsonrpc_t;

/** Read the entries of a message, at least one, and set message->is_batch.
 *  @return 0: message->fault says why not */
int rpc_jsonrpc_read(rpc_message_t *message, char *bytes, apr_size_t length,
                     rpc_json_entries_t *ret_entries);

/** Add a call of that version, its id not known yet. */
rpc_call_t *rpc_jsonrpc_add(rpc_message_t *message,
                            enum rpc_jsonrpc_e version);

/** Add a call as the entry has it; refused where it is no valid request. */
void rpc_jsonrpc_add_entry(rpc_message_t *message, rpc_json_entry_t *entry);

/** Give the call its params as sent: an array, an object, or null for none;
 *  anything else refuses it. */
void rpc_jsonrpc_set_params(rpc_call_t *call, rpc_value_t *params);

/** Params of 1.1 by name: members whose names are all digits are positions,
 *  null is not supplied. (JSON-RPC 1.1 WD of 7 August 2006.) */
void rpc_jsonrpc_split(rpc_call_t *call, const rpc_value_t *params);

/** Writes the answer: rpc_protocol_t's encode. */
void rpc_jsonrpc_encode(rpc_message_t *message, rpc_writer_t *out);

#endif
