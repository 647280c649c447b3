/* SPDX-License-Identifier: Apache-2.0 */
/* Runs one fixed request many times through the core, without httpd, for
 * callgrind to count: count WORK TIMES. For t/bench/count-instructions. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apr_general.h"
#include "apr_strings.h"

#include "core/registry.h"
#include "core/table.h"
#include "describe/describe.h"
#include "protocol/json.h"
#include "protocol/protocol.h"
#include "protocol/xmlvalue.h"

#define WARM_UP 5
#define BATCH 100
/* Some 100 KB: a tenth of the benchmark's W3, or of its W5. */
#define OBJECTS 450
#define XML_OBJECTS 110

static rpc_value_t *add(rpc_call_t *call)
{
    return rpc_int(call, rpc_arg_int(call, 0) + rpc_arg_int(call, 1));
}

static rpc_value_t *echo(rpc_call_t *call)
{
    return rpc_arg(call, 0);
}

static const rpc_method_t methods[] = {
    RPC_METHOD("number add(number x, number y)", add, RPC_SAFE,
               "Return x + y."),
    RPC_METHOD("any echo(any message)", echo, RPC_SAFE, "Return message."),
    RPC_METHOD_END
};

static const rpc_table_t table = {
    .abi_major = RPC_ABI_MAJOR,
    .abi_minor = RPC_ABI_MINOR,
    .table_size = sizeof(rpc_table_t),
    .method_size = sizeof(rpc_method_t),
    .name = "bench",
    .methods = methods
};

static const rpc_limits_t limits = {
    .max_body = RPC_DEFAULT_MAX_BODY,
    .max_depth = RPC_DEFAULT_MAX_DEPTH,
    .max_values = RPC_DEFAULT_MAX_VALUES,
    .max_batch = RPC_DEFAULT_MAX_BATCH,
    .max_string = RPC_DEFAULT_MAX_STRING
};

/* One kind of request: a body, or a query string where body is NULL. */
typedef struct work_t {
    const rpc_protocol_t *protocol;
    const char *body;
    const char *query;
    const char *answer;      /* what the answer must begin with */
    rpc_caller_t caller;
    rpc_options_t options;
    apr_allocator_t *allocator; /* goes from message to message */
} work_t;

static const char small_json[] =
    "{\"jsonrpc\":\"2.0\",\"method\":\"add\",\"params\":[2,3],\"id\":1}";

static const char small_xml[] =
    "<?xml version='1.0'?>\n<methodCall>\n<methodName>add</methodName>\n"
    "<params>\n<param>\n<value><int>2</int></value>\n</param>\n"
    "<param>\n<value><int>3</int></value>\n</param>\n"
    "</params>\n</methodCall>\n";

static const char *make_batch(apr_pool_t *pool)
{
    const char *text = "[";
    int i;

    for (i = 0; i < BATCH; i++) {
        text = apr_psprintf(pool, "%s%s{\"jsonrpc\":\"2.0\",\"method\":"
                            "\"add\",\"params\":[%d,1],\"id\":%d}", text,
                            i > 0 ? "," : "", i, i);
    }
    return apr_pstrcat(pool, text, "]", NULL);
}

/* Objects like those of t/bench/works.py, always the same ones. */
static const char *make_document(apr_pool_t *pool)
{
    static const char *const words[] = {
        "alpha", "beta", "gamma", "delta", "k\303\244se", "\\\"quoted\\\"",
        "back\\\\slash", "two\\nlines"
    };
    static const char lorem[] = "lorem ipsum dolor lorem ipsum dolor lorem "
                                "ipsum dolor lorem ipsum dolor ";
    apr_array_header_t *parts = apr_array_make(pool, OBJECTS + 2,
                                               sizeof(const char *));
    unsigned n = 3;
    int i;

    APR_ARRAY_PUSH(parts, const char *) =
        "{\"jsonrpc\":\"2.0\",\"method\":\"echo\",\"params\":[[";
    for (i = 0; i < OBJECTS; i++) {
        n = (n * 1103515245 + 12345) & 0x7fffffff;
        APR_ARRAY_PUSH(parts, const char *) = apr_psprintf(
            pool, "%s{\"id\":%u,\"name\":\"%s %s %s\",\"price\":%u.%03u,"
            "\"active\":%s,\"tags\":[\"%s\",\"%s\",\"%s\"],\"position\":"
            "{\"x\":-%u.%u,\"y\":%u.0,\"layer\":%u},\"text\":\"x%.*s\"}",
            i > 0 ? "," : "", n, words[n % 8], words[n / 8 % 8],
            words[n / 64 % 8], n % 9973, n % 997, n & 1 ? "true" : "false",
            words[n / 512 % 8], words[n / 4096 % 8], words[n / 32768 % 8],
            n % 61, n % 2 * 5, n % 59, n % 53, (int)(n % 5 + 1) * 14, lorem);
    }
    APR_ARRAY_PUSH(parts, const char *) = "]],\"id\":1}";
    return apr_array_pstrcat(pool, parts, '\0');
}

