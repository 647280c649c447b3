/* SPDX-License-Identifier: Apache-2.0 */
/* Faults: what a failed call carries. For core and protocols. */
#ifndef RPC_CORE_FAULT_H
#define RPC_CORE_FAULT_H

#include "mod_rpc.h"

typedef struct rpc_fault_t {
    int code;
    const char *text;        /**< what is wrong and what would be right */
    const rpc_value_t *data; /**< the handler's own data, or NULL */
} rpc_fault_t;

/** @param format printf's. @return a fault in the pool, never NULL */
rpc_fault_t *rpc_fault_make(apr_pool_t *pool, int code, const char *format,
                            ...) __attribute__((format(printf, 3, 4)));

rpc_fault_t *rpc_fault_makev(apr_pool_t *pool, int code, const char *format,
                             va_list args);

/**
 * A limit was passed: "more than 64 levels (RpcMaxDepth 64)".
 * @param code      RPC_E_LIMIT, or what the protocol says
 * @param directive "RpcMaxDepth"
 * @param unit      "levels"
 */
rpc_fault_t *rpc_fault_limit(apr_pool_t *pool, int code,
                             const char *directive, apr_int64_t limit,
                             const char *unit);

/** The specification's own words for a code ("Invalid params"), or NULL for
 *  a code of a handler's own. */
const char *rpc_fault_title(int code);

/** In one string, for protocols without `data`: "Invalid params: parameter
 *  ..."; a handler's own code: its text alone. */
const char *rpc_fault_sentence(const rpc_fault_t *fault, apr_pool_t *pool);

#endif
