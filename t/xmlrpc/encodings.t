#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# Encodings: byte-order mark, then charset, then declaration (RFC 7303,
# section 3); RpcXmlEncoding for the answer.
use strict;
use warnings;
use lib 't/lib';
use Encode ();
use Test::More;
use RpcTest;

my $text = "\x{e9}\x{20ac}\x{1f600}";
my $utf8 = Encode::encode('UTF-8', $text);

sub echo_call {
    my ($string, $declared) = @_;
    return '<?xml version="1.0"' . ($declared ? " encoding=\"$declared\"" : '')
        . '?><methodCall><methodName>echo</methodName><params><param><value>'
        . "$string</value></param></params></methodCall>";
}

sub answer {
    my ($url, $type, $bytes) = @_;
    my $r = RpcTest::post($url, $type, $bytes);
    return $1 if $r->{body} =~ m{<param><value><string>(.*)</string>}s;
    return $1 if $r->{body} =~ m{<int>(-\d+)</int>};
    return $r->{body};
}

my $url = RpcTest::url('/rpc');
my @good = (
    [ 'UTF-8 by default', 'text/xml', echo_call($utf8), $utf8 ],
    [ 'UTF-8 by charset', 'text/xml; charset=utf-8',
        echo_call($utf8, 'ISO-8859-1'), $utf8 ],
    [ 'charset in quotes and capitals', 'text/xml; charset="UTF-8"',
        echo_call($utf8), $utf8 ],
    [ 'UTF-8 by a mark', 'text/xml; charset=us-ascii',
        "\xef\xbb\xbf" . echo_call($utf8), $utf8 ],
    [ 'Latin-1 by declaration', 'text/xml', echo_call("\xe9", 'ISO-8859-1'),
        "\xc3\xa9" ],
    [ 'Latin-1 by charset', 'text/xml; charset=iso-8859-1',
        echo_call("\xe9"), "\xc3\xa9" ],
    [ 'Latin-9 by declaration', 'application/xml',
        echo_call("\xa4", 'ISO-8859-15'), "\xe2\x82\xac" ],
    [ 'UTF-16 by a mark', 'text/xml',
        Encode::encode('UTF-16', echo_call($text, 'UTF-16')), $utf8 ],
    [ 'UTF-16LE by charset', 'text/xml; charset=utf-16le',
        Encode::encode('UTF-16LE', echo_call($text)), $utf8 ],
    [ 'UTF-32 by a mark', 'text/xml',
        Encode::encode('UTF-32', echo_call($text)), $utf8 ],
    [ 'Shift JIS', 'text/xml', echo_call("\x93\xfa", 'Shift_JIS'),
        "\xe6\x97\xa5" ],
    [ 'an unknown charset', 'text/xml; charset=x-no', echo_call('x'),
        -32701 ],
    [ 'an unknown declaration', 'text/xml', echo_call('x', 'x-no'), -32701 ],
    [ 'Latin-1 without a word', 'text/xml', echo_call("\xe9"), -32702 ],
    [ 'UTF-8 as ASCII', 'text/xml; charset=us-ascii', echo_call($utf8),
        -32702 ],
    [ 'an overlong form', 'text/xml', echo_call("\xe0\x81\x81"), -32702 ],
    [ 'a NUL', 'text/xml', echo_call("a\0b"), -32700 ],
    [ 'a control character', 'text/xml', echo_call("a\001b"), -32700 ],
);
is(answer($url, $_->[1], $_->[2]), $_->[3], $_->[0]) for @good;

# Answers.
my $server = RpcTest::httpd(join '', map {
    "<Location \"/$_\">\nSetHandler rpc\nRpcHandler server\n"
    . "RpcXmlEncoding $_\n</Location>\n" } qw(utf-8 iso-8859-1 us-ascii));
my %want = ('utf-8' => $utf8, 'iso-8859-1' => "\xe9&#8364;&#128512;",
    'us-ascii' => '&#233;&#8364;&#128512;');
for my $encoding (sort keys %want) {
    my $r = RpcTest::post($server->url("/$encoding"), 'text/xml',
        echo_call($utf8));
    is($r->{headers}{'content-type'}, "text/xml; charset=$encoding",
        "RpcXmlEncoding $encoding: the media type");
    like($r->{body}, qr/\A<\?xml version="1\.0" encoding="\Q$encoding\E"\?>/i,
        'the declaration');
    like($r->{body}, qr{<string>\Q$want{$encoding}\E</string>}, 'the text');
    is($r->{headers}{'content-length'}, length $r->{body}, 'its length');
    $r = RpcTest::post($server->url("/$encoding"), 'text/xml',
        "<methodCall><methodName>$utf8</methodName></methodCall>");
    like($r->{body}, qr/<string>[^<]*\Q$want{$encoding}\E/,
        'the text of a fault');
}
my ($status, $output) = RpcTest::config_test('RpcXmlEncoding koi8-r');
isnt($status, 0, 'another encoding is a configuration error');
like($output, qr/RpcXmlEncoding.*utf-8.*iso-8859-1.*us-ascii/,
    'that lists the good ones');

done_testing();
