#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# The handler table calc: exact integers, Python's rounding, and faults for
# what has no result.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use RpcTest;

my $url = RpcTest::url('/rpc');

sub call {
    my ($data) = @_;
    $data =~ s/ //g;
    my $body = RpcTest::get("$url?request=execute&data=$data")->{body};
    return $1 if $body =~ /\A\{'res': 'response', 'data': '(.*)'\}\z/;
    return "$2 $1"
        if $body =~ /\A\{'res': 'error', 'data': '(.*)', 'code': (.*)\}\z/;
    return $body;
}

my $overflow = '-32500 Application error: integer overflow: the result needs'
    . ' more than 64 bits';
my $zero = '-32500 Application error: division by zero';
my $infinite = '-32500 Application error: floating-point overflow: the result'
    . ' is beyond the range of a double';
my ($most, $least) = ('9223372036854775807', '-9223372036854775808');

for (
    [ 'add(2, 3)', '5' ], [ 'add(y=3, x=2)', '5' ], [ 'calc.add(2, 3)', '5' ],
    [ 'add(2, 0.5)', '2.5' ], [ 'add(2.0, 3)', '5.0' ],
    [ 'add(9007199254740993, 2)', '9007199254740995' ],
    [ "add($most, 0)", $most ], [ "add($most, 1)", $overflow ],
    [ "add($least, -1)", $overflow ],
    [ 'add(1e308, 1e308)', $infinite ],
    [ 'subtract(2, 3)', '-1' ], [ "subtract($least, 1)", $overflow ],
    [ "subtract(0, $least)", $overflow ], [ 'subtract(0.5, 1)', '-0.5' ],
    [ 'mul(6, 7)', '42' ], [ 'multiply(-6, 7)', '-42' ],
    [ 'multiply(4294967296, 2147483648)', $overflow ],
    [ 'mul(4294967296, -2147483648)', $least ], [ 'mul(2, 0.5)', '1.0' ],
    [ 'div(7, 2)', '3' ], [ 'div(-7, 2)', '-4' ], [ 'div(7, -2)', '-4' ],
    [ 'div(-7, -2)', '3' ], [ 'div(-8, 2)', '-4' ], [ 'div(1, 0)', $zero ],
    [ 'div(1, 0.0)', $zero ], [ "div($least, -1)", $overflow ],
    [ 'div(7.5, 2)', '3.0' ], [ 'div(-7.5, 2)', '-4.0' ],
    [ 'div(1, 0.1)', '9.0' ], [ 'div(-0.5, 1)', '-1.0' ],
    [ 'div(-0.0, 1)', '-0.0' ], [ 'div(0.5, -1)', '-1.0' ],
    [ 'div(1e308, 1e-10)', $infinite ],
    [ 'divide(1, 2)', '0.5' ], [ 'divide(4, 2)', '2.0' ],
    [ 'divide(1, 0)', $zero ], [ 'divide(0, 0.0)', $zero ],
    [ 'pow(2, 10)', '1024' ], [ 'pow(2, 62)', '4611686018427387904' ],
    [ 'pow(2, 63)', $overflow ], [ 'pow(-2, 63)', $least ],
    [ 'pow(-1, 9223372036854775807)', '-1' ], [ 'pow(0, 0)', '1' ],
    [ "pow(0, $most)", '0' ], [ "pow(2, $most)", $overflow ],
    [ 'pow(2, -1)', '0.5' ], [ 'pow(0, -1)', $zero ],
    [ 'pow(2.0, 3)', '8.0' ], [ 'pow(10.0, 400)', $infinite ],
    [ 'pow(-1, 0.5)',
        '-32500 Application error: the result is not a real number' ],
    [ 'sum()', '0' ], [ 'sum(1, 2, 3)', '6' ], [ 'sum(1, 2.5)', '3.5' ],
    [ 'sum(values=[1, 2])', '3' ], [ "sum($most, 1)", $overflow ],
    [ "sum($most, -1, 1)", $most ], [ 'sum(1e308, 1e308)', $infinite ],
) {
    my ($data, $want) = @$_;
    is(call($data), $want, $data);
}
like(call('add(1)'), qr/-32602 .*add takes 2 arguments, got 1/, 'an argument is missing');
like(call("add('1',2)"), qr/"x" of add: expected .*, got string/,
    'a string is no number');
like(call('sum(1,true)'), qr/-32602 /, 'a bool is no number');
done_testing();
