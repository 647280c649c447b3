/* SPDX-License-Identifier: Apache-2.0 */
/* How to call a method, with arguments of the right types: curl, JavaScript
 * and Python, in a protocol that the endpoint speaks. For the page. */
#include <string.h>

#include "apr_lib.h"
#include "apr_strings.h"
#include "apr_tables.h"

#include "core/call.h"
#include "describe/html.h"
#include "protocol/json.h"
#include "protocol/python.h"
#include "protocol/xmlvalue.h"

#define EXAMPLE_TIME (apr_time_t)(APR_INT64_C(1767225600) * APR_USEC_PER_SEC)

/* An example is made as text first; escaping it comes last. */
typedef struct example_t {
    rpc_html_t *html;
    rpc_call_t *call;
    const rpc_entry_t *entry;
    rpc_value_t *args;    /* by position, required ones only */
    rpc_value_t *named;
    rpc_writer_t *text;
} example_t;

/* ------------------------------------------------------ example arguments */

static rpc_value_t *make_value(rpc_call_t *call, const rpc_typespec_t *type,
                               int number);

static rpc_value_t *make_array(rpc_call_t *call, const rpc_typespec_t *type,
                               int number)
{
    rpc_value_t *array = rpc_array(call);

    if (type->element != NULL) {
        rpc_append(call, array, make_value(call, type->element, number));
    }
    return array;
}

static rpc_value_t *make_struct(rpc_call_t *call, const rpc_typespec_t *type,
                                int number)
{
    rpc_value_t *strct = rpc_struct(call);
    int i;

    for (i = 0; i < type->field_count; i++) {
        const rpc_parameter_t *field = &type->fields[i];

        if (!field->optional) {
            rpc_set(call, strct, field->name,
                    make_value(call, field->type, number));
        }
    }
    return strct;
}

/* A value of the first type that is allowed; nil only where nothing else is.
 * Numbers differ, so that an example shows which is which. */
static rpc_value_t *make_value(rpc_call_t *call, const rpc_typespec_t *type,
                               int number)
{
    if (type->mask == RPC_ANY_MASK || (type->mask & RPC_BIT(RPC_STRING))) {
        return rpc_string(call, "text");
    }
    if (type->mask & RPC_BIT(RPC_INT)) {
        return rpc_int(call, number);
    }
    if (type->mask & RPC_BIT(RPC_DOUBLE)) {
        return rpc_double(call, number + 0.5);
    }
    if (type->mask & RPC_BIT(RPC_BOOL)) {
        return rpc_bool(call, 1);
    }
    if (type->mask & RPC_BIT(RPC_BYTES)) {
        return rpc_bytes(call, "bytes", 5);
    }
    if (type->mask & RPC_BIT(RPC_TIME)) {
        return rpc_time(call, EXAMPLE_TIME);
    }
    if (type->mask & RPC_BIT(RPC_ARRAY)) {
        return make_array(call, type, number);
    }
    return type->mask & RPC_BIT(RPC_STRUCT) ? make_struct(call, type, number)
                                            : rpc_nil(call);
}

static void make_arguments(example_t *example)
{
    const rpc_signature_t *signature = example->entry->signature;
    rpc_call_t *call = example->call;
    int number = 2;
    int i;

    example->args = rpc_array(call);
    example->named = rpc_struct(call);
    for (i = 0; i < signature->count; i++) {
        const rpc_parameter_t *parameter = &signature->parameters[i];
        rpc_value_t *value;

        if (parameter->optional && !parameter->rest) {
            continue;
        }
        value = make_value(call, parameter->type, number++);
        if (parameter->rest) {
            rpc_value_t *second = make_value(call, parameter->type, number);

            rpc_append(call, example->args, value);
            rpc_append(call, example->args, second);
            value = rpc_arrayv(call, value, second, NULL);
        }
        else {
            rpc_append(call, example->args, value);
        }
        rpc_set(call, example->named, parameter->name, value);
    }
}

/* --------------------------------------------------------------- messages */

/* All of these return text that ends with NUL. */

static char *take(example_t *example, rpc_writer_t *text)
{
    return apr_pstrmemdup(example->html->pool, text->data, text->length);
}

static const char *json_request(example_t *example)
{
    rpc_writer_t *text = rpc_writer_create(example->html->pool);

    rpc_write_literal(text, "{\"jsonrpc\": \"2.0\", \"method\": ");
    rpc_json_write_string(text, example->entry->name,
                          strlen(example->entry->name));
    if (rpc_count(example->named) > 0) {
        rpc_write_literal(text, ", \"params\": ");
        rpc_json_write(text, example->named);
    }
    rpc_write_literal(text, ", \"id\": 1}");
    return take(example, text);
}

