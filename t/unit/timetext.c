/* SPDX-License-Identifier: Apache-2.0 */
/* Tests src/core/timetext.c: what is read, what is refused, what is written,
 * and each day of years 1 to 9999. */
#include <stdlib.h>
#include <string.h>

#include "core/timetext.h"
#include "tap.h"

#define SECOND APR_USEC_PER_SEC

typedef struct time_case_t {
    const char *text;
    int64_t microseconds;
} time_case_t;

static const time_case_t good[] = {
    {"1970-01-01T00:00:00Z", 0},
    {"1970-01-01T00:00:00", 0},
    {"1970-01-01 00:00:00", 0},
    {"19700101T00:00:00", 0},
    {"19700101T000000", 0},
    {"1970-01-01T000000", 0},
    {"19700101T00:00:00Z", 0},
    {"1970-01-01T00:00:00-00:00", 0},
    {"1970-01-01T01:30:00+01:30", 0},
    {"1970-01-01T01:30:00+0130", 0},
    {"1970-01-01T02:00:00+02", 0},
    {"1969-12-31T19:00:00-05", 0},
    {"19691231T19:00:00-0500", 0},
    {"1970-01-01T23:59:00+23:59", 0},
    {"1970-01-01T00:00:00.5Z", 500000},
    {"1970-01-01T00:00:00.123456Z", 123456},
    {"1970-01-01T00:00:00.123456999999999999999999Z", 123456},
    {"1970-01-01T00:00:00.000001", 1},
    {"1970-01-01T00:00:00.0000009", 0},
    {"1969-12-31T23:59:59.25Z", -750000},
    {"2026-11-22T08:30:00Z", 1795336200 * SECOND},
    {"20261122T08:30:00", 1795336200 * SECOND},
    {"2000-02-29T00:00:00Z", 951782400 * SECOND},
    {"2016-12-31T23:59:60Z", 1483228800 * SECOND},
    {"1998-07-17T14:08:55", 900684535 * SECOND},
    {"0001-01-01T00:00:00Z", -62135596800 * SECOND},
    {"9999-12-31T23:59:59.999999Z", 253402300800 * SECOND - 1}};

static const char *const bad[] = {
    "", "2026", "2026-11-22", "20261122", "2026-11-22T", "2026-11-22T08:30",
    "2026-11-22T08:30:0", "2026-11-22T08:30:00.", "2026-11-22T08:30:00.Z",
    "2026-11-22T08:30:00,5Z", "2026-11-22t08:30:00Z", "2026-11-22T08:30:00z",
    "2026-11-22T08:30:00 Z", "2026-11-22T08:30:00Z ", " 2026-11-22T08:30:00",
    "2026-11-22  08:30:00", "2026-11-22T08:30:00ZZ", "2026-1122T08:30:00",
    "202611-22T08:30:00", "2026-11-22T08:3000", "2026-11-22T0830:00",
    "2026-11-22T24:00:00Z", "2026-11-22T08:60:00Z", "2026-11-22T08:30:61Z",
    "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z",
    "2026-01-32T00:00:00Z", "2026-04-31T00:00:00Z", "2026-02-29T00:00:00Z",
    "1900-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "2024-02-30T00:00:00Z",
    "0000-01-01T00:00:00Z", "00000101T00:00:00", "10000-01-01T00:00:00Z",
    "-001-01-01T00:00:00Z", "+2026-11-22T08:30:00Z", "26-11-22T08:30:00Z",
    "2026-11-22T08:30:00+", "2026-11-22T08:30:00+1",
    "2026-11-22T08:30:00+01:", "2026-11-22T08:30:00+01:3",
    "2026-11-22T08:30:00+013", "2026-11-22T08:30:00+01300",
    "2026-11-22T08:30:00+24:00", "2026-11-22T08:30:00-01:60",
    "2026-11-22T08:30:00+01:30Z", "2026-11-22T08:30:00Z+01:30",
    "2026-11-22T-1:30:00Z", "2026-11-22T08:30:00UTC", "2026/11/22T08:30:00Z",
    "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01",
    "9999-12-31T23:59:60Z", "2026-11-22T08:30:00.5.5Z", "now"};

