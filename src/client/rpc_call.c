/* SPDX-License-Identifier: Apache-2.0 */
/* rpc-call: calls a method from the command line, by the client library. For
 * people, and for scripts by its exit status. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/rpc_call.h"

static rpc_reply_t *call_with(rpc_client_t *client, const char *method,
                              const char *argument)
{
    return rpc_client_callf(client, method, argument != NULL ? "s" : "",
                            argument);
}

/* One name in each line. */
static int run_list(const command_t *command, rpc_client_t *client)
{
    rpc_reply_t *reply = call_with(client, "system.listMethods", NULL);
    const rpc_value_t *names = rpc_reply_result(reply);
    size_t i;

    if (rpc_type(names) != RPC_ARRAY || command->json || command->full) {
        return print_reply(command, reply);
    }
    for (i = 0; i < rpc_count(names); i++) {
        print_value(command, reply, rpc_at(names, i));
    }
    rpc_reply_free(reply);
    return EXIT_RESULT;
}

/* "int add(int, int)" of ["int", "int", "int"]. */
static void print_signature(const char *method, const rpc_value_t *types)
{
    const char *text = rpc_as_string(rpc_at(types, 0), NULL);
    size_t i;

    if (text == NULL) {
        return;
    }
    print_text(text, strlen(text));
    printf(" %s(", method);
    for (i = 1; i < rpc_count(types); i++) {
        text = rpc_as_string(rpc_at(types, i), NULL);
        printf("%s", i > 1 ? ", " : "");
        print_text(text != NULL ? text : "?", text != NULL ? strlen(text)
                                                           : 1);
    }
    printf(")\n");
}

/* The signatures, where the server knows them, and the help. */
static int run_help_method(const command_t *command, rpc_client_t *client)
{
    const char *method = command->help_method;
    rpc_reply_t *help = call_with(client, "system.methodHelp", method);
    rpc_reply_t *reply;
    const rpc_value_t *signatures;
    size_t i;

    if (rpc_reply_kind(help) != RPC_REPLY_RESULT || command->json
        || command->full) {
        return print_reply(command, help);
    }
    reply = call_with(client, "system.methodSignature", method);
    signatures = rpc_reply_result(reply);
    for (i = 0; i < rpc_count(signatures); i++) {
        print_signature(method, rpc_at(signatures, i));
    }
    rpc_reply_free(reply);
    return print_reply(command, help);
}

static int run_call(const command_t *command, rpc_client_t *client)
{
    rpc_call_t *request = rpc_client_request(client, command->method);

    add_words(request, command->arguments);
    if (command->safe) {
        rpc_request_safe(request);
    }
    return print_reply(command, command->notify
                                    ? rpc_request_notify(request)
                                    : rpc_request_call(request));
}

static int run_task(const command_t *command, rpc_client_t *client)
{
    if (command->list) {
        return run_list(command, client);
    }
    if (command->help_method != NULL) {
        return run_help_method(command, client);
    }
    if (command->batch != NULL) {
        return run_batch(command, client);
    }
    return command->method != NULL ? run_call(command, client) : EXIT_RESULT;
}

static int run(command_t *command)
{
    listening_t listening = { command, PTHREAD_MUTEX_INITIALIZER,
                              PTHREAD_COND_INITIALIZER, 0 };
    const rpc_client_handler_t handlers[] = {
        { &listen_table, "", &listening }, { NULL, NULL, NULL }
    };
    rpc_client_t *client = NULL;
    int status;

    if (command->listen) {
        command->client.handlers = handlers;
    }
    if (rpc_client_open(command->url, &command->client, &client)
        != APR_SUCCESS) {
        status = complain(EXIT_USAGE, "%s", client != NULL
                                                ? rpc_client_error(client)
                                                : "out of memory");
    }
    else {
        status = run_task(command, client);
        if (command->listen && status == EXIT_RESULT) {
            status = run_listen(&listening, client);
        }
    }
    rpc_client_close(client);
    return status;
}

int main(int argc, char **argv)
{
    command_t command;
    const char *wrong = command_parse(&command, argc, argv);
    int status = EXIT_RESULT;

    if (wrong != NULL) {
        status = complain(EXIT_USAGE, "%s", wrong);
    }
    else if (command.help) {
        command_help();
    }
    else if (command.version) {
        printf("rpc-call " RPC_VERSION "\n");
    }
    else {
        status = run(&command);
    }
    free(command.arguments);
    free(command.topics);
    free(command.headers);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        status = complain(EXIT_TRANSPORT, "cannot write the output");
    }
    return status;
}
