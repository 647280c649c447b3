/* SPDX-License-Identifier: Apache-2.0 */
/* The thread that httpd runs a peer's connection on: reads, has the session
 * answer, writes, and parks it or waits. For carrier.c and websocket.c. */
#include "transport/carrier.h"

#include <signal.h>
#include <string.h>

#include "ap_mpm.h"
#include "http_log.h"
#include "scoreboard.h"
#include "util_filter.h"

#include "log.h"
#include "transport/stream.h"

#define READ_BYTES 8192

/* What one connection may have read before others get the thread. */
#define FAIR_BYTES (256 * 1024)

/* How long a process that is told to stop may not see it (prefork: the signal
 * may come just before the wait). */
#define SLICE (APR_USEC_PER_SEC / 2)

enum serve_e {
    SERVE_WAIT,  /* nothing more to read at present */
    SERVE_YIELD, /* there may be more: let others have their turn */
    SERVE_HALF,  /* the other end sends nothing more */
    SERVE_END
};

/* -------------------------------------------------------------- reading */

static enum serve_e judge(rpc_carrier_t *carrier, int verdict)
{
    if (verdict == RPC_PEER_HTTP) {
        rpc_stream_refuse_http(carrier);
    }
    return verdict == RPC_PEER_OPEN ? SERVE_WAIT : SERVE_END;
}

/* Give what was read to the session. */
static enum serve_e receive(rpc_carrier_t *carrier, apr_size_t *total)
{
    apr_bucket *bucket;

    for (bucket = APR_BRIGADE_FIRST(carrier->in);
         bucket != APR_BRIGADE_SENTINEL(carrier->in);
         bucket = APR_BUCKET_NEXT(bucket)) {
        const char *bytes;
        apr_size_t length;
        enum serve_e found = SERVE_WAIT;

        if (APR_BUCKET_IS_EOS(bucket)) {
            return SERVE_HALF;
        }
        if (APR_BUCKET_IS_METADATA(bucket)
            || apr_bucket_read(bucket, &bytes, &length, APR_NONBLOCK_READ)
               != APR_SUCCESS) {
            continue;
        }
        *total += length;
        if (length > 0) {
            found = judge(carrier, rpc_peer_receive(carrier->peer, bytes,
                                                    length));
        }
        if (found != SERVE_WAIT) {
            return found;
        }
    }
    return SERVE_WAIT;
}

static int is_closing(rpc_carrier_t *carrier)
{
    int is;

    pthread_mutex_lock(&carrier->mutex);
    is = carrier->is_closing || carrier->is_over;
    pthread_mutex_unlock(&carrier->mutex);
    return is;
}

/* Whether so much waits to be written that its causes are not read. */
static int is_full(rpc_carrier_t *carrier)
{
    int is;

    pthread_mutex_lock(&carrier->mutex);
    is = carrier->queued > (apr_size_t)carrier->max_queue / 2;
    pthread_mutex_unlock(&carrier->mutex);
    return is;
}

/* Read until there is nothing: what stayed in the filters of TLS would sleep
 * there, as the socket does not become readable for it. */
static enum serve_e read_all(rpc_carrier_t *carrier)
{
    enum serve_e found = SERVE_WAIT;
    apr_size_t total = 0;

    while (found == SERVE_WAIT) {
        apr_size_t before = total;
        apr_status_t rv = ap_get_brigade(carrier->c->input_filters,
                                         carrier->in, AP_MODE_READBYTES,
                                         APR_NONBLOCK_READ, READ_BYTES);

        if (rv == APR_SUCCESS) {
            found = receive(carrier, &total);
        }
        apr_brigade_cleanup(carrier->in);
        if (is_closing(carrier)) {
            return SERVE_END;
        }
        if (APR_STATUS_IS_EAGAIN(rv)
            || (rv == APR_SUCCESS && found == SERVE_WAIT
                && total == before)) {
            return judge(carrier, rpc_peer_pause(carrier->peer));
        }
        if (rv != APR_SUCCESS) {
            return APR_STATUS_IS_EOF(rv) ? SERVE_HALF : SERVE_END;
        }
        if (rpc_carrier_drain(carrier) == RPC_DRAIN_BROKEN) {
            return SERVE_END;
        }
        if (found == SERVE_WAIT
            && (total >= FAIR_BYTES || is_full(carrier))) {
            return SERVE_YIELD;
        }
    }
    return found;
}

/* -------------------------------------- waiting, where it keeps a thread */

typedef struct waiter_t {
    apr_pollset_t *pollset;
    apr_pollfd_t poll;
    sigset_t unblocked;         /* signals are blocked but while it waits */
    apr_interval_time_t timeout;
    apr_time_t last;            /* when something came or went */
} waiter_t;