static void test_parse(void)
{
    apr_time_t t;
    size_t i;

    for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        t = -1;
        ok(rpc_time_parse(good[i].text, strlen(good[i].text), &t) &&
               t == good[i].microseconds,
           "%s", good[i].text);
    }
    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ok(!rpc_time_parse(bad[i], strlen(bad[i]), &t), "refused: \"%s\"",
           bad[i]);
    }
    ok(!rpc_time_parse("1970-01-01T00:00:00\0", 20, &t),
       "refused: a NUL behind it");
    ok(rpc_time_parse("1970-01-01T00:00:00Zx", 20, &t), "the length counts");
}

/* Each shorter beginning of a time is refused or is a time, and no byte
 * behind the length is read (a sanitizer sees it). */
static void test_prefixes(void)
{
    static const char text[] = "2026-11-22T08:30:00.123+01:30";
    apr_time_t t;
    size_t length;
    int taken = 0;

    for (length = 0; length < sizeof(text); length++) {
        char *copy = malloc(length + (length == 0));

        memcpy(copy, text, length);
        taken += rpc_time_parse(copy, length, &t);
        free(copy);
    }
    /* ":00", ".1", ".12", ".123", "+01", "+01:30" */
    is_int(taken, 6, "beginnings of a time that are times");
}

static void check_format(apr_time_t t, const char *want,
                         const char *want_basic)
{
    char text[RPC_TIME_ROOM];

    text[rpc_time_format(t, text)] = '\0';
    is_str(text, want, want);
    text[rpc_time_format_basic(t, text)] = '\0';
    is_str(text, want_basic, want_basic);
}

static void test_format(void)
{
    check_format(0, "1970-01-01T00:00:00Z", "19700101T00:00:00");
    check_format(1795336200 * SECOND, "2026-11-22T08:30:00Z",
                 "20261122T08:30:00");
    check_format(1795336200 * SECOND + 120000, "2026-11-22T08:30:00.120000Z",
                 "20261122T08:30:00");
    check_format(-1, "1969-12-31T23:59:59.999999Z", "19691231T23:59:59");
    check_format(951782400 * SECOND, "2000-02-29T00:00:00Z",
                 "20000229T00:00:00");
    check_format(-62135596800 * SECOND, "0001-01-01T00:00:00Z",
                 "00010101T00:00:00");
    check_format(253402300800 * SECOND - 1, "9999-12-31T23:59:59.999999Z",
                 "99991231T23:59:59");
    check_format(-62135596800 * SECOND - 1, "", "");
    check_format(253402300800 * SECOND, "", "");
    check_format(INT64_MAX, "", "");
    check_format(INT64_MIN, "", "");
}

/* Every day of 9999 years follows the one before it, counted here by hand. */
static void test_each_day(void)
{
    static const int days[] = {31, 28, 31, 30, 31, 30,
                               31, 31, 30, 31, 30, 31};
    apr_time_t t = -62135596800 * SECOND;
    int wrong = 0;
    int year, month, day;

    for (year = 1; year <= 9999; year++) {
        int leap = year % 400 == 0 || (year % 4 == 0 && year % 100 != 0);

        for (month = 1; month <= 12; month++) {
            for (day = 1; day <= days[month - 1] + (leap && month == 2);
                 day++) {
                char want[64];
                char got[RPC_TIME_ROOM];
                apr_time_t back = 0;

                snprintf(want, sizeof(want), "%04d-%02d-%02dT23:59:59Z", year,
                         month, day);
                t += 86399 * SECOND;
                got[rpc_time_format(t, got)] = '\0';
                wrong += strcmp(got, want) != 0 ||
                         !rpc_time_parse(want, 20, &back) || back != t;
                t += SECOND;
            }
        }
    }
    is_int(wrong, 0, "each day of years 1 to 9999, written and read");
    is_int(t, 253402300800 * SECOND, "and no more");
}

int main(void)
{
    test_parse();
    test_prefixes();
    test_format();
    test_each_day();
    return done_testing();
}
