/* SPDX-License-Identifier: Apache-2.0 */
/* Feeds a method call or response through libxml2's SAX2 interface: no tree,
 * no file, no network, one fault for whatever is wrong. For xmlrpc. */
#include <string.h>

#include <libxml/parserInternals.h>

#include "apr_strings.h"

#include "core/utf8.h"
#include "protocol/xmlvalue_read.h"

/* The longest start tag. libxml2 compares each attribute of a tag with all
 * before it, so a tag of megabytes would take hours. */
#define MAX_TAG 16384
/* XML-RPC has no attributes; a few are let pass unread. */
#define MAX_ATTRIBUTES 16
/* How many "=" a document may have that is read at once. */
#define MOST_EQUALS 1000

#define FAULT_CHARACTER (-32702)

#if LIBXML_VERSION >= 21200
typedef const xmlError *error_ptr_t;
#else
typedef xmlErrorPtr error_ptr_t;
#endif

static const char *position(rpc_xml_reader_t *reader, int line, int column)
{
    if (line <= 0 && reader->parser->input != NULL) {
        line = reader->parser->input->line;
        column = reader->parser->input->col;
    }
    return apr_psprintf(reader->pool, "line %d, column %d", line, column);
}

void rpc_xml_refuse(rpc_xml_reader_t *reader, int code, const char *format,
                    ...)
{
    va_list args;

    if (reader->fault != NULL) {
        return;
    }
    va_start(args, format);
    reader->fault = rpc_fault_make(reader->pool, code, "%s: %s",
                                   position(reader, 0, 0),
                                   apr_pvsprintf(reader->pool, format, args));
    va_end(args);
}

const char *rpc_xml_quote(rpc_xml_reader_t *reader, const char *text,
                          apr_size_t length)
{
    apr_size_t most = length < 40 ? length : 40;
    apr_size_t good = most == 0 ? 0 : rpc_utf8_valid_prefix(text, most);
    char *quoted = apr_pstrmemdup(reader->pool, good ? text : "", good);
    char *c;

    for (c = quoted; *c != '\0'; c++) {
        if ((unsigned char)*c < 0x20) {
            *c = ' ';
        }
    }
    return good < length ? apr_pstrcat(reader->pool, quoted, "...", NULL)
                         : quoted;
}

/* ------------------------------------------------------------------------
 * What libxml2 calls
 */

static void refuse_tag(rpc_xml_reader_t *reader)
{
    rpc_xml_refuse(reader, RPC_E_REQUEST,
                   "a tag of more than %d bytes; XML-RPC needs no attributes",
                   MAX_TAG);
}

/* The parser is never stopped in here, because libxml2 would free the buffer
 * that it is about to fill: after a fault there is just nothing more. */
static int on_read(void *baton, char *buffer, int room)
{
    rpc_xml_reader_t *reader = baton;
    xmlParserInputState state = reader->parser->instate;
    apr_size_t length = reader->length - reader->given;

    if ((state == XML_PARSER_CONTENT || state == XML_PARSER_ATTRIBUTE_VALUE)
        && reader->given - reader->mark > MAX_TAG) {
        refuse_tag(reader);
    }
    if (reader->fault != NULL || room <= 0) {
        return 0;
    }
    if (length > (apr_size_t)room) {
        length = (apr_size_t)room;
    }
    memcpy(buffer, reader->bytes + reader->given, length);
    reader->given += length;
    return (int)length;
}

/* After each event: leave at once if it was one too many. */
static void after_event(rpc_xml_reader_t *reader)
{
    reader->mark = reader->given;
    if (reader->fault != NULL) {
        xmlStopParser(reader->parser);
    }
}

/* Near the end of its input libxml2 asks for more before each token, which was
 * half of the instructions of a small call. Once all of it is given, and
 * needs no conversion, there is nothing to ask for. Up to 2.11 "progressive"
 * means just that outside of the push parser; since then to ask is cheap. */
static void stop_asking(rpc_xml_reader_t *reader)
{
    xmlParserInputPtr input = reader->parser->input;

    if (reader->given == reader->length && input != NULL
        && input->buf != NULL && input->buf->encoder == NULL) {
        input->buf->readcallback = NULL;
#if LIBXML_VERSION < 21200
        reader->parser->progressive = 1;
#endif
    }
}