static void set_events(waiter_t *waiter, int events)
{
    if (waiter->poll.reqevents == events) {
        return;
    }
    if (waiter->poll.reqevents != 0) {
        apr_pollset_remove(waiter->pollset, &waiter->poll);
    }
    waiter->poll.reqevents = (apr_int16_t)events;
    if (events != 0) {
        apr_pollset_add(waiter->pollset, &waiter->poll);
    }
}

/* Prefork ends a process within its handler of SIGTERM: it must find no lock
 * held, so that signals are let through while waiting only.
 * @return whether to go on */
static int wait_once(waiter_t *waiter, int events)
{
    apr_interval_time_t slice = waiter->timeout < SLICE ? waiter->timeout
                                                        : SLICE;
    const apr_pollfd_t *found;
    apr_int32_t count;
    apr_status_t rv;
    sigset_t blocked;

    set_events(waiter, events);
    pthread_sigmask(SIG_SETMASK, &waiter->unblocked, &blocked);
    rv = apr_pollset_poll(waiter->pollset, slice, &count, &found);
    pthread_sigmask(SIG_SETMASK, &blocked, NULL);
    if (rv == APR_SUCCESS) {
        waiter->last = apr_time_now();
    }
    return !APR_STATUS_IS_TIMEUP(rv)
           || apr_time_now() - waiter->last < waiter->timeout;
}

static int is_stopping(rpc_carrier_t *carrier)
{
    int state = AP_MPMQ_STOPPING;

    if (ap_mpm_query(AP_MPMQ_MPM_STATE, &state) != APR_SUCCESS
        || state == AP_MPMQ_STOPPING) {
        rpc_child_stop(carrier->child); /* prefork tells no hook of it */
    }
    return rpc_child_is_stopping(carrier->child);
}

/* ------------------------------------------------------------- the end */

static void wait_for_event(rpc_carrier_t *carrier, apr_uint32_t seen,
                           apr_time_t until)
{
    struct timespec time;

    time.tv_sec = apr_time_sec(until);
    time.tv_nsec = apr_time_usec(until) * 1000;
    pthread_mutex_lock(&carrier->mutex);
    while (carrier->events == seen
           && pthread_cond_timedwait(&carrier->changed, &carrier->mutex,
                                     &time) == 0) {
    }
    pthread_mutex_unlock(&carrier->mutex);
}

/* Half-close: what was asked is answered, then it is closed. A parked
 * connection whose input has ended would come back at once, again and
 * again, so that this thread waits.
 * @param waiter NULL where the MPM parks connections */
static void finish_calls(rpc_carrier_t *carrier, waiter_t *waiter)
{
    apr_time_t until = apr_time_now() + carrier->server->timeout;

    judge(carrier, rpc_peer_end_of_input(carrier->peer));
    for (;;) {
        apr_uint32_t seen;
        int is_over;

        pthread_mutex_lock(&carrier->mutex);
        seen = carrier->events;
        is_over = carrier->is_over;
        pthread_mutex_unlock(&carrier->mutex);
        if (is_over || rpc_carrier_drain(carrier) == RPC_DRAIN_BROKEN
            || rpc_peer_open_calls(carrier->peer) == 0
            || apr_time_now() >= until) {
            return;
        }
        if (waiter == NULL) {
            wait_for_event(carrier, seen, until);
        }
        else {
            (void)is_stopping(carrier);
            (void)wait_once(waiter, 0);
        }
    }
}

/* Nothing more is read. @return whether all that can be written is */
static int finish(rpc_carrier_t *carrier, enum serve_e how,
                  waiter_t *waiter)
{
    int is_over;

    if (how == SERVE_HALF && carrier->peer != NULL
        && !is_closing(carrier)) {
        finish_calls(carrier, waiter);
    }
    pthread_mutex_lock(&carrier->mutex);
    carrier->is_closing = 1;
    is_over = carrier->is_over;
    pthread_mutex_unlock(&carrier->mutex);
    return is_over || rpc_carrier_drain(carrier) != RPC_DRAIN_LEFT
           || rpc_child_is_stopping(carrier->child);
}

/* ----------------------------------------------------------- one round */

static enum serve_e work(rpc_carrier_t *carrier)
{
    enum serve_e found;

    if (carrier->peer == NULL) {
        apr_status_t rv = rpc_stream_open(carrier);

        if (rv != APR_SUCCESS) {
            return APR_STATUS_IS_EAGAIN(rv) ? SERVE_WAIT : SERVE_END;
        }
    }
    if (!carrier->is_started) {
        carrier->is_started = 1;
        rpc_peer_start(carrier->peer);
    }
    if (is_closing(carrier)) {
        return SERVE_END;
    }
    found = read_all(carrier);
    if (found != SERVE_END && !carrier->c->aborted
        && rpc_carrier_drain(carrier) == RPC_DRAIN_BROKEN) {
        return SERVE_END;
    }
    return found;
}

