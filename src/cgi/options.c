/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of rpc-cgi: one table of options, one parser each for
 * numbers, words and lists. For main.c. */
#include "cgi/cgi.h"

#include <stdio.h>
#include <string.h>

#include "apr_cstr.h"
#include "apr_getopt.h"
#include "apr_lib.h"
#include "apr_strings.h"

#define HIGHEST APR_INT64_C(2147483647)

/* No letter: every option is long, but for -h. */
enum option_e {
    OPTION_HANDLER = 256,
    OPTION_REQUEST,
    OPTION_TYPE,
    OPTION_PROTOCOLS,
    OPTION_GET,
    OPTION_NO_INTROSPECTION,
    OPTION_NO_MULTICALL,
    OPTION_NO_DOCS,
    OPTION_TITLE,
    OPTION_NAME,
    OPTION_DESCRIPTION,
    OPTION_XML_NIL,
    OPTION_XML_ENCODING,
    OPTION_MAX_BODY,
    OPTION_MAX_DEPTH,
    OPTION_MAX_VALUES,
    OPTION_MAX_BATCH,
    OPTION_MAX_STRING,
    OPTION_VERSION
};

static const apr_getopt_option_t known[] = {
    {"handler", OPTION_HANDLER, 1, NULL},
    {"request", OPTION_REQUEST, 1, NULL},
    {"type", OPTION_TYPE, 1, NULL},
    {"protocols", OPTION_PROTOCOLS, 1, NULL},
    {"get", OPTION_GET, 1, NULL},
    {"no-introspection", OPTION_NO_INTROSPECTION, 0, NULL},
    {"no-multicall", OPTION_NO_MULTICALL, 0, NULL},
    {"no-docs", OPTION_NO_DOCS, 0, NULL},
    {"title", OPTION_TITLE, 1, NULL},
    {"name", OPTION_NAME, 1, NULL},
    {"description", OPTION_DESCRIPTION, 1, NULL},
    {"xml-nil", OPTION_XML_NIL, 0, NULL},
    {"xml-encoding", OPTION_XML_ENCODING, 1, NULL},
    {"max-body", OPTION_MAX_BODY, 1, NULL},
    {"max-depth", OPTION_MAX_DEPTH, 1, NULL},
    {"max-values", OPTION_MAX_VALUES, 1, NULL},
    {"max-batch", OPTION_MAX_BATCH, 1, NULL},
    {"max-string", OPTION_MAX_STRING, 1, NULL},
    {"version", OPTION_VERSION, 0, NULL},
    {"help", 'h', 0, NULL},
    {NULL, 0, 0, NULL}
};

static const char usage[] =
"usage: rpc-cgi --handler PATH[=PREFIX]... [OPTION...]\n"
"\n"
"Answers one request by the handler tables named, as a CGI program or from a\n"
"pipe: JSON-RPC, XML-RPC and PyRPC by POST, calls and the documentation page\n"
"by GET. The request is in the environment (REQUEST_METHOD, CONTENT_TYPE,\n"
"QUERY_STRING, ...) and on standard input. Without REQUEST_METHOD it is a\n"
"POST, and without CONTENT_TYPE too its first character tells the protocol.\n"
"\n"
"  --handler PATH[=PREFIX]  a handler module, mod_rpc_NAME.so; any number\n"
"  --request TEXT           a message as text, instead of a request\n"
"  --type MEDIA/TYPE        its media type, instead of CONTENT_TYPE\n"
"  --protocols LIST         of jsonrpc, xmlrpc, pyrpc (all)\n"
"  --get safe|all|off       which methods GET may call (safe)\n"
"  --no-introspection       no system.listMethods and so on\n"
"  --no-multicall           no system.multicall\n"
"  --no-docs                no documentation page\n"
"  --title TEXT, --name TEXT, --description TEXT\n"
"                           what the documentation page says of itself\n"
"  --xml-nil                XML-RPC may answer nil\n"
"  --xml-encoding NAME      utf-8 (if not given), iso-8859-1 or us-ascii\n"
"  --max-body N, --max-depth N, --max-values N, --max-batch N,\n"
"  --max-string N\n"
"                           limits of a message; K, M or G may follow\n"
"  --help, --version\n"
"\n"
"Exit status: 0 answered (a fault is an answer), 1 refused with an HTTP\n"
"status of 400 or more, 2 usage, 3 a handler, reading or writing failed.\n";

/* What a suffix multiplies by; 0 for what is no suffix. */
static apr_int64_t factor_of(const char *suffix)
{
    static const char letters[] = "kmg";
    apr_int64_t factor = 1024;
    const char *letter;

    if (suffix[0] == '\0') {
        return 1;
    }
    if (suffix[1] != '\0') {
        return 0;
    }
    for (letter = letters; *letter != '\0'; letter++) {
        if (apr_tolower(suffix[0]) == *letter) {
            return factor;
        }
        factor *= 1024;
    }
    return 0;
}

