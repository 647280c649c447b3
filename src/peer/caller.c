/* SPDX-License-Identifier: Apache-2.0 */
/* Who a peer is, in one small block of its own: what the transport knew of it
 * dies with the request or the handshake. For peer.c. */
#include <stdlib.h>
#include <string.h>

#include "peer/session.h"

/* Goes over the same copies twice: first they are only counted. */
typedef struct block_t {
    char *bytes; /* NULL while counting */
    apr_size_t size;
} block_t;

static void *copy(block_t *block, const void *from, apr_size_t size)
{
    void *to = block->bytes != NULL ? block->bytes + block->size : NULL;

    if (from == NULL) {
        return NULL;
    }
    block->size += (size + sizeof(void *) - 1) / sizeof(void *)
                   * sizeof(void *);
    return to != NULL ? memcpy(to, from, size) : NULL;
}

static const char *copy_text(block_t *block, const char *text)
{
    return copy(block, text, text != NULL ? strlen(text) + 1 : 0);
}

static const rpc_registry_t *copy_registry(block_t *block,
                                           const rpc_registry_t *registry)
{
    const rpc_registry_t *first = NULL;
    const rpc_registry_t **end = &first;

    for (; registry != NULL; registry = registry->outer) {
        rpc_registry_t *node = copy(block, registry, sizeof(*node));

        if (node != NULL) {
            *end = node;
            end = (const rpc_registry_t **)&node->outer;
        }
    }
    return first;
}

static const rpc_about_t *copy_about(block_t *block, const rpc_about_t *about)
{
    rpc_about_t parts;

    if (about == NULL) {
        return NULL;
    }
    parts = *about;
    parts.title = copy_text(block, about->title);
    parts.name = copy_text(block, about->name);
    parts.description = copy_text(block, about->description);
    parts.url = copy_text(block, about->url);
    parts.version = copy_text(block, about->version);
    return copy(block, &parts, sizeof(parts));
}

static void copy_parts(block_t *block, const rpc_caller_t *caller,
                       rpc_caller_t *to)
{
    to->transport = copy_text(block, caller->transport);
    to->user = copy_text(block, caller->user);
    to->client_ip = copy_text(block, caller->client_ip);
    to->registry = copy_registry(block, caller->registry);
    to->limits = copy(block, caller->limits, sizeof(*caller->limits));
    to->about = copy_about(block, caller->about);
}

void *rpc_peer_copy_caller(const rpc_caller_t *caller, rpc_caller_t *ret_copy)
{
    block_t block = {NULL, 0};
    void *bytes;

    *ret_copy = *caller;
    ret_copy->request = NULL;
    ret_copy->connection = NULL;
    ret_copy->dir_config = NULL;
    ret_copy->gone = NULL;
    copy_parts(&block, caller, ret_copy);
    bytes = rpc_peer_allocate(block.size + 1);
    block.bytes = bytes;
    block.size = 0;
    copy_parts(&block, caller, ret_copy);
    return bytes;
}
