/* SPDX-License-Identifier: Apache-2.0 */
/* What a peer is sent: the queue, who writes it and when, never blocking. For
 * the sessions, by way of carrier.c, and for the child's thread. */
#include "transport/carrier.h"

#include <stdlib.h>
#include <string.h>

#include "http_log.h"
#include "util_filter.h"

#include "log.h"
#include "transport/connection.h"

/* What one pass through the filters takes: below FlushMaxThreshold, beyond
 * which httpd's core filter blocks. */
#define PIECE_BYTES (32 * 1024)

/* What small messages share. */
#define BLOCK_BYTES 2048

/* ------------------------------------------------------------ the queue */

static int append(rpc_carrier_t *carrier, const char *bytes,
                  apr_size_t length)
{
    rpc_block_t *block = carrier->last;

    if (block == NULL || block->room - block->end < length) {
        apr_size_t room = length > BLOCK_BYTES ? length : BLOCK_BYTES;

        block = malloc(sizeof(*block) + room);
        if (block == NULL) {
            return 0;
        }
        block->next = NULL;
        block->begin = 0;
        block->end = 0;
        block->room = room;
        if (carrier->last != NULL) {
            carrier->last->next = block;
        }
        else {
            carrier->first = block;
        }
        carrier->last = block;
    }
    memcpy(block->bytes + block->end, bytes, length);
    block->end += length;
    carrier->queued += length;
    return 1;
}

void rpc_carrier_clear(rpc_carrier_t *carrier)
{
    while (carrier->first != NULL) {
        rpc_block_t *next = carrier->first->next;

        free(carrier->first);
        carrier->first = next;
    }
    carrier->last = NULL;
    carrier->queued = 0;
}

/* Take the first block out, so that others may go on appending. */
static rpc_block_t *take(rpc_carrier_t *carrier)
{
    rpc_block_t *block;

    pthread_mutex_lock(&carrier->mutex);
    block = carrier->first;
    if (block != NULL) {
        carrier->first = block->next;
        if (carrier->first == NULL) {
            carrier->last = NULL;
        }
    }
    pthread_mutex_unlock(&carrier->mutex);
    return block;
}

/* After `written` bytes of it; what is left goes back to the front. */
static void give_back(rpc_carrier_t *carrier, rpc_block_t *block,
                      apr_size_t written)
{
    pthread_mutex_lock(&carrier->mutex);
    carrier->queued -= written;
    block->begin += written;
    if (block->begin < block->end) {
        block->next = carrier->first;
        carrier->first = block;
        if (carrier->last == NULL) {
            carrier->last = block;
        }
        block = NULL;
    }
    pthread_mutex_unlock(&carrier->mutex);
    free(block);
}

/* ---------------------------------------------------------- the writing */

static apr_status_t read_nothing(apr_bucket *bucket, const char **data,
                                 apr_size_t *length, apr_read_type_e block)
{
    (void)bucket;
    (void)block;
    *data = NULL;
    *length = 0;
    return APR_SUCCESS;
}

/* Ends what TLS gathers to write it in larger records; unlike FLUSH, no
 * filter blocks for it. */
static const apr_bucket_type_t push_bucket = {
    "RPC_PUSH",
    5,
    APR_BUCKET_METADATA,
    apr_bucket_destroy_noop,
    read_nothing,
    apr_bucket_setaside_noop,
    apr_bucket_split_notimpl,
    apr_bucket_simple_copy
};

static apr_bucket *create_push(apr_bucket_alloc_t *list)
{
    apr_bucket *bucket = apr_bucket_alloc(sizeof(*bucket), list);

    APR_BUCKET_INIT(bucket);
    bucket->free = apr_bucket_free;
    bucket->list = list;
    bucket->type = &push_bucket;
    bucket->length = 0;
    bucket->start = 0;
    bucket->data = NULL;
    return bucket;
}

