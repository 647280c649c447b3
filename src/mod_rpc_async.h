/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mod_rpc_async.h: what does not end with the call: answers that come later,
 * peers (connections on which both ends call), topics. Part of mod_rpc.h,
 * which includes it; never include it alone.
 */
#ifndef MOD_RPC_ASYNC_H
#define MOD_RPC_ASYNC_H

/* ---- Answer later ---- */

/**
 * The answer comes later: return what this returns, and have any thread call
 * rpc_complete() or rpc_complete_fail() exactly once, whatever happens. From
 * here on rpc_call_request() is NULL, and the call and its arguments live
 * until that completion, even if the client is gone by then.
 * @param limit Microseconds, above 0; after them the client gets -32003
 */
static inline rpc_value_t *rpc_defer(rpc_call_t *call,
                                     apr_interval_time_t limit)
{
    return RPC_API_(call)->defer(call, limit);
}

/** Complete a deferred call. The call is gone when this returns.
 *  @param value Built with this call; NULL: after rpc_fail()
 *  @return APR_SUCCESS; APR_TIMEUP: too late; APR_EINVAL: not deferred */
static inline apr_status_t rpc_complete(rpc_call_t *call, rpc_value_t *value)
{
    return RPC_API_(call)->complete(call, value);
}

/** Complete a deferred call with a fault. The call is gone afterwards. */
RPC_PRINTF_(3, 4)
static inline apr_status_t rpc_complete_fail(rpc_call_t *call, int code,
                                             const char *format, ...)
{
    apr_status_t rv;
    va_list args;

    va_start(args, format);
    rv = RPC_API_(call)->complete_failv(call, code, format, args);
    va_end(args);
    return rv;
}

/** A call without a caller, to build values with outside of any request.
 *  @param api  As child_init got it
 *  @param pool Where it lives */
static inline rpc_call_t *rpc_background(const rpc_api_t *api,
                                         struct server_rec *server,
                                         apr_pool_t *pool)
{
    return api->background(api, server, pool);
}

/* ---- Peers: a connection by TCP or WebSocket. All functions may be called
 * from any thread, with no lock held that the host knows of; none blocks but
 * rpc_peer_call_wait(). JSON-RPC peers only; a pyrpc peer can be answered,
 * not called: APR_ENOTIMPL. ---- */

/** A batch of calls to a peer that is being put together; by one thread at a
 *  time. */
typedef struct rpc_batch_t rpc_batch_t;

/**
 * Gets the answer of a call to a peer, exactly once, on any thread: that which
 * reads the connection, or which keeps the time. It must not wait for anything.
 * @param reply  A call without a caller, to build values in; it and the result
 *               are gone when this returns. rpc_fault(reply, &text) is the
 *               code of the fault, 0 if there is a result: the other end's
 *               own, RPC_E_TIMEOUT, RPC_E_PEER_GONE; rpc_fault_data(reply)
 *               the `data` of the error, or NULL
 * @param result or NULL if it failed
 * @param baton  As given to rpc_peer_call()
 */
typedef void (*rpc_reply_fn)(rpc_peer_t *peer, rpc_call_t *reply,
                             rpc_value_t *result, void *baton);

/** Runs when the other end calls back (rpc_callback()), on the thread that
 *  processes the peer's connection: a method without a prototype; the
 *  arguments are rpc_call_params(call). */
typedef rpc_value_t *(*rpc_callback_fn)(rpc_call_t *call, void *baton);

/* What the host offers; handlers use the inline functions instead. */
struct rpc_peer_api_t {
    size_t size;
    rpc_peer_t *(*ref)(rpc_peer_t *peer);
    void (*unref)(rpc_peer_t *peer);
    int (*gone)(rpc_peer_t *peer);
    void (*close)(rpc_peer_t *peer, int code, const char *reason);
    void *(*data)(rpc_peer_t *peer, const void *key);
    apr_status_t (*set_data)(rpc_peer_t *peer, const void *key, void *data);
    const char *(*transport)(rpc_peer_t *peer);
    const char *(*user)(rpc_peer_t *peer);
    const char *(*client_ip)(rpc_peer_t *peer);
    struct server_rec *(*server)(rpc_peer_t *peer);
    apr_status_t (*notify)(rpc_peer_t *peer, const char *method,
                           const rpc_value_t *params);
    apr_status_t (*call)(rpc_peer_t *peer, const char *method,
                         const rpc_value_t *params,
                         apr_interval_time_t timeout, rpc_reply_fn on_reply,
                         void *baton);
    rpc_value_t *(*call_wait)(rpc_call_t *call, rpc_peer_t *peer,
                              const char *method, const rpc_value_t *params,
                              apr_interval_time_t timeout);
    rpc_value_t *(*callback)(rpc_call_t *call, rpc_peer_t *peer,
                             rpc_callback_fn fn, void *baton);
    rpc_batch_t *(*batch)(rpc_peer_t *peer);
    apr_status_t (*batch_add)(rpc_batch_t *batch, const char *method,
                              const rpc_value_t *params, int is_notification,
                              rpc_reply_fn on_reply, void *baton);
    apr_status_t (*batch_send)(rpc_batch_t *batch,
                               apr_interval_time_t timeout);
    apr_status_t (*publish)(rpc_call_t *call, const char *topic,
                            const rpc_value_t *value);
};

