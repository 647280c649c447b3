/* SPDX-License-Identifier: Apache-2.0 */
/* Finds where a value ends that begins with a bracket: brackets are counted,
 * strings and comments left out. For framing_auto.c. */
#include "protocol/brackets.h"

#define EOT '\x04'

enum phase_e {
    IN_CODE,
    IN_COMMENT,
    IN_TEXT,
    BEHIND_QUOTE,  /* Python: a string, empty or not, or three quotes */
    BEHIND_QUOTES, /* Python: an empty string, or three quotes */
    IN_TRIPLE
};

static int is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static int is_in_list(const rpc_brackets_t *scan)
{
    return scan->depth == 0 || scan->depth > 64 ||
           (scan->lists >> (scan->depth - 1) & 1) != 0;
}

/* Lines of a value that is printed in lines begin with a blank, a name, a
 * closing bracket or the next entry of a list. */
static int begins_message(const rpc_brackets_t *scan, char c)
{
    return (c == '{' || c == '[') &&
           !(is_in_list(scan) && (scan->last == '[' || scan->last == ','));
}

static void open_bracket(rpc_brackets_t *scan, char c)
{
    apr_uint64_t bit;

    if (scan->depth < 64) {
        bit = (apr_uint64_t)1 << scan->depth;
        scan->lists = c == '{' ? scan->lists & ~bit : scan->lists | bit;
    }
    scan->depth++;
}

static enum rpc_brackets_state_e scan_code(rpc_brackets_t *scan, char c)
{
    if (scan->at_line && begins_message(scan, c)) {
        return RPC_BRACKETS_BROKEN;
    }
    scan->at_line = c == '\n';
    if (is_blank(c)) {
        scan->has_lines |= c == '\n';
        return RPC_BRACKETS_MORE;
    }
    if (c == '#' && scan->is_python) {
        scan->phase = IN_COMMENT;
        return RPC_BRACKETS_MORE;
    }
    if (c == '{' || c == '[' || (c == '(' && scan->is_python)) {
        open_bracket(scan, c);
    }
    else if (c == '"' || (c == '\'' && scan->is_python)) {
        scan->phase = scan->is_python ? BEHIND_QUOTE : IN_TEXT;
        scan->quote = c;
    }
    else if (c == '}' || c == ']' || (c == ')' && scan->is_python)) {
        scan->depth--;
    }
    scan->last = c;
    return scan->depth == 0 ? RPC_BRACKETS_DONE : RPC_BRACKETS_MORE;
}

static enum rpc_brackets_state_e scan_text(rpc_brackets_t *scan, char c)
{
    if (c == '\n' && !(scan->is_escaped && scan->is_python)) {
        return RPC_BRACKETS_BROKEN;
    }
    if (scan->is_escaped) {
        scan->is_escaped = 0;
    }
    else if (c == '\\') {
        scan->is_escaped = 1;
    }
    else if (c == scan->quote) {
        scan->phase = IN_CODE;
    }
    return RPC_BRACKETS_MORE;
}

static void scan_triple(rpc_brackets_t *scan, char c)
{
    if (scan->is_escaped) {
        scan->is_escaped = 0;
    }
    else if (c == scan->quote) {
        scan->run++;
        if (scan->run == 3) {
            scan->phase = IN_CODE;
        }
        return;
    }
    else if (c == '\\') {
        scan->is_escaped = 1;
    }
    scan->run = 0;
}

static enum rpc_brackets_state_e scan_byte(rpc_brackets_t *scan, char c)
{
    switch (scan->phase) {
    case IN_COMMENT:
        if (c != '\n') {
            return RPC_BRACKETS_MORE;
        }
        scan->phase = IN_CODE;
        return scan_code(scan, c);
    case BEHIND_QUOTE:
        scan->phase = c == scan->quote ? BEHIND_QUOTES : IN_TEXT;
        return c == scan->quote ? RPC_BRACKETS_MORE : scan_text(scan, c);
    case BEHIND_QUOTES:
        scan->phase = c == scan->quote ? IN_TRIPLE : IN_CODE;
        scan->run = 0;
        return c == scan->quote ? RPC_BRACKETS_MORE : scan_code(scan, c);
    case IN_TRIPLE:
        scan_triple(scan, c);
        return RPC_BRACKETS_MORE;
    case IN_TEXT:
        return scan_text(scan, c);
    default:
        return scan_code(scan, c);
    }
}

enum rpc_brackets_state_e rpc_brackets_scan(rpc_brackets_t *scan,
                                            const char *bytes,
                                            apr_size_t from, apr_size_t to,
                                            apr_size_t *ret_end)
{
    enum rpc_brackets_state_e state;
    apr_size_t i;

    for (i = from; i < to; i++) {
        char c = bytes[i];

        /* JSON has no raw control in a string either (RFC 8259). */
        if (c == EOT && !scan->is_python) {
            *ret_end = i + 1;
            return RPC_BRACKETS_BROKEN;
        }
        state = scan_byte(scan, c);
        if (state == RPC_BRACKETS_BROKEN && scan->phase == IN_CODE) {
            *ret_end = i; /* the bracket at the margin is the next's */
            return state;
        }
        if (state != RPC_BRACKETS_MORE) {
            *ret_end = i + 1;
            return state;
        }
    }
    return RPC_BRACKETS_MORE;
}
