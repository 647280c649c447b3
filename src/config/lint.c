/* SPDX-License-Identifier: Apache-2.0 */
/* Looks over the configuration tree for endpoints that cannot work as
 * written, and warns. For mod_rpc.c, at start-up and for httpd -t. */
#include "apr_lib.h"
#include "apr_strings.h"

#include "ap_release.h"
#include "http_core.h"
#include "util_cfgtree.h"

#include "config/config.h"
#include "log.h"

/* Which URLs a section is for, as far as its text tells. */
enum shape_e {
    SHAPE_ALL,   /* the whole server */
    SHAPE_TREE,  /* a path and all below it */
    SHAPE_EXACT, /* one path */
    SHAPE_BEGIN, /* some of what begins with this text */
    SHAPE_FILES  /* a <Directory>: URLs that map into a folder */
};

enum relation_e { APART, MAY_MEET, COVERS };

/* A section, with the directives in it that matter here. */
typedef struct node_t {
    enum shape_e shape;
    const char *path;
    server_rec *server;              /* NULL: the main server */
    const ap_directive_t *set;       /* SetHandler rpc, RpcStream */
    const ap_directive_t *mount;     /* RpcHandler */
} node_t;

typedef struct lint_t {
    apr_pool_t *pool;
    server_rec *server;
    apr_array_header_t *nodes; /* of node_t */
} lint_t;

static int is_named(const ap_directive_t *directive, const char *name)
{
    return ap_cstr_casecmp(directive->directive, name) == 0;
}

static int is_section(const ap_directive_t *directive, const char *begin)
{
    return ap_cstr_casecmpn(directive->directive, begin, strlen(begin)) == 0;
}

/* Sections that choose among the requests of the section around them. */
static int is_transparent(const ap_directive_t *directive)
{
    return is_section(directive, "<If") || is_section(directive, "<Else")
           || is_section(directive, "<Files")
           || is_section(directive, "<Limit");
}

static const char *first_word(const ap_directive_t *directive,
                              apr_pool_t *pool)
{
    const char *args = directive->args;

    return ap_getword_conf(pool, &args);
}

/* Whether it may make requests ours: by name (httpd compares handlers' names
 * with their case), by an expression that mentions it, by a rewrite. */
static int is_set_handler(const ap_directive_t *directive, apr_pool_t *pool)
{
    const char *word;

    if (is_named(directive, "RewriteRule")) {
        return ap_strcasestr(directive->args, "H=rpc") != NULL
               || ap_strcasestr(directive->args, "handler=rpc") != NULL;
    }
    if (!is_named(directive, "SetHandler")
        && !is_named(directive, "AddHandler")) {
        return 0;
    }
    word = first_word(directive, pool);
    return strcmp(word, "rpc") == 0
           || (ap_cstr_casecmpn(word, "expr=", 5) == 0
               && strstr(word, "rpc") != NULL);
}

/* --------------------------------------------------------- what URLs */

/* "^/rpc$" is one path; "^/rpc/v[12]" begins with "/rpc/v"; a pattern that is
 * not anchored may be anywhere. */
static void read_pattern(const char *pattern, apr_pool_t *pool, node_t *node)
{
    apr_size_t length;

    node->shape = SHAPE_BEGIN;
    node->path = "";
    if (pattern[0] != '^' || strchr(pattern, '|') != NULL) {
        return;
    }
    pattern++;
    length = strcspn(pattern, "\\^$.[(?*+{");
    if (pattern[length] == '$' && pattern[length + 1] == '\0') {
        node->shape = SHAPE_EXACT;
    }
    else if (length > 0 && pattern[length] != '\0'
             && strchr("?*{", pattern[length]) != NULL) {
        length--; /* the last character may be missing */
    }
    node->path = apr_pstrmemdup(pool, pattern, length);
}

