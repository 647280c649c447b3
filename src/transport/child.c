/* SPDX-License-Identifier: Apache-2.0 */
/* What a child process has for its peers: one thread that waits for their
 * sockets, deadlines and other children, and the list of them. For carrier.c
 * and mod_rpc.c. */
#include "transport/child.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "apr_thread_proc.h"
#include "http_config.h"
#include "http_log.h"
#include "http_main.h"

#include "log.h"

/* How many descriptors one poll reports. */
#define POLL_COUNT 64

/* How often peers are looked at: pings, silence. */
#define LOOK_EVERY APR_USEC_PER_SEC

/* The same while the child stops; for how long calls that are open are waited
 * for then, and how long what they said may take to go out. */
#define STOP_EVERY (20 * 1000)
#define STOP_CALLS (900 * 1000)
#define STOP_WRITE APR_USEC_PER_SEC

/* How long the process waits for its thread when it ends. */
#define WAIT_MS 1500

rpc_child_t *rpc_child_get(void)
{
    return rpc_config_of_server(ap_server_conf)->child;
}

rpc_host_t *rpc_child_host(rpc_child_t *child)
{
    return &child->host;
}

int rpc_child_is_stopping(const rpc_child_t *child)
{
    return rpc_host_stopping(&child->host);
}

static void wake(void *child)
{
    apr_pollset_wakeup(((rpc_child_t *)child)->pollset);
}

/* ------------------------------------------------------------- the list */

int rpc_child_add(rpc_child_t *child, rpc_carrier_t *carrier)
{
    int is_first;

    if (rpc_child_is_stopping(child)) {
        return 0;
    }
    pthread_mutex_lock(&child->mutex);
    is_first = child->count++ == 0;
    APR_RING_INSERT_TAIL(&child->carriers, carrier, rpc_carrier_t, link);
    pthread_mutex_unlock(&child->mutex);
    if (is_first || rpc_child_is_stopping(child)) {
        wake(child); /* from now on it looks every second */
    }
    return 1;
}

void rpc_child_remove(rpc_child_t *child, rpc_carrier_t *carrier)
{
    pthread_mutex_lock(&child->mutex);
    APR_RING_REMOVE(carrier, link);
    child->count--;
    pthread_mutex_unlock(&child->mutex);
}

/* References to all, for a look at them without the lock.
 * @return from malloc(), ended by NULL; NULL: there are none */
static rpc_carrier_t **list(rpc_child_t *child)
{
    rpc_carrier_t **all = NULL;
    rpc_carrier_t *carrier;
    apr_size_t i = 0;

    pthread_mutex_lock(&child->mutex);
    if (child->count > 0) {
        all = malloc((child->count + 1) * sizeof(*all));
    }
    if (all != NULL) {
        APR_RING_FOREACH(carrier, &child->carriers, rpc_carrier_t, link) {
            rpc_carrier_ref(carrier);
            all[i++] = carrier;
        }
        all[i] = NULL;
    }
    pthread_mutex_unlock(&child->mutex);
    return all;
}

static void free_list(rpc_carrier_t **all)
{
    apr_size_t i;

    for (i = 0; all != NULL && all[i] != NULL; i++) {
        rpc_carrier_unref(all[i]);
    }
    free(all);
}

/* -------------------------------------------------------------- POLLOUT */

static void fill_poll(apr_pollfd_t *poll, rpc_carrier_t *carrier)
{
    memset(poll, 0, sizeof(*poll));
    poll->desc_type = APR_POLL_SOCKET;
    poll->desc.s = carrier->socket;
    poll->reqevents = APR_POLLOUT;
    poll->client_data = carrier;
}

void rpc_child_poll(rpc_child_t *child, rpc_carrier_t *carrier)
{
    apr_pollfd_t poll;

    fill_poll(&poll, carrier);
    rpc_carrier_ref(carrier);
    if (apr_pollset_add(child->pollset, &poll) == APR_SUCCESS) {
        carrier->is_polled = 1;
    }
    else {
        rpc_carrier_unref(carrier);
    }
}

/* The child's thread may have the carrier among what a poll reported: it
 * gives up the reference, after it has gone through that. A carrier comes
 * here more than once before that thread does, and stands in the list once. */