static const char *read_limit(const char *name, const char *text,
                              apr_int64_t high, apr_pool_t *pool,
                              apr_int64_t *ret_number)
{
    apr_int64_t number = 0;
    apr_int64_t factor;
    const char *p;

    for (p = text; apr_isdigit(*p) && number <= high; p++) {
        number = number * 10 + (*p - '0');
    }
    factor = p == text ? 0 : factor_of(p);
    if (factor == 0 || number < 1 || number > high / factor) {
        return apr_psprintf(pool, "--%s takes a whole number from 1 to %"
                            APR_INT64_T_FMT " (K, M or G may follow), not "
                            "\"%s\"", name, high, text);
    }
    *ret_number = number * factor;
    return NULL;
}

static const char *read_protocols(const char *text, apr_pool_t *pool,
                                  int *ret_protocols)
{
    static const struct { const char *word; int bit; } words[] = {
        {"jsonrpc", RPC_SPEAKS_JSONRPC}, {"xmlrpc", RPC_SPEAKS_XMLRPC},
        {"pyrpc", RPC_SPEAKS_PYRPC}, {NULL, 0}
    };
    char *rest = NULL;
    char *word = apr_strtok(apr_pstrdup(pool, text), ", ", &rest);
    int bits = 0;

    for (; word != NULL; word = apr_strtok(NULL, ", ", &rest)) {
        int i = 0;

        while (words[i].word != NULL && strcmp(words[i].word, word) != 0) {
            i++;
        }
        if (words[i].word == NULL) {
            return apr_psprintf(pool, "--protocols takes jsonrpc, xmlrpc and "
                                "pyrpc, not \"%s\"", word);
        }
        bits |= words[i].bit;
    }
    if (bits == 0) {
        return "--protocols takes one or more of jsonrpc, xmlrpc, pyrpc";
    }
    *ret_protocols = bits;
    return NULL;
}

static const char *read_get(const char *text, apr_pool_t *pool,
                            int *ret_policy)
{
    if (strcmp(text, "safe") == 0) {
        *ret_policy = RPC_GET_SAFE;
    }
    else if (strcmp(text, "all") == 0) {
        *ret_policy = RPC_GET_ALL;
    }
    else if (strcmp(text, "off") == 0) {
        *ret_policy = RPC_GET_OFF;
    }
    else {
        return apr_psprintf(pool, "--get takes safe, all or off, not \"%s\"",
                            text);
    }
    return NULL;
}

static const char *read_encoding(const char *text, apr_pool_t *pool,
                                 const char **ret_encoding)
{
    static const char *const names[] = {"utf-8", "iso-8859-1", "us-ascii",
                                        NULL};
    int i;

    for (i = 0; names[i] != NULL; i++) {
        if (apr_cstr_casecmp(text, names[i]) == 0) {
            *ret_encoding = names[i];
            return NULL;
        }
    }
    return apr_psprintf(pool, "--xml-encoding takes utf-8, iso-8859-1 or "
                        "us-ascii, not \"%s\"", text);
}

static const char *set_limit(rpc_limits_t *limits, int option,
                             const char *value, apr_pool_t *pool)
{
    switch (option) {
    case OPTION_MAX_BODY:
        return read_limit("max-body", value, HIGHEST, pool,
                          &limits->max_body);
    case OPTION_MAX_DEPTH:
        return read_limit("max-depth", value, RPC_HIGHEST_MAX_DEPTH, pool,
                          &limits->max_depth);
    case OPTION_MAX_VALUES:
        return read_limit("max-values", value, HIGHEST, pool,
                          &limits->max_values);
    case OPTION_MAX_BATCH:
        return read_limit("max-batch", value, HIGHEST, pool,
                          &limits->max_batch);
    default:
        return read_limit("max-string", value, HIGHEST, pool,
                          &limits->max_string);
    }
}

static const char *set_option(rpc_cgi_options_t *options, int option,
                              const char *value, apr_pool_t *pool)
{
    switch (option) {
    case OPTION_HANDLER:
        APR_ARRAY_PUSH(options->handlers, const char *) = value;
        return NULL;
    case OPTION_REQUEST:
        options->request = value;
        return NULL;
    case OPTION_TYPE:
        options->type = value;
        return NULL;
    case OPTION_PROTOCOLS:
        return read_protocols(value, pool, &options->protocols);
    case OPTION_GET:
        return read_get(value, pool, &options->get_policy);
    case OPTION_NO_INTROSPECTION:
        options->introspection = 0;
        return NULL;
    case OPTION_NO_MULTICALL:
        options->multicall = 0;
        return NULL;
    case OPTION_NO_DOCS:
        options->docs = 0;
        return NULL;
    case OPTION_TITLE:
        options->about.title = value;
        return NULL;
    case OPTION_NAME:
        options->about.name = value;
        return NULL;
    case OPTION_DESCRIPTION:
        options->about.description = value;
        return NULL;
    case OPTION_XML_NIL:
        options->about.xml_nil = options->options.xml_nil = 1;
        return NULL;
    case OPTION_XML_ENCODING:
        return read_encoding(value, pool, &options->options.xml_encoding);
    default:
        return set_limit(&options->limits, option, value, pool);
    }
}

