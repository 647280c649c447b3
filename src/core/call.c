/* SPDX-License-Identifier: Apache-2.0 */
/* One call: look up, check, `before`, invoke, complete once. For
 * core/message, which runs them, and api.c, which nests them. */
#include "core/call.h"

#include <string.h>

#include "apr_strings.h"

#include "core/atomic.h"
#include "core/utf8.h"

rpc_value_t rpc_call_later;

/* What a peer has by itself, and nobody else. */
static int is_of_peers(const char *name)
{
    return strcmp(name, "rpc.on") == 0 || strcmp(name, "rpc.off") == 0
           || strcmp(name, "rpc.subscribe") == 0
           || strcmp(name, "rpc.unsubscribe") == 0;
}

static rpc_fault_t *no_such_method(rpc_call_t *call)
{
    const char *hint = "";

    if (call->caller->peer == NULL && is_of_peers(call->method)) {
        hint = " here: it needs a peer, which calls by TCP or WebSocket";
    }
    else if (call->caller->features & RPC_FEATURE_INTROSPECTION) {
        hint = "; system.listMethods names those that are";
    }
    return rpc_fault_make(call->pool, RPC_E_METHOD,
                          "there is no method \"%s\"%s",
                          rpc_utf8_quote(call->method, call->method_length,
                                         call->pool), hint);
}

static void fail(rpc_call_t *call, rpc_fault_t *fault)
{
    call->fault = fault;
    call->state = RPC_CALL_DONE;
}

/* A GET may call only what has no side effect. */
static int refuse_unsafe(rpc_call_t *call, unsigned flags)
{
    if (!call->caller->safe_only || (flags & RPC_SAFE)) {
        return 0;
    }
    call->refused_unsafe = 1;
    fail(call, rpc_fault_make(call->pool, RPC_E_FORBIDDEN,
                              "%s may change something, so GET must not "
                              "call it: send it by POST",
                              rpc_utf8_quote(call->method,
                                             call->method_length,
                                             call->pool)));
    return 1;
}

rpc_fault_t *rpc_call_blame(rpc_call_t *call, const char *reason)
{
    const char *table = call->mounted == NULL ? "" : apr_pstrcat(
        call->pool, " of table ", call->mounted->table->name, NULL);
    const char *name = rpc_utf8_quote(call->method, call->method_length,
                                      call->pool);
    const char *id = rpc_message_complain_of(
        call, apr_pstrcat(call->pool, "method ", name, table, " ", reason,
                          NULL));

    return rpc_fault_make(call->pool, RPC_E_INTERNAL,
                          "%s failed; the server's error log says why (id "
                          "%s)", name, id);
}

void rpc_call_judge(rpc_call_t *call, rpc_value_t *value,
                    rpc_value_t **ret_result, rpc_fault_t **ret_fault)
{
    const char *complaint = NULL;

    *ret_result = NULL;
    *ret_fault = NULL;
    if (call->pending != NULL) {
        *ret_fault = call->pending;
        return;
    }
    if (value == NULL) {
        complaint = "returned NULL without a fault";
    }
    else if (value == &rpc_call_later) {
        complaint = "returned what only rpc_defer() and rpc_pass() may";
    }
    else if (call->entry != NULL) {
        complaint = rpc_arguments_check_result(call->entry->signature, value,
                                               call->pool);
    }
    if (complaint == NULL) {
        *ret_result = value;
    }
    else {
        *ret_fault = rpc_call_blame(call, complaint);
    }
}

/* The function has returned: done, unless it deferred. */
static void settle(rpc_call_t *call, rpc_value_t *value, int deferred)
{
    rpc_value_t *result;
    rpc_fault_t *fault;

    if (deferred && value == &rpc_call_later) {
        return; /* another thread has it now, or has had it */
    }
    rpc_call_judge(call, value, &result, &fault);
    if (deferred) {
        /* It deferred, then failed to start what would have answered. */
        rpc_message_complete(call, result, fault);
        return;
    }
    call->result = result;
    call->fault = fault;
    call->state = RPC_CALL_DONE;
}

static void run_method(rpc_call_t *call, const rpc_entry_t *entry)
{
    const rpc_table_t *table = entry->mounted->table;
    rpc_fault_t *fault;
    rpc_value_t *value = NULL;

    call->mounted = entry->mounted;
    if (entry->signature->has_secret) {
        rpc_atomic_set(&call->message->has_secret, 1);
    }
    if (refuse_unsafe(call, entry->flags)) {
        return;
    }
    fault = rpc_arguments_bind(entry->signature, entry->name,
                               call->positional, call->named, call->coerce,
                               call->pool, &call->args, &call->given);
    if (fault != NULL) {
        fail(call, fault);
        return;
    }
    if (table->before != NULL) {
        table->before(call);
    }
    if (call->pending == NULL && entry->method->before != NULL) {
        entry->method->before(call);
    }
    if (call->pending == NULL) {
        value = entry->method->fn(call);
    }
    settle(call, value, call->deferred);
}

