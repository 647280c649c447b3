/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the client library share: the client, its requests and
 * replies, and what a transport does for them. For src/client alone. */
#ifndef RPC_CLIENT_CLIENT_H
#define RPC_CLIENT_CLIENT_H

#include <pthread.h>

#include "apr_tables.h"
#include "apr_thread_cond.h"
#include "apr_thread_mutex.h"

#include "core/atomic.h"
#include "core/call.h"
#include "protocol/writer.h"

#include "client/modrpc.h"

typedef struct rpc_job_t rpc_job_t;
typedef struct rpc_request_t rpc_request_t;

/** What carries jobs. */
typedef struct rpc_carrier_t {
    /** Make client->carrier_data. @return NULL, or what is wrong */
    const char *(*open)(rpc_client_t *client);
    /** Write what is to be sent. @return NULL, or why it cannot be */
    const char *(*prepare)(rpc_job_t *job);
    /** Carry the job and wait until it is done. */
    void (*call)(rpc_job_t *job);
    /** Carry the job; it is done later, on any thread. */
    void (*start)(rpc_job_t *job);
    /** Fail what is pending, end the threads. Once. */
    void (*close)(rpc_client_t *client);
    /** No reference is left. */
    void (*destroy)(rpc_client_t *client);
    /** Whether this thread runs the callbacks of replies. */
    int (*is_own_thread)(rpc_client_t *client);
} rpc_carrier_t;

extern const rpc_carrier_t rpc_carrier_http;
extern const rpc_carrier_t rpc_carrier_link;

struct rpc_client_t {
    apr_pool_t *pool;            /**< its own; used with the mutex held once
                                      the client is open */
    int refs;  /**< the owner's, and one a request */
    const char *url;
    const char *error;           /**< why it did not open */
    rpc_client_options_t options;
    rpc_limits_t limits;
    const rpc_carrier_t *carrier;
    void *carrier_data;
    uint64_t last_id;
    int closing;
    /** Guards the state of replies, and what the carrier says. */
    apr_thread_mutex_t *mutex;
    /** Conditions that no thread waits on now, for the next one. */
    apr_array_header_t *conditions;
};

/** A request and its reply share a pool, which is nobody's child. */
struct rpc_request_t {
    rpc_client_t *client;        /**< with a reference */
    rpc_call_t *call;            /**< what the caller builds with */
    apr_pool_t *pool;
    rpc_reply_t *reply;
    rpc_value_t *positional;     /**< an array, or NULL */
    rpc_value_t *named;          /**< a struct, or NULL */
    rpc_value_t *members;        /**< a struct, or NULL */
    rpc_value_t *id;             /**< NULL: none was given */
    apr_array_header_t *headers; /**< const char *, or NULL */
    apr_interval_time_t timeout;
    const char *wrong;           /**< how it was built wrongly, or NULL */
    rpc_peer_t *peer;            /**< whose callbacks it has, or NULL; with a
                                      reference */
    const char *topic;           /**< that it is to turn on, or NULL */
    int has_own_id;              /**< rpc_request_id() gave it */
    int is_safe;
    int is_notification;
};

struct rpc_reply_t {
    rpc_client_t *client;        /**< with the request's reference */
    apr_pool_t *pool;
    int refs;  /**< the caller's, and the job's */
    int done;
    enum rpc_reply_kind_e kind;
    rpc_value_t *result;
    rpc_fault_t *fault;
    rpc_value_t *response;
    int status;
    struct rpc_waiting_t *waiting; /**< who waits; the client's mutex */
    rpc_client_reply_fn on_reply;
    void *baton;
};