/* There is no "<" within a tag. */
static RPC_XML_RARE void check_attributes(rpc_xml_reader_t *reader,
                                          const char *name,
                                          int attribute_count)
{
    const xmlChar *end = reader->parser->input->cur;
    const xmlChar *at = end;

    while (reader->is_whole && at > reader->parser->input->base
           && *at != '<') {
        at--;
    }
    if (end - at > MAX_TAG) {
        refuse_tag(reader);
    }
    else if (attribute_count > MAX_ATTRIBUTES) {
        rpc_xml_refuse(reader, RPC_E_REQUEST,
                       "<%s> has %d attributes; XML-RPC needs none",
                       rpc_xml_quote(reader, name, strlen(name)),
                       attribute_count);
    }
}

static void on_start(void *baton, const xmlChar *name, const xmlChar *prefix,
                     const xmlChar *uri, int namespace_count,
                     const xmlChar **namespaces, int attribute_count,
                     int defaulted, const xmlChar **attributes)
{
    rpc_xml_reader_t *reader = baton;

    (void)namespaces;
    (void)defaulted;
    (void)attributes;
    if ((attribute_count | namespace_count) != 0) {
        check_attributes(reader, (const char *)name, attribute_count);
        if (reader->fault != NULL) {
            xmlStopParser(reader->parser);
            return;
        }
    }
    rpc_xml_open(reader, (const char *)name, (const char *)prefix,
                 (const char *)uri, namespace_count);
    if (!reader->is_whole) {
        stop_asking(reader);
    }
    after_event(reader);
}

static void on_end(void *baton, const xmlChar *name, const xmlChar *prefix,
                   const xmlChar *uri)
{
    rpc_xml_reader_t *reader = baton;

    (void)name;
    (void)prefix;
    (void)uri;
    rpc_xml_close(reader);
    after_event(reader);
}

static void on_text(void *baton, const xmlChar *text, int length)
{
    rpc_xml_reader_t *reader = baton;

    rpc_xml_characters(reader, (const char *)text, (apr_size_t)length);
    after_event(reader);
}

static void on_comment(void *baton, const xmlChar *text)
{
    (void)text;
    after_event(baton);
}

/* Where libxml2 knows catalogs, it notes one that a document names, and its
 * reset forgets to free that. */
static void on_instruction(void *baton, const xmlChar *target,
                           const xmlChar *data)
{
    rpc_xml_reader_t *reader = baton;

    (void)target;
    (void)data;
    reader->is_odd = 1;
    after_event(reader);
}

static void on_doctype(void *baton, const xmlChar *name, const xmlChar *id,
                       const xmlChar *uri)
{
    rpc_xml_reader_t *reader = baton;

    (void)name;
    (void)id;
    (void)uri;
    rpc_xml_refuse(reader, RPC_E_REQUEST,
                   "a DOCTYPE is not allowed in XML-RPC");
    after_event(reader);
}

/* libxml2's message in one line, without the function's name that some
 * begin with and the newline at the end. */
static const char *error_text(rpc_xml_reader_t *reader, error_ptr_t error)
{
    const char *text = error->message != NULL ? error->message : "broken";
    const char *colon = strncmp(text, "xml", 3) == 0 ? strstr(text, ": ")
                                                     : NULL;
    apr_size_t length;
    char *line;
    apr_size_t i;

    text = colon != NULL ? colon + 2 : text;
    length = strlen(text);
    if (length > 200) {
        length = 200;
    }
    line = apr_pstrmemdup(reader->pool, text,
                          rpc_utf8_valid_prefix(text, length));
    for (i = 0; line[i] != '\0'; i++) {
        if ((unsigned char)line[i] < 0x20) {
            line[i] = ' ';
        }
    }
    while (i > 0 && line[i - 1] == ' ') {
        line[--i] = '\0';
    }
    return line;
}

/* Whether the bytes are read as UTF-8, without a converter. From 2.13 on
 * libxml2 has no input any more at the end. */
static int is_plain(const rpc_xml_reader_t *reader)
{
    xmlParserInputPtr input = reader->parser->input;

    if (input == NULL) {
        return !reader->is_converted;
    }
    return input->buf == NULL || input->buf->encoder == NULL
           || (input->buf->encoder->name != NULL
               && strcmp(input->buf->encoder->name, "UTF-8") == 0);
}

/* After the declaration, so the encoding is known. */
static void on_begin(void *baton)
{
    rpc_xml_reader_t *reader = baton;

    reader->is_converted = !is_plain(reader);
    stop_asking(reader);
}

/* Whether bytes are left that the converter made nothing of. */
static int is_stuck(const rpc_xml_reader_t *reader)
{
    xmlParserInputPtr input = reader->parser->input;

    return input != NULL && input->buf != NULL && input->buf->raw != NULL
           && input->cur >= input->end && xmlBufUse(input->buf->raw) > 0;
}

/* libxml2 has no code of its own for a byte that its encoding does not have:
 * it says something else about what it saw instead. */
