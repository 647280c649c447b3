/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzz target: bytes as the answer of a server. The first byte chooses the
 * reader: x XML-RPC, p PyRPC, q PyRPC as JSON, else JSON-RPC. What is taken
 * can be written again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "apr_general.h"
#include "apr_strings.h"

#include "protocol/json.h"
#include "protocol/jsonrpc_peer.h"
#include "protocol/pyrpc_client.h"
#include "protocol/xmlrpc_client.h"
#include "protocol/xmlvalue.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const rpc_limits_t limits = { 1 << 20, 40, 2000, 100, 1 << 16 };

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    apr_initialize();
    rpc_xml_child_init();
    return 0;
}

/* Exactly one of the two. */
static void check(const rpc_value_t *result, const rpc_fault_t *fault,
                  apr_pool_t *pool)
{
    rpc_writer_t *out = rpc_writer_create(pool);

    if ((result == NULL) == (fault == NULL)) {
        abort();
    }
    if (result != NULL && rpc_json_write(out, result) != NULL) {
        abort();
    }
    if (fault != NULL && fault->data != NULL
        && rpc_json_write(out, fault->data) != NULL) {
        abort();
    }
}

static rpc_fault_t *read_json(char *text, size_t size, apr_pool_t *pool)
{
    rpc_answers_t answers = { .count = 0 };
    rpc_fault_t *fault;
    int i;

    fault = rpc_jsonrpc_read_answers(text, size, &limits, pool, &answers);
    for (i = 0; fault == NULL && i < answers.count; i++) {
        if (answers.answers[i].broken == NULL) {
            check(answers.answers[i].result, answers.answers[i].fault, pool);
        }
    }
    return fault;
}

static rpc_fault_t *read_answer(char kind, char *text, size_t size,
                                apr_pool_t *pool)
{
    rpc_value_t *result = NULL;
    rpc_fault_t *other = NULL;
    rpc_fault_t *fault;

    if (kind == 'x') {
        fault = rpc_xmlrpc_read_response(text, size, NULL, &limits, pool,
                                         &result, &other);
    }
    else if (kind == 'p' || kind == 'q') {
        fault = rpc_pyrpc_read_answer(text, size, kind == 'q', &limits, pool,
                                      &result, &other);
    }
    else {
        return read_json(text, size, pool);
    }
    if (fault == NULL) {
        check(result, other, pool);
    }
    return fault;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apr_pool_t *pool;
    rpc_fault_t *fault;
    char *text;

    if (size == 0) {
        return 0;
    }
    apr_pool_create(&pool, NULL);
    text = apr_pstrmemdup(pool, (const char *)data + 1, size - 1);
    fault = read_answer((char)data[0], text, size - 1, pool);
    if (fault != NULL && fault->text[0] == '\0') {
        abort();
    }
    apr_pool_destroy(pool);
    return 0;
}
