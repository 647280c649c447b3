/* SPDX-License-Identifier: Apache-2.0 */
/* The client library over HTTP, against a server whose URL is the argument:
 * every protocol, every way to send, and many threads over one client. */
#include <pthread.h>
#include <stdlib.h>

#include "modrpc.h"
#include "replies.h"
#include "tap.h"

static const char *base;

static rpc_client_t *open_with(const char *path,
                               const rpc_client_options_t *options)
{
    char url[300];
    rpc_client_t *client = NULL;

    snprintf(url, sizeof(url), "%s%s", base, path);
    if (rpc_client_open(url, options, &client) != APR_SUCCESS) {
        printf("Bail out! %s: %s\n", url, rpc_client_error(client));
        exit(1);
    }
    return client;
}

static void test_protocols(void)
{
    static const char *const names[] = { "2.0", "1.1", "1.0", "XML-RPC",
                                         "PyRPC", "PyRPC literal" };
    rpc_client_options_t options = rpc_client_defaults();
    int i;

    for (i = 0; i <= RPC_CLIENT_PYRPC_LITERAL; i++) {
        rpc_client_t *client;
        rpc_call_t *request;

        options.protocol = (enum rpc_client_protocol_e)i;
        client = open_with("/spec", &options);
        is_result(rpc_client_callf(client, "add", "ii", 2, 3), 5, names[i]);
        is_result(rpc_client_callf(client, "echo", "I", INT64_MIN + 1),
                  INT64_MIN + 1, "64 bits");
        is_fault(rpc_client_callf(client, "add", "is", 2, "x"),
                 RPC_REPLY_FAULT, RPC_E_PARAMS,
                 "parameter \"y\" of add: expected int, got string");
        is_fault(rpc_client_callf(client, "nowhere", NULL), RPC_REPLY_FAULT,
                 RPC_E_METHOD, "nowhere");
        request = rpc_client_request(client, "add");
        rpc_request_add(request, rpc_int(request, 40));
        rpc_request_add(request, rpc_int(request, 2));
        is_result(rpc_request_start(request), 42, "not waited for");
        rpc_client_close(client);
    }
}

static void test_values(void)
{
    rpc_client_t *client = open_with("/spec", NULL);
    rpc_call_t *request = rpc_client_request(client, "echo");
    rpc_value_t *strct = rpc_structv(
        request, "list", rpc_arrayv(request, rpc_nil(request),
                                    rpc_bool(request, 1), NULL),
        "text", rpc_stringn(request, "a\0b", 3), NULL);
    rpc_reply_t *reply;
    const rpc_value_t *result;
    const char *error = NULL;
    size_t length;

    rpc_request_add(request, strct);
    reply = rpc_request_call(request);
    result = rpc_reply_result(reply);
    is_str(rpc_reply_json(reply, result, 0),
           "{\"list\":[null,true],\"text\":\"a\\u0000b\"}", "a struct");
    rpc_as_string(rpc_get(result, "text"), &length);
    is_int(length, 3, "a NUL inside");
    is_str(rpc_reply_json(reply, result, 1),
           "{\n  \"list\": [\n    null,\n    true\n  ],\n"
           "  \"text\": \"a\\u0000b\"\n}", "indented");
    is_result(rpc_client_callf(client, "echo", "v", rpc_at(rpc_get(result,
                                                                   "list"),
                                                           9)),
              0, "a value that is not there is nil");
    rpc_reply_free(reply);
    request = rpc_client_request(client, "add");
    ok(rpc_request_parse(request, "{", &error) == NULL && error != NULL,
       "what is no JSON: %s", error);
    rpc_request_params(request, rpc_request_parse(request, "[4,5]", NULL));
    is_result(rpc_request_call(request), 9, "params from JSON");
    is_result(rpc_client_callf(client, "add", "x:i,y:i", 1, 2), 3,
              "by name");
    rpc_client_close(client);
}

static rpc_value_t *make_id(rpc_call_t *request, void *baton)
{
    return rpc_string(request, baton);
}

