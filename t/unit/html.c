/* SPDX-License-Identifier: Apache-2.0 */
/* Text as HTML, prose with links, and the whole page. For
 * src/describe/html*.c. */
#include <stdlib.h>

#include "tap.h"

#include "apr_general.h"
#include "apr_strings.h"

#include "core/table.h"
#include "describe/describe.h"
#include "describe/html.h"

static rpc_value_t *give_nil(rpc_call_t *call)
{
    return rpc_nil(call);
}

static const rpc_method_t methods[] = {
    RPC_METHOD("nil add(int x)", give_nil, RPC_SAFE, NULL),
    RPC_METHOD("nil add_all(int x)", give_nil, 0, ""),
    RPC_METHOD("nil a.b(int x = 3, time t = nil)", give_nil, 0, "\n\n \n"),
    RPC_METHOD("nil hidden_one()", give_nil, RPC_HIDDEN, "Shh."),
    RPC_METHOD_END
};

static const rpc_table_t table = RPC_TABLE(demo, NULL, methods);

static void open_page(rpc_page_t *page, rpc_about_t *about, apr_pool_t *pool)
{
    rpc_mount_t *mount = rpc_mount_create(pool);
    rpc_registry_t *nodes = apr_pcalloc(pool, 2 * sizeof(*nodes));
    const rpc_table_t *loaded = NULL;
    const char *error = NULL;
    const void *where;

    is_str(rpc_table_load(&table, pool, &loaded), NULL, "a table");
    is_str(rpc_mount_add(mount, loaded, "", 0), NULL, "is mounted");
    is_str(rpc_mount_add(mount, loaded, "p.", 0), NULL, "and again");
    is_str(rpc_mount_seal(mount, &where), NULL, "and sealed");
    nodes[0].mount = mount;
    nodes[0].outer = &nodes[1];
    nodes[1].mount = rpc_describe_mount(pool, &error);
    memset(about, 0, sizeof(*about));
    memset(page, 0, sizeof(*page));
    page->registry = nodes;
    page->protocols = RPC_SPEAKS_ALL;
    page->about = about;
}

static const char *text_of(rpc_html_t *html)
{
    const char *text = html->out->length == 0
                           ? "" : apr_pstrmemdup(html->pool, html->out->data,
                                                 html->out->length);

    html->out->length = 0;
    return text;
}

