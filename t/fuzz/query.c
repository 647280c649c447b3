/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes src/protocol/form.c. The first line of the input is the query
 * string, the rest the body; what was read is checked for its promises. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "apr_general.h"

#include "core/utf8.h"
#include "protocol/form.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int condition)
{
    if (!condition) {
        abort();
    }
}

static void check_text(const char *text, apr_size_t length)
{
    require(text[length] == '\0');
    require(rpc_utf8_is_valid(text, length));
}

static void check_form(const rpc_form_t *form, const rpc_limits_t *limits)
{
    int i;

    require(form->count <= limits->max_values);
    for (i = 0; i < form->count; i++) {
        const rpc_field_t *field = &form->fields[i];

        require((apr_int64_t)field->name_length <= limits->max_string);
        check_text(field->name, field->name_length);
        check_text(field->value, field->value_length);
        if (strlen(field->name) == field->name_length) {
            require(rpc_form_get(form, field->name) != NULL);
            require(rpc_form_count(form, field->name) > 0);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const rpc_limits_t limits = {.max_body = 4096,
                                        .max_depth = 16,
                                        .max_values = 20,
                                        .max_batch = 16,
                                        .max_string = 200};
    const char *query = (const char *)data;
    const char *line = size > 0 ? memchr(data, '\n', size) : NULL;
    apr_size_t length = line != NULL ? (apr_size_t)(line - query) : size;
    const rpc_form_t *form = NULL;
    rpc_fault_t *fault;
    apr_pool_t *pool;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    fault = rpc_form_parse(query, length, line != NULL ? line + 1 : NULL,
                           line != NULL ? size - length - 1 : 0, &limits,
                           pool, &form);
    if (fault != NULL) {
        require(form == NULL && fault->text[0] != '\0');
        require(rpc_utf8_is_valid(fault->text, strlen(fault->text)));
    }
    else {
        check_form(form, &limits);
    }
    apr_pool_destroy(pool);
    apr_terminate();
    return 0;
}
