/* SPDX-License-Identifier: Apache-2.0 */
/* Sends the files that are built in, with what lets a client keep them. For
 * transport/http.c and the documentation page. */
#ifndef RPC_TRANSPORT_HTTP_STATIC_H
#define RPC_TRANSPORT_HTTP_STATIC_H

#include "httpd.h"

#include "transport/builtin.h"

/** Send it, or 304 to a client that has it. @return what a handler does */
int rpc_http_static_send(request_rec *r, const rpc_static_t *file);

/** Whether the client has what carries this ETag, also as mod_deflate has
 *  changed it (RFC 9110, section 13.1.2): answer 304 then.
 *  @param etag With its quotes */
int rpc_http_is_fresh(request_rec *r, const char *etag);

#endif
