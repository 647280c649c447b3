#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# The published examples of Python's xmlrpc.client and xmlrpc.server: their
# client side as it is, our server side, configured to offer the same.
use strict;
use warnings;
use lib 't/lib';
use RpcTest;

my $server = RpcTest::httpd(<<'CONF', modules => [qw(rpc calc models)]);
<Location "/examples">
    SetHandler rpc
    RpcHandler calc
    RpcHandler models
</Location>
# register_function(f, "name") is RpcAlias.
<Location "/faulty">
    SetHandler rpc
    RpcHandler models models
    RpcAlias add models.complex.add
</Location>
<Location "/multi">
    SetHandler rpc
    RpcHandler calc calc
    RpcAlias add calc.add
    RpcAlias subtract calc.subtract
    RpcAlias multiply calc.multiply
    RpcAlias divide calc.div
</Location>
CONF
my ($status, $output) = RpcTest::run_command('python3', '-B',
    RpcTest::tree() . '/t/models/xmlrpc_server.py', $server->url(''));
print $output;
exit $status;
