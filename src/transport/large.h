/* SPDX-License-Identifier: Apache-2.0 */
/* Large messages: as many at once are read and written as the machine has
 * processors, and they use the same memory one after the other. For http.c. */
#ifndef RPC_TRANSPORT_LARGE_H
#define RPC_TRANSPORT_LARGE_H

#include "apr_allocator.h"

/** A message of more bytes is a large one: its values may take more than a
 *  thread keeps. */
#define RPC_LARGE (8 * 1024)

/** Of a child process. */
typedef struct rpc_large_t rpc_large_t;

/**
 * In child_init; it ends with the process.
 * @param is_threaded Whether the process answers several requests at once;
 *                    one that does not keeps no memory: it has many brothers
 */
rpc_large_t *rpc_large_create(int is_threaded);

/**
 * Wait for a turn to decode a message that has arrived. It is not held while
 * anything else is waited for.
 * @param length Of the message, in bytes: so many microseconds it waits at
 *               most, that a small one does not wait for all larger ones
 */
void rpc_large_wait(rpc_large_t *large, apr_size_t length);

/** A turn to encode an answer, without waiting: those that wait would need
 *  memory, and this gives some back. */
void rpc_large_go_on(rpc_large_t *large);

/** The turn is over. */
void rpc_large_done(rpc_large_t *large);

/** An allocator for the message's pool, with memory in it.
 *  @param length Of the message, in bytes */
apr_allocator_t *rpc_large_take(rpc_large_t *large, apr_size_t length);

/** The message has ended: the next one may have its allocator. */
void rpc_large_give(rpc_large_t *large, apr_allocator_t *allocator);

#endif
