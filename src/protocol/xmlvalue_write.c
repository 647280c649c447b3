/* SPDX-License-Identifier: Apache-2.0 */
/* Writes values as XML-RPC's <value> elements, in UTF-8. For xmlrpc. */
#include <math.h>

#include "core/limits.h"
#include "core/number.h"
#include "core/timetext.h"
#include "core/utf8.h"
#include "protocol/xmlvalue.h"

const char rpc_xml_no_nil[] =
    "the result is nil, which XML-RPC has not (RpcXmlNil on allows it)";
const char rpc_xml_no_control[] =
    "a string of the result holds a control character, which XML cannot"
    " carry (bytes can)";

/* A parser makes LF of CR unless it is a reference. */
static int is_escaped(char c)
{
    return c == '&' || c == '<' || c == '>' || c == '\r';
}

static const char *escape_of(char c)
{
    return c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;"
           : "&#13;";
}

void rpc_xml_write_text(rpc_writer_t *writer, const char *text,
                        apr_size_t length)
{
    apr_size_t begin = 0;
    apr_size_t i;

    for (i = 0; i < length; i++) {
        if (is_escaped(text[i])) {
            rpc_write(writer, text + begin, i - begin);
            rpc_write_string(writer, escape_of(text[i]));
            begin = i + 1;
        }
    }
    if (begin < length) {
        rpc_write(writer, text + begin, length - begin);
    }
}

const char *rpc_xml_check_text(const char *text, apr_size_t length)
{
    if (!rpc_utf8_is_valid(text, length)) {
        return "a string is no valid UTF-8 (bytes can carry it)";
    }
    return rpc_utf8_is_xml(text, length) ? NULL : rpc_xml_no_control;
}

/* How much of a text is ASCII that is written as it is. */
static apr_size_t plain_prefix(const char *text, apr_size_t length)
{
    static const char is_plain[256] = {
        ['\t'] = 1, ['\n'] = 1, [' ' ... '%'] = 1, ['\'' ... ';'] = 1,
        ['='] = 1, ['?' ... 0x7f] = 1
    };
    apr_size_t i = 0;

    while (i < length && is_plain[(unsigned char)text[i]]) {
        i++;
    }
    return i;
}

/* Most texts are plain: that saves looking at them three times. */
static const char *write_checked(rpc_writer_t *writer, const char *text,
                                 apr_size_t length)
{
    apr_size_t plain = plain_prefix(text, length);
    const char *why = NULL;

    if (plain < length) {
        why = rpc_xml_check_text(text + plain, length - plain);
    }
    if (why == NULL) {
        rpc_write(writer, text, plain);
        rpc_xml_write_text(writer, text + plain, length - plain);
    }
    return why;
}

static void write_int(rpc_writer_t *writer, int64_t n)
{
    int is_wide = n < INT32_MIN || n > INT32_MAX;

    if (is_wide) {
        rpc_write_literal(writer, "<value><i8>");
        rpc_write_int(writer, n);
        rpc_write_literal(writer, "</i8></value>");
    }
    else {
        rpc_write_literal(writer, "<value><int>");
        rpc_write_int(writer, n);
        rpc_write_literal(writer, "</int></value>");
    }
}

static const char *write_double(rpc_writer_t *writer, double d)
{
    char text[RPC_NUMBER_FIXED_ROOM];

    if (!isfinite(d)) {
        return "a double is not finite";
    }
    rpc_write_literal(writer, "<value><double>");
    rpc_write(writer, text, (apr_size_t)rpc_number_format_fixed(d, text));
    rpc_write_literal(writer, "</double></value>");
    return NULL;
}

static const char *write_time(rpc_writer_t *writer, apr_time_t t)
{
    char text[RPC_TIME_ROOM];
    int length = rpc_time_format_basic(t, text);

    if (length == 0) {
        return "a time is not in the years 1 to 9999";
    }
    rpc_write_literal(writer, "<value><dateTime.iso8601>");
    rpc_write(writer, text, (apr_size_t)length);
    rpc_write_literal(writer, "</dateTime.iso8601></value>");
    return NULL;
}

static const char *write_value(rpc_writer_t *writer,
                               const rpc_value_t *value, int nil, int level);

static const char *write_array(rpc_writer_t *writer,
                               const rpc_value_t *array, int nil, int level)
{
    apr_size_t count = rpc_value_count(array);
    apr_size_t i;

    rpc_write_literal(writer, "<value><array><data>");
    for (i = 0; i < count; i++) {
        const char *why = write_value(writer, rpc_value_at(array, i), nil,
                                      level);

        if (why != NULL) {
            return why;
        }
    }
    rpc_write_literal(writer, "</data></array></value>");
    return NULL;
}

static const char *write_struct(rpc_writer_t *writer,
                                const rpc_value_t *strct, int nil, int level)
{
    apr_size_t count = rpc_value_count(strct);
    apr_size_t i;

    rpc_write_literal(writer, "<value><struct>");
    for (i = 0; i < count; i++) {
        const char *name;
        apr_size_t length;
        const rpc_value_t *value = rpc_value_member(strct, i, &name,
                                                    &length);
        const char *why;

        rpc_write_literal(writer, "<member><name>");
        why = write_checked(writer, name, length);
        if (why != NULL) {
            return why;
        }
        rpc_write_literal(writer, "</name>");
        why = write_value(writer, value, nil, level);
        if (why != NULL) {
            return why;
        }
        rpc_write_literal(writer, "</member>");
    }
    rpc_write_literal(writer, "</struct></value>");
    return NULL;
}

static const char *write_string(rpc_writer_t *writer,
                                const rpc_value_t *value)
{
    const char *why;

    rpc_write_literal(writer, "<value><string>");
    why = write_checked(writer, value->u.text, value->length);
    rpc_write_literal(writer, "</string></value>");
    return why;
}

static const char *write_value(rpc_writer_t *writer,
                               const rpc_value_t *value, int nil, int level)
{
    if (level > RPC_HIGHEST_MAX_DEPTH) {
        return "lists within lists are too deep, or hold themselves";
    }
    if (rpc_writer_is_over(writer)) {
        return RPC_WRITER_OVER;
    }
    switch ((enum rpc_type_e)value->type) {
    case RPC_NIL:
        rpc_write_literal(writer, "<value><nil/></value>");
        return nil ? NULL : rpc_xml_no_nil;
    case RPC_BOOL:
        rpc_write_literal(writer, "<value><boolean>");
        rpc_write_char(writer, value->u.integer ? '1' : '0');
        rpc_write_literal(writer, "</boolean></value>");
        return NULL;
    case RPC_INT:
        write_int(writer, value->u.integer);
        return NULL;
    case RPC_DOUBLE:
        return write_double(writer, value->u.number);
    case RPC_STRING:
        return write_string(writer, value);
    case RPC_BYTES:
        rpc_write_literal(writer, "<value><base64>");
        rpc_write_base64(writer, value->u.text, value->length);
        rpc_write_literal(writer, "</base64></value>");
        return NULL;
    case RPC_TIME:
        return write_time(writer, value->u.integer);
    case RPC_ARRAY:
        return write_array(writer, value, nil, level + 1);
    case RPC_STRUCT:
        return write_struct(writer, value, nil, level + 1);
    }
    return "a value has no known type";
}

const char *rpc_xml_write(rpc_writer_t *writer, const rpc_value_t *value,
                          int nil)
{
    return write_value(writer, value, nil, 0);
}
