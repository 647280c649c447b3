#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# A methodCall by POST and its methodResponse: the bytes, the media type, the
# status, faults, and documents that are none of ours.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use RpcTest;

my $url = RpcTest::url('/rpc');

sub method_call {
    my ($method, @values) = @_;
    return "<?xml version=\"1.0\"?>\n<methodCall><methodName>$method"
        . '</methodName><params>'
        . join('', map { "<param><value>$_</value></param>" } @values)
        . '</params></methodCall>';
}

sub fault {
    my ($body) = @_;
    $body =~ m{<fault><value><struct><member><name>faultCode</name><value>
        <int>(-?\d+)</int></value></member><member><name>faultString</name>
        <value><string>([^<]*)</string></value></member></struct></value>
        </fault>}x or return ('no fault', $body);
    return ($1, $2);
}

my $r = RpcTest::post($url, 'text/xml',
    method_call('add', '<int>2</int>', '<i4>3</i4>'));
is($r->{status}, 200, 'a result is 200');
is($r->{body}, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    . '<methodResponse><params><param><value><int>5</int></value></param>'
    . "</params></methodResponse>\n", 'the whole answer');
is($r->{headers}{'content-type'}, 'text/xml; charset=utf-8',
    'the media type');
is($r->{headers}{'content-length'}, length $r->{body}, 'Content-Length');

$r = RpcTest::post($url, 'text/xml',
    '<methodCall><methodName>ping</methodName></methodCall>');
like($r->{body}, qr/<string>pong<\/string>/, 'params may be missing');

$r = RpcTest::post($url, 'text/xml', method_call('add',
    '<i8>2147483647</i8>', '<int>1</int>'));
like($r->{body}, qr{<i8>2147483648</i8>}, 'beyond 32 bits it is i8');
$r = RpcTest::post($url, 'text/xml', method_call('echo', "a\r\nb&#13;\nc"));
like($r->{body}, qr{<string>a\nb&#13;\nc</string>},
    'CR is kept where it is a reference');

# Faults: 200, and what is wrong in one string.
my @faults = (
    [ -32601, qr/nosuch/, method_call('nosuch') ],
    [ -32602, qr/Invalid params: add takes 2 arguments, got 1/,
        method_call('add', '<int>1</int>') ],
    [ -32602, qr/parameter "x" of add: expected .*, got string/,
        method_call('add', 'a', '<int>1</int>') ],
    [ -32600, qr/line 2, column \d+: &lt;int&gt; holds "x": expected/,
        method_call('add', '<int>x</int>') ],
    [ -32600, qr/line 1, column \d+: &lt;foo&gt; is not an element/,
        '<foo/>' ],
    [ -32600, qr/two members named "a"/, method_call('echo', '<struct>'
        . '<member><name>a</name><value/></member>' x 2 . '</struct>') ],
    [ -32600, qr/a DOCTYPE is not allowed/, '<!DOCTYPE methodCall [<!ENTITY x '
        . 'SYSTEM "file:///etc/passwd">]><methodCall><methodName>&x;'
        . '</methodName></methodCall>' ],
    [ -32700, qr/Parse error: line 1, column \d+: /, '<methodCall>' ],
    [ -32700, qr/line 1/, '' ],
);
for (@faults) {
    my ($code, $text, $body) = @$_;
    $r = RpcTest::post($url, 'text/xml', $body);
    is($r->{status}, 200, "a fault $code is 200");
    my ($got, $string) = fault($r->{body});
    is($got, $code, 'its code');
    like($string, $text, 'its text');
    like($r->{body}, qr/\A<\?xml .*\?>\n<methodResponse><fault>/,
        'a fault and nothing else');
}

# What comes from the client is quoted so that it stays in its place.
$r = RpcTest::post($url, 'text/xml',
    method_call("x&#13;&#10;127.0.0.1 - - fake&lt;/string>"));
my ($code, $text) = fault($r->{body});
is($code, -32601, 'a method with a line break in its name');
my $log = RpcTest::slurp(RpcTest::logs() . '/access_log');
unlike($log, qr/^127\.0\.0\.1 - - fake/m, 'which the access log escapes');

# The same in pieces, in chunks.
my $body = method_call('add', '<int>2</int>', '<int>3</int>');
my $raw = RpcTest::raw(RpcTest::port(), "POST /rpc HTTP/1.1\r\n"
    . "Host: localhost\r\nContent-Type: text/xml\r\n"
    . "Transfer-Encoding: chunked\r\n\r\n", pause => 0.01,
    pieces => [ (map { sprintf("%x\r\n%s\r\n", length $_, $_) }
        unpack('(a20)*', $body)), "0\r\n\r\n" ]);
is($raw->{status}, 200, 'in many chunks');
like($raw->{body}, qr{<int>5</int>}, 'and its answer');

done_testing();
