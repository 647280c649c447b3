/* SPDX-License-Identifier: Apache-2.0 */
/* The limits of one endpoint, each with the directive that sets it. For the
 * readers of messages, which check before they take memory. */
#ifndef RPC_CORE_LIMITS_H
#define RPC_CORE_LIMITS_H

#include "mod_rpc.h"

typedef struct rpc_limits_t {
    apr_int64_t max_body;   /**< RpcMaxBody: decoded bytes of a message */
    apr_int64_t max_depth;  /**< RpcMaxDepth: lists within lists; [1] is 1 */
    apr_int64_t max_values; /**< RpcMaxValues: values of a message in all */
    apr_int64_t max_batch;  /**< RpcMaxBatch: calls of a batch, multicall */
    apr_int64_t max_string; /**< RpcMaxString: bytes of a string or name */
} rpc_limits_t;

#define RPC_DEFAULT_MAX_BODY (8 * 1024 * 1024)
#define RPC_DEFAULT_MAX_DEPTH 64
#define RPC_DEFAULT_MAX_VALUES 1000000
#define RPC_DEFAULT_MAX_BATCH 1000
#define RPC_DEFAULT_MAX_STRING (4 * 1024 * 1024)

/** The highest RpcMaxDepth that may be configured: readers and writers
 *  recurse, and a thread's stack is finite. */
#define RPC_HIGHEST_MAX_DEPTH 1000

#endif
