/* SPDX-License-Identifier: Apache-2.0 */
/* Requests of other origins' pages: the preflight and the headers that let
 * such a page read answers (CORS), and which calls are refused. For
 * mod_rpc.c and transport/http.c. */
#include "transport/http.h"

#include <string.h>

#include "apr_strings.h"
#include "http_core.h"
#include "http_log.h"
#include "http_protocol.h"

#include "log.h"

/* Seconds for which a browser may remember a preflight's answer. */
#define MAX_AGE "3600"

/* Names of headers that one may ask for. */
#define MOST_HEADERS 64

/* "host:port" as the browser has it in its URL: in lower case, from the
 * request line if that has it. */
static const char *host_of(request_rec *r)
{
    const char *host = apr_table_get(r->headers_in, "Host");
    char *lower;

    if (r->parsed_uri.hostname != NULL) {
        host = r->parsed_uri.port_str != NULL
                   ? apr_pstrcat(r->pool, r->parsed_uri.hostname, ":",
                                 r->parsed_uri.port_str, NULL)
                   : r->parsed_uri.hostname;
    }
    if (host == NULL) {
        return "";
    }
    lower = apr_pstrdup(r->pool, host);
    ap_str_tolower(lower);
    return lower;
}

/* The origin of the request's own URL, or NULL. ap_http_scheme() says https
 * where TLS ends here or ServerName says https://. */
static const char *own_origin(request_rec *r)
{
    const char *origin = NULL;
    const char *text = apr_pstrcat(r->pool, ap_http_scheme(r), "://",
                                   host_of(r), NULL);

    return rpc_origin_parse(text, r->pool, &origin) == NULL ? origin : NULL;
}

static int is_own(request_rec *r, const char *origin)
{
    const char *site = apr_table_get(r->headers_in, "Sec-Fetch-Site");
    const char *own = own_origin(r);

    if (own != NULL && strcmp(own, origin) == 0) {
        return 1;
    }
    /* No script can set it: the browser knows its URL better than a server
     * behind a proxy. */
    return site != NULL && ap_cstr_casecmp(site, "same-origin") == 0;
}

/* Of a section that allows anything at all. */
static const rpc_origins_t *allowed_origins(const rpc_dir_config_t *config)
{
    const rpc_origins_t *origins = config->allow_origin;

    return origins != NULL && (origins->any || origins->names->nelts > 0)
               ? origins : NULL;
}

/* The request's Origin if it is one that may be named in an answer. */
static const char *named_origin(request_rec *r, const rpc_origins_t *origins)
{
    const char *header = apr_table_get(r->headers_in, "Origin");
    const char *origin;

    if (header == NULL
        || rpc_origin_parse(header, r->pool, &origin) != NULL
        || !rpc_origins_have(origins, origin)) {
        return NULL;
    }
    return header;
}

static void vary_by_origin(request_rec *r)
{
    const char *vary = apr_table_get(r->err_headers_out, "Vary");

    if (vary == NULL || !ap_find_token(r->pool, vary, "Origin")) {
        apr_table_mergen(r->err_headers_out, "Vary", "Origin");
    }
}

/* Into err_headers_out: answers that httpd makes (401, 403 ...) have them,
 * too, so that the page can tell what happened. @return whether it may read
 * the answer */
static int add_headers(request_rec *r, const rpc_dir_config_t *config)
{
    const rpc_origins_t *origins = allowed_origins(config);
    const char *origin;

    if (origins == NULL) {
        return 0;
    }
    vary_by_origin(r);
    origin = origins->any ? "*" : named_origin(r, origins);
    if (origin == NULL) {
        return 0;
    }
    apr_table_setn(r->err_headers_out, "Access-Control-Allow-Origin", origin);
    if (config->allow_credentials == 1 && !origins->any) {
        apr_table_setn(r->err_headers_out,
                       "Access-Control-Allow-Credentials", "true");
    }
    return 1;
}

static int has_name(const apr_array_header_t *names, const char *name)
{
    int i;

    for (i = 0; i < names->nelts; i++) {
        if (ap_cstr_casecmp(APR_ARRAY_IDX(names, i, const char *), name)
            == 0) {
            return 1;
        }
    }
    return 0;
}

