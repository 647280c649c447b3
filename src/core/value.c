/* SPDX-License-Identifier: Apache-2.0 */
/* Values: scalars by value, lists that grow in a pool, and the index that
 * finds members of large structs. For everything inside mod_rpc. */
#include "core/value.h"

#include <stdlib.h>
#include <string.h>

#include "apr_general.h"

#include "core/call.h"

/* A scan of so few names, lengths first, is quicker than a hash. */
#define INDEX_FROM 16
#define FIRST_CAPACITY 4

typedef struct slot_t {
    uint32_t hash;
    uint32_t member; /* counted from 1; 0 is a free slot */
} slot_t;

/* Open addressing, at most half full; `mask` is the number of slots - 1. */
typedef struct index_t {
    uint64_t key[2];
    apr_size_t mask;
    slot_t *slots;
} index_t;

struct rpc_list_t {
    const rpc_api_t *api; /* first: mod_rpc.h reads it */
    uint32_t count;
    uint32_t capacity;
    rpc_value_t *items;
    rpc_name_t *names;        /* parallel to items; a struct's only */
    union {
        uint64_t bits;    /* below INDEX_FROM members: the bit_of() each */
        index_t *index;   /* from there on */
    } u;
};

rpc_value_t rpc_value_nil(void)
{
    rpc_value_t value = {.type = RPC_NIL};

    return value;
}

rpc_value_t rpc_value_bool(int b)
{
    rpc_value_t value = {.type = RPC_BOOL, .u.integer = b != 0};

    return value;
}

rpc_value_t rpc_value_int(int64_t n)
{
    rpc_value_t value = {.type = RPC_INT, .u.integer = n};

    return value;
}

rpc_value_t rpc_value_double(double d)
{
    rpc_value_t value = {.type = RPC_DOUBLE, .u.number = d};

    return value;
}

rpc_value_t rpc_value_time(apr_time_t t)
{
    rpc_value_t value = {.type = RPC_TIME, .u.integer = t};

    return value;
}

rpc_value_t rpc_value_text(enum rpc_type_e type, const char *text,
                           apr_size_t length)
{
    rpc_value_t value = {.type = (uint8_t)type,
                         .length = (uint32_t)length,
                         .u.text = text};

    return value;
}

rpc_value_t rpc_value_copy_text(enum rpc_type_e type, const char *text,
                                apr_size_t length, apr_pool_t *pool)
{
    char *copy = apr_palloc(pool, length + 1);

    if (length > 0) {
        memcpy(copy, text, length);
    }
    copy[length] = '\0';
    return rpc_value_text(type, copy, length);
}

rpc_value_t rpc_value_list(enum rpc_type_e type, apr_pool_t *pool)
{
    rpc_value_t value = {.type = (uint8_t)type};

    value.u.list = apr_pcalloc(pool, sizeof(*value.u.list));
    value.u.list->api = &rpc_api;
    return value;
}

/* More than RPC_VALUE_MAX elements is out of memory, as APR does it. */
static void out_of_memory(apr_pool_t *pool)
{
    apr_abortfunc_t give_up = apr_pool_abort_get(pool);

    if (give_up != NULL) {
        give_up(APR_ENOMEM);
    }
    abort();
}

rpc_value_t rpc_value_sized_list(enum rpc_type_e type, apr_size_t count,
                                 apr_pool_t *pool)
{
    apr_size_t size = sizeof(rpc_value_t)
                      + (type == RPC_STRUCT ? sizeof(rpc_name_t) : 0);
    rpc_value_t value = {.type = (uint8_t)type};
    struct rpc_list_t *list;

    if (count > RPC_VALUE_MAX || count > SIZE_MAX / 2 / size) {
        out_of_memory(pool);
    }
    list = apr_palloc(pool, sizeof(*list) + count * size);
    memset(list, 0, sizeof(*list));
    list->api = &rpc_api;
    list->capacity = (uint32_t)count;
    list->items = (rpc_value_t *)(list + 1);
    list->names = (rpc_name_t *)(list->items + count);
    value.u.list = list;
    return value;
}

