/* SPDX-License-Identifier: Apache-2.0 */
/* What a client offers its peer: threads for slow methods, the tables of its
 * options, and the topics it subscribed to. For link.c. */
#include <stdlib.h>

#include "apr_strings.h"

#include "client/link.h"
#include "core/table.h"

/* As rpcbd has it. */
#define MOST_QUEUED 1000
#define DEFAULT_THREADS 2
#define MOST_THREADS 1000

struct rpc_task_t {
    void (*run)(void *arg);
    void *arg;
    rpc_task_t *next;
};

/* ------------------------------------------------------------------------
 * Threads
 */

/* The next task, or NULL: there is none and there will be none. */
static rpc_task_t *take_task(rpc_link_host_t *host)
{
    rpc_task_t *task;

    pthread_mutex_lock(&host->mutex);
    host->idle++;
    while (host->first == NULL && !rpc_host_stopping(&host->host)) {
        pthread_cond_wait(&host->cond, &host->mutex);
    }
    host->idle--;
    task = host->first;
    if (task != NULL) {
        host->first = task->next;
        host->queued--;
        if (host->first == NULL) {
            host->last = NULL;
        }
    }
    pthread_mutex_unlock(&host->mutex);
    return task;
}

static void *run_tasks(void *data)
{
    rpc_link_t *link = data;
    rpc_client_t *client = link->client;
    rpc_task_t *task;

    for (task = take_task(&link->host); task != NULL;
         task = take_task(&link->host)) {
        task->run(task->arg);
        free(task);
    }
    rpc_client_unref_(client);
    return NULL;
}

/* With the lock. */
static int start_thread(rpc_link_t *link)
{
    rpc_link_host_t *host = &link->host;

    rpc_client_ref_(link->client);
    if (rpc_thread_start(&host->threads[host->started], run_tasks, link)
        != 0) {
        rpc_client_unref_(link->client);
        return 0;
    }
    host->started++;
    return 1;
}

static apr_status_t run(rpc_host_t *base, void (*task)(void *arg), void *arg)
{
    rpc_link_host_t *host = (rpc_link_host_t *)base;
    rpc_link_t *link = (rpc_link_t *)(void *)((char *)host
                                              - offsetof(rpc_link_t, host));
    rpc_task_t *made = malloc(sizeof(*made));
    apr_status_t rv = APR_SUCCESS;

    if (made == NULL) {
        return APR_EAGAIN;
    }
    made->run = task;
    made->arg = arg;
    made->next = NULL;
    pthread_mutex_lock(&host->mutex);
    if (rpc_host_stopping(base)) {
        rv = APR_EOF;
    }
    else if (host->queued >= MOST_QUEUED) {
        rv = APR_EAGAIN;
    }
    else if (host->idle <= host->queued && host->started < host->most
             && !start_thread(link) && host->started == 0) {
        rv = APR_EAGAIN;
    }
    if (rv == APR_SUCCESS) {
        if (host->last != NULL) {
            host->last->next = made;
        }
        else {
            host->first = made;
        }
        host->last = made;
        host->queued++;
        pthread_cond_signal(&host->cond);
    }
    pthread_mutex_unlock(&host->mutex);
    if (rv != APR_SUCCESS) {
        free(made);
    }
    return rv;
}

static void wake(void *link)
{
    rpc_link_wake(link);
}

apr_status_t rpc_link_host_open(rpc_link_t *link)
{
    rpc_link_host_t *host = &link->host;
    apr_pool_t *pool = link->client->pool;
    int most = link->client->options.threads;

    host->most = most > 0 && most <= MOST_THREADS ? most : DEFAULT_THREADS;
    host->threads = apr_pcalloc(pool, sizeof(*host->threads)
                                      * (apr_size_t)host->most);
    pthread_mutex_init(&host->mutex, NULL);
    pthread_cond_init(&host->cond, NULL);
    host->host.run = run;
    host->host.timers = rpc_timers_create(wake, link, pool);
    return host->host.timers != NULL ? APR_SUCCESS : APR_ENOMEM;
}