/* The bytes are read or copied before this returns. */
static apr_status_t write_piece(rpc_carrier_t *carrier, const char *bytes,
                                apr_size_t length)
{
    conn_rec *c = carrier->c;
    apr_status_t rv;

    APR_BRIGADE_INSERT_TAIL(carrier->out,
                            apr_bucket_transient_create(bytes, length,
                                                        c->bucket_alloc));
    APR_BRIGADE_INSERT_TAIL(carrier->out, create_push(c->bucket_alloc));
    rv = ap_pass_brigade(c->output_filters, carrier->out);
    apr_brigade_cleanup(carrier->out);
    return rv == APR_SUCCESS ? rpc_connection_write(c) : rv;
}

enum rpc_drain_e rpc_carrier_drain(rpc_carrier_t *carrier)
{
    conn_rec *c = carrier->c;

    if (c->aborted
        || (c->data_in_output_filters
            && rpc_connection_write(c) != APR_SUCCESS)) {
        return RPC_DRAIN_BROKEN;
    }
    while (!c->data_in_output_filters) {
        rpc_block_t *block = take(carrier);
        apr_size_t length;

        if (block == NULL) {
            return RPC_DRAIN_DONE;
        }
        length = block->end - block->begin;
        if (length > PIECE_BYTES) {
            length = PIECE_BYTES;
        }
        if (write_piece(carrier, block->bytes + block->begin, length)
            != APR_SUCCESS) {
            give_back(carrier, block, length);
            return RPC_DRAIN_BROKEN;
        }
        carrier->bytes_out += (apr_off_t)length;
        give_back(carrier, block, length);
    }
    return RPC_DRAIN_LEFT;
}

/* ------------------------------------------------------------ who writes */

/* The connection's thread, or the MPM's listener, sees the end of the input
 * and comes. The mutex is held, so that httpd does not close the socket
 * meanwhile. */
static void shut_locked(rpc_carrier_t *carrier)
{
    if (!carrier->is_shut && carrier->state != RPC_CARRIER_GONE) {
        carrier->is_shut = 1;
        apr_socket_shutdown(carrier->socket, APR_SHUTDOWN_READ);
    }
}

void rpc_carrier_tell(rpc_carrier_t *carrier)
{
    carrier->events++;
    pthread_cond_broadcast(&carrier->changed);
    if (carrier->loop != NULL
        && !pthread_equal(carrier->owner, pthread_self())) {
        apr_pollset_wakeup(carrier->loop);
    }
}

void rpc_carrier_shut(rpc_carrier_t *carrier)
{
    pthread_mutex_lock(&carrier->mutex);
    carrier->is_closing = 1;
    carrier->is_over = 1;
    shut_locked(carrier);
    if (carrier->state != RPC_CARRIER_GONE) {
        /* The end is told at once, even if httpd does not come any more. */
        apr_socket_shutdown(carrier->socket, APR_SHUTDOWN_READWRITE);
    }
    rpc_carrier_tell(carrier);
    pthread_mutex_unlock(&carrier->mutex);
}

int rpc_carrier_begin_writing(rpc_carrier_t *carrier)
{
    int is_mine;

    pthread_mutex_lock(&carrier->mutex);
    is_mine = carrier->state == RPC_CARRIER_PARKED;
    if (is_mine) {
        carrier->state = RPC_CARRIER_WRITING;
    }
    pthread_mutex_unlock(&carrier->mutex);
    return is_mine;
}

void rpc_carrier_park(rpc_carrier_t *carrier)
{
    int is_parked = 0;

    while (!is_parked) {
        enum rpc_drain_e rest = rpc_carrier_drain(carrier);

        if (rest == RPC_DRAIN_LEFT && !carrier->is_polled) {
            rpc_child_poll(carrier->child, carrier);
        }
        pthread_mutex_lock(&carrier->mutex);
        if (rest == RPC_DRAIN_BROKEN) {
            carrier->is_over = 1;
            rpc_carrier_clear(carrier);
        }
        is_parked = rest != RPC_DRAIN_DONE || carrier->first == NULL;
        if (is_parked) {
            carrier->state = RPC_CARRIER_PARKED;
            if (carrier->is_over
                || (carrier->is_closing && rest == RPC_DRAIN_DONE)) {
                shut_locked(carrier);
            }
            rpc_carrier_tell(carrier);
        }
        pthread_mutex_unlock(&carrier->mutex);
    }
}

