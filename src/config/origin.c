/* SPDX-License-Identifier: Apache-2.0 */
/* Web origins (RFC 6454, section 6.1): RpcAllowOrigin, and reading one origin.
 * For httpd, by way of directives.c, and for transport/http_origin.c. */
#include <arpa/inet.h>
#include <string.h>

#include "apr_lib.h"
#include "apr_strings.h"

#include "config/config.h"

#define LONGEST_HOST 253
#define HIGHEST_PORT 65535

/* "https" and so on (RFC 3986, section 3.1). @return its length, or 0 */
static apr_size_t read_scheme(const char *text)
{
    const char *p = text;

    if (!apr_islower(*p)) {
        return 0;
    }
    while (apr_islower(*p) || apr_isdigit(*p)
           || (*p != '\0' && strchr("+-.", *p) != NULL)) {
        p++;
    }
    return strncmp(p, "://", 3) == 0 ? (apr_size_t)(p - text) : 0;
}

/* "[::1]". @return its length, or 0 */
static apr_size_t read_ipv6(const char *host)
{
    char address[INET6_ADDRSTRLEN];
    struct in6_addr ignored;
    apr_size_t length = strcspn(host + 1, "]");

    if (host[1 + length] != ']' || length >= sizeof(address)) {
        return 0;
    }
    apr_cpystrn(address, host + 1, length + 1);
    return inet_pton(AF_INET6, address, &ignored) == 1 ? length + 2 : 0;
}

/* @return the length of a host name or an address, or 0 */
static apr_size_t read_host(const char *host)
{
    const char *p = host;

    if (*host == '[') {
        return read_ipv6(host);
    }
    while (apr_islower(*p) || apr_isdigit(*p)
           || (*p != '\0' && strchr("-._", *p) != NULL)) {
        if (*p == '.' && (p == host || p[-1] == '.')) {
            return 0;
        }
        p++;
    }
    return p - host <= LONGEST_HOST ? (apr_size_t)(p - host) : 0;
}

/* Digits that make 1 to 65535, no zero before them, and the end. */
static int is_port(const char *text)
{
    int port = 0;

    if (*text < '1' || *text > '9') {
        return 0;
    }
    for (; apr_isdigit(*text) && port <= HIGHEST_PORT; text++) {
        port = port * 10 + (*text - '0');
    }
    return *text == '\0' && port <= HIGHEST_PORT;
}

static int is_default_port(const char *origin, const char *port)
{
    return (strncmp(origin, "http://", 7) == 0 && strcmp(port, "80") == 0)
           || (strncmp(origin, "https://", 8) == 0
               && strcmp(port, "443") == 0);
}

/* Why it is no origin, as far as that is plain. */
static const char *why_not(const char *text, apr_pool_t *pool)
{
    apr_size_t scheme;
    const char *p;

    if (strcmp(text, "null") == 0) {
        return "\"null\" is what any sandboxed page has";
    }
    for (p = text; *p != '\0'; p++) {
        if (apr_isupper(*p)) {
            char *lower = apr_pstrdup(pool, text);

            ap_str_tolower(lower);
            return apr_pstrcat(pool, "write it in lower case, ", lower, NULL);
        }
        if ((unsigned char)*p >= 0x80) {
            return "write a name beyond ASCII as browsers send it, xn--...";
        }
    }
    scheme = read_scheme(text);
    if (scheme == 0) {
        return "it has no scheme, such as https://";
    }
    p = text + scheme + 3;
    if (strchr(p, '*') != NULL) {
        return "a * stands alone, for all origins: name each one";
    }
    if (strchr(p, '@') != NULL) {
        return "an origin has no user";
    }
    if (strpbrk(p, "/?#") != NULL) {
        return apr_pstrcat(pool, "an origin has no path, write ",
                           apr_pstrmemdup(pool, text,
                                          (apr_size_t)(p - text)
                                              + strcspn(p, "/?#")), NULL);
    }
    if (read_host(p) == 0) {
        return "its host is none";
    }
    return p[read_host(p)] == ':' ? "its port is not from 1 to 65535"
                                  : "its host is none";
}

const char *rpc_origin_parse(const char *text, apr_pool_t *pool,
                             const char **ret_origin)
{
    apr_size_t scheme = read_scheme(text);
    apr_size_t host = scheme > 0 ? read_host(text + scheme + 3) : 0;
    const char *end = text + scheme + 3 + host;

    if (host == 0 || (*end != '\0' && (*end != ':' || !is_port(end + 1)))) {
        return why_not(text, pool);
    }
    if (*end == ':' && is_default_port(text, end + 1)) {
        *ret_origin = apr_pstrmemdup(pool, text, (apr_size_t)(end - text));
    }
    else {
        *ret_origin = apr_pstrdup(pool, text);
    }
    return NULL;
}

int rpc_origins_have(const rpc_origins_t *origins, const char *origin)
{
    int i;

    for (i = 0; i < origins->names->nelts; i++) {
        if (strcmp(APR_ARRAY_IDX(origins->names, i, const char *), origin)
            == 0) {
            return 1;
        }
    }
    return 0;
}

const char *rpc_config_check_origins(const rpc_dir_config_t *config)
{
    if (config->allow_origin != NULL && config->allow_origin->any
        && config->allow_credentials == 1) {
        return "RpcAllowCredentials on cannot be together with "
               "RpcAllowOrigin *: browsers refuse that, and every page could "
               "act as its visitor; name the origins";
    }
    return NULL;
}

/* One origin more. @return an error, or NULL */
static const char *add_origin(cmd_parms *cmd, rpc_origins_t *origins,
                              const char *text)
{
    const char *origin;
    const char *why = rpc_origin_parse(text, cmd->pool, &origin);

    if (why != NULL) {
        return apr_psprintf(cmd->pool,
                            "%s takes origins such as https://www.example.com"
                            " or http://localhost:3000, or one of *, none; "
                            "not \"%s\": %s", cmd->cmd->name, text, why);
    }
    if (rpc_origins_have(origins, origin)) {
        return apr_psprintf(cmd->pool, "%s names %s twice", cmd->cmd->name,
                            origin);
    }
    APR_ARRAY_PUSH(origins->names, const char *) = origin;
    return NULL;
}

const char *rpc_config_allow_origin(cmd_parms *cmd, void *dir_config,
                                    int argc, char *const argv[])
{
    rpc_dir_config_t *config = dir_config;
    rpc_origins_t *origins = apr_pcalloc(cmd->pool, sizeof(*origins));
    const char *error = ap_check_cmd_context(cmd, NOT_IN_LIMIT);
    int i;

    origins->names = apr_array_make(cmd->pool, argc > 0 ? argc : 1,
                                    sizeof(const char *));
    if (error == NULL && argc == 0) {
        error = "RpcAllowOrigin takes origins such as "
                "https://www.example.com, or one of *, none";
    }
    for (i = 0; i < argc && error == NULL; i++) {
        int none = ap_cstr_casecmp(argv[i], "none") == 0;

        if (none || strcmp(argv[i], "*") == 0) {
            origins->any = !none;
            if (argc > 1) {
                error = apr_psprintf(cmd->pool, "%s: %s stands alone",
                                     cmd->cmd->name, argv[i]);
            }
        }
        else {
            error = add_origin(cmd, origins, argv[i]);
        }
    }
    if (error == NULL) {
        config->allow_origin = origins;
        error = rpc_config_check_origins(config);
    }
    return error;
}
