#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# The handler table server: ping and echo, with and without the prefix.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use RpcTest;

my $url = RpcTest::url('/rpc');

sub call {
    my ($method, $params) = @_;
    my $r = RpcTest::post($url, 'application/json', '{"jsonrpc":"2.0",'
        . "\"method\":\"$method\",\"params\":$params,\"id\":1}");
    return $r->{body} =~ /"result":(.*),"id":1\}\z/s ? $1 : $r->{body};
}

for my $prefix ('', 'server.') {
    is(call("${prefix}ping", '[]'), '"pong"', "${prefix}ping");
    for my $value ('"a\u0000b"', '""', 'null', '9007199254740993', '0.5',
        '[1,[2,{"a":null}]]', '{}', 'false')
    {
        is(call("${prefix}echo", "[$value]"), $value, "echo of $value");
        is(call("${prefix}echo", "{\"message\":$value}"), $value, 'by name');
    }
    is(call("${prefix}echo", '[]'), '""', 'echo of nothing');
}
like(call('echo', '[1,2]'), qr/"code":-32602/, 'echo takes one argument');
like(call('ping', '[1]'), qr/"code":-32602/, 'ping takes none');
done_testing();
