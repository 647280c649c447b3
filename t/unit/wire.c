/* SPDX-License-Identifier: Apache-2.0 */
/* Tests the framings of src/protocol/wire.h: what comes out is the same
 * however what comes in is cut. */
#include <stdlib.h>
#include <string.h>

#include "apr_file_io.h"
#include "apr_general.h"
#include "apr_strings.h"
#include "apr_thread_proc.h"

#include <cjson/cJSON.h>

#include "protocol/wire.h"
#include "tap.h"

static const rpc_limits_t limits = {.max_body = 60};

#define AUTO RPC_FRAMING_AUTO
#define LINES RPC_FRAMING_NEWLINE
#define EOT RPC_FRAMING_EOT
#define LSP RPC_FRAMING_CONTENT_LENGTH
#define NETS RPC_FRAMING_NETSTRING
#define JOINED RPC_FRAMING_CONCATENATED

/* A wire and what came out of it so far: <message>, !fault!, #close#, %HTTP%
 * and | where the input ended. */
typedef struct run_t {
    rpc_wire_t *wire;
    const char *shown;
    int is_over;
    apr_pool_t *pool;
} run_t;

static void show(run_t *run, const char *before, const char *text,
                 const char *after)
{
    run->shown = apr_pstrcat(run->pool, run->shown, before, text, after, NULL);
}

/* All events until MORE. A message is written over, which must not matter to
 * the next. */
static void drain(run_t *run)
{
    rpc_wire_event_t event = {.event = RPC_WIRE_MESSAGE};

    while (!run->is_over && event.event != RPC_WIRE_MORE) {
        rpc_wire_next(run->wire, &event);
        if (event.event == RPC_WIRE_MESSAGE) {
            show(run, event.bytes[event.length] == '\0' ? "<" : "no NUL<",
                 apr_pstrmemdup(run->pool, event.bytes, event.length), ">");
            memset(event.bytes, '\n', event.length);
        }
        else if (event.event == RPC_WIRE_FAULT) {
            show(run, event.code == RPC_E_PARSE ? "!" : "code!", event.text,
                 "!");
        }
        else if (event.event != RPC_WIRE_MORE) {
            const char *mark = event.event == RPC_WIRE_HTTP ? "%" : "#";

            show(run, event.code == 0 ? mark : "code#", event.text, mark);
            run->is_over = 1;
            rpc_wire_next(run->wire, &event);
            show(run, "", event.text != NULL ? "" : "not for good", "");
        }
    }
}

static void feed(run_t *run, const char *bytes, apr_size_t length)
{
    char *copy = malloc(length + 1);

    memcpy(copy, bytes, length);
    if (rpc_wire_feed(run->wire, copy, length) != APR_SUCCESS) {
        show(run, "no ", "memory", "");
    }
    memset(copy, 'X', length);
    free(copy);
    drain(run);
}

/* What comes out of this text alone. */
static const char *fed(run_t *run, const char *text)
{
    run->shown = "";
    feed(run, text, strlen(text));
    return run->shown;
}

static run_t begin(enum rpc_framing_e framing, int is_pyrpc,
                   const rpc_limits_t *wanted, apr_pool_t *pool)
{
    run_t run = {.shown = "", .pool = pool};

    run.wire = rpc_wire_create_stream(framing, is_pyrpc, wanted);
    return run;
}

/* For TAP: one line, printable. */
static const char *printable(const char *text, apr_pool_t *pool)
{
    char *copy = apr_pstrdup(pool, text);
    char *at;

    for (at = copy; *at != '\0'; at++) {
        if (*at < ' ') {
            *at = *at == '\n' ? '|' : '.';
        }
    }
    return copy;
}

static const char *answer(rpc_wire_t *wire, apr_pool_t *pool)
{
    rpc_writer_t *out = rpc_writer_create(pool);

    rpc_wire_wrap(wire, "{}", 2, out);
    return apr_pstrmemdup(pool, out->data, out->length);
}

typedef struct case_t {
    enum rpc_framing_e framing;
    const char *input;
    const char *shown;  /* "|" is the end of the input */
    const char *answer; /* to "{}" */
    int is_pyrpc;
    const rpc_limits_t *limits; /* NULL: max_body 60 */
} case_t;

