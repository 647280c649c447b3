/* SPDX-License-Identifier: Apache-2.0 */
/* Tests src/core/number.c: ints and doubles to text and back, in the C
 * locale and in one with a decimal comma where the machine has one. */
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/number.h"
#include "tap.h"

typedef struct text_case_t {
    double d;
    const char *repr;  /* Python's repr(d) */
    const char *fixed;
} text_case_t;

static const text_case_t text_cases[] = {
    {0.0, "0.0", "0.0"},
    {-0.0, "-0.0", "-0.0"},
    {1.0, "1.0", "1.0"},
    {-5.0, "-5.0", "-5.0"},
    {0.1, "0.1", "0.1"},
    {0.5, "0.5", "0.5"},
    {0.3, "0.3", "0.3"},
    {0.1 + 0.2, "0.30000000000000004", "0.30000000000000004"},
    {1.1, "1.1", "1.1"},
    {0.57, "0.57", "0.57"},
    {100.0, "100.0", "100.0"},
    {10000.0, "10000.0", "10000.0"},
    {123456.789, "123456.789", "123456.789"},
    {1.0 / 3, "0.3333333333333333", "0.3333333333333333"},
    {2.0 / 3, "0.6666666666666666", "0.6666666666666666"},
    {0.001, "0.001", "0.001"},
    {0.0001, "0.0001", "0.0001"},
    {0.00012345, "0.00012345", "0.00012345"},
    {0.00001, "1e-05", "0.00001"},
    {1.5e-9, "1.5e-09", "0.0000000015"},
    {1e15, "1000000000000000.0", "1000000000000000.0"},
    {9007199254740991.0, "9007199254740991.0", "9007199254740991.0"},
    {9007199254740992.0, "9007199254740992.0", "9007199254740992.0"},
    {9999999999999998.0, "9999999999999998.0", "9999999999999998.0"},
    {1e16, "1e+16", "10000000000000000.0"},
    {1e22, "1e+22", "10000000000000000000000.0"},
    {1e23, "1e+23", "100000000000000000000000.0"},
    {1.2345e25, "1.2345e+25", "12345000000000000000000000.0"},
    {9223372036854775808.0, "9.223372036854776e+18",
     "9223372036854776000.0"},
    {5.684341886080802e-14, "5.684341886080802e-14",
     "0.00000000000005684341886080802"}, /* 2^-44 */
    {0.0005, "0.0005", "0.0005"},
    {-0.125, "-0.125", "-0.125"},
    {1234.5, "1234.5", "1234.5"},
    {-20.05, "-20.05", "-20.05"},
    {999999999999.999, "999999999999.999", "999999999999.999"},
    {999999999999.9995, "999999999999.9995", "999999999999.9995"},
    {1000000000000.001, "1000000000000.001", "1000000000000.001"},
    {1e100, "1e+100", NULL},
    {1.7976931348623157e308, "1.7976931348623157e+308", NULL},
    {2.2250738585072014e-308, "2.2250738585072014e-308", NULL},
    {2.225073858507201e-308, "2.225073858507201e-308", NULL},
    {5e-324, "5e-324", NULL},
    {-1e-323, "-1e-323", NULL}};

static void test_format(void)
{
    char text[RPC_NUMBER_FIXED_ROOM];
    size_t i;
    int length;

    for (i = 0; i < sizeof(text_cases) / sizeof(text_cases[0]); i++) {
        const text_case_t *one = &text_cases[i];

        length = rpc_number_format_double(one->d, text);
        text[length] = '\0';
        is_str(text, one->repr, one->repr);
        if (one->fixed != NULL) {
            length = rpc_number_format_fixed(one->d, text);
            text[length] = '\0';
            is_str(text, one->fixed, one->fixed);
        }
    }
    length = rpc_number_format_fixed(-2.2250738585072014e-308, text);
    ok(length == 327 && length < RPC_NUMBER_FIXED_ROOM,
       "the smallest normal fits");
    length = rpc_number_format_fixed(-1.7976931348623157e308, text);
    ok(length == 312, "so does the largest");
    length = rpc_number_format_fixed(-4.940656458412465e-320, text);
    ok(length > 320 && length < RPC_NUMBER_FIXED_ROOM, "and a subnormal");
    length = rpc_number_format_double(-2.2250738585072014e-308, text);
    ok(length == 24 && length < RPC_NUMBER_ROOM, "the longest repr fits");
}

