/* SPDX-License-Identifier: Apache-2.0 */
/* Handler tables as other modules compiled them: checks the ABI and brings
 * them to this header's sizes. For the registry. */
#include "core/table.h"

#include <string.h>

#include "apr_strings.h"
#include "apr_tables.h"

#include "core/utf8.h"

/* What a table can be and still be believed. A missing end shows as too many
 * entries; a table among its own subtables as too many levels. */
#define HIGHEST_SIZE 4096
#define LONGEST_NAME 255
#define MAX_METHODS  100000
#define MAX_TABLES   1000
#define MAX_LEVELS   8

#define LEAST_TABLE_SIZE                                                       \
    (offsetof(rpc_table_t, methods) + sizeof(const rpc_method_t *))
#define LEAST_METHOD_SIZE (offsetof(rpc_method_t, fn) + sizeof(rpc_method_fn))

typedef struct load_t {
    apr_pool_t *pool;
    int methods; /**< in all tables so far */
    int tables;
} load_t;

static const char *load_table(load_t *load, const rpc_table_t *foreign,
                              int level, const rpc_table_t **ret_table);

/* Whether it can stand in a message and as a prefix. */
static int is_name(const char *name)
{
    apr_size_t length;

    for (length = 0; name[length] != '\0'; length++) {
        unsigned char c = (unsigned char)name[length];

        if (c <= ' ' || c == '"' || c == 0x7f || length == LONGEST_NAME) {
            return 0;
        }
    }
    return length > 0 && rpc_utf8_is_valid(name, length);
}

static const char *check_size(const load_t *load, const char *name,
                              const char *what, apr_size_t size,
                              apr_size_t least)
{
    if (size >= least && size <= HIGHEST_SIZE && size % sizeof(void *) == 0) {
        return NULL;
    }
    return apr_psprintf(load->pool,
                        "table \"%s\": %s is %" APR_SIZE_T_FMT
                        ", which no mod_rpc.h ever made: build its table "
                        "with RPC_TABLE or RPC_HANDLER_MODULE",
                        name != NULL ? name : "?", what, size);
}

/* The first members never move: name can be read in every version. */
static const char *check_header(const load_t *load, const rpc_table_t *foreign)
{
    const char *error;
    const char *name = NULL;

    if (foreign->table_size >= LEAST_TABLE_SIZE && foreign->name != NULL &&
        is_name(foreign->name)) {
        name = foreign->name;
    }
    if (foreign->abi_major != RPC_ABI_MAJOR) {
        return apr_psprintf(
            load->pool,
            "table \"%s\" was built for RPC ABI "
            "%lu.%lu, this mod_rpc has %d.%d: rebuild its "
            "module against this mod_rpc.h",
            name != NULL ? name : "?", (unsigned long)foreign->abi_major,
            (unsigned long)foreign->abi_minor, RPC_ABI_MAJOR, RPC_ABI_MINOR);
    }
    if (foreign->table_size >= LEAST_TABLE_SIZE && name == NULL) {
        return "a handler table has no name, or one with blanks or control "
               "characters, or of more than 255 bytes";
    }
    error = check_size(load, name, "table_size", foreign->table_size,
                       LEAST_TABLE_SIZE);
    if (error == NULL) {
        error = check_size(load, name, "method_size", foreign->method_size,
                           LEAST_METHOD_SIZE);
    }
    return error;
}

/* The n-th method, by the size that its module was compiled with. */
static const rpc_method_t *method_at(const rpc_table_t *foreign, int n)
{
    return (const rpc_method_t *)(const void *)((const char *)foreign->methods +
                                                (apr_size_t)n *
                                                    foreign->method_size);
}

static const char *load_methods(load_t *load, const rpc_table_t *foreign,
                                rpc_table_t *table, int *ret_count)
{
    apr_size_t size = foreign->method_size < sizeof(rpc_method_t)
                          ? foreign->method_size
                          : sizeof(rpc_method_t);
    rpc_method_t *methods;
    int count = 0;
    int i;

    while (method_at(foreign, count)->prototype != NULL) {
        if (method_at(foreign, count)->fn == NULL) {
            return apr_psprintf(load->pool,
                                "table \"%s\": method %d (%.64s) "
                                "has no function",
                                foreign->name, count + 1,
                                method_at(foreign, count)->prototype);
        }
        count++;
        load->methods++;
        if (load->methods > MAX_METHODS) {
            return apr_psprintf(load->pool,
                                "table \"%s\" has more than %d "
                                "methods: does it end with RPC_METHOD_END?",
                                foreign->name, MAX_METHODS);
        }
    }
    methods =
        apr_pcalloc(load->pool, (apr_size_t)(count + 1) * sizeof(*methods));
    for (i = 0; i < count; i++) {
        memcpy(&methods[i], method_at(foreign, i), size);
    }
    table->methods = methods;
    *ret_count = count;
    return NULL;
}

static const char *load_subtables(load_t *load, rpc_table_t *table, int level,
                                  int *ret_count)
{
    apr_array_header_t *loaded =
        apr_array_make(load->pool, 4, sizeof(const rpc_table_t *));
    const rpc_table_t *const *next;

    for (next = table->subtables; *next != NULL; next++) {
        const rpc_table_t *subtable = NULL;
        const char *error = load_table(load, *next, level + 1, &subtable);

        if (error != NULL) {
            return error;
        }
        APR_ARRAY_PUSH(loaded, const rpc_table_t *) = subtable;
    }
    *ret_count = loaded->nelts;
    APR_ARRAY_PUSH(loaded, const rpc_table_t *) = NULL;
    table->subtables = (const rpc_table_t *const *)loaded->elts;
    return NULL;
}

static const char *load_table(load_t *load, const rpc_table_t *foreign,
                              int level, const rpc_table_t **ret_table)
{
    const char *error = check_header(load, foreign);
    rpc_table_t *table;
    int methods = 0;
    int subtables = 0;

    if (error != NULL) {
        return error;
    }
    load->tables++;
    if (level > MAX_LEVELS || load->tables > MAX_TABLES) {
        return apr_psprintf(load->pool,
                            "table \"%s\": more than %d levels "
                            "or %d tables; is it a subtable of itself?",
                            foreign->name, MAX_LEVELS, MAX_TABLES);
    }
    table = apr_pcalloc(load->pool, sizeof(*table));
    memcpy(table, foreign,
           foreign->table_size < sizeof(*table) ? foreign->table_size
                                                : sizeof(*table));
    table->table_size = sizeof(*table);
    table->method_size = sizeof(rpc_method_t);
    if (foreign->methods != NULL) {
        error = load_methods(load, foreign, table, &methods);
    }
    if (error == NULL && table->subtables != NULL) {
        error = load_subtables(load, table, level, &subtables);
    }
    if (error == NULL && methods == 0 && subtables == 0 &&
        table->dispatch == NULL) {
        error = apr_psprintf(load->pool,
                             "table \"%s\" offers nothing: "
                             "neither methods nor subtables nor dispatch",
                             foreign->name);
    }
    if (error == NULL) {
        *ret_table = table;
    }
    return error;
}

const char *rpc_table_load(const rpc_table_t *foreign, apr_pool_t *pool,
                           const rpc_table_t **ret_table)
{
    load_t load = {0};

    load.pool = pool;
    return load_table(&load, foreign, 1, ret_table);
}
