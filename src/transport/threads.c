/* SPDX-License-Identifier: Apache-2.0 */
/* A bounded queue and the threads that run what is in it, made when they are
 * needed. APR's thread pool has no bound, forgets what it has not begun when it
 * ends, and makes threads with whatever signals are open. For child.c. */
#include "transport/threads.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "apr_thread_proc.h"

/* Tasks that wait; a peer's are bounded by RpcPeerMaxPending, too. */
#define MOST_WAITING 1000

typedef struct task_t {
    struct task_t *next;
    void (*run)(void *arg);
    void *arg;
} task_t;

struct rpc_threads_t {
    apr_pool_t *pool;       /* of the threads, with an allocator of its own:
                             * the mutex guards it, too */
    pthread_mutex_t mutex;  /* guards what follows */
    pthread_cond_t changed; /* there is a task, or the end has come */
    task_t *first;
    task_t **end;
    int waiting;            /* tasks */
    int idle;               /* threads that wait for one */
    int count;              /* threads that were made */
    int most;
    int is_over;
    apr_thread_t *threads[];
};

apr_status_t rpc_threads_create(int most, apr_pool_t *pool,
                                rpc_threads_t **ret_threads)
{
    rpc_threads_t *threads = apr_pcalloc(
        pool, sizeof(*threads) + sizeof(apr_thread_t *) * (apr_size_t)most);
    apr_status_t rv = apr_pool_create_unmanaged(&threads->pool);

    if (rv != APR_SUCCESS) {
        return rv;
    }
    pthread_mutex_init(&threads->mutex, NULL);
    pthread_cond_init(&threads->changed, NULL);
    threads->end = &threads->first;
    threads->most = most;
    *ret_threads = threads;
    return APR_SUCCESS;
}

/* With the mutex. @return NULL: there is none */
static task_t *take_first(rpc_threads_t *threads)
{
    task_t *task = threads->first;

    if (task != NULL) {
        threads->first = task->next;
        if (threads->first == NULL) {
            threads->end = &threads->first;
        }
        threads->waiting--;
    }
    return task;
}

static void run_task(task_t *task)
{
    task->run(task->arg);
    free(task);
}

static void *APR_THREAD_FUNC work(apr_thread_t *thread, void *data)
{
    rpc_threads_t *threads = data;

    (void)thread;
    pthread_mutex_lock(&threads->mutex);
    while (!threads->is_over) {
        task_t *task = take_first(threads);

        if (task == NULL) {
            threads->idle++;
            pthread_cond_wait(&threads->changed, &threads->mutex);
            threads->idle--;
        }
        else {
            pthread_mutex_unlock(&threads->mutex);
            run_task(task);
            pthread_mutex_lock(&threads->mutex);
        }
    }
    pthread_mutex_unlock(&threads->mutex);
    return NULL;
}

/* With the mutex. A thread takes no signal: prefork would end the process
 * within its handler, on that thread. */
static void make_one(rpc_threads_t *threads)
{
    sigset_t all;
    sigset_t before;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    if (apr_thread_create(&threads->threads[threads->count], NULL, work,
                          threads, threads->pool) == APR_SUCCESS) {
        threads->count++;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* With the mutex. One that is idle may have been told of another task, and
 * not have taken it yet. @return 0: nobody can run it */
static int enqueue(rpc_threads_t *threads, task_t *task)
{
    if (threads->is_over || threads->waiting >= MOST_WAITING) {
        return 0;
    }
    if (threads->waiting >= threads->idle && threads->count < threads->most) {
        make_one(threads);
    }
    if (threads->count == 0) {
        return 0;
    }
    *threads->end = task;
    threads->end = &task->next;
    threads->waiting++;
    pthread_cond_signal(&threads->changed);
    return 1;
}

apr_status_t rpc_threads_run(rpc_threads_t *threads, void (*run)(void *arg),
                             void *arg)
{
    task_t *task = malloc(sizeof(*task));
    int is_taken;

    if (task == NULL) {
        return APR_EAGAIN;
    }
    task->next = NULL;
    task->run = run;
    task->arg = arg;
    pthread_mutex_lock(&threads->mutex);
    is_taken = enqueue(threads, task);
    pthread_mutex_unlock(&threads->mutex);
    if (!is_taken) {
        free(task);
    }
    return is_taken ? APR_SUCCESS : APR_EAGAIN;
}

void rpc_threads_flush(rpc_threads_t *threads)
{
    task_t *task;

    do {
        pthread_mutex_lock(&threads->mutex);
        task = take_first(threads);
        pthread_mutex_unlock(&threads->mutex);
        if (task != NULL) {
            run_task(task);
        }
    } while (task != NULL);
}

void rpc_threads_destroy(rpc_threads_t *threads)
{
    int i;

    if (threads == NULL) {
        return;
    }
    pthread_mutex_lock(&threads->mutex);
    threads->is_over = 1;
    pthread_cond_broadcast(&threads->changed);
    pthread_mutex_unlock(&threads->mutex);
    rpc_threads_flush(threads);
    for (i = 0; i < threads->count; i++) {
        apr_status_t rv;

        apr_thread_join(&rv, threads->threads[i]);
    }
    pthread_cond_destroy(&threads->changed);
    pthread_mutex_destroy(&threads->mutex);
    apr_pool_destroy(threads->pool);
}