/* The input in pieces: the first of `first` bytes, the others of `step`. */
static const char *in_pieces(const case_t *one, apr_size_t first,
                             apr_size_t step, const char **ret_answer,
                             apr_pool_t *pool)
{
    run_t run = begin(one->framing, one->is_pyrpc,
                      one->limits != NULL ? one->limits : &limits, pool);
    apr_size_t length = strlen(one->input);
    apr_size_t at = 0;
    apr_size_t piece = first;

    while (at < length) {
        piece = piece > length - at ? length - at : piece;
        feed(&run, one->input + at, piece);
        at += piece;
        piece = step;
    }
    if (!run.is_over) {
        show(&run, "|", "", "");
        rpc_wire_end(run.wire);
        drain(&run);
    }
    *ret_answer = answer(run.wire, pool);
    rpc_wire_destroy(run.wire);
    return run.shown;
}

static void check(const case_t *one, const char *name, apr_pool_t *parent)
{
    apr_size_t length = strlen(one->input);
    const char *answered = NULL;
    const char *shown;
    apr_pool_t *pool;
    apr_size_t i;
    int bad = 0;

    apr_pool_create(&pool, parent);
    shown = in_pieces(one, length, 1, &answered, pool);
    is_str(shown, one->shown, name);
    is_str(answered, one->answer, "answered in kind");
    for (i = 0; i < length; i++) {
        shown = in_pieces(one, i, i == 0 ? 1 : length, &answered, pool);
        if (strcmp(shown, one->shown) != 0 ||
            strcmp(answered, one->answer) != 0) {
            printf("# split at %d: %s (%s)\n", (int)i, shown, answered);
            bad++;
        }
    }
    is_int(bad, 0, "however it is split");
    apr_pool_destroy(pool);
}

#define TEN "0123456789"
#define SIXTY TEN TEN TEN TEN TEN TEN
#define ABOVE "#the length of a message is above RpcMaxBody#"
#define LONG "!more than 60 bytes in a message (RpcMaxBody 60)!"

