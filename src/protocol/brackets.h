/* SPDX-License-Identifier: Apache-2.0 */
/* Finds where a value ends that begins with a bracket, without reading it.
 * For framings in which nothing else says where a message ends. */
#ifndef RPC_PROTOCOL_BRACKETS_H
#define RPC_PROTOCOL_BRACKETS_H

#include "mod_rpc.h"

enum rpc_brackets_state_e {
    RPC_BRACKETS_MORE,
    RPC_BRACKETS_DONE,  /**< the last bracket is closed */
    RPC_BRACKETS_BROKEN /**< a delimiter stands where no value has one */
};

/** A scan, which may be fed in pieces; all zero but is_python at the start. */
typedef struct rpc_brackets_t {
    apr_uint64_t lists;      /**< a bit a level: 1 is a list, not an object */
    apr_size_t depth;
    unsigned char is_python; /**< strings are Python's, and # comments */
    unsigned char phase;     /**< what the scan is in */
    unsigned char is_escaped;
    unsigned char run;       /**< quotes in a row in a triple-quoted string */
    unsigned char at_line;   /**< the byte before is a newline in no string */
    unsigned char has_lines; /**< there was such a newline */
    char quote;              /**< of the string that the scan is in */
    char last;               /**< the last byte that is no blank */
} rpc_brackets_t;

/**
 * Go on with a scan; the first byte of all is the value's first bracket.
 * BROKEN is a newline in a string, an EOT, or a newline and an object or list
 * at the left margin where the grammar has none: what came so far is a broken
 * line, and another message follows.
 * @param bytes   From `from` to `to` are what was not scanned yet
 * @param ret_end DONE: behind the last bracket; BROKEN: behind the delimiter
 */
enum rpc_brackets_state_e rpc_brackets_scan(rpc_brackets_t *scan,
                                            const char *bytes,
                                            apr_size_t from, apr_size_t to,
                                            apr_size_t *ret_end);

#endif
