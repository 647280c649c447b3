#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# The client library as a peer of httpd itself, by TCP in each framing and by
# WebSocket, with what a browser's handshake is asked for too.
use strict;
use warnings;
use lib 't/lib', 't/client';
use Test::More;
use RpcTest;
use ClientTest;

my $stream = RpcTest::free_port();
my $conf = <<"CONF";
AsyncRequestWorkerFactor 64
<Location "/rpc">
    SetHandler rpc
    RpcHandler calc
    RpcWebSocket on
</Location>
<Location "/private">
    SetHandler rpc
    RpcHandler calc
    RpcWebSocket on
    Require expr "%{HTTP:Authorization} == 'Bearer t0ken'"
</Location>
Listen 127.0.0.1:$stream jsonrpc
<VirtualHost 127.0.0.1:$stream>
    RpcStream jsonrpc
    RpcHandler calc
    RpcHandler chaos chaos
</VirtualHost>
CONF
(undef, my $said) = RpcTest::config_test($conf,
    modules => [qw(rpc calc chaos)]);
plan skip_all => 'this mod_rpc has no RpcStream'
    if $said =~ /Invalid command 'Rpc(?:Stream|WebSocket)'/;
my $httpd = RpcTest::httpd($conf, modules => [qw(rpc calc chaos)]);
my $tcp = "tcp://127.0.0.1:$stream";
my $ws = $httpd->url('/rpc') =~ s/^http/ws/r;
RpcTest::allow_log(qr{AH01630|client denied|RPC0011: .*evil\.example|RPC0018: .*no open call \(id null\)});

sub check {
    my ($arguments, $status, $wanted, %options) = @_;
    my ($exit, $out, $err) = ClientTest::run($arguments, %options);
    my $name = join ' ', @$arguments;
    is($exit, $status, "$name: exit status $status");
    like("$out$err", $wanted, $name);
    return;
}

for my $where (map({ ['--framing', $_, $tcp] } qw(newline eot content-length
    netstring concatenated)), [$ws])
{
    check([@$where, 'add', 2, 3], 0, qr/\A5\n\z/);
    check([@$where, 'add', 'x=2', 'y=3'], 0, qr/\A5\n\z/);
    check([@$where, 'add', 2, 'x'], 1,
        qr/fault -32602: Invalid params: parameter "y" of add/);
    check([@$where, '--list'], 0, qr/^add\n(?:.*\n)*system\.listMethods\n/);
    check([@$where, '--batch', '-'], 1, qr/\A5\n20\n.*fault -32601/s,
        input => "add 2 3\nmul 4 5\nnone\n");
    check([@$where, '--notify', 'add', 1, 1], 0, qr/\A\z/);
}
check([$tcp, 'chaos.later', '0.1'], 0, qr/\[/);
check(['--timeout', '0.2', $tcp, 'chaos.later', 5], 3, qr/in time/);
check(['--timeout', '0.5', $tcp, 'chaos.deep', 100], 3,
    qr/in time, but a message is refused: .*64 levels \(max_depth 64\)/);
check([$ws =~ s{/rpc}{/private}r, 'add', 2, 3], 3, qr/HTTP\/1\.1 403/);
check(['--token', 't0ken', $ws =~ s{/rpc}{/private}r, 'add', 2, 3], 0,
    qr/\A5\n\z/);
check(['--origin', 'http://evil.example', $ws, 'add', 2, 3], 3,
    qr/HTTP\/1\.1 403/);
check(["tcp://127.0.0.1:" . $httpd->port, '--timeout', '2', 'add', 2, 3], 3,
    qr/./);

my $program = ClientTest::build(RpcTest::tree()
    . '/t/c-clients/outstanding.c');
for my $url ($tcp, $ws) {
    my ($status, $said) = RpcTest::run_command('timeout', '60', $program,
        $url);
    is("$status $said", "0 50000\n",
        "$url: 64 calls are awaited at any time, each gets its own answer");
}
$httpd->stop;
done_testing();
