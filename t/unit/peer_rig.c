/* SPDX-License-Identifier: Apache-2.0 */
/* A host with threads and a transport through memory. For the unit tests of
 * peers and for the fuzz target. */
#include "peer_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apr_strings.h"

#include "core/table.h"

#define MOST_THREADS 16

/* ---- the host ---- */

typedef struct task_t {
    void (*run)(void *arg);
    void *arg;
    struct task_t *next;
} task_t;

struct rig_host_t {
    rpc_host_t host; /* first */
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    pthread_cond_t woken;
    task_t *first;
    task_t **end;
    int waiting;
    int room;
    int stops;
    int wakes;
    int thread_count;
    pthread_t threads[MOST_THREADS];
    pthread_t clock;
};

static apr_status_t run(rpc_host_t *host, void (*fn)(void *), void *arg)
{
    rig_host_t *rig = (rig_host_t *)host;
    apr_status_t rv = APR_EAGAIN;
    task_t *task = calloc(1, sizeof(*task));

    task->run = fn;
    task->arg = arg;
    pthread_mutex_lock(&rig->mutex);
    if (rig->stops) {
        rv = APR_EOF;
    }
    else if (rig->thread_count > 0 && rig->waiting < rig->room) {
        *rig->end = task;
        rig->end = &task->next;
        rig->waiting++;
        pthread_cond_signal(&rig->changed);
        task = NULL;
        rv = APR_SUCCESS;
    }
    pthread_mutex_unlock(&rig->mutex);
    free(task);
    return rv;
}

static void *work(void *baton)
{
    rig_host_t *rig = baton;

    pthread_mutex_lock(&rig->mutex);
    while (!rig->stops || rig->first != NULL) {
        task_t *task = rig->first;

        if (task == NULL) {
            pthread_cond_wait(&rig->changed, &rig->mutex);
            continue;
        }
        rig->first = task->next;
        if (rig->first == NULL) {
            rig->end = &rig->first;
        }
        rig->waiting--;
        pthread_mutex_unlock(&rig->mutex);
        task->run(task->arg);
        free(task);
        pthread_mutex_lock(&rig->mutex);
    }
    pthread_mutex_unlock(&rig->mutex);
    return NULL;
}

static void wake(void *baton)
{
    rig_host_t *rig = baton;

    pthread_mutex_lock(&rig->mutex);
    rig->wakes = 1;
    pthread_cond_signal(&rig->woken);
    pthread_mutex_unlock(&rig->mutex);
}

static void *tick(void *baton)
{
    rig_host_t *rig = baton;
    int stops = 0;

    while (!stops) {
        apr_interval_time_t left = rpc_timers_run(rig->host.timers);
        apr_time_t until = apr_time_now() + (left < 0 || left > 1000000
                                                 ? 1000000 : left);
        struct timespec at;

        at.tv_sec = until / 1000000;
        at.tv_nsec = until % 1000000 * 1000;
        pthread_mutex_lock(&rig->mutex);
        if (!rig->wakes && !rig->stops) {
            pthread_cond_timedwait(&rig->woken, &rig->mutex, &at);
        }
        rig->wakes = 0;
        stops = rig->stops;
        pthread_mutex_unlock(&rig->mutex);
    }
    return NULL;
}

rpc_host_t *rig_host_create(int threads, int queue, apr_pool_t *pool)
{
    rig_host_t *rig = apr_pcalloc(pool, sizeof(*rig));
    int i;

    pthread_mutex_init(&rig->mutex, NULL);
    pthread_cond_init(&rig->changed, NULL);
    pthread_cond_init(&rig->woken, NULL);
    rig->end = &rig->first;
    rig->room = queue;
    rig->thread_count = threads;
    rig->host.run = run;
    rig->host.timers = rpc_timers_create(threads > 0 ? wake : NULL, rig, pool);
    rig->host.topics = rpc_topics_create(pool);
    for (i = 0; i < threads; i++) {
        pthread_create(&rig->threads[i], NULL, work, rig);
    }
    if (threads > 0) {
        pthread_create(&rig->clock, NULL, tick, rig);
    }
    return &rig->host;
}

void rig_host_stop(rpc_host_t *host)
{
    rig_host_t *rig = (rig_host_t *)host;
    int i;

    rpc_host_stop(host);
    pthread_mutex_lock(&rig->mutex);
    rig->stops = 1;
    pthread_cond_broadcast(&rig->changed);
    pthread_cond_broadcast(&rig->woken);
    pthread_mutex_unlock(&rig->mutex);
    for (i = 0; i < rig->thread_count; i++) {
        pthread_join(rig->threads[i], NULL);
    }
    if (rig->thread_count > 0) {
        pthread_join(rig->clock, NULL);
    }
}

