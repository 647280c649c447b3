#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# Values through pyrpc and back: what echo() answers is Python's repr of it.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use RpcTest;

my $url = RpcTest::url('/rpc');

sub call {
    my ($data) = @_;
    $data =~ s/([^A-Za-z0-9])/sprintf '%%%02X', ord $1/ge;
    my $r = RpcTest::post($url, 'application/x-www-form-urlencoded',
        "request=execute&data=$data");
    is($r->{status}, 200, 'status');
    return $r->{body};
}

# The repr of a value, and that again as the literal in the answer. Values
# with both kinds of quotes are left to the unit tests.
sub quoted {
    my ($repr) = @_;
    my $quote = $repr =~ /'/ ? '"' : "'";
    $repr =~ s/\\/\\\\/g;
    return "$quote$repr$quote";
}

for (
    [ '-9223372036854775808' => '-9223372036854775808' ],
    [ '9223372036854775807' => '9223372036854775807' ],
    [ '0x_7fff_ffff' => '2147483647' ],
    [ '1e16' => '1e+16' ], [ '.1' => '0.1' ], [ '-0.0' => '-0.0' ],
    [ 'true' => 'True' ], [ 'null' => 'None' ],
    [ "'\xe2\x82\xac' \"\\u20ac\"" => "'\xe2\x82\xac\xe2\x82\xac'" ],
    [ '"\\ud83d\\ude00"' => "'\xf0\x9f\x98\x80'" ],
    [ "'''a\nb\\0'''" => "'a\\nb\\x00'" ],
    [ "r'\\n'" => "'\\\\n'" ],
    [ "b'\\xff\\0a'" => "b'\\xff\\x00a'" ],
    [ '(1, (2,), ())' => '[1, [2], []]' ],
    [ "{'b': 1, 'a': {}, 'b': 2}" => "{'b': 2, 'a': {}}" ],
    [ "[ # one\n 1,\n]" => '[1]' ],
) {
    my ($literal, $repr) = @$_;
    is(call("echo($literal)"),
        "{'res': 'response', 'data': " . quoted($repr) . '}', "echo of $repr");
    is(call("echo(message=$literal)"),
        "{'res': 'response', 'data': " . quoted($repr) . '}', 'by name');
}

# Nothing is evaluated, and each refusal names its place.
for (
    [ 'echo(x)', 'column 6: x is a name' ],
    [ 'echo(ping())', 'column 6: ping is a name' ],
    [ 'echo(1+2)', "column 7: expected ',' or ')', got '+'" ],
    [ "echo('a'.upper())", "column 9: expected ',' or ')', got '.'" ],
    [ 'echo([1][0])', "column 9: expected ',' or ')', got '['" ],
    [ 'echo(*[1])', "column 6: '*' and '**' are not expanded" ],
    [ 'echo(lambda: 1)', 'column 6: lambda is a name' ],
    [ 'echo(...)', 'column 6: expected a literal' ],
    [ "echo(f'{1}')", 'column 6: an f-string would be evaluated' ],
    [ 'echo(0777)', 'column 6: an integer with leading zeros' ],
    [ 'echo(9223372036854775808)', 'column 6: an integer beyond 64 bits' ],
    [ 'echo(1e999)', 'column 6: a float beyond' ],
    [ "echo('\\ud83d')", 'column 7: half of a surrogate pair' ],
    [ "echo('\\N{DIGIT ONE}')", 'column 7: ' ],
    [ "echo('a\n')", 'column 8: the line ends within a string' ],
    [ 'echo(a=1, a=2)', 'column 11: argument a is given twice' ],
    [ 'echo(a=1, 2)', 'column 11: a positional argument' ],
    [ 'echo(1) + 1', "column 9: expected nothing after the call's ')'" ],
    [ "__import__('os')", "column 1: names that begin with '_'" ],
) {
    my ($data, $why) = @$_;
    my $body = call($data);
    like($body, qr/'res': 'error'.*'code': -32700\}\z/s, 'refused');
    like($body =~ s/\\'/'/gr, qr/line 1, \Q$why\E/, $why);
}
like(call('echo({1, 2})'), qr/a set has no form here.*'code': -32602/,
    'a set');
like(call("echo({b'a': 2})"), qr/keys of a dict.*got bytes.*'code': -32602/,
    'a key that is no string');
like(call('nosuch(1)'), qr/'res': 'error'.*nosuch.*'code': -32601/,
    'no such method');
like(call("add('1', 2)"),
    qr/parameter "x" of add: expected .*, got string.*'code': -32602/,
    'an argument of another type');
done_testing();
