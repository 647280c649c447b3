/* SPDX-License-Identifier: Apache-2.0 */
/* Keeps one of libxml2's parsers for each thread: to make one and to free it
 * was a sixth of a small call. For the reader in xmlvalue.c. */
#include <stdlib.h>

#include "protocol/xmlvalue_read.h"

/* A parser is kept with the tables that a document made it grow: so only
 * after one that is not longer. */
#define LONGEST 8192
/* What its dictionary may have: names, bytes for them. XML-RPC has some 30 and
 * 300; any others are the client's invention, and are never forgotten. */
#define MOST_NAMES 200
#define MOST_BYTES 8192
/* The parser counts its documents in an int. */
#define MOST_DOCUMENTS 1000000

static const char key[] = "rpc-xml";

/* What a thread keeps. */
struct rpc_xml_slot_t {
    rpc_xml_parser_t *parser; /* NULL while a document has it */
};

static void destroy(rpc_xml_parser_t *parser)
{
    xmlFreeParserCtxt(parser->context);
    free(parser);
}

/* May run on the thread that joins this one. */
static apr_status_t destroy_slot(void *data)
{
    rpc_xml_slot_t *slot = data;

    if (slot->parser != NULL) {
        destroy(slot->parser);
    }
    return APR_SUCCESS;
}

static rpc_xml_slot_t *find_slot(apr_pool_t *thread_pool)
{
    void *slot = NULL;

    apr_pool_userdata_get(&slot, key, thread_pool);
    if (slot == NULL) {
        slot = apr_pcalloc(thread_pool, sizeof(rpc_xml_slot_t));
        apr_pool_userdata_setn(slot, key, destroy_slot, thread_pool);
    }
    return slot;
}

static rpc_xml_parser_t *create(const xmlSAXHandler *handlers)
{
    rpc_xml_parser_t *parser = calloc(1, sizeof(*parser));

    if (parser == NULL) {
        return NULL;
    }
    parser->context = xmlNewParserCtxt();
    if (parser->context == NULL) {
        free(parser);
        return NULL;
    }
    *parser->context->sax = *handlers;
    rpc_xml_intern(parser->context->dict, parser->names);
    return parser;
}

rpc_xml_parser_t *rpc_xml_parser_take(const xmlSAXHandler *handlers,
                                      apr_pool_t *thread_pool)
{
    rpc_xml_slot_t *slot = thread_pool != NULL ? find_slot(thread_pool)
                                               : NULL;
    rpc_xml_parser_t *parser;

    if (slot != NULL && slot->parser != NULL) {
        parser = slot->parser;
        slot->parser = NULL;
        return parser;
    }
    parser = create(handlers);
    if (parser != NULL) {
        parser->slot = slot;
    }
    return parser;
}

static int is_worth_keeping(const rpc_xml_parser_t *parser,
                            apr_size_t length)
{
    xmlDictPtr dict = parser->context->dict;

    return length <= LONGEST && parser->documents < MOST_DOCUMENTS
           && xmlDictSize(dict) <= MOST_NAMES
           && xmlDictGetUsage(dict) <= MOST_BYTES;
}

/* xmlCtxtReset() frees the document's text, but leaves the options, which
 * later ones are added to. */
static void reset(rpc_xml_parser_t *parser)
{
    xmlCtxtReset(parser->context);
#if LIBXML_VERSION >= 21300
    xmlCtxtSetOptions(parser->context, 0);
#else
    parser->context->options = 0;
    parser->context->progressive = 0;
#endif
    parser->context->userData = NULL;
    parser->documents++;
}

void rpc_xml_parser_give(rpc_xml_parser_t *parser, int is_usual,
                         apr_size_t length)
{
    if (!is_usual || parser->slot == NULL || parser->slot->parser != NULL
        || !is_worth_keeping(parser, length)) {
        destroy(parser);
        return;
    }
    reset(parser);
    parser->slot->parser = parser;
}
