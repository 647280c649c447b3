/* SPDX-License-Identifier: Apache-2.0 */
/* A JSON text read as a message: its entries, each with its id as written.
 * For jsonrpc. */
#ifndef RPC_PROTOCOL_JSON_ENTRIES_H
#define RPC_PROTOCOL_JSON_ENTRIES_H

#include "protocol/json.h"

/** One entry of a batch, or the one of a message that is none. */
typedef struct rpc_json_entry_t {
    rpc_json_t json;
    const char *id;        /**< text of its one member "id", a copy; NULL if
                                there is none, or a second one */
    apr_size_t id_length;
} rpc_json_entry_t;

typedef struct rpc_json_entries_t {
    rpc_json_entry_t *entries;
    int count;
    int is_batch;          /**< the text is an array */
} rpc_json_entries_t;

/**
 * Read one JSON text as rpc_json_read() does; where it is an array, its
 * elements one by one. A number that is an id may be of any size and form.
 * @return NULL and the entries, or a fault: as rpc_json_read(), and
 *         RPC_E_LIMIT for more than RpcMaxBatch entries
 */
rpc_fault_t *rpc_json_read_entries(char *bytes, apr_size_t length,
                                   const rpc_limits_t *limits,
                                   apr_pool_t *pool,
                                   rpc_json_entries_t *ret_entries);

#endif
