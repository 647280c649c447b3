#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# RpcAllowOrigin and RpcAllowCredentials: the preflight, before authorization,
# and the headers that let a page read answers (Fetch, section 3.3).
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use RpcTest;

my $server = RpcTest::httpd(<<'CONF');
RpcAllowOrigin https://all.example
<Location "/rpc">
    SetHandler rpc
    RpcHandler calc
</Location>
<Location "/list">
    SetHandler rpc
    RpcHandler calc
    RpcAllowOrigin https://a.example:443 http://b.example:8080 \
        http://[::1]:3000
</Location>
<Location "/list/more">
    RpcAllowCredentials on
</Location>
<Location "/list/none">
    RpcAllowOrigin none
</Location>
<Location "/any">
    SetHandler rpc
    RpcHandler calc
    RpcAllowOrigin *
</Location>
<Location "/any/more">
    RpcAllowCredentials on
</Location>
<Location "/login">
    SetHandler rpc
    RpcHandler calc
    RpcAllowOrigin https://a.example
    RpcAllowCredentials on
    AuthType Basic
    AuthName rpc
    AuthBasicProvider file
    AuthUserFile @DIR@/nobody
    Require valid-user
</Location>
<Location "/denied">
    SetHandler rpc
    RpcHandler calc
    RpcAllowOrigin https://a.example
    Require all denied
</Location>
<Location "/post">
    SetHandler rpc
    RpcHandler calc
    RpcAllowOrigin https://a.example
    RpcGet off
    RpcIntrospection off
</Location>
<Location "/small">
    SetHandler rpc
    RpcHandler calc
    RpcAllowOrigin https://a.example
    LimitRequestBody 10
    RpcMaxBody 10
</Location>
<Location "/page">
    RpcAllowOrigin https://a.example
</Location>
CONF
open(my $out, '>', $server->dir . '/nobody') or die $!;
close $out;
RpcTest::allow_log(qr/AH01630: client denied by server configuration/);
RpcTest::allow_log(qr/AH01587: Requested content-length/);
RpcTest::allow_log(qr/AH01588: Read content length/);
RpcTest::allow_log(qr/RPC0011: /);

my $json = '{"jsonrpc":"2.0","method":"add","params":[2,3],"id":1}';
my $a = 'https://a.example';
my @cors = map { "access-control-allow-$_" }
    qw(origin credentials methods headers);

sub url { return $server->url($_[0]) }

sub preflight {
    my ($path, $origin, %headers) = @_;
    return RpcTest::request('OPTIONS', url($path), headers => {
        origin => $origin, 'access-control-request-method' => 'POST',
        %headers });
}

sub call {
    my ($path, %headers) = @_;
    return RpcTest::post(url($path), 'application/json', $json, %headers);
}

# No header of CORS in an answer.
sub closed {
    my ($r, $what) = @_;
    is(join(' ', grep { defined $r->{headers}{$_} } @cors,
        'access-control-max-age'), '', "$what: no CORS headers");
    return;
}

# The preflight.
my $r = preflight('/list', $a,
    'access-control-request-headers' => 'content-type, x-mine,X-Two');
is($r->{status}, 204, 'a preflight');
is($r->{headers}{$cors[0]}, $a, 'the origin may');
is($r->{headers}{$cors[1]}, undef, 'without credentials');
is($r->{headers}{$cors[2]}, 'GET, HEAD, POST, OPTIONS', 'the methods');
is($r->{headers}{$cors[3]}, 'Content-Type,Authorization,x-mine,X-Two',
    'the headers, each once');
is($r->{headers}{'access-control-max-age'}, 3600, 'for an hour');
is($r->{headers}{vary}, 'Origin', 'Vary');
is($r->{headers}{'cache-control'}, 'no-store', 'nobody else keeps it');
is($r->{body}, '', 'no body');
is(preflight('/post', $a)->{headers}{$cors[2]}, 'POST, OPTIONS',
    'only the methods that there are');
