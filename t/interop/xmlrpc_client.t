#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# Python's xmlrpc.client, whose TAP is that of xmlrpc_client.py.
use strict;
use warnings;
use lib 't/lib';
use RpcTest;

exec('python3', RpcTest::tree() . '/t/interop/xmlrpc_client.py',
    RpcTest::url(''))
    or die "cannot run python3: $!\n";
