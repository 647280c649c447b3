/* SPDX-License-Identifier: Apache-2.0 */
/* RpcKeepHot: a connection input filter that waits a moment for the next
 * request of a busy connection. For http.c. */
#include "transport/keep_hot.h"

#include <poll.h>
#include <string.h>

#include "apr_portable.h"
#include "ap_mpm.h"
#include "http_config.h"
#include "http_core.h"
#include "http_protocol.h"
#include "scoreboard.h"
#include "util_filter.h"

#include "transport/connection.h"

#define FILTER_NAME "RPC_KEEP_HOT"

/* How long the first look at the socket lasts; between two looks others may
 * have come to need the worker. Each look is twice as long as the one before:
 * on a machine that is short of processors each costs a wake-up. So the first
 * one lasts twice as long as the client took lately, within bounds: 32 busy
 * connections on 2 processors cost 1.1 wake-ups a request then, and 2.3 where
 * each first look lasted 0.2 ms. */
#define SHORTEST_FIRST_US 200
#define LONGEST_FIRST_US 1000
#define LONGEST_SLICE_US 20000

/* After waits in vain a connection is left alone for 1, 3, 7, at most 15
 * requests: its client is none of those that call again at once. */
#define MOST_MISSES 4

/* One for each connection that called; lives in c->pool. */
typedef struct hot_t {
    apr_interval_time_t bound; /* 0: not armed */
    int fd;
    int child;                 /* this one, in the scoreboard */
    int threads;
    apr_interval_time_t usual; /* what its client takes to call again */
    int misses;                /* waits in vain, one after the other */
    int rest;                  /* requests to let pass without waiting */
    int pipelines;             /* it sent one before it had the answer */
} hot_t;

static int is_stopping(void)
{
    int state = AP_MPMQ_STOPPING;

    return ap_mpm_query(AP_MPMQ_MPM_STATE, &state) != APR_SUCCESS
           || state == AP_MPMQ_STOPPING;
}

/* Whether the worker may wait at all: not while stopping, and only while a
 * quarter of the child's workers have nothing to do. Without the quarter,
 * slow clients starve behind busy ones: event closes kept-alive connections
 * when no worker is free. */
static int may_wait(const hot_t *hot)
{
    int needed = (hot->threads + 3) / 4;
    int i;

    if (is_stopping()) {
        return 0;
    }
    for (i = 0; i < hot->threads && needed > 0; i++) {
        const worker_score *worker =
            ap_get_scoreboard_worker_from_indexes(hot->child, i);

        needed -= worker != NULL && worker->status == SERVER_READY;
    }
    return needed == 0;
}

/* Write what the last answer left in the output filters.
 * @return whether all of it is out */
static int write_pending(conn_rec *c)
{
    return rpc_connection_write(c) == APR_SUCCESS
           && !c->data_in_output_filters;
}

static apr_interval_time_t within(apr_interval_time_t time,
                                  apr_interval_time_t least,
                                  apr_interval_time_t most)
{
    return time < least ? least : time > most ? most : time;
}

/* Look at the socket. @return above 0: there is something to read, 0: nothing
 * came in that time, below 0: httpd is stopping, and the socket may be that of
 * somebody else by now, or it cannot be waited for */
static int look(const hot_t *hot, apr_interval_time_t time)
{
    struct pollfd readable = { hot->fd, POLLIN, 0 };
    struct timespec timeout = { 0, time * 1000 };
    int ready = ppoll(&readable, 1, &timeout, NULL);

    if (ready > 0 && (is_stopping() || (readable.revents & POLLNVAL) != 0)) {
        return -1;
    }
    return ready;
}

static apr_interval_time_t first_slice(const hot_t *hot)
{
    return within(2 * hot->usual, SHORTEST_FIRST_US, LONGEST_FIRST_US);
}

/* @return as look() */
static int becomes_readable(hot_t *hot, apr_interval_time_t bound)
{
    apr_time_t begin = apr_time_now();
    apr_interval_time_t slice = first_slice(hot);

    while (bound > 0 && may_wait(hot)) {
        int ready = look(hot, slice < bound ? slice : bound);

        if (ready > 0) {
            hot->usual += (within(apr_time_now() - begin, 0,
                                  LONGEST_FIRST_US) - hot->usual) / 4;
            hot->misses = 0;
        }
        if (ready != 0) {
            return ready;
        }
        bound -= slice;
        slice = within(2 * slice, 0, LONGEST_SLICE_US);
    }
    return 0;
}

