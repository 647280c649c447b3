/* SPDX-License-Identifier: Apache-2.0 */
/* The documentation page of an endpoint: a GET answers it to a browser. For
 * transports; the second part is for the files of this folder. */
#ifndef RPC_DESCRIBE_HTML_H
#define RPC_DESCRIBE_HTML_H

#include "core/message.h"
#include "protocol/protocol.h"

/** The page's own files, which the transport serves by these queries. */
#define RPC_HTML_SCRIPT "rpc-docs.js"
#define RPC_HTML_STYLE "rpc-docs.css"

/** Its Content-Security-Policy: nothing but the page's own script and style
 *  is loaded, nothing but this server is called, no form is sent anywhere, no
 *  page frames this one. */
#define RPC_HTML_POLICY                                                      \
    "default-src 'none'; script-src 'self'; style-src 'self'; "              \
    "connect-src 'self'; img-src data:; base-uri 'none'; "                   \
    "form-action 'none'; frame-ancestors 'none'"

/** What the page is of. */
typedef struct rpc_page_t {
    const rpc_registry_t *registry;
    unsigned features;        /**< enum rpc_feature_e */
    unsigned protocols;       /**< enum rpc_protocol_bit_e, at least one */
    /** title, name, description: NULL is what DocXMLRPCServer says; url is
     *  where examples call. */
    const rpc_about_t *about;
} rpc_page_t;

/**
 * Write the page: UTF-8, complete, the same bytes for the same page. All
 * text of handlers and of the configuration is escaped; there is no script
 * and no style in it.
 */
void rpc_html_write(const rpc_page_t *page, apr_pool_t *pool,
                    rpc_writer_t *out);

/* ------------------------------------------------------------------------
 * Within describe/html*.c
 */

typedef struct rpc_html_t {
    const rpc_page_t *page;
    rpc_writer_t *out;
    apr_pool_t *pool;
    rpc_call_t *call;         /**< nobody's, to build example values with */
} rpc_html_t;

/** Where a method is on the page: "#method-" and its name. */
#define RPC_HTML_ANCHOR "method-"

/**
 * Write `format`, in which
 *     %t  is a string as text: escaped, in quotes of either kind too
 *     %l  a string as the rest of a URL: percent-encoded where needed
 *     %d  an int
 */
void rpc_html_put(rpc_html_t *html, const char *format, ...);

/** Escaped text; what is no UTF-8 or no character of HTML becomes U+FFFD. */
void rpc_html_text(rpc_html_t *html, const char *text, apr_size_t length);

/**
 * Prose as paragraphs: blank lines part them, an indented one is kept as it
 * is. URLs, "RFC 4627", "PEP 8" and names of methods become links.
 * @param prefix Where names are looked up first: the table's own
 */
void rpc_html_prose(rpc_html_t *html, const char *text, const char *prefix);

/** The method that the page shows by that name, or NULL. */
const rpc_entry_t *rpc_html_find(rpc_html_t *html, const char *name,
                                 apr_size_t length);

/** One method: all that there is to say of it. */
void rpc_html_method(rpc_html_t *html, const rpc_entry_t *entry);

/** The form that calls it; of no use, and hidden, without the script. */
void rpc_html_form(rpc_html_t *html, const rpc_entry_t *entry);

/** How to call it: curl, JavaScript, Python. */
void rpc_html_examples(rpc_html_t *html, const rpc_entry_t *entry);

#endif