void rpc_child_unpoll(rpc_child_t *child, rpc_carrier_t *carrier)
{
    apr_pollfd_t poll;
    int was_dropped;

    fill_poll(&poll, carrier);
    apr_pollset_remove(child->pollset, &poll);
    carrier->is_polled = 0;
    pthread_mutex_lock(&child->mutex);
    was_dropped = carrier->is_dropped;
    if (!was_dropped) {
        carrier->is_dropped = 1;
        carrier->next_dropped = child->dropped;
        child->dropped = carrier;
    }
    pthread_mutex_unlock(&child->mutex);
    if (was_dropped) {
        rpc_carrier_unref(carrier);
    }
}

/* @return the first of that list, taken out of it; NULL: it is empty */
static rpc_carrier_t *take_dropped(rpc_child_t *child)
{
    rpc_carrier_t *carrier;

    pthread_mutex_lock(&child->mutex);
    carrier = child->dropped;
    if (carrier != NULL) {
        child->dropped = carrier->next_dropped;
        carrier->is_dropped = 0;
    }
    pthread_mutex_unlock(&child->mutex);
    return carrier;
}

static void unref_dropped(rpc_child_t *child)
{
    rpc_carrier_t *carrier = take_dropped(child);

    while (carrier != NULL) {
        rpc_carrier_unref(carrier);
        carrier = take_dropped(child);
    }
}

/* ------------------------------------------------------- a look at peers */

/* A reference to its peer; NULL: it is none yet, or no more. */
static rpc_peer_t *peer_of(rpc_carrier_t *carrier)
{
    rpc_peer_t *peer;

    pthread_mutex_lock(&carrier->mutex);
    peer = carrier->state != RPC_CARRIER_GONE ? carrier->peer : NULL;
    if (peer != NULL) {
        rpc_peer_ref(peer);
    }
    pthread_mutex_unlock(&carrier->mutex);
    return peer;
}

static int open_calls(rpc_carrier_t *carrier)
{
    rpc_peer_t *peer = peer_of(carrier);
    int open = 0;

    if (peer != NULL) {
        open = rpc_peer_open_calls(peer);
        rpc_peer_unref(peer);
    }
    return open;
}

/* Whether it has been silent for too long. */
static int is_silent(rpc_carrier_t *carrier, apr_time_t now)
{
    int is;

    pthread_mutex_lock(&carrier->mutex);
    is = now - carrier->active > carrier->idle && !carrier->is_closing;
    pthread_mutex_unlock(&carrier->mutex);
    return is && open_calls(carrier) == 0;
}

/* Close with a reason that the other end may see; or, before it is a peer,
 * without. */
static void close_peer(rpc_carrier_t *carrier, int code, const char *reason)
{
    rpc_peer_t *peer = peer_of(carrier);

    if (peer == NULL) {
        rpc_carrier_shut(carrier);
        return;
    }
    rpc_peer_close(peer, code, reason);
    rpc_peer_unref(peer);
}

static void look_at(rpc_carrier_t *carrier, apr_time_t now)
{
    if (is_silent(carrier, now)) {
        ap_log_error(APLOG_MARK, APLOG_INFO, 0, carrier->server, RPC_LOG_IDLE
                     "[client %s] no message for %" APR_INT64_T_FMT
                     " seconds (RpcPeerIdle): closed", carrier->client_ip,
                     apr_time_sec(carrier->idle));
        close_peer(carrier, 1001, "idle for too long");
    }
    else if (carrier->ping > 0 && now - carrier->pinged >= carrier->ping) {
        rpc_peer_t *peer = peer_of(carrier);

        carrier->pinged = now;
        if (peer != NULL) {
            rpc_peer_ping(peer);
            rpc_peer_unref(peer);
        }
    }
}

static void tell_stop(rpc_carrier_t *carrier)
{
    rpc_peer_t *peer = peer_of(carrier);

    carrier->is_told = 1;
    if (peer == NULL) {
        rpc_carrier_shut(carrier);
        return;
    }
    rpc_peer_stop(peer);
    rpc_peer_unref(peer);
}

