/* SPDX-License-Identifier: Apache-2.0 */
/*
 * modrpc.h: a client in C, the one header that it includes. Calls JSON-RPC,
 * XML-RPC and PyRPC servers over HTTP(S), and JSON-RPC peers over TCP, TLS
 * and WebSocket, which may call back.
 *
 *     rpc_client_t *client;
 *     rpc_reply_t *reply;
 *
 *     rpc_client_open("http://localhost:8080/rpc", NULL, &client);
 *     reply = rpc_client_callf(client, "add", "ii", 2, 3);
 *     printf("%d\n", (int)rpc_as_int(rpc_reply_result(reply)));
 *     rpc_reply_free(reply);
 *     rpc_client_close(client);
 *
 *     cc add.c $(pkg-config --cflags --libs modrpc)
 *
 * A client may be used by any number of threads at once. Values are built and
 * read as in a handler (mod_rpc.h), and a client's own methods stand in the
 * same tables. Compiles as C99 and as C++. docs/clients.md has more.
 */
#ifndef MODRPC_H
#define MODRPC_H

/* An httpd module that is a client too includes mod_rpc.h before this. */
#ifndef RPC_NO_HTTPD
#define RPC_NO_HTTPD
#define MODRPC_NO_HTTPD_
#endif
#include "mod_rpc.h"
#ifdef MODRPC_NO_HTTPD_
#undef RPC_NO_HTTPD
#undef MODRPC_NO_HTTPD_
#endif

