/* SPDX-License-Identifier: Apache-2.0 */
/* The XML parser that a thread keeps: no document leaves a trace for the
 * next, and none is kept that grew. */
#include <stdlib.h>

#include "apr_general.h"
#include "apr_strings.h"
#include "apr_thread_proc.h"

#include "protocol/xmlvalue_read.h"
#include "tap.h"

#define HEAD "<methodCall><methodName>echo</methodName><params><param><value>"
#define TAIL "</value></param></params></methodCall>"
#define EX "<methodCall xmlns:ex=\"http://ws.apache.org/xmlrpc/namespaces/" \
    "extensions\"><methodName>echo</methodName><params><param><value>"

static apr_pool_t *pool;
/* What stands for a thread's pool; NULL: a parser for each document. */
static apr_pool_t *keeper;

static const rpc_limits_t usual = {
    RPC_DEFAULT_MAX_BODY, RPC_DEFAULT_MAX_DEPTH, RPC_DEFAULT_MAX_VALUES,
    RPC_DEFAULT_MAX_BATCH, RPC_DEFAULT_MAX_STRING
};

/* The text in a block of its own, as a request's: what is freed cannot be
 * read later without a tool seeing it. */
static rpc_fault_t *read_text(const char *text, const char *charset,
                              rpc_xmlcall_t *ret_call)
{
    apr_size_t length = strlen(text);
    char *copy = malloc(length + 1);
    rpc_fault_t *fault;

    memcpy(copy, text, length + 1);
    fault = rpc_xml_read(copy, length, charset, &usual, keeper, pool,
                         ret_call);
    free(copy);
    return fault;
}

/* How many documents the parser has read that is kept; 0: none is. It is kept
 * on, and counts this as another. */
static unsigned kept(int *ret_names)
{
    static const xmlSAXHandler none = { .initialized = XML_SAX2_MAGIC };
    rpc_xml_parser_t *parser = rpc_xml_parser_take(&none, keeper);
    unsigned documents = parser->documents;

    *ret_names = xmlDictSize(parser->context->dict);
    rpc_xml_parser_give(parser, documents > 0, 0);
    return documents;
}

typedef struct document_t {
    const char *text;
    const char *charset;
    int is_kept;             /* the parser that read it */
} document_t;

static const document_t traces[] = {
    { HEAD "a" TAIL, NULL, 1 },
    { HEAD "a" TAIL, "utf-8", 1 },
    { "<?xml version='1.0' encoding='iso-8859-1'?>" HEAD "\303\244" TAIL,
      "utf-8", 1 },
    { "<?xml version='1.0' encoding='iso-8859-1'?>" HEAD "\344" TAIL,
      NULL, 1 },
    { "<?xml version='1.0' encoding='utf-8'?>" HEAD "\344" TAIL,
      "iso-8859-1", 1 },
    { "<?xml version='1.1' standalone='yes'?>" HEAD "a" TAIL, NULL, 1 },
    { EX "<ex:i8>1</ex:i8>" TAIL, NULL, 1 },
    { "<methodCall xmlns:a='relative' b='2' c='&lt;'><methodName>echo"
      "</methodName></methodCall>", NULL, 1 },
    { HEAD "a<!-- c --><![CDATA[b]]>" TAIL, NULL, 1 },
    { "<?oasis-xml-catalog catalog='file:///none'?>" HEAD "a" TAIL, NULL,
      0 },
    { "<?any thing?>" HEAD "a" TAIL, NULL, 0 },
    { EX "<ex:i8>x</ex:i8>" TAIL, NULL, 0 },
    { EX "<ex:i8 xmlns:other='u'><other:i8/>", NULL, 0 },
    { EX "<array><data><value><array><data><value>", NULL, 0 },
    { "<!DOCTYPE a [<!ENTITY b 'c'><!ATTLIST methodName d CDATA 'e'>]>"
      HEAD "&b;" TAIL, NULL, 0 },
    { HEAD "&undefined;" TAIL, NULL, 0 },
    { HEAD "\344" TAIL, NULL, 0 },
    { HEAD "\303\244" TAIL, "us-ascii", 0 },
    { HEAD "a" TAIL "<", "utf-8", 0 },
    { "<?xml version='1.0' encoding='x-unknown'?>" HEAD "a" TAIL, NULL,
      0 },
    { "<?xml version='1.0' encoding='utf-16'?>" HEAD "a" TAIL, NULL, 0 },
    { HEAD "<a b='", NULL, 0 },
    { HEAD "<![CDATA[", NULL, 0 },
    { HEAD "<!--", NULL, 0 },
    { "", NULL, 0 }
};

