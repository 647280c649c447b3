/* SPDX-License-Identifier: Apache-2.0 */
/* The methods that every endpoint has: system.* and rpc.discover. For the
 * glue, which mounts them outermost, and for the files of describe/. */
#ifndef RPC_DESCRIBE_DESCRIBE_H
#define RPC_DESCRIBE_DESCRIBE_H

#include "core/call.h"

/**
 * A sealed mount of the built-in tables: introspection (system.listMethods
 * ... rpc.discover, RPC_FEATURE_INTROSPECTION) and system.multicall
 * (RPC_FEATURE_MULTICALL). One serves all endpoints; it has no context.
 * @param ret_error What is wrong; written only on failure
 * @return NULL on failure
 */
const rpc_mount_t *rpc_describe_mount(apr_pool_t *pool,
                                      const char **ret_error);

/* ------------------------------------------------------------------------
 * Methods that have a file of their own.
 */

/** system.multicall(array calls) */
rpc_value_t *rpc_describe_multicall(rpc_call_t *call);

/** rpc.discover(): the endpoint as an OpenRPC 1.2.6 document. */
rpc_value_t *rpc_describe_openrpc(rpc_call_t *call);

/** system.describe(): the endpoint as JSON-RPC 1.1, section 8 has it. */
rpc_value_t *rpc_describe_procs(rpc_call_t *call);

/* ------------------------------------------------------------------------
 * What the descriptions share.
 */

/** The methods that the caller may see: no hidden ones, nothing of a feature
 *  that the endpoint has switched off. Sorted by name.
 *  @return an array of const rpc_entry_t * */
apr_array_header_t *rpc_describe_entries(rpc_call_t *call);

/** A handler's text as a string that every protocol can carry: what is no
 *  UTF-8 and no printable character becomes '?'.
 *  @param text NULL is "" */
rpc_value_t *rpc_describe_text(rpc_call_t *call, const char *text);

/** The first sentence of a help text, or all of it, as such a string. */
rpc_value_t *rpc_describe_summary(rpc_call_t *call, const char *help);

/** A type in the words of XML-RPC: "int", "boolean", "double", "string",
 *  "dateTime.iso8601", "base64", "array", "struct", "nil"; "double" for a
 *  number, "any" for any other type that is several of them. */
const char *rpc_describe_xmlrpc_type(const rpc_typespec_t *type);

/** A type in the words of JSON-RPC 1.1, section 8.3: "bit", "num", "str",
 *  "arr", "obj", "nil", "any". */
const char *rpc_describe_json11_type(const rpc_typespec_t *type);

/** A type as a JSON Schema (draft 7). */
rpc_value_t *rpc_describe_schema(rpc_call_t *call,
                                 const rpc_typespec_t *type);

/** The schema of a parameter, or of a field of struct{...}: with its default
 *  unless that is nil; of the rest ("int values...") an array. */
rpc_value_t *rpc_describe_parameter(rpc_call_t *call,
                                    const rpc_parameter_t *parameter);

#endif