void rpc_carrier_resume(rpc_carrier_t *carrier)
{
    pthread_mutex_lock(&carrier->mutex);
    while (carrier->state == RPC_CARRIER_WRITING) {
        pthread_cond_wait(&carrier->changed, &carrier->mutex);
    }
    if (carrier->state == RPC_CARRIER_PARKED) {
        carrier->state = RPC_CARRIER_OWNED;
    }
    pthread_mutex_unlock(&carrier->mutex);
    if (carrier->is_polled) {
        rpc_child_unpoll(carrier->child, carrier);
    }
}

void rpc_carrier_writable(rpc_carrier_t *carrier)
{
    if (!rpc_carrier_begin_writing(carrier)) {
        return; /* httpd has it, and writes itself */
    }
    if (carrier->is_polled) {
        rpc_child_unpoll(carrier->child, carrier);
    }
    rpc_carrier_park(carrier);
}

void rpc_carrier_close(rpc_carrier_t *carrier)
{
    int is_mine;

    pthread_mutex_lock(&carrier->mutex);
    is_mine = !carrier->is_closing && carrier->state == RPC_CARRIER_PARKED;
    carrier->is_closing = 1;
    if (is_mine) {
        carrier->state = RPC_CARRIER_WRITING;
    }
    rpc_carrier_tell(carrier);
    pthread_mutex_unlock(&carrier->mutex);
    if (is_mine) {
        rpc_carrier_park(carrier);
    }
}

/* A peer that does not read is closed, not waited for. */
static void log_full(rpc_carrier_t *carrier, apr_size_t length)
{
    ap_log_error(APLOG_MARK, APLOG_INFO, 0, carrier->server, RPC_LOG_QUEUE
                 "[client %s] the peer does not read: %" APR_SIZE_T_FMT
                 " bytes wait for it, and %" APR_SIZE_T_FMT " more would "
                 "pass RpcPeerMaxQueue (%" APR_INT64_T_FMT "): closed",
                 carrier->client_ip, carrier->queued, length,
                 carrier->max_queue);
}

/* What send() found, under the mutex. */
enum sent_e { SENT_QUEUED, SENT_MINE, SENT_GONE, SENT_FULL };

static enum sent_e enqueue(rpc_carrier_t *carrier, const char *bytes,
                           apr_size_t length)
{
    apr_size_t room;

    if (carrier->state == RPC_CARRIER_GONE || carrier->is_closing
        || carrier->is_over) {
        return SENT_GONE;
    }
    room = (apr_size_t)carrier->max_queue;
    if (carrier->queued > room || length > room - carrier->queued
        || !append(carrier, bytes, length)) {
        carrier->is_over = 1;
        carrier->is_closing = 1;
        shut_locked(carrier);
        rpc_carrier_tell(carrier);
        return SENT_FULL;
    }
    carrier->active = apr_time_now();
    rpc_carrier_tell(carrier);
    if (carrier->state == RPC_CARRIER_PARKED && !carrier->is_polled) {
        carrier->state = RPC_CARRIER_WRITING;
        return SENT_MINE;
    }
    return SENT_QUEUED;
}

apr_status_t rpc_carrier_send(rpc_carrier_t *carrier, const char *bytes,
                              apr_size_t length)
{
    enum sent_e sent;

    pthread_mutex_lock(&carrier->mutex);
    sent = enqueue(carrier, bytes, length);
    pthread_mutex_unlock(&carrier->mutex);
    switch (sent) {
    case SENT_MINE:
        rpc_carrier_park(carrier);
        return APR_SUCCESS;
    case SENT_FULL:
        log_full(carrier, length);
        return APR_ENOSPC;
    case SENT_GONE:
        return APR_EOF;
    default:
        return APR_SUCCESS;
    }
}
