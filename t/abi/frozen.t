#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# A handler that was compiled with the frozen header of ABI 1 works with this
# mod_rpc: t/abi/1 is that header, and is never changed.
use strict;
use warnings;
use lib 't/lib', 't/abi';
use Test::More;
use AbiModule;
use RpcTest;

my $server = RpcTest::httpd(
    AbiModule::build_against(1, 'frozen', 'frozen')
    . "<Location \"/rpc\">\nSetHandler rpc\nRpcHandler frozen\n"
    . "</Location>\n", modules => ['rpc']);

sub call {
    my ($method, $params) = @_;
    return RpcTest::post($server->url('/rpc'), 'application/json',
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"$method\","
        . "\"params\":$params}")->{body};
}

sub result { return "{\"jsonrpc\":\"2.0\",\"result\":$_[0],\"id\":1}" }

is(call('add', '[2]'), result(3), 'a method, a default');
is(call('add', '[13,1]'), '{"jsonrpc":"2.0","error":{"code":77,'
    . '"message":"not 13"},"id":1}', 'before, and a fault');
is(call('facts', '[]'), result('{"context":"made","protocol":"jsonrpc",'
    . '"transport":"http","method":"facts","inner":true,"code":77,'
    . '"data":false,"peer":false,"request":true,"described":true,'
    . '"double":1.5,"time":"1970-01-01T00:00:00Z","bytes":"/w=="}'),
    'values, facts, other methods');
is(call('later', '[]'), result('"later"'), 'a deferred call');
is(call('any', '[1]'), result('[[1]]'), 'dispatch');

done_testing();
