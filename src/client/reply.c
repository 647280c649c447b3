/* SPDX-License-Identifier: Apache-2.0 */
/* Replies: completed once by a carrier, waited for by any thread. For
 * programs that link libmodrpc. */
#include "client/client.h"

#include "apr_strings.h"

#include "protocol/json.h"

/* A thread that waits, on its stack. Its condition is no part of the reply,
 * whose memory is the carrier's until it is done. */
typedef struct rpc_waiting_t {
    apr_thread_cond_t *condition;
    struct rpc_waiting_t *next;
} rpc_waiting_t;

void rpc_reply_unref_(rpc_reply_t *reply)
{
    rpc_client_t *client = reply->client;

    if (rpc_atomic_sub(&reply->refs, 1) == 0) {
        apr_pool_destroy(reply->pool);
        rpc_client_unref_(client);
    }
}

void rpc_reply_complete_(rpc_reply_t *reply, enum rpc_reply_kind_e kind,
                         rpc_value_t *result, rpc_fault_t *fault)
{
    rpc_client_t *client = reply->client;
    const rpc_waiting_t *waiting;
    rpc_client_reply_fn on_reply;

    apr_thread_mutex_lock(client->mutex);
    reply->kind = kind;
    reply->result = result;
    reply->fault = fault;
    on_reply = reply->on_reply;
    rpc_atomic_set(&reply->done, 1);
    for (waiting = reply->waiting; waiting != NULL;
         waiting = waiting->next) {
        apr_thread_cond_signal(waiting->condition);
    }
    apr_thread_mutex_unlock(client->mutex);
    if (on_reply != NULL) {
        on_reply(reply, reply->baton);
    }
    rpc_reply_unref_(reply);
}

void rpc_reply_fail_(rpc_reply_t *reply, enum rpc_reply_kind_e kind,
                     int code, const char *format, ...)
{
    rpc_fault_t *fault;
    va_list args;

    va_start(args, format);
    fault = rpc_fault_makev(reply->pool, code, format, args);
    va_end(args);
    rpc_reply_complete_(reply, kind, NULL, fault);
}

static rpc_value_t copy_list(const rpc_value_t *value, apr_pool_t *pool)
{
    rpc_value_t copy = rpc_value_list((enum rpc_type_e)value->type, pool);
    apr_size_t count = rpc_value_count(value);
    apr_size_t i;

    rpc_value_reserve(&copy, count, pool);
    for (i = 0; i < count; i++) {
        const char *name;
        apr_size_t length;

        if (value->type == RPC_ARRAY) {
            rpc_value_append(&copy,
                             rpc_value_deep_copy(rpc_value_at(value, i),
                                                 pool), pool);
        }
        else {
            const rpc_value_t *member = rpc_value_member(value, i, &name,
                                                         &length);

            rpc_value_set(&copy, apr_pstrmemdup(pool, name, length), length,
                          rpc_value_deep_copy(member, pool), pool);
        }
    }
    return copy;
}

rpc_value_t rpc_value_deep_copy(const rpc_value_t *value, apr_pool_t *pool)
{
    switch (rpc_type(value)) {
    case RPC_STRING:
    case RPC_BYTES:
        return rpc_value_copy_text(rpc_type(value), value->u.text,
                                   value->length, pool);
    case RPC_ARRAY:
    case RPC_STRUCT:
        return copy_list(value, pool);
    case RPC_NIL:
        return rpc_value_nil();
    default:
        return *value;
    }
}

/* ------------------------------------------------------------------------ */

int rpc_reply_done(const rpc_reply_t *reply)
{
    return rpc_atomic_get(&reply->done) != 0;
}

static apr_status_t wait_once(const rpc_waiting_t *waiting,
                              apr_thread_mutex_t *mutex, apr_time_t until)
{
    apr_interval_time_t left;

    if (until == 0) {
        return apr_thread_cond_wait(waiting->condition, mutex);
    }
    left = until - apr_time_now();
    if (left <= 0) {
        return APR_TIMEUP;
    }
    apr_thread_cond_timedwait(waiting->condition, mutex, left);
    return APR_SUCCESS;
}

/* With the mutex. @return NULL: no memory */
static apr_thread_cond_t *take_condition(rpc_client_t *client)
{
    apr_thread_cond_t **last = apr_array_pop(client->conditions);
    apr_thread_cond_t *made;

    if (last != NULL) {
        return *last;
    }
    return apr_thread_cond_create(&made, client->pool) == APR_SUCCESS ? made
                                                                      : NULL;
}

/* With the mutex. */
static void stop_waiting(rpc_reply_t *reply, const rpc_waiting_t *waiting)
{
    rpc_waiting_t **at = &reply->waiting;

    while (*at != waiting) {
        at = &(*at)->next;
    }
    *at = waiting->next;
    APR_ARRAY_PUSH(reply->client->conditions, apr_thread_cond_t *) =
        waiting->condition;
}

int rpc_reply_wait(rpc_reply_t *reply, apr_interval_time_t limit)
{
    rpc_client_t *client = reply->client;
    apr_time_t until = limit < 0 ? 0 : apr_time_now() + limit;
    rpc_waiting_t waiting;

    if (rpc_reply_done(reply)) {
        return 1;
    }
    if (client->carrier == NULL || client->carrier->is_own_thread(client)) {
        return 0;
    }
    apr_thread_mutex_lock(client->mutex);
    waiting.condition = take_condition(client);
    if (waiting.condition != NULL) {
        waiting.next = reply->waiting;
        reply->waiting = &waiting;
        while (!rpc_reply_done(reply)
               && wait_once(&waiting, client->mutex, until) == APR_SUCCESS) {
            continue;
        }
        stop_waiting(reply, &waiting);
    }
    apr_thread_mutex_unlock(client->mutex);
    return rpc_reply_done(reply);
}

enum rpc_reply_kind_e rpc_reply_kind(rpc_reply_t *reply)
{
    return rpc_reply_wait(reply, -1) ? reply->kind : RPC_REPLY_PENDING;
}

rpc_value_t *rpc_reply_result(rpc_reply_t *reply)
{
    return rpc_reply_wait(reply, -1) ? reply->result : NULL;
}

int rpc_reply_fault(rpc_reply_t *reply, const char **ret_text)
{
    const char *text = "this thread carries the answers of the client, so it"
                       " cannot wait for one";
    int code = RPC_E_INTERNAL;

    if (rpc_reply_wait(reply, -1)) {
        if (reply->fault == NULL) {
            return 0;
        }
        text = reply->fault->text;
        code = reply->fault->code;
    }
    if (ret_text != NULL) {
        *ret_text = text;
    }
    return code != 0 ? code : RPC_E_APPLICATION;
}

rpc_value_t *rpc_reply_data(rpc_reply_t *reply)
{
    if (!rpc_reply_wait(reply, -1) || reply->fault == NULL) {
        return NULL;
    }
    return (rpc_value_t *)reply->fault->data;
}

rpc_value_t *rpc_reply_response(rpc_reply_t *reply)
{
    return rpc_reply_wait(reply, -1) ? reply->response : NULL;
}

int rpc_reply_status(rpc_reply_t *reply)
{
    return rpc_reply_wait(reply, -1) ? reply->status : 0;
}

void rpc_reply_free(rpc_reply_t *reply)
{
    if (reply != NULL) {
        rpc_reply_unref_(reply);
    }
}
