#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# The test vectors of pyrpc against the endpoint that is made for them, and
# against the demonstration's.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use RpcTest;

for my $path ('/spec', '/rpc') {
    my ($status, $output) = RpcTest::run_command('python3',
        RpcTest::tree() . '/t/vectors/check_pyrpc.py', RpcTest::url($path));
    like($output, qr/^(?:[7-9]\d|\d{3,}) passed, 0 failed$/m,
        "all of pyrpc.json passes at $path");
    is($status, 0, 'and the script says so') or diag($output);
}
done_testing();
