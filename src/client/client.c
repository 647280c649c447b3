/* SPDX-License-Identifier: Apache-2.0 */
/* Opens and closes clients, and what all of them need: pools, threads. For
 * programs that link libmodrpc. */
#include "client/client.h"

#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include <curl/curl.h>

#include "apr_general.h"
#include "apr_strings.h"

#include "protocol/xmlvalue.h"

#define DEFAULT_TIMEOUT (60 * APR_USEC_PER_SEC)
#define DEFAULT_CONNECT_TIMEOUT (10 * APR_USEC_PER_SEC)
#define DEFAULT_MAX_RESPONSE (64 * 1024 * 1024)
#define DEFAULT_MAX_VALUES 10000000

/* APR, curl and libxml2 want to be set up once in a process, and nobody calls
 * us before rpc_client_open(): the one thing here that is no constant. */
static pthread_once_t set_up = PTHREAD_ONCE_INIT;

static void set_up_once(void)
{
    if (apr_initialize() != APR_SUCCESS
        || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        abort();
    }
    rpc_xml_child_init();
}

static int out_of_memory(int retcode)
{
    (void)retcode;
    abort();
}

apr_pool_t *rpc_pool_own(void)
{
    apr_pool_t *pool;

    if (apr_pool_create_unmanaged_ex(&pool, out_of_memory, NULL)
        != APR_SUCCESS) {
        abort();
    }
    return pool;
}

int rpc_thread_start(pthread_t *ret_thread, void *(*function)(void *),
                     void *data)
{
    sigset_t all;
    sigset_t before;
    int error;

    /* The program's signals are for its own threads. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    error = pthread_create(ret_thread, NULL, function, data);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return error;
}

void rpc_pipe_block(rpc_pipe_t *ret_before)
{
    sigset_t pipe;
    sigset_t set;

    sigpending(&set);
    ret_before->is_pending = sigismember(&set, SIGPIPE) == 1;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, &set);
    ret_before->is_blocked = sigismember(&set, SIGPIPE) == 1;
}

void rpc_pipe_restore(const rpc_pipe_t *before)
{
    struct timespec none = { 0, 0 };
    sigset_t pipe;

    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    if (!before->is_pending) {
        sigtimedwait(&pipe, NULL, &none); /* ours, if there is one */
    }
    if (!before->is_blocked) {
        pthread_sigmask(SIG_UNBLOCK, &pipe, NULL);
    }
}

void rpc_trace(rpc_client_t *client, char kind, const char *bytes,
               apr_size_t length)
{
    if (client->options.trace != NULL) {
        client->options.trace(kind, bytes, length,
                              client->options.trace_baton);
    }
}

void rpc_client_ref_(rpc_client_t *client)
{
    rpc_atomic_add(&client->refs, 1);
}

void rpc_client_unref_(rpc_client_t *client)
{
    if (rpc_atomic_sub(&client->refs, 1) != 0) {
        return;
    }
    if (client->carrier != NULL && client->carrier_data != NULL) {
        client->carrier->destroy(client);
    }
    apr_pool_destroy(client->pool);
}

/* ------------------------------------------------------------------------
 * Options
 */

static const char *const *copy_headers(const char *const *headers,
                                       apr_pool_t *pool)
{
    const char **copy;
    int count = 0;
    int i;

    while (headers != NULL && headers[count] != NULL) {
        count++;
    }
    copy = apr_palloc(pool, sizeof(*copy) * (apr_size_t)(count + 1));
    for (i = 0; i < count; i++) {
        copy[i] = apr_pstrdup(pool, headers[i]);
    }
    copy[count] = NULL;
    return copy;
}

static void copy_options(rpc_client_t *client,
                         const rpc_client_options_t *given)
{
    rpc_client_options_t *options = &client->options;
    apr_pool_t *pool = client->pool;
    apr_size_t size = given != NULL ? given->size : 0;

    *options = rpc_client_defaults();
    if (size > sizeof(*options)) {
        size = sizeof(*options);
    }
    if (size > 0) {
        memcpy(options, given, size);
    }
    options->size = sizeof(*options);
    options->user = apr_pstrdup(pool, options->user);
    options->password = apr_pstrdup(pool, options->password);
    options->token = apr_pstrdup(pool, options->token);
    options->origin = apr_pstrdup(pool, options->origin);
    options->ca_file = apr_pstrdup(pool, options->ca_file);
    options->headers = copy_headers(options->headers, pool);
    if (options->timeout == 0) {
        options->timeout = DEFAULT_TIMEOUT;
    }
    if (options->connect_timeout <= 0) {
        options->connect_timeout = DEFAULT_CONNECT_TIMEOUT;
    }
}

