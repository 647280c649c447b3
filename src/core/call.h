/* SPDX-License-Identifier: Apache-2.0 */
/* One call: look up, check, `before`, invoke, complete once. For protocols,
 * which fill it in and write its outcome, and for describe/. */
#ifndef RPC_CORE_CALL_H
#define RPC_CORE_CALL_H

#include "apr_portable.h"

#include "core/arguments.h"
#include "core/message.h"

enum rpc_call_state_e {
    RPC_CALL_NEW,
    RPC_CALL_RUNNING,
    RPC_CALL_DEFERRED,
    RPC_CALL_DONE
};

struct rpc_call_t {
    const rpc_api_t *api;    /**< first, always */
    apr_pool_t *pool;        /**< the message's, or its own once deferred */
    rpc_message_t *message;

    /* What was asked; filled by the protocol. */
    const char *method;      /**< a NUL follows */
    apr_size_t method_length;
    rpc_value_t *positional; /**< an array, or NULL */
    rpc_value_t *named;      /**< a struct, or NULL */
    enum rpc_coerce_e coerce;
    int is_notification;     /**< nothing is answered */
    void *data;              /**< the protocol's own: an id, a version */
    /** A peer's own method (rpc.on, a callback), in place of one of the
     *  registry; or NULL. */
    rpc_value_t *(*fn)(rpc_call_t *call, void *baton);
    void *fn_baton;

    /* How it went. Exactly one of result and fault once it is done; a
     * protocol may set `fault` itself for an entry of a batch that is no
     * call: it is not run then. */
    enum rpc_call_state_e state;
    rpc_value_t *result;
    rpc_fault_t *fault;
    int refused_unsafe;      /**< a GET of a method without RPC_SAFE */

    /* core/call.c's own */
    const rpc_caller_t *caller;  /**< the message's, a copy once deferred */
    const rpc_entry_t *entry;
    const rpc_mounted_t *mounted;
    rpc_value_t *args;
    unsigned char *given;
    rpc_fault_t *pending;        /**< what rpc_fail() said so far */
    int deferred;                /**< rpc_defer() was called */
    int passed;                  /**< dispatch said rpc_pass() */
    int depth;                   /**< rpc_invoke() within rpc_invoke() */
    volatile int cancelled;
    volatile apr_os_thread_t runner; /**< the host's thread that runs it now,
                                          or 0 */
    apr_time_t deadline;
    struct rpc_limit_t *limit;   /**< core/message.c's, of a deferred call */
    int awaited;                 /**< deferred, and not completed */
    apr_array_header_t *listing; /**< of rpc_method_info() */
};

/** The functions behind mod_rpc.h; peer/api.c has those of peers. */
extern const rpc_api_t rpc_api;
extern const rpc_peer_api_t rpc_peer_api;

/** Run the call; it is done, or deferred, when this returns. */
void rpc_call_run(rpc_call_t *call);

/** Whether its method, or one that may get it by dispatch, is flagged
 *  RPC_BLOCKING. Looks it up, which rpc_call_run() need not do again. */
int rpc_call_is_blocking(rpc_call_t *call);

/** What rpc_defer() and rpc_pass() return: no value at all. */
extern rpc_value_t rpc_call_later;

/** How deep rpc_invoke() may nest. */
#define RPC_CALL_MAX_DEPTH 16

/**
 * What a method returned becomes a result or a fault: its type is checked,
 * its misbehaviour is complained of.
 * @param ret_fault Written instead of ret_result where it failed
 */
void rpc_call_judge(rpc_call_t *call, rpc_value_t *value,
                    rpc_value_t **ret_result, rpc_fault_t **ret_fault);

/**
 * A handler misbehaved: the error log gets the reason, the client an id.
 * @param reason "returned NULL without a fault": follows the method's name
 * @return a fault RPC_E_INTERNAL in the call's pool
 */
rpc_fault_t *rpc_call_blame(rpc_call_t *call, const char *reason);

/**
 * Run a function of a table, which is no method of it, for this call.
 * @return The inner call, done: its result or its fault
 */
rpc_call_t *rpc_call_hook(rpc_call_t *call, const rpc_mounted_t *mounted,
                          rpc_method_fn fn);

/** rpc_server_info(). (src/core/server_info.c) */
rpc_value_t *rpc_call_server_info(rpc_call_t *call);

/**
 * Run another method for this call and wait for it (rpc_invoke, multicall).
 * @param method May hold anything the client sent
 * @return The inner call, done: its result or its fault
 */
rpc_call_t *rpc_call_nested(rpc_call_t *call, const char *method,
                            apr_size_t length, rpc_value_t *positional,
                            rpc_value_t *named);

#endif