rpc_value_t *rpc_value_in_pool(rpc_value_t value, apr_pool_t *pool)
{
    rpc_value_t *copy = apr_palloc(pool, sizeof(*copy));

    *copy = value;
    return copy;
}

static void *grown(const void *old, apr_size_t count, apr_size_t capacity,
                   apr_size_t size, apr_pool_t *pool)
{
    void *items = apr_palloc(pool, capacity * size);

    if (count > 0) {
        memcpy(items, old, count * size);
    }
    return items;
}

static void grow_to(struct rpc_list_t *list, int named, apr_size_t capacity,
                    apr_pool_t *pool)
{
    if (capacity > RPC_VALUE_MAX ||
        capacity > SIZE_MAX / 2 / sizeof(*list->items)) {
        out_of_memory(pool);
    }
    list->items = grown(list->items, list->count, capacity,
                        sizeof(*list->items), pool);
    if (named) {
        list->names = grown(list->names, list->count, capacity,
                            sizeof(*list->names), pool);
    }
    list->capacity = (uint32_t)capacity;
}

/* Room for one more. */
static void make_room(struct rpc_list_t *list, int named, apr_pool_t *pool)
{
    apr_size_t capacity = FIRST_CAPACITY;

    if (list->count < list->capacity) {
        return;
    }
    if (list->count >= RPC_VALUE_MAX) {
        out_of_memory(pool);
    }
    if (list->capacity > RPC_VALUE_MAX / 2) {
        capacity = RPC_VALUE_MAX;
    }
    else if (list->capacity >= FIRST_CAPACITY / 2) {
        capacity = (apr_size_t)list->capacity * 2;
    }
    grow_to(list, named, capacity, pool);
}

void rpc_value_reserve(rpc_value_t *list, apr_size_t count, apr_pool_t *pool)
{
    if (count > list->u.list->capacity) {
        grow_to(list->u.list, list->type == RPC_STRUCT, count, pool);
    }
}

void rpc_value_append(rpc_value_t *array, rpc_value_t value,
                      apr_pool_t *pool)
{
    struct rpc_list_t *list = array->u.list;

    make_room(list, 0, pool);
    list->items[list->count++] = value;
}

/* ------------------------------------------------------------------------
 * The index: SipHash-1-3 (Aumasson and Bernstein, 2012) under a key that the
 * client cannot know, so that no choice of names makes look-ups slow.
 */

static inline uint64_t rotated(uint64_t x, int bits)
{
    return (x << bits) | (x >> (64 - bits));
}

static inline void sip_round(uint64_t v[4])
{
    v[0] += v[1];
    v[1] = rotated(v[1], 13) ^ v[0];
    v[0] = rotated(v[0], 32);
    v[2] += v[3];
    v[3] = rotated(v[3], 16) ^ v[2];
    v[0] += v[3];
    v[3] = rotated(v[3], 21) ^ v[0];
    v[2] += v[1];
    v[1] = rotated(v[1], 17) ^ v[2];
    v[2] = rotated(v[2], 32);
}

static uint32_t hash_of(const uint64_t key[2], const char *text,
                        apr_size_t length)
{
    uint64_t v[4] = {key[0] ^ 0x736f6d6570736575u,
                     key[1] ^ 0x646f72616e646f6du,
                     key[0] ^ 0x6c7967656e657261u,
                     key[1] ^ 0x7465646279746573u};
    uint64_t word;
    apr_size_t i;

    for (i = 0; i + 8 <= length; i += 8) {
        memcpy(&word, text + i, 8);
        v[3] ^= word;
        sip_round(v);
        v[0] ^= word;
    }
    word = 0;
    memcpy(&word, text + i, length - i);
    word |= (uint64_t)length << 56;
    v[3] ^= word;
    sip_round(v);
    v[0] ^= word;
    v[2] ^= 0xff;
    sip_round(v);
    sip_round(v);
    sip_round(v);
    word = v[0] ^ v[1] ^ v[2] ^ v[3];
    return (uint32_t)(word ^ (word >> 32));
}

