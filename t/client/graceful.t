#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# A client with 16 threads, by TCP and by WebSocket, while httpd restarts
# gracefully, twice: each call is answered, none was acknowledged that the
# server did not run, and what a stopping child refused went to the next.
use strict;
use warnings;
use lib 't/lib', 't/client', 't/peers';
use IPC::Open2 ();
use Test::More;
use ClientTest;
use Peers;
use RpcTest;

RpcTest::allow_log(qr/RPC0018: \[client 127\.0\.0\.1\] closing /);
RpcTest::allow_log(qr/AH03490: scoreboard is full/);
RpcTest::allow_log(qr/AH00(?:484|161|286): server reached MaxRequestWorkers/);

my $program = ClientTest::build(RpcTest::tree() . '/t/c-clients/graceful.c');
my $server = Peers::server(threads => 16, location =>
    'RpcPeerMaxPending 100', stream => 'RpcPeerMaxPending 100');
my $marks = $server->{httpd}->dir . '/marks';
my %urls = (TCP => "tcp://127.0.0.1:$server->{tcp}",
    WebSocket => $server->{httpd}->url('/rpc') =~ s/^http/ws/r);

for my $way (sort keys %urls) {
    unlink $marks;
    my $pid = IPC::Open2::open2(my $from, my $to, 'timeout', '90', $program,
        $urls{$way});
    for (1 .. 2) {
        sleep 1;
        $server->{httpd}->graceful;
    }
    sleep 1;
    close $to;
    my @said = <$from>;
    waitpid($pid, 0);
    is($?, 0, "$way: the program ends well");
    my %ran;
    $ran{$_}++ for RpcTest::slurp($marks) =~ /^(\d+)$/mg;
    my @good = map { /^ok (\d+)$/ ? $1 : () } @said;
    my @failed = grep { /^failed/ } @said;
    is(@good + @failed, @said, "$way: each call has an outcome");
    cmp_ok(scalar @good, '>', 500, "$way: calls were made");
    is(scalar(grep { !$ran{$_} } @good), 0,
        "$way: each acknowledged one was run");
    is("@failed[0 .. ($#failed < 4 ? $#failed : 4)]", '', "$way: none failed")
        or diag(scalar(@failed) . ' failed');
    my $again = grep { $_ > 1 } values %ran;
    diag("$way: @{[scalar @good]} acknowledged, @{[scalar keys %ran]} run,"
        . " $again of them more than once");
}
$server->{httpd}->stop;
done_testing();