/* Most clients send the next request when they have the answer. So that is
 * written first, and the socket is looked at before it is read: a read that
 * finds nothing is a quarter of the system calls of W1 (./run bench).
 * @return as look(); takes its time off the bound */
static int calls_again(hot_t *hot, conn_rec *c, apr_interval_time_t *bound)
{
    apr_interval_time_t first = within(first_slice(hot), 0, *bound);

    if (hot->pipelines || !write_pending(c)) {
        return 0;
    }
    *bound -= first;
    return becomes_readable(hot, first);
}

/* httpd asks for one byte of the next request, without blocking, before it
 * gives the connection back to the listener. */
static apr_status_t wait_filter(ap_filter_t *f, apr_bucket_brigade *brigade,
                                ap_input_mode_t mode, apr_read_type_e block,
                                apr_off_t readbytes)
{
    hot_t *hot = f->ctx;
    apr_interval_time_t bound = hot->bound;
    apr_status_t rv;
    int ready;

    if (bound == 0 || mode != AP_MODE_SPECULATIVE
        || block != APR_NONBLOCK_READ) {
        return ap_get_brigade(f->next, brigade, mode, block, readbytes);
    }
    hot->bound = 0;
    ready = calls_again(hot, f->c, &bound);
    if (ready < 0) {
        return APR_EAGAIN;
    }
    rv = ap_get_brigade(f->next, brigade, mode, block, readbytes);
    if (ready > 0) {
        return rv;
    }
    hot->pipelines = !APR_BRIGADE_EMPTY(brigade);
    if (hot->pipelines || (rv != APR_SUCCESS && !APR_STATUS_IS_EAGAIN(rv))
        || !write_pending(f->c)) {
        return rv;
    }
    if (becomes_readable(hot, bound) <= 0) {
        hot->misses += hot->misses < MOST_MISSES;
        hot->rest = (1 << hot->misses) - 1;
        return rv;
    }
    return ap_get_brigade(f->next, brigade, mode, block, readbytes);
}

/* NULL where waiting is of no use: another MPM, HTTP/2's streams. */
static hot_t *create_hot(conn_rec *c)
{
    hot_t *hot;
    int limit = 0;
    int threads = 0;
    int fd;

    if (c->cs == NULL || c->master != NULL || c->clogging_input_filters
        || strcmp(ap_get_protocol(c), AP_PROTOCOL_HTTP1) != 0
        || ap_mpm_query(AP_MPMQ_HARD_LIMIT_THREADS, &limit) != APR_SUCCESS
        || limit <= 0
        || ap_mpm_query(AP_MPMQ_MAX_THREADS, &threads) != APR_SUCCESS
        || apr_os_sock_get(&fd, ap_get_conn_socket(c)) != APR_SUCCESS) {
        return NULL;
    }
    hot = apr_pcalloc(c->pool, sizeof(*hot));
    hot->fd = fd;
    hot->child = (int)(c->id / limit);
    hot->threads = threads;
    ap_add_input_filter(FILTER_NAME, hot, NULL, c);
    rpc_connection_need(c)->hot = hot;
    return hot;
}

void rpc_keep_hot_arm(request_rec *r, apr_interval_time_t bound)
{
    conn_rec *c = r->connection;
    rpc_connection_t *connection = rpc_connection_find(c);
    hot_t *hot = connection != NULL ? connection->hot : NULL;

    if (bound == 0) {
        return;
    }
    if (hot == NULL) {
        hot = create_hot(c);
    }
    if (hot != NULL && hot->rest > 0) {
        hot->rest--;
    }
    else if (hot != NULL) {
        hot->bound = bound;
    }
}

void rpc_keep_hot_register(void)
{
    ap_register_input_filter(FILTER_NAME, wait_filter, NULL,
                             AP_FTYPE_CONNECTION);
}
