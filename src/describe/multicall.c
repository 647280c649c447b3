/* SPDX-License-Identifier: Apache-2.0 */
/* system.multicall: several calls in one. For clients of XML-RPC, which has
 * no batches of its own, and whoever else likes it. */
#include <math.h>
#include <string.h>

#include "apr_atomic.h"
#include "apr_strings.h"

#include "core/timetext.h"
#include "core/utf8.h"
#include "describe/describe.h"

static rpc_value_t *fault_struct(rpc_call_t *call, const rpc_fault_t *fault)
{
    const char *text = rpc_fault_sentence(fault, rpc_call_pool(call));

    return rpc_structv(call, "faultCode", rpc_int(call, fault->code),
                       "faultString", rpc_describe_text(call, text), NULL);
}

/* The array of all results, and that of the one. */
#define LISTS_AROUND 2

/* What is right in other protocols, but not in XML-RPC. */
static const char no_nil[] =
    "nil, which XML-RPC has not (RpcXmlNil on allows it)";
static const char no_control[] =
    "a control character, which XML cannot carry (bytes can)";

static const char *check_text(const char *text, apr_size_t length, int xml)
{
    if (!rpc_utf8_is_valid(text, length)) {
        return "a string is not valid UTF-8";
    }
    return xml && !rpc_utf8_is_xml(text, length) ? no_control : NULL;
}

typedef struct carrier_t {
    int xml;                 /* the answer is XML-RPC */
    int nil;                 /* it may hold nil */
} carrier_t;

/*
 * Why a result cannot be carried, or NULL. The protocol finds out too, when
 * it writes; but then the answers of the other calls are lost.
 */
static const char *find_objection(const carrier_t *carrier,
                                  const rpc_value_t *value, int depth)
{
    const char *objection = NULL;
    char text[RPC_TIME_ROOM];
    apr_size_t i;

    if (value->type == RPC_NIL && !carrier->nil) {
        return no_nil;
    }
    if (value->type == RPC_DOUBLE && !isfinite(value->u.number)) {
        return "a double is not a finite number";
    }
    if (value->type == RPC_TIME
        && rpc_time_format(value->u.integer, text) == 0) {
        return "a time is not within the years 1 to 9999";
    }
    if (value->type == RPC_STRING) {
        return check_text(value->u.text, value->length, carrier->xml);
    }
    if (value->type != RPC_ARRAY && value->type != RPC_STRUCT) {
        return NULL;
    }
    if (depth > RPC_HIGHEST_MAX_DEPTH) {
        return "lists within lists are too deep, or contain themselves";
    }
    for (i = 0; i < rpc_value_count(value) && objection == NULL; i++) {
        const rpc_value_t *inner = rpc_value_at(value, i);
        const char *name = "";
        apr_size_t length = 0;

        if (value->type == RPC_STRUCT) {
            inner = rpc_value_member(value, i, &name, &length);
        }
        objection = check_text(name, length, carrier->xml);
        if (objection == NULL) {
            objection = find_objection(carrier, inner, depth + 1);
        }
    }
    return objection;
}

/* Where the method is at fault, the server's log says why and the client is
 * not told. */
static rpc_fault_t *refuse_result(rpc_call_t *call, rpc_call_t *inner,
                                  const char *objection)
{
    apr_pool_t *pool = rpc_call_pool(call);
    const char *name = rpc_utf8_quote(inner->method, inner->method_length,
                                      pool);

    if (objection == no_nil || objection == no_control) {
        return rpc_fault_make(pool, RPC_E_INTERNAL,
                              "the result of %s holds %s", name, objection);
    }
    return rpc_call_blame(
        inner, apr_pstrcat(pool, "returned what no protocol can carry: ",
                           objection, NULL));
}

