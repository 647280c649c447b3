/* SPDX-License-Identifier: Apache-2.0 */
/* One message: its pool, its calls, and waiting for those that answer later.
 * For protocols and transports. */
#include "core/message.h"

#include <stdlib.h>

#include "apr_allocator.h"
#include "apr_atomic.h"
#include "apr_general.h"
#include "apr_strings.h"
#include "apr_thread_cond.h"
#include "apr_thread_mutex.h"

#include "core/call.h"

/* Guards the state, result and fault of deferred calls. Made by the first
 * rpc_defer(), on the thread that runs the message. */
struct rpc_waiter_t {
    apr_thread_mutex_t *mutex;
    apr_thread_cond_t *done;
};

/* What waits longer waits for ever: a sum with a time, and the seconds that a
 * thread can wait until, must not overflow. */
#define LONGEST_LIMIT (366 * 24 * 3600 * APR_USEC_PER_SEC)

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

apr_allocator_t *rpc_message_release(rpc_message_t *message)
{
    apr_allocator_t *allocator = message->allocator;

    if (apr_atomic_dec32(&message->refs) != 0) {
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
    void *seen;

    complaint->text = text;
    do {
        complaint->next = message->complaints;
        seen = apr_atomic_casptr((void *)&message->complaints, complaint,
                                 complaint->next);
    } while (seen != complaint->next);
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

void rpc_message_defer(rpc_call_t *call, apr_interval_time_t limit)
{
    rpc_message_t *message = call->message;
    apr_pool_t *home = call->pool;

    if (message->waiter == NULL) {
        rpc_waiter_t *waiter = apr_pcalloc(message->pool, sizeof(*waiter));

        if (apr_thread_mutex_create(&waiter->mutex,
                                    APR_THREAD_MUTEX_DEFAULT, message->pool)
            != APR_SUCCESS
            || apr_thread_cond_create(&waiter->done, message->pool)
               != APR_SUCCESS) {
            out_of_memory(APR_ENOMEM);
        }
        message->waiter = waiter;
    }
    call->pool = create_own_pool();
    apr_pool_cleanup_register(home, call->pool, destroy_own_pool,
                              apr_pool_cleanup_null);
    call->caller = copy_caller(call->caller, call->pool);
    call->deadline = apr_time_now()
                     + (limit < LONGEST_LIMIT ? limit : LONGEST_LIMIT);
    apr_atomic_inc32(&message->refs);
    call->state = RPC_CALL_DEFERRED;
}

apr_status_t rpc_message_complete(rpc_call_t *call, rpc_value_t *result,
                                  rpc_fault_t *fault)
{
    rpc_message_t *message = call->message;
    apr_status_t rv = APR_TIMEUP;

    apr_thread_mutex_lock(message->waiter->mutex);
    if (call->state == RPC_CALL_DEFERRED) {
        call->result = result;
        call->fault = fault;
        call->state = RPC_CALL_DONE;
        apr_thread_cond_broadcast(message->waiter->done);
        rv = APR_SUCCESS;
    }
    apr_thread_mutex_unlock(message->waiter->mutex);
    rpc_message_unref(message);
    return rv;
}

void rpc_message_wait(rpc_call_t *call, apr_pool_t *pool)
{
    rpc_waiter_t *waiter = call->message->waiter;

    if (waiter == NULL) {
        return;
    }
    apr_thread_mutex_lock(waiter->mutex);
    while (call->state == RPC_CALL_DEFERRED) {
        apr_interval_time_t left = call->deadline - apr_time_now();

        if (left <= 0) {
            call->fault = rpc_fault_make(pool, RPC_E_TIMEOUT,
                                         "%s did not answer in time",
                                         call->entry != NULL
                                             ? call->entry->name
                                             : "the method");
            call->cancelled = 1;
            call->state = RPC_CALL_DONE;
        }
        else {
            apr_thread_cond_timedwait(waiter->done, waiter->mutex, left);
        }
    }
    apr_thread_mutex_unlock(waiter->mutex);
}
