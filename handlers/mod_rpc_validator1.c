/* SPDX-License-Identifier: Apache-2.0 */
/* The handler table `validator1`: the eight validator1.* methods that test an
 * XML-RPC server, and the interopEchoTests.*, for clients that run them. */
#include "mod_rpc.h"

#include <string.h>

/* The int member `name` of a struct, added to *sum.
 * Returns 0 after a fault that says what is wrong with it. */
static int add_member(rpc_call_t *call, const rpc_value_t *strct,
                      const char *name, int64_t *sum)
{
    const rpc_value_t *member = rpc_need(call, strct, name, RPC_INT);

    if (member == NULL) {
        return 0;
    }
    if (__builtin_add_overflow(*sum, rpc_as_int(member), sum)) {
        rpc_fail(call, RPC_E_PARAMS, "the sum needs more than 64 bits");
        return 0;
    }
    return 1;
}

static rpc_value_t *sum_of_stooges(rpc_call_t *call,
                                   const rpc_value_t *strct)
{
    int64_t sum = 0;

    if (!add_member(call, strct, "moe", &sum)
        || !add_member(call, strct, "larry", &sum)
        || !add_member(call, strct, "curly", &sum)) {
        return NULL;
    }
    return rpc_int(call, sum);
}

static rpc_value_t *array_of_structs_test(rpc_call_t *call)
{
    const rpc_value_t *array = rpc_arg(call, 0);
    int64_t sum = 0;
    size_t i;

    for (i = 0; i < rpc_count(array); i++) {
        if (!add_member(call, rpc_at(array, i), "curly", &sum)) {
            return NULL;
        }
    }
    return rpc_int(call, sum);
}

static rpc_value_t *count_the_entities(rpc_call_t *call)
{
    static const char characters[] = "<>&'\"";
    static const char *const names[] = {
        "ctLeftAngleBrackets", "ctRightAngleBrackets", "ctAmpersands",
        "ctApostrophes", "ctQuotes"
    };
    int64_t counts[sizeof(characters) - 1] = { 0 };
    rpc_value_t *result = rpc_struct(call);
    size_t length;
    const char *text = rpc_arg_stringn(call, 0, &length);
    size_t i;

    for (i = 0; i < length; i++) {
        const char *found = memchr(characters, text[i],
                                   sizeof(characters) - 1);

        if (found != NULL) {
            counts[found - characters]++;
        }
    }
    for (i = 0; i < sizeof(characters) - 1; i++) {
        rpc_set(call, result, names[i], rpc_int(call, counts[i]));
    }
    return result;
}

static rpc_value_t *easy_struct_test(rpc_call_t *call)
{
    return sum_of_stooges(call, rpc_arg(call, 0));
}

static rpc_value_t *echo(rpc_call_t *call)
{
    return rpc_arg(call, 0);
}

static rpc_value_t *many_types_test(rpc_call_t *call)
{
    return rpc_arrayv(call, rpc_arg(call, 0), rpc_arg(call, 1),
                      rpc_arg(call, 2), rpc_arg(call, 3), rpc_arg(call, 4),
                      rpc_arg(call, 5), (rpc_value_t *)NULL);
}

static rpc_value_t *moderate_size_array_check(rpc_call_t *call)
{
    const rpc_value_t *array = rpc_arg(call, 0);
    size_t count = rpc_count(array);
    const char *first;
    const char *last;
    size_t first_length;
    size_t last_length;
    char *text;

    if (count == 0) {
        return rpc_fail(call, RPC_E_PARAMS,
                        "expected an array of 100 to 200 strings, got an "
                        "empty one");
    }
    first = rpc_as_string(rpc_at(array, 0), &first_length);
    last = rpc_as_string(rpc_at(array, count - 1), &last_length);
    text = apr_palloc(rpc_call_pool(call), first_length + last_length + 1);
    memcpy(text, first, first_length);
    memcpy(text + first_length, last, last_length);
    return rpc_stringn(call, text, first_length + last_length);
}