int rig_host_waiting(rpc_host_t *host)
{
    rig_host_t *rig = (rig_host_t *)host;
    int waiting;

    pthread_mutex_lock(&rig->mutex);
    waiting = rig->waiting;
    pthread_mutex_unlock(&rig->mutex);
    return waiting;
}

/* ---- the transport ---- */

static void append(char **text, apr_size_t *length, const char *bytes,
                   apr_size_t count)
{
    *text = realloc(*text, *length + count + 1);
    memcpy(*text + *length, bytes, count);
    *length += count;
    (*text)[*length] = '\0';
}

static apr_status_t on_send(rpc_peer_t *peer, void *carrier,
                            const char *bytes, apr_size_t length)
{
    rig_end_t *end = carrier;
    rig_end_t *other;
    int full;

    (void)peer;
    pthread_mutex_lock(&end->mutex);
    full = end->full;
    other = end->other;
    end->sends++;
    if (!full && other == NULL) {
        append(&end->sent, &end->length, bytes, length);
    }
    pthread_mutex_unlock(&end->mutex);
    if (full) {
        return APR_ENOSPC;
    }
    if (other != NULL) {
        pthread_mutex_lock(&other->mutex);
        append(&other->inbox, &other->arrived, bytes, length);
        pthread_cond_signal(&other->changed);
        pthread_mutex_unlock(&other->mutex);
    }
    return APR_SUCCESS;
}

static void on_close(rpc_peer_t *peer, void *carrier, int code,
                     const char *reason)
{
    rig_end_t *end = carrier;

    (void)peer;
    (void)reason;
    pthread_mutex_lock(&end->mutex);
    end->closes++;
    end->close_code = code;
    pthread_mutex_unlock(&end->mutex);
}

static int on_is_owner(rpc_peer_t *peer, void *carrier)
{
    rig_end_t *end = carrier;
    int is_owner;

    (void)peer;
    pthread_mutex_lock(&end->mutex);
    is_owner = pthread_equal(pthread_self(), end->owner);
    pthread_mutex_unlock(&end->mutex);
    return is_owner;
}

static void on_log(rpc_peer_t *peer, void *carrier, int level,
                   const char *text)
{
    rig_end_t *end = carrier;

    (void)peer;
    pthread_mutex_lock(&end->mutex);
    if (level == 0) {
        end->errors++;
        apr_cpystrn(end->last_error, text, sizeof(end->last_error));
    }
    else if (level == 1) {
        apr_cpystrn(end->last_log, text, sizeof(end->last_log));
    }
    pthread_mutex_unlock(&end->mutex);
}

static void on_answered(rpc_peer_t *peer, void *carrier,
                        const rpc_message_t *message)
{
    rig_end_t *end = carrier;

    (void)peer;
    (void)message;
    pthread_mutex_lock(&end->mutex);
    end->answered++;
    pthread_mutex_unlock(&end->mutex);
}

static apr_allocator_t *on_take(rpc_peer_t *peer, void *carrier)
{
    rig_end_t *end = carrier;
    apr_allocator_t *spare;

    (void)peer;
    pthread_mutex_lock(&end->mutex);
    spare = end->spare;
    end->spare = NULL;
    pthread_mutex_unlock(&end->mutex);
    return spare;
}

static void on_give(rpc_peer_t *peer, void *carrier,
                    apr_allocator_t *allocator)
{
    rig_end_t *end = carrier;
    apr_allocator_t *old;

    (void)peer;
    pthread_mutex_lock(&end->mutex);
    old = end->spare;
    end->spare = allocator;
    pthread_mutex_unlock(&end->mutex);
    if (old != NULL) {
        apr_allocator_destroy(old);
    }
}

static void on_release(rpc_peer_t *peer, void *carrier)
{
    rig_end_t *end = carrier;

    (void)peer;
    pthread_mutex_lock(&end->mutex);
    end->released = 1;
    pthread_mutex_unlock(&end->mutex);
}

static const rpc_peer_ops_t ops = {
    .send = on_send,
    .close = on_close,
    .is_owner = on_is_owner,
    .log = on_log,
    .answered = on_answered,
    .take = on_take,
    .give = on_give,
    .release = on_release
};

static const rpc_limits_t defaults = {
    .max_body = RPC_DEFAULT_MAX_BODY,
    .max_depth = RPC_DEFAULT_MAX_DEPTH,
    .max_values = RPC_DEFAULT_MAX_VALUES,
    .max_batch = RPC_DEFAULT_MAX_BATCH,
    .max_string = RPC_DEFAULT_MAX_STRING
};

