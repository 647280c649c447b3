#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# The documentation page over HTTP: when a GET gets it, its headers, 304, HEAD,
# and the files it loads.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use RpcTest;

my $url = RpcTest::url('/rpc');

# ---------------------------------------------------------- who gets the page

my $r = RpcTest::get($url);
is($r->{status}, 200, 'no Accept');
my $page = $r->{body};
for my $accept ('text/html', '*/*', 'text/*', 'TEXT/HTML;q=0.1',
    'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
    'application/json, text/html;level=1')
{
    is(RpcTest::get($url, accept => $accept)->{body}, $page, $accept);
}
for my $accept ('application/json', 'text/html;q=0, */*', 'text/plain',
    'text/*;q=0.0, */*;q=1', 'text/htmlx', 'image/*', 'x')
{
    $r = RpcTest::get($url, accept => $accept);
    is($r->{status}, 405, "$accept excludes it");
    is($r->{headers}{allow}, 'POST, OPTIONS', 'Allow');
    like($r->{headers}{vary}, qr/Accept/, 'Vary');
    like($r->{body}, qr/text\/html/, 'says what would be right');
}
is(RpcTest::get("$url/")->{status}, 200, '/rpc/ is /rpc');
is(RpcTest::get("$url?")->{body}, $page, 'an empty query is none');
is(RpcTest::get("$url?x")->{status}, 400, 'another query is a call, or 400');

# ------------------------------------------------------------------- headers

$r = RpcTest::get($url, accept => 'text/html');
is($r->{headers}{'content-type'}, 'text/html; charset=utf-8', 'HTML in UTF-8');
is($r->{headers}{'content-length'}, length $page, 'its length');
my $policy = $r->{headers}{'content-security-policy'};
like($policy, qr/^default-src 'none';/, 'nothing may be loaded');
like($policy, qr/script-src 'self'(?:;|$)/, 'but our own script');
like($policy, qr/style-src 'self'(?:;|$)/, 'and style');
unlike($policy, qr/unsafe|http:|\*/, 'nothing inline, nothing from elsewhere');
like($policy, qr/frame-ancestors 'none'/, 'in no frame');
is($r->{headers}{'x-content-type-options'}, 'nosniff', 'not guessed at');
is($r->{headers}{'referrer-policy'}, 'no-referrer', 'links do not tell');
is($r->{headers}{vary}, 'Accept', 'Vary');
unlike($page, qr/<(?:script|style)>|<script(?![^>]* src=)/,
    'no script and no style within the page');

my $head = RpcTest::request('HEAD', $url);
is($head->{status}, 200, 'HEAD');
is($head->{body}, '', 'has no body');
is($head->{headers}{$_}, $r->{headers}{$_}, "and the same $_")
    for qw(etag content-length content-type content-security-policy vary);

# ---------------------------------------------------------------------- 304

my $etag = $r->{headers}{etag};
like($etag, qr/^"[0-9a-f]{16}"$/, 'ETag');
is(RpcTest::get($url)->{headers}{etag}, $etag, 'the same page, the same ETag');
(my $gzip = $etag) =~ s/"$/-gzip"/;
for my $known ($etag, "W/$etag", "\"x\", $etag", $gzip, '*') {
    my $again = RpcTest::get($url, 'if-none-match' => $known);
    is($again->{status}, 304, "If-None-Match: $known");
    is($again->{body}, '', 'no body');
    is($again->{headers}{etag}, $etag, 'ETag');
    is($again->{headers}{vary}, 'Accept', 'Vary');
}
for my $known ('"x"', substr($etag, 0, 10) . '"', 'x') {
    is(RpcTest::get($url, 'if-none-match' => $known)->{status}, 200,
        "If-None-Match: $known");
}
is(RpcTest::request('HEAD', $url, headers => { 'if-none-match' => $etag })
    ->{status}, 304, 'HEAD');

my $zipped = RpcTest::httpd(<<'CONF', modules => [qw(rpc calc)]);
SetOutputFilter DEFLATE
<Location "/rpc">
    SetHandler rpc
    RpcHandler calc
</Location>
<Location "/off">
    SetHandler rpc
    RpcHandler calc
    RpcDocs off
</Location>
<Location "/quiet">
    SetHandler rpc
    RpcHandler calc
    RpcIntrospection off
</Location>
<Location "/quiet/told">
    RpcDocs on
</Location>
<Location "/no-get">
    SetHandler rpc
    RpcHandler calc
    RpcGet off
</Location>
CONF
$r = RpcTest::get($zipped->url('/rpc'), 'accept-encoding' => 'gzip');
is($r->{headers}{'content-encoding'}, 'gzip', 'mod_deflate');
isnt($r->{headers}{etag}, undef, 'ETag');
is(RpcTest::get($zipped->url('/rpc'), 'accept-encoding' => 'gzip',
    'if-none-match' => $r->{headers}{etag})->{status}, 304,
    'its ETag is known again');

# ------------------------------------------------------------------ switches

$r = RpcTest::get($zipped->url('/off'), accept => 'text/html');
is($r->{status}, 405, 'RpcDocs off');
is($r->{headers}{allow}, 'POST, OPTIONS', 'Allow');
unlike($r->{body}, qr/<html/, 'no page');
is(RpcTest::get($zipped->url('/quiet'))->{status}, 405,
    'RpcIntrospection off, and nothing said of the page');
is(RpcTest::get($zipped->url('/no-get'))->{status}, 200,
    'RpcGet off is about calls');
like(RpcTest::request('OPTIONS', $zipped->url('/no-get'))->{headers}{allow},
    qr/GET/, 'and OPTIONS knows');

# ------------------------------------------------------------ what it loads

my %types = ('rpc-docs.css' => 'text/css; charset=utf-8',
    'rpc-docs.js' => 'text/javascript; charset=utf-8');
for my $name (sort keys %types) {
    like($page, qr/(?:href|src)="\?\Q$name\E"/, "the page loads $name");
    $r = RpcTest::get("$url?$name");
    is($r->{status}, 200, "GET ?$name");
    is($r->{headers}{'content-type'}, $types{$name}, 'its type');
    is($r->{headers}{'x-content-type-options'}, 'nosniff', 'not guessed at');
    is($r->{body}, RpcTest::slurp(RpcTest::tree()
        . "/src/describe/page/$name"), 'is the file');
    is(RpcTest::get("$url?$name", 'if-none-match' => $r->{headers}{etag})
        ->{status}, 304, 'and 304');
}

done_testing();
