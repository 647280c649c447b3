/* SPDX-License-Identifier: Apache-2.0 */
/* The handler table `server`: whether anybody is there, what there is and how
 * it does, for clients of pulsar, which have these commands, and the demo. */
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

/* ------------------------------------------------------------------------
 * The server itself.
 */

/* RpcKillActor of a section; NULL: it is not set. */
typedef struct server_config_t {
    apr_array_header_t *killers; /* of const char *: users */
} server_config_t;

module AP_MODULE_DECLARE_DATA rpc_server_module;

static rpc_value_t *server_info(rpc_call_t *call)
{
    return rpc_server_info(call);
}

/* Without httpd, and for a deferred call, there is no configuration. */
static const apr_array_header_t *killers_of(rpc_call_t *call)
{
    ap_conf_vector_t *sections = rpc_call_dir_config(call);
    const server_config_t *config =
        sections != NULL ? ap_get_module_config(sections, &rpc_server_module)
                         : NULL;

    return config != NULL ? config->killers : NULL;
}

static int has_user(const apr_array_header_t *users, const char *user)
{
    int i;

    for (i = 0; i < users->nelts; i++) {
        if (strcmp(APR_ARRAY_IDX(users, i, const char *), user) == 0) {
            return 1;
        }
    }
    return 0;
}

/* Whom httpd has authenticated and RpcKillActor names; whose process it would
 * be is not looked at before. */
static void authorize_killer(rpc_call_t *call)
{
    const apr_array_header_t *killers = killers_of(call);
    const char *user = rpc_call_user(call);

    if (killers == NULL || killers->nelts == 0) {
        rpc_fail(call, RPC_E_FORBIDDEN, "kill_actor is switched off here: "
                 "RpcKillActor names the users who may call it");
    }
    else if (user == NULL) {
        rpc_fail(call, RPC_E_FORBIDDEN, "kill_actor needs a user, and nobody "
                 "is authenticated here");
    }
    else if (!has_user(killers, user)) {
        rpc_fail(call, RPC_E_FORBIDDEN, "you may not call kill_actor: "
                 "RpcKillActor names those who may");
    }
}

static rpc_value_t *kill_actor(rpc_call_t *call)
{
    /* No function of mod_rpc.h: it asks nobody who the caller is. */
    return RPC_API_(call)->retire_child(call, rpc_arg_int(call, 0));
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
    RPC_METHOD("struct server_info()", server_info, RPC_SAFE,
               "Return what there is to say of the server: versions, uptime, "
               "its child processes with their threads, connections, peers "
               "and calls; in `extra` what handlers add."),
    { "bool kill_actor(int pid)", kill_actor, 0,
      "Have a child process, by its process_id of server_info, end once its "
      "call is finished; httpd starts another. For users whom RpcKillActor "
      "names, and under the prefork MPM only.", authorize_killer, NULL },
    RPC_METHOD_END
};

static const rpc_table_t table =
    RPC_TABLE(server, "Whether the server is there, what it offers and how "
              "it does.", methods);

/* ------------------------------------------------------------------------
 * The configuration, and the module. No function of httpd is called but to
 * register: rpc-cgi serves this table, too.
 */

static void *create_dir_config(apr_pool_t *pool, char *path)
{
    (void)path;
    return apr_pcalloc(pool, sizeof(server_config_t));
}

static void *merge_dir_config(apr_pool_t *pool, void *base, void *add)
{
    const server_config_t *outer = base;
    const server_config_t *inner = add;
    server_config_t *config = apr_pcalloc(pool, sizeof(*config));

    config->killers = inner->killers != NULL ? inner->killers
                                             : outer->killers;
    return config;
}

/* Each user of the line by itself; `none` empties the list of an outer
 * section. */
static const char *add_killer(cmd_parms *cmd, void *dir_config,
                              const char *user)
{
    server_config_t *config = dir_config;

    if (cmd->limited != -1) {
        return "RpcKillActor cannot stand within <Limit>";
    }
    if (config->killers == NULL) {
        config->killers = apr_array_make(cmd->pool, 4, sizeof(const char *));
    }
    if (*user == '\0') {
        return "RpcKillActor takes names of users, or none";
    }
    if (strcmp(user, "none") != 0) {
        APR_ARRAY_PUSH(config->killers, const char *) = user;
    }
    return NULL;
}

static const command_rec directives[] = {
    AP_INIT_ITERATE("RpcKillActor", add_killer, NULL,
                    RSRC_CONF | ACCESS_CONF,
                    "users who may call kill_actor, or none (default none)"),
    { .name = NULL }
};

static void register_hooks(apr_pool_t *pool)
{
    rpc_table_register(&table, pool);
}

AP_DECLARE_MODULE(rpc_server) = {
    STANDARD20_MODULE_STUFF,
    create_dir_config,
    merge_dir_config,
    NULL, /* per-server configuration: create, merge */
    NULL,
    directives,
    register_hooks,
    AP_MODULE_FLAG_NONE
};
