#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# The oracle: stops the server of the suites, then reads all error logs. A
# line that no test claimed is a failure, and so is a claim never met.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use RpcTest;

# What httpd says of its own life.
my @known = map { qr/$_/ } (
    'resuming normal operations$',
    'AH00094: Command line: ',
    'caught SIGTERM, shutting down$',
    'SIGUSR1 received\.  Doing graceful restart$',
    'Graceful restart requested, doing restart$',
    'caught SIGWINCH, shutting down gracefully$',
);

sub known {
    my ($line) = @_;
    return scalar grep { $line =~ $_ } @known;
}

my $pid_file = RpcTest::logs() . '/httpd.pid';
my $pid = -f $pid_file ? RpcTest::slurp($pid_file) + 0 : 0;
ok($pid > 1 && kill('TERM', $pid), 'the server of the suites still runs');
for (1 .. 300) {
    last if !-f $pid_file;
    select(undef, undef, undef, 0.05);
}
ok(!-f $pid_file, 'and stops when it is told to');

my @claims;
my $claims = RpcTest::logs() . '/claims';
if (-f $claims) {
    for (split /\n/, RpcTest::slurp($claims)) {
        my ($word, $test, $pattern) = split /\t/, $_, 3;
        push @claims, { word => $word, test => $test, text => $pattern,
            pattern => qr/$pattern/, met => 0 };
    }
}

my $logs = RpcTest::logs();
my @files = ("$logs/error_log", glob("$logs/*/error_log"));
my $lines = 0;
for my $file (@files) {
    my @surprises;
    for my $line (split /\n/, RpcTest::slurp($file)) {
        $lines++;
        next if known($line);
        my @claimed = grep { $line =~ $_->{pattern} } @claims;
        $_->{met}++ for @claimed;
        push @surprises, $line if !@claimed;
    }
    my $name = substr($file, length("$logs/"));
    ok(!@surprises, "every line of $name was claimed by a test")
        or diag(map { "    $_\n" } @surprises > 40
        ? (@surprises[0 .. 39], '(and more)') : @surprises);
}
ok($lines > 0, 'the error log has lines to look at');
for my $claim (grep { $_->{word} eq 'expect' } @claims) {
    ok($claim->{met} > 0, "$claim->{test}: the log has $claim->{text}");
}

done_testing();
