/* SPDX-License-Identifier: Apache-2.0 */
/* Loads handler modules into rpc-cgi: the two functions of httpd that they
 * call to offer their table, and the mount. For serve.c. */
#include "cgi/cgi.h"

#include <dlfcn.h>
#include <string.h>

#include "apr_strings.h"
#include "httpd.h"
#include "http_config.h"
#include "ap_provider.h"

#include "core/call.h"
#include "core/table.h"

/* As mod_rpc.h has them in its part with httpd. */
#define TABLE_GROUP "rpc_table"
#define DUPLICATE_GROUP "rpc_table_duplicate"

/* Seen from the modules, which are linked against nothing. */
#define EXPORTED __attribute__((visibility("default")))

/* What was offered; a list, newest first. */
typedef struct offer_t {
    const char *group;
    const char *name;
    const char *version;
    const void *provider;
    const struct offer_t *next;
} offer_t;

/* ap_lookup_provider() has no argument that could lead to it. */
static const offer_t *offers;

EXPORTED AP_DECLARE(apr_status_t)
ap_register_provider(apr_pool_t *pool, const char *group, const char *name,
                     const char *version, const void *provider)
{
    offer_t *offer = apr_pcalloc(pool, sizeof(*offer));

    offer->group = group;
    offer->name = name;
    offer->version = version;
    offer->provider = provider;
    offer->next = offers;
    offers = offer;
    return APR_SUCCESS;
}

EXPORTED AP_DECLARE(void *)
ap_lookup_provider(const char *group, const char *name, const char *version)
{
    const offer_t *offer;

    for (offer = offers; offer != NULL; offer = offer->next) {
        if (strcmp(offer->group, group) == 0
            && strcmp(offer->name, name) == 0
            && strcmp(offer->version, version) == 0) {
            return (void *)offer->provider;
        }
    }
    return NULL;
}

/* "PATH: undefined symbol: ap_hook_handler" as glibc says it, in words of
 * ours; what another libc says is handed on. */
static const char *explain(const char *path, const char *said,
                           apr_pool_t *pool)
{
    static const char mark[] = "undefined symbol: ";
    const char *symbol = said != NULL ? strstr(said, mark) : NULL;

    if (symbol == NULL) {
        return apr_psprintf(pool, "%s cannot be loaded: %s", path,
                            said != NULL ? said : "no reason was given");
    }
    symbol += sizeof(mark) - 1;
    symbol = apr_pstrmemdup(pool, symbol, strcspn(symbol, " ,()\n"));
    if (strncmp(symbol, "ap_", 3) == 0) {
        return apr_psprintf(pool, "%s needs httpd: it uses %s, which "
                            "rpc-cgi has not; serve it with mod_rpc", path,
                            symbol);
    }
    return apr_psprintf(pool, "%s needs %s, which neither rpc-cgi nor a "
                        "library of the module has", path, symbol);
}

/* ".../mod_rpc_calc.so" exports rpc_calc_module; "hello.so" hello_module. */
static const char *module_symbol(const char *path, apr_pool_t *pool)
{
    const char *name = strrchr(path, '/');
    const char *end;

    name = name != NULL ? name + 1 : path;
    if (strncmp(name, "mod_", 4) == 0) {
        name += 4;
    }
    end = strstr(name, ".so");
    return apr_pstrcat(pool, end != NULL
                                 ? apr_pstrmemdup(pool, name,
                                                  (apr_size_t)(end - name))
                                 : name, "_module", NULL);
}

/* What was offered since, in the order in which it was. */
static const char *collect(const char *path, const offer_t *before,
                           apr_pool_t *pool, apr_array_header_t *tables)
{
    const offer_t *offer;
    int count = 0;
    int i;

    for (offer = offers; offer != before; offer = offer->next) {
        const rpc_table_t *table = NULL;
        const char *error;

        if (strcmp(offer->group, DUPLICATE_GROUP) == 0) {
            return apr_psprintf(pool, "%s: another module offers a handler "
                                "table \"%s\", too: give one of them", path,
                                offer->name);
        }
        if (strcmp(offer->group, TABLE_GROUP) != 0) {
            continue;
        }
        error = rpc_table_load(offer->provider, pool, &table);
        if (error != NULL) {
            return apr_pstrcat(pool, path, ": ", error, NULL);
        }
        APR_ARRAY_PUSH(tables, const rpc_table_t *) = table;
        count++;
    }
    for (i = 0; i < count / 2; i++) {
        const rpc_table_t **first = &APR_ARRAY_IDX(tables, i,
                                                   const rpc_table_t *);
        const rpc_table_t **last = &APR_ARRAY_IDX(tables, count - 1 - i,
                                                  const rpc_table_t *);
        const rpc_table_t *table = *first;

        *first = *last;
        *last = table;
    }
    return count > 0 ? NULL
                     : apr_psprintf(pool, "%s offers no handler table", path);
}

