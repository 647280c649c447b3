/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of rpc-call. Options may stand anywhere; behind the method
 * only those with two dashes, so that -2 is an argument. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/rpc_call.h"

enum option_e {
    OPTION_XMLRPC, OPTION_PYRPC, OPTION_VERSION_OF, OPTION_LIST,
    OPTION_HELP_METHOD, OPTION_BATCH, OPTION_NOTIFY, OPTION_LISTEN,
    OPTION_SUBSCRIBE, OPTION_COUNT, OPTION_JSON, OPTION_FULL, OPTION_SAFE,
    OPTION_TRACE, OPTION_HEADER, OPTION_USER, OPTION_TOKEN, OPTION_TIMEOUT,
    OPTION_CA, OPTION_INSECURE, OPTION_REDIRECTS, OPTION_ORIGIN,
    OPTION_ASCII, OPTION_NIL, OPTION_FRAMING, OPTION_HELP, OPTION_PROGRAM
};

typedef struct option_t {
    const char *name;
    const char *value;       /* what it is called in --help, or NULL: none */
    const char *help;
    enum option_e id;
    char letter;             /* or 0 */
} option_t;

static const option_t options[] = {
    { "xmlrpc", NULL, "speak XML-RPC", OPTION_XMLRPC, 0 },
    { "pyrpc", NULL, "speak PyRPC", OPTION_PYRPC, 0 },
    { "version", "N", "of JSON-RPC: 2.0 (the default), 1.1 or 1.0",
      OPTION_VERSION_OF, 0 },
    { "list", NULL, "the methods that the server lists", OPTION_LIST, 'l' },
    { "help-method", "METHOD", "what the server says of a method",
      OPTION_HELP_METHOD, 'm' },
    { "batch", "FILE", "a call on each line: METHOD, and arguments as words or"
      " as one JSON array or object; - is stdin", OPTION_BATCH, 'b' },
    { "notify", NULL, "do not wait for an answer", OPTION_NOTIFY, 'n' },
    { "listen", NULL, "print what the other end calls and notifies",
      OPTION_LISTEN, 0 },
    { "subscribe", "TOPIC", "ask for a topic, and listen",
      OPTION_SUBSCRIBE, 's' },
    { "count", "N", "end after so many of them", OPTION_COUNT, 'c' },
    { "json", NULL, "print JSON, in one line", OPTION_JSON, 'j' },
    { "full", NULL, "print the whole response, not its result",
      OPTION_FULL, 'f' },
    { "safe", NULL, "the method may be called twice: repeat it if the"
      " connection ends", OPTION_SAFE, 0 },
    { "trace", NULL, "show what goes over the wire, on stderr",
      OPTION_TRACE, 't' },
    { "header", "LINE", "a header of the HTTP request: 'Name: value'",
      OPTION_HEADER, 'H' },
    { "user", "NAME[:PASSWORD]", "Basic authentication; the password may"
      " stand in RPC_PASSWORD", OPTION_USER, 'u' },
    { "token", "TOKEN", "Bearer authentication; or in RPC_TOKEN",
      OPTION_TOKEN, 0 },
    { "timeout", "SECONDS", "for an answer: 60, 0: none; or to listen",
      OPTION_TIMEOUT, 0 },
    { "cacert", "FILE", "trust these certificates", OPTION_CA, 0 },
    { "insecure", NULL, "trust any certificate", OPTION_INSECURE, 'k' },
    { "redirects", "N", "follow so many redirects", OPTION_REDIRECTS, 0 },
    { "origin", "URL", "of a WebSocket's handshake", OPTION_ORIGIN, 0 },
    { "ascii", NULL, "escape what is not ASCII", OPTION_ASCII, 0 },
    { "nil", NULL, "XML-RPC: send <nil/>", OPTION_NIL, 0 },
    { "framing", "NAME", "of tcp: newline, eot, content-length, netstring,"
      " concatenated", OPTION_FRAMING, 0 },
    { "help", NULL, "this text", OPTION_HELP, 'h' },
    { "program-version", NULL, "the version of rpc-call", OPTION_PROGRAM,
      'V' }
};

#define OPTION_COUNT_OF (sizeof(options) / sizeof(options[0]))

