/* SPDX-License-Identifier: Apache-2.0 */
/* httpd as the host of the core: what server_info says of it, by scoreboard,
 * and retiring a child. For transports. */
#include "transport/admin.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "apr_strings.h"
#include "apr_version.h"
#include "httpd.h"
#include "ap_listen.h"
#include "ap_mpm.h"
#include "http_config.h"
#include "http_core.h"
#include "http_log.h"
#include "http_main.h"
#include "mpm_common.h"
#include "scoreboard.h"

#include "core/call.h"
#include "log.h"
#include "transport/metrics.h"

/* How the threads of a child are. */
typedef struct threads_t {
    int total;
    int busy;
    int idle;
} threads_t;

static int query(int what)
{
    int number = 0;

    return ap_mpm_query(what, &number) == APR_SUCCESS ? number : 0;
}

/* A retiring child's threads may stand in the slot of its successor. */
static void count_threads(int slot, const process_score *process,
                          threads_t *ret_threads)
{
    int limit = ap_get_scoreboard_global()->thread_limit;
    worker_score thread;
    int i;

    memset(ret_threads, 0, sizeof(*ret_threads));
    for (i = 0; i < limit; i++) {
        ap_copy_scoreboard_worker(&thread, slot, i);
        if (thread.status == SERVER_DEAD
            || (thread.pid != 0 && thread.pid != process->pid)) {
            continue;
        }
        ret_threads->total++;
        if (thread.status == SERVER_READY) {
            ret_threads->idle++;
        }
        else if (thread.status != SERVER_STARTING) {
            ret_threads->busy++;
        }
    }
}

/* The child in a slot of the scoreboard, or NULL: none, or one that ended. */
static const process_score *child_at(int slot, threads_t *ret_threads)
{
    const process_score *process = ap_get_scoreboard_process(slot);

    if (process == NULL || process->pid == 0) {
        return NULL;
    }
    count_threads(slot, process, ret_threads);
    return ret_threads->total > 0 ? process : NULL;
}

static void set_counts(rpc_call_t *call, rpc_value_t *about,
                       const rpc_metrics_sum_t *sum)
{
    rpc_set(call, about, "messages", rpc_int(call, sum->messages));
    rpc_set(call, about, "calls", rpc_int(call, sum->calls));
    rpc_set(call, about, "faults", rpc_int(call, sum->faults));
    rpc_set(call, about, "peers", rpc_int(call, sum->peers));
}

static rpc_value_t *describe_child(rpc_call_t *call,
                                   const process_score *process,
                                   const threads_t *threads, int connections)
{
    int is_leaving = process->quiescing
                     || process->generation
                        != ap_get_scoreboard_global()->running_generation;
    rpc_metrics_sum_t sum;
    rpc_value_t *about = rpc_structv(
        call, "process_id", rpc_int(call, process->pid), "state",
        rpc_string(call, is_leaving ? "stopping" : "running"), "generation",
        rpc_int(call, process->generation), "threads",
        rpc_structv(call, "total", rpc_int(call, threads->total), "busy",
                    rpc_int(call, threads->busy), "idle",
                    rpc_int(call, threads->idle), (char *)NULL),
        "connections", rpc_int(call, connections), (char *)NULL);

    if (rpc_metrics_of_child(process->pid, &sum)) {
        set_counts(call, about, &sum);
    }
    return about;
}

/* @return the connections of all children */
static int describe_children(rpc_call_t *call, rpc_value_t *workers)
{
    int slots = ap_get_scoreboard_global()->server_limit;
    int is_async = query(AP_MPMQ_IS_ASYNC);
    int all = 0;
    int i;

    for (i = 0; i < slots; i++) {
        threads_t threads;
        const process_score *process = child_at(i, &threads);
        int connections;

        if (process == NULL) {
            continue;
        }
        /* Where the MPM does not count them, a connection has a thread. The
         * count of an asynchronous one is as of its listener's last look. */
        connections = threads.busy;
        if (is_async && (int)process->connections > connections) {
            connections = (int)process->connections;
        }
        all += connections;
        rpc_append(call, workers,
                   describe_child(call, process, &threads, connections));
    }
    return all;
}

static rpc_value_t *describe_sockets(rpc_call_t *call)
{
    rpc_value_t *sockets = rpc_array(call);
    const ap_listen_rec *listener;

    for (listener = ap_listeners; listener != NULL;
         listener = listener->next) {
        const apr_sockaddr_t *address = listener->bind_addr;
        char ip[64];

        if (address != NULL
            && apr_sockaddr_ip_getbuf(ip, sizeof(ip),
                                      (apr_sockaddr_t *)address)
               == APR_SUCCESS) {
            const char *text = apr_psprintf(rpc_call_pool(call),
                                            strchr(ip, ':') != NULL
                                                ? "[%s]:%d" : "%s:%d",
                                            ip, address->port);

            rpc_append(call, sockets,
                       rpc_structv(call, "address", rpc_string(call, text),
                                   (char *)NULL));
        }
    }
    return sockets;
}

/* The parent's; children are forked, but for httpd -X. */
static pid_t parent_pid(void)
{
    return ap_exists_config_define("DEBUG")
           || ap_exists_config_define("ONE_PROCESS") ? getpid() : getppid();
}

