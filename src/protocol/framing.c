/* SPDX-License-Identifier: Apache-2.0 */
/* The framings that say where a message ends: by a delimiter, by headers, by
 * a length; and the first bytes of other protocols. For wire.c. */
#include <string.h>

#include "apr_lib.h"

#include "protocol/wire_parts.h"

/* Bytes of all headers of a message: LSP has two, of 30 bytes each. */
#define MAX_HEADERS 4096

/* Digits of a length. */
#define MAX_DIGITS 10

/* What no method of HTTP is longer than. */
#define MAX_METHOD 24

static const char http_text[] =
    "an HTTP request, but no HTTP is spoken on this port";
static const char tls_text[] =
    "a TLS handshake, but no TLS is spoken on this port";

/* The request line's method and the byte behind it; also that of HTTP/2's
 * preface. Without a path, only what cannot begin a broken line. */
static int is_method(const char *at, apr_size_t length, char target)
{
    static const char *const methods[] = {
        "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE",
        "PATCH", "PRI", NULL};
    int i;

    for (i = 0; methods[i] != NULL; i++) {
        if (strlen(methods[i]) == length &&
            memcmp(methods[i], at, length) == 0) {
            return 1;
        }
    }
    return target == '/' || target == '*';
}

/* 1: HTTP, 0: not, -1: more is needed. */
static int looks_like_http(const char *at, apr_size_t length)
{
    apr_size_t i = 0;

    while (i < length && i < MAX_METHOD &&
           ((at[i] >= 'A' && at[i] <= 'Z') || at[i] == '-')) {
        i++;
    }
    if (i == 0 || i == MAX_METHOD) {
        return 0;
    }
    if (i == length) {
        return -1;
    }
    if (at[i] != ' ') {
        return 0;
    }
    return i + 1 < length ? is_method(at, i, at[i + 1]) : -1;
}

int rpc_framing_begin(rpc_wire_t *wire, rpc_wire_event_t *ret_event)
{
    const char *at;
    apr_size_t length;
    int is_http;

    if (!rpc_wire_skip_blanks(wire, 0)) {
        return 0;
    }
    at = wire->buffer + wire->start;
    length = wire->end - wire->start;
    if (at[0] == 0x16 && length > 1 && at[1] == 0x03) {
        return rpc_wire_over(wire, RPC_WIRE_HTTP, 0, tls_text, ret_event);
    }
    is_http = looks_like_http(at, length);
    if (is_http > 0) {
        return rpc_wire_over(wire, RPC_WIRE_HTTP, 0, http_text, ret_event);
    }
    wire->has_begun = wire->has_ended ||
                      (is_http == 0 && (at[0] != 0x16 || length > 1));
    return 0;
}

/* ------------------------------------------------------------ a delimiter */

/* An over-long line goes up to its delimiter. @return whether it was there */
static int skip_line(rpc_wire_t *wire, char delimiter)
{
    char *at = memchr(wire->buffer + wire->start, delimiter,
                      wire->end - wire->start);

    wire->start = at != NULL ? (apr_size_t)(at + 1 - wire->buffer)
                             : wire->end;
    wire->scanned = 0;
    if (at == NULL) {
        return 0;
    }
    wire->skips = RPC_WIRE_SKIP_NOTHING;
    return 1;
}

int rpc_framing_next_line(rpc_wire_t *wire, char delimiter,
                          rpc_wire_event_t *ret_event)
{
    const char *at;
    apr_size_t to;
    apr_size_t next;
    int is_whole;

    if (wire->start == wire->end) {
        return 0;
    }
    if (wire->skips != RPC_WIRE_SKIP_NOTHING && !skip_line(wire, delimiter)) {
        return 0;
    }
    if (!rpc_wire_skip_blanks(wire, delimiter == RPC_WIRE_EOT)) {
        return 0;
    }
    at = memchr(wire->buffer + wire->start + wire->scanned, delimiter,
                wire->end - wire->start - wire->scanned);
    to = at != NULL ? (apr_size_t)(at - wire->buffer) : wire->end;
    next = at != NULL ? to + 1 : to;
    is_whole = at != NULL || wire->has_ended;
    wire->scanned = to - wire->start;
    if (!rpc_wire_line_fits(wire, to, is_whole)) {
        wire->skips = at == NULL ? RPC_WIRE_SKIP_LINE
                                 : RPC_WIRE_SKIP_NOTHING;
        wire->start = next;
        wire->scanned = 0;
        return rpc_wire_too_long(wire, ret_event);
    }
    return is_whole ? rpc_wire_give_trimmed(wire, wire->start, to, next,
                                            ret_event)
                    : 0;
}

/* --------------------------------------------------------------- a length */

static int broken(rpc_wire_t *wire, const char *text,
                  rpc_wire_event_t *ret_event)
{
    return rpc_wire_over(wire, RPC_WIRE_CLOSE, 0, text, ret_event);
}

/* The rest of the message, which nobody wants to wait for, cannot be told
 * from the next. */
static int too_long(rpc_wire_t *wire, rpc_wire_event_t *ret_event)
{
    wire->why = "the length of a message is above RpcMaxBody";
    return rpc_wire_too_long(wire, ret_event);
}

static int wait_for_more(rpc_wire_t *wire, rpc_wire_event_t *ret_event)
{
    if (wire->has_ended) {
        return broken(wire, "the input ended within a message", ret_event);
    }
    return 0;
}