/* Names that no handler may declare do not reach one by dispatch either. */
static int may_dispatch(rpc_call_t *call)
{
    return memchr(call->method, '\0', call->method_length) == NULL
           && rpc_signature_check_name(call->method, call->pool) == NULL;
}

static void run_dispatch(rpc_call_t *call)
{
    const rpc_mounted_t *mounted = NULL;
    int n;

    for (n = 0; may_dispatch(call); n++) {
        rpc_value_t *value;

        mounted = rpc_registry_dispatcher(call->caller->registry,
                                          call->method, n);
        if (mounted == NULL) {
            break;
        }
        if (refuse_unsafe(call, mounted->table->flags)) {
            return;
        }
        call->mounted = mounted;
        call->passed = 0;
        value = mounted->table->dispatch(call);
        if (!call->passed || call->deferred || call->pending != NULL) {
            settle(call, value, call->deferred);
            return;
        }
    }
    fail(call, no_such_method(call));
}

static void find_method(rpc_call_t *call)
{
    if (call->entry == NULL) {
        call->entry = rpc_registry_find(call->caller->registry, call->method,
                                        call->method_length,
                                        call->caller->features);
    }
}

int rpc_call_is_blocking(rpc_call_t *call)
{
    const rpc_mounted_t *mounted;
    int n = 0;

    if (call->fault != NULL || call->fn != NULL) {
        return 0;
    }
    find_method(call);
    if (call->entry != NULL) {
        /* A multicall runs whatever it names. */
        return (call->entry->flags & RPC_BLOCKING) != 0
               || (call->entry->feature & RPC_FEATURE_MULTICALL) != 0;
    }
    mounted = rpc_registry_dispatcher(call->caller->registry, call->method,
                                      n);
    while (mounted != NULL && !(mounted->table->flags & RPC_BLOCKING)) {
        n++;
        mounted = rpc_registry_dispatcher(call->caller->registry,
                                          call->method, n);
    }
    return mounted != NULL;
}

void rpc_call_run(rpc_call_t *call)
{
    if (call->fault != NULL) {
        call->state = RPC_CALL_DONE;
        return;
    }
    call->state = RPC_CALL_RUNNING;
    rpc_atomic_add(&call->message->run_count, 1);
    if (call->fn != NULL) {
        rpc_value_t *value = call->fn(call, call->fn_baton);

        settle(call, value, call->deferred);
        return;
    }
    find_method(call);
    if (call->entry != NULL) {
        run_method(call, call->entry);
    }
    else {
        run_dispatch(call);
    }
}

static rpc_call_t *create_inner(rpc_call_t *call, const char *method,
                                apr_size_t length)
{
    rpc_call_t *inner = apr_pcalloc(call->pool, sizeof(*inner));

    inner->api = &rpc_api;
    inner->pool = call->pool;
    inner->message = call->message;
    inner->caller = call->caller;
    inner->method = method;
    inner->method_length = length;
    return inner;
}

rpc_call_t *rpc_call_hook(rpc_call_t *call, const rpc_mounted_t *mounted,
                          rpc_method_fn fn)
{
    rpc_call_t *inner = create_inner(call, call->method,
                                     call->method_length);
    rpc_value_t *value;

    inner->mounted = mounted;
    inner->depth = call->depth + 1;
    inner->state = RPC_CALL_RUNNING;
    value = fn(inner);
    settle(inner, value, inner->deferred);
    rpc_message_wait(inner, call->pool);
    return inner;
}

rpc_call_t *rpc_call_nested(rpc_call_t *call, const char *method,
                            apr_size_t length, rpc_value_t *positional,
                            rpc_value_t *named)
{
    rpc_call_t *inner = create_inner(call, method, length);

    inner->positional = positional;
    inner->named = named;
    inner->coerce = call->coerce;
    inner->depth = call->depth + 1;
    if (inner->depth > RPC_CALL_MAX_DEPTH) {
        inner->fault = rpc_fault_make(call->pool, RPC_E_LIMIT,
                                      "calls within calls more than %d deep",
                                      RPC_CALL_MAX_DEPTH);
    }
    rpc_call_run(inner);
    rpc_message_wait(inner, call->pool);
    return inner;
}
