#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# rpc-call: every option, with what it prints and its exit status: 0 a result,
# 1 a fault, 2 a wrong command line, 3 no answer.
use strict;
use warnings;
use lib 't/lib', 't/client';
use Test::More;
use RpcTest;
use ClientTest;

my $url = RpcTest::url('/rpc');
my $spec = RpcTest::url('/spec');

sub check {
    my ($arguments, $status, $out, $err, %options) = @_;
    my $name = join ' ', @$arguments;
    my ($got, $printed, $said) = ClientTest::run($arguments, %options);
    is($got, $status, "$name: exit status $status");
    ref $out ? like($printed, $out, "$name: prints")
        : is($printed, $out, "$name: prints");
    ref $err ? like($said, $err, "$name: says") : is($said, $err, "$name: says");
    return;
}

# Arguments
check([$url, 'add', 2, 3], 0, "5\n", '');
check([$url, 'add', 'x=2', 'y=3'], 0, "5\n", '');
check([$url, 'add', '-2', '3'], 0, "1\n", '');
check([$spec, 'echo', 'two words'], 0, "two words\n", '');
check([$spec, 'echo', '"5"'], 0, "5\n", '');
check([$spec, 'echo', '--', '--json'], 0, "--json\n", '');
check([$spec, 'echo', '--', 'a=b'], 1, '', qr/fault -32602/);
check([$spec, 'echo', '012'], 0, "012\n", '');
check([$spec, 'echo', '[1, {"a": null}]'], 0,
    "[\n  1,\n  {\n    \"a\": null\n  }\n]\n", '');
check([$spec, 'echo'], 0, "null\n", '');
check([$spec, 'echo', "x=\x{c3}\x{a4}"], 0, "\x{c3}\x{a4}\n", '');

# What is printed
check(['--json', $spec, 'echo', '{"a": [1, "x"]}'], 0,
    "{\"a\":[1,\"x\"]}\n", '');
check([$spec, 'echo', 'x', '-j'], 1, '', qr/fault -32602/);
check([$spec, 'echo', 'x', '--json'], 0, "\"x\"\n", '');
check([$url, 'add', 2, 'x'], 1, '', "rpc-call: fault -32602: Invalid params:"
    . " parameter \"y\" of add: expected number, got string\n");
