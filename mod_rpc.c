/* SPDX-License-Identifier: Apache-2.0 */
/* The httpd module: hooks, module struct, wiring. Everything else lives in
 * src/, and knows nothing of this file. */
#include "ap_mpm.h"
#include "httpd.h"
#include "http_config.h"
#include "http_core.h"
#include "http_request.h"
#include "http_protocol.h"
#include "mpm_common.h"

#include "config/config.h"
#include "protocol/json.h"
#include "protocol/xmlvalue.h"
#include "transport/carrier.h"
#include "transport/http.h"
#include "transport/keep_hot.h"
#include "transport/large.h"
#include "transport/metrics.h"
#include "transport/publish.h"
#include "transport/spare.h"
#include "transport/websocket.h"

/* Runs for `httpd -t` too, so that it finds what is wrong. */
static int check_config(apr_pool_t *pconf, apr_pool_t *plog,
                        apr_pool_t *ptemp, server_rec *server)
{
    (void)plog;
    (void)ptemp;
    return rpc_config_seal(pconf, server) == APR_SUCCESS
           && rpc_config_check_streams(pconf, server) == APR_SUCCESS
               ? OK : !OK;
}

static void test_config(apr_pool_t *pconf, server_rec *server)
{
    rpc_config_lint(pconf, server);
    rpc_config_lint_peers(server);
    if (ap_exists_config_define("DUMP_RPC")) {
        rpc_config_dump(pconf, server);
    }
}

static int post_config(apr_pool_t *pconf, apr_pool_t *plog,
                       apr_pool_t *ptemp, server_rec *server)
{
    (void)plog;
    (void)ptemp;
    if (ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_CREATE_PRE_CONFIG) {
        return OK; /* the first of two passes */
    }
    rpc_config_lint(pconf, server);
    rpc_metrics_create(pconf, server);
    rpc_config_lint_peers(server);
    rpc_config_create_contexts(pconf);
    if (rpc_config_has_peers(server)) {
        rpc_config_of_server(server)->mailboxes =
            rpc_publish_create(server, pconf);
    }
    return OK;
}

/* What tables get, so that calls without a caller know the peers. */
static const rpc_api_t *child_api(apr_pool_t *pchild)
{
    rpc_child_t *child = rpc_child_get();

    return rpc_host_api_make(child != NULL ? rpc_child_host(child) : NULL,
                             pchild);
}

static int is_threaded(void)
{
    int answer = AP_MPMQ_NOT_SUPPORTED;

    ap_mpm_query(AP_MPMQ_IS_THREADED, &answer);
    return answer != AP_MPMQ_NOT_SUPPORTED;
}

static void child_init(apr_pool_t *pchild, server_rec *server)
{
    rpc_spare_child_init();
    rpc_config_of_server(server)->large = rpc_large_create(is_threaded());
    rpc_metrics_child_init();
    rpc_json_child_init(pchild);
    rpc_xml_child_init();
    if (rpc_config_has_peers(server)) {
        rpc_child_create(pchild, server);
    }
    rpc_config_child_init(child_api(pchild), server->process->pconf, pchild);
}

/* In the parent. */
static void child_status(server_rec *server, pid_t pid, ap_generation_t gen,
                         int slot, mpm_child_status state)
{
    (void)gen;
    (void)slot;
    if (state == MPM_CHILD_EXITED) {
        rpc_publish_free(rpc_config_of_server(server)->mailboxes, pid);
    }
}

static void register_hooks(apr_pool_t *pool)
{
    (void)pool;
    rpc_http_register_error_filter();
    rpc_keep_hot_register();
    rpc_websocket_register();
    rpc_carrier_register();
    ap_hook_check_config(check_config, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_test_config(test_config, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_post_config(post_config, NULL, NULL, APR_HOOK_MIDDLE);
    /* Late: a handler's child_init may need what other modules make. */
    ap_hook_child_init(child_init, NULL, NULL, APR_HOOK_LAST);
    ap_hook_child_status(rpc_metrics_child_status, NULL, NULL,
                         APR_HOOK_MIDDLE);
    ap_hook_child_stopping(rpc_child_stopping, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_child_status(child_status, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_translate_name(rpc_http_translate_name, NULL, NULL,
                           APR_HOOK_LAST);
    ap_hook_map_to_storage(rpc_http_map_to_storage, NULL, NULL,
                           APR_HOOK_FIRST);
    ap_hook_post_perdir_config(rpc_http_post_perdir_config, NULL, NULL,
                               APR_HOOK_MIDDLE);
    ap_hook_handler(rpc_http_handler, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_insert_error_filter(rpc_http_insert_error_filter, NULL, NULL,
                                APR_HOOK_LAST);
}

AP_DECLARE_MODULE(rpc) = {
    STANDARD20_MODULE_STUFF,
    rpc_config_create_dir,
    rpc_config_merge_dir,
    rpc_config_create_server,
    NULL, /* none is merged: what there is of it is of one server */
    rpc_config_commands,
    register_hooks,
    AP_MODULE_FLAG_NONE
};