static int is_bad_character(const rpc_xml_reader_t *reader, int code)
{
    if (code == XML_ERR_INVALID_ENCODING || code == XML_I18N_CONV_FAILED) {
        return 1;
    }
    if (!is_plain(reader)) {
        return is_stuck(reader);
    }
    return code == XML_ERR_INVALID_CHAR
           && !rpc_utf8_is_valid(reader->bytes, reader->length);
}

static void set_fault(rpc_xml_reader_t *reader, error_ptr_t error)
{
    const char *where = position(reader, error->line, error->int2);

    switch (error->code) {
    case XML_ERR_UNSUPPORTED_ENCODING:
    case XML_ERR_UNKNOWN_ENCODING:
        rpc_xml_unsupported(reader, error->str1 != NULL ? error->str1 : "");
        break;
    case XML_ERR_NO_MEMORY:
        reader->fault = rpc_fault_make(reader->pool, RPC_E_INTERNAL,
                                       "out of memory");
        break;
    default:
        if (is_bad_character(reader, error->code)) {
            reader->fault = rpc_fault_make(reader->pool, FAULT_CHARACTER,
                                           "%s: bytes that are no text in"
                                           " the document's encoding",
                                           where);
            break;
        }
        reader->fault = rpc_fault_make(reader->pool, RPC_E_PARSE, "%s: %s",
                                       where, error_text(reader, error));
        break;
    }
}

/* After an error libxml2 reads on without events, through all that it has.
 * Up to 2.12 to stop it would free the input, which the function that found
 * the error is still at; so it is left as when out of memory. */
static void stop_reading(rpc_xml_reader_t *reader)
{
#if LIBXML_VERSION >= 21300
    xmlStopParser(reader->parser);
#else
    reader->parser->instate = XML_PARSER_EOF;
    reader->parser->disableSAX = 1;
#endif
}

static void on_error(void *baton, error_ptr_t error)
{
    rpc_xml_reader_t *reader = baton;

    if (error == NULL || error->level != XML_ERR_FATAL) {
        return;
    }
    if (reader->fault == NULL) {
        set_fault(reader, error);
    }
    if (reader->is_whole) {
        stop_reading(reader);
    }
}

/* Without getEntity there are only the five; without a tree builder nothing
 * is kept. */
static const xmlSAXHandler handlers = {
    .internalSubset = on_doctype,
    .startDocument = on_begin,
    .characters = on_text,
    .ignorableWhitespace = on_text,
    .cdataBlock = on_text,
    .comment = on_comment,
    .processingInstruction = on_instruction,
    .initialized = XML_SAX2_MAGIC,
    .startElementNs = on_start,
    .endElementNs = on_end,
    .serror = on_error
};

/* ------------------------------------------------------------------------ */

/* What libxml2 lets pass: a NUL ends the document for it, whatever follows,
 * and it is easy on some invalid UTF-8. */
static void check_rest(rpc_xml_reader_t *reader)
{
    xmlParserInputPtr input = reader->parser->input;

    if (reader->given < reader->length
        || (input != NULL && input->cur < input->end) || is_stuck(reader)) {
        rpc_xml_refuse(reader, RPC_E_PARSE, "bytes after the document");
    }
    else if (is_plain(reader)
             && !rpc_utf8_is_valid(reader->bytes, reader->length)) {
        reader->fault = rpc_fault_make(reader->pool, FAULT_CHARACTER,
                                       "the document is no valid UTF-8");
    }
}

/* Whether libxml2 may have all bytes at once, where they are: that spares it a
 * copy, and to look for more before each token, which was a twentieth of a
 * call. Not where it has to convert them, and not where a tag could take it
 * too long: among few "=" are few attributes. */
static int may_be_whole(const rpc_xml_reader_t *reader, const char *encoding)
{
    const char *at = reader->bytes;
    const char *end = reader->bytes + reader->length;
    int count = 0;

    if (reader->length > INT32_MAX || !rpc_xml_is_utf8(reader, encoding)) {
        return 0;
    }
    if (reader->length <= MAX_TAG) {
        return 1;
    }
    for (; end - at > MAX_TAG / 2; at += MAX_TAG / 2) {
        if (memchr(at, '>', MAX_TAG / 2) == NULL) {
            return 0;
        }
    }
    for (at = reader->bytes; at != NULL && count <= MOST_EQUALS; count++) {
        at = memchr(at, '=', (apr_size_t)(end - at));
        at = at != NULL ? at + 1 : NULL;
    }
    return at == NULL;
}

/* NULL where libxml2 would read memory as it reads a file (2.12, 2.13), or has
 * none. */
