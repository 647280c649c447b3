/* SPDX-License-Identifier: Apache-2.0 */
/* Tests src/core/fault.c: the words for each code, and how they make a
 * sentence. */
#include <stdlib.h>

#include "apr_general.h"

#include "core/fault.h"
#include "tap.h"

static const char *sentence(apr_pool_t *pool, int code, const char *text)
{
    return rpc_fault_sentence(rpc_fault_make(pool, code, "%s", text), pool);
}

static void test_titles(void)
{
    /* JSON-RPC 2.0, section 5.1 */
    is_str(rpc_fault_title(-32700), "Parse error", "-32700");
    is_str(rpc_fault_title(-32600), "Invalid Request", "-32600");
    is_str(rpc_fault_title(-32601), "Method not found", "-32601");
    is_str(rpc_fault_title(-32602), "Invalid params", "-32602");
    is_str(rpc_fault_title(-32603), "Internal error", "-32603");
    is_str(rpc_fault_title(RPC_E_LIMIT), "Limit exceeded", "a code of ours");
    is_str(rpc_fault_title(0), NULL, "0 is a handler's own");
    is_str(rpc_fault_title(1), NULL, "so is 1");
    is_str(rpc_fault_title(-32099), NULL, "and -32099");
}

int main(void)
{
    apr_pool_t *pool;
    rpc_fault_t *fault;

    apr_initialize();
    atexit(apr_terminate);
    apr_pool_create(&pool, NULL);
    test_titles();
    fault = rpc_fault_make(pool, 7, "%d of %s", 3, "them");
    ok(fault->code == 7 && fault->data == NULL, "a fault");
    is_str(fault->text, "3 of them", "its text");
    fault = rpc_fault_limit(pool, RPC_E_LIMIT, "RpcMaxDepth", 64, "levels");
    is_str(fault->text, "more than 64 levels (RpcMaxDepth 64)", "a limit");
    is_str(sentence(pool, RPC_E_PARAMS, "expected int"),
           "Invalid params: expected int", "title and text");
    is_str(sentence(pool, 7, "own"), "own", "a code without title");
    is_str(sentence(pool, RPC_E_BUSY, ""), "Server busy", "no text");
    is_str(sentence(pool, RPC_E_BUSY, "Server busy"), "Server busy",
           "nothing is said twice");
    return done_testing();
}
