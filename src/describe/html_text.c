/* SPDX-License-Identifier: Apache-2.0 */
/* Text as HTML: escaped, and prose with links. For the other files of the
 * documentation page. */
#include <stdarg.h>
#include <string.h>

#include "apr_lib.h"
#include "apr_strings.h"

#include "core/utf8.h"
#include "describe/html.h"

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

/* Whether HTML may hold the character: no controls, no noncharacters (HTML,
 * section 13.2.3.5). */
static int is_html(uint32_t c)
{
    if (c < 0x20) {
        return c == '\t' || c == '\n' || c == '\r';
    }
    return !(c >= 0x7f && c <= 0x9f) && !(c >= 0xfdd0 && c <= 0xfdef)
           && (c & 0xfffe) != 0xfffe;
}

static void write_character(rpc_writer_t *out, const char *text,
                            uint32_t c, int bytes)
{
    switch (c) {
    case '&':
        rpc_write_literal(out, "&amp;");
        break;
    case '<':
        rpc_write_literal(out, "&lt;");
        break;
    case '>':
        rpc_write_literal(out, "&gt;");
        break;
    case '"':
        rpc_write_literal(out, "&quot;");
        break;
    case '\'':
        rpc_write_literal(out, "&#39;");
        break;
    default:
        if (is_html(c)) {
            rpc_write(out, text, (apr_size_t)bytes);
        }
        else {
            rpc_write_literal(out, REPLACEMENT);
        }
    }
}

void rpc_html_text(rpc_html_t *html, const char *text, apr_size_t length)
{
    apr_size_t i = 0;

    while (i < length) {
        apr_size_t end = i + rpc_utf8_valid_prefix(text + i, length - i);

        while (i < end) {
            uint32_t c;
            int bytes = rpc_utf8_decode(text + i, &c);

            write_character(html->out, text + i, c, bytes);
            i += (apr_size_t)bytes;
        }
        if (i < length) {
            rpc_write_literal(html->out, REPLACEMENT);
            i++;
        }
    }
}

/* What a fragment may hold as it is, quotes excepted (RFC 3986, section
 * 3.5). */
static void write_url(rpc_html_t *html, const char *text)
{
    static const char hex[] = "0123456789ABCDEF";

    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;

        if (c < 0x80 && (apr_isalnum(c) || strchr("-._~:/", c) != NULL)) {
            rpc_write_char(html->out, (char)c);
        }
        else {
            rpc_write_char(html->out, '%');
            rpc_write_char(html->out, hex[c >> 4]);
            rpc_write_char(html->out, hex[c & 15]);
        }
    }
}

void rpc_html_put(rpc_html_t *html, const char *format, ...)
{
    const char *text;
    va_list args;

    va_start(args, format);
    for (; *format != '\0'; format++) {
        if (*format != '%') {
            rpc_write_char(html->out, *format);
            continue;
        }
        format++;
        switch (*format) {
        case 'd':
            rpc_write_int(html->out, va_arg(args, int));
            break;
        case 'l':
            write_url(html, va_arg(args, const char *));
            break;
        default: /* 't' */
            text = va_arg(args, const char *);
            rpc_html_text(html, text, strlen(text));
        }
    }
    va_end(args);
}

/* ------------------------------------------------------------------ links */

/* Bytes that names of methods, and words, are made of. */
static int is_name(char c)
{
    return apr_isalnum(c) || (unsigned char)c >= 0x80
           || (c != '\0' && strchr("_.:/", c) != NULL);
}

/* Whether a bracket at the end closes one that the text does not open. */
static int closes_too_much(const char *text, apr_size_t length)
{
    char close = text[length - 1];
    char open = close == ')' ? '(' : '[';
    int depth = 0;
    apr_size_t i;

    if (close != ')' && close != ']') {
        return 0;
    }
    for (i = 0; i < length; i++) {
        depth += (text[i] == open) - (text[i] == close);
    }
    return depth < 0;
}

/* Without what ends a sentence after a link. */
static apr_size_t strip_end(const char *text, apr_size_t length)
{
    while (length > 0 && (strchr(".,;:!?'", text[length - 1]) != NULL
                          || closes_too_much(text, length))) {
        length--;
    }
    return length;
}

/* How many bytes are a URL; 0 if none begins here. */
static apr_size_t match_url(const char *text, apr_size_t length)
{
    static const char *const schemes[] = {"http://", "https://", "ftp://"};
    apr_size_t i, end;

    for (i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
        apr_size_t start = strlen(schemes[i]);

        if (length > start && strncmp(text, schemes[i], start) == 0) {
            end = start;
            while (end < length && (unsigned char)text[end] > ' '
                   && strchr("<>\"`", text[end]) == NULL) {
                end++;
            }
            end = strip_end(text, end);
            return end > start ? end : 0;
        }
    }
    return 0;
}

