/* SPDX-License-Identifier: Apache-2.0 */
/* RpcHandler and RpcAlias: which tables each section mounts, sealed before
 * requests come, with their contexts. For mod_rpc.c, lint.c and dump.c. */
#include "apr_fnmatch.h"
#include "apr_hash.h"
#include "apr_strings.h"

#include "ap_provider.h"

#include "config/config.h"
#include "core/call.h"
#include "core/table.h"
#include "describe/describe.h"
#include "log.h"

#define PASS_KEY "rpc_config_pass"

/* All that one reading of the configuration collects. It lives in the pool of
 * that reading: httpd reads twice, and again at each restart. */
typedef struct pass_t {
    apr_array_header_t *sections; /* of rpc_section_t */
    apr_hash_t *tables;           /* as registered -> as loaded */
    const rpc_mount_t *builtin;   /* system.*, of every endpoint */
    apr_array_header_t *contexts; /* of context_t */
    int sealed;
    apr_status_t seal_status;
} pass_t;

/* What a table's create() made for a server. */
typedef struct context_t {
    const rpc_table_t *table;
    server_rec *server;
    void *context;
} context_t;

static pass_t *find_pass(apr_pool_t *pconf)
{
    void *data = NULL;

    apr_pool_userdata_get(&data, PASS_KEY, pconf);
    return data;
}

static pass_t *need_pass(apr_pool_t *pconf)
{
    pass_t *pass = find_pass(pconf);

    if (pass == NULL) {
        pass = apr_pcalloc(pconf, sizeof(*pass));
        pass->sections = apr_array_make(pconf, 8, sizeof(rpc_section_t));
        pass->tables = apr_hash_make(pconf);
        pass->contexts = apr_array_make(pconf, 8, sizeof(context_t));
        apr_pool_userdata_setn(pass, PASS_KEY, NULL, pconf);
    }
    return pass;
}

apr_array_header_t *rpc_config_sections(apr_pool_t *pconf)
{
    pass_t *pass = find_pass(pconf);

    return pass != NULL ? pass->sections : NULL;
}

/* ---------------------------------------------------------- the section */

const char *rpc_config_location(const ap_directive_t *section,
                                apr_pool_t *pool)
{
    const char *args;
    char *path;
    apr_size_t length;

    if (section == NULL
        || ap_cstr_casecmp(section->directive, "<Location") != 0) {
        return NULL;
    }
    length = strlen(section->args);
    if (length > 0 && section->args[length - 1] == '>') {
        length--;
    }
    args = apr_pstrmemdup(pool, section->args, length);
    path = ap_getword_conf(pool, &args);
    if (path[0] != '/' || apr_fnmatch_test(path)) {
        return NULL;
    }
    length = strlen(path);
    while (length > 0 && path[length - 1] == '/') {
        length--;
    }
    path[length] = '\0';
    return path;
}

/* The section that a directive stands in, as far as its URL goes: <If>,
 * <Else> and <Files> choose among the requests of the section around them. */
static const ap_directive_t *section_of(const ap_directive_t *directive)
{
    const ap_directive_t *section = directive->parent;

    while (section != NULL
           && (ap_cstr_casecmpn(section->directive, "<If", 3) == 0
               || ap_cstr_casecmpn(section->directive, "<Else", 5) == 0
               || ap_cstr_casecmpn(section->directive, "<Files", 6) == 0)) {
        section = section->parent;
    }
    return section;
}

/* The entry of this section in the list of the pass, made with its mount when
 * its first RpcHandler or RpcAlias is read. */
static const char *need_section(cmd_parms *cmd, rpc_dir_config_t *config,
                                rpc_section_t **ret_section)
{
    pass_t *pass = need_pass(cmd->pool);
    const ap_directive_t *around = section_of(cmd->directive);
    rpc_section_t *section;
    rpc_registry_t *nodes;
    const char *error = NULL;
    int i;

    for (i = pass->sections->nelts - 1; i >= 0; i--) {
        section = &APR_ARRAY_IDX(pass->sections, i, rpc_section_t);
        if (section->config == config) {
            *ret_section = section;
            return NULL;
        }
    }
    if (pass->builtin == NULL) {
        pass->builtin = rpc_describe_mount(cmd->pool, &error);
        if (pass->builtin == NULL) {
            return apr_pstrcat(cmd->pool, RPC_LOG_DESCRIBE
                               "mod_rpc's own methods: ", error, NULL);
        }
    }
    config->mount = rpc_mount_create(cmd->pool);
    nodes = apr_pcalloc(cmd->pool, 2 * sizeof(*nodes));
    nodes[0].mount = config->mount;
    nodes[0].outer = &nodes[1];
    nodes[1].mount = pass->builtin;
    config->registry = nodes;
    config->base = rpc_config_location(around, cmd->pool);

    section = apr_array_push(pass->sections);
    section->mount = config->mount;
    section->server = cmd->server;
    section->directive = cmd->directive;
    section->path = cmd->path;
    section->config = config;
    section->per_dir = cmd->context;
    *ret_section = section;
    return NULL;
}

/* ----------------------------------------------------------- RpcHandler */

