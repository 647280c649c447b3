/* SPDX-License-Identifier: Apache-2.0 */
/* The strict scan of a JSON text: RFC 8259 and the limits, in one pass
 * without recursion, before memory is taken. For the JSON reader. */
#include <stdlib.h>

#include "apr_strings.h"

#include "core/number.h"
#include "protocol/json_plain.h"
#include "protocol/json_scan.h"

/* Integers of so many digits are exact in a double, and small ones too. */
#define EXACT_DIGITS 15
/* cJSON reads numbers through a buffer of 64 bytes. */
#define LONGEST_NUMBER 60
/* Without an exponent, no number of fewer bytes is beyond a double. */
#define SAFE_NUMBER 300

rpc_fault_t *rpc_json_scan_fault(const rpc_json_scan_t *scan,
                                 const char *at, const char *what)
{
    const char *p;
    apr_size_t line = 1;
    apr_size_t column = 1;

    for (p = scan->text; p < at; p++) {
        if (*p == '\n') {
            line++;
            column = 1;
        }
        else if (((unsigned char)*p & 0xc0) != 0x80) {
            column++;
        }
    }
    return rpc_fault_make(scan->pool, RPC_E_PARSE,
                          "line %" APR_SIZE_T_FMT ", column %"
                          APR_SIZE_T_FMT ": %s", line, column, what);
}

/* The functions that go over a part of the text return where it ends; at a
 * fault they put that into the scan, and return NULL. */

static char *fail(rpc_json_scan_t *scan, const char *at, const char *what)
{
    scan->fault = rpc_json_scan_fault(scan, at, what);
    return NULL;
}

/* A fault that says what stands where something else was expected. */
static char *unexpected(rpc_json_scan_t *scan, const char *at,
                        const char *what)
{
    unsigned char c = (unsigned char)*at;
    const char *got;

    if (at >= scan->end) {
        got = "the end of the text";
    }
    else if (c > 0x20 && c < 0x7f) {
        got = apr_psprintf(scan->pool, "'%c'", c);
    }
    else {
        got = apr_psprintf(scan->pool, "byte 0x%02x", c);
    }
    return fail(scan, at,
                apr_psprintf(scan->pool, "%s, got %s", what, got));
}

static char *out_of_memory(rpc_json_scan_t *scan)
{
    scan->fault = rpc_fault_make(scan->pool, RPC_E_INTERNAL,
                                 "out of memory");
    return NULL;
}

/* Remember that a value needs its text: the one just begun, or the one that
 * follows a name. Returns 0 if memory is out. */
static int add_note(rpc_json_scan_t *scan, enum rpc_json_note_e kind,
                    const char *text, apr_size_t length)
{
    apr_size_t ordinal = scan->values;
    rpc_json_note_t *note;

    if (scan->note_count == scan->note_room) {
        apr_size_t room = scan->note_room ? scan->note_room * 2 : 64;
        rpc_json_note_t *notes = realloc(scan->notes, room * sizeof(*notes));

        if (notes == NULL) {
            return 0;
        }
        scan->notes = notes;
        scan->note_room = room;
    }
    note = &scan->notes[scan->note_count++];
    note->text = text;
    note->length = (apr_uint32_t)length;
    note->ordinal = (apr_uint32_t)(kind == RPC_JSON_NOTE_NAME ? ordinal
                                                              : ordinal - 1);
    note->kind = kind;
    return 1;
}

/* Remember that the value just begun is a double, in 4 bytes: there may be
 * one for every few bytes of the text. Returns 0 if memory is out. */
static int add_double(rpc_json_scan_t *scan)
{
    if (scan->double_count == scan->double_room) {
        apr_size_t room = scan->double_room ? scan->double_room * 2 : 64;
        apr_uint32_t *doubles = realloc(scan->doubles,
                                        room * sizeof(*doubles));

        if (doubles == NULL) {
            return 0;
        }
        scan->doubles = doubles;
        scan->double_room = room;
    }
    scan->doubles[scan->double_count++] = (apr_uint32_t)(scan->values - 1);
    return 1;
}