/* What the section is for. `outer` is what the section around it is for. */
static void read_shape(const ap_directive_t *section, const node_t *outer,
                       apr_pool_t *pool, node_t *node)
{
    const char *plain = rpc_config_location(section, pool);
    char *args = apr_pstrdup(pool, section->args);
    apr_size_t length = strlen(args);
    const char *rest = args;
    const char *word;

    *node = *outer;
    node->set = NULL;
    node->mount = NULL;
    if (is_transparent(section)) {
        return;
    }
    if (length > 0 && args[length - 1] == '>') {
        args[length - 1] = '\0';
    }
    word = ap_getword_conf(pool, &rest);
    if (plain != NULL) {
        node->shape = SHAPE_TREE;
        node->path = plain;
    }
    else if (is_named(section, "<LocationMatch")) {
        read_pattern(word, pool, node);
    }
    else if (is_named(section, "<Location") && strcmp(word, "~") == 0) {
        read_pattern(ap_getword_conf(pool, &rest), pool, node);
    }
    else if (is_named(section, "<Location")) {
        node->shape = SHAPE_BEGIN;
        node->path = apr_pstrmemdup(pool, word, strcspn(word, "*?[\\"));
    }
    else {
        node->shape = SHAPE_FILES;
        node->path = word;
    }
}

static int begins_with(const char *text, const char *begin)
{
    return strncmp(text, begin, strlen(begin)) == 0;
}

/* Whether the tree of `path` ("/rpc"; "" is all) holds that other path. */
static int holds(const char *path, const char *other)
{
    apr_size_t length = strlen(path);

    return begins_with(other, path)
           && (other[length] == '\0' || other[length] == '/');
}

/* What section a does for the URLs of section b. */
static enum relation_e relate(const node_t *a, const node_t *b)
{
    if (a->server != NULL && a->server != b->server) {
        return b->server == NULL ? MAY_MEET : APART;
    }
    if (a->shape == SHAPE_ALL) {
        return COVERS;
    }
    if (b->shape == SHAPE_ALL) {
        return MAY_MEET;
    }
    if (a->shape == b->shape && strcmp(a->path, b->path) == 0) {
        return COVERS;
    }
    if (a->shape == SHAPE_FILES || b->shape == SHAPE_FILES) {
        return MAY_MEET;
    }
    if (a->shape == SHAPE_TREE && holds(a->path, b->path)) {
        return COVERS;
    }
    if (a->shape == SHAPE_EXACT && b->shape == SHAPE_EXACT) {
        return APART;
    }
    if (b->shape == SHAPE_TREE && holds(b->path, a->path)) {
        return MAY_MEET;
    }
    if (a->shape == SHAPE_BEGIN && begins_with(b->path, a->path)) {
        return MAY_MEET;
    }
    return b->shape == SHAPE_BEGIN && begins_with(a->path, b->path)
               ? MAY_MEET : APART;
}

/* ------------------------------------------------------ the two halves */

/* An endpoint needs both; another section that has both already is one of
 * its own, and helps only where it covers this one. */
static int is_helped(const lint_t *lint, const node_t *node, int by_mount)
{
    int i;

    for (i = 0; i < lint->nodes->nelts; i++) {
        const node_t *other = &APR_ARRAY_IDX(lint->nodes, i, node_t);
        const ap_directive_t *half = by_mount ? other->mount : other->set;
        enum relation_e relation = APART;

        if (half != NULL && other != node) {
            relation = relate(other, node);
        }
        if (relation == COVERS
            || (relation == MAY_MEET && (!by_mount || !other->set))) {
            return 1;
        }
    }
    return 0;
}

static void check_halves(const lint_t *lint)
{
    int i;

    for (i = 0; i < lint->nodes->nelts; i++) {
        const node_t *node = &APR_ARRAY_IDX(lint->nodes, i, node_t);

        if (node->set != NULL && node->mount == NULL
            && !is_helped(lint, node, 1)) {
            ap_log_error(APLOG_MARK, APLOG_WARNING, 0, lint->server,
                         RPC_LOG_NO_HANDLER
                         "%s:%d: %s %s, but no RpcHandler mounts a table "
                         "there: every call will be answered 404",
                         node->set->filename, node->set->line_num,
                         node->set->directive, node->set->args);
        }
        if (node->mount != NULL && node->set == NULL
            && !is_helped(lint, node, 0)) {
            ap_log_error(APLOG_MARK, APLOG_WARNING, 0, lint->server,
                         RPC_LOG_UNUSED
                         "%s:%d: RpcHandler %s has no effect without "
                         "\"SetHandler rpc\" in the same section",
                         node->mount->filename, node->mount->line_num,
                         node->mount->args);
        }
    }
}

/* ----------------------------------------------------------- RpcMaxBody */