static void index_insert(index_t *index, uint32_t hash, uint32_t member)
{
    apr_size_t i = hash & index->mask;

    while (index->slots[i].member != 0) {
        i = (i + 1) & index->mask;
    }
    index->slots[i].hash = hash;
    index->slots[i].member = member;
}

static slot_t *empty_slots(apr_size_t count, apr_pool_t *pool)
{
    return apr_pcalloc(pool, count * sizeof(slot_t));
}

static index_t *index_create(const struct rpc_list_t *list, apr_pool_t *pool)
{
    index_t *index = apr_palloc(pool, sizeof(*index));
    apr_size_t count = 4 * INDEX_FROM;
    uint32_t i;

    if (apr_generate_random_bytes((unsigned char *)index->key,
                                  sizeof(index->key)) != APR_SUCCESS) {
        /* No entropy: what is left that a client cannot read. */
        index->key[0] = (uint64_t)apr_time_now();
        index->key[1] = (uint64_t)(uintptr_t)index;
    }
    while (count / 2 < list->capacity) {
        count *= 2;
    }
    index->mask = count - 1;
    index->slots = empty_slots(count, pool);
    for (i = 0; i < list->count; i++) {
        index_insert(index,
                     hash_of(index->key, list->names[i].text,
                             list->names[i].length), i + 1);
    }
    return index;
}

static void index_grow(index_t *index, apr_pool_t *pool)
{
    apr_size_t old_mask = index->mask;
    slot_t *old = index->slots;
    apr_size_t i;

    index->mask = old_mask * 2 + 1;
    index->slots = empty_slots(index->mask + 1, pool);
    for (i = 0; i <= old_mask; i++) {
        if (old[i].member != 0) {
            index_insert(index, old[i].hash, old[i].member);
        }
    }
}

static int is_name(const rpc_name_t *have, const char *name,
                   apr_size_t length)
{
    return have->length == length &&
           (length == 0 || memcmp(have->text, name, length) == 0);
}

/* One of 64 bits. Where no name of a struct has that bit, the name is not
 * there: without comparing that is found four times of five in a struct of
 * seven, and such a struct is built with a third of the instructions. */
static inline uint64_t bit_of(const char *name, apr_size_t length)
{
    unsigned sum = (unsigned)length;

    if (length > 0) {
        sum += (unsigned char)name[0] * 5u
               + (unsigned char)name[length - 1] * 3u;
    }
    return (uint64_t)1 << (sum % 64);
}

static inline int has_index(const struct rpc_list_t *list)
{
    return list->count >= INDEX_FROM;
}

/* The member counted from 1, or 0. `ret_hash` is written only where there is
 * an index. Reads only: several threads may look up at once. */
static uint32_t find(const struct rpc_list_t *list, const char *name,
                     apr_size_t length, uint32_t *ret_hash)
{
    const index_t *index;
    const slot_t *slot;
    uint32_t hash;
    uint32_t i;
    apr_size_t at;

    if (!has_index(list)) {
        if ((list->u.bits & bit_of(name, length)) == 0) {
            return 0;
        }
        for (i = 0; i < list->count; i++) {
            if (is_name(&list->names[i], name, length)) {
                return i + 1;
            }
        }
        return 0;
    }
    index = list->u.index;
    hash = hash_of(index->key, name, length);
    *ret_hash = hash;
    for (at = hash & index->mask;; at = (at + 1) & index->mask) {
        slot = &index->slots[at];
        if (slot->member == 0) {
            return 0;
        }
        if (slot->hash == hash &&
            is_name(&list->names[slot->member - 1], name, length)) {
            return slot->member;
        }
    }
}

static inline void put_member(struct rpc_list_t *list, const char *name,
                              apr_size_t length, rpc_value_t value)
{
    list->names[list->count].text = name;
    list->names[list->count].length = length;
    list->items[list->count] = value;
    list->count++;
}