/* And the headers that the page wants to send, as far as these are names. */
static const char *allowed_headers(request_rec *r)
{
    apr_array_header_t *names = apr_array_make(r->pool, 8,
                                               sizeof(const char *));
    const char *wanted = apr_table_get(
        r->headers_in, "Access-Control-Request-Headers");

    APR_ARRAY_PUSH(names, const char *) = "Content-Type";
    APR_ARRAY_PUSH(names, const char *) = "Authorization";
    while (wanted != NULL && *wanted != '\0' && names->nelts < MOST_HEADERS) {
        const char *name = ap_get_token(r->pool, &wanted, 0);

        if (*name != '\0' && *ap_scan_http_token(name) == '\0'
            && !has_name(names, name)) {
            APR_ARRAY_PUSH(names, const char *) = name;
        }
        wanted += strcspn(wanted, ",");
        wanted += strspn(wanted, ", \t");
    }
    return apr_array_pstrcat(r->pool, names, ',');
}

/* DONE: httpd sends nothing more, and asks nobody for authorization, which a
 * preflight cannot have (Fetch, section 3.3.2). */
static int answer_preflight(request_rec *r, const rpc_dir_config_t *config,
                            int may_read)
{
    rpc_dir_config_t resolved;

    rpc_config_resolve(config, &resolved);
    if (may_read) {
        apr_table_setn(r->err_headers_out, "Access-Control-Allow-Methods",
                       rpc_http_allowed(&resolved));
        apr_table_setn(r->err_headers_out, "Access-Control-Allow-Headers",
                       allowed_headers(r));
        apr_table_setn(r->err_headers_out, "Access-Control-Max-Age", MAX_AGE);
    }
    rpc_http_send(r, HTTP_NO_CONTENT, NULL, NULL, 0);
    return DONE;
}

int rpc_http_post_perdir_config(request_rec *r)
{
    const rpc_dir_config_t *config = rpc_config_of(r->per_dir_config);
    int may_read;

    if (r->main != NULL || r->prev != NULL || allowed_origins(config) == NULL
        || !rpc_http_is_endpoint(r)) {
        return DECLINED;
    }
    may_read = add_headers(r, config);
    if (r->method_number == M_OPTIONS
        && apr_table_get(r->headers_in, "Origin") != NULL
        && apr_table_get(r->headers_in, "Access-Control-Request-Method")
           != NULL) {
        return answer_preflight(r, config, may_read);
    }
    return DECLINED;
}

/* A page's request without Origin: a link, a picture, a script. Which page's
 * is not known, so only * allows it. */
static const char *refuse_by_site(request_rec *r,
                                  const rpc_origins_t *origins)
{
    const char *site = apr_table_get(r->headers_in, "Sec-Fetch-Site");

    if (site == NULL || ap_cstr_casecmp(site, "same-origin") == 0
        || ap_cstr_casecmp(site, "none") == 0
        || (origins != NULL && origins->any)) {
        return NULL;
    }
    return "a call by a link, a picture or a script of another site's page "
           "is refused (RpcAllowOrigin * would allow it)";
}

static const char *refuse_by_origin(request_rec *r,
                                    const rpc_origins_t *origins,
                                    const char *header)
{
    const char *origin;

    if (origins != NULL && origins->any) {
        return NULL;
    }
    if (strcmp(header, "null") == 0) {
        return "calls of a page without an origin of its own (Origin: null) "
               "are refused (RpcAllowOrigin names those that are not)";
    }
    if (rpc_origin_parse(header, r->pool, &origin) != NULL) {
        return "the Origin header is no origin such as "
               "https://www.example.com, as RpcAllowOrigin names them";
    }
    if (is_own(r, origin)
        || (origins != NULL && rpc_origins_have(origins, origin))) {
        return NULL;
    }
    return apr_psprintf(r->pool, "calls of pages of %s are refused "
                        "(RpcAllowOrigin does not name it)", origin);
}

const char *rpc_http_refuse_origin(request_rec *r,
                                   const rpc_dir_config_t *config)
{
    const rpc_origins_t *origins = allowed_origins(config);
    const char *header = apr_table_get(r->headers_in, "Origin");
    const char *text = header != NULL
                           ? refuse_by_origin(r, origins, header)
                           : refuse_by_site(r, origins);

    if (text != NULL) {
        ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, r, RPC_LOG_CROSS_SITE "%s",
                      text);
    }
    return text;
}
