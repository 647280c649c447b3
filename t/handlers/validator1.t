#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# The handler table validator1: validator1.* and interopEchoTests.*; their
# XML is in the vectors, here are the answers and the faults.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use RpcTest;

my $url = RpcTest::url('/spec');

sub call {
    my ($method, $params) = @_;
    my $r = RpcTest::post($url, 'application/json', '{"jsonrpc":"2.0",'
        . "\"method\":\"$method\",\"params\":$params,\"id\":1}");
    return $1 if $r->{body} =~ /"result":(.*),"id":1\}\z/s;
    return "$1 $r->{body}" if $r->{body} =~ /"code":(-?\d+)/;
    return $r->{body};
}

my $three = '{"moe":1,"larry":2,"curly":3}';
my $strings = join ',', map { "\"s$_\"" } 0 .. 149;
for (
    [ arrayOfStructsTest => "[[$three,$three]]", '6' ],
    [ arrayOfStructsTest => '[[]]', '0' ],
    [ countTheEntities => '["<<>&\'\"x"]', '{"ctLeftAngleBrackets":2,'
        . '"ctRightAngleBrackets":1,"ctAmpersands":1,"ctApostrophes":1,'
        . '"ctQuotes":1}' ],
    [ countTheEntities => '["\u0000"]', '{"ctLeftAngleBrackets":0,'
        . '"ctRightAngleBrackets":0,"ctAmpersands":0,"ctApostrophes":0,'
        . '"ctQuotes":0}' ],
    [ easyStructTest => "[$three]", '6' ],
    [ echoStructTest => "[$three]", $three ],
    [ manyTypesTest =>
        '[1,true,"a",2.5,"2026-11-22T08:30:00Z","AAE="]',
        '[1,true,"a",2.5,"2026-11-22T08:30:00Z","AAE="]' ],
    [ moderateSizeArrayCheck => "[[$strings]]", '"s0s149"' ],
    [ moderateSizeArrayCheck => '[["a"]]', '"aa"' ],
    [ nestedStructTest => "[{\"2000\":{\"04\":{\"01\":$three}}}]", '6' ],
    [ simpleStructReturnTest => '[-5]',
        '{"times10":-50,"times100":-500,"times1000":-5000}' ],
) {
    my ($name, $params, $want) = @$_;
    is(call("validator1.$name", $params), $want, $name);
}

# Bad arguments are the caller's, and the fault names what is missing.
for (
    [ easyStructTest => '[{"moe":1,"larry":2}]', 'curly' ],
    [ easyStructTest => '[{"moe":1,"larry":"2","curly":3}]', 'larry' ],
    [ easyStructTest =>
        '[{"moe":9223372036854775807,"larry":1,"curly":3}]', '64 bits' ],
    [ nestedStructTest => '[{"2000":{"04":{}}}]', '01' ],
    [ nestedStructTest => '[{"2000":[]}]', '2000' ],
    [ arrayOfStructsTest => '[[1]]', 'struct' ],
    [ moderateSizeArrayCheck => '[[]]', 'empty' ],
    [ moderateSizeArrayCheck => '[[1]]', 'string' ],
    [ simpleStructReturnTest => '[9223372036854776]', '64 bits' ],
    [ simpleStructReturnTest => '[1.5]', 'int' ],
) {
    my ($name, $params, $why) = @$_;
    like(call("validator1.$name", $params), qr/\A-32602 .*\Q$why\E/,
        "$name: $why");
}

for (
    [ String => '"a"' ], [ StringArray => '["a",""]' ], [ Integer => '-1' ],
    [ IntegerArray => '[1,2]' ], [ Float => '1.5' ],
    [ FloatArray => '[1.5,2.0]' ], [ Struct => '{"a":[1]}' ],
    [ StructArray => '[{},{"a":1}]' ], [ Value => 'true' ],
    [ Base64 => '"AAECAw=="' ], [ Date => '"2026-11-22T08:30:00Z"' ],
) {
    my ($name, $value) = @$_;
    is(call("interopEchoTests.echo$name", "[$value]"), $value, "echo$name");
}
is(call('interopEchoTests.noInParams', '[]'), '0', 'noInParams');
like(call('interopEchoTests.whichToolkit', '[]'),
    qr/\A\{"toolkitDocsUrl":".*","toolkitName":"mod_rpc","toolkitVersion":".*",
    "toolkitOperatingSystem":".*"\}\z/x, 'whichToolkit');
like(call('interopEchoTests.echoIntegerArray', '[[1,"2"]]'), qr/\A-32602 /,
    'an array of the wrong elements');
done_testing();
