/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers as text: exact int64, doubles that read back the same. Independent
 * of the locale. For the readers and writers of the three syntaxes. */
#ifndef RPC_CORE_NUMBER_H
#define RPC_CORE_NUMBER_H

#include "mod_rpc.h"

/** A finite double in the shortest decimal digits that read back the same:
 *  0.d1d2d3... times 10 to the power `point`. Zero has one digit "0" and
 *  point 1. */
typedef struct rpc_decimal_t {
    char digits[20]; /**< not ended by NUL */
    int count;
    int point;
    int negative;    /**< -0.0 too */
} rpc_decimal_t;

/** @param d Finite */
void rpc_number_decimal(double d, rpc_decimal_t *ret_decimal);

/** Write an int64 in decimal. @return the number of bytes, at most 20 */
int rpc_number_format_int(int64_t n, char *ret_text);

/** Room that rpc_number_format_double() needs at most. */
#define RPC_NUMBER_ROOM 32

/**
 * A finite double as Python's repr and as JSON: shortest digits, always with
 * '.' or 'e', an exponent from 1e16 up and below 1e-4 ("5.0", "1e+16",
 * "1e-05").
 * @return the number of bytes, less than RPC_NUMBER_ROOM
 */
int rpc_number_format_double(double d, char *ret_text);

/** Room that rpc_number_format_fixed() needs at most. */
#define RPC_NUMBER_FIXED_ROOM 352

/** A finite double without exponent, as XML-RPC wants it ("10000.0").
 *  @return the number of bytes, less than RPC_NUMBER_FIXED_ROOM */
int rpc_number_format_fixed(double d, char *ret_text);

/**
 * An optional sign and decimal digits, the whole text, as int64.
 * @return 0, -1 if it is no such text, 1 if it is beyond int64
 */
int rpc_number_parse_int(const char *text, apr_size_t length,
                         int64_t *ret_n);

/**
 * [sign] digits [. digits] [e [sign] digits], the whole text; ".5" and "5."
 * too. Correctly rounded.
 * @return 0, -1 if it is no such text, 1 if it is beyond double
 */
int rpc_number_parse_double(const char *text, apr_size_t length,
                            double *ret_d);

/** Whether the int is exact as a double. */
int rpc_number_int_is_exact(int64_t n);

#endif
