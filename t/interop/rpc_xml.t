#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# Perl's RPC::XML::Client, whose TAP is that of rpc_xml.pl.
use strict;
use warnings;
use lib 't/lib';
use RpcTest;

exec($^X, RpcTest::tree() . '/t/interop/rpc_xml.pl', RpcTest::url(''))
    or die "cannot run rpc_xml.pl: $!\n";
