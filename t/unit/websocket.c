/* SPDX-License-Identifier: Apache-2.0 */
/* Tests src/protocol/websocket.c and websocket_handshake.c: RFC 6455's own
 * examples, both ends of ours against each other, and hostile frames. */
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "apr_general.h"
#include "apr_strings.h"

#include "protocol/websocket.h"
#include "protocol/wire.h"
#include "tap.h"

static const rpc_limits_t limits = {.max_body = 70000};

/* A wire and what came out of it: <message>, [code text]. */
typedef struct run_t {
    rpc_wire_t *wire;
    const char *shown;
    int is_over;
    rpc_writer_t *out; /* what it has to send */
    apr_pool_t *pool;
} run_t;

static run_t begin(int is_client, apr_pool_t *pool)
{
    run_t run = {.shown = "", .pool = pool};

    run.wire = rpc_wire_create_websocket(is_client, &limits);
    run.out = rpc_writer_create(pool);
    return run;
}

/* Long messages are shown by their length. */
static void drain(run_t *run)
{
    rpc_wire_event_t event = {.event = RPC_WIRE_MESSAGE};

    while (!run->is_over && event.event != RPC_WIRE_MORE) {
        rpc_wire_next(run->wire, &event);
        if (event.event == RPC_WIRE_MESSAGE) {
            const char *text =
                event.length > 200
                    ? apr_psprintf(run->pool, "%d bytes", (int)event.length)
                    : apr_pstrmemdup(run->pool, event.bytes, event.length);

            run->shown = apr_pstrcat(run->pool, run->shown, "<", text,
                                     event.bytes[event.length] == '\0'
                                         ? ">"
                                         : "no NUL",
                                     NULL);
            memset(event.bytes, 'X', event.length);
        }
        else if (event.event != RPC_WIRE_MORE) {
            run->shown = apr_psprintf(run->pool, "%s[%s%d %s]", run->shown,
                                      event.event == RPC_WIRE_CLOSE ? ""
                                                                    : "not ",
                                      event.code, event.text);
            run->is_over = 1;
        }
    }
    rpc_wire_take_output(run->wire, run->out);
}

static void feed(run_t *run, const char *bytes, apr_size_t length,
                 apr_size_t first, apr_size_t step)
{
    apr_size_t at = 0;
    apr_size_t piece = first;

    while (at < length) {
        char *copy;

        piece = piece > length - at ? length - at : piece;
        copy = malloc(piece + 1);
        memcpy(copy, bytes + at, piece);
        if (rpc_wire_feed(run->wire, copy, piece) != APR_SUCCESS) {
            run->shown = "no memory";
        }
        free(copy);
        drain(run);
        at += piece;
        piece = step;
    }
}

static const char *hex(const char *bytes, apr_size_t length, apr_pool_t *pool)
{
    char *text = apr_pcalloc(pool, length * 2 + 1);
    apr_size_t i;

    for (i = 0; i < length; i++) {
        snprintf(text + i * 2, 3, "%02x", (unsigned char)bytes[i]);
    }
    return text;
}

/* From hexadecimal; blanks are left out. */
static const char *bytes_of(const char *text, apr_pool_t *pool,
                            apr_size_t *ret_length)
{
    char *bytes = apr_palloc(pool, strlen(text) / 2 + 1);
    apr_size_t length = 0;

    for (; *text != '\0'; text += *text == ' ' ? 1 : 2) {
        if (*text != ' ') {
            char digits[3] = {text[0], text[1], '\0'};

            bytes[length++] = (char)strtol(digits, NULL, 16);
        }
    }
    *ret_length = length;
    return bytes;
}

typedef struct case_t {
    const char *name;
    int is_client;
    const char *input; /* hexadecimal */
    const char *shown;
    const char *sent;  /* hexadecimal; NULL: masked, not compared */
} case_t;

/* "Hello" masked, as in the RFC. */
#define HELLO "8185 37fa213d 7f9f4d5158"
#define MASK0 "00000000"

