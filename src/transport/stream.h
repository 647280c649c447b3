/* SPDX-License-Identifier: Apache-2.0 */
/* RpcStream: virtual hosts whose connections are peers from their first byte.
 * For carrier.c and carrier_serve.c. */
#ifndef RPC_TRANSPORT_STREAM_H
#define RPC_TRANSPORT_STREAM_H

#include "transport/carrier.h"

/** A new connection. @return DECLINED if its port speaks HTTP; else what the
 *  process_connection hook returns */
int rpc_stream_process(conn_rec *c);

/**
 * Make the carrier's peer as soon as TLS is there, if it may connect.
 * @return APR_SUCCESS; APR_EAGAIN: TLS needs more input; another: close it
 */
apr_status_t rpc_stream_open(rpc_carrier_t *carrier);

/** An HTTP request came: say what is spoken here, and close. */
void rpc_stream_refuse_http(rpc_carrier_t *carrier);

/** The line of the access log; on the thread that closes the connection. */
void rpc_stream_log(rpc_carrier_t *carrier);

#endif