static const case_t cases[] = {
    /* A delimiter. */
    {LINES, "{}\n[]\n", "<{}><[]>|", "{}\n", 0, NULL},
    {LINES, "\r\n {} \r\n\n\r\n[]\r\n", "<{}><[]>|", "{}\n", 0, NULL},
    {LINES, "{\"a\":\nb\n{}", "<{\"a\":><b>|<{}>", "{}\n", 0, NULL},
    {LINES, "{}\n  ", "<{}>|", "{}\n", 0, NULL},
    {LINES, "", "|", "{}\n", 0, NULL},
    {LINES, SIXTY "\n{}\n", "<" SIXTY "><{}>|", "{}\n", 0, NULL},
    {LINES, SIXTY "\r\n{}\n", "<" SIXTY "><{}>|", "{}\n", 0, NULL},
    {LINES, SIXTY "1\n{}\n", LONG "<{}>|", "{}\n", 0, NULL},
    {LINES, SIXTY SIXTY SIXTY "\n{}\n", LONG "<{}>|", "{}\n", 0, NULL},
    {LINES, SIXTY "1", "|" LONG, "{}\n", 0, NULL},
    {LINES, SIXTY SIXTY, LONG "|", "{}\n", 0, NULL},
    {LINES, "a\x04" "b\n", "<a\x04" "b>|", "{}\n", 0, NULL},
    {EOT, "{}\x04[\n1]\n\x04", "<{}><[\n1]>|", "{}\x04", 0, NULL},
    {EOT, "\x04\x04\n{}\x04\x04", "<{}>|", "{}\x04", 0, NULL},
    {EOT, "{\"a\x04{}\x04[]", "<{\"a><{}>|<[]>", "{}\x04", 0, NULL},
    {EOT, SIXTY SIXTY "\n{}\x04[]\x04", LONG "<[]>|", "{}\x04", 0, NULL},
    /* A netstring. */
    {NETS, "2:{},3:[1],", "<{}><[1]>|", "2:{},", 0, NULL},
    {NETS, "2:{},\r\n0:,2:[],", "<{}><><[]>|", "2:{},", 0, NULL},
    {NETS, "10:" TEN ",", "<" TEN ">|", "2:{},", 0, NULL},
    {NETS, "60:" SIXTY ",", "<" SIXTY ">|", "2:{},", 0, NULL},
    {NETS, "61:" SIXTY "1,2:{},", LONG ABOVE, "2:{},", 0, NULL},
    {NETS, "1073741824:{", LONG ABOVE, "2:{},", 0, NULL},
    {NETS, "2:{}", "|#the input ended within a message#", "2:{},", 0, NULL},
    {NETS, "2", "|#the input ended within a message#", "2:{},", 0, NULL},
#define NO_COMMA "#a netstring is not followed by a comma, as in 5:hello,#"
    {NETS, "2:{};2:{},", NO_COMMA, "2:{},", 0, NULL},
#define NO_LENGTH                                                          \
    "#a netstring does not begin with its length in decimal digits, as in " \
    "5:hello,#"
    {NETS, "{}", NO_LENGTH, "2:{},", 0, NULL},
    {NETS, "-1:{},", NO_LENGTH, "2:{},", 0, NULL},
    {NETS, "02:{},", NO_LENGTH, "2:{},", 0, NULL},
    {NETS, "00000000002:{},", NO_LENGTH, "2:{},", 0, NULL},
    {NETS, "18446744073709551618:{},", NO_LENGTH, "2:{},", 0, NULL},
#define NO_COLON                                                           \
    "#the length of a netstring is not followed by a colon, as in 5:hello,#"
    {NETS, "2 :{},", NO_COLON, "2:{},", 0, NULL},
    /* Headers. */
#define LSP_ANSWER "Content-Length: 2\r\n\r\n{}"
    {LSP, "Content-Length: 2\r\n\r\n{}Content-Length: 3\r\n\r\n[1]",
     "<{}><[1]>|", LSP_ANSWER, 0, NULL},
    {LSP, "content-length:2\n\n{}\r\nCONTENT-LENGTH: \t 2 \r\n\r\n[]",
     "<{}><[]>|", LSP_ANSWER, 0, NULL},
    {LSP, "Content-Type: application/vscode-jsonrpc; charset=utf-8\r\n"
          "X: 1\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
     "<{}>|", LSP_ANSWER, 0, NULL},
    {LSP, "Content-Length: 0\r\n\r\nContent-Length: 2\r\n\r\n{}", "<><{}>|",
     LSP_ANSWER, 0, NULL},
    {LSP, "Content-Length: 60\r\n\r\n" SIXTY, "<" SIXTY ">|", LSP_ANSWER, 0,
     NULL},
    {LSP, "Content-Length: 61\r\n\r\n" SIXTY "1",
     LONG ABOVE, LSP_ANSWER, 0, NULL},
    {LSP, "Content-Length: 1073741824\r\n\r\n{",
     LONG ABOVE, LSP_ANSWER, 0, NULL},
    {LSP, "Content-Length: 2\r\n\r\n{", "|#the input ended within a message#",
     LSP_ANSWER, 0, NULL},
    {LSP, "Content-Length: 2\r\n\r\n", "|#the input ended within a message#",
     LSP_ANSWER, 0, NULL},
    {LSP, "Content-Length: 2\r\n", "|#the input ended within a message#",
     LSP_ANSWER, 0, NULL},
#define NO_NUMBER "#Content-Length is not a number of at most 10 digits#"
    {LSP, "Content-Length: -2\r\n\r\n{}", NO_NUMBER, LSP_ANSWER,
     0, NULL},
    {LSP, "Content-Length: 2x\r\n\r\n{}", NO_NUMBER, LSP_ANSWER,
     0, NULL},
    {LSP, "Content-Length:\r\n\r\n{}", NO_NUMBER, LSP_ANSWER,
     0, NULL},
    {LSP, "Content-Length: 18446744073709551618\r\n\r\n{}",
     NO_NUMBER, LSP_ANSWER, 0, NULL},
#define TWO_LENGTHS "#two lengths in the headers of a message#"
    {LSP, "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
     TWO_LENGTHS, LSP_ANSWER, 0, NULL},
#define WITHOUT "#headers without a Content-Length#"
    {LSP, "X: 2\r\n\r\n{}", WITHOUT, LSP_ANSWER, 0, NULL},
#define NO_HEADER                                                      \
    "#a header line is not of the form \"Content-Length: 123\"#"
    {LSP, "{}\n", NO_HEADER, LSP_ANSWER, 0, NULL},
    {LSP, ": 2\r\n\r\n{}", NO_HEADER, LSP_ANSWER, 0, NULL},
    /* Values one after another. */
    {JOINED, "{}[]{\"a\":[1]}", "<{}><[]><{\"a\":[1]}>|", "{}\n", 0, NULL},
    {JOINED, "{\n \"a\": {\n }\n}\n\n[\n{},\n{}\n]\n",
     "<{\n \"a\": {\n }\n}><[\n{},\n{}\n]>|", "{}\n", 0, NULL},
    {JOINED, "{\"}\":\"\\\"}\"}{}", "<{\"}\":\"\\\"}\"}><{}>|", "{}\n", 0,
     NULL},
    {JOINED, "1\ntrue{}\n{}", "<1><true{}><{}>|", "{}\n", 0, NULL},
    {JOINED, "{\"a\n{}", "<{\"a><{}>|", "{}\n", 0, NULL},
    {JOINED, "{\"a\":\n{}", "<{\"a\":><{}>|", "{}\n", 0, NULL},
    {JOINED, "[1\n[2]", "<[1><[2]>|", "{}\n", 0, NULL},
    {JOINED, "{]}{}\n", "<{]><}{}>|", "{}\n", 0, NULL},
    {JOINED, "{\"a\\\n{}", "<{\"a\\><{}>|", "{}\n", 0, NULL},
    {JOINED, "[1, ", "|<[1,>", "{}\n", 0, NULL},
    {JOINED, "{\"a\": [\"" SIXTY "]}\"]}{}", LONG "<{}>|", "{}\n", 0, NULL},
    {JOINED, "{\"" SIXTY "\n{}", LONG "<{}>|", "{}\n", 0, NULL},
    {JOINED, "[" SIXTY "\n{}", LONG "<{}>|", "{}\n", 0, NULL},
    {JOINED, "{" TEN TEN TEN TEN TEN "012345678\n{}",
     "<{" TEN TEN TEN TEN TEN "012345678><{}>|", "{}\n", 0, NULL},
    {JOINED, "{" TEN TEN TEN TEN TEN "012345678", "|<{" TEN TEN TEN TEN TEN
     "012345678>", "{}\n", 0, NULL},
    {JOINED, "{" SIXTY, "|" LONG, "{}\n", 0, NULL},
    {JOINED, SIXTY "1\n{}", LONG "<{}>|", "{}\n", 0, NULL},
    /* Told apart. */
    {AUTO, "{}\n[]\nx\n", "<{}><[]><x>|", "{}\n", 0, NULL},
    {AUTO, "\n\n{} \r\n[]\r\n", "<{}><[]>|", "{}\n", 0, NULL},
    {AUTO, "{}\x04[]\x04", "<{}><[]>|", "{}\x04", 0, NULL},
    {AUTO, "{\n}\x04[]\x04{", "<{\n}><[]>|<{>", "{}\x04", 0, NULL},
    {AUTO, "{}{}[]", "<{}><{}><[]>|", "{}\n", 0, NULL},
    {AUTO, "{\n}\n{\n}\n", "<{\n}><{\n}>|", "{}\n", 0, NULL},
    {AUTO, "{}", "|<{}>", "{}\n", 0, NULL},
    {AUTO, "2:{},2:[],", "<{}><[]>|", "2:{},", 0, NULL},
    {AUTO, "Content-Length: 2\r\n\r\n{}", "<{}>|", LSP_ANSWER, 0, NULL},
    {AUTO, "content-type: x\r\nContent-Length: 2\r\n\r\n{}", "<{}>|",
     LSP_ANSWER, 0, NULL},
    {AUTO, "cont\n{}\n", "<cont><{}>|", "{}\n", 0, NULL},
    {AUTO, "cont", "|<cont>", "{}\n", 0, NULL},
    {AUTO, "{\"a\":\n{}\n", "<{\"a\":><{}>|", "{}\n", 0, NULL},
    {AUTO, "{\"a\n{}\n[]\n", "<{\"a><{}><[]>|", "{}\n", 0, NULL},
    {AUTO, "{\"a\x04{}\x04", "<{\"a><{}>|", "{}\x04", 0, NULL},
    {AUTO, "{} x\n{}\n", "<{} x><{}>|", "{}\n", 0, NULL},
    {AUTO, "{}} \x04{}\x04", "<{}}><{}>|", "{}\x04", 0, NULL},
    {AUTO, "nul\x04{}\x04", "<nul><{}>|", "{}\x04", 0, NULL},
    {AUTO, "\x16\n{}\n", "<\x16><{}>|", "{}\n", 0, NULL},
    {AUTO, "{\"" SIXTY "\"}\x04{}\x04", LONG "<{}>|", "{}\x04", 0, NULL},
    {AUTO, "{\"" SIXTY "\"}\n{}\n", LONG "<{}>|", "{}\n", 0, NULL},
    {AUTO, "{\"" SIXTY "\n{}\n", LONG "<{}>|", "{}\n", 0, NULL},
    {AUTO, "{\"a\":\"" TEN "\"," SIXTY "\n{}\n", LONG "<{}>|", "{}\n", 0, NULL},
    {AUTO, "{}" SIXTY "\n{}\x04\n", LONG "<{}\x04>|", "{}\n", 0, NULL},
    {AUTO, SIXTY SIXTY "\n{}\n", NO_LENGTH, "2:{},", 0, NULL},
    {AUTO, "x" SIXTY "\x04{}\x04", LONG "<{}>|", "{}\x04", 0, NULL},
    /* PyRPC. */
    {AUTO, "{'req': 'execute', 'data': 'f(1)'}\n{}\n",
     "<{'req': 'execute', 'data': 'f(1)'}><{}>|", "{}\n", 1, NULL},
    {AUTO, "{'a': '}\"'}{\"a\": \"'}\"}", "<{'a': '}\"'}><{\"a\": \"'}\"}>|",
     "{}\n", 1, NULL},
    {AUTO, "{'a': '''}\n'' '''}{}", "<{'a': '''}\n'' '''}><{}>|", "{}\n", 1,
     NULL},
    {AUTO, "{'a': \"\"\"\\\"\"\"}\"\"\"}{}",
     "<{'a': \"\"\"\\\"\"\"}\"\"\"}><{}>|", "{}\n", 1, NULL},
    {AUTO, "{'': '' '}', # }'\n'b': (1,)}{}",
     "<{'': '' '}', # }'\n'b': (1,)}><{}>|", "{}\n", 1, NULL},
    {AUTO, "{'a\\\n}'}{}", "<{'a\\\n}'}><{}>|", "{}\n", 1, NULL},
    {AUTO, "{'a\n{}\nf(1)\n", "<{'a><{}><f(1)>|", "{}\n", 1, NULL},
    {AUTO, "[1]\n{}", "<[1]><{}>|", "{}\n", 1, NULL},
    {LINES, "{'a': '''\n{}\n", "<{'a': '''><{}>|", "{}\n", 1, NULL},
    {NETS, "2:{},", "<{}>|", "2:{},", 1, NULL}};

