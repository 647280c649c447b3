/* SPDX-License-Identifier: Apache-2.0 */
/* Types of prototypes in the words of others: JSON Schema, XML-RPC and
 * JSON-RPC 1.1. For openrpc.c, procs.c and introspection.c. */
#include <string.h>

#include "describe/describe.h"

/* What each type is called elsewhere; by enum rpc_type_e. */
static const struct {
    const char *schema;
    const char *xmlrpc;
    const char *json11;
} type_names[] = {
    [RPC_NIL] = { "null", "nil", "nil" },
    [RPC_BOOL] = { "boolean", "boolean", "bit" },
    [RPC_INT] = { "integer", "int", "num" },
    [RPC_DOUBLE] = { "number", "double", "num" },
    [RPC_STRING] = { "string", "string", "str" },
    [RPC_BYTES] = { "string", "base64", "str" },
    [RPC_TIME] = { "string", "dateTime.iso8601", "str" },
    [RPC_ARRAY] = { "array", "array", "arr" },
    [RPC_STRUCT] = { "object", "struct", "obj" }
};

const char *rpc_describe_xmlrpc_type(const rpc_typespec_t *type)
{
    int i;

    /* A double is always right there; ints are taken, and given, too. */
    if (type->mask == RPC_NUMBER_MASK) {
        return type_names[RPC_DOUBLE].xmlrpc;
    }
    for (i = RPC_NIL; i <= RPC_STRUCT; i++) {
        if (type->mask == RPC_BIT(i)) {
            return type_names[i].xmlrpc;
        }
    }
    return "any";
}

const char *rpc_describe_json11_type(const rpc_typespec_t *type)
{
    const char *name = NULL;
    int i;

    for (i = RPC_NIL; i <= RPC_STRUCT; i++) {
        if ((type->mask & RPC_BIT(i)) == 0) {
            continue;
        }
        if (name != NULL && strcmp(name, type_names[i].json11) != 0) {
            return "any";
        }
        name = type_names[i].json11;
    }
    return name != NULL ? name : "any";
}

static void describe_fields(rpc_call_t *call, rpc_value_t *schema,
                            const rpc_typespec_t *type)
{
    rpc_value_t *properties = rpc_struct(call);
    rpc_value_t *required = rpc_array(call);
    int i;

    for (i = 0; i < type->field_count; i++) {
        const rpc_parameter_t *field = &type->fields[i];

        rpc_set(call, properties, field->name,
                rpc_describe_parameter(call, field));
        if (!field->optional) {
            rpc_append(call, required, rpc_string(call, field->name));
        }
    }
    rpc_set(call, schema, "properties", properties);
    if (rpc_count(required) > 0) {
        rpc_set(call, schema, "required", required);
    }
}

static rpc_value_t *describe_one(rpc_call_t *call, enum rpc_type_e bit,
                                 const rpc_typespec_t *type)
{
    rpc_value_t *schema = rpc_struct(call);

    rpc_set(call, schema, "type", rpc_string(call, type_names[bit].schema));
    if (bit == RPC_BYTES) {
        rpc_set(call, schema, "contentEncoding", rpc_string(call, "base64"));
    }
    else if (bit == RPC_TIME) {
        rpc_set(call, schema, "format", rpc_string(call, "date-time"));
    }
    else if (bit == RPC_ARRAY && type->element != NULL) {
        rpc_set(call, schema, "items",
                rpc_describe_schema(call, type->element));
    }
    else if (bit == RPC_STRUCT && type->fields != NULL) {
        describe_fields(call, schema, type);
    }
    return schema;
}

/* The alternatives of a union must exclude each other, or a value that fits
 * two of them fits no "oneOf": an int is a number, and bytes and times
 * travel as strings. */
static unsigned distinct_mask(unsigned mask)
{
    const unsigned text = RPC_BIT(RPC_STRING) | RPC_BIT(RPC_BYTES)
                          | RPC_BIT(RPC_TIME);

    if (mask & RPC_BIT(RPC_DOUBLE)) {
        mask &= ~RPC_BIT(RPC_INT);
    }
    if ((mask & text) != RPC_BIT(RPC_BYTES)
        && (mask & text) != RPC_BIT(RPC_TIME) && (mask & text) != 0) {
        mask = (mask & ~text) | RPC_BIT(RPC_STRING);
    }
    return mask;
}

rpc_value_t *rpc_describe_schema(rpc_call_t *call,
                                 const rpc_typespec_t *type)
{
    unsigned mask = distinct_mask(type->mask);
    rpc_value_t *schema, *choices;
    int i;

    if (type->mask == RPC_ANY_MASK) {
        return rpc_struct(call);
    }
    choices = rpc_array(call);
    for (i = RPC_NIL; i <= RPC_STRUCT; i++) {
        if (mask & RPC_BIT(i)) {
            rpc_append(call, choices,
                       describe_one(call, (enum rpc_type_e)i, type));
        }
    }
    if (rpc_count(choices) == 1) {
        return rpc_at(choices, 0);
    }
    schema = rpc_struct(call);
    rpc_set(call, schema, "oneOf", choices);
    return schema;
}

/* Lists are made anew: the fallback of a prototype is shared by all calls. */
static rpc_value_t *copy_fallback(rpc_call_t *call,
                                  const rpc_value_t *fallback)
{
    if (fallback->type == RPC_ARRAY) {
        return rpc_array(call);
    }
    if (fallback->type == RPC_STRUCT) {
        return rpc_struct(call);
    }
    return rpc_value_in_pool(*fallback, rpc_call_pool(call));
}

rpc_value_t *rpc_describe_parameter(rpc_call_t *call,
                                    const rpc_parameter_t *parameter)
{
    rpc_value_t *schema = rpc_describe_schema(call, parameter->type);

    if (parameter->rest) {
        return rpc_structv(call, "type", rpc_string(call, "array"), "items",
                           schema, NULL);
    }
    if (parameter->optional && parameter->fallback.type != RPC_NIL) {
        rpc_set(call, schema, "default",
                copy_fallback(call, &parameter->fallback));
    }
    return schema;
}
