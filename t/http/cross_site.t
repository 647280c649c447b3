#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# A call that another site's page makes is refused before any method runs, in
# whichever way it comes, unless RpcAllowOrigin names the page's origin.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use RpcTest;

my $second = RpcTest::free_port();
my $server = RpcTest::httpd(<<"CONF");
<Location "/rpc">
    SetHandler rpc
    RpcHandler counter
    RpcHandler calc
    RpcGet all
</Location>
<Location "/list">
    SetHandler rpc
    RpcHandler calc
    RpcAllowOrigin https://a.example
</Location>
<Location "/any">
    SetHandler rpc
    RpcHandler calc
    RpcAllowOrigin *
</Location>
<Location "/custom">
    SetHandler rpc
    RpcHandler calc
    ErrorDocument 403 "stay away"
</Location>
Listen 127.0.0.1:$second
<VirtualHost 127.0.0.1:$second>
    ServerName https://www.example.com
</VirtualHost>
CONF
RpcTest::expect_log(qr/RPC0011: calls of pages of https:\/\/evil\.example /);
RpcTest::expect_log(qr/RPC0011: calls of a page without an origin/);
RpcTest::expect_log(qr/RPC0011: a call by a link, a picture or a script/);
RpcTest::expect_log(qr/RPC0011: the Origin header is no origin/);
RpcTest::allow_log(qr/RPC0011: calls of pages of http/);

my $port = $server->port;
my $evil = 'https://evil.example';
my $json = '{"jsonrpc":"2.0","method":"counter.next","id":1}';
my $form = 'application/x-www-form-urlencoded';

sub url { return $server->url($_[0]) }

sub counted {
    my $body = RpcTest::post(url('/rpc'), 'application/json',
        '{"jsonrpc":"2.0","method":"counter.current","id":1}')->{body};
    return $body =~ /"result":(\d+)/ ? $1 : $body;
}

