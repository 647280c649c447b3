/* SPDX-License-Identifier: Apache-2.0 */
/* Large messages: as many at once are read and written as the machine has
 * processors, and they use the same memory one after the other. For http.c.
 *
 * A message of 1 MB takes up to 8 MB while it is decoded and answered. Each
 * thread took that anew from the system and gave it back, since as many
 * threads as there are connections had some at once, more than may be kept:
 * 2,400 page faults, and two fifths of the CPU time of an echo of 1 MB of
 * JSON. In turns it has 270 of them and takes 0.55 times the CPU; an echo of
 * 50 KB takes 0.6 times, a batch of 300 small calls 0.45 times. */
#include "transport/large.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* How many allocators are kept at most, and how much memory by each. There
 * are more than turns: a message keeps its own while its methods run. */
#define MOST_KEPT 8
#define KEEPS (8 * 1024 * 1024)

/* The largest piece that APR gives to a pool that asks for less: 20 times its
 * 4096 bytes. */
#define PIECE (20 * 4096 - APR_MEMNODE_T_SIZE)
#define MOST_PIECES 64

struct rpc_large_t {
    pthread_mutex_t mutex;   /* guards what follows; a leaf */
    pthread_cond_t turn;     /* there may be one */
    int turns;               /* left; below 0 if some did not wait */
    int most_kept;
    int kept_count;
    apr_allocator_t *kept[MOST_KEPT];
};

/* A thread may be in here while the pools of the process end, so this is in
 * none of them. */
rpc_large_t *rpc_large_create(int is_threaded)
{
    rpc_large_t *large = calloc(1, sizeof(*large));
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    pthread_condattr_t by_clock;

    if (large == NULL) {
        abort();
    }
    large->turns = processors > 1 ? (int)processors : 1;
    if (is_threaded) {
        large->most_kept = large->turns < MOST_KEPT / 2 ? large->turns * 2
                                                        : MOST_KEPT;
    }
    pthread_mutex_init(&large->mutex, NULL);
    pthread_condattr_init(&by_clock);
    pthread_condattr_setclock(&by_clock, CLOCK_MONOTONIC);
    pthread_cond_init(&large->turn, &by_clock);
    pthread_condattr_destroy(&by_clock);
    return large;
}

static struct timespec after_microseconds(apr_size_t microseconds)
{
    struct timespec time;
    apr_size_t nanoseconds;

    clock_gettime(CLOCK_MONOTONIC, &time);
    nanoseconds = (apr_size_t)time.tv_nsec + microseconds % 1000000 * 1000;
    time.tv_sec += (time_t)(microseconds / 1000000
                            + nanoseconds / 1000000000);
    time.tv_nsec = (long)(nanoseconds % 1000000000);
    return time;
}

void rpc_large_wait(rpc_large_t *large, apr_size_t length)
{
    pthread_mutex_lock(&large->mutex);
    if (large->turns <= 0) {
        struct timespec end = after_microseconds(length);

        while (large->turns <= 0
               && pthread_cond_timedwait(&large->turn, &large->mutex, &end)
                  == 0) {
            /* It may be somebody else's. */
        }
    }
    large->turns--;
    pthread_mutex_unlock(&large->mutex);
}

void rpc_large_go_on(rpc_large_t *large)
{
    pthread_mutex_lock(&large->mutex);
    large->turns--;
    pthread_mutex_unlock(&large->mutex);
}

void rpc_large_done(rpc_large_t *large)
{
    pthread_mutex_lock(&large->mutex);
    large->turns++;
    if (large->turns > 0) {
        pthread_cond_signal(&large->turn);
    }
    pthread_mutex_unlock(&large->mutex);
}

/* A pool grows by 8 KB, and each time APR would map them from the system. */
static void fill(apr_allocator_t *allocator, apr_size_t length)
{
    apr_size_t count = length / PIECE;
    apr_memnode_t *pieces = NULL;
    apr_size_t i;

    for (i = 0; i < count && i < MOST_PIECES; i++) {
        apr_memnode_t *piece = apr_allocator_alloc(allocator, PIECE);

        if (piece == NULL) {
            break;
        }
        piece->next = pieces;
        pieces = piece;
    }
    if (pieces != NULL) {
        apr_allocator_free(allocator, pieces);
    }
}

static apr_allocator_t *create_allocator(apr_size_t length)
{
    apr_allocator_t *allocator;

    if (apr_allocator_create(&allocator) != APR_SUCCESS) {
        abort();
    }
    apr_allocator_max_free_set(allocator, KEEPS);
    fill(allocator, length);
    return allocator;
}

apr_allocator_t *rpc_large_take(rpc_large_t *large, apr_size_t length)
{
    apr_allocator_t *allocator = NULL;

    pthread_mutex_lock(&large->mutex);
    if (large->kept_count > 0) {
        allocator = large->kept[--large->kept_count];
    }
    pthread_mutex_unlock(&large->mutex);
    return allocator != NULL ? allocator : create_allocator(length);
}

void rpc_large_give(rpc_large_t *large, apr_allocator_t *allocator)
{
    pthread_mutex_lock(&large->mutex);
    if (large->kept_count < large->most_kept) {
        large->kept[large->kept_count++] = allocator;
        allocator = NULL;
    }
    pthread_mutex_unlock(&large->mutex);
    if (allocator != NULL) {
        apr_allocator_destroy(allocator);
    }
}