static xmlParserInputPtr make_whole(rpc_xml_reader_t *reader)
{
    xmlParserInputBufferPtr buffer;
    xmlParserInputPtr input;

    buffer = xmlParserInputBufferCreateStatic(reader->bytes,
                                              (int)reader->length,
                                              XML_CHAR_ENCODING_NONE);
    if (buffer == NULL || buffer->readcallback != NULL) {
        xmlFreeParserInputBuffer(buffer);
        return NULL;
    }
    input = xmlNewIOInputStream(reader->parser, buffer,
                                XML_CHAR_ENCODING_NONE);
    if (input == NULL) {
        xmlFreeParserInputBuffer(buffer);
    }
    return input;
}

/* Errors that libxml2 raises without a parser would go to stderr, so this
 * thread's own handler is set for the while. */
static void parse(rpc_xml_reader_t *reader, const char *encoding)
{
    xmlStructuredErrorFunc old_handler = xmlStructuredError;
    void *old_baton = xmlStructuredErrorContext;
    int options = XML_PARSE_NONET | XML_PARSE_HUGE;
    xmlParserInputPtr whole = may_be_whole(reader, encoding)
                                  ? make_whole(reader) : NULL;

    if (encoding != NULL) {
        options |= XML_PARSE_IGNORE_ENC;
    }
    xmlSetStructuredErrorFunc(reader, on_error);
    if (whole != NULL && inputPush(reader->parser, whole) >= 0) {
        reader->is_whole = 1;
        reader->given = reader->length;
        xmlCtxtUseOptions(reader->parser, options);
        xmlParseDocument(reader->parser);
    }
    else {
        xmlCtxtReadIO(reader->parser, on_read, NULL, reader, NULL, encoding,
                      options);
    }
    if (reader->fault == NULL && !reader->parser->wellFormed) {
        rpc_xml_refuse(reader, RPC_E_PARSE, "not well-formed");
    }
    if (reader->fault == NULL) {
        check_rest(reader);
    }
    xmlSetStructuredErrorFunc(old_baton, old_handler);
}

static rpc_fault_t *read_document(rpc_xml_reader_t *reader,
                                  const char *charset,
                                  apr_pool_t *thread_pool)
{
    const char *encoding = rpc_xml_encoding(reader, charset);
    rpc_xml_parser_t *parser;

    if (reader->fault != NULL) {
        return reader->fault;
    }
    parser = rpc_xml_parser_take(&handlers, thread_pool);
    if (parser == NULL) {
        return rpc_fault_make(reader->pool, RPC_E_INTERNAL, "out of memory");
    }
    reader->parser = parser->context;
    reader->names = parser->names;
    reader->parser->userData = reader;
    rpc_xml_begin(reader);
    parse(reader, encoding);
    rpc_xml_parser_give(parser, reader->fault == NULL && !reader->is_odd,
                        reader->length);
    return reader->fault;
}

rpc_fault_t *rpc_xml_read(const char *bytes, apr_size_t length,
                          const char *charset, const rpc_limits_t *limits,
                          apr_pool_t *thread_pool, apr_pool_t *pool,
                          rpc_xmlcall_t *ret_call)
{
    rpc_xml_reader_t reader = { .pool = pool, .limits = limits,
                                .call = ret_call, .bytes = bytes,
                                .length = length };

    memset(ret_call, 0, sizeof(*ret_call));
    ret_call->method = "";
    ret_call->params = rpc_value_list(RPC_ARRAY, pool);
    return read_document(&reader, charset, thread_pool);
}

rpc_fault_t *rpc_xml_read_response(const char *bytes, apr_size_t length,
                                   const char *charset,
                                   const rpc_limits_t *limits,
                                   apr_pool_t *pool,
                                   rpc_xmlresponse_t *ret_response)
{
    rpc_xmlcall_t params = { .params = rpc_value_list(RPC_ARRAY, pool) };
    rpc_xmlresponse_t response = { .is_fault = 0 };
    rpc_xml_reader_t reader = { .pool = pool, .limits = limits,
                                .call = &params, .response = &response,
                                .bytes = bytes, .length = length };
    rpc_fault_t *fault = read_document(&reader, charset, NULL);

    if (fault != NULL) {
        return fault;
    }
    if (!response.is_fault) {
        if (rpc_value_count(&params.params) != 1) {
            return rpc_fault_make(pool, RPC_E_REQUEST,
                                  "a methodResponse has exactly one <param>");
        }
        response.value = *rpc_value_at(&params.params, 0);
    }
    *ret_response = response;
    return NULL;
}

void rpc_xml_child_init(void)
{
    xmlInitParser();
}
