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

static void *CJSON_CDECL arena_malloc(size_t size)
{
    rpc_json_arena_t *arena = current;
    size_t piece;

    if (arena == NULL || size > arena->size - arena->used) {
        return malloc(size);
    }
    piece = rpc_json_arena_piece(size);
    if (piece > arena->size - arena->used) {
        return malloc(size);
    }
    arena->last = arena->used;
    arena->used += piece;
    return arena->block + arena->last;
}

static void CJSON_CDECL arena_free(void *memory)
{
    rpc_json_arena_t *arena = current;
    char *piece = memory;

    if (arena == NULL || piece < arena->block
        || piece >= arena->block + arena->size) {
        free(memory);
        return;
    }
    /* Newer versions of cJSON copy each number to a piece of its own and
     * free it at once: take that one back. */
    if (piece == arena->block + arena->last) {
        arena->used = arena->last;
    }
}

void rpc_json_arena_open(rpc_json_arena_t *arena, char *block, size_t size)
{
    arena->block = block;
    arena->size = block != NULL ? size : 0;
    arena->used = 0;
    arena->last = 0;
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
