/* SPDX-License-Identifier: Apache-2.0 */
/* Times as text: RFC 3339 and XML-RPC's basic form, without the machine's
 * time zone. For the readers and writers and the argument checker. */
#include "core/timetext.h"

#include <string.h>

#define SECONDS_PER_DAY 86400
/* 0001-01-01T00:00:00Z and 10000-01-01T00:00:00Z, in seconds since 1970. */
#define FIRST_SECOND (-INT64_C(62135596800))
#define END_SECOND INT64_C(253402300800)

/* What is left to read. */
typedef struct scan_t {
    const char *at;
    const char *end;
} scan_t;

typedef struct civil_t {
    int year;
    int month;
    int day;
    int hour;
    int minute;
    int second;
    int microsecond;
} civil_t;

/* Days since 1970-01-01. Years are counted from March, so that the leap day
 * is the last: a month m of such a year begins (153 m + 2) / 5 days into it. */
static int64_t days_of(int year, int month, int day)
{
    int64_t y = month > 2 ? year : year - 1;
    int64_t m = month > 2 ? month - 3 : month + 9;

    /* 719469 is 1970-01-01 in days since 0000-02-29. */
    return y * 365 + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day -
           719469;
}

static int is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int days_in_month(int year, int month)
{
    static const signed char days[] = {31, 28, 31, 30, 31, 30,
                                       31, 31, 30, 31, 30, 31};

    return days[month - 1] + (month == 2 && is_leap(year));
}

/* Exactly `count` digits. */
static int take_number(scan_t *scan, int count, int *ret_n)
{
    int n = 0;

    if (scan->end - scan->at < count) {
        return 0;
    }
    for (; count > 0; count--) {
        if (*scan->at < '0' || *scan->at > '9') {
            return 0;
        }
        n = n * 10 + (*scan->at++ - '0');
    }
    *ret_n = n;
    return 1;
}

static int take(scan_t *scan, char c)
{
    if (scan->at == scan->end || *scan->at != c) {
        return 0;
    }
    scan->at++;
    return 1;
}

static int take_date(scan_t *scan, civil_t *civil)
{
    int dashes;

    if (!take_number(scan, 4, &civil->year)) {
        return 0;
    }
    dashes = take(scan, '-');
    if (!take_number(scan, 2, &civil->month) ||
        take(scan, '-') != dashes ||
        !take_number(scan, 2, &civil->day)) {
        return 0;
    }
    return civil->year >= 1 && civil->month >= 1 && civil->month <= 12 &&
           civil->day >= 1 &&
           civil->day <= days_in_month(civil->year, civil->month);
}

/* [.fraction], cut after microseconds. */
static int take_fraction(scan_t *scan, int *ret_microsecond)
{
    int unit = 100000;
    int digit;
    int microsecond = 0;

    if (take(scan, '.')) {
        if (!take_number(scan, 1, &digit)) {
            return 0;
        }
        do {
            microsecond += digit * unit;
            unit /= 10;
        } while (take_number(scan, 1, &digit));
    }
    *ret_microsecond = microsecond;
    return 1;
}

static int take_clock(scan_t *scan, civil_t *civil)
{
    int colons;

    if (!take_number(scan, 2, &civil->hour)) {
        return 0;
    }
    colons = take(scan, ':');
    if (!take_number(scan, 2, &civil->minute) ||
        take(scan, ':') != colons ||
        !take_number(scan, 2, &civil->second) ||
        !take_fraction(scan, &civil->microsecond)) {
        return 0;
    }
    return civil->hour <= 23 && civil->minute <= 59 && civil->second <= 60;
}

/* Z, +hh:mm, +hhmm, +hh or nothing, in seconds east of UTC. */
static int take_zone(scan_t *scan, int *ret_offset)
{
    int hours = 0;
    int minutes = 0;
    int sign = 0;

    if (take(scan, '+')) {
        sign = 1;
    }
    else if (take(scan, '-')) {
        sign = -1;
    }
    else {
        take(scan, 'Z');
    }
    if (sign != 0) {
        if (!take_number(scan, 2, &hours)) {
            return 0;
        }
        if ((take(scan, ':') || scan->at < scan->end) &&
            !take_number(scan, 2, &minutes)) {
            return 0;
        }
    }
    *ret_offset = sign * (hours * 3600 + minutes * 60);
    return hours <= 23 && minutes <= 59;
}

