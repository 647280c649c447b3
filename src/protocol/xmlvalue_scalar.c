/* SPDX-License-Identifier: Apache-2.0 */
/* The texts of XML-RPC's scalar types, strictly. For the reader in
 * xmlvalue_elements.c. */
#include <string.h>

#include "apr_base64.h"

#include "core/number.h"
#include "core/timetext.h"
#include "protocol/xmlvalue_read.h"

static void refuse_text(rpc_xml_reader_t *reader,
                        const rpc_xml_element_t *element, const char *text,
                        apr_size_t length, const char *wanted)
{
    rpc_xml_refuse(reader, RPC_E_REQUEST, "<%s> holds \"%s\": expected %s",
                   element->name, rpc_xml_quote(reader, text, length),
                   wanted);
}

static rpc_value_t read_int(rpc_xml_reader_t *reader,
                            const rpc_xml_element_t *element,
                            const char *text, apr_size_t length)
{
    static const struct {
        int64_t low;
        int64_t high;
        const char *wanted;
    } ranges[] = {
        { INT32_MIN, INT32_MAX, "an integer of 32 bits (<i8> takes 64)" },
        { INT8_MIN, INT8_MAX, "an integer of 8 bits" },
        { INT16_MIN, INT16_MAX, "an integer of 16 bits" },
        { INT64_MIN, INT64_MAX, "an integer of 64 bits" }
    };
    int range = (int)element->kind - (int)RPC_XML_INT;
    int64_t n = 0;
    int how = rpc_number_parse_int(text, length, &n);

    if (how < 0) {
        refuse_text(reader, element, text, length,
                    "an optional sign and digits, nothing else");
    }
    else if (how > 0 || n < ranges[range].low || n > ranges[range].high) {
        refuse_text(reader, element, text, length, ranges[range].wanted);
    }
    return rpc_value_int(n);
}

static rpc_value_t read_double(rpc_xml_reader_t *reader,
                               const rpc_xml_element_t *element,
                               const char *text, apr_size_t length)
{
    double d = 0;
    int how = rpc_number_parse_double(text, length, &d);

    if (how < 0) {
        refuse_text(reader, element, text, length,
                    "a decimal number such as -12.5");
    }
    else if (how > 0) {
        refuse_text(reader, element, text, length,
                    "a number that a double can hold");
    }
    return rpc_value_double(d);
}

static rpc_value_t read_time(rpc_xml_reader_t *reader,
                             const rpc_xml_element_t *element,
                             const char *text, apr_size_t length)
{
    apr_time_t t = 0;

    if (!rpc_time_parse(text, length, &t)) {
        refuse_text(reader, element, text, length,
                    "a time such as 20261122T08:30:00");
    }
    return rpc_value_time(t);
}

static int base64_digit(char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "abcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *found = c == '\0' ? NULL : strchr(digits, c);

    return found == NULL ? -1 : (int)(found - digits);
}

/* Whole groups of four, padded at the end and nowhere else, and no bits set
 * that belong to no byte (RFC 4648, section 3.5). */
static int is_base64(const char *text, apr_size_t length)
{
    apr_size_t padding = 0;
    apr_size_t i;

    if (length % 4 != 0) {
        return 0;
    }
    if (length > 0 && text[length - 1] == '=') {
        padding = text[length - 2] == '=' ? 2 : 1;
    }
    for (i = 0; i < length - padding; i++) {
        if (base64_digit(text[i]) < 0) {
            return 0;
        }
    }
    return padding == 0
           || (base64_digit(text[i - 1]) & (padding == 2 ? 15 : 3)) == 0;
}

/* The text comes without white space. */
static rpc_value_t read_base64(rpc_xml_reader_t *reader,
                               const rpc_xml_element_t *element,
                               const char *text, apr_size_t length)
{
    unsigned char *bytes;
    int count;

    if (!is_base64(text, length)) {
        refuse_text(reader, element, text, length,
                    "base64, padded with = to groups of four");
        return rpc_value_nil();
    }
    count = (int)(length / 4 * 3);
    if (length > 0 && text[length - 1] == '=') {
        count -= text[length - 2] == '=' ? 2 : 1;
    }
    if (count > reader->limits->max_string) {
        reader->fault = rpc_fault_limit(reader->pool, RPC_E_LIMIT,
                                        "RpcMaxString",
                                        reader->limits->max_string,
                                        "bytes of base64");
        return rpc_value_nil();
    }
    bytes = apr_palloc(reader->pool, length / 4 * 3 + 1);
    if (length > 0) {
        apr_base64_decode_binary(bytes, text);
    }
    bytes[count] = '\0';
    return rpc_value_text(RPC_BYTES, (const char *)bytes, (apr_size_t)count);
}

rpc_value_t rpc_xml_scalar(rpc_xml_reader_t *reader,
                           const rpc_xml_element_t *element,
                           const char *text, apr_size_t length)
{
    switch (element->kind) {
    case RPC_XML_INT:
    case RPC_XML_I1:
    case RPC_XML_I2:
    case RPC_XML_I8:
        return read_int(reader, element, text, length);
    case RPC_XML_DOUBLE:
        return read_double(reader, element, text, length);
    case RPC_XML_BOOLEAN:
        if (length != 1 || (text[0] != '0' && text[0] != '1')) {
            refuse_text(reader, element, text, length, "0 or 1");
        }
        return rpc_value_bool(text[0] == '1');
    case RPC_XML_BASE64:
        return read_base64(reader, element, text, length);
    case RPC_XML_TIME:
        return read_time(reader, element, text, length);
    default:
        return rpc_value_nil();
    }
}
