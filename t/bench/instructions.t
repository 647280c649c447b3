#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# The instructions that fixed requests cost in the core are what they were,
# within 5 %: a slowdown is seen on any machine, however noisy.
use strict;
use warnings;
use FindBin;
use Test::More;

use constant TOLERANCE => 5;

# Returns what was counted with, and the counts by work.
sub parse {
    my ($text) = @_;
    my ($with) = $text =~ /^# (.*)$/m;
    my %counts = $text =~ /^(W\d) (\d+)$/mg;
    return ($with, \%counts);
}

my $file = "$FindBin::Bin/instructions/expected";
open(my $in, '<', $file) or die "$file: $!\n";
my ($expected_with, $expected) = parse(join '', <$in>);
plan skip_all => 'no valgrind' if system('valgrind --version >/dev/null 2>&1');
is(keys %$expected, 6, 'six works are expected');
my $said = `$FindBin::Bin/count-instructions 2>&1`;
is($?, 0, 'count-instructions runs') or done_testing(), diag($said), exit 1;
my ($with, $counts) = parse($said);

SKIP: {
    skip "counted with $with; what is expected was counted with "
        . "$expected_with", scalar keys %$expected if $with ne $expected_with;
    for my $work (sort keys %$expected) {
        my $count = $counts->{$work} || 0;
        my $more = 100 * ($count / $expected->{$work} - 1);
        my $change = sprintf '%d, expected %d (%+.1f %%)', $count,
            $expected->{$work}, $more;
        ok($count && $more <= TOLERANCE,
            "the core's instructions for one $work: $change")
            or diag("$work costs more than it did. Where: "
                . "t/bench/count-instructions --profile $work, here and in "
                . 'a checkout before the change. If the cost is meant: '
                . './run bench instructions writes the new counts to '
                . 't/bench/instructions/expected; commit them with the '
                . 'reason.');
        note("$work costs less than it did: ./run bench instructions keeps "
            . 'it so') if $more < -(TOLERANCE);
    }
}
done_testing();
