/* SPDX-License-Identifier: Apache-2.0 */
/* Calls by libmodrpc for ./run bench peers: one after the other, or some
 * outstanding at any time. For clients.py. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "modrpc.h"

#define MOST_OUTSTANDING 1024

static double seconds_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static rpc_reply_t *ask(rpc_client_t *client)
{
    rpc_call_t *request = rpc_client_request(client, "add");

    rpc_request_add(request, rpc_int(request, 2));
    rpc_request_add(request, rpc_int(request, 3));
    return rpc_request_start(request);
}

static void take(rpc_reply_t *reply)
{
    const char *text;

    if (rpc_reply_fault(reply, &text) != 0) {
        fprintf(stderr, "client_load: %s\n", text);
        exit(1);
    }
    if (rpc_as_int(rpc_reply_result(reply)) != 5) {
        fprintf(stderr, "client_load: 2 + 3 is not 5\n");
        exit(1);
    }
    rpc_reply_free(reply);
}

static long one_by_one(rpc_client_t *client, double end)
{
    long calls;

    for (calls = 0; seconds_now() < end; calls++) {
        take(rpc_client_callf(client, "add", "ii", 2, 3));
    }
    return calls;
}

static long many(rpc_client_t *client, int outstanding, double end)
{
    rpc_reply_t *replies[MOST_OUTSTANDING];
    long calls = 0;
    int i;

    for (i = 0; i < outstanding; i++) {
        replies[i] = ask(client);
    }
    for (i = 0; seconds_now() < end; i = (i + 1) % outstanding) {
        rpc_reply_wait(replies[i], -1);
        take(replies[i]);
        calls++;
        replies[i] = ask(client);
    }
    for (i = 0; i < outstanding; i++) {
        rpc_reply_wait(replies[i], -1);
        take(replies[i]);
    }
    return calls;
}

int main(int argc, char **argv)
{
    rpc_client_options_t options = rpc_client_defaults();
    rpc_client_t *client;
    double began;
    double end;
    int outstanding;
    long calls;

    if (argc != 5) {
        fprintf(stderr, "usage: client_load jsonrpc|xmlrpc URL OUTSTANDING "
                "SECONDS\n");
        return 2;
    }
    if (strcmp(argv[1], "xmlrpc") == 0) {
        options.protocol = RPC_CLIENT_XMLRPC;
    }
    outstanding = atoi(argv[3]);
    if (outstanding < 1 || outstanding > MOST_OUTSTANDING) {
        fprintf(stderr, "client_load: OUTSTANDING is from 1 to %d\n",
                MOST_OUTSTANDING);
        return 2;
    }
    if (rpc_client_open(argv[2], &options, &client) != APR_SUCCESS) {
        fprintf(stderr, "client_load: %s\n", rpc_client_error(client));
        return 1;
    }
    take(rpc_client_callf(client, "add", "ii", 2, 3));
    began = seconds_now();
    end = began + atoi(argv[4]);
    calls = outstanding == 1 ? one_by_one(client, end)
                             : many(client, outstanding, end);
    printf("BENCH answered=%ld us=%ld\n", calls,
           (long)((seconds_now() - began) * 1e6));
    rpc_client_close(client);
    return 0;
}
