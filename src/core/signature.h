/* SPDX-License-Identifier: Apache-2.0 */
/* Prototypes: "int add(int x, int y = 0)" parsed into types and parameters.
 * For the registry, the argument checker and the descriptions. */
#ifndef RPC_CORE_SIGNATURE_H
#define RPC_CORE_SIGNATURE_H

#include "core/value.h"

/** A bit for each enum rpc_type_e; `any` has all, `number` has int and
 *  double. */
#define RPC_BIT(type) (1u << (type))
#define RPC_ANY_MASK 0x1ffu
#define RPC_NUMBER_MASK (RPC_BIT(RPC_INT) | RPC_BIT(RPC_DOUBLE))

typedef struct rpc_typespec_t rpc_typespec_t;
typedef struct rpc_parameter_t rpc_parameter_t;

/** A type as a prototype writes it. */
struct rpc_typespec_t {
    unsigned mask;                 /**< the types it allows */
    const char *text;              /**< as written, blanks normalized:
                                        "array<int>", "int|string" */
    const rpc_typespec_t *element; /**< of array<...>, or NULL */
    const rpc_parameter_t *fields; /**< of struct{...}, or NULL */
    int field_count;
};

/** A parameter, or a field of struct{...}. */
struct rpc_parameter_t {
    const char *name;
    apr_size_t name_length;
    const rpc_typespec_t *type;
    int optional;               /**< has a default; null means not given */
    int rest;                   /**< "int values...": all that is left */
    int secret;
    /** The default: a scalar, an empty string, array or struct, or nil.
     *  Lists are made anew for each call. */
    rpc_value_t fallback;
    const char *fallback_text;  /**< as written, or NULL */
};

typedef struct rpc_signature_t {
    const char *text;           /**< the prototype as written */
    const char *name;
    const rpc_typespec_t *result;
    const rpc_parameter_t *parameters;
    int count;                  /**< parameters, the rest included */
    int required;               /**< of them, at the front */
    int has_rest;
    int has_secret;
} rpc_signature_t;

/**
 * Parse a prototype (design: types any nil bool int double number string
 * bytes time array struct, array<T>, struct{T name, ...}, unions T|T;
 * defaults; `T name...`; `secret`).
 * @param ret_column Column of the error, from 1; written only on failure
 * @return NULL, or what is wrong and what would be right
 */
const char *rpc_signature_parse(const char *text, apr_pool_t *pool,
                                const rpc_signature_t **ret_signature,
                                int *ret_column);

/** Whether handlers may declare the name: [A-Za-z0-9_.:/] and UTF-8, not
 *  `rpc.` or `system.`, no segment that begins with `_`.
 *  @return NULL, or what is wrong with it */
const char *rpc_signature_check_name(const char *name, apr_pool_t *pool);

#endif
