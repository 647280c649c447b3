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

/* The table that a module offers when its hooks are registered. */
static const char *load(const char *path, apr_pool_t *pool,
                        const rpc_table_t **ret_table)
{
    const offer_t *before = offers;
    const char *file = strchr(path, '/') != NULL
                           ? path : apr_pstrcat(pool, "./", path, NULL);
    const char *symbol = module_symbol(path, pool);
    const char *error;
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
    if (offers == before) {
        return apr_psprintf(pool, "%s offers no handler table", path);
    }
    if (strcmp(offers->group, DUPLICATE_GROUP) == 0) {
        return apr_psprintf(pool, "%s: another module offers a handler table "
                            "\"%s\", too: give one of them", path,
                            offers->name);
    }
    if (strcmp(offers->group, TABLE_GROUP) != 0) {
        return apr_psprintf(pool, "%s offers no handler table", path);
    }
    error = rpc_table_load(offers->provider, pool, ret_table);
    return error != NULL ? apr_pstrcat(pool, path, ": ", error, NULL) : NULL;
}

/* What was loaded under one path; the same may be mounted again. */
typedef struct loaded_t {
    const char *path;
    const rpc_table_t *table;
} loaded_t;

static const char *load_once(const char *path, apr_array_header_t *all,
                             apr_pool_t *pool, const rpc_table_t **ret_table)
{
    const char *error;
    loaded_t *loaded;
    int i;

    for (i = 0; i < all->nelts; i++) {
        loaded = &APR_ARRAY_IDX(all, i, loaded_t);
        if (strcmp(loaded->path, path) == 0) {
            *ret_table = loaded->table;
            return NULL;
        }
    }
    error = load(path, pool, ret_table);
    if (error == NULL) {
        loaded = apr_array_push(all);
        loaded->path = path;
        loaded->table = *ret_table;
    }
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

const char *rpc_cgi_mount(const apr_array_header_t *handlers,
                          apr_pool_t *pool, rpc_mount_t **ret_mount)
{
    rpc_mount_t *mount = rpc_mount_create(pool);
    apr_array_header_t *all = apr_array_make(pool, 4, sizeof(loaded_t));
    const void *where = NULL;
    const char *error = NULL;
    int i;

    for (i = 0; error == NULL && i < handlers->nelts; i++) {
        const rpc_table_t *table = NULL;
        const char *path = NULL;
        const char *prefix = NULL;

        split(APR_ARRAY_IDX(handlers, i, const char *), pool, &path,
              &prefix);
        error = rpc_prefix_complete(prefix, pool, &prefix);
        if (error == NULL) {
            error = load_once(path, all, pool, &table);
            if (error != NULL) {
                return error;
            }
            error = rpc_mount_add(mount, table, prefix, 0);
        }
        if (error != NULL) {
            return apr_pstrcat(pool, path, ": ", error, NULL);
        }
    }
    error = rpc_mount_seal(mount, &where);
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
