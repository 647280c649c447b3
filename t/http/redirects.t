#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# An endpoint that another URL leads to: by a rewrite within a <Directory>,
# as an ErrorDocument, within a page.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use RpcTest;

my $server = RpcTest::httpd(<<'CONF', system => ['rewrite', 'include']);
<Location "/rpc">
    SetHandler rpc
    RpcHandler calc
</Location>
<Directory "@DIR@/htdocs">
    Options +Includes
    AddType text/html .shtml
    AddOutputFilter INCLUDES .shtml
    RewriteEngine on
    RewriteRule "^api$" "/rpc"
</Directory>
<Location "/gone">
    ErrorDocument 404 "/rpc?request=execute&data=add(1,2)"
</Location>
CONF

my $json = '{"jsonrpc":"2.0","method":"add","params":[2,3],"id":1}';

# httpd redirects within itself: the request is another one, its method and
# body are what they were.
my $r = RpcTest::post($server->url('/api'), 'application/json', $json);
is($r->{status}, 200, 'a POST rewritten in a <Directory>');
is($r->{body}, '{"jsonrpc":"2.0","result":5,"id":1}', 'is a call');
$r = RpcTest::get($server->url('/api?request=execute&data=add(1,2)'));
is($r->{body}, "{'res': 'response', 'data': '3'}", 'and a GET');

is(RpcTest::post($server->url('/api'), 'application/json', $json,
    origin => 'https://other.example')->{status}, 403,
    'it is no way around the check of the origin');

# An error stays one, as with every other ErrorDocument.
for my $method ('GET', 'POST') {
    $r = RpcTest::request($method, $server->url('/gone/x'),
        headers => { 'content-type' => 'application/json' },
        $method eq 'POST' ? (content => $json) : ());
    is($r->{status}, 404, "an ErrorDocument by $method keeps the status");
    is($r->{body}, "{'res': 'response', 'data': '3'}", 'and is what it says');
}

open(my $out, '>', $server->dir . '/htdocs/page.shtml') or die $!;
print $out '<!--#include virtual="/rpc/add?x=2&y=3" -->';
close $out;
is(RpcTest::get($server->url('/page.shtml'))->{body},
    '{"version":"1.1","result":5}', 'a call within a page');

done_testing();
