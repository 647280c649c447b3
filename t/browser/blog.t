#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# The blog as a person sees it, in a real browser, with the configuration that
# ./run serve serves; t/browser/blog.js says what is done.
use strict;
use warnings;
use lib 't/lib', 't/browser';
use Test::More;
use Browser;
use RpcTest;

Browser::need();

my $tree = RpcTest::tree();
my $server = RpcTest::httpd(<<"CONF", modules => ['rpc'], system => ['dbd']);
<IfModule mpm_event_module>
    AsyncRequestWorkerFactor 100
</IfModule>
Define RPC_MODULES "$tree/modules"
Define RPC_DATA "\@DIR\@"
DocumentRoot "$tree/handlers/blog"
Alias /calc "$tree/handlers/calc"
DirectoryIndex index.html
AddType text/html .html
AddType text/javascript .js
AddType text/css .css
AddDefaultCharset utf-8
Include "$tree/conf/demo.conf"
CONF


my $page = RpcTest::get($server->url('/'));
is($page->{status}, 200, 'the page');
like($page->{headers}{'content-security-policy'},
    qr/^default-src 'none'; script-src 'self';.* frame-ancestors 'none'$/,
    'its Content-Security-Policy');
unlike(RpcTest::slurp("$tree/handlers/blog/$_"),
    qr/innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b|https?:/,
    "$_ makes no HTML of texts, and asks nobody else")
    for qw(blog.js index.html blog.css);
is(RpcTest::get($server->url('/calc/'))->{status}, 200, 'the calculator');
like(RpcTest::post($server->url('/'), 'application/json',
    '{"jsonrpc":"2.0","method":"add","params":[2,3],"id":1}')->{body},
    qr/"result":5/, 'a POST to / is a call');
like(RpcTest::get($server->url('/calc/'))->{headers}
    {'content-security-policy'} || 'none', qr/^none$/,
    'the calculator has its script in the page');

Browser::run('blog.js', $server->url(''), "$tree/handlers/blog/index.html",
    "$tree/handlers/calc/index.html");
done_testing();
