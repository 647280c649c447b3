#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# The handler table server: ping and echo, with and without the prefix, and
# pulsar's functions_list and documentation, whose exact form is
# t/models/pulsar-2.0.2.json's.
use strict;
use warnings;
use lib 't/lib';
use JSON::PP ();
use Test::More;
use RpcTest;

my $url = RpcTest::url('/rpc');

sub call {
    my ($method, $params) = @_;
    my $r = RpcTest::post($url, 'application/json', '{"jsonrpc":"2.0",'
        . "\"method\":\"$method\",\"params\":$params,\"id\":1}");
    return $r->{body} =~ /"result":(.*),"id":1\}\z/s ? $1 : $r->{body};
}

for my $prefix ('', 'server.') {
    is(call("${prefix}ping", '[]'), '"pong"', "${prefix}ping");
    for my $value ('"a\u0000b"', '""', 'null', '9007199254740993', '0.5',
        '[1,[2,{"a":null}]]', '{}', 'false')
    {
        is(call("${prefix}echo", "[$value]"), $value, "echo of $value");
        is(call("${prefix}echo", "{\"message\":$value}"), $value, 'by name');
    }
    is(call("${prefix}echo", '[]'), '""', 'echo of nothing');
}
like(call('echo', '[1,2]'), qr/"code":-32602/, 'echo takes one argument');
like(call('ping', '[1]'), qr/"code":-32602/, 'ping takes none');
# ------------------------------------------------- what pulsar's clients ask

my $json = JSON::PP->new->utf8;
my $list = $json->decode(call('functions_list', '[]'));
my @names = map { $_->[0] } @$list;
my ($first_section) = grep { $names[$_] =~ /\./ } 0 .. $#names;
is_deeply([ @names[0 .. $first_section - 1] ],
    [ sort grep { !/\./ } @names ], 'those without a section come first');
is_deeply([ grep { /^calc\./ } @names ],
    [ sort grep { /^calc\./ } @names ], 'a section is sorted');
my %listed = map { $_->[0] => $_->[1] } @$list;
is_deeply($listed{'calc.add'}, { doc => 'Return x + y.', section => 'calc.' },
    'a method of a section');
is_deeply($listed{ping}, { doc => 'Return "pong".', section => '' },
    'one without');
is_deeply([ sort @names ], [ sort @{ $json->decode(
    call('system.listMethods', '[]')) } ], 'all that is listed elsewhere');

my $text = $json->allow_nonref->decode(call('documentation', '[]'));
my @parts = split /(?<=\n\n)\n(?=\.\. _functions-)/, $text;
is(@parts, @names, 'a part for each method');
for my $i (0 .. $#names) {
    my $name = $names[$i];
    is($parts[$i], ".. _functions-$name:\n\n$name\n"
        . '-' x (2 + length $name) . "\n\n$listed{$name}{doc}\n\n",
        "the part of $name");
}

# What other modules wrote goes through every protocol: nothing in it breaks
# the answer, and what is hidden stays so.
my $server = RpcTest::httpd(<<'CONF');
<Location "/rpc">
    SetHandler rpc
    RpcHandler server
    RpcHandler spec spec:
    RpcHandler hostile
</Location>
CONF
my $r = RpcTest::post($server->url('/rpc'), 'application/json',
    '{"jsonrpc":"2.0","method":"functions_list","id":1}');
my %there = map { $_->[0] => $_->[1] }
    @{ $json->decode($r->{body})->{result} };
is($there{'spec:sum'}{section}, 'spec:', 'a section that ends in a colon');
is($there{broken_text}{doc}, 'Latin-1 ? and a bell ?.', 'broken help');
is($there{nothing}{doc}, 'No docs', 'no help');
ok(!exists $there{unseen}, 'a hidden method is not listed');
$r = RpcTest::post($server->url('/rpc'), 'text/xml',
    '<methodCall><methodName>documentation</methodName></methodCall>');
like($r->{body}, qr/^\.\. _functions-spec\\:sum:$/m,
    'a colon does not end the target');
like($r->{body}, qr/Latin-1 \? and a bell \?\./, 'by XML-RPC too');
done_testing();
