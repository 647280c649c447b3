/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes src/peer: the bytes of the other end, into a session that has calls,
 * a batch and a callback outstanding. The first byte of the input chooses the
 * wire, the second the size of the pieces that arrive. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "apr_general.h"

#include "core/call.h"
#include "peer_rig.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int condition)
{
    if (!condition) {
        abort();
    }
}

/* Counts the answers; each call gets one. */
static void on_reply(rpc_peer_t *peer, rpc_call_t *reply, rpc_value_t *result,
                     void *baton)
{
    require(rpc_call_peer(reply) == peer);
    require((result == NULL) == (rpc_fault(reply, NULL) != 0));
    ++*(int *)baton;
}

static rpc_value_t *call_back(rpc_call_t *call, void *baton)
{
    (void)baton;
    return rpc_call_params(call);
}

/* Ids 1 to 4 are awaited; the text of what was sent is not looked at. */
static int make_outstanding(rpc_peer_t *peer, rpc_call_t *build, int *told)
{
    rpc_batch_t *batch = rpc_batch(peer);
    rpc_value_t *params = rpc_arrayv(
        build, rpc_callback(build, peer, call_back, NULL), (char *)NULL);
    int sent = 0;

    sent += rpc_peer_call(peer, "a", params, 0, on_reply, told)
            == APR_SUCCESS;
    sent += rpc_peer_call(peer, "b", NULL, 1000000, on_reply, told)
            == APR_SUCCESS;
    rpc_batch_call(batch, "c", NULL, on_reply, told);
    rpc_batch_call(batch, "d", NULL, on_reply, told);
    sent += rpc_batch_send(batch, 0) == APR_SUCCESS ? 2 : 0;
    return sent;
}

static void feed(rig_end_t *end, const uint8_t *data, size_t size,
                 size_t piece)
{
    int state = RPC_PEER_OPEN;
    size_t at;

    for (at = 0; at < size && state == RPC_PEER_OPEN; at += piece) {
        state = rpc_peer_receive(end->peer, (const char *)data + at,
                                 size - at < piece ? size - at : piece);
    }
    if (state == RPC_PEER_OPEN) {
        state = rpc_peer_pause(end->peer);
    }
    if (state == RPC_PEER_OPEN) {
        rpc_peer_end_of_input(end->peer);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const rpc_limits_t limits = {.max_body = 4096,
                                        .max_depth = 16,
                                        .max_values = 200,
                                        .max_batch = 16,
                                        .max_string = 1000};
    rig_setup_t setup = {.limits = &limits, .max_pending = 4};
    rpc_call_t *build;
    rig_end_t *end;
    apr_pool_t *pool;
    int told = 0;
    int sent = 0;

    if (size < 2) {
        return 0;
    }
    apr_initialize();
    apr_pool_create(&pool, NULL);
    setup.host = rig_host_create(0, 0, pool);
    setup.registry = rig_registry(&rig_table, "", pool);
    setup.is_pyrpc = data[0] % 9 == 8;
    setup.framing = setup.is_pyrpc ? RPC_FRAMING_AUTO : data[0] % 9 - 2;
    build = rpc_background(&rpc_api, NULL, pool);
    end = rig_end_create(&setup);
    if (!setup.is_pyrpc) {
        sent = make_outstanding(end->peer, build, &told);
    }
    feed(end, data + 2, size - 2, data[1] > 0 ? data[1] : size);
    require(told <= sent);
    rig_end_drop(end);
    require(told == sent);
    require(rpc_timers_run(setup.host->timers) == -1);
    rig_complete_all();
    require(end->released);
    rig_end_free(end);
    apr_pool_destroy(pool);
    apr_terminate();
    return 0;
}
