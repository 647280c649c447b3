#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# What each directive with a plain value takes and refuses, at its limits and
# one past them; where directives may stand; the last of two wins.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use RpcTest;

# Words and numbers that are right.
sub good {
    my ($conf) = @_;
    my ($status, $output) = RpcTest::config_test($conf);
    is($status, 0, "good: $conf") or diag($output);
    return;
}

# An error has the line's number (it is the first of test.conf) and says what
# would be right.
sub bad {
    my ($conf, $says, $line) = @_;
    my ($status, $output) = RpcTest::config_test($conf);
    $line ||= 1;
    isnt($status, 0, "bad: $conf");
    like($output, qr/error on line $line of \S+test\.conf/, 'names the line');
    like($output, $says, 'says why');
    return;
}

my %numbers = (
    RpcMaxBody => 2147483647,
    RpcMaxDepth => 1000,
    RpcMaxValues => 2147483647,
    RpcMaxBatch => 2147483647,
    RpcMaxString => 2147483647,
);
for my $name (sort keys %numbers) {
    my $high = $numbers{$name};
    my $range = qr/$name takes a whole number from 1 to $high\b/;
    good("$name 1\n$name $high");
    for my $value (0, $high + 1, '-1', '+1', '12abc', '1.5', '" 1"',
        '0x10', '1e3', '18446744073709551617', '9' x 400, 'K', 'unlimited')
    {
        bad("$name $value", $range);
    }
    bad("$name$_", qr/$name takes one argument/) for '', ' ""';
    bad("$name 1 2", qr/$name takes one argument/);
    bad("$name $_", $range) for '2G', '2097152K', '1KK', '1KB', '0K', '1T',
        '99999999999999999999G';
    if ($high > 1000) {
        good("$name $_") for '1K', '1k', '8M', '1G', '2097151K';
    }
    else {
        bad("$name 1K", $range);
    }
}

good("RpcKeepHot $_") for '0', '1', '2ms', '1000', '1000ms', '1s', '0s';
bad("RpcKeepHot $_", qr/RpcKeepHot takes a time from 0 to 1s/)
    for '-1', '1.5ms', '1001', '2s', '2us', '2h', 'ms', 'fast', '99999999ms';

my %words = (
    RpcGet => [qw(safe all off)],
    RpcMulticall => [qw(on off)],
    RpcIntrospection => [qw(on off)],
    RpcLogRequests => [qw(on off)],
    RpcXmlNil => [qw(on off)],
    RpcXmlEncoding => [qw(utf-8 iso-8859-1 us-ascii)],
    RpcNotificationStatus => [qw(200 202 204)],
    RpcErrorStatus => [qw(on off)],
    RpcAllowCredentials => [qw(on off)],
);
for my $name (sort keys %words) {
    my $list = join ', ', @{ $words{$name} };
    good(join "\n", map { "$name $_" } @{ $words{$name} });
    good("$name \U$words{$name}[0]");
    bad("$name $_", qr/$name takes one of $list, not "\Q$_\E"/)
        for 'maybe', "$words{$name}[0]x";
    bad("$name \"\"", qr/$name takes one argument/);
}

good('RpcProtocols pyrpc');
good("RpcProtocols jsonrpc xmlrpc pyrpc\nRpcProtocols XMLRPC");
bad('RpcProtocols', qr/RpcProtocols takes one or more of jsonrpc, xmlrpc, /);
bad('RpcProtocols jsonrpc soap', qr/xmlrpc, pyrpc, not "soap"/);
bad('RpcProtocols jsonrpc pyrpc JsonRpc', qr/names jsonrpc twice/);

# Everywhere but in .htaccess and <Limit>.
good("<Location \"/x\">\nRpcMaxDepth 3\n</Location>");
good("<Directory \"/x\">\nRpcMaxDepth 3\n</Directory>");
good("<VirtualHost *:1>\nRpcGet off\n</VirtualHost>");
good("<LocationMatch \"x\">\n<If \"true\">\nRpcGet off\n</If>\n"
    . '</LocationMatch>');
bad("<Location \"/x\">\n<Limit GET>\n$_\n</Limit>\n</Location>",
    qr/cannot occur within <Limit>/, 3)
    for 'RpcMaxDepth 3', 'RpcProtocols pyrpc', 'RpcHandler calc',
    'RpcAlias a b',
    'RpcAllowOrigin none', 'RpcAllowCredentials on';

done_testing();
