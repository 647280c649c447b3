#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# Results that XML-RPC can carry only by RpcXmlNil, or cannot carry at all:
# a fault of that call, and a line in the error log where a handler is wrong.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use RpcTest;

my $server = RpcTest::httpd(<<'CONF');
<Location "/off">
    SetHandler rpc
    RpcHandler server
    RpcHandler chaos
</Location>
<Location "/on">
    SetHandler rpc
    RpcHandler server
    RpcHandler chaos
    RpcXmlNil on
</Location>
CONF

sub answer {
    my ($path, $method, $value) = @_;
    my $r = RpcTest::post($server->url($path), 'text/xml',
        "<methodCall><methodName>$method</methodName><params>"
        . (defined $value ? "<param><value>$value</value></param>" : '')
        . '</params></methodCall>');
    return $r->{body};
}

my $nil = '<nil/>';
my $list = "<array><data><value>$nil</value></data></array>";
my $no_nil = qr{<int>-32603</int>.*XML-RPC has not \(RpcXmlNil on allows it\)};

like(answer('/on', 'echo', $nil), qr{<param><value><nil/></value></param>},
    'RpcXmlNil on: nil is answered');
like(answer('/on', 'echo', $list), qr{<data><value><nil/></value></data>},
    'in an array too');
like(answer('/off', 'echo', $nil), $no_nil, 'RpcXmlNil off: a fault');
like(answer('/off', 'echo', $list), $no_nil, 'for an array that holds it too');

for my $method ('controls', 'nul') {
    like(answer('/on', $method), qr{<int>-32603</int>.*control character},
        "$method: what XML has not is a fault");
}
my %wrong = (
    broken_utf8 => 'no valid UTF-8',
    broken_name => 'no valid UTF-8',
    nan => 'not finite',
    infinity => 'not finite',
    far_time => 'years 1 to 9999',
    cycle => 'too deep',
);
for my $method (sort keys %wrong) {
    my $body = answer('/on', $method);
    like($body, qr{<int>-32603</int>}, "$method: a fault");
    like($body, qr{$method failed; .*\(id [0-9a-f]{8}\)},
        'that names the line of the log');
    RpcTest::expect_log(
        qr/method $method of table \w+ returned what XML cannot carry: .*$wrong{$method}/);
}
like(answer('/on', 'fail_broken'), qr{<int>7</int>.*<string>no \? good<},
    'a fault is always carried');
like(answer('/on', 'echo', 'x'), qr{<string>x</string>},
    'and the child serves on');

done_testing();