/* @return the digits at `at`, at most one more than is allowed */
static apr_size_t read_length(const char *at, apr_size_t left,
                              apr_uint64_t *ret_length)
{
    apr_uint64_t n = 0;
    apr_size_t i;

    for (i = 0; i < left && i <= MAX_DIGITS && apr_isdigit(at[i]); i++) {
        n = n * 10 + (apr_uint64_t)(at[i] - '0');
    }
    *ret_length = n;
    return i;
}

int rpc_framing_next_netstring(rpc_wire_t *wire, rpc_wire_event_t *ret_event)
{
    apr_size_t left;
    apr_size_t digits;
    apr_size_t from;
    apr_uint64_t length;
    const char *at;

    if (!rpc_wire_skip_blanks(wire, 0)) {
        return 0;
    }
    at = wire->buffer + wire->start;
    left = wire->end - wire->start;
    digits = read_length(at, left, &length);
    if (digits == 0 || digits > MAX_DIGITS || (digits > 1 && at[0] == '0')) {
        return broken(wire, "a netstring does not begin with its length in "
                            "decimal digits, as in 5:hello,", ret_event);
    }
    if (digits == left) {
        return wait_for_more(wire, ret_event);
    }
    if (at[digits] != ':') {
        return broken(wire, "the length of a netstring is not followed by a "
                            "colon, as in 5:hello,", ret_event);
    }
    if (length > wire->max_message) {
        return too_long(wire, ret_event);
    }
    from = digits + 1;
    if (left - from <= length) {
        return wait_for_more(wire, ret_event);
    }
    if (at[from + length] != ',') {
        return broken(wire, "a netstring is not followed by a comma, as in "
                            "5:hello,", ret_event);
    }
    from += wire->start;
    return rpc_wire_give(wire, from, from + length, from + length + 1,
                         ret_event);
}

/* -------------------------------------------------------------- headers */

/* One header, without its line's end. NULL, or what is wrong. */
static const char *read_header(rpc_wire_t *wire, const char *at,
                               apr_size_t length)
{
    static const char name[] = "content-length";
    const char *colon = memchr(at, ':', length);
    apr_uint64_t value;
    apr_size_t digits;

    if (colon == NULL || colon == at) {
        return "a header line is not of the form \"Content-Length: 123\"";
    }
    if ((apr_size_t)(colon - at) != sizeof(name) - 1 ||
        strncasecmp(at, name, sizeof(name) - 1) != 0) {
        return NULL;
    }
    length -= (apr_size_t)(colon + 1 - at);
    at = colon + 1;
    while (length > 0 && (*at == ' ' || *at == '\t')) {
        at++;
        length--;
    }
    while (length > 0 && (at[length - 1] == ' ' || at[length - 1] == '\t')) {
        length--;
    }
    digits = read_length(at, length, &value);
    if (digits == 0 || digits > MAX_DIGITS || digits != length) {
        return "Content-Length is not a number of at most 10 digits";
    }
    if (wire->has_body && wire->body_length != value) {
        return "two lengths in the headers of a message";
    }
    wire->has_body = 1;
    wire->body_length = value;
    return NULL;
}

/* The headers up to the empty line. 1: they are whole, 0: more is needed,
 * -1: ret_why. */
static int read_headers(rpc_wire_t *wire, const char **ret_why)
{
    const char *at = wire->buffer + wire->start;
    const char *end = wire->buffer + wire->end;
    const char *stop;

    wire->has_body = 0;
    for (;;) {
        apr_size_t length;

        stop = memchr(at, '\n', (size_t)(end - at));
        if (stop == NULL) {
            return 0;
        }
        length = (apr_size_t)(stop - at);
        length -= length > 0 && at[length - 1] == '\r';
        if (length == 0) {
            break;
        }
        *ret_why = read_header(wire, at, length);
        if (*ret_why != NULL) {
            return -1;
        }
        at = stop + 1;
    }
    if (!wire->has_body) {
        *ret_why = "headers without a Content-Length";
        return -1;
    }
    wire->start = (apr_size_t)(stop + 1 - wire->buffer);
    wire->scanned = 0;
    return 1;
}

static int next_body(rpc_wire_t *wire, rpc_wire_event_t *ret_event)
{
    apr_size_t from = wire->start;
    apr_size_t length = wire->body_length;

    if (wire->end - from < length) {
        return wait_for_more(wire, ret_event);
    }
    wire->has_body = 0;
    return rpc_wire_give(wire, from, from + length, from + length, ret_event);
}

int rpc_framing_next_headers(rpc_wire_t *wire, rpc_wire_event_t *ret_event)
{
    apr_size_t left;
    const char *why = NULL;
    int state = 0;

    if (wire->has_body) {
        return next_body(wire, ret_event);
    }
    if (!rpc_wire_skip_blanks(wire, 0)) {
        return 0;
    }
    left = wire->end - wire->start;
    /* Read once the byte that ends them may be there. */
    if (memchr(wire->buffer + wire->start + wire->scanned, '\n',
               left - wire->scanned) != NULL) {
        state = read_headers(wire, &why);
    }
    if (state < 0) {
        return broken(wire, why, ret_event);
    }
    if (state > 0) {
        return wire->body_length > wire->max_message
                   ? too_long(wire, ret_event)
                   : next_body(wire, ret_event);
    }
    wire->has_body = 0;
    wire->scanned = left;
    if (left > MAX_HEADERS) {
        return broken(wire, "more than 4096 bytes of headers before a "
                            "message", ret_event);
    }
    return wait_for_more(wire, ret_event);
}
