#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# The three protocols over HTTP/2, through mod_http2: curl, and nghttp for
# several calls at once on one connection.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use RpcTest;

my $server = RpcTest::httpd(<<'CONF', system => ['http2']);
Protocols h2c http/1.1
<Location "/rpc">
    SetHandler rpc
    RpcHandler calc
    RpcHandler server
    RpcAllowOrigin https://a.example
</Location>
CONF
my $url  = $server->url('/rpc');
my @curl = ('curl', '-sS', '-m', 20, '--http2-prior-knowledge',
    '-w', "|%{http_version} %{http_code}\n");
my $json = '{"jsonrpc":"2.0","method":"add","params":[2,3],"id":1}';

my ($status, $out) = RpcTest::run_command(@curl, '-H',
    'Content-Type: application/json', '-d', $json, $url);
is($status, 0, 'curl');
is($out, qq({"jsonrpc":"2.0","result":5,"id":1}|2 200\n), 'JSON-RPC');
($status, $out) = RpcTest::run_command('nghttp', '-m', 20, '-t', 20,
    "$url?request=execute&data=add(2,3)");
is($status, 0, 'nghttp');
is($out, "{'res': 'response', 'data': '5'}" x 20,
    'twenty calls on one connection');
($status, $out) = RpcTest::run_command(@curl,
    "$url?request=execute&data=add(2,3)");
is($out, "{'res': 'response', 'data': '5'}|2 200\n", 'pyrpc by GET');
($status, $out) = RpcTest::run_command(@curl, '-H', 'Content-Type: text/xml',
    '-d', '<methodCall><methodName>ping</methodName></methodCall>', $url);
like($out, qr{<string>pong</string>.*\|2 200\n}s, 'XML-RPC');

# 5 MB there and back, more than a window.
my $file = $server->dir . '/big.json';
open(my $big, '>', $file) or die $!;
print $big '{"jsonrpc":"2.0","method":"echo","params":[["', join('","',
    ('x' x 1000) x 3000), '"]],"id":1}';
close $big;
($status, $out) = RpcTest::run_command(@curl, '-H',
    'Content-Type: application/json', '--data-binary', "\@$file", '-o',
    '/dev/null', '-w', '%{http_version} %{http_code} %{size_download}', $url);
is($out, '2 200 ' . (3000 * 1003 + 1 + 34), 'a large one there and back');

($status, $out) = RpcTest::run_command(@curl, '-X', 'DELETE', $url);
like($out, qr/\|2 405\n/, 'what is not allowed');

# Pages' origins: the endpoint's own is that of :authority.
RpcTest::expect_log(qr/RPC0011: calls of pages of https:\/\/evil\.example /);
my %status = ($server->url('') => 200, 'https://a.example' => 200,
    'https://evil.example' => 403, 'null' => 403);
for my $origin (sort keys %status) {
    ($status, $out) = RpcTest::run_command(@curl, '-H', "Origin: $origin",
        "$url?request=execute&data=add(2,3)");
    like($out, qr/\|2 $status{$origin}\n/, "a page of $origin");
}
($status, $out) = RpcTest::run_command(@curl, '-i', '-X', 'OPTIONS', '-H',
    'Origin: https://a.example', '-H', 'Access-Control-Request-Method: POST',
    $url);
like($out, qr/^access-control-allow-origin: https:\/\/a\.example\r$/m,
    'a preflight');
like($out, qr/\|2 204\n/, 'is answered');

done_testing();
