/* SPDX-License-Identifier: Apache-2.0 */
/* Turns the elements and texts of a methodCall or methodResponse into a name
 * and values, within the limits. For the reader in xmlvalue.c. */
#include <string.h>

#include "protocol/xmlvalue_read.h"

#define EXTENSIONS "http://ws.apache.org/xmlrpc/namespaces/extensions"
/* Namespace declarations in scope: libxml2 looks for a prefix one by one. */
#define MAX_NAMESPACES 64

/* What a name means without a prefix; the frequent ones first. */
static const rpc_xml_element_t elements[RPC_XML_NAMES + 1] = {
    { "value", RPC_XML_VALUE },
    { "member", RPC_XML_MEMBER },
    { "name", RPC_XML_NAME },
    { "string", RPC_XML_STRING },
    { "int", RPC_XML_INT },
    { "double", RPC_XML_DOUBLE },
    { "param", RPC_XML_PARAM },
    { "params", RPC_XML_PARAMS },
    { "methodName", RPC_XML_METHOD_NAME },
    { "methodCall", RPC_XML_METHOD_CALL },
    { "struct", RPC_XML_STRUCT },
    { "array", RPC_XML_ARRAY },
    { "data", RPC_XML_DATA },
    { "i4", RPC_XML_INT },
    { "boolean", RPC_XML_BOOLEAN },
    { "base64", RPC_XML_BASE64 },
    { "dateTime.iso8601", RPC_XML_TIME },
    { "methodResponse", RPC_XML_METHOD_RESPONSE },
    { "fault", RPC_XML_FAULT },
    { "nil", RPC_XML_NIL },
    { "i8", RPC_XML_I8 },
    { "i1", RPC_XML_I1 },
    { "i2", RPC_XML_I2 },
    { "float", RPC_XML_DOUBLE },
    { "biginteger", RPC_XML_I8 },
    { "bigdecimal", RPC_XML_DOUBLE },
    { NULL, RPC_XML_DOCUMENT }
};

/* What it means with a prefix that stands for EXTENSIONS. */
static const rpc_xml_element_t extensions[] = {
    { "nil", RPC_XML_NIL },
    { "i8", RPC_XML_I8 },
    { "i1", RPC_XML_I1 },
    { "i2", RPC_XML_I2 },
    { "float", RPC_XML_DOUBLE },
    { "biginteger", RPC_XML_I8 },
    { "bigdecimal", RPC_XML_DOUBLE },
    { "dateTime", RPC_XML_TIME },
    { NULL, RPC_XML_DOCUMENT }
};

static const rpc_xml_element_t document = { "the document",
                                            RPC_XML_DOCUMENT };
static const rpc_xml_element_t response_document = { "the document",
                                                     RPC_XML_RESPONSE };

/* A set of kinds. */
#define KIND(kind) ((uint32_t)1 << RPC_XML_##kind)
#define HAS(set, kind) (((set) >> (kind) & 1) != 0)
#define TEXTS (~(uint32_t)0 << RPC_XML_INT)
/* Those that RpcMaxDepth counts, and those that fill a list. */
#define LEVELS (KIND(ARRAY) | KIND(STRUCT))
#define LISTS (KIND(PARAMS) | KIND(DATA) | KIND(STRUCT))

/* What must be in an element that holds elements, in this order. */
typedef struct rule_t {
    uint32_t allowed[3];     /* kinds: first, second, after that */
    int least;               /* how many there must be */
    const char *first;       /* their names */
    const char *second;
} rule_t;

#define ONE(kind) { KIND(kind), 0, 0 }
#define TWO(first, second) { KIND(first), KIND(second), 0 }
#define ANY(kind) { KIND(kind), KIND(kind), KIND(kind) }