/* Write a 0 and blanks over a number, which cJSON could not read. */
static void hide(rpc_json_scan_t *scan, char *at, apr_size_t length)
{
    rpc_json_hidden_t *hidden = apr_palloc(scan->pool, sizeof(*hidden));

    hidden->at = at;
    hidden->text = apr_pstrmemdup(scan->pool, at, length);
    hidden->length = length;
    hidden->next = scan->hidden;
    scan->hidden = hidden;
    memset(at, ' ', length);
    *at = '0';
}

/* Whether a number that is no integer is finite as a double. */
static int is_finite_text(const char *text, apr_size_t length)
{
    double d;
    apr_size_t i;

    if (length < SAFE_NUMBER && memchr(text, 'e', length) == NULL
        && memchr(text, 'E', length) == NULL) {
        return 1;
    }
    for (i = length; i > 0 && text[i - 1] >= '0' && text[i - 1] <= '9';) {
        i--;
    }
    if (length < LONGEST_NUMBER && length - i < 3) {
        return 1;
    }
    return rpc_number_parse_double(text, length, &d) == 0;
}

/* A number that scan_number() leaves to this: a long one, one with an
 * exponent, or what is none. */
static char *scan_odd_number(rpc_json_scan_t *scan, char *start)
{
    const char *what;
    char *at;
    apr_size_t length;
    int64_t n;
    int plain;
    int good;

    at = (char *)rpc_json_scan_number(start, &plain, &what);
    if (what != NULL) {
        return unexpected(scan, at, what);
    }
    length = (apr_size_t)(at - start);
    /* An id is given back as text, so it may be of any size. */
    if (scan->id_start != start) {
        if (plain && rpc_number_parse_int(start, length, &n) != 0) {
            return fail(scan, start,
                        "an integer beyond 64 bits; expected "
                        "-9223372036854775808 to 9223372036854775807");
        }
        if (!plain && !is_finite_text(start, length)) {
            return fail(scan, start,
                        "a number beyond a double; expected at most "
                        "1.7976931348623157e308");
        }
    }
    if (plain || length > LONGEST_NUMBER) {
        good = add_note(scan, plain ? RPC_JSON_NOTE_INT : RPC_JSON_NOTE_LONG,
                        start, length);
    }
    else {
        good = add_double(scan);
    }
    if (good && length > LONGEST_NUMBER) {
        hide(scan, start, length);
    }
    return good ? at : out_of_memory(scan);
}

static inline char *skip_digits(char *at)
{
    while (*at >= '0' && *at <= '9') {
        at++;
    }
    return at;
}

/* A number. Most are short and have no exponent. */
static inline char *scan_number(rpc_json_scan_t *scan, char *start)
{
    char *digits = *start == '-' ? start + 1 : start;
    char *at = skip_digits(digits);
    int is_good = at > digits && (*digits != '0' || at - digits == 1);
    int is_double = *at == '.';

    if (is_double) {
        digits = at + 1;
        at = skip_digits(digits);
        is_good &= at > digits;
    }
    if (!is_good || *at == 'e' || *at == 'E'
        || at - start > (is_double ? LONGEST_NUMBER : EXACT_DIGITS)) {
        return scan_odd_number(scan, start);
    }
    return !is_double || add_double(scan) ? at : out_of_memory(scan);
}

static char *scan_word(rpc_json_scan_t *scan, char *at)
{
    const char *word = *at == 't' ? "true" : *at == 'f' ? "false" : "null";
    apr_size_t length = strlen(word);

    /* strncmp, since the text may end within the word. */
    if (strncmp(at, word, length) != 0) {
        return unexpected(scan, at, "expected a value");
    }
    return at + length;
}

/* The rest of a string that is long or not all plain ASCII. */
static char *scan_odd_string(rpc_json_scan_t *scan, char *start, char *at,
                             enum rpc_json_note_e kind)
{
    int has_nul;

