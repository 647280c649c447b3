#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# Peers: who is kept out, what bounds them, what httpd shows of them, and a
# stop while answers are due; by TCP and WebSocket.
use strict;
use warnings;
use lib 't/lib', 't/peers';
use Socket qw(SOL_SOCKET SO_RCVBUF);
use Test::More;
use Time::HiRes qw(sleep time);
use Peers;
use RpcTest;

RpcTest::allow_log(qr/AH0163\d: client denied/);
RpcTest::expect_log(qr/RPC0018: .*more than 1024 bytes .*close code 1009/);
RpcTest::expect_log(qr/RPC0018: .*not masked \(close code 1002\)/);
RpcTest::expect_log(qr/RPC0018: .*the other end closes it \(close code 1011/);
RpcTest::expect_log(qr/RPC0019: .* the peer does not read: \d+ bytes/);

my $server = Peers::server(system => ['http2', 'status'],
    modules => [qw(rpc calc server peers chaos)],
    location => "RpcMaxBody 1K\nRpcPeerMaxQueue 64K", top => <<'CONF');
Protocols h2c http/1.1
ExtendedStatus on
<Location "/denied">
    SetHandler rpc
    RpcHandler server
    RpcWebSocket on
    Require all denied
</Location>
<Location "/server-status">
    SetHandler server-status
</Location>
CONF

# Before the upgrade: who may not, and what HTTP says of it.
my %refused = (
    'Require all denied' => [403, { path => '/denied' }],
    'a body in chunks' => [400, { 'Transfer-Encoding' => 'chunked' },
        "3\r\nabc\r\n0\r\n\r\n"],
);
for my $name (sort keys %refused) {
    my ($status, $headers, $body) = @{ $refused{$name} };
    my $r = RpcTest::raw($server->{port}, Peers::upgrade_text(%$headers)
        . ($body || ''));
    is($r->{status}, $status, "$name: $status");
}
my ($code, $out) = RpcTest::run_command('curl', '-sS', '-m', 10,
    '--http2-prior-knowledge', '-w', '|%{http_version} %{http_code}', '-H',
    'Upgrade: websocket', '-H', 'Sec-WebSocket-Version: 13', '-H',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'http://127.0.0.1:' . $server->{port} . '/rpc');
unlike($out, qr/\|2 101/, 'HTTP/2: no upgrade');

# What ends a WebSocket, and the close code.
my $websocket = Peers::websocket($server);
$websocket->text('{"jsonrpc":"2.0","method":"echo","params":["'
    . 'x' x 2000 . '"],"id":1}');
my ($opcode, $payload) = $websocket->read_frame(5);
is($opcode, 8, 'RpcMaxBody');
is(unpack('n', $payload), 1009, 'code 1009');
ok($websocket->closes(3), 'and closed');
$websocket = Peers::websocket($server);
$websocket->send("\x81\x05hello");
($opcode, $payload) = $websocket->read_frame(5);
is(unpack('n', $payload), 1002, 'not masked: 1002');
$websocket = Peers::websocket($server);
$websocket->frame(8, pack('n', 1011));
($opcode, $payload) = $websocket->read_frame(5);
is(unpack('n', $payload), 1011, 'its own code comes back');
ok($websocket->closes(3), 'and closed');

# RpcPeerMaxQueue of a WebSocket.
$websocket = Peers::websocket($server);
setsockopt($websocket->{socket}, SOL_SOCKET, SO_RCVBUF, 4096);
$websocket->text('{"jsonrpc":"2.0","method":"tell","params":["a-rather-long-'
    . 'name-of-a-notification",900000],"id":1}');
my $good = Peers::websocket($server);
like($good->ask('ping'), qr/pong/, 'others go on');
my $log = '';
for (1 .. 50) {
    $log = RpcTest::slurp($server->{httpd}->error_log);
    last if $log =~ /RPC0019/;
    sleep 0.1;
}
like($log, qr/RPC0019/, 'RpcPeerMaxQueue');
$websocket->close;

# Ordinary ends are nobody's news.
for my $end (undef, '', pack('n', 1000), pack('n', 1001)) {
    my $peer = Peers::websocket($server);
    $peer->frame(8, $end) if defined $end;
    $peer->read_frame(3) if defined $end;
    $peer->close;
}
my $tcp = Peers::tcp($server);
$tcp->call('ping');
$tcp->end;
ok($tcp->closes(3), 'a half-close is answered with an end');
unlike(RpcTest::slurp($server->{httpd}->error_log),
    qr/close code 100[0156]|closing the connection:\s*\(/,
    'the log says nothing of ordinary ends');

# The access log has the line of a connection, mod_status the peers.
my $access = '';
for (1 .. 30) {
    $access = RpcTest::slurp($server->{httpd}->access_log);
    last if $access =~ m{"RPC / jsonrpc/tcp" 200};
    sleep 0.1;
}
like($access, qr{"RPC / jsonrpc/tcp" 200}, 'the line of a TCP peer');
$tcp = Peers::tcp($server);
$tcp->send('{"jsonrpc":"2.0","method":"hold","params":[0.6],"id":1}' . "\n");
sleep 0.2;
like(RpcTest::get('http://127.0.0.1:' . $server->{port} . '/server-status')
    ->{body}, qr/RPC peer by TCP/, 'mod_status shows a peer at work');
$tcp->line;

# RpcThreads are made when they are needed.
sub threads {
    my ($pid) = @_;
    return scalar(() = glob("/proc/$pid/task/*"));
}
for my $mpm ('event', 'prefork') {
    my $many = Peers::server(mpm => $mpm, threads => 4,
        top => 'RpcThreads 50');
    my @peers = map { Peers::tcp($many) } 1 .. 3;
    my ($pid) = $peers[0]->call('count') =~ /"pid":(\d+)/;
    cmp_ok(threads($pid), '<', 20, "$mpm: no thread before a slow method");
    my $begun = time;
    $peers[0]->send(join('', map { qq({"jsonrpc":"2.0","method":"sleep",)
        . qq("params":[0.5],"id":$_}\n) } 1 .. 30));
    $peers[0]->line for 1 .. 30;
    cmp_ok(time - $begun, '<', 1.2, "$mpm: 30 at once when they are needed");
    cmp_ok(threads($pid), '<', 45, 'and no more than that');
}

# A full pool: 1 thread, 1000 wait, more are refused; others go on.
{
    my $full = Peers::server(top => 'RpcThreads 1',
        stream => 'RpcPeerMaxPending 5000');
    my $greedy = Peers::tcp($full);
    my $other = Peers::tcp($full);
    $greedy->send(join('', map { qq({"jsonrpc":"2.0","method":"sleep",)
        . '"params":[' . ($_ == 1 ? 1 : 0) . qq(],"id":$_}\n) } 1 .. 1100));
    my $busy = 0;
    my $begun = time;
    for (1 .. 98) {
        my $line = $greedy->line || '';
        $busy++ if $line =~ /"code":-32000,"message":"[^"]*busy/;
    }
    cmp_ok($busy, '>=', 95, "a full pool refuses ($busy)");
    like($other->call('ping') || '', qr/pong/, 'another peer is answered');
    cmp_ok(time - $begun, '<', 0.9, 'while the pool is full');
    my $rest = grep { defined $greedy->line } 1 .. 1002;
    is($rest, 1002, 'and what waited is run');
}

# A stop while an answer is due, of a peer that has half-closed, too.
for my $mpm ('event', 'worker', 'prefork') {
    my $stops = Peers::server(mpm => $mpm, threads => 8,
        modules => [qw(rpc calc server peers chaos)],
        stream => 'RpcHandler chaos');
    my @due = map { Peers::tcp($stops) } 1 .. 2;
    my $far = Peers::tcp($stops);
    $_->send('{"jsonrpc":"2.0","method":"later","params":[0.7],"id":1}'
        . "\n") for @due;
    $far->send('{"jsonrpc":"2.0","method":"later","params":[9],"id":1}'
        . "\n");
    sleep 0.05;
    $_->end for $due[1], $far;
    sleep 0.05;
    my $begun = time;
    kill 'WINCH', $stops->{httpd}->pid;
    like($_->line(3) || '', qr/"later",0\.7/, "$mpm: due, and delivered")
        for @due;
    ok($far->closes(3), "$mpm: what is due later is not waited for");
    cmp_ok(time - $begun, '<', 2.5, "$mpm: soon");
    $begun = time;
    $stops->{httpd}->stop;
    cmp_ok(time - $begun, '<', 4, "$mpm: and stopped");
}

done_testing();
