#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# Peers of TCP and WebSocket with clients that nobody here wrote, each by a
# program of its own whose lines are TAP; and rpc.js.
use strict;
use warnings;
use lib 't/lib', 't/interop';
use Test::More;
use Node;
use RpcTest;

my $port = RpcTest::free_port();
my $methods = <<'CONF';
    RpcHandler calc
    RpcHandler server
    RpcHandler talk talk
CONF
my $server = RpcTest::httpd(<<"CONF", modules => [qw(rpc calc server talk)]);
<Location "/rpc">
    SetHandler rpc
    RpcWebSocket on
$methods
</Location>
Listen 127.0.0.1:$port jsonrpc
<VirtualHost 127.0.0.1:$port>
    RpcStream jsonrpc
$methods
</VirtualHost>
CONF
my @tcp = ('127.0.0.1', $port);
my $url = 'ws://127.0.0.1:' . $server->port . '/rpc';

# Peers that go in the middle of a call, and frames that are none.
RpcTest::allow_log(qr/RPC\d+: .*peer/);

my %programs = (
    'jayson_peer.mjs' => ['jayson ws', @tcp, $url],
    'json_rpc_2_peer.mjs' => ['json-rpc-2.0 ws', $url],
    'rpc_peer.mjs' => ['ws', Node::client(), $url],
    'rpc_websockets_peer.mjs' => ['rpc-websockets', $url],
    'vscode_peer.mjs' => ['vscode-jsonrpc', @tcp]);
for my $script (sort keys %programs) {
    my ($packages, @arguments) = @{ $programs{$script} };
    my $missing = Node::missing(split / /, $packages);
    SKIP: {
        skip("$script: $missing is not installed", 1) if $missing;
        Node::run($script, @arguments);
    }
}

SKIP: {
    my $missing = Node::missing('ws');
    skip("rpc_graceful.mjs: $missing is not installed", 1) if $missing;
    Node::run('rpc_graceful.mjs', Node::client(), $url, $server->pid);
}

# Debian's packages are for Debian's Python.
for my $script (['aiorpcx_peer.py', 'aiorpcx'],
    ['pylsp_peer.py', 'pylsp_jsonrpc'])
{
    my ($name, $module) = @$script;
    my ($python) = grep {
        !(RpcTest::run_command($_, '-c', "import $module"))[0]
    } qw(python3 /usr/bin/python3);
    SKIP: {
        skip("$name: no $module for Python", 1) if !$python;
        Node::tap($name, $python, '-B', RpcTest::tree()
            . "/t/interop/$name", @tcp);
    }
}
done_testing();
