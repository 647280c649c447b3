/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of src/peer share: the peer itself. For these alone; docs/
 * internals.md says who owns what, and which lock is held when. */
#ifndef RPC_PEER_SESSION_H
#define RPC_PEER_SESSION_H

#include <pthread.h>

#include "core/call.h"
#include "peer/peer.h"
#include "protocol/jsonrpc_peer.h"

typedef struct rpc_pending_t rpc_pending_t;
typedef struct rpc_callback_t rpc_callback_t;
typedef struct rpc_group_t rpc_group_t;
typedef struct rpc_incoming_t rpc_incoming_t;
typedef struct rpc_turn_t rpc_turn_t;

/** What a handler stored with the peer. */
typedef struct rpc_peer_data_t {
    const void *key;
    void *data;
    struct rpc_peer_data_t *next;
} rpc_peer_data_t;

/** A message of the other end that has not been answered; in its pool. */
struct rpc_incoming_t {
    rpc_peer_t *peer;
    rpc_message_t *message;
    rpc_turn_t *turn;          /**< pyrpc; or NULL */
    rpc_incoming_t *next;      /**< in peer->incoming, while others run it */
    rpc_incoming_t **at;       /**< what points to it, or NULL: in no list */
    int closes;                /**< a call of it closed the peer: when it is
                                    answered. The peer's mutex guards it */
};

/** A call to the other end; malloc'ed. References: the table's while it is in
 *  it, the timer's while that is set, and the sender's. */
struct rpc_pending_t {
    rpc_timer_t timer;         /**< first */
    rpc_peer_t *peer;          /**< a reference */
    apr_int64_t id;
    rpc_reply_fn on_reply;
    void *baton;
    rpc_pending_t *next;       /**< of its bucket */
    rpc_callback_t *callbacks; /**< that its params have */
    rpc_group_t *group;        /**< the batch it is of, or NULL */
    volatile int refs;
    int is_open;               /**< it is in the table */
    int running;               /**< callbacks of it that run now */
    int late_code;             /**< ended meanwhile: to be told by the last */
};

/** A batch that was sent, for answers without ids; malloc'ed. It lives as
 *  long as one of its calls is open. */
struct rpc_group_t {
    rpc_group_t *next;         /**< in peer->groups, the oldest first */
    apr_int64_t *ids;          /**< of its calls, in their order */
    int count;
    int open;
};

/** A function that the other end may call; malloc'ed. */
struct rpc_callback_t {
    char name[56];
    rpc_callback_fn fn;
    void *baton;
    rpc_callback_t *next;      /**< in peer->callbacks */
    rpc_callback_t *sibling;   /**< of the same pending call */
    rpc_pending_t *pending;    /**< NULL: not sent yet */
};

/** An answer of a pyrpc peer that waits for those before it; malloc'ed. */
struct rpc_turn_t {
    rpc_turn_t *next;
    rpc_writer_t *text;        /**< framed; NULL: not there yet */
};

struct rpc_peer_t {
    const rpc_api_t *api;      /**< first: mod_rpc_async.h reads it */
    volatile int refs;
    volatile int is_gone;      /**< rpc_peer_lost() began */
    volatile int stops;        /**< rpc_peer_stop() */
    volatile int open_calls;
    volatile int has_specials; /**< callbacks were made: look names up */
    int max_pending;
    int server_index;
    int was_started;
    const rpc_peer_ops_t *ops;
    void *carrier;
    rpc_host_t *host;
    rpc_wire_t *wire;
    const rpc_protocol_t *protocol;
    rpc_options_t options;
    rpc_caller_t caller;       /**< what it points to is in `block` */
    void *block;

    /* The owner's thread alone. */
    rpc_writer_t *out;         /**< answers of this piece of input, or NULL */
    rpc_writer_t *text;        /**< one of them before it is framed */
    int closes;                /**< a call closed the peer: when these are
                                    sent */