/* "RFC 1234", "RFC-1234", "PEP 8": its length, and the number. */
static apr_size_t match_document(const char *text, apr_size_t length,
                                 const char *word, int *ret_number)
{
    apr_size_t i = strlen(word);
    apr_size_t first;
    int number = 0;

    if (length <= i || strncmp(text, word, i) != 0) {
        return 0;
    }
    if (text[i] == ' ' || text[i] == '-') {
        i++;
    }
    for (first = i; i < length && apr_isdigit(text[i]) && i - first < 5;
         i++) {
        number = number * 10 + (text[i] - '0');
    }
    if (i == first || (i < length
                       && (apr_isalnum(text[i]) || text[i] == '_'))) {
        return 0;
    }
    *ret_number = number;
    return i;
}

/* A method's name: one that a '(' follows, or that no other word could be
 * ("system.listMethods"). */
static apr_size_t match_method(rpc_html_t *html, const char *text,
                               apr_size_t length, const char *prefix,
                               const char **ret_href)
{
    const rpc_entry_t *entry;
    const char *name;
    apr_size_t end = 0;

    while (end < length && is_name(text[end])) {
        end++;
    }
    while (end > 0 && strchr(".:/", text[end - 1]) != NULL) {
        end--;
    }
    name = apr_pstrmemdup(html->pool, text, end);
    if (end == 0 || (!(end < length && text[end] == '(')
                     && strpbrk(name, "_.:/") == NULL)) {
        return 0;
    }
    entry = rpc_html_find(html, apr_pstrcat(html->pool, prefix, name, NULL),
                          strlen(prefix) + end);
    if (entry == NULL) {
        entry = rpc_html_find(html, name, end);
    }
    if (entry == NULL) {
        return 0;
    }
    *ret_href = entry->name;
    return end;
}

typedef struct link_t {
    apr_size_t length;    /* of the text that it is; 0: there is none */
    const char *url;      /* NULL: a method of the page */
    const char *method;
} link_t;

static void find_link(rpc_html_t *html, const char *text, apr_size_t length,
                      const char *prefix, link_t *link)
{
    int number;

    link->length = match_url(text, length);
    if (link->length > 0) {
        link->url = apr_pstrmemdup(html->pool, text, link->length);
        return;
    }
    link->length = match_document(text, length, "RFC", &number);
    if (link->length > 0) {
        link->url = apr_psprintf(html->pool,
                                 "https://www.rfc-editor.org/rfc/rfc%d",
                                 number);
        return;
    }
    link->length = match_document(text, length, "PEP", &number);
    if (link->length > 0) {
        link->url = apr_psprintf(html->pool,
                                 "https://peps.python.org/pep-%04d/",
                                 number);
        return;
    }
    link->url = NULL;
    link->length = match_method(html, text, length, prefix, &link->method);
}

/* A link, if one begins here; how many bytes it took. */
static apr_size_t put_link(rpc_html_t *html, const char *text,
                           apr_size_t length, const char *prefix)
{
    link_t link;

    find_link(html, text, length, prefix, &link);
    if (link.length == 0) {
        return 0;
    }
    if (link.url != NULL) {
        rpc_html_put(html, "<a rel=\"noopener noreferrer\" href=\"%t\">",
                     link.url);
    }
    else {
        rpc_html_put(html, "<a href=\"#" RPC_HTML_ANCHOR "%l\">",
                     link.method);
    }
    rpc_html_text(html, text, link.length);
    rpc_html_put(html, "</a>");
    return link.length;
}

static void put_linked(rpc_html_t *html, const char *text,
                       apr_size_t length, const char *prefix)
{
    apr_size_t plain = 0;
    apr_size_t i = 0;

    while (i < length) {
        if (i > 0 && is_name(text[i - 1])) {
            i++;
            continue;
        }
        if (is_name(text[i])) {
            /* Links are written behind the text before them. */
            apr_size_t end;

            rpc_html_text(html, text + plain, i - plain);
            plain = i;
            end = put_link(html, text + i, length - i, prefix);
            i += end;
            plain = i;
            if (end > 0) {
                continue;
            }
        }
        i++;
    }
    rpc_html_text(html, text + plain, length - plain);
}

static int is_blank_line(const char *line)
{
    line += strspn(line, " \t\r");
    return *line == '\n' || *line == '\0';
}

/* The end of the paragraph: that of its last line that is not blank. */
static const char *end_of_paragraph(const char *text)
{
    for (;;) {
        const char *end = text + strcspn(text, "\n");

        if (*end == '\0' || is_blank_line(end + 1)) {
            return end;
        }
        text = end + 1;
    }
}

void rpc_html_prose(rpc_html_t *html, const char *text, const char *prefix)
{
    while (*text != '\0') {
        const char *end;
        int as_is;

        if (is_blank_line(text)) {
            text += strcspn(text, "\n");
            text += *text == '\n';
            continue;
        }
        end = end_of_paragraph(text);
        as_is = *text == '\t' || strncmp(text, "  ", 2) == 0;
        rpc_html_put(html, as_is ? "<pre>" : "<p>");
        put_linked(html, text, (apr_size_t)(end - text), prefix);
        rpc_html_put(html, as_is ? "</pre>\n" : "</p>\n");
        text = end;
    }
}
