#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# RpcIntrospection off and RpcMulticall off remove what they name from calls,
# lists and capabilities, and nothing else.
use strict;
use warnings;
use lib 't/lib';
use JSON::PP ();
use Test::More;
use RpcTest;

my $json = JSON::PP->new->utf8->allow_nonref;
my $server = RpcTest::httpd(<<'CONF');
<Location "/mute">
    SetHandler rpc
    RpcHandler calc
    RpcIntrospection off
</Location>
<Location "/single">
    SetHandler rpc
    RpcHandler calc
    RpcMulticall off
</Location>
CONF

sub call {
    my ($path, $method, @params) = @_;
    my $answer = $json->decode(RpcTest::post($server->url($path),
        'application/json', $json->encode({ jsonrpc => '2.0', id => 1,
            method => $method, params => \@params }))->{body});
    return exists $answer->{result} ? $answer->{result}
        : $answer->{error}{code};
}

for my $method (qw(rpc.discover system.describe system.getCapabilities
    system.listMethods))
{
    is(call('/mute', $method), -32601, "RpcIntrospection off: no $method");
}
for my $method (qw(system.methodExist system.methodHelp
    system.methodSignature))
{
    is(call('/mute', $method, 'add'), -32601,
        "RpcIntrospection off: no $method");
}
is(RpcTest::get($server->url('/mute?openrpc'))->{status}, 400,
    'RpcIntrospection off: no GET ?openrpc');
is(call('/mute', 'add', 2, 3), 5, 'RpcIntrospection off: methods are there');
is_deeply(call('/mute', 'system.multicall', [ { methodName => 'add',
    params => [ 2, 3 ] } ]), [ [5] ], 'RpcIntrospection off: multicall is');

is(call('/single', 'system.multicall', []), -32601,
    'RpcMulticall off: no system.multicall');
my $names = call('/single', 'system.listMethods');
is(scalar(grep { $_ eq 'system.multicall' } @$names), 0, 'nor in the list');
ok(scalar(grep { $_ eq 'system.listMethods' } @$names),
    'RpcMulticall off: introspection is there');
ok(!call('/single', 'system.getCapabilities')->{'system.multicall'},
    'nor among the capabilities');
ok(!call('/single', 'system.methodExist', 'system.multicall'),
    'nor for methodExist');

done_testing();
