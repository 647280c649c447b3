/* SPDX-License-Identifier: Apache-2.0 */
/* The opening handshake of WebSocket: keys, their proof, subprotocols. For
 * the server's upgrade and the client library. */
#include "protocol/websocket.h"

#include <string.h>

#include "apr_base64.h"
#include "apr_general.h"
#include "apr_lib.h"
#include "apr_sha1.h"

#define KEY_BYTES 16

/* RFC 6455, section 1.3. */
#define ACCEPT_GUID "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

int rpc_websocket_key_is_good(const char *key)
{
    apr_size_t i;

    if (key == NULL || strlen(key) != RPC_WEBSOCKET_KEY_ROOM - 1) {
        return 0;
    }
    for (i = 0; i < RPC_WEBSOCKET_KEY_ROOM - 3; i++) {
        if (!apr_isalnum(key[i]) && key[i] != '+' && key[i] != '/') {
            return 0;
        }
    }
    /* 16 bytes leave 2 bits for the last digit. */
    return strchr("AQgw", key[i - 1]) != NULL &&
           strcmp(key + i, "==") == 0;
}

void rpc_websocket_accept(const char *key, char *ret_accept)
{
    unsigned char digest[APR_SHA1_DIGESTSIZE];
    apr_sha1_ctx_t context;

    apr_sha1_init(&context);
    apr_sha1_update(&context, key, (unsigned int)strlen(key));
    apr_sha1_update(&context, ACCEPT_GUID, sizeof(ACCEPT_GUID) - 1);
    apr_sha1_final(digest, &context);
    apr_base64_encode_binary(ret_accept, digest, sizeof(digest));
}

apr_status_t rpc_websocket_make_key(char *ret_key)
{
    unsigned char bytes[KEY_BYTES];
    apr_status_t status = apr_generate_random_bytes(bytes, sizeof(bytes));

    if (status == APR_SUCCESS) {
        apr_base64_encode_binary(ret_key, bytes, sizeof(bytes));
    }
    return status;
}

static const char *known(const char *name, apr_size_t length)
{
    static const char *const names[] = {"jsonrpc", "jsonrpc-2.0", "json-rpc",
                                        NULL};
    int i;

    for (i = 0; names[i] != NULL; i++) {
        if (strlen(names[i]) == length &&
            memcmp(names[i], name, length) == 0) {
            return names[i];
        }
    }
    return NULL;
}

const char *rpc_websocket_choose(const char *offered)
{
    const char *at = offered != NULL ? offered : "";
    const char *name = NULL;

    while (*at != '\0' && name == NULL) {
        apr_size_t length;

        at += strspn(at, " \t,");
        length = strcspn(at, " \t,");
        name = known(at, length);
        at += length;
    }
    return name;
}
