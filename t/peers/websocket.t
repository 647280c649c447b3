#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# RpcWebSocket: what is upgraded and what is refused, who may, subprotocols,
# a proxy between; on every MPM.
use strict;
use warnings;
use lib 't/lib', 't/peers';
use Test::More;
use Time::HiRes qw(sleep);
use Peers;
use RpcTest;

RpcTest::expect_log(qr/RPC0011: calls of pages of https:\/\/evil\.example/);
RpcTest::allow_log(qr/AH0[01]\d+: .*(?:user|client denied|authz|auth)/i);

sub refused {
    my ($server, $text) = @_;
    return RpcTest::raw($server->{port}, $text);
}

for my $mpm ('event', 'worker', 'prefork') {
    my $server = Peers::server(mpm => $mpm);
    my $websocket = Peers::websocket($server);
    is($websocket->{answer}, "HTTP/1.1 101 Switching Protocols\r\n"
        . "Upgrade: websocket\r\nConnection: Upgrade\r\n"
        . "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
        "$mpm: the answer of RFC 6455's example");
    is($websocket->ask('calc.add', '[2,3]'),
        '{"jsonrpc":"2.0","result":5,"id":1}', "$mpm: a call");
    sleep 0.2;
    is($websocket->ask('calc.add', '{"x":2,"y":4}'),
        '{"jsonrpc":"2.0","result":6,"id":1}', "$mpm: after a pause");
    my $long = 'x' x 200000;
    is($websocket->ask('echo', qq(["$long"])),
        qq({"jsonrpc":"2.0","result":"$long","id":1}), "$mpm: a long one");

    # Fragments, with a ping between.
    $websocket->frame(1, '{"jsonrpc":"2.0",', 0x01);
    $websocket->frame(9, 'are you there');
    $websocket->frame(0, '"method":"ping","id":7}', 0x80);
    is_deeply([sort map { join(' ', $websocket->read_frame) } 1, 2],
        ['1 {"jsonrpc":"2.0","result":"pong","id":7}', '10 are you there'],
        "$mpm: fragments, and a ping between");
    $websocket->frame(8, pack('n', 1000) . 'bye');
    my ($opcode, $payload) = $websocket->read_frame;
    is($opcode, 8, "$mpm: a close frame is answered");
    ok($websocket->closes(5), "$mpm: and the connection closed");

    # The first message in the same packet as the request.
    my $eager = Peers::client($server->{port});
    my $json = '{"jsonrpc":"2.0","method":"ping","id":1}';
    my $mask = "\0\0\0\0";
    $eager->send(Peers::upgrade_text() . pack('CC', 0x81,
        0x80 | length $json) . $mask . $json);
    my $line;
    do { $line = $eager->line } while defined $line && $line ne "\r\n";
    is(($eager->read_frame)[1], '{"jsonrpc":"2.0","result":"pong","id":1}',
        "$mpm: a message right behind the request");

    # HTTP goes on beside.
    my $r = RpcTest::post($server->{httpd}->url('/rpc'), 'application/json',
        '{"jsonrpc":"2.0","method":"who","id":1}');
    like($r->{body}, qr/"transport":"http"/, "$mpm: HTTP at the same URL");
    like(RpcTest::slurp($server->{httpd}->access_log),
        qr{"GET /rpc HTTP/1\.1" 101 }, "$mpm: 101 in the access log");
}

my $server = Peers::server(top => <<'CONF');
<Location "/off">
    SetHandler rpc
    RpcHandler server
</Location>
<Location "/open">
    SetHandler rpc
    RpcHandler server
    RpcWebSocket on
    RpcAllowOrigin https://friend.example
</Location>
<Location "/xml">
    SetHandler rpc
    RpcHandler server
    RpcWebSocket on
    RpcProtocols xmlrpc
</Location>
<Location "/users">
    SetHandler rpc
    RpcHandler server
    RpcHandler peers
    RpcWebSocket on
    AuthType Basic
    AuthName x
    AuthUserFile @DIR@/users
    Require valid-user
