/* SPDX-License-Identifier: Apache-2.0 */
/* RpcKeepHot: a busy connection waits for its next request on the worker that
 * it has, instead of being handed back to the listener. For http.c. */
#ifndef RPC_TRANSPORT_KEEP_HOT_H
#define RPC_TRANSPORT_KEEP_HOT_H

#include "httpd.h"

/** Wait for the request after this one, once, on MPMs that park connections
 *  (event), over HTTP/1. Elsewhere it does nothing.
 *  @param bound Microseconds; 0: do not wait */
void rpc_keep_hot_arm(request_rec *r, apr_interval_time_t bound);

/** Register the connection filter that waits. */
void rpc_keep_hot_register(void);

#endif
