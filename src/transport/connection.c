/* SPDX-License-Identifier: Apache-2.0 */
/* The one place that puts something into c->conn_config. For keep_hot.c and
 * carrier.c. */
#include "transport/connection.h"

#include "http_config.h"

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
