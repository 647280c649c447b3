/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzz target: bytes as a methodCall, for a parser that read others before and
 * for a new one, which must agree. What is accepted is written again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "apr_general.h"
#include "apr_strings.h"

#include "core/utf8.h"
#include "protocol/xmlvalue.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Stands for a thread's pool. */
static apr_pool_t *keeper;
static const rpc_limits_t limits = { 1 << 20, 40, 2000, 100, 1 << 16 };
/* Escapes and base64 are longer than what they stand for. */
static const rpc_limits_t wide = { 1 << 24, 41, 2001, 100, 1 << 20 };

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    apr_initialize();
    apr_pool_create(&keeper, NULL);
    rpc_xml_child_init();
    return 0;
}

/* The values of a call, which can always be written: they were read. */
static rpc_writer_t *written(const rpc_value_t *params, apr_pool_t *pool)
{
    rpc_writer_t *writer = rpc_writer_create(pool);

    if (rpc_xml_write(writer, params, 1) != NULL) {
        abort();
    }
    return writer;
}

/* It must be accepted again, as it is written, and come out the same. */
static void check_again(const rpc_xmlcall_t *call, apr_pool_t *pool)
{
    rpc_writer_t *first = written(&call->params, pool);
    rpc_writer_t *document = rpc_writer_create(pool);
    rpc_writer_t *second;
    rpc_xmlcall_t again;

    rpc_write_literal(document, "<methodCall><methodName>");
    rpc_xml_write_text(document, call->method, call->method_length);
    rpc_write_literal(document, "</methodName><params><param>");
    rpc_write(document, first->data, first->length);
    rpc_write_literal(document, "</param></params></methodCall>");
    rpc_write_char(document, '\0');
    if (rpc_xml_read(document->data, document->length - 1, "utf-8", &wide,
                     NULL, pool, &again) != NULL
        || rpc_value_count(&again.params) != 1
        || again.method_length != call->method_length
        || memcmp(again.method, call->method, call->method_length) != 0) {
        abort();
    }
    second = written(rpc_value_at(&again.params, 0), pool);
    if (second->length != first->length
        || memcmp(second->data, first->data, first->length) != 0) {
        abort();
    }
}

/* A block of its own size, with the NUL that the reader wants, so that a
 * sanitizer sees a read past its end. */
static char *copy_of(const uint8_t *data, size_t size)
{
    char *bytes = malloc(size + 1);

    if (bytes == NULL) {
        abort();
    }
    memcpy(bytes, data, size);
    bytes[size] = '\0';
    return bytes;
}

/* A parser of its own must say the same of the same bytes. */
static void check_alone(const uint8_t *data, apr_size_t length,
                        const char *charset, const rpc_fault_t *fault,
                        const rpc_xmlcall_t *call, apr_pool_t *pool)
{
    rpc_writer_t *first = written(&call->params, pool);
    rpc_writer_t *second;
    rpc_xmlcall_t alone;
    char *bytes = copy_of(data, length);
    rpc_fault_t *other = rpc_xml_read(bytes, length, charset, &limits, NULL,
                                      pool, &alone);

    free(bytes); /* nothing may refer to it now */
    second = written(&alone.params, pool);
    if ((fault == NULL) != (other == NULL)
        || (fault != NULL && (fault->code != other->code
                              || strcmp(fault->text, other->text) != 0))
        || call->method_length != alone.method_length
        || memcmp(call->method, alone.method, alone.method_length) != 0
        || first->length != second->length
        || memcmp(first->data, second->data, first->length) != 0) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const charsets[] = { "utf-8", "iso-8859-1", "utf-16",
                                            "us-ascii", "shift_jis", "utf-7" };
    const char *charset = NULL; /* a digit before the document chooses */
    char *bytes;
    apr_pool_t *pool;
    rpc_xmlcall_t call;
    rpc_fault_t *fault;

    apr_pool_create(&pool, NULL);
    if (size > 0 && data[0] >= '0' && data[0] < '6') {
        charset = charsets[data[0] - '0'];
        data++;
        size--;
    }
    bytes = copy_of(data, size);
    fault = rpc_xml_read(bytes, size, charset, &limits, keeper, pool, &call);
    free(bytes);
    check_alone(data, size, charset, fault, &call, pool);
    if (fault == NULL) {
        check_again(&call, pool);
    }
    else if (fault->text[0] == '\0'
             || !rpc_utf8_is_valid(fault->text, strlen(fault->text))) {
        abort();
    }
    apr_pool_destroy(pool);
    return 0;
}