/* A name that find() did not find. */
static void add_member(struct rpc_list_t *list, const char *name,
                       apr_size_t length, uint32_t hash, rpc_value_t value,
                       apr_pool_t *pool)
{
    int had_index = has_index(list);

    make_room(list, 1, pool);
    put_member(list, name, length, value);
    if (had_index) {
        if (list->count > (list->u.index->mask + 1) / 2) {
            index_grow(list->u.index, pool);
        }
        index_insert(list->u.index, hash, list->count);
    }
    else if (has_index(list)) {
        list->u.index = index_create(list, pool);
    }
    else {
        list->u.bits |= bit_of(name, length);
    }
}

int rpc_value_set(rpc_value_t *strct, const char *name, apr_size_t length,
                  rpc_value_t value, apr_pool_t *pool)
{
    struct rpc_list_t *list = strct->u.list;
    uint32_t hash = 0;
    uint32_t member = find(list, name, length, &hash);

    if (member != 0) {
        list->items[member - 1] = value;
        return 1;
    }
    add_member(list, name, length, hash, value, pool);
    return 0;
}

int rpc_value_add(rpc_value_t *strct, const char *name, apr_size_t length,
                  rpc_value_t value, apr_pool_t *pool)
{
    struct rpc_list_t *list = strct->u.list;
    uint32_t hash = 0;

    /* Nearly every member that a reader adds: room, and surely new. It makes
     * half of the instructions of the general way. */
    if (list->count < list->capacity && list->count + 1 < INDEX_FROM) {
        uint64_t bit = bit_of(name, length);

        if ((list->u.bits & bit) == 0) {
            put_member(list, name, length, value);
            list->u.bits |= bit;
            return 1;
        }
    }
    if (find(list, name, length, &hash) != 0) {
        return 0;
    }
    add_member(list, name, length, hash, value, pool);
    return 1;
}

/* ------------------------------------------------------------------------
 * Reading
 */

apr_size_t rpc_value_count(const rpc_value_t *value)
{
    return rpc_type(value) >= RPC_ARRAY ? value->u.list->count : 0;
}

const rpc_value_t *rpc_value_items(const rpc_value_t *list)
{
    return list->u.list->items;
}

const rpc_name_t *rpc_value_names(const rpc_value_t *strct)
{
    return strct->u.list->names;
}

rpc_value_t *rpc_value_at(const rpc_value_t *array, apr_size_t i)
{
    if (rpc_type(array) != RPC_ARRAY || i >= array->u.list->count) {
        return NULL;
    }
    return &array->u.list->items[i];
}

rpc_value_t *rpc_value_member(const rpc_value_t *strct, apr_size_t i,
                              const char **ret_name,
                              apr_size_t *ret_length)
{
    const struct rpc_list_t *list;

    if (rpc_type(strct) != RPC_STRUCT || i >= strct->u.list->count) {
        return NULL;
    }
    list = strct->u.list;
    if (ret_name != NULL) {
        *ret_name = list->names[i].text;
    }
    if (ret_length != NULL) {
        *ret_length = list->names[i].length;
    }
    return &list->items[i];
}

rpc_value_t *rpc_value_get(const rpc_value_t *strct, const char *name,
                           apr_size_t length)
{
    uint32_t hash = 0;
    uint32_t member;

    if (rpc_type(strct) != RPC_STRUCT) {
        return NULL;
    }
    member = find(strct->u.list, name, length, &hash);
    return member == 0 ? NULL : &strct->u.list->items[member - 1];
}

const char *rpc_type_name(enum rpc_type_e type)
{
    static const char *const names[] = {
        [RPC_NIL] = "nil",       [RPC_BOOL] = "bool",
        [RPC_INT] = "int",       [RPC_DOUBLE] = "double",
        [RPC_STRING] = "string", [RPC_BYTES] = "bytes",
        [RPC_TIME] = "time",     [RPC_ARRAY] = "array",
        [RPC_STRUCT] = "struct"};

    if ((unsigned)type >= sizeof(names) / sizeof(names[0])) {
        return "unknown";
    }
    return names[type];
}
