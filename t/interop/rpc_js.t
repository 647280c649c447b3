#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# rpc.js under node, as installed and as served, against a real endpoint, and
# how it is served: type, ETag, 304.
use strict;
use warnings;
use lib 't/lib', 't/interop';
use Test::More;
use Node;
use RpcTest;

Node::need();

my $folder = Node::client();
ok(-f "$folder/$_", "$_ is installed") for 'rpc.js', 'rpc.d.ts', 'rpc.d.mts';

# A call that was given up goes on: threads enough for all of them, or httpd
# closes connections that node believes in.
my $server = RpcTest::httpd(<<'CONF', threads => 32);
<Location "/rpc">
    SetHandler rpc
    RpcHandler calc
    RpcHandler calc calc
    RpcHandler server
</Location>
<Location "/chaos">
    SetHandler rpc
    RpcHandler chaos
</Location>
<Location "/denied">
    SetHandler rpc
    RpcHandler calc
    Require all denied
</Location>
<Location "/packed">
    SetHandler rpc
    RpcHandler calc
    RpcGet off
    RpcIntrospection off
    SetOutputFilter DEFLATE
</Location>
CONF
RpcTest::allow_log(qr/AH01630: client denied by server configuration/);

# How it is served.
my $source = RpcTest::slurp("$folder/rpc.js");
my $r = RpcTest::get($server->url('/rpc?rpc.js'));
is($r->{status}, 200, 'GET ?rpc.js');
is($r->{body}, $source, 'is the file');
is($r->{headers}{'content-type'}, 'text/javascript; charset=utf-8', 'type');
is($r->{headers}{'x-content-type-options'}, 'nosniff', 'for certain');
is($r->{headers}{'cache-control'}, 'no-cache', 'asked for again');
my $etag = $r->{headers}{etag};
like($etag, qr/^"[0-9-]+"$/, 'ETag');
for my $known ($etag, "W/$etag", '*', "\"x\", $etag") {
    $r = RpcTest::get($server->url('/rpc?rpc.js'), 'if-none-match' => $known);
    is($r->{status}, 304, "304 for $known");
    is($r->{headers}{etag}, $etag, 'with its ETag');
    is($r->{body}, '', 'and no body');
}
(my $longer = $etag) =~ s/"$/1"/;
is(RpcTest::get($server->url('/rpc?rpc.js'), 'if-none-match' => $_)
    ->{status}, 200, "200 for $_") for '"x"', $longer, substr($etag, 1);
$r = RpcTest::request('HEAD', $server->url('/rpc?rpc.js'));
is($r->{headers}{'content-length'}, length $source, 'HEAD');
$r = RpcTest::get($server->url('/packed?rpc.js'),
    'accept-encoding' => 'gzip');
is($r->{headers}{'content-encoding'}, 'gzip', 'compressed, under RpcGet off');
is(RpcTest::get($server->url('/packed?rpc.js'), 'accept-encoding' => 'gzip',
    'if-none-match' => $r->{headers}{etag})->{status}, 304,
    'known by the ETag of mod_deflate');
$r = RpcTest::get($server->url('/rpc?rpc.mjs'));
is($r->{body}, "${source}export { Rpc, RpcError, Rpc as default };\n",
    'the ES module');
is(RpcTest::get($server->url("/rpc?$_"))->{status}, 400, "no $_")
    for 'rpc.j', 'rpc.js=1', 'rpc.css', 'rpc%2ejs';
is(RpcTest::post($server->url('/rpc?rpc.js'), 'application/json',
    '{"jsonrpc":"2.0","method":"add","params":[2,3],"id":1}')->{body},
    '{"jsonrpc":"2.0","result":5,"id":1}', 'a POST is a call');

Node::run('rpc_js.mjs', $server->url(''), $folder);

done_testing();
