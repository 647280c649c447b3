/* SPDX-License-Identifier: Apache-2.0 */
/* Reads JSON: the scan, then cJSON, then its tree made into values. For
 * jsonrpc, and through json.h for all who read one JSON text. */
#include <stdlib.h>

#include <cjson/cJSON.h>

#include "apr_allocator.h"
#include "apr_strings.h"

#include "core/number.h"
#include "core/utf8.h"
#include "protocol/json_entries.h"
#include "protocol/json_memory.h"
#include "protocol/json_scan.h"

/* Most messages have no more nodes than this, and then no malloc. */
#define STACK_NODES (128 * RPC_JSON_NODE)
/* Of the texts, for what newer versions of cJSON take back at once. */
#define TEXT_SLACK 80
/* How much of a member name an objection shows. */
#define SHOWN_NAME 40

/* Aligned for what cJSON puts there. */
typedef union stack_nodes_t {
    void *alignment;
    double alignment_too;
    char bytes[STACK_NODES];
} stack_nodes_t;

/* A text that is being made into values. */
typedef struct reading_t {
    rpc_json_scan_t scan;
    rpc_json_arena_t arena;
    apr_memnode_t *block;      /* for the tree, or NULL */
    cJSON *tree;
    apr_pool_t *pool;
    apr_size_t note;           /* the next of the scan's */
    apr_size_t next_double;    /* the same */
    apr_uint32_t ordinal;      /* of the next value of the text */
    const char *objection;     /* the first, to what is being converted */
} reading_t;

static const char *duplicate_name(const char *name, apr_pool_t *pool)
{
    apr_size_t length = strlen(name);

    if (length <= SHOWN_NAME) {
        return apr_psprintf(pool, "duplicate member name \"%s\"", name);
    }
    length = rpc_utf8_valid_prefix(name, SHOWN_NAME);
    return apr_psprintf(pool, "duplicate member name \"%.*s...\"",
                        (int)length, name);
}

/* A number or string by its text. */
static rpc_value_t convert_note(reading_t *reading,
                                const rpc_json_note_t *note,
                                const cJSON *item)
{
    const char *text;
    apr_size_t length;
    int64_t n;
    double d = item->valuedouble;

    switch (note->kind) {
    case RPC_JSON_NOTE_INT:
        if (rpc_number_parse_int(note->text, note->length, &n) == 0) {
            return rpc_value_int(n);
        }
        /* Only an id may be so large, and it is given back as text. */
        return rpc_value_double(d);
    case RPC_JSON_NOTE_LONG:
        if (rpc_number_parse_double(note->text, note->length, &d) != 0) {
            d = item->valuedouble;
        }
        return rpc_value_double(d);
    case RPC_JSON_NOTE_STRING:
    default:
        text = rpc_json_scan_decode(note->text, note->length, reading->pool,
                                    &length);
        return rpc_value_text(RPC_STRING, text, length);
    }
}

/* A string of the tree. It is not copied where it outlives the tree. */
static rpc_value_t convert_text(reading_t *reading, const char *text)
{
    apr_size_t length = strlen(text);

    if (rpc_json_block_has(&reading->arena.texts, text)) {
        return rpc_value_text(RPC_STRING, text, length);
    }
    return rpc_value_copy_text(RPC_STRING, text, length, reading->pool);
}

static rpc_value_t convert(reading_t *reading, const cJSON *item);

static rpc_value_t convert_list(reading_t *reading, const cJSON *item,
                                enum rpc_type_e type)
{
    apr_pool_t *pool = reading->pool;
    rpc_value_t list;
    const cJSON *child;
    apr_size_t count = 0;

    for (child = item->child; child != NULL; child = child->next) {
        count++;
    }
    list = rpc_value_sized_list(type, count, pool);
    for (child = item->child; child != NULL; child = child->next) {
        rpc_value_t value = convert(reading, child);
        rpc_value_t name;

        if (type == RPC_ARRAY) {
            rpc_value_append(&list, value, pool);
            continue;
        }
        name = convert_text(reading, child->string);
        if (!rpc_value_add(&list, name.u.text, name.length, value, pool)
            && reading->objection == NULL) {
            reading->objection = duplicate_name(name.u.text, pool);
        }
    }
    return list;
}

/* The tree is in the order of the text, and so are the notes. Recurses as
 * deep as the scan allowed. */
static rpc_value_t convert(reading_t *reading, const cJSON *item)
{
    apr_uint32_t ordinal = reading->ordinal++;

    while (reading->note < reading->scan.note_count
           && reading->scan.notes[reading->note].ordinal == ordinal) {
        const rpc_json_note_t *note = &reading->scan.notes[reading->note++];

        if (note->kind != RPC_JSON_NOTE_NAME) {
            return convert_note(reading, note, item);
        }
        if (reading->objection == NULL) {
            reading->objection = "a member name contains U+0000";
        }
    }
    switch (item->type & 0xff) {
    case cJSON_True:
        return rpc_value_bool(1);
    case cJSON_False:
        return rpc_value_bool(0);
    case cJSON_Number:
        if (reading->next_double < reading->scan.double_count
            && reading->scan.doubles[reading->next_double] == ordinal) {
            reading->next_double++;
            return rpc_value_double(item->valuedouble);
        }
        return rpc_value_int((int64_t)item->valuedouble);
    case cJSON_String:
        return convert_text(reading, item->valuestring);
    case cJSON_Array:
        return convert_list(reading, item, RPC_ARRAY);
    case cJSON_Object:
        return convert_list(reading, item, RPC_STRUCT);
    case cJSON_NULL:
    default:
        return rpc_value_nil();
    }
}

