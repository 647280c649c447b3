/* SPDX-License-Identifier: Apache-2.0 */
/* cJSON's memory functions: a thread-local arena while our decoder runs,
 * malloc and free otherwise. For the JSON reader and for child_init. */
#include <stdlib.h>

#include <cjson/cJSON.h>

#include "protocol/json.h"
#include "protocol/json_memory.h"

/* The hooks are process-wide and get no baton, and other modules may use
 * cJSON on the same threads: so which arena to take from, if any, is a fact
 * of the thread. The decoder sets it and clears it; nothing to free. */
static __thread rpc_json_arena_t *current;

static char *take(rpc_json_block_t *block, size_t size)
{
    if (size > block->size - block->used) {
        return NULL;
    }
    block->used += size;
    return block->start + block->used - size;
}

static void *CJSON_CDECL arena_malloc(size_t size)
{
    rpc_json_arena_t *arena = current;
    char *piece;

    if (arena == NULL) {
        return malloc(size);
    }
    if (size == sizeof(cJSON)) {
        /* A node, or a string that happens to be as long. */
        piece = take(&arena->nodes, RPC_JSON_NODE);
    }
    else {
        piece = take(&arena->texts, size);
        arena->last = piece;
    }
    if (piece == NULL) {
        arena->is_full = 1;
        piece = malloc(size);
    }
    return piece;
}

static void CJSON_CDECL arena_free(void *memory)
{
    rpc_json_arena_t *arena = current;

    if (arena == NULL || memory == NULL) {
        free(memory);
        return;
    }
    /* Newer versions of cJSON copy each number to a piece of its own and
     * free it at once: take that one back. */
    if (memory == arena->last) {
        arena->texts.used = (size_t)(arena->last - arena->texts.start);
        arena->last = NULL;
    }
    else if (!rpc_json_block_has(&arena->nodes, memory)
             && !rpc_json_block_has(&arena->texts, memory)) {
        free(memory);
    }
}

void rpc_json_arena_open(rpc_json_arena_t *arena)
{
    current = arena;
}

void rpc_json_arena_close(void)
{
    current = NULL;
}

static apr_status_t reset_hooks(void *unused)
{
    (void)unused;
    cJSON_InitHooks(NULL);
    return APR_SUCCESS;
}

void rpc_json_child_init(apr_pool_t *pchild)
{
    cJSON_Hooks hooks;

    hooks.malloc_fn = arena_malloc;
    hooks.free_fn = arena_free;
    cJSON_InitHooks(&hooks);
    apr_pool_pre_cleanup_register(pchild, NULL, reset_hooks);
}
