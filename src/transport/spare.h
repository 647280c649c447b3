/* SPDX-License-Identifier: Apache-2.0 */
/* What each thread keeps between two messages: one allocator with a little
 * memory in it. For http.c. */
#ifndef RPC_TRANSPORT_SPARE_H
#define RPC_TRANSPORT_SPARE_H

#include "httpd.h"

/** Per-process set-up, in child_init: large blocks that are freed go back to
 *  the system at once. */
void rpc_spare_child_init(void);

/** The pool of the thread that runs this connection, or NULL. */
apr_pool_t *rpc_spare_pool(conn_rec *c);

/** Take the allocator of the thread that runs this connection, or NULL. */
apr_allocator_t *rpc_spare_take(conn_rec *c);

/** Give an allocator to that thread, which destroys it when it ends. On that
 *  thread only. */
void rpc_spare_give(conn_rec *c, apr_allocator_t *allocator);

#endif
