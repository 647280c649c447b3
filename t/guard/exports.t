#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# What the modules export: mod_rpc.so its module struct and nothing else,
# a handler its module struct and its table (httpd loads RTLD_GLOBAL).
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Guard;
use Test::More;

my @modules = glob(builddir() . '/.libs/mod_rpc*.so');
ok((grep { m{/mod_rpc\.so$} } @modules), 'mod_rpc.so was built');

for my $module (@modules) {
    my ($name) = $module =~ m{/(mod_rpc[^/]*)\.so$};
    my ($status, $output) = run_command("nm -D --defined-only '$module'");
    is($status, 0, "nm reads $name.so");
    my ($failed, $needed) = run_command("nm -D --undefined-only '$module'");
    is(join(' ', $needed =~ /\bU (rpc_\w+)/g), '',
        "$name.so needs no rpc_ symbol of another module");
    my @symbols = map { (split)[-1] } grep { / [A-Z] / && !/ [wv] / }
        split /\n/, $output;
    # The sanitizers' own, in a build that has them.
    @symbols = grep { !/^_?_(?:asan|ubsan|sancov|odr_asan)/ } @symbols;
    if ($name eq 'mod_rpc') {
        is("@symbols", 'rpc_module', 'mod_rpc.so exports rpc_module only');
        next;
    }
    ok(@symbols > 0, "$name.so exports something");
    is(join(' ', grep { !/^rpc_\w+_(?:module|table)$/ } @symbols), '',
        "$name.so exports its module and table only");
}

# The client library: what modrpc.h declares, all of it and nothing else.
my @libraries = grep { -f } glob(builddir() . '/.libs/libmodrpc.so');
ok(@libraries, 'libmodrpc.so was built');
my %declared = map { $_ => 1 } slurp('src/client/modrpc.h')
    =~ /RPC_CLIENT_API_[^;(]*?\b(rpc_\w+)\(/g;
for my $library (@libraries) {
    my ($status, $output) = run_command("nm -D --defined-only '$library'");
    is($status, 0, 'nm reads libmodrpc.so');
    my @symbols = grep { !/^_?_(?:asan|ubsan|sancov|odr_asan)/ }
        map { (split)[-1] } grep { / [A-Z] / } split /\n/, $output;
    is(join(' ', sort @symbols), join(' ', sort keys %declared),
        'libmodrpc.so exports what modrpc.h declares');
    ($status, $output) = run_command("readelf -d '$library'");
    like($output, qr/SONAME.*\[libmodrpc\.so\.\d+\]/, 'it has a soname');
}
done_testing();