/* Answers that are due go out; then each end is told. */
static void stop_one(rpc_carrier_t *carrier, apr_interval_time_t since)
{
    if (!carrier->is_told) {
        tell_stop(carrier);
    }
    if (since >= STOP_WRITE) {
        rpc_carrier_shut(carrier);
    }
    else if (since >= STOP_CALLS || open_calls(carrier) == 0) {
        close_peer(carrier, 1001, "the server stops");
    }
}

static void look(rpc_child_t *child)
{
    rpc_carrier_t **all = list(child);
    apr_time_t now = apr_time_now();
    apr_size_t i;

    for (i = 0; all != NULL && all[i] != NULL; i++) {
        if (child->stop_began != 0) {
            stop_one(all[i], now - child->stop_began);
        }
        else {
            look_at(all[i], now);
        }
    }
    free_list(all);
    child->next_look = now + (child->stop_began != 0 ? STOP_EVERY
                                                     : LOOK_EVERY);
    if (child->stop_began != 0 && now - child->stop_began >= STOP_WRITE) {
        rpc_atomic_set(&child->stopped, 1);
    }
}

/* ----------------------------------------------------------- the thread */

static apr_interval_time_t shorter(apr_interval_time_t a,
                                   apr_interval_time_t b)
{
    return a < 0 || (b >= 0 && b < a) ? b : a;
}

/* How long it may wait; -1: until it is woken. */
static apr_interval_time_t work(rpc_child_t *child)
{
    apr_interval_time_t wait = rpc_timers_run(child->host.timers);
    apr_interval_time_t left;
    apr_size_t count;

    pthread_mutex_lock(&child->mutex);
    count = child->count;
    pthread_mutex_unlock(&child->mutex);
    if (rpc_child_is_stopping(child) && child->stop_began == 0) {
        child->stop_began = apr_time_now();
        child->next_look = 0;
        rpc_threads_flush(child->threads);
    }
    if (count == 0) {
        rpc_atomic_set(&child->stopped, child->stop_began != 0);
        return wait;
    }
    left = child->next_look - apr_time_now();
    if (left <= 0) {
        look(child);
        left = child->next_look - apr_time_now();
    }
    return shorter(wait, left > 0 ? left : 0);
}

static void *APR_THREAD_FUNC run(apr_thread_t *thread, void *data)
{
    rpc_child_t *child = data;

    (void)thread;
    while (!rpc_atomic_get(&child->quit)) {
        const apr_pollfd_t *found;
        apr_int32_t count = 0;
        apr_int32_t i;
        apr_interval_time_t timeout = work(child);

        if (apr_pollset_poll(child->pollset, timeout, &count, &found)
            != APR_SUCCESS) {
            count = 0; /* woken, or the time is up */
        }
        for (i = 0; i < count; i++) {
            if (found[i].client_data == child) {
                rpc_publish_receive(child->mailbox, &child->host);
            }
            else {
                rpc_carrier_writable(found[i].client_data);
            }
        }
        unref_dropped(child);
    }
    rpc_atomic_set(&child->ended, 1);
    return NULL;
}

/* ------------------------------------------------------------ the process */

void rpc_child_stop(rpc_child_t *child)
{
    if (!rpc_child_is_stopping(child)) {
        rpc_host_stop(&child->host);
        wake(child);
    }
}

void rpc_child_stopping(apr_pool_t *pchild, int graceful)
{
    rpc_child_t *child = rpc_child_get();

    (void)pchild;
    (void)graceful;
    if (child != NULL) {
        rpc_child_stop(child);
    }
}

/* Connections that the MPM did not close: httpd frees them after us. */
static void lose_all(rpc_child_t *child)
{
    rpc_carrier_t **all = list(child);
    apr_size_t i;

    for (i = 0; all != NULL && all[i] != NULL; i++) {
        rpc_carrier_lose(all[i]);
    }
    free_list(all);
}

/* @return whether it did */
static int wait_until(const volatile int *flag)
{
    int i;

    for (i = 0; i < WAIT_MS && !rpc_atomic_get(flag); i++) {
        apr_sleep(1000);
    }
    return rpc_atomic_get(flag);
}

/* Prefork runs this within a signal handler, which may have interrupted what
 * the thread waits for: then it is left to end with the process, and nothing
 * of what it uses is freed. */
