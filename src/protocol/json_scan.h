/* SPDX-License-Identifier: Apache-2.0 */
/* The strict scan that every JSON text passes before cJSON sees it. For
 * json.c, and for the ids that jsonrpc gives back as they were written. */
#ifndef RPC_PROTOCOL_JSON_SCAN_H
#define RPC_PROTOCOL_JSON_SCAN_H

#include "apr_tables.h"

#include "core/fault.h"
#include "core/limits.h"
#include "core/value.h"

enum rpc_json_note_e {
    RPC_JSON_NOTE_INT,    /**< an integer that a double may not hold */
    RPC_JSON_NOTE_LONG,   /**< a double longer than cJSON reads */
    RPC_JSON_NOTE_STRING, /**< a string with a U+0000 in it */
    RPC_JSON_NOTE_NAME    /**< a U+0000 in the name of the value */
};

/** A value of which cJSON's tree does not tell enough. */
typedef struct rpc_json_note_t {
    const char *text;     /**< in the text that was scanned */
    apr_uint32_t length;
    apr_uint32_t ordinal; /**< which value of the text it is, from 0 */
    enum rpc_json_note_e kind;
} rpc_json_note_t;

/** The text of a member "id" of the message, or of an entry of a batch. */
typedef struct rpc_json_id_t {
    const char *text;
    apr_size_t length;
    apr_size_t entry;     /**< of the batch, from 0; 0 if it is none */
} rpc_json_id_t;

/** A number that is hidden from cJSON by a 0 while it reads the text. */
typedef struct rpc_json_hidden_t {
    struct rpc_json_hidden_t *next;
    char *at;
    const char *text;
    apr_size_t length;
} rpc_json_hidden_t;

typedef struct rpc_json_scan_t {
    /* What to scan; set by rpc_json_scan(). */
    char *text;
    char *end;
    const rpc_limits_t *limits;
    apr_pool_t *pool;

    /* What was found. */
    apr_size_t values;         /**< lists count too, names do not */
    apr_size_t entries;        /**< elements of the outermost array */
    apr_size_t texts;          /**< bytes of strings and names, at least */
    rpc_json_note_t *notes;    /**< in the order of the text; malloc'ed */
    apr_size_t note_count;
    apr_size_t note_room;
    apr_uint32_t *doubles;     /**< which values have a fraction or an
                                    exponent; malloc'ed */
    apr_size_t double_count;
    apr_size_t double_room;
    apr_array_header_t *ids;   /**< rpc_json_id_t; NULL: none wanted */
    rpc_json_hidden_t *hidden;

    /* Where the scan is. */
    rpc_fault_t *fault;        /**< what ended it, or NULL */
    apr_size_t depth;
    apr_size_t id_depth;       /**< where members "id" are wanted, or 0 */
    const char *id_start;      /**< of an id being read, or NULL */
    char kinds[RPC_HIGHEST_MAX_DEPTH]; /**< '[' or '{' of each level */
} rpc_json_scan_t;

/**
 * Scan one JSON text by RFC 8259, without recursion and with the limits. The
 * text is changed where a number is hidden, until rpc_json_scan_free().
 * @param text     A NUL follows the last byte
 * @param wants_ids Collect ids (of at most RpcMaxBatch entries); a number
 *                 that is one may be of any size
 * @return NULL, or a fault RPC_E_PARSE with line and column; call
 *         rpc_json_scan_free() either way
 */
rpc_fault_t *rpc_json_scan(rpc_json_scan_t *scan, char *text,
                           apr_size_t length, const rpc_limits_t *limits,
                           int wants_ids, apr_pool_t *pool);

/** Bring hidden numbers back. */
void rpc_json_scan_unhide(rpc_json_scan_t *scan);

/** Free the notes, and bring hidden numbers back. */
void rpc_json_scan_free(rpc_json_scan_t *scan);

/** A fault RPC_E_PARSE: "line 1, column 17: " and the text.
 *  @param at Where in the text */
rpc_fault_t *rpc_json_scan_fault(const rpc_json_scan_t *scan,
                                 const char *at, const char *what);

/**
 * Go over a number of JSON's grammar.
 * @param at  Its first byte; a NUL or another byte follows it
 * @param ret_plain 1 if it has neither fraction nor exponent
 * @param ret_what  What is wrong with it, or NULL
 * @return behind it, or where it is wrong
 */
const char *rpc_json_scan_number(const char *at, int *ret_plain,
                                 const char **ret_what);

/**
 * Decode a string that was scanned, escapes and all.
 * @param text With its quotes
 * @return a copy in the pool, NUL added
 */
const char *rpc_json_scan_decode(const char *text, apr_size_t length,
                                 apr_pool_t *pool, apr_size_t *ret_length);

/**
 * Go over a string, or over the rest of one.
 * @param start Its first character
 * @param at    From where on; plain ASCII stands before
 * @return at its closing quote, or NULL and a fault in the scan
 */
char *rpc_json_scan_string(rpc_json_scan_t *scan, char *start, char *at,
                           int *ret_has_nul);

#endif
