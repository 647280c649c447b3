/* SPDX-License-Identifier: Apache-2.0 */
/* The private header of everything that logs: our module index, and the list
 * of ids that our log lines begin with. */
#ifndef RPC_LOG_H
#define RPC_LOG_H

#include "httpd.h"
#include "http_log.h"

APLOG_USE_MODULE(rpc);

/* Every id once, in order. Gaps are ids that are gone: never reuse one. */
#define RPC_LOG_ALIAS "RPC0001: "      /* RpcAlias names no method */
#define RPC_LOG_NO_HANDLER "RPC0002: " /* SetHandler rpc, no RpcHandler */
#define RPC_LOG_UNUSED "RPC0003: "     /* RpcHandler, no SetHandler rpc */
#define RPC_LOG_BODY_LIMIT "RPC0004: " /* RpcMaxBody over LimitRequestBody */
#define RPC_LOG_CHILD_INIT "RPC0005: " /* a table's child_init failed */
#define RPC_LOG_COMPLAINT "RPC0006: "  /* a handler misbehaved */
#define RPC_LOG_NO_MOUNT "RPC0007: "   /* a request, but no RpcHandler */
#define RPC_LOG_READ "RPC0008: "       /* reading a body failed */
#define RPC_LOG_DESCRIBE "RPC0009: "   /* our own table does not load */
#define RPC_LOG_ORIGINS "RPC0010: "    /* RpcAllowOrigin * + credentials */
#define RPC_LOG_CROSS_SITE "RPC0011: " /* a call of another site's page */
#define RPC_LOG_METRICS "RPC0012: "    /* no shared memory to count in */
#define RPC_LOG_RETIRED "RPC0013: "    /* a user had a child retire */
#define RPC_LOG_STREAM "RPC0014: "     /* RpcStream that cannot work */
#define RPC_LOG_LISTEN "RPC0015: "     /* Listen without the protocol */
#define RPC_LOG_PEER_HOST "RPC0016: "  /* httpd's settings do not fit peers */
#define RPC_LOG_CHILD "RPC0017: "      /* a child cannot have peers */
#define RPC_LOG_PEER "RPC0018: "       /* what a peer did wrong */
#define RPC_LOG_QUEUE "RPC0019: "      /* a peer does not read */
#define RPC_LOG_IDLE "RPC0020: "       /* a peer was silent for too long */
#define RPC_LOG_REFUSED "RPC0021: "    /* a connection that may not */
#define RPC_LOG_DROPPED "RPC0022: "    /* published texts that were lost */
#define RPC_LOG_UPGRADE "RPC0023: "    /* a WebSocket that may not */

#endif
