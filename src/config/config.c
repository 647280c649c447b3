/* SPDX-License-Identifier: Apache-2.0 */
/* What an endpoint's configuration starts as and how sections merge. For
 * httpd, which merges per request, and for the transports. */
#include "config/config.h"
#include "log.h"

static const char *const xml_encodings[] = {"utf-8", "iso-8859-1",
                                            "us-ascii"};

const char *rpc_config_xml_encoding(const rpc_dir_config_t *config)
{
    return xml_encodings[config->xml_encoding > 0 ? config->xml_encoding : 0];
}

void *rpc_config_create_dir(apr_pool_t *pool, char *path)
{
    rpc_dir_config_t *config = apr_pcalloc(pool, sizeof(*config));

    (void)path;
#define UNSET_MEMBER(type, name, fallback) config->name = RPC_UNSET;
    RPC_CONFIG_MEMBERS(UNSET_MEMBER)
#undef UNSET_MEMBER
    return config;
}

/* The inner chain, then the outer one. Each chain ends with our own mount,
 * which the outer one contributes: all nodes of the inner but its last are
 * copied, in one piece. */
static const rpc_registry_t *chain(const rpc_registry_t *inner,
                                   const rpc_registry_t *outer,
                                   apr_pool_t *pool)
{
    const rpc_registry_t *node;
    rpc_registry_t *copies;
    int count = 0;
    int i;

    if (inner == NULL || outer == NULL) {
        return inner != NULL ? inner : outer;
    }
    for (node = inner; node->outer != NULL; node = node->outer) {
        count++;
    }
    if (count == 0) {
        return outer;
    }
    copies = apr_palloc(pool, (apr_size_t)count * sizeof(*copies));
    node = inner;
    for (i = 0; i < count; i++) {
        copies[i].mount = node->mount;
        copies[i].outer = i + 1 < count ? &copies[i + 1] : outer;
        node = node->outer;
    }
    return copies;
}

void *rpc_config_merge_dir(apr_pool_t *pool, void *base, void *add)
{
    const rpc_dir_config_t *outer = base;
    const rpc_dir_config_t *inner = add;
    rpc_dir_config_t *config = apr_palloc(pool, sizeof(*config));

#define MERGE_MEMBER(type, name, fallback)                                   \
    config->name = inner->name != RPC_UNSET ? inner->name : outer->name;
    RPC_CONFIG_MEMBERS(MERGE_MEMBER)
#undef MERGE_MEMBER
    config->allow_origin = inner->allow_origin != NULL
                               ? inner->allow_origin : outer->allow_origin;
#define MERGE_TEXT(name)                                                     \
    config->name = inner->name != NULL ? inner->name : outer->name;
    RPC_CONFIG_TEXTS(MERGE_TEXT)
#undef MERGE_TEXT
    config->mount = NULL;
    config->registry = chain(inner->registry, outer->registry, pool);
    config->base = inner->registry != NULL ? inner->base : outer->base;
    return config;
}

void rpc_config_resolve(const rpc_dir_config_t *config,
                        rpc_dir_config_t *ret_config)
{
    *ret_config = *config;
    if (ret_config->docs == RPC_UNSET && ret_config->introspection == 0) {
        /* Who keeps to himself what is here does not mean the page to tell. */
        ret_config->docs = 0;
    }
#define RESOLVE_MEMBER(type, name, fallback)                                 \
    if (ret_config->name == RPC_UNSET) {                                     \
        ret_config->name = (fallback);                                       \
    }
    RPC_CONFIG_MEMBERS(RESOLVE_MEMBER)
#undef RESOLVE_MEMBER
}

const rpc_dir_config_t *rpc_config_of(const ap_conf_vector_t *per_dir)
{
    return ap_get_module_config(per_dir, &rpc_module);
}

void *rpc_config_create_server(apr_pool_t *pool, server_rec *server)
{
    rpc_server_config_t *config = apr_pcalloc(pool, sizeof(*config));

    (void)server;
    config->threads = RPC_UNSET;
    return config;
}

rpc_server_config_t *rpc_config_of_server(const server_rec *server)
{
    return ap_get_module_config(server->module_config, &rpc_module);
}

int rpc_config_has_peers(const server_rec *server)
{
    for (; server != NULL; server = server->next) {
        const rpc_server_config_t *config = rpc_config_of_server(server);

        if (config->stream != NULL || config->has_websocket) {
            return 1;
        }
    }
    return 0;
}