static const char *member(apr_pool_t *pool, const char *name,
                          const char *type, const char *text)
{
    return apr_psprintf(pool, "<member>\n<name>%s</name>\n<value><%s>%s</%s>"
                        "</value>\n</member>\n", name, type, text, type);
}

static const char *make_object(apr_pool_t *pool, unsigned n)
{
    static const char *const words[] = {
        "alpha", "beta", "gamma", "delta", "k\303\244se", "\"quoted\"",
        "&lt;tag&gt;&amp;amp;", "two\nlines"
    };
    const char *tags = "";
    const char *position;
    int i;

    for (i = 0; i < 3; i++) {
        tags = apr_psprintf(pool, "%s<value><string>%s</string></value>\n",
                            tags, words[n >> (3 * i + 9) & 7]);
    }
    position = apr_pstrcat(
        pool, "<value><struct>\n",
        member(pool, "x", "double", apr_psprintf(pool, "-%u.5", n % 61)),
        member(pool, "y", "double", apr_psprintf(pool, "%u.0", n % 59)),
        member(pool, "layer", "int", apr_psprintf(pool, "%u", n % 53)),
        "</struct></value>\n", NULL);
    return apr_pstrcat(
        pool, "<value><struct>\n",
        member(pool, "id", "int", apr_psprintf(pool, "%u", n)),
        member(pool, "name", "string",
               apr_pstrcat(pool, words[n % 8], " ", words[n / 8 % 8], NULL)),
        member(pool, "price", "double",
               apr_psprintf(pool, "%u.%03u", n % 9973, n % 997)),
        member(pool, "active", "boolean", n & 1 ? "1" : "0"),
        "<member>\n<name>tags</name>\n<value><array><data>\n", tags,
        "</data></array></value>\n</member>\n"
        "<member>\n<name>position</name>\n", position, "</member>\n",
        member(pool, "text", "string",
               "xlorem ipsum dolor lorem ipsum dolor lorem ipsum dolor "),
        "</struct></value>\n", NULL);
}

/* As Python's xmlrpc.client writes them. */
static const char *make_xml_document(apr_pool_t *pool)
{
    apr_array_header_t *parts = apr_array_make(pool, XML_OBJECTS + 2,
                                               sizeof(const char *));
    unsigned n = 3;
    int i;

    APR_ARRAY_PUSH(parts, const char *) =
        "<?xml version='1.0'?>\n<methodCall>\n<methodName>echo</methodName>"
        "\n<params>\n<param>\n<value><array><data>\n";
    for (i = 0; i < XML_OBJECTS; i++) {
        n = (n * 1103515245 + 12345) & 0x7fffffff;
        APR_ARRAY_PUSH(parts, const char *) = make_object(pool, n);
    }
    APR_ARRAY_PUSH(parts, const char *) =
        "</data></array></value>\n</param>\n</params>\n</methodCall>\n";
    return apr_array_pstrcat(pool, parts, '\0');
}

/* Returns 0 if there is no work of that name. */
static int choose(const char *name, apr_pool_t *pool, work_t *ret_work)
{
    if (strcmp(name, "W1") == 0 || strcmp(name, "W2") == 0) {
        int is_batch = name[1] == '2';

        ret_work->protocol = &rpc_protocol_jsonrpc;
        ret_work->body = is_batch ? make_batch(pool) : small_json;
        ret_work->answer = is_batch ? "[{\"jsonrpc\":" : "{\"jsonrpc\":";
        return 1;
    }
    if (strcmp(name, "W3") == 0) {
        ret_work->protocol = &rpc_protocol_jsonrpc;
        ret_work->body = make_document(pool);
        ret_work->answer = "{\"jsonrpc\":\"2.0\",\"result\":[{\"id\":";
        return 1;
    }
    if (strcmp(name, "W4") == 0 || strcmp(name, "W5") == 0) {
        ret_work->protocol = &rpc_protocol_xmlrpc;
        ret_work->body = name[1] == '5' ? make_xml_document(pool) : small_xml;
        ret_work->answer = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                           "<methodResponse><params>";
        return 1;
    }
    if (strcmp(name, "W6") == 0) {
        ret_work->protocol = &rpc_protocol_pyrpc;
        ret_work->query = "request=execute&data=add(2,3)";
        ret_work->answer = "{'res': 'response', 'data': '5'}";
        return 1;
    }
    return 0;
}

