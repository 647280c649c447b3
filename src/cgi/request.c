/* SPDX-License-Identifier: Apache-2.0 */
/* The request of a CGI program: its environment and its body, both from
 * outside. (RFC 3875.) For serve.c. */
#include "cgi/cgi.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apr_cstr.h"
#include "apr_lib.h"
#include "apr_strings.h"

#define FIRST_CAPACITY 8192

/* A variable that is empty is as good as none (section 4.1). */
static const char *variable(const char *name)
{
    const char *value = getenv(name);

    return value != NULL && *value != '\0' ? value : NULL;
}

static const char *scheme(void)
{
    const char *https = variable("HTTPS");

    return https != NULL && apr_cstr_casecmp(https, "off") != 0 ? "https"
                                                                : "http";
}

void rpc_cgi_request_read(apr_pool_t *pool, rpc_cgi_request_t *ret_request)
{
    rpc_cgi_request_t *request = ret_request;
    const char *host = variable("HTTP_HOST");
    const char *script = variable("SCRIPT_NAME");

    memset(request, 0, sizeof(*request));
    request->method = variable("REQUEST_METHOD");
    request->content_type = variable("CONTENT_TYPE");
    request->content_length = variable("CONTENT_LENGTH");
    request->query = variable("QUERY_STRING");
    request->path_info = variable("PATH_INFO");
    request->accept = variable("HTTP_ACCEPT");
    request->origin = variable("HTTP_ORIGIN");
    request->fetch_site = variable("HTTP_SEC_FETCH_SITE");
    request->encoding = variable("HTTP_CONTENT_ENCODING");
    request->has_server = variable("GATEWAY_INTERFACE") != NULL;
    if (host == NULL) {
        host = variable("SERVER_NAME");
    }
    if (host != NULL) {
        request->host = apr_pstrcat(pool, scheme(), "://", host, NULL);
        request->url = apr_pstrcat(pool, request->host,
                                   script != NULL ? script : "/", NULL);
    }
}

/* Digits and nothing else; what is larger than any limit stays so. */
static int parse_length(const char *text, apr_int64_t *ret_length)
{
    const apr_int64_t most = APR_INT64_C(1) << 40;
    apr_int64_t length = 0;

    for (; apr_isdigit(*text); text++) {
        length = length * 10 + (*text - '0');
        if (length > most) {
            length = most;
        }
    }
    *ret_length = length;
    return *text == '\0';
}

static const char *too_large(const rpc_limits_t *limits, apr_pool_t *pool)
{
    return apr_psprintf(pool, "the message has more than %" APR_INT64_T_FMT
                        " bytes (RpcMaxBody %" APR_INT64_T_FMT ")",
                        limits->max_body, limits->max_body);
}

typedef struct input_t {
    char *data;
    apr_size_t length;
    apr_size_t capacity; /* without the NUL */
    apr_pool_t *pool;
} input_t;

static void grow(input_t *input, apr_size_t most)
{
    apr_size_t capacity = input->capacity > most / 2 ? most
                                                     : input->capacity * 2;
    char *grown = apr_palloc(input->pool, capacity + 1);

    memcpy(grown, input->data, input->length);
    input->data = grown;
    input->capacity = capacity;
}

/* Up to `most` bytes or the end. @return 0, or an error's number */
static int read_input(input_t *input, apr_size_t most)
{
    while (input->length < most) {
        ssize_t got;

        if (input->length == input->capacity) {
            grow(input, most);
        }
        got = read(STDIN_FILENO, input->data + input->length,
                   input->capacity - input->length);
        if (got == 0) {
            break;
        }
        if (got > 0) {
            input->length += (apr_size_t)got;
        }
        else if (errno != EINTR) {
            return errno;
        }
    }
    input->data[input->length] = '\0';
    return 0;
}

int rpc_cgi_body_read(rpc_cgi_request_t *request,
                      const rpc_limits_t *limits, apr_pool_t *pool,
                      char **ret_body, apr_size_t *ret_length,
                      const char **ret_error)
{
    const char *announced = request->content_length;
    apr_int64_t length = 0;
    apr_size_t most = (apr_size_t)limits->max_body + 1;
    input_t input;
    int failed;

    if (announced != NULL) {
        if (!parse_length(announced, &length)) {
            *ret_error = "CONTENT_LENGTH is no whole number of bytes";
            return 400;
        }
        if (length > limits->max_body) {
            *ret_error = too_large(limits, pool);
            return 413;
        }
        most = (apr_size_t)length;
    }
    input.pool = pool;
    input.length = 0;
    input.capacity = most < FIRST_CAPACITY ? most : FIRST_CAPACITY;
    input.data = apr_palloc(pool, input.capacity + 1);
    failed = read_input(&input, most);
    request->consumed = (apr_int64_t)input.length;
    if (failed != 0) {
        char words[120];

        *ret_error = apr_psprintf(pool, "the body could not be read: %s",
                                  apr_strerror(APR_FROM_OS_ERROR(failed),
                                               words, sizeof(words)));
        return 400;
    }
    if (announced == NULL && input.length == most) {
        *ret_error = too_large(limits, pool);
        return 413;
    }
    if (announced != NULL && input.length < most) {
        *ret_error = apr_psprintf(pool, "the body ended after %"
                                  APR_SIZE_T_FMT " of %" APR_SIZE_T_FMT
                                  " bytes (CONTENT_LENGTH)", input.length,
                                  most);
        return 400;
    }
    *ret_body = input.data;
    *ret_length = input.length;
    return 0;
}

/* Not beyond CONTENT_LENGTH: nothing says that an end comes there. */
void rpc_cgi_body_drain(const rpc_cgi_request_t *request)
{
    char unwanted[8192];
    apr_int64_t left = APR_INT64_MAX;
    ssize_t got = 1;

    if (!request->has_server || request->method == NULL
        || (request->content_length != NULL
            && !parse_length(request->content_length, &left))) {
        return;
    }
    left -= request->consumed;
    while (left > 0 && got != 0) {
        apr_size_t most = left < (apr_int64_t)sizeof(unwanted)
                              ? (apr_size_t)left : sizeof(unwanted);

        got = read(STDIN_FILENO, unwanted, most);
        if (got < 0 && errno != EINTR) {
            return;
        }
        left -= got > 0 ? got : 0;
    }
}

static int is(const char *value, const char *word)
{
    return value != NULL && apr_cstr_casecmp(value, word) == 0;
}

/* The same rule as mod_rpc's where RpcAllowOrigin is not set: of pages, those
 * of this server may call. No script can set either header. */
const char *rpc_cgi_refuse_origin(const rpc_cgi_request_t *request,
                                  apr_pool_t *pool)
{
    if (is(request->fetch_site, "same-origin")) {
        return NULL;
    }
    if (request->origin != NULL) {
        return is(request->origin, request->host != NULL ? request->host : "")
                   ? NULL
                   : apr_psprintf(pool, "calls of pages of another origin "
                                  "(%.200s) are refused", request->origin);
    }
    if (request->fetch_site == NULL || is(request->fetch_site, "none")) {
        return NULL;
    }
    return "a call by a link, a picture or a script of another site's page "
           "is refused";
}
