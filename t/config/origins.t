#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# RpcAllowOrigin and RpcAllowCredentials: what they take, what they refuse and
# with which words, what cannot be together.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use RpcTest;

sub good {
    my ($conf) = @_;
    my ($status, $output) = RpcTest::config_test($conf);
    is($status, 0, "good: $conf") or diag($output);
    return;
}

sub bad {
    my ($conf, $says, $line) = @_;
    my ($status, $output) = RpcTest::config_test($conf);
    $line ||= 1;
    isnt($status, 0, "bad: $conf");
    like($output, qr/error on line $line of \S+test\.conf/, 'names the line');
    like($output, $says, 'says why');
    return;
}

my $long = join '.', 'a' x 49, ('a' x 50) x 4; # 253 bytes, the most
good("RpcAllowOrigin $_") for '*', 'none', 'NONE', 'https://a.example',
    'https://a.example http://a.example https://a.example:8443',
    'http://localhost:3000', 'http://127.0.0.1', 'http://[::1]:8080',
    'http://[2001:db8::1]', 'https://xn--bcher-kva.example',
    'https://a_b.example', 'https://a.example:1', 'https://a.example:65535',
    'https://a.example:443', 'chrome-extension://abcdef', "http://h.example.",
    "http://$long", "none\nRpcAllowOrigin https://a.example";

my $takes = qr/RpcAllowOrigin takes origins such as https:\/\/www\.example\.com/;
bad('RpcAllowOrigin', $takes);
my %why = (
    '""' => qr/it has no scheme/,
    'a.example' => qr/not "a\.example": it has no scheme, such as https/,
    '//a.example' => qr/it has no scheme/,
    'https:a.example' => qr/it has no scheme/,
    '1://a.example' => qr/it has no scheme/,
    'https://A.example' => qr/in lower case, https:\/\/a\.example$/m,
    'HTTPS://a.example' => qr/in lower case, https:\/\/a\.example$/m,
    'https://a.example/' => qr/has no path, write https:\/\/a\.example$/m,
    'https://a.example:8/x?y' => qr/no path, write https:\/\/a\.example:8$/m,
    'https://a.example?x' => qr/has no path, write https:\/\/a\.example$/m,
    'https://u@a.example' => qr/an origin has no user/,
    'https://*.a.example' => qr/a \* stands alone, for all origins/,
    "https://b\xc3\xbccher.example" => qr/as browsers send it, xn--/,
    'null' => qr/"null" is what any sandboxed page has/,
    'https://' => qr/its host is none/,
    'https://:80' => qr/its host is none/,
    'https://.a.example' => qr/its host is none/,
    'https://a..example' => qr/its host is none/,
    'https://a,b' => qr/its host is none/,
    "http://${long}a" => qr/its host is none/,
    'http://[::1' => qr/its host is none/,
    'http://[::g]' => qr/its host is none/,
    'http://[1]' => qr/its host is none/,
    'http://[]' => qr/its host is none/,
    'http://[::1]x' => qr/its host is none/,
    map({ ("https://a.example:$_" => qr/its port is not from 1 to 65535/) }
        '', '0', '080', '65536', '99999999999999999999', '-1', '8x', '80:80'),
);
for my $origin (sort keys %why) {
    bad("RpcAllowOrigin $origin", $takes);
    bad("RpcAllowOrigin https://first.example $origin", $why{$origin})
        if $origin ne '""'; # httpd drops it
}
bad('RpcAllowOrigin * https://a.example', qr/RpcAllowOrigin: \* stands alone/);
bad('RpcAllowOrigin https://a.example none', qr/: none stands alone/);
bad('RpcAllowOrigin https://a.example https://a.example:443',
    qr/RpcAllowOrigin names https:\/\/a\.example twice/);

# Credentials and a star.
my $together = qr/RpcAllowCredentials on cannot be together with RpcAllowO/;
my ($star, $on) = ('RpcAllowOrigin *', 'RpcAllowCredentials on');
bad("$star\n$on", $together, 2);
bad("$on\n$star", $together, 2);
good("$on\nRpcAllowOrigin https://a.example");
good("$star\nRpcAllowCredentials off");
good("$star\nRpcAllowOrigin none\n$on");

# Sections that meet where they are served.
my $section = "<Location \"/rpc\">\nSetHandler rpc\nRpcHandler calc\n%s\n"
    . "</Location>\n";
for my $conf ("$star\n" . sprintf($section, $on),
    "$on\n" . sprintf($section, $star),
    "$star\n<VirtualHost *:1>\n$on\n" . sprintf($section, '')
        . '</VirtualHost>')
{
    my ($status, $output) = RpcTest::config_test($conf);
    isnt($status, 0, "bad: $conf");
    like($output, qr/RPC0010: \S+test\.conf:\d+: in the section of RpcHandler calc: $together/,
         'names the section');
}
good("$star\n" . sprintf($section, "$on\nRpcAllowOrigin none"));

my ($status, $output) = RpcTest::config_test(
    sprintf($section, "RpcAllowOrigin https://b.example:443 http://a.example")
    . sprintf($section, ''), args => ['-D', 'DUMP_RPC']);
is(() = $output =~ /^  origins: .*$/mg, 1, 'the dump says it where it is set');
like($output, qr/^  origins: https:\/\/b\.example http:\/\/a\.example; credentials: off$/m,
    'as it was understood');

done_testing();