/* The tables that a module offers when its hooks are registered. */
static const char *load(const char *path, apr_pool_t *pool,
                        apr_array_header_t *tables)
{
    const offer_t *before = offers;
    const char *file = strchr(path, '/') != NULL
                           ? path : apr_pstrcat(pool, "./", path, NULL);
    const char *symbol = module_symbol(path, pool);
    const module *found;
    void *so = dlopen(file, RTLD_NOW | RTLD_LOCAL);

    if (so == NULL) {
        return explain(path, dlerror(), pool);
    }
    found = dlsym(so, symbol);
    if (found == NULL) {
        return apr_psprintf(pool, "%s is no handler module: there is no %s "
                            "in it", path, symbol);
    }
    if (found->magic != MODULE_MAGIC_COOKIE
        || found->register_hooks == NULL) {
        return apr_psprintf(pool, "%s: %s is no module of httpd 2.4", path,
                            symbol);
    }
    found->register_hooks(pool);
    return collect(path, before, pool, tables);
}

/* What was loaded under one path; the same may be mounted again. */
typedef struct loaded_t {
    const char *path;
    apr_array_header_t *tables; /* of const rpc_table_t * */
} loaded_t;

static const char *load_once(const char *path, apr_array_header_t *all,
                             apr_pool_t *pool,
                             const apr_array_header_t **ret_tables)
{
    const char *error;
    loaded_t *loaded;
    int i;

    for (i = 0; i < all->nelts; i++) {
        loaded = &APR_ARRAY_IDX(all, i, loaded_t);
        if (strcmp(loaded->path, path) == 0) {
            *ret_tables = loaded->tables;
            return NULL;
        }
    }
    loaded = apr_array_push(all);
    loaded->path = path;
    loaded->tables = apr_array_make(pool, 2, sizeof(const rpc_table_t *));
    error = load(path, pool, loaded->tables);
    *ret_tables = loaded->tables;
    return error;
}

/* PATH[=PREFIX]: what follows the last '=' is a prefix unless it goes on with
 * the path. */
static void split(const char *handler, apr_pool_t *pool,
                  const char **ret_path, const char **ret_prefix)
{
    const char *at = strrchr(handler, '=');

    if (at == NULL || strstr(at, ".so") != NULL) {
        *ret_path = handler;
        *ret_prefix = NULL;
    }
    else {
        *ret_path = apr_pstrmemdup(pool, handler,
                                   (apr_size_t)(at - handler));
        *ret_prefix = at + 1;
    }
}

/* One --handler. */
static const char *mount_handler(const char *handler, rpc_mount_t *mount,
                                 apr_array_header_t *all, apr_pool_t *pool)
{
    const apr_array_header_t *tables = NULL;
    const char *path = NULL;
    const char *prefix = NULL;
    const char *error;
    int i;

    split(handler, pool, &path, &prefix);
    error = rpc_prefix_complete(prefix, pool, &prefix);
    if (error != NULL) {
        return apr_pstrcat(pool, path, ": ", error, NULL);
    }
    error = load_once(path, all, pool, &tables);
    if (error != NULL) {
        return error;
    }
    for (i = 0; i < tables->nelts; i++) {
        error = rpc_mount_add(mount,
                              APR_ARRAY_IDX(tables, i, const rpc_table_t *),
                              prefix, 0);
        if (error != NULL) {
            return apr_pstrcat(pool, path, ": ", error, NULL);
        }
    }
    return NULL;
}

const char *rpc_cgi_mount(const apr_array_header_t *handlers,
                          apr_pool_t *pool, rpc_mount_t **ret_mount)
{
    rpc_mount_t *mount = rpc_mount_create(pool);
    apr_array_header_t *all = apr_array_make(pool, 4, sizeof(loaded_t));
    const void *where = NULL;
    const char *error = NULL;
    int i;

    for (i = 0; error == NULL && i < handlers->nelts; i++) {
        error = mount_handler(APR_ARRAY_IDX(handlers, i, const char *),
                              mount, all, pool);
    }
    if (error == NULL) {
        error = rpc_mount_seal(mount, &where);
    }
    if (error == NULL) {
        *ret_mount = mount;
    }
    return error;
}

/* One context for each table, however often it is mounted. */
static int find_earlier(const rpc_mount_t *mount, int i)
{
    int j = 0;

    while (rpc_mount_at(mount, j)->table != rpc_mount_at(mount, i)->table) {
        j++;
    }
    return j;
}

void rpc_cgi_start(rpc_mount_t *mount, apr_pool_t *pool, apr_pool_t *pchild)
{
    int i;

    for (i = 0; i < rpc_mount_count(mount); i++) {
        rpc_mounted_t *mounted = rpc_mount_at(mount, i);
        int earlier = find_earlier(mount, i);

        if (earlier < i) {
            mounted->context = rpc_mount_at(mount, earlier)->context;
        }
        else if (mounted->table->create != NULL) {
            mounted->context = mounted->table->create(pool, NULL);
        }
    }
    for (i = 0; i < rpc_mount_count(mount); i++) {
        const rpc_mounted_t *mounted = rpc_mount_at(mount, i);
        const rpc_table_t *table = mounted->table;
        apr_status_t rv = APR_SUCCESS;

        if (find_earlier(mount, i) == i && table->child_init != NULL) {
            rv = table->child_init(&rpc_api, mounted->context, pchild, NULL);
        }
        if (rv != APR_SUCCESS) {
            char words[120];

            /* httpd serves the table all the same, and so is it here. */
            rpc_cgi_say(apr_psprintf(pool, "child_init of the handler table "
                                     "\"%s\" failed: %s", table->name,
                                     apr_strerror(rv, words,
                                                  sizeof(words))));
        }
    }
}
