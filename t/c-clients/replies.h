/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of replies, which print the Test Anything Protocol. For library.c
 * and peer.c. */
#ifndef RPC_REPLIES_H
#define RPC_REPLIES_H

#include "modrpc.h"
#include "tap.h"

/* The result is this integer. Frees the reply. */
static void is_result(rpc_reply_t *reply, int64_t want, const char *name)
{
    const char *text = "";

    if (rpc_reply_fault(reply, &text) != 0) {
        ok(0, "%s: %s", name, text);
    }
    else {
        is_int(rpc_as_int(rpc_reply_result(reply)), want, name);
    }
    rpc_reply_free(reply);
}

/* A fault whose text contains what it `says`. Frees the reply. */
static void is_fault(rpc_reply_t *reply, enum rpc_reply_kind_e kind, int code,
                     const char *says)
{
    const char *text = "";

    is_int(rpc_reply_fault(reply, &text), code, says);
    is_int(rpc_reply_kind(reply), kind, "its kind");
    ok(strstr(text, says) != NULL, "it says: %s", text);
    ok(rpc_reply_result(reply) == NULL, "and there is no result");
    rpc_reply_free(reply);
}

#endif
