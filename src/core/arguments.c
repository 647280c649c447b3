/* SPDX-License-Identifier: Apache-2.0 */
/* Binds the arguments of a call to the parameters of a prototype, by
 * position and by name, and checks results. For core/call. */
#include <string.h>

#include "apr_strings.h"

#include "core/convert.h"
#include "core/utf8.h"

/* How many parameters a message about an unknown name lists. */
#define LISTED_PARAMETERS 10

/* One binding under way. */
typedef struct bind_t {
    const rpc_signature_t *signature;
    const char *method;
    apr_pool_t *pool;
    rpc_value_t *args;
    unsigned char *given;
    rpc_convert_t convert;
} bind_t;

static rpc_fault_t *fail_parameter(bind_t *bind,
                                   const rpc_parameter_t *parameter)
{
    const char *path = rpc_convert_path(&bind->convert);
    const char *reason = rpc_convert_reason(&bind->convert);

    if (bind->convert.misfit == RPC_MISFIT_MISSING) {
        return rpc_fault_make(bind->pool, RPC_E_PARAMS,
                              "parameter \"%s%s\" of %s %s", parameter->name,
                              path, bind->method, reason);
    }
    return rpc_fault_make(bind->pool, RPC_E_PARAMS,
                          "parameter \"%s%s\" of %s: %s", parameter->name, path,
                          bind->method, reason);
}

/* "add takes 1 to 3 arguments, got 0" */
static rpc_fault_t *fail_count(bind_t *bind, apr_size_t got)
{
    const rpc_signature_t *signature = bind->signature;
    int least = signature->required;
    int most = signature->count;
    const char *takes;

    if (signature->has_rest) {
        takes = apr_psprintf(bind->pool, "at least %d argument%s", least,
                             least == 1 ? "" : "s");
    }
    else if (most == 0) {
        takes = "no arguments";
    }
    else if (least < most) {
        takes = apr_psprintf(bind->pool, "%d to %d arguments", least, most);
    }
    else {
        takes = apr_psprintf(bind->pool, "%d argument%s", most,
                             most == 1 ? "" : "s");
    }
    return rpc_fault_make(bind->pool, RPC_E_PARAMS,
                          "%s takes %s, got %" APR_SIZE_T_FMT, bind->method,
                          takes, got);
}

static rpc_fault_t *fail_unknown(bind_t *bind, const char *name,
                                 apr_size_t length)
{
    const rpc_signature_t *signature = bind->signature;
    const char *list = signature->count == 0 ? " none" : "";
    int i;

    for (i = 0; i < signature->count && i < LISTED_PARAMETERS; i++) {
        list = apr_pstrcat(bind->pool, list, i > 0 ? ", \"" : " \"",
                           signature->parameters[i].name, "\"", NULL);
    }
    return rpc_fault_make(
        bind->pool, RPC_E_PARAMS, "%s has no parameter \"%s\"; it has%s%s",
        bind->method, rpc_utf8_quote(name, length, bind->pool), list,
        i < signature->count ? " ..." : "");
}

/* One argument for one parameter. Null for an optional one is not given. */
static rpc_fault_t *bind_one(bind_t *bind, int i, const rpc_value_t *value)
{
    const rpc_parameter_t *parameter = &bind->signature->parameters[i];

    if (rpc_convert_is_absent(&bind->convert, parameter, value)) {
        return NULL;
    }
    bind->convert.step_count = 0;
    if (!rpc_convert_value(&bind->convert, parameter->type, value,
                           &bind->args[i])) {
        return fail_parameter(bind, parameter);
    }
    bind->given[i] = 1;
    return NULL;
}

/* The rest, as one array; its elements have the parameter's type. */
static rpc_fault_t *bind_rest(bind_t *bind, const rpc_value_t *array)
{
    int i = bind->signature->count - 1;
    const rpc_parameter_t *parameter = &bind->signature->parameters[i];
    rpc_typespec_t type = {0};

    if (rpc_convert_is_absent(&bind->convert, parameter, array)) {
        return NULL;
    }
    type.mask = RPC_BIT(RPC_ARRAY);
    type.element = parameter->type;
    type.text = "array";
    if (array->type != RPC_ARRAY) {
        type.text =
            apr_psprintf(bind->pool, "array<%s>", parameter->type->text);
    }
    bind->convert.step_count = 0;
    if (!rpc_convert_value(&bind->convert, &type, array, &bind->args[i])) {
        return fail_parameter(bind, parameter);
    }
    bind->given[i] = 1;
    return NULL;
}

/* JSON-RPC 1.1 mixes positions and names: a nil may stand for a place that
 * a name fills. */
static int gives_way(const bind_t *bind, apr_size_t i,
                     const rpc_value_t *value, const rpc_value_t *named)
{
    const rpc_parameter_t *parameter = &bind->signature->parameters[i];

    return value->type == RPC_NIL
           && rpc_value_get(named, parameter->name, parameter->name_length)
                  != NULL;
}

static rpc_fault_t *bind_positional(bind_t *bind,
                                    const rpc_value_t *positional,
                                    const rpc_value_t *named)
{
    const rpc_signature_t *signature = bind->signature;
    apr_size_t count = rpc_value_count(positional);
    apr_size_t fixed = (apr_size_t)(signature->count - signature->has_rest);
    rpc_value_t rest;
    apr_size_t i;

    for (i = 0; i < count && i < fixed; i++) {
        const rpc_value_t *value = rpc_value_at(positional, i);
        rpc_fault_t *fault = NULL;

        if (!gives_way(bind, i, value, named)) {
            fault = bind_one(bind, (int)i, value);
        }
        if (fault != NULL) {
            return fault;
        }
    }
    if (count <= fixed) {
        return NULL;
    }
    rest = rpc_value_list(RPC_ARRAY, bind->pool);
    rpc_value_reserve(&rest, count - fixed, bind->pool);
    for (i = fixed; i < count; i++) {
        rpc_value_append(&rest, *rpc_value_at(positional, i), bind->pool);
    }
    return bind_rest(bind, &rest);
}

