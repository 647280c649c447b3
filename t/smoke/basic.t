#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# The main job, once in each protocol: add(2, 3) is 5. If this fails, look
# here first and at nothing else.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use RpcTest;

my $url = RpcTest::url('/rpc');

my $r = RpcTest::get("$url?request=execute&data=add(2,%203)");
is($r->{status}, 200, 'pyrpc by GET');
is($r->{body}, "{'res': 'response', 'data': '5'}", 'its answer');
like($r->{headers}{'content-type'}, qr{^text/plain; *charset=utf-8}i,
    'its media type');

$r = RpcTest::post($url, 'application/json',
    '{"jsonrpc":"2.0","method":"add","params":{"y":3,"x":2},"id":1}');
is($r->{status}, 200, 'jsonrpc by POST, arguments by name');
is($r->{body}, '{"jsonrpc":"2.0","result":5,"id":1}', 'its answer');
like($r->{headers}{'content-type'}, qr{^application/json\b}, 'its media type');

$r = RpcTest::post($url, 'text/xml', '<?xml version="1.0"?><methodCall>'
    . '<methodName>add</methodName><params><param><value><int>2</int></value>'
    . '</param><param><value><i4>3</i4></value></param></params>'
    . '</methodCall>');
is($r->{status}, 200, 'xmlrpc by POST');
like($r->{body}, qr{<param>\s*<value>\s*<int>5</int>\s*</value>\s*</param>},
    'its answer');
like($r->{headers}{'content-type'}, qr{^text/xml\b}, 'its media type');

# The same bytes by hand, to show that a complete answer has its length.
my $body = '{"jsonrpc":"2.0","method":"add","params":[2,3],"id":"a"}';
my $raw = RpcTest::raw(RpcTest::port(), "POST /rpc HTTP/1.1\r\n"
    . "Host: localhost\r\nContent-Type: application/json\r\n"
    . 'Content-Length: ' . length($body) . "\r\n\r\n$body");
is($raw->{status}, 200, 'jsonrpc through a socket');
is($raw->{headers}{'content-length'}, length $raw->{body},
    'Content-Length is set');

done_testing();