static void test_requests(void)
{
    rpc_client_options_t options = rpc_client_defaults();
    rpc_client_t *client;
    rpc_call_t *request;
    rpc_reply_t *reply;

    options.full_response = 1;
    options.ascii = 1;
    options.make_id = make_id;
    options.make_id_baton = (void *)"my \xc3\xa4 id";
    client = open_with("/spec", &options);
    request = rpc_client_request(client, "add");
    rpc_request_add(request, rpc_int(request, 1));
    rpc_request_add(request, rpc_int(request, 1));
    rpc_request_member(request, "data", rpc_string(request, "more"));
    reply = rpc_request_call(request);
    is_str(rpc_as_string(rpc_get(rpc_reply_response(reply), "id"), NULL),
           "my \xc3\xa4 id", "an id of one's own, and the whole response");
    is_int(rpc_reply_status(reply), 200, "its status");
    is_result(reply, 2, "with a member of one's own");
    request = rpc_client_request(client, "echo");
    rpc_request_id(request, rpc_int(request, 7));
    reply = rpc_request_call(request);
    is_int(rpc_as_int(rpc_get(rpc_reply_response(reply), "id")), 7,
           "the id of this call");
    rpc_reply_free(reply);
    request = rpc_client_request(client, "echo");
    rpc_request_member(request, "method", NULL);
    is_fault(rpc_request_call(request), RPC_REPLY_USAGE, RPC_E_PARAMS,
             "one of JSON-RPC's");
    rpc_client_close(client);
}

static void test_usage(void)
{
    rpc_client_options_t options = rpc_client_defaults();
    rpc_client_t *client = open_with("/spec", NULL);
    rpc_call_t *request;
    rpc_reply_t *reply;

    is_fault(rpc_client_callf(client, "add", "i,y:i", 1, 2), RPC_REPLY_USAGE,
             RPC_E_REQUEST, "PyRPC alone");
    is_fault(rpc_client_callf(client, "add", "q", 1), RPC_REPLY_USAGE,
             RPC_E_REQUEST, "no letter");
    is_fault(rpc_client_callf(client, "", NULL), RPC_REPLY_USAGE,
             RPC_E_REQUEST, "empty");
    is_fault(rpc_client_callf(client, "echo", "s", "\xff"), RPC_REPLY_USAGE,
             RPC_E_PARAMS, "UTF-8");
    reply = rpc_client_subscribe(client, "a.b", NULL, NULL);
    is_fault(reply, RPC_REPLY_USAGE, RPC_E_REQUEST, "of peers");
    ok(rpc_client_peer(client) == NULL, "HTTP is no peer");
    request = rpc_client_request(client, "echo");
    rpc_request_header(request, "X: a\r\nY: b");
    is_fault(rpc_request_call(request), RPC_REPLY_USAGE, RPC_E_REQUEST,
             "one line");
    rpc_request_free(rpc_client_request(client, "echo"));
    rpc_client_close(client);

    options.protocol = RPC_CLIENT_PYRPC;
    client = open_with("/spec", &options);
    is_result(rpc_client_callf(client, "add", "i,y:i", 1, 2), 3,
              "PyRPC mixes them");
    rpc_client_close(client);
    options.protocol = RPC_CLIENT_XMLRPC;
    client = open_with("/spec", &options);
    is_fault(rpc_client_callf(client, "add", "x:i", 1), RPC_REPLY_USAGE,
             RPC_E_REQUEST, "XML-RPC has not");
    is_fault(rpc_client_callf(client, "echo", "n"), RPC_REPLY_USAGE,
             RPC_E_PARAMS, "xml_nil");
    rpc_client_close(client);
    is_int(rpc_client_open("ftp://x/", NULL, &client), APR_EINVAL,
           "another scheme");
    ok(strstr(rpc_client_error(client), "http://") != NULL, "it says: %s",
       rpc_client_error(client));
    is_fault(rpc_client_callf(client, "x", NULL), RPC_REPLY_USAGE,
             RPC_E_REQUEST, "http://");
    rpc_client_close(client);
}

static void test_batch(enum rpc_client_protocol_e protocol)
{
    rpc_client_options_t options = rpc_client_defaults();
    rpc_client_t *client;
    rpc_client_batch_t *batch;
    rpc_reply_t *replies[50];
    rpc_reply_t *bad;
    int i;

    options.protocol = protocol;
    client = open_with("/spec", &options);
    batch = rpc_client_batch(client);
    for (i = 0; i < 50; i++) {
        rpc_call_t *request = rpc_client_request(client, "add");

        rpc_request_add(request, rpc_int(request, i));
        rpc_request_add(request, rpc_int(request, 1));
        replies[i] = rpc_client_batch_add(batch, request);
    }
    rpc_client_batch_notify(batch, rpc_client_request(client, "update"));
    bad = rpc_client_batch_add(batch, rpc_client_request(client, "none"));
    rpc_client_batch_send(batch);
    for (i = 0; i < 50; i++) {
        is_result(replies[i], i + 1, "of a batch");
    }
    is_fault(bad, RPC_REPLY_FAULT, RPC_E_METHOD, "none");
    rpc_client_batch_send(rpc_client_batch(client));
    rpc_client_close(client);
}

