/* SPDX-License-Identifier: Apache-2.0 */
/* Arguments of the command line made values, and files of calls sent as a
 * batch. For rpc_call.c. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/rpc_call.h"

#define BLANKS " \t\r\n"

/* The length of NAME of NAME=VALUE, 0 if the word is none. */
static size_t name_length(const char *word)
{
    size_t i = 0;

    if (isalpha((unsigned char)word[0]) || word[0] == '_') {
        while (isalnum((unsigned char)word[i]) || word[i] == '_') {
            i++;
        }
    }
    return word[i] == '=' ? i : 0;
}

static rpc_value_t *value_of(rpc_call_t *request, const char *word)
{
    rpc_value_t *value = rpc_request_parse(request, word, NULL);

    return value != NULL ? value : rpc_string(request, word);
}

void add_words(rpc_call_t *request, char **words)
{
    for (; *words != NULL; words++) {
        size_t length = name_length(*words);

        if (length > 0) {
            char *name = strndup(*words, length);

            rpc_request_set(request, name != NULL ? name : "",
                            value_of(request, *words + length + 1));
            free(name);
        }
        else {
            rpc_request_add(request, value_of(request, *words));
        }
    }
}

/* ------------------------------------------------------------------------ */

/* The calls of a batch and their replies. */
typedef struct batch_t {
    rpc_client_batch_t *batch;
    rpc_reply_t **replies;
    size_t count;
    size_t room;
} batch_t;

static void keep_reply(batch_t *batch, rpc_reply_t *reply)
{
    if (batch->count == batch->room) {
        size_t room = batch->room * 2 + 16;
        rpc_reply_t **wider = realloc(batch->replies,
                                      room * sizeof(*wider));

        if (wider == NULL) {
            abort();
        }
        batch->replies = wider;
        batch->room = room;
    }
    batch->replies[batch->count++] = reply;
}

/* The words behind a method; the line is cut up. */
static void add_line(rpc_call_t *request, char *line)
{
    rpc_value_t *params = NULL;
    char *rest = NULL;
    char *word;

    if (*line == '[' || *line == '{') {
        params = rpc_request_parse(request, line, NULL);
    }
    if (params != NULL) {
        rpc_request_params(request, params);
        return;
    }
    for (word = strtok_r(line, BLANKS, &rest); word != NULL;
         word = strtok_r(NULL, BLANKS, &rest)) {
        char *words[2] = { word, NULL };

        add_words(request, words);
    }
}

static void take_line(const command_t *command, rpc_client_t *client,
                      batch_t *batch, char *line)
{
    rpc_call_t *request;
    size_t length;
    char *method = line + strspn(line, BLANKS);
    char *rest;

    if (*method == '\0' || *method == '#') {
        return;
    }
    length = strcspn(method, BLANKS);
    rest = method + length + strspn(method + length, BLANKS);
    if (method[length] != '\0') {
        method[length] = '\0';
    }
    request = rpc_client_request(client, method);
    add_line(request, rest);
    if (command->safe) {
        rpc_request_safe(request);
    }
    if (command->notify) {
        rpc_client_batch_notify(batch->batch, request);
    }
    else {
        keep_reply(batch, rpc_client_batch_add(batch->batch, request));
    }
}

int run_batch(const command_t *command, rpc_client_t *client)
{
    batch_t batch = { NULL, NULL, 0, 0 };
    FILE *file = stdin;
    char *line = NULL;
    size_t room = 0;
    int worst = EXIT_RESULT;
    size_t i;

    if (strcmp(command->batch, "-") != 0) {
        file = fopen(command->batch, "r");
    }
    if (file == NULL) {
        return complain(EXIT_USAGE, "%s: %s", command->batch,
                        strerror(errno));
    }
    batch.batch = rpc_client_batch(client);
    while (getline(&line, &room, file) >= 0) {
        take_line(command, client, &batch, line);
    }
    free(line);
    if (file != stdin) {
        fclose(file);
    }
    rpc_client_batch_send(batch.batch);
    for (i = 0; i < batch.count; i++) {
        int status = print_reply(command, batch.replies[i]);

        worst = status > worst ? status : worst;
    }
    free(batch.replies);
    return worst;
}
