/* SPDX-License-Identifier: Apache-2.0 */
/* Memory for cJSON while one text is decoded: a block handed out in order.
 * For json.c alone. */
#ifndef RPC_PROTOCOL_JSON_MEMORY_H
#define RPC_PROTOCOL_JSON_MEMORY_H

#include <stddef.h>

typedef struct rpc_json_arena_t {
    char *block;  /**< aligned as by malloc, or NULL */
    size_t size;
    size_t used;
    size_t last;  /**< where the newest piece begins */
} rpc_json_arena_t;

/**
 * From now on cJSON's functions take from the arena on this thread, and from
 * malloc what does not fit, until rpc_json_arena_close(). Has no effect
 * unless rpc_json_child_init() ran: cJSON uses malloc then.
 * @param block Lives until after the tree was deleted and the arena closed
 */
void rpc_json_arena_open(rpc_json_arena_t *arena, char *block, size_t size);

void rpc_json_arena_close(void);

/** What a piece of that size takes in the block. */
static inline size_t rpc_json_arena_piece(size_t size)
{
    return (size + 15) & ~(size_t)15;
}

#endif
