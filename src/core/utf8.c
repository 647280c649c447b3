/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-8: check, decode, encode (RFC 3629). For the readers and writers,
 * which refuse text that is not well-formed. */
#include "core/utf8.h"

#include <string.h>

#include "apr_strings.h"

#define HIGH_BITS 0x8080808080808080u
#define QUOTED_BYTES 64

static inline int is_tail(unsigned char c)
{
    return (c & 0xc0) == 0x80;
}

/* Whether the character at `at`, which is not ASCII, is well-formed. The range
 * of the second byte is what rules out overlong forms, surrogates and what
 * lies above U+10FFFF (RFC 3629, section 4). Returns its bytes, or 0. */
static int sequence_length(const unsigned char *at, apr_size_t left)
{
    unsigned char lead = at[0];
    int good;

    if (lead < 0xe0) {
        good = lead >= 0xc2 && left >= 2 && is_tail(at[1]);
        return good ? 2 : 0;
    }
    if (lead < 0xf0) {
        good = left >= 3 && is_tail(at[1]) && is_tail(at[2])
               && (lead != 0xe0 || at[1] >= 0xa0)
               && (lead != 0xed || at[1] < 0xa0);
        return good ? 3 : 0;
    }
    good = lead <= 0xf4 && left >= 4 && is_tail(at[1]) && is_tail(at[2])
           && is_tail(at[3]) && (lead != 0xf0 || at[1] >= 0x90)
           && (lead != 0xf4 || at[1] < 0x90);
    return good ? 4 : 0;
}

/* Returns where the first byte from i on is that is not ASCII, or length. */
static inline apr_size_t skip_ascii(const unsigned char *bytes,
                                    apr_size_t i, apr_size_t length)
{
#if defined(__GNUC__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    uint64_t word;

    for (; length - i >= 8; i += 8) {
        memcpy(&word, bytes + i, 8);
        word &= HIGH_BITS;
        if (word != 0) {
            return i + (apr_size_t)__builtin_ctzll(word) / 8;
        }
    }
    /* The last ones as the upper bytes of the last word. */
    if (i < length && length >= 8) {
        memcpy(&word, bytes + length - 8, 8);
        word = (word & HIGH_BITS) >> (8 - (length - i)) * 8;
        return word != 0 ? i + (apr_size_t)__builtin_ctzll(word) / 8 : length;
    }
#endif
    while (i < length && bytes[i] < 0x80) {
        i++;
    }
    return i;
}

apr_size_t rpc_utf8_valid_prefix(const char *text, apr_size_t length)
{
    const unsigned char *bytes = (const unsigned char *)text;
    apr_size_t i = skip_ascii(bytes, 0, length);
    int step;

    while (i < length) {
        step = sequence_length(bytes + i, length - i);
        if (step == 0) {
            break;
        }
        i += (apr_size_t)step;
        if (i < length && bytes[i] < 0x80) {
            i = skip_ascii(bytes, i, length);
        }
    }
    return i;
}

int rpc_utf8_is_valid(const char *text, apr_size_t length)
{
    return rpc_utf8_valid_prefix(text, length) == length;
}

int rpc_utf8_is_xml(const char *text, apr_size_t length)
{
    apr_size_t i;

    for (i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];

        if (c < 0x20 && c != '\t' && c != '\n' && c != '\r') {
            return 0;
        }
        /* U+FFFE and U+FFFF; the text is well-formed, so two bytes follow. */
        if (c == 0xef && (unsigned char)text[i + 1] == 0xbf
            && (unsigned char)text[i + 2] >= 0xbe) {
            return 0;
        }
    }
    return 1;
}

int rpc_utf8_decode(const char *text, uint32_t *ret_character)
{
    const unsigned char *at = (const unsigned char *)text;

    if (at[0] < 0x80) {
        *ret_character = at[0];
        return 1;
    }
    if (at[0] < 0xe0) {
        *ret_character = (at[0] & 0x1fu) << 6 | (at[1] & 0x3fu);
        return 2;
    }
    if (at[0] < 0xf0) {
        *ret_character = (at[0] & 0x0fu) << 12 | (at[1] & 0x3fu) << 6 |
                         (at[2] & 0x3fu);
        return 3;
    }
    *ret_character = (at[0] & 0x07u) << 18 | (at[1] & 0x3fu) << 12 |
                     (at[2] & 0x3fu) << 6 | (at[3] & 0x3fu);
    return 4;
}

int rpc_utf8_encode(uint32_t character, char *ret_text)
{
    if (character < 0x80) {
        ret_text[0] = (char)character;
        return 1;
    }
    if (character < 0x800) {
        ret_text[0] = (char)(0xc0 | character >> 6);
        ret_text[1] = (char)(0x80 | (character & 0x3f));
        return 2;
    }
    if (character < 0x10000) {
        ret_text[0] = (char)(0xe0 | character >> 12);
        ret_text[1] = (char)(0x80 | (character >> 6 & 0x3f));
        ret_text[2] = (char)(0x80 | (character & 0x3f));
        return 3;
    }
    ret_text[0] = (char)(0xf0 | character >> 18);
    ret_text[1] = (char)(0x80 | (character >> 12 & 0x3f));
    ret_text[2] = (char)(0x80 | (character >> 6 & 0x3f));
    ret_text[3] = (char)(0x80 | (character & 0x3f));
    return 4;
}

const char *rpc_utf8_quote(const char *text, apr_size_t length,
                           apr_pool_t *pool)
{
    int cut = length > QUOTED_BYTES;
    char *copy;
    apr_size_t i;

    if (cut) {
        length = rpc_utf8_valid_prefix(text, QUOTED_BYTES);
    }
    copy = apr_pstrmemdup(pool, text, length);
    for (i = 0; i < length; i++) {
        unsigned char c = (unsigned char)copy[i];

        /* C1 controls too: two bytes, C2 80 to C2 9F. */
        if (c == 0xc2 && i + 1 < length && (unsigned char)copy[i + 1] < 0xa0) {
            copy[i++] = '?';
            copy[i] = '?';
        }
        else if (c < 0x20 || c == 0x7f) {
            copy[i] = '?';
        }
    }
    return cut ? apr_pstrcat(pool, copy, "...", NULL) : copy;
}
