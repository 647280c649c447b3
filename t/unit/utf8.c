/* SPDX-License-Identifier: Apache-2.0 */
/* Tests src/core/utf8.c: every character both ways, and every way in which
 * bytes are not UTF-8, at every offset that the quick path has. */
#include <stdlib.h>
#include <string.h>

#include "core/utf8.h"
#include "tap.h"

#include "apr_general.h"

static const char *const bad[] = {
    "\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2\x7f", "\xc2\xc0",
    "\xe0\x9f\xbf", "\xe0\xa0", "\xe0\xa0\x7f", "\xe1\x80", "\xed\xa0\x80",
    "\xed\xbf\xbf", "\xef\xbf", "\xef\xbf\xc0", "\xf0\x8f\xbf\xbf",
    "\xf0\x90\x80", "\xf0\x90\x80\x7f", "\xf1\x80\x7f\x80", "\xf4\x90\x80\x80",
    "\xf5\x80\x80\x80", "\xf8\x88\x80\x80\x80", "\xfe", "\xff"};

/* In a block of its own size, so that a sanitizer sees a read past it. */
static apr_size_t prefix_of(const char *text, apr_size_t length)
{
    char *copy = malloc(length + (length == 0));
    apr_size_t prefix;

    memcpy(copy, text, length);
    prefix = rpc_utf8_valid_prefix(copy, length);
    if (rpc_utf8_is_valid(copy, length) != (prefix == length)) {
        prefix = (apr_size_t)-1;
    }
    free(copy);
    return prefix;
}

static void test_bad(void)
{
    char text[64];
    size_t i;
    size_t at;

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        size_t length = strlen(bad[i]);
        int wrong = 0;

        for (at = 0; at < 20; at++) {
            memset(text, 'a', sizeof(text));
            memcpy(text + at, bad[i], length);
            wrong += prefix_of(text, at + length) != at;
            wrong += prefix_of(text, at + length + 9) != at;
            if (at >= 3) {
                memcpy(text + at - 3, "\xe2\x82\xac", 3);
                wrong += prefix_of(text, at + length) != at;
            }
        }
        is_int(wrong, 0, "malformed bytes end the valid part");
    }
}

static void test_each_character(void)
{
    uint32_t c;
    int wrong = 0;

    for (c = 0; c <= 0x10ffff; c++) {
        char text[8];
        uint32_t back = 0;
        int length = rpc_utf8_encode(c, text);
        int want = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
        int is_surrogate = c >= 0xd800 && c <= 0xdfff;

        wrong += length != want;
        wrong += rpc_utf8_decode(text, &back) != length || back != c;
        wrong += rpc_utf8_is_valid(text, (apr_size_t)length) == is_surrogate;
        wrong += length > 1 && rpc_utf8_valid_prefix(
                                   text, (apr_size_t)length - 1) != 0;
    }
    is_int(wrong, 0, "each character there and back, surrogates refused");
}

/* All pairs of bytes, against the rule for one and two bytes. */
static void test_each_pair(void)
{
    int first, second;
    int wrong = 0;

    for (first = 0; first < 256; first++) {
        for (second = 0; second < 256; second++) {
            char text[2] = {(char)first, (char)second};
            int want = (first < 0x80 && second < 0x80) ||
                       (first >= 0xc2 && first <= 0xdf && second >= 0x80 &&
                        second <= 0xbf);

            wrong += rpc_utf8_is_valid(text, 2) != want;
        }
    }
    is_int(wrong, 0, "each pair of bytes");
}

/* What a client sent, within a message or a log line. */
static void test_quote(void)
{
    apr_pool_t *pool;
    char text[80];

    apr_initialize();
    apr_pool_create(&pool, NULL);
    is_str(rpc_utf8_quote("a\0\n\x7f" "b", 5, pool), "a???b", "ASCII controls");
    is_str(rpc_utf8_quote("a\xc2\x85\xc2\xa0", 5, pool), "a??\xc2\xa0",
           "C1 controls, and the character after them");
    memset(text, 'x', sizeof(text));
    memcpy(text + 63, "\xc3\xbc", 2);
    is_int((int)strlen(rpc_utf8_quote(text, sizeof(text), pool)), 63 + 3,
           "no more than 64 bytes, and no half character");
    apr_terminate();
}

/* XML 1.0, section 2.2: Char. */
static void test_xml(void)
{
    uint32_t c;
    int wrong = 0;

    for (c = 0; c <= 0x10ffff; c++) {
        char text[8];
        int length = rpc_utf8_encode(c, text);
        int want = c == 0x9 || c == 0xa || c == 0xd
                   || (c >= 0x20 && c <= 0xfffd) || c >= 0x10000;

        wrong += (c < 0xd800 || c > 0xdfff)
                 && rpc_utf8_is_xml(text, (apr_size_t)length) != want;
    }
    is_int(wrong, 0, "each character, as XML has it");
    ok(rpc_utf8_is_xml("", 0), "nothing is XML");
    ok(!rpc_utf8_is_xml("a\0b", 3), "a NUL within is not");
}

int main(void)
{
    ok(rpc_utf8_is_valid("", 0), "nothing is valid");
    ok(rpc_utf8_is_valid("a\0b", 3), "U+0000 is a character");
    ok(rpc_utf8_is_valid("0123456789abcdef0", 17), "ASCII");
    ok(rpc_utf8_is_valid("gr\xc3\xbc\xc3\x9f \xe2\x82\xac "
                         "\xf0\x9f\x98\x80 and more", 24),
       "two, three and four bytes");
    test_bad();
    test_each_character();
    test_each_pair();
    test_quote();
    test_xml();
    return done_testing();
}