is(preflight('/list', $_)->{headers}{$cors[0]}, $_, "$_ may")
    for 'http://b.example:8080', 'http://[::1]:3000';

for my $origin ('https://c.example', 'http://a.example', 'null',
    'https://a.example.evil.example', 'https://a.example:8443',
    'http://b.example', 'https://sub.a.example', "$a/", "$a, $a", uc $a,
    "$a\@evil.example", '*', 'none', '', 'https://', "https:/a.example")
{
    $r = preflight('/list', $origin);
    is($r->{status}, 204, "a preflight of \"$origin\"");
    closed($r, $origin);
    is($r->{headers}{vary}, 'Origin', 'Vary');
}

# What it asks for is not copied unless it is a name.
$r = preflight('/list', $a, 'access-control-request-headers' =>
    "x-a, sp ace, \"q\", ;, ,, (x), x-b;q=1, AUTHORIZATION");
is($r->{headers}{$cors[3]}, 'Content-Type,Authorization,x-a,sp,x-b',
    'only names of headers');
$r = preflight('/list', $a, 'access-control-request-headers' =>
    join ',', map { "x-$_" } 1 .. 1000);
is(() = $r->{headers}{$cors[3]} =~ /,/g, 63, 'and not too many');

# Sections: the inner list replaces the outer one's.
closed(preflight('/list', 'https://all.example'), 'the outer list');
is(preflight('/rpc', 'https://all.example')->{headers}{$cors[0]},
    'https://all.example', 'holds where no inner one is');
$r = preflight('/list/more', $a);
is($r->{headers}{$cors[0]}, $a, 'the list of the section around');
is($r->{headers}{$cors[1]}, 'true', 'with credentials from within');
$r = call('/list/more', origin => $a);
is($r->{headers}{$cors[1]}, 'true', 'the answer, too');
$r = call('/list/none');
closed($r, 'none');
is($r->{headers}{vary}, undef, 'nor Vary');
closed(call('/list/none', origin => $a), 'none, of an origin');

# A star; never with credentials.
$r = preflight('/any', 'https://anybody.example');
is($r->{headers}{$cors[0]}, '*', 'a preflight of anybody');
is(preflight('/any', 'null')->{headers}{$cors[0]}, '*', 'even of null');
$r = call('/any', origin => 'https://anybody.example');
is($r->{body}, '{"jsonrpc":"2.0","result":5,"id":1}', 'anybody calls');
is($r->{headers}{$cors[0]}, '*', 'and may read');
$r = preflight('/any/more', $a);
is($r->{headers}{$cors[0]}, '*', 'credentials in a section within');
is($r->{headers}{$cors[1]}, undef, 'are not allowed');
is(call('/any/more', origin => $a)->{headers}{$cors[1]}, undef,
    'to calls either');

# Answers.
$r = call('/list', origin => $a);
is($r->{body}, '{"jsonrpc":"2.0","result":5,"id":1}', 'an allowed call');
is($r->{headers}{$cors[0]}, $a, 'whose answer may be read');
like($r->{headers}{vary}, qr/^Origin$/, 'Vary');
$r = call('/list');
closed($r, 'without Origin');
is($r->{headers}{vary}, 'Origin', 'Vary all the same');
$r = RpcTest::get(url('/list?request=execute&data=add(2,3)'), origin => $a);
is($r->{headers}{$cors[0]}, $a, 'by GET');
like($r->{headers}{vary}, qr/Origin.*Accept|Accept.*Origin/, 'Vary: both');
is(RpcTest::get(url("/list$_"), origin => $a)->{headers}{$cors[0]}, $a,
    "GET $_") for '?openrpc', '?rpc.js', '/add?x=2&y=3', '?nonsense';
$r = RpcTest::request('OPTIONS', url('/list'), headers => { origin => $a });
is($r->{headers}{allow}, 'GET, HEAD, POST, OPTIONS',
    'OPTIONS that is no preflight');
