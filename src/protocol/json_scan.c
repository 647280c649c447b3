/* SPDX-License-Identifier: Apache-2.0 */
/* The strict scan of a JSON text: RFC 8259 and the limits, in one pass
 * without recursion, before memory is taken. For the JSON reader. */
#include <stdlib.h>

#include "apr_strings.h"

#include "core/number.h"
#include "protocol/json_scan.h"

/* What may come next. */
enum state_e {
    VALUE,           /* at the beginning, after ':' and after ',' */
    VALUE_OR_CLOSE,  /* after '[' */
    NAME,            /* after ',' in an object */
    NAME_OR_CLOSE,   /* after '{' */
    AFTER_VALUE
};

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

/* A fault that says what stands where something else was expected. */
static rpc_fault_t *unexpected(const rpc_json_scan_t *scan, const char *what)
{
    unsigned char c = (unsigned char)*scan->at;
    const char *got;

    if (scan->at >= scan->end) {
        got = "the end of the text";
    }
    else if (c > 0x20 && c < 0x7f) {
        got = apr_psprintf(scan->pool, "'%c'", c);
    }
    else {
        got = apr_psprintf(scan->pool, "byte 0x%02x", c);
    }
    return rpc_json_scan_fault(
        scan, scan->at, apr_psprintf(scan->pool, "%s, got %s", what, got));
}