#define RPC_PEER_API_(peer) (RPC_API_(peer)->peers)

/** Keep the peer beyond the call (or peer_open) that showed it.
 *  @return the peer */
static inline rpc_peer_t *rpc_peer_ref(rpc_peer_t *peer)
{
    return RPC_PEER_API_(peer)->ref(peer);
}

/** Give up what rpc_peer_ref() kept. */
static inline void rpc_peer_unref(rpc_peer_t *peer)
{
    RPC_PEER_API_(peer)->unref(peer);
}

/** 1 once its connection has ended. It may end at any moment: what is sent to
 *  it then says so itself. */
static inline int rpc_peer_gone(rpc_peer_t *peer)
{
    return RPC_PEER_API_(peer)->gone(peer);
}

/**
 * End the connection after what is queued was sent; if a method closes the
 * peer that calls it, after the answer of that call.
 * @param code   A close code of WebSocket, 1000 to 4999 (RFC 6455, section
 *               7.4); of no meaning on TCP
 * @param reason For the other end, at most 123 bytes of UTF-8; may be NULL
 */
static inline void rpc_peer_close(rpc_peer_t *peer, int code,
                                  const char *reason)
{
    RPC_PEER_API_(peer)->close(peer, code, reason);
}

/** What rpc_peer_set_data() stored under that key, or NULL. */
static inline void *rpc_peer_data(rpc_peer_t *peer, const void *key)
{
    return RPC_PEER_API_(peer)->data(peer, key);
}

/**
 * Store a pointer with the peer, in place of an earlier one. The host never
 * frees it: do so in the table's peer_close.
 * @param key  An address of yours, such as that of your table
 * @param data NULL: nothing any more
 * @return APR_SUCCESS, or APR_ENOMEM
 */
static inline apr_status_t rpc_peer_set_data(rpc_peer_t *peer,
                                             const void *key, void *data)
{
    return RPC_PEER_API_(peer)->set_data(peer, key, data);
}

/** "tcp" or "websocket". */
static inline const char *rpc_peer_transport(rpc_peer_t *peer)
{
    return RPC_PEER_API_(peer)->transport(peer);
}

/** The authenticated user, or NULL; lives as long as the peer. */
static inline const char *rpc_peer_user(rpc_peer_t *peer)
{
    return RPC_PEER_API_(peer)->user(peer);
}

/** The other end's address as text, or NULL; lives as long as the peer. */
static inline const char *rpc_peer_client_ip(rpc_peer_t *peer)
{
    return RPC_PEER_API_(peer)->client_ip(peer);
}

/** The virtual server that it connected to. */
static inline struct server_rec *rpc_peer_server(rpc_peer_t *peer)
{
    return RPC_PEER_API_(peer)->server(peer);
}

/**
 * Send a notification, which is not answered.
 * @param method Ends with NUL, UTF-8
 * @param params An array, a struct, or NULL for none; written before this
 *               returns
 * @return APR_SUCCESS: queued; APR_EOF: the peer is gone; APR_ENOSPC: its
 *         queue is full (RpcPeerMaxQueue), and it is closed; APR_EINVAL: JSON
 *         cannot carry params, or they are neither array nor struct;
 *         APR_ENOTIMPL: a pyrpc peer
 */
static inline apr_status_t rpc_peer_notify(rpc_peer_t *peer,
                                           const char *method,
                                           const rpc_value_t *params)
{
    return RPC_PEER_API_(peer)->notify(peer, method, params);
}