is($r->{headers}{$cors[0]}, $a, 'with the header');

# Errors can be read, those of httpd as well.
my @errors = (
    [405, RpcTest::request('PUT', url('/list'), headers => { origin => $a })],
    [415, RpcTest::post(url('/list'), 'text/plain', 'x', origin => $a)],
    [413, call('/small', origin => $a)],
    [403, call('/denied', origin => $a)],
    [401, call('/login', origin => $a)],
);
for (@errors) {
    my ($status, $answer) = @$_;
    is($answer->{status}, $status, "an error $status");
    is($answer->{headers}{$cors[0]}, $a, 'may be read');
    is($answer->{headers}{vary}, 'Origin', 'Vary');
}
is($errors[-1][1]{headers}{$cors[1]}, 'true', 'with credentials');
$r = call('/denied', origin => 'https://c.example');
is($r->{status}, 403, 'an error for another');
closed($r, 'it');

# The preflight has no login, and needs none.
for my $path ('/login', '/denied') {
    $r = preflight($path, $a);
    is($r->{status}, 204, "a preflight of $path");
    is($r->{headers}{$cors[0]}, $a, 'is answered before authorization');
}
is(RpcTest::request('OPTIONS', url('/login'))->{status}, 401,
    'OPTIONS that is no preflight has to log in');
is(RpcTest::request('OPTIONS', url('/login'), headers => { origin => $a })
    ->{status}, 401, 'with Origin, too');
is(RpcTest::request('OPTIONS', url('/login'), headers => {
    'access-control-request-method' => 'POST' })->{status}, 401,
    'and without Origin');

# A body of a preflight is passed over; the connection goes on.
$r = RpcTest::raw($server->port, "OPTIONS /list HTTP/1.1\r\nHost: x\r\n"
    . "Origin: $a\r\nAccess-Control-Request-Method: POST\r\n"
    . "Content-Length: 5\r\n\r\nabcde"
    . "GET /list?request=execute&data=add(2,3) HTTP/1.1\r\nHost: x\r\n"
    . "Connection: close\r\n\r\n", all => 1);
like($r->{bytes}, qr{\AHTTP/1\.1 204 .*HTTP/1\.1 200 .*'data': '5'}s,
    'what follows a preflight is answered');

# Where there is no endpoint nothing is added.
$r = RpcTest::get(url('/page'), origin => $a);
is($r->{status}, 404, 'no endpoint');
closed($r, 'it');

# The OpenRPC playground, as it sends its request.
my $playground = RpcTest::httpd(<<'CONF');
<Location "/rpc">
    SetHandler rpc
    RpcHandler calc
    RpcAllowOrigin https://playground.open-rpc.org
</Location>
CONF
my %browser = ('user-agent' => 'Mozilla/5.0',
    origin => 'https://playground.open-rpc.org',
    referer => 'https://playground.open-rpc.org/',
    'sec-fetch-site' => 'cross-site', 'sec-fetch-mode' => 'cors',
    'sec-fetch-dest' => 'empty', 'accept-language' => 'en');
$r = RpcTest::request('OPTIONS', $playground->url('/rpc'), headers => {
    %browser, accept => '*/*', 'access-control-request-method' => 'POST',
    'access-control-request-headers' => 'content-type' });
is($r->{status}, 204, 'the playground asks');
is($r->{headers}{$cors[0]}, $browser{origin}, 'and may');
like($r->{headers}{$cors[3]}, qr/Content-Type/, 'with its Content-Type');
$r = RpcTest::post($playground->url('/rpc'), 'application/json',
    '{"jsonrpc":"2.0","id":0,"method":"rpc.discover","params":[]}',
    %browser, accept => '*/*');
is($r->{status}, 200, 'it discovers');
like($r->{body}, qr/^\{"jsonrpc":"2\.0","result":\{"openrpc":"1\.2\.6"/,
    'the document');
is($r->{headers}{$cors[0]}, $browser{origin}, 'which it may read');

done_testing();
