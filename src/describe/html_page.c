/* SPDX-License-Identifier: Apache-2.0 */
/* The documentation page as a whole: head, contents, the tables and their
 * methods. For the transport that answers a browser. */
#include <string.h>

#include "apr_strings.h"
#include "apr_tables.h"

#include "core/call.h"
#include "describe/html.h"

typedef struct protocol_t {
    unsigned bit;
    const char *value;  /* for the page's script */
    const char *name;
} protocol_t;

static const protocol_t protocols[] = {
    { RPC_SPEAKS_JSONRPC, "jsonrpc", "JSON-RPC" },
    { RPC_SPEAKS_XMLRPC, "xmlrpc", "XML-RPC" },
    { RPC_SPEAKS_PYRPC, "pyrpc", "PyRPC" },
    { 0, NULL, NULL }
};

/* One table under one prefix. */
typedef struct group_t {
    int number;
    const rpc_mounted_t *mounted;
    apr_array_header_t *entries;  /* const rpc_entry_t *; may be empty */
} group_t;

static int is_shown(const rpc_entry_t *entry)
{
    return (entry->flags & RPC_HIDDEN) == 0;
}

const rpc_entry_t *rpc_html_find(rpc_html_t *html, const char *name,
                                 apr_size_t length)
{
    const rpc_entry_t *entry =
        rpc_registry_find(html->page->registry, name, length,
                          html->page->features);

    return entry != NULL && is_shown(entry) ? entry : NULL;
}

/* ----------------------------------------------------------------- groups */

static apr_array_header_t *entries_of(const apr_array_header_t *all,
                                      const rpc_mounted_t *mounted,
                                      apr_pool_t *pool)
{
    apr_array_header_t *entries =
        apr_array_make(pool, 8, sizeof(const rpc_entry_t *));
    int i;

    for (i = 0; i < all->nelts; i++) {
        const rpc_entry_t *entry = APR_ARRAY_IDX(all, i, const rpc_entry_t *);

        if (entry->mounted == mounted && is_shown(entry)) {
            APR_ARRAY_PUSH(entries, const rpc_entry_t *) = entry;
        }
    }
    return entries;
}

/* In the order of mounting, inner sections first, our own last; what has
 * nothing to show is left out. */
static apr_array_header_t *make_groups(const rpc_page_t *page,
                                       apr_pool_t *pool)
{
    apr_array_header_t *all =
        rpc_registry_list(page->registry, page->features, pool);
    apr_array_header_t *groups = apr_array_make(pool, 8, sizeof(group_t));
    const rpc_registry_t *node;
    int i;

    for (node = page->registry; node != NULL; node = node->outer) {
        for (i = 0; i < rpc_mount_count(node->mount); i++) {
            const rpc_mounted_t *mounted = rpc_mount_at(node->mount, i);
            apr_array_header_t *entries = entries_of(all, mounted, pool);

            if (entries->nelts > 0 || mounted->table->dispatch != NULL) {
                group_t *group = apr_array_push(groups);

                group->number = groups->nelts;
                group->mounted = mounted;
                group->entries = entries;
            }
        }
    }
    return groups;
}

static const char *title_of(const group_t *group)
{
    const rpc_table_t *table = group->mounted->table;

    return table->title != NULL && table->title[0] != '\0' ? table->title
                                                           : table->name;
}

/* "calc", and its prefix where it has one. */
static void put_group_name(rpc_html_t *html, const group_t *group)
{
    rpc_html_put(html, "%t", title_of(group));
    if (group->mounted->prefix[0] != '\0') {
        rpc_html_put(html, " <code class=\"prefix\">%t</code>",
                     group->mounted->prefix);
    }
}

static void put_dispatch(rpc_html_t *html, const char *prefix)
{
    rpc_html_put(html, "<p class=\"dispatch\">Any other name");
    if (*prefix != '\0') {
        rpc_html_put(html, " that begins with <code>%t</code>", prefix);
    }
    rpc_html_put(html, " may be called too: the table decides when it "
                       "is.</p>\n");
}

