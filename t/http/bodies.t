#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# How bodies arrive: in pieces, chunked, after 100-continue, compressed, not
# at all; and what is left of a connection after an error.
use strict;
use warnings;
use lib 't/lib';
use Compress::Zlib ();
use Test::More;
use RpcTest;

my $url  = RpcTest::url('/rpc');
my $port = RpcTest::port();
my $json = '{"jsonrpc":"2.0","method":"add","params":[2,3],"id":1}';
my $five = '{"jsonrpc":"2.0","result":5,"id":1}';

sub head {
    my (@more) = @_;
    return join("\r\n", 'POST /rpc HTTP/1.1', 'Host: localhost',
        'Content-Type: application/json', @more, '', '');
}

my $length = 'Content-Length: ' . length $json;
my $r = RpcTest::raw($port, head($length) . $json);
is($r->{body}, $five, 'Content-Length');

$r = RpcTest::raw($port, head($length), pause => 0.01,
    pieces => [split //, $json]);
is($r->{body}, $five, 'byte by byte');

my $chunked = join('', map { sprintf("%x\r\n%s\r\n", length, $_) }
    $json =~ /(.{1,7})/gs) . "0\r\n\r\n";
$r = RpcTest::raw($port, head('Transfer-Encoding: chunked') . $chunked);
is($r->{body}, $five, 'chunked');
$r = RpcTest::raw($port, head('Transfer-Encoding: chunked'), pause => 0.005,
    pieces => [split //, $chunked]);
is($r->{body}, $five, 'chunked, byte by byte');

$r = RpcTest::raw($port, head($length, 'Expect: 100-continue'),
    pause => 0.3, pieces => [$json], all => 0);
like($r->{bytes}, qr{^HTTP/1\.1 100 }, 'Expect: 100-continue');

$r = RpcTest::raw($port, head('Transfer-Encoding: chunked') . "zz\r\n",
    all => 1);
is($r->{status}, 400, 'broken chunks');
like($r->{body}, qr/^\{"jsonrpc":"2\.0","error"/, 'answered in the protocol');
ok($r->{closed}, 'and the connection closed');

# A client that goes away in the middle; the server goes on.
RpcTest::raw($port, head('Content-Length: 1000') . '{"jsonrpc"',
    half_close => 1);
RpcTest::raw($port, head('Transfer-Encoding: chunked') . "5\r\n{\"js",
    half_close => 1);
is(RpcTest::post($url, 'application/json', $json)->{body}, $five,
    'after clients that went away');

# gzip in, without configuration.
my %gzip = ('content-encoding' => 'gzip');
$r = RpcTest::request('POST', $url, headers => {
    'content-type' => 'application/json', %gzip },
    content => Compress::Zlib::memGzip($json));
is($r->{body}, $five, 'a gzip body');
$r = RpcTest::request('POST', $url, headers => {
    'content-type' => 'application/json', 'content-encoding' => 'x-GZIP' },
    content => Compress::Zlib::memGzip($json));
is($r->{body}, $five, 'x-gzip');

RpcTest::expect_log(qr/AH01387: Zlib: Invalid header/);
RpcTest::allow_log(qr/RPC0008: the request body could not be read/);
$r = RpcTest::request('POST', $url, headers => {
    'content-type' => 'application/json', %gzip }, content => $json);
is($r->{status}, 400, 'what says gzip and is none');
like($r->{body}, qr/"error"/, 'answered in the protocol');

for my $coding ('br', 'gzip, gzip', 'x-foo') {
    $r = RpcTest::request('POST', $url, headers => {
        'content-type' => 'application/json',
        'content-encoding' => $coding }, content => $json);
    is($r->{status}, 415, "Content-Encoding: $coding");
}

# gzip out, by mod_deflate.
my $server = RpcTest::httpd(<<'CONF', system => ['deflate']);
<Location "/rpc">
    SetHandler rpc
    RpcHandler server
    SetOutputFilter DEFLATE
</Location>
CONF
my $long = 'x' x 5000;
$r = RpcTest::request('POST', $server->url('/rpc'), headers => {
    'content-type' => 'application/json', 'accept-encoding' => 'gzip' },
    content => qq({"jsonrpc":"2.0","method":"echo","params":["$long"],"id":1}));
is($r->{headers}{'content-encoding'}, 'gzip', 'mod_deflate compresses');
is(Compress::Zlib::memGunzip($r->{body}),
    qq({"jsonrpc":"2.0","result":"$long","id":1}), 'the whole answer');

# Keep-alive: two calls; and a call after an error whose body was not read.
my $one = head($length) . $json;
$r = RpcTest::raw($port, $one . head($length, 'Connection: close') . $json,
    all => 1);
is(() = $r->{bytes} =~ /"result":5/g, 2, 'two calls on one connection');

my $other = $one;
$other =~ s{application/json}{text/plain};
$r = RpcTest::raw($port, $other . head($length, 'Connection: close') . $json,
    all => 1);
like($r->{bytes}, qr{^HTTP/1\.1 415 .*"result":5}s,
    'a call after a 415 with a body');

done_testing();
