/* SPDX-License-Identifier: Apache-2.0 */
/* The handler table `server`: whether anybody is there and what there is, for
 * clients of pulsar, which have these commands, and for the demo. */
#include "mod_rpc.h"

#include <string.h>

#include "apr_strings.h"
#include "apr_tables.h"

static rpc_value_t *ping(rpc_call_t *call)
{
    return rpc_string(call, "pong");
}

/* A null that was sent must come back, but for an optional parameter it
 * means "not given": the arguments as sent tell the two apart. */
static int sent_null(rpc_call_t *call)
{
    return !rpc_arg_given(call, 0) && rpc_count(rpc_call_params(call)) > 0;
}

static rpc_value_t *echo(rpc_call_t *call)
{
    return sent_null(call) ? rpc_nil(call) : rpc_arg(call, 0);
}

/* How many bytes of UTF-8 follow the first byte; -1 for what begins no
 * character. */
static int bytes_after(unsigned char first)
{
    if (first < 0x80) {
        return 0;
    }
    if (first >= 0xc2 && first <= 0xdf) {
        return 1;
    }
    if (first >= 0xe0 && first <= 0xef) {
        return 2;
    }
    return first >= 0xf0 && first <= 0xf4 ? 3 : -1;
}

/* The length of the character there, 0 if it is none that every protocol can
 * carry: broken UTF-8, a control character. */
static int good_character(const char *text)
{
    unsigned char first = (unsigned char)text[0];
    unsigned char second = (unsigned char)text[1];
    int after = bytes_after(first);
    int i;

    if (after < 0 || (first < 0x20 && strchr("\t\n\r", first) == NULL)
        || (first == 0xe0 && second < 0xa0)
        || (first == 0xed && second > 0x9f)
        || (first == 0xef && second == 0xbf
            && (unsigned char)text[2] >= 0xbe)
        || (first == 0xf0 && second < 0x90)
        || (first == 0xf4 && second > 0x8f)) {
        return 0;
    }
    for (i = 1; i <= after; i++) {
        if (((unsigned char)text[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    return after + 1;
}

/* The help of a method, which another module wrote. */
static const char *help_of(rpc_call_t *call, const rpc_method_info_t *info)
{
    char *text;
    char *at;

    if (info->help[0] == '\0') {
        return "No docs";
    }
    text = apr_pstrdup(rpc_call_pool(call), info->help);
    for (at = text; *at != '\0';) {
        int length = good_character(at);

        if (length == 0) {
            *at = '?';
            length = 1;
        }
        at += length;
    }
    return text;
}

/* "calc." of "calc.add": what pulsar calls a section. */
static const char *section_of(rpc_call_t *call, const char *name)
{
    apr_size_t length = strlen(name);

    while (length > 0 && strchr(".:/", name[length - 1]) == NULL) {
        length--;
    }
    return apr_pstrmemdup(rpc_call_pool(call), name, length);
}

typedef void (*tell_fn)(rpc_call_t *call, const rpc_method_info_t *info,
                        const char *section, void *baton);

/* Every method that is not hidden, in pulsar's order: those without a section
 * first, then section by section, by name in each. */
static void tell_methods(rpc_call_t *call, tell_fn tell, void *baton)
{
    apr_pool_t *pool = rpc_call_pool(call);
    apr_array_header_t *sections = apr_array_make(pool, 8,
                                                  sizeof(const char *));
    rpc_method_info_t info;
    int section;
    size_t i;

    APR_ARRAY_PUSH(sections, const char *) = "";
    for (i = 0; rpc_method_info(call, i, &info); i++) {
        const char *name = section_of(call, info.name);
        int known = 0;

        for (section = 0; section < sections->nelts; section++) {
            known |= strcmp(APR_ARRAY_IDX(sections, section, const char *),
                            name) == 0;
        }
        if (!known) {
            APR_ARRAY_PUSH(sections, const char *) = name;
        }
    }
    for (section = 0; section < sections->nelts; section++) {
        const char *name = APR_ARRAY_IDX(sections, section, const char *);

        for (i = 0; rpc_method_info(call, i, &info); i++) {
            if ((info.flags & RPC_HIDDEN) == 0
                && strcmp(section_of(call, info.name), name) == 0) {
                tell(call, &info, name, baton);
            }
        }
    }
}

static void tell_function(rpc_call_t *call, const rpc_method_info_t *info,
                          const char *section, void *baton)
{
    rpc_value_t *about =
        rpc_structv(call, "doc", rpc_string(call, help_of(call, info)),
                    "section", rpc_string(call, section), NULL);

    rpc_append(call, baton,
               rpc_arrayv(call, rpc_string(call, info->name), about, NULL));
}

static rpc_value_t *functions_list(rpc_call_t *call)
{
    rpc_value_t *list = rpc_array(call);

    tell_methods(call, tell_function, list);
    return list;
}

/* A name as the target of a hyperlink: there a colon ends it. */
static const char *target_of(apr_pool_t *pool, const char *name)
{
    char *target = apr_palloc(pool, 2 * strlen(name) + 1);
    char *at = target;

    for (; *name != '\0'; name++) {
        if (*name == ':') {
            *at++ = '\\';
        }
        *at++ = *name;
    }
    *at = '\0';
    return target;
}

/* The underline is never shorter than the name: a character has no more
 * columns than bytes. */
static void tell_documentation(rpc_call_t *call,
                               const rpc_method_info_t *info,
                               const char *section, void *baton)
{
    apr_pool_t *pool = rpc_call_pool(call);
    apr_size_t length = strlen(info->name) + 2;
    char *line = apr_palloc(pool, length + 1);

    (void)section;
    memset(line, '-', length);
    line[length] = '\0';
    APR_ARRAY_PUSH((apr_array_header_t *)baton, const char *) =
        apr_pstrcat(pool, ".. _functions-", target_of(pool, info->name),
                    ":\n\n", info->name, "\n", line, "\n\n",
                    help_of(call, info), "\n\n", NULL);
}

static rpc_value_t *documentation(rpc_call_t *call)
{
    apr_pool_t *pool = rpc_call_pool(call);
    apr_array_header_t *parts = apr_array_make(pool, 32,
                                               sizeof(const char *));

    tell_methods(call, tell_documentation, parts);
    return rpc_string(call, apr_array_pstrcat(pool, parts, '\n'));
}

static const rpc_method_t methods[] = {
    RPC_METHOD("string ping()", ping, RPC_SAFE, "Return \"pong\"."),
    RPC_METHOD("any echo(any message = \"\")", echo, RPC_SAFE,
               "Return the message as it came."),
    RPC_METHOD("array functions_list()", functions_list, RPC_SAFE,
               "Return all methods: for each an array of its name and a "
               "struct {doc, section}, section being its prefix."),
    RPC_METHOD("string documentation()", documentation, RPC_SAFE,
               "Return the documentation of all methods as "
               "reStructuredText."),
    RPC_METHOD_END
};

RPC_HANDLER_MODULE(server, "Whether the server is there, and what it offers.",
                   methods);
