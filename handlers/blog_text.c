/* SPDX-License-Identifier: Apache-2.0 */
/* The checks behind blog_text.h. Arguments are UTF-8 when they get here. */
#include "blog_text.h"

#include "apr_strings.h"

static const blog_field_t tag_field = { "tag", 40, 0 };

/* The next character; a string that mod_rpc has let through is UTF-8. */
static unsigned next_character(const unsigned char **text)
{
    const unsigned char *at = *text;
    unsigned c = *at++;
    int more = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : c >= 0xc0 ? 1 : 0;

    c &= more == 0 ? 0x7fu : 0x3fu >> more;
    while (more-- > 0) {
        c = c << 6 | (*at++ & 0x3fu);
    }
    *text = at;
    return c;
}

/* XML has no form for them, PostgreSQL none for the first; in a title or a
 * name a line break has no place either. */
static int is_refused(unsigned c, int lines)
{
    if (c < 0x20) {
        return !lines || (c != '\n' && c != '\r' && c != '\t');
    }
    return c == 0xfffe || c == 0xffff;
}

int blog_text_check(rpc_call_t *call, const blog_field_t *field,
                    const char *name, const rpc_value_t *value)
{
    size_t length;
    const unsigned char *at =
        (const unsigned char *)rpc_as_string(value, &length);
    const unsigned char *end = at + length;
    apr_size_t count = 0;
    int blank = 1;

    name = name != NULL ? name : field->name;
    while (at < end) {
        unsigned c = next_character(&at);

        count++;
        if (is_refused(c, field->lines)) {
            rpc_fail(call, RPC_E_PARAMS,
                     "%s must not hold the character U+%04X, its %"
                     APR_SIZE_T_FMT ".", name, c, count);
            return 0;
        }
        blank = blank && (c == ' ' || c == '\n' || c == '\r' || c == '\t');
    }
    if (blank) {
        rpc_fail(call, RPC_E_PARAMS, "%s is empty: expected 1 to %"
                 APR_SIZE_T_FMT " characters", name, field->most);
        return 0;
    }
    if (count > field->most) {
        rpc_fail(call, RPC_E_PARAMS, "%s is too long: expected at most %"
                 APR_SIZE_T_FMT " characters, got %" APR_SIZE_T_FMT,
                 name, field->most, count);
        return 0;
    }
    return 1;
}

int blog_text_check_tags(rpc_call_t *call, const rpc_value_t *tags)
{
    size_t count = rpc_count(tags);
    size_t i;
    size_t j;

    if (count > BLOG_MOST_TAGS) {
        rpc_fail(call, RPC_E_PARAMS, "tags are too many: expected at most "
                 "%d, got %" APR_SIZE_T_FMT, BLOG_MOST_TAGS, count);
        return 0;
    }
    for (i = 0; i < count; i++) {
        const rpc_value_t *tag = rpc_at(tags, i);
        const char *text = rpc_as_string(tag, NULL);

        if (!blog_text_check(call, &tag_field,
                             apr_psprintf(rpc_call_pool(call), "tags[%d]",
                                          (int)i),
                             tag)) {
            return 0;
        }
        for (j = 0; j < i; j++) {
            if (strcmp(text, rpc_as_string(rpc_at(tags, j), NULL)) == 0) {
                rpc_fail(call, RPC_E_PARAMS, "tags[%d] is the same as "
                         "tags[%d]", (int)i, (int)j);
                return 0;
            }
        }
    }
    return 1;
}

int blog_text_check_range(rpc_call_t *call, const char *name, int64_t n,
                          int64_t least, int64_t most)
{
    if (n < least || n > most) {
        rpc_fail(call, RPC_E_PARAMS,
                 "%s is out of range: expected %" APR_INT64_T_FMT
                 " to %" APR_INT64_T_FMT ", got %" APR_INT64_T_FMT,
                 name, (apr_int64_t)least, (apr_int64_t)most,
                 (apr_int64_t)n);
        return 0;
    }
    return 1;
}

const char *blog_text_pattern(const char *text, apr_pool_t *pool)
{
    char *pattern = apr_palloc(pool, 2 * strlen(text) + 3);
    char *to = pattern;

    *to++ = '%';
    for (; *text != '\0'; text++) {
        if (*text == '%' || *text == '_' || *text == '!') {
            *to++ = '!';
        }
        *to++ = *text;
    }
    *to++ = '%';
    *to = '\0';
    return pattern;
}
