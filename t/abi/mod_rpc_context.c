/* SPDX-License-Identifier: Apache-2.0 */
/* A handler module that counts how often its create and child_init run, and
 * for which server. For t/abi/contexts.t. */
#include "httpd.h"
#include "http_config.h"
#include "apr_strings.h"

#include "mod_rpc.h"

typedef struct context_t {
    const char *table;
    const char *server;
    int children; /* how often child_init ran for it in this child */
    int number;   /* calls, to tell one context from another */
    const char *background;
} context_t;

static rpc_value_t *describe(rpc_call_t *call)
{
    context_t *context = rpc_call_context(call);

    if (context == NULL) {
        return rpc_string(call, "no context");
    }
    context->number++;
    return rpc_string(call, apr_psprintf(rpc_call_pool(call),
                                         "%s of %s, child_init %d, call %d, "
                                         "%s",
                                         context->table, context->server,
                                         context->children, context->number,
                                         context->background));
}

static void *create(apr_pool_t *pconf, server_rec *server, const char *table)
{
    context_t *context = apr_pcalloc(pconf, sizeof(*context));

    context->table = table;
    context->server = server->server_hostname;
    return context;
}

static void *create_outer(apr_pool_t *pconf, server_rec *server)
{
    return create(pconf, server, "outer");
}

static void *create_inner(apr_pool_t *pconf, server_rec *server)
{
    return create(pconf, server, "inner");
}

static apr_status_t child_init(const rpc_api_t *api, void *baton,
                               apr_pool_t *pchild, server_rec *server)
{
    context_t *context = baton;
    rpc_call_t *call = rpc_background(api, server, pchild);
    rpc_value_t *list = rpc_arrayv(call, rpc_int(call, 1), rpc_nil(call),
                                   (rpc_value_t *)NULL);

    context->children++;
    context->background = rpc_count(list) == 2 ? "background" : "nothing";
#ifdef CONTEXT_FAILS
    return APR_ENOSPC;
#else
    return APR_SUCCESS;
#endif
}

static const rpc_method_t methods[] = {
    RPC_METHOD("string describe()", describe, 0, NULL),
    RPC_METHOD_END
};

static const rpc_table_t inner =
    RPC_TABLE(inner, NULL, methods, .create = create_inner,
              .child_init = child_init);
static const rpc_table_t plain = RPC_TABLE(plain, NULL, methods, .flags = 0);
static const rpc_table_t *const subtables[] = {&inner, &plain, NULL};

RPC_HANDLER_MODULE(context, NULL, methods, .subtables = subtables,
                   .create = create_outer, .child_init = child_init);
