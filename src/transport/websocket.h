/* SPDX-License-Identifier: Apache-2.0 */
/* RpcWebSocket: an endpoint's URL that becomes a peer (RFC 6455). For
 * http.c and mod_rpc.c. */
#ifndef RPC_TRANSPORT_WEBSOCKET_H
#define RPC_TRANSPORT_WEBSOCKET_H

#include "transport/http.h"

/** Whether a request asks to become a WebSocket. */
int rpc_websocket_is_asked(request_rec *r);

/** Grant that, or answer why not. @return what the handler returns */
int rpc_websocket_upgrade(rpc_exchange_t *exchange);

/** Register the filter that hands the connection over. */
void rpc_websocket_register(void);

#endif
