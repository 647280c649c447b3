#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# conf/rpc.conf: as it is and with everything in it switched on, it is a good
# configuration, and what it calls a default is one.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use RpcTest;

my $reference = RpcTest::slurp(RpcTest::tree() . '/conf/rpc.conf');
(my $on = $reference) =~ s/^[#](?=Rpc|Listen|<\/?(?:Location|IfModule|Virtual)
    |[ ]{4}(?:Rpc|SetHandler|Max|Async|<\/?Location)|[ ]{8}Require)//mgx;
my $port = RpcTest::free_port();
$on =~ s/\b9999\b/$port/g;
my ($first, $endpoints) = split /^# -+ endpoints\n/m, $on;
ok(defined $endpoints, 'it has two parts');

for ([$reference, 'as it is'], [$on, 'all of it']) {
    my ($status, $output) = RpcTest::config_test($_->[0]);
    is($status, 0, "a good configuration: $_->[1]") or diag($output);
}

# What the settings come to, of a section below them.
sub settings {
    my ($conf) = @_;
    my ($status, $output) = RpcTest::config_test(
        "$conf\n<Location \"/x\">\nRpcHandler calc\n</Location>",
        args => ['-D', 'DUMP_RPC']);
    return $output =~ /^(  protocols: .*\n  limits: .*)$/m ? $1 : $output;
}

like(settings(''), qr/; GET: safe;.*\n  limits: body 8388608, depth 64, /,
    'the defaults');
is(settings($first), settings(''), 'the first part shows the defaults');
my ($status, $output) = RpcTest::start_test($endpoints);
is($status, 0, 'its endpoints start') or diag($output);
unlike($output, qr/RPC\d{4}/, 'without a warning');

done_testing();
