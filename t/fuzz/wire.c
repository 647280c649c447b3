/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes the framings of src/protocol/wire.h. The first byte is the framing,
 * the second how the rest is cut: whole or in pieces, the same must come
 * out, within the limits. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "apr_general.h"

#include "core/utf8.h"
#include "protocol/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MAX_BODY 48

static void require(int condition)
{
    if (!condition) {
        abort();
    }
}

/* @return whether it was the last event of all */
static int record(rpc_wire_event_t *event, rpc_writer_t *shown)
{
    rpc_write_char(shown, (char)('0' + event->event));
    if (event->event == RPC_WIRE_MESSAGE) {
        require(event->length <= MAX_BODY);
        require(event->bytes[event->length] == '\0');
        rpc_write_int(shown, (int64_t)event->length);
        rpc_write(shown, event->bytes, event->length);
        memset(event->bytes, '{', event->length);
        return 0;
    }
    require(event->text != NULL && event->text[0] != '\0');
    require(rpc_utf8_is_valid(event->text, strlen(event->text)));
    rpc_write_string(shown, event->text);
    return event->event != RPC_WIRE_FAULT;
}

static int drain(rpc_wire_t *wire, rpc_writer_t *shown)
{
    rpc_wire_event_t event;

    for (;;) {
        rpc_wire_next(wire, &event);
        if (event.event == RPC_WIRE_MORE) {
            return 0;
        }
        if (record(&event, shown)) {
            return 1;
        }
    }
}

/* @param pauses Whether the input pauses after each piece */
static void run(uint8_t choice, const char *bytes, size_t length, size_t step,
                int pauses, rpc_writer_t *shown)
{
    static const rpc_limits_t limits = {.max_body = MAX_BODY};
    rpc_wire_t *wire = rpc_wire_create_stream(
        (enum rpc_framing_e)(choice % 6), choice / 6 % 2, &limits);
    size_t at = 0;
    int is_over = 0;

    while (at < length && !is_over) {
        size_t piece = step < length - at ? step : length - at;

        require(rpc_wire_feed(wire, bytes + at, piece) == APR_SUCCESS);
        is_over = drain(wire, shown);
        if (pauses && !is_over) {
            rpc_wire_pause(wire);
            is_over = drain(wire, shown);
        }
        at += piece;
    }
    if (!is_over) {
        rpc_wire_end(wire);
        is_over = drain(wire, shown);
    }
    require(is_over || rpc_wire_is_idle(wire) || length > MAX_BODY);
    rpc_wire_wrap(wire, "{}", 2, shown);
    rpc_wire_destroy(wire);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data + 2;
    rpc_writer_t *shown[3];
    apr_pool_t *pool;
    int i;

    if (size < 2) {
        return 0;
    }
    apr_initialize();
    apr_pool_create(&pool, NULL);
    for (i = 0; i < 3; i++) {
        shown[i] = rpc_writer_create(pool);
    }
    size -= 2;
    run(data[0], bytes, size, size, 0, shown[0]);
    run(data[0], bytes, size, data[1] % 64 + 1, 0, shown[1]);
    run(data[0], bytes, size, data[1] % 64 + 1, 1, shown[2]);
    require(shown[0]->length == shown[1]->length);
    require(memcmp(shown[0]->data, shown[1]->data, shown[0]->length) == 0);
    apr_pool_destroy(pool);
    apr_terminate();
    return 0;
}
