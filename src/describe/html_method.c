/* SPDX-License-Identifier: Apache-2.0 */
/* One method on the documentation page: prototype, flags, help, parameters,
 * faults, examples and the form. For html_page.c. */
#include <string.h>

#include "apr_strings.h"

#include "describe/html.h"

typedef struct flag_t {
    unsigned flag;
    const char *word;
    const char *meaning;
} flag_t;

static const flag_t flags[] = {
    { RPC_SAFE, "safe", "no side effect: may be called again, and by GET" },
    { RPC_BLOCKING, "slow", "may take its time" },
    { RPC_DEPRECATED, "deprecated", "may be gone one day" },
    { 0, NULL, NULL }
};

static void put_flags(rpc_html_t *html, unsigned set)
{
    const flag_t *flag;
    int any = 0;

    for (flag = flags; flag->word != NULL; flag++) {
        if (set & flag->flag) {
            rpc_html_put(html, any ? "" : "<ul class=\"flags\">");
            rpc_html_put(html,
                         "<li class=\"flag-%t\"><b>%t</b> "
                         "<span>%t</span></li>", flag->word, flag->word,
                         flag->meaning);
            any = 1;
        }
    }
    rpc_html_put(html, any ? "</ul>\n" : "");
}

/* As its author wrote it, under its public name. */
static void put_prototype(rpc_html_t *html, const rpc_entry_t *entry)
{
    const rpc_signature_t *signature = entry->signature;
    int i;

    rpc_html_put(html,
                 "<p class=\"prototype\"><code><span class=\"type\">%t</span> "
                 "<b>%t</b>(", signature->result->text, entry->name);
    for (i = 0; i < signature->count; i++) {
        const rpc_parameter_t *parameter = &signature->parameters[i];

        rpc_html_put(html, "%t%t<span class=\"type\">%t</span> %t%t",
                     i > 0 ? ", " : "", parameter->secret ? "secret " : "",
                     parameter->type->text, parameter->name,
                     parameter->rest ? "..." : "");
        if (parameter->fallback_text != NULL) {
            rpc_html_put(html, " = %t", parameter->fallback_text);
        }
    }
    rpc_html_put(html, ")</code></p>\n");
}

static void put_parameter(rpc_html_t *html, const rpc_parameter_t *parameter)
{
    rpc_html_put(html,
                 "<tr><th scope=\"row\"><code>%t</code></th><td><code "
                 "class=\"type\">%t</code></td><td>", parameter->name,
                 parameter->type->text);
    if (parameter->rest) {
        rpc_html_put(html, "any number of them");
    }
    else if (parameter->fallback_text != NULL) {
        rpc_html_put(html, "<code>%t</code>", parameter->fallback_text);
    }
    else {
        rpc_html_put(html, parameter->optional ? "may be left out"
                                               : "required");
    }
    rpc_html_put(html, parameter->secret ? ", kept out of logs</td></tr>\n"
                                         : "</td></tr>\n");
}

static void put_parameters(rpc_html_t *html, const rpc_signature_t *signature)
{
    int i;

    if (signature->count == 0) {
        return;
    }
    rpc_html_put(html,
                 "<table class=\"parameters\">\n"
                 "<caption>Parameters</caption>\n"
                 "<thead><tr><th scope=\"col\">name</th><th scope=\"col\">"
                 "type</th><th scope=\"col\">default</th></tr></thead>\n"
                 "<tbody>\n");
    for (i = 0; i < signature->count; i++) {
        put_parameter(html, &signature->parameters[i]);
    }
    rpc_html_put(html, "</tbody>\n</table>\n");
}

static void put_faults(rpc_html_t *html, const rpc_fault_info_t *faults)
{
    if (faults == NULL || faults->code == 0) {
        return;
    }
    rpc_html_put(html,
                 "<table class=\"faults\">\n<caption>Faults</caption>\n"
                 "<thead><tr><th scope=\"col\">code</th><th scope=\"col\">"
                 "meaning</th></tr></thead>\n<tbody>\n");
    for (; faults->code != 0; faults++) {
        rpc_html_put(html,
                     "<tr><th scope=\"row\"><code>%d</code></th>"
                     "<td>%t</td></tr>\n", faults->code,
                     faults->message != NULL ? faults->message : "");
    }
    rpc_html_put(html, "</tbody>\n</table>\n");
}

/* RpcAlias: a second name for what stands elsewhere on the page. */
static void put_alias(rpc_html_t *html, const rpc_entry_t *entry)
{
    const char *declared = apr_pstrcat(html->pool, entry->mounted->prefix,
                                       entry->signature->name, NULL);
    const rpc_entry_t *other;

    if (strcmp(declared, entry->name) == 0) {
        return;
    }
    other = rpc_html_find(html, declared, strlen(declared));
    if (other != NULL && other->method == entry->method) {
        rpc_html_put(html,
                     "<p class=\"alias\">Another name of <a href=\"#"
                     RPC_HTML_ANCHOR "%l\"><code>%t</code></a>.</p>\n",
                     declared, declared);
    }
}

void rpc_html_method(rpc_html_t *html, const rpc_entry_t *entry)
{
    const char *help = entry->method->help;

    rpc_html_put(html,
                 "<article class=\"method\" id=\"" RPC_HTML_ANCHOR "%t\" "
                 "aria-labelledby=\"name-%t\">\n"
                 "<h3 id=\"name-%t\"><a href=\"#" RPC_HTML_ANCHOR
                 "%l\">%t</a></h3>\n",
                 entry->name, entry->name, entry->name, entry->name,
                 entry->name);
    put_flags(html, entry->flags);
    put_prototype(html, entry);
    rpc_html_put(html, "<div class=\"help\">\n");
    if (help != NULL) {
        rpc_html_prose(html, help, entry->mounted->prefix);
    }
    put_alias(html, entry);
    rpc_html_put(html, "</div>\n");
    put_parameters(html, entry->signature);
    put_faults(html, entry->method->faults);
    rpc_html_form(html, entry);
    rpc_html_examples(html, entry);
    rpc_html_put(html, "</article>\n");
}