static void test_cases(apr_pool_t *pool)
{
    size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        check(&cases[i], printable(cases[i].input, pool), pool);
    }
}

#define HTTP "%an HTTP request, but no HTTP is spoken on this port%"
#define TLS "%a TLS handshake, but no TLS is spoken on this port%"

static const char *const others[][2] = {
    {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", HTTP},
    {"POST /rpc HTTP/1.1\r\n\r\n{}\n", HTTP},
    {"\r\nOPTIONS * HTTP/1.1\r\n", HTTP},
    {"CONNECT a:1 HTTP/1.1\r\n", HTTP},
    {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", HTTP},
    {"VERSION-CONTROL /a HTTP/1.1\r\n", HTTP},
    {"\x16\x03\x01\x02", TLS}};

static void test_others(apr_pool_t *pool)
{
    static const enum rpc_framing_e framings[] = {AUTO, LINES, EOT, LSP,
                                                  NETS, JOINED};
    static const char *const answers[] = {
        "{}\n", "{}\n", "{}\x04", LSP_ANSWER, "2:{},", "{}\n"};
    case_t one = {.framing = AUTO};
    size_t i;
    size_t k;

    for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        one.input = others[i][0];
        one.shown = others[i][1];
        for (k = 0; k < sizeof(framings) / sizeof(framings[0]); k++) {
            one.framing = framings[k];
            one.answer = answers[k];
            check(&one, printable(one.input, pool), pool);
        }
    }
    one = (case_t){LINES, "NOT json\nGET / HTTP/1.1\n",
                   "<NOT json><GET / HTTP/1.1>|", "{}\n", 0, NULL};
    check(&one, "a broken line is not HTTP, nor is HTTP a first line", pool);
    one.input = "GET";
    one.shown = "|<GET>";
    check(&one, "what might have been HTTP", pool);
}

/* ------------------------------------------------------- t/vectors/tcp.json */

static const char *read_vectors(apr_pool_t *pool)
{
    const char *srcdir = getenv("RPC_SRCDIR");
    const char *path = apr_pstrcat(pool, srcdir != NULL ? srcdir : ".",
                                   "/t/vectors/tcp.json", NULL);
    char *text = apr_pcalloc(pool, 65536);
    apr_size_t length = 65535;
    apr_file_t *file;

    if (apr_file_open(&file, path, APR_READ, APR_OS_DEFAULT, pool) !=
        APR_SUCCESS) {
        printf("Bail out! cannot read %s\n", path);
        exit(1);
    }
    apr_file_read_full(file, text, length, &length);
    return text;
}

/* The vectors have their bytes as Latin-1. */
static const char *bytes_of(const char *text, apr_pool_t *pool)
{
    char *bytes = apr_pstrdup(pool, text);
    char *to = bytes;

    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < 0x80) {
            *to++ = *text;
        }
        else {
            *to++ = (char)((text[0] & 3) << 6 | (text[1] & 0x3f));
            text++;
        }
    }
    *to = '\0';
    return bytes;
}

