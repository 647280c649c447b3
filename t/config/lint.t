#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# The warnings at start-up: SetHandler rpc and RpcHandler that do not meet,
# RpcMaxBody above LimitRequestBody; and what looks like it but is right.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use RpcTest;

RpcTest::allow_log(qr/RPC000[234]: \S+t-config-lint-t-/);

# A start's own lines (RPC0002 to RPC0004), as "RPC0002:LINE ...".
sub warnings_of {
    my ($conf) = @_;
    my ($status, $output) = RpcTest::start_test($conf,
        system => ['rewrite']);
    is($status, 0, 'it starts') or diag($output);
    my @found = map { "$_" }
        $output =~ /(RPC000[234]: \S+test\.conf:\d+: [^\n]*)/g;
    s/^(RPC\d+): \S+test\.conf:(\d+): /$1:$2 / for @found;
    return join '; ', sort @found;
}

sub quiet {
    my ($conf, $what) = @_;
    is(warnings_of($conf), '', "no warning: $what");
    return;
}

sub warns {
    my ($conf, $what, @expected) = @_;
    my $expected = join '; ', map { "$_\[^;\]*" } @expected;
    like(warnings_of($conf), qr/\A$expected\z/, "a warning: $what");
    return;
}

sub in {
    my ($section, @lines) = @_;
    my ($name) = $section =~ /^(\w+)/;
    return join "\n", "<$section>", @lines, "</$name>\n";
}

my ($set, $mount) = ('SetHandler rpc', 'RpcHandler calc');

# SetHandler without RpcHandler.
warns(in('Location "/a"', $set), 'no RpcHandler',
    'RPC0002:2 SetHandler rpc, but no RpcHandler mounts a table');
warns(in('Location "/a"', 'SetHandler "rpc"'), 'quoted', 'RPC0002:2 ');
warns(in('Directory "/a"', 'SetHandler rpc'), 'a directory', 'RPC0002:2 ');
warns(in('Location "/a"', $set) . in('Location "/ab"', $set, $mount),
    'another path that begins alike', 'RPC0002:2 ');
warns(in('Location "/a"', $set) . in('Location "/a/b"', $set, $mount),
    'an endpoint below is another one', 'RPC0002:2 ');
warns(in('LocationMatch "^/$"', $set) . in('Location "/a"', $set, $mount),
    'another path than the pattern', 'RPC0002:2 ');
warns("AddHandler rpc .rpc\n", 'AddHandler', 'RPC0002:1 ');
warns(in('VirtualHost *:1', $set) . in('VirtualHost *:2', $set, $mount),
    'another virtual host', 'RPC0002:2 ');
quiet("$mount\n" . in('Location "/a"', $set), 'mounted in the server');
quiet(in('Location "/a"', $mount) . in('Location "/a/b/"', $set),
    'mounted above');
quiet(in('Location "/a"', $set) . in('Location "/a/b"', $mount)
    . in('Location "/a/c"', $mount), 'set above, mounted below');
quiet(in('Location "/"', $mount) . in('LocationMatch "x$"', $set),
    'mounted for all');
quiet(in('LocationMatch "^/$"', $mount, in('If "true"', $set)), 'set in If');
quiet("$mount\n" . in('VirtualHost *:1', in('Location "/a"', $set)),
    'the main server mounts for a virtual host');
quiet(in('IfModule rpc_module', in('Location "/a"', $set,
    in('IfModule rpc_module', $mount))), 'IfModule is no section');
quiet(in('Location "/a"', $set, $mount), 'both');
quiet(in('Location "/a"', 'SetHandler rpcx'), "another module's");

# RpcHandler without SetHandler.
warns(in('Location "/a"', $mount), 'no SetHandler',
    'RPC0003:2 RpcHandler calc has no effect without "SetHandler rpc"');
warns(in('Location "/a"', $mount) . in('Location "/b"', $set, $mount),
    'set elsewhere', 'RPC0003:2 ');
warns(in('Location "/a"', $mount, 'SetHandler RPC'),
    'handlers have a case', 'RPC0003:2 ');
quiet(in('Location "/a"', $mount,
    "SetHandler \"expr=%{REQUEST_METHOD} == 'POST' && 'rpc'\""),
    'an expression');
quiet(in('Location "/a"', $mount, 'AddHandler rpc .rpc'), 'AddHandler');
quiet("$set\n" . in('Location "/a"', $mount), 'set for the server');
quiet(in('Location "/a"', $mount, 'RewriteEngine on',
    'RewriteRule "." "-" "[H=rpc]"'), 'a rewrite');

# RpcMaxBody.
my $gigabyte = 1024 * 1024 * 1024;
warns("RpcMaxBody 2G\n" =~ s/2G/2147483647/r, 'above the default',
    "RPC0004:1 RpcMaxBody 2147483647 is above LimitRequestBody .$gigabyte.");
warns(in('Location "/a"', 'LimitRequestBody 1000', 'RpcMaxBody 1K'),
    'above the same section\'s', 'RPC0004:3 RpcMaxBody 1K ');
warns("LimitRequestBody 1000\n" . in('Location "/a"', 'RpcMaxBody 1M'),
    'above the server\'s', 'RPC0004:3 RpcMaxBody 1M ');
quiet("LimitRequestBody 1000\n" . in('Location "/a"', 'LimitRequestBody 0',
    'RpcMaxBody 2047M'), 'no limit here');
quiet('RpcMaxBody 1G', 'the default itself');
quiet('LimitRequestBody 1000', 'not asked for');

done_testing();
