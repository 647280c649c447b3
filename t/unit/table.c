/* SPDX-License-Identifier: Apache-2.0 */
/* Unit test of handler tables of other sizes and versions. For
 * src/core/table.c. */
#include "core/table.h"
#include "tap.h"

#include <string.h>

#include "apr_general.h"
#include "apr_strings.h"

static apr_pool_t *pool;

static rpc_value_t *method(rpc_call_t *call)
{
    (void)call;
    return NULL;
}

static const rpc_method_t methods[] = {
    RPC_METHOD("int add(int x, int y)", method, RPC_SAFE, "Adds."),
    RPC_METHOD("int sub(int x, int y)", method, 0, NULL), RPC_METHOD_END};

/* Methods as an older header made them, and as a newer one. */
typedef struct short_method_t {
    const char *prototype;
    rpc_method_fn fn;
} short_method_t;

typedef struct long_method_t {
    rpc_method_t known;
    const char *later[3];
} long_method_t;

static const short_method_t short_methods[] = {{"int a()", method},
                                               {"int b()", method},
                                               {"int c()", method},
                                               {NULL, NULL}};

static const long_method_t long_methods[] = {
    {RPC_METHOD("int a()", method, 1, "A."), {"x", "y", "z"}},
    {RPC_METHOD("int b()", method, 2, "B."), {"x", "y", "z"}},
    {RPC_METHOD_END, {"x", "y", "z"}}};

static const rpc_table_t *load(const rpc_table_t *foreign)
{
    const rpc_table_t *table = NULL;
    const char *error = rpc_table_load(foreign, pool, &table);

    if (error != NULL) {
        printf("# %s\n", error);
    }
    return table;
}

static void check_error(const rpc_table_t *foreign, const char *want)
{
    const rpc_table_t *table = NULL;

    is_str(rpc_table_load(foreign, pool, &table), want, "refused");
    ok(table == NULL, "nothing is returned");
}

static void test_same_size(void)
{
    static const rpc_table_t foreign =
        RPC_TABLE(calc, "Sums.", methods, .title = "Calc");
    const rpc_table_t *table = load(&foreign);

    if (!ok(table != NULL, "a table of our own size")) {
        return;
    }
    is_str(table->name, "calc", "name");
    is_str(table->title, "Calc", "title");
    is_str(table->methods[1].prototype, "int sub(int x, int y)", "method");
    is_int(table->methods[0].flags, RPC_SAFE, "flags");
    ok(table->methods[2].prototype == NULL, "the end");
    ok(table != &foreign && table->methods != methods, "copies");
}

/* An older table ends after `methods`; what follows it is not ours. */
static void test_older(void)
{
    static const rpc_table_t model = {
        .abi_major = RPC_ABI_MAJOR,
        .table_size = 48,
        .method_size = sizeof(short_method_t),
        .name = "old",
        .methods = (const rpc_method_t *)(const void *)short_methods};
    apr_size_t size = offsetof(rpc_table_t, flags);
    rpc_table_t *foreign = apr_palloc(pool, sizeof(model));
    const rpc_table_t *table;

    memset(foreign, 0x55, sizeof(model));
    memcpy(foreign, &model, size);
    foreign->table_size = (uint32_t)size;
    table = load(foreign);
    if (!ok(table != NULL, "an older table")) {
        return;
    }
    is_str(table->methods[2].prototype, "int c()", "its third method");
    ok(table->methods[2].help == NULL && table->methods[2].before == NULL,
       "what a method lacks is NULL");
    ok(table->methods[3].prototype == NULL, "the end");
    ok(table->flags == 0 && table->dispatch == NULL && table->topics == NULL,
       "what the table lacks is NULL");
}

static void test_newer(void)
{
    struct {
        rpc_table_t known;
        void *later[4];
    } foreign;
    const rpc_table_t *table;

    memset(&foreign, 0x55, sizeof(foreign));
    memset(&foreign.known, 0, sizeof(foreign.known));
    foreign.known.abi_major = RPC_ABI_MAJOR;
    foreign.known.abi_minor = RPC_ABI_MINOR + 7;
    foreign.known.table_size = sizeof(foreign);
    foreign.known.method_size = sizeof(long_method_t);
    foreign.known.name = "new";
    foreign.known.methods = (const rpc_method_t *)(const void *)long_methods;
    table = load(&foreign.known);
    if (!ok(table != NULL, "a newer table")) {
        return;
    }
    is_str(table->methods[1].prototype, "int b()", "its second method");
    is_str(table->methods[1].help, "B.", "its help");
    is_int(table->method_size, sizeof(rpc_method_t), "our size");
    is_int(table->table_size, sizeof(rpc_table_t), "our size");
}

