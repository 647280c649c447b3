#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# HTTP methods, paths and statuses: GET, HEAD, OPTIONS, what is not allowed,
# what is not there. (Design: the table of HTTP messages.)
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use RpcTest;

my $url  = RpcTest::url('/rpc');
my $spec = RpcTest::url('/spec');
my $call = 'request=execute&data=add(2,3)';

my $get  = RpcTest::get("$url?$call");
my $head = RpcTest::request('HEAD', "$url?$call");
is($head->{status}, 200, 'HEAD');
is($head->{body}, '', 'has no body');
is($head->{headers}{'content-length'}, length $get->{body},
    'and the length of GET');
is($get->{headers}{'cache-control'}, 'no-store', 'results are not stored');
is($get->{headers}{'x-content-type-options'}, 'nosniff', 'nor guessed at');

my $r = RpcTest::request('OPTIONS', $url);
is($r->{status}, 204, 'OPTIONS');
is($r->{headers}{allow}, 'GET, HEAD, POST, OPTIONS', 'names the methods');

for my $method ('PUT', 'DELETE', 'PATCH', 'PROPFIND', 'FOO') {
    $r = RpcTest::request($method, $url);
    is($r->{status}, 405, $method);
    like($r->{headers}{allow}, qr/\bPOST\b/, 'Allow');
}

$r = RpcTest::get($url, accept => 'application/json');
is($r->{status}, 405, 'GET without a query, by a program');
is($r->{headers}{allow}, 'POST, OPTIONS', 'Allow');
like($r->{body}, qr/request=execute/, 'says how to call');

is(RpcTest::get("$url?foo=bar")->{status}, 400, 'a query that is no call');
is(RpcTest::get("$url?request=execute")->{status}, 400, 'half a call');
is(RpcTest::get("$url/?$call")->{body}, $get->{body}, '/rpc/ is /rpc');

# Only what is safe may be called by GET.
for my $query ('request=execute&data=write_something(1)',
    'method=write_something&params=%5B1%5D&id=1') {
    $r = RpcTest::get("$spec?$query");
    is($r->{status}, 405, "an unsafe method by GET: $query");
    is($r->{headers}{allow}, 'POST, OPTIONS', 'Allow');
    like($r->{body}, qr/POST/, 'says what would be right');
}
is(RpcTest::get("$spec/write_something?0=1")->{status}, 405,
    'the same as JSON-RPC 1.1');
is(RpcTest::get("$url?method=system.multicall&params=%5B%5B%5D%5D&id=1")
    ->{status}, 405, 'multicall is no way around it');

# JSON-RPC 1.1 by GET.
$r = RpcTest::get("$url/add?x=2&y=3");
is($r->{status}, 200, 'a procedure below the endpoint');
is($r->{body}, '{"version":"1.1","result":5}', 'is JSON-RPC 1.1');
is(RpcTest::get("$url/calc.add?x=2&y=3")->{status}, 200, 'dotted');
is(RpcTest::get("$url/nosuch")->{status}, 404, 'an unknown procedure');
is(RpcTest::get("$url/add?x=2")->{status}, 500, 'a failed one');
is(RpcTest::request('POST', "$url/add")->{status}, 404, 'POST below it');
is(RpcTest::get(RpcTest::url('/rpcx'))->{status}, 404,
    'a path that only begins like the endpoint');

# JSON-RPC by GET: params as JSON, as base64 in either alphabet.
my $five = '{"jsonrpc":"2.0","result":5,"id":1}';
is(RpcTest::get("$url?jsonrpc=2.0&method=add&params=%5B2%2C3%5D&id=1")
    ->{body}, $five, 'params as JSON');
is(RpcTest::get("$url?method=add&params=WzIsM10%3D&id=1")->{body}, $five,
    'params as base64');
is(RpcTest::get("$url?method=add&params=WzIsM10&id=1")->{body}, $five,
    'without padding');
is(RpcTest::get("$url?method=echo&params=WyI%2FPz8-Il0=&id=1")->{body},
    '{"jsonrpc":"2.0","result":"???>","id":1}', 'the other alphabet');
is(RpcTest::get("$url?method=echo&params=WyI+fn4iXQ&id=1")->{body},
    '{"jsonrpc":"2.0","result":">~~","id":1}', 'a + that became a space');
$r = RpcTest::get("$url?method=ping");
is($r->{status}, 200, 'no id is a notification');
is($r->{body}, '', 'and has no answer');

# A whole answer, or none: ranges do not apply.
$r = RpcTest::get("$url?$call", range => 'bytes=0-3');
is($r->{status}, 200, 'Range is ignored');
is($r->{body}, $get->{body}, 'and the answer whole');

# GET ?openrpc
$r = RpcTest::get("$url?openrpc");
is($r->{status}, 200, 'GET ?openrpc');
like($r->{body}, qr/^\{"openrpc":"1\.2\.6"/, 'is the document itself');

done_testing();
