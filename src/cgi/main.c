/* SPDX-License-Identifier: Apache-2.0 */
/* rpc-cgi: reads the command line and the environment, writes the answer. For
 * CGI servers and for people with a pipe. */
#include "cgi/cgi.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apr_general.h"
#include "apr_strings.h"

void rpc_cgi_say(const char *text)
{
    char line[1024];
    apr_size_t length = 0;

    for (; *text != '\0' && length < sizeof(line) - 1; text++) {
        line[length++] = *text >= ' ' && *text <= '~' ? *text : '?';
    }
    line[length] = '\0';
    fprintf(stderr, "rpc-cgi: %s\n", line);
}

static const char *reason(int status)
{
    switch (status) {
    case 200:
        return "OK";
    case 204:
        return "No Content";
    case 400:
        return "Bad Request";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 413:
        return "Content Too Large";
    case 415:
        return "Unsupported Media Type";
    default:
        return "Internal Server Error";
    }
}

/* A handler that prints must not print into the answer: what is written to
 * standard output goes to standard error. @return where the answer goes */
static int take_output(void)
{
    int out = dup(STDOUT_FILENO);

    if (out < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0) {
        return -1;
    }
    return out;
}

/* @return 0, or -1 with errno */
static int write_all(int out, const char *bytes, apr_size_t length)
{
    while (length > 0) {
        ssize_t written = write(out, bytes, length);

        if (written >= 0) {
            bytes += written;
            length -= (apr_size_t)written;
        }
        else if (errno != EINTR) {
            return -1;
        }
    }
    return 0;
}

static int write_answer(int out, const rpc_cgi_answer_t *answer,
                        int without_body, apr_pool_t *pool)
{
    const char *head;

    if (answer->status == 204) {
        head = apr_psprintf(pool, "Status: 204 No Content\n"
                            "Cache-Control: no-store\n%s\n",
                            answer->headers);
    }
    else {
        head = apr_psprintf(pool, "Status: %d %s\n"
                            "Content-Type: %s\n"
                            "Content-Length: %" APR_SIZE_T_FMT "\n"
                            "Cache-Control: no-store\n"
                            "X-Content-Type-Options: nosniff\n%s\n",
                            answer->status, reason(answer->status),
                            answer->content_type, answer->length,
                            answer->headers);
    }
    if (write_all(out, head, strlen(head)) != 0) {
        return -1;
    }
    return without_body || answer->body == NULL
               ? 0 : write_all(out, answer->body, answer->length);
}

static int serve(const rpc_cgi_options_t *options, apr_pool_t *pool,
                 apr_pool_t *pchild)
{
    rpc_cgi_request_t request;
    rpc_cgi_answer_t answer;
    int out = take_output();

    if (out < 0) {
        rpc_cgi_say("standard output or standard error is closed");
        return RPC_CGI_BROKEN;
    }
    rpc_cgi_request_read(pool, &request);
    rpc_cgi_serve(options, &request, pool, pchild, &answer);
    if (write_answer(out, &answer,
                     options->request == NULL && request.method != NULL
                     && strcmp(request.method, "HEAD") == 0, pool) != 0) {
        rpc_cgi_say(apr_psprintf(pool, "the answer could not be written: %s",
                                 strerror(errno)));
        return RPC_CGI_BROKEN;
    }
    close(out); /* the client has all before threads of handlers are ended */
    rpc_cgi_body_drain(&request);
    free(answer.body);
    if (answer.status >= 500) {
        return RPC_CGI_BROKEN;
    }
    return answer.status >= 400 ? RPC_CGI_REFUSED : RPC_CGI_ANSWERED;
}

/* A server that runs a command line which is none answers 500 all the same. */
static void answer_misuse(apr_pool_t *pool)
{
    static char body[] = "rpc-cgi is called wrongly; the server's error log "
                         "says how\n";
    rpc_cgi_answer_t answer = {500, "text/plain; charset=utf-8", "", body,
                               sizeof(body) - 1};

    if (getenv("GATEWAY_INTERFACE") != NULL) {
        (void)write_answer(STDOUT_FILENO, &answer, 0, pool);
    }
}

int main(int argc, const char *const *argv)
{
    rpc_cgi_options_t options;
    apr_pool_t *pool = NULL;
    apr_pool_t *pchild = NULL;
    const char *error;
    int status;

    if (apr_initialize() != APR_SUCCESS
        || apr_pool_create(&pool, NULL) != APR_SUCCESS
        || apr_pool_create(&pchild, pool) != APR_SUCCESS) {
        rpc_cgi_say("out of memory");
        return RPC_CGI_BROKEN;
    }
    signal(SIGPIPE, SIG_IGN);
    error = rpc_cgi_options_read(argc, argv, getenv("QUERY_STRING"), pool,
                                 &options);
    if (error != NULL) {
        rpc_cgi_say(error);
        answer_misuse(pool);
        return RPC_CGI_USAGE;
    }
    if (options.only_help) {
        return RPC_CGI_ANSWERED;
    }
    status = serve(&options, pool, pchild);
    apr_pool_destroy(pchild);
    fflush(NULL);
    /* Nothing more is freed: the thread of a call that is too late may still
     * be at it. */
    _exit(status);
}
