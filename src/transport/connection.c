/* SPDX-License-Identifier: Apache-2.0 */
/* The one place that puts something into c->conn_config, and writing what a
 * connection's filters kept. For keep_hot.c and carrier*.c. */
#include "transport/connection.h"

#include "http_config.h"
#include "util_filter.h"

extern module AP_MODULE_DECLARE_DATA rpc_module;

rpc_connection_t *rpc_connection_find(conn_rec *c)
{
    return ap_get_module_config(c->conn_config, &rpc_module);
}

rpc_connection_t *rpc_connection_need(conn_rec *c)
{
    rpc_connection_t *connection = rpc_connection_find(c);

    if (connection == NULL) {
        connection = apr_pcalloc(c->pool, sizeof(*connection));
        ap_set_module_config(c->conn_config, &rpc_module, connection);
    }
    return connection;
}

apr_status_t rpc_connection_write(conn_rec *c)
{
    ap_filter_t *last = c->output_filters;

    while (last->next != NULL) {
        last = last->next;
    }
    return last->frec->filter_func.out_func(last, NULL);
}
