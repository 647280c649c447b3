/* SPDX-License-Identifier: Apache-2.0 */
/* Subscribes at the URL to the topic, and prints so many of its values. For
 * t/client/topics.t.
 * usage: topics URL TOPIC COUNT */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "modrpc.h"

typedef struct heard_t {
    pthread_mutex_t mutex;
    pthread_cond_t cond;
    apr_pool_t *pool;
    int count;
} heard_t;

static void hear(const char *topic, const rpc_value_t *params, void *baton)
{
    heard_t *heard = baton;

    pthread_mutex_lock(&heard->mutex);
    heard->count++;
    printf("%s %s\n", topic, rpc_client_json(params, 0, heard->pool));
    fflush(stdout);
    pthread_cond_signal(&heard->cond);
    pthread_mutex_unlock(&heard->mutex);
}

/* What a reply says, and whether it is good. */
static int tell(const char *what, rpc_reply_t *reply)
{
    const char *text = "done";
    int code = rpc_reply_fault(reply, &text);

    printf("%s: %s\n", what, code != 0 ? text : "done");
    fflush(stdout);
    rpc_reply_free(reply);
    return code == 0;
}

int main(int argc, char **argv)
{
    heard_t heard = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER,
                      NULL, 0 };
    rpc_client_t *client;
    int good;

    if (argc < 4 || rpc_client_open(argv[1], NULL, &client) != APR_SUCCESS
        || apr_pool_create(&heard.pool, NULL) != APR_SUCCESS) {
        return 2;
    }
    good = tell("subscribe",
                rpc_client_subscribe(client, argv[2], hear, &heard));
    pthread_mutex_lock(&heard.mutex);
    while (good && heard.count < atoi(argv[3])) {
        pthread_cond_wait(&heard.cond, &heard.mutex);
    }
    pthread_mutex_unlock(&heard.mutex);
    if (good) {
        good = tell("unsubscribe",
                    rpc_client_unsubscribe(client, argv[2]));
    }
    rpc_client_close(client);
    apr_pool_destroy(heard.pool);
    return !good;
}
