#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# RpcKeepHot: clients that call again at once, late, slowly, all together; on
# every MPM; and a stop that is not held up by those that wait.
use strict;
use warnings;
use lib 't/lib';
use IO::Select ();
use IO::Socket::INET ();
use POSIX ();
use Test::More;
use Time::HiRes qw(sleep time);
use RpcTest;

my $body = '{"jsonrpc":"2.0","method":"add","params":[2,3],"id":1}';
my $request = "POST /rpc HTTP/1.1\r\nHost: x\r\nContent-Type: "
    . "application/json\r\nContent-Length: " . length($body) . "\r\n\r\n$body";

sub dial {
    my ($server) = @_;
    return IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $server->port, Timeout => 10) || die "connect: $!";
}

# One call on an open connection: 1 if it was answered.
sub call {
    my ($socket) = @_;
    local $SIG{PIPE} = 'IGNORE';
    syswrite($socket, $request) or return 0;
    my $answer = '';
    while ($answer !~ /"result":5,"id":1\}$/) {
        IO::Select->new($socket)->can_read(10) or return 0;
        sysread($socket, $answer, 4096, length $answer) or return 0;
    }
    return 1;
}

sub server {
    my ($mpm, $bound) = @_;
    return RpcTest::httpd(<<"CONF", mpm => $mpm, threads => 32);
MaxKeepAliveRequests 0
<Location "/rpc">
    SetHandler rpc
    RpcHandler calc
    RpcKeepHot $bound
</Location>
CONF
}

for my $mpm ('event', 'worker', 'prefork') {
    my $server = server($mpm, '20ms');
    my $socket = dial($server);
    my $good = 0;
    $good += call($socket) for 1 .. 200;
    is($good, 200, "$mpm: at once");
    $good = 0;
    for my $pause (0.005, 0.015, 0.025, 0.06, 0.001, 0.1) {
        sleep $pause;
        $good += call($socket);
    }
    is($good, 6, "$mpm: within the bound and after it");

    # Clients that do not wait for the answer: in one piece, in pieces, and
    # again after a pause.
    for my $pause (0, 0.001, 0.03) {
        my $all = $request x 5 . substr($request, 0, 30);
        syswrite($socket, substr($all, 0, 200, ''));
        sleep $pause;
        syswrite($socket, $all);
        sleep $pause;
        syswrite($socket, substr($request, 30));
        my $answers = '';
        while (6 > (() = $answers =~ /"result":5,"id":1\}/g)) {
            IO::Select->new($socket)->can_read(10) or last;
            sysread($socket, $answers, 4096, length $answers) or last;
        }
        is(() = $answers =~ /"result":5,"id":1\}/g, 6,
            "$mpm: six at once, in pieces $pause s apart");
    }
    close $socket;
}

# Slow and busy clients together: no slow one is closed or left waiting.
my $server = server('event', '2ms');
my @busy;
for (1 .. 8) {
    my $pid = fork();
    die "fork: $!" if !defined $pid;
    if (!$pid) {
        my $socket = dial($server);
        my $end = time + 3;
        while (time < $end) {
            call($socket) or POSIX::_exit(1);
        }
        POSIX::_exit(0);
    }
    push @busy, $pid;
}
my @slow = map { dial($server) } 1 .. 20;
my $answered = 0;
for my $round (1 .. 5) {
    sleep 0.2;
    $answered += call($_) for @slow;
}
is($answered, 100, 'twenty slow clients beside eight busy ones');
my $failed = 0;
for my $pid (@busy) {
    waitpid($pid, 0);
    $failed++ if $?;
}
is($failed, 0, 'and those are answered too');

# A worker that waits does not hold up a graceful stop.
my $patient = server('event', '1s');
my $socket = dial($patient);
call($socket);
$patient->graceful;
my $after = dial($patient);
ok(call($after), 'a graceful restart while a worker waits');

# A connection that ends just when httpd is told to stop is httpd's own race.
close $_ for $socket, $after, @slow;
sleep 0.5;

done_testing();