static const ap_directive_t *find_last(const ap_directive_t *first,
                                       const char *name)
{
    const ap_directive_t *found = NULL;

    for (; first != NULL; first = first->next) {
        if (is_named(first, name)) {
            found = first;
        }
    }
    return found;
}

/* The LimitRequestBody that holds where this directive stands: of its own
 * section or the nearest one around it. 0 is no limit, as in httpd. */
static apr_int64_t body_limit(const ap_directive_t *directive,
                              apr_pool_t *pool)
{
    const ap_directive_t *around = directive->parent;
    const ap_directive_t *limit = NULL;

    while (limit == NULL && around != NULL) {
        limit = find_last(around->first_child, "LimitRequestBody");
        around = around->parent;
    }
    if (limit == NULL) {
        limit = find_last(ap_conftree, "LimitRequestBody");
    }
    if (limit != NULL) {
        return apr_atoi64(first_word(limit, pool));
    }
#if AP_SERVER_MINORVERSION_NUMBER > 4 || AP_SERVER_PATCHLEVEL_NUMBER >= 53
    return 1024 * 1024 * 1024; /* httpd's default since 2.4.53 */
#else
    return 0;
#endif
}

/* The directive itself has been read and found good. */
static apr_int64_t read_size(const char *word)
{
    char *end;
    apr_int64_t number = apr_strtoi64(word, &end, 10);

    switch (apr_tolower(*end)) {
    case 'k':
        return number * 1024;
    case 'm':
        return number * 1024 * 1024;
    case 'g':
        return number * 1024 * 1024 * 1024;
    default:
        return number;
    }
}

static void check_body(const lint_t *lint, const ap_directive_t *directive)
{
    apr_int64_t limit = body_limit(directive, lint->pool);

    if (limit > 0
        && read_size(first_word(directive, lint->pool)) > limit) {
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, lint->server,
                     RPC_LOG_BODY_LIMIT
                     "%s:%d: RpcMaxBody %s is above LimitRequestBody "
                     "(%" APR_INT64_T_FMT "), which holds here: raise that "
                     "one too",
                     directive->filename, directive->line_num,
                     directive->args, limit);
    }
}

/* ------------------------------------------------------------- the walk */

/* The server that a <VirtualHost> section made. */
static server_rec *find_server(const lint_t *lint,
                               const ap_directive_t *section)
{
    server_rec *server;

    for (server = lint->server->next; server != NULL;
         server = server->next) {
        if (server->defn_name != NULL
            && server->defn_line_number == (unsigned)section->line_num
            && strcmp(server->defn_name, section->filename) == 0) {
            return server;
        }
    }
    return NULL;
}

/* Read the directives of one section into its node, the sections in it into
 * nodes of their own. The depth is what httpd's parser let through. */
static void walk(lint_t *lint, const ap_directive_t *first,
                 const node_t *section)
{
    node_t node = *section;
    const ap_directive_t *at;

    for (at = first; at != NULL; at = at->next) {
        node_t inner;

        if (is_set_handler(at, lint->pool) || is_named(at, "RpcStream")) {
            node.set = at;
        }
        else if (is_named(at, "RpcHandler")) {
            node.mount = at;
        }
        else if (is_named(at, "RpcMaxBody")) {
            check_body(lint, at);
        }
        if (at->directive[0] != '<') {
            continue;
        }
        if (is_named(at, "<VirtualHost")) {
            inner = *section;
            inner.server = find_server(lint, at);
        }
        else {
            read_shape(at, section, lint->pool, &inner);
        }
        walk(lint, at->first_child, &inner);
    }
    if (node.set != NULL || node.mount != NULL) {
        APR_ARRAY_PUSH(lint->nodes, node_t) = node;
    }
}

void rpc_config_lint(apr_pool_t *pconf, server_rec *server)
{
    lint_t lint;
    node_t whole = {SHAPE_ALL, "", NULL, NULL, NULL};

    if (ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_CREATE_PRE_CONFIG
        && ap_state_query(AP_SQ_RUN_MODE) == AP_SQ_RM_NORMAL) {
        return; /* the same configuration is read once more */
    }
    apr_pool_create(&lint.pool, pconf);
    lint.server = server;
    lint.nodes = apr_array_make(lint.pool, 16, sizeof(node_t));
    walk(&lint, ap_conftree, &whole);
    check_halves(&lint);
    apr_pool_destroy(lint.pool);
}
