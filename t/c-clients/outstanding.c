/* SPDX-License-Identifier: Apache-2.0 */
/* 50,000 calls, 64 of them awaited at any time, the oldest first, while the
 * client's thread takes the answers of others. For t/client/httpd_peer.t. */
#include <stdio.h>

#include "modrpc.h"

#define CALLS 50000
#define OUTSTANDING 64

static rpc_reply_t *ask(rpc_client_t *client, int n)
{
    rpc_call_t *request = rpc_client_request(client, "add");

    rpc_request_add(request, rpc_int(request, n));
    rpc_request_add(request, rpc_int(request, 1));
    return rpc_request_start(request);
}

int main(int argc, char **argv)
{
    rpc_reply_t *replies[OUTSTANDING];
    rpc_client_t *client;
    int good = 0;
    int i;

    if (argc < 2 || rpc_client_open(argv[1], NULL, &client) != APR_SUCCESS) {
        return 1;
    }
    for (i = 0; i < CALLS + OUTSTANDING; i++) {
        rpc_reply_t **reply = &replies[i % OUTSTANDING];

        if (i >= OUTSTANDING) {
            good += rpc_as_int(rpc_reply_result(*reply))
                    == i - OUTSTANDING + 1;
            rpc_reply_free(*reply);
        }
        if (i < CALLS) {
            *reply = ask(client, i);
        }
    }
    printf("%d\n", good);
    rpc_client_close(client);
    return 0;
}