# Each way to call, and the fault's form in its protocol.
my $fault = qr/-32007.*RpcAllowOrigin/s;
my %ways = (
    'JSON-RPC' => [sub { RpcTest::post(url('/rpc'), 'application/json',
        $json, @_) }, qr/^\{"jsonrpc":"2\.0","error":\{"code":-32007,
        "message":"Origin[ ]refused","data":"[^"]*RpcAllowOrigin/x],
    'a batch' => [sub { RpcTest::post(url('/rpc'), 'application/json',
        "[$json]", @_) }, qr/^\{"jsonrpc":"2\.0","error":\{"code":-32007,/],
    'XML-RPC' => [sub { RpcTest::post(url('/rpc'), 'text/xml', '<methodCall>'
        . '<methodName>counter.next</methodName></methodCall>', @_) },
        qr{<int>-32007</int>.*RpcAllowOrigin.*</methodResponse>}s],
    'a form' => [sub { RpcTest::post(url('/rpc'), $form,
        'request=execute&data=counter.next()', @_) },
        qr/^\{'res': 'error', .*RpcAllowOrigin.*'code': -32007\}$/],
    'PyRPC' => [sub { RpcTest::post(url('/rpc'), 'text/x-python',
        q({'req': 'execute', 'data': 'counter.next()'}), @_) },
        qr/^\{'res': 'error', .*RpcAllowOrigin.*'code': -32007\}$/],
    'text/plain' => [sub { RpcTest::post(url('/rpc'), 'text/plain', $json,
        @_) }, qr/^[^{<]*RpcAllowOrigin[^{<]*\n$/],
    'no type' => [sub { RpcTest::post(url('/rpc'), undef, $json, @_) },
        qr/RpcAllowOrigin/],
    'GET, PyRPC' => [sub { RpcTest::get(
        url('/rpc?request=execute&data=counter.next()'), @_) },
        qr/^\{'res': 'error', .*RpcAllowOrigin.*'code': -32007\}$/],
    'GET, PyRPC as JSON' => [sub { RpcTest::get(
        url('/rpc?request=execute&data=counter.next()'),
        accept => 'application/json', @_) }, qr/^\{"res":"error".*-32007\}$/],
    'GET, JSON-RPC' => [sub { RpcTest::get(
        url('/rpc?method=counter.next&id=1'), @_) },
        qr/^\{"jsonrpc":"2\.0","error":\{"code":-32007,/],
    'GET, a path' => [sub { RpcTest::get(url('/rpc/counter.next'), @_) },
        qr/"code":-32007.*RpcAllowOrigin/],
);
# What says: another site.
my @strangers = (
    [origin => $evil],
    [origin => 'null'],
    [origin => 'null', 'sec-fetch-site' => 'same-origin'],
    [origin => $evil, 'sec-fetch-site' => 'cross-site'],
    [origin => "https://127.0.0.1:$port"],
    [origin => 'http://127.0.0.1'],
    [origin => "http://localhost:$port"],
    [origin => "http://127.0.0.1:$port.evil.example"],
    [origin => "http://127.0.0.1:$port, $evil"],
    [origin => ''],
    ['sec-fetch-site' => 'cross-site'],
    ['sec-fetch-site' => 'same-site'],
    ['sec-fetch-site' => 'cross-site', 'sec-fetch-mode' => 'navigate',
        'sec-fetch-dest' => 'document'],
    ['sec-fetch-site' => 'nonsense'],
);
for my $way (sort keys %ways) {
    my ($call, $form_of_fault) = @{ $ways{$way} };
    for my $stranger (@strangers) {
        my $r = $call->(@$stranger);
        my $what = "$way, @$stranger";
        $what =~ s/[^ -~]/?/g;
        is($r->{status}, 403, $what);
        like($r->{body}, $form_of_fault, 'is refused in its protocol')
            if $stranger->[1] eq $evil;
        like($r->{body}, qr/RpcAllowOrigin/, 'by the directive\'s name');
    }
}
is(counted(), 0, 'no method ran');
like(RpcTest::raw($port, "GET /rpc/counter.next HTTP/1.1\r\nHost: x\r\n"
    . "Origin: \xff<script>\r\nConnection: close\r\n\r\n")->{body},
    $fault, 'nor for bytes that are no text');

# What is no page of another site.
my @friends = (
    [],
    [origin => "http://127.0.0.1:$port"],
    [origin => "http://127.0.0.1:$port", 'sec-fetch-site' => 'same-origin'],
    ['sec-fetch-site' => 'same-origin'],
    ['sec-fetch-site' => 'none'],
    # Behind a proxy that ends TLS: the browser's own word.
    [origin => 'https://www.example.com', 'sec-fetch-site' => 'same-origin'],
);
my $runs = 0;
for my $way (sort keys %ways) {
    next if $way =~ /^(?:text\/plain|no type)$/; # 415 and so on in any case
    for my $friend (@friends) {
        is($ways{$way}[0]->(@$friend)->{status}, 200, "$way, @$friend");
        $runs++;
    }
}
is(counted(), $runs, 'each ran once');

# The request's own origin is what its URL says.
sub own {
    my ($at, $host, $origin, $target) = @_;
    my $r = RpcTest::raw($at, 'POST ' . ($target || '/list')
        . " HTTP/1.1\r\nHost: $host\r\nOrigin: $origin\r\n"
        . "Content-Type: application/json\r\nContent-Length: 2\r\n"
        . "Connection: close\r\n\r\n[]");
    return $r->{status};
}
is(own($port, @$_), 200, "own: @$_") for
    ['h.example', 'http://h.example'],
    ['H.Example', 'http://h.example'],
    ['h.example:80', 'http://h.example'],
    ['h.example:8080', 'http://h.example:8080'],
    ['[::1]:8080', 'http://[::1]:8080'],
    ['h.example.', 'http://h.example.'],
    ['a.example', 'https://a.example'], # by RpcAllowOrigin
    ['x.example', 'http://h.example:81', 'http://h.example:81/list'];
is(own($port, @$_), 403, "another: @$_") for
    ['h.example', 'https://h.example'],
    ['h.example', 'http://h.example:8080'],
    ['h.example:8080', 'http://h.example'],
    ['h.example:443', 'https://h.example'],
    ['x.h.example', 'http://h.example'],
    ['h.example', "http://h.example\@evil.example"],
    ['h.example', 'http://evil.example', 'http://h.example/list'];

# ServerName https://... says that TLS ends before this server.
is(own($second, 'www.example.com', 'https://www.example.com', '/rpc'), 200,
    'behind a proxy that ends TLS: https is its own');
is(own($second, 'www.example.com', 'http://www.example.com', '/rpc'), 403,
    'http is not');

# TLS that ends here.
SKIP: {
    my $tls = RpcTest::free_port();
    my ($key, $cert) = map { RpcTest::logs() . "/cross_site.$_" } qw(key pem);
    my ($no) = RpcTest::run_command(qw(openssl req -x509 -newkey rsa:2048
        -nodes -subj /CN=localhost -days 2 -keyout), $key, '-out', $cert);
    skip('no openssl', 2) if $no;
    my $secure = RpcTest::httpd(<<"CONF", system => ['ssl']);
LogLevel ssl:error
Listen 127.0.0.1:$tls
<VirtualHost 127.0.0.1:$tls>
    SSLEngine on
    SSLCertificateFile "$cert"
    SSLCertificateKeyFile "$key"
</VirtualHost>
<Location "/rpc">
    SetHandler rpc
    RpcHandler calc
</Location>
CONF
    my $url = "https://127.0.0.1:$tls";
    for (["$url" => 200], ["http://127.0.0.1:$tls" => 403]) {
        my ($status, $out) = RpcTest::run_command(qw(curl -sSk -o /dev/null -w
            %{http_code} -H), "Origin: $_->[0]",
            "$url/rpc?request=execute&data=add(2,3)");
        is($out, $_->[1], "over TLS, a page of $_->[0]");
    }
}

# Allowed origins call in any way; a request without Origin is nobody's.
is(RpcTest::post(url('/list'), $form, 'request=execute&data=add(2,3)',
    origin => 'https://a.example', 'sec-fetch-site' => 'cross-site')
    ->{status}, 200, 'a form of an allowed origin');
is(RpcTest::get(url('/list?request=execute&data=add(2,3)'),
    'sec-fetch-site' => 'cross-site')->{status}, 403,
    'a picture of an unknown origin');
is(RpcTest::get(url('/any?request=execute&data=add(2,3)'), @$_)->{status},
    200, "a star: @$_") for ['sec-fetch-site' => 'cross-site'],
    [origin => 'null'], [origin => $evil];

# What calls nothing is for everybody; the browser shows it to nobody else.
is(RpcTest::get(url($_), 'sec-fetch-site' => 'cross-site')->{status}, 200,
    "GET $_") for '/rpc?openrpc', '/rpc?rpc.js';
is(RpcTest::get(url('/rpc'), 'sec-fetch-site' => 'cross-site',
    'sec-fetch-mode' => 'navigate', accept => 'application/json')->{status},
    405, 'a link to the endpoint is no call');
is(RpcTest::request('OPTIONS', url('/rpc'), headers => {
    origin => $evil, 'access-control-request-method' => 'POST' })->{status},
    204, 'nor is a preflight');

# A page that asks the server for a call by itself (SSI) is no other site's,
# whoever has linked to it.
my $ssi = RpcTest::httpd(<<'CONF', system => ['include']);
<Location "/rpc">
    SetHandler rpc
    RpcHandler calc
</Location>
<Directory "@DIR@/htdocs">
    Options +Includes
    SetOutputFilter INCLUDES
</Directory>
CONF
open(my $page, '>', $ssi->dir . '/htdocs/page.html') or die $!;
print {$page} 'It is <!--#include virtual='
    . '"/rpc?request=execute&data=add(2,3)"-->.';
close $page or die $!;
is(RpcTest::get($ssi->url('/page.html'), 'sec-fetch-site' => 'cross-site')
    ->{body}, "It is {'res': 'response', 'data': '5'}.", 'a subrequest');

my $r = RpcTest::post(url('/custom'), 'application/json', $json,
    origin => $evil);
is("$r->{status} $r->{body}", '403 stay away', 'an ErrorDocument goes first');
$r = RpcTest::post(url('/rpc'), 'application/json', $json, origin => $evil);
is($r->{headers}{'access-control-allow-origin'}, undef, 'no CORS header');
is($r->{headers}{'content-length'}, length $r->{body}, 'a length');

done_testing();
