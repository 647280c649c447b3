/* SPDX-License-Identifier: Apache-2.0 */
/* Unit test of src/core/timer.c: order, cancelling, setting anew, firing that
 * sets, and threads that do all that at once. */
#include <pthread.h>
#include <stdlib.h>

#include "apr_general.h"

#include "core/atomic.h"
#include "core/timer.h"
#include "tap.h"

#define MANY 500
#define THREADS 4

static apr_pool_t *pool;

typedef struct entry_t {
    rpc_timer_t timer; /* first */
    int fired;
    int order;
} entry_t;

static int order;

static void note(rpc_timer_t *timer)
{
    entry_t *entry = (entry_t *)timer;

    rpc_atomic_add(&entry->fired, 1);
    entry->order = ++order;
}

static int wakes;

static void wake(void *baton)
{
    rpc_atomic_add((int *)baton, 1);
}

static void test_order(void)
{
    rpc_timers_t *timers = rpc_timers_create(wake, &wakes, pool);
    entry_t *entries = calloc(MANY, sizeof(*entries));
    apr_time_t now = apr_time_now();
    apr_time_t last = 0;
    unsigned random = 7;
    int wrong = 0;
    int fired = 0;
    int i;

    is_int(rpc_timers_run(timers), -1, "no timer");
    for (i = 0; i < MANY; i++) {
        random = random * 1103515245u + 12345u;
        entries[i].timer.fire = note;
        rpc_timers_set(timers, &entries[i].timer,
                       now - 1 - (random >> 8) % 1000);
    }
    for (i = 0; i < MANY; i += 3) {
        wrong += rpc_timers_cancel(timers, &entries[i].timer) != 1;
        wrong += rpc_timers_cancel(timers, &entries[i].timer) != 0;
    }
    is_int(wrong, 0, "cancelled once each");
    rpc_timers_set(timers, &entries[1].timer, now + 3600000000);
    is_int(rpc_timers_run(timers) > 3590000000, 1, "time to the next one");
    for (i = 0; i < MANY; i++) {
        fired += entries[i].fired;
        wrong += entries[i].fired != (i % 3 != 0 && i != 1);
    }
    is_int(wrong, 0, "each fired once, if it was not cancelled or set anew");
    while (fired > 0) { /* in the order of their deadlines */
        for (i = 0; entries[i].order != order - fired + 1; i++) {
        }
        wrong += entries[i].timer.when < last;
        last = entries[i].timer.when;
        fired--;
    }
    is_int(wrong, 0, "the earliest first");
    is_int(rpc_timers_cancel(timers, &entries[1].timer), 1, "the last one");
    is_int(rpc_timers_run(timers), -1, "none is left");
    free(entries);
}

static void test_wake(void)
{
    rpc_timers_t *timers = rpc_timers_create(wake, &wakes, pool);
    entry_t first = { .timer.fire = note };
    entry_t second = { .timer.fire = note };
    apr_time_t now = apr_time_now();

    wakes = 0;
    rpc_timers_set(timers, &first.timer, now + 2000000);
    is_int(wakes, 1, "the first wakes");
    rpc_timers_set(timers, &second.timer, now + 3000000);
    is_int(wakes, 1, "a later one does not");
    rpc_timers_set(timers, &second.timer, now + 1000000);
    is_int(wakes, 2, "an earlier one does");
}

static rpc_timers_t *own;

static void again(rpc_timer_t *timer)
{
    note(timer);
    if (((entry_t *)timer)->fired < 3) {
        rpc_timers_set(own, timer, 1);
    }
}

static void test_again(void)
{
    entry_t entry = { .timer.fire = again };

    own = rpc_timers_create(NULL, NULL, pool);
    rpc_timers_set(own, &entry.timer, 1);
    is_int(rpc_timers_run(own), -1, "what fires may set itself");
    is_int(entry.fired, 3, "and fires again");
}

typedef struct task_t {
    rpc_timers_t *timers;
    pthread_t thread;
    entry_t entries[MANY];
    int cancelled;
} task_t;

static void *set_and_cancel(void *baton)
{
    task_t *task = baton;
    int i;

    for (i = 0; i < MANY; i++) {
        task->entries[i].timer.fire = note;
        rpc_timers_set(task->timers, &task->entries[i].timer,
                       apr_time_now() + i % 50);
        if (i >= 10) {
            task->cancelled += rpc_timers_cancel(
                task->timers, &task->entries[i - 10].timer);
        }
    }
    return NULL;
}

static void test_threads(void)
{
    rpc_timers_t *timers = rpc_timers_create(wake, &wakes, pool);
    task_t *tasks = calloc(THREADS, sizeof(*tasks));
    int ended = 0;
    int i;
    int j;

    for (i = 0; i < THREADS; i++) {
        tasks[i].timers = timers;
        pthread_create(&tasks[i].thread, NULL, set_and_cancel, &tasks[i]);
    }
    for (i = 0; i < 200; i++) {
        rpc_timers_run(timers);
    }
    for (i = 0; i < THREADS; i++) {
        pthread_join(tasks[i].thread, NULL);
    }
    while (rpc_timers_run(timers) >= 0) {
    }
    for (i = 0; i < THREADS; i++) {
        ended += tasks[i].cancelled;
        for (j = 0; j < MANY; j++) {
            ended += tasks[i].entries[j].fired;
        }
    }
    is_int(ended, THREADS * MANY, "each was cancelled or fired, not both");
    free(tasks);
}

int main(void)
{
    apr_initialize();
    apr_pool_create(&pool, NULL);
    test_order();
    test_wake();
    test_again();
    test_threads();
    apr_pool_destroy(pool);
    apr_terminate();
    return done_testing();
}
