/* SPDX-License-Identifier: Apache-2.0 */
/* The reader of Python literals, private to python*.c: where it stands in
 * the text, and the parts that it is made of. */
#ifndef RPC_PROTOCOL_PYTHON_READER_H
#define RPC_PROTOCOL_PYTHON_READER_H

#include "protocol/python.h"

typedef struct rpc_pyreader_t {
    const char *start;       /**< valid UTF-8 without NUL */
    const char *at;
    const char *end;
    const rpc_limits_t *limits;
    apr_pool_t *pool;
    int lines;               /**< brackets open: a line may end here */
    int depth;               /**< of them, those of lists */
    apr_int64_t values;      /**< read so far */
} rpc_pyreader_t;

/** The character that comes next, or 0 at the end. */
static inline int rpc_pyreader_peek(const rpc_pyreader_t *reader)
{
    return reader->at < reader->end ? (unsigned char)*reader->at : 0;
}

static inline int rpc_pyreader_is_digit(int c)
{
    return c >= '0' && c <= '9';
}

/** Whether c may stand in a name; any character beyond ASCII may. */
static inline int rpc_pyreader_is_name(int c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'
           || rpc_pyreader_is_digit(c) || c >= 0x80;
}

/** A fault "line 1, column 9: ..." about the text at `at`. */
rpc_fault_t *rpc_pyreader_error(const rpc_pyreader_t *reader, const char *at,
                                int code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/** The fault for what stands next instead of what is wanted ("',' or ')'"). */
rpc_fault_t *rpc_pyreader_unexpected(const rpc_pyreader_t *reader,
                                     const char *wanted);

/** Go over blanks, comments and, within brackets, line ends. */
void rpc_pyreader_skip(rpc_pyreader_t *reader);

/** Any literal; nothing but it. The reader stands on its first character. */
rpc_fault_t *rpc_pyreader_value(rpc_pyreader_t *reader,
                                rpc_value_t *ret_value);

/** A number with or without a sign. */
rpc_fault_t *rpc_pyreader_number(rpc_pyreader_t *reader,
                                 rpc_value_t *ret_value);

/** Whether a string begins here, after its prefix letters if it has some. */
int rpc_pyreader_at_string(const rpc_pyreader_t *reader);

/** A string or bytes, with the adjacent ones joined to it. */
rpc_fault_t *rpc_pyreader_string(rpc_pyreader_t *reader,
                                 rpc_value_t *ret_value);

#endif
