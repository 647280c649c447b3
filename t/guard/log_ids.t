#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# Log ids (RPC0001 and so on): src/log.h names each once, the sources use
# them by those names only, and none is listed in vain.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Guard;
use Test::More;

my (%number, @twice);
for (slurp('src/log.h') =~ /^(\s*#\s*define\s+RPC_LOG_\w+\s+"RPC\d{4}: ")/mg) {
    my ($name, $id) = /(RPC_LOG_\w+)\s+"(RPC\d{4})/;
    push @twice, $id if grep { $_ eq $id } values %number;
    $number{$name} = $id;
}
ok(keys %number > 0, 'src/log.h lists ids: ' . keys %number);
is("@twice", '', 'each id has one name');

my (%used, $logging);
for my $file (sources(qr{^(?:mod_rpc\.c|src/.*\.[ch])$})) {
    next if $file eq 'src/log.h';
    my $code = without_comments(slurp($file));
    $used{$_}++ for $code =~ /\b(RPC_LOG_[A-Z0-9_]+)\b/g;
    $logging += () = $code =~ /\bap_log_\w*error\(/g;
    unlike($code, qr/"[^"\n]*\bRPC\d{4}\b/, "$file writes no id by hand");
}
ok($logging, 'the sources log');
ok($used{$_}, "$number{$_} is used ($_)") for sort keys %number;
ok($number{$_}, "$_ stands in src/log.h") for sort keys %used;
done_testing();
