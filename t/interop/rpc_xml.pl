#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# Perl's RPC::XML::Client against a server; prints TAP.
# usage: rpc_xml.pl BASE    with /rpc (calc, server) and /spec below it
use strict;
use warnings;
use utf8;
use RPC::XML ();
use RPC::XML::Client ();
use Test::More;

my $base = shift or die "usage: rpc_xml.pl BASE\n";
$RPC::XML::ENCODING = 'utf-8';
$RPC::XML::ALLOW_NIL = 1;
binmode(Test::More->builder->$_, ':utf8') for 'output', 'failure_output';

my $spec = RPC::XML::Client->new("$base/spec");
my $server = RPC::XML::Client->new("$base/rpc");

sub echo {
    my ($value) = @_;
    my $answer = $spec->send_request('echo', $value);
    return ref $answer ? $answer : "error: $answer";
}

my @values = (
    [ 'int', RPC::XML::int->new(-2147483648), -2147483648 ],
    [ 'i4', RPC::XML::i4->new(7), 7 ],
    [ 'i8', RPC::XML::i8->new('9223372036854775807'), '9223372036854775807' ],
    [ 'double', RPC::XML::double->new(-12.214), -12.214 ],
    [ 'boolean', RPC::XML::boolean->new(1), 1 ],
    [ 'string', RPC::XML::string->new("<&> κόσμε\n"), "<&> κόσμε\n" ],
    [ 'empty string', RPC::XML::string->new(''), '' ],
    [ 'dateTime.iso8601',
        RPC::XML::datetime_iso8601->new('20261122T08:30:00'),
        '20261122T08:30:00' ],
    [ 'base64', RPC::XML::base64->new("\0\xff" x 100), "\0\xff" x 100 ],
    [ 'nil', RPC::XML::nil->new, undef ],
    [ 'array', RPC::XML::array->new(1, 'a', [ 2 ]), [ 1, 'a', [ 2 ] ] ],
    [ 'empty array', RPC::XML::array->new, [] ],
    [ 'struct', RPC::XML::struct->new(a => 1, 'b <' => { c => [] }),
        { a => 1, 'b <' => { c => [] } } ],
    [ 'empty struct', RPC::XML::struct->new, {} ],
);
for (@values) {
    my ($name, $value, $want) = @$_;
    my $answer = echo($value);
    is_deeply(ref $answer ? $answer->value : $answer, $want, "echo: $name");
}
is(ref echo(RPC::XML::int->new(5)), 'RPC::XML::int', 'int stays int');
is(ref echo(RPC::XML::i8->new('4294967296')), 'RPC::XML::i8',
    'a wide one is i8');
is(ref echo(RPC::XML::double->new('5.0')), 'RPC::XML::double',
    'double stays double');

is($server->simple_request('add', 2, 3), 5, 'add');
is($server->simple_request('calc.add', 2, 3), 5, 'a dotted name');

my $fault = $spec->send_request('fail');
ok(ref $fault && $fault->is_fault, 'a fault');
is($fault->code, 4, 'its code');
is($fault->string, 'Too many parameters.', 'its text');
$fault = $spec->send_request('nosuch');
is(ref $fault && $fault->code, -32601, 'an unknown method');
$fault = $server->send_request('add', 'a', 1);
is(ref $fault && $fault->code, -32602, 'another type');

my $names = $server->simple_request('system.listMethods');
ok((grep { $_ eq 'system.multicall' } @$names), 'listMethods');
ok(length $server->simple_request('system.methodHelp', 'add'), 'methodHelp');
my $signature = $server->simple_request('system.methodSignature', 'add');
is(ref $signature, 'ARRAY', 'methodSignature');

my $answers = $spec->simple_request('system.multicall', [
    { methodName => 'add', params => [ 2, 3 ] },
    { methodName => 'fail', params => [] },
]);
is_deeply($answers, [ [ 5 ],
    { faultCode => 4, faultString => 'Too many parameters.' } ], 'multicall');

my $big = 'x' x 300_000;
my $answer = echo(RPC::XML::string->new($big));
is(ref $answer ? $answer->value : $answer, $big, 'a long string');

done_testing();
