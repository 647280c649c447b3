#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# Ids: given back byte for byte, whatever number or string they are; found
# in invalid requests too. (JSON-RPC 2.0, sections 4, 4.1 and 5.)
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use RpcTest;

my $url = RpcTest::url('/rpc');

sub post { return RpcTest::post($url, 'application/json', $_[0])->{body} }

for my $id ('0', '-0', '-5', '1.0', '1.50', '0.1e1', '1E400',
    '9007199254740993', '-9223372036854775808', '18446744073709551616',
    '1' . '0' x 400, '0.' . '1' x 100, '""', '"a\"b\\\\c\/"', '"\u0041"',
    '"\u0000"', "\"\xc3\xa9\xf0\x9f\x98\x80\"", 'null')
{
    my $shown = length $id > 30 ? substr($id, 0, 30) . '...' : $id;
    is(post("{\"id\":\t$id\n,\"jsonrpc\":\"2.0\",\"method\":\"ping\"}"),
        "{\"jsonrpc\":\"2.0\",\"result\":\"pong\",\"id\":$id}", "id $shown");
}

for my $id ('true', '[1]', '{"a":1}') {
    like(post("{\"jsonrpc\":\"2.0\",\"method\":\"ping\",\"id\":$id}"),
        qr/"code":-32600,.*"id":null\}$/, "id $id is an Invalid Request");
}
for my $id ('5', '"x"', '1.50') {
    like(post("{\"jsonrpc\":\"2.0\",\"method\":1,\"id\":$id}"),
        qr/"code":-32600,.*"id":\Q$id\E\}$/,
        "id $id of an invalid request is given back");
}
for my $params ('[{"a":1,"a":2}]', '[{"a\u0000":1}]') {
    like(post("{\"jsonrpc\":\"2.0\",\"method\":\"echo\",\"params\":$params,"
            . '"id":1.50}'),
        qr/"code":-32600,.*"id":1\.50\}$/, "and that of $params");
}
like(post('[{"method":"echo","params":[{"a":1,"a":2}],"id":null},'
        . '{"version":"1.1","method":"echo","params":{"x":{"":1,"":2}},"id":[7]}]'),
    qr/^\[\{"result":null,"error":\{"code":-32600,.*\},"id":null\},
        \{"version":"1\.1","error":.*"code":-32600,.*"id":\[7\]\}\]$/x,
    'in the form of its version');
is(post('{"jsonrpc":"2.0","method":"ping","i\u0064":7}'),
    '{"jsonrpc":"2.0","result":"pong","id":7}', 'the name in escapes');
is(post('{"jsonrpc":"2.0","method":"ping","params":{"id":1}}'), '',
    'an id among the params is none');
is(post('{"jsonrpc":"2.0","method":"nosuch"}'), '',
    'a notification has no answer, not even an error');
like(post('{"jsonrpc":"2.0","method":"ping","id":1,"id":2}'),
    qr/"data":"duplicate member name \\"id\\""\},"id":null\}$/,
    'two ids are none');
like(post('{"jsonrpc":"2.0","method":"ping","id":1,"id":2,"i\u0064":3}'),
    qr/"id":null\}$/, 'nor are three');
like(post('{"jsonrpc":"2.0","method":"ping","id\u0000":1,"id":{}}'),
    qr/"code":-32600,.*"id":null\}$/, 'a name that only begins with id is none');

done_testing();
