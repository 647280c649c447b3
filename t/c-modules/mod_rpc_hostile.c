/* SPDX-License-Identifier: Apache-2.0 */
/* The handler table `hostile`: help, faults and defaults that are HTML, that
 * are broken, or full of links. For tests of the descriptions only. */
#include "mod_rpc.h"

static rpc_value_t *give_nil(rpc_call_t *call)
{
    return rpc_nil(call);
}

static rpc_value_t *give_one(rpc_call_t *call)
{
    return rpc_int(call, 1);
}

static rpc_value_t *echo(rpc_call_t *call)
{
    return rpc_arg(call, 0);
}

static const rpc_fault_info_t faults[] = {
    { 17, "<b onclick=alert(3)>bold</b> & \"quoted\" 'text'" },
    { 0, NULL }
};

static const rpc_method_t methods[] = {
    { "string html(string a = \"<img src=x onerror='alert(2)'>\")", echo,
      RPC_SAFE,
      "<script>alert(1)</script>\n\n</p></article></body>&lt;&amp;\n\n"
      "http://example.org/?a=1&b=\"><script>alert(4)</script>",
      NULL, faults },
    RPC_METHOD("any links(secret string password, any more = nil)", give_nil,
               RPC_BLOCKING | RPC_DEPRECATED,
               "See https://example.org/a_(b)?c=d&e=f, RFC 4627, RFC-3986; "
               "PEP 8 and html(x), but not html.\n"
               "Also (ftp://example.org/x). See system.listMethods. Not "
               "http:// nor RFC12x.\n\n"
               "    indented <as> it is\n      with RFC 1\n\n"
               "The end: nested.deep(1)."),
    RPC_METHOD("nil broken_text()", give_nil, 0,
               "Latin-1 \xe4 and a bell \001."),
    RPC_METHOD("nil nothing()", give_nil, 0, NULL),
    RPC_METHOD("nil unseen()", give_nil, RPC_HIDDEN, "Nobody sees this."),
    RPC_METHOD("int grün/ß(bool b, array<int> list, struct{int id, "
               "string name = \"\"} who, bytes data, time at, "
               "int|nil most = 3, string rest...)", give_one, 0,
               "Every kind of parameter."),
    RPC_METHOD("nil class.import()", give_nil, 0,
               "Python cannot say this as an attribute."),
    RPC_METHOD_END
};

static const rpc_method_t nested_methods[] = {
    RPC_METHOD("int deep(int x)", echo, RPC_SAFE, "Calls itself deep(1)."),
    RPC_METHOD_END
};

static const rpc_table_t nested =
    RPC_TABLE(nested, "A <table> in a table.", nested_methods);
static const rpc_table_t *const subtables[] = { &nested, NULL };

static rpc_value_t *dispatch(rpc_call_t *call)
{
    return rpc_pass(call);
}

RPC_HANDLER_MODULE(hostile, "<h2>Hostile</h2>", methods,
                   .title = "<i>Hostile</i> & more", .subtables = subtables,
                   .dispatch = dispatch);
