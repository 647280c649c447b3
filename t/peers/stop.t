#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# Peers and a server that stops: pending answers are delivered, the end is
# told, within a second; hundreds of parked peers outlive no restart, and the
# next server takes them.
use strict;
use warnings;
use lib 't/lib', 't/peers';
use Test::More;
use Time::HiRes qw(sleep time);
use Peers;
use RpcTest;

RpcTest::allow_log(qr/AH03490: scoreboard is full/);
RpcTest::allow_log(qr/AH00(?:484|161|286): server reached MaxRequestWorkers/);

my %peers = (event => 200, worker => 12, prefork => 12);
for my $mpm ('event', 'worker', 'prefork') {
    my $server = Peers::server(mpm => $mpm, threads => 16);
    my @parked = map { Peers::tcp($server) } 1 .. $peers{$mpm};
    my $good = 0;
    for my $peer (@parked) {
        my $answer = $peer->call('ping');
        $good++ if defined $answer && $answer =~ /"pong"/;
    }
    is($good, scalar @parked, "$mpm: $good peers are there");
    my $websocket = Peers::websocket($server);
    $websocket->ask('ping');
    my $slow = Peers::tcp($server);
    $slow->send('{"jsonrpc":"2.0","method":"sleep","params":[0.4],"id":1}'
        . "\n");
    sleep 0.1;

    my $begun = time;
    kill 'USR1', $server->{httpd}->pid;
    is($slow->line(5), qq({"jsonrpc":"2.0","result":0.4,"id":1}\n),
        "$mpm: a pending answer is delivered");
    my ($opcode, $payload) = $websocket->read_frame(5);
    is($opcode, 8, "$mpm: a close frame");
    is(unpack('n', $payload || "\0\0"), 1001, "$mpm: 1001");
    my $closed = grep { $_->closes(5) } @parked, $slow;
    is($closed, @parked + 1, "$mpm: every one is closed");
    # The parent takes some of the time to read its configuration anew.
    cmp_ok(time - $begun, '<', $mpm eq 'event' ? 1.5 : 2.5,
        "$mpm: at once");

    my $answer;
    for (1 .. 50) {
        my $peer = eval { Peers::tcp($server) };
        $answer = $peer->call('ping') if $peer;
        last if defined $answer;
        sleep 0.1;
    }
    is($answer, qq({"jsonrpc":"2.0","result":"pong","id":1}\n),
        "$mpm: and may come back");

    # The same without grace: nobody waits for the end.
    my @again = map { Peers::tcp($server) } 1 .. 8;
    $_->call('ping') for @again;
    $begun = time;
    $server->{httpd}->stop;
    cmp_ok(time - $begun, '<', 5, "$mpm: it stops with peers");
    is(scalar(grep { $_->closes(2) } @again), 8, "$mpm: all are closed");
}

done_testing();
