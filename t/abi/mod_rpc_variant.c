/* SPDX-License-Identifier: Apache-2.0 */
/* Handler modules as others might have built them: with an error, with another
 * mod_rpc.h, twice. For t/abi/tables.t, which compiles it with
 * -DVARIANT_... and -Drpc_variant_module=rpc_NAME_module. */
#include <stdint.h>

#include "mod_rpc.h"

static rpc_value_t *add(rpc_call_t *call)
{
    return rpc_int(call, rpc_arg_int(call, 0) + rpc_arg_int(call, 1));
}

#if defined(VARIANT_OLDER)

/* The least that any mod_rpc.h had: what came later must be taken as NULL,
 * not read from behind the table. */
typedef struct method_t {
    const char *prototype;
    rpc_method_fn fn;
} method_t;

static const struct {
    uint32_t abi_major;
    uint32_t abi_minor;
    uint32_t table_size;
    uint32_t method_size;
    const char *name;
    const char *title;
    const char *help;
    const method_t *methods;
    uintptr_t behind[20];
} table = {RPC_ABI_MAJOR, 0,
           offsetof(rpc_table_t, flags) / sizeof(void *) * sizeof(void *),
           sizeof(method_t), "variant", NULL, NULL,
           (const method_t[]) {{"int add(int x, int y)", add},
                               {"int plus(int x, int y)", add},
                               {NULL, NULL}},
           {~(uintptr_t)0, ~(uintptr_t)0, ~(uintptr_t)0, ~(uintptr_t)0,
            ~(uintptr_t)0, ~(uintptr_t)0, ~(uintptr_t)0, ~(uintptr_t)0}};

#elif defined(VARIANT_NEWER)

/* Members of a later minor version, behind those that this host knows. */
typedef struct method_t {
    rpc_method_t now;
    uintptr_t later[3];
} method_t;

static const struct {
    rpc_table_t now;
    uintptr_t later[5];
} table = {{RPC_ABI_MAJOR, RPC_ABI_MINOR + 1,
            sizeof(rpc_table_t) + 5 * sizeof(uintptr_t), sizeof(method_t),
            "variant", NULL, NULL,
            (const rpc_method_t *)(const void *)(const method_t[]) {
                {RPC_METHOD("int add(int x, int y)", add, RPC_SAFE, NULL),
                 {~(uintptr_t)0, 1, 2}},
                {RPC_METHOD("int plus(int x, int y)", add, RPC_SAFE, NULL),
                 {3, 4, ~(uintptr_t)0}},
                {RPC_METHOD_END, {0}}},
            0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL},
           {~(uintptr_t)0, 1, 2, 3, 4}};

#else

#if defined(VARIANT_MAJOR)
#define MAJOR (RPC_ABI_MAJOR + 1)
#else
#define MAJOR RPC_ABI_MAJOR
#endif

#if defined(VARIANT_SIZES)
#define METHOD_SIZE 3
#else
#define METHOD_SIZE sizeof(rpc_method_t)
#endif

static const rpc_method_t methods[] = {
#if defined(VARIANT_PROTOTYPE)
    RPC_METHOD("int add(int x, intt y)", add, RPC_SAFE, NULL),
#elif defined(VARIANT_RESERVED)
    RPC_METHOD("int system.add(int x, int y)", add, RPC_SAFE, NULL),
#elif defined(VARIANT_NO_FUNCTION)
    RPC_METHOD("int add(int x, int y)", NULL, RPC_SAFE, NULL),
#elif !defined(VARIANT_EMPTY)
    RPC_METHOD("int add(int x, int y)", add, RPC_SAFE, NULL),
#endif
#if defined(VARIANT_DUPLICATE)
    RPC_METHOD("int add(int x)", add, RPC_SAFE, NULL),
#endif
    RPC_METHOD_END
};

static const rpc_table_t table = {
    .abi_major = MAJOR,
    .abi_minor = RPC_ABI_MINOR,
    .table_size = sizeof(rpc_table_t),
    .method_size = METHOD_SIZE,
    .name = "variant",
    .methods = methods
};

#endif

static void register_hooks(apr_pool_t *pool)
{
    rpc_table_register((const rpc_table_t *)(const void *)&table, pool);
}

module AP_MODULE_DECLARE_DATA rpc_variant_module;
AP_DECLARE_MODULE(rpc_variant) = {STANDARD20_MODULE_STUFF, NULL, NULL,
                                  NULL, NULL, NULL, register_hooks,
                                  AP_MODULE_FLAG_NONE};