void rpc_link_host_close(rpc_link_t *link)
{
    rpc_link_host_t *host = &link->host;
    int i;

    pthread_mutex_lock(&host->mutex);
    rpc_host_stop(&host->host);
    pthread_cond_broadcast(&host->cond);
    pthread_mutex_unlock(&host->mutex);
    for (i = 0; i < host->started; i++) {
        if (pthread_equal(host->threads[i], pthread_self())) {
            pthread_detach(host->threads[i]);
        }
        else {
            pthread_join(host->threads[i], NULL);
        }
    }
}

/* ------------------------------------------------------------------------
 * Tables
 */

/* Gets each call that no table has: a topic, or nothing of ours. */
static rpc_value_t *dispatch(rpc_call_t *call)
{
    rpc_link_t *link = rpc_call_context(call);
    const char *name = rpc_call_method(call);
    rpc_link_topic_t *topic;
    rpc_client_topic_fn fn = NULL;
    void *baton = NULL;

    apr_thread_mutex_lock(link->client->mutex);
    for (topic = link->topics; topic != NULL && fn == NULL;
         topic = topic->next) {
        if (!topic->is_off && strcmp(topic->name, name) == 0) {
            fn = topic->fn;
            baton = topic->baton;
        }
    }
    apr_thread_mutex_unlock(link->client->mutex);
    if (fn == NULL) {
        return rpc_pass(call);
    }
    fn(name, rpc_call_params(call), baton);
    return rpc_nil(call);
}

static const rpc_table_t topic_table = {
    .abi_major = RPC_ABI_MAJOR,
    .abi_minor = RPC_ABI_MINOR,
    .table_size = sizeof(rpc_table_t),
    .method_size = sizeof(rpc_method_t),
    .name = "topics",
    .flags = RPC_HIDDEN,
    .dispatch = dispatch
};

/* A table and its subtables, with the context that they share. */
static const char *mount(rpc_link_t *link, rpc_mount_t *mounts,
                         const rpc_table_t *foreign, const char *prefix,
                         void *context)
{
    apr_pool_t *pool = link->client->pool;
    int i = rpc_mount_count(mounts);
    const rpc_table_t *table;
    const char *why = rpc_table_load(foreign, pool, &table);

    if (why == NULL) {
        why = rpc_mount_add(mounts, table, prefix != NULL ? prefix : "", 0);
    }
    for (; why == NULL && i < rpc_mount_count(mounts); i++) {
        rpc_mount_at(mounts, i)->context = context;
    }
    return why;
}

/* Each table's `create` and `child_init`, as in a server without httpd. */
static const char *make_contexts(rpc_link_t *link, rpc_mount_t *mounts)
{
    apr_pool_t *pool = link->client->pool;
    const rpc_api_t *api = rpc_host_api_make(&link->host.host, pool);
    int i;

    for (i = 0; i < rpc_mount_count(mounts); i++) {
        rpc_mounted_t *mounted = rpc_mount_at(mounts, i);
        const rpc_table_t *table = mounted->table;

        if (mounted->context == NULL && table->create != NULL) {
            mounted->context = table->create(pool, NULL);
        }
        if (table->child_init != NULL
            && table->child_init(api, mounted->context, pool, NULL)
                   != APR_SUCCESS) {
            return apr_pstrcat(pool, "child_init of the table \"",
                               table->name, "\" failed", NULL);
        }
    }
    return NULL;
}

const char *rpc_link_mount(rpc_link_t *link)
{
    const rpc_client_handler_t *handler = link->client->options.handlers;
    rpc_mount_t *mounts = rpc_mount_create(link->client->pool);
    const char *why = mount(link, mounts, &topic_table, "", link);
    const void *where;

    for (; why == NULL && handler != NULL && handler->table != NULL;
         handler++) {
        why = mount(link, mounts, handler->table, handler->prefix,
                    handler->context);
    }
    if (why == NULL) {
        why = rpc_mount_seal(mounts, &where);
    }
    if (why == NULL) {
        why = make_contexts(link, mounts);
    }
    link->registry_node.mount = mounts;
    link->registry = &link->registry_node;
    return why;
}
