#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# What make install puts where.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use RpcTest;

my $root = RpcTest::installed();
my @files = map { s{^\Q$root\E}{}r } split /\n/, (RpcTest::run_command(
    'find', $root, '-type', 'f', '-o', '-type', 'l'))[1];
my %wanted = ('httpd\'s headers' => [qw(mod_rpc.h mod_rpc_async.h)],
    'modrpc' => [qw(mod_rpc.h mod_rpc_async.h modrpc.h)],
    'pkgconfig' => ['modrpc.pc'],
    'bin' => [qw(rpc-call rpc-cgi rpc-serve)],
    'man1' => [qw(rpc-call.1 rpc-cgi.1)],
    'man3' => ['modrpc.3'],
    'completions' => ['rpc-call.bash'],
    'lib' => [qw(libmodrpc.so libmodrpc.so.0)],
    'client' => [qw(rpc.d.mts rpc.d.ts rpc.js rpc.mjs)],
    'modules' => [map { "mod_rpc$_.so" } '', map { "_$_" } qw(blog calc
        counter server validator1)]);
my (undef, $include) = RpcTest::run_command('apxs', '-q', 'INCLUDEDIR');
chomp $include;
for my $folder (sort keys %wanted) {
    my $place = $folder =~ /headers/ ? quotemeta $include : ".*/$folder";
    for my $name (@{ $wanted{$folder} }) {
        is(scalar(grep { m{^$place/\Q$name\E$} } @files), 1,
            "$folder: $name");
    }
}
is(join(' ', grep { m{/mod_rpc[^/]*\.la$} } @files), '',
    'no libtool archive of a module');

done_testing();
