/* SPDX-License-Identifier: Apache-2.0 */
/* Sixteen threads that call mark(n) of the URL, each with numbers of its own,
 * until the standard input ends; then a line for each call: "ok N", or
 * "failed N: why". For t/client/graceful.t, whose server restarts meanwhile. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "modrpc.h"

#define THREADS 16
#define MOST 20000 /* calls of a thread */

typedef struct worker_t {
    pthread_t thread;
    rpc_client_t *client;
    int first;
    int count;
    char *failed[MOST]; /* NULL: acknowledged */
} worker_t;

static int is_over;
static worker_t workers[THREADS];

static void one_call(worker_t *worker)
{
    int n = worker->first + worker->count;
    rpc_call_t *request = rpc_client_request(worker->client, "mark");
    rpc_reply_t *reply;
    const char *text = "another number";

    rpc_request_add(request, rpc_int(request, n));
    rpc_request_safe(request);
    reply = rpc_request_call(request);
    if (rpc_reply_fault(reply, &text) != 0
        || rpc_as_int(rpc_reply_result(reply)) != n) {
        worker->failed[worker->count] = strdup(text);
    }
    worker->count++;
    rpc_reply_free(reply);
}

static void *work(void *data)
{
    worker_t *worker = data;

    while (!__sync_add_and_fetch(&is_over, 0) && worker->count < MOST) {
        one_call(worker);
        usleep(500);
    }
    return NULL;
}

static void report(const worker_t *worker)
{
    int i;

    for (i = 0; i < worker->count; i++) {
        if (worker->failed[i] == NULL) {
            printf("ok %d\n", worker->first + i);
        }
        else {
            printf("failed %d: %s\n", worker->first + i, worker->failed[i]);
        }
    }
}

int main(int argc, char **argv)
{
    rpc_client_t *client;
    char byte;
    int i;

    if (argc < 2 || rpc_client_open(argv[1], NULL, &client) != APR_SUCCESS) {
        return 1;
    }
    for (i = 0; i < THREADS; i++) {
        workers[i].client = client;
        workers[i].first = i * MOST;
        if (pthread_create(&workers[i].thread, NULL, work, &workers[i])
            != 0) {
            return 1;
        }
    }
    while (read(0, &byte, 1) > 0) {
        continue;
    }
    __sync_add_and_fetch(&is_over, 1);
    for (i = 0; i < THREADS; i++) {
        pthread_join(workers[i].thread, NULL);
    }
    for (i = 0; i < THREADS; i++) {
        report(&workers[i]);
    }
    rpc_client_close(client);
    return 0;
}
