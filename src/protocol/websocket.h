/* SPDX-License-Identifier: Apache-2.0 */
/* The opening handshake of WebSocket (RFC 6455, section 4): what stands in
 * its headers. For the server's upgrade and the client library. */
#ifndef RPC_PROTOCOL_WEBSOCKET_H
#define RPC_PROTOCOL_WEBSOCKET_H

#include "mod_rpc.h"

#define RPC_WEBSOCKET_VERSION "13"

/** Bytes of a Sec-WebSocket-Key and a Sec-WebSocket-Accept, with the NUL. */
#define RPC_WEBSOCKET_KEY_ROOM 25
#define RPC_WEBSOCKET_ACCEPT_ROOM 29

/** Whether a Sec-WebSocket-Key is the base64 of 16 bytes. NULL is allowed. */
int rpc_websocket_key_is_good(const char *key);

/** The Sec-WebSocket-Accept for a good key (section 4.2.2).
 *  @param ret_accept RPC_WEBSOCKET_ACCEPT_ROOM bytes */
void rpc_websocket_accept(const char *key, char *ret_accept);

/** A random key. @param ret_key RPC_WEBSOCKET_KEY_ROOM bytes
 *  @return APR's error if the system has no random bytes */
apr_status_t rpc_websocket_make_key(char *ret_key);

/**
 * The subprotocol to select of those that are offered: the first that is one
 * of jsonrpc, jsonrpc-2.0 and json-rpc (none is registered; these are in use).
 * @param offered A Sec-WebSocket-Protocol header, several joined by commas;
 *                NULL is allowed
 * @return a constant, or NULL: select none
 */
const char *rpc_websocket_choose(const char *offered);

#endif
