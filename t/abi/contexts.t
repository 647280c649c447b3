#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# A table's create runs once for each virtual server that mounts it, its
# child_init once for each of those in each child; subtables have their own.
use strict;
use warnings;
use lib 't/lib', 't/abi';
use Test::More;
use AbiModule;
use RpcTest;

my $second = RpcTest::free_port();
my $sections = <<"CONF";
<Location "/a">
    SetHandler rpc
    RpcHandler context
    RpcHandler context again
</Location>
<Location "/b">
    SetHandler rpc
    RpcHandler context
</Location>
Listen 127.0.0.1:$second
<VirtualHost 127.0.0.1:$second>
    ServerName second.example
    <Location "/c">
        SetHandler rpc
        RpcHandler context
    </Location>
</VirtualHost>
CONF

# One child, so that what it counts is all there is.
sub start {
    return RpcTest::httpd($_[0] . $sections, modules => ['rpc']);
}

sub describe {
    my ($url, $prefix) = @_;
    my $r = RpcTest::post($url, 'application/json', '{"jsonrpc":"2.0","id":1,'
        . "\"method\":\"${prefix}describe\"}");
    return $r->{body} =~ /"result":"(.*)","id"/ ? $1 : $r->{body};
}

my $server = start(AbiModule::build('context', 'context'));
my ($a, $b) = map { $server->url($_) } qw(/a /b);
my $c = "http://127.0.0.1:$second/c";
for my $time ('at first', 'after a graceful restart') {
    is(describe($a, ''), 'outer of localhost, child_init 1, call 1, background',
        "$time: the context of a table");
    is(describe($a, 'again.'),
        'outer of localhost, child_init 1, call 2, background',
        'mounted twice in a section: the same');
    is(describe($b, ''), 'outer of localhost, child_init 1, call 3, background',
        'in another section: the same');
    is(describe($a, 'inner.'),
        'inner of localhost, child_init 1, call 1, background',
        'a subtable has its own');
    is(describe($a, 'again.inner.'),
        'inner of localhost, child_init 1, call 2, background',
        'the same under each prefix');
    is(describe($b, 'inner.'),
        'inner of localhost, child_init 1, call 3, background',
        'and in another section');
    is(describe($b, 'plain.'), 'no context', 'a table without create: none');
    is(describe($c, ''),
        'outer of second.example, child_init 1, call 1, background',
        'a virtual host has its own');
    is(describe($c, 'inner.'),
        'inner of second.example, child_init 1, call 1, background',
        'and one for the subtable');
    $server->graceful if $time eq 'at first';
}
$server->stop;

# A child_init that fails is said, and the child serves.
RpcTest::expect_log(qr/RPC0005: .*table "(?:context|inner)" failed/);
$server = start(AbiModule::build('context', 'contextfails', 'CONTEXT_FAILS'));
is(describe($server->url('/b'), ''),
    'outer of localhost, child_init 1, call 1, background', 'it serves');
$server->stop;
my $log = RpcTest::slurp($server->error_log);
like($log, qr/No space left on device: .*RPC0005: child_init of the handler/,
    'the log says why');
is(() = $log =~ /RPC0005:.*"context" failed/g, 2, 'for each context');

done_testing();