/* Those that are not here hold no elements. */
static const rule_t rules[] = {
    [RPC_XML_DOCUMENT] = { ONE(METHOD_CALL), 1, "methodCall", NULL },
    [RPC_XML_RESPONSE] = { ONE(METHOD_RESPONSE), 1, "methodResponse", NULL },
    [RPC_XML_METHOD_CALL] = { TWO(METHOD_NAME, PARAMS), 1, "methodName",
                              "params" },
    [RPC_XML_METHOD_RESPONSE] = { { KIND(PARAMS) | KIND(FAULT), 0, 0 }, 1,
                                  "params", NULL },
    [RPC_XML_FAULT] = { ONE(VALUE), 1, "value", NULL },
    [RPC_XML_PARAMS] = { ANY(PARAM), 0, "param", NULL },
    [RPC_XML_PARAM] = { ONE(VALUE), 1, "value", NULL },
    [RPC_XML_VALUE] = { { TEXTS | LEVELS, 0, 0 }, 0, NULL, NULL },
    [RPC_XML_ARRAY] = { ONE(DATA), 1, "data", NULL },
    [RPC_XML_DATA] = { ANY(VALUE), 0, "value", NULL },
    [RPC_XML_STRUCT] = { ANY(MEMBER), 0, "member", NULL },
    [RPC_XML_MEMBER] = { TWO(NAME, VALUE), 2, "name", "value" },
    [RPC_XML_NIL] = { { 0, 0, 0 }, 0, NULL, NULL }
};

static const rpc_xml_element_t *find(const rpc_xml_element_t *list,
                                     const char *name)
{
    for (; list->name != NULL; list++) {
        if (list->name[0] == name[0] && strcmp(list->name, name) == 0) {
            return list;
        }
    }
    return NULL;
}

void rpc_xml_intern(xmlDictPtr dict, const xmlChar **ret_names)
{
    int i;

    for (i = 0; i < RPC_XML_NAMES; i++) {
        ret_names[i] = xmlDictLookup(dict, (const xmlChar *)elements[i].name,
                                     -1);
    }
}

static int is_blank(const char *text, apr_size_t length)
{
    apr_size_t i;

    for (i = 0; i < length; i++) {
        if (text[i] != ' ' && text[i] != '\n' && text[i] != '\t'
            && text[i] != '\r') {
            return 0;
        }
    }
    return 1;
}

static RPC_XML_RARE void refuse_limit(rpc_xml_reader_t *reader,
                                      const char *directive,
                                      apr_int64_t limit, const char *unit)
{
    if (reader->fault == NULL) {
        reader->fault = rpc_fault_limit(reader->pool, RPC_E_LIMIT, directive,
                                        limit, unit);
    }
}

static int is_in_document(const rpc_xml_reader_t *reader, const char *text)
{
    return (uintptr_t)text - (uintptr_t)reader->bytes < reader->length;
}

static void clear_text(rpc_xml_reader_t *reader)
{
    reader->text = "";
    reader->text_length = 0;
}

/* ------------------------------------------------------------------------
 * Elements begin
 */

void rpc_xml_begin(rpc_xml_reader_t *reader)
{
    reader->frame_room = 32;
    reader->frames = apr_palloc(reader->pool, reader->frame_room
                                              * sizeof(*reader->frames));
    memset(reader->frames, 0, sizeof(*reader->frames));
    reader->frame = reader->frames;
    reader->frame->element = reader->response != NULL ? &response_document
                                                      : &document;
    reader->frames_end = reader->frames + reader->frame_room;
    clear_text(reader);
}

/* The number of frames is bounded by RpcMaxDepth, three a level. */
static RPC_XML_RARE void widen(rpc_xml_reader_t *reader)
{
    apr_size_t open = (apr_size_t)(reader->frame - reader->frames);
    rpc_xml_frame_t *wider = apr_palloc(reader->pool, 2 * reader->frame_room
                                                      * sizeof(*wider));

    memcpy(wider, reader->frames, reader->frame_room * sizeof(*wider));
    reader->frames = wider;
    reader->frame = wider + open;
    reader->frame_room *= 2;
    reader->frames_end = wider + reader->frame_room;
}

static rpc_xml_frame_t *push(rpc_xml_reader_t *reader,
                             const rpc_xml_element_t *element)
{
    rpc_xml_frame_t *frame;

    if (reader->frame + 1 == reader->frames_end) {
        widen(reader);
    }
    frame = ++reader->frame;
    memset(frame, 0, sizeof(*frame));
    frame->element = element;
    return frame;
}

