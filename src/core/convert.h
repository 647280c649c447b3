/* SPDX-License-Identifier: Apache-2.0 */
/* Checks a value against the type of a prototype, and brings it to it where
 * that loses nothing. For arguments.c. */
#ifndef RPC_CORE_CONVERT_H
#define RPC_CORE_CONVERT_H

#include "core/arguments.h"
#include "core/prototype.h"

/** Why a value does not fit. */
enum rpc_misfit_e {
    RPC_MISFIT_TYPE,
    RPC_MISFIT_MISSING, /**< a field of struct{...} is not there */
    RPC_MISFIT_INEXACT, /**< an int that no double holds */
    RPC_MISFIT_RANGE,   /**< digits beyond int64 or double */
    RPC_MISFIT_TEXT     /**< a string that stands for no such value */
};

/** One conversion. Values are never changed in place: what must change is
 *  copied, so that what the caller sent stays as it was sent. */
typedef struct rpc_convert_t {
    enum rpc_coerce_e coerce;
    int complete; /**< fill in the defaults of fields */
    apr_pool_t *pool;

    /* Where it is: the field of that name, or the element of that index
     * where the name is NULL. */
    struct {
        const char *name;
        apr_size_t index;
    } steps[RPC_PROTOTYPE_DEPTH + 1];
    int step_count;

    /* Set by a failure; steps then lead to it. */
    enum rpc_misfit_e misfit;
    const rpc_typespec_t *wanted;
    rpc_value_t got;
} rpc_convert_t;

/** @param ret_value The value, or what it became; may be the value itself
 *  @return 1, or 0 after a failure was noted */
int rpc_convert_value(rpc_convert_t *convert, const rpc_typespec_t *type,
                      const rpc_value_t *value, rpc_value_t *ret_value);

/** Note a failure. @return 0, always */
int rpc_convert_fail(rpc_convert_t *convert, enum rpc_misfit_e misfit,
                     const rpc_typespec_t *type, const rpc_value_t *value);

/** A string of JSON or pyrpc where the type allows none.
 *  @return as rpc_convert_value() */
int rpc_coerce_text(rpc_convert_t *convert, const rpc_typespec_t *type,
                    const rpc_value_t *value, rpc_value_t *ret_value);

/** A string of a query where the type allows none. */
int rpc_coerce_query(rpc_convert_t *convert, const rpc_typespec_t *type,
                     const rpc_value_t *value, rpc_value_t *ret_value);

/** Null for an optional parameter or field: as if it were not sent. */
int rpc_convert_is_absent(const rpc_convert_t *convert,
                          const rpc_parameter_t *parameter,
                          const rpc_value_t *value);

/** The default of an optional parameter, lists made anew. */
rpc_value_t rpc_convert_fallback(rpc_convert_t *convert,
                                 const rpc_parameter_t *parameter);

/** Where it failed, within the value: "", "[3].id", ".id". */
const char *rpc_convert_path(const rpc_convert_t *convert);

/** Why it failed: "expected int, got string". */
const char *rpc_convert_reason(const rpc_convert_t *convert);

#endif