static rpc_fault_t *too_big(const rpc_json_scan_t *scan, const char *what)
{
    return rpc_json_scan_fault(scan, scan->at, what);
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

static rpc_fault_t *out_of_memory(const rpc_json_scan_t *scan)
{
    return rpc_fault_make(scan->pool, RPC_E_INTERNAL, "out of memory");
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

static rpc_fault_t *scan_number(rpc_json_scan_t *scan)
{
    char *start = scan->at;
    const char *what;
    apr_size_t length;
    int64_t n;
    int plain;
    int good;

    scan->at = (char *)rpc_json_scan_number(start, &plain, &what);
    if (what != NULL) {
        return unexpected(scan, what);
    }
    length = (apr_size_t)(scan->at - start);
    if (plain && length <= EXACT_DIGITS) {
        return NULL;
    }
    /* An id is given back as text, so it may be of any size. */
    if (scan->id_start != start) {
        scan->at = start;
        if (plain && rpc_number_parse_int(start, length, &n) != 0) {
            return too_big(scan, "an integer beyond 64 bits; expected "
                                 "-9223372036854775808 to "
                                 "9223372036854775807");
        }
        if (!plain && !is_finite_text(start, length)) {
            return too_big(scan, "a number beyond a double; expected at "
                                 "most 1.7976931348623157e308");
        }
        scan->at = start + length;
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
    return good ? NULL : out_of_memory(scan);
}

static rpc_fault_t *scan_word(rpc_json_scan_t *scan)
{
    static const struct {
        const char *word;
        apr_size_t length;
    } words[] = { { "true", 4 }, { "false", 5 }, { "null", 4 } };
    apr_size_t i;

    for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        /* strncmp, since the text may end within the word. */
        if (strncmp(scan->at, words[i].word, words[i].length) == 0) {
            scan->at += words[i].length;
            return NULL;
        }
    }
    return unexpected(scan, "expected a value");
}

static rpc_fault_t *scan_string_value(rpc_json_scan_t *scan)
{
    rpc_fault_t *fault;
    char *start = scan->at;
    const char *end;
    apr_size_t length;
    int has_nul;

    end = rpc_json_scan_string(scan, start, &has_nul, &fault);
    if (end == NULL) {
        return fault;
    }
    length = (apr_size_t)(end - start);
    scan->at = start + length;
    scan->texts += length;
    if (has_nul && !add_note(scan, RPC_JSON_NOTE_STRING, start, length)) {
        return out_of_memory(scan);
    }
    return NULL;
}

/* The level at which a member "id" is the message's. */
static apr_size_t id_depth(const rpc_json_scan_t *scan)
{
    return scan->kinds[0] == '[' ? 2 : 1;
}

/* A value is complete: note its text if it is an id. */
static void end_value(rpc_json_scan_t *scan)
{
    rpc_json_id_t *id;

    if (scan->id_start == NULL || scan->depth != id_depth(scan)) {
        return;
    }
    id = apr_array_push(scan->ids);
    id->text = scan->id_start;
    id->length = (apr_size_t)(scan->at - scan->id_start);
    id->entry = scan->kinds[0] == '[' ? scan->entries - 1 : 0;
    scan->id_start = NULL;
}

static rpc_fault_t *open_list(rpc_json_scan_t *scan, enum state_e *ret_state)
{
    apr_int64_t limit = scan->limits->max_depth;

    if (limit > RPC_HIGHEST_MAX_DEPTH) {
        limit = RPC_HIGHEST_MAX_DEPTH;
    }
    if ((apr_int64_t)scan->depth >= limit) {
        return rpc_fault_limit(scan->pool, RPC_E_PARSE, "RpcMaxDepth", limit,
                               "levels");
    }
    scan->kinds[scan->depth++] = *scan->at;
    *ret_state = *scan->at == '[' ? VALUE_OR_CLOSE : NAME_OR_CLOSE;
    scan->at++;
    return NULL;
}

static void close_list(rpc_json_scan_t *scan, enum state_e *ret_state)
{
    scan->depth--;
    scan->at++;
    end_value(scan);
    *ret_state = AFTER_VALUE;
}

static rpc_fault_t *scan_value(rpc_json_scan_t *scan, enum state_e *ret_state)
{
    rpc_fault_t *fault;
    char c = *scan->at;

    if ((apr_int64_t)scan->values >= scan->limits->max_values) {
        return rpc_fault_limit(scan->pool, RPC_E_PARSE, "RpcMaxValues",
                               scan->limits->max_values, "values");
    }
    scan->values++;
    if (scan->depth == 1 && scan->kinds[0] == '[') {
        scan->entries++;
    }
    if (scan->name_is_id) {
        scan->id_start = scan->at;
        scan->name_is_id = 0;
    }
    if (c == '[' || c == '{') {
        return open_list(scan, ret_state);
    }
    if (c == '"') {
        fault = scan_string_value(scan);
    }
    else if (c == '-' || (c >= '0' && c <= '9')) {
        fault = scan_number(scan);
    }
    else {
        fault = scan_word(scan);
    }
    if (fault == NULL) {
        end_value(scan);
        *ret_state = AFTER_VALUE;
    }
    return fault;
}

static void skip_blanks(rpc_json_scan_t *scan)
{
    while (*scan->at == ' ' || *scan->at == '\n' || *scan->at == '\r'
           || *scan->at == '\t') {
        scan->at++;
    }
}

/* Whether the name, with its quotes, is that of an id that is wanted. */
static int is_wanted_id(const rpc_json_scan_t *scan, const char *name,
                        apr_size_t length)
{
    if (scan->ids == NULL || scan->depth != id_depth(scan)
        || (apr_int64_t)scan->entries > scan->limits->max_batch) {
        return 0;
    }
    if (length == 4) {
        return name[1] == 'i' && name[2] == 'd';
    }
    /* At most two escapes of six bytes. */
    if (length < 4 || length > 14 || memchr(name, '\\', length) == NULL) {
        return 0;
    }
    name = rpc_json_scan_decode(name, length, scan->pool, &length);
    return length == 2 && memcmp(name, "id", 2) == 0;
}

static rpc_fault_t *scan_name(rpc_json_scan_t *scan)
{
    rpc_fault_t *fault;
    char *start = scan->at;
    const char *end;
    apr_size_t length;
    int has_nul;

    end = rpc_json_scan_string(scan, start, &has_nul, &fault);
    if (end == NULL) {
        return fault;
    }
    length = (apr_size_t)(end - start);
    scan->texts += length;
    scan->at = start + length;
    if (has_nul && !add_note(scan, RPC_JSON_NOTE_NAME, start, length)) {
        return out_of_memory(scan);
    }
    scan->name_is_id = is_wanted_id(scan, start, length);
    skip_blanks(scan);
    if (*scan->at != ':') {
        return unexpected(scan, "expected ':'");
    }
    scan->at++;
    return NULL;
}

static rpc_fault_t *scan_after_value(rpc_json_scan_t *scan,
                                     enum state_e *ret_state)
{
    char kind = scan->kinds[scan->depth - 1];

    if (*scan->at == ',') {
        scan->at++;
        *ret_state = kind == '[' ? VALUE : NAME;
        return NULL;
    }
    if (*scan->at == (kind == '[' ? ']' : '}')) {
        close_list(scan, ret_state);
        return NULL;
    }
    return unexpected(scan, kind == '[' ? "expected ',' or ']'"
                                        : "expected ',' or '}'");
}

static rpc_fault_t *scan_step(rpc_json_scan_t *scan, enum state_e *ret_state)
{
    char c = *scan->at;

    switch (*ret_state) {
    case VALUE_OR_CLOSE:
        if (c == ']') {
            close_list(scan, ret_state);
            return NULL;
        }
        return scan_value(scan, ret_state);
    case VALUE:
        return scan_value(scan, ret_state);
    case NAME_OR_CLOSE:
        if (c == '}') {
            close_list(scan, ret_state);
            return NULL;
        }
        if (c != '"') {
            return unexpected(scan, "expected a member name in double "
                                    "quotes or '}'");
        }
        *ret_state = VALUE;
        return scan_name(scan);
    case NAME:
        if (c != '"') {
            return unexpected(scan, "expected a member name in double "
                                    "quotes");
        }
        *ret_state = VALUE;
        return scan_name(scan);
    case AFTER_VALUE:
    default:
        return scan_after_value(scan, ret_state);
    }
}

rpc_fault_t *rpc_json_scan(rpc_json_scan_t *scan, char *text,
                           apr_size_t length, const rpc_limits_t *limits,
                           int wants_ids, apr_pool_t *pool)
{
    enum state_e state = VALUE;
    rpc_fault_t *fault = NULL;

    memset(scan, 0, offsetof(rpc_json_scan_t, kinds));
    scan->kinds[0] = '\0';
    scan->text = text;
    scan->end = text + length;
    scan->at = text;
    scan->limits = limits;
    scan->pool = pool;
    if (wants_ids) {
        scan->ids = apr_array_make(pool, 1, sizeof(rpc_json_id_t));
    }
    if (length > RPC_VALUE_MAX) {
        return rpc_fault_make(pool, RPC_E_PARSE,
                              "the text is longer than 4 GiB");
    }
    do {
        skip_blanks(scan);
        fault = scan_step(scan, &state);
    } while (fault == NULL && (state != AFTER_VALUE || scan->depth > 0));
    if (fault == NULL) {
        skip_blanks(scan);
        if (scan->at != scan->end) {
            fault = unexpected(scan, "expected the end of the text");
        }
    }
    return fault;
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
