/* SPDX-License-Identifier: Apache-2.0 */
/* The types of prototypes, and the scanner that the parts of the parser
 * share. For signature.c. */
#include <string.h>

#include "apr_strings.h"

#include "core/prototype.h"
#include "core/utf8.h"

static const struct {
    const char *name;
    unsigned mask;
} types[] = {{"any", RPC_ANY_MASK},           {"nil", RPC_BIT(RPC_NIL)},
             {"bool", RPC_BIT(RPC_BOOL)},     {"int", RPC_BIT(RPC_INT)},
             {"double", RPC_BIT(RPC_DOUBLE)}, {"number", RPC_NUMBER_MASK},
             {"string", RPC_BIT(RPC_STRING)}, {"bytes", RPC_BIT(RPC_BYTES)},
             {"time", RPC_BIT(RPC_TIME)},     {"array", RPC_BIT(RPC_ARRAY)},
             {"struct", RPC_BIT(RPC_STRUCT)}};

#define TYPE_LIST                                                              \
    "any, nil, bool, int, double, number, string, bytes, time, array or "      \
    "struct"

/* Words of other languages, and ours. */
static const struct {
    const char *wrong;
    const char *right;
} hints[] = {{"void", "nil, or () for no parameters"},
             {"null", "nil"},
             {"None", "nil"},
             {"boolean", "bool"},
             {"integer", "int"},
             {"long", "int"},
             {"short", "int"},
             {"unsigned", "int"},
             {"int32_t", "int"},
             {"int64_t", "int"},
             {"i4", "int"},
             {"i8", "int"},
             {"float", "double"},
             {"char", "string"},
             {"str", "string"},
             {"text", "string"},
             {"base64", "bytes"},
             {"blob", "bytes"},
             {"date", "time"},
             {"datetime", "time"},
             {"list", "array"},
             {"tuple", "array"},
             {"dict", "struct"},
             {"object", "struct"},
             {"map", "struct"},
             {"const", "the type alone"}};

int rpc_scan_fail(rpc_scan_t *scan, apr_size_t at, const char *format, ...)
{
    va_list args;

    if (scan->error == NULL) {
        va_start(args, format);
        scan->error = apr_pvsprintf(scan->pool, format, args);
        va_end(args);
        scan->error_at = at;
    }
    return 0;
}

void rpc_scan_blanks(rpc_scan_t *scan)
{
    scan->at += strspn(scan->text + scan->at, " \t\r\n");
}

int rpc_scan_accept(rpc_scan_t *scan, const char *token)
{
    apr_size_t length = strlen(token);

    rpc_scan_blanks(scan);
    if (strncmp(scan->text + scan->at, token, length) != 0) {
        return 0;
    }
    scan->at += length;
    return 1;
}

const char *rpc_scan_next(const rpc_scan_t *scan)
{
    const char *here = scan->text + scan->at;
    uint32_t character;

    if (here[0] == '\0') {
        return "the end";
    }
    if (here[0] > ' ' && here[0] < 0x7f) {
        return apr_psprintf(scan->pool, "'%c'", here[0]);
    }
    rpc_utf8_decode(here, &character);
    return apr_psprintf(scan->pool, "U+%04X", (unsigned)character);
}

/* Beyond ASCII a name may hold what can be seen: no C1 controls, no blanks
 * or breaks that would hide in a message. */
static int is_visible(uint32_t character)
{
    return character > 0xa0 && character != 0x2028 && character != 0x2029 &&
           character != 0xfeff &&
           !(character >= 0x2000 && character <= 0x200f) && character != 0x3000;
}

