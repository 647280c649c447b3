/* SPDX-License-Identifier: Apache-2.0 */
/* What each child process has done so far, counted in memory that all of them
 * share. For transports, which count, and server_info, which reads. */
#include "transport/metrics.h"

#include <string.h>
#include <unistd.h>

#include "apr_atomic.h"
#include "apr_shm.h"
#include "http_config.h"
#include "http_log.h"
#include "http_main.h"

#include "config/config.h"
#include "log.h"

/* A line is one child's: of the size of a cache line, so that no two children
 * write to the same. */
typedef struct line_t {
    volatile apr_uint32_t owner; /* its process id; 0: free */
    apr_uint32_t reserved;
    apr_int64_t counts[RPC_METRIC_KINDS];
    char padding[64 - 8 - 8 * RPC_METRIC_KINDS];
} line_t;

struct rpc_metrics_t {
    line_t *lines; /* shared; the first has what ended children counted */
    int count;
    line_t *own;   /* of this child, or NULL */
};

/* The main server's; NULL where there is none. */
static rpc_metrics_t *find_metrics(void)
{
    return rpc_config_of_server(ap_server_conf)->metrics;
}

void rpc_metrics_create(apr_pool_t *pconf, server_rec *server)
{
    rpc_metrics_t *metrics = apr_pcalloc(pconf, sizeof(*metrics));
    apr_shm_t *memory;
    apr_status_t rv;
    int daemons = 0;

    (void)ap_mpm_query(AP_MPMQ_HARD_LIMIT_DAEMONS, &daemons);
    /* Twice as many: a slot's next child may begin before its last one, which
     * retires, has ended. */
    metrics->count = 1 + 2 * (daemons > 0 ? daemons : 1);
    rv = apr_shm_create(&memory,
                        (apr_size_t)metrics->count * sizeof(line_t) + 64,
                        NULL, pconf);
    if (rv != APR_SUCCESS) {
        ap_log_error(APLOG_MARK, APLOG_WARNING, rv, server, RPC_LOG_METRICS
                     "no shared memory: server_info will count nothing");
        return;
    }
    metrics->lines = (line_t *)APR_ALIGN(
        (apr_uintptr_t)apr_shm_baseaddr_get(memory), 64);
    memset(metrics->lines, 0, (apr_size_t)metrics->count * sizeof(line_t));
    rpc_config_of_server(server)->metrics = metrics;
}

void rpc_metrics_child_init(void)
{
    rpc_metrics_t *metrics = find_metrics();
    apr_uint32_t pid = (apr_uint32_t)getpid();
    int i;

    for (i = 1; metrics != NULL && i < metrics->count; i++) {
        if (apr_atomic_cas32(&metrics->lines[i].owner, pid, 0) == 0) {
            metrics->own = &metrics->lines[i];
            return;
        }
    }
}

static line_t *find_line(const rpc_metrics_t *metrics, pid_t pid)
{
    int i;

    for (i = 1; metrics != NULL && i < metrics->count; i++) {
        if (apr_atomic_read32(&metrics->lines[i].owner)
            == (apr_uint32_t)pid) {
            return &metrics->lines[i];
        }
    }
    return NULL;
}

void rpc_metrics_child_status(server_rec *server, pid_t pid,
                              ap_generation_t generation, int slot,
                              mpm_child_status state)
{
    rpc_metrics_t *metrics = find_metrics();
    line_t *line = state != MPM_CHILD_STARTED ? find_line(metrics, pid)
                                              : NULL;
    int i;

    (void)server;
    (void)generation;
    (void)slot;
    if (line == NULL) {
        return;
    }
    for (i = 0; i < RPC_METRIC_KINDS; i++) {
        if (i != RPC_METRIC_PEERS) {
            metrics->lines[0].counts[i] += line->counts[i];
        }
        line->counts[i] = 0;
    }
    apr_atomic_set32(&line->owner, 0);
}

void rpc_metrics_add(enum rpc_metric_e kind, int delta)
{
    const rpc_metrics_t *metrics = find_metrics();

    if (metrics != NULL && metrics->own != NULL) {
        __atomic_fetch_add(&metrics->own->counts[kind], delta,
                           __ATOMIC_RELAXED);
    }
}

void rpc_metrics_message(const rpc_message_t *message)
{
    int more = (int)message->run_count - 1;
    int faults = message->fault != NULL;
    int i;

    for (i = 0; i < message->call_count; i++) {
        faults += message->calls[i]->fault != NULL;
    }
    rpc_metrics_add(RPC_METRIC_MESSAGES, 1);
    if (more != 0) {
        rpc_metrics_add(RPC_METRIC_MORE_CALLS, more);
    }
    if (faults != 0) {
        rpc_metrics_add(RPC_METRIC_FAULTS, faults);
    }
}

static void add_line(line_t *line, rpc_metrics_sum_t *sum)
{
    apr_int64_t counts[RPC_METRIC_KINDS];
    int i;

    for (i = 0; i < RPC_METRIC_KINDS; i++) {
        counts[i] = __atomic_load_n(&line->counts[i], __ATOMIC_RELAXED);
    }
    sum->messages += counts[RPC_METRIC_MESSAGES];
    sum->calls += counts[RPC_METRIC_MESSAGES]
                  + counts[RPC_METRIC_MORE_CALLS];
    sum->faults += counts[RPC_METRIC_FAULTS];
    sum->peers += counts[RPC_METRIC_PEERS];
}

int rpc_metrics_of_child(pid_t pid, rpc_metrics_sum_t *ret_sum)
{
    line_t *line = find_line(find_metrics(), pid);

    memset(ret_sum, 0, sizeof(*ret_sum));
    if (line == NULL) {
        return 0;
    }
    add_line(line, ret_sum);
    return 1;
}

void rpc_metrics_of_all(rpc_metrics_sum_t *ret_sum)
{
    const rpc_metrics_t *metrics = find_metrics();
    int i;

    memset(ret_sum, 0, sizeof(*ret_sum));
    for (i = 0; metrics != NULL && i < metrics->count; i++) {
        add_line(&metrics->lines[i], ret_sum);
    }
}
