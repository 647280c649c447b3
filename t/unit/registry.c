/* SPDX-License-Identifier: Apache-2.0 */
/* Unit test of mounting, aliases, shadowing and look-up. For
 * src/core/registry.c. */
#include "core/registry.h"
#include "core/table.h"
#include "tap.h"

#include "apr_general.h"

static apr_pool_t *pool;

static rpc_value_t *method(rpc_call_t *call)
{
    (void)call;
    return NULL;
}

static const rpc_method_t inner_methods[] = {
    RPC_METHOD("int add(int x)", method, 0, "inner"), RPC_METHOD_END
};
static const rpc_table_t inner = RPC_TABLE(inner, "", inner_methods);
static const rpc_table_t *const subtables[] = { &inner, NULL };

static const rpc_method_t outer_methods[] = {
    RPC_METHOD("int add(int x)", method, RPC_SAFE, "outer"),
    RPC_METHOD("int hidden()", method, RPC_HIDDEN, NULL), RPC_METHOD_END
};
static const rpc_table_t outer = RPC_TABLE(
    outer, "", outer_methods, .flags = RPC_DEPRECATED,
    .subtables = subtables, .dispatch = method);

static const rpc_method_t broken_methods[] = {
    RPC_METHOD("int add(int x", method, 0, NULL), RPC_METHOD_END
};
static const rpc_table_t broken = RPC_TABLE(broken, "", broken_methods);

static const rpc_method_t reserved_methods[] = {
    RPC_METHOD("int system.add(int x)", method, 0, NULL), RPC_METHOD_END
};
static const rpc_table_t reserved = RPC_TABLE(reserved, "",
                                              reserved_methods);

static const char *mount(rpc_mount_t *where, const rpc_table_t *table,
                         const char *prefix, int ours)
{
    const rpc_table_t *loaded = NULL;
    const char *error = rpc_table_load(table, pool, &loaded);

    return error != NULL ? error
                         : rpc_mount_add(where, loaded, prefix, ours);
}

static const rpc_entry_t *find(const rpc_registry_t *registry,
                               const char *name)
{
    return rpc_registry_find(registry, name, strlen(name), 0);
}

static void test_mounting(void)
{
    rpc_mount_t *m = rpc_mount_create(pool);
    rpc_registry_t registry = { m, NULL };
    const void *where = NULL;

    ok(mount(m, &outer, "", 0) == NULL, "a table without prefix");
    ok(mount(m, &outer, "p.", 0) == NULL, "and under a prefix");
    is_int(rpc_mount_count(m), 4, "subtables are mounted too");
    ok(find(&registry, "add") != NULL, "add");
    ok(find(&registry, "p.add") != NULL, "p.add");
    ok(find(&registry, "inner.add") != NULL, "inner.add");
    ok(find(&registry, "p.inner.add") != NULL, "p.inner.add");
    ok(find(&registry, "nosuch") == NULL, "nothing else");
    ok(rpc_registry_find(&registry, "add\0x", 5, 0) == NULL,
           "a NUL is part of a name");
    is_int(find(&registry, "add")->flags, RPC_SAFE | RPC_DEPRECATED,
               "flags of the method and of the table");
    is_str(mount(m, &outer, "", 0),
               "method \"add\" of table \"outer\" is there already, from "
               "table \"outer\": mount one of them under a prefix",
               "a name twice");
    rpc_mount_alias(m, "plus", "add", &registry);
    rpc_mount_alias(m, "sum", "plus", &registry);
    ok(rpc_mount_seal(m, &where) == NULL, "aliases, one of another");
    ok(rpc_mount_seal(m, &where) == NULL, "sealed twice");
    is_str(find(&registry, "sum")->method->help, "outer",
               "an alias finds its method");
    is_str(find(&registry, "sum")->name, "sum", "under its own name");
}

static void test_errors(void)
{
    rpc_mount_t *m = rpc_mount_create(pool);
    const void *where = NULL;
    const char *error = mount(m, &broken, "", 0);

    ok(error != NULL && strstr(error, "table \"broken\"") != NULL
               && strstr(error, "column 14") != NULL,
           "a prototype that does not parse: %s", error);
    error = mount(m, &reserved, "", 0);
    ok(error != NULL && strstr(error, "system.") != NULL,
           "a reserved name: %s", error);
    ok(mount(m, &reserved, "", 1) == NULL, "which is ours to declare");
    rpc_mount_alias(m, "x", "nosuch", &pool);
    error = rpc_mount_seal(m, &where);
    ok(error != NULL && strstr(error, "\"nosuch\"") != NULL,
           "an alias of nothing: %s", error);
    ok(where == (const void *)&pool, "says where it stands");
}

static void test_chain(void)
{
    rpc_mount_t *near = rpc_mount_create(pool);
    rpc_mount_t *far = rpc_mount_create(pool);
    rpc_registry_t end = { far, NULL };
    rpc_registry_t registry = { near, &end };
    apr_array_header_t *list;

    mount(near, &inner, "", 0);
    rpc_mount_set_feature(far, RPC_FEATURE_MULTICALL);
    mount(far, &outer, "", 0);
    is_str(find(&registry, "add")->method->help, "inner",
               "the inner section wins");
    ok(find(&registry, "hidden") == NULL, "a feature that is off");
    ok(rpc_registry_find(&registry, "hidden", 6, RPC_FEATURE_MULTICALL)
               != NULL, "and on");
    list = rpc_registry_list(&registry, RPC_FEATURE_MULTICALL, pool);
    is_int(list->nelts, 3, "add, hidden, inner.add");
    is_str(APR_ARRAY_IDX(list, 0, rpc_entry_t *)->method->help, "inner",
               "a shadowed one is not listed");
    is_str(APR_ARRAY_IDX(list, 2, rpc_entry_t *)->name, "inner.add",
               "in the order of names");
    ok(rpc_registry_dispatcher(&registry, "x", 0) != NULL, "dispatch");
    ok(rpc_registry_dispatcher(&registry, "x", 1) == NULL, "but one");
}

int main(void)
{
    apr_initialize();
    apr_pool_create(&pool, NULL);
    test_mounting();
    test_errors();
    test_chain();
    apr_pool_destroy(pool);
    apr_terminate();
    return done_testing();
}