/* The messages of a vector: those between its delimiters. */
static const char *messages_of(const char *framing, char *input,
                               apr_pool_t *pool)
{
    const char *shown = "";
    char *state = NULL;
    char *one;

    if (strcmp(framing, "netstring") == 0) {
        return NO_COMMA; /* netstring-bad is the only one */
    }
    for (one = apr_strtok(input, "\x04\r\n", &state); one != NULL;
         one = apr_strtok(NULL, "\x04\r\n", &state)) {
        shown = apr_pstrcat(pool, shown, "<", one, ">", NULL);
    }
    return apr_pstrcat(pool, shown, "|", NULL);
}

static void test_vectors(apr_pool_t *pool)
{
    static const rpc_limits_t wide = {.max_body = RPC_DEFAULT_MAX_BODY};
    cJSON *vectors = cJSON_Parse(read_vectors(pool));
    const cJSON *vector;
    const cJSON *piece;
    int count = 0;

    cJSON_ArrayForEach(vector, vectors) {
        const char *name = cJSON_GetObjectItem(vector, "name")->valuestring;
        const char *framing =
            cJSON_GetObjectItem(vector, "framing")->valuestring;
        char *input = apr_pstrdup(pool, "");
        case_t one = {.framing = AUTO, .limits = &wide};

        cJSON_ArrayForEach(piece, cJSON_GetObjectItem(vector, "send")) {
            input = apr_pstrcat(pool, input,
                                bytes_of(piece->valuestring, pool), NULL);
        }
        one.input = input;
        one.shown = messages_of(framing, apr_pstrdup(pool, input), pool);
        one.answer = strcmp(framing, "eot") == 0         ? "{}\x04"
                     : strcmp(framing, "netstring") == 0 ? "2:{},"
                                                         : "{}\n";
        check(&one, name, pool);
        count++;
    }
    ok(count >= 10, "%d vectors", count);
    cJSON_Delete(vectors);
}

