/* SPDX-License-Identifier: Apache-2.0 */
/* Goes over the characters of a string that JSON writes as they are, eight
 * bytes at once. For the reader and the writer of strings. */
#ifndef RPC_PROTOCOL_JSON_PLAIN_H
#define RPC_PROTOCOL_JSON_PLAIN_H

#include <stdint.h>
#include <string.h>

#define RPC_JSON_EACH(byte) ((uint64_t)0x0101010101010101u * (byte))
#define RPC_JSON_HIGH_BITS RPC_JSON_EACH(0x80)

/** The high bit of the first byte that is a quote, a backslash or a control
 *  is set, and of no ASCII byte before it; others mean nothing. */
static inline uint64_t rpc_json_marks(uint64_t word)
{
    /* The quote, 0x22, and the controls are what is below 0x21 after ^ 2. A
     * subtraction borrows from the next byte only where it found one. */
    return ((word ^ RPC_JSON_EACH(2)) - RPC_JSON_EACH(0x21))
        | ((word ^ RPC_JSON_EACH('\\')) - RPC_JSON_EACH(1));
}

/** Not 0 if one of the eight bytes is a quote, a backslash or a control: the
 *  high bit of the first such byte is set, those of later bytes may be. */
static inline uint64_t rpc_json_specials(uint64_t word)
{
    return rpc_json_marks(word) & ~word & RPC_JSON_HIGH_BITS;
}

static inline int rpc_json_is_plain(char c)
{
    return (unsigned char)c >= 0x20 && c != '"' && c != '\\';
}

/**
 * Over plain characters, up to what is none.
 * @param at  A byte that is not plain (a NUL) is at `end` at the latest
 * @param ret_seen Gathers the bits of what was passed: with a high one among
 *            them it is not all ASCII
 */
static inline const char *rpc_json_skip_plain(const char *at,
                                              const char *end,
                                              uint64_t *ret_seen)
{
    while (end - at >= 8) {
        uint64_t word;
        uint64_t specials;

        memcpy(&word, at, 8);
        specials = rpc_json_specials(word);
        if (specials != 0) {
#if defined(__GNUC__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
            *ret_seen |= word & (specials ^ (specials - 1)) >> 1;
            return at + (unsigned)__builtin_ctzll(specials) / 8;
#else
            break;
#endif
        }
        *ret_seen |= word;
        at += 8;
    }
    for (; rpc_json_is_plain(*at); at++) {
        *ret_seen |= (unsigned char)*at;
    }
    return at;
}

/** Over plain ASCII characters, at most to the first other byte. It may stop
 *  before, as where fewer than eight are left. */
static inline const char *rpc_json_skip_ascii(const char *at,
                                              const char *end)
{
#if defined(__GNUC__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    while (end - at >= 8) {
        uint64_t word;
        uint64_t others;

        memcpy(&word, at, 8);
        others = (rpc_json_marks(word) | word) & RPC_JSON_HIGH_BITS;
        if (others != 0) {
            return at + (unsigned)__builtin_ctzll(others) / 8;
        }
        at += 8;
    }
#else
    (void)end; /* nothing is gained there */
#endif
    return at;
}

#endif