static apr_status_t destroy(void *data)
{
    rpc_child_t *child = data;
    apr_status_t rv;

    rpc_config_of_server(ap_server_conf)->child = NULL;
    rpc_child_stop(child);
    wait_until(&child->stopped);
    rpc_atomic_set(&child->quit, 1);
    wake(child);
    if (!wait_until(&child->ended)) {
        return APR_SUCCESS;
    }
    apr_thread_join(&rv, child->thread);
    /* Methods that wait for their peer must not do so for ever: nobody fires
     * deadlines any more. */
    lose_all(child);
    rpc_threads_destroy(child->threads);
    unref_dropped(child);
    apr_pool_destroy(child->pool);
    return APR_SUCCESS;
}

static int server_index(rpc_host_t *host, server_rec *server)
{
    const server_rec *other;
    int index = 0;

    (void)host;
    for (other = ap_server_conf; other != NULL && other != server;
         other = other->next) {
        index++;
    }
    return index;
}

static void broadcast(rpc_host_t *host, const char *key, const char *params,
                      apr_size_t length)
{
    rpc_publish_send(((rpc_child_t *)host)->mailbox, key, params, length);
}

/* Used by several threads; a child of nobody's pool. */
static apr_pool_t *create_pool(void)
{
    apr_allocator_t *allocator;
    apr_thread_mutex_t *mutex;
    apr_pool_t *pool;

    if (apr_allocator_create(&allocator) != APR_SUCCESS
        || apr_pool_create_unmanaged_ex(&pool, NULL, allocator)
           != APR_SUCCESS) {
        return NULL;
    }
    apr_allocator_owner_set(allocator, pool);
    if (apr_thread_mutex_create(&mutex, APR_THREAD_MUTEX_DEFAULT, pool)
        == APR_SUCCESS) {
        apr_allocator_mutex_set(allocator, mutex);
    }
    return pool;
}

/* The threads of a child take no signal: its main thread does. */
static apr_status_t start(rpc_child_t *child, int threads)
{
    sigset_t all;
    sigset_t before;
    apr_status_t rv;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    rv = rpc_threads_create(threads, child->pool, &child->threads);
    if (rv == APR_SUCCESS) {
        rv = apr_thread_create(&child->thread, NULL, run, child,
                               child->pool);
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return rv;
}

static apr_status_t run_task(rpc_host_t *host, void (*task)(void *arg),
                             void *arg)
{
    rpc_child_t *child = (rpc_child_t *)host;

    if (rpc_host_stopping(host)) {
        return APR_EOF;
    }
    return rpc_threads_run(child->threads, task, arg);
}

void rpc_child_create(apr_pool_t *pchild, server_rec *server)
{
    rpc_server_config_t *config = rpc_config_of_server(server);
    apr_pool_t *pool = create_pool();
    rpc_child_t *child = pool != NULL ? apr_pcalloc(pool, sizeof(*child))
                                      : NULL;
    apr_status_t rv = APR_ENOMEM;

    if (child != NULL) {
        child->pool = pool;
        APR_RING_INIT(&child->carriers, rpc_carrier_t, link);
        pthread_mutex_init(&child->mutex, NULL);
        child->host.run = run_task;
        child->host.broadcast = broadcast;
        child->host.server_index = server_index;
        rv = apr_pollset_create(&child->pollset, POLL_COUNT, pool,
                                APR_POLLSET_THREADSAFE
                                | APR_POLLSET_WAKEABLE);
    }
    if (rv == APR_SUCCESS) {
        child->host.timers = rpc_timers_create(wake, child, pool);
        child->host.topics = rpc_topics_create(pool);
        child->mailbox = rpc_publish_claim(config->mailboxes, child->pollset,
                                           child, server, pool);
        rv = start(child, config->threads != RPC_UNSET
                              ? config->threads : RPC_DEFAULT_THREADS);
    }
    if (rv != APR_SUCCESS) {
        ap_log_error(APLOG_MARK, APLOG_ERR, rv, server, RPC_LOG_CHILD
                     "this child cannot have peers: their connections are "
                     "closed");
        return;
    }
    config->child = child;
    apr_pool_pre_cleanup_register(pchild, child, destroy);
}
