#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# Every directive stands in docs/directives.md and in conf/rpc.conf, and
# what stands there is a directive.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Guard;
use Test::More;

my $code = join '', map { without_comments(slurp($_)) }
    qw(src/config/directives.c handlers/mod_rpc_server.c);
my %directives = map { $_ => 1 } $code =~ /"<?(Rpc[A-Z][A-Za-z]*)"/g;
ok(keys %directives > 5, 'there are directives: ' . keys %directives);

# In a heading, or in the first cell of a table's row.
my %documented = map { $_ => 1 } map { /\b(Rpc[A-Z][A-Za-z]*)\b/g }
    slurp('docs/directives.md') =~ /^(#.*|\|[^|\n]*\|)/mg;
my $conf = slurp('conf/rpc.conf');
my %configured = map { $_ => 1 } $conf =~ /^[#\s]*<?(Rpc[A-Z][A-Za-z]*)\b/mg;
my %shown = map { $_ => 1 } $conf =~ /<?\b(Rpc[A-Z][A-Za-z]*)\b/g;

for my $name (sort keys %directives) {
    ok($documented{$name}, "$name stands in docs/directives.md");
    ok($shown{$name}, "$name stands in conf/rpc.conf");
}
for my $name (sort keys %documented) {
    ok($directives{$name}, "$name of docs/directives.md is a directive");
}
for my $name (sort keys %configured) {
    ok($directives{$name}, "$name of conf/rpc.conf is a directive");
}
done_testing();