    at = rpc_json_scan_string(scan, start + 1, at, &has_nul);
    if (at != NULL && has_nul
        && !add_note(scan, kind, start, (apr_size_t)(at + 1 - start))) {
        return out_of_memory(scan);
    }
    return at;
}

/* A string. A note of that kind tells if it has a U+0000. */
static inline char *scan_string(rpc_json_scan_t *scan, char *start,
                                enum rpc_json_note_e kind)
{
    char *at = (char *)rpc_json_skip_ascii(start + 1, scan->end);

    if (*at != '"' || at - start > scan->limits->max_string) {
        at = scan_odd_string(scan, start, at, kind);
        if (at == NULL) {
            return NULL;
        }
    }
    at++;
    scan->texts += (apr_size_t)(at - start);
    return at;
}

static inline char *skip_blanks(char *at)
{
    while (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t') {
        at++;
    }
    return at;
}

/* Whether the name, with its quotes, is "id". */
static int is_id(const rpc_json_scan_t *scan, const char *name,
                 apr_size_t length)
{
    if (length == 4) {
        return name[1] == 'i' && name[2] == 'd';
    }
    /* Or with escapes: at most two of six bytes. */
    if (length > 14 || (name[1] != '\\' && name[2] != '\\')) {
        return 0;
    }
    name = rpc_json_scan_decode(name, length, scan->pool, &length);
    return length == 2 && memcmp(name, "id", 2) == 0;
}

/* From the name of a member to its value.
 * @param expected What there is to say if there is no name */
static char *scan_name(rpc_json_scan_t *scan, char *start,
                       const char *expected)
{
    char *end;
    char *at;

    if (*start != '"') {
        return unexpected(scan, start, expected);
    }
    end = scan_string(scan, start, RPC_JSON_NOTE_NAME);
    if (end == NULL) {
        return NULL;
    }
    at = skip_blanks(end);
    if (*at != ':') {
        return unexpected(scan, at, "expected ':'");
    }
    at = skip_blanks(at + 1);
    if (scan->depth == scan->id_depth
        && is_id(scan, start, (apr_size_t)(end - start))
        && (apr_int64_t)scan->entries <= scan->limits->max_batch) {
        scan->id_start = at;
    }
    return at;
}

/* Count a value that begins. Returns 0 if it is one too many. */
static int count_value(rpc_json_scan_t *scan)
{
    if ((apr_int64_t)scan->values >= scan->limits->max_values) {
        scan->fault = rpc_fault_limit(scan->pool, RPC_E_PARSE,
                                      "RpcMaxValues",
                                      scan->limits->max_values, "values");
        return 0;
    }
    scan->values++;
    if (scan->depth == 1 && scan->kinds[0] == '[') {
        scan->entries++;
    }
    return 1;
}

/* A value ends: note its text if it is an id. */
static void end_value(rpc_json_scan_t *scan, const char *at)
{
    rpc_json_id_t *id;

    if (scan->id_start == NULL || scan->depth != scan->id_depth) {
        return;
    }
    id = apr_array_push(scan->ids);
    id->text = scan->id_start;
    id->length = (apr_size_t)(at - scan->id_start);
    id->entry = scan->kinds[0] == '[' ? scan->entries - 1 : 0;
    scan->id_start = NULL;
}

/* A value that is no list. */
static char *scan_scalar(rpc_json_scan_t *scan, char *at)
{
    if (*at == '"') {
        at = scan_string(scan, at, RPC_JSON_NOTE_STRING);
    }
    else if (*at == '-' || (*at >= '0' && *at <= '9')) {
        at = scan_number(scan, at);
    }
    else {
        at = scan_word(scan, at);
    }
    if (at != NULL) {
        end_value(scan, at);
    }
    return at;
}

/* The bracket that closes a list of that kind. */
static char closing(char kind)
{
    return kind == '[' ? ']' : '}';
}