#ifdef __cplusplus
extern "C" {
#endif

#ifdef __GNUC__
#define RPC_CLIENT_API_ __attribute__((visibility("default")))
#else
#define RPC_CLIENT_API_
#endif

/** Where calls go, and how. Thread-safe. */
typedef struct rpc_client_t rpc_client_t;
/** What became of one call, now or later. */
typedef struct rpc_reply_t rpc_reply_t;
/** Calls that are sent together. */
typedef struct rpc_client_batch_t rpc_client_batch_t;

/* ---- A client ---- */

enum rpc_client_protocol_e {
    RPC_CLIENT_JSONRPC = 0,   /**< JSON-RPC 2.0 */
    RPC_CLIENT_JSONRPC_1_1,
    RPC_CLIENT_JSONRPC_1_0,
    RPC_CLIENT_XMLRPC,
    RPC_CLIENT_PYRPC,         /**< the form request=execute&data=... */
    RPC_CLIENT_PYRPC_LITERAL  /**< the literal {'req': 'execute', ...} */
};

/** How messages are told apart on tcp:// and tcps://. */
enum rpc_client_framing_e {
    RPC_CLIENT_NEWLINE = 0,    /**< a line each */
    RPC_CLIENT_EOT,            /**< a byte 0x04 after each: rpcbd */
    RPC_CLIENT_CONTENT_LENGTH, /**< headers as of LSP: vscode-jsonrpc */
    RPC_CLIENT_NETSTRING,
    RPC_CLIENT_CONCATENATED    /**< nothing: Go's net/rpc/jsonrpc */
};

/** A transport's failure: no connection, no such answer. (XML-RPC fault code
 *  interoperability specification.) */
#define RPC_CLIENT_E_TRANSPORT (-32300)

/** Makes the id of a call.
 *  @param request To build it with
 *  @return a string, an int or nil */
typedef rpc_value_t *(*rpc_client_id_fn)(rpc_call_t *request, void *baton);

/** Sees what goes over the wire, on whatever thread; `kind` is '>' for sent
 *  and '<' for received bytes, '*' for a remark. */
typedef void (*rpc_client_trace_fn)(char kind, const char *bytes,
                                    size_t length, void *baton);

/** A table whose methods the other end may call. */
typedef struct rpc_client_handler_t {
    const rpc_table_t *table; /**< NULL ends the list */
    const char *prefix;       /**< "" or NULL, or such as "calc." */
    /** What rpc_call_context() returns in it and its subtables; NULL: what
     *  their `create` makes. */
    void *context;
} rpc_client_handler_t;

/**
 * What rpc_client_open() is told. Begin with rpc_client_defaults(); all that
 * a pointer points to is copied. Members are only ever appended.
 */
typedef struct rpc_client_options_t {
    size_t size;             /**< set by rpc_client_defaults() */
    enum rpc_client_protocol_e protocol;
    /** For each call; 0: a minute; below 0: none. */
    apr_interval_time_t timeout;
    /** For a connection; 0: 10 seconds. */
    apr_interval_time_t connect_timeout;

    /* HTTP, and the handshake of a WebSocket */
    const char *user;        /**< of Basic authentication, or NULL */
    const char *password;
    const char *token;       /**< of Bearer authentication, or NULL */
    /** "Name: value", ended by NULL; or NULL. */
    const char *const *headers;
    const char *origin;      /**< of a WebSocket's handshake, or NULL */
    /** How many redirects to follow; 0: none, they are errors. */
    int redirects;
    int no_gzip;             /**< do not ask for compressed answers */
    const char *ca_file;     /**< certificates to trust, or NULL */
    int insecure;            /**< trust any certificate */
    /** A CURL handle of yours, or NULL: it is copied (curl_easy_duphandle)
     *  with all that is set in it, such as a proxy, and stays yours. */
    void *curl;

    /* Messages */
    int ascii;               /**< JSON: escape all that is not ASCII */
    int xml_nil;             /**< XML-RPC: send <nil/> */
    int full_response;       /**< keep it for rpc_reply_response() */
    rpc_client_id_fn make_id; /**< NULL: 1, 2, 3 ... */
    void *make_id_baton;

    /* What an answer may have, as the directives RpcMaxBody, RpcMaxDepth,
     * RpcMaxValues and RpcMaxString say it for requests; 0: the default */
    int64_t max_response;    /**< bytes, after decompression; 64 MiB */
    int max_depth;           /**< lists within lists; 64 */
    int64_t max_values;      /**< 10 million */
    int64_t max_string;      /**< bytes; max_response */

    rpc_client_trace_fn trace;
    void *trace_baton;

    /* Peers: tcp, tcps, ws, wss */
    enum rpc_client_framing_e framing;
    /** Methods for the other end, ended by a NULL table; or NULL. */
    const rpc_client_handler_t *handlers;
    /** Threads for RPC_BLOCKING methods; 0: two. */
    int threads;
    /** Do not connect again after the connection was lost. */
    int no_reconnect;
} rpc_client_options_t;

static inline rpc_client_options_t rpc_client_defaults(void)
{
    rpc_client_options_t options;

    memset(&options, 0, sizeof(options));
    options.size = sizeof(options);
    return options;
}

/**
 * Make a client. Nothing is sent before the first call; a peer connects at
 * once, in the background.
 * @param url     http:// https:// tcp://HOST:PORT tcps:// ws:// wss://
 * @param options Or NULL
 * @param ret_client Written even on failure, for rpc_client_error(): close
 *                it in any case; NULL only with APR_ENOMEM
 * @return APR_SUCCESS; APR_EINVAL: rpc_client_error() says why
 */
RPC_CLIENT_API_ apr_status_t
rpc_client_open(const char *url, const rpc_client_options_t *options,
                rpc_client_t **ret_client);

/** Why rpc_client_open() failed, or NULL. */
RPC_CLIENT_API_ const char *rpc_client_error(const rpc_client_t *client);

/** Close the connections: what is pending fails with RPC_E_PEER_GONE, on
 *  whatever thread waits for it. Requests and replies that are left may, and
 *  must, still be freed. NULL is let pass. */
RPC_CLIENT_API_ void rpc_client_close(rpc_client_t *client);

/* ---- A call in one line ---- */

/**
 * Call and wait. The format has a letter for each argument:
 * i int, I int64_t, d double, b int as a bool, s string (NULL: nil),
 * y const void * and size_t as bytes, t apr_time_t, n nil without an argument,
 * v const rpc_value_t *, which is copied. Arguments by name have their names
 * in front: "x:i,y:i". By position and by name together is for PyRPC alone.
 * @param format NULL or "" for no arguments
 * @return never NULL
 */
RPC_CLIENT_API_ rpc_reply_t *rpc_client_callf(rpc_client_t *client,
                                              const char *method,
                                              const char *format, ...);

/** The same as a notification: the other end does not answer.
 *  @return never NULL; its result is nil once it was sent */
RPC_CLIENT_API_ rpc_reply_t *rpc_client_notifyf(rpc_client_t *client,
                                                const char *method,
                                                const char *format, ...);

/* ---- A request: builds values, as a handler's `call` does:
 *
 *     rpc_call_t *request = rpc_client_request(client, "blog.add");
 *     rpc_request_add(request, rpc_string(request, "Title"));
 *     reply = rpc_request_call(request);
 */

/** @param method Copied */
RPC_CLIENT_API_ rpc_call_t *rpc_client_request(rpc_client_t *client,
                                               const char *method);

/** Add an argument by position. @param value NULL: nil */
RPC_CLIENT_API_ void rpc_request_add(rpc_call_t *request,
                                     rpc_value_t *value);

/** Add an argument by name. */
RPC_CLIENT_API_ void rpc_request_set(rpc_call_t *request, const char *name,
                                     rpc_value_t *value);

/** All arguments at once: an array, a struct, or NULL for none. */
RPC_CLIENT_API_ void rpc_request_params(rpc_call_t *request,
                                        rpc_value_t *params);

/** A value of a JSON text, strictly read.
 *  @param ret_error What is wrong with it, if NULL is returned; may be NULL
 *  @return NULL: it is no JSON */
RPC_CLIENT_API_ rpc_value_t *rpc_request_parse(rpc_call_t *request,
                                               const char *json,
                                               const char **ret_error);

/** The id of this call alone: a string, an int, nil. JSON-RPC over HTTP
 *  only. */
RPC_CLIENT_API_ void rpc_request_id(rpc_call_t *request, rpc_value_t *id);

/** A member of the JSON-RPC request beside method, params, id. JSON-RPC over
 *  HTTP only. */
RPC_CLIENT_API_ void rpc_request_member(rpc_call_t *request,
                                        const char *name,
                                        rpc_value_t *value);

/** A header of the HTTP request, "Name: value"; not in a batch. */
RPC_CLIENT_API_ void rpc_request_header(rpc_call_t *request,
                                        const char *header);

/** Time for this call; below 0: as long as it takes. */
RPC_CLIENT_API_ void rpc_request_timeout(rpc_call_t *request,
                                         apr_interval_time_t timeout);

/** The method changes nothing, or the same when called twice: if a connection
 *  that was open before ends without an answer, call it once more (a peer:
 *  twice more). */
RPC_CLIENT_API_ void rpc_request_safe(rpc_call_t *request);

/** Call and wait. The request is gone. @return never NULL */
RPC_CLIENT_API_ rpc_reply_t *rpc_request_call(rpc_call_t *request);

/** Send without waiting; not on a thread of yours. The request is gone.
 *  @return never NULL: the functions below wait for it */
RPC_CLIENT_API_ rpc_reply_t *rpc_request_start(rpc_call_t *request);

/** Gets a reply that is done, on the client's thread; frees it. It may not
 *  wait for other replies of the same client. */
typedef void (*rpc_client_reply_fn)(rpc_reply_t *reply, void *baton);

/** Send without waiting; `on_reply` gets the reply, whatever happens. The
 *  request is gone. */
RPC_CLIENT_API_ void rpc_request_send(rpc_call_t *request,
                                      rpc_client_reply_fn on_reply,
                                      void *baton);

/** Send as a notification and wait until it was sent. The request is gone.
 *  XML-RPC and PyRPC have none: there it is a call. */
RPC_CLIENT_API_ rpc_reply_t *rpc_request_notify(rpc_call_t *request);

/** Give up a request that was not sent. */
RPC_CLIENT_API_ void rpc_request_free(rpc_call_t *request);

/* ---- Batches: one message of JSON-RPC 2.0, a system.multicall of XML-RPC.
 * Their time is the client's. ---- */

RPC_CLIENT_API_ rpc_client_batch_t *rpc_client_batch(rpc_client_t *client);

/** The request is gone.
 *  @return its reply, never NULL; done some time after the batch was sent */
RPC_CLIENT_API_ rpc_reply_t *rpc_client_batch_add(rpc_client_batch_t *batch,
                                                  rpc_call_t *request);

/** The same as a notification, of which nothing comes back. */
RPC_CLIENT_API_ void rpc_client_batch_notify(rpc_client_batch_t *batch,
                                             rpc_call_t *request);

/** Send without waiting; the batch is gone. */
RPC_CLIENT_API_ void rpc_client_batch_send(rpc_client_batch_t *batch);

/* ---- Peers: tcp:// tcps:// ws:// wss://. The functions rpc_peer_...() of
 * mod_rpc.h are for them too. What the other end calls, and topics, run on
 * the client's thread, methods flagged RPC_BLOCKING on others. ---- */

/**
 * Wait until it is connected, or an attempt to has failed. Needless before a
 * call, which waits by itself.
 * @param limit   Microseconds; below 0: any
 * @param ret_why Why it is not; lives as long as the client; may be NULL
 * @return whether it is; 1 at once if it is no peer
 */
RPC_CLIENT_API_ int rpc_client_connected(rpc_client_t *client,
                                         apr_interval_time_t limit,
                                         const char **ret_why);

/** The connection as a peer, for rpc_peer_unref(); NULL: there is none. It
 *  is another one after a reconnect. */
RPC_CLIENT_API_ rpc_peer_t *rpc_client_peer(rpc_client_t *client);

/** Gets what is published. @param params An array or a struct */
typedef void (*rpc_client_topic_fn)(const char *topic,
                                    const rpc_value_t *params, void *baton);

/** Ask for a topic by its public name, such as "blog.comment_added" (the prefix
 *  of its table, and its name); also after each reconnect.
 *  @param fn NULL: it is a call like others, for the handlers' dispatch
 *  @return of rpc.on; a fault if the server has no such topic */
RPC_CLIENT_API_ rpc_reply_t *rpc_client_subscribe(rpc_client_t *client,
                                                  const char *topic,
                                                  rpc_client_topic_fn fn,
                                                  void *baton);

RPC_CLIENT_API_ rpc_reply_t *rpc_client_unsubscribe(rpc_client_t *client,
                                                    const char *topic);

/**
 * A function that the other end may call until it has answered this request:
 * its name, to be an argument or within one. Waits for the connection.
 * @param fn Runs on the client's thread
 */
RPC_CLIENT_API_ rpc_value_t *rpc_request_callback(rpc_call_t *request,
                                                  rpc_callback_fn fn,
                                                  void *baton);

/* ---- A reply. All but rpc_reply_done() wait until it is done, by its answer
 * or by its time limit. What they return lives until rpc_reply_free(). ---- */

enum rpc_reply_kind_e {
    RPC_REPLY_PENDING = 0,
    RPC_REPLY_RESULT,
    RPC_REPLY_FAULT,     /**< the other end's own */
    RPC_REPLY_USAGE,     /**< not sent: what was asked cannot be */
    RPC_REPLY_TRANSPORT  /**< no connection, no answer, none that we read */
};

/** Whether it is done; does not wait. */
RPC_CLIENT_API_ int rpc_reply_done(const rpc_reply_t *reply);

/** Wait for at most that long, below 0 for ever. @return whether it is done;
 *  0 at once on the client's own thread */
RPC_CLIENT_API_ int rpc_reply_wait(rpc_reply_t *reply,
                                   apr_interval_time_t limit);

RPC_CLIENT_API_ enum rpc_reply_kind_e rpc_reply_kind(rpc_reply_t *reply);

/** The result, or NULL if the call failed. Yours to read. */
RPC_CLIENT_API_ rpc_value_t *rpc_reply_result(rpc_reply_t *reply);

/** The code of the fault, 0 if there is a result.
 *  @param ret_text What it says, one line; may be NULL */
RPC_CLIENT_API_ int rpc_reply_fault(rpc_reply_t *reply,
                                    const char **ret_text);

/** The `data` of a JSON-RPC error, or NULL. */
RPC_CLIENT_API_ rpc_value_t *rpc_reply_data(rpc_reply_t *reply);

/** The response as it was read, with `full_response`: the object of a
 *  JSON-RPC call over HTTP, else NULL. */
RPC_CLIENT_API_ rpc_value_t *rpc_reply_response(rpc_reply_t *reply);

/** The HTTP status, 0 if there was none. */
RPC_CLIENT_API_ int rpc_reply_status(rpc_reply_t *reply);

/** Free it; one that is pending is forgotten: the call goes on. NULL is let
 *  pass. */
RPC_CLIENT_API_ void rpc_reply_free(rpc_reply_t *reply);

/** A value as JSON, in one line or indented, in the reply's memory; NULL is
 *  null.
 *  @return NULL if JSON cannot carry it */
RPC_CLIENT_API_ const char *rpc_reply_json(rpc_reply_t *reply,
                                           const rpc_value_t *value,
                                           int indent);

/** The same in a pool, such as rpc_call_pool(call) of a handler. */
RPC_CLIENT_API_ const char *rpc_client_json(const rpc_value_t *value,
                                            int indent, apr_pool_t *pool);

#ifdef __cplusplus
}
#endif

#endif /* MODRPC_H */
