/* SPDX-License-Identifier: Apache-2.0 */
/* One message: its pool, its calls, and waiting for those that answer later.
 * For protocols and transports. */
#include "core/message.h"

#include <stdlib.h>

#include "apr_allocator.h"
#include "apr_general.h"
#include "apr_strings.h"
#include "apr_thread_cond.h"
#include "apr_thread_mutex.h"

#include "core/call.h"

/* Guards `awaited`, the state, result and fault of deferred calls. Made by
 * the first rpc_defer(); threads may race to be that. */
struct rpc_waiter_t {
    apr_thread_mutex_t *mutex;
    apr_thread_cond_t *done;
};

/* How a deferred call of a message that was started may end by itself. The
 * faults are made beforehand: when it does, its pool is another thread's. */
typedef struct rpc_limit_t {
    rpc_timer_t timer; /* first; has a reference to the message when set */
    rpc_call_t *call;
    rpc_fault_t *late;
    rpc_fault_t *cancelled;
} rpc_limit_t;

/* What waits longer waits for ever: a sum with a time, and the seconds that a
 * thread can wait until, must not overflow. */
#define LONGEST_LIMIT (366 * 24 * 3600 * APR_USEC_PER_SEC)

/* How often a thread that waits looks whether anybody wants the answer. */
#define LOOK_EVERY (APR_USEC_PER_SEC / 2)

/* As httpd does it: without memory there is nothing sensible left to do. */
static int out_of_memory(int retcode)
{
    (void)retcode;
    abort();
}

/* A pool that is nobody's child, with an allocator of its own: it may be used
 * and destroyed on any thread. */
static apr_pool_t *create_own_pool(void)
{
    apr_pool_t *pool;

    if (apr_pool_create_unmanaged_ex(&pool, out_of_memory, NULL)
        != APR_SUCCESS) {
        abort();
    }
    return pool;
}

static apr_status_t destroy_own_pool(void *pool)
{
    apr_pool_destroy(pool);
    return APR_SUCCESS;
}

rpc_message_t *rpc_message_create(const rpc_caller_t *caller)
{
    return rpc_message_create_over(caller, NULL);
}

rpc_message_t *rpc_message_create_over(const rpc_caller_t *caller,
                                       apr_allocator_t *allocator)
{
    rpc_message_t *message;
    apr_pool_t *pool;

    if (allocator == NULL) {
        if (apr_allocator_create(&allocator) != APR_SUCCESS) {
            out_of_memory(APR_ENOMEM);
        }
        apr_allocator_max_free_set(allocator, RPC_MESSAGE_KEEPS);
    }
    if (apr_pool_create_unmanaged_ex(&pool, out_of_memory, allocator)
        != APR_SUCCESS) {
        out_of_memory(APR_ENOMEM);
    }
    message = apr_pcalloc(pool, sizeof(*message));
    message->pool = pool;
    message->allocator = allocator;
    message->caller = caller;
    message->refs = 1;
    return message;
}

void rpc_message_ref(rpc_message_t *message)
{
    rpc_atomic_add(&message->refs, 1);
}

apr_allocator_t *rpc_message_release(rpc_message_t *message)
{
    apr_allocator_t *allocator = message->allocator;

    if (rpc_atomic_sub(&message->refs, 1) != 0) {
        return NULL;
    }
    apr_pool_destroy(message->pool);
    return allocator;
}

void rpc_message_unref(rpc_message_t *message)
{
    apr_allocator_t *allocator = rpc_message_release(message);

    if (allocator != NULL) {
        apr_allocator_destroy(allocator);
    }
}

void rpc_message_reserve(rpc_message_t *message, int count)
{
    rpc_call_t **calls = apr_palloc(message->pool, sizeof(*calls) * count);
    int i;

    for (i = 0; i < message->call_count; i++) {
        calls[i] = message->calls[i];
    }
    message->calls = calls;
    message->call_room = count;
}

rpc_call_t *rpc_message_add_call(rpc_message_t *message)
{
    rpc_call_t *call = apr_pcalloc(message->pool, sizeof(*call));

    call->api = &rpc_api;
    call->pool = message->pool;
    call->message = message;
    call->caller = message->caller;
    if (message->call_count == message->call_room) {
        rpc_message_reserve(message, message->call_room * 2 + 1);
    }
    message->calls[message->call_count++] = call;
    return call;
}

