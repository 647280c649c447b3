#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# rpc_publish(): subscribers in every child process, over TCP and WebSocket,
# from a peer and from HTTP; large values; a child that dies and comes again.
use strict;
use warnings;
use lib 't/lib', 't/peers';
use Test::More;
use Time::HiRes qw(sleep time);
use Peers;
use RpcTest;

RpcTest::allow_log(qr/AH00052: child pid \d+ exit signal Killed \(9\)/);
RpcTest::allow_log(qr/AH\d+: .*(?:MaxRequestWorkers|scoreboard)/);

# Subscribers in at least two processes. The realm of a topic is its virtual
# server, so that these are of one.
sub subscribers {
    my ($server) = @_;
    my (%pids, @peers);
    for (1 .. 60) {
        my $peer = Peers::tcp($server);
        my ($pid) = $peer->call('count') =~ /"pid":(\d+)/;
        $peer->call('rpc.on', '["news"]');
        push @{ $pids{$pid} }, $peer;
        push @peers, $peer;
        last if keys %pids > 1 && @peers >= 6;
    }
    return (\%pids, @peers);
}

for my $mpm ('event', 'prefork') {
    my $server = Peers::server(mpm => $mpm, threads => 40, top =>
        $mpm eq 'event' ? "<IfModule mpm_event_module>\nServerLimit 2\n"
        . "StartServers 2\nThreadsPerChild 20\nMinSpareThreads 1\n"
        . "</IfModule>" : '');
    my ($pids, @peers) = subscribers($server);
    cmp_ok(scalar keys %$pids, '>', 1, "$mpm: peers of several processes");
    my $speaker = Peers::tcp($server);
    $speaker->call('publish', '["hello"]');
    my $got = grep { ($_->line(3) || '') =~
        /^\{"notification":"news","params":\["hello"\]\}$/ } @peers;
    is($got, scalar @peers, "$mpm: each hears it");

    # In order, and none twice.
    $speaker->call('publish', "[$_]") for 1 .. 200;
    for my $pid (sort keys %$pids) {
        my @heard = map { ($pids->{$pid}[0]->line(5) || '') =~
            /"params":\[(\d+)\]/ ? $1 : '-' } 1 .. 200;
        is("@heard", "@{[1 .. 200]}", "$mpm: 200 in order");
    }
    for my $peer (@peers) {
        1 while defined $peer->line(0.3);
    }

    # More than a datagram holds.
    $speaker->call('publish_big', '[700000]');
    $got = grep { length($_->line(5) || '') > 700000 } @peers;
    is($got, scalar @peers, "$mpm: 700,000 bytes");

    # Those that went hear nothing; a process that dies does not matter.
    my ($victim) = sort keys %$pids;
    my %own = map { $_->call('count') =~ /"pid":(\d+)/ ? ($1 => 1) : () }
        $speaker;
    ($victim) = grep { !$own{$_} } sort keys %$pids;
    kill 'KILL', $victim;
    $_->closes(3) for @{ $pids->{$victim} };
    sleep 1.5;
    my ($new, @more) = subscribers($server);
    $speaker->call('publish', '["again"]');
    $got = grep { ($_->line(3) || '') =~ /"again"/ } @more;
    is($got, scalar @more, "$mpm: those of a new process hear it, too");
}

# WebSocket, the plain form, from HTTP.
my $server = Peers::server();
my $websocket = Peers::websocket($server);
like($websocket->ask('rpc.on', '["news"]'), qr/"news":"ok"/, 'rpc.on');
RpcTest::post($server->{httpd}->url('/rpc'), 'application/json',
    '{"jsonrpc":"2.0","method":"publish","params":[[1,2]],"id":1}');
is(join(' ', $websocket->read_frame), '1 {"notification":"news","params":'
    . '[1,2]}', 'published over HTTP, heard on a WebSocket');
like($websocket->ask('rpc.off', '["news"]'), qr/"news":"ok"/, 'rpc.off');
RpcTest::post($server->{httpd}->url('/rpc'), 'application/json',
    '{"jsonrpc":"2.0","method":"publish","params":[3],"id":1}');
like($websocket->ask('ping'), qr/pong/, 'nothing is heard any more');

done_testing();