/* Nothing of that name: say what there is. */
static const char *no_such_table(apr_pool_t *pool, const char *name)
{
    const apr_array_header_t *loaded =
        ap_list_provider_names(pool, RPC_TABLE_GROUP, RPC_TABLE_VERSION);
    const char *list = NULL;
    int i;

    for (i = 0; i < loaded->nelts; i++) {
        const char *other =
            APR_ARRAY_IDX(loaded, i, ap_list_provider_names_t).provider_name;

        list = list == NULL ? other
                            : apr_pstrcat(pool, list, ", ", other, NULL);
    }
    return apr_psprintf(pool,
                        "RpcHandler: no handler table \"%s\" is loaded: is "
                        "its LoadModule line there? loaded %s%s",
                        name, list == NULL ? "is none" : "are: ",
                        list == NULL ? "" : list);
}

/* A registered table brought to our sizes, once in a pass: contexts are per
 * table. */
static const char *load_table(cmd_parms *cmd, const char *name,
                              const rpc_table_t **ret_table)
{
    pass_t *pass = need_pass(cmd->pool);
    const rpc_table_t *foreign =
        ap_lookup_provider(RPC_TABLE_GROUP, name, RPC_TABLE_VERSION);
    const rpc_table_t *table;
    const char *error;

    if (foreign == NULL) {
        return no_such_table(cmd->pool, name);
    }
    if (ap_lookup_provider(RPC_TABLE_DUPLICATE_GROUP, name,
                           RPC_TABLE_VERSION) != NULL) {
        return apr_psprintf(cmd->pool,
                            "RpcHandler: two modules offer a handler table "
                            "\"%s\": keep the LoadModule line of one",
                            name);
    }
    table = apr_hash_get(pass->tables, &foreign, sizeof(foreign));
    if (table == NULL) {
        const void **key = apr_palloc(cmd->pool, sizeof(*key));

        error = rpc_table_load(foreign, cmd->pool, &table);
        if (error != NULL) {
            return apr_psprintf(cmd->pool, "RpcHandler %s: %s", name, error);
        }
        *key = foreign;
        apr_hash_set(pass->tables, key, sizeof(*key), table);
    }
    *ret_table = table;
    return NULL;
}

const char *rpc_config_handler(cmd_parms *cmd, void *config,
                               const char *name, const char *prefix)
{
    rpc_section_t *section = NULL;
    const rpc_table_t *table = NULL;
    const char *error = ap_check_cmd_context(cmd, NOT_IN_LIMIT);
    int i;

    if (error == NULL) {
        error = load_table(cmd, name, &table);
    }
    if (error == NULL) {
        error = rpc_prefix_complete(prefix, cmd->pool, &prefix);
        if (error != NULL) {
            return apr_pstrcat(cmd->pool, "RpcHandler: ", error, NULL);
        }
    }
    if (error == NULL) {
        error = need_section(cmd, config, &section);
    }
    if (error != NULL) {
        return error;
    }
    for (i = 0; i < rpc_mount_count(section->mount); i++) {
        const rpc_mounted_t *other = rpc_mount_at(section->mount, i);

        if (other->table == table && strcmp(other->prefix, prefix) == 0) {
            return apr_psprintf(cmd->pool,
                                "RpcHandler %s stands twice in this section "
                                "%s%s: give one another prefix",
                                name,
                                prefix[0] == '\0' ? "without a prefix"
                                                  : "under the prefix ",
                                prefix);
        }
    }
    error = rpc_mount_add(section->mount, table, prefix, 0);
    if (error != NULL) {
        return apr_psprintf(cmd->pool, "RpcHandler %s: %s", name, error);
    }
    return NULL;
}

const char *rpc_config_alias(cmd_parms *cmd, void *config, const char *name,
                             const char *method)
{
    rpc_section_t *section = NULL;
    const char *error = ap_check_cmd_context(cmd, NOT_IN_LIMIT);
    const char *wrong;

    if (error == NULL) {
        wrong = rpc_signature_check_name(name, cmd->pool);
        if (wrong != NULL) {
            error = apr_psprintf(cmd->pool, "RpcAlias %s: %s", name, wrong);
        }
    }
    if (error == NULL) {
        error = need_section(cmd, config, &section);
    }
    if (error == NULL) {
        rpc_mount_alias(section->mount, name, method, cmd->directive);
    }
    return error;
}

/* ------------------------------------------------------------- start-up */

static int is_separator(char c)
{
    return c == '.' || c == ':' || c == '/' || c == '-';
}

/* The name without what a prefix, or an object's name, puts before it. */
static const char *last_part(const char *name)
{
    const char *part = name;

    for (; *name != '\0'; name++) {
        if (is_separator(*name)) {
            part = name + 1;
        }
    }
    return part;
}

/* A method of the section that the alias may have meant: the same but for
 * case and prefix. */
