/* SPDX-License-Identifier: Apache-2.0 */
/* Prefixes that tables are mounted under, as people write them. For whatever
 * reads them: RpcHandler, rpc-cgi. */
#include <string.h>

#include "apr_lib.h"
#include "apr_strings.h"

#include "core/registry.h"

static int is_separator(char c)
{
    return c == '.' || c == ':' || c == '/' || c == '-';
}

/* A prefix is the begin of a name: what a declaration may not begin with, a
 * prefix may not bring in. */
static const char *check_prefix(const char *prefix, apr_pool_t *pool)
{
    int at_begin = 1;
    const char *p;

    if (prefix[0] == '\0') {
        return "the prefix is empty: give none, or a word";
    }
    for (p = prefix; *p != '\0'; p++) {
        if (!apr_isalnum(*p) && *p != '_' && !is_separator(*p)) {
            return apr_psprintf(pool,
                                "the prefix \"%s\" may hold "
                                "letters, digits, _ . : / and - only",
                                prefix);
        }
        if (at_begin && (*p == '_' || is_separator(*p))) {
            return apr_psprintf(pool,
                                "a part of the prefix \"%s\" "
                                "begins with '%c': begin each with a letter "
                                "or digit",
                                prefix, *p);
        }
        at_begin = is_separator(*p) && *p != '-';
    }
    return NULL;
}

const char *rpc_prefix_complete(const char *given, apr_pool_t *pool,
                                const char **ret_prefix)
{
    const char *error;
    const char *prefix;
    char last;

    if (given == NULL) {
        *ret_prefix = "";
        return NULL;
    }
    error = check_prefix(given, pool);
    if (error != NULL) {
        return error;
    }
    last = given[strlen(given) - 1];
    prefix = is_separator(last) || last == '_'
                 ? given : apr_pstrcat(pool, given, ".", NULL);
    if (strncmp(prefix, "rpc.", 4) == 0
        || strncmp(prefix, "system.", 7) == 0) {
        return apr_psprintf(pool,
                            "the prefix \"%s\" is reserved for "
                            "mod_rpc's own methods: choose another word",
                            given);
    }
    *ret_prefix = prefix;
    return NULL;
}
