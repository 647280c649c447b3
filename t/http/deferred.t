#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# Handlers that answer later, from another thread: in time, too late, never
# right; on every MPM.
use strict;
use warnings;
use lib 't/lib';
use IO::Socket::INET ();
use Socket qw(SOL_SOCKET SO_LINGER);
use Test::More;
use Time::HiRes qw(sleep);
use RpcTest;

for my $mpm ('event', 'worker', 'prefork') {
    my $server = RpcTest::httpd(<<'CONF', mpm => $mpm);
<Location "/chaos">
    SetHandler rpc
    RpcHandler chaos
</Location>
CONF
    my $call = sub {
        my ($method, $params) = @_;
        return RpcTest::post($server->url('/chaos'), 'application/json',
            qq({"jsonrpc":"2.0","method":"$method","params":$params,"id":1})
        )->{body};
    };
    is($call->('later', '[0.05]'),
        '{"jsonrpc":"2.0","result":["later",0.05,false],"id":1}',
        "$mpm: completed by another thread");
    like($call->('later', '[0.6,0.1]'), qr/"code":-32003/,
        "$mpm: a time limit");
    like($call->('later_fail', '[0.05]'), qr/"code":7,/, "$mpm: a fault");
    RpcTest::expect_log(qr/RPC0006: .*later_wrong_type.*returned string/);
    like($call->('later_wrong_type', '[0.05]'), qr/"code":-32603/,
        "$mpm: a wrong type");
    is($call->('later_at_once', '[]'),
        '{"jsonrpc":"2.0","result":"at once","id":1}',
        "$mpm: completed before the function returns");

    # A batch waits for all.
    my $r = RpcTest::post($server->url('/chaos'), 'application/json',
        '[' . join(',', map { qq({"jsonrpc":"2.0","method":"later",)
        . qq("params":[0.5],"id":$_}) } 1 .. 4) . ']');
    is(() = $r->{body} =~ /"later",0\.5,false/g, 4, "$mpm: a batch of four");
    like($r->{body}, qr/"id":1\}.*"id":2\}.*"id":3\}.*"id":4\}/,
        "$mpm: in the order of the calls");

    # A client that resets its connection is not waited for: one worker is
    # left with it on prefork, and the method learns of it.
    my $reset = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $server->port) or die $!;
    my $body = '{"jsonrpc":"2.0","method":"later","params":[8,9],"id":1}';
    print {$reset} "POST /chaos HTTP/1.1\r\nHost: x\r\nContent-Type: "
        . 'application/json' . "\r\nContent-Length: " . length($body)
        . "\r\n\r\n$body";
    $reset->flush;
    sleep 0.2;
    setsockopt($reset, SOL_SOCKET, SO_LINGER, pack('ii', 1, 0));
    close $reset;
    my $line;
    for (1 .. 20) {
        sleep 0.2;
        ($line) = RpcTest::slurp($server->access_log)
            =~ /^(.* jsonrpc later -32800 1)$/m;
        last if $line;
    }
    like($line || '', qr/ later -32800 1$/,
        "$mpm: a client that left ends the wait");

    # By rpc_invoke and by multicall, which wait for it.
    like($call->('invoke', '["later",[0.05]]'), qr/"later"/,
        "$mpm: within another call");
    sleep 0.7; # those that came too late have come
    is($call->('pid', '[]') =~ /"result":\d+/ ? 1 : 0, 1,
        "$mpm: the server is well");
}

done_testing();
