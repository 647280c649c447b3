/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzz target: a pyrpc call. What is accepted must be the same after its repr
 * was read again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "apr_general.h"
#include "protocol/python.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

/* Low enough that small inputs get past them. */
static const rpc_limits_t limits = { 1 << 20, 16, 1000, 10, 4096 };

/* For a result, which may be longer than the limits of its source. */
static const rpc_limits_t wide = { 1 << 24, 32, 100000, 10, 1 << 24 };

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return apr_initialize() == APR_SUCCESS ? 0 : 1;
}

/* Values are compared by what they are written as. */
static void check(const rpc_value_t *value, apr_pool_t *pool)
{
    rpc_writer_t *first = rpc_writer_create(pool);
    rpc_writer_t *second = rpc_writer_create(pool);
    rpc_value_t again;

    if (rpc_python_write(first, value) != NULL
        || rpc_python_read(first->data, first->length, &wide, pool, &again)
               != NULL
        || rpc_python_write(second, &again) != NULL
        || first->length != second->length
        || memcmp(first->data, second->data, first->length) != 0) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apr_pool_t *pool;
    rpc_pycall_t call;
    rpc_value_t value;
    rpc_fault_t *fault;

    if (apr_pool_create(&pool, NULL) != APR_SUCCESS) {
        return 0;
    }
    fault = rpc_python_read_call((const char *)data, size, &limits, pool,
                                 &call);
    if (fault == NULL) {
        check(&call.positional, pool);
        check(&call.named, pool);
    }
    else if (fault->text == NULL || fault->code >= 0) {
        abort();
    }
    fault = rpc_python_read((const char *)data, size, &limits, pool, &value);
    if (fault == NULL) {
        check(&value, pool);
    }
    apr_pool_destroy(pool);
    return 0;
}
