/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the XML-RPC reader share: the parser's events, the
 * elements, the texts of scalars. For xmlvalue*.c alone. */
#ifndef RPC_PROTOCOL_XMLVALUE_READ_H
#define RPC_PROTOCOL_XMLVALUE_READ_H

#include <libxml/parser.h>

#include "protocol/xmlvalue.h"

/** A function that is kept out of those that run for each element, which need
 *  fewer registers then: 3 % of a large call. RARE: for what hardly happens. */
#define RPC_XML_APART __attribute__((noinline))
#define RPC_XML_RARE __attribute__((noinline, cold))

/** What an element is. The first two stand for the document, of a call and of
 *  a response; those from RPC_XML_INT on are the types that hold text. */
enum rpc_xml_kind_e {
    RPC_XML_DOCUMENT,
    RPC_XML_RESPONSE,
    RPC_XML_METHOD_CALL,
    RPC_XML_METHOD_NAME,
    RPC_XML_METHOD_RESPONSE,
    RPC_XML_FAULT,
    RPC_XML_PARAMS,
    RPC_XML_PARAM,
    RPC_XML_VALUE,
    RPC_XML_ARRAY,
    RPC_XML_DATA,
    RPC_XML_STRUCT,
    RPC_XML_MEMBER,
    RPC_XML_NAME,
    RPC_XML_INT,
    RPC_XML_I1,
    RPC_XML_I2,
    RPC_XML_I8,
    RPC_XML_DOUBLE,
    RPC_XML_BOOLEAN,
    RPC_XML_STRING,
    RPC_XML_BASE64,
    RPC_XML_TIME,
    RPC_XML_NIL
};

/** An element that XML-RPC knows. */
typedef struct rpc_xml_element_t {
    const char *name;
    enum rpc_xml_kind_e kind;
} rpc_xml_element_t;

/** How many of them have no prefix. */
#define RPC_XML_NAMES 26

/** Where a thread keeps a parser: xmlvalue_parser.c's own. */
typedef struct rpc_xml_slot_t rpc_xml_slot_t;

/** A parser and what is known of its dictionary. */
typedef struct rpc_xml_parser_t {
    xmlParserCtxtPtr context;
    rpc_xml_slot_t *slot;    /**< of its thread, or NULL */
    unsigned documents;      /**< that it has read */
    /** The names of elements as its dictionary has them: it gives each name
     *  as the same pointer, whenever it comes. */
    const xmlChar *names[RPC_XML_NAMES];
} rpc_xml_parser_t;

/** An element that is open. */
typedef struct rpc_xml_frame_t {
    const rpc_xml_element_t *element;
    int count;               /**< elements in it so far */
    int namespaces;          /**< that it declares */
    rpc_value_t value;       /**< the list being filled, or what it holds */
    const char *name;        /**< of a member */
    apr_size_t name_length;
} rpc_xml_frame_t;

/** One document being read. */
typedef struct rpc_xml_reader_t {
    apr_pool_t *pool;
    const rpc_limits_t *limits;
    rpc_xmlcall_t *call;
    rpc_xmlresponse_t *response; /**< what is read instead, or NULL */
    rpc_fault_t *fault;      /**< the first one; ends the reading */

    /* xmlvalue.c: the bytes and the parser */
    xmlParserCtxtPtr parser;
    const xmlChar *const *names; /**< of rpc_xml_parser_t */
    const char *bytes;
    apr_size_t length;
    apr_size_t given;        /**< bytes handed to the parser */
    apr_size_t mark;         /**< `given` at the last event */
    int is_whole;            /**< it got them all at once */
    int is_converted;        /**< the declaration says so */
    int is_odd;              /**< what may leave traces in the parser */

    /* xmlvalue_elements.c: where we are */
    rpc_xml_frame_t *frames; /**< frames[0] is the document */
    apr_size_t frame_room;
    rpc_xml_frame_t *frame;  /**< the innermost one */
    rpc_xml_frame_t *frames_end;
    const char *text;        /**< of the innermost element: in bytes, or */
    apr_size_t text_length;
    rpc_writer_t *pieces;    /**< of a text that came in several, or NULL */
    apr_int64_t levels;      /**< arrays and structs that are open */
    apr_int64_t values;      /**< in all */
    int namespaces;          /**< in scope */
} rpc_xml_reader_t;

/** Set the reader's fault, with line and column, unless it has one. */
void rpc_xml_refuse(rpc_xml_reader_t *reader, int code, const char *format,
                    ...) __attribute__((format(printf, 3, 4)));

/** Set the fault that says that this encoding cannot be read. */
void rpc_xml_unsupported(rpc_xml_reader_t *reader, const char *encoding);

/**
 * The encoding that overrides the document's declaration; a byte-order mark
 * is skipped. May set reader->fault.
 * @param charset Of the HTTP Content-Type, or NULL
 * @return NULL if neither says anything
 */
const char *rpc_xml_encoding(rpc_xml_reader_t *reader, const char *charset);

/** Whether libxml2 will take the document for UTF-8, and convert nothing.
 *  @param encoding Of rpc_xml_encoding() */
int rpc_xml_is_utf8(const rpc_xml_reader_t *reader, const char *encoding);

/** The beginning of what the client sent, fit to be quoted in a fault. */
const char *rpc_xml_quote(rpc_xml_reader_t *reader, const char *text,
                          apr_size_t length);

/** Look up the names of elements in a parser's dictionary. */
void rpc_xml_intern(xmlDictPtr dict, const xmlChar **ret_names);

/**
 * Take the parser that this thread keeps, or make one.
 * @param thread_pool NULL: make one
 * @return NULL when out of memory
 */
rpc_xml_parser_t *rpc_xml_parser_take(const xmlSAXHandler *handlers,
                                      apr_pool_t *thread_pool);

/**
 * Keep the parser for the thread's next document, as if it had read none, or
 * free it.
 * @param is_usual Whether nothing happened that may leave traces in it
 * @param length   Of the document
 */
void rpc_xml_parser_give(rpc_xml_parser_t *parser, int is_usual,
                         apr_size_t length);

/* The events. Each may set reader->fault, which ends the reading. */
void rpc_xml_begin(rpc_xml_reader_t *reader);
void rpc_xml_open(rpc_xml_reader_t *reader, const char *name,
                  const char *prefix, const char *uri, int namespaces);
void rpc_xml_characters(rpc_xml_reader_t *reader, const char *text,
                        apr_size_t length);
void rpc_xml_close(rpc_xml_reader_t *reader);

/** The value that the text of a typed element stands for, but of <string>;
 *  sets reader->fault if it stands for none. base64 ends with a NUL. */
rpc_value_t rpc_xml_scalar(rpc_xml_reader_t *reader,
                           const rpc_xml_element_t *element,
                           const char *text, apr_size_t length);

#endif