void rpc_message_run(rpc_message_t *message)
{
    int i;

    for (i = 0; i < message->call_count; i++) {
        rpc_call_run(message->calls[i]);
    }
    for (i = 0; i < message->call_count; i++) {
        rpc_message_wait(message->calls[i], message->pool);
    }
}

static void push_complaint(rpc_message_t *message, const char *text,
                           apr_pool_t *pool)
{
    rpc_complaint_t *complaint = apr_palloc(pool, sizeof(*complaint));

    complaint->text = text;
    complaint->next = rpc_atomic_get(&message->complaints);
    while (!rpc_atomic_swap(&message->complaints, &complaint->next,
                            complaint)) {
    }
}

void rpc_message_complain(rpc_message_t *message, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    push_complaint(message, apr_pvsprintf(message->pool, format, args),
                   message->pool);
    va_end(args);
}

const char *rpc_message_complain_of(rpc_call_t *call, const char *text)
{
    unsigned char random[4] = { 0, 0, 0, 0 };
    const char *id;

    (void)apr_generate_random_bytes(random, sizeof(random));
    id = apr_psprintf(call->pool, "%02x%02x%02x%02x", random[0], random[1],
                      random[2], random[3]);
    push_complaint(call->message,
                   apr_pstrcat(call->pool, text, " (id ", id, ")", NULL),
                   call->pool);
    return id;
}

/* The sections of a request are merged in the request's pool: what outlives
 * the request needs them copied. */
static const rpc_registry_t *copy_registry(const rpc_registry_t *registry,
                                           apr_pool_t *pool)
{
    rpc_registry_t *copy = NULL;
    rpc_registry_t **end = &copy;

    for (; registry != NULL; registry = registry->outer) {
        rpc_registry_t *node = apr_pmemdup(pool, registry, sizeof(*node));

        *end = node;
        end = (rpc_registry_t **)&node->outer;
    }
    return copy;
}

static const rpc_caller_t *copy_caller(const rpc_caller_t *caller,
                                       apr_pool_t *pool)
{
    rpc_caller_t *copy = apr_pmemdup(pool, caller, sizeof(*copy));

    copy->user = apr_pstrdup(pool, caller->user);
    copy->client_ip = apr_pstrdup(pool, caller->client_ip);
    copy->registry = copy_registry(caller->registry, pool);
    if (caller->limits != NULL) {
        copy->limits = apr_pmemdup(pool, caller->limits,
                                   sizeof(*caller->limits));
    }
    if (caller->about != NULL) {
        rpc_about_t *about = apr_pmemdup(pool, caller->about,
                                         sizeof(*about));

        about->title = apr_pstrdup(pool, about->title);
        about->description = apr_pstrdup(pool, about->description);
        about->url = apr_pstrdup(pool, about->url);
        copy->about = about;
    }
    copy->request = NULL;
    copy->connection = NULL;
    copy->dir_config = NULL;
    copy->gone = NULL;
    return copy;
}

static rpc_waiter_t *need_waiter(rpc_message_t *message, apr_pool_t *pool)
{
    rpc_waiter_t *there = rpc_atomic_get(&message->waiter);
    rpc_waiter_t *waiter;

    if (there != NULL) {
        return there;
    }
    waiter = apr_pcalloc(pool, sizeof(*waiter));
    if (apr_thread_mutex_create(&waiter->mutex, APR_THREAD_MUTEX_DEFAULT, pool)
        != APR_SUCCESS
        || apr_thread_cond_create(&waiter->done, pool) != APR_SUCCESS) {
        out_of_memory(APR_ENOMEM);
    }
    return rpc_atomic_swap(&message->waiter, &there, waiter) ? waiter : there;
}

static const char *name_of(const rpc_call_t *call)
{
    return call->entry != NULL ? call->entry->name : "the method";
}

static rpc_fault_t *make_late(const rpc_call_t *call, apr_pool_t *pool)
{
    return rpc_fault_make(pool, RPC_E_TIMEOUT, "%s did not answer in time",
                          name_of(call));
}

static rpc_fault_t *make_cancelled(apr_pool_t *pool)
{
    return rpc_fault_make(pool, RPC_E_CANCELLED, "the caller cancelled it");
}

/* Whether the message goes on when this call completes; a call within a call
 * is waited for. */
