#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# RpcHandler and RpcAlias while the configuration is read: each mistake has a
# message of its own, with file and line.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use RpcTest;

sub good {
    my ($conf, %options) = @_;
    my ($status, $output) = RpcTest::config_test($conf, %options);
    is($status, 0, "good: $conf") or diag($output);
    return;
}

sub bad {
    my ($conf, $line, $says, %options) = @_;
    my ($status, $output) = RpcTest::config_test($conf, %options);
    isnt($status, 0, "bad: $conf");
    like($output, qr/\bline $line of \S+test\.conf|test\.conf:$line: /,
        'names the line');
    like($output, $says, 'says why');
    return;
}

# Tables.
good("RpcHandler calc\nRpcHandler server");
good("RpcHandler calc\nRpcHandler calc calc\nRpcHandler calc c:");
good('RpcHandler calc', modules => [qw(calc rpc)]);
good("<Location \"/a\">\nRpcHandler calc\n</Location>\n"
    . "<Location \"/b\">\nRpcHandler calc\n</Location>");
bad("\nRpcHandler calx", 2, qr/no handler table "calx" is loaded: is its /);
bad('RpcHandler cal', 1, qr/LoadModule line there\? loaded are: .*\bcalc\b/);
bad('RpcHandler calc', 1, qr/no handler table "calc" is loaded.*is none/,
    modules => ['rpc']);
bad("RpcHandler$_", 1, qr/RpcHandler takes 1-2 arguments/) for '', ' ""';
bad('RpcHandler calc a b', 1, qr/RpcHandler takes 1-2 arguments/);
bad("RpcHandler calc\nRpcHandler calc", 2,
    qr/RpcHandler calc stands twice in this section without a prefix/);
bad("RpcHandler calc x\nRpcHandler server\nRpcHandler calc x.", 3,
    qr/calc stands twice in this section under the prefix x\./);

# Prefixes.
good("RpcHandler calc $_") for '""', 'blog', 'blog.', 'a.b', 'a:b:', 'x_', 'a-b-',
    'a/b/', 'x1', 'systems', 'rpcs', '2d';
bad("RpcHandler calc $_", 1, qr/prefix "\Q$_\E" may hold letters, digits, /)
    for 'a,b', 'a*', 'a(';
bad("RpcHandler calc \xc3\xa4", 1, qr/may hold letters, digits/);
bad('RpcHandler calc "a b"', 1, qr/prefix "a b" may hold letters, digits/);
bad("RpcHandler calc $_", 1, qr/a part of the prefix "\Q$_\E" begins with /)
    for '_x', 'a._b', 'a:_b.', '.', '.a', 'a..b', '-', '/x';
bad("RpcHandler calc $_", 1, qr/prefix "\Q$_\E" is reserved/)
    for 'rpc', 'rpc.', 'system', 'system.', 'system.x', 'rpc.x:';

# Aliases.
good("RpcHandler calc\nRpcAlias plus add\nRpcAlias plus.two plus");
good("RpcAlias plus add\nRpcHandler calc");
good("RpcHandler calc calc\nRpcAlias plus calc.add");
bad("RpcHandler calc\n\nRpcAlias plus addd", 3,
    qr/RPC0001: .* no table of this section has a method "addd"/);
bad("RpcHandler calc calc\nRpcAlias plus add", 2,
    qr/RPC0001: .* did you mean "calc\.add"\?/);
bad("RpcHandler calc\nRpcAlias plus Add", 2, qr/did you mean "add"\?/);
bad("RpcHandler calc\nRpcAlias pow add", 2,
    qr/RPC0001: .*"pow".* is there already/);
bad("RpcHandler calc\nRpcAlias a add\nRpcAlias a mul", 3,
    qr/RPC0001: .*"a".* is there already/);
bad('RpcAlias plus add', 1,
    qr/RPC0001: .* there is no RpcHandler in this section/);
bad("RpcHandler calc\n<Location \"/x\">\nRpcAlias plus add\n</Location>", 3,
    qr/RPC0001: .* there is no RpcHandler in this section/);
bad("RpcHandler calc\nRpcAlias $_ add", 2, qr/RpcAlias \Q$_\E: /)
    for '_x', 'a._x', 'rpc.x', 'system.x', 'a,b';
bad("RpcHandler calc\nRpcAlias \"\" add", 2, qr/RpcAlias takes two arg/);
bad('RpcAlias x', 1, qr/RpcAlias takes two arguments/);

# The same for a real start: it ends, and says why.
my ($status, $output) =
    RpcTest::start_test("RpcHandler calc\nRpcAlias plus addd");
isnt($status, 0, 'a bad alias stops a start');
like($output, qr/RPC0001: \S+test\.conf:2: RpcAlias plus addd: /, 'and why');

done_testing();
