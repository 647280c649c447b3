/* SPDX-License-Identifier: Apache-2.0 */
/* The functions behind mod_rpc.h, which handlers reach through call->api. */
#include <string.h>

#include "apr_strings.h"

#include "core/call.h"
#include "core/number.h"

static rpc_value_t *build_scalar(rpc_call_t *call, enum rpc_type_e type,
                                 int64_t integer)
{
    rpc_value_t value = rpc_value_int(integer);

    value.type = (uint8_t)type;
    return rpc_value_in_pool(value, call->pool);
}

static rpc_value_t *build_number(rpc_call_t *call, double number)
{
    return rpc_value_in_pool(rpc_value_double(number), call->pool);
}

static rpc_value_t *build_text(rpc_call_t *call, enum rpc_type_e type,
                               const void *data, size_t length)
{
    if (length > RPC_VALUE_MAX) {
        return rpc_fail(call, RPC_E_INTERNAL, "a text of 4 GiB or more");
    }
    return rpc_value_in_pool(rpc_value_copy_text(type, data, length,
                                                 call->pool), call->pool);
}

static rpc_value_t *build_list(rpc_call_t *call, enum rpc_type_e type)
{
    return rpc_value_in_pool(rpc_value_list(type, call->pool), call->pool);
}

static rpc_value_t value_or_nil(const rpc_value_t *value)
{
    return value != NULL ? *value : rpc_value_nil();
}

static rpc_value_t *append(rpc_call_t *call, rpc_value_t *array,
                           rpc_value_t *value)
{
    if (rpc_type(array) != RPC_ARRAY
        || rpc_value_count(array) >= RPC_VALUE_MAX) {
        return NULL;
    }
    rpc_value_append(array, value_or_nil(value), call->pool);
    return array;
}

static rpc_value_t *set(rpc_call_t *call, rpc_value_t *strct,
                        const char *name, rpc_value_t *value)
{
    if (rpc_type(strct) != RPC_STRUCT || name == NULL
        || rpc_value_count(strct) >= RPC_VALUE_MAX) {
        return NULL;
    }
    rpc_value_set(strct, apr_pstrdup(call->pool, name), strlen(name),
                  value_or_nil(value), call->pool);
    return strct;
}

static rpc_value_t *build_arrayv(rpc_call_t *call, va_list values)
{
    rpc_value_t *array = build_list(call, RPC_ARRAY);
    rpc_value_t *value = va_arg(values, rpc_value_t *);

    for (; value != NULL; value = va_arg(values, rpc_value_t *)) {
        append(call, array, value);
    }
    return array;
}

static rpc_value_t *build_structv(rpc_call_t *call, va_list members)
{
    rpc_value_t *strct = build_list(call, RPC_STRUCT);
    const char *name = va_arg(members, const char *);

    for (; name != NULL; name = va_arg(members, const char *)) {
        set(call, strct, name, va_arg(members, rpc_value_t *));
    }
    return strct;
}

static size_t count(const rpc_value_t *value)
{
    return rpc_value_count(value);
}

static rpc_value_t *at(const rpc_value_t *value, size_t i)
{
    return rpc_value_at(value, i);
}

static rpc_value_t *get(const rpc_value_t *value, const char *name)
{
    return rpc_value_get(value, name, strlen(name));
}

static rpc_value_t *member(const rpc_value_t *value, size_t i,
                           const char **ret_name)
{
    const char *name;
    apr_size_t length;
    rpc_value_t *found = rpc_value_member(value, i, &name, &length);

    if (found != NULL && ret_name != NULL) {
        *ret_name = name;
    }
    return found;
}

static rpc_value_t *need(rpc_call_t *call, const rpc_value_t *strct,
                         const char *name, enum rpc_type_e type)
{
    rpc_value_t *value = rpc_get(strct, name);

    if (value == NULL) {
        return rpc_fail(call, RPC_E_PARAMS, "member \"%s\" is missing", name);
    }
    if (rpc_type(value) == type
        || (type == RPC_DOUBLE && rpc_type(value) == RPC_INT
            && rpc_number_int_is_exact(value->u.integer))) {
        return value;
    }
    return rpc_fail(call, RPC_E_PARAMS, "member \"%s\": expected %s, got %s",
                    name, rpc_type_name(type),
                    rpc_type_name(rpc_type(value)));
}

static size_t arg_count(rpc_call_t *call)
{
    return call->entry != NULL ? (size_t)call->entry->signature->count : 0;
}

