#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# The test vectors of jsonrpc against the endpoint that is made for them.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use RpcTest;

my ($status, $output) = RpcTest::run_command('python3',
    RpcTest::tree() . '/t/vectors/check_jsonrpc.py', RpcTest::url('/spec'),
    'jsonrpc10,jsonrpc11,http-get,openrpc');
like($output, qr/^(?:9\d|\d{3,}) passed, 0 failed/m,
    'all of jsonrpc.json passes at /spec');
is($status, 0, 'and the script says so') or diag($output);
done_testing();
