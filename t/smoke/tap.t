#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# A program whose lines are TAP fails its suite when one of them does, when it
# ends badly, and when it ends before its plan says so.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use RpcTest;

# Whether a suite that runs this program of the shell passes.
sub passes {
    my ($program) = @_;
    my ($status) = RpcTest::run_command($^X, '-I' . RpcTest::tree()
        . '/t/lib', '-MTest::More', '-MTap', '-e',
        'Tap::run("sh", "sh", "-c", $ARGV[0]); done_testing();', $program);
    return !$status;
}

my $ok = 'echo ok 1 - a';
ok(passes("$ok; echo 1..1"), 'all is well');
my %bad = (
    'echo not ok 1 - a; echo 1..1' => 'a check fails',
    "$ok; echo 1..1; exit 1" => 'it ends badly',
    $ok => 'no plan',
    "$ok; echo 1..2" => 'fewer than planned',
    "$ok; echo ok 2 - b; echo 1..1" => 'more than planned',
    'echo 1..0' => 'nothing ran');
ok(!passes($_), $bad{$_}) for sort keys %bad;
done_testing();