static void test_text(rpc_html_t *html)
{
    static const char *const texts[][2] = {
        { "", "" },
        { "a<b>&\"'c", "a&lt;b&gt;&amp;&quot;&#39;c" },
        { "\t\r\n", "\t\r\n" },
        { "\x01\x1f\x7f", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
        { "\xc3\xa4\xf0\x9f\x98\x80", "\xc3\xa4\xf0\x9f\x98\x80" },
        { "\xc3", "\xef\xbf\xbd" },
        { "\xff<\xed\xa0\x80", "\xef\xbf\xbd&lt;\xef\xbf\xbd\xef\xbf\xbd"
                               "\xef\xbf\xbd" },
        { "\xc2\x85", "\xef\xbf\xbd" },
        { "\xef\xbf\xbf\xef\xb7\x90", "\xef\xbf\xbd\xef\xbf\xbd" },
        { NULL, NULL }
    };
    int i;

    for (i = 0; texts[i][0] != NULL; i++) {
        rpc_html_text(html, texts[i][0], strlen(texts[i][0]));
        is_str(text_of(html), texts[i][1],
               apr_psprintf(html->pool, "text %d", i));
    }
    rpc_html_text(html, "a\0b", 3);
    is_str(text_of(html), "a\xef\xbf\xbd" "b", "a NUL is no text");
    rpc_html_put(html, "[%t|%d|%l]", "<", -5, "a b\"\xc3\xa4/:.%");
    is_str(text_of(html), "[&lt;|-5|a%20b%22%C3%A4/:.%25]", "put");
}

#define OUT(url) "<a rel=\"noopener noreferrer\" href=\"" url "\">"
#define HERE(name) "<a href=\"#method-" name "\">"

static void test_prose(rpc_html_t *html)
{
    static const char *const texts[][2] = {
        { "", "" },
        { " \n\t\n", "" },
        { "a\nb\n\n\nc", "<p>a\nb</p>\n<p>c</p>\n" },
        { "\n a\n\n  b\n\n\tc", "<p> a</p>\n<pre>  b</pre>\n<pre>\tc</pre>\n" },
        { "http://a.b/c.", "<p>" OUT("http://a.b/c")
                           "http://a.b/c</a>.</p>\n" },
        { "(https://a/(b))", "<p>(" OUT("https://a/(b)") "https://a/(b)</a>)"
                             "</p>\n" },
        { "ftp://a,b;", "<p>" OUT("ftp://a,b") "ftp://a,b</a>;</p>\n" },
        { "http://", "<p>http://</p>\n" },
        { "http://.", "<p>http://.</p>\n" },
        { "xhttp://a", "<p>xhttp://a</p>\n" },
        { "javascript:alert(1)", "<p>javascript:alert(1)</p>\n" },
        { "RFC 1", "<p>" OUT("https://www.rfc-editor.org/rfc/rfc1")
                   "RFC 1</a></p>\n" },
        { "RFC793,", "<p>" OUT("https://www.rfc-editor.org/rfc/rfc793")
                     "RFC793</a>,</p>\n" },
        { "RFC 123456", "<p>RFC 123456</p>\n" },
        { "RFC", "<p>RFC</p>\n" },
        { "RFC x", "<p>RFC x</p>\n" },
        { "ARFC 1", "<p>ARFC 1</p>\n" },
        { "PEP-333", "<p>" OUT("https://peps.python.org/pep-0333/")
                     "PEP-333</a></p>\n" },
        { "add", "<p>add</p>\n" },
        { "add(", "<p>" HERE("add") "add</a>(</p>\n" },
        { "add_all a.b.", "<p>" HERE("add_all") "add_all</a> " HERE("a.b")
                          "a.b</a>.</p>\n" },
        { "xadd( add_al", "<p>xadd( add_al</p>\n" },
        { "hidden_one()", "<p>hidden_one()</p>\n" },
        { "p.add", "<p>" HERE("p.add") "p.add</a></p>\n" },
        { "\xff" "add(", "<p>\xef\xbf\xbd" "add(</p>\n" },
        { "...:/", "<p>...:/</p>\n" },
        { NULL, NULL }
    };
    int i;

    for (i = 0; texts[i][0] != NULL; i++) {
        rpc_html_prose(html, texts[i][0], "");
        is_str(text_of(html), texts[i][1],
               apr_psprintf(html->pool, "text %d", i));
    }
    rpc_html_prose(html, "add(1) b(", "p.");
    is_str(text_of(html), "<p>" HERE("p.add") "add</a>(1) b(</p>\n",
           "the prefix goes first");
}

/* Every sort of page, under the sanitizers: what it says is looked at over
 * the wire. */
static void test_pages(apr_pool_t *pool)
{
    rpc_page_t page;
    rpc_about_t about;
    unsigned protocols, features;

    open_page(&page, &about, pool);
    for (protocols = 1; protocols <= RPC_SPEAKS_ALL; protocols++) {
        for (features = 0; features < 4; features++) {
            rpc_writer_t *first = rpc_writer_create(pool);
            rpc_writer_t *second = rpc_writer_create(pool);
            const char *text;

            page.protocols = protocols;
            page.features = features;
            rpc_html_write(&page, pool, first);
            rpc_html_write(&page, pool, second);
            text = apr_pstrmemdup(pool, first->data, first->length);
            ok(strlen(text) == first->length
                   && first->length == second->length
                   && memcmp(first->data, second->data, first->length) == 0,
               "protocols %u, features %u: the same page twice", protocols,
               features);
            ok((strstr(text, "id=\"method-rpc.discover\"") != NULL)
                   == ((features & RPC_FEATURE_INTROSPECTION) != 0)
                   && (strstr(text, "id=\"method-system.multicall\"") != NULL)
                          == ((features & RPC_FEATURE_MULTICALL) != 0),
               "what is switched off is not there");
            ok(strstr(text, "hidden_one") == NULL, "nor what is hidden");
        }
    }
}

int main(void)
{
    apr_pool_t *pool;
    rpc_page_t page;
    rpc_about_t about;
    rpc_html_t html;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    open_page(&page, &about, pool);
    memset(&html, 0, sizeof(html));
    html.page = &page;
    html.pool = pool;
    html.out = rpc_writer_create(pool);
    test_text(&html);
    test_prose(&html);
    test_pages(pool);
    apr_pool_destroy(pool);
    apr_terminate();
    return done_testing();
}