static const case_t cases[] = {
    /* RFC 6455, section 5.7. */
    {"a text message, not masked", 1, "8105 48656c6c6f", "<Hello>", ""},
    {"a text message, masked", 0, "8185 37fa213d 7f9f4d5158", "<Hello>", ""},
    {"fragments, not masked", 1, "0103 48656c 8002 6c6f", "<Hello>", ""},
    {"a ping, not masked", 1, "8905 48656c6c6f", "", NULL},
    {"a ping and its pong, masked", 0, "8985 37fa213d 7f9f4d5158", "",
     "8a0548656c6c6f"},
    {"a pong, masked", 0, "8a85 37fa213d 7f9f4d5158", "", ""},
    /* Messages. */
    {"two messages", 0, HELLO HELLO, "<Hello><Hello>", ""},
    {"an empty message", 0, "8180" MASK0, "<>", ""},
    {"empty fragments", 0, "0180" MASK0 "0080" MASK0 "0083" MASK0 "616263"
     "8080" MASK0, "<abc>", ""},
    {"a ping between fragments", 0, "0183" MASK0 "e282ac" "8981" MASK0 "78"
     "8081" MASK0 "62", "<\xe2\x82\xac" "b>", "8a0178"},
    {"a character in two fragments", 0, "0182" MASK0 "e282" "8081" MASK0 "ac",
     "<\xe2\x82\xac>", ""},
    {"an empty ping", 0, "8980" MASK0, "", "8a00"},
    {"a length of 16 bits", 0, "81fe007e" MASK0
     "61616161616161616161616161616161616161616161616161616161616161616161"
     "61616161616161616161616161616161616161616161616161616161616161616161"
     "61616161616161616161616161616161616161616161616161616161616161616161"
     "616161616161616161616161616161616161616161616161",
     "<aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa>", ""},
    /* Closing: the code goes back. */
    {"a close", 0, "8882" MASK0 "03e8", "[1000 ]", "880203e8"},
    {"a close with a reason", 0, "8885" MASK0 "03e9627965", "[1001 bye]",
     "880203e9"},
    {"a close without a code", 0, "8880" MASK0, "[1005 ]", "8800"},
    {"a close of an application", 0, "8882" MASK0 "0fa0", "[4000 ]",
     "88020fa0"},
    {"nothing after a close", 0, "8882" MASK0 "03e8" HELLO, "[1000 ]",
     "880203e8"},
    {"a message before a close", 0, HELLO "8882" MASK0 "03e8",
     "<Hello>[1000 ]", "880203e8"},
    /* What breaks it. */
    {"half a code", 0, "8881" MASK0 "03",
     "[1002 a close frame with half a code]", NULL},
    {"no such code", 0, "8882" MASK0 "03ed",
     "[1002 a close frame with a code that none may have]", NULL},
    {"a code of 1006", 0, "8882" MASK0 "03ee",
     "[1002 a close frame with a code that none may have]", NULL},
    {"a code of 1004", 0, "8882" MASK0 "03ec",
     "[1002 a close frame with a code that none may have]", NULL},
    {"a code of 1015", 0, "8882" MASK0 "03f7",
     "[1002 a close frame with a code that none may have]", NULL},
    {"a code of 999", 0, "8882" MASK0 "03e7",
     "[1002 a close frame with a code that none may have]", NULL},
    {"a code of 5000", 0, "8882" MASK0 "1388",
     "[1002 a close frame with a code that none may have]", NULL},
    {"a reason that is no UTF-8", 0, "8883" MASK0 "03e8ff",
     "[1007 the reason of a close frame is not valid UTF-8]", NULL},
    {"not masked", 0, "8105 48656c6c6f",
     "[1002 a frame from a client is not masked]",
     "882503ea61206672616d652066726f6d206120636c69656e74206973206e6f74206d6173"
     "6b6564"},
    {"a ping not masked", 0, "8900",
     "[1002 a frame from a client is not masked]", NULL},
    {"masked by a server", 1, HELLO,
     "[1002 a frame from a server is masked]", NULL},
    {"a binary message", 0, "8281" MASK0 "00",
     "[1003 a binary message; messages are text]", NULL},
    {"a continuation of nothing", 0, "8081" MASK0 "61",
     "[1002 a continuation of no message]", NULL},
    {"a continuation after the last", 0, HELLO "8081" MASK0 "61",
     "<Hello>[1002 a continuation of no message]", NULL},
    {"a message in a message", 0, "0181" MASK0 "61" HELLO,
     "[1002 a message within a message that is not finished]", NULL},
    {"a reserved bit", 0, "c185 37fa213d 7f9f4d5158",
     "[1002 a reserved bit is set, but no extension was negotiated]", NULL},
    {"a reserved opcode", 0, "8381" MASK0 "61",
     "[1002 a frame of a reserved opcode]", NULL},
    {"a reserved control opcode", 0, "8b81" MASK0 "61",
     "[1002 a frame of a reserved opcode]", NULL},
#define SHAPE                                                            \
    "[1002 a control frame above 125 bytes or in fragments, or a length " \
    "that is not in its shortest form]"
    {"a ping in fragments", 0, "0981" MASK0 "61", SHAPE, NULL},
    {"a ping that is too long", 0, "89fe007e" MASK0 "61", SHAPE, NULL},
    {"a length of 16 bits for 5", 0, "81fe0005" MASK0 "6161616161", SHAPE,
     NULL},
    {"a length of 64 bits for 5", 0, "81ff0000000000000005" MASK0
     "6161616161", SHAPE, NULL},
    {"a length of 64 bits that is negative", 0, "81ff8000000000000000" MASK0
     "61", SHAPE, NULL},
    {"no UTF-8", 0, "8182" MASK0 "c3c3",
     "[1007 a message is not valid UTF-8]", NULL},
    {"a surrogate", 0, "8183" MASK0 "eda080",
     "[1007 a message is not valid UTF-8]", NULL},
#define BIG "[1009 more than 70000 bytes in a message (RpcMaxBody 70000)]"
    {"1 GiB", 0, "81ff0000000040000000" MASK0 "61", BIG, NULL},
    {"2^63 - 1", 0, "81ff7fffffffffffffff" MASK0 "61", BIG, NULL},
    {"70001", 0, "81ff0000000000011171" MASK0 "61", BIG, NULL},
    {"70000 and 1 in fragments", 0,
     "0181" MASK0 "61" "80ff0000000000011170" MASK0 "61", BIG, NULL}};

