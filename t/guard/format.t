#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# The format that no tool needs to be installed for: no tab, no blank at
# the end of a line, at most 80 columns, one newline at the end.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Guard;
use Test::More;

use Encode ();

my @files = sources(qr/\.[ch]$/);
ok(@files > 0, 'there are C files') or BAIL_OUT('no C files found');

for my $file (@files) {
    my $text = slurp($file);
    my (@bad, $number);
    for my $line (split /\n/, $text) {
        $number++;
        my $columns = length Encode::decode('UTF-8', $line);
        push @bad, "$file:$number: a tab" if $line =~ /\t/;
        push @bad, "$file:$number: a blank at the end" if $line =~ /\s$/;
        push @bad, "$file:$number: $columns columns" if $columns > 80;
        push @bad, "$file:$number: else after a brace"
            if $line =~ /^\s*\}\s*else\b/;
        push @bad, "$file:$number: a // comment"
            if $line =~ m{^\s*//} || $line =~ m{[;{}]\s*//};
    }
    push @bad, "$file: the end" if $text !~ /[^\n]\n\z/;
    ok(!@bad, "$file has the house's format") or diag(join "\n", @bad);
}
done_testing();