/**
 * Call a method of the other end.
 * @param method, params As for rpc_peer_notify()
 * @param timeout  Microseconds until on_reply gets RPC_E_TIMEOUT; 0: it waits
 *                 until the peer answers or is gone
 * @param on_reply Gets the answer, possibly before this returns; may be NULL
 * @param baton    For on_reply
 * @return APR_SUCCESS: on_reply will be called, exactly once; otherwise it
 *         will not: as for rpc_peer_notify(), and APR_EAGAIN: too many calls
 *         of this peer are unanswered
 */
static inline apr_status_t rpc_peer_call(rpc_peer_t *peer, const char *method,
                                         const rpc_value_t *params,
                                         apr_interval_time_t timeout,
                                         rpc_reply_fn on_reply, void *baton)
{
    return RPC_PEER_API_(peer)->call(peer, method, params, timeout, on_reply,
                                     baton);
}

/**
 * Call a method of the other end and wait for its answer. From an
 * RPC_BLOCKING method, a deferred call, or a thread of one's own with
 * rpc_background(). On the thread that processes this peer's connection it
 * would wait for ever, so it fails at once.
 * @param call Whose pool the result lives in, and whose fault it becomes
 * @return the result, or NULL: the call now has that fault, as after
 *         rpc_invoke()
 */
static inline rpc_value_t *rpc_peer_call_wait(rpc_call_t *call,
                                              rpc_peer_t *peer,
                                              const char *method,
                                              const rpc_value_t *params,
                                              apr_interval_time_t timeout)
{
    return RPC_PEER_API_(peer)->call_wait(call, peer, method, params,
                                          timeout);
}

/**
 * A function that the other end may call while a call to it is open, as rpcbd
 * has it: put the string into params of the next rpc_peer_call() or batch;
 * the other end calls or notifies a method of that name. (The other direction
 * needs nothing: the string that arrived is the method's name.)
 * @param call Builds the string
 * @param fn   Forgotten when the call that took it was answered; it is not
 *             running then, and will not run again
 * @return "rpc.callback.UUID"; or NULL and a fault RPC_E_LIMIT: too many of
 *         them were made and not sent
 */
static inline rpc_value_t *rpc_callback(rpc_call_t *call, rpc_peer_t *peer,
                                        rpc_callback_fn fn, void *baton)
{
    return RPC_PEER_API_(peer)->callback(call, peer, fn, baton);
}

/** Begin a batch, to be ended by rpc_batch_send(). Never NULL. */
static inline rpc_batch_t *rpc_batch(rpc_peer_t *peer)
{
    return RPC_PEER_API_(peer)->batch(peer);
}

/* A batch begins as a peer does. */

/** Add a call. @return as rpc_peer_call() */
static inline apr_status_t rpc_batch_call(rpc_batch_t *batch,
                                          const char *method,
                                          const rpc_value_t *params,
                                          rpc_reply_fn on_reply, void *baton)
{
    return RPC_PEER_API_(batch)->batch_add(batch, method, params, 0,
                                           on_reply, baton);
}

/** Add a notification. @return as rpc_peer_notify() */
static inline apr_status_t rpc_batch_notify(rpc_batch_t *batch,
                                            const char *method,
                                            const rpc_value_t *params)
{
    return RPC_PEER_API_(batch)->batch_add(batch, method, params, 1, NULL,
                                           NULL);
}

/**
 * Send the batch as one message; each call's on_reply is called by itself.
 * The batch is gone, whatever this returns.
 * @param timeout For each of its calls, as for rpc_peer_call()
 * @return as rpc_peer_call(): otherwise than APR_SUCCESS no on_reply is called
 */
static inline apr_status_t rpc_batch_send(rpc_batch_t *batch,
                                          apr_interval_time_t timeout)
{
    return RPC_PEER_API_(batch)->batch_send(batch, timeout);
}

/**
 * Send a value to every peer of the call's virtual server, in every child
 * process, that subscribed to a topic. Never blocks; a subscriber that does
 * not read is dropped.
 * @param topic "TABLE.TOPIC": a topic that the table of that name declares,
 *              whatever prefix it is mounted under
 * @param value An array is sent as the params, anything else as the one
 *              element of params; NULL sends []
 * @return APR_SUCCESS, also if nobody listens; APR_EINVAL: JSON cannot carry
 *         the value; APR_ENOTIMPL: this process has no peers
 */
static inline apr_status_t rpc_publish(rpc_call_t *call, const char *topic,
                                       const rpc_value_t *value)
{
    return RPC_PEER_API_(call)->publish(call, topic, value);
}

#endif /* MOD_RPC_ASYNC_H */
