/* SPDX-License-Identifier: Apache-2.0 */
/* Checks a value against the type of a prototype, and brings it to it where
 * that loses nothing. For arguments.c. */
#include <string.h>

#include "apr_strings.h"

#include "core/convert.h"
#include "core/number.h"
#include "core/utf8.h"

int rpc_convert_fail(rpc_convert_t *convert, enum rpc_misfit_e misfit,
                     const rpc_typespec_t *type, const rpc_value_t *value)
{
    convert->misfit = misfit;
    convert->wanted = type;
    convert->got = *value;
    return 0;
}

/* A conversion makes another type or another list; scalars that fit stay. */
static int is_same(const rpc_value_t *a, const rpc_value_t *b)
{
    return a->type == b->type &&
           (a->type < RPC_ARRAY || a->u.list == b->u.list);
}

/* The elements of array<...>. The copy begins with the first that changed. */
static int convert_elements(rpc_convert_t *convert,
                            const rpc_typespec_t *element,
                            const rpc_value_t *array, rpc_value_t *ret_array)
{
    apr_size_t count = rpc_value_count(array);
    rpc_value_t copy = *array;
    int step = convert->step_count++;
    apr_size_t i;
    apr_size_t j;

    convert->steps[step].name = NULL;
    for (i = 0; i < count; i++) {
        const rpc_value_t *value = rpc_value_at(array, i);
        rpc_value_t converted;

        convert->steps[step].index = i;
        if (!rpc_convert_value(convert, element, value, &converted)) {
            return 0;
        }
        if (copy.u.list == array->u.list && !is_same(value, &converted)) {
            copy = rpc_value_list(RPC_ARRAY, convert->pool);
            rpc_value_reserve(&copy, count, convert->pool);
            for (j = 0; j < i; j++) {
                rpc_value_append(&copy, *rpc_value_at(array, j), convert->pool);
            }
        }
        if (copy.u.list != array->u.list) {
            rpc_value_append(&copy, converted, convert->pool);
        }
    }
    convert->step_count--;
    *ret_array = copy;
    return 1;
}

static rpc_value_t copy_struct(rpc_convert_t *convert, const rpc_value_t *strct)
{
    rpc_value_t copy = rpc_value_list(RPC_STRUCT, convert->pool);
    apr_size_t count = rpc_value_count(strct);
    apr_size_t i;

    rpc_value_reserve(&copy, count, convert->pool);
    for (i = 0; i < count; i++) {
        const char *name;
        apr_size_t length;
        const rpc_value_t *value = rpc_value_member(strct, i, &name, &length);

        rpc_value_add(&copy, name, length, *value, convert->pool);
    }
    return copy;
}

/* One field. @return 1, and whether the struct needs the value set */
static int convert_field(rpc_convert_t *convert, const rpc_parameter_t *field,
                         const rpc_value_t *strct, rpc_value_t *ret_value,
                         int *ret_changed)
{
    const rpc_value_t *value =
        rpc_value_get(strct, field->name, field->name_length);
    const rpc_value_t nil = rpc_value_nil();

    if (value == NULL && !field->optional) {
        return rpc_convert_fail(convert, RPC_MISFIT_MISSING, field->type, &nil);
    }
    if (value == NULL || rpc_convert_is_absent(convert, field, value)) {
        *ret_changed = convert->complete;
        if (convert->complete) {
            *ret_value = rpc_convert_fallback(convert, field);
        }
        return 1;
    }
    if (!rpc_convert_value(convert, field->type, value, ret_value)) {
        return 0;
    }
    *ret_changed = !is_same(value, ret_value);
    return 1;
}

/* The fields of struct{...}; other members are kept as they are. */
static int convert_fields(rpc_convert_t *convert, const rpc_typespec_t *type,
                          const rpc_value_t *strct, rpc_value_t *ret_struct)
{
    rpc_value_t copy = *strct;
    int step = convert->step_count++;
    int i;

    for (i = 0; i < type->field_count; i++) {
        const rpc_parameter_t *field = &type->fields[i];
        rpc_value_t converted;
        int changed = 0;

        convert->steps[step].name = field->name;
        if (!convert_field(convert, field, strct, &converted, &changed)) {
            return 0;
        }
        if (changed) {
            if (copy.u.list == strct->u.list) {
                copy = copy_struct(convert, strct);
            }
            rpc_value_set(&copy, field->name, field->name_length, converted,
                          convert->pool);
        }
    }
    convert->step_count--;
    *ret_struct = copy;
    return 1;
}

