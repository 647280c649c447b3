#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# rpc-serve says in one line why it cannot serve, before anything starts.
use strict;
use warnings;
use IO::Socket::INET;
use lib 't/lib', 't/client';
use ClientTest;
use Test::More;
use RpcTest;

$ENV{RPC_MODULE_DIR} = RpcTest::tree() . '/modules';

sub serve {
    my ($where) = @_;
    return RpcTest::run_command(RpcTest::tree() . '/rpc-serve',
        RpcTest::module('calc'), $where);
}

my $busy = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 1)
    or die "no port: $!";
my $port = $busy->sockport;
my %why = ($port => qr/port $port is in use on 127\.0\.0\.1/,
    '0' => qr/port 0: expected 1 to 65535/,
    '65536' => qr/port 65536: expected 1 to 65535/,
    'x' => qr/'x' is no port: expected \[ADDR:\]PORT/,
    ":$port" => qr/':$port' is no address/,
    "::1:$port" => qr/'::1:$port' is no address.*\[an IPv6 address\]/,
    "192.0.2.1:$port" => qr/cannot listen on 192\.0\.2\.1 port $port/,
    'no such.so' => qr/no such file: no such\.so/);
for my $where (sort keys %why) {
    my ($status, $output) = serve($where);
    is($status, 1, "'$where': refused");
    like($output, qr/\Arpc-serve: (?:$why{$where})[^\n]*\n\z/, 'in one line');
}

# A relative folder is one of ours, not of httpd; Ctrl-C ends it all.
my $free = RpcTest::free_port();
my $tcp = RpcTest::free_port();
my $pid = open(my $output, '-|');
if (!$pid) {
    setpgrp(0, 0);
    chdir RpcTest::tree() or die $!;
    $ENV{RPC_MODULE_DIR} = 'modules';
    open(STDERR, '>&', \*STDOUT);
    exec('./rpc-serve', '--tcp', $tcp, 'modules/mod_rpc_calc.so', $free)
        or die $!;
}
my $said = '';
while (my $line = <$output>) {
    $said .= $line;
    last if $line =~ /Ctrl-C ends it/;
}
is(RpcTest::get("http://127.0.0.1:$free/rpc?request=execute&data=add(2,3)")
    ->{body}, "{'res': 'response', 'data': '5'}", 'served')
    or diag($said);
like($said, qr{^rpc-serve: http://localhost:$free/rpc }m, 'and says where');
for my $url ("tcp://127.0.0.1:$tcp", "ws://127.0.0.1:$free/rpc") {
    is(join(' ', (ClientTest::run([$url, 'add', 2, 3]))[0, 1]), "0 5\n",
        "--tcp, and by WebSocket: $url");
}
kill 'INT', -$pid;
$said .= $_ while <$output>;
close $output;
is($?, 0, 'Ctrl-C ends it well');
like($said, qr{^rpc-serve: tcp://127\.0\.0\.1:$tcp }m, 'it said where, too');
ok(!RpcTest::answers({ port => $free }), 'nothing listens any more');

done_testing();
