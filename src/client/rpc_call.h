/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the program rpc-call share: what was asked for, and how
 * it is shown. For rpc_call*.c alone. */
#ifndef RPC_CLIENT_RPC_CALL_H
#define RPC_CLIENT_RPC_CALL_H

#include <pthread.h>

#include "client/modrpc.h"

enum rpc_call_exit_e {
    EXIT_RESULT = 0,
    EXIT_FAULT = 1,
    EXIT_USAGE = 2,
    EXIT_TRANSPORT = 3
};

/** What the command line says. */
typedef struct command_t {
    rpc_client_options_t client;
    const char *url;
    const char *method;
    char **arguments;        /**< words, ended by NULL */
    const char *help_method; /**< --help-method */
    const char *batch;       /**< --batch: a file, or "-" */
    const char **topics;     /**< --subscribe, ended by NULL */
    const char **headers;    /**< of client.headers */
    int topic_count;
    int header_count;
    int list;                /**< --list */
    int notify;
    int listen;
    int64_t count;           /**< --count: end after so many; 0: never */
    int has_timeout;         /**< --timeout was given */
    int json;
    int full;
    int safe;
    int trace;
    int help;
    int version;
    char wrong[160];         /**< what command_parse() may return */
} command_t;

/** Read the command line. @return NULL, or what is wrong with it */
const char *command_parse(command_t *command, int argc, char **argv);

/** --help */
void command_help(void);

/** Show a reply and free it. @return the exit status that it stands for */
int print_reply(const command_t *command, rpc_reply_t *reply);

/** Show a value: readable, or as JSON in one line. */
void print_value(const command_t *command, rpc_reply_t *reply,
                 const rpc_value_t *value);

/** A text on the terminal, where controls could do harm; elsewhere as it
 *  is. */
void print_text(const char *text, size_t length);

/** "rpc-call: ..." on stderr. @return status */
int complain(int status, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** rpc_client_trace_fn: what goes over the wire, on stderr. */
void print_trace(char kind, const char *bytes, size_t length, void *baton);

/** Add the arguments: NAME=VALUE or VALUE, JSON if it parses. */
void add_words(rpc_call_t *request, char **words);

/** What the client's thread hears, and how much of it. */
typedef struct listening_t {
    const command_t *command;
    pthread_mutex_t mutex;
    pthread_cond_t cond;
    int64_t seen;
} listening_t;

/** The table whose dispatch prints what the other end calls; its context is
 *  a listening_t. */
extern const rpc_table_t listen_table;

/** --subscribe and --listen. @return the exit status */
int run_listen(listening_t *listening, rpc_client_t *client);

/** --batch. @return the exit status */
int run_batch(const command_t *command, rpc_client_t *client);

#endif