/* ------------------------------------------------ where the MPM parks it */

/* Before 2.4.63 this pair of settings brings a connection back. */
static void ask_to_wait(conn_rec *c, int for_writing)
{
#ifdef AP_MPMQ_CAN_WAITIO
    int can_wait = 0;

    if (ap_mpm_query(AP_MPMQ_CAN_WAITIO, &can_wait) == APR_SUCCESS
        && can_wait) {
        c->cs->sense = for_writing ? CONN_SENSE_WANT_WRITE
                                   : CONN_SENSE_WANT_READ;
        c->cs->state = CONN_STATE_ASYNC_WAITIO;
        return;
    }
#endif
    c->cs->sense = for_writing ? CONN_SENSE_WANT_WRITE : CONN_SENSE_WANT_READ;
    c->cs->state = CONN_STATE_WRITE_COMPLETION;
    c->clogging_input_filters = 1;
}

static void stop_serving(rpc_carrier_t *carrier)
{
    pthread_mutex_lock(&carrier->mutex);
    carrier->is_served = 0;
    carrier->loop = NULL;
    pthread_mutex_unlock(&carrier->mutex);
}

static int serve_and_park(rpc_carrier_t *carrier)
{
    enum serve_e found = work(carrier);
    int is_end = found == SERVE_HALF || found == SERVE_END;

    if (is_end && finish(carrier, found, NULL)) {
        stop_serving(carrier);
        carrier->c->keepalive = AP_CONN_CLOSE;
        carrier->c->cs->state = CONN_STATE_LINGER;
        return OK;
    }
    stop_serving(carrier);
    carrier->is_parking = 1;
    ask_to_wait(carrier->c, is_end || found == SERVE_YIELD);
    return OK;
}

/* ----------------------------------------------- where it keeps a thread */

static enum serve_e keep_serving(rpc_carrier_t *carrier, waiter_t *waiter)
{
    for (;;) {
        enum serve_e found = work(carrier);
        enum rpc_drain_e rest;
        int events = found == SERVE_YIELD ? 0 : APR_POLLIN;

        if (found == SERVE_HALF || found == SERVE_END) {
            return found;
        }
        rest = rpc_carrier_drain(carrier);
        if (rest == RPC_DRAIN_BROKEN
            || (is_stopping(carrier) && carrier->peer == NULL)) {
            return SERVE_END;
        }
        if (rest == RPC_DRAIN_LEFT) {
            events |= APR_POLLOUT;
        }
        if (events != 0 && !wait_once(waiter, events)) {
            return SERVE_END;
        }
    }
}

static int serve_to_the_end(rpc_carrier_t *carrier)
{
    waiter_t waiter;
    sigset_t all;

    memset(&waiter, 0, sizeof(waiter));
    waiter.poll.desc_type = APR_POLL_SOCKET;
    waiter.poll.desc.s = carrier->socket;
    waiter.timeout = carrier->server->timeout;
    waiter.last = apr_time_now();
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &waiter.unblocked);
    if (apr_pollset_create(&waiter.pollset, 1, carrier->c->pool,
                           APR_POLLSET_WAKEABLE) == APR_SUCCESS) {
        enum serve_e how;

        pthread_mutex_lock(&carrier->mutex);
        carrier->loop = waiter.pollset;
        pthread_mutex_unlock(&carrier->mutex);
        how = keep_serving(carrier, &waiter);
        while (!finish(carrier, how, &waiter)
               && wait_once(&waiter, APR_POLLOUT)) {
            how = SERVE_END;
        }
    }
    stop_serving(carrier);
    pthread_sigmask(SIG_SETMASK, &waiter.unblocked, NULL);
    carrier->c->keepalive = AP_CONN_CLOSE;
    if (carrier->c->cs != NULL) {
        carrier->c->cs->state = CONN_STATE_LINGER;
    }
    return OK;
}

int rpc_carrier_serve(rpc_carrier_t *carrier, int may_park)
{
    conn_rec *c = carrier->c;

    pthread_mutex_lock(&carrier->mutex);
    carrier->owner = pthread_self();
    carrier->is_served = 1;
    pthread_mutex_unlock(&carrier->mutex);
    if (c->sbh != NULL) {
        ap_update_child_status_from_conn(c->sbh, SERVER_BUSY_READ, c);
        ap_update_child_status_descr(c->sbh, SERVER_BUSY_WRITE,
                                     carrier->stream != NULL
                                         ? "RPC peer by TCP"
                                         : "RPC peer by WebSocket");
    }
    return may_park ? serve_and_park(carrier) : serve_to_the_end(carrier);
}