int rpc_time_parse(const char *text, apr_size_t length, apr_time_t *ret_t)
{
    scan_t scan = {text, text + length};
    civil_t civil;
    int offset;
    int64_t seconds;

    if (!take_date(&scan, &civil) ||
        !(take(&scan, 'T') || take(&scan, ' ')) ||
        !take_clock(&scan, &civil) || !take_zone(&scan, &offset) ||
        scan.at != scan.end) {
        return 0;
    }
    seconds = days_of(civil.year, civil.month, civil.day) * SECONDS_PER_DAY +
              civil.hour * 3600 + civil.minute * 60 + civil.second - offset;
    /* An offset, or a leap second, may lead out of the years that can be
     * written again. */
    if (seconds < FIRST_SECOND || seconds >= END_SECOND) {
        return 0;
    }
    *ret_t = seconds * APR_USEC_PER_SEC + civil.microsecond;
    return 1;
}

/* The reverse of days_of(): periods of 400, 100, 4 years and 1. */
static void set_date(int64_t days, civil_t *civil)
{
    int day = (int)(days + 719468); /* since 0000-03-01 */
    int era = day / 146097;
    int of_era = day % 146097;
    int year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) /
               365;
    int of_year = of_era - (365 * year + year / 4 - year / 100);
    int month = (5 * of_year + 2) / 153;

    civil->day = of_year - (153 * month + 2) / 5 + 1;
    civil->month = month < 10 ? month + 3 : month - 9;
    civil->year = era * 400 + year + (civil->month <= 2);
}

static int civil_of(apr_time_t t, civil_t *ret_civil)
{
    int64_t seconds = t / APR_USEC_PER_SEC;
    int64_t days;
    int second;

    ret_civil->microsecond = (int)(t % APR_USEC_PER_SEC);
    if (ret_civil->microsecond < 0) {
        ret_civil->microsecond += APR_USEC_PER_SEC;
        seconds--;
    }
    if (seconds < FIRST_SECOND || seconds >= END_SECOND) {
        return 0;
    }
    /* Counted from year 1 the division cannot be of a negative number. */
    days = (seconds - FIRST_SECOND) / SECONDS_PER_DAY;
    second = (int)((seconds - FIRST_SECOND) % SECONDS_PER_DAY);
    set_date(days + FIRST_SECOND / SECONDS_PER_DAY, ret_civil);
    ret_civil->hour = second / 3600;
    ret_civil->minute = second / 60 % 60;
    ret_civil->second = second % 60;
    return 1;
}

static char *put(char *at, int n, int count)
{
    int i;

    for (i = count - 1; i >= 0; i--) {
        at[i] = (char)('0' + n % 10);
        n /= 10;
    }
    return at + count;
}

static char *put_clock(char *at, const civil_t *civil)
{
    *at++ = 'T';
    at = put(at, civil->hour, 2);
    *at++ = ':';
    at = put(at, civil->minute, 2);
    *at++ = ':';
    return put(at, civil->second, 2);
}

int rpc_time_format(apr_time_t t, char *ret_text)
{
    civil_t civil;
    char *at = ret_text;

    if (!civil_of(t, &civil)) {
        return 0;
    }
    at = put(at, civil.year, 4);
    *at++ = '-';
    at = put(at, civil.month, 2);
    *at++ = '-';
    at = put(at, civil.day, 2);
    at = put_clock(at, &civil);
    if (civil.microsecond != 0) {
        *at++ = '.';
        at = put(at, civil.microsecond, 6);
    }
    *at++ = 'Z';
    return (int)(at - ret_text);
}

int rpc_time_format_basic(apr_time_t t, char *ret_text)
{
    civil_t civil;
    char *at = ret_text;

    if (!civil_of(t, &civil)) {
        return 0;
    }
    at = put(at, civil.year, 4);
    at = put(at, civil.month, 2);
    at = put(at, civil.day, 2);
    at = put_clock(at, &civil);
    return (int)(at - ret_text);
}
