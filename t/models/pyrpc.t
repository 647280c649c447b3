#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# The example of PyRPC's manual: DoBlah(1,2,3) with request=execute.
use strict;
use warnings;
use lib 't/lib';
use RpcTest;

my $server = RpcTest::httpd(<<'CONF', modules => [qw(rpc models)]);
<Location "/rpc">
    SetHandler rpc
    RpcHandler models
</Location>
CONF
my ($status, $output) = RpcTest::run_command('python3', '-B',
    RpcTest::tree() . '/t/models/pyrpc.py', $server->url('/rpc'));
print $output;
exit $status;
