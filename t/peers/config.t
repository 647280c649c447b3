#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# The directives of peers: their ranges, where they may stand, what cannot
# work, what is warned of, what the dump shows.
use strict;
use warnings;
use lib 't/lib', 't/peers';
use Test::More;
use Peers;
use RpcTest;

my $port = RpcTest::free_port();

sub check {
    my ($inside, %options) = @_;
    my $listen = defined $options{listen} ? $options{listen}
        : "Listen 127.0.0.1:$port jsonrpc";
    my $top = defined $options{top} ? $options{top} : '';
    return RpcTest::config_test(<<"CONF", %options);
<IfModule mpm_event_module>
    AsyncRequestWorkerFactor 100
</IfModule>
$listen
$top
<VirtualHost 127.0.0.1:$port>
$inside
</VirtualHost>
CONF
}

my ($status, $output) = check("RpcStream jsonrpc\nRpcHandler calc");
is($status, 0, 'a stream') or diag($output);
unlike($output, qr/RPC00/, 'without a warning');

my %wrong = (
    'RpcStream xmlrpc' => qr/takes one of jsonrpc, pyrpc, not "xmlrpc"/,
    'RpcStream jsonrpc lines' => qr/a framing of auto, .*, not "lines"/,
    "RpcStream jsonrpc\nRpcStream pyrpc" => qr/stands twice/,
    'RpcStream jsonrpc' => qr/RPC0014: .*no RpcHandler mounts a table/,
    'RpcPeerMaxPending 0' => qr/from 1 to 1000000/,
    'RpcPeerMaxQueue 100' => qr/from 4096 to 2147483647/,
    'RpcPeerIdle 0' => qr/takes a time from 1s to 8784h/,
    'RpcPeerIdle 5x' => qr/takes a time .*, not "5x"/,
    'RpcPeerIdle -1' => qr/takes a time .*, not "-1"/,
    'RpcWebSocket yes' => qr/takes one of on, off, not "yes"/,
    'RpcThreads 4' => qr/RpcThreads cannot occur within <VirtualHost>/,
);
for my $text (sort keys %wrong) {
    ($status, $output) = check($text);
    isnt($status, 0, $text =~ s/\n/; /r);
    like($output, $wrong{$text}, 'and why');
}
for my $text ('RpcThreads 0', 'RpcThreads 1001', 'RpcThreads x') {
    ($status, $output) = check("RpcStream jsonrpc\nRpcHandler calc",
        top => $text);
    like($output, qr/RpcThreads takes a whole number from 1 to 1000/, $text);
}
($status, $output) = RpcTest::config_test('RpcStream jsonrpc');
like($output, qr/RpcStream stands in a <VirtualHost>/, 'in the main server');
for my $text ('RpcPeerIdle 5min', 'RpcPeerIdle 90', 'RpcPeerMaxQueue 64K') {
    ($status, $output) = check("RpcStream jsonrpc\nRpcHandler calc\n$text");
    is($status, 0, $text) or diag($output);
}

# Listen.
my $good = "RpcStream jsonrpc eot\nRpcHandler calc";
($status, $output) = check($good, listen => '');
isnt($status, 0, 'no Listen');
like($output, qr/RPC0014: .*nothing listens on 127\.0\.0\.1:$port: add "Lis/,
    'says which one is missing');
($status, $output) = check($good, listen => "Listen 127.0.0.1:$port");
is($status, 0, 'Listen without the protocol');
like($output, qr/RPC0015: .*write "Listen $port jsonrpc"/, 'is warned of');
($status, $output) = check("$good\n</VirtualHost>\n<VirtualHost "
    . "127.0.0.1:$port>\nServerName other");
isnt($status, 0, 'two virtual hosts of one address');
like($output, qr/RPC0014: .*has the same address, 127\.0\.0\.1:$port/,
    'are told apart by nothing');

# httpd's settings that do not fit peers.
($status, $output) = check("$good\nRpcPeerIdle 30s\nTimeout 9");
like($output, qr/RPC0016: .*RpcPeerIdle is 30 seconds.* Timeout, 20/,
    'RpcPeerIdle above Timeout');
like($output, qr/RPC0016: .*main server's Timeout holds, 20, not its own, 9/,
    'a Timeout that does not hold');
($status, $output) = check($good, top => "MaxSpareThreads 5\n"
    . "MaxConnectionsPerChild 1000");
like($output, qr/RPC0016: MaxSpareThreads \d+: .*MaxRequestWorkers \(8\)/,
    'MaxSpareThreads');
like($output, qr/RPC0016: MaxConnectionsPerChild 1000/,
    'MaxConnectionsPerChild');
($status, $output) = RpcTest::config_test(<<'CONF');
<Location "/rpc">
    SetHandler rpc
    RpcHandler calc
    RpcWebSocket on
</Location>
CONF
like($output, qr/RPC0016: AsyncRequestWorkerFactor is not set/,
    'AsyncRequestWorkerFactor');

# The dump.
($status, $output) = check($good, args => ['-D', 'DUMP_RPC']);
like($output, qr/^127\.0\.0\.1:$port \(\S+:\d+\), stream jsonrpc eot$/m,
    'a stream in the dump');
($status, $output) = RpcTest::config_test(<<'CONF', args => ['-D', 'DUMP_RPC']);
<Location "/rpc">
    SetHandler rpc
    RpcHandler calc
    RpcWebSocket on
    RpcPeerMaxPending 7
</Location>
CONF
like($output, qr/^  WebSocket: pending 7, queue 1048576$/m,
    'a WebSocket in the dump');

# Who may connect: Require of the virtual host.
RpcTest::expect_log(qr/RPC0021: \[client 127\.0\.0\.1\] .* refused by the Req/);
RpcTest::allow_log(qr/AH01\d+: client denied|AH01630|AH01797/);
my $server = Peers::server(stream =>
    '<Location "/">
Require ip 10.0.0.1
</Location>');
ok(Peers::tcp($server)->closes(3), 'Require ip of another: closed');
like(RpcTest::slurp($server->{httpd}->access_log),
    qr{"RPC / jsonrpc/tcp" 403 }, 'and in the access log');
$server = Peers::server(stream =>
    '<Location "/">
Require ip 127.0.0.1
</Location>');
like(Peers::tcp($server)->call('ping'), qr/pong/, 'Require ip of this one');

# mod_status shows who is served.
$server = Peers::server(system => ['status'], top => <<'CONF');
ExtendedStatus on
<Location "/status">
    SetHandler server-status
</Location>
CONF
my $peer = Peers::tcp($server);
$peer->call('ping');
$peer->send('{"jsonrpc":"2.0","method":"hold","params":[0.5],"id":1}' . "\n");
select(undef, undef, undef, 0.2);
like(RpcTest::get($server->{httpd}->url('/status'))->{body},
    qr/RPC peer by TCP/, 'mod_status shows the peer');
$peer->line;

done_testing();