apr_size_t rpc_name_prefix(const char *text, const char *extra)
{
    apr_size_t length = 0;

    for (;;) {
        unsigned char c = (unsigned char)text[length];
        uint32_t character;
        int bytes = 1;

        if (c >= 0x80) {
            bytes = rpc_utf8_decode(text + length, &character);
            if (!is_visible(character)) {
                return length;
            }
        }
        else if (c == '\0' ||
                 !((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                   (c >= 'a' && c <= 'z') || c == '_' ||
                   strchr(extra, c) != NULL)) {
            return length;
        }
        length += (apr_size_t)bytes;
    }
}

apr_size_t rpc_scan_name(const rpc_scan_t *scan, const char *extra)
{
    return rpc_name_prefix(scan->text + scan->at, extra);
}

/* A word that is no type. The commonest mistake is a missing result type:
 * then '(' follows. */
static int fail_type(rpc_scan_t *scan, apr_size_t length)
{
    const char *word =
        apr_pstrmemdup(scan->pool, scan->text + scan->at, length);
    const char *after = scan->text + scan->at + length;
    apr_size_t i;

    if (length == 0) {
        return rpc_scan_fail(scan, scan->at, "expected a type (%s), got %s",
                             TYPE_LIST, rpc_scan_next(scan));
    }
    after += strspn(after, " \t\r\n");
    if (scan->at == strspn(scan->text, " \t\r\n") &&
        strchr("(.:/", after[0]) != NULL) {
        return rpc_scan_fail(scan, scan->at,
                             "expected the type of the "
                             "result before the name, such as \"any %s\"",
                             word);
    }
    for (i = 0; i < sizeof(hints) / sizeof(hints[0]); i++) {
        if (strcmp(word, hints[i].wrong) == 0) {
            return rpc_scan_fail(scan, scan->at,
                                 "unknown type \"%s\": write %s", word,
                                 hints[i].right);
        }
    }
    if (strcmp(word, "secret") == 0) {
        return rpc_scan_fail(scan, scan->at,
                             "\"secret\" stands before the "
                             "type of a parameter and nowhere else");
    }
    return rpc_scan_fail(scan, scan->at, "unknown type \"%s\": expected %s",
                         word, TYPE_LIST);
}

/* The inside of array<...>; '<' was taken. */
static int scan_element(rpc_scan_t *scan, rpc_typespec_t *type)
{
    if (!rpc_scan_type(scan, &type->element)) {
        return 0;
    }
    if (!rpc_scan_accept(scan, ">")) {
        return rpc_scan_fail(scan, scan->at,
                             "expected '>' after \"array<%s\""
                             ", got %s",
                             type->element->text, rpc_scan_next(scan));
    }
    type->text = apr_psprintf(scan->pool, "array<%s>", type->element->text);
    return 1;
}

static int scan_field(rpc_scan_t *scan, apr_array_header_t *fields)
{
    rpc_parameter_t field;

    memset(&field, 0, sizeof(field));
    if (fields->nelts == RPC_PROTOTYPE_PARAMETERS) {
        return rpc_scan_fail(scan, scan->at, "more than %d fields",
                             RPC_PROTOTYPE_PARAMETERS);
    }
    if (!rpc_scan_declaration(scan, fields, "field", &field) ||
        !rpc_scan_default(scan, &field)) {
        return 0;
    }
    APR_ARRAY_PUSH(fields, rpc_parameter_t) = field;
    return 1;
}

static const char *fields_text(rpc_scan_t *scan,
                               const apr_array_header_t *fields)
{
    apr_array_header_t *parts =
        apr_array_make(scan->pool, fields->nelts * 6, sizeof(const char *));
    int i;

    for (i = 0; i < fields->nelts; i++) {
        const rpc_parameter_t *field =
            &APR_ARRAY_IDX(fields, i, rpc_parameter_t);

        APR_ARRAY_PUSH(parts, const char *) = i == 0 ? "struct{" : ", ";
        APR_ARRAY_PUSH(parts, const char *) = field->type->text;
        APR_ARRAY_PUSH(parts, const char *) = " ";
        APR_ARRAY_PUSH(parts, const char *) = field->name;
        if (field->optional) {
            APR_ARRAY_PUSH(parts, const char *) = " = ";
            APR_ARRAY_PUSH(parts, const char *) = field->fallback_text;
        }
    }
    APR_ARRAY_PUSH(parts, const char *) = "}";
    return apr_array_pstrcat(scan->pool, parts, '\0');
}

/* The inside of struct{...}; '{' was taken. */
static int scan_fields(rpc_scan_t *scan, rpc_typespec_t *type)
{
    apr_array_header_t *fields =
        apr_array_make(scan->pool, 4, sizeof(rpc_parameter_t));

    if (rpc_scan_accept(scan, "}")) {
        return rpc_scan_fail(scan, scan->at - 1,
                             "expected a field in "
                             "struct{...}; \"struct\" alone takes any");
    }
    do {
        if (!scan_field(scan, fields)) {
            return 0;
        }
    } while (rpc_scan_accept(scan, ","));
    if (!rpc_scan_accept(scan, "}")) {
        const rpc_parameter_t *last =
            &APR_ARRAY_IDX(fields, fields->nelts - 1, rpc_parameter_t);

        return rpc_scan_fail(scan, scan->at,
                             "expected ',' or '}' after "
                             "field \"%s\", got %s",
                             last->name, rpc_scan_next(scan));
    }
    type->fields = (const rpc_parameter_t *)fields->elts;
    type->field_count = fields->nelts;
    type->text = fields_text(scan, fields);
    return 1;
}

/* One type of a union. */
static int scan_single(rpc_scan_t *scan, rpc_typespec_t *type)
{
    apr_size_t length;
    apr_size_t i = 0;

    rpc_scan_blanks(scan);
    length = rpc_scan_name(scan, "");
    while (i < sizeof(types) / sizeof(types[0]) &&
           (strlen(types[i].name) != length ||
            memcmp(types[i].name, scan->text + scan->at, length) != 0)) {
        i++;
    }
    if (i == sizeof(types) / sizeof(types[0])) {
        return fail_type(scan, length);
    }
    scan->at += length;
    type->mask = types[i].mask;
    type->text = types[i].name;
    if (type->mask == RPC_BIT(RPC_ARRAY) && rpc_scan_accept(scan, "<")) {
        return scan_element(scan, type);
    }
    if (type->mask == RPC_BIT(RPC_STRUCT) && rpc_scan_accept(scan, "{")) {
        return scan_fields(scan, type);
    }
    return 1;
}

static int scan_union(rpc_scan_t *scan, rpc_typespec_t *type)
{
    if (!scan_single(scan, type)) {
        return 0;
    }
    while (rpc_scan_accept(scan, "|")) {
        rpc_typespec_t other = {0};
        apr_size_t at;

        rpc_scan_blanks(scan);
        at = scan->at;
        if (!scan_single(scan, &other)) {
            return 0;
        }
        if (type->mask & other.mask) {
            return rpc_scan_fail(scan, at,
                                 "\"%s\" overlaps with \"%s\": "
                                 "name each type once",
                                 other.text, type->text);
        }
        type->mask |= other.mask;
        type->text = apr_pstrcat(scan->pool, type->text, "|", other.text, NULL);
        type->element = other.element ? other.element : type->element;
        if (other.fields != NULL) {
            type->fields = other.fields;
            type->field_count = other.field_count;
        }
    }
    return 1;
}

int rpc_scan_type(rpc_scan_t *scan, const rpc_typespec_t **ret_type)
{
    rpc_typespec_t *type = apr_pcalloc(scan->pool, sizeof(*type));
    int good;

    rpc_scan_blanks(scan);
    if (scan->depth == RPC_PROTOTYPE_DEPTH) {
        return rpc_scan_fail(scan, scan->at,
                             "types nest more than %d levels deep",
                             RPC_PROTOTYPE_DEPTH);
    }
    scan->depth++;
    good = scan_union(scan, type);
    scan->depth--;
    if (good) {
        *ret_type = type;
    }
    return good;
}