static int find_parameter(const rpc_signature_t *signature, const char *name,
                          apr_size_t length)
{
    int i;

    for (i = 0; i < signature->count; i++) {
        if (signature->parameters[i].name_length == length &&
            memcmp(signature->parameters[i].name, name, length) == 0) {
            return i;
        }
    }
    return -1;
}

static rpc_fault_t *bind_named(bind_t *bind, const rpc_value_t *named)
{
    apr_size_t count = rpc_value_count(named);
    apr_size_t i;

    for (i = 0; i < count; i++) {
        rpc_fault_t *fault;
        const char *name;
        apr_size_t length;
        const rpc_value_t *value = rpc_value_member(named, i, &name, &length);
        int which = find_parameter(bind->signature, name, length);

        if (which < 0) {
            return fail_unknown(bind, name, length);
        }
        if (bind->given[which]) {
            return rpc_fault_make(bind->pool, RPC_E_PARAMS,
                                  "parameter \"%s\" of %s is given twice",
                                  bind->signature->parameters[which].name,
                                  bind->method);
        }
        fault = bind->signature->parameters[which].rest
                    ? bind_rest(bind, value)
                    : bind_one(bind, which, value);
        if (fault != NULL) {
            return fault;
        }
    }
    return NULL;
}

/* What was not given: its default, or it is missing. */
static rpc_fault_t *complete(bind_t *bind)
{
    int i;

    for (i = 0; i < bind->signature->count; i++) {
        const rpc_parameter_t *parameter = &bind->signature->parameters[i];

        if (bind->given[i]) {
            continue;
        }
        if (!parameter->optional) {
            return rpc_fault_make(bind->pool, RPC_E_PARAMS,
                                  "parameter \"%s\" of %s is missing",
                                  parameter->name, bind->method);
        }
        bind->convert.step_count = 0;
        bind->args[i] = rpc_convert_fallback(&bind->convert, parameter);
    }
    return NULL;
}

static rpc_fault_t *bind_all(bind_t *bind, const rpc_value_t *positional,
                             const rpc_value_t *named)
{
    const rpc_signature_t *signature = bind->signature;
    apr_size_t count = rpc_value_count(positional);
    int by_name =
        rpc_value_count(named) > 0 || (named != NULL && positional == NULL);
    rpc_fault_t *fault = NULL;

    if ((count > (apr_size_t)signature->count && !signature->has_rest) ||
        (count < (apr_size_t)signature->required && !by_name)) {
        return fail_count(bind, count);
    }
    if (count > 0) {
        fault = bind_positional(bind, positional, named);
    }
    if (fault == NULL && by_name) {
        fault = bind_named(bind, named);
    }
    return fault != NULL ? fault : complete(bind);
}

rpc_fault_t *
rpc_arguments_bind(const rpc_signature_t *signature, const char *method,
                   const rpc_value_t *positional, const rpc_value_t *named,
                   enum rpc_coerce_e coerce, apr_pool_t *pool,
                   rpc_value_t **ret_args, unsigned char **ret_given)
{
    apr_size_t room = (apr_size_t)(signature->count + 1);
    rpc_fault_t *fault;
    bind_t bind;

    bind.signature = signature;
    bind.method = method;
    bind.pool = pool;
    bind.args = apr_pcalloc(pool, room * sizeof(*bind.args));
    bind.given = apr_pcalloc(pool, room);
    bind.convert.coerce = coerce;
    bind.convert.complete = 1;
    bind.convert.pool = pool;
    bind.convert.step_count = 0;
    fault = bind_all(&bind, positional, named);
    if (fault == NULL) {
        *ret_args = bind.args;
        *ret_given = bind.given;
    }
    return fault;
}

/* "promises array<int>, element [2] is string" */
static const char *complain(const rpc_convert_t *convert, const char *type)
{
    const char *path = rpc_convert_path(convert);
    const char *got = rpc_type_name((enum rpc_type_e)convert->got.type);

    if (convert->misfit == RPC_MISFIT_MISSING) {
        got = "missing";
    }
    if (convert->misfit == RPC_MISFIT_INEXACT) {
        got = "an int that no double holds exactly";
    }
    if (path[0] == '\0') {
        return apr_psprintf(convert->pool, "promises %s, returned %s", type,
                            got);
    }
    if (path[0] == '[') {
        return apr_psprintf(convert->pool, "promises %s, element %s is %s",
                            type, path, got);
    }
    return apr_psprintf(convert->pool, "promises %s, member \"%s\" is %s", type,
                        path + 1, got);
}

const char *rpc_arguments_check_result(const rpc_signature_t *signature,
                                       rpc_value_t *result, apr_pool_t *pool)
{
    rpc_value_t converted;
    rpc_convert_t convert;

    if (signature->result->mask == RPC_ANY_MASK) {
        return NULL;
    }
    convert.coerce = RPC_COERCE_NONE;
    convert.complete = 0;
    convert.pool = pool;
    convert.step_count = 0;
    if (!rpc_convert_value(&convert, signature->result, result, &converted)) {
        return complain(&convert, signature->result->text);
    }
    *result = converted;
    return NULL;
}
