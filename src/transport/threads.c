/* SPDX-License-Identifier: Apache-2.0 */
/* A bounded queue before APR's thread pool, which has no bound, and forgets
 * what it has not begun when it ends. For child.c. */
#include "transport/threads.h"

#include <pthread.h>
#include <stdlib.h>

#include "apr_thread_pool.h"

/* Tasks that wait; a peer's are bounded by RpcPeerMaxPending, too. */
#define MOST_WAITING 1000

typedef struct task_t {
    struct task_t *next;
    void (*run)(void *arg);
    void *arg;
} task_t;

struct rpc_threads_t {
    apr_thread_pool_t *pool;
    pthread_mutex_t mutex; /* guards what follows; a leaf */
    task_t *first;
    task_t **end;
    int waiting;
};

apr_status_t rpc_threads_create(int count, apr_pool_t *pool,
                                rpc_threads_t **ret_threads)
{
    rpc_threads_t *threads = apr_pcalloc(pool, sizeof(*threads));
    apr_status_t rv = apr_thread_pool_create(&threads->pool,
                                             (apr_size_t)count,
                                             (apr_size_t)count, pool);

    if (rv != APR_SUCCESS) {
        return rv;
    }
    /* One made later would have the signal mask of whoever has it made. */
    apr_thread_pool_idle_max_set(threads->pool, (apr_size_t)count);
    pthread_mutex_init(&threads->mutex, NULL);
    threads->end = &threads->first;
    *ret_threads = threads;
    return APR_SUCCESS;
}

static int run_first(rpc_threads_t *threads)
{
    task_t *task;

    pthread_mutex_lock(&threads->mutex);
    task = threads->first;
    if (task != NULL) {
        threads->first = task->next;
        if (threads->first == NULL) {
            threads->end = &threads->first;
        }
        threads->waiting--;
    }
    pthread_mutex_unlock(&threads->mutex);
    if (task == NULL) {
        return 0;
    }
    task->run(task->arg);
    free(task);
    return 1;
}

static void *APR_THREAD_FUNC work(apr_thread_t *thread, void *data)
{
    (void)thread;
    run_first(data);
    return NULL;
}

/* Take the newest back: no thread could be told of it.
 * @return 0: it has begun all the same */
static int take_back(rpc_threads_t *threads, task_t *task)
{
    task_t **at;
    int found = 0;

    pthread_mutex_lock(&threads->mutex);
    for (at = &threads->first; *at != NULL && !found; ) {
        if (*at == task) {
            found = 1;
            *at = task->next;
            if (threads->end == &task->next) {
                threads->end = at;
            }
            threads->waiting--;
        }
        else {
            at = &(*at)->next;
        }
    }
    pthread_mutex_unlock(&threads->mutex);
    return found;
}

apr_status_t rpc_threads_run(rpc_threads_t *threads, void (*run)(void *arg),
                             void *arg)
{
    task_t *task = malloc(sizeof(*task));
    int is_full;

    if (task == NULL) {
        return APR_EAGAIN;
    }
    task->next = NULL;
    task->run = run;
    task->arg = arg;
    pthread_mutex_lock(&threads->mutex);
    is_full = threads->waiting >= MOST_WAITING;
    if (!is_full) {
        *threads->end = task;
        threads->end = &task->next;
        threads->waiting++;
    }
    pthread_mutex_unlock(&threads->mutex);
    if (is_full
        || (apr_thread_pool_push(threads->pool, work, threads,
                                 APR_THREAD_TASK_PRIORITY_NORMAL, NULL)
            != APR_SUCCESS
            && take_back(threads, task))) {
        free(task);
        return APR_EAGAIN;
    }
    return APR_SUCCESS;
}

void rpc_threads_flush(rpc_threads_t *threads)
{
    while (run_first(threads)) {
    }
}

void rpc_threads_destroy(rpc_threads_t *threads)
{
    rpc_threads_flush(threads);
    /* A thread that the pool tells to end frees its own memory while the
     * pool's is freed; those that are idle are joined. */
    while (apr_thread_pool_busy_count(threads->pool) > 0) {
        apr_sleep(1000);
    }
    apr_thread_pool_idle_max_set(threads->pool, 0);
    apr_thread_pool_destroy(threads->pool);
}
