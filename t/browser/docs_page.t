#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# The documentation page as a person sees it, in a real browser;
# t/browser/docs_page.js says what is done.
use strict;
use warnings;
use lib 't/lib', 't/browser';
use Test::More;
use Browser;
use RpcTest;

Browser::need();

my $server = RpcTest::httpd(<<'CONF');
<Location "/rpc">
    SetHandler rpc
    RpcHandler calc
    RpcHandler server
    RpcHandler hostile
    RpcTitle "</title><script>window.owned = 1</script>"
    RpcDescription "<img src=x onerror='window.owned = 1'>"
</Location>
<Location "/looks">
    SetHandler rpc
    RpcHandler calc
    RpcHandler server
    RpcTitle "Arithmetic over HTTP"
    RpcDescription "C functions that may be called by the forms below."
</Location>
CONF

my $script = RpcTest::slurp(RpcTest::tree()
    . '/src/describe/page/rpc-docs.js');
unlike($script,
    qr/innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b|https?:/,
    'the script makes no HTML of texts, and asks nobody else');

Browser::run('docs_page.js', $server->url(''));
done_testing();
