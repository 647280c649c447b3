/* SPDX-License-Identifier: Apache-2.0 */
/* The built-in tables, and the methods of XML-RPC's introspection. For every
 * endpoint. */
#include <string.h>

#include "apr_strings.h"

#include "core/table.h"
#include "core/utf8.h"
#include "describe/describe.h"

apr_array_header_t *rpc_describe_entries(rpc_call_t *call)
{
    const rpc_caller_t *caller = call->caller;
    apr_pool_t *pool = rpc_call_pool(call);
    apr_array_header_t *all =
        rpc_registry_list(caller->registry, caller->features, pool);
    apr_array_header_t *seen =
        apr_array_make(pool, all->nelts, sizeof(const rpc_entry_t *));
    int i;

    for (i = 0; i < all->nelts; i++) {
        const rpc_entry_t *entry = APR_ARRAY_IDX(all, i, const rpc_entry_t *);

        if ((entry->flags & RPC_HIDDEN) == 0) {
            APR_ARRAY_PUSH(seen, const rpc_entry_t *) = entry;
        }
    }
    return seen;
}

/* What XML 1.0 has not becomes '?': JSON and Python have it all. */
static rpc_value_t *describe_textn(rpc_call_t *call, const char *text,
                                   apr_size_t length)
{
    char *copy = apr_pstrmemdup(rpc_call_pool(call), text, length);
    apr_size_t i = 0;

    while (i < length) {
        apr_size_t end = i + rpc_utf8_valid_prefix(text + i, length - i);

        while (i < end) {
            uint32_t c;
            int bytes = rpc_utf8_decode(text + i, &c);

            if (!rpc_utf8_is_xml(text + i, (apr_size_t)bytes)) {
                memset(copy + i, '?', (size_t)bytes);
            }
            i += (apr_size_t)bytes;
        }
        if (i < length) {
            copy[i++] = '?';
        }
    }
    return rpc_stringn(call, copy, length);
}

rpc_value_t *rpc_describe_text(rpc_call_t *call, const char *text)
{
    return text != NULL ? describe_textn(call, text, strlen(text))
                        : rpc_string(call, "");
}

rpc_value_t *rpc_describe_summary(rpc_call_t *call, const char *help)
{
    const char *end = help;

    for (; *end != '\0'; end++) {
        if (end[0] == '.' && (end[1] == ' ' || end[1] == '\n')) {
            end++;
            break;
        }
        if (end[0] == '\n' && end[1] == '\n') {
            break;
        }
    }
    return describe_textn(call, help, (apr_size_t)(end - help));
}

/* The method of that name, or NULL; *ret_dispatched: it is a name that a
 * dispatch might answer (nobody but it knows whether it does). */
static const rpc_entry_t *find_method(rpc_call_t *call, size_t i,
                                      int *ret_dispatched)
{
    const rpc_caller_t *caller = call->caller;
    const rpc_entry_t *entry;
    const char *name;
    size_t length;

    *ret_dispatched = 0;
    name = rpc_arg_stringn(call, i, &length);
    entry = rpc_registry_find(caller->registry, name, length,
                              caller->features);
    if (entry == NULL && strlen(name) == length
        && rpc_signature_check_name(name, rpc_call_pool(call)) == NULL) {
        *ret_dispatched =
            rpc_registry_dispatcher(caller->registry, name, 0) != NULL;
    }
    return entry;
}

static rpc_value_t *fail_unknown(rpc_call_t *call, size_t i)
{
    size_t length;
    const char *name = rpc_arg_stringn(call, i, &length);

    return rpc_fail(call, RPC_E_METHOD,
                    "there is no method \"%s\"; system.listMethods names "
                    "those that are",
                    rpc_utf8_quote(name, length, rpc_call_pool(call)));
}

static rpc_value_t *list_methods(rpc_call_t *call)
{
    apr_array_header_t *entries = rpc_describe_entries(call);
    rpc_value_t *names = rpc_array(call);
    int i;

    for (i = 0; i < entries->nelts; i++) {
        const rpc_entry_t *entry =
            APR_ARRAY_IDX(entries, i, const rpc_entry_t *);

        rpc_append(call, names, rpc_string(call, entry->name));
    }
    return names;
}

static rpc_value_t *method_help(rpc_call_t *call)
{
    int dispatched;
    const rpc_entry_t *entry = find_method(call, 0, &dispatched);

    if (entry == NULL && !dispatched) {
        return fail_unknown(call, 0);
    }
    return rpc_describe_text(call, entry != NULL ? entry->method->help
                                                 : NULL);
}

static rpc_value_t *describe_call(rpc_call_t *call,
                                  const rpc_signature_t *signature,
                                  int count)
{
    rpc_value_t *types = rpc_array(call);
    int i;

    rpc_append(call, types,
               rpc_string(call,
                          rpc_describe_xmlrpc_type(signature->result)));
    for (i = 0; i < count; i++) {
        const rpc_parameter_t *parameter = &signature->parameters[i];
        const char *type = parameter->rest
                               ? "array"
                               : rpc_describe_xmlrpc_type(parameter->type);

        rpc_append(call, types, rpc_string(call, type));
    }
    return types;
}

