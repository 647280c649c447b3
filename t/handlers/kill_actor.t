#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# kill_actor: for users that RpcKillActor names, under prefork, of children of
# this server and nothing else; the call that the child is at is finished.
use strict;
use warnings;
use lib 't/lib';
use JSON::PP ();
use Test::More;
use RpcTest;

RpcTest::expect_log(qr/RPC\d+: child \d+ retires: user ada asked for it/);
RpcTest::allow_log(qr/AH00161: server reached MaxRequestWorkers/);

my $json = JSON::PP->new->utf8;
my $users = RpcTest::logs() . "/kill-users-$$";
open(my $out, '>', $users) or die "$users: $!\n";
print {$out} "$_:{SHA}MJgvYgf2tRctgBqviyzN0HpBdyY=\n" for qw(ada bob);
close $out or die "$users: $!\n";

sub conf {
    my ($line, $more) = @_;
    return <<"CONF";
$more
<Location "/open">
    SetHandler rpc
    RpcHandler server
    RpcHandler chaos
    RpcKillActor ada
</Location>
<Location "/rpc">
    SetHandler rpc
    RpcHandler server
    RpcHandler chaos
    $line
    AuthType Basic
    AuthName rpc
    AuthUserFile "$users"
    Require valid-user
    <If "%{HTTP:X-Inner} == 'yes'">
        RpcKillActor none
    </If>
</Location>
CONF
}

my %password = (ada => 'YWRhOmxvdmVsYWNl', bob => 'Ym9iOmxvdmVsYWNl');

sub call {
    my ($server, $path, $user, $method, $params, @headers) = @_;
    my $r = RpcTest::post($server->url($path), 'application/json',
        qq({"jsonrpc":"2.0","method":"$method","params":$params,"id":1}),
        $user ? (authorization => "Basic $password{$user}") : (), @headers);
    return $r->{body};
}

sub children {
    my ($server) = @_;
    return map { $_->{process_id} => $_ }
        @{ $json->decode(call($server, '/open', undef, 'server_info', '[]'))
        ->{result}{monitors}{httpd}{workers} };
}

# ------------------------------------------------------------- who may call

my $server = RpcTest::httpd(conf('RpcKillActor bob ada', ''), mpm => 'prefork',
    threads => 4);
my %before = children($server);
my ($victim) = sort keys %before;
like(call($server, '/open', undef, 'kill_actor', "[$victim]"),
    qr/"code":-32001.*nobody is authenticated/, 'without authentication');
like(call($server, '/rpc', 'ada', 'kill_actor', "[$victim]",
    'x-inner' => 'yes'), qr/"code":-32001.*switched off/,
    'none in an inner section');
for my $pid ($server->pid, $$, 1, 0, -1, 999999999, 4294967297 + $victim,
    '-9223372036854775808')
{
    like(call($server, '/rpc', 'ada', 'kill_actor', "[$pid]"),
        qr/"code":-32602.*no child process of this server/, "$pid is no child");
}
ok(kill(0, $server->pid), 'the parent is there');
like(call($server, '/rpc', 'ada', 'kill_actor', '["x"]'), qr/"code":-32602/,
    'what is no number');
is(RpcTest::get($server->url("/rpc?request=execute&data=kill_actor($victim)"),
    authorization => "Basic $password{ada}")->{status}, 405, 'not by GET');
ok(kill(0, keys %before) == keys %before, 'all children are there');

# ------------------------------------------- a child at work, and its end

my $answer = RpcTest::logs() . "/kill-answer-$$";
my $client = fork;
die "fork: $!" if !defined $client;
if (!$client) {
    my $body = call($server, '/open', undef, 'sleeps', '[2]');
    open(my $file, '>', $answer);
    print {$file} $body;
    close $file;
    POSIX::_exit(0);
}
my $busy;
for (1 .. 50) {
    Time::HiRes::sleep(0.05);
    # Two are busy: the one that sleeps, and the one that tells.
    my $self = $json->decode(call($server, '/open', undef, 'server_info',
        '[]'))->{result};
    ($busy) = grep { $_->{threads}{busy}
        && $_->{process_id} != $self->{server}{answered_by} }
        @{ $self->{monitors}{httpd}{workers} };
    last if $busy;
}
ok($busy, 'a child is at a call');
$victim = $busy->{process_id};
like(call($server, '/rpc', 'ada', 'kill_actor', "[$victim]"),
    qr/"result":true/, 'it is told to end');
waitpid($client, 0);
like(RpcTest::slurp($answer), qr/"result":2\b/, 'its call is finished');
my %after;
for (1 .. 100) {
    %after = children($server);
    last if !$after{$victim} && keys %after >= 4;
    call($server, '/open', undef, 'ping', '[]');
    Time::HiRes::sleep(0.1);
}
ok(!$after{$victim}, 'it has ended');
is(kill(0, $victim), 0, 'the process is gone');
cmp_ok(scalar keys %after, '>=', 1, 'the server goes on');
like(call($server, '/rpc', 'ada', 'kill_actor', "[$victim]"),
    qr/no child process/, 'it is no child any more');
$server->stop;

# Where every child is retired in turn, each is replaced.
$server = RpcTest::httpd(conf('RpcKillActor ada', "MinSpareServers 2\n"),
    mpm => 'prefork', threads => 2);
%before = children($server);
call($server, '/rpc', 'ada', 'kill_actor', "[$_]") for sort keys %before;
for (1 .. 150) {
    %after = children($server);
    last if keys %after >= 2 && !grep { $before{$_} } keys %after;
    Time::HiRes::sleep(0.1);
}
is(scalar(grep { $before{$_} } keys %after), 0, 'all have ended');
cmp_ok(scalar keys %after, '>=', 2, 'and others have begun');
like(call($server, '/rpc', 'bob', 'kill_actor', '[1]'),
    qr/"code":-32001.*you may not/, 'another user may not');
$server->stop;

# ------------------------------------------------------------ where it is off

$server = RpcTest::httpd(conf('', ''), mpm => 'prefork', threads => 2);
like(call($server, '/rpc', 'ada', 'kill_actor', '[1]'),
    qr/"code":-32001.*switched off/, 'off by itself');
$server->stop;
for my $mpm (qw(event worker)) {
    $server = RpcTest::httpd(conf('RpcKillActor ada', ''), mpm => $mpm);
    my ($child) = (my %children = children($server));
    like(call($server, '/rpc', 'ada', 'kill_actor', "[$child]"),
        qr/"code":-32500,.*MPM \\"$mpm\\" cannot retire one child/, $mpm);
    ok(kill(0, $child), 'the child is there');
    $server->stop;
}

my ($status, $output) = RpcTest::config_test("RpcKillActor\n");
isnt($status, 0, 'it takes a user');
($status, $output) = RpcTest::config_test('RpcKillActor ""');
isnt($status, 0, 'that has a name');
like($output, qr/RpcKillActor/, 'by name');
($status, $output) = RpcTest::config_test("<Location /x>\n<Limit POST>\n"
    . "RpcKillActor ada\n</Limit>\n</Location>\n");
isnt($status, 0, 'not within <Limit>');
like($output, qr/RpcKillActor cannot stand within <Limit>/, 'and why');
done_testing();