/* ------------------------------------------------------------------- else */

static const char *paused(run_t *run, const char *text)
{
    fed(run, text);
    show(run, ",", "", "");
    rpc_wire_pause(run->wire);
    drain(run);
    return run->shown;
}

static void test_pause(apr_pool_t *pool)
{
    static const struct {
        const char *late;
        const char *shown;
        const char *answer;
    } ends[] = {{"\x04{}\x04", "<{}>,", "{}\x04"},
                {"\n{}\n", "<{}>,", "{}\n"},
                {"{}", "<{}>,", "{}\n"},
                {" ", ",", "{}\n"},
                {"x\n", "<x>,", "{}\n"}};
    run_t run;
    size_t i;

    for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        run = begin(AUTO, 0, &limits, pool);
        is_str(paused(&run, "{\"a\":"), ",", "a value cut off waits");
        ok(!rpc_wire_is_idle(run.wire), "which is not idle");
        is_str(paused(&run, "1}"), ",<{\"a\":1}>",
               "a whole one does not, after a pause");
        ok(rpc_wire_is_idle(run.wire), "and all is idle");
        is_str(answer(run.wire, pool), "{}\n", "answered by a line");
        is_str(paused(&run, ends[i].late), ends[i].shown,
               "the delimiter may come late");
        is_str(answer(run.wire, pool), ends[i].answer,
               "it says how to answer");
        rpc_wire_destroy(run.wire);
    }
    run = begin(AUTO, 0, &limits, pool);
    is_str(paused(&run, "{}"), ",<{}>", "one");
    is_str(paused(&run, "[]"), "<[]>,", "another: it is concatenated");
    is_str(paused(&run, "2:{},\n"), "<2:{},>,", "a length no more");
    rpc_wire_destroy(run.wire);
}

