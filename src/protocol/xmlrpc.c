/* SPDX-License-Identifier: Apache-2.0 */
/* The protocol XML-RPC: methodCall in, methodResponse out. For transports,
 * by the vtable of protocol.h. */
#include <string.h>

#include "apr_strings.h"

#include "core/utf8.h"
#include "protocol/protocol.h"
#include "protocol/xmlvalue.h"

/* What RpcXmlEncoding may say, and what the answer then says of itself. */
typedef struct encoding_t {
    const char *name;
    const char *content_type;
    const char *declaration;
    uint32_t highest;        /* character that it can carry */
} encoding_t;

#define DECLARATION(name) \
    "<?xml version=\"1.0\" encoding=\"" name "\"?>\n"

static const encoding_t encodings[] = {
    { "utf-8", "text/xml; charset=utf-8", DECLARATION("UTF-8"), 0x10ffff },
    { "iso-8859-1", "text/xml; charset=iso-8859-1", DECLARATION("ISO-8859-1"),
      0xff },
    { "us-ascii", "text/xml; charset=us-ascii", DECLARATION("US-ASCII"),
      0x7f }
};

static const encoding_t *encoding_of(const rpc_message_t *message)
{
    const rpc_options_t *options = message->options;
    apr_size_t i;

    if (options != NULL && options->xml_encoding != NULL) {
        for (i = 0; i < sizeof(encodings) / sizeof(encodings[0]); i++) {
            if (strcmp(options->xml_encoding, encodings[i].name) == 0) {
                return &encodings[i];
            }
        }
    }
    return &encodings[0];
}

/* ------------------------------------------------------------------------ */

static void decode(rpc_message_t *message, char *bytes, apr_size_t length)
{
    const rpc_options_t *options = message->options;
    rpc_xmlcall_t read;
    rpc_call_t *call;
    rpc_fault_t *fault;

    fault = rpc_xml_read(bytes, length,
                         options != NULL ? options->charset : NULL,
                         message->caller->limits,
                         options != NULL ? options->thread_pool : NULL,
                         message->pool, &read);
    if (fault != NULL) {
        message->fault = fault;
        return;
    }
    call = rpc_message_add_call(message);
    call->method = read.method;
    call->method_length = read.method_length;
    call->positional = rpc_value_in_pool(read.params, message->pool);
    call->coerce = RPC_COERCE_NONE;
}

/* ------------------------------------------------------------------------ */

/* A fault text that can always be carried: what XML has not becomes '?'. */
static void write_any_text(rpc_writer_t *out, const char *text)
{
    while (*text != '\0') {
        apr_size_t length = strlen(text);
        apr_size_t good = rpc_utf8_valid_prefix(text, length);
        apr_size_t i = 0;

        while (i < good) {
            uint32_t character;
            int bytes = rpc_utf8_decode(text + i, &character);

            if (rpc_xml_check_text(text + i, (apr_size_t)bytes) == NULL) {
                rpc_xml_write_text(out, text + i, (apr_size_t)bytes);
            }
            else {
                rpc_write_char(out, '?');
            }
            i += (apr_size_t)bytes;
        }
        if (good < length) {
            rpc_write_char(out, '?');
            good++;
        }
        text += good;
    }
}

/* Exactly these two members (XML-RPC specification, "Fault example"). */
static void write_fault(rpc_writer_t *out, const rpc_fault_t *fault,
                        apr_pool_t *pool)
{
    rpc_write_literal(out, "<methodResponse><fault><value><struct><member>"
                           "<name>faultCode</name><value><int>");
    rpc_write_int(out, fault->code);
    rpc_write_literal(out, "</int></value></member><member>"
                           "<name>faultString</name><value><string>");
    write_any_text(out, rpc_fault_sentence(fault, pool));
    rpc_write_literal(out, "</string></value></member></struct></value>"
                           "</fault></methodResponse>\n");
}

/* The client is told of what is right in other protocols; the rest is the
 * handler's affair. */
static rpc_fault_t *uncarried(rpc_call_t *call, const char *why)
{
    if (why == rpc_xml_no_nil && call->result->type != RPC_NIL) {
        why = "the result holds nil, which XML-RPC has not (RpcXmlNil on"
              " allows it)";
    }
    else if (why != rpc_xml_no_nil && why != rpc_xml_no_control) {
        return rpc_call_blame(
            call, apr_pstrcat(call->pool, "returned what XML cannot carry: ",
                              why, NULL));
    }
    return rpc_fault_make(call->pool, RPC_E_INTERNAL, "%s", why);
}

static void write_result(rpc_message_t *message, rpc_call_t *call,
                         rpc_writer_t *out)
{
    const rpc_options_t *options = message->options;
    int nil = options != NULL && options->xml_nil;
    const char *why;

    rpc_write_literal(out, "<methodResponse><params><param>");
    why = rpc_xml_write(out, call->result, nil);
    rpc_write_literal(out, "</param></params></methodResponse>\n");
    if (why != NULL) {
        call->fault = uncarried(call, why);
        call->result = NULL;
    }
}

static void write_answer(rpc_message_t *message, rpc_writer_t *out)
{
    rpc_fault_t *fault = message->fault;
    apr_size_t begin = out->length;

    if (fault == NULL && message->call_count > 0) {
        rpc_call_t *call = message->calls[0];

        if (call->fault == NULL) {
            write_result(message, call, out);
        }
        fault = call->fault;
    }
    if (fault != NULL) {
        rpc_writer_cut(out, begin);
        write_fault(out, fault, message->pool);
    }
}

/* UTF-8 to a smaller encoding. All that is markup is ASCII, and XML knows a
 * reference for every character. */
static void recode(const rpc_writer_t *from, uint32_t highest,
                   rpc_writer_t *out)
{
    apr_size_t i = 0;

    while (i < from->length) {
        uint32_t character;

        if ((unsigned char)from->data[i] < 0x80) {
            rpc_write_char(out, from->data[i++]);
            continue;
        }
        i += (apr_size_t)rpc_utf8_decode(from->data + i, &character);
        /* 0x80 to 0x9f mean other things to those who mix up Latin-1 and
         * Windows-1252. */
        if (character <= highest && character >= 0xa0) {
            rpc_write_char(out, (char)character);
        }
        else {
            rpc_write_literal(out, "&#");
            rpc_write_int(out, character);
            rpc_write_char(out, ';');
        }
    }
}

static void encode(rpc_message_t *message, rpc_writer_t *out)
{
    const encoding_t *encoding = encoding_of(message);

    rpc_write_string(out, encoding->declaration);
    if (encoding == &encodings[0]) {
        write_answer(message, out);
    }
    else {
        rpc_writer_t *scratch = rpc_writer_create(message->pool);

        write_answer(message, scratch);
        recode(scratch, encoding->highest, out);
    }
}

static const char *content_type(const rpc_message_t *message)
{
    return encoding_of(message)->content_type;
}

static const char *const media_types[] = {
    "text/xml", "application/xml", NULL
};

const rpc_protocol_t rpc_protocol_xmlrpc = {
    .name = "xmlrpc",
    .media_types = media_types,
    .decode = decode,
    .encode = encode,
    .content_type = content_type
};
