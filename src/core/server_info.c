/* SPDX-License-Identifier: Apache-2.0 */
/* What rpc_server_info() returns: what the host tells of itself, and what the
 * tables of the endpoint add. For core/api.c. */
#include <unistd.h>

#include "apr_strings.h"

#include "core/call.h"

/* A table that is mounted twice with one context speaks once. */
static int has_spoken(const apr_array_header_t *spoken,
                      const rpc_mounted_t *mounted)
{
    int i;

    for (i = 0; i < spoken->nelts; i++) {
        const rpc_mounted_t *other =
            APR_ARRAY_IDX(spoken, i, const rpc_mounted_t *);

        if (other->table == mounted->table
            && other->context == mounted->context) {
            return 1;
        }
    }
    return 0;
}

/* @return 1, or 0 after a fault */
static int add_members(rpc_call_t *call, const rpc_mounted_t *mounted,
                       rpc_value_t *extra)
{
    const rpc_call_t *inner = rpc_call_hook(call, mounted,
                                            mounted->table->server_info);
    size_t i;

    if (inner->fault == NULL && rpc_type(inner->result) != RPC_STRUCT) {
        call->pending = rpc_call_blame(
            call, apr_pstrcat(call->pool, "asked table ",
                              mounted->table->name, ", whose server_info "
                              "returned no struct", NULL));
        return 0;
    }
    if (inner->fault != NULL) {
        call->pending = inner->fault;
        return 0;
    }
    for (i = 0; i < rpc_count(inner->result); i++) {
        const char *name = "";
        rpc_value_t *member = rpc_member(inner->result, i, &name);

        if (rpc_get(extra, name) == NULL) {
            rpc_set(call, extra, name, member);
        }
    }
    return 1;
}

/* What the tables say of themselves, inner sections' first. */
static rpc_value_t *collect_extra(rpc_call_t *call)
{
    const rpc_registry_t *registry = call->caller->registry;
    apr_array_header_t *spoken =
        apr_array_make(call->pool, 4, sizeof(const rpc_mounted_t *));
    rpc_value_t *extra = rpc_struct(call);
    int i;

    for (; registry != NULL; registry = registry->outer) {
        for (i = 0; i < rpc_mount_count(registry->mount); i++) {
            const rpc_mounted_t *mounted = rpc_mount_at(registry->mount, i);

            if (mounted->table->server_info == NULL
                || has_spoken(spoken, mounted)) {
                continue;
            }
            APR_ARRAY_PUSH(spoken, const rpc_mounted_t *) = mounted;
            if (!add_members(call, mounted, extra)) {
                return NULL;
            }
        }
    }
    return extra;
}

rpc_value_t *rpc_call_server_info(rpc_call_t *call)
{
    const rpc_caller_t *caller = call->caller;
    rpc_value_t *extra = collect_extra(call);
    rpc_value_t *info;

    if (extra == NULL) {
        return NULL;
    }
    info = rpc_structv(
        call, "extra", extra, "system", rpc_struct(call), "monitors",
        rpc_struct(call), "server",
        rpc_structv(call, "name", rpc_string(call, "mod_rpc"), "state",
                    rpc_string(call, "running"), "process_id",
                    rpc_int(call, getpid()), "version",
                    rpc_string(call, caller->about != NULL
                                         ? caller->about->version : NULL),
                    (char *)NULL),
        (char *)NULL);
    if (caller->admin != NULL && caller->admin->describe != NULL) {
        caller->admin->describe(call, info);
    }
    return info;
}