static const char *xml_request(example_t *example)
{
    rpc_writer_t *text = rpc_writer_create(example->html->pool);
    size_t i;

    rpc_write_literal(text, "<?xml version=\"1.0\"?><methodCall><methodName>");
    rpc_xml_write_text(text, example->entry->name,
                       strlen(example->entry->name));
    rpc_write_literal(text, "</methodName><params>");
    for (i = 0; i < rpc_count(example->args); i++) {
        rpc_write_literal(text, "<param>");
        rpc_xml_write(text, rpc_at(example->args, i), 1);
        rpc_write_literal(text, "</param>");
    }
    rpc_write_literal(text, "</params></methodCall>");
    return take(example, text);
}

static const char *python_call(example_t *example)
{
    rpc_writer_t *text = rpc_writer_create(example->html->pool);
    size_t i;

    rpc_write_string(text, example->entry->name);
    rpc_write_char(text, '(');
    for (i = 0; i < rpc_count(example->args); i++) {
        rpc_write_string(text, i > 0 ? ", " : "");
        rpc_python_write(text, rpc_at(example->args, i));
    }
    rpc_write_char(text, ')');
    return take(example, text);
}

/* ------------------------------------------------------------------- text */

static void put_string(example_t *example, const char *text)
{
    rpc_write_string(example->text, text);
}

/* In single quotes, for a shell. */
static void put_shell(example_t *example, const char *text)
{
    rpc_write_char(example->text, '\'');
    for (; *text != '\0'; text++) {
        if (*text == '\'') {
            rpc_write_literal(example->text, "'\\''");
        }
        else {
            rpc_write_char(example->text, *text);
        }
    }
    rpc_write_char(example->text, '\'');
}

static void put_json(example_t *example, const char *text)
{
    rpc_json_write_string(example->text, text, strlen(text));
}

static void put_python(example_t *example, const char *text)
{
    rpc_python_write_string(example->text, text, strlen(text));
}

static const char *url_of(example_t *example)
{
    const rpc_about_t *about = example->html->page->about;

    return about->url != NULL ? about->url : "http://localhost/rpc";
}

static unsigned speaks(const example_t *example, unsigned protocol)
{
    return example->html->page->protocols & protocol;
}

/* Each of these writes one example. */

static void write_curl(example_t *example)
{
    put_string(example, "curl ");
    put_shell(example, url_of(example));
    if (speaks(example, RPC_SPEAKS_JSONRPC)) {
        put_string(example,
                   " \\\n    -H 'Content-Type: application/json' \\\n    -d ");
        put_shell(example, json_request(example));
    }
    else if (speaks(example, RPC_SPEAKS_PYRPC)) {
        put_string(example, " \\\n    -d request=execute \\\n"
                            "    --data-urlencode ");
        put_shell(example, apr_pstrcat(example->html->pool, "data=",
                                       python_call(example), NULL));
    }
    else {
        put_string(example,
                   " \\\n    -H 'Content-Type: text/xml' \\\n    -d ");
        put_shell(example, xml_request(example));
    }
}

static void write_javascript(example_t *example)
{
    put_string(example, "const response = await fetch(");
    put_json(example, url_of(example));
    put_string(example, ", {\n    method: \"POST\",\n");
    if (speaks(example, RPC_SPEAKS_JSONRPC)) {
        put_string(example,
                   "    headers: {\"Content-Type\": \"application/json\"},\n"
                   "    body: JSON.stringify(");
        put_string(example, json_request(example));
        put_string(example, ")\n});\nconsole.log(await response.json());");
    }
    else if (speaks(example, RPC_SPEAKS_PYRPC)) {
        put_string(example,
                   "    headers: {\"Accept\": \"application/json\"},\n"
                   "    body: new URLSearchParams({request: \"execute\", "
                   "data: ");
        put_json(example, python_call(example));
        put_string(example, "})\n});\nconsole.log(await response.json());");
    }
    else {
        put_string(example,
                   "    headers: {\"Content-Type\": \"text/xml\"},\n"
                   "    body: ");
        put_json(example, xml_request(example));
        put_string(example, "\n});\nconsole.log(await response.text());");
    }
}

/* ----------------------------------------------------------------- Python */

/* A value as xmlrpc.client takes it. */
static void put_python_value(example_t *example, const rpc_value_t *value)
{
    const char *name;
    size_t i;

    switch (rpc_type(value)) {
    case RPC_TIME:
        put_string(example,
                   "xmlrpc.client.DateTime(\"20260101T00:00:00\")");
        break;
    case RPC_ARRAY:
        put_string(example, "[");
        for (i = 0; i < rpc_count(value); i++) {
            put_string(example, i > 0 ? ", " : "");
            put_python_value(example, rpc_at(value, i));
        }
        put_string(example, "]");
        break;
    case RPC_STRUCT:
        put_string(example, "{");
        for (i = 0; i < rpc_count(value); i++) {
            const rpc_value_t *member = rpc_member(value, i, &name);

            put_string(example, i > 0 ? ", " : "");
            put_python(example, name);
            put_string(example, ": ");
            put_python_value(example, member);
        }
        put_string(example, "}");
        break;
    default:
        rpc_python_write(example->text, value);
    }
}

