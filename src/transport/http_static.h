/* SPDX-License-Identifier: Apache-2.0 */
/* Files that are built into the module and served by every endpoint, such as
 * rpc.js. For transport/http.c and the documentation page. */
#ifndef RPC_TRANSPORT_HTTP_STATIC_H
#define RPC_TRANSPORT_HTTP_STATIC_H

#include "httpd.h"

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

/** The file that a query string names, whole ("rpc.js"), or NULL. */
const rpc_static_t *rpc_http_static_find(const char *query);

/** Send it, or 304 to a client that has it. @return what a handler does */
int rpc_http_static_send(request_rec *r, const rpc_static_t *file);

/** Whether the client has what carries this ETag, also as mod_deflate has
 *  changed it (RFC 9110, section 13.1.2): answer 304 then.
 *  @param etag With its quotes */
int rpc_http_is_fresh(request_rec *r, const char *etag);

#endif
