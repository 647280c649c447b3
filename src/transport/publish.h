/* SPDX-License-Identifier: Apache-2.0 */
/* What is published goes to the other children of this server, too: one
 * mailbox for each that there may be. For child.c and mod_rpc.c. */
#ifndef RPC_TRANSPORT_PUBLISH_H
#define RPC_TRANSPORT_PUBLISH_H

#include "apr_poll.h"
#include "httpd.h"

#include "core/host.h"

/** Of all children of a generation; made by their parent. */
typedef struct rpc_mailboxes_t rpc_mailboxes_t;

/** How one child uses them. */
typedef struct rpc_mailbox_t rpc_mailbox_t;

/** In post_config; what it makes is closed with the pool.
 *  @return NULL: it cannot, which is logged */
rpc_mailboxes_t *rpc_publish_create(server_rec *server, apr_pool_t *pconf);

/** In child_init: take a mailbox, and have the pollset report it with that
 *  client_data. @return NULL if boxes is */
rpc_mailbox_t *rpc_publish_claim(rpc_mailboxes_t *boxes,
                                 apr_pollset_t *pollset, void *client_data,
                                 server_rec *server, apr_pool_t *pool);

/** In the parent: that child is gone, its mailbox is free. */
void rpc_publish_free(rpc_mailboxes_t *boxes, pid_t pid);

/** Put a text into the mailboxes of the others; never blocks. What does not
 *  fit is dropped, counted and logged. Any thread. NULL mailbox: nothing. */
void rpc_publish_send(rpc_mailbox_t *mailbox, const char *key,
                      const char *params, apr_size_t length);

/** There is something in ours: deliver it. By the child's thread. */
void rpc_publish_receive(rpc_mailbox_t *mailbox, rpc_host_t *host);

#endif