/* How a case went: what was shown, and what was sent, in hexadecimal. */
static const char *outcome(const case_t *one, apr_size_t first,
                           apr_size_t step, apr_pool_t *pool)
{
    run_t run = begin(one->is_client, pool);
    apr_size_t length;
    const char *bytes = bytes_of(one->input, pool, &length);
    const char *shown;

    feed(&run, bytes, length, first, step);
    shown = apr_pstrcat(pool, run.shown,
                        run.is_over || rpc_wire_is_idle(run.wire)
                            ? " " : " not idle ",
                        one->sent != NULL
                            ? hex(run.out->data, run.out->length, pool)
                            : "",
                        NULL);
    rpc_wire_destroy(run.wire);
    return shown;
}

static void test_cases(apr_pool_t *parent)
{
    size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const case_t *one = &cases[i];
        apr_size_t length;
        apr_size_t at;
        const char *want;
        apr_pool_t *pool;
        int bad = 0;

        apr_pool_create(&pool, parent);
        bytes_of(one->input, pool, &length);
        want = apr_pstrcat(pool, one->shown, " ",
                           one->sent != NULL ? one->sent : "", NULL);
        is_str(outcome(one, length, 1, pool), want, one->name);
        is_str(outcome(one, 1, 1, pool), want, "a byte at a time");
        for (at = 1; at < length; at++) {
            bad += strcmp(outcome(one, at, length, pool), want) != 0;
        }
        is_int(bad, 0, "in two pieces");
        apr_pool_destroy(pool);
    }
}

/* ------------------------------------------------------ both ends of ours */

/* What `from` has to send arrives at `to`, so many bytes at once. */
static void carry(run_t *from, run_t *to, apr_size_t step)
{
    apr_size_t length = 0;
    char *bytes = rpc_writer_take(from->out, &length);

    if (bytes != NULL) {
        feed(to, bytes, length, step, step);
    }
    free(bytes);
}

