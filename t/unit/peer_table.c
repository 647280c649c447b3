/* SPDX-License-Identifier: Apache-2.0 */
/* The handlers that the unit tests of peers call. For t/unit/peer*.c, through
 * peer_rig.h. */
#include "peer_rig.h"

#include <stdlib.h>

#include "apr_strings.h"

rpc_call_t *rig_parked;
static rpc_call_t **all;
static int all_count;
int rig_opened;
int rig_closed;

static rpc_value_t *echo(rpc_call_t *call)
{
    return rpc_arg(call, 0);
}

/* rpcbd's: counts, and tells the callback that it may be given. */
static rpc_value_t *count(rpc_call_t *call)
{
    const char *callback = rpc_arg_string(call, 1);
    int64_t n = rpc_arg_int(call, 0);
    int64_t i;

    if (n > 100) {
        return rpc_fail(call, 1, "too much to count");
    }
    for (i = 1; callback != NULL && i <= n; i++) {
        rpc_value_t *said = rpc_string(
            call, apr_psprintf(rpc_call_pool(call), "Counted to %d", (int)i));

        rpc_peer_notify(rpc_call_peer(call), callback,
                        rpc_arrayv(call, said, (char *)NULL));
    }
    return rpc_string(call, apr_psprintf(rpc_call_pool(call),
                                         "Counted to %d", (int)n));
}

static rpc_value_t *divide(rpc_call_t *call)
{
    if (rpc_arg_int(call, 1) <= 0) {
        return rpc_fail(call, RPC_E_INTERNAL, "division by zero");
    }
    return rpc_int(call, rpc_arg_int(call, 0) / rpc_arg_int(call, 1));
}

/* Asks the caller by its callback; the answer is the caller's. */
static void on_answer(rpc_peer_t *peer, rpc_call_t *reply,
                      rpc_value_t *result, void *baton)
{
    rpc_call_t *call = baton;

    (void)peer;
    (void)reply;
    if (result == NULL) {
        rpc_complete_fail(call, 1, "no answer");
        return;
    }
    rpc_complete(call, rpc_string(call, apr_pstrcat(
        rpc_call_pool(call), "client said ", rpc_as_string(result, NULL),
        NULL)));
}

static rpc_value_t *ask(rpc_call_t *call)
{
    rpc_value_t *later = rpc_defer(call, 10000000);
    rpc_value_t *params = rpc_arrayv(call, rpc_string(call, "question"),
                                     (char *)NULL);

    if (rpc_peer_call(rpc_call_peer(call), rpc_arg_string(call, 0), params,
                      0, on_answer, call) != APR_SUCCESS) {
        return rpc_fail(call, 1, "not sent");
    }
    return later;
}

static rpc_value_t *park(rpc_call_t *call)
{
    rig_parked = call;
    all = realloc(all, sizeof(*all) * (size_t)(all_count + 1));
    all[all_count++] = call;
    return rpc_defer(call, rpc_arg_int(call, 0) % 100000 * 1000);
}

void rig_complete_all(void)
{
    while (all_count > 0) {
        rpc_complete(all[--all_count], NULL);
    }
    free(all);
    all = NULL;
}

static rpc_value_t *slow(rpc_call_t *call)
{
    return rpc_string(call, "slow");
}

static rpc_value_t *wait_here(rpc_call_t *call)
{
    return rpc_peer_call_wait(call, rpc_call_peer(call), "x", NULL, 0);
}

static rpc_value_t *tell(rpc_call_t *call)
{
    return rpc_int(call, rpc_publish(call, rpc_arg_string(call, 0),
                                     rpc_arg(call, 1)) == APR_SUCCESS);
}

static rpc_value_t *bad(rpc_call_t *call)
{
    (void)call;
    return NULL;
}

static void peer_open(rpc_peer_t *peer, void *context)
{
    (void)context;
    rig_opened++;
    rpc_peer_set_data(peer, &rig_opened, &rig_opened);
}

static void peer_close(rpc_peer_t *peer, void *context)
{
    (void)context;
    rig_closed += rpc_peer_data(peer, &rig_opened) == &rig_opened;
}

static const rpc_method_t methods[] = {
    RPC_METHOD("any echo(any data)", echo, 0, NULL),
    RPC_METHOD("string count(int n, string callback = null)", count, 0, NULL),
    RPC_METHOD("int divide(int x, int y)", divide, 0, NULL),
    RPC_METHOD("string ask(string callback)", ask, 0, NULL),
    RPC_METHOD("any park(int milliseconds)", park, 0, NULL),
    RPC_METHOD("string slow()", slow, RPC_BLOCKING, NULL),
    RPC_METHOD("any wait()", wait_here, 0, NULL),
    RPC_METHOD("int tell(string topic, any value)", tell, 0, NULL),
    RPC_METHOD("int bad()", bad, 0, NULL),
    RPC_METHOD_END
};
static const char *const news[] = { "news", "a b", NULL };
static const rpc_table_t sub = RPC_TABLE(sub, "below", NULL,
                                         .dispatch = echo, .topics = news);
static const rpc_table_t *const subtables[] = { &sub, NULL };
const rpc_table_t rig_table = RPC_TABLE(
    main, "test", methods, .topics = news, .subtables = subtables,
    .peer_open = peer_open, .peer_close = peer_close);