static RPC_XML_RARE void refuse_element(rpc_xml_reader_t *reader,
                                        const char *name, const char *prefix)
{
    rpc_xml_refuse(reader, RPC_E_REQUEST,
                   "<%s%s%s> is not an element of XML-RPC%s",
                   prefix ? rpc_xml_quote(reader, prefix, strlen(prefix)) : "",
                   prefix ? ":" : "",
                   rpc_xml_quote(reader, name, strlen(name)),
                   reader->frame->element->kind == RPC_XML_VALUE
                       ? " that a value may have (send string int i4 i8"
                         " double boolean base64 dateTime.iso8601 nil array"
                         " or struct)"
                       : "");
}

static RPC_XML_RARE const rpc_xml_element_t *
find_extension(rpc_xml_reader_t *reader, const char *name, const char *prefix,
               const char *uri)
{
    const rpc_xml_element_t *element;

    if (uri == NULL || strcmp(uri, EXTENSIONS) != 0) {
        rpc_xml_refuse(reader, RPC_E_REQUEST,
                       "the prefix of <%s:%s> does not stand for "
                       EXTENSIONS,
                       rpc_xml_quote(reader, prefix, strlen(prefix)),
                       rpc_xml_quote(reader, name, strlen(name)));
        return NULL;
    }
    element = find(extensions, name);
    if (element == NULL) {
        refuse_element(reader, name, prefix);
    }
    return element;
}

/* For what the dictionary has not; right without it. */
static RPC_XML_RARE const rpc_xml_element_t *
find_by_text(rpc_xml_reader_t *reader, const char *name)
{
    const rpc_xml_element_t *element = find(elements, name);

    if (element == NULL) {
        refuse_element(reader, name, NULL);
    }
    return element;
}

static const rpc_xml_element_t *find_element(rpc_xml_reader_t *reader,
                                             const char *name,
                                             const char *prefix,
                                             const char *uri)
{
    int i;

    if (prefix != NULL) {
        return find_extension(reader, name, prefix, uri);
    }
    for (i = 0; i < RPC_XML_NAMES; i++) {
        if (reader->names[i] == (const xmlChar *)name) {
            return &elements[i];
        }
    }
    return find_by_text(reader, name);
}

static RPC_XML_RARE void refuse_place(rpc_xml_reader_t *reader,
                                      const rpc_xml_frame_t *parent,
                                      const rpc_xml_element_t *element)
{
    const rule_t *rule = &rules[parent->element->kind];
    const char *wanted = parent->count == 0 || rule->allowed[2] != 0
                             ? rule->first
                         : parent->count == 1 ? rule->second : NULL;
    int is_named = parent->element->kind > RPC_XML_RESPONSE;

    rpc_xml_refuse(reader, RPC_E_REQUEST,
                   "<%s> cannot be here in %s%s%s: expected %s%s%s",
                   element->name, is_named ? "<" : "", parent->element->name,
                   is_named ? ">" : "", wanted ? "<" : "",
                   wanted ? wanted : "its end", wanted ? ">" : "");
}

static void check_place(rpc_xml_reader_t *reader,
                        const rpc_xml_frame_t *parent,
                        const rpc_xml_element_t *element)
{
    const rule_t *rule = &rules[parent->element->kind];
    int place = parent->count < 2 ? parent->count : 2;

    if (!HAS(rule->allowed[place], element->kind)) {
        refuse_place(reader, parent, element);
    }
    else if (parent->element->kind == RPC_XML_VALUE
             && !is_blank(reader->text, reader->text_length)) {
        rpc_xml_refuse(reader, RPC_E_REQUEST, "text beside <%s> in <value>",
                       element->name);
    }
}

static void check_limits(rpc_xml_reader_t *reader,
                         enum rpc_xml_kind_e kind)
{
    if (kind == RPC_XML_VALUE
        && ++reader->values > reader->limits->max_values) {
        refuse_limit(reader, "RpcMaxValues", reader->limits->max_values,
                     "values");
    }
    if (HAS(LEVELS, kind)
        && ++reader->levels > reader->limits->max_depth) {
        refuse_limit(reader, "RpcMaxDepth", reader->limits->max_depth,
                     "levels");
    }
}

