#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# The client library as a peer, against a server that shares no code with it:
# t/c-clients/peer.c over every framing of TCP and over WebSocket.
use strict;
use warnings;
use lib 't/lib', 't/client';
use Test::More;
use RpcTest;
use ClientTest;

my $program = ClientTest::build(RpcTest::tree() . '/t/c-clients/peer.c');
my %framings = (newline => 0, eot => 1, 'content-length' => 2,
    netstring => 3, websocket => 0);
for my $framing (sort keys %framings) {
    my $pid = open(my $server, '-|', 'timeout', '120', 'python3',
        RpcTest::tree() . '/t/client/peer_server.py', $framing)
        or die "python3: $!\n";
    my $port = <$server>;
    ok($port, "$framing: there is a server") or next;
    chomp $port;
    my $url = ($framing eq 'websocket' ? 'ws' : 'tcp') . "://127.0.0.1:$port";
    my ($status, $said) = RpcTest::run_command('timeout', '60', $program,
        $url, $framings{$framing});
    is($status, 0, "$framing: the program ends well");
    my $good = () = $said =~ /^ok /mg;
    ok($good > 50, "$framing: $good checks");
    is(join("\n", grep { !/^ok / } split /\n/, $said), "1..$good",
        "$framing: all of them good");
    my @framing = $framing eq 'websocket' ? () : ('--framing', $framing);
    my ($exit, $out, $err) = ClientTest::run([@framing, $url, 'add', 2, 3]);
    is("$exit $out", "0 5\n", "$framing: rpc-call");
    ($exit, $out, $err) = ClientTest::run([@framing, $url, '--subscribe',
        'a.b', '--count', 1]);
    is("$exit $out", "0 a.b [\"a.b\",1]\n", "$framing: rpc-call --subscribe");
    ($exit, $out, $err) = ClientTest::run([@framing, $url, '-j', '--listen',
        '-c', 1, 'ask', 'hello', '{"a": 1}']);
    is(join("\n", sort split /\n/, $out),
        "null\n{\"method\":\"hello\",\"params\":[{\"a\":1}]}",
        "$framing: rpc-call --listen");
    ($exit, $out, $err) = ClientTest::run([@framing, $url, '-s',
        'no.topic']);
    is($exit, 1, "$framing: no such topic");
    like($err, qr/provided event invalid/, $err);
    ($exit, $out, $err) = ClientTest::run([@framing, $url, '--listen', '-c',
        1, '--timeout', 0.3]);
    is($exit, 3, "$framing: nothing comes");
    if ($framing eq 'websocket') {
        ($exit, $out, $err) = ClientTest::run(["$url/wrong", 'add']);
        is($exit, 3, 'a wrong Sec-WebSocket-Accept');
        like($err, qr/Sec-WebSocket-Accept/, $err);
    }
    kill 'TERM', $pid;
    close $server;
}
done_testing();
