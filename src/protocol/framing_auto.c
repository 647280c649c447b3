/* SPDX-License-Identifier: Apache-2.0 */
/* Values one after another, and framings told apart by what arrives. For
 * wire.c. */
#include <string.h>

#include "apr_atomic.h"
#include "apr_lib.h"

#include "protocol/wire_parts.h"

/* Answers go out framed like this from now on. */
static void settle(rpc_wire_t *wire, enum rpc_framing_e framing)
{
    apr_atomic_set32(&wire->framing, framing);
    wire->after_value = 0;
    wire->value_lines = 0;
}

static void forget_value(rpc_wire_t *wire)
{
    memset(&wire->brackets, 0, sizeof(wire->brackets));
    wire->value_end = 0;
    wire->scanned = 0;
}

static int begins_value(const rpc_wire_t *wire, char c)
{
    return c == '{' || (c == '[' && !wire->is_python);
}

/* A value whose lines are delimited by newlines is in one line. */
static enum rpc_framing_e framing_of(char delimiter, int has_lines)
{
    return delimiter == RPC_WIRE_EOT ? RPC_FRAMING_EOT
           : has_lines               ? RPC_FRAMING_CONCATENATED
                                     : RPC_FRAMING_NEWLINE;
}

/* What the byte behind a value says. @return whether it says anything */
static int learn(rpc_wire_t *wire, char c, int has_lines)
{
    if (c == '\n' || c == RPC_WIRE_EOT) {
        settle(wire, framing_of(c, has_lines));
        return 1;
    }
    if (begins_value(wire, c)) {
        settle(wire, RPC_FRAMING_CONCATENATED);
        return 1;
    }
    return 0;
}

/* The first byte at `at` or behind that is no blank within a line; wire->end
 * if there is none. */
static apr_size_t skip_spaces(const rpc_wire_t *wire, apr_size_t at)
{
    while (at < wire->end &&
           (wire->buffer[at] == ' ' || wire->buffer[at] == '\t' ||
            wire->buffer[at] == '\r')) {
        at++;
    }
    return at;
}

/* What is no value is a line: some delimiter ends it, which says which. */
static int next_garbage(rpc_wire_t *wire, rpc_wire_event_t *ret_event)
{
    apr_size_t at = wire->start + wire->scanned;
    int is_whole;

    while (at < wire->end && wire->buffer[at] != '\n' &&
           wire->buffer[at] != RPC_WIRE_EOT) {
        at++;
    }
    is_whole = at < wire->end || wire->has_ended;
    wire->scanned = at - wire->start;
    if (!rpc_wire_line_fits(wire, at, is_whole)) {
        forget_value(wire);
        wire->start = at;
        wire->skips = RPC_WIRE_SKIP_LINE;
        return rpc_wire_too_long(wire, ret_event);
    }
    if (!is_whole) {
        return 0;
    }
    forget_value(wire);
    if (at == wire->end) {
        return rpc_wire_give_trimmed(wire, wire->start, at, at, ret_event);
    }
    if (rpc_wire_framing(wire) == RPC_FRAMING_AUTO) {
        settle(wire, framing_of(wire->buffer[at], 0));
    }
    return rpc_wire_give_trimmed(wire, wire->start, at, at + 1, ret_event);
}

/* Over-long lines and values go, up to their end. @return whether that was
 * there */
static int skip(rpc_wire_t *wire)
{
    const char *at = wire->buffer + wire->start;
    apr_size_t length = wire->end - wire->start;
    apr_size_t end = 0;
    enum rpc_brackets_state_e state;

    if (wire->skips == RPC_WIRE_SKIP_LINE) {
        while (end < length && at[end] != '\n' && at[end] != RPC_WIRE_EOT) {
            end++;
        }
        wire->start += end;
        if (end == length) {
            return 0;
        }
        if (rpc_wire_framing(wire) == RPC_FRAMING_AUTO) {
            settle(wire, framing_of(at[end], 0));
        }
    }
    else {
        state = rpc_brackets_scan(&wire->brackets, at, 0, length, &end);
        if (state == RPC_BRACKETS_MORE) {
            wire->start = wire->end;
            return 0;
        }
        wire->start += end;
        wire->after_value = 1;
        wire->value_lines = wire->brackets.has_lines;
        if (state == RPC_BRACKETS_BROKEN &&
            rpc_wire_framing(wire) == RPC_FRAMING_AUTO) {
            settle(wire, framing_of(end > 0 ? at[end - 1] : '\n', 0));
        }
    }
    forget_value(wire);
    wire->skips = RPC_WIRE_SKIP_NOTHING;
    return 1;
}

static int value_too_long(rpc_wire_t *wire, apr_size_t length,
                          rpc_wire_event_t *ret_event)
{
    wire->start += length;
    wire->after_value = 1;
    wire->value_lines = wire->brackets.has_lines;
    forget_value(wire);
    return rpc_wire_too_long(wire, ret_event);
}

