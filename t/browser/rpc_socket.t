#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# rpc.js over WebSockets in a real browser, with the server of rpc-websockets
# and with the real one, from pages of its own origin, of one that is allowed
# and of one that is not; t/browser/rpc_socket.js says what is done.
use strict;
use warnings;
use lib 't/lib', 't/browser';
use Test::More;
use Browser;
use RpcTest;

Browser::need('rpc-websockets', 'ws');

my ($friend, $stranger) = (RpcTest::free_port(), RpcTest::free_port());
my $server = RpcTest::httpd(<<"CONF", modules => [qw(rpc calc talk)]);
<IfModule mpm_event_module>
    AsyncRequestWorkerFactor 100
</IfModule>
AddType text/html .html
<Location "/rpc">
    SetHandler rpc
    RpcWebSocket on
    RpcAllowOrigin http://127.0.0.1:$friend
    RpcHandler calc
    RpcHandler talk talk
</Location>
Listen 127.0.0.1:$friend
Listen 127.0.0.1:$stranger
CONF
RpcTest::expect_log(qr/RPC0011: /);
my %pages = (
    script => '<script src="/rpc?rpc.js"></script>',
    module => '<script type="module">import { Rpc, RpcError } from '
        . '"/rpc?rpc.mjs"; Object.assign(window, { Rpc, RpcError });</script>',
);
for my $name (keys %pages) {
    my $path = $server->dir . "/htdocs/$name.html";
    open(my $out, '>', $path) or die "$path: $!\n";
    print {$out} "<!DOCTYPE html><title>$name</title>"
        . "<link rel=icon href=data:,>$pages{$name}";
    close $out or die "$path: $!\n";
}

Browser::run('rpc_socket.js', $server->url(''),
    map { "http://127.0.0.1:$_" } $friend, $stranger);
done_testing();