/* Scan the text, skipping a byte-order mark. */
static rpc_fault_t *scan_bytes(reading_t *reading, char *bytes,
                               apr_size_t length, const rpc_limits_t *limits,
                               int wants_ids, apr_pool_t *pool)
{
    if (length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) {
        bytes += 3;
        length -= 3;
    }
    reading->pool = pool;
    reading->block = NULL;
    reading->tree = NULL;
    memset(&reading->arena, 0, sizeof(reading->arena));
    reading->ordinal = 0;
    reading->objection = NULL;
    return rpc_json_scan(&reading->scan, bytes, length, limits, wants_ids,
                         pool);
}

/* Let cJSON make the tree. */
static rpc_fault_t *parse(reading_t *reading, char *stack)
{
    rpc_json_scan_t *scan = &reading->scan;
    rpc_json_arena_t *arena = &reading->arena;

    arena->nodes.start = stack;
    arena->nodes.size = STACK_NODES;
    if (scan->values > STACK_NODES / RPC_JSON_NODE) {
        /* Of the pool's memory, but not in the pool: it ends sooner. */
        reading->block = apr_allocator_alloc(
            apr_pool_allocator_get(reading->pool),
            scan->values * RPC_JSON_NODE);
        arena->nodes.start = NULL;
        arena->nodes.size = 0;
        if (reading->block != NULL) {
            arena->nodes.start = reading->block->first_avail;
            arena->nodes.size = scan->values * RPC_JSON_NODE;
        }
    }
    /* In the pool, since the values refer to it. */
    arena->texts.size = scan->texts + TEXT_SLACK;
    arena->texts.start = apr_palloc(reading->pool, arena->texts.size);
    rpc_json_arena_open(arena);
    reading->tree = cJSON_ParseWithLengthOpts(
        scan->text, (apr_size_t)(scan->end - scan->text), NULL, 0);
    rpc_json_scan_unhide(scan);
    reading->note = 0;
    reading->next_double = 0;
    if (reading->tree == NULL) {
        return rpc_fault_make(reading->pool, RPC_E_INTERNAL,
                              "out of memory");
    }
    return NULL;
}

/* Give back what scan and parse took, however far they came. */
static void finish(reading_t *reading)
{
    /* Nothing to delete in blocks that end anyway. */
    if (reading->arena.is_full
        || !rpc_json_block_has(&reading->arena.nodes, reading->tree)) {
        cJSON_Delete(reading->tree);
    }
    rpc_json_arena_close();
    if (reading->block != NULL) {
        apr_allocator_free(apr_pool_allocator_get(reading->pool),
                           reading->block);
    }
    rpc_json_scan_free(&reading->scan);
}

rpc_fault_t *rpc_json_read(char *bytes, apr_size_t length,
                           const rpc_limits_t *limits, apr_pool_t *pool,
                           rpc_json_t *ret_json)
{
    stack_nodes_t stack;
    reading_t reading;
    rpc_fault_t *fault;

    fault = scan_bytes(&reading, bytes, length, limits, 0, pool);
    if (fault == NULL) {
        fault = parse(&reading, stack.bytes);
    }
    if (fault == NULL) {
        ret_json->value = convert(&reading, reading.tree);
        ret_json->objection = reading.objection;
    }
    finish(&reading);
    return fault;
}

/* Values of the entries, each with its own objection. */
static void convert_entries(reading_t *reading, rpc_json_entries_t *entries)
{
    const cJSON *item = reading->tree;
    int i;

    if (entries->is_batch) {
        reading->ordinal++;
        item = item->child;
    }
    for (i = 0; i < entries->count; i++) {
        rpc_json_entry_t *entry = &entries->entries[i];

        reading->objection = NULL;
        entry->json.value = convert(reading, item);
        entry->json.objection = reading->objection;
        item = item->next;
    }
    for (i = 0; i < reading->scan.ids->nelts; i++) {
        const rpc_json_id_t *id = &APR_ARRAY_IDX(reading->scan.ids, i,
                                                 rpc_json_id_t);
        rpc_json_entry_t *entry = &entries->entries[id->entry];

        /* The length tells a second one, and a third. */
        entry->id = entry->id_length > 0
                        ? NULL
                        : apr_pstrmemdup(reading->pool, id->text, id->length);
        entry->id_length = id->length;
    }
}

rpc_fault_t *rpc_json_read_entries(char *bytes, apr_size_t length,
                                   const rpc_limits_t *limits,
                                   apr_pool_t *pool,
                                   rpc_json_entries_t *ret_entries)
{
    stack_nodes_t stack;
    reading_t reading;
    rpc_fault_t *fault;
    apr_size_t count = 1;
    int is_batch;

    fault = scan_bytes(&reading, bytes, length, limits, 1, pool);
    is_batch = reading.scan.kinds[0] == '[';
    if (fault == NULL && is_batch) {
        count = reading.scan.entries;
        if ((apr_int64_t)count > limits->max_batch) {
            fault = rpc_fault_limit(pool, RPC_E_LIMIT, "RpcMaxBatch",
                                    limits->max_batch, "calls in a batch");
        }
    }
    if (fault == NULL) {
        fault = parse(&reading, stack.bytes);
    }
    if (fault == NULL) {
        ret_entries->is_batch = is_batch;
        ret_entries->count = (int)count;
        ret_entries->entries = apr_pcalloc(pool, (count ? count : 1)
                                           * sizeof(rpc_json_entry_t));
        convert_entries(&reading, ret_entries);
    }
    finish(&reading);
    return fault;
}