static void test_pair(apr_pool_t *parent)
{
    static const apr_size_t lengths[] = {0,    1,    125,   126,   127,  4095,
                                         4096, 4097, 65535, 65536, 70000};
    size_t i;
    int k;

    for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        for (k = 0; k < 2; k++) {
            apr_pool_t *pool;
            run_t ends[2];
            char *text;
            const char *want;

            apr_pool_create(&pool, parent);
            ends[0] = begin(0, pool);
            ends[1] = begin(1, pool);
            text = apr_pcalloc(pool, lengths[i] + 1);
            memset(text, 'a', lengths[i]);
            want = lengths[i] > 200
                       ? apr_psprintf(pool, "<%d bytes>", (int)lengths[i])
                       : apr_pstrcat(pool, "<", text, ">", NULL);
            want = apr_pstrcat(pool, want, want, NULL);
            rpc_wire_wrap(ends[k].wire, text, lengths[i], ends[k].out);
            rpc_wire_wrap(ends[k].wire, text, lengths[i], ends[k].out);
            carry(&ends[k], &ends[1 - k], 1000);
            is_str(ends[1 - k].shown, want, "what was sent arrives");
            ok(rpc_wire_is_idle(ends[1 - k].wire), "and nothing stays");
            is_int(ends[1 - k].out->length, 0, "nor is anything answered");
            rpc_wire_destroy(ends[0].wire);
            rpc_wire_destroy(ends[1].wire);
            apr_pool_destroy(pool);
        }
    }
}

static void test_too_long(apr_pool_t *pool)
{
    run_t server = begin(0, pool);
    run_t client = begin(1, pool);
    char *text = apr_pcalloc(pool, 70001);

    memset(text, 'a', 70001);
    rpc_wire_wrap(client.wire, text, 70001, client.out);
    carry(&client, &server, 8000);
    is_str(server.shown, BIG, "a byte too much");
    carry(&server, &client, 1);
    is_str(client.shown, BIG, "which the other end learns");
    is_int(client.out->length, 8, "and it closes too");
    rpc_wire_destroy(server.wire);
    rpc_wire_destroy(client.wire);
}

static void test_close(apr_pool_t *pool)
{
    static const char letters[] =
        "\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc"
        "\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc";
    run_t server = begin(0, pool);
    run_t client = begin(1, pool);
    const char *reason = apr_pstrcat(pool, letters, letters, letters, letters,
                                     NULL);

    rpc_wire_ping(server.wire, server.out);
    carry(&server, &client, 1);
    is_int(client.out->length, 6, "a ping is answered by a masked pong");
    carry(&client, &server, 1);
    is_str(server.shown, "", "which is not told of");
    rpc_wire_close(server.wire, 1001, reason, server.out);
    rpc_wire_close(server.wire, 1001, NULL, server.out);
    rpc_wire_wrap(server.wire, "{}", 2, server.out);
    rpc_wire_ping(server.wire, server.out);
    is_int(server.out->length, 2 + 2 + 122,
           "closed once, the reason cut at a character, nothing after it");
    rpc_wire_wrap(client.wire, "{}", 2, client.out);
    carry(&client, &server, 100);
    is_str(server.shown, "<{}>", "the other end may go on until it knows");
    carry(&server, &client, 3);
    is_str(client.shown,
           apr_psprintf(pool, "[1001 %.122s]", reason), "it knows");
    carry(&client, &server, 100);
    is_str(server.shown, "<{}>[1001 ]", "and says so");
    is_int(server.out->length, 0, "that is all");
    rpc_wire_destroy(server.wire);
    rpc_wire_destroy(client.wire);
}

static void test_end(apr_pool_t *pool)
{
    run_t run = begin(0, pool);
    apr_size_t length;
    const char *bytes = bytes_of(HELLO "0181" MASK0 "61", pool, &length);

    feed(&run, bytes, length, length, length);
    ok(!rpc_wire_is_idle(run.wire), "a fragment is not idle");
    rpc_wire_end(run.wire);
    drain(&run);
    is_str(run.shown,
           "<Hello>[1006 the connection ended without a close frame]",
           "no close frame came");
    is_int(run.out->length, 0, "nobody is there to send one to");
    rpc_wire_destroy(run.wire);
}

/* Masks differ, and the payload does not stand there as it is. */
static void test_masks(apr_pool_t *pool)
{
    rpc_wire_t *wire = rpc_wire_create_websocket(1, &limits);
    rpc_writer_t *out = rpc_writer_create(pool);

    rpc_wire_wrap(wire, "Hello", 5, out);
    rpc_wire_wrap(wire, "Hello", 5, out);
    is_int(out->length, 22, "two frames of 2 + 4 + 5 bytes");
    ok(memcmp(out->data + 2, out->data + 13, 4) != 0, "two keys");
    ok(memcmp(out->data + 6, out->data + 17, 5) != 0, "two texts");
    rpc_wire_destroy(wire);
}

