/* SPDX-License-Identifier: Apache-2.0 */
/* system.describe: the endpoint in the words of JSON-RPC 1.1 (working draft
 * of 7 August 2006, section 8). For clients of that protocol. */
#include "describe/describe.h"

/* The draft wants a URI that identifies the service. */
#define NAMELESS_ID "urn:mod-rpc:endpoint"

static rpc_value_t *describe_params(rpc_call_t *call,
                                    const rpc_signature_t *signature)
{
    rpc_value_t *params = rpc_array(call);
    int i;

    for (i = 0; i < signature->count; i++) {
        const rpc_parameter_t *parameter = &signature->parameters[i];
        const char *type = parameter->rest
                               ? "arr"
                               : rpc_describe_json11_type(parameter->type);

        rpc_append(call, params,
                   rpc_structv(call, "name",
                               rpc_string(call, parameter->name), "type",
                               rpc_string(call, type), NULL));
    }
    return params;
}

static rpc_value_t *describe_proc(rpc_call_t *call, const rpc_entry_t *entry)
{
    const rpc_signature_t *signature = entry->signature;
    const char *help = entry->method->help;
    const char *type = rpc_describe_json11_type(signature->result);
    rpc_value_t *proc = rpc_struct(call);

    rpc_set(call, proc, "name", rpc_string(call, entry->name));
    if (help != NULL && help[0] != '\0') {
        rpc_set(call, proc, "summary", rpc_describe_text(call, help));
    }
    rpc_set(call, proc, "idempotent",
            rpc_bool(call, (entry->flags & RPC_SAFE) != 0));
    rpc_set(call, proc, "params", describe_params(call, signature));
    rpc_set(call, proc, "return",
            rpc_structv(call, "type", rpc_string(call, type), NULL));
    return proc;
}

static rpc_value_t *describe_service(rpc_call_t *call,
                                     const rpc_about_t *about)
{
    const char *title = about != NULL ? about->title : NULL;
    const char *url = about != NULL ? about->url : NULL;
    rpc_value_t *service = rpc_struct(call);

    rpc_set(call, service, "sdversion", rpc_string(call, "1.0"));
    rpc_set(call, service, "name",
            rpc_describe_text(call, title != NULL ? title : "mod_rpc"));
    rpc_set(call, service, "id",
            rpc_describe_text(call, url != NULL ? url : NAMELESS_ID));
    if (about != NULL && about->version != NULL) {
        rpc_set(call, service, "version",
                rpc_describe_text(call, about->version));
    }
    if (about != NULL && about->description != NULL) {
        rpc_set(call, service, "summary",
                rpc_describe_text(call, about->description));
    }
    if (url != NULL) {
        rpc_set(call, service, "address", rpc_describe_text(call, url));
    }
    return service;
}

rpc_value_t *rpc_describe_procs(rpc_call_t *call)
{
    apr_array_header_t *entries = rpc_describe_entries(call);
    rpc_value_t *procs = rpc_array(call);
    rpc_value_t *service =
        describe_service(call, call->caller->about);
    int i;

    for (i = 0; i < entries->nelts; i++) {
        const rpc_entry_t *entry =
            APR_ARRAY_IDX(entries, i, const rpc_entry_t *);

        /* The draft: it should not list itself. */
        if (entry->method->fn != rpc_describe_procs) {
            rpc_append(call, procs, describe_proc(call, entry));
        }
    }
    rpc_set(call, service, "procs", procs);
    return service;
}