int rpc_convert_value(rpc_convert_t *convert, const rpc_typespec_t *type,
                      const rpc_value_t *value, rpc_value_t *ret_value)
{
    /* What fits as it is wins over what could be made of it. */
    if (type->mask & RPC_BIT(value->type)) {
        if (value->type == RPC_ARRAY && type->element != NULL &&
            type->element->mask != RPC_ANY_MASK) {
            return convert_elements(convert, type->element, value, ret_value);
        }
        if (value->type == RPC_STRUCT && type->fields != NULL) {
            return convert_fields(convert, type, value, ret_value);
        }
        *ret_value = *value;
        return 1;
    }
    if (value->type == RPC_INT && (type->mask & RPC_BIT(RPC_DOUBLE))) {
        if (!rpc_number_int_is_exact(value->u.integer)) {
            return rpc_convert_fail(convert, RPC_MISFIT_INEXACT, type, value);
        }
        *ret_value = rpc_value_double((double)value->u.integer);
        return 1;
    }
    if (value->type == RPC_STRING && convert->coerce == RPC_COERCE_TEXT) {
        return rpc_coerce_text(convert, type, value, ret_value);
    }
    if (value->type == RPC_STRING && convert->coerce == RPC_COERCE_QUERY) {
        return rpc_coerce_query(convert, type, value, ret_value);
    }
    return rpc_convert_fail(convert, RPC_MISFIT_TYPE, type, value);
}

rpc_value_t rpc_convert_fallback(rpc_convert_t *convert,
                                 const rpc_parameter_t *parameter)
{
    rpc_value_t value = parameter->fallback;
    rpc_value_t completed;

    if (value.type < RPC_ARRAY) {
        return value;
    }
    value = rpc_value_list((enum rpc_type_e)value.type, convert->pool);
    if (value.type == RPC_STRUCT && parameter->type->fields != NULL &&
        convert_fields(convert, parameter->type, &value, &completed)) {
        return completed;
    }
    return value;
}

const char *rpc_convert_path(const rpc_convert_t *convert)
{
    const char *path = "";
    int i;

    for (i = 0; i < convert->step_count; i++) {
        path = convert->steps[i].name != NULL
                   ? apr_pstrcat(convert->pool, path, ".",
                                 convert->steps[i].name, NULL)
                   : apr_psprintf(convert->pool, "%s[%" APR_SIZE_T_FMT "]",
                                  path, convert->steps[i].index);
    }
    return path;
}

/* A string that stands for nothing of the type. */
static const char *text_reason(const rpc_convert_t *convert)
{
    unsigned mask = convert->wanted->mask;
    const char *text = convert->wanted->text;

    if (mask == RPC_BIT(RPC_TIME)) {
        return "expected time, such as \"2026-11-22T08:30:00Z\", got a "
               "string that is none";
    }
    if (mask == RPC_BIT(RPC_BYTES)) {
        return "expected bytes (base64), got a string that is no base64";
    }
    if (convert->coerce == RPC_COERCE_QUERY) {
        return apr_psprintf(convert->pool, "expected %s, got \"%s\"", text,
                            rpc_utf8_quote(convert->got.u.text,
                                           convert->got.length,
                                           convert->pool));
    }
    return apr_psprintf(convert->pool, "expected %s, got a string that is none",
                        text);
}

const char *rpc_convert_reason(const rpc_convert_t *convert)
{
    const char *text = convert->wanted->text;

    switch (convert->misfit) {
    case RPC_MISFIT_MISSING:
        return "is missing";
    case RPC_MISFIT_INEXACT:
        return apr_psprintf(convert->pool,
                            "expected %s, got an int that no "
                            "double holds exactly",
                            text);
    case RPC_MISFIT_RANGE:
        return apr_psprintf(convert->pool,
                            "expected %s, got digits that are "
                            "beyond its range",
                            text);
    case RPC_MISFIT_TEXT:
        return text_reason(convert);
    case RPC_MISFIT_TYPE:
        break;
    }
    return apr_psprintf(convert->pool, "expected %s, got %s", text,
                        rpc_type_name((enum rpc_type_e)convert->got.type));
}
