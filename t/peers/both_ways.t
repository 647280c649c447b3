#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# Both ends call: over TCP and WebSocket, on every MPM; slow methods beside
# fast ones; what is bounded.
use strict;
use warnings;
use lib 't/lib', 't/peers';
use Test::More;
use Time::HiRes qw(sleep time);
use Peers;
use RpcTest;

# Each transport as one that sends a text and reads a text.
sub over_tcp {
    my ($client) = @_;
    return (sub { $client->send("$_[0]\n") },
        sub { my $line = $client->line; chomp $line if defined $line;
            return $line });
}

sub over_websocket {
    my ($client) = @_;
    return (sub { $client->text($_[0]) }, sub { return ($client->read_frame)[1] });
}

for my $mpm ('event', 'worker', 'prefork') {
    my $server = Peers::server(mpm => $mpm);
    my %clients = (tcp => [over_tcp(Peers::tcp($server))],
        websocket => [over_websocket(Peers::websocket($server))]);
    for my $transport (sort keys %clients) {
        my ($send, $read) = @{ $clients{$transport} };
        my $name = "$mpm, $transport";
        $send->('{"jsonrpc":"2.0","method":"who","id":1}');
        is($read->(), qq({"jsonrpc":"2.0","result":{"transport":"$transport",)
            . '"user":null,"ip":"127.0.0.1","peer":true,"request":false},'
            . '"id":1}', "$name: who calls");

        $send->('{"jsonrpc":"2.0","method":"server_info","id":1}');
        my $info = $read->();
        like($info, qr/"name":"mod_rpc".*"mpm":"$mpm"/,
            "$name: the server is described to peers, too");
        my $peers = 0;
        $peers += $1 while $info =~ /"peers":(\d+)/g;
        cmp_ok($peers, '>=', 2, "$name: which are counted");

        # A blocking method waits for our answer; others go on meanwhile.
        $send->('{"jsonrpc":"2.0","method":"ask","params":["double",[21]],'
            . '"id":2}');
        like(my $asked = $read->(),
            qr/^\{"jsonrpc":"2\.0","method":"double","params":\[21\],"id":/,
            "$name: we are called");
        my ($id) = $asked =~ /"id":(\d+)/;
        $send->('{"jsonrpc":"2.0","method":"ping","id":3}');
        is($read->(), '{"jsonrpc":"2.0","result":"pong","id":3}',
            "$name: others are answered meanwhile");
        $send->(qq({"jsonrpc":"2.0","result":42,"id":$id}));
        is($read->(), '{"jsonrpc":"2.0","result":[42],"id":2}',
            "$name: our answer arrives");

        # The same without a thread.
        $send->('{"jsonrpc":"2.0","method":"ask_later","params":["double",'
            . '[4]],"id":4}');
        ($id) = $read->() =~ /"id":(\d+)/;
        $send->(qq({"jsonrpc":"2.0","result":8,"id":$id}));
        is($read->(), '{"jsonrpc":"2.0","result":8,"id":4}',
            "$name: an answer completes a call");
        $send->('{"jsonrpc":"2.0","method":"ask_later","params":["double"],'
            . '"id":5}');
        ($id) = $read->() =~ /"id":(\d+)/;
        $send->('{"jsonrpc":"2.0","error":{"code":7,"message":"no"},"id":'
            . "$id}");
        like($read->(), qr/"code":7,.*the peer said: no/,
            "$name: so does an error");

        $send->('{"jsonrpc":"2.0","method":"ask_here","params":["x"],"id":6}');
        like($read->(), qr/"code":-32603,.*RPC_BLOCKING/,
            "$name: where it would wait for ever it fails");
        $send->('{"jsonrpc":"2.0","method":"ask","params":["x",null,0.2],'
            . '"id":7}');
        $read->();
        like($read->(), qr/"code":-32003/, "$name: no answer in time");

        # Answers in the order in which they are ready.
        $send->(qq({"jsonrpc":"2.0","method":"sleep","params":[$_],"id":"$_"}))
            for 0.4, 0.2, 0;
        is(join(' ', map { $read->() =~ /"id":"([^"]*)"/ } 1 .. 3),
            '0 0.2 0.4', "$name: the fast ones first");

        $send->('{"jsonrpc":"2.0","method":"tell","params":["tick",500],'
            . '"id":8}');
        my @ticks = map { $read->() =~ /"params":\[(\d+)\]/ ? $1 : -1 }
            1 .. 500;
        is("@ticks", "@{[0 .. 499]}", "$name: 500 notifications in order");
        is($read->(), '{"jsonrpc":"2.0","result":500,"id":8}',
            "$name: and then the answer");
    }
}

# A method that closes its own peer is answered; what came behind it is not.
for my $mpm ('event', 'worker', 'prefork') {
    my $server = Peers::server(mpm => $mpm);
    for my $method ('hang_up', 'hang_up_slowly') {
        my $answer = '{"jsonrpc":"2.0","result":null,"id":1}';
        for (1 .. 5) {
            my $client = Peers::tcp($server);
            is($client->call($method, '[4001,"bye"]'), "$answer\n",
                "$mpm: $method over TCP is answered");
            ok($client->closes(3), 'and the connection closed');
            is($client->{buffer}, '', 'with nothing else');
            my $websocket = Peers::websocket($server);
            is($websocket->ask($method, '[4001,"bye"]'), $answer,
                "$mpm: $method by WebSocket");
            is(join(' ', map { unpack('H*', $_ || '') }
                ($websocket->read_frame(3))[1]), '0fa1' . unpack('H*', 'bye'),
                'and 4001 bye');
        }
    }
    my $client = Peers::tcp($server);
    $client->send('{"jsonrpc":"2.0","method":"hang_up","params":[1000,"x"],'
        . '"id":1}' . "\n" . '{"jsonrpc":"2.0","method":"ping","id":2}'
        . "\n");
    like($client->line || '', qr/"id":1\}/, "$mpm: the first of two");
    ok($client->closes(3) && $client->{buffer} eq '', 'and no more');
}

# Tables hear of peers that come and go.
my $server = Peers::server();
my $watch = Peers::tcp($server);
like($watch->call('count'), qr/"opened":1,"closed":0/, 'peer_open');
my @others = map { Peers::tcp($server) } 1 .. 20;
$_->call('ping') for @others;


like($watch->call('count'), qr/"opened":21,"closed":0/, 'of each');
$_->close for @others;
my $left = '';
for (1 .. 50) {
    sleep 0.1;
    ($left) = $watch->call('count') =~ /"closed":(\d+)/;
    last if $left == 20;
}
is($left, 20, 'peer_close of each');

# A call whose peer goes is told.
$others[0] = Peers::tcp($server);
$others[0]->send('{"jsonrpc":"2.0","method":"wait_for_cancel","id":1}' . "\n");
sleep 0.2;
$others[0]->close;
ok($watch->call('sleep', '[0.1]'), 'disconnected during a call');

# RpcPeerMaxPending: more than that wait for nothing.
my $bounded = Peers::server(stream => 'RpcPeerMaxPending 4');
my $client = Peers::tcp($bounded);
$client->send(join('', map { qq({"jsonrpc":"2.0","method":"sleep",)
    . qq("params":[0.5],"id":$_}\n) } 1 .. 6));
my $begun = time;
like($client->line, qr/"code":-32000.*"id":5\}/, 'RpcPeerMaxPending: busy');
like($client->line, qr/"code":-32000.*"id":6\}/, 'and busy');
cmp_ok(time - $begun, '<', 0.4, 'at once');
is(join(' ', sort map { $client->line =~ /"id":(\d)/ } 1 .. 4), '1 2 3 4',
    'the others are answered');

# RpcThreads: how many slow ones run at once.
my $narrow = Peers::server(top => 'RpcThreads 1');
$client = Peers::tcp($narrow);
$begun = time;
$client->send(join('', map { qq({"jsonrpc":"2.0","method":"sleep",)
    . qq("params":[0.2],"id":$_}\n) } 1 .. 3));
$client->line for 1 .. 3;
cmp_ok(time - $begun, '>', 0.55, 'RpcThreads 1: one after the other');

# 64 outstanding on each of 8 connections, all answered.
my @many = map { Peers::tcp($server) } 1 .. 8;
for my $peer (@many) {
    $peer->send(join('', map { qq({"jsonrpc":"2.0","method":"sleep",)
        . qq("params":[0.001],"id":$_}\n) } 1 .. 64));
}
my $answers = 0;
for my $peer (@many) {
    $answers++ while $answers % 64 < 64 && defined $peer->line(10)
        && ($answers + 1) % 64;
    $answers++;
}
is($answers, 8 * 64, '64 slow calls outstanding on 8 peers');

done_testing();
