/* SPDX-License-Identifier: Apache-2.0 */
/* rpc.discover: the methods of the endpoint as an OpenRPC document. For
 * clients and tools that make forms, tests and stubs of it. */
#include "describe/describe.h"

/* The newest version that OpenRPC's own test tool accepts. */
#define OPENRPC_VERSION "1.2.6"

/* A parameter as a content descriptor. The rest is an array: that is how it
 * is sent by name. */
static rpc_value_t *describe_parameter(rpc_call_t *call,
                                       const rpc_parameter_t *parameter)
{
    rpc_value_t *descriptor = rpc_struct(call);

    rpc_set(call, descriptor, "name", rpc_string(call, parameter->name));
    rpc_set(call, descriptor, "required",
            rpc_bool(call, !parameter->optional));
    rpc_set(call, descriptor, "schema",
            rpc_describe_parameter(call, parameter));
    if (parameter->rest) {
        rpc_set(call, descriptor, "x-rest", rpc_bool(call, 1));
    }
    if (parameter->secret) {
        rpc_set(call, descriptor, "x-secret", rpc_bool(call, 1));
    }
    return descriptor;
}

static rpc_value_t *describe_faults(rpc_call_t *call,
                                    const rpc_fault_info_t *faults)
{
    rpc_value_t *errors = rpc_array(call);

    for (; faults->code != 0; faults++) {
        rpc_append(call, errors,
                   rpc_structv(call, "code", rpc_int(call, faults->code),
                               "message",
                               rpc_describe_text(call, faults->message),
                               NULL));
    }
    return errors;
}

static void describe_signature(rpc_call_t *call, rpc_value_t *method,
                               const rpc_signature_t *signature)
{
    rpc_value_t *params = rpc_array(call);
    int i;

    for (i = 0; i < signature->count; i++) {
        rpc_append(call, params,
                   describe_parameter(call, &signature->parameters[i]));
    }
    rpc_set(call, method, "paramStructure",
            rpc_string(call, signature->has_rest ? "by-name" : "either"));
    rpc_set(call, method, "params", params);
    rpc_set(call, method, "result",
            rpc_structv(call, "name", rpc_string(call, "result"), "schema",
                        rpc_describe_schema(call, signature->result), NULL));
}

static rpc_value_t *describe_method(rpc_call_t *call,
                                    const rpc_entry_t *entry)
{
    rpc_value_t *method = rpc_struct(call);
    const char *help = entry->method->help;

    rpc_set(call, method, "name", rpc_string(call, entry->name));
    if (help != NULL && help[0] != '\0') {
        rpc_set(call, method, "summary", rpc_describe_summary(call, help));
        rpc_set(call, method, "description", rpc_describe_text(call, help));
    }
    describe_signature(call, method, entry->signature);
    if (entry->method->faults != NULL && entry->method->faults->code != 0) {
        rpc_set(call, method, "errors",
                describe_faults(call, entry->method->faults));
    }
    if (entry->flags & RPC_DEPRECATED) {
        rpc_set(call, method, "deprecated", rpc_bool(call, 1));
    }
    rpc_set(call, method, "x-safe",
            rpc_bool(call, (entry->flags & RPC_SAFE) != 0));
    return method;
}

static rpc_value_t *describe_info(rpc_call_t *call, const rpc_about_t *about)
{
    const char *title = NULL;
    const char *version = about != NULL ? about->version : NULL;
    rpc_value_t *info = rpc_struct(call);

    if (about != NULL) {
        title = about->title != NULL ? about->title : about->name;
    }
    rpc_set(call, info, "title",
            rpc_describe_text(call, title != NULL ? title : "mod_rpc"));
    rpc_set(call, info, "version",
            rpc_describe_text(call, version != NULL ? version : "0"));
    if (about != NULL && about->description != NULL) {
        rpc_set(call, info, "description",
                rpc_describe_text(call, about->description));
    }
    return info;
}

rpc_value_t *rpc_describe_openrpc(rpc_call_t *call)
{
    const rpc_about_t *about = call->caller->about;
    apr_array_header_t *entries = rpc_describe_entries(call);
    rpc_value_t *document = rpc_struct(call);
    rpc_value_t *methods = rpc_array(call);
    int i;

    rpc_set(call, document, "openrpc", rpc_string(call, OPENRPC_VERSION));
    rpc_set(call, document, "info", describe_info(call, about));
    if (about != NULL && about->url != NULL) {
        rpc_value_t *server =
            rpc_structv(call, "name", rpc_string(call, "here"), "url",
                        rpc_describe_text(call, about->url), NULL);

        rpc_set(call, document, "servers", rpc_arrayv(call, server, NULL));
    }
    for (i = 0; i < entries->nelts; i++) {
        const rpc_entry_t *entry =
            APR_ARRAY_IDX(entries, i, const rpc_entry_t *);

        if (entry->feature == 0) {
            rpc_append(call, methods, describe_method(call, entry));
        }
    }
    rpc_set(call, document, "methods", methods);
    return document;
}
