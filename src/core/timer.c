/* SPDX-License-Identifier: Apache-2.0 */
/* Deadlines in a binary heap, the earliest first. For message.c and the
 * peers, whose limits they are, and for the threads of a host. */
#include "core/timer.h"

#include <stdlib.h>

#include "apr_thread_mutex.h"

#define FIRST_ROOM 64

struct rpc_timers_t {
    apr_thread_mutex_t *mutex; /* guards all below, and timers' places */
    rpc_timer_t **heap;        /* malloc'ed; from 1, as it is counted */
    apr_size_t count;
    apr_size_t room;
    void (*wake)(void *baton);
    void *baton;
};

static apr_status_t free_heap(void *data)
{
    rpc_timers_t *timers = data;

    free(timers->heap);
    return APR_SUCCESS;
}

rpc_timers_t *rpc_timers_create(void (*wake)(void *baton), void *baton,
                                apr_pool_t *pool)
{
    rpc_timers_t *timers = apr_pcalloc(pool, sizeof(*timers));

    if (apr_thread_mutex_create(&timers->mutex, APR_THREAD_MUTEX_DEFAULT, pool)
        != APR_SUCCESS) {
        abort();
    }
    timers->wake = wake;
    timers->baton = baton;
    apr_pool_cleanup_register(pool, timers, free_heap, apr_pool_cleanup_null);
    return timers;
}

static void put(rpc_timers_t *timers, apr_size_t place, rpc_timer_t *timer)
{
    timers->heap[place] = timer;
    timer->place = place;
}

/* Towards the root, past all that are later. */
static void rise(rpc_timers_t *timers, apr_size_t place, rpc_timer_t *timer)
{
    while (place > 1 && timers->heap[place / 2]->when > timer->when) {
        put(timers, place, timers->heap[place / 2]);
        place /= 2;
    }
    put(timers, place, timer);
}

/* Away from the root, past all that are earlier. */
static void sink(rpc_timers_t *timers, apr_size_t place, rpc_timer_t *timer)
{
    for (;;) {
        apr_size_t child = place * 2;

        if (child < timers->count
            && timers->heap[child + 1]->when < timers->heap[child]->when) {
            child++;
        }
        if (child > timers->count
            || timers->heap[child]->when >= timer->when) {
            break;
        }
        put(timers, place, timers->heap[child]);
        place = child;
    }
    put(timers, place, timer);
}

static void take_out(rpc_timers_t *timers, rpc_timer_t *timer)
{
    apr_size_t place = timer->place;
    rpc_timer_t *last = timers->heap[timers->count--];

    timer->place = 0;
    if (last == timer) {
        return;
    }
    if (place > 1 && timers->heap[place / 2]->when > last->when) {
        rise(timers, place, last);
    }
    else {
        sink(timers, place, last);
    }
}

static void put_in(rpc_timers_t *timers, rpc_timer_t *timer)
{
    if (timers->count + 1 >= timers->room) {
        apr_size_t room = timers->room > 0 ? timers->room * 2 : FIRST_ROOM;
        rpc_timer_t **heap = realloc(timers->heap, room * sizeof(*heap));

        if (heap == NULL) {
            abort();
        }
        timers->heap = heap;
        timers->room = room;
    }
    timers->count++;
    rise(timers, timers->count, timer);
}

void rpc_timers_set(rpc_timers_t *timers, rpc_timer_t *timer, apr_time_t when)
{
    int is_earlier;

    apr_thread_mutex_lock(timers->mutex);
    is_earlier = timers->count == 0 || when < timers->heap[1]->when;
    if (timer->place != 0) {
        take_out(timers, timer);
    }
    timer->when = when;
    put_in(timers, timer);
    apr_thread_mutex_unlock(timers->mutex);
    if (is_earlier && timers->wake != NULL) {
        timers->wake(timers->baton);
    }
}

int rpc_timers_cancel(rpc_timers_t *timers, rpc_timer_t *timer)
{
    int was_set;

    apr_thread_mutex_lock(timers->mutex);
    was_set = timer->place != 0;
    if (was_set) {
        take_out(timers, timer);
    }
    apr_thread_mutex_unlock(timers->mutex);
    return was_set;
}

apr_interval_time_t rpc_timers_run(rpc_timers_t *timers)
{
    apr_time_t now = apr_time_now();
    apr_interval_time_t left = -1;
    int is_due = 1;

    while (is_due) {
        rpc_timer_t *first = NULL;

        apr_thread_mutex_lock(timers->mutex);
        is_due = timers->count > 0 && timers->heap[1]->when <= now;
        if (is_due) {
            first = timers->heap[1];
            take_out(timers, first);
        }
        else if (timers->count > 0) {
            left = timers->heap[1]->when - now;
        }
        apr_thread_mutex_unlock(timers->mutex);
        if (first != NULL) {
            first->fire(first);
        }
    }
    return left;
}