void command_help(void)
{
    size_t i;

    printf("usage: rpc-call [OPTION...] URL METHOD [ARGUMENT...]\n"
           "       rpc-call [OPTION...] URL --list | --help-method METHOD"
           " | --batch FILE | --listen\n\n"
           "  rpc-call http://localhost:8080/rpc add 2 3\n"
           "  rpc-call http://localhost:8080/rpc add x=2 y=3\n\n"
           "URL is http:// https:// tcp://HOST:PORT tcps:// ws:// or wss://."
           " An argument is JSON if it\nparses as JSON, else a string;"
           " NAME=VALUE is one by name. The exit status is 0 for a\nresult,"
           " 1 for a fault, 2 for a wrong command line, 3 if there was no"
           " answer.\n\n");
    for (i = 0; i < OPTION_COUNT_OF; i++) {
        char left[40];

        snprintf(left, sizeof(left), "--%s%s%s", options[i].name,
                 options[i].value != NULL ? " " : "",
                 options[i].value != NULL ? options[i].value : "");
        printf("  %c%c%s%-22s %s\n", options[i].letter ? '-' : ' ',
               options[i].letter ? options[i].letter : ' ',
               options[i].letter ? ", " : "  ", left, options[i].help);
    }
}

/* ------------------------------------------------------------------------
 * Values of options
 */

static const char *read_version(command_t *command, const char *value)
{
    static const struct {
        const char *name;
        enum rpc_client_protocol_e protocol;
    } versions[] = {
        { "2.0", RPC_CLIENT_JSONRPC },     { "2", RPC_CLIENT_JSONRPC },
        { "1.1", RPC_CLIENT_JSONRPC_1_1 }, { "1.0", RPC_CLIENT_JSONRPC_1_0 },
        { "1", RPC_CLIENT_JSONRPC_1_0 }
    };
    size_t i;

    for (i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
        if (strcmp(versions[i].name, value) == 0) {
            command->client.protocol = versions[i].protocol;
            return NULL;
        }
    }
    return "--version takes 2.0, 1.1 or 1.0";
}

static const char *read_framing(command_t *command, const char *value)
{
    static const char *const names[] = { "newline", "eot", "content-length",
                                         "netstring", "concatenated" };
    size_t i;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(names[i], value) == 0) {
            command->client.framing = (enum rpc_client_framing_e)i;
            return NULL;
        }
    }
    return "--framing takes newline, eot, content-length, netstring or"
           " concatenated";
}

static const char *read_timeout(command_t *command, const char *value)
{
    char *end;
    double seconds = strtod(value, &end);

    if (end == value || *end != '\0' || !(seconds >= 0)
        || seconds > 1000000) {
        return "--timeout takes seconds, at most 1000000";
    }
    command->has_timeout = seconds > 0;
    command->client.timeout = seconds > 0 ? (apr_interval_time_t)(seconds
                                                                  * 1e6)
                                          : -1;
    return NULL;
}

static const char *read_number(const char *value, int64_t most,
                               int64_t *ret_n)
{
    char *end;
    long long n = strtoll(value, &end, 10);

    if (end == value || *end != '\0' || n < 0 || n > most) {
        return "--count and --redirects take a number";
    }
    *ret_n = n;
    return NULL;
}

static void read_user(command_t *command, const char *value)
{
    char *user = strdup(value);
    char *colon = user != NULL ? strchr(user, ':') : NULL;

    command->client.user = user;
    command->client.password = getenv("RPC_PASSWORD");
    if (colon != NULL) {
        *colon = '\0';
        command->client.password = colon + 1;
    }
}

/* Those that are only to be noted. */
static void take_flag(command_t *command, enum option_e id)
{
    switch (id) {
    case OPTION_XMLRPC:
        command->client.protocol = RPC_CLIENT_XMLRPC;
        break;
    case OPTION_PYRPC:
        command->client.protocol = RPC_CLIENT_PYRPC;
        break;
    case OPTION_LIST:
        command->list = 1;
        break;
    case OPTION_NOTIFY:
        command->notify = 1;
        break;
    case OPTION_LISTEN:
        command->listen = 1;
        break;
    case OPTION_JSON:
        command->json = 1;
        break;
    case OPTION_FULL:
        command->full = 1;
        command->client.full_response = 1;
        break;
    case OPTION_SAFE:
        command->safe = 1;
        break;
    case OPTION_TRACE:
        command->trace = 1;
        command->client.trace = print_trace;
        command->client.no_gzip = 1;
        break;
    case OPTION_INSECURE:
        command->client.insecure = 1;
        break;
    case OPTION_ASCII:
        command->client.ascii = 1;
        break;
    case OPTION_NIL:
        command->client.xml_nil = 1;
        break;
    case OPTION_HELP:
        command->help = 1;
        break;
    default:
        command->version = 1;
        break;
    }
}

