/* SPDX-License-Identifier: Apache-2.0 */
/* Tests src/core/value.c: scalars, text, arrays, structs and their index,
 * for whoever changes how values lie in memory. */
#include <stdlib.h>
#include <string.h>

#include "apr_general.h"
#include "apr_strings.h"

#include "core/value.h"
#include "tap.h"

static void test_scalars(apr_pool_t *pool)
{
    rpc_value_t v = rpc_value_nil();
    rpc_value_t *copy;

    is_int(sizeof(rpc_value_t), 16, "a value has 16 bytes");
    is_int(v.type, RPC_NIL, "nil");
    v = rpc_value_bool(17);
    ok(v.type == RPC_BOOL && v.u.integer == 1, "any truth is 1");
    v = rpc_value_int(INT64_MIN);
    ok(v.type == RPC_INT && v.u.integer == INT64_MIN, "the lowest int");
    v = rpc_value_double(-0.5);
    ok(v.type == RPC_DOUBLE && v.u.number == -0.5, "a double");
    v = rpc_value_time(1);
    ok(v.type == RPC_TIME && v.u.integer == 1, "a time");
    copy = rpc_value_in_pool(v, pool);
    ok(copy->type == RPC_TIME && copy->u.integer == 1, "a value in a pool");
    is_int(rpc_value_count(copy), 0, "what is no list has no elements");
    ok(rpc_value_at(copy, 0) == NULL, "and no element 0");
    ok(rpc_value_get(copy, "a", 1) == NULL, "and no member");
    ok(rpc_value_member(copy, 0, NULL, NULL) == NULL, "and no member 0");
    is_int(rpc_value_count(NULL), 0, "NULL has no elements");
}

static void test_text(apr_pool_t *pool)
{
    static const char text[] = "a\0b";
    rpc_value_t v = rpc_value_text(RPC_STRING, text, 3);

    ok(v.type == RPC_STRING && v.u.text == text && v.length == 3,
       "text is referred to");
    v = rpc_value_copy_text(RPC_BYTES, text, 2, pool);
    ok(v.type == RPC_BYTES && v.u.text != text && v.length == 2 &&
           memcmp(v.u.text, "a\0", 3) == 0,
       "a copy ends with NUL");
    v = rpc_value_copy_text(RPC_STRING, NULL, 0, pool);
    ok(v.length == 0 && v.u.text[0] == '\0', "a copy of nothing");
}

static void test_array(apr_pool_t *pool)
{
    rpc_value_t array = rpc_value_list(RPC_ARRAY, pool);
    rpc_value_t inner = rpc_value_list(RPC_ARRAY, pool);
    rpc_value_t same;
    int i;
    int bad = 0;

    is_int(rpc_value_count(&array), 0, "a new array is empty");
    ok(rpc_value_at(&array, 0) == NULL, "and has no element 0");
    for (i = 0; i < 10000; i++) {
        rpc_value_append(&array, rpc_value_int(i), pool);
    }
    for (i = 0; i < 10000; i++) {
        bad += rpc_value_at(&array, (apr_size_t)i)->u.integer != i;
    }
    is_int(rpc_value_count(&array), 10000, "10000 elements");
    is_int(bad, 0, "each in its place");
    ok(rpc_value_at(&array, 10000) == NULL, "none behind the last");
    ok(rpc_value_at(&array, (apr_size_t)-1) == NULL, "none at the highest");
    ok(rpc_value_get(&array, "0", 1) == NULL, "an array has no members");
    ok(rpc_value_member(&array, 0, NULL, NULL) == NULL, "not by number");

    rpc_value_append(&array, inner, pool);
    rpc_value_append(&inner, rpc_value_bool(1), pool);
    same = *rpc_value_at(&array, 10000);
    is_int(rpc_value_count(&same), 1, "a list appended is the same list");

    inner = rpc_value_list(RPC_ARRAY, pool);
    rpc_value_reserve(&inner, 3, pool);
    for (i = 0; i < 9; i++) {
        rpc_value_append(&inner, rpc_value_int(i), pool);
    }
    rpc_value_reserve(&inner, 2, pool);
    is_int(rpc_value_count(&inner), 9, "reserve never shrinks");
    is_int(rpc_value_at(&inner, 8)->u.integer, 8, "past what was reserved");
    rpc_value_reserve(&inner, 100, pool);
    is_int(rpc_value_at(&inner, 8)->u.integer, 8, "reserve keeps what is in");
}

static char *name_of(apr_pool_t *pool, int i)
{
    return apr_psprintf(pool, "%s%d", i % 3 == 0 ? "a member called " : "m",
                        i);
}

/* All members of a struct of that size, by name and by number; it begins with
 * room for some, in its own block or not. */