static int is_counted(const rpc_call_t *call)
{
    return call->message->done != NULL && call->depth == 0;
}

static void finish_one(rpc_message_t *message)
{
    if (rpc_atomic_sub(&message->open, 1) == 0) {
        message->done(message, message->baton);
    }
}

/* Ends a deferred call, once: with what it completed with, or with what its
 * limit has for `code`. Returns whether this was it. */
static int end_deferred(rpc_call_t *call, rpc_value_t *result,
                        rpc_fault_t *fault, int code)
{
    rpc_waiter_t *waiter = rpc_atomic_get(&call->message->waiter);
    int is_first;

    if (waiter == NULL) {
        return 0;
    }
    apr_thread_mutex_lock(waiter->mutex);
    is_first = call->awaited;
    if (is_first) {
        if (code != 0) {
            fault = code == RPC_E_TIMEOUT ? call->limit->late
                                          : call->limit->cancelled;
        }
        call->result = result;
        call->fault = fault;
        call->state = RPC_CALL_DONE;
        call->awaited = 0;
        apr_thread_cond_broadcast(waiter->done);
    }
    apr_thread_mutex_unlock(waiter->mutex);
    return is_first;
}

/* Its deadline has come. */
static void expire(rpc_timer_t *timer)
{
    rpc_call_t *call = ((rpc_limit_t *)timer)->call;
    rpc_message_t *message = call->message;

    rpc_atomic_set(&call->cancelled, 1);
    if (end_deferred(call, NULL, NULL, RPC_E_TIMEOUT)) {
        finish_one(message);
    }
    rpc_message_unref(message);
}

/* By a thread that has a reference to the message besides the timer's. */
static void stop_timer(rpc_call_t *call)
{
    rpc_message_t *message = call->message;

    if (rpc_timers_cancel(message->host->timers, &call->limit->timer)) {
        rpc_message_unref(message);
    }
}

static rpc_limit_t *make_limit(rpc_call_t *call)
{
    rpc_limit_t *limit = apr_pcalloc(call->pool, sizeof(*limit));

    limit->timer.fire = expire;
    limit->call = call;
    limit->late = make_late(call, call->pool);
    limit->cancelled = make_cancelled(call->pool);
    return limit;
}

static int is_awaited(rpc_call_t *call)
{
    rpc_waiter_t *waiter = rpc_atomic_get(&call->message->waiter);
    int awaited;

    apr_thread_mutex_lock(waiter->mutex);
    awaited = call->awaited;
    apr_thread_mutex_unlock(waiter->mutex);
    return awaited;
}

/* The deadline of a deferred call that no thread waits for. */
static void watch(rpc_call_t *call)
{
    rpc_message_ref(call->message);
    rpc_timers_set(call->message->host->timers, &call->limit->timer,
                   call->deadline);
    if (rpc_atomic_get(&call->cancelled)
        && end_deferred(call, NULL, NULL, RPC_E_CANCELLED)) {
        finish_one(call->message);
    }
    if (!is_awaited(call)) {
        stop_timer(call); /* it ended before there was one */
    }
}

void rpc_message_defer(rpc_call_t *call, apr_interval_time_t limit)
{
    rpc_message_t *message = call->message;
    apr_pool_t *home = call->pool;
    rpc_waiter_t *waiter;

    call->pool = create_own_pool();
    apr_pool_cleanup_register(home, call->pool, destroy_own_pool,
                              apr_pool_cleanup_null);
    waiter = need_waiter(message, call->pool);
    if (call->caller->peer == NULL) {
        call->caller = copy_caller(call->caller, call->pool);
    }
    call->deadline = apr_time_now()
                     + (limit < LONGEST_LIMIT ? limit : LONGEST_LIMIT);
    rpc_message_ref(message);
    apr_thread_mutex_lock(waiter->mutex);
    call->limit = is_counted(call) ? make_limit(call) : NULL;
    call->state = RPC_CALL_DEFERRED;
    call->awaited = 1;
    apr_thread_mutex_unlock(waiter->mutex);
    if (call->limit != NULL) {
        watch(call);
    }
}

apr_status_t rpc_message_complete(rpc_call_t *call, rpc_value_t *result,
                                  rpc_fault_t *fault)
{
    rpc_message_t *message = call->message;
    apr_status_t rv = APR_TIMEUP;

    if (end_deferred(call, result, fault, 0)) {
        rv = APR_SUCCESS;
        if (is_counted(call)) {
            stop_timer(call);
            finish_one(message);
        }
    }
    rpc_message_unref(message);
    return rv;
}