check(['-j', $url, 'nope'], 1,
    qr/^\{"error":\{"code":-32601,"message":"Method not found: .*"data":".*"\}\}\n\z/,
    '');
check(['-f', '-j', $url, 'add', 2, 3], 0,
    "{\"jsonrpc\":\"2.0\",\"result\":5,\"id\":1}\n", '');
check(['--full', '-j', $url, 'nope'], 1, qr/"error":\{"code":-32601/, '');

# Protocols
check(['--version', '1.1', '-f', '-j', $url, 'add', 2, 3], 0,
    "{\"version\":\"1.1\",\"result\":5,\"id\":1}\n", '');
check(['--version=1.0', '-f', '-j', $url, 'add', 2, 3], 0,
    "{\"result\":5,\"error\":null,\"id\":1}\n", '');
check(['--xmlrpc', $url, 'add', 2, 3], 0, "5\n", '');
check(['--pyrpc', $url, 'add', 2, 'y=3'], 0, "5\n", '');
check(['--xmlrpc', $spec, 'echo', 'null'], 2, '', qr/xml_nil/);
check(['--xmlrpc', '--nil', $spec, 'echo', 'null'], 0, "null\n", '');
check(['--version', '1.0', $url, 'add', 'x=2', 'y=3'], 2, '',
    qr/1\.0 has no params by name/);
check([$url, 'add', 2, 'y=3'], 2, '', qr/PyRPC alone/);

# Questions
check(['--list', $spec], 0, qr/^add\n(?:.*\n)*system\.listMethods\n/, '');
check([$spec, '-l', '--json'], 0, qr/^\["add",/, '');
check(['--xmlrpc', '--list', $spec], 0, qr/^add\n/, '');
check(['--help-method', 'add', $spec], 0,
    "int add(int, int)\nReturn x + y.\n", '');
check(['-m', 'nope', $spec], 1, '', qr/fault -32601/);

# Several
check(['--batch', '-', '-j', $spec], 1, "5\n[1,2]\n" . '{"error":{"code":'
    . '-32601,"message":"Method not found: there is no method \"nope\"; '
    . 'system.listMethods names those that are","data":"there is no method '
    . "\\\"nope\\\"; system.listMethods names those that are\"}}\n", '',
    input => "# a comment\n\nadd 2 3\necho {\"x\": [1, 2]}\nnope\n");
check(['--batch', '-', '--xmlrpc', $spec], 0, "5\nhi\n", '',
    input => "add [2, 3]\necho hi");
check(['--batch', '-', '--pyrpc', $spec], 2, '', qr/PyRPC has not/,
    input => "add 2 3\n");
check(['--batch', '/nowhere/at/all', $spec], 2, '', qr/No such file/);
check(['--notify', $spec, 'update', 1], 0, '', '');
check(['--notify', '--batch', '-', $spec], 0, '', '',
    input => "update 1\nupdate 2\n");

# The wire
check(['--trace', $url, 'add', 2, 3], 0, "5\n",
    qr/^> POST \/rpc HTTP\/1\.1\n(?:.*\n)*> \{"jsonrpc":"2\.0","method":"add","params":\[2,3\],"id":1\}\n(?:.*\n)*< \{"jsonrpc":"2\.0","result":5,"id":1\}\n/m);
check(['-t', '--ascii', '-H', 'X-Test: yes', '--user', 'me:secret', $spec,
    'echo', "\x{c3}\x{a4}"], 0, "\x{c3}\x{a4}\n",
    qr/^> Authorization: Basic bWU6c2VjcmV0\n(?:.*\n)*> X-Test: yes\n(?:.*\n)*.*\["\\u00e4"\]/m);
check(['-t', '--token', 'abc', '--safe', '--redirects', '1', $url, 'ping'],
    0, "pong\n", qr/^> Authorization: Bearer abc\n/m);
{
    local $ENV{RPC_TOKEN} = 'env';
    check(['-t', $url, 'ping'], 0, "pong\n",
        qr/^> Authorization: Bearer env\n/m);
    local $ENV{RPC_PASSWORD} = 'secret';
    check(['-t', '-u', 'me', $url, 'ping'], 0, "pong\n",
        qr/^> Authorization: Basic bWU6c2VjcmV0\n/m);
}

# The command line itself
check(['--help'], 0, qr/^usage: rpc-call .*--framing NAME/s, '');
check(['--program-version'], 0, qr/^rpc-call \d+\.\d+\.\d+\n/, '');
check([], 2, '', qr/no URL/);
check([$url], 2, '', qr/no METHOD/);
check([$url, '--list', 'add'], 2, '', qr/one of METHOD/);
check(['--nope', $url, 'add'], 2, '', qr/--nope: there is no such option/);
check([$url, 'add', '--timeout'], 2, '', qr/needs a value/);
check(['--json=1', $url, 'add'], 2, '', qr/takes no value/);
check(['--timeout', 'x', $url, 'add'], 2, '', qr/takes seconds/);
check(['--version', '3', $url, 'add'], 2, '', qr/2\.0, 1\.1 or 1\.0/);
check(['--framing', 'x', $url, 'add'], 2, '', qr/netstring/);
check(['--count', '-1', $url, 'add'], 2, '', qr/take a number/);
check(['-H', 'no colon', $url, 'add'], 2, '', qr/Name: value/);
check(['--user', 'a', '--token', 'b', $url, 'add'], 2, '', qr/one of them/);
check(['ftp://x/', 'add'], 2, '', qr/http:\/\/ https:\/\/ tcp:\/\//);
check(['tcp://x', 'add'], 2, '', qr/tcp:\/\/HOST:PORT/);
check(['--xmlrpc', 'ws://x/', 'add'], 2, '', qr/JSON-RPC 2\.0/);

# Nobody there
my $port = RpcTest::free_port();
check(["http://127.0.0.1:$port/", 'add'], 3, '', qr/onnect/);
check(["tcp://127.0.0.1:$port", 'add'], 3, '', qr/onnect/);
check(["ws://127.0.0.1:$port/", '--listen'], 3, '', qr/onnect/);
check([$url =~ s/^http/ws/r =~ s{/rpc$}{/nowhere}r, 'add'], 3, '',
    qr/no WebSocket there: "HTTP\/1\.1 \d+/);
check(['--cacert', '/nowhere', "https://127.0.0.1:$port/", 'add'], 3, '',
    qr/./);
check(['-k', "https://127.0.0.1:" . RpcTest::port() . '/', 'add'], 3, '',
    qr/SSL|TLS/);
done_testing();