/* pulsar's monitor of a WSGI server, as far as httpd has the like. */
static rpc_value_t *describe_httpd(rpc_call_t *call, double uptime,
                                   const rpc_metrics_sum_t *sum,
                                   const char *state)
{
    const server_rec *server = ap_server_conf;
    rpc_value_t *workers = rpc_array(call);
    int connections = describe_children(call, workers);
    rpc_value_t *about = rpc_structv(
        call, "name", rpc_string(call, "httpd"), "state",
        rpc_string(call, state), "uptime", rpc_double(call, uptime),
        "process_id", rpc_int(call, parent_pid()), "is_process",
        rpc_bool(call, 1), (char *)NULL);
    rpc_value_t *http = rpc_structv(
        call, "uptime_in_seconds", rpc_int(call, (int64_t)uptime), "sockets",
        describe_sockets(call), "max_requests",
        rpc_int(call, query(AP_MPMQ_MAX_REQUESTS_DAEMON)), "keep_alive",
        rpc_double(call, server->keep_alive
                             ? (double)server->keep_alive_timeout
                               / APR_USEC_PER_SEC : 0),
        (char *)NULL);
    rpc_value_t *clients = rpc_structv(
        call, "connected_clients", rpc_int(call, connections),
        "requests_processed", rpc_int(call, sum->messages), (char *)NULL);

    return rpc_structv(call, "extra", rpc_struct(call), "server", about,
                       "httpserver",
                       rpc_structv(call, "server", http, "clients", clients,
                                   (char *)NULL),
                       "workers", workers, (char *)NULL);
}

static void describe(rpc_call_t *call, rpc_value_t *info)
{
    rpc_value_t *server = rpc_get(info, "server");
    const char *state = query(AP_MPMQ_MPM_STATE) == AP_MPMQ_STOPPING
                            ? "stopping" : "running";
    rpc_metrics_sum_t sum;
    ap_loadavg_t load;
    double uptime;

    if (!ap_exists_scoreboard_image()) {
        return;
    }
    uptime = (double)(apr_time_now()
                      - ap_get_scoreboard_global()->restart_time)
             / APR_USEC_PER_SEC;
    rpc_metrics_of_all(&sum);
    rpc_set(call, server, "state", rpc_string(call, state));
    rpc_set(call, server, "uptime", rpc_double(call, uptime));
    rpc_set(call, server, "process_id", rpc_int(call, parent_pid()));
    rpc_set(call, server, "number_of_monitors", rpc_int(call, 1));
    rpc_set(call, server, "httpd_version",
            rpc_string(call, ap_get_server_description()));
    rpc_set(call, server, "apr_version",
            rpc_string(call, apr_version_string()));
    rpc_set(call, server, "mpm", rpc_string(call, ap_show_mpm()));
    rpc_set(call, server, "generation",
            rpc_int(call, ap_get_scoreboard_global()->running_generation));
    rpc_set(call, server, "answered_by", rpc_int(call, getpid()));
    set_counts(call, server, &sum);
    rpc_set(call, rpc_get(info, "monitors"), "httpd",
            describe_httpd(call, uptime, &sum, state));
    ap_get_loadavg(&load);
    if (load.loadavg >= 0) {
        rpc_set(call, rpc_get(info, "system"), "load_average",
                rpc_arrayv(call, rpc_double(call, load.loadavg),
                           rpc_double(call, load.loadavg5),
                           rpc_double(call, load.loadavg15),
                           (rpc_value_t *)NULL));
    }
}

/* Of this parent's and generation's: nothing else may be sent a signal. */
static int is_child(int64_t pid)
{
    const global_score *global = ap_get_scoreboard_global();
    int i;

    for (i = 0; i < global->server_limit; i++) {
        threads_t threads;
        const process_score *process = child_at(i, &threads);

        if (process != NULL && process->pid == pid
            && process->generation == global->running_generation) {
            return 1;
        }
    }
    return 0;
}

/* prefork's children take AP_SIG_GRACEFUL; those of event and worker ignore
 * every signal that is not their end, and no function retires one. */
static rpc_value_t *retire_child(rpc_call_t *call, int64_t pid)
{
    const char *user = rpc_call_user(call);

    if (strcmp(ap_show_mpm(), "prefork") != 0) {
        return rpc_fail(call, RPC_E_APPLICATION, "httpd's MPM \"%s\" cannot "
                        "retire one child: prefork can, and \"apachectl "
                        "graceful\" replaces them all with any",
                        ap_show_mpm());
    }
    if (pid <= 1 || !ap_exists_scoreboard_image() || !is_child(pid)) {
        return rpc_fail(call, RPC_E_PARAMS, "%" APR_INT64_T_FMT " is no "
                        "child process of this server: server_info lists "
                        "them", (apr_int64_t)pid);
    }
    if (kill((pid_t)pid, AP_SIG_GRACEFUL) != 0) {
        return rpc_fail(call, RPC_E_APPLICATION,
                        "child %" APR_INT64_T_FMT " could not be told: %s",
                        (apr_int64_t)pid, strerror(errno));
    }
    ap_log_error(APLOG_MARK, APLOG_NOTICE, 0, ap_server_conf, RPC_LOG_RETIRED
                 "child %" APR_INT64_T_FMT " retires: user %s asked for it",
                 (apr_int64_t)pid,
                 user != NULL ? ap_escape_logitem(rpc_call_pool(call), user)
                              : "(none)");
    return rpc_bool(call, 1);
}

const rpc_admin_t rpc_admin_httpd = {
    .describe = describe,
    .retire_child = retire_child
};
