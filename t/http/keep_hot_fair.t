#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# RpcKeepHot is fair: beside busy connections, slow ones are answered as often,
# and closed as seldom, as without it. 500 connections on 64 threads.
use strict;
use warnings;
use lib 't/lib';
use IO::Select ();
use IO::Socket::INET ();
use POSIX ();
use Test::More;
use Time::HiRes qw(sleep);
use RpcTest;

# Event closes all idle connections when no worker is free. So at no time more
# calls are under way than leave workers free, if those that wait do so, too:
# who holds more than three quarters of them is found out.
use constant BUSY => 96;
use constant PROCESSES => 4;   # that have them, each one call at a time
use constant SLOW => 404;
use constant ROUNDS => 3;      # calls of each slow one, one after the other

my $body = '{"jsonrpc":"2.0","method":"add","params":[2,3],"id":1}';
my $request = "POST /rpc HTTP/1.1\r\nHost: x\r\nContent-Type: "
    . "application/json\r\nContent-Length: " . length($body) . "\r\n\r\n$body";
local $SIG{PIPE} = 'IGNORE';

sub dial {
    my ($server) = @_;
    return IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $server->port, Timeout => 10) || die "connect: $!";
}

# Whether a call was answered; if not, the connection was closed.
sub finish {
    my ($socket) = @_;
    IO::Select->new($socket)->can_read(10) or die "no answer in 10 s\n";
    my $read = sysread($socket, my $answer, 4096);
    return $read && $answer =~ /"result":5,/;
}

# A process whose connections are called all the time, in turn.
sub busy {
    my ($server) = @_;
    my $pid = fork();
    die "fork: $!" if !defined $pid;
    return $pid if $pid;
    my $on = 1;
    local $SIG{TERM} = sub { $on = 0 };
    my @all = map { dial($server) } 1 .. BUSY / PROCESSES;
    while ($on) {
        my $socket = shift @all;
        syswrite($socket, $request);
        push @all, finish($socket) ? $socket : dial($server);
    }
    POSIX::_exit(0);
}

# How the slow ones fared.
sub run {
    my ($bound) = @_;
    my $server = RpcTest::httpd(<<"CONF", threads => 64);
MaxKeepAliveRequests 0
KeepAliveTimeout 60
AsyncRequestWorkerFactor 40
<Location "/rpc">
    SetHandler rpc
    RpcHandler calc
    RpcKeepHot $bound
</Location>
CONF
    my @busy = map { busy($server) } 1 .. PROCESSES;
    sleep 0.3;
    my @slow = map { dial($server) } 1 .. SLOW;
    my %seen = (answered => 0, closed => 0);
    for my $i ((0 .. $#slow) x ROUNDS) {
        syswrite($slow[$i], $request);
        my $answered = finish($slow[$i]);
        $seen{$answered ? 'answered' : 'closed'}++;
        $slow[$i] = dial($server) if !$answered;
    }
    kill 'TERM', @busy;
    waitpid($_, 0) for @busy;
    close $_ for @slow;
    sleep 0.5; # a close just when httpd is told to stop is its own race
    return \%seen;
}

# The connections are more than workers, which httpd remarks on.
RpcTest::allow_log(qr/AH00484: server reached MaxRequestWorkers/);

my $calls = SLOW * ROUNDS;
my $without = run('0');
for my $bound ('2ms', '50ms') {
    my $with = run($bound);
    cmp_ok($with->{answered}, '>=', $without->{answered} - $calls / 50,
        "$bound: slow clients are answered: $with->{answered} of $calls, "
        . "without it $without->{answered}");
    cmp_ok($with->{closed}, '<=', $without->{closed} + $calls / 50,
        "$bound: and closed no more often: $with->{closed}, without it "
        . $without->{closed});
}
done_testing();
