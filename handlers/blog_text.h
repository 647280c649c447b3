/* SPDX-License-Identifier: Apache-2.0 */
/* What the blog's fields may hold: each with its limit, each fault with the
 * field's name. For mod_rpc_blog.c. */
#ifndef BLOG_TEXT_H
#define BLOG_TEXT_H

#include "mod_rpc.h"

/** One field, and the most characters that it holds. */
typedef struct blog_field_t {
    const char *name;
    apr_size_t most;
    int lines; /**< whether it may hold line breaks and tabs */
} blog_field_t;

/** The most tags of one post. */
#define BLOG_MOST_TAGS 10

/**
 * Check a text. Markup is text like any other. What no protocol or database
 * can carry is refused: U+0000, other control characters, U+FFFE, U+FFFF.
 * @param name  How to call it, or NULL for the field's name
 * @param value A string
 * @return 1, or 0 after rpc_fail()
 */
int blog_text_check(rpc_call_t *call, const blog_field_t *field,
                    const char *name, const rpc_value_t *value);

/** Check an array of tags: each as a field, none twice.
 *  @return 1, or 0 after rpc_fail() */
int blog_text_check_tags(rpc_call_t *call, const rpc_value_t *tags);

/** Check that a number is from `least` to `most`.
 *  @return 1, or 0 after rpc_fail() */
int blog_text_check_range(rpc_call_t *call, const char *name, int64_t n,
                          int64_t least, int64_t most);

/** A pattern for LIKE ... ESCAPE '!' that finds the text anywhere. */
const char *blog_text_pattern(const char *text, apr_pool_t *pool);

#endif