static int64_t or_default(int64_t value, int64_t fallback)
{
    return value > 0 ? value : fallback;
}

static void set_limits(rpc_client_t *client)
{
    const rpc_client_options_t *options = &client->options;
    rpc_limits_t *limits = &client->limits;

    limits->max_body = or_default(options->max_response,
                                  DEFAULT_MAX_RESPONSE);
    limits->max_depth = or_default(options->max_depth,
                                   RPC_DEFAULT_MAX_DEPTH);
    if (limits->max_depth > RPC_HIGHEST_MAX_DEPTH) {
        limits->max_depth = RPC_HIGHEST_MAX_DEPTH;
    }
    limits->max_values = or_default(options->max_values, DEFAULT_MAX_VALUES);
    limits->max_string = or_default(options->max_string, limits->max_body);
    limits->max_batch = limits->max_values;
}

/* A line end in a header would begin another one. */
static const char *check_headers(const char *const *headers)
{
    for (; *headers != NULL; headers++) {
        if (strpbrk(*headers, "\r\n") != NULL
            || strchr(*headers, ':') == NULL) {
            return "a header is one line, \"Name: value\"";
        }
    }
    return NULL;
}

static const char *check_options(rpc_client_t *client)
{
    const rpc_client_options_t *options = &client->options;

    if ((unsigned)options->protocol > RPC_CLIENT_PYRPC_LITERAL) {
        return "the protocol is none of enum rpc_client_protocol_e";
    }
    if ((unsigned)options->framing > RPC_CLIENT_CONCATENATED) {
        return "the framing is none of enum rpc_client_framing_e";
    }
    if (options->token != NULL && options->user != NULL) {
        return "user and token: one of them authenticates";
    }
    if (options->token != NULL && strpbrk(options->token, "\r\n") != NULL) {
        return "the token has a line end in it";
    }
    return check_headers(options->headers);
}

/* ------------------------------------------------------------------------ */

static const rpc_carrier_t *carrier_of(const char *url)
{
    static const struct {
        const char *scheme;
        const rpc_carrier_t *carrier;
    } schemes[] = {
        { "http://", &rpc_carrier_http },
        { "https://", &rpc_carrier_http },
        { "tcp://", &rpc_carrier_link },
        { "tcps://", &rpc_carrier_link },
        { "ws://", &rpc_carrier_link },
        { "wss://", &rpc_carrier_link }
    };
    apr_size_t i;

    for (i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
        if (strncasecmp(url, schemes[i].scheme, strlen(schemes[i].scheme))
            == 0) {
            return schemes[i].carrier;
        }
    }
    return NULL;
}

static const char *open_client(rpc_client_t *client)
{
    const char *why = check_options(client);

    if (why != NULL) {
        return why;
    }
    client->carrier = carrier_of(client->url);
    if (client->carrier == NULL) {
        return apr_pstrcat(client->pool, "\"", client->url, "\" begins with"
                           " none of http:// https:// tcp:// tcps:// ws://"
                           " wss://", NULL);
    }
    return client->carrier->open(client);
}

apr_status_t rpc_client_open(const char *url,
                             const rpc_client_options_t *options,
                             rpc_client_t **ret_client)
{
    rpc_client_t *client;
    apr_pool_t *pool;

    pthread_once(&set_up, set_up_once);
    pool = rpc_pool_own();
    client = apr_pcalloc(pool, sizeof(*client));
    client->pool = pool;
    client->refs = 1;
    client->url = apr_pstrdup(pool, url != NULL ? url : "");
    *ret_client = client;
    if (apr_thread_mutex_create(&client->mutex, APR_THREAD_MUTEX_DEFAULT,
                                pool) != APR_SUCCESS) {
        apr_pool_destroy(pool);
        *ret_client = NULL;
        return APR_ENOMEM;
    }
    client->conditions = apr_array_make(pool, 1,
                                        sizeof(apr_thread_cond_t *));
    copy_options(client, options);
    set_limits(client);
    client->error = open_client(client);
    return client->error != NULL ? APR_EINVAL : APR_SUCCESS;
}

const char *rpc_client_error(const rpc_client_t *client)
{
    return client->error;
}

void rpc_client_close(rpc_client_t *client)
{
    rpc_pipe_t before;

    if (client == NULL) {
        return;
    }
    rpc_pipe_block(&before);
    if (rpc_atomic_add(&client->closing, 1) == 1
        && client->carrier_data != NULL) {
        client->carrier->close(client);
    }
    rpc_client_unref_(client);
    rpc_pipe_restore(&before);
}