static void test_idle(apr_pool_t *pool)
{
    run_t run = begin(LSP, 0, &limits, pool);

    ok(rpc_wire_is_idle(run.wire), "a new wire is idle");
    is_str(fed(&run, "\r\n"), "", "a blank line");
    ok(rpc_wire_is_idle(run.wire), "is nothing");
    fed(&run, "Content-Length: 2\r\n\r\n");
    ok(!rpc_wire_is_idle(run.wire), "headers without a body");
    is_str(fed(&run, "{}"), "<{}>", "the body");
    ok(rpc_wire_is_idle(run.wire), "idle again");
    rpc_wire_destroy(run.wire);
    run = begin(LINES, 0, &limits, pool);
    is_str(fed(&run, SIXTY SIXTY), LONG, "a long line");
    ok(!rpc_wire_is_idle(run.wire), "its rest is not idle");
    fed(&run, "\n");
    ok(rpc_wire_is_idle(run.wire), "its end is");
    rpc_wire_destroy(run.wire);
    rpc_wire_destroy(NULL);
}

/* What only WebSocket has writes nothing on a stream. */
static void test_output(apr_pool_t *pool)
{
    run_t run = begin(AUTO, 0, &limits, pool);
    rpc_writer_t *out = rpc_writer_create(pool);

    rpc_wire_ping(run.wire, out);
    rpc_wire_close(run.wire, 1000, "bye", out);
    is_int(rpc_wire_take_output(run.wire, out), 0, "nothing to send");
    is_int(out->length, 0, "no ping and no close frame");
    rpc_wire_destroy(run.wire);
}

/* Headers without an end, in lines or not. */
static void test_headers(apr_pool_t *pool)
{
    static const char *const lines[] = {"X: 1\r\n", "X", NULL};
    int i;

    for (i = 0; lines[i] != NULL; i++) {
        run_t run = begin(LSP, 0, &limits, pool);
        apr_size_t sent = 0;

        while (!run.is_over && sent < 10000) {
            fed(&run, lines[i]);
            sent += strlen(lines[i]);
        }
        is_str(run.shown, "#more than 4096 bytes of headers before a message#",
               "headers have a limit");
        ok(sent > 4096 && sent < 4110, "it is 4096: %d", (int)sent);
        rpc_wire_destroy(run.wire);
    }
}

/* One thread answers while the other learns the framing: an answer has the
 * one or the other, and the last has the new one. */
static void *APR_THREAD_FUNC answer_often(apr_thread_t *thread, void *data)
{
    run_t *run = data;
    rpc_writer_t *out = rpc_writer_create(run->pool);
    int i;

    (void)thread;
    for (i = 0; i < 10000; i++) {
        out->length = 0;
        rpc_wire_wrap(run->wire, "{}", 2, out);
        if (out->length != 3 ||
            (out->data[2] != '\n' && out->data[2] != '\x04')) {
            run->is_over = 1;
        }
    }
    return NULL;
}

static void test_threads(apr_pool_t *pool)
{
    run_t run = begin(AUTO, 0, &limits, pool);
    run_t other = run;
    apr_status_t status = APR_SUCCESS;
    apr_thread_t *thread;
    int i;

    apr_pool_create_unmanaged_ex(&other.pool, NULL, NULL);
    if (apr_thread_create(&thread, NULL, answer_often, &other, pool) !=
        APR_SUCCESS) {
        printf("Bail out! no thread\n");
        exit(1);
    }
    for (i = 0; i < 1000; i++) {
        fed(&run, "{}\x04");
    }
    apr_thread_join(&status, thread);
    ok(!other.is_over, "every answer has a delimiter");
    is_str(answer(run.wire, pool), "{}\x04", "that of the other end now");
    apr_pool_destroy(other.pool);
    rpc_wire_destroy(run.wire);
}

int main(void)
{
    apr_pool_t *pool;

    apr_initialize();
    atexit(apr_terminate);
    apr_pool_create(&pool, NULL);
    test_cases(pool);
    test_others(pool);
    test_vectors(pool);
    test_pause(pool);
    test_idle(pool);
    test_output(pool);
    test_headers(pool);
    test_threads(pool);
    return done_testing();
}
