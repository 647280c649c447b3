/* SPDX-License-Identifier: Apache-2.0 */
/* One message: its calls, who sent it, and when it is done. For protocols,
 * which fill and answer it, and transports, which carry it. */
#ifndef RPC_CORE_MESSAGE_H
#define RPC_CORE_MESSAGE_H

#include "core/fault.h"
#include "core/host.h"
#include "core/limits.h"
#include "core/registry.h"

typedef struct rpc_message_t rpc_message_t;

/** What the endpoint says about itself, for descriptions. */
typedef struct rpc_about_t {
    const char *title;       /**< or NULL */
    const char *name;        /**< or NULL */
    const char *description; /**< or NULL */
    const char *url;         /**< where it was called, or NULL */
    const char *version;     /**< of mod_rpc */
    int xml_nil;             /**< RpcXmlNil: whether XML-RPC answers nil */
} rpc_about_t;

/** What to log of a handler that misbehaved; a list, newest first. */
typedef struct rpc_complaint_t {
    const char *text;
    struct rpc_complaint_t *next;
} rpc_complaint_t;

/** What the program that the core is in can tell and do. */
typedef struct rpc_admin_t {
    /** Fill `server`, `monitors` and `system` of rpc_server_info(). */
    void (*describe)(rpc_call_t *call, rpc_value_t *info);
    /** Have a child process end once its call is finished, whoever asks.
     *  @return true, or NULL after a fault */
    rpc_value_t *(*retire_child)(rpc_call_t *call, int64_t pid);
} rpc_admin_t;

/** Who calls, from where, and what this endpoint allows. Filled by the
 *  transport. Deferred calls get a copy of their own, unless a peer calls:
 *  its messages keep the peer, which has this. */
typedef struct rpc_caller_t {
    const char *transport;   /**< "http", "tcp", "websocket" */
    const char *user;        /**< or NULL */
    const char *client_ip;   /**< or NULL */
    struct request_rec *request;
    struct conn_rec *connection;
    struct server_rec *server;
    struct rpc_peer_t *peer; /**< or NULL */
    rpc_host_t *host;        /**< of this process, or NULL */
    void *dir_config;
    const rpc_registry_t *registry;
    const rpc_limits_t *limits;
    const rpc_about_t *about;
    const rpc_admin_t *admin; /**< or NULL */
    unsigned features;       /**< enum rpc_feature_e */
    int safe_only;           /**< a GET: only RPC_SAFE methods */
    /** Whether the client is known to be gone; may be NULL. */
    int (*gone)(const struct rpc_caller_t *caller);
} rpc_caller_t;

/** What a message needs when its calls do not complete at once. */
typedef struct rpc_waiter_t rpc_waiter_t;

/** All calls of a message that was started have completed. */
typedef void (*rpc_message_done_fn)(rpc_message_t *message, void *baton);

struct rpc_message_t {
    apr_pool_t *pool;        /**< its own, with its own allocator */
    const rpc_caller_t *caller;
    const char *protocol;    /**< "jsonrpc" */
    const void *options;     /**< rpc_options_t of the protocol layer */
    rpc_call_t **calls;      /**< filled by decode */
    int call_count;
    int call_room;
    int is_batch;
    rpc_fault_t *fault;      /**< the message itself is bad; no calls */
    void *data;              /**< the protocol's own */
    /** An HTTP status that the protocol asks for, or 0. Set by decode or
     *  encode. */
    int status;
    volatile apr_uint32_t run_count; /**< calls run, nested ones included */
    volatile int has_secret; /**< a method run has a secret parameter */
    rpc_complaint_t *volatile complaints;
    /* core/message.c's own */
    apr_allocator_t *allocator;
    volatile apr_uint32_t refs;
    rpc_waiter_t *waiter;
    rpc_host_t *host;         /**< that it was started with, or NULL */
    rpc_message_done_fn done;
    void *baton;
    volatile int open;        /**< calls that have not completed, and 1 */
};

/** A message in a pool of its own, which is nobody's child: calls that were
 *  deferred may outlive the transport's request. One reference is held. */
rpc_message_t *rpc_message_create(const rpc_caller_t *caller);

/** The same over an allocator that is the message's alone until it ends, such
 *  as one that rpc_message_release() gave back; NULL: a new one. */
rpc_message_t *rpc_message_create_over(const rpc_caller_t *caller,
                                       apr_allocator_t *allocator);

/** Keep it; for rpc_message_unref(). */
void rpc_message_ref(rpc_message_t *message);

/** Give up a reference; the last one destroys the pool. */
void rpc_message_unref(rpc_message_t *message);

/** The same. @return the allocator, with the memory that it keeps for the
 *  next message, if this was the last reference; else NULL */
apr_allocator_t *rpc_message_release(rpc_message_t *message);

/** How much memory an allocator keeps for the next message: what a batch of
 *  100 small calls takes. With half of that, four blocks of it were mapped and
 *  unmapped each time, which was half of the CPU time of W2 (./run bench). */
#define RPC_MESSAGE_KEEPS (128 * 1024)

/** Room for the calls of the message; the protocol fills in the rest.
 *  @return the new call, in message->calls */
rpc_call_t *rpc_message_add_call(rpc_message_t *message);

/** Tell room for that many calls. */
void rpc_message_reserve(rpc_message_t *message, int count);

/**
 * Run all calls in their order and wait until each has completed, by itself
 * or by its time limit. Afterwards each call has a result or a fault.
 */
void rpc_message_run(rpc_message_t *message);

/**
 * Run all calls and do not wait: those flagged RPC_BLOCKING run on threads of
 * the host, deferred ones complete by themselves or at their deadline.
 * Calls that are done already (state, fault) stay as they are.
 * @param host Not NULL
 * @param done Called exactly once, when the last has completed: on any
 *             thread, possibly before this returns. Each call has a result
 *             or a fault then; the message is for the caller to give up
 */
void rpc_message_start(rpc_message_t *message, rpc_host_t *host,
                       rpc_message_done_fn done, void *baton);

/**
 * The same in two steps, for those who have something to do in between if
 * there is something to wait for.
 * @return 1: all have completed, and `done` will not be called; 0: it will
 *         be, after rpc_message_let_go(), which the caller must call
 */
int rpc_message_begin(rpc_message_t *message, rpc_host_t *host,
                      rpc_message_done_fn done, void *baton);
void rpc_message_let_go(rpc_message_t *message);

/** Nobody wants the answer of a call of a message that was started: it is
 *  told, and completes with RPC_E_CANCELLED if it was deferred or has not
 *  begun. Any thread that has a reference. */
void rpc_message_cancel(rpc_call_t *call);

/** Note that a handler misbehaved, for the server's error log. Call it on
 *  the message's own thread. */
void rpc_message_complain(rpc_message_t *message, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* ---- for core/call.c ---- */

/** The same from any thread; the text is in the call's pool.
 *  @return an id that stands in the log line, to be shown to the client */
const char *rpc_message_complain_of(rpc_call_t *call, const char *text);

/** The call is deferred: it gets a pool and a caller of its own, and holds a
 *  reference to the message. On the thread that runs it. */
void rpc_message_defer(rpc_call_t *call, apr_interval_time_t limit);

/**
 * A deferred call is done; gives its reference back.
 * @return APR_SUCCESS, or APR_TIMEUP if its time was up before
 */
apr_status_t rpc_message_complete(rpc_call_t *call, rpc_value_t *result,
                                  rpc_fault_t *fault);

/** Wait until a call is done; its time limit ends it. No-op if it is. */
void rpc_message_wait(rpc_call_t *call, apr_pool_t *pool);

#endif
