/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzz target: prototypes, and arguments bound to them. The first line of
 * the input is the prototype; the second, if any, the arguments, one byte
 * each. For libFuzzer, and t/fuzz/driver.c in make check. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "apr_general.h"

#include "core/arguments.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return apr_initialize() != APR_SUCCESS;
}

/* The next value of the second line: scalars by letter, lists by brackets,
 * at most eight deep. */
static rpc_value_t make_value(const uint8_t **data, const uint8_t *end,
                              int depth, apr_pool_t *pool)
{
    static const char *const texts[] = {"aGk=", "5", "1970-01-01T00:00:01Z",
                                        "null"};
    uint8_t c = *data < end ? *(*data)++ : 'n';
    rpc_value_t list;

    switch (c) {
    case 'i':
        return rpc_value_int(5);
    case 'I':
        return rpc_value_int(INT64_MAX);
    case 'd':
        return rpc_value_double(1.5);
    case 'b':
        return rpc_value_bool(1);
    case 't':
        return rpc_value_time(0);
    case '[':
    case '{':
        break;
    default:
        return c < 'n' ? rpc_value_text(RPC_STRING, texts[c % 4],
                                        strlen(texts[c % 4]))
                       : rpc_value_nil();
    }
    list = rpc_value_list(c == '[' ? RPC_ARRAY : RPC_STRUCT, pool);
    while (depth < 8 && *data < end && **data != ']' && **data != '}') {
        rpc_value_t value;
        static const char *const names[] = {"a", "b", "x", "y"};

        value = make_value(data, end, depth + 1, pool);
        if (c == '[') {
            rpc_value_append(&list, value, pool);
        }
        else {
            rpc_value_set(&list, names[rpc_value_count(&list) % 4], 1, value,
                          pool);
        }
    }
    *data += *data < end;
    return list;
}

static void bind_values(const rpc_signature_t *signature, const uint8_t *data,
                        size_t size, apr_pool_t *pool)
{
    const uint8_t *end = data + size;
    rpc_value_t positional = rpc_value_list(RPC_ARRAY, pool);
    rpc_value_t named = rpc_value_list(RPC_STRUCT, pool);
    enum rpc_coerce_e coerce;
    rpc_value_t *args;
    unsigned char *given;
    int i;

    for (i = 0; data < end && i < signature->count + 1; i++) {
        rpc_value_t value = make_value(&data, end, 0, pool);

        rpc_value_append(&positional, value, pool);
        if (i < signature->count) {
            rpc_value_set(&named, signature->parameters[i].name,
                          signature->parameters[i].name_length, value, pool);
        }
        rpc_arguments_check_result(signature, &value, pool);
    }
    for (coerce = RPC_COERCE_NONE; coerce <= RPC_COERCE_QUERY; coerce++) {
        if (!rpc_arguments_bind(signature, "f", &positional, NULL, coerce, pool,
                                &args, &given)) {
            for (i = 0; i < signature->count; i++) {
                unsigned mask = signature->parameters[i].type->mask;

                /* What a method is given has the type it asked for. */
                if (given[i] && !signature->parameters[i].rest &&
                    (mask & RPC_BIT(args[i].type)) == 0) {
                    abort();
                }
            }
        }
        rpc_arguments_bind(signature, "f", NULL, &named, coerce, pool, &args,
                           &given);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *line = size ? memchr(data, '\n', size) : NULL;
    size_t length = line ? (size_t)(line - data) : size;
    const rpc_signature_t *signature = NULL;
    const char *error;
    apr_pool_t *pool;
    char *text;
    int column = 0;

    apr_pool_create(&pool, NULL);
    text = malloc(length + 1);
    if (text) {
        if (length) {
            memcpy(text, data, length);
        }
        text[length] = '\0';
        error = rpc_signature_parse(text, pool, &signature, &column);
        if (error ? column < 1 || strchr(error, '\n') : !signature) {
            abort();
        }
        free(text);
    }
    if (signature) {
        rpc_signature_check_name(signature->name, pool);
        bind_values(signature, data + length + (line != NULL),
                    size - length - (line != NULL), pool);
    }
    apr_pool_destroy(pool);
    return 0;
}
