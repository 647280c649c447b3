#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# RpcDocs, RpcTitle, RpcName and RpcDescription: what they take, and how
# sections merge.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use RpcTest;

for my $name (qw(RpcTitle RpcName RpcDescription)) {
    my ($status, $said) = RpcTest::config_test("$name \"\"");
    isnt($status, 0, "$name \"\"");
    like($said, qr/$name takes one argument/, 'why');
    ($status, $said) = RpcTest::config_test("$name \"a\xe4\"");
    isnt($status, 0, "$name in Latin-1");
    like($said, qr/$name takes a text in UTF-8, which this is not/, 'why');
    ($status, $said) = RpcTest::config_test("$name two words");
    like($said, qr/$name takes one argument/, 'two words without quotes');
    ($status, $said) = RpcTest::config_test("$name \"gr\xc3\xbcn\"");
    is($status, 0, "$name in UTF-8") or diag($said);
}
my ($status, $said) = RpcTest::config_test('RpcDocs maybe');
like($said, qr/RpcDocs takes one of on, off, not "maybe"/, 'RpcDocs maybe');

my $server = RpcTest::httpd(<<'CONF', modules => [qw(rpc calc)]);
RpcTitle "Of the server"
RpcDocs off
<Location "/">
    SetHandler rpc
    RpcHandler calc
</Location>
<Location "/on">
    RpcDocs on
    RpcHandler calc
    RpcName "Of the location"
</Location>
<Location "/on/quiet">
    RpcHandler calc
    RpcIntrospection off
    RpcTitle "Of the inner one"
    RpcDescription "Inner."
</Location>
CONF

is(RpcTest::get($server->url('/'))->{status}, 405, 'off for the server');
my $r = RpcTest::get($server->url('/on'));
is($r->{status}, 200, 'on for an inner section');
like($r->{body}, qr{<title>Of\ the\ server</title>.*
    <h1>Of\ the\ location</h1>.*XML-RPC\ protocol\.}sx, 'each text by itself');
$r = RpcTest::get($server->url('/on/quiet'));
is($r->{status}, 200, 'on, said further out, holds without introspection');
like($r->{body}, qr{<title>Of\ the\ inner\ one</title>.*
    <h1>Of\ the\ location</h1>.*<p>Inner\.</p>}sx, 'the inner text wins');
unlike($r->{body}, qr/rpc\.discover|openrpc/, 'what is switched off is not there');
done_testing();