static uint64_t next_random(uint64_t *state)
{
    uint64_t x;

    *state += 0x9e3779b97f4a7c15u; /* Weyl sequence, mixed */
    x = *state;
    x = (x ^ x >> 32) * 0xd6e8feb86659fd93u;
    x = (x ^ x >> 32) * 0xd6e8feb86659fd93u;
    return x ^ x >> 32;
}

/* Doubles of many kinds: any bits, decimals, powers of two, subnormals,
 * neighbours of decimals. Positive and finite. */
static double any_double(uint64_t *state)
{
    uint64_t r = next_random(state);
    uint64_t bits = next_random(state);
    double d;

    switch (r % 6) {
    case 0:
        return (double)(bits >> (r >> 8) % 64);
    case 1:
        return (double)(bits % 1000000) / 100;
    case 2:
        return (double)(bits >> 14) / pow(10, (double)((r >> 8) % 23));
    case 3:
        return ldexp(1, (int)(bits % 2098) - 1074);
    case 4:
        bits &= (UINT64_C(1) << (1 + (r >> 8) % 52)) - 1;
        break;
    default:
        bits &= INT64_MAX;
    }
    memcpy(&d, &bits, sizeof(d));
    return isfinite(d) ? d : 1;
}

/* Whether the decimal of `count` digits nearest to d, or one beside it,
 * reads back as d. */
static int has_decimal_of(double d, int count)
{
    char text[64];
    double up;

    snprintf(text, sizeof(text), "%.*e", count - 1, d);
    if (strtod(text, NULL) == d) {
        return 1;
    }
    up = nextafter(d, INFINITY);
    snprintf(text, sizeof(text), "%.*e", count - 1, d + (up - d) * 0.4);
    return strtod(text, NULL) == d;
}

/* Whether a text without exponent has as many digits as the decimal, but for
 * the zeros around them. */
static int has_digits(const char *text, const rpc_decimal_t *decimal)
{
    int count = 0;
    int zeros = 0;

    for (; *text != '\0'; text++) {
        if (*text >= '0' && *text <= '9' && (*text != '0' || count > 0)) {
            count++;
            zeros = *text == '0' ? zeros + 1 : 0;
        }
    }
    return count - zeros == decimal->count;
}

static void test_round_trip(int rounds)
{
    uint64_t state = 42;
    int has_point = strcmp(localeconv()->decimal_point, ".") == 0;
    int unread = 0;
    int longer = 0;
    int unfixed = 0;
    int i;

    for (i = 0; i < rounds; i++) {
        double d = any_double(&state);
        rpc_decimal_t decimal;
        char text[RPC_NUMBER_FIXED_ROOM];
        double back = -1;
        int length = rpc_number_format_double(d, text);

        rpc_number_parse_double(text, (apr_size_t)length, &back);
        text[length] = '\0';
        unread += back != d || (has_point && strtod(text, NULL) != d);
        rpc_number_decimal(d, &decimal);
        longer += decimal.count > 1 && has_decimal_of(d, decimal.count - 1);
        back = -1;
        length = rpc_number_format_fixed(d, text);
        rpc_number_parse_double(text, (apr_size_t)length, &back);
        text[length] = '\0';
        unfixed += back != d || (d > 0 && !has_digits(text, &decimal));
    }
    is_int(unread, 0, "doubles of all kinds read back the same");
    is_int(longer, 0, "none has a shorter form");
    is_int(unfixed, 0, "without exponent they read back too");
}

typedef struct parse_case_t {
    const char *text;
    int result;
    double d;
} parse_case_t;