static rpc_value_t *arg(rpc_call_t *call, size_t i)
{
    return call->args != NULL && i < arg_count(call) ? &call->args[i] : NULL;
}

static int arg_given(rpc_call_t *call, size_t i)
{
    return call->args != NULL && i < arg_count(call) && call->given[i];
}

static void set_arg(rpc_call_t *call, size_t i, rpc_value_t *value)
{
    if (call->args != NULL && i < arg_count(call)) {
        call->args[i] = value_or_nil(value);
        call->given[i] = 1;
    }
}

/* Positional and named together (pyrpc only): the struct comes last. */
static rpc_value_t *params(rpc_call_t *call)
{
    apr_size_t named = rpc_value_count(call->named);
    apr_size_t positional = rpc_value_count(call->positional);
    rpc_value_t *both;
    apr_size_t i;

    if (named == 0) {
        return call->positional != NULL ? call->positional
               : call->named != NULL    ? call->named
                                        : build_list(call, RPC_ARRAY);
    }
    if (positional == 0) {
        return call->named;
    }
    both = build_list(call, RPC_ARRAY);
    for (i = 0; i < positional; i++) {
        append(call, both, rpc_value_at(call->positional, i));
    }
    return append(call, both, call->named);
}

static rpc_value_t *failv(rpc_call_t *call, int code, rpc_value_t *data,
                          const char *format, va_list args)
{
    call->pending = rpc_fault_makev(call->pool, code, format, args);
    call->pending->data = data;
    return NULL;
}

static int fault(rpc_call_t *call, const char **ret_text)
{
    if (call->pending == NULL) {
        return 0;
    }
    if (ret_text != NULL) {
        *ret_text = call->pending->text;
    }
    return call->pending->code;
}

static const rpc_value_t *fault_data(rpc_call_t *call)
{
    return call->pending != NULL ? call->pending->data : NULL;
}

static void forgive(rpc_call_t *call)
{
    call->pending = NULL;
}

static const char *method_name(rpc_call_t *call)
{
    return call->method;
}

static const char *protocol(rpc_call_t *call)
{
    return call->message->protocol;
}

static const char *transport(rpc_call_t *call)
{
    return call->caller->transport;
}

static const char *user(rpc_call_t *call)
{
    return call->caller->user;
}

static const char *client_ip(rpc_call_t *call)
{
    return call->caller->client_ip;
}

static apr_pool_t *pool_of(rpc_call_t *call)
{
    return call->pool;
}

static struct server_rec *server_of(rpc_call_t *call)
{
    return call->caller->server;
}

static void *context(rpc_call_t *call)
{
    return call->mounted != NULL ? call->mounted->context : NULL;
}

static rpc_peer_t *peer(rpc_call_t *call)
{
    return call->caller->peer;
}

static int cancelled(rpc_call_t *call)
{
    return rpc_atomic_get(&call->cancelled)
           || (call->caller->gone != NULL && call->caller->gone(call->caller));
}

static struct request_rec *request(rpc_call_t *call)
{
    return call->caller->request;
}

static struct conn_rec *connection(rpc_call_t *call)
{
    return call->caller->connection;
}

static void *dir_config(rpc_call_t *call)
{
    return call->caller->dir_config;
}

static rpc_value_t *invoke(rpc_call_t *call, const char *method,
                           rpc_value_t *parameters)
{
    const rpc_call_t *inner;
    enum rpc_type_e type = rpc_type(parameters);

    if (type != RPC_NIL && type != RPC_ARRAY && type != RPC_STRUCT) {
        return rpc_fail(call, RPC_E_PARAMS,
                        "parameters of %s: expected array or struct, got %s",
                        method, rpc_type_name(type));
    }
    inner = rpc_call_nested(call, method, strlen(method),
                            type == RPC_ARRAY ? parameters : NULL,
                            type == RPC_STRUCT ? parameters : NULL);
    call->pending = inner->fault;
    return inner->result;
}

static rpc_value_t *pass(rpc_call_t *call)
{
    call->passed = 1;
    return &rpc_call_later;
}

static apr_array_header_t *listing(rpc_call_t *call)
{
    if (call->listing == NULL) {
        call->listing = rpc_registry_list(call->caller->registry,
                                          call->caller->features,
                                          call->pool);
    }
    return call->listing;
}

