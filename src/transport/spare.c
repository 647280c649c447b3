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
 * thread keeps some: 64 threads kept 280 MB after answers of 1 MB. */
#define MAP_FROM (128 * 1024)

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