static void put_group(rpc_html_t *html, const group_t *group)
{
    const rpc_table_t *table = group->mounted->table;
    int i;

    rpc_html_put(html,
                 "<section class=\"table\" aria-labelledby=\"table-%d\">\n"
                 "<h2 id=\"table-%d\">", group->number, group->number);
    put_group_name(html, group);
    rpc_html_put(html, "</h2>\n");
    if (table->help != NULL) {
        rpc_html_put(html, "<div class=\"help\">\n");
        rpc_html_prose(html, table->help, group->mounted->prefix);
        rpc_html_put(html, "</div>\n");
    }
    if (table->dispatch != NULL) {
        put_dispatch(html, group->mounted->prefix);
    }
    for (i = 0; i < group->entries->nelts; i++) {
        rpc_html_method(html, APR_ARRAY_IDX(group->entries, i,
                                            const rpc_entry_t *));
    }
    rpc_html_put(html, "</section>\n");
}

static void put_contents_of(rpc_html_t *html, const group_t *group)
{
    int i;

    rpc_html_put(html, "<li class=\"toc-table\"><a href=\"#table-%d\">",
                 group->number);
    put_group_name(html, group);
    rpc_html_put(html, "</a>");
    for (i = 0; i < group->entries->nelts; i++) {
        const rpc_entry_t *entry =
            APR_ARRAY_IDX(group->entries, i, const rpc_entry_t *);

        rpc_html_put(html, i == 0 ? "\n<ul>\n" : "");
        rpc_html_put(html,
                     "<li class=\"toc-method\"><a href=\"#" RPC_HTML_ANCHOR
                     "%l\">%t</a></li>\n",
                     entry->name, entry->name);
    }
    rpc_html_put(html, group->entries->nelts > 0 ? "</ul></li>\n"
                                                 : "</li>\n");
}

static void put_contents(rpc_html_t *html, const apr_array_header_t *groups)
{
    int i;

    rpc_html_put(html,
                 "<nav id=\"contents\" aria-label=\"Methods\">\n"
                 "<search id=\"search-box\" hidden>"
                 "<label for=\"search\">Search the methods</label>"
                 "<input id=\"search\" type=\"search\" autocomplete=\"off\" "
                 "spellcheck=\"false\">"
                 "<p id=\"search-count\" role=\"status\"></p></search>\n"
                 "<ul id=\"toc\">\n");
    for (i = 0; i < groups->nelts; i++) {
        put_contents_of(html, &APR_ARRAY_IDX(groups, i, group_t));
    }
    rpc_html_put(html, "</ul>\n</nav>\n");
}

/* --------------------------------------------------------------- the head */

/* What Python's DocXMLRPCServer says where nobody said anything, by the
 * protocol that is spoken here. */
static const char *protocol_name(const rpc_page_t *page)
{
    const protocol_t *protocol;

    if (page->protocols & RPC_SPEAKS_XMLRPC) {
        return "XML-RPC";
    }
    for (protocol = protocols; protocol->bit != 0; protocol++) {
        if (page->protocols & protocol->bit) {
            return protocol->name;
        }
    }
    return "RPC";
}

static const char *name_or(rpc_html_t *html, const char *first,
                           const char *second)
{
    if (first == NULL) {
        first = second;
    }
    return first != NULL ? first
                         : apr_pstrcat(html->pool,
                                       protocol_name(html->page),
                                       " Server Documentation", NULL);
}

static void put_protocols(rpc_html_t *html)
{
    const protocol_t *protocol;

    rpc_html_put(html,
                 "<p id=\"protocol-box\" hidden><label for=\"protocol\">The "
                 "forms below call by</label> <select id=\"protocol\">");
    for (protocol = protocols; protocol->bit != 0; protocol++) {
        if (html->page->protocols & protocol->bit) {
            rpc_html_put(html, "<option value=\"%t\">%t</option>",
                         protocol->value, protocol->name);
        }
    }
    rpc_html_put(html, "</select></p>\n");
}

