/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes src/protocol/form.c, and what jsonrpc and pyrpc read from forms. The
 * first line of the input is the query string, the rest the body; what was
 * read and what would be answered are checked for their promises. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "apr_general.h"

#include "core/utf8.h"
#include "protocol/json_entries.h"
#include "protocol/protocol.h"

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

/* The answer of jsonrpc is JSON, whatever text the id is. */
static void check_json(char *text, apr_size_t length, apr_pool_t *pool)
{
    static const rpc_limits_t wide = {.max_body = 1 << 20,
                                      .max_depth = 64,
                                      .max_values = 1000,
                                      .max_batch = 1,
                                      .max_string = 1 << 20};
    rpc_json_entries_t entries;

    require(rpc_json_read_entries(text, length, &wide, pool, &entries)
            == NULL);
    require(entries.count == 1 && entries.entries[0].json.objection == NULL);
}

/* The answer, as if the method returned its arguments. */
static void check_answer(rpc_message_t *message,
                         const rpc_protocol_t *protocol)
{
    rpc_writer_t *out = rpc_writer_create(message->pool);
    int i;

    require(message->fault != NULL || message->call_count == 1);
    for (i = 0; i < message->call_count; i++) {
        rpc_call_t *call = message->calls[i];

        call->result = call->positional != NULL ? call->positional
                       : call->named != NULL    ? call->named
                       : rpc_value_in_pool(rpc_value_nil(), message->pool);
    }
    protocol->encode(message, out);
    if (out->length == 0) {
        require(message->calls[0]->is_notification);
    }
    else if (protocol == &rpc_protocol_jsonrpc) {
        rpc_write_char(out, '\0');
        check_json(out->data, out->length - 1, message->pool);
    }
    rpc_message_unref(message);
}

static void check_protocols(const rpc_form_t *form,
                            const rpc_limits_t *limits)
{
    const rpc_options_t options = {.charset = NULL};
    const rpc_caller_t caller = {.transport = "fuzz", .limits = limits};
    rpc_message_t *messages[3];
    int i;

    for (i = 0; i < 3; i++) {
        messages[i] = rpc_message_create(&caller);
        messages[i]->options = &options;
    }
    rpc_jsonrpc_decode_query(messages[0], form);
    rpc_jsonrpc_decode_path(messages[1], "add", 3, form);
    rpc_pyrpc_decode_form(messages[2], form);
    check_answer(messages[0], &rpc_protocol_jsonrpc);
    check_answer(messages[1], &rpc_protocol_jsonrpc);
    check_answer(messages[2], &rpc_protocol_pyrpc);
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
        check_protocols(form, &limits);
    }
    apr_pool_destroy(pool);
    apr_terminate();
    return 0;
}
