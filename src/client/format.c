/* SPDX-License-Identifier: Apache-2.0 */
/* Calls in one line, and values as readable JSON. For programs that link
 * libmodrpc. */
#include "client/client.h"

#include "apr_strings.h"

#include "core/utf8.h"
#include "protocol/json.h"

/* One argument off the list. @return NULL: no such letter */
static rpc_value_t *argument(rpc_call_t *call, char letter, va_list *args)
{
    const rpc_value_t *value;
    const void *bytes;

    switch (letter) {
    case 'i':
        return rpc_int(call, va_arg(*args, int));
    case 'I':
        return rpc_int(call, va_arg(*args, int64_t));
    case 'd':
        return rpc_double(call, va_arg(*args, double));
    case 'b':
        return rpc_bool(call, va_arg(*args, int));
    case 's':
        return rpc_string(call, va_arg(*args, const char *));
    case 'y':
        bytes = va_arg(*args, const void *);
        return rpc_bytes(call, bytes, va_arg(*args, size_t));
    case 't':
        return RPC_API_(call)->scalar(call, RPC_TIME,
                                      va_arg(*args, apr_time_t));
    case 'n':
        return rpc_nil(call);
    case 'v':
        value = va_arg(*args, const rpc_value_t *);
        return rpc_value_in_pool(
            rpc_value_deep_copy(value, rpc_call_pool(call)),
            rpc_call_pool(call));
    default:
        return NULL;
    }
}

/* "ii" or "x:i,y:i", or a mixture, "i,y:i". */
static void add_arguments(rpc_call_t *call, const char *format,
                          va_list *args)
{
    while (format != NULL && *format != '\0') {
        apr_size_t length = strcspn(format, ":,");
        const char *name = NULL;
        rpc_value_t *value;

        if (*format == ',') {
            format++;
            continue;
        }
        if (format[length] == ':') {
            name = apr_pstrmemdup(rpc_call_pool(call), format, length);
            format += length + 1;
        }
        value = argument(call, *format, args);
        if (value == NULL) {
            rpc_request_of(call)->wrong = apr_psprintf(
                rpc_call_pool(call), "the format has no letter '%.1s' (i I d"
                " b s y t n v)", format);
            return;
        }
        format++;
        if (name != NULL) {
            rpc_request_set(call, name, value);
        }
        else {
            rpc_request_add(call, value);
        }
    }
}

rpc_reply_t *rpc_client_callf(rpc_client_t *client, const char *method,
                              const char *format, ...)
{
    rpc_call_t *call = rpc_client_request(client, method);
    va_list args;

    va_start(args, format);
    add_arguments(call, format, &args);
    va_end(args);
    return rpc_request_call(call);
}

rpc_reply_t *rpc_client_notifyf(rpc_client_t *client, const char *method,
                                const char *format, ...)
{
    rpc_call_t *call = rpc_client_request(client, method);
    va_list args;

    va_start(args, format);
    add_arguments(call, format, &args);
    va_end(args);
    return rpc_request_notify(call);
}

/* ------------------------------------------------------------------------ */

static void write_line(rpc_writer_t *out, int level)
{
    rpc_write_char(out, '\n');
    for (; level > 0; level--) {
        rpc_write_literal(out, "  ");
    }
}

/* Lists in lines of their own, unless they are empty. */
static const char *write_indented(rpc_writer_t *out,
                                  const rpc_value_t *value, int level)
{
    int is_struct = rpc_type(value) == RPC_STRUCT;
    apr_size_t count = rpc_value_count(value);
    const char *why = NULL;
    apr_size_t i;

    if (count == 0 || level >= RPC_HIGHEST_MAX_DEPTH) {
        return rpc_json_write(out, value);
    }
    rpc_write_char(out, is_struct ? '{' : '[');
    for (i = 0; why == NULL && i < count; i++) {
        const rpc_value_t *element = rpc_value_at(value, i);

        if (i > 0) {
            rpc_write_char(out, ',');
        }
        write_line(out, level + 1);
        if (is_struct) {
            const char *name;
            apr_size_t length;

            element = rpc_value_member(value, i, &name, &length);
            if (!rpc_utf8_is_valid(name, length)) {
                return "a member name that is no UTF-8";
            }
            rpc_json_write_string(out, name, length);
            rpc_write_literal(out, ": ");
        }
        why = write_indented(out, element, level + 1);
    }
    write_line(out, level);
    rpc_write_char(out, is_struct ? '}' : ']');
    return why;
}

const char *rpc_client_json(const rpc_value_t *value, int indent,
                            apr_pool_t *pool)
{
    rpc_writer_t *out = rpc_writer_create(pool);
    rpc_value_t nil = rpc_value_nil();
    const char *why;

    value = value != NULL ? value : &nil;
    why = indent ? write_indented(out, value, 0)
                 : rpc_json_write(out, value);
    if (why != NULL) {
        return NULL;
    }
    rpc_write_char(out, '\0');
    return out->data;
}

const char *rpc_reply_json(rpc_reply_t *reply, const rpc_value_t *value,
                           int indent)
{
    return rpc_reply_wait(reply, -1)
               ? rpc_client_json(value, indent, reply->pool) : NULL;
}
