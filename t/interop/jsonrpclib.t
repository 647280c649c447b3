#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# jsonrpclib-pelix, whose TAP is that of jsonrpclib.py.
use strict;
use warnings;
use lib 't/lib';
use RpcTest;

# Debian's package is for Debian's Python.
my ($python) = grep {
    my ($status) = RpcTest::run_command($_, '-c', 'import jsonrpclib.jsonrpc');
    !$status;
} qw(python3 /usr/bin/python3);
if (!$python) {
    print "1..0 # SKIP no jsonrpclib-pelix for Python\n";
    exit 0;
}
exec($python, '-B', RpcTest::tree() . '/t/interop/jsonrpclib.py',
    RpcTest::url(''))
    or die "cannot run $python: $!\n";