/* All that can be told of how a document is read. */
static const char *outcome(const document_t *document)
{
    rpc_writer_t *writer = rpc_writer_create(pool);
    rpc_xmlcall_t call;
    rpc_fault_t *fault;

    fault = read_text(document->text, document->charset, &call);
    rpc_write_literal(writer, "");
    if (rpc_xml_write(writer, &call.params, 1) != NULL) {
        return "cannot be written";
    }
    rpc_write_char(writer, '\0');
    return apr_psprintf(pool, "%s%d %s %s", call.method,
                        fault != NULL ? fault->code : 0,
                        fault != NULL ? fault->text : "", writer->data);
}

/* Whatever one document was, the next is read as if it were the first. */
static void test_traces(void)
{
    size_t count = sizeof(traces) / sizeof(traces[0]);
    const char *fresh[sizeof(traces) / sizeof(traces[0])];
    int names;
    size_t i;
    size_t j;

    keeper = NULL;
    for (i = 0; i < count; i++) {
        fresh[i] = outcome(&traces[i]);
    }
    for (i = 0; i < count; i++) {
        int same = 1;

        apr_pool_create(&keeper, pool);
        for (j = 0; j < count; j++) {
            const char *first = outcome(&traces[i]);
            const char *second;

            same &= (kept(&names) > 0) == traces[i].is_kept;
            second = outcome(&traces[j]);
            if (strcmp(first, fresh[i]) != 0
                || strcmp(second, fresh[j]) != 0) {
                same = 0;
                printf("# %d, then %d: %s; alone: %s\n", (int)i, (int)j,
                       second, fresh[j]);
            }
        }
        ok(same, "document %d leaves no trace, and is%s kept: %s", (int)i,
           traces[i].is_kept ? "" : " not", fresh[i]);
        apr_pool_destroy(keeper);
        keeper = NULL;
    }
}

/* What clients invent does not stay for ever. */
static void test_dictionary(void)
{
    int most = 0;
    int fewer = 0;
    int before = 0;
    int good = 1;
    int i;

    apr_pool_create(&keeper, pool);
    for (i = 0; i < 2000; i++) {
        document_t document = { NULL, NULL, 1 };
        int names;

        document.text = apr_psprintf(pool, "<methodCall a%d='' b%d='' "
                                     "xmlns:c%d='u%d'><methodName>x"
                                     "</methodName></methodCall>",
                                     i, i, i, i);
        good &= strncmp(outcome(&document), "x0 ", 3) == 0;
        kept(&names);
        most = names > most ? names : most;
        fewer += names < before;
        before = names;
    }
    ok(good, "2000 documents with names of their own");
    ok(most > 100 && most <= 200, "%d names at most", most);
    ok(fewer > 30, "forgotten %d times", fewer);
    apr_pool_destroy(keeper);
    keeper = NULL;
}

static void test_large(void)
{
    char text[20000];
    document_t document = { HEAD "a" TAIL, NULL, 1 };
    int names;

    apr_pool_create(&keeper, pool);
    outcome(&document);
    outcome(&document);
    is_int(kept(&names), 2, "two documents");
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    document.text = apr_pstrcat(pool, HEAD, text, TAIL, NULL);
    outcome(&document);
    is_int(kept(&names), 0, "nothing is kept after a large one");
    apr_pool_destroy(keeper);
    keeper = NULL;
}

static void *APR_THREAD_FUNC read_in_thread(apr_thread_t *thread, void *data)
{
    int *good = data;
    apr_pool_t *result_pool;
    rpc_xmlcall_t call;
    int i;

    apr_pool_create(&result_pool, NULL);
    for (i = 0; i < 100; i++) {
        *good += rpc_xml_read(HEAD "a" TAIL, sizeof(HEAD "a" TAIL) - 1, NULL,
                              &usual, apr_thread_pool_get(thread),
                              result_pool, &call) == NULL;
    }
    apr_pool_destroy(result_pool);
    return NULL;
}

/* Under valgrind this tells whether threads leave their parsers behind. */
static void test_threads(void)
{
    apr_thread_t *threads[4];
    int good[4] = { 0, 0, 0, 0 };
    apr_status_t status;
    int i;

    for (i = 0; i < 4; i++) {
        apr_thread_create(&threads[i], NULL, read_in_thread, &good[i],
                          pool);
    }
    for (i = 0; i < 4; i++) {
        apr_thread_join(&status, threads[i]);
        is_int(good[i], 100, "documents of a thread");
    }
}

int main(void)
{
    apr_initialize();
    apr_pool_create(&pool, NULL);
    rpc_xml_child_init();
    test_traces();
    test_dictionary();
    test_large();
    test_threads();
    apr_pool_destroy(pool);
    apr_terminate();
    return done_testing();
}
