#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# httpd -t -D DUMP_RPC: what is mounted where, readable.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use RpcTest;

sub dump_of {
    my ($conf, @args) = @_;
    my ($status, $output) = RpcTest::config_test($conf,
        args => [@args ? @args : ('-D', 'DUMP_RPC')]);
    is($status, 0, 'it is a good configuration') or diag($output);
    return $output;
}

my $conf = <<'CONF';
RpcGet all
RpcMaxDepth 7
<Location "/rpc">
    SetHandler rpc
    RpcHandler calc
    RpcHandler server srv
    RpcAlias plus add
    RpcProtocols xmlrpc pyrpc
    RpcMulticall off
    <If "true">
        RpcHandler server
    </If>
</Location>
<VirtualHost *:1>
    ServerName other.example
    SetHandler rpc
    RpcHandler calc
    RpcMaxBody 1K
</VirtualHost>
CONF

my $dump = dump_of($conf);
like($dump, qr/^RPC endpoints:$/m, 'a heading');
like($dump, qr{^<Location "/rpc"> \(\S+test\.conf:5\), server localhost$}m,
    'a section: its file and line, its server');
like($dump, qr{^  protocols: xmlrpc pyrpc; GET: all; introspection: on; mul}m,
    'what it speaks; the server\'s RpcGet');
like($dump, qr{; multicall: off\n  limits: body 8388608, depth 7, values 1000},
    'its limits');
like($dump, qr{^    add: number add\(number x, number y\) \[table calc, safe\]$}m,
    'a method: its prototype, table and flags');
like($dump, qr{^    srv\.ping: string ping\(\) \[table server, safe\]$}m,
    'a method under a prefix');
like($dump, qr{^    plus: number add\(.*\) \[table calc, safe, alias of add\]$}m,
    'an alias');
like($dump, qr{^<Location "/rpc"> <If "true"> \(\S+:11\)}m, 'a nested section');
like($dump, qr{^    ping: }m, 'and its method');
like($dump, qr{^<VirtualHost \*:1> \(\S+:17\), server other\.example \(virt}m,
    'a virtual host');
like($dump, qr{\(virtual host, \S+test\.conf:14\)\n.*\n  limits: body 1024, d},
    'its own limit');
like($dump, qr{^  .*; GET: all; .*\n  limits: body 1024, depth 7, }m,
    'and what it inherits');

is(() = dump_of('') =~ /^RPC endpoints: none$/mg, 1, 'nothing mounted');
unlike(dump_of($conf, '-D', 'OTHER'), qr/RPC endpoints/, 'only when asked');

done_testing();