static void test_struct_of(apr_pool_t *pool, int size, int room, int sized)
{
    rpc_value_t v = sized ? rpc_value_sized_list(RPC_STRUCT,
                                                 (apr_size_t)room, pool)
                          : rpc_value_list(RPC_STRUCT, pool);
    const char *name;
    apr_size_t length;
    int bad = 0;
    int i;

    rpc_value_reserve(&v, (apr_size_t)room, pool);
    for (i = 0; i < size; i++) {
        name = name_of(pool, i);
        bad += rpc_value_get(&v, name, strlen(name)) != NULL;
        bad += rpc_value_add(&v, name, strlen(name), rpc_value_int(i),
                             pool) != 1;
        bad += rpc_value_add(&v, name_of(pool, i), strlen(name),
                             rpc_value_int(-1), pool) != 0;
    }
    for (i = 0; i < size; i += 2) {
        name = name_of(pool, i);
        bad += rpc_value_set(&v, name, strlen(name), rpc_value_int(2 * i),
                             pool) != 1;
    }
    bad += rpc_value_count(&v) != (apr_size_t)size;
    for (i = 0; i < size; i++) {
        int64_t want = i % 2 == 0 ? 2 * i : i;
        rpc_value_t *got = rpc_value_member(&v, (apr_size_t)i, &name,
                                            &length);

        bad += got->u.integer != want || length != strlen(name) ||
               strcmp(name, name_of(pool, i)) != 0 ||
               rpc_value_get(&v, name, length) != got;
    }
    bad += rpc_value_member(&v, (apr_size_t)size, &name, &length) != NULL;
    bad += rpc_value_at(&v, 0) != NULL;
    is_int(bad, 0, apr_psprintf(pool, "a struct of %d members, room for %d%s",
                                size, room, sized ? ", sized" : ""));
}

static void test_names(apr_pool_t *pool)
{
    rpc_value_t v = rpc_value_list(RPC_STRUCT, pool);
    int many;

    for (many = 0; many < 2; many++) {
        ok(rpc_value_set(&v, "a\0b", 3, rpc_value_int(1), pool) == many &&
               rpc_value_set(&v, "a\0c", 3, rpc_value_int(2), pool) == many &&
               rpc_value_set(&v, "a", 1, rpc_value_int(3), pool) == many &&
               rpc_value_set(&v, "", 0, rpc_value_int(4), pool) == many,
           "four names, %s", many ? "set again" : "new");
        ok(rpc_value_get(&v, "a\0b", 3)->u.integer == 1 &&
               rpc_value_get(&v, "a\0c", 3)->u.integer == 2 &&
               rpc_value_get(&v, "a", 1)->u.integer == 3 &&
               rpc_value_get(&v, "", 0)->u.integer == 4,
           "a NUL in a name, and the empty name, are told apart");
        ok(rpc_value_get(&v, "a\0", 2) == NULL, "a prefix is another name");
        if (!many) {
            int i;

            for (i = 0; i < 40; i++) {
                rpc_value_add(&v, name_of(pool, i), strlen(name_of(pool, i)),
                              rpc_value_nil(), pool);
            }
        }
    }
}

/* 65536 names that collide in a hash of 31 (Java's, and many a C program's)
 * must cost no more than others; quadratic would be 2 billion compares. */
static void test_hostile_names(apr_pool_t *pool)
{
    rpc_value_t v = rpc_value_list(RPC_STRUCT, pool);
    apr_time_t start = apr_time_now();
    int bad = 0;
    int i;
    int bit;

    for (i = 0; i < 1 << 16; i++) {
        char *name = apr_palloc(pool, 33);

        for (bit = 0; bit < 16; bit++) {
            memcpy(name + 2 * bit, i >> bit & 1 ? "Aa" : "BB", 2);
        }
        name[32] = '\0';
        bad += rpc_value_add(&v, name, 32, rpc_value_int(i), pool) != 1;
    }
    is_int(bad, 0, "65536 names of one polynomial hash are members");
    ok(apr_time_now() - start < apr_time_from_sec(20), "in linear time");
}

static void test_type_names(void)
{
    is_str(rpc_type_name(RPC_NIL), "nil", "nil");
    is_str(rpc_type_name(RPC_BOOL), "bool", "bool");
    is_str(rpc_type_name(RPC_INT), "int", "int");
    is_str(rpc_type_name(RPC_DOUBLE), "double", "double");
    is_str(rpc_type_name(RPC_STRING), "string", "string");
    is_str(rpc_type_name(RPC_BYTES), "bytes", "bytes");
    is_str(rpc_type_name(RPC_TIME), "time", "time");
    is_str(rpc_type_name(RPC_ARRAY), "array", "array");
    is_str(rpc_type_name(RPC_STRUCT), "struct", "struct");
}

int main(void)
{
    static const int sizes[] = {0,  1,  3,  4,  5,   15,   16,   17,
                                31, 32, 33, 63, 100, 1000, 20000};
    apr_pool_t *pool;
    size_t i;

    apr_initialize();
    atexit(apr_terminate);
    apr_pool_create(&pool, NULL);
    test_scalars(pool);
    test_text(pool);
    test_array(pool);
    for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        test_struct_of(pool, sizes[i], 0, 0);
        test_struct_of(pool, sizes[i], sizes[i], 0);
        test_struct_of(pool, sizes[i], sizes[i], 1);
        test_struct_of(pool, sizes[i], sizes[i] / 2, 1);
    }
    test_names(pool);
    test_hostile_names(pool);
    test_type_names();
    return done_testing();
}