static void put_facts(rpc_html_t *html)
{
    const rpc_page_t *page = html->page;
    const char *list = "";
    const protocol_t *protocol;

    for (protocol = protocols; protocol->bit != 0; protocol++) {
        if (page->protocols & protocol->bit) {
            list = apr_pstrcat(html->pool, list, *list != '\0' ? ", " : "",
                               protocol->name, NULL);
        }
    }
    rpc_html_put(html, "<dl class=\"facts\">\n");
    if (page->about->url != NULL) {
        rpc_html_put(html,
                     "<div><dt>Endpoint</dt><dd><code id=\"endpoint\">%t"
                     "</code></dd></div>\n", page->about->url);
    }
    rpc_html_put(html, "<div><dt>Protocols</dt><dd>%t</dd></div>\n", list);
    if (page->features & RPC_FEATURE_INTROSPECTION) {
        rpc_html_put(html,
                     "<div><dt>For programs</dt><dd><a href=\"?openrpc\">"
                     "OpenRPC document</a></dd></div>\n");
    }
    rpc_html_put(html, "</dl>\n");
    put_protocols(html);
}

static void put_head(rpc_html_t *html)
{
    const rpc_about_t *about = html->page->about;
    const char *description = about->description;

    rpc_html_put(html,
                 "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
                 "<meta charset=\"utf-8\">\n"
                 "<title>%t</title>\n"
                 "<meta name=\"viewport\" content=\"width=device-width, "
                 "initial-scale=1\">\n"
                 "<meta name=\"color-scheme\" content=\"light dark\">\n"
                 "<link rel=\"icon\" href=\"data:,\">\n"
                 "<link rel=\"stylesheet\" href=\"?" RPC_HTML_STYLE "\">\n"
                 "<script src=\"?" RPC_HTML_SCRIPT "\" defer></script>\n"
                 "</head>\n<body>\n"
                 "<a class=\"skip\" href=\"#methods\">Skip to the "
                 "methods</a>\n<header>\n<h1>%t</h1>\n"
                 "<div class=\"description\">\n",
                 name_or(html, about->title, about->name),
                 name_or(html, about->name, about->title));
    if (description == NULL) {
        description = apr_pstrcat(html->pool, "This server exports the "
                                  "following methods through the ",
                                  protocol_name(html->page), " protocol.",
                                  NULL);
    }
    rpc_html_prose(html, description, "");
    rpc_html_put(html, "</div>\n");
    put_facts(html);
    rpc_html_put(html, "</header>\n");
}

/* Cloned by the script below a form that was sent. */
static void put_foot(rpc_html_t *html)
{
    const char *version = html->page->about->version;

    rpc_html_put(html,
                 "<p id=\"search-none\" hidden>No method matches.</p>\n"
                 "</main>\n"
                 "<template id=\"outcome\"><div class=\"outcome\">"
                 "<p class=\"verdict\" role=\"status\"></p>"
                 "<h4>Request</h4><pre class=\"request\"></pre>"
                 "<h4>Answer</h4><pre class=\"answer\"></pre>"
                 "</div></template>\n"
                 "<footer><p>mod_rpc %t</p></footer>\n"
                 "</body>\n</html>\n", version != NULL ? version : "");
}

void rpc_html_write(const rpc_page_t *page, apr_pool_t *pool,
                    rpc_writer_t *out)
{
    apr_array_header_t *groups = make_groups(page, pool);
    rpc_html_t html;
    int i;

    memset(&html, 0, sizeof(html));
    html.page = page;
    html.out = out;
    html.pool = pool;
    html.call = rpc_background(&rpc_api, NULL, pool);
    put_head(&html);
    put_contents(&html, groups);
    rpc_html_put(&html, "<main id=\"methods\" tabindex=\"-1\">\n");
    for (i = 0; i < groups->nelts; i++) {
        put_group(&html, &APR_ARRAY_IDX(groups, i, group_t));
    }
    put_foot(&html);
}