static void test_notify(void)
{
    rpc_client_t *client = open_with("/spec", NULL);
    rpc_client_batch_t *batch = rpc_client_batch(client);
    rpc_reply_t *reply = rpc_client_notifyf(client, "update", "i", 1);

    is_int(rpc_reply_kind(reply), RPC_REPLY_RESULT, "a notification");
    is_int(rpc_type(rpc_reply_result(reply)), RPC_NIL, "is nil");
    rpc_reply_free(reply);
    rpc_client_batch_notify(batch, rpc_client_request(client, "update"));
    rpc_client_batch_send(batch);
    rpc_client_close(client);
}

/* What a callback shares with the test. */
typedef struct heard_t {
    pthread_mutex_t mutex;
    pthread_cond_t cond;
    int count;
    int64_t sum;
    int faults;
} heard_t;

static void on_reply(rpc_reply_t *reply, void *baton)
{
    heard_t *heard = baton;

    pthread_mutex_lock(&heard->mutex);
    heard->count++;
    heard->sum += rpc_as_int(rpc_reply_result(reply));
    heard->faults += rpc_reply_fault(reply, NULL) != 0;
    pthread_cond_signal(&heard->cond);
    pthread_mutex_unlock(&heard->mutex);
    rpc_reply_free(reply);
}

static void test_callbacks(void)
{
    heard_t heard = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0,
                      0, 0 };
    rpc_client_t *client = open_with("/spec", NULL);
    int i;

    for (i = 1; i <= 100; i++) {
        rpc_call_t *request = rpc_client_request(client, i <= 99 ? "echo"
                                                                 : "none");

        rpc_request_add(request, rpc_int(request, i));
        rpc_request_send(request, on_reply, &heard);
    }
    pthread_mutex_lock(&heard.mutex);
    while (heard.count < 100) {
        pthread_cond_wait(&heard.cond, &heard.mutex);
    }
    pthread_mutex_unlock(&heard.mutex);
    is_int(heard.sum, 4950, "a hundred callbacks");
    is_int(heard.faults, 1, "one of them a fault");
    rpc_client_close(client);
}

static void *close_later(void *client)
{
    struct timespec pause = { 0, 300000000 };

    nanosleep(&pause, NULL);
    rpc_client_close(client);
    return NULL;
}

static void test_time(void)
{
    rpc_client_options_t options = rpc_client_defaults();
    heard_t heard = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0,
                      0, 0 };
    rpc_client_t *client;
    rpc_call_t *request;
    rpc_reply_t *reply;
    apr_time_t begin;
    pthread_t thread;

    options.timeout = 300 * 1000;
    client = open_with("/chaos", &options);
    is_fault(rpc_client_callf(client, "sleeps", "d", 2.0),
             RPC_REPLY_TRANSPORT, RPC_E_TIMEOUT, "timed out");
    request = rpc_client_request(client, "sleeps");
    rpc_request_add(request, rpc_double(request, 0.5));
    rpc_request_timeout(request, 10 * APR_USEC_PER_SEC);
    reply = rpc_request_start(request);
    ok(!rpc_reply_done(reply) && !rpc_reply_wait(reply, 1000), "not yet");
    ok(rpc_reply_wait(reply, -1), "later");
    is_int(rpc_reply_kind(reply), RPC_REPLY_RESULT, "its own time");
    rpc_reply_free(reply);

    /* What waits, is awaited or called back when the client closes. */
    request = rpc_client_request(client, "sleeps");
    rpc_request_add(request, rpc_double(request, 1.5));
    rpc_request_timeout(request, -1);
    reply = rpc_request_start(request);
    request = rpc_client_request(client, "sleeps");
    rpc_request_add(request, rpc_double(request, 1.5));
    rpc_request_timeout(request, -1);
    rpc_request_send(request, on_reply, &heard);
    request = rpc_client_request(client, "sleeps");
    rpc_request_add(request, rpc_double(request, 1.5));
    rpc_request_timeout(request, -1);
    begin = apr_time_now();
    pthread_create(&thread, NULL, close_later, client);
    is_fault(rpc_request_call(request), RPC_REPLY_TRANSPORT, RPC_E_PEER_GONE,
             "closed");
    is_fault(reply, RPC_REPLY_TRANSPORT, RPC_E_PEER_GONE, "closed");
    pthread_join(thread, NULL);
    is_int(heard.faults, 1, "and the callback was called");
    ok(apr_time_now() - begin < 2 * APR_USEC_PER_SEC, "at once");
}