static const parse_case_t parse_cases[] = {
    {"0", 0, 0}, {"1", 0, 1}, {"-1", 0, -1}, {"+1", 0, 1}, {"5.", 0, 5},
    {".5", 0, 0.5}, {"-.5e1", 0, -5}, {"007", 0, 7}, {"1e2", 0, 100},
    {"1E+2", 0, 100}, {"1e-2", 0, 0.01}, {"1.5e3", 0, 1500},
    {"1e0000000000000000000000000001", 0, 10},
    {"0e99999999999999999999", 0, 0}, {"0.0e-99999999999999999999", 0, 0},
    {"1e22", 0, 1e22}, {"1e23", 0, 1e23}, {"1e-22", 0, 1e-22},
    {"9007199254740993", 0, 9007199254740992.0},
    {"9007199254740993.00000000000000000000001", 0, 9007199254740994.0},
    {"123456789012345678901234567890", 0, 123456789012345678901234567890.0},
    {"2.2250738585072011e-308", 0, 2.2250738585072011e-308},
    {"1.7976931348623158e308", 0, 1.7976931348623157e308},
    {"4.9e-324", 0, 5e-324}, {"2e-324", 0, 0}, {"1e-400", 0, 0},
    {"1e-99999999999999999999999", 0, 0},
    {"1e309", 1, 0}, {"-1e309", 1, 0}, {"1.7976931348623159e308", 1, 0},
    {"1e99999999999999999999999", 1, 0},
    {"", -1, 0}, {"+", -1, 0}, {"-", -1, 0}, {".", -1, 0}, {"-.", -1, 0},
    {"e5", -1, 0}, {".e5", -1, 0}, {"1e", -1, 0}, {"1e+", -1, 0},
    {"1.2.3", -1, 0}, {"1,5", -1, 0}, {" 1", -1, 0}, {"1 ", -1, 0},
    {"0x10", -1, 0}, {"0x1p3", -1, 0}, {"nan", -1, 0}, {"inf", -1, 0},
    {"infinity", -1, 0}, {"--1", -1, 0}, {"1e5.5", -1, 0}, {"1_0", -1, 0},
    {"1e5x", -1, 0}, {"\xd9\xa1", -1, 0}};

static void test_parse(void)
{
    size_t i;
    double d = 1;

    for (i = 0; i < sizeof(parse_cases) / sizeof(parse_cases[0]); i++) {
        const parse_case_t *one = &parse_cases[i];
        double got = 0;
        int result = rpc_number_parse_double(one->text, strlen(one->text),
                                             &got);

        ok(result == one->result && got == one->d, "\"%s\" is %d, %.17g",
           one->text, one->result, one->d);
    }
    is_int(rpc_number_parse_double("1\0", 2, &d), -1, "a NUL is no digit");
    is_int(rpc_number_parse_double("15", 1, &d), 0, "the length counts");
    ok(d == 1, "not what is behind it");
    ok(rpc_number_parse_double("-0.0", 4, &d) == 0 && d == 0 && signbit(d),
       "-0.0 keeps its sign");
}

/* Zeros and digits by the hundred thousand. */
static void test_parse_long(void)
{
    enum { LONG = 300000 };
    char *text = malloc(LONG + 32);
    double d = 0;

    memset(text, '0', LONG);
    memcpy(text, "0.", 2);
    memcpy(text + LONG, "1e299999", 9);
    ok(rpc_number_parse_double(text, LONG + 8, &d) == 0 && d == 1,
       "300000 zeros, then an exponent that takes them back");
    memset(text, '0', LONG);
    text[0] = '1';
    memcpy(text + LONG, "e-299999", 9);
    ok(rpc_number_parse_double(text, LONG + 8, &d) == 0 && d == 1,
       "and the other way round");
    memcpy(text, "9007199254740993", 16);
    text[16] = '.';
    ok(rpc_number_parse_double(text, LONG, &d) == 0 &&
           d == 9007199254740992.0,
       "halfway is rounded to even");
    text[LONG - 1] = '1';
    ok(rpc_number_parse_double(text, LONG, &d) == 0 &&
           d == 9007199254740994.0,
       "a digit far behind decides");
    free(text);
}

typedef struct int_case_t {
    const char *text;
    int result;
    int64_t n;
} int_case_t;

