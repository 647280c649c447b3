#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# A handler that misbehaves costs its own call only, in all three protocols:
# the client gets a fault, the error log says why, the server lives on.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Time::HiRes ();
use RpcTest;

my $server = RpcTest::httpd('<Location "/rpc">
    SetHandler rpc
    RpcHandler chaos
    RpcHandler chaosdispatch
    RpcXmlNil on
</Location>
', threads => 16);
my $url = $server->url('/rpc');

sub json {
    my ($method, $params) = @_;
    my $r = RpcTest::post($url, 'application/json', '{"jsonrpc":"2.0",'
        . "\"method\":\"$method\",\"params\":$params,\"id\":1}");
    return $r->{status} == 200 ? $r->{body} : "$r->{status} $r->{body}";
}

sub xml {
    my ($method) = @_;
    my $r = RpcTest::post($url, 'text/xml', '<methodCall><methodName>'
        . "$method</methodName><params/></methodCall>");
    return $r->{status} == 200 ? $r->{body} : "$r->{status} $r->{body}";
}

sub python {
    my ($data) = @_;
    my $r = RpcTest::post($url, 'application/x-www-form-urlencoded',
        "request=execute&data=$data");
    return $r->{status} == 200 ? $r->{body} : "$r->{status} $r->{body}";
}

# Results that are none. The log names the method, the client gets an id.
for (
    [ 'null', 'returned NULL without a fault' ],
    [ 'wrong_type', 'promises int, returned string' ],
    [ 'broken_utf8', 'UTF-8' ],
    [ 'broken_name', 'UTF-8' ],
    [ 'nan', 'carry' ], [ 'infinity', 'carry' ], [ 'cycle', 'deep' ],
    [ 'far_time', 'time' ],
) {
    my ($name, $why) = @$_;
    RpcTest::expect_log(qr/RPC\d{4}: method $name\b.*$why/);
    RpcTest::allow_log(qr/RPC\d{4}: method $name: /);    # xmlrpc's words
    like(json($name, '[]'), qr/"code":-32603,.*error log/,
        "$name: jsonrpc");
    like(xml($name), qr{<int>-32603</int>}, "$name: xmlrpc");
    like(python("$name()"), qr/error log.*'code': -32603\}\z/,
        "$name: pyrpc");
}

# Results that some syntax cannot carry.
is(json('controls', '[]'),
    "{\"jsonrpc\":\"2.0\",\"result\":\"\\u0001\\u001f\x7f\",\"id\":1}",
    'control characters in JSON');
is(python('controls()'),
    "{'res': 'response', 'data': \"'\\\\x01\\\\x1f\\\\x7f'\"}",
    'control characters in Python');
like(xml('controls'), qr{<int>-32603</int>}, 'but not in XML');
like(json('nul', '[]'), qr/"result":"a\\u0000b"/, 'a NUL in JSON');
like(python('nul()'), qr/"'a\\\\x00b'"/, 'a NUL in Python');
like(xml('nul'), qr{<int>-32603</int>}, 'but not in XML');
like(json('deep', '[900]'), qr/"result":\[{900}\]{900},/, '900 levels');
RpcTest::expect_log(qr/RPC\d{4}: method deep.*deep/);
like(json('deep', '[5000]'), qr/"code":-32603/, 'not 5000');
is(length RpcTest::post($url, 'application/x-www-form-urlencoded',
    'request=execute&data=huge(20000000)')->{body},
    20000000 + length "{'res': 'response', 'data': \"''\"}",
    'a huge result');

# Faults of a handler's own.
like(python('fail_broken()'), qr/'data': 'no \? good', 'code': 7/,
    'a fault that is no UTF-8');
like(json('fail_broken', '[]'), qr/"code":7/, 'in JSON');
like(json('fail_and_return', '[]'), qr/"code":7/, 'a fault wins');
like(json('fail_data', '[]'), qr/"code":7.*"data":\{"why":1\}/,
    'a fault with data');
like(json('need', '[{"id":"1"}]'), qr/"code":-32602.*id/, 'rpc_need');
like(json('need', '[{"id":7}]'), qr/"result":7/, 'rpc_need is content');