/** A message on its way: one request, or a batch. */
struct rpc_job_t {
    rpc_client_t *client;        /**< with a reference */
    apr_pool_t *pool;            /**< the request's, or the batch's own */
    rpc_request_t **requests;
    int count;
    int room;
    int is_batch;
    int is_notification;         /**< nothing of it is answered */
    int is_safe;
    apr_interval_time_t timeout; /**< 0: none */
    rpc_writer_t *body;          /**< what is sent */
    rpc_reply_t *keep;           /**< whose pool the job lives in, or NULL */
    rpc_job_t *next;             /**< the carrier's own */
    rpc_peer_t *peer;            /**< to carry it, or NULL: any */
    int open;                    /**< a peer's: calls not answered yet */
    int repeated;                /**< a peer's: how often sent once more */
    int refusals;                /**< a peer's: by servers that stop */
};

struct rpc_client_batch_t {
    rpc_job_t job;               /**< first */
};

/* ---- client.c ---- */

void rpc_client_ref_(rpc_client_t *client);
void rpc_client_unref_(rpc_client_t *client);

/** A pool that is nobody's child. */
apr_pool_t *rpc_pool_own(void);

/** A trace that no option asked for costs one comparison. */
void rpc_trace(rpc_client_t *client, char kind, const char *bytes,
               apr_size_t length);

/** Start a thread that handles no signals. POSIX's: one of APR's lives in a
 *  pool, and ours may end after their client.
 *  @return 0, or an errno */
int rpc_thread_start(pthread_t *ret_thread, void *(*function)(void *),
                     void *data);

/** What rpc_pipe_block() found. */
typedef struct rpc_pipe_t {
    int is_blocked;              /**< it was, before */
    int is_pending;
} rpc_pipe_t;

/** A write of TLS to a connection that ended raises SIGPIPE: not on a thread
 *  of the program's, while curl works on it. */
void rpc_pipe_block(rpc_pipe_t *ret_before);
void rpc_pipe_restore(const rpc_pipe_t *before);

/* ---- request.c ---- */

rpc_request_t *rpc_request_of(rpc_call_t *call);
int rpc_is_jsonrpc(const rpc_client_t *client);

/* ---- reply.c ---- */

/** The reply gets its outcome: exactly one of result and fault. Values are
 *  in its pool. Gives up the job's reference. */
void rpc_reply_complete_(rpc_reply_t *reply, enum rpc_reply_kind_e kind,
                         rpc_value_t *result, rpc_fault_t *fault);

/** A fault in the reply's pool instead. */
void rpc_reply_fail_(rpc_reply_t *reply, enum rpc_reply_kind_e kind,
                     int code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

void rpc_reply_unref_(rpc_reply_t *reply);

/** A copy of a value, lists and texts too; it comes from a reader, so it is
 *  of bounded depth. */
rpc_value_t rpc_value_deep_copy(const rpc_value_t *value, apr_pool_t *pool);

/* ---- job.c ---- */

/** Fail all replies of the job that are not done. */
void rpc_job_fail(rpc_job_t *job, enum rpc_reply_kind_e kind, int code,
                  const char *text);

/** All replies are done: give the job up. */
void rpc_job_end(rpc_job_t *job);

/** Carry a job of these requests, or fail it. @param waits Until it is done */
void rpc_job_go(rpc_job_t *job, int waits);

/* ---- codec.c ---- */

/** Write job->body. @return NULL, or what JSON-RPC and so on cannot carry */
const char *rpc_codec_write(rpc_job_t *job);

/** "application/json" */
const char *rpc_codec_type(const rpc_client_t *client);

/** Where the text of a fault is no more than the specification's word for
 *  its code, and its data says more: both. */
void rpc_codec_detail(rpc_fault_t *fault, apr_pool_t *pool);

/** A reader's text that names a limit by its directive, as it is called in
 *  our options. */
const char *rpc_codec_own_words(const char *text, apr_pool_t *pool);

/** What to say that is accepted. */
const char *rpc_codec_accept(const rpc_client_t *client);

/**
 * Read an answer and complete the job's replies with it; some may be left.
 * @param type  Its Content-Type, or NULL
 * @param bytes A NUL follows; must live as long as the job's pool
 * @return NULL, or why it is no answer
 */
const char *rpc_codec_read(rpc_job_t *job, int status, const char *type,
                           char *bytes, apr_size_t length);

#endif
