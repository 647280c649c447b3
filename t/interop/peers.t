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
use Tap;

my ($port, $http, $tunnel) = map { RpcTest::free_port() } 1 .. 3;
my $methods = <<'CONF';
    RpcHandler calc
    RpcHandler server
    RpcHandler talk talk
CONF
my $server = RpcTest::httpd(<<"CONF", port => $http,
<IfModule mpm_event_module>
    AsyncRequestWorkerFactor 100
</IfModule>
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
Listen 127.0.0.1:$tunnel
<VirtualHost 127.0.0.1:$tunnel>
    ProxyPass "/behind/" "ws://127.0.0.1:$http/"
</VirtualHost>
CONF
    modules => [qw(rpc calc server talk)],
    system => [qw(proxy proxy_http proxy_wstunnel)], threads => 16);
RpcTest::expect_log(qr/RPC0018: .* a message is refused: $_/) for
    'line 1, column 44: an integer beyond 64 bits', 'more than 1000 calls';
my @tcp = ('127.0.0.1', $port);
my $url = "ws://127.0.0.1:$http/rpc";

my %programs = (
    'jayson_peer.mjs' => ['jayson ws', @tcp, $url],
    'json_rpc_2_peer.mjs' => ['json-rpc-2.0 ws', $url],
    'rpc_peer.mjs' => ['ws', Node::client(), $url],
    'rpc_websockets_peer.mjs' => ['rpc-websockets', $url],
    'vscode_peer.mjs' => ['vscode-jsonrpc', @tcp]);

sub try_script {
    my ($script, $packages, @arguments) = @_;
    my $missing = Node::missing(split / /, $packages);
    SKIP: {
        skip("$script: $missing is not installed", 1) if $missing;
        Node::run($script, @arguments);
    }
    return;
}

try_script($_, @{ $programs{$_} }) for sort keys %programs;
# Through mod_proxy_wstunnel.
try_script('rpc_peer.mjs', 'ws', Node::client(),
    "ws://127.0.0.1:$tunnel/behind/rpc");
try_script('rpc_graceful.mjs', 'ws', Node::client(), $url, $server->pid);

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
        Tap::run($name, $python, '-B', RpcTest::tree()
            . "/t/interop/$name", @tcp);
    }
}
done_testing();
