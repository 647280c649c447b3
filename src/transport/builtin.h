/* SPDX-License-Identifier: Apache-2.0 */
/* Files that are built in and served at every endpoint, such as rpc.js. For
 * transports and for what src/transport/embed writes. */
#ifndef RPC_TRANSPORT_BUILTIN_H
#define RPC_TRANSPORT_BUILTIN_H

#include "apr.h"

typedef struct rpc_static_t {
    const char *name;         /**< "rpc.js", asked for by GET /rpc?rpc.js */
    const char *content_type;
    const char *etag;         /**< with its quotes; by content */
    const char *data;
    apr_size_t length;
} rpc_static_t;

/** Ended by a NULL name. src/transport/embed makes it, from the files that
 *  Makefile.am lists. */
extern const rpc_static_t rpc_static_files[];

/** The file that a query string names, whole ("rpc.js"), or NULL.
 *  @param query May be NULL */
const rpc_static_t *rpc_static_find(const char *query);

#endif
