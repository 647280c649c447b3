#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# RpcStream: every framing, told or found out, on every MPM; half-close, HTTP
# on the port, PyRPC, TLS.
use strict;
use warnings;
use lib 't/lib', 't/peers';
use Test::More;
use Time::HiRes qw(sleep);
use Peers;
use RpcTest;

RpcTest::expect_log(qr/RPC0018: .* a netstring is not followed by a comma/);
RpcTest::expect_log(qr/RPC0018: .* an HTTP request, but no HTTP is spoken/);
RpcTest::allow_log(qr/RPC0015: .*RpcStream/);

my $ping = '{"jsonrpc":"2.0","method":"ping","id":1}';
my $pong = '{"jsonrpc":"2.0","result":"pong","id":1}';
my %framed = (
    newline => ["$ping\n", "$pong\n"],
    eot => ["$ping\x04", "$pong\x04"],
    'content-length' => ['Content-Length: ' . length($ping) . "\r\n\r\n$ping",
        'Content-Length: ' . length($pong) . "\r\n\r\n$pong"],
    netstring => [length($ping) . ":$ping,", length($pong) . ":$pong,"],
    concatenated => [$ping, "$pong\n"],
);

sub exchange {
    my ($client, $send, $expect) = @_;
    $client->send($send);
    my $until = Time::HiRes::time() + 5;
    1 while length $client->{buffer} < length $expect
        && $client->more($until);
    my $got = $client->{buffer};
    $client->{buffer} = '';
    return $got;
}

for my $mpm ('event', 'worker', 'prefork') {
    my $server = Peers::server(mpm => $mpm);
    my ($status, $output) = RpcTest::run_command('python3', RpcTest::tree()
        . '/t/vectors/check_tcp.py', '127.0.0.1', $server->{tcp});
    like($output, qr/^\d\d passed, 0 failed/m, "$mpm: all of tcp.json")
        or diag($output);

    # Each, found out by what arrives; twice, so that it was parked.
    for my $framing (sort keys %framed) {
        my $client = Peers::tcp($server);
        my ($send, $expect) = @{ $framed{$framing} };
        is(exchange($client, $send, $expect), $expect, "$mpm: $framing");
        sleep 0.05;
        is(exchange($client, $send, $expect), $expect,
            "$mpm: $framing again");
    }

    # Half-close: what was asked is answered, then it is closed.
    my $client = Peers::tcp($server);
    $client->send('{"jsonrpc":"2.0","method":"sleep","params":[0.3],"id":1}'
        . "\n$ping");
    $client->end;
    is($client->line, "$pong\n", "$mpm: half-close: the last one");
    is($client->line, qq({"jsonrpc":"2.0","result":0.3,"id":1}\n),
        "$mpm: half-close: the slow one");
    ok($client->closes(2), "$mpm: and then it is closed");

    # A page of another site that posts to the port.
    my $r = RpcTest::raw($server->{tcp},
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 40\r\n\r\n$ping",
        all => 1);
    is($r->{status}, 400, "$mpm: HTTP is a bad request");
    like($r->{body}, qr/speaks jsonrpc over TCP, not HTTP/, 'and told why');
    is($r->{headers}{connection}, 'close', 'and closed');

    # The line comes when httpd has done with the connection.
    my $log = '';
    for (1 .. 50) {
        $log = RpcTest::slurp($server->{httpd}->access_log);
        last if $log =~ / 400 /;
        select(undef, undef, undef, 0.1);
    }
    like($log, qr{^127\.0\.0\.1 "RPC / jsonrpc/tcp" 200 \d+ jsonrpc - - 2$}m,
        "$mpm: a line of the access log for a connection");
    like($log, qr{"RPC / jsonrpc/tcp" 400 }, 'and for HTTP');
}

# Those that the configuration names.
for my $framing (sort keys %framed) {
    my $server = Peers::server(framing => $framing);
    my ($send, $expect) = @{ $framed{$framing} };
    is(exchange(Peers::tcp($server), $send, $expect), $expect,
        "RpcStream jsonrpc $framing");
}

# PyRPC: answers in the order of the calls, each in a line.
my $server = Peers::server(protocol => 'pyrpc');
my $client = Peers::tcp($server);
$client->send("{'req': 'execute', 'data': 'sleep(0.2)'}\n"
    . "{'req': 'execute', 'data': 'calc.add(2, 3)'}\n");
is($client->line, "{'res': 'response', 'data': '0.2'}\n", 'pyrpc');
is($client->line, "{'res': 'response', 'data': '5'}\n", 'in order');

# TLS: parked in the middle of a handshake, of a record; and a peer that is
# called. RequestReadTimeout is for HTTP.
SKIP: {
    my $dir = RpcTest::logs();
    my ($status) = RpcTest::run_command('openssl', 'req', '-x509', '-newkey',
        'rsa:2048', '-nodes', '-days', 2, '-subj', '/CN=localhost', '-keyout',
        "$dir/tls.key", '-out', "$dir/tls.crt");
    skip('openssl cannot make a certificate', 8) if $status;
    for my $mpm ('event', 'worker') {
        RpcTest::allow_log(qr/ssl:warn.* AH0(?:1873|1882|1906|1909)/);
        my $tls = Peers::server(mpm => $mpm, system => ['socache_shmcb',
            'ssl'], top => 'RequestReadTimeout handshake=1 header=1',
            stream => "SSLEngine on\nSSLCertificateFile $dir/tls.crt\n"
            . "SSLCertificateKeyFile $dir/tls.key\n");
        my ($code, $output) = RpcTest::run_command('python3', RpcTest::tree()
            . '/t/peers/tls.py', $tls->{tcp});
        is($output, "pong\ncalled\npong\npong\nclosed\n", "$mpm: TLS");
        is($code, 0, 'and the script ends well');
        my $plain = Peers::tcp($tls);
        $plain->send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        ok($plain->closes(5), "$mpm: HTTP without TLS is closed");
        is($plain->{buffer}, '', 'without an answer');
    }
}

done_testing();
