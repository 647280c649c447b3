/* SPDX-License-Identifier: Apache-2.0 */
/* The parser of prototypes, in parts: signature.c (the whole and its
 * parameters), typespec.c (types), literal.c (defaults). For these only. */
#ifndef RPC_CORE_PROTOTYPE_H
#define RPC_CORE_PROTOTYPE_H

#include "apr_tables.h"

#include "core/signature.h"

/** Bounds of a prototype: bytes, types within types, parameters or fields. */
#define RPC_PROTOTYPE_LENGTH     4096
#define RPC_PROTOTYPE_DEPTH      16
#define RPC_PROTOTYPE_PARAMETERS 64

/** Where the parser is. The first error stays. */
typedef struct rpc_scan_t {
    const char *text; /**< checked: UTF-8, ends with NUL */
    apr_size_t at;    /**< the next byte */
    int depth;        /**< types within types */
    apr_pool_t *pool;
    const char *error;
    apr_size_t error_at;
} rpc_scan_t;

/* All functions that return int return 1, or 0 after an error was noted
 * (rpc_scan_accept() notes none). */

/** Note an error at a byte of the text. @return 0, always */
int rpc_scan_fail(rpc_scan_t *scan, apr_size_t at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

void rpc_scan_blanks(rpc_scan_t *scan);

/** Skip blanks; take the token if it comes next. */
int rpc_scan_accept(rpc_scan_t *scan, const char *token);

/** What comes next, for messages: "the end", "'c'" or "U+00A0". */
const char *rpc_scan_next(const rpc_scan_t *scan);

/**
 * The length of the name that comes next, 0 if none does.
 * @param extra ASCII characters it may hold besides letters, digits and '_'
 */
apr_size_t rpc_scan_name(const rpc_scan_t *scan, const char *extra);

/** The length of the longest prefix of text that is a name. */
apr_size_t rpc_name_prefix(const char *text, const char *extra);

/** A type: "int", "array<int>", "struct{int id}", "int|string". */
int rpc_scan_type(rpc_scan_t *scan, const rpc_typespec_t **ret_type);

/** "type name", and that no earlier of the list has that name.
 *  @param what "parameter" or "field" */
int rpc_scan_declaration(rpc_scan_t *scan, const apr_array_header_t *earlier,
                         const char *what, rpc_parameter_t *ret_parameter);

/** "= literal", if there is one, into the parameter. */
int rpc_scan_default(rpc_scan_t *scan, rpc_parameter_t *parameter);

#endif