</Location>
CONF
open(my $users, '>', $server->{httpd}->dir . '/users') or die $!;
print {$users} 'ann:{SHA}' . "qUqP5cyxm6YcTAhz05Hph5gvu9M=\n"; # "test"
close $users;

# What is not an upgrade as it should be.
my %bad = (
    'version 8' => [426, { 'Sec-WebSocket-Version' => 8 }],
    'no version' => [426, { 'Sec-WebSocket-Version' => undef }],
    'no key' => [400, { 'Sec-WebSocket-Key' => undef }],
    'a short key' => [400, { 'Sec-WebSocket-Key' => 'dGhl' }],
    'a body' => [400, { 'Content-Length' => 3 }],
    'switched off' => [405, { path => '/off' }],
    'no jsonrpc' => [400, { path => '/xml' }],
    'below the endpoint' => [404, { path => '/rpc/none' }],
    'an origin that may not' => [403, { Origin => 'https://evil.example' }],
    'no user' => [401, { path => '/users' }],
);
for my $name (sort keys %bad) {
    my ($status, $headers) = @{ $bad{$name} };
    my $r = refused($server, Peers::upgrade_text(%$headers)
        . ($name eq 'a body' ? 'abc' : ''));
    is($r->{status}, $status, "$name: $status");
    is($r->{headers}{'sec-websocket-version'}, 13, 'and which version')
        if $status == 426;
    like($r->{body}, qr/RpcWebSocket is off/, 'and told why')
        if $status == 405;
}
my $old = Peers::upgrade_text() =~ s{HTTP/1\.1}{HTTP/1.0}r;
is(refused($server, $old)->{status}, 400, 'HTTP/1.0');

# Who may.
ok(Peers::websocket($server, Origin => 'http://localhost'),
    'a page of the same origin');
ok(Peers::websocket($server, path => '/open',
    Origin => 'https://friend.example'), 'a page of RpcAllowOrigin');
my $user = Peers::websocket($server, path => '/users',
    Authorization => 'Basic YW5uOnRlc3Q=');
like($user->ask('who'), qr/"user":"ann"/, 'a user is known to the methods');

# Subprotocols.
for my $case (['jsonrpc', 'jsonrpc'], ['x, jsonrpc-2.0', 'jsonrpc-2.0'],
    ['json-rpc', 'json-rpc'], ['x', undef])
{
    my ($offered, $chosen) = @$case;
    my $websocket = Peers::websocket($server,
        'Sec-WebSocket-Protocol' => $offered);
    my ($got) = $websocket->{answer} =~ /^Sec-WebSocket-Protocol: (.*)\r$/m;
    is($got, $chosen, "of $offered");
}

# Compression is not offered.
unlike(Peers::websocket($server, 'Sec-WebSocket-Extensions' =>
    'permessage-deflate')->{answer}, qr/Extensions/, 'no extension');

# Behind a proxy.
my $back = $server->{port};
my $proxy = RpcTest::httpd(<<"CONF", system => ['proxy', 'proxy_wstunnel']);
ProxyPass /rpc ws://127.0.0.1:$back/rpc
CONF
my $through = Peers::websocket({ port => $proxy->port });
is($through->ask('calc.add', '[2,3]'), '{"jsonrpc":"2.0","result":5,"id":1}',
    'through mod_proxy_wstunnel');
$through->text('{"jsonrpc":"2.0","method":"tell","params":["x",2],"id":1}');
like(join(' ', map { ($through->read_frame)[1] } 1 .. 3),
    qr/"params":\[0\].*"params":\[1\].*"result":2/, 'and back');
$through->frame(8, pack('n', 1000));
ok($through->closes(5), 'and closed through it');

# Who closes as one should is no news: only 4001 is.
for my $code (1000, 1001, 4001) {
    my $websocket = Peers::websocket($server);
    $websocket->ask('ping');
    $websocket->frame(8, pack('n', $code) . "bye $code");
    $websocket->closes(5);
}
my @said = RpcTest::slurp($server->{httpd}->error_log)
    =~ /RPC0018: .* closing the connection: (bye \d+)/g;
is("@said", 'bye 4001', 'a good end is not logged');

done_testing();
