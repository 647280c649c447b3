/* SPDX-License-Identifier: Apache-2.0 */
/* Two calls over one connection, marked safe if the second argument is 1. For
 * t/client/hostile.t, whose server drops the connection at the second. */
#include <stdio.h>

#include "modrpc.h"

int main(int argc, char **argv)
{
    rpc_client_t *client;
    int i;

    if (argc < 3 || rpc_client_open(argv[1], NULL, &client) != APR_SUCCESS) {
        return 1;
    }
    for (i = 0; i < 2; i++) {
        rpc_call_t *request = rpc_client_request(client, "m");
        rpc_reply_t *reply;
        const char *text;

        if (argv[2][0] == '1') {
            rpc_request_safe(request);
        }
        reply = rpc_request_call(request);
        if (rpc_reply_fault(reply, &text) != 0) {
            printf("%s\n", text);
        }
        else {
            printf("%d\n", (int)rpc_as_int(rpc_reply_result(reply)));
        }
        rpc_reply_free(reply);
    }
    rpc_client_close(client);
    return 0;
}