/* A value that is whole: what comes behind it says how it is framed. */
static int next_whole_value(rpc_wire_t *wire, rpc_wire_event_t *ret_event)
{
    apr_size_t from = wire->start;
    apr_size_t to = from + wire->value_end;
    apr_size_t next = to;
    int has_lines = wire->brackets.has_lines;

    if (wire->value_end > wire->max_message) {
        return value_too_long(wire, wire->value_end, ret_event);
    }
    if (rpc_wire_framing(wire) == RPC_FRAMING_AUTO) {
        next = skip_spaces(wire, to);
        if (next == wire->end) {
            if (!wire->is_paused && !wire->has_ended) {
                return 0;
            }
            wire->after_value = 1;
            wire->value_lines = has_lines != 0;
        }
        else if (!learn(wire, wire->buffer[next], has_lines)) {
            wire->scanned = wire->value_end;
            return next_garbage(wire, ret_event);
        }
    }
    forget_value(wire);
    return rpc_wire_give(wire, from, to, next, ret_event);
}

static int next_value(rpc_wire_t *wire, rpc_wire_event_t *ret_event)
{
    apr_size_t from = wire->start;
    apr_size_t end = 0;
    enum rpc_brackets_state_e state;

    if (wire->value_end != 0) {
        return next_whole_value(wire, ret_event);
    }
    wire->brackets.is_python = wire->is_python;
    state = rpc_brackets_scan(&wire->brackets, wire->buffer + from,
                              wire->scanned, wire->end - from, &end);
    if (state == RPC_BRACKETS_DONE) {
        wire->value_end = end;
        return next_whole_value(wire, ret_event);
    }
    if (state == RPC_BRACKETS_BROKEN) {
        if (rpc_wire_framing(wire) == RPC_FRAMING_AUTO) {
            settle(wire, framing_of(wire->buffer[from + end - 1], 0));
        }
        if (end - 1 > wire->max_message) {
            return value_too_long(wire, end, ret_event);
        }
        forget_value(wire);
        return rpc_wire_give_trimmed(wire, from, from + end - 1, from + end,
                                     ret_event);
    }
    wire->scanned = wire->end - from;
    /* One more for the newline behind which a broken line may end. */
    if (wire->scanned > wire->max_message + !wire->has_ended) {
        wire->start = wire->end;
        wire->scanned = 0;
        wire->skips = RPC_WIRE_SKIP_VALUE;
        return rpc_wire_too_long(wire, ret_event);
    }
    if (!wire->has_ended) {
        return 0;
    }
    forget_value(wire);
    return rpc_wire_give_trimmed(wire, from, wire->end, wire->end, ret_event);
}

/* AUTO, at the first byte of all: lengths and headers. @return 0 if more is
 * needed to tell */
static int learn_length(rpc_wire_t *wire)
{
    static const char name[] = "content-";
    const char *at = wire->buffer + wire->start;
    apr_size_t left = wire->end - wire->start;
    apr_size_t length = left < sizeof(name) - 1 ? left : sizeof(name) - 1;

    if (apr_isdigit(*at)) {
        settle(wire, RPC_FRAMING_NETSTRING);
        return 1;
    }
    if (strncasecmp(at, name, length) != 0) {
        return 1;
    }
    if (length < sizeof(name) - 1) {
        return wire->has_ended;
    }
    settle(wire, RPC_FRAMING_CONTENT_LENGTH);
    return 1;
}

/* A value was given, or left out, before what comes behind it was there. */
static int learn_late(rpc_wire_t *wire)
{
    wire->start = skip_spaces(wire, wire->start);
    if (wire->start == wire->end) {
        return 0;
    }
    if (!learn(wire, wire->buffer[wire->start], wire->value_lines)) {
        settle(wire, RPC_FRAMING_CONCATENATED);
    }
    return 1;
}

static int learn_first(rpc_wire_t *wire)
{
    return rpc_wire_skip_blanks(wire, 1) &&
           (wire->scanned > 0 || learn_length(wire));
}

/* AUTO and CONCATENATED: what is too long goes; AUTO learns the framing.
 * @return 0 if more is needed */
static int make_ready(rpc_wire_t *wire)
{
    if (wire->start == wire->end) {
        return 0;
    }
    if (wire->skips != RPC_WIRE_SKIP_NOTHING && !skip(wire)) {
        return 0;
    }
    if (rpc_wire_framing(wire) != RPC_FRAMING_AUTO) {
        return 1;
    }
    return wire->after_value ? learn_late(wire) : learn_first(wire);
}

int rpc_framing_next(rpc_wire_t *wire, rpc_wire_event_t *ret_event)
{
    enum rpc_framing_e framing = rpc_wire_framing(wire);

    if ((framing == RPC_FRAMING_AUTO || framing == RPC_FRAMING_CONCATENATED)
        && !make_ready(wire)) {
        return 0;
    }
    switch (rpc_wire_framing(wire)) {
    case RPC_FRAMING_NEWLINE:
        return rpc_framing_next_line(wire, '\n', ret_event);
    case RPC_FRAMING_EOT:
        return rpc_framing_next_line(wire, RPC_WIRE_EOT, ret_event);
    case RPC_FRAMING_NETSTRING:
        return rpc_framing_next_netstring(wire, ret_event);
    case RPC_FRAMING_CONTENT_LENGTH:
        return rpc_framing_next_headers(wire, ret_event);
    default:
        if (!rpc_wire_skip_blanks(wire, 1)) {
            return 0;
        }
        return begins_value(wire, wire->buffer[wire->start])
                   ? next_value(wire, ret_event)
                   : next_garbage(wire, ret_event);
    }
}