# Before.
like(json('before_doubles', '[21]'), qr/"result":42/, 'before changes');
like(json('before_refuses', '[]'), qr/"code":-32001/, 'before refuses');

# Later, from another thread.
like(json('later', '[0.1]'), qr/"result":\["later",0.1,false\]/, 'later');
like(json('later', '[0]'), qr/"result":\["later",0.0,false\]/, 'soon');
like(json('later_at_once', '[]'), qr/"result":"at once"/, 'at once');
like(json('later_fail', '[0.1]'), qr/"code":7,.*failed later/, 'a fault');
like(json('later_null', '[0.1]'), qr/"code":7,.*before completion/,
    'a fault, then NULL');
RpcTest::expect_log(qr/RPC\d{4}: method later_wrong_type/);
like(json('later_wrong_type', '[0.1]'), qr/"code":-32603/, 'a wrong type');
my $start = Time::HiRes::time();
like(json('later', '[1.5,0.3]'), qr/"code":-32003/, 'not in time');
cmp_ok(Time::HiRes::time() - $start, '<', 1.2, 'and the client did not wait');
my $batch = RpcTest::post($url, 'application/json', '['
    . join(',', map { "{\"jsonrpc\":\"2.0\",\"method\":\"later\","
        . "\"params\":[0.5],\"id\":$_}" } 1 .. 5) . ']');
is(() = $batch->{body} =~ /"later"/g, 5, 'a batch of them');
Time::HiRes::sleep(1.5);    # what came too late has come by now
like(json('pid', '[]'), qr/"result":\d+/, 'and did no harm');

# Calls of calls.
like(json('recurse', '[3]'), qr/"result":3/, 'a method calls itself');
like(json('recurse', '[100000]'), qr/"code":-32002/, 'not without end');
like(json('invoke', '["deep",[1]]'), qr/"result":\[\]/, 'rpc_invoke');
like(json('invoke', '["nosuch",[]]'), qr/"code":-32601/,
    'the fault is handed on');
like(json('invoke', '["deep",["x"]]'), qr/"code":-32602/, 'this one too');
like(json('forgive', '["fail_data"]'), qr/"result":\{"code":7,/,
    'or taken back');

# What no table has.
like(json('any.thing', '[1,2]'),
    qr/"result":\{"method":"any.thing","params":\[1,2\]\}/, 'dispatch');
like(json('any.thing', '{"a":1}'), qr/"params":\{"a":1\}/, 'by name');
like(json('nosuch', '[]'), qr/"code":-32601/, 'rpc_pass');
RpcTest::expect_log(qr/RPC\d{4}: method any\.null of table chaosdispatch/);
like(json('any.null', '[]'), qr/"code":-32603/, 'NULL of a dispatch');

# Who calls, and what is listed.
like(json('identity', '[]'), qr/"method":"identity","protocol":"jsonrpc",
    "transport":"http","user":null,"client_ip":"127\.0\.0\.1",
    "request":true,"connection":true,"peer":false/x, 'identity');
like(json('system.listMethods', '[]'), qr/"pid"/, 'listed');
unlike(json('system.listMethods', '[]'), qr/"hidden"/, 'RPC_HIDDEN');
like(json('hidden', '[]'), qr/"result":null/, 'but it can be called');
like(json('login', '["u","sesame"]'), qr/"result":true/, 'a secret argument');
unlike(RpcTest::slurp($server->error_log) . RpcTest::slurp(
    $server->access_log), qr/sesame/, 'is in no log');

# A crash costs its own process; the next call finds another one.
RpcTest::expect_log(qr/AH00052: child pid \d+ exit signal Segmentation/);
my $r = RpcTest::post($url, 'application/json',
    '{"jsonrpc":"2.0","method":"crash","id":1}');
is($r->{status}, 599, 'the connection is gone');
my $alive = 0;
for (1 .. 100) {
    $alive = json('pid', '[]') =~ /"result":\d+/;
    last if $alive;
    Time::HiRes::sleep(0.1);
}
ok($alive, 'the server lives on');
done_testing();
