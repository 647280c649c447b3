/* SPDX-License-Identifier: Apache-2.0 */
/* Memory for cJSON while one text is decoded: its nodes in one block, which
 * ends with the tree, its strings in another, which does not. For json.c. */
#ifndef RPC_PROTOCOL_JSON_MEMORY_H
#define RPC_PROTOCOL_JSON_MEMORY_H

#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>

/** What one node takes. */
#define RPC_JSON_NODE ((sizeof(cJSON) + 15) & ~(size_t)15)

/** A block that is handed out in order. */
typedef struct rpc_json_block_t {
    char *start;  /**< or NULL */
    size_t size;
    size_t used;
} rpc_json_block_t;

typedef struct rpc_json_arena_t {
    rpc_json_block_t nodes; /**< aligned as by malloc */
    rpc_json_block_t texts;
    char *last;             /**< the newest piece of texts */
    int is_full;            /**< something did not fit: malloc has it */
} rpc_json_arena_t;

/**
 * From now on cJSON's functions take from the arena on this thread, and from
 * malloc what does not fit, until rpc_json_arena_close(). Has no effect
 * unless rpc_json_child_init() ran: cJSON uses malloc then.
 * @param arena The two blocks with their sizes, all else zero. They live
 *              until after the tree was deleted and the arena closed
 */
void rpc_json_arena_open(rpc_json_arena_t *arena);

void rpc_json_arena_close(void);

static inline int rpc_json_block_has(const rpc_json_block_t *block,
                                     const void *memory)
{
    return (uintptr_t)memory - (uintptr_t)block->start < block->used;
}

#endif