/* Whether Python can say server.a.b(): the parts are identifiers. */
static int is_attribute(const char *name, apr_pool_t *pool)
{
    static const char keywords[] =
        " False None True and as assert async await break class continue def "
        "del elif else except finally for from global if import in is lambda "
        "nonlocal not or pass raise return try while with yield ";

    for (;;) {
        apr_size_t i = 0;

        while (apr_isalnum(name[i]) || name[i] == '_') {
            i++;
        }
        if (i == 0 || apr_isdigit(name[0])
            || strstr(keywords, apr_psprintf(pool, " %.*s ", (int)i, name))
               != NULL) {
            return 0;
        }
        if (name[i] != '.') {
            return name[i] == '\0';
        }
        name += i + 1;
    }
}

static int holds_nil(const rpc_value_t *value)
{
    int found = rpc_type(value) == RPC_NIL;
    size_t i;

    for (i = 0; i < rpc_count(value) && !found; i++) {
        const rpc_value_t *inner = rpc_type(value) == RPC_ARRAY
                                       ? rpc_at(value, i)
                                       : rpc_member(value, i, NULL);

        found = holds_nil(inner);
    }
    return found;
}

static void write_xmlrpc_client(example_t *example)
{
    size_t i;

    put_string(example, "import xmlrpc.client\n\n"
                        "server = xmlrpc.client.ServerProxy(");
    put_json(example, url_of(example));
    put_string(example, holds_nil(example->args) ? ", allow_none=True" : "");
    put_string(example, ")\nprint(");
    if (is_attribute(example->entry->name, example->html->pool)) {
        put_string(example, "server.");
        put_string(example, example->entry->name);
    }
    else {
        put_string(example, "getattr(server, ");
        put_python(example, example->entry->name);
        put_string(example, ")");
    }
    put_string(example, "(");
    for (i = 0; i < rpc_count(example->args); i++) {
        put_string(example, i > 0 ? ", " : "");
        put_python_value(example, rpc_at(example->args, i));
    }
    put_string(example, "))");
}

static void write_python(example_t *example)
{
    if (speaks(example, RPC_SPEAKS_XMLRPC)) {
        write_xmlrpc_client(example);
    }
    else if (speaks(example, RPC_SPEAKS_JSONRPC)) {
        put_string(example, "import json\nimport urllib.request\n\n"
                            "request = urllib.request.Request(\n    ");
        put_json(example, url_of(example));
        put_string(example, ",\n    ");
        put_python(example, json_request(example));
        put_string(example,
                   ".encode(),\n    {\"Content-Type\": "
                   "\"application/json\"})\n"
                   "with urllib.request.urlopen(request) as answer:\n"
                   "    print(json.load(answer))");
    }
    else {
        put_string(example, "import ast\nimport urllib.parse\n"
                            "import urllib.request\n\n"
                            "form = {\"request\": \"execute\", \"data\": ");
        put_python(example, python_call(example));
        put_string(example, "}\nwith urllib.request.urlopen(\n        ");
        put_json(example, url_of(example));
        put_string(example,
                   ",\n        urllib.parse.urlencode(form).encode()) as "
                   "answer:\n"
                   "    print(ast.literal_eval(answer.read().decode()))");
    }
}

/* ------------------------------------------------------------------- HTML */

static void put_example(example_t *example, const char *language,
                        void (*write)(example_t *example))
{
    rpc_html_t *html = example->html;

    example->text->length = 0;
    write(example);
    rpc_html_put(html,
                 "<figure class=\"example\"><figcaption>%t</figcaption>"
                 "<pre><code>", language);
    rpc_html_text(html, example->text->data, example->text->length);
    rpc_html_put(html, "</code></pre></figure>\n");
}

void rpc_html_examples(rpc_html_t *html, const rpc_entry_t *entry)
{
    example_t example;

    memset(&example, 0, sizeof(example));
    example.html = html;
    example.call = html->call;
    example.entry = entry;
    example.text = rpc_writer_create(html->pool);
    make_arguments(&example);
    rpc_html_put(html, "<details class=\"examples\">"
                       "<summary>curl, JavaScript, Python</summary>\n");
    put_example(&example, "curl", write_curl);
    put_example(&example, "JavaScript", write_javascript);
    put_example(&example, "Python", write_python);
    rpc_html_put(html, "</details>\n");
}
