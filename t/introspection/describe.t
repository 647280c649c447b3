#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# system.describe (JSON-RPC 1.1, section 8), rpc.discover and GET ?openrpc
# over the wire.
use strict;
use warnings;
use lib 't/lib';
use JSON::PP ();
use Test::More;
use RpcTest;

my $json = JSON::PP->new->utf8->canonical;
my $url = RpcTest::url('/rpc');

sub by_name {
    my ($list) = @_;
    return { map { $_->{name} => $_ } @$list };
}

my $r = RpcTest::post($url, 'application/json',
    '{"version":"1.1","method":"system.describe","params":[],"id":7}');
is($r->{status}, 200, 'system.describe by JSON-RPC 1.1');
my $answer = $json->decode($r->{body});
is($answer->{version}, '1.1', 'answered in 1.1');
my $service = $answer->{result};
is($service->{sdversion}, '1.0', 'sdversion');
ok(length $service->{name}, 'name');
like($service->{id}, qr{^http://127\.0\.0\.1:\d+/rpc$}, 'id is a URI');
is($service->{address}, $service->{id}, 'address');
my $procs = by_name($service->{procs});
is_deeply($procs->{add}, { name => 'add', summary => 'Return x + y.',
    idempotent => JSON::PP::true(), params => [ { name => 'x',
    type => 'num' }, { name => 'y', type => 'num' } ],
    return => { type => 'num' } }, 'a procedure');
is($procs->{sum}{params}[0]{type}, 'arr', 'the rest is an array');
is($procs->{echo}{return}{type}, 'any', 'any');
ok(!$procs->{'system.multicall'}{idempotent}, 'multicall is not idempotent');
ok(!$procs->{'system.describe'}, 'it does not list itself');
$r = RpcTest::get("$url/system.describe");
is_deeply($json->decode($r->{body})->{result}, $service, 'the same by GET')
    or diag($r->{body});

$r = RpcTest::post($url, 'application/json',
    '{"jsonrpc":"2.0","params":[],"id":999999,"method":"rpc.discover"}');
is($r->{status}, 200, 'rpc.discover as the OpenRPC playground sends it');
my $document = $json->decode($r->{body})->{result};
is($document->{openrpc}, '1.2.6', 'its version');
ok(length $document->{info}{$_}, "info.$_") for qw(title version);
like($document->{servers}[0]{url}, qr{^http://127\.0\.0\.1:\d+/rpc$},
    'servers');
my $methods = by_name($document->{methods});
is_deeply([ grep { /^(?:system|rpc)\./ } keys %$methods ], [],
    'neither system.* nor itself');
is_deeply($methods->{add}{params}, [ map { { name => $_,
    required => JSON::PP::true(), schema => { type => 'number' } } }
    qw(x y) ], 'parameters');
is($methods->{add}{paramStructure}, 'either', 'by position and by name');
is_deeply($methods->{add}{result}, { name => 'result',
    schema => { type => 'number' } }, 'result');
ok($methods->{add}{'x-safe'}, 'x-safe');
ok($methods->{divide}{errors}[0]{code}, 'errors');
is_deeply($methods->{echo}{params}, [ { name => 'message',
    required => JSON::PP::false(), schema => { default => '' } } ],
    'an optional parameter');
is($methods->{sum}{paramStructure}, 'by-name', 'the rest goes by name');
is_deeply($methods->{sum}{params}[0], { name => 'values',
    required => JSON::PP::false(), 'x-rest' => JSON::PP::true(),
    schema => { type => 'array', items => { type => 'number' } } },
    'as an array');

# What the document promises is true.
$r = RpcTest::post($url, 'application/json', '{"jsonrpc":"2.0","id":1,'
    . '"method":"sum","params":{"values":[1,2,3]}}');
is($json->decode($r->{body})->{result}, 6, 'the rest by name, called');

$r = RpcTest::get("$url?openrpc");
is($r->{status}, 200, 'GET ?openrpc');
like($r->{headers}{'content-type'}, qr{^application/json\b},
    'its media type');
is_deeply($json->decode($r->{body}), $document, 'the bare document');

done_testing();
