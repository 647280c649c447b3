#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# The test vectors of XML-RPC against the endpoint that is made for them.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use RpcTest;

# What is not gzip, though it says so, is mod_deflate's to complain of.
RpcTest::allow_log(qr/AH01387: Zlib: Invalid header/);
RpcTest::allow_log(qr/RPC\d+: the request body could not be read/);

my ($status, $output) = RpcTest::run_command('python3',
    RpcTest::tree() . '/t/vectors/check_xmlrpc.py', RpcTest::url('/spec'),
    'all');
like($output, qr/^1[1-9]\d passed, 0 failed, 0 skipped$/m,
    'all of xmlrpc.json passes');
is($status, 0, 'and the script says so') or diag($output);
done_testing();