static void set_defaults(rpc_cgi_options_t *options, apr_pool_t *pool)
{
    memset(options, 0, sizeof(*options));
    options->handlers = apr_array_make(pool, 4, sizeof(const char *));
    options->protocols = RPC_SPEAKS_ALL;
    options->get_policy = RPC_GET_SAFE;
    options->introspection = 1;
    options->multicall = 1;
    options->docs = 1;
    options->limits.max_body = RPC_DEFAULT_MAX_BODY;
    options->limits.max_depth = RPC_DEFAULT_MAX_DEPTH;
    options->limits.max_values = RPC_DEFAULT_MAX_VALUES;
    options->limits.max_batch = RPC_DEFAULT_MAX_BATCH;
    options->limits.max_string = RPC_DEFAULT_MAX_STRING;
    options->about.version = RPC_VERSION;
    options->options.xml_encoding = "utf-8";
}

/* "a%2Db" -> "a-b", and without backslashes, which a server puts before what
 * means something to a shell. */
static const char *plain_word(const char *text, apr_pool_t *pool)
{
    char *word = apr_pstrdup(pool, text);
    char *to = word;

    for (; *text != '\0'; text++) {
        if (text[0] == '%' && apr_isxdigit(text[1])
            && apr_isxdigit(text[2])) {
            const char digits[3] = {text[1], text[2], '\0'};
            char byte = (char)apr_strtoi64(digits, NULL, 16);

            text += 2;
            if (byte != '\\') {
                *to++ = byte;
            }
        }
        else if (*text != '\\') {
            *to++ = *text;
        }
    }
    *to = '\0';
    return word;
}

/* A server hands a query without a '=' over as words of the command line:
 * ?--handler+/tmp/x.so must load nothing. What the end of the command line
 * has in common with the query is cut off. */
static int count_own(int argc, const char *const *argv, const char *query,
                     apr_pool_t *pool)
{
    apr_array_header_t *words = apr_array_make(pool, 8, sizeof(char *));
    char *rest = NULL;
    char *word;
    int i;

    if (query == NULL || strchr(query, '=') != NULL) {
        return argc;
    }
    word = apr_strtok(apr_pstrdup(pool, query), "+", &rest);
    for (; word != NULL; word = apr_strtok(NULL, "+", &rest)) {
        APR_ARRAY_PUSH(words, const char *) = plain_word(word, pool);
    }
    if (words->nelts >= argc) {
        return argc;
    }
    for (i = 0; i < words->nelts; i++) {
        const char *own = plain_word(argv[argc - words->nelts + i], pool);

        if (strcmp(own, APR_ARRAY_IDX(words, i, const char *)) != 0) {
            return argc;
        }
    }
    return argc - words->nelts;
}

static void swallow(void *baton, const char *format, ...)
{
    const char **word = baton;
    va_list args;

    /* apr_getopt_long says "%s: invalid option: ..." piece by piece: what is
     * wrong is all that is kept. */
    va_start(args, format);
    *word = format;
    va_end(args);
}

const char *rpc_cgi_options_read(int argc, const char *const *argv,
                                 const char *query, apr_pool_t *pool,
                                 rpc_cgi_options_t *ret_options)
{
    apr_getopt_t *state;
    const char *said = NULL;
    const char *value = NULL;
    const char *error = NULL;
    apr_status_t rv;
    int option = 0;

    set_defaults(ret_options, pool);
    argc = count_own(argc, argv, query, pool);
    rv = apr_getopt_init(&state, pool, argc, argv);
    if (rv != APR_SUCCESS) {
        return "the command line could not be read";
    }
    state->errfn = swallow;
    state->errarg = &said;
    rv = apr_getopt_long(state, known, &option, &value);
    while (rv == APR_SUCCESS && error == NULL) {
        if (option == 'h' || option == OPTION_VERSION) {
            fputs(option == 'h' ? usage : "rpc-cgi " RPC_VERSION "\n",
                  stdout);
            ret_options->only_help = 1;
            return NULL;
        }
        error = set_option(ret_options, option, value, pool);
        rv = apr_getopt_long(state, known, &option, &value);
    }
    if (error != NULL) {
        return error;
    }
    if (rv != APR_EOF) {
        return apr_psprintf(pool, "%s: no such option, or its value is "
                            "missing (see --help)", argv[state->ind - 1]);
    }
    if (state->ind < argc) {
        return apr_psprintf(pool, "%s: every argument is an option; a "
                            "handler is --handler PATH (see --help)",
                            argv[state->ind]);
    }
    if (ret_options->handlers->nelts == 0) {
        return "no handler: give --handler PATH/mod_rpc_NAME.so (see --help)";
    }
    return NULL;
}
