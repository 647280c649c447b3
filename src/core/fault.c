/* SPDX-License-Identifier: Apache-2.0 */
/* Faults: what a failed call carries, and the words of the specifications
 * for its code. For core and protocols. */
#include "core/fault.h"

#include <string.h>

#include "apr_strings.h"

typedef struct title_t {
    int code;
    const char *title;
} title_t;

/* JSON-RPC 2.0, section 5.1; the XML-RPC fault code interoperability
 * specification; ours. */
static const title_t titles[] = {
    {.code = RPC_E_PARSE, .title = "Parse error"},
    {.code = -32701, .title = "Unsupported encoding"},
    {.code = -32702, .title = "Invalid character for encoding"},
    {.code = RPC_E_REQUEST, .title = "Invalid Request"},
    {.code = RPC_E_METHOD, .title = "Method not found"},
    {.code = RPC_E_PARAMS, .title = "Invalid params"},
    {.code = RPC_E_INTERNAL, .title = "Internal error"},
    {.code = RPC_E_APPLICATION, .title = "Application error"},
    {.code = -32400, .title = "System error"},
    {.code = -32300, .title = "Transport error"},
    {.code = RPC_E_BUSY, .title = "Server busy"},
    {.code = RPC_E_FORBIDDEN, .title = "Forbidden"},
    {.code = RPC_E_LIMIT, .title = "Limit exceeded"},
    {.code = RPC_E_TIMEOUT, .title = "Timeout"},
    {.code = RPC_E_PEER_GONE, .title = "Peer gone"},
    {.code = RPC_E_RATE, .title = "Rate exceeded"},
    {.code = RPC_E_STOPPING, .title = "Server stopping"},
    {.code = RPC_E_ORIGIN, .title = "Origin refused"},
    {.code = RPC_E_CANCELLED, .title = "Cancelled"}};

rpc_fault_t *rpc_fault_makev(apr_pool_t *pool, int code, const char *format,
                             va_list args)
{
    rpc_fault_t *fault = apr_pcalloc(pool, sizeof(*fault));

    fault->code = code;
    fault->text = apr_pvsprintf(pool, format, args);
    return fault;
}

rpc_fault_t *rpc_fault_make(apr_pool_t *pool, int code, const char *format,
                            ...)
{
    rpc_fault_t *fault;
    va_list args;

    va_start(args, format);
    fault = rpc_fault_makev(pool, code, format, args);
    va_end(args);
    return fault;
}

rpc_fault_t *rpc_fault_limit(apr_pool_t *pool, int code,
                             const char *directive, apr_int64_t limit,
                             const char *unit)
{
    return rpc_fault_make(pool, code,
                          "more than %" APR_INT64_T_FMT " %s (%s %"
                          APR_INT64_T_FMT ")", limit, unit, directive, limit);
}

const char *rpc_fault_title(int code)
{
    apr_size_t i;

    for (i = 0; i < sizeof(titles) / sizeof(titles[0]); i++) {
        if (titles[i].code == code) {
            return titles[i].title;
        }
    }
    return NULL;
}

const char *rpc_fault_sentence(const rpc_fault_t *fault, apr_pool_t *pool)
{
    const char *title = rpc_fault_title(fault->code);

    if (title == NULL || strcmp(title, fault->text) == 0) {
        return fault->text;
    }
    if (fault->text[0] == '\0') {
        return title;
    }
    return apr_pstrcat(pool, title, ": ", fault->text, NULL);
}