    pthread_mutex_t mutex;     /**< guards what follows; a leaf: nothing is
                                    called while it is held */
    rpc_peer_data_t *data;
    rpc_incoming_t *incoming;
    rpc_pending_t **buckets;   /**< a power of two of them, by id; or NULL */
    apr_size_t bucket_count;
    apr_size_t pending_count;
    apr_int64_t last_id;
    rpc_group_t *groups;
    rpc_callback_t *callbacks;
    int callback_count;
    rpc_turn_t *turns;         /**< pyrpc: the oldest first */
    rpc_turn_t **last_turn;
    int takes_turns;           /**< a thread is sending what is due */
    int close_code;            /**< of a close that waits for an answer */
    char *close_reason;        /**< the same; malloc'ed, or NULL */

    /* Guarded by the topics' mutex. */
    struct rpc_subscription_t *subscriptions;
};

/* ---- peer.c ---- */

void rpc_peer_lock(rpc_peer_t *peer);
void rpc_peer_unlock(rpc_peer_t *peer);

/** A text in a frame of its own, now: after what the owner has in `out`. */
apr_status_t rpc_peer_send(rpc_peer_t *peer, const char *text,
                           apr_size_t length);

/** An answer: gathered if the owner is reading, else sent. */
apr_status_t rpc_peer_answer(rpc_peer_t *peer, const char *text,
                             apr_size_t length);

/** Send what was gathered. The owner's thread. */
void rpc_peer_flush(rpc_peer_t *peer);

