/* SPDX-License-Identifier: Apache-2.0 */
/* Handler tables as other modules compiled them: checks the ABI and brings
 * them to this header's sizes. For the registry. */
#ifndef RPC_CORE_TABLE_H
#define RPC_CORE_TABLE_H

#include "mod_rpc.h"

/**
 * Copy a foreign table into one of our own sizes: what an older one lacks is
 * NULL, its methods are walked by its own method_size. Subtables are copied
 * too, recursively (at most 8 levels).
 * @return NULL, or what is wrong with the table (another ABI major, sizes
 *         that cannot be, no name, a method without function, neither
 *         methods nor subtables nor dispatch)
 */
const char *rpc_table_load(const rpc_table_t *foreign, apr_pool_t *pool,
                           const rpc_table_t **ret_table);

#endif
