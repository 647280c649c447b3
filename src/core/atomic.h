/* SPDX-License-Identifier: Apache-2.0 */
/* Counters and flags that threads share without a lock. For core and peer.
 * The compiler's own, so that ThreadSanitizer sees them, unlike APR's. */
#ifndef RPC_CORE_ATOMIC_H
#define RPC_CORE_ATOMIC_H

#define rpc_atomic_get(place) __atomic_load_n(place, __ATOMIC_SEQ_CST)
#define rpc_atomic_set(place, value)                                           \
    __atomic_store_n(place, value, __ATOMIC_SEQ_CST)

/** @return the sum, the difference */
#define rpc_atomic_add(place, n) __atomic_add_fetch(place, n, __ATOMIC_SEQ_CST)
#define rpc_atomic_sub(place, n) __atomic_sub_fetch(place, n, __ATOMIC_SEQ_CST)

/** Store `value` if `*expected` is there.
 *  @return 1; or 0, and what is there in `*expected` */
#define rpc_atomic_swap(place, expected, value)                                \
    __atomic_compare_exchange_n(place, expected, value, 0, __ATOMIC_SEQ_CST,   \
                                __ATOMIC_SEQ_CST)

#endif