/* Only the last ping of many is answered. */
static void test_pings(apr_pool_t *pool)
{
    run_t run = begin(0, pool);
    apr_size_t length;
    const char *ping = bytes_of("8981" MASK0 "78", pool, &length);
    rpc_wire_event_t event;
    int i;

    for (i = 0; i < 1000; i++) {
        rpc_wire_feed(run.wire, ping, length);
        rpc_wire_next(run.wire, &event);
    }
    is_int(rpc_wire_take_output(run.wire, run.out), 3,
           "a thousand pings, one pong");
    rpc_wire_destroy(run.wire);
}

/* Idle ends, which had a message each, take less than 1 KiB. */
static void test_idle_memory(apr_pool_t *pool)
{
    static rpc_wire_t *wires[1000];
    apr_size_t length;
    const char *hello = bytes_of(HELLO, pool, &length);
    rpc_wire_event_t event;
    size_t before = mallinfo2().uordblks;
    int idle = 0;
    int i;

    for (i = 0; i < 1000; i++) {
        int is_stream = i % 2;

        wires[i] =
            is_stream
                ? rpc_wire_create_stream(RPC_FRAMING_AUTO, 0, &limits)
                : rpc_wire_create_websocket(0, &limits);
        rpc_wire_feed(wires[i], is_stream ? "{}\n" : hello,
                      is_stream ? 3 : length);
        do {
            rpc_wire_next(wires[i], &event);
        } while (event.event == RPC_WIRE_MESSAGE);
        idle += rpc_wire_is_idle(wires[i]);
    }
    before = mallinfo2().uordblks - before;
    is_int(idle, 1000, "all are idle");
    ok(before < 1000 * 1024, "%d bytes an idle wire", (int)before / 1000);
    for (i = 0; i < 1000; i++) {
        rpc_wire_destroy(wires[i]);
    }
}

/* -------------------------------------------------------------- handshake */

static void test_handshake(void)
{
    static const char *const bad[] = {
        "", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZQ=",
        "dGhlIHNhbXBsZSBub25jZQ===", "dGhlIHNhbXBsZSBub25jZS==",
        "dGhlIHNhbXBsZSBub25jZ===", "dGhlIHNhbXBsZSBub25-ZQ==",
        "dGhlIHNhbXBsZSBub25jZQ==dGhlIHNhbXBsZSBub25jZQ==", NULL};
    static const char *const offers[][2] = {
        {"", NULL}, {"jsonrpc", "jsonrpc"}, {"jsonrpc-2.0", "jsonrpc-2.0"},
        {"chat, json-rpc", "json-rpc"}, {"json-rpc,jsonrpc", "json-rpc"},
        {" ,\tjsonrpc ,chat", "jsonrpc"}, {"JSONRPC", NULL},
        {"jsonrpc2", NULL}, {"json", NULL}, {",,", NULL}};
    char accept[RPC_WEBSOCKET_ACCEPT_ROOM];
    char keys[2][RPC_WEBSOCKET_KEY_ROOM];
    size_t i;

    /* RFC 6455, section 1.3. */
    rpc_websocket_accept("dGhlIHNhbXBsZSBub25jZQ==", accept);
    is_str(accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "the RFC's example");
    ok(rpc_websocket_key_is_good("dGhlIHNhbXBsZSBub25jZQ=="), "its key");
    ok(!rpc_websocket_key_is_good(NULL), "no key");
    for (i = 0; bad[i] != NULL; i++) {
        ok(!rpc_websocket_key_is_good(bad[i]), "a bad key: %s", bad[i]);
    }
    for (i = 0; i < 2; i++) {
        is_int(rpc_websocket_make_key(keys[i]), APR_SUCCESS, "a new key");
        ok(rpc_websocket_key_is_good(keys[i]), "%s is good", keys[i]);
    }
    ok(strcmp(keys[0], keys[1]) != 0, "they differ");
    for (i = 0; i < sizeof(offers) / sizeof(offers[0]); i++) {
        is_str(rpc_websocket_choose(offers[i][0]), offers[i][1],
               offers[i][0]);
    }
    ok(rpc_websocket_choose(NULL) == NULL, "none offered");
}

int main(void)
{
    apr_pool_t *pool;

    apr_initialize();
    atexit(apr_terminate);
    apr_pool_create(&pool, NULL);
    test_cases(pool);
    test_pair(pool);
    test_too_long(pool);
    test_close(pool);
    test_end(pool);
    test_masks(pool);
    test_pings(pool);
    test_idle_memory(pool);
    test_handshake();
    return done_testing();
}