static rpc_value_t *wrap_result(rpc_call_t *call, rpc_call_t *inner)
{
    const rpc_about_t *about = call->caller->about;
    const char *objection;
    carrier_t carrier;

    if (inner->fault != NULL) {
        return fault_struct(call, inner->fault);
    }
    carrier.xml = strcmp(rpc_call_protocol(call), "xmlrpc") == 0;
    carrier.nil = !carrier.xml || (about != NULL && about->xml_nil);
    objection = find_objection(&carrier, inner->result, LISTS_AROUND + 1);
    if (objection != NULL) {
        return fault_struct(call, refuse_result(call, inner, objection));
    }
    return rpc_arrayv(call, inner->result, NULL);
}

/* By its function: an alias of it is it. */
static int is_multicall(rpc_call_t *call, const rpc_value_t *name)
{
    const rpc_caller_t *caller = call->caller;
    const rpc_entry_t *entry =
        rpc_registry_find(caller->registry, name->u.text, name->length,
                          caller->features);

    return entry != NULL && entry->method->fn == rpc_describe_multicall;
}

/* What is wrong with an entry, or NULL. */
static rpc_fault_t *check_entry(rpc_call_t *call, const rpc_value_t *entry,
                                const rpc_value_t *name,
                                const rpc_value_t *params)
{
    apr_pool_t *pool = rpc_call_pool(call);

    if (rpc_type(entry) != RPC_STRUCT) {
        return rpc_fault_make(pool, RPC_E_REQUEST, "expected a struct "
                              "{methodName, params}, got %s",
                              rpc_type_name(rpc_type(entry)));
    }
    if (name == NULL) {
        return rpc_fault_make(pool, RPC_E_REQUEST,
                              "the struct has no member \"methodName\"");
    }
    if (rpc_type(name) != RPC_STRING) {
        return rpc_fault_make(pool, RPC_E_REQUEST,
                              "member \"methodName\": expected string, got "
                              "%s", rpc_type_name(rpc_type(name)));
    }
    if (params == NULL) {
        return rpc_fault_make(pool, RPC_E_REQUEST,
                              "the struct has no member \"params\"; without "
                              "arguments it is an empty array");
    }
    if (rpc_type(params) != RPC_ARRAY && rpc_type(params) != RPC_STRUCT) {
        return rpc_fault_make(pool, RPC_E_REQUEST,
                              "member \"params\": expected array or struct, "
                              "got %s", rpc_type_name(rpc_type(params)));
    }
    if (is_multicall(call, name)) {
        return rpc_fault_make(pool, RPC_E_REQUEST,
                              "system.multicall cannot call itself");
    }
    return NULL;
}

static rpc_value_t *run_entry(rpc_call_t *call, const rpc_value_t *entry)
{
    rpc_value_t *name = rpc_get(entry, "methodName");
    rpc_value_t *params = rpc_get(entry, "params");
    rpc_fault_t *fault = check_entry(call, entry, name, params);
    int by_name = rpc_type(params) == RPC_STRUCT;

    if (fault != NULL) {
        return fault_struct(call, fault);
    }
    return wrap_result(call,
                       rpc_call_nested(call, name->u.text, name->length,
                                       by_name ? NULL : params,
                                       by_name ? params : NULL));
}

rpc_value_t *rpc_describe_multicall(rpc_call_t *call)
{
    apr_int64_t limit = call->caller->limits->max_batch;
    const rpc_value_t *entries = rpc_arg(call, 0);
    size_t i, count = rpc_count(entries);
    /* All that the message has run, but for this call itself: a batch of
     * multicalls must not multiply the limit with itself. */
    apr_uint64_t others =
        apr_atomic_read32(&call->message->run_count) - 1;
    rpc_value_t *results;

    if (others + count > (apr_uint64_t)limit) {
        const rpc_fault_t *fault =
            rpc_fault_limit(rpc_call_pool(call), RPC_E_LIMIT, "RpcMaxBatch",
                            limit, "calls");

        return rpc_fail(call, fault->code, "%s", fault->text);
    }
    results = rpc_array(call);
    for (i = 0; i < count; i++) {
        rpc_append(call, results, run_entry(call, rpc_at(entries, i)));
    }
    return results;
}
