/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes src/protocol/websocket.c. The first byte chooses the end, the second
 * how the rest is cut: whole or in pieces, the same must come out, within
 * the limits, and what is sent back must be good to the other end. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "apr_general.h"
#include "apr_strings.h"

#include "core/utf8.h"
#include "protocol/websocket.h"
#include "protocol/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MAX_BODY 300

static const rpc_limits_t limits = {.max_body = MAX_BODY};

static void require(int condition)
{
    if (!condition) {
        abort();
    }
}

static int drain(rpc_wire_t *wire, rpc_writer_t *shown)
{
    rpc_wire_event_t event;

    for (;;) {
        rpc_wire_next(wire, &event);
        if (event.event == RPC_WIRE_MORE) {
            return 0;
        }
        rpc_write_char(shown, (char)('0' + event.event));
        rpc_write_int(shown, event.code);
        if (event.event == RPC_WIRE_MESSAGE) {
            require(event.length <= MAX_BODY);
            require(event.bytes[event.length] == '\0');
            require(rpc_utf8_is_valid(event.bytes, event.length));
            rpc_write(shown, event.bytes, event.length);
            memset(event.bytes, 'X', event.length);
        }
        else {
            require(event.event == RPC_WIRE_CLOSE && event.code >= 1000);
            require(rpc_utf8_is_valid(event.text, strlen(event.text)));
            rpc_write_string(shown, event.text);
            return 1;
        }
    }
}

/* The other end takes what this one sent: pongs, which it keeps to itself,
 * and at most one close frame, at the end. */
static void check_sent(const rpc_writer_t *out, int is_client, int is_over,
                       apr_pool_t *pool)
{
    rpc_wire_t *other = rpc_wire_create_websocket(!is_client, &limits);
    rpc_writer_t *shown = rpc_writer_create(pool);

    if (out->length > 0) {
        rpc_wire_feed(other, out->data, out->length);
    }
    require(drain(other, shown) == is_over);
    rpc_wire_destroy(other);
}

static void run(int is_client, const char *bytes, size_t length, size_t step,
                rpc_writer_t *shown, apr_pool_t *pool)
{
    rpc_wire_t *wire = rpc_wire_create_websocket(is_client, &limits);
    rpc_writer_t *out = rpc_writer_create(pool);
    rpc_writer_t *none = rpc_writer_create(pool);
    size_t at = 0;
    int is_over = 0;

    while (at < length && !is_over) {
        size_t piece = step < length - at ? step : length - at;

        require(rpc_wire_feed(wire, bytes + at, piece) == APR_SUCCESS);
        is_over = drain(wire, shown);
        rpc_wire_take_output(wire, out);
        require(rpc_wire_take_output(wire, none) == 0);
        at += piece;
    }
    check_sent(out, is_client, is_over, pool);
    if (!is_over) {
        rpc_wire_end(wire);
        require(drain(wire, shown));
        require(rpc_wire_take_output(wire, none) == 0);
    }
    rpc_wire_destroy(wire);
}

static void check_handshake(const uint8_t *data, size_t size,
                            apr_pool_t *pool)
{
    const char *text = apr_pstrmemdup(pool, (const char *)data, size);
    char accept[RPC_WEBSOCKET_ACCEPT_ROOM];
    const char *name = rpc_websocket_choose(text);

    require(name == NULL || strstr(text, name) != NULL);
    if (rpc_websocket_key_is_good(text)) {
        rpc_websocket_accept(text, accept);
        require(strlen(accept) == sizeof(accept) - 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data + 2;
    rpc_writer_t *whole;
    rpc_writer_t *cut;
    apr_pool_t *pool;

    if (size < 2) {
        return 0;
    }
    apr_initialize();
    apr_pool_create(&pool, NULL);
    whole = rpc_writer_create(pool);
    cut = rpc_writer_create(pool);
    check_handshake(data, size, pool);
    size -= 2;
    run(data[0] & 1, bytes, size, size, whole, pool);
    run(data[0] & 1, bytes, size, data[1] % 64 + 1, cut, pool);
    require(whole->length == cut->length);
    require(memcmp(whole->data, cut->data, whole->length) == 0);
    apr_pool_destroy(pool);
    apr_terminate();
    return 0;
}
