#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# Every C file, document and guard stands in Makefile.am, and what stands
# there exists: a file that is not listed is not built or not distributed.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Guard;
use Test::More;

(my $makefile = slurp('Makefile.am')) =~ s/^#.*$//mg;
my %listed = map { $_ => 1 } $makefile =~ m{(?<![\w/.\$-])([\w./-]+\.(?:[cht]|md))\b}g;
my @files = grep { !m{^t/(?:abi|c-clients|models|interop|bench/\w+)/} && $_ ne 't/unit/tap.h' }
    sources(qr{^(?:mod_rpc\.c|(?:src|handlers|t)/.*\.[ch]|docs/.*\.md
    |t/guard/.*\.t)$}x);
ok(@files > 20, 'there are files to list: ' . @files);

ok($listed{$_}, "$_ stands in Makefile.am") for @files;
my %made = map { $_ => 1 }
    map { split } $makefile =~ /^nodist_\w+_SOURCES = (.*)$/mg;
ok($made{$_} || -f srcdir() . "/$_", "$_ of Makefile.am exists")
    for sort keys %listed;
done_testing();
