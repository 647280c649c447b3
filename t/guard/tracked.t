#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# No generated file and no binary is tracked by git.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Guard;
use Test::More;

plan skip_all => 'not a git checkout' if !-e srcdir() . '/.git';
my @files = tracked();
ok(@files > 20, 'git tracks files: ' . @files);

my $generated = qr{^(?:configure|aclocal\.m4|libtool|config\.(?:log|status|h)|
    autom4te\.cache/.*|build/.*|build-aux/.*)$
    |(?:^|/)(?:Makefile(?:\.in)?|ltmain\.sh|install-sh|missing|depcomp)$
    |(?:^|/)(?:node_modules|__pycache__|\.libs|\.deps)/
    |\.(?:o|lo|la|slo|so|a|pyc|gz|tar|zip|gcda|gcno|exe)$|~$}x;
for my $file (@files) {
    unlike($file, $generated, "$file is written by hand");
}
# A corpus and the vectors hold bytes of any kind; nothing else does.
for my $file (grep { !m{^t/fuzz/corpus/} } @files) {
    ok(slurp($file) !~ /\0/, "$file is text");
}
done_testing();
