#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# The notes for the access log, and what must never stand in a log.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use RpcTest;

my $server = RpcTest::httpd(<<'CONF', system => ['rewrite']);
LogFormat "%r|%>s|%{rpc-protocol}n|%{rpc-method}n|%{rpc-code}n|%{rpc-calls}n" c
CustomLog "@DIR@/calls" c
<Location "/rpc">
    SetHandler rpc
    RpcHandler calc
    RpcHandler chaos
</Location>
<Location "/quiet">
    SetHandler rpc
    RpcHandler calc
    RpcLogRequests off
</Location>
<Location "/all">
    SetHandler rpc
    RpcHandler chaos
    RpcGet all
</Location>
<Directory "@DIR@/htdocs">
    RewriteEngine on
    RewriteRule "^api$" "/rpc" [QSA]
</Directory>
CONF

sub call {
    my ($method, $params, $path) = @_;
    return qq({"jsonrpc":"2.0","method":"$method","params":$params,"id":1});
}

my $url = $server->url('/rpc');
RpcTest::post($url, 'application/json', call('add', '[2,3]'));
RpcTest::post($url, 'application/json', call('add', '[2,"x"]'));
RpcTest::post($url, 'application/json', '[' . call('add', '[2,3]') . ','
    . call('nosuch', '[]') . ',' . call('mul', '[2,3]') . ']');
RpcTest::post($url, 'application/json', '[' . join(',',
    (call('add', '[1,1]')) x 20) . ']');
RpcTest::post($url, 'application/json', call('a\u000a\u0085\"b', '[]'));
RpcTest::post($url, 'text/xml', '<methodCall><methodName>system.multicall'
    . '</methodName><params><param><value><array><data>'
    . '<value><struct><member><name>methodName</name><value>add</value>'
    . '</member><member><name>params</name><value><array><data>'
    . '<value><int>1</int></value><value><int>2</int></value></data></array>'
    . '</value></member></struct></value></data></array></value></param>'
    . '</params></methodCall>');
RpcTest::post($url, 'application/json', '{');
RpcTest::get("$url?method=login&params=%5B%22joe%22%2C%22SESAME%22%5D&id=1");
RpcTest::get("$url?request=execute&data=login('joe','SESAME')");
RpcTest::get($server->url('/api') . "?request=execute&data=login('joe','SESAME')");
RpcTest::get($server->url('/all') . '?method=system.multicall&id=1&params='
    . '%5B%5B%7B%22methodName%22:%22login%22,'
    . '%22params%22:%5B%22joe%22,%22SESAME%22%5D%7D%5D%5D');
RpcTest::post($server->url('/quiet'), 'application/json',
    call('add', '[2,3]'));
$server->stop;

my @lines = split /\n/, RpcTest::slurp($server->dir . '/calls');
my @expected = (
    'POST /rpc HTTP/1.1|200|jsonrpc|add|0|1',
    'POST /rpc HTTP/1.1|200|jsonrpc|add|-32602|1',
    'POST /rpc HTTP/1.1|200|jsonrpc|add,nosuch,mul|-32601|3',
    'POST /rpc HTTP/1.1|200|jsonrpc|' . 'add,' x 8 . '...|0|20',
    'POST /rpc HTTP/1.1|200|jsonrpc|a???\"b|-32601|1',
    'POST /rpc HTTP/1.1|200|xmlrpc|system.multicall|0|2',
    'POST /rpc HTTP/1.1|200|jsonrpc|-|-32700|0',
    'GET /rpc?secret HTTP/1.1|200|jsonrpc|login|0|1',
    'GET /rpc?secret HTTP/1.1|200|pyrpc|login|0|1',
    'GET /api?secret HTTP/1.1|200|pyrpc|login|0|1',
    'GET /all?secret HTTP/1.1|200|jsonrpc|system.multicall|0|2',
    'POST /quiet HTTP/1.1|200|-|-|-|-',
);
for my $i (0 .. $#expected) {
    my $got = $lines[$i + 1]; # the first line is the harness's own probe
    $got = $lines[$i] if @lines == @expected;
    is($got, $expected[$i], "line $i");
}
unlike(RpcTest::slurp($server->access_log), qr/SESAME/,
    'no secret in the access log');
unlike(RpcTest::slurp($server->error_log), qr/SESAME/, 'nor the error log');

done_testing();
