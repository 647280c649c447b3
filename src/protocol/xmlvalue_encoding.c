/* SPDX-License-Identifier: Apache-2.0 */
/* Which encoding a document has: byte-order mark, then charset, then its own
 * declaration (RFC 7303, section 3). For the reader in xmlvalue.c. */
#include <string.h>

#include "apr_cstr.h"
#include "apr_lib.h"

#include "protocol/xmlvalue_read.h"

#define FAULT_ENCODING (-32701)

void rpc_xml_unsupported(rpc_xml_reader_t *reader, const char *encoding)
{
    if (reader->fault == NULL) {
        reader->fault = rpc_fault_make(reader->pool, FAULT_ENCODING,
                                       "unsupported encoding \"%s\": send"
                                       " UTF-8",
                                       rpc_xml_quote(reader, encoding,
                                                     strlen(encoding)));
    }
}

typedef struct mark_t {
    const char *bytes;
    apr_size_t length;
    const char *encoding;
} mark_t;

/* The longer ones first: UTF-32's begins with UTF-16's. */
static const mark_t marks[] = {
    { "\xef\xbb\xbf", 3, "UTF-8" },
    { "\xff\xfe\0\0", 4, "UTF-32LE" },
    { "\0\0\xfe\xff", 4, "UTF-32BE" },
    { "\xff\xfe", 2, "UTF-16LE" },
    { "\xfe\xff", 2, "UTF-16BE" }
};

/* A name as XML's EncName; others could mean something to iconv. */
static int is_encoding_name(const char *name)
{
    apr_size_t i;

    for (i = 0; name[i] != '\0'; i++) {
        if (i == 40
            || !(apr_isalnum(name[i]) || strchr("._-:", name[i]) != NULL)) {
            return 0;
        }
    }
    return i > 0;
}

static int is_readable(const char *name)
{
    xmlCharEncodingHandlerPtr handler = NULL;
    int good;

    if (!is_encoding_name(name)) {
        return 0;
    }
#if LIBXML_VERSION >= 21400
    good = xmlCreateCharEncodingHandler(name, XML_ENC_INPUT, NULL, NULL,
                                        &handler) == XML_ERR_OK;
#else
    handler = xmlFindCharEncodingHandler(name);
    good = handler != NULL && handler->input != NULL;
#ifdef LIBXML_ICONV_ENABLED
    good = good || (handler != NULL && handler->iconv_in != NULL);
#endif
#endif
    xmlCharEncCloseFunc(handler);
    return good;
}

const char *rpc_xml_encoding(rpc_xml_reader_t *reader, const char *charset)
{
    apr_size_t i;

    for (i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        if (reader->length >= marks[i].length
            && reader->bytes[0] == marks[i].bytes[0]
            && memcmp(reader->bytes, marks[i].bytes, marks[i].length) == 0) {
            reader->bytes += marks[i].length;
            reader->length -= marks[i].length;
            return marks[i].encoding;
        }
    }
    if (charset == NULL) {
        return NULL;
    }
    if (apr_cstr_casecmp(charset, "utf8") == 0) {
        return "UTF-8";
    }
    if (apr_cstr_casecmp(charset, "utf-16") == 0) {
        return reader->length > 0 && reader->bytes[0] == '\0' ? "UTF-16BE"
                                                              : "UTF-16LE";
    }
    if (!is_readable(charset)) {
        rpc_xml_unsupported(reader, charset);
    }
    return charset;
}

/* What follows encoding= in a declaration, or NULL if it has none. Values that
 * could be taken for it are no well-formed ones. */
static const char *find_declared(const char *at, const char *end)
{
    static const char word[] = "encoding";

    for (; (apr_size_t)(end - at) >= sizeof(word) - 1; at++) {
        if (memcmp(at, word, sizeof(word) - 1) == 0) {
            at += sizeof(word) - 1;
            return at + strspn(at, " \t\r\n=");
        }
    }
    return NULL;
}

int rpc_xml_is_utf8(const rpc_xml_reader_t *reader, const char *encoding)
{
    const char *bytes = reader->bytes;
    const char *end;
    const char *name;

    /* libxml2 goes by the first bytes as well: of UTF-16, EBCDIC ... */
    if (reader->length < 2 || bytes[0] != '<' || bytes[1] == '\0') {
        return 0;
    }
    if (encoding != NULL || strncmp(bytes, "<?xml", 5) != 0) {
        return encoding == NULL || strcmp(encoding, "UTF-8") == 0;
    }
    end = memchr(bytes, '>', reader->length);
    name = end != NULL ? find_declared(bytes, end) : NULL;
    return end != NULL
           && (name == NULL
               || (apr_cstr_casecmpn(name + 1, "utf-8", 5) == 0
                   && name[6] == name[0]));
}
