#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# JSON as Python reads it strictly, whose TAP is that of json_strict.py.
use strict;
use warnings;
use lib 't/lib';
use RpcTest;

exec('python3', RpcTest::tree() . '/t/interop/json_strict.py',
    RpcTest::url(''))
    or die "cannot run python3: $!\n";