void rpc_message_cancel(rpc_call_t *call)
{
    rpc_message_t *message = call->message;

    rpc_atomic_set(&call->cancelled, 1);
    if (end_deferred(call, NULL, NULL, RPC_E_CANCELLED)) {
        stop_timer(call);
        finish_one(message);
    }
}

/* On a thread of the host; has a reference to the message. */
static void run_task(void *arg)
{
    rpc_call_t *call = arg;
    rpc_message_t *message = call->message;

    if (rpc_host_stopping(message->host)) {
        call->fault = rpc_fault_make(call->pool, RPC_E_STOPPING,
                                     "the server is stopping; call again");
    }
    else if (rpc_atomic_get(&call->cancelled)) {
        call->fault = make_cancelled(call->pool);
    }
    rpc_atomic_set(&call->runner, apr_os_thread_current());
    rpc_call_run(call);
    rpc_atomic_set(&call->runner, 0);
    if (!call->deferred) {
        finish_one(message);
    }
    rpc_message_unref(message);
}

/* Returns whether it runs elsewhere; if not it has failed. */
static int start_blocking(rpc_call_t *call)
{
    rpc_message_t *message = call->message;
    apr_status_t rv;

    call->pool = create_own_pool();
    apr_pool_cleanup_register(message->pool, call->pool, destroy_own_pool,
                              apr_pool_cleanup_null);
    rpc_message_ref(message);
    rv = message->host->run(message->host, run_task, call);
    if (rv == APR_SUCCESS) {
        return 1;
    }
    call->fault = rv == APR_EOF
        ? rpc_fault_make(message->pool, RPC_E_STOPPING,
                         "the server is stopping; call again")
        : rpc_fault_make(message->pool, RPC_E_BUSY,
                         "the server is busy, try again later");
    call->state = RPC_CALL_DONE;
    rpc_message_unref(message);
    return 0;
}

int rpc_message_begin(rpc_message_t *message, rpc_host_t *host,
                      rpc_message_done_fn done, void *baton)
{
    int completed = 0;
    int i;

    message->host = host;
    message->done = done;
    message->baton = baton;
    message->open = message->call_count + 1;
    for (i = 0; i < message->call_count; i++) {
        rpc_call_t *call = message->calls[i];

        if (call->state == RPC_CALL_DONE) {
            completed++;
        }
        else if (rpc_call_is_blocking(call)) {
            completed += !start_blocking(call);
        }
        else {
            rpc_call_run(call);
            completed += !call->deferred;
        }
    }
    return rpc_atomic_sub(&message->open, completed) == 1;
}

void rpc_message_let_go(rpc_message_t *message)
{
    finish_one(message);
}

void rpc_message_start(rpc_message_t *message, rpc_host_t *host,
                       rpc_message_done_fn done, void *baton)
{
    if (rpc_message_begin(message, host, done, baton)) {
        done(message, baton);
    }
    else {
        rpc_message_let_go(message);
    }
}

static int is_caller_gone(const rpc_caller_t *caller)
{
    return caller->gone != NULL && caller->gone(caller);
}

/* With the waiter's lock: nobody waits for it any more. */
static void end_wait(rpc_call_t *call, rpc_fault_t *fault)
{
    call->fault = fault;
    rpc_atomic_set(&call->cancelled, 1);
    call->state = RPC_CALL_DONE;
    call->awaited = 0;
}

void rpc_message_wait(rpc_call_t *call, apr_pool_t *pool)
{
    rpc_waiter_t *waiter = rpc_atomic_get(&call->message->waiter);

    if (waiter == NULL) {
        return;
    }
    apr_thread_mutex_lock(waiter->mutex);
    while (call->awaited) {
        apr_interval_time_t left = call->deadline - apr_time_now();

        if (left <= 0) {
            end_wait(call, make_late(call, pool));
        }
        else if (is_caller_gone(call->message->caller)) {
            end_wait(call, make_cancelled(pool));
        }
        else {
            apr_thread_cond_timedwait(waiter->done, waiter->mutex,
                                      left < LOOK_EVERY ? left : LOOK_EVERY);
        }
    }
    apr_thread_mutex_unlock(waiter->mutex);
}
