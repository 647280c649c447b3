/* SPDX-License-Identifier: Apache-2.0 */
/* An httpd module of its own that also offers RPC methods: a directive, hooks
 * and a counter that all child processes share. The example for authors. */
#include "mod_rpc.h"

#include <ctype.h>

#include "apr_atomic.h"
#include "apr_shm.h"
#include "apr_strings.h"
#include "http_core.h"
#include "http_log.h"

/* The largest RpcCounterStart: far enough below the end of 64 bits that
 * counting never gets there. */
#define LARGEST_START APR_INT64_C(999999999999999999)

/* Where the counter is kept between two configurations, see share_counter().
 * The name must be one that no other module uses. */
#define COUNTER_KEY "mod_rpc_counter"

/* What the server's configuration holds for this module. Never a static
 * variable: httpd loads the configuration twice, and the module with it. */
typedef struct counter_config_t {
    apr_int64_t start;
    volatile apr_uint64_t *counter; /* in shared memory; NULL before
                                       post_config */
} counter_config_t;

module AP_MODULE_DECLARE_DATA rpc_counter_module;

/* ------------------------------------------------------------------------
 * The methods. They run in any child and on any thread, several at once.
 */

static volatile apr_uint64_t *counter_of(rpc_call_t *call)
{
    const counter_config_t *config =
        ap_get_module_config(rpc_call_server(call)->module_config,
                             &rpc_counter_module);

    return config->counter;
}

static rpc_value_t *next(rpc_call_t *call)
{
    /* One atomic step; reading and then writing would lose counts. What it
     * returns is the value before. (Where a CPU has no atomic operation on
     * 64 bits, APR takes a lock of this process alone: use 32 bits there.) */
    apr_uint64_t before = apr_atomic_add64(counter_of(call), 1);

    return rpc_int(call, (int64_t)before + 1);
}

static rpc_value_t *current(rpc_call_t *call)
{
    return rpc_int(call, (int64_t)apr_atomic_read64(counter_of(call)));
}

/* RPC_SAFE only where nothing changes: a GET must not count. */
static const rpc_method_t methods[] = {
    RPC_METHOD("int counter.next()", next, 0,
               "Count one further and return the count."),
    RPC_METHOD("int counter.current()", current, RPC_SAFE,
               "Return the count without counting."),
    RPC_METHOD_END
};

static const rpc_table_t table =
    RPC_TABLE(counter, "One counter for all child processes.", methods);

/* ------------------------------------------------------------------------
 * The configuration.
 */

static void *create_server_config(apr_pool_t *pool, server_rec *server)
{
    (void)server;
    return apr_pcalloc(pool, sizeof(counter_config_t));
}

/* An error message, or NULL if all is well; httpd adds file and line. A
 * number is digits to the end and within its range, nothing else. */
static const char *set_start(cmd_parms *cmd, void *dir_config,
                             const char *text)
{
    counter_config_t *config =
        ap_get_module_config(cmd->server->module_config, &rpc_counter_module);
    const char *error = ap_check_cmd_context(cmd, GLOBAL_ONLY);
    apr_size_t digits = 0;

    (void)dir_config;
    if (error != NULL) {
        return error;
    }
    while (isdigit((unsigned char)text[digits])) {
        digits++;
    }
    if (digits == 0 || text[digits] != '\0' || digits > 18) {
        return apr_psprintf(cmd->pool,
                            "RpcCounterStart: expected a number from 0 to "
                            "%" APR_INT64_T_FMT ", got \"%s\"",
                            LARGEST_START, text);
    }
    config->start = apr_atoi64(text);
    return NULL;
}

static const command_rec directives[] = {
    AP_INIT_TAKE1("RpcCounterStart", set_start, NULL, RSRC_CONF,
                  "the number that the counter begins with (default 0)"),
    { .name = NULL }
};

/* ------------------------------------------------------------------------
 * The shared memory.
 */

/*
 * Anonymous memory, so no file is left behind; the children inherit it when
 * they are forked. It is taken from the pool of the process, which outlives
 * the configuration: a restart finds the counter there and counts on, and
 * children of the old and the new generation count together meanwhile.
 */
static apr_status_t share_counter(server_rec *server,
                                  volatile apr_uint64_t **ret_counter)
{
    const counter_config_t *config =
        ap_get_module_config(server->module_config, &rpc_counter_module);
    apr_pool_t *process_pool = server->process->pool;
    volatile apr_uint64_t *counter;
    void *found = NULL;
    apr_shm_t *memory;
    apr_status_t rv;

    apr_pool_userdata_get(&found, COUNTER_KEY, process_pool);
    if (found != NULL) {
        *ret_counter = found;
        return APR_SUCCESS;
    }
    rv = apr_shm_create(&memory, sizeof(*counter), NULL, process_pool);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    counter = apr_shm_baseaddr_get(memory);
    apr_atomic_set64(counter, (apr_uint64_t)config->start);
    /* The key is copied (not _setn): the string of this module is gone when
     * the module is unloaded for a restart. No function of ours is left
     * behind for the same reason. */
    apr_pool_userdata_set((const void *)counter, COUNTER_KEY, NULL,
                          process_pool);
    *ret_counter = counter;
    return APR_SUCCESS;
}

static int post_config(apr_pool_t *pconf, apr_pool_t *plog,
                       apr_pool_t *ptemp, server_rec *server)
{
    counter_config_t *config =
        ap_get_module_config(server->module_config, &rpc_counter_module);
    apr_status_t rv;

    (void)pconf;
    (void)plog;
    (void)ptemp;
    /* httpd reads the configuration once to check it, and then again to
     * serve; what costs something is made the second time only. */
    if (ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_CREATE_PRE_CONFIG) {
        return OK;
    }
    rv = share_counter(server, &config->counter);
    if (rv != APR_SUCCESS) {
        ap_log_error(APLOG_MARK, APLOG_EMERG, rv, server,
                     "mod_rpc_counter: cannot create shared memory");
        return HTTP_INTERNAL_SERVER_ERROR;
    }
    return OK;
}

/* ------------------------------------------------------------------------
 * The module. A virtual host without a configuration of its own for this
 * module has the main server's: no merge function is needed.
 */

static void register_hooks(apr_pool_t *pool)
{
    ap_hook_post_config(post_config, NULL, NULL, APR_HOOK_MIDDLE);
    rpc_table_register(&table, pool);
}

AP_DECLARE_MODULE(rpc_counter) = {
    STANDARD20_MODULE_STUFF,
    NULL,                 /* create per-directory configuration */
    NULL,                 /* merge it */
    create_server_config, /* create per-server configuration */
    NULL,                 /* merge it */
    directives,
    register_hooks,
    AP_MODULE_FLAG_NONE
};
