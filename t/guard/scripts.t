#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# Every script is one that its shell, or Perl, can read.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Guard;
use Test::More;

my (@shell, @perl);
for my $file (sources(qr/./)) {
    my $first = substr slurp($file), 0, 60;
    push @shell, $file if $first =~ m{^#!/bin/sh\b};
    push @perl, $file if $first =~ m{^#!/usr/bin/perl\b} || $file =~ /\.pm$/;
}
ok(@shell > 2, 'there are shell scripts: ' . @shell);
ok(@perl > 2, 'there are Perl scripts: ' . @perl);

for my $file (@shell) {
    my ($status, $said) = run_command("sh -n '" . srcdir() . "/$file'");
    is($status, 0, "sh reads $file") or diag($said);
    ok(-x srcdir() . "/$file", "$file is executable");
    unlike(slurp($file), qr/(?:^|[;&|]|\bif|\bwhile|\bthen)[ ]*\[\[[ ]
        |^[ ]*function[ ]/mx,
        "$file is plain shell");
}
for my $file (grep { /\.pm$/ } @perl) {
    unlike(slurp($file), qr/\t/, "$file has no tab");
}
for my $file (qw(run rpc-serve .ci/run)) {
    ok((grep { $_ eq $file } @shell), "$file is a shell script");
}
done_testing();
