/* SPDX-License-Identifier: Apache-2.0 */
/* One peer: what it was asked, what it was sent, its callbacks, topics and
 * data. For transports (server and client), which carry its bytes. */
#ifndef RPC_PEER_PEER_H
#define RPC_PEER_PEER_H

#include "core/host.h"
#include "core/message.h"
#include "protocol/protocol.h"
#include "protocol/wire.h"

/** What the transport does for its peers. `carrier` is the transport's own,
 *  as given to create; it lives until `release`. A function that was entered
 *  before rpc_peer_lost() may still be running after it. */
typedef struct rpc_peer_ops_t {
    /** Queue whole framed messages. Any thread; never blocks; copies.
     *  @return APR_SUCCESS, APR_EOF (gone), APR_ENOSPC (queue full: the
     *          transport closes the peer and logs it) */
    apr_status_t (*send)(rpc_peer_t *peer, void *carrier, const char *bytes,
                         apr_size_t length);
    /** End the connection after what is queued was sent. Any thread, more
     *  than once. */
    void (*close)(rpc_peer_t *peer, void *carrier, int code,
                  const char *reason);
    /** Whether the calling thread is the one that processes this
     *  connection's input. */
    int (*is_owner)(rpc_peer_t *peer, void *carrier);
    /** A line for the log; level: 0 error (a handler misbehaved), 1 info (the
     *  other end did), 2 debug (nobody did). Text is not yet escaped. */
    void (*log)(rpc_peer_t *peer, void *carrier, int level, const char *text);
    /** One message of the other end has been answered (or needed no answer):
     *  for the access log and metrics. Any thread. Optional (NULL). */
    void (*answered)(rpc_peer_t *peer, void *carrier,
                     const rpc_message_t *message);
    /** The memory of messages: an allocator to use (or NULL: a new one), and
     *  giving it back; each on any thread; as spare.h. Optional. */
    apr_allocator_t *(*take)(rpc_peer_t *peer, void *carrier);
    void (*give)(rpc_peer_t *peer, void *carrier, apr_allocator_t *allocator);
    /** The last reference is gone: the carrier may be freed. */
    void (*release)(rpc_peer_t *peer, void *carrier);
} rpc_peer_ops_t;

typedef struct rpc_peer_setup_t {
    const rpc_peer_ops_t *ops;
    void *carrier;
    rpc_host_t *host;
    rpc_wire_t *wire;                 /**< the peer's from now on */
    const rpc_protocol_t *protocol;   /**< jsonrpc, or pyrpc */
    const rpc_options_t *options;     /**< copied; NULL: none */
    const rpc_caller_t *caller;       /**< deep-copied: transport, user,
                                           client_ip, server, registry, limits,
                                           about, features */
    int server_index;                 /**< of caller->server: the realm of
                                           topics */
    int max_pending;                  /**< RpcPeerMaxPending: calls of the
                                           other end not yet answered; beyond:
                                           RPC_E_BUSY */
} rpc_peer_setup_t;

/** How many calls to one peer may be unanswered. */
#define RPC_PEER_MAX_CALLS 65536
/** How many callbacks of one peer may be open, or made and not sent. */
#define RPC_PEER_MAX_CALLBACKS 1024

/** malloc'ed, one reference; small: an idle peer costs its wire and under
 *  1 KiB here. */
rpc_peer_t *rpc_peer_create(const rpc_peer_setup_t *setup);

/** The tables' peer_open. Before the first bytes. On the owner's thread. */
void rpc_peer_start(rpc_peer_t *peer);

enum rpc_peer_state_e {
    RPC_PEER_OPEN,
    RPC_PEER_ENDED, /**< close after what is queued was sent: the reason is
                         logged by ops->log and the close frame queued */
    RPC_PEER_HTTP   /**< an HTTP request or TLS, logged: the transport answers
                         400 and closes */
};

/** Bytes arrived. On the owner's thread. Runs calls; answers go to ops->send
 *  (those of one piece of input in one send where possible).
 *  @return enum rpc_peer_state_e */
int rpc_peer_receive(rpc_peer_t *peer, const char *bytes, apr_size_t length);

/** The next read would block: to be called before waiting for input, as
 *  rpc_wire_pause() says. @return as rpc_peer_receive() */
int rpc_peer_pause(rpc_peer_t *peer);

/** The other end will send nothing more (half-close). A last message without
 *  delimiter is processed. @return as rpc_peer_receive(): RPC_PEER_OPEN, the
 *  transport closes when rpc_peer_open_calls() is 0 */
int rpc_peer_end_of_input(rpc_peer_t *peer);

/** A ping of WebSocket; nothing on TCP. Any thread. */
void rpc_peer_ping(rpc_peer_t *peer);

/** Calls of the other end that are not answered yet. Any thread. */
int rpc_peer_open_calls(rpc_peer_t *peer);

/** The same and: nothing is awaited and no byte of a message is there. On the
 *  owner's thread. */
int rpc_peer_is_idle(rpc_peer_t *peer);

/** The server stops: calls that come from now on get RPC_E_STOPPING. */
void rpc_peer_stop(rpc_peer_t *peer);

/** The connection is gone: what it awaits fails with RPC_E_PEER_GONE, its
 *  calls are cancelled, tables' peer_close runs, topics forget it. Any thread
 *  but only once; afterwards no op is entered any more, but release. The
 *  caller's reference remains: rpc_peer_unref() of mod_rpc.h. */
void rpc_peer_lost(rpc_peer_t *peer);

/** Deliver to this process's subscribers (what broadcast brought from another
 *  process). Any thread. */
void rpc_topics_deliver(rpc_host_t *host, const char *key, const char *params,
                        apr_size_t length);

/** For host->topics; empty. */
struct rpc_topics_t *rpc_topics_create(apr_pool_t *pool);

#endif