static const int_case_t int_cases[] = {
    {"0", 0, 0}, {"-0", 0, 0}, {"+7", 0, 7}, {"007", 0, 7}, {"-12", 0, -12},
    {"9223372036854775807", 0, INT64_MAX},
    {"-9223372036854775808", 0, INT64_MIN},
    {"0000000000000000000000000000000009", 0, 9},
    {"9223372036854775808", 1, 0}, {"-9223372036854775809", 1, 0},
    {"18446744073709551616", 1, 0}, {"99999999999999999999999999", 1, 0},
    {"99999999999999999999999999x", -1, 0}, {"", -1, 0}, {"-", -1, 0},
    {"+", -1, 0}, {"1.0", -1, 0}, {" 1", -1, 0}, {"1e3", -1, 0},
    {"0x1", -1, 0}, {"--1", -1, 0}, {"12a", -1, 0}, {"1/", -1, 0},
    {"1:", -1, 0}};

/* Around each power of ten. */
static void test_widths(void)
{
    int wrong = 0;
    int64_t power;
    int step;

    for (power = 1; power < INT64_MAX / 10; power *= 10) {
        for (step = -1; step <= 1; step++) {
            char want[24];
            char got[24];

            snprintf(want, sizeof(want), "%lld", (long long)(power + step));
            got[rpc_number_format_int(power + step, got)] = '\0';
            wrong += strcmp(got, want) != 0;
        }
    }
    is_int(wrong, 0, "integers of each width");
}

static void test_ints(void)
{
    char text[24];
    size_t i;

    for (i = 0; i < sizeof(int_cases) / sizeof(int_cases[0]); i++) {
        const int_case_t *one = &int_cases[i];
        int64_t n = 0;
        int result = rpc_number_parse_int(one->text, strlen(one->text), &n);

        ok(result == one->result && n == one->n, "\"%s\" is %d, %lld",
           one->text, one->result, (long long)one->n);
    }
    text[rpc_number_format_int(0, text)] = '\0';
    is_str(text, "0", "write 0");
    text[rpc_number_format_int(-1000, text)] = '\0';
    is_str(text, "-1000", "write -1000");
    text[rpc_number_format_int(INT64_MAX, text)] = '\0';
    is_str(text, "9223372036854775807", "write the highest int");
    i = (size_t)rpc_number_format_int(INT64_MIN, text);
    text[i] = '\0';
    is_str(text, "-9223372036854775808", "write the lowest int");
    is_int(i, 20, "which has 20 bytes");
    test_widths();
}

static void test_exact(void)
{
    const int64_t limit = INT64_C(1) << 53;

    ok(rpc_number_int_is_exact(0) && rpc_number_int_is_exact(-1), "0 and -1");
    ok(rpc_number_int_is_exact(limit) && rpc_number_int_is_exact(-limit),
       "2^53");
    ok(!rpc_number_int_is_exact(limit + 1) &&
           !rpc_number_int_is_exact(-limit - 1),
       "not 2^53 + 1");
    ok(rpc_number_int_is_exact(limit + 2), "2^53 + 2");
    ok(!rpc_number_int_is_exact(INT64_MAX), "not the highest int");
    ok(rpc_number_int_is_exact(INT64_MIN), "the lowest int is -2^63");
}

static void test_all(int rounds)
{
    test_format();
    test_parse();
    test_parse_long();
    test_ints();
    test_exact();
    test_round_trip(rounds);
}

/* RPC_NUMBER_ROUNDS: how many doubles to try. */
int main(void)
{
    static const char *const commas[] = {"de_DE.UTF-8", "de_DE.utf8",
                                         "fr_FR.UTF-8", "ps_AF.UTF-8"};
    const char *rounds = getenv("RPC_NUMBER_ROUNDS");
    size_t i;

    test_all(rounds != NULL ? atoi(rounds) : 100000);
    for (i = 0; i < sizeof(commas) / sizeof(commas[0]); i++) {
        if (setlocale(LC_ALL, commas[i]) != NULL) {
            printf("# again in locale %s, decimal point \"%s\"\n", commas[i],
                   localeconv()->decimal_point);
            test_all(1000);
        }
    }
    return done_testing();
}