/* Returns 0 if the list is one level too deep. */
static int open_list(rpc_json_scan_t *scan, char kind)
{
    apr_int64_t limit = scan->limits->max_depth;

    if (limit > RPC_HIGHEST_MAX_DEPTH) {
        limit = RPC_HIGHEST_MAX_DEPTH;
    }
    if ((apr_int64_t)scan->depth >= limit) {
        scan->fault = rpc_fault_limit(scan->pool, RPC_E_PARSE, "RpcMaxDepth",
                                      limit, "levels");
        return 0;
    }
    scan->kinds[scan->depth++] = kind;
    return 1;
}

/* From the end of a value, or from the bracket of an empty list, to the next
 * value: over the lists that end here, and a comma. At depth 0 there is no
 * next one. */
static char *scan_after_value(rpc_json_scan_t *scan, char *at)
{
    while (scan->depth > 0) {
        char kind = scan->kinds[scan->depth - 1];

        at = skip_blanks(at);
        if (*at == ',') {
            at = skip_blanks(at + 1);
            return kind == '[' ? at
                : scan_name(scan, at,
                            "expected a member name in double quotes");
        }
        if (*at != closing(kind)) {
            return unexpected(scan, at, kind == '[' ? "expected ',' or ']'"
                                                    : "expected ',' or '}'");
        }
        at++;
        scan->depth--;
        end_value(scan, at);
    }
    return at;
}

/* From a value to the next one, which may be its first element. */
static char *scan_value(rpc_json_scan_t *scan, char *at)
{
    char kind = *at;

    if (!count_value(scan)) {
        return NULL;
    }
    if (kind == '[' || kind == '{') {
        if (!open_list(scan, kind)) {
            return NULL;
        }
        at = skip_blanks(at + 1);
        if (*at != closing(kind)) {
            return kind == '[' ? at
                : scan_name(scan, at, "expected a member name in double "
                                      "quotes or '}'");
        }
    }
    else {
        at = scan_scalar(scan, at);
        if (at == NULL) {
            return NULL;
        }
    }
    return scan_after_value(scan, at);
}

rpc_fault_t *rpc_json_scan(rpc_json_scan_t *scan, char *text,
                           apr_size_t length, const rpc_limits_t *limits,
                           int wants_ids, apr_pool_t *pool)
{
    char *at;

    memset(scan, 0, offsetof(rpc_json_scan_t, kinds));
    scan->kinds[0] = '\0';
    scan->text = text;
    scan->end = text + length;
    scan->limits = limits;
    scan->pool = pool;
    if (length > RPC_VALUE_MAX) {
        return rpc_fault_make(pool, RPC_E_PARSE,
                              "the text is longer than 4 GiB");
    }
    at = skip_blanks(text);
    if (wants_ids) {
        scan->ids = apr_array_make(pool, 1, sizeof(rpc_json_id_t));
        scan->id_depth = *at == '[' ? 2 : 1;
    }
    do {
        at = scan_value(scan, at);
    } while (at != NULL && scan->depth > 0);
    if (at != NULL) {
        at = skip_blanks(at);
        if (at != scan->end) {
            unexpected(scan, at, "expected the end of the text");
        }
    }
    return scan->fault;
}

void rpc_json_scan_unhide(rpc_json_scan_t *scan)
{
    const rpc_json_hidden_t *hidden;

    for (hidden = scan->hidden; hidden != NULL; hidden = hidden->next) {
        memcpy(hidden->at, hidden->text, hidden->length);
    }
    scan->hidden = NULL;
}

void rpc_json_scan_free(rpc_json_scan_t *scan)
{
    rpc_json_scan_unhide(scan);
    free(scan->notes);
    free(scan->doubles);
    scan->doubles = NULL;
    scan->double_count = 0;
    scan->double_room = 0;
    scan->notes = NULL;
    scan->note_count = 0;
    scan->note_room = 0;
}
