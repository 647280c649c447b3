/* SPDX-License-Identifier: Apache-2.0 */
/* A few macros that print the Test Anything Protocol, */
/* for the unit tests (one file each), which prove runs one by one. */
#ifndef RPC_TAP_H
#define RPC_TAP_H

/*
 *     #include "tap.h"
 *
 *     int main(void)
 *     {
 *         ok(1 + 1 == 2, "addition of %d and %d", 1, 1);
 *         is_int(1 + 1, 2, "addition");
 *         is_str("a", "a", "letters");
 *         return done_testing();
 *     }
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#if defined(__GNUC__)
#define TAP_PRINTF_(text, first) \
    __attribute__((unused, format(printf, text, first)))
#define TAP_UNUSED_ __attribute__((unused))
#else
#define TAP_PRINTF_(text, first)
#define TAP_UNUSED_
#endif

/* How many checks ran and how many failed. A test program is one file. */
static struct {
    int count;
    int failed;
} tap_state;

static int tap_check(int good, const char *file, int line, const char *fmt,
                     ...) TAP_PRINTF_(4, 5);

static int tap_check(int good, const char *file, int line, const char *fmt,
                     ...)
{
    va_list args;

    tap_state.count++;
    printf("%sok %d - ", good ? "" : "not ", tap_state.count);
    va_start(args, fmt);
    vprintf(fmt, args);
    va_end(args);
    printf("\n");
    if (!good) {
        tap_state.failed++;
        printf("#   at %s line %d\n", file, line);
    }
    fflush(stdout);
    return good;
}

TAP_UNUSED_ static int tap_check_str(const char *got, const char *want,
                                     const char *file, int line,
                                     const char *name)
{
    int good = got == want || (got && want && strcmp(got, want) == 0);

    tap_check(good, file, line, "%s", name);
    if (!good) {
        printf("#   got  %s\n#   want %s\n", got ? got : "(null)",
               want ? want : "(null)");
    }
    return good;
}

TAP_UNUSED_ static int tap_check_int(long long got, long long want,
                                     const char *file, int line,
                                     const char *name)
{
    tap_check(got == want, file, line, "%s", name);
    if (got != want) {
        printf("#   got  %lld\n#   want %lld\n", got, want);
    }
    return got == want;
}

/* Each check returns whether it passed, so that a test can stop early. */

/** ok(condition, "name %d", n): the condition holds. */
#define ok(good, ...) tap_check((good) != 0, __FILE__, __LINE__, __VA_ARGS__)
/** is_str(got, want, "name"): the same text, or both NULL. */
#define is_str(got, want, name) \
    tap_check_str((got), (want), __FILE__, __LINE__, (name))
/** is_int(got, want, "name"): the same integer. */
#define is_int(got, want, name)                                       \
    tap_check_int((long long)(got), (long long)(want), __FILE__, __LINE__, \
                  (name))

/** Prints the plan. What main() returns: 0 if all passed, and some ran. */
TAP_UNUSED_ static int done_testing(void)
{
    printf("1..%d\n", tap_state.count);
    return tap_state.failed || tap_state.count == 0;
}

#endif /* RPC_TAP_H */
