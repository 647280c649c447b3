#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# Peers that never read, never finish a frame, promise a gigabyte, go away in
# every state: each is closed, with a line in the log, and no other notices.
use strict;
use warnings;
use lib 't/lib', 't/peers';
use IO::Socket::INET ();
use Socket qw(SOL_SOCKET SO_LINGER SO_RCVBUF);
use Test::More;
use Time::HiRes qw(sleep time);
use Peers;
use RpcTest;

RpcTest::allow_log(qr/RPC0018: \[client 127\.0\.0\.1\] /);
RpcTest::expect_log(qr/RPC0019: .* the peer does not read: \d+ bytes/);
RpcTest::expect_log(qr/RPC0020: .* no message for 1 seconds \(RpcPeerIdle\)/);

for my $mpm ('event', 'worker', 'prefork') {
    my $server = Peers::server(mpm => $mpm, threads => 8,
        stream => "RpcPeerMaxQueue 64K\nRpcMaxBody 64K",
        location => 'RpcMaxBody 64K');
    my $good = Peers::tcp($server);
    my $pid = join('', $good->call('count') =~ /"pid":(\d+)/);

    # It asks for far more than its queue, and reads nothing.
    my $deaf = Peers::tcp($server);
    setsockopt($deaf->{socket}, SOL_SOCKET, SO_RCVBUF, 4096);
    my $begun = time;
    $deaf->send('{"jsonrpc":"2.0","method":"tell","params":["a-rather-long-'
        . 'name-of-a-notification",900000],"id":1}' . "\n");
    is($good->call('ping'), qq({"jsonrpc":"2.0","result":"pong","id":1}\n),
        "$mpm: others are answered while one does not read");
    my $closed = 0;
    for (1 .. 100) {
        sleep 0.05;
        $closed = RpcTest::slurp($server->{httpd}->error_log) =~ /RPC0019/;
        last if $closed;
    }
    ok($closed, "$mpm: one that does not read is closed");

    # Lengths beyond the limit, lengths that are none.
    for my $bad ("1073741824:", "Content-Length: 1073741824\r\n\r\n",
        "Content-Length: -5\r\n\r\n", "99999999999999999999999:",
        '12:{"jsonrpc":"2.0"};')
    {
        my $liar = Peers::tcp($server);
        $liar->send($bad . 'x' x 100);
        ok($liar->closes(5), "$mpm: closed: " . $bad =~ s/\r\n/ /gr);
    }
    my $long = Peers::tcp($server);
    $long->send('{"jsonrpc":"2.0","method":"' . 'a' x 100000 . "\n");
    like($long->line, qr/"code":-32/, "$mpm: a line beyond the limit");
    like($long->call('ping'), qr/"pong"/, "$mpm: and on at the next one");

    # A WebSocket's: unmasked, a reserved bit, a frame of a gigabyte.
    for my $bytes ("\x81\x05hello", "\xf1\x80\0\0\0\0",
        "\x81\xff\0\0\0\0\x40\0\0\0\0\0\0\0x", "\x83\x80\0\0\0\0")
    {
        my $websocket = Peers::websocket($server);
        $websocket->send($bytes);
        my ($opcode) = $websocket->read_frame(5);
        is($opcode, 8, "$mpm: a close frame");
        $websocket->close;
    }

    # Away in every state, with a reset and without.
    my $ping = '{"jsonrpc":"2.0","method":"ping","id":1}' . "\n";
    for my $bytes ('', '{', substr($ping, 0, 20), $ping, $ping x 200,
        '{"jsonrpc":"2.0","method":"sleep","params":[0.2],"id":1}' . "\n",
        '{"jsonrpc":"2.0","method":"ask","params":["x"],"id":1}' . "\n",
        '{"jsonrpc":"2.0","method":"ask_later","params":["x"],"id":1}' . "\n",
        '{"jsonrpc":"2.0","method":"rpc.on","params":["news"],"id":1}' . "\n",
        '{"jsonrpc":"2.0","method":"tell","params":["x",5000],"id":1}' . "\n")
    {
        for my $how ('reset', 'close', 'half') {
            my $client = Peers::tcp($server);
            $client->send($bytes);
            sleep 0.02;
            setsockopt($client->{socket}, SOL_SOCKET, SO_LINGER,
                pack('ii', 1, 0)) if $how eq 'reset';
            $client->end if $how eq 'half';
            $client->close;
        }
    }
    is(join('', $good->call('count') =~ /"pid":(\d+)/), $pid,
        "$mpm: the same process still serves");
}

# It reads nothing, but goes on talking: httpd takes the connection back again
# and again while output waits.
for my $mpm ('event', 'worker', 'prefork') {
    my $server = Peers::server(mpm => $mpm,
        stream => 'RpcPeerMaxQueue 64M');
    my $good = Peers::tcp($server);
    my $pid = join('', $good->call('count') =~ /"pid":(\d+)/);
    my $talks = Peers::tcp($server);
    my $x = 'x' x 200_000;
    for my $id (1 .. 60) {
        $talks->send(
            qq({"jsonrpc":"2.0","method":"echo","params":["$x"],"id":$id}\n));
        for (1 .. 4) {
            sleep 0.005;
            $talks->send(qq({"jsonrpc":"2.0","method":"ping","id":"p"}\n));
        }
    }
    sleep 1.2;
    is(join('', ($good->call('count') || '') =~ /"pid":(\d+)/), $pid,
        "$mpm: one talks on, but does not read");
    my $lines = 0;
    $lines++ while $lines < 300 && defined $talks->line;
    is($lines, 300, "$mpm: and gets all when it does");
}

# One that never finishes: byte after byte, but no message.
for my $mpm ('event', 'worker') {
    my $server = Peers::server(mpm => $mpm, stream => 'RpcPeerIdle 1s',
        location => 'RpcPeerIdle 1s');
    my $slow = Peers::tcp($server);
    my $busy = Peers::tcp($server);
    my $silent = Peers::tcp($server);
    my $websocket = Peers::websocket($server);
    my $begun = time;
    while (!$slow->{ended} && time - $begun < 10) {
        $slow->send(' ');
        $busy->call('ping');
        $slow->more(time + 0.2);
    }
    ok($slow->{ended}, "$mpm: RpcPeerIdle: no message, but bytes");
    cmp_ok(time - $begun, '<', 4, 'soon');
    like($busy->call('ping') || '', qr/pong/, "$mpm: one that calls stays");
    ok($silent->closes(4), "$mpm: RpcPeerIdle: nothing at all");
    my ($opcode, $payload) = $websocket->read_frame(4);
    is(unpack('n', $payload || ''), 1001, "$mpm: of a WebSocket: 1001");
}

# Pings keep a silent WebSocket from httpd's Timeout: every third of it.
my $server = Peers::server(top => 'Timeout 3', location => 'RpcPeerIdle 30s');
my $websocket = Peers::websocket($server);
my $pings = 0;
my $begun = time;
while (time - $begun < 6) {
    my ($opcode, $payload) = $websocket->read_frame(2);
    last if !defined $opcode;
    next if $opcode != 9;
    $pings++;
    $websocket->frame(10, $payload);
}
cmp_ok($pings, '>=', 3, "a WebSocket is pinged ($pings times in 6 seconds)");
like($websocket->ask('ping') || '', qr/pong/, 'and lives beyond Timeout');

done_testing();
