/* SPDX-License-Identifier: Apache-2.0 */
/* The syntax JSON: a strict scan, cJSON, and a writer. For jsonrpc, and for
 * pyrpc's JSON answers. */
#ifndef RPC_PROTOCOL_JSON_H
#define RPC_PROTOCOL_JSON_H

#include "core/fault.h"
#include "core/limits.h"
#include "core/value.h"
#include "protocol/writer.h"

/** What reading makes of duplicate member names and of U+0000 in one. */
typedef struct rpc_json_t {
    rpc_value_t value;
    /** Why it is JSON but nothing we can keep (a duplicate member name, a
     *  NUL in a name), or NULL. The value is good for no call then: of such
     *  members it has the first, and names end at the NUL. */
    const char *objection;
} rpc_json_t;

/**
 * Read one JSON text, strictly (RFC 8259; a byte-order mark is skipped).
 * Integers are exact in int64, beyond it they are a fault.
 * @param bytes A NUL follows the last; nothing refers to them afterwards
 * @return NULL and the value, or a fault RPC_E_PARSE that names line and
 *         column, or the limit's directive
 */
rpc_fault_t *rpc_json_read(char *bytes, apr_size_t length,
                           const rpc_limits_t *limits, apr_pool_t *pool,
                           rpc_json_t *ret_json);

/**
 * Write a value (bytes as base64, time as RFC 3339).
 * @return NULL, or why JSON cannot carry it (NaN, invalid UTF-8, too deep)
 */
const char *rpc_json_write(rpc_writer_t *writer, const rpc_value_t *value);

/** Write a string with its quotes; it must be valid UTF-8. */
void rpc_json_write_string(rpc_writer_t *writer, const char *text,
                           apr_size_t length);

/** Per-process set-up of cJSON's memory functions, in child_init; undone
 *  when the pool is cleared. */
void rpc_json_child_init(apr_pool_t *pchild);

#endif