/* A calendar of structs: years, months and days are names, with zeros. */
static rpc_value_t *nested_struct_test(rpc_call_t *call)
{
    static const char *const path[] = { "2000", "04", "01" };
    const rpc_value_t *strct = rpc_arg(call, 0);
    size_t i;

    for (i = 0; i < sizeof(path) / sizeof(path[0]); i++) {
        strct = rpc_need(call, strct, path[i], RPC_STRUCT);
        if (strct == NULL) {
            return NULL;
        }
    }
    return sum_of_stooges(call, strct);
}

static rpc_value_t *simple_struct_return_test(rpc_call_t *call)
{
    int64_t n = rpc_arg_int(call, 0);
    int64_t most;

    if (__builtin_mul_overflow(n, 1000, &most)) {
        return rpc_fail(call, RPC_E_PARAMS,
                        "1000 times that number needs more than 64 bits");
    }
    return rpc_structv(call, "times10", rpc_int(call, n * 10), "times100",
                       rpc_int(call, n * 100), "times1000",
                       rpc_int(call, most), (char *)NULL);
}

static rpc_value_t *no_in_params(rpc_call_t *call)
{
    return rpc_int(call, 0);
}

static rpc_value_t *which_toolkit(rpc_call_t *call)
{
    return rpc_structv(call, "toolkitDocsUrl",
                       rpc_string(call, "https://httpd.apache.org/"),
                       "toolkitName", rpc_string(call, "mod_rpc"),
                       "toolkitVersion", rpc_string(call, "0"),
                       "toolkitOperatingSystem",
                       rpc_string(call, "Unix"), (char *)NULL);
}

#define INTEROP(type, name)                                            \
    RPC_METHOD(type " interopEchoTests." name "(" type " value)", echo, \
               RPC_SAFE, "Return the value as it came.")

static const rpc_method_t methods[] = {
    RPC_METHOD("int validator1.arrayOfStructsTest(array<struct> structs)",
               array_of_structs_test, RPC_SAFE,
               "Return the sum of all members named curly."),
    RPC_METHOD("struct validator1.countTheEntities(string text)",
               count_the_entities, RPC_SAFE,
               "Return how often each of < > & ' and \" is in the text."),
    RPC_METHOD("int validator1.easyStructTest(struct stooges)",
               easy_struct_test, RPC_SAFE, "Return moe + larry + curly."),
    RPC_METHOD("struct validator1.echoStructTest(struct value)", echo,
               RPC_SAFE, "Return the struct as it came."),
    RPC_METHOD("array validator1.manyTypesTest(int number, bool truth, "
               "string text, double fraction, time moment, bytes data)",
               many_types_test, RPC_SAFE,
               "Return the six arguments in an array."),
    RPC_METHOD("string validator1.moderateSizeArrayCheck("
               "array<string> strings)",
               moderate_size_array_check, RPC_SAFE,
               "Return the first and the last string, joined."),
    RPC_METHOD("int validator1.nestedStructTest(struct calendar)",
               nested_struct_test, RPC_SAFE,
               "Return moe + larry + curly of 2000, 04, 01."),
    RPC_METHOD("struct validator1.simpleStructReturnTest(int number)",
               simple_struct_return_test, RPC_SAFE,
               "Return the number times 10, 100 and 1000."),
    INTEROP("string", "echoString"),
    INTEROP("array<string>", "echoStringArray"),
    INTEROP("int", "echoInteger"),
    INTEROP("array<int>", "echoIntegerArray"),
    INTEROP("double", "echoFloat"),
    INTEROP("array<double>", "echoFloatArray"),
    INTEROP("struct", "echoStruct"),
    INTEROP("array<struct>", "echoStructArray"),
    INTEROP("any", "echoValue"),
    INTEROP("bytes", "echoBase64"),
    INTEROP("time", "echoDate"),
    RPC_METHOD("int interopEchoTests.noInParams()", no_in_params, RPC_SAFE,
               "Return 0; takes nothing."),
    RPC_METHOD("struct interopEchoTests.whichToolkit()", which_toolkit,
               RPC_SAFE, "Return what this server is made with."),
    RPC_METHOD_END
};

RPC_HANDLER_MODULE(validator1, "Tests of XML-RPC servers.", methods);