static void test_abi(void)
{
    rpc_table_t foreign = RPC_TABLE(blog, NULL, methods);

    foreign.abi_major = RPC_ABI_MAJOR + 1;
    foreign.abi_minor = 3;
    check_error(&foreign,
                apr_psprintf(pool,
                             "table \"blog\" was built for RPC ABI %d.3, "
                             "this mod_rpc has %d.%d: rebuild its module "
                             "against this mod_rpc.h",
                             RPC_ABI_MAJOR + 1, RPC_ABI_MAJOR, RPC_ABI_MINOR));
}

static void test_sizes(void)
{
    static const uint32_t wrong[] = {0, 8, 17, 4104, 0xfffffff8u};
    apr_size_t i;

    for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        rpc_table_t foreign = RPC_TABLE(t, NULL, methods);

        foreign.method_size = wrong[i];
        check_error(&foreign,
                    apr_psprintf(pool,
                                 "table \"t\": method_size is %lu, which no "
                                 "mod_rpc.h ever made: build its table with "
                                 "RPC_TABLE or RPC_HANDLER_MODULE",
                                 (unsigned long)wrong[i]));
        foreign.method_size = sizeof(rpc_method_t);
        foreign.table_size = wrong[i];
        ok(load(&foreign) == NULL, "table_size %lu", (unsigned long)wrong[i]);
    }
}

static void test_content(void)
{
    static const rpc_method_t nothing[] = {RPC_METHOD_END};
    static const rpc_method_t no_function[] = {
        RPC_METHOD("int a()", method, 0, NULL),
        RPC_METHOD("int b()", NULL, 0, NULL), RPC_METHOD_END};
    rpc_table_t foreign = RPC_TABLE(t, NULL, nothing);
    const char *names[] = {NULL, "", "a b", "a\nb", "\377"};
    apr_size_t i;

    check_error(&foreign, "table \"t\" offers nothing: neither methods nor "
                          "subtables nor dispatch");
    foreign.methods = NULL;
    check_error(&foreign, "table \"t\" offers nothing: neither methods nor "
                          "subtables nor dispatch");
    foreign.dispatch = method;
    ok(load(&foreign) != NULL, "dispatch alone is enough");
    foreign.methods = no_function;
    check_error(&foreign, "table \"t\": method 2 (int b()) has no function");
    foreign.methods = methods;
    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        foreign.name = names[i];
        check_error(&foreign, "a handler table has no name, or one with "
                              "blanks or control characters, or of more "
                              "than 255 bytes");
    }
}

static void test_subtables(void)
{
    rpc_table_t inner = RPC_TABLE(inner, NULL, methods);
    rpc_table_t outer = RPC_TABLE(outer, NULL, NULL);
    const rpc_table_t *list[] = {&inner, &inner, NULL};
    const rpc_table_t *itself[] = {&outer, &outer, NULL};
    const rpc_table_t *table;

    outer.subtables = list;
    table = load(&outer);
    if (ok(table != NULL, "subtables")) {
        is_str(table->subtables[1]->name, "inner", "the second");
        ok(table->subtables[2] == NULL, "the end");
        ok(table->subtables[0] != &inner, "a copy");
    }
    inner.method_size = 0;
    ok(load(&outer) == NULL, "a bad subtable");
    outer.subtables = itself;
    check_error(&outer, "table \"outer\": more than 8 levels or 1000 "
                        "tables; is it a subtable of itself?");
}

static void test_many(void)
{
    apr_size_t count = 100000;
    rpc_method_t *many = apr_pcalloc(pool, (count + 2) * sizeof(*many));
    rpc_table_t foreign = RPC_TABLE(many, NULL, many);
    apr_size_t i;

    for (i = 0; i < count; i++) {
        many[i] = methods[0];
    }
    ok(load(&foreign) != NULL, "100000 methods");
    many[count] = methods[0];
    check_error(&foreign, "table \"many\" has more than 100000 methods: does "
                          "it end with RPC_METHOD_END?");
}

int main(void)
{
    apr_initialize();
    apr_pool_create(&pool, NULL);
    test_same_size();
    test_older();
    test_newer();
    test_abi();
    test_sizes();
    test_content();
    test_subtables();
    test_many();
    apr_pool_destroy(pool);
    apr_terminate();
    return done_testing();
}