void rpc_peer_log(rpc_peer_t *peer, int level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** Close it as the call said that closed its own peer, now that its answer
 *  was sent. */
void rpc_peer_close_late(rpc_peer_t *peer);

/** As malloc, cleared; never NULL: without memory there is nothing sensible
 *  left to do. */
void *rpc_peer_allocate(apr_size_t size);

/** A message of that peer, which it keeps. */
rpc_message_t *rpc_peer_message(rpc_peer_t *peer);

/** Give it up; by a thread that has a reference to the peer. */
void rpc_peer_drop_message(rpc_peer_t *peer, rpc_message_t *message);

/* ---- caller.c ---- */

/** Copy what the caller points to into one block. @return to be freed */
void *rpc_peer_copy_caller(const rpc_caller_t *caller, rpc_caller_t *ret_copy);

/* ---- incoming.c ---- */

/** Whether the calling thread runs a call of the peer on behalf of the host:
 *  rpc_peer_close_late() follows its answer then. With the lock. */
int rpc_peer_note_close(rpc_peer_t *peer);

/** Cancel what is not answered. */
void rpc_peer_cancel_all(rpc_peer_t *peer);

/** Cancel the call of that id, if it is not answered.
 *  @param id Its JSON text */
void rpc_peer_cancel(rpc_peer_t *peer, const char *id, apr_size_t length);

/* ---- turns.c: answers of pyrpc go out in the order of the requests ---- */

rpc_turn_t *rpc_turn_take(rpc_peer_t *peer);
/** Its answer is there: send what is due. Takes the text. */
void rpc_turn_send(rpc_peer_t *peer, rpc_turn_t *turn, rpc_writer_t *text);
void rpc_turn_free_all(rpc_peer_t *peer);

/* ---- calls.c ---- */

apr_status_t rpc_peer_notify_(rpc_peer_t *peer, const char *method,
                              const rpc_value_t *params);
apr_status_t rpc_peer_call_(rpc_peer_t *peer, const char *method,
                            const rpc_value_t *params,
                            apr_interval_time_t timeout,
                            rpc_reply_fn on_reply, void *baton);
/** Whether it can be called now, and with that: a status as of
 *  rpc_peer_call(). */
apr_status_t rpc_peer_check(rpc_peer_t *peer);

/** The id of the next call, from 1. */
apr_int64_t rpc_peer_next_id(rpc_peer_t *peer);

/** Write a request. @param id 0: a notification */
apr_status_t rpc_peer_write_request(const char *method,
                                    const rpc_value_t *params,
                                    apr_int64_t id, rpc_writer_t *out);

/** Not in the table yet; the caller has its one reference. */
rpc_pending_t *rpc_pending_create(rpc_peer_t *peer, apr_int64_t id,
                                  rpc_reply_fn on_reply, void *baton);

/** Into the table. With the lock. @return 0: it is full, or the peer gone */
apr_status_t rpc_pending_add(rpc_pending_t *pending);
/** Out of the table. With the lock. @return it was there: the caller has the
 *  table's reference now */
int rpc_pending_remove(rpc_pending_t *pending);
rpc_pending_t *rpc_pending_find(rpc_peer_t *peer, apr_int64_t id);
void rpc_pending_watch(rpc_pending_t *pending, apr_interval_time_t timeout);
void rpc_pending_unref(rpc_pending_t *pending);

/** Answers that arrived; in the message's pool. */
void rpc_peer_answered(rpc_peer_t *peer, rpc_message_t *message,
                       const rpc_answers_t *answers);

/** What is awaited fails. */
void rpc_peer_fail_all(rpc_peer_t *peer);

/** It ended otherwise than by an answer: tell so now, or when its callbacks
 *  have returned. By the one who took it out of the table. */
void rpc_pending_fail(rpc_pending_t *pending, int code);

/* ---- wait.c ---- */

rpc_value_t *rpc_peer_call_wait_(rpc_call_t *call, rpc_peer_t *peer,
                                 const char *method,
                                 const rpc_value_t *params,
                                 apr_interval_time_t timeout);

/* ---- batch.c ---- */

rpc_batch_t *rpc_batch_create_(rpc_peer_t *peer);
apr_status_t rpc_batch_add_(rpc_batch_t *batch, const char *method,
                            const rpc_value_t *params, int is_notification,
                            rpc_reply_fn on_reply, void *baton);
apr_status_t rpc_batch_send_(rpc_batch_t *batch, apr_interval_time_t timeout);

/** The batch that answers in one array are of. With the lock.
 *  @return or NULL */
rpc_group_t *rpc_group_find(rpc_peer_t *peer, const rpc_answers_t *answers);
/** A call of it is closed. With the lock. */
void rpc_group_close_one(rpc_peer_t *peer, rpc_group_t *group);

/* ---- callback.c ---- */

rpc_value_t *rpc_callback_make(rpc_call_t *call, rpc_peer_t *peer,
                               rpc_callback_fn fn, void *baton);
/** Callbacks that params name are those of that call now. With the lock. */
void rpc_callback_bind(rpc_pending_t *pending, const rpc_value_t *params);
/** Forget those of that call. With the lock. */
void rpc_callback_forget(rpc_pending_t *pending);
/** Forget all that were not sent. */
void rpc_callback_free_all(rpc_peer_t *peer);
/** A method of the name "rpc.callback.": call->fn of it. */
rpc_value_t *rpc_callback_run(rpc_call_t *call, void *peer);

/* ---- builtin.c ---- */

/** If the peer itself has a method of that name, give it to the call. */
void rpc_builtin_find(rpc_peer_t *peer, rpc_call_t *call);

/* ---- topics.c ---- */

enum rpc_topic_style_e {
    RPC_TOPIC_EVENT,       /**< {"notification":topic,"params":[...]} */
    RPC_TOPIC_NOTIFICATION /**< {"jsonrpc":"2.0","method":topic,...} */
};

enum rpc_topic_outcome_e {
    RPC_TOPIC_OK,
    RPC_TOPIC_UNKNOWN,     /**< no table declares it */
    RPC_TOPIC_UNCHANGED    /**< subscribed already, or was not */
};

/** @param name As the endpoint names it: prefix and topic; of that length */
enum rpc_topic_outcome_e rpc_topic_subscribe(rpc_peer_t *peer,
                                             const char *name,
                                             apr_size_t length,
                                             enum rpc_topic_style_e style);
enum rpc_topic_outcome_e rpc_topic_unsubscribe(rpc_peer_t *peer,
                                               const char *name,
                                               apr_size_t length,
                                               enum rpc_topic_style_e style);
/** Forget all that the peer subscribed to. */
void rpc_topic_forget(rpc_peer_t *peer);

apr_status_t rpc_topic_publish(rpc_call_t *call, const char *topic,
                               const rpc_value_t *value);

#endif