static void decode(const work_t *work, rpc_message_t *message)
{
    const rpc_form_t *form;
    apr_size_t length;

    if (work->body != NULL) {
        length = strlen(work->body);
        work->protocol->decode(message,
                               apr_pstrmemdup(message->pool, work->body,
                                              length), length);
        return;
    }
    message->fault = rpc_form_parse(work->query, strlen(work->query), NULL,
                                    0, &limits, message->pool, &form);
    if (message->fault == NULL) {
        rpc_pyrpc_decode_form(message, form);
    }
}

/* Returns whether the answer is the expected one. */
static int run_request(work_t *work)
{
    rpc_message_t *message = rpc_message_create_over(&work->caller,
                                                     work->allocator);
    rpc_writer_t *out = rpc_writer_create(message->pool);
    apr_size_t length = 0;
    char *answer;
    int good;

    message->options = &work->options;
    message->protocol = work->protocol->name;
    decode(work, message);
    if (message->fault == NULL) {
        rpc_message_run(message);
    }
    work->protocol->encode(message, out);
    answer = rpc_writer_take(out, &length);
    good = answer != NULL && length >= strlen(work->answer)
           && memcmp(answer, work->answer, strlen(work->answer)) == 0;
    free(answer);
    work->allocator = rpc_message_release(message);
    return good;
}

/* callgrind counts what happens in here, by this function's name. */
__attribute__((noinline)) static int counted_requests(work_t *work, int times)
{
    int good = 1;
    int i;

    for (i = 0; i < times; i++) {
        good &= run_request(work);
    }
    return good;
}

static const char *mount_all(rpc_registry_t *inner, rpc_registry_t *outer,
                             apr_pool_t *pool)
{
    rpc_mount_t *mount = rpc_mount_create(pool);
    const rpc_table_t *loaded = NULL;
    const void *where;
    const char *error = rpc_table_load(&table, pool, &loaded);

    if (error == NULL) {
        error = rpc_mount_add(mount, loaded, "", 0);
    }
    if (error == NULL) {
        error = rpc_mount_seal(mount, &where);
    }
    outer->mount = rpc_describe_mount(pool, &error);
    outer->outer = NULL;
    inner->mount = mount;
    inner->outer = outer;
    return error;
}

int main(int argc, char **argv)
{
    rpc_registry_t inner;
    rpc_registry_t outer;
    const char *error;
    apr_pool_t *pool;
    work_t work;
    int i;

    memset(&work, 0, sizeof(work));
    apr_initialize();
    apr_pool_create(&pool, NULL);
    if (argc != 3 || !choose(argv[1], pool, &work)) {
        fprintf(stderr, "usage: count W1|W2|W3|W4|W5|W6 TIMES\n");
        return 2;
    }
    rpc_json_child_init(pool);
    rpc_xml_child_init();
    error = mount_all(&inner, &outer, pool);
    if (error != NULL) {
        fprintf(stderr, "count: %s\n", error);
        return 1;
    }
    apr_allocator_create(&work.allocator);
    work.options.xml_encoding = "utf-8";
    work.options.thread_pool = pool;
    work.caller.transport = "http";
    work.caller.registry = &inner;
    work.caller.limits = &limits;
    work.caller.features = RPC_FEATURE_INTROSPECTION | RPC_FEATURE_MULTICALL;
    work.caller.safe_only = work.body == NULL;
    for (i = 0; i < WARM_UP; i++) {
        run_request(&work);
    }
    if (!counted_requests(&work, atoi(argv[2]))) {
        fprintf(stderr, "count: a wrong answer to %s\n", argv[1]);
        return 1;
    }
    apr_pool_destroy(pool);
    apr_terminate();
    return 0;
}