static size_t method_count(rpc_call_t *call)
{
    return (size_t)listing(call)->nelts;
}

static int method_info(rpc_call_t *call, size_t i, rpc_method_info_t *info)
{
    rpc_method_info_t ours;
    const rpc_entry_t *entry;
    size_t size = info->size;

    if (i >= method_count(call)) {
        return 0;
    }
    entry = APR_ARRAY_IDX(listing(call), i, const rpc_entry_t *);
    memset(&ours, 0, sizeof(ours));
    ours.name = entry->name;
    ours.prototype = entry->signature->text;
    ours.help = entry->method->help != NULL ? entry->method->help : "";
    ours.table = entry->mounted->table->name;
    ours.flags = entry->flags;
    if (size > sizeof(ours)) {
        size = sizeof(ours);
    }
    ours.size = size;
    memcpy(info, &ours, size);
    return 1;
}

static rpc_value_t *defer(rpc_call_t *call, apr_interval_time_t limit)
{
    if (!call->deferred) {
        call->deferred = 1;
        rpc_message_defer(call, limit);
    }
    return &rpc_call_later;
}

static apr_status_t complete(rpc_call_t *call, rpc_value_t *value)
{
    rpc_value_t *result;
    rpc_fault_t *failure;

    if (!call->deferred) {
        return APR_EINVAL; /* nobody waits for it */
    }
    rpc_call_judge(call, value, &result, &failure);
    return rpc_message_complete(call, result, failure);
}

static apr_status_t complete_failv(rpc_call_t *call, int code,
                                   const char *format, va_list args)
{
    failv(call, code, NULL, format, args);
    return complete(call, NULL);
}

static rpc_call_t *background(const rpc_api_t *api,
                              struct server_rec *server, apr_pool_t *pool)
{
    rpc_message_t *message = apr_pcalloc(pool, sizeof(*message));
    rpc_caller_t *caller = apr_pcalloc(pool, sizeof(*caller));
    rpc_call_t *call = apr_pcalloc(pool, sizeof(*call));

    caller->transport = "none";
    caller->server = server;
    if (api != &rpc_api) {
        caller->host = ((const rpc_host_api_t *)api)->host;
    }
    message->pool = pool;
    message->caller = caller;
    message->protocol = "none";
    message->refs = 1;
    call->api = api;
    call->pool = pool;
    call->message = message;
    call->caller = caller;
    call->method = "";
    call->state = RPC_CALL_RUNNING;
    return call;
}

const rpc_api_t *rpc_host_api_make(rpc_host_t *host, apr_pool_t *pool)
{
    rpc_host_api_t *made = apr_pcalloc(pool, sizeof(*made));

    made->api = rpc_api;
    made->host = host;
    return &made->api;
}

static rpc_value_t *retire_child(rpc_call_t *call, int64_t pid)
{
    const rpc_admin_t *admin = call->caller->admin;

    if (admin == NULL || admin->retire_child == NULL) {
        return rpc_fail(call, RPC_E_APPLICATION,
                        "there are no child processes here");
    }
    return admin->retire_child(call, pid);
}

const rpc_api_t rpc_api = {
    .size = sizeof(rpc_api_t),
    .abi_major = RPC_ABI_MAJOR,
    .abi_minor = RPC_ABI_MINOR,
    .scalar = build_scalar,
    .number = build_number,
    .text = build_text,
    .list = build_list,
    .append = append,
    .set = set,
    .arrayv = build_arrayv,
    .structv = build_structv,
    .count = count,
    .at = at,
    .get = get,
    .member = member,
    .need = need,
    .arg = arg,
    .arg_given = arg_given,
    .arg_count = arg_count,
    .params = params,
    .set_arg = set_arg,
    .failv = failv,
    .fault = fault,
    .forgive = forgive,
    .method = method_name,
    .protocol = protocol,
    .transport = transport,
    .user = user,
    .client_ip = client_ip,
    .pool = pool_of,
    .server = server_of,
    .context = context,
    .peer = peer,
    .cancelled = cancelled,
    .request = request,
    .connection = connection,
    .dir_config = dir_config,
    .invoke = invoke,
    .pass = pass,
    .method_count = method_count,
    .method_info = method_info,
    .defer = defer,
    .complete = complete,
    .complete_failv = complete_failv,
    .background = background,
    .fault_data = fault_data,
    .peers = &rpc_peer_api,
    .server_info = rpc_call_server_info,
    .retire_child = retire_child
};
