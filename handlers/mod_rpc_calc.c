/* SPDX-License-Identifier: Apache-2.0 */
/* The handler table `calc`: arithmetic with exact integers, for the demo and
 * as an example of methods that check what they compute. */
#include "mod_rpc.h"

#include <math.h>

static const rpc_fault_info_t range_fault[] = {
    { RPC_E_APPLICATION, "The result is beyond the range of its type." },
    { 0, NULL }
};

static const rpc_fault_info_t division_faults[] = {
    { RPC_E_APPLICATION, "Division by zero, or a result beyond its range." },
    { 0, NULL }
};

/* The results that need more than a C operator. */

static rpc_value_t *overflow(rpc_call_t *call)
{
    return rpc_fail(call, RPC_E_APPLICATION,
                    "integer overflow: the result needs more than 64 bits");
}

static rpc_value_t *division_by_zero(rpc_call_t *call)
{
    return rpc_fail(call, RPC_E_APPLICATION, "division by zero");
}

/* NaN and the infinities are no results that a caller could read. */
static rpc_value_t *real(rpc_call_t *call, double d)
{
    if (isnan(d)) {
        return rpc_fail(call, RPC_E_APPLICATION,
                        "the result is not a real number");
    }
    if (isinf(d)) {
        return rpc_fail(call, RPC_E_APPLICATION,
                        "floating-point overflow: the result is beyond the "
                        "range of a double");
    }
    return rpc_double(call, d);
}

static int is_int(const rpc_value_t *v)
{
    return rpc_type(v) == RPC_INT;
}

static int both_int(rpc_call_t *call)
{
    return is_int(rpc_arg(call, 0)) && is_int(rpc_arg(call, 1));
}

/* The methods. */

static rpc_value_t *add(rpc_call_t *call)
{
    int64_t n;

    if (!both_int(call)) {
        return real(call, rpc_arg_double(call, 0) + rpc_arg_double(call, 1));
    }
    if (__builtin_add_overflow(rpc_arg_int(call, 0), rpc_arg_int(call, 1),
                               &n)) {
        return overflow(call);
    }
    return rpc_int(call, n);
}

static rpc_value_t *subtract(rpc_call_t *call)
{
    int64_t n;

    if (!both_int(call)) {
        return real(call, rpc_arg_double(call, 0) - rpc_arg_double(call, 1));
    }
    if (__builtin_sub_overflow(rpc_arg_int(call, 0), rpc_arg_int(call, 1),
                               &n)) {
        return overflow(call);
    }
    return rpc_int(call, n);
}

static rpc_value_t *multiply(rpc_call_t *call)
{
    int64_t n;

    if (!both_int(call)) {
        return real(call, rpc_arg_double(call, 0) * rpc_arg_double(call, 1));
    }
    if (__builtin_mul_overflow(rpc_arg_int(call, 0), rpc_arg_int(call, 1),
                               &n)) {
        return overflow(call);
    }
    return rpc_int(call, n);
}

/* The remainder is exact, so x - r is the multiple of y that x / y alone
 * would miss by rounding: 1 // 0.1 is 9, though 1 / 0.1 is 10. */
static double floor_double(double x, double y)
{
    double r = fmod(x, y);
    double q = (x - r) / y;

    if (r != 0 && (r < 0) != (y < 0)) {
        q -= 1;
    }
    return q == 0 ? copysign(0.0, x / y) : nearbyint(q);
}

/* C rounds to zero, Python's // down. */
static rpc_value_t *div_floor(rpc_call_t *call)
{
    int64_t x = rpc_arg_int(call, 0);
    int64_t y = rpc_arg_int(call, 1);
    int64_t q;

    if (rpc_arg_double(call, 1) == 0) {
        return division_by_zero(call);
    }
    if (!both_int(call)) {
        return real(call, floor_double(rpc_arg_double(call, 0),
                                       rpc_arg_double(call, 1)));
    }
    if (x == INT64_MIN && y == -1) {
        return overflow(call);
    }
    q = x / y;
    if (x % y != 0 && (x < 0) != (y < 0)) {
        q--;
    }
    return rpc_int(call, q);
}

static rpc_value_t *divide(rpc_call_t *call)
{
    if (rpc_arg_double(call, 1) == 0) {
        return division_by_zero(call);
    }
    return real(call, rpc_arg_double(call, 0) / rpc_arg_double(call, 1));
}

/* Returns whether the power does not fit into 64 bits. */
static int power_of_ints(int64_t base, int64_t exponent, int64_t *ret_n)
{
    int64_t n = 1;

    while (exponent > 0) {
        if ((exponent & 1) != 0 && __builtin_mul_overflow(n, base, &n)) {
            return 1;
        }
        exponent >>= 1;
        if (exponent > 0 && __builtin_mul_overflow(base, base, &base)) {
            return 1;
        }
    }
    *ret_n = n;
    return 0;
}

static rpc_value_t *power(rpc_call_t *call)
{
    double x = rpc_arg_double(call, 0);
    double y = rpc_arg_double(call, 1);
    int64_t n;

    if (x == 0 && y < 0) {
        return division_by_zero(call);
    }
    if (!both_int(call) || y < 0) {
        return real(call, pow(x, y));
    }
    if (power_of_ints(rpc_arg_int(call, 0), rpc_arg_int(call, 1), &n)) {
        return overflow(call);
    }
    return rpc_int(call, n);
}

/* Exact as long as all are ints; from the first double on a double. */
static rpc_value_t *sum(rpc_call_t *call)
{
    const rpc_value_t *values = rpc_arg(call, 0);
    size_t count = rpc_count(values);
    size_t i;
    int64_t n = 0;
    double d;

    for (i = 0; i < count && is_int(rpc_at(values, i)); i++) {
        if (__builtin_add_overflow(n, rpc_as_int(rpc_at(values, i)), &n)) {
            return overflow(call);
        }
    }
    if (i == count) {
        return rpc_int(call, n);
    }
    d = (double)n;
    for (; i < count; i++) {
        d += rpc_as_double(rpc_at(values, i));
    }
    return real(call, d);
}

static const rpc_method_t methods[] = {
    { "number add(number x, number y)", add, RPC_SAFE, "Return x + y.", NULL,
      range_fault },
    { "number subtract(number x, number y)", subtract, RPC_SAFE,
      "Return x - y.", NULL, range_fault },
    { "number mul(number x, number y)", multiply, RPC_SAFE, "Return x * y.",
      NULL, range_fault },
    { "number multiply(number x, number y)", multiply, RPC_SAFE,
      "Return x * y.", NULL, range_fault },
    { "number div(number x, number y)", div_floor, RPC_SAFE,
      "Return x / y rounded down, as Python's x // y.", NULL,
      division_faults },
    { "double divide(number x, number y)", divide, RPC_SAFE,
      "Return x / y with its fraction, as Python's x / y.", NULL,
      division_faults },
    { "number pow(number x, number y)", power, RPC_SAFE,
      "Return x to the power y.", NULL, division_faults },
    { "number sum(number values...)", sum, RPC_SAFE,
      "Return the sum of all arguments, 0 if there are none.", NULL,
      range_fault },
    RPC_METHOD_END
};

RPC_HANDLER_MODULE(calc, "Arithmetic with exact integers.", methods);
