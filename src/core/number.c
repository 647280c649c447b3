/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers as text: exact int64, shortest doubles, correctly rounded reading,
 * in any locale. For the readers and writers of the three syntaxes. */
#include "core/number.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TWO_TO_53 9007199254740992.0

/* Every decimal of up to so many digits is told apart by a double. */
#define SURE_DIGITS 15
#define TEN_TO_SURE 1e15

/* From here up to 10^15 the quick way sees all decimals of sure digits. */
#define QUICK_FROM 1e-7

/* So many digits decide any rounding; of the rest only matters whether they
 * are all zero (the longest halfway point has 768). */
#define ENOUGH_DIGITS 800

/* The powers of ten that a double holds exactly: one multiplication or
 * division by them is rounded once (Clinger, 1990). */
#define EXACT_POWER 22
static const double powers[EXACT_POWER + 1] = {
    1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
    1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
    1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* Where the compiler computes in more than double, it is rounded twice. */
#if defined(FLT_EVAL_METHOD) && FLT_EVAL_METHOD == 0
#define ROUNDS_ONCE 1
#else
#define ROUNDS_ONCE 0
#endif

/* ------------------------------------------------------------------------
 * Integers
 */

static const char pairs[] =
    "00010203040506070809101112131415161718192021222324252627282930313233343536"
    "37383940414243444546474849505152535455565758596061626364656667686970717273"
    "7475767778798081828384858687888990919293949596979899";

static int count_digits(uint64_t n)
{
    int count = 1;

    for (; n >= 10000; n /= 10000) {
        count += 4;
    }
    return count + (n >= 10) + (n >= 100) + (n >= 1000);
}

/* Digits of n, no leading zeros ("0" for 0). At most 20. Two at a time, into
 * their place: a third fewer instructions for nine digits. */
static int put_unsigned(uint64_t n, char *ret_text)
{
    int count = count_digits(n);
    int at = count;

    for (; n >= 100; n /= 100) {
        at -= 2;
        memcpy(ret_text + at, pairs + 2 * (n % 100), 2);
    }
    if (n >= 10) {
        memcpy(ret_text, pairs + 2 * n, 2);
    }
    else {
        *ret_text = (char)('0' + n);
    }
    return count;
}

static uint64_t magnitude(int64_t n)
{
    return n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
}

int rpc_number_format_int(int64_t n, char *ret_text)
{
    int negative = n < 0;

    if (negative) {
        *ret_text++ = '-';
    }
    return negative + put_unsigned(magnitude(n), ret_text);
}

int rpc_number_parse_int(const char *text, apr_size_t length,
                         int64_t *ret_n)
{
    uint64_t limit = INT64_MAX;
    uint64_t n = 0;
    apr_size_t i = 0;
    int beyond = 0;
    int negative = 0;

    if (length > 0 && (text[0] == '-' || text[0] == '+')) {
        negative = text[0] == '-';
        i = 1;
    }
    if (i == length) {
        return -1;
    }
    limit += (uint64_t)negative;
    for (; i < length; i++) {
        unsigned digit = (unsigned char)text[i] - (unsigned)'0';

        if (digit > 9) {
            return -1;
        }
        if (beyond || n > (limit - digit) / 10) {
            beyond = 1;
        }
        else {
            n = n * 10 + digit;
        }
    }
    if (beyond) {
        return 1;
    }
    /* -(n - 1) - 1: the lowest int64 has no positive twin. */
    *ret_n = negative && n > 0 ? -(int64_t)(n - 1) - 1 : (int64_t)n;
    return 0;
}

int rpc_number_int_is_exact(int64_t n)
{
    uint64_t u = magnitude(n);

    while (u > (uint64_t)1 << 53 && u % 2 == 0) {
        u /= 2;
    }
    return u <= (uint64_t)1 << 53;
}

/* ------------------------------------------------------------------------
 * Doubles to digits
 */

static void strip_zeros(rpc_decimal_t *decimal)
{
    while (decimal->count > 1 && decimal->digits[decimal->count - 1] == '0') {
        decimal->count--;
    }
}

/* An integer m that stands for m / 10^scale. */
static void set_integer(uint64_t m, int scale, rpc_decimal_t *ret_decimal)
{
    ret_decimal->count = put_unsigned(m, ret_decimal->digits);
    ret_decimal->point = ret_decimal->count - scale;
    strip_zeros(ret_decimal);
}

/*
 * Whole numbers and decimals of few digits, which most numbers are. Rounding
 * v * 10^k finds the only m of at most 15 digits that could be meant: the
 * product is off by less than half (two roundings of 2^-53 each), and the
 * division, rounded once, proves it. The smallest k has the fewest digits.
 */
static int quick_decimal(double v, rpc_decimal_t *ret_decimal)
{
    int k;

    if (v < TWO_TO_53 && v == (double)(uint64_t)v) {
        set_integer((uint64_t)v, 0, ret_decimal);
        return 1;
    }
    if (!ROUNDS_ONCE) {
        return 0;
    }
    for (k = 1; k <= EXACT_POWER; k++) {
        double product = v * powers[k];
        uint64_t m;

        if (!(product < TEN_TO_SURE - 0.5)) {
            return 0;
        }
        m = (uint64_t)(product + 0.5);
        if ((double)m / powers[k] == v) {
            set_integer(m, k, ret_decimal);
            return 1;
        }
    }
    return 0;
}

/* Whether the digits read back as v. Written without a decimal point, so
 * that the locale has no say. */
static int reads_back(const rpc_decimal_t *decimal, double v)
{
    char text[48];

    snprintf(text, sizeof(text), "%.*se%d", decimal->count, decimal->digits,
             decimal->point - decimal->count);
    return strtod(text, NULL) == v;
}

/* v in `count` digits, correctly rounded. What stands between the first
 * digit and the second is the locale's decimal point, whatever its bytes. */
static void round_to(double v, int count, rpc_decimal_t *ret_decimal)
{
    char text[64];
    const char *at;
    int have = 0;

    snprintf(text, sizeof(text), "%.*e", count - 1, v);
    for (at = text; *at != 'e' && *at != '\0'; at++) {
        if (*at >= '0' && *at <= '9' && have < count) {
            ret_decimal->digits[have++] = *at;
        }
    }
    ret_decimal->count = have;
    ret_decimal->point = *at == 'e' ? atoi(at + 1) + 1 : 1;
}

/* The next decimal of as many digits. */
static void next_up(rpc_decimal_t *decimal)
{
    int i = decimal->count - 1;

    while (i >= 0 && decimal->digits[i] == '9') {
        decimal->digits[i--] = '0';
    }
    if (i >= 0) {
        decimal->digits[i]++;
        return;
    }
    decimal->digits[0] = '1';
    decimal->point++;
}

/*
 * The general case: the fewest digits whose nearest decimal reads back. A
 * normal double needs no look below 15 digits, which are sure to be there
 * with zeros behind them, nor at 15 where quick_decimal() has seen them all;
 * a subnormal has fewer digits than that. A power of two lies closer to its
 * lower neighbour, so that the second nearest decimal, above it, may read
 * back where the nearest, below it, does not.
 */
static void search_decimal(double v, rpc_decimal_t *ret_decimal)
{
    int exponent;
    int is_power = frexp(v, &exponent) == 0.5;
    int count = v < DBL_MIN ? 1 : SURE_DIGITS;

    if (ROUNDS_ONCE && v > QUICK_FROM && v < TEN_TO_SURE) {
        count = SURE_DIGITS + 1;
    }
    for (; count < DBL_DIG + 2; count++) {
        round_to(v, count, ret_decimal);
        if (reads_back(ret_decimal, v)) {
            strip_zeros(ret_decimal);
            return;
        }
        if (is_power) {
            next_up(ret_decimal);
            if (reads_back(ret_decimal, v)) {
                strip_zeros(ret_decimal);
                return;
            }
        }
    }
    round_to(v, DBL_DIG + 2, ret_decimal);
    strip_zeros(ret_decimal);
}

void rpc_number_decimal(double d, rpc_decimal_t *ret_decimal)
{
    double v = fabs(d);

    ret_decimal->negative = signbit(d) != 0;
    if (!quick_decimal(v, ret_decimal)) {
        search_decimal(v, ret_decimal);
    }
}

/* ------------------------------------------------------------------------
 * Digits to text
 */

static char *put_zeros(char *at, int count)
{
    if (count > 0) {
        memset(at, '0', (size_t)count);
        at += count;
    }
    return at;
}

/* Sign and digits without exponent; ".0" if it is whole. */
static int put_fixed(const rpc_decimal_t *decimal, char *ret_text)
{
    char *at = ret_text;
    int whole = decimal->point < decimal->count ? decimal->point
                                                : decimal->count;

    if (decimal->negative) {
        *at++ = '-';
    }
    if (whole <= 0) {
        *at++ = '0';
        whole = 0;
    }
    memcpy(at, decimal->digits, (size_t)whole);
    at = put_zeros(at + whole, decimal->point - decimal->count);
    *at++ = '.';
    if (whole == decimal->count) {
        *at++ = '0';
    }
    else {
        at = put_zeros(at, -decimal->point);
        memcpy(at, decimal->digits + whole,
               (size_t)(decimal->count - whole));
        at += decimal->count - whole;
    }
    return (int)(at - ret_text);
}

static int put_exponent(const rpc_decimal_t *decimal, char *ret_text)
{
    char *at = ret_text;
    int exponent = decimal->point - 1;

    if (decimal->negative) {
        *at++ = '-';
    }
    *at++ = decimal->digits[0];
    if (decimal->count > 1) {
        *at++ = '.';
        memcpy(at, decimal->digits + 1, (size_t)decimal->count - 1);
        at += decimal->count - 1;
    }
    *at++ = 'e';
    *at++ = exponent < 0 ? '-' : '+';
    exponent = abs(exponent);
    if (exponent < 10) {
        *at++ = '0';
    }
    at += put_unsigned((uint64_t)exponent, at);
    return (int)(at - ret_text);
}

/* Doubles of up to three decimals, which most are: money, halves, whole
 * numbers. Found and proved as by quick_decimal(), but their digits need not
 * be counted. Returns 0 for others. */
static int put_thousandths(double d, char *ret_text)
{
    double product = fabs(d) * 1000;
    char *at = ret_text;
    unsigned rest;
    uint64_t m;

    if (!ROUNDS_ONCE || !(product < TEN_TO_SURE - 0.5)) {
        return 0;
    }
    m = (uint64_t)(product + 0.5);
    if ((double)m / 1000 != fabs(d)) {
        return 0;
    }
    *at = '-';
    at += signbit(d) != 0;
    at += put_unsigned(m / 1000, at);
    rest = (unsigned)(m % 1000);
    *at++ = '.';
    *at = (char)('0' + rest / 100);
    memcpy(at + 1, pairs + 2 * (rest % 100), 2);
    at += 3 - (rest % 10 == 0) - (rest % 100 == 0);
    return (int)(at - ret_text);
}

int rpc_number_format_double(double d, char *ret_text)
{
    int length = put_thousandths(d, ret_text);
    rpc_decimal_t decimal;

    if (length > 0) {
        return length;
    }
    rpc_number_decimal(d, &decimal);
    if (decimal.point > 16 || decimal.point < -3) {
        return put_exponent(&decimal, ret_text);
    }
    return put_fixed(&decimal, ret_text);
}

int rpc_number_format_fixed(double d, char *ret_text)
{
    int length = put_thousandths(d, ret_text);
    rpc_decimal_t decimal;

    if (length > 0) {
        return length;
    }
    rpc_number_decimal(d, &decimal);
    return put_fixed(&decimal, ret_text);
}

/* ------------------------------------------------------------------------
 * Text to doubles
 */

/* What was read so far: digits times 10^exponent. */
typedef struct reading_t {
    char digits[ENOUGH_DIGITS + 1]; /* the last one for what was dropped */
    int count;
    int dropped;       /* a digit other than 0 is missing in `digits` */
    uint64_t mantissa; /* the same, while count is 19 or less */
    int64_t exponent;
} reading_t;

static int is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static void take_digit(reading_t *reading, char digit, int is_fraction)
{
    if (reading->count == 0 && digit == '0') {
        reading->exponent -= is_fraction;
        return;
    }
    if (reading->count == ENOUGH_DIGITS) {
        reading->dropped |= digit != '0';
        reading->exponent += !is_fraction;
        return;
    }
    if (reading->count < 19) {
        reading->mantissa = reading->mantissa * 10 + (uint64_t)(digit - '0');
    }
    reading->digits[reading->count++] = digit;
    reading->exponent -= is_fraction;
}

/* [sign] digits, up to the end. Saturates far beyond any text's length. */
static int read_exponent(const char *at, const char *end, int64_t *ret_n)
{
    int64_t n = 0;
    int negative = 0;

    if (at < end && (*at == '+' || *at == '-')) {
        negative = *at == '-';
        at++;
    }
    if (at == end) {
        return -1;
    }
    for (; at < end; at++) {
        if (!is_digit(*at)) {
            return -1;
        }
        if (n < INT64_MAX / 100) {
            n = n * 10 + (*at - '0');
        }
    }
    *ret_n = negative ? -n : n;
    return 0;
}

/* digits [. digits] [e [sign] digits], up to the end. */
static int read_text(const char *at, const char *end, reading_t *reading)
{
    const char *point = NULL;
    const char *start = at;
    int64_t exponent = 0;

    for (; at < end && (is_digit(*at) || (*at == '.' && !point)); at++) {
        if (*at == '.') {
            point = at;
        }
        else {
            take_digit(reading, *at, point != NULL);
        }
    }
    if (at - start == (point != NULL)) {
        return -1;
    }
    if (at < end) {
        if (*at != 'e' && *at != 'E') {
            return -1;
        }
        if (read_exponent(at + 1, end, &exponent) != 0) {
            return -1;
        }
    }
    reading->exponent += exponent;
    return 0;
}

/* The general case, by strtod without a decimal point to look for. */
static double convert(reading_t *reading)
{
    char text[ENOUGH_DIGITS + 32];
    int64_t exponent = reading->exponent;
    int count = reading->count;

    if (reading->dropped) {
        reading->digits[count++] = '1';
        exponent--;
    }
    exponent = exponent > 9999 ? 9999 : exponent;
    exponent = exponent < -9999 ? -9999 : exponent;
    memcpy(text, reading->digits, (size_t)count);
    snprintf(text + count, sizeof(text) - (size_t)count, "e%d",
             (int)exponent);
    return strtod(text, NULL);
}

static double value_of(reading_t *reading)
{
    int64_t exponent = reading->exponent;

    if (reading->count == 0) {
        return 0;
    }
    if (ROUNDS_ONCE && reading->count <= 19 &&
        reading->mantissa <= (uint64_t)1 << 53 && exponent <= EXACT_POWER &&
        exponent >= -EXACT_POWER) {
        double m = (double)reading->mantissa;

        return exponent < 0 ? m / powers[-exponent] : m * powers[exponent];
    }
    return convert(reading);
}

int rpc_number_parse_double(const char *text, apr_size_t length,
                            double *ret_d)
{
    const char *end = text + length;
    reading_t reading;
    int negative = 0;
    double d;

    reading.count = 0;
    reading.dropped = 0;
    reading.mantissa = 0;
    reading.exponent = 0;
    if (length > 0 && (text[0] == '+' || text[0] == '-')) {
        negative = text[0] == '-';
        text++;
    }
    if (read_text(text, end, &reading) != 0) {
        return -1;
    }
    d = value_of(&reading);
    if (isinf(d)) {
        return 1;
    }
    *ret_d = negative ? -d : d;
    return 0;
}