static const char *guess_method(const rpc_section_t *section,
                                const ap_directive_t *alias, apr_pool_t *pool)
{
    rpc_registry_t registry = {section->mount, NULL};
    const apr_array_header_t *entries =
        rpc_registry_list(&registry, 0, pool);
    const char *args = alias->args;
    const char *method;
    int i;

    ap_getword_conf(pool, &args);
    method = ap_getword_conf(pool, &args);
    for (i = 0; i < entries->nelts; i++) {
        const char *name =
            APR_ARRAY_IDX(entries, i, const rpc_entry_t *)->name;

        if (strcmp(name, method) != 0
            && ap_cstr_casecmp(last_part(name), last_part(method)) == 0) {
            return apr_psprintf(pool, "; did you mean \"%s\"?", name);
        }
    }
    return "";
}

static apr_status_t seal_section(const rpc_section_t *section,
                                 apr_pool_t *pconf)
{
    const void *where = NULL;
    const ap_directive_t *directive = section->directive;
    const char *guess = "";
    const char *error;

    if (rpc_mount_count(section->mount) == 0) {
        error = "there is no RpcHandler in this section, whose methods an "
                "alias could name";
    }
    else {
        error = rpc_mount_seal(section->mount, &where);
    }
    if (error == NULL) {
        return APR_SUCCESS;
    }
    if (where != NULL) {
        directive = where;
        guess = guess_method(section, directive, pconf);
    }
    ap_log_error(APLOG_MARK, APLOG_STARTUP | APLOG_ERR, 0, section->server,
                 RPC_LOG_ALIAS "%s:%d: %s %s: %s%s", directive->filename,
                 directive->line_num, directive->directive, directive->args,
                 error, guess);
    return APR_EGENERAL;
}

/* Within one section the directives themselves see to it; here, with what the
 * section's server says. */
static apr_status_t check_origins(const rpc_section_t *section,
                                  apr_pool_t *pconf)
{
    const rpc_dir_config_t *merged = rpc_config_merge_dir(
        pconf, (void *)rpc_config_of(section->server->lookup_defaults),
        (void *)section->config);
    const char *error = rpc_config_check_origins(merged);

    if (error == NULL) {
        return APR_SUCCESS;
    }
    ap_log_error(APLOG_MARK, APLOG_STARTUP | APLOG_ERR, 0, section->server,
                 RPC_LOG_ORIGINS "%s:%d: in the section of %s %s: %s",
                 section->directive->filename, section->directive->line_num,
                 section->directive->directive, section->directive->args,
                 error);
    return APR_EGENERAL;
}

apr_status_t rpc_config_seal(apr_pool_t *pconf, server_rec *server)
{
    pass_t *pass = find_pass(pconf);
    int i;

    (void)server;
    if (pass == NULL) {
        return APR_SUCCESS;
    }
    if (pass->sealed) {
        return pass->seal_status;
    }
    pass->sealed = 1;
    for (i = 0; i < pass->sections->nelts; i++) {
        const rpc_section_t *section =
            &APR_ARRAY_IDX(pass->sections, i, rpc_section_t);
        apr_status_t rv = seal_section(section, pconf);

        if (rv == APR_SUCCESS) {
            rv = check_origins(section, pconf);
        }
        if (rv != APR_SUCCESS) {
            pass->seal_status = rv;
        }
    }
    return pass->seal_status;
}

/* The context of a table in a server; made when first asked for. */
static void *need_context(pass_t *pass, const rpc_table_t *table,
                          server_rec *server, apr_pool_t *pconf)
{
    context_t *made;
    int i;

    for (i = 0; i < pass->contexts->nelts; i++) {
        made = &APR_ARRAY_IDX(pass->contexts, i, context_t);
        if (made->table == table && made->server == server) {
            return made->context;
        }
    }
    made = apr_array_push(pass->contexts);
    made->table = table;
    made->server = server;
    made->context =
        table->create != NULL ? table->create(pconf, server) : NULL;
    return made->context;
}

void rpc_config_create_contexts(apr_pool_t *pconf)
{
    pass_t *pass = find_pass(pconf);
    int i;
    int j;

    for (i = 0; pass != NULL && i < pass->sections->nelts; i++) {
        const rpc_section_t *section =
            &APR_ARRAY_IDX(pass->sections, i, rpc_section_t);

        for (j = 0; j < rpc_mount_count(section->mount); j++) {
            rpc_mounted_t *mounted = rpc_mount_at(section->mount, j);

            mounted->context = need_context(pass, mounted->table,
                                            section->server, pconf);
        }
    }
}

void rpc_config_child_init(const rpc_api_t *api, apr_pool_t *pconf,
                           apr_pool_t *pchild)
{
    pass_t *pass = find_pass(pconf);
    int i;

    for (i = 0; pass != NULL && i < pass->contexts->nelts; i++) {
        const context_t *made = &APR_ARRAY_IDX(pass->contexts, i, context_t);
        apr_status_t rv;

        if (made->table->child_init == NULL) {
            continue;
        }
        rv = made->table->child_init(api, made->context, pchild,
                                     made->server);
        if (rv != APR_SUCCESS) {
            ap_log_error(APLOG_MARK, APLOG_ERR, rv, made->server,
                         RPC_LOG_CHILD_INIT
                         "child_init of the handler table \"%s\" failed: "
                         "its methods may fail in this child",
                         made->table->name);
        }
    }
}
