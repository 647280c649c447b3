/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the files that are built in. For transports. */
#include "transport/builtin.h"

#include <string.h>

const rpc_static_t *rpc_static_find(const char *query)
{
    const rpc_static_t *file;

    for (file = rpc_static_files; query != NULL && file->name != NULL;
         file++) {
        if (strcmp(file->name, query) == 0) {
            return file;
        }
    }
    return NULL;
}