/* One signature for each number of arguments that the method takes. */
static rpc_value_t *method_signature(rpc_call_t *call)
{
    int dispatched, count;
    const rpc_entry_t *entry = find_method(call, 0, &dispatched);
    rpc_value_t *signatures;

    if (entry == NULL) {
        /* A string, not an array: what clients test for. */
        return dispatched ? rpc_string(call, "undef")
                          : fail_unknown(call, 0);
    }
    signatures = rpc_array(call);
    for (count = entry->signature->required;
         count <= entry->signature->count; count++) {
        rpc_append(call, signatures,
                   describe_call(call, entry->signature, count));
    }
    return signatures;
}

static rpc_value_t *method_exist(rpc_call_t *call)
{
    int dispatched;

    return rpc_bool(call, find_method(call, 0, &dispatched) != NULL);
}

static void add_capability(rpc_call_t *call, rpc_value_t *capabilities,
                           const char *name, const char *url, int version)
{
    rpc_set(call, capabilities, name,
            rpc_structv(call, "specUrl", rpc_string(call, url),
                        "specVersion", rpc_int(call, version), NULL));
}

static rpc_value_t *get_capabilities(rpc_call_t *call)
{
    const rpc_caller_t *caller = call->caller;
    rpc_value_t *all = rpc_struct(call);

    add_capability(call, all, "xmlrpc", "http://www.xmlrpc.com/spec", 1);
    add_capability(call, all, "introspection",
                   "http://xmlrpc-epi.sourceforge.net/specs/"
                   "rfc.introspection.php", 20010516);
    add_capability(call, all, "faults_interop",
                   "http://xmlrpc-epi.sourceforge.net/specs/"
                   "rfc.fault_codes.php", 20010516);
    if (caller->features & RPC_FEATURE_MULTICALL) {
        add_capability(call, all, "system.multicall",
                       "http://www.xmlrpc.com/discuss/msgReader$1208", 1);
    }
    if (caller->about != NULL && caller->about->xml_nil) {
        add_capability(call, all, "nil",
                       "http://www.ontosys.com/xml-rpc/extensions.php", 1);
    }
    return all;
}

static const rpc_method_t introspection_methods[] = {
    RPC_METHOD("struct rpc.discover()", rpc_describe_openrpc, RPC_SAFE,
               "Return the methods of this endpoint as an OpenRPC document."),
    RPC_METHOD("struct system.describe()", rpc_describe_procs, RPC_SAFE,
               "Return the methods of this endpoint as JSON-RPC 1.1 "
               "describes a service."),
    RPC_METHOD("struct system.getCapabilities()", get_capabilities, RPC_SAFE,
               "Return the specifications that are followed here, each with "
               "its specUrl and specVersion."),
    RPC_METHOD("array<string> system.listMethods()", list_methods, RPC_SAFE,
               "Return the names of all methods, sorted."),
    RPC_METHOD("bool system.methodExist(string name)", method_exist,
               RPC_SAFE, "Return whether there is a method of that name."),
    RPC_METHOD("string system.methodHelp(string name)", method_help,
               RPC_SAFE,
               "Return the help text of a method, empty if it has none."),
    RPC_METHOD("array|string system.methodSignature(string name)",
               method_signature, RPC_SAFE,
               "Return the signatures of a method: arrays of type names, "
               "that of the result first. The string \"undef\" if it has "
               "none."),
    RPC_METHOD_END
};

static const rpc_method_t multicall_methods[] = {
    RPC_METHOD("array system.multicall(array calls)",
               rpc_describe_multicall, 0,
               "Run several calls, each a struct {methodName, params}. "
               "Return for each an array of its one result, or a struct "
               "{faultCode, faultString}."),
    RPC_METHOD_END
};

static const rpc_table_t introspection_table =
    RPC_TABLE(system, "What this endpoint offers.", introspection_methods);

static const rpc_table_t multicall_table =
    RPC_TABLE(multicall, "Several calls in one.", multicall_methods);

static const char *add_table(rpc_mount_t *mount, const rpc_table_t *foreign,
                             enum rpc_feature_e feature,
                             apr_pool_t *pool)
{
    const rpc_table_t *table;
    const char *error = rpc_table_load(foreign, pool, &table);

    if (error != NULL) {
        return error;
    }
    rpc_mount_set_feature(mount, feature);
    return rpc_mount_add(mount, table, "", 1);
}

const rpc_mount_t *rpc_describe_mount(apr_pool_t *pool,
                                      const char **ret_error)
{
    rpc_mount_t *mount = rpc_mount_create(pool);
    const void *where;
    const char *error = add_table(mount, &introspection_table,
                                  RPC_FEATURE_INTROSPECTION, pool);

    if (error == NULL) {
        error = add_table(mount, &multicall_table, RPC_FEATURE_MULTICALL,
                          pool);
    }
    if (error == NULL) {
        error = rpc_mount_seal(mount, &where);
    }
    if (error != NULL) {
        *ret_error = error;
        return NULL;
    }
    return mount;
}
