/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzz target: handler tables of foreign sizes and versions, made of the
 * input's bytes. For libFuzzer, and t/fuzz/driver.c in make check.
 *
 * The input: ABI major and minor, one byte each; table size and method size,
 * little endian, two bytes each; a byte of flags; then the name of the table
 * and the prototypes of its methods, each ended by a newline. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "apr_general.h"
#include "apr_strings.h"

#include "core/signature.h"
#include "core/table.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
    HEADER = 7,
    LEAST_TABLE = offsetof(rpc_table_t, flags),
    LEAST_METHOD = offsetof(rpc_method_t, flags),
    MOST = 4096,
    NO_FUNCTION = 1,   /* the last method has none */
    HAS_SUBTABLES = 2, /* the table twice among its own subtables */
    HAS_DISPATCH = 4
};

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return apr_initialize() != APR_SUCCESS;
}

static rpc_value_t *method(rpc_call_t *call)
{
    (void)call;
    return NULL;
}

/* Memory for what claims that size. Sizes out of bounds are refused before
 * they are believed. */
static size_t room_for(size_t size, size_t least)
{
    return size < least ? least : size > MOST ? MOST : size;
}

/* Methods in a block of exactly their size, with junk where a newer header
 * has members that we do not know. */
static char *make_methods(char *text, size_t size, int flags)
{
    size_t room = room_for(size, LEAST_METHOD);
    size_t count = 0;
    size_t i;
    char *next = text;
    char *methods;

    for (i = 0; text[i] != '\0'; i++) {
        count += text[i] == '\n';
    }
    methods = malloc((count + 1) * room);
    if (!methods) {
        exit(1);
    }
    memset(methods, 0x55, (count + 1) * room);
    for (i = 0; i <= count; i++) {
        rpc_method_t entry = RPC_METHOD_END;

        if (i < count) {
            entry.prototype = next;
            entry.fn = (flags & NO_FUNCTION) && i + 1 == count ? NULL : method;
            next = strchr(next, '\n');
            *next++ = '\0';
        }
        memcpy(methods + i * room, &entry,
               room < sizeof(entry) ? room : sizeof(entry));
    }
    return methods;
}

static char *make_table(const uint8_t *data, const char *name,
                        const char *methods, apr_pool_t *pool)
{
    const size_t size = (size_t)data[2] | (size_t)data[3] << 8;
    const size_t room = room_for(size, LEAST_TABLE);
    const int flags = data[6];
    char *table = malloc(room);
    const rpc_table_t **subtables = apr_pcalloc(pool, 3 * sizeof(*subtables));
    rpc_table_t model = RPC_TABLE(fuzz, NULL, NULL);

    if (!table) {
        exit(1);
    }
    model.abi_major = RPC_ABI_MAJOR + data[0];
    model.abi_minor = data[1];
    model.table_size = (uint32_t)size;
    model.method_size = (uint32_t)((size_t)data[4] | (size_t)data[5] << 8);
    model.name = name;
    model.methods = (const rpc_method_t *)(const void *)methods;
    subtables[0] = (const rpc_table_t *)(const void *)table;
    subtables[1] = subtables[0];
    model.subtables = flags & HAS_SUBTABLES ? subtables : NULL;
    model.dispatch = flags & HAS_DISPATCH ? method : NULL;
    memset(table, 0x55, room);
    memcpy(table, &model, room < sizeof(model) ? room : sizeof(model));
    return table;
}

/* What was loaded is of our own sizes, so it can be walked as ours. */
static void walk(const rpc_table_t *table, apr_pool_t *pool)
{
    const rpc_method_t *entry = table->methods;
    const rpc_signature_t *signature;
    int column;

    if (table->table_size != sizeof(*table) ||
        table->method_size != sizeof(*entry)) {
        abort();
    }
    for (; entry && entry->prototype; entry++) {
        if (!entry->fn) {
            abort();
        }
        rpc_signature_parse(entry->prototype, pool, &signature, &column);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const rpc_table_t *table = NULL;
    apr_pool_t *pool;
    char *text;
    char *rest;
    char *foreign;
    char *methods;
    const char *error;

    if (size < HEADER) {
        return 0;
    }
    apr_pool_create(&pool, NULL);
    text = apr_pstrmemdup(pool, (const char *)data + HEADER, size - HEADER);
    rest = strchr(text, '\n');
    if (rest) {
        *rest++ = '\0';
    }
    methods = make_methods(rest ? rest : text + strlen(text),
                           (size_t)data[4] | (size_t)data[5] << 8, data[6]);
    foreign = make_table(data, text, methods, pool);
    error = rpc_table_load((const rpc_table_t *)(const void *)foreign, pool,
                           &table);
    if ((error == NULL) != (table != NULL)) {
        abort();
    }
    if (table) {
        walk(table, pool);
    }
    free(foreign);
    free(methods);
    apr_pool_destroy(pool);
    return 0;
}