rig_end_t *rig_end_create(const rig_setup_t *setup)
{
    rig_end_t *end = calloc(1, sizeof(*end));
    rpc_caller_t caller = {
        .transport = setup->framing < 0 ? "websocket" : "tcp",
        .user = "anna",
        .client_ip = "192.0.2.1",
        .registry = setup->registry,
        .limits = setup->limits != NULL ? setup->limits : &defaults,
        .features = RPC_FEATURE_INTROSPECTION
    };
    rpc_peer_setup_t made = {
        .ops = &ops,
        .carrier = end,
        .host = setup->host,
        .protocol = setup->is_pyrpc ? &rpc_protocol_pyrpc
                                    : &rpc_protocol_jsonrpc,
        .caller = &caller,
        .server_index = setup->server_index,
        .max_pending = setup->max_pending > 0 ? setup->max_pending : 100000
    };

    pthread_mutex_init(&end->mutex, NULL);
    pthread_cond_init(&end->changed, NULL);
    end->owner = pthread_self();
    made.wire = setup->framing < 0
        ? rpc_wire_create_websocket(setup->framing == -2, caller.limits)
        : rpc_wire_create_stream((enum rpc_framing_e)setup->framing,
                                 setup->is_pyrpc, caller.limits);
    end->peer = rpc_peer_create(&made);
    rpc_peer_start(end->peer);
    return end;
}

static void *own(void *baton)
{
    rig_end_t *end = baton;
    int ends = 0;

    pthread_mutex_lock(&end->mutex);
    end->owner = pthread_self();
    while (!ends) {
        char *bytes = end->inbox;
        apr_size_t length = end->arrived;
        apr_size_t step = end->piece > 0 ? (apr_size_t)end->piece : length;
        apr_size_t at;

        end->inbox = NULL;
        end->arrived = 0;
        pthread_mutex_unlock(&end->mutex);
        for (at = 0; at < length; at += step) {
            rpc_peer_receive(end->peer, bytes + at,
                             length - at < step ? length - at : step);
        }
        free(bytes);
        pthread_mutex_lock(&end->mutex);
        if (end->arrived == 0 && !end->ends) {
            pthread_cond_wait(&end->changed, &end->mutex);
        }
        ends = end->ends && end->arrived == 0;
    }
    pthread_mutex_unlock(&end->mutex);
    rpc_peer_lost(end->peer);
    return NULL;
}

void rig_connect(rig_end_t *a, rig_end_t *b)
{
    a->other = b;
    b->other = a;
    a->has_thread = 1;
    b->has_thread = 1;
    pthread_create(&a->thread, NULL, own, a);
    pthread_create(&b->thread, NULL, own, b);
}

static void end_thread(rig_end_t *end)
{
    pthread_mutex_lock(&end->mutex);
    end->ends = 1;
    pthread_cond_signal(&end->changed);
    pthread_mutex_unlock(&end->mutex);
    pthread_join(end->thread, NULL);
}

void rig_disconnect(rig_end_t *a, rig_end_t *b)
{
    end_thread(a);
    end_thread(b);
}

void rig_end_drop(rig_end_t *end)
{
    rpc_peer_lost(end->peer);
    rpc_peer_unref(end->peer);
}

void rig_end_free(rig_end_t *end)
{
    pthread_mutex_destroy(&end->mutex);
    pthread_cond_destroy(&end->changed);
    if (end->spare != NULL) {
        apr_allocator_destroy(end->spare);
    }
    free(end->inbox);
    free(end->sent);
    free(end);
}

int rig_feed(rig_end_t *end, const char *text)
{
    return rpc_peer_receive(end->peer, text, strlen(text));
}

const char *rig_sent(rig_end_t *end)
{
    const char *text;

    pthread_mutex_lock(&end->mutex);
    text = end->length > end->read ? end->sent + end->read : "";
    end->read = end->length;
    pthread_mutex_unlock(&end->mutex);
    return text;
}

const rpc_registry_t *rig_registry(const rpc_table_t *table,
                                   const char *prefix, apr_pool_t *pool)
{
    rpc_registry_t *registry = apr_pcalloc(pool, sizeof(*registry));
    rpc_mount_t *mount = rpc_mount_create(pool);
    const rpc_table_t *loaded = NULL;
    const void *where = NULL;
    const char *error = rpc_table_load(table, pool, &loaded);

    if (error == NULL) {
        error = rpc_mount_add(mount, loaded, prefix, 0);
    }
    if (error == NULL) {
        error = rpc_mount_seal(mount, &where);
    }
    if (error != NULL) {
        fprintf(stderr, "%s\n", error);
        abort();
    }
    registry->mount = mount;
    return registry;
}
