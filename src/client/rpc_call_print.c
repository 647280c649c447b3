/* SPDX-License-Identifier: Apache-2.0 */
/* What rpc-call shows: results, faults, the wire. For rpc_call.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/rpc_call.h"

int complain(int status, const char *format, ...)
{
    va_list args;

    fflush(stdout);
    fputs("rpc-call: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    return status;
}

/* Controls but tab and newline, of one byte and of two (U+0080 to 9F). */
static int is_control(const unsigned char *c)
{
    return (*c < 0x20 && *c != '\n' && *c != '\t') || *c == 0x7f
           || (*c == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0);
}

void print_text(const char *text, size_t length)
{
    int careful = isatty(STDOUT_FILENO);
    size_t i;

    if (!careful) {
        fwrite(text, 1, length, stdout);
        return;
    }
    for (i = 0; i < length; i++) {
        const unsigned char *c = (const unsigned char *)text + i;

        if (is_control(c)) {
            fputc('?', stdout);
            i += *c == 0xc2;
        }
        else {
            fputc(*c, stdout);
        }
    }
}

void print_value(const command_t *command, rpc_reply_t *reply,
                 const rpc_value_t *value)
{
    size_t length = 0;
    const char *text = rpc_as_string(value, &length);

    if (command->json || text == NULL) {
        text = rpc_reply_json(reply, value, !command->json);
        length = text != NULL ? strlen(text) : 0;
    }
    print_text(text != NULL ? text : "", length);
    fputc('\n', stdout);
}

static void print_fault_json(rpc_reply_t *reply, int code, const char *text)
{
    rpc_value_t message;
    const char *data = NULL;

    memset(&message, 0, sizeof(message));
    message.type = RPC_STRING;
    message.length = (uint32_t)strlen(text);
    message.u.text = text;
    if (rpc_reply_data(reply) != NULL) {
        data = rpc_reply_json(reply, rpc_reply_data(reply), 0);
    }
    text = rpc_reply_json(reply, &message, 0);
    printf("{\"error\":{\"code\":%d,\"message\":%s", code,
           text != NULL ? text : "\"\"");
    if (data != NULL) {
        printf(",\"data\":%s", data);
    }
    printf("}}\n");
}

/* The data of a fault, where the text does not say it already. */
static void print_fault(rpc_reply_t *reply, int code, const char *text)
{
    const rpc_value_t *data = rpc_reply_data(reply);
    const char *json = NULL;

    if (data != NULL && rpc_type(data) != RPC_STRING) {
        json = rpc_reply_json(reply, data, 0);
    }
    complain(EXIT_FAULT, "fault %d: %s%s%s", code, text,
             json != NULL ? " " : "", json != NULL ? json : "");
}

int print_reply(const command_t *command, rpc_reply_t *reply)
{
    enum rpc_reply_kind_e kind = rpc_reply_kind(reply);
    const char *text = "";
    int code = rpc_reply_fault(reply, &text);
    int status = EXIT_RESULT;

    if (command->full && rpc_reply_response(reply) != NULL) {
        print_value(command, reply, rpc_reply_response(reply));
        status = code != 0 ? EXIT_FAULT : EXIT_RESULT;
    }
    else if (code == 0) {
        if (!command->notify) {
            print_value(command, reply, rpc_reply_result(reply));
        }
    }
    else if (kind == RPC_REPLY_FAULT) {
        status = EXIT_FAULT;
        if (command->json) {
            print_fault_json(reply, code, text);
        }
        else {
            print_fault(reply, code, text);
        }
    }
    else {
        status = complain(kind == RPC_REPLY_USAGE ? EXIT_USAGE
                                                  : EXIT_TRANSPORT,
                          "%s", text);
    }
    rpc_reply_free(reply);
    return status;
}

/* A mark before each line; controls are shown, not obeyed. */
void print_trace(char kind, const char *bytes, size_t length, void *baton)
{
    size_t i;
    int begins = 1;

    (void)baton;
    flockfile(stderr);
    for (i = 0; i < length; i++) {
        unsigned char c = (unsigned char)bytes[i];

        if (begins) {
            fprintf(stderr, "%c ", kind);
            begins = 0;
        }
        if (c == '\n') {
            fputc('\n', stderr);
            begins = 1;
        }
        else if (c == '\t' || (c >= 0x20 && c != 0x7f)) {
            fputc(c, stderr);
        }
        else if (c != '\r' || i + 1 == length || bytes[i + 1] != '\n') {
            fprintf(stderr, "\\x%02x", c);
        }
    }
    if (!begins) {
        fputc('\n', stderr);
    }
    funlockfile(stderr);
}
