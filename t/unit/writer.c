/* SPDX-License-Identifier: Apache-2.0 */
/* Tests src/protocol/writer.c: growth, take, cut, numbers and base64. That
 * nothing leaks is for the sanitizer to see. */
#include <stdlib.h>
#include <string.h>

#include "apr_general.h"

#include "protocol/writer.h"
#include "tap.h"

static const char *text_of(rpc_writer_t *writer)
{
    rpc_write_char(writer, '\0');
    rpc_writer_cut(writer, writer->length - 1);
    return writer->data;
}

static void test_pieces(apr_pool_t *pool)
{
    rpc_writer_t *writer = rpc_writer_create(pool);
    apr_size_t mark;

    rpc_write(writer, "", 0);
    is_int(writer->length, 0, "writing nothing");
    rpc_write_literal(writer, "a literal, ");
    rpc_write_string(writer, "a string, ");
    rpc_write_char(writer, 'c');
    rpc_write(writer, ", bytes", 4);
    is_str(text_of(writer), "a literal, a string, c, by", "pieces in order");
    mark = writer->length;
    rpc_write_literal(writer, "regretted");
    rpc_writer_cut(writer, mark);
    rpc_write_int(writer, INT64_MIN);
    rpc_write_char(writer, ' ');
    rpc_write_double(writer, -2.2250738585072014e-308);
    is_str(text_of(writer),
           "a literal, a string, c, by-9223372036854775808 "
           "-2.2250738585072014e-308",
           "cut, int, double");
}

static void test_take(apr_pool_t *pool)
{
    rpc_writer_t *writer = rpc_writer_create(pool);
    apr_size_t length = 99;
    char *data = rpc_writer_take(writer, &length);

    ok(data == NULL && length == 0, "nothing written, nothing to take");
    rpc_write_literal(writer, "abc");
    data = rpc_writer_take(writer, &length);
    ok(length == 3 && memcmp(data, "abc", 3) == 0, "what was written");
    free(data);
    ok(writer->length == 0, "the writer is empty then");
    data = rpc_writer_take(writer, &length);
    ok(data == NULL && length == 0, "there is no more to take");
    rpc_write(writer, "", 0);
    rpc_write_literal(writer, "more");
    is_str(text_of(writer), "more", "it can be used again");
    rpc_writer_cut(writer, 0);
    data = rpc_writer_take(writer, &length);
    ok(data == NULL && length == 0, "all cut off is nothing, too");
}

/* Pieces of all sizes around the growth of the buffer. */
static void test_growth(apr_pool_t *pool)
{
    apr_size_t size;
    int wrong = 0;

    for (size = 1; size < 3000; size += 37) {
        rpc_writer_t *writer = rpc_writer_create(pool);
        char *piece = malloc(size);
        apr_size_t i;

        memset(piece, 'x', size);
        for (i = 0; i < 20; i++) {
            rpc_write(writer, piece, size);
            rpc_write_char(writer, 'y');
            wrong += writer->length > writer->capacity;
        }
        for (i = 0; i < writer->length; i++) {
            wrong += writer->data[i] != (i % (size + 1) == size ? 'y' : 'x');
        }
        wrong += i != 20 * (size + 1);
        free(piece);
    }
    is_int(wrong, 0, "pieces of many sizes");
}

static void test_room(apr_pool_t *pool)
{
    rpc_writer_t *writer = rpc_writer_create(pool);
    char *at = rpc_writer_room(writer, 100000);

    memset(at, 'z', 100000);
    writer->length += 100000;
    ok(writer->capacity >= 100000, "room for what was asked");
    ok(rpc_writer_room(writer, 0) == writer->data + 100000,
       "no room, but where to write");
    at = rpc_writer_room(writer, writer->capacity - writer->length);
    ok(at == writer->data + 100000, "what is there already does not grow");
}

/* A buffer given to it, which is larger than what is written, or smaller. */
static void test_give(apr_pool_t *pool)
{
    enum { LARGE = 1024 * 1024 };
    rpc_writer_t *writer = rpc_writer_create(pool);
    char *given = malloc(LARGE);
    size_t length;
    char *taken;
    int i;

    rpc_writer_give(writer, given, LARGE);
    rpc_write_literal(writer, "text");
    ok(writer->data == given, "written where it was given");
    taken = rpc_writer_take(writer, &length);
    ok(length == 4 && memcmp(taken, "text", 4) == 0, "and taken");
    taken = realloc(taken, 4); /* ASan knows by now if it were another's */
    free(taken);

    rpc_writer_give(writer, malloc(10), 10);
    for (i = 0; i < 1000; i++) {
        rpc_write_literal(writer, "0123456789");
    }
    ok(strncmp(writer->data + 9985, "567890123456789", 15) == 0,
       "more than the buffer holds");
    rpc_writer_give(writer, malloc(1), 1); /* the pool frees it */
    ok(writer->capacity == 1, "another in its place");
}

static void test_base64(apr_pool_t *pool)
{
    /* RFC 4648, section 10 */
    static const char *const vectors[][2] = {
        {"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"}, {"\xfb\xff\xbf", "+/+/"}};
    enum { LONG = 3 * 1024 * 1024 + 1 };
    rpc_writer_t *writer = rpc_writer_create(pool);
    char *zeros = calloc(1, LONG);
    size_t i;

    for (i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        rpc_writer_cut(writer, 0);
        rpc_write_base64(writer, vectors[i][0], strlen(vectors[i][0]));
        is_str(text_of(writer), vectors[i][1], "base64");
    }
    rpc_writer_cut(writer, 0);
    rpc_write_base64(writer, zeros, LONG);
    is_int(writer->length, (LONG + 2) / 3 * 4, "base64 of 3 MiB");
    ok(strspn(text_of(writer), "A") == writer->length - 2 &&
           strcmp(writer->data + writer->length - 3, "A==") == 0,
       "without a break where the pieces meet");
    free(zeros);
}

int main(void)
{
    apr_pool_t *pool;

    apr_initialize();
    atexit(apr_terminate);
    apr_pool_create(&pool, NULL);
    test_pieces(pool);
    test_take(pool);
    test_growth(pool);
    test_room(pool);
    test_give(pool);
    test_base64(pool);
    return done_testing();
}