static RPC_XML_RARE void check_namespaces(rpc_xml_reader_t *reader,
                                          int namespaces)
{
    reader->namespaces += namespaces;
    if (reader->namespaces > MAX_NAMESPACES) {
        rpc_xml_refuse(reader, RPC_E_REQUEST,
                       "more than %d namespaces; XML-RPC needs at most one",
                       MAX_NAMESPACES);
    }
}

void rpc_xml_open(rpc_xml_reader_t *reader, const char *name,
                  const char *prefix, const char *uri, int namespaces)
{
    rpc_xml_frame_t *parent = reader->frame;
    const rpc_xml_element_t *element = find_element(reader, name, prefix,
                                                    uri);
    rpc_xml_frame_t *frame;

    if (element == NULL) {
        return;
    }
    check_place(reader, parent, element);
    check_limits(reader, element->kind);
    if (namespaces > 0) {
        check_namespaces(reader, namespaces);
    }
    if (reader->fault != NULL) {
        return;
    }
    parent->count++;
    clear_text(reader);
    frame = push(reader, element);
    frame->namespaces = namespaces;
    if (HAS(LISTS, element->kind)) {
        frame->value = rpc_value_list(element->kind == RPC_XML_STRUCT
                                          ? RPC_STRUCT : RPC_ARRAY,
                                      reader->pool);
    }
}

/* ------------------------------------------------------------------------
 * Texts
 */

static int keeps_text(const rpc_xml_frame_t *frame)
{
    static const uint32_t keepers = (TEXTS & ~KIND(NIL)) | KIND(VALUE)
                                    | KIND(NAME) | KIND(METHOD_NAME);

    return HAS(keepers, frame->element->kind)
           && (frame->element->kind != RPC_XML_VALUE || frame->count == 0);
}

/* The text so far becomes the first piece, if it is none. */
static rpc_writer_t *begin_pieces(rpc_xml_reader_t *reader)
{
    if (reader->pieces == NULL) {
        reader->pieces = rpc_writer_create(reader->pool);
    }
    if (reader->text != reader->pieces->data) {
        rpc_writer_cut(reader->pieces, 0);
        rpc_write(reader->pieces, reader->text, reader->text_length);
    }
    return reader->pieces;
}

static void end_pieces(rpc_xml_reader_t *reader)
{
    reader->text = reader->pieces->data;
    reader->text_length = reader->pieces->length;
}

/* White space is dropped right here, so that it takes no memory. Its reader
 * wants a NUL at the end. */
static void keep_base64(rpc_xml_reader_t *reader, const char *text,
                        apr_size_t length)
{
    rpc_writer_t *pieces = begin_pieces(reader);
    apr_int64_t most = reader->limits->max_string;
    apr_size_t room;
    apr_size_t i;

    if (most > INT32_MAX / 4 * 3 - 3) {
        most = INT32_MAX / 4 * 3 - 3;
    }
    room = (apr_size_t)(most + 2) / 3 * 4;
    for (i = 0; i < length; i++) {
        if (is_blank(text + i, 1)) {
            continue;
        }
        if (pieces->length == room) {
            refuse_limit(reader, "RpcMaxString", most, "bytes of base64");
            return;
        }
        rpc_write_char(pieces, text[i]);
    }
    rpc_write_char(pieces, '\0');
    rpc_writer_cut(pieces, pieces->length - 1);
    end_pieces(reader);
}

static RPC_XML_RARE void refuse_text(rpc_xml_reader_t *reader)
{
    const rpc_xml_element_t *element = reader->frame->element;

    rpc_xml_refuse(reader, RPC_E_REQUEST, "text in <%s>, which holds %s",
                   element->name, element->kind == RPC_XML_NIL
                                      ? "nothing" : "elements only");
}

static RPC_XML_APART void add_piece(rpc_xml_reader_t *reader,
                                    const char *text, apr_size_t length)
{
    apr_int64_t most = reader->limits->max_string;

    if (reader->frame->element->kind == RPC_XML_BASE64) {
        keep_base64(reader, text, length);
        return;
    }
    if (most > (apr_int64_t)RPC_VALUE_MAX) {
        most = RPC_VALUE_MAX;
    }
    if (reader->text_length + length > (apr_size_t)most) {
        refuse_limit(reader, "RpcMaxString", most, "bytes in a string");
        return;
    }
    rpc_write(begin_pieces(reader), text, length);
    end_pieces(reader);
}

