/* SPDX-License-Identifier: Apache-2.0 */
/* What each thread keeps between two messages. APR's allocator maps memory
 * from the system and unmaps it, which cost a third of a small call's time:
 * two system calls, and the pages anew. For http.c. */
#include "transport/spare.h"

#include "apr_allocator.h"
#include "apr_thread_proc.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

/* From here on malloc maps a block of its own. It is glibc's value at first;
 * but glibc raises it, up to 32 MB, when such a block is freed, and then each
 * thread keeps some: 64 threads kept 280 MB after answers of 1 MB, and keep
 * 16 MB so. A large message costs a seventh more CPU for its pages. */
#define MAP_FROM (128 * 1024)

/* The largest piece that APR gives to a pool that asks for less: 20 times its
 * 4096 bytes. */
#define PIECE (20 * 4096 - APR_MEMNODE_T_SIZE)
#define MOST_PIECES 64

static const char spare_key[] = "rpc-spare";

typedef struct spare_t {
    apr_allocator_t *allocator; /* NULL while a message has it */
} spare_t;

void rpc_spare_child_init(void)
{
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, MAP_FROM);
#endif
}

/* May run on the thread that joins this one. */
static apr_status_t destroy_spare(void *data)
{
    spare_t *spare = data;

    if (spare->allocator != NULL) {
        apr_allocator_destroy(spare->allocator);
    }
    return APR_SUCCESS;
}

apr_pool_t *rpc_spare_pool(conn_rec *c)
{
    return c->current_thread != NULL ? apr_thread_pool_get(c->current_thread)
                                     : NULL;
}

apr_allocator_t *rpc_spare_take(conn_rec *c)
{
    apr_pool_t *pool = rpc_spare_pool(c);
    apr_allocator_t *allocator = NULL;
    void *spare = NULL;

    if (pool != NULL) {
        apr_pool_userdata_get(&spare, spare_key, pool);
    }
    if (spare != NULL) {
        allocator = ((spare_t *)spare)->allocator;
        ((spare_t *)spare)->allocator = NULL;
    }
    return allocator;
}

void rpc_spare_give(conn_rec *c, apr_allocator_t *allocator)
{
    apr_pool_t *pool = rpc_spare_pool(c);
    void *found = NULL;
    spare_t *spare;

    if (pool == NULL) {
        apr_allocator_destroy(allocator);
        return;
    }
    apr_pool_userdata_get(&found, spare_key, pool);
    spare = found;
    if (spare == NULL) {
        spare = apr_pcalloc(pool, sizeof(*spare));
        apr_pool_userdata_setn(spare, spare_key, destroy_spare, pool);
    }
    if (spare->allocator != NULL) {
        apr_allocator_destroy(spare->allocator);
    }
    spare->allocator = allocator;
}

/* A pool grows by 8 KB, and each time APR maps them from the system: a mapping
 * for each 8 KB of a large message, and all were unmapped after it, under a
 * lock of the whole process. That was a sixth of the CPU time of W5. */
int rpc_spare_prepare(apr_allocator_t *allocator, apr_size_t length)
{
    apr_size_t count = length / PIECE;
    apr_memnode_t *pieces = NULL;
    apr_size_t i;

    if (count == 0) {
        return 0;
    }
    for (i = 0; i < count && i < MOST_PIECES; i++) {
        apr_memnode_t *piece = apr_allocator_alloc(allocator, PIECE);

        if (piece == NULL) {
            break;
        }
        piece->next = pieces;
        pieces = piece;
    }
    apr_allocator_max_free_set(allocator, APR_ALLOCATOR_MAX_FREE_UNLIMITED);
    if (pieces != NULL) {
        apr_allocator_free(allocator, pieces);
    }
    return 1;
}