static const char *take_value(command_t *command, enum option_e id,
                              const char *value)
{
    const char *why = NULL;
    int64_t n = 0;

    switch (id) {
    case OPTION_VERSION_OF:
        return read_version(command, value);
    case OPTION_FRAMING:
        return read_framing(command, value);
    case OPTION_TIMEOUT:
        return read_timeout(command, value);
    case OPTION_COUNT:
        return read_number(value, INT64_MAX, &command->count);
    case OPTION_REDIRECTS:
        why = read_number(value, 100, &n);
        command->client.redirects = (int)n;
        return why;
    case OPTION_HELP_METHOD:
        command->help_method = value;
        break;
    case OPTION_BATCH:
        command->batch = value;
        break;
    case OPTION_SUBSCRIBE:
        command->topics[command->topic_count++] = value;
        command->listen = 1;
        break;
    case OPTION_HEADER:
        command->headers[command->header_count++] = value;
        break;
    case OPTION_USER:
        read_user(command, value);
        break;
    case OPTION_TOKEN:
        command->client.token = value;
        break;
    case OPTION_CA:
        command->client.ca_file = value;
        break;
    default:
        command->client.origin = value;
        break;
    }
    return NULL;
}

/* ------------------------------------------------------------------------ */

static const option_t *find_option(const char *word, const char **ret_value)
{
    size_t i;

    *ret_value = NULL;
    for (i = 0; i < OPTION_COUNT_OF; i++) {
        size_t length = strlen(options[i].name);

        if (word[1] != '-') {
            if (options[i].letter == word[1]) {
                *ret_value = word[2] != '\0' ? word + 2 : NULL;
                return &options[i];
            }
        }
        else if (strncmp(word + 2, options[i].name, length) == 0
                 && (word[2 + length] == '\0' || word[2 + length] == '=')) {
            *ret_value = word[2 + length] == '=' ? word + 3 + length : NULL;
            return &options[i];
        }
    }
    return NULL;
}

static const char *wrong_option(command_t *command, const char *word,
                                const char *what)
{
    snprintf(command->wrong, sizeof(command->wrong), "%.100s: %s", word,
             what);
    return command->wrong;
}

/* One option. @return NULL, or what is wrong with it */
static const char *take_option(command_t *command, char **argv, int *at)
{
    const char *word = argv[*at];
    const char *value;
    const option_t *option = find_option(word, &value);

    if (option == NULL) {
        return wrong_option(command, word, "there is no such option");
    }
    if (option->value == NULL) {
        if (value != NULL) {
            return wrong_option(command, word, "the option takes no value");
        }
        take_flag(command, option->id);
        return NULL;
    }
    if (value == NULL) {
        value = argv[*at + 1];
        if (value == NULL) {
            return wrong_option(command, word, "the option needs a value");
        }
        (*at)++;
    }
    return take_value(command, option->id, value);
}

static void take_word(command_t *command, char *word, int *count)
{
    if (command->url == NULL) {
        command->url = word;
    }
    else if (command->method == NULL) {
        command->method = word;
    }
    else {
        command->arguments[(*count)++] = word;
    }
}

static const char *check(const command_t *command)
{
    int tasks = (command->method != NULL) + command->list
                + (command->help_method != NULL) + (command->batch != NULL);

    if (command->help || command->version) {
        return NULL;
    }
    if (command->url == NULL) {
        return "no URL; rpc-call --help says more";
    }
    if (tasks > 1) {
        return "one of METHOD, --list, --help-method and --batch";
    }
    if (tasks == 0 && !command->listen) {
        return "no METHOD, nor --list, --help-method, --batch or --listen";
    }
    return NULL;
}

const char *command_parse(command_t *command, int argc, char **argv)
{
    size_t room = (size_t)argc + 1;
    const char *why = NULL;
    int count = 0;
    int ended = 0;
    int i;

    memset(command, 0, sizeof(*command));
    command->client = rpc_client_defaults();
    command->arguments = calloc(room, sizeof(*command->arguments));
    command->topics = calloc(room, sizeof(*command->topics));
    command->headers = calloc(room, sizeof(*command->headers));
    if (command->arguments == NULL || command->topics == NULL
        || command->headers == NULL) {
        return "out of memory";
    }
    for (i = 1; why == NULL && i < argc; i++) {
        char *word = argv[i];
        int is_option = word[0] == '-' && word[1] != '\0'
                        && (command->method == NULL || word[1] == '-');

        if (ended || !is_option) {
            take_word(command, word, &count);
        }
        else if (strcmp(word, "--") == 0) {
            ended = 1;
        }
        else {
            why = take_option(command, argv, &i);
        }
    }
    if (command->client.token == NULL && command->client.user == NULL) {
        command->client.token = getenv("RPC_TOKEN");
    }
    command->client.headers = command->headers;
    return why != NULL ? why : check(command);
}