/* Whether a text, as its first piece, may stay where it is: in a document that
 * is there as a whole. */
static int may_stay(const rpc_xml_reader_t *reader, const char *text,
                    apr_size_t length)
{
    return reader->is_whole && reader->text_length == 0
           && is_in_document(reader, text)
           && (apr_int64_t)length <= reader->limits->max_string
           && length <= RPC_VALUE_MAX
           && reader->frame->element->kind != RPC_XML_BASE64;
}

void rpc_xml_characters(rpc_xml_reader_t *reader, const char *text,
                        apr_size_t length)
{
    if (!keeps_text(reader->frame)) {
        if (!is_blank(text, length)) {
            refuse_text(reader);
        }
    }
    else if (may_stay(reader, text, length)) {
        reader->text = text;
        reader->text_length = length;
    }
    else {
        add_piece(reader, text, length);
    }
}

/* ------------------------------------------------------------------------
 * Elements end
 */

static rpc_value_t take_text(rpc_xml_reader_t *reader)
{
    return rpc_value_copy_text(RPC_STRING, reader->text, reader->text_length,
                               reader->pool);
}

static void add_member(rpc_xml_reader_t *reader, rpc_xml_frame_t *strct,
                       const rpc_xml_frame_t *member)
{
    if (!rpc_value_add(&strct->value, member->name, member->name_length,
                       member->value, reader->pool)) {
        rpc_xml_refuse(reader, RPC_E_REQUEST,
                       "<struct> has two members named \"%s\"",
                       rpc_xml_quote(reader, member->name,
                                     member->name_length));
    }
}

/* What an element holds goes to the one around it. */
static void deliver(rpc_xml_reader_t *reader, rpc_xml_frame_t *frame,
                    rpc_xml_frame_t *parent)
{
    rpc_value_t text;

    switch (frame->element->kind) {
    case RPC_XML_DOCUMENT:
    case RPC_XML_RESPONSE:
    case RPC_XML_METHOD_CALL:
    case RPC_XML_METHOD_RESPONSE:
        break;
    case RPC_XML_FAULT:
        reader->response->is_fault = 1;
        reader->response->value = frame->value;
        break;
    case RPC_XML_METHOD_NAME:
        text = take_text(reader);
        reader->call->method = text.u.text;
        reader->call->method_length = text.length;
        break;
    case RPC_XML_PARAMS:
        reader->call->params = frame->value;
        break;
    case RPC_XML_VALUE:
        if (frame->count == 0) {
            frame->value = take_text(reader);
        }
        if (parent->element->kind == RPC_XML_DATA) {
            rpc_value_append(&parent->value, frame->value, reader->pool);
        }
        else {
            parent->value = frame->value;
        }
        break;
    case RPC_XML_PARAM:
        rpc_value_append(&parent->value, frame->value, reader->pool);
        break;
    case RPC_XML_ARRAY:
    case RPC_XML_DATA:
    case RPC_XML_STRUCT:
        parent->value = frame->value;
        break;
    case RPC_XML_MEMBER:
        add_member(reader, parent, frame);
        break;
    case RPC_XML_NAME:
        text = take_text(reader);
        parent->name = text.u.text;
        parent->name_length = text.length;
        break;
    case RPC_XML_STRING:
        parent->value = take_text(reader);
        break;
    default:
        parent->value = rpc_xml_scalar(reader, frame->element, reader->text,
                                       reader->text_length);
        break;
    }
}

void rpc_xml_close(rpc_xml_reader_t *reader)
{
    rpc_xml_frame_t *frame = reader->frame;
    enum rpc_xml_kind_e kind = frame->element->kind;
    const rule_t *rule = &rules[kind];

    if (frame->count < rule->least) {
        rpc_xml_refuse(reader, RPC_E_REQUEST, "<%s> ends without <%s>",
                       frame->element->name,
                       frame->count == 0 ? rule->first : rule->second);
        return;
    }
    deliver(reader, frame, frame - 1);
    clear_text(reader);
    if (HAS(LEVELS, kind)) {
        reader->levels--;
    }
    reader->namespaces -= frame->namespaces;
    reader->frame--;
}
