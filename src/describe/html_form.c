/* SPDX-License-Identifier: Apache-2.0 */
/* The form that calls a method, a field for each parameter. For the page,
 * whose script reads the data- attributes and makes the request. */
#include <string.h>

#include "apr_strings.h"

#include "describe/html.h"

#define TEXT_MASK                                                            \
    (RPC_BIT(RPC_STRING) | RPC_BIT(RPC_BYTES) | RPC_BIT(RPC_TIME))

/* How what is typed becomes a value. */
static const char *kind_of(const rpc_typespec_t *type)
{
    if (type->mask == RPC_BIT(RPC_BOOL)) {
        return "bool";
    }
    if ((type->mask & ~RPC_NUMBER_MASK) == 0) {
        return "number";
    }
    if (type->mask == RPC_BIT(RPC_BYTES)) {
        return "bytes";
    }
    if (type->mask == RPC_BIT(RPC_TIME)) {
        return "time";
    }
    if ((type->mask & ~TEXT_MASK) == 0) {
        return "string";
    }
    /* JSON; what is none is a string where one may be. */
    return type->mask & RPC_BIT(RPC_STRING) ? "any" : "json";
}

/* Whether an empty field means that nothing is sent. */
static int is_left_out(const rpc_parameter_t *parameter)
{
    return parameter->optional && !parameter->rest;
}

/* What to type, below the field; "" if the label says it all. */
static const char *hint_of(const rpc_parameter_t *parameter,
                           const char *kind)
{
    if (parameter->rest) {
        return "one value a line";
    }
    if (strcmp(kind, "bytes") == 0) {
        return "as base64";
    }
    if (strcmp(kind, "time") == 0) {
        return "such as 2026-01-01T12:00:00Z";
    }
    if (strcmp(kind, "json") == 0) {
        return "as JSON";
    }
    return strcmp(kind, "any") == 0 ? "as JSON, or plain text" : "";
}

/* The attributes that all sorts of fields have. */
static void put_attributes(rpc_html_t *html, const char *method,
                           const rpc_parameter_t *parameter,
                           const char *kind, const char *hint)
{
    /* A string may be empty; nothing else may. */
    int required = !parameter->optional && !parameter->rest
                   && strcmp(kind, "string") != 0 && strcmp(kind, "any") != 0;

    rpc_html_put(html, " id=\"arg-%t-%t\" name=\"%t\" data-kind=\"%t\"",
                 method, parameter->name, parameter->name, kind);
    if (parameter->rest) {
        rpc_html_put(html, " data-rest");
    }
    if (is_left_out(parameter)) {
        rpc_html_put(html, " data-optional");
    }
    if (parameter->secret) {
        rpc_html_put(html, " data-secret");
    }
    if (required) {
        rpc_html_put(html, " required");
    }
    if (*hint != '\0' || is_left_out(parameter)) {
        rpc_html_put(html, " aria-describedby=\"hint-%t-%t\"", method,
                     parameter->name);
    }
}

static void put_select(rpc_html_t *html, const char *method,
                       const rpc_parameter_t *parameter, const char *kind)
{
    rpc_html_put(html, "<select");
    put_attributes(html, method, parameter, kind, "");
    rpc_html_put(html, ">");
    if (parameter->optional) {
        rpc_html_put(html, "<option value=\"\">default</option>");
    }
    rpc_html_put(html, "<option>true</option><option>false</option>"
                       "</select>");
}

static void put_control(rpc_html_t *html, const char *method,
                        const rpc_parameter_t *parameter, const char *kind,
                        const char *hint)
{
    if (parameter->secret && !parameter->rest) {
        rpc_html_put(html, "<input type=\"password\" "
                           "autocomplete=\"new-password\"");
        put_attributes(html, method, parameter, kind, hint);
        rpc_html_put(html, ">");
    }
    else if (strcmp(kind, "bool") == 0 && !parameter->rest) {
        put_select(html, method, parameter, kind);
    }
    else if (parameter->rest || strcmp(kind, "json") == 0
             || strcmp(kind, "any") == 0 || strcmp(kind, "string") == 0) {
        rpc_html_put(html, "<textarea rows=\"%d\" spellcheck=\"false\"",
                     parameter->rest ? 3 : 1);
        put_attributes(html, method, parameter, kind, hint);
        rpc_html_put(html, "></textarea>");
    }
    else {
        rpc_html_put(html, "<input type=\"text\" autocomplete=\"off\" "
                           "spellcheck=\"false\"");
        put_attributes(html, method, parameter, kind, hint);
        rpc_html_put(html, ">");
    }
}

static void put_hint(rpc_html_t *html, const char *method,
                     const rpc_parameter_t *parameter, const char *hint)
{
    if (*hint == '\0' && !is_left_out(parameter)) {
        return;
    }
    rpc_html_put(html, "<span class=\"hint\" id=\"hint-%t-%t\">%t%t", method,
                 parameter->name, hint,
                 *hint != '\0' && is_left_out(parameter) ? "; " : "");
    if (is_left_out(parameter)) {
        rpc_html_put(html, "empty: <code>%t</code>",
                     parameter->fallback_text != NULL
                         ? parameter->fallback_text : "nil");
    }
    rpc_html_put(html, "</span>");
}

static void put_field(rpc_html_t *html, const char *method,
                      const rpc_parameter_t *parameter)
{
    const char *kind = kind_of(parameter->type);
    const char *hint = hint_of(parameter, kind);

    rpc_html_put(html,
                 "<div class=\"field\"><label for=\"arg-%t-%t\">%t "
                 "<span class=\"type\">%t%t</span></label>",
                 method, parameter->name, parameter->name,
                 parameter->type->text, parameter->rest ? "..." : "");
    put_control(html, method, parameter, kind, hint);
    put_hint(html, method, parameter, hint);
    rpc_html_put(html, "</div>\n");
}

void rpc_html_form(rpc_html_t *html, const rpc_entry_t *entry)
{
    const rpc_signature_t *signature = entry->signature;
    int i;

    rpc_html_put(html,
                 "<form class=\"call\" id=\"call-%t\" data-method=\"%t\" "
                 "aria-label=\"Call %t\" hidden>\n",
                 entry->name, entry->name, entry->name);
    if (signature->count > 0) {
        rpc_html_put(html, "<div class=\"fields\">\n");
        for (i = 0; i < signature->count; i++) {
            put_field(html, entry->name, &signature->parameters[i]);
        }
        rpc_html_put(html, "</div>\n");
    }
    rpc_html_put(html, "<button type=\"submit\">Call <span "
                       "class=\"name\">%t</span></button>\n</form>\n",
                 entry->name);
}
