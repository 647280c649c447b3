#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# rpc.js over WebSockets in a real browser; t/browser/rpc_socket.js says what is
# done, with the server of rpc-websockets.
use strict;
use warnings;
use lib 't/lib', 't/browser';
use Test::More;
use Browser;
use RpcTest;

Browser::need('rpc-websockets', 'ws');

my $server = RpcTest::httpd(<<'CONF', modules => [qw(rpc calc)]);
AddType text/html .html
<Location "/rpc">
    SetHandler rpc
    RpcHandler calc
</Location>
CONF
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

Browser::run('rpc_socket.js', $server->url(''));
done_testing();
