/* SPDX-License-Identifier: Apache-2.0 */
/* Unit test of src/transport/large.c: turns, those that do not wait or not for
 * long, memory that goes from one message to the next. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apr_general.h"
#include "apr_pools.h"
#include "apr_time.h"

#include "core/atomic.h"
#include "tap.h"
#include "transport/large.h"

#define TIMES 200
#define MORE_THREADS 6
#define MOST_THREADS 64
#define BYTES 100000
/* Longer than this test: so many microseconds may a message of it wait. */
#define PATIENT ((apr_size_t)1000 * 1000 * 1000)

static int processors;
static int thread_count;
static rpc_large_t *large;

static int inside;
static int most_inside;
static int wrong;

/* One large message after the other, as http.c treats them. */
static void *take_turns(void *unused)
{
    int i;

    for (i = 0; i < TIMES; i++) {
        apr_allocator_t *allocator;
        apr_pool_t *pool;
        char *bytes;
        int now;

        rpc_large_wait(large, PATIENT);
        allocator = rpc_large_take(large, BYTES);
        now = rpc_atomic_add(&inside, 1);
        if (now > rpc_atomic_get(&most_inside)) {
            rpc_atomic_set(&most_inside, now);
        }
        apr_pool_create_unmanaged_ex(&pool, NULL, allocator);
        bytes = apr_palloc(pool, BYTES);
        memset(bytes, now, BYTES);
        if (bytes[0] != now || memcmp(bytes, bytes + 1, BYTES - 1) != 0) {
            rpc_atomic_add(&wrong, 1);
        }
        rpc_atomic_sub(&inside, 1);
        rpc_large_done(large);
        apr_pool_destroy(pool);
        rpc_large_give(large, allocator);
    }
    return unused;
}

static void test_turns(int is_threaded)
{
    pthread_t threads[MOST_THREADS];
    int i;

    large = rpc_large_create(is_threaded);
    most_inside = 0;
    for (i = 0; i < thread_count; i++) {
        pthread_create(&threads[i], NULL, take_turns, NULL);
    }
    for (i = 0; i < thread_count; i++) {
        pthread_join(threads[i], NULL);
    }
    ok(most_inside >= 1 && most_inside <= processors,
       "%d threads, at most %d at once", thread_count, most_inside);
    is_int(wrong, 0, "each with memory of its own");
}

static void *wait_patiently(void *waited)
{
    rpc_large_wait(large, PATIENT);
    rpc_atomic_set((int *)waited, 1);
    rpc_large_done(large);
    return waited;
}

static void test_waiting(void)
{
    apr_time_t begin;
    pthread_t thread;
    int waited = 0;
    int i;

    large = rpc_large_create(1);
    for (i = 0; i < processors; i++) {
        rpc_large_go_on(large);
    }
    begin = apr_time_now();
    rpc_large_wait(large, 20 * 1000);
    ok(apr_time_now() - begin >= 20 * 1000, "20 KB wait for 20 ms");
    pthread_create(&thread, NULL, wait_patiently, &waited);
    rpc_large_done(large);
    apr_sleep(20 * 1000);
    ok(!rpc_atomic_get(&waited), "all turns are taken still");
    rpc_large_done(large);
    pthread_join(thread, NULL);
    ok(waited, "one that is over is the next one's");
    for (i = 1; i < processors; i++) {
        rpc_large_done(large);
    }
    begin = apr_time_now();
    for (i = 0; i < processors; i++) {
        rpc_large_wait(large, 10 * 1000 * 1000);
    }
    ok(apr_time_now() - begin < 5 * APR_USEC_PER_SEC,
       "as many as there were, in the end");
}

static void test_memory(void)
{
    apr_allocator_t *first;
    apr_allocator_t *second;

    large = rpc_large_create(1);
    first = rpc_large_take(large, BYTES);
    second = rpc_large_take(large, BYTES);
    ok(first != second, "two messages, two allocators");
    rpc_large_give(large, first);
    ok(rpc_large_take(large, BYTES) == first, "the next one has the last's");
    rpc_large_give(large, first);
    rpc_large_give(large, second);
}

int main(void)
{
    apr_initialize();
    atexit(apr_terminate);
    processors = (int)sysconf(_SC_NPROCESSORS_ONLN);
    thread_count = processors + MORE_THREADS;
    if (thread_count > MOST_THREADS) {
        thread_count = MOST_THREADS;
    }
    test_turns(1);
    test_turns(0);
    test_waiting();
    test_memory();
    return done_testing();
}
