#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# No function over 100 lines, at most 5 % over 60; no file over 800 lines.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Guard;
use Test::More;

my @files = sources(qr/\.[ch]$/);
ok(@files > 0, 'there are C files') or BAIL_OUT('no C files found');

my $list = join ' ', map { "'$_'" } @files;
my ($status, $tags) = run_command("cd '" . srcdir() . "' && ctags --version "
    . "| grep -q Universal && ctags --languages=C,C++ --langmap=C:.c.h "
    . "--c-kinds=f --fields=+ne -f - $list");
is($status, 0, 'universal-ctags runs') or diag($tags);

my ($count, $long) = (0, 0);
my @too_long;
for (split /\n/, $tags) {
    next if /^!/;
    my ($name, $file) = split /\t/;
    my ($first) = /\tline:(\d+)/ or next;
    my ($last) = /\tend:(\d+)/ or next;
    my $lines = $last - $first + 1;
    $count++;
    $long++ if $lines > 60;
    push @too_long, "$file:$first $name has $lines lines" if $lines > 100;
}
ok($count > 0, "there are functions ($count)");
ok(!@too_long, 'no function is over 100 lines') or diag(join "\n", @too_long);
cmp_ok($long, '<=', $count * 0.05, "at most 5 % over 60 lines ($long)");

for my $file (@files) {
    my $lines = () = slurp($file) =~ /\n/g;
    cmp_ok($lines, '<=', 800, "$file has at most 800 lines");
}
done_testing();