static void test_authentication(void)
{
    static const char *const headers[] = { "X-Test: yes", NULL };
    rpc_client_options_t options = rpc_client_defaults();
    rpc_client_t *client = open_with("/private", NULL);

    is_fault(rpc_client_callf(client, "add", "ii", 1, 1), RPC_REPLY_FAULT,
             RPC_E_FORBIDDEN, "");
    rpc_client_close(client);
    options.user = "alice";
    options.password = "secret";
    client = open_with("/private", &options);
    is_result(rpc_client_callf(client, "add", "ii", 1, 1), 2, "Basic");
    rpc_client_close(client);
    options.headers = headers;
    client = open_with("/header", &options);
    is_result(rpc_client_callf(client, "add", "ii", 1, 1), 2, "a header");
    rpc_client_close(client);
    options = rpc_client_defaults();
    options.token = "t0ken";
    client = open_with("/token", &options);
    is_result(rpc_client_callf(client, "add", "ii", 1, 1), 2, "Bearer");
    rpc_client_close(client);
    client = open_with("/moved", NULL);
    is_fault(rpc_client_callf(client, "add", "ii", 1, 1),
             RPC_REPLY_TRANSPORT, RPC_CLIENT_E_TRANSPORT, "redirected to");
    rpc_client_close(client);
    options.redirects = 2;
    client = open_with("/moved", &options);
    is_result(rpc_client_callf(client, "add", "ii", 1, 1), 2, "followed");
    rpc_client_close(client);
}

static void test_limits(void)
{
    rpc_client_options_t options = rpc_client_defaults();
    rpc_client_t *client;
    rpc_reply_t *reply;
    size_t length = 0;

    options.max_response = 100000;
    options.max_depth = 5;
    client = open_with("/packed", &options);
    is_fault(rpc_client_callf(client, "chaos.huge", "i", 1000000),
             RPC_REPLY_TRANSPORT, RPC_E_LIMIT, "max_response");
    is_fault(rpc_client_callf(client, "chaos.deep", "i", 6),
             RPC_REPLY_TRANSPORT, RPC_CLIENT_E_TRANSPORT, "(max_depth 5)");
    reply = rpc_client_callf(client, "chaos.huge", "i", 50000);
    rpc_as_string(rpc_reply_result(reply), &length);
    is_int(length, 50000, "unpacked");
    rpc_reply_free(reply);
    rpc_client_close(client);
    client = open_with("/nothing-there", NULL);
    is_fault(rpc_client_callf(client, "add", NULL), RPC_REPLY_TRANSPORT,
             RPC_CLIENT_E_TRANSPORT, "HTTP status 404, text/html");
    rpc_client_close(client);
}

static void *call_often(void *data)
{
    rpc_client_t *client = data;
    int good = 0;
    int i;

    for (i = 0; i < 50; i++) {
        rpc_call_t *request = rpc_client_request(client, "add");
        rpc_reply_t *reply;
        const char *text;

        /* httpd ends kept-alive connections when it is short of threads. */
        rpc_request_safe(request);
        rpc_request_add(request, rpc_int(request, i));
        rpc_request_add(request, rpc_int(request, i));
        reply = i % 2 ? rpc_request_call(request)
                      : rpc_request_start(request);
        if (rpc_reply_fault(reply, &text) != 0) {
            printf("# %s\n", text);
        }
        else {
            good += rpc_as_int(rpc_reply_result(reply)) == 2 * i;
        }
        rpc_reply_free(reply);
    }
    return (void *)(intptr_t)good;
}

static void test_threads(void)
{
    rpc_client_t *client = open_with("/spec", NULL);
    pthread_t threads[16];
    int good = 0;
    int i;

    for (i = 0; i < 16; i++) {
        pthread_create(&threads[i], NULL, call_often, client);
    }
    for (i = 0; i < 16; i++) {
        void *result = NULL;

        pthread_join(threads[i], &result);
        good += (int)(intptr_t)result;
    }
    is_int(good, 16 * 50, "16 threads over one client");
    rpc_client_close(client);
}

int main(int argc, char **argv)
{
    base = argc > 1 ? argv[1] : "";
    test_time();
    test_protocols();
    test_values();
    test_requests();
    test_usage();
    test_batch(RPC_CLIENT_JSONRPC);
    test_batch(RPC_CLIENT_XMLRPC);
    test_notify();
    test_callbacks();
    test_authentication();
    test_limits();
    test_threads();
    return done_testing();
}
