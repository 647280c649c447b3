/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes the JSON reader: what it accepts is written, and must read again as
 * the same. A newline first picks small limits, so that they are met. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "apr_general.h"

#include "protocol/json.h"
#include "protocol/json_entries.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const rpc_limits_t wide = {
    .max_body = RPC_DEFAULT_MAX_BODY,
    .max_depth = RPC_HIGHEST_MAX_DEPTH,
    .max_values = RPC_DEFAULT_MAX_VALUES,
    .max_batch = RPC_DEFAULT_MAX_BATCH,
    .max_string = RPC_DEFAULT_MAX_STRING
};

static const rpc_limits_t narrow = {
    .max_body = RPC_DEFAULT_MAX_BODY,
    .max_depth = 3,
    .max_values = 6,
    .max_batch = 2,
    .max_string = 4
};

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    apr_pool_t *forever;

    (void)argc;
    (void)argv;
    apr_initialize();
    apr_pool_create(&forever, NULL);
    rpc_json_child_init(forever);
    return 0;
}

/* A block of its own size, with the NUL that the reader may rely on. */
static char *own_copy(const char *data, size_t size)
{
    char *copy = malloc(size + 1);

    if (copy == NULL) {
        abort();
    }
    if (size > 0) {
        memcpy(copy, data, size);
    }
    copy[size] = '\0';
    return copy;
}

/* Write, read and write again: the same text. */
static void check_again(const rpc_value_t *value, apr_pool_t *pool)
{
    rpc_writer_t *first = rpc_writer_create(pool);
    rpc_writer_t *second = rpc_writer_create(pool);
    rpc_json_t json;
    char *text;

    if (rpc_json_write(first, value) != NULL) {
        abort();
    }
    text = own_copy(first->data, first->length);
    if (rpc_json_read(text, first->length, &wide, pool, &json) != NULL
        || json.objection != NULL
        || rpc_json_write(second, &json.value) != NULL
        || first->length != second->length
        || memcmp(first->data, second->data, first->length) != 0) {
        abort();
    }
    free(text);
}

/* Read as a message: every id is part of the text, which stays as it was. */
static void check_entries(const char *data, size_t size,
                          const rpc_limits_t *limits, apr_pool_t *pool)
{
    char *text = own_copy(data, size);
    rpc_json_entries_t entries;
    int i;

    if (rpc_json_read_entries(text, size, limits, pool, &entries) == NULL) {
        for (i = 0; i < entries.count; i++) {
            const rpc_json_entry_t *entry = &entries.entries[i];
            const rpc_value_t *id = NULL;

            if (entry->json.value.type == RPC_STRUCT) {
                id = rpc_value_get(&entry->json.value, "id", 2);
            }
            if (entry->json.objection == NULL
                && (id != NULL) != (entry->id != NULL)) {
                abort();
            }
        }
    }
    if (size > 0 && memcmp(text, data, size) != 0) {
        abort();
    }
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const rpc_limits_t *limits = &wide;
    const char *bytes = (const char *)data;
    apr_pool_t *pool;
    rpc_json_t json;
    char *text;

    apr_pool_create(&pool, NULL);
    if (size > 0 && *bytes == '\n') {
        limits = &narrow;
    }
    text = own_copy(bytes, size);
    if (rpc_json_read(text, size, limits, pool, &json) == NULL
        && json.objection == NULL) {
        check_again(&json.value, pool);
    }
    free(text);
    check_entries(bytes, size, limits, pool);
    apr_pool_destroy(pool);
    return 0;
}
