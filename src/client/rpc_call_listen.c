/* SPDX-License-Identifier: Apache-2.0 */
/* rpc-call --listen: prints what the other end of a connection calls and
 * notifies. For rpc_call.c. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "client/rpc_call.h"

static void print_call(const command_t *command, rpc_call_t *call)
{
    const char *method = rpc_call_method(call);
    apr_pool_t *pool = rpc_call_pool(call);
    const char *params = rpc_client_json(rpc_call_params(call), 0, pool);

    if (command->json) {
        method = rpc_client_json(rpc_string(call, method), 0, pool);
        printf("{\"method\":%s,\"params\":", method != NULL ? method : "\"\"");
    }
    else {
        print_text(method, strlen(method));
        printf(" ");
    }
    print_text(params != NULL ? params : "", params != NULL ? strlen(params)
                                                            : 0);
    printf("%s\n", command->json ? "}" : "");
    fflush(stdout);
}

/* Whatever it is called, it is printed and answered with nil. */
static rpc_value_t *dispatch(rpc_call_t *call)
{
    listening_t *listening = rpc_call_context(call);
    const command_t *command = listening->command;

    pthread_mutex_lock(&listening->mutex);
    if (command->count == 0 || listening->seen < command->count) {
        print_call(command, call);
    }
    listening->seen++;
    pthread_cond_signal(&listening->cond);
    pthread_mutex_unlock(&listening->mutex);
    return rpc_nil(call);
}

const rpc_table_t listen_table = RPC_TABLE(listen, "Prints.", NULL,
                                           .dispatch = dispatch);

static int subscribe(const command_t *command, rpc_client_t *client)
{
    int status = EXIT_RESULT;
    int i;

    for (i = 0; i < command->topic_count && status == EXIT_RESULT; i++) {
        rpc_reply_t *reply = rpc_client_subscribe(client, command->topics[i],
                                                  NULL, NULL);

        if (rpc_reply_kind(reply) != RPC_REPLY_RESULT) {
            status = print_reply(command, reply);
        }
        else {
            rpc_reply_free(reply);
        }
    }
    return status;
}

int run_listen(listening_t *listening, rpc_client_t *client)
{
    const command_t *command = listening->command;
    const char *why = NULL;
    struct timespec until;
    int status;
    int error = 0;

    if (!rpc_client_connected(client, -1, &why)) {
        return complain(EXIT_TRANSPORT, "%s", why);
    }
    status = subscribe(command, client);
    if (status != EXIT_RESULT) {
        return status;
    }
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += command->client.timeout / 1000000;
    until.tv_nsec += command->client.timeout % 1000000 * 1000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_nsec -= 1000000000;
        until.tv_sec++;
    }
    pthread_mutex_lock(&listening->mutex);
    while (error == 0
           && (command->count == 0 || listening->seen < command->count)) {
        error = command->has_timeout
                    ? pthread_cond_timedwait(&listening->cond,
                                             &listening->mutex, &until)
                    : pthread_cond_wait(&listening->cond, &listening->mutex);
    }
    pthread_mutex_unlock(&listening->mutex);
    if (error != 0 && command->count > 0) {
        return complain(EXIT_TRANSPORT, "%lld of %lld came in time",
                        (long long)listening->seen,
                        (long long)command->count);
    }
    return EXIT_RESULT;
}
