#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# JSON to the letter (RFC 8259): what is no JSON is a parse error with line
# and column, what is JSON comes through as it was.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use RpcTest;

my $url = RpcTest::url('/rpc');

sub post { return RpcTest::post($url, 'application/json', $_[0]) }

sub echo {
    return post('{"jsonrpc":"2.0","method":"echo","id":1,"params":['
        . $_[0] . ']}')->{body};
}

# The argument begins at column 51.
my %refused = (
    '012' => 'column 51: a number must not begin with 0',
    '1.' => q{column 53: expected a digit after '.'},
    '.5' => q{column 51: expected a value, got '.'},
    '+1' => q{column 51: expected a value, got '+'},
    '1e' => 'column 53: expected a digit in the exponent',
    '0x1' => q{column 52: expected ',' or ']', got 'x'},
    'NaN' => q{column 51: expected a value, got 'N'},
    '-Infinity' => 'column 52: expected a digit',
    '1e400' => 'column 51: a number beyond a double',
    '9223372036854775808' => 'column 51: an integer beyond 64 bits',
    '-9223372036854775809' => 'column 51: an integer beyond 64 bits',
    '"\ud800"' => 'column 52: a lone surrogate',
    '"\udc00\ud800"' => 'column 52: a lone surrogate',
    '"\x"' => 'column 52: expected one of',
    '"\u12"' => 'column 52: expected four hexadecimal digits',
    "\"\xff\"" => 'column 52: invalid UTF-8',
    "\"\xc0\xaf\"" => 'column 52: invalid UTF-8',
    "\"\xed\xa0\x80\"" => 'column 52: invalid UTF-8',
    "\"a\tb\"" => 'column 53: a control character',
    "\"a\0b\"" => 'column 53: a control character',
    "'a'" => q{column 51: expected a value, got '''},
    '1,' => q{column 53: expected a value, got ']'},
    '[1 2]' => q{column 54: expected ',' or ']', got '2'},
    '{"a" 1}' => q{column 56: expected ':', got '1'},
    '{a:1}' => 'column 52: expected a member name in double quotes',
    '{"a":1,}' => 'column 58: expected a member name in double quotes',
    'tru' => 'column 51: expected a value',
    '/* */1' => q{column 51: expected a value, got '/'},
    ']' => "column 52: expected ',' or '}', got ']'",
);
for my $text (sort keys %refused) {
    (my $shown = $text) =~ s/[^ -~]/?/g;
    like(echo($text), qr/^\{"jsonrpc":"2\.0","error":\{"code":-32700,"message":
        "Parse\ error","data":"line\ 1,\ \Q$refused{$text}\E/x, "no: $shown");
}

# Text to text; where only one is given it comes back as it was.
my @accepted = (
    ['-0', '0'], ['5'], ['5.0'], ['-0.0'], ['1e2', '100.0'],
    ['9223372036854775807'], ['-9223372036854775808'], ['9007199254740993'],
    ['0.1'], ['1.7976931348623157e308', '1.7976931348623157e+308'],
    ['5e-324'], ['0.' . '3' x 80, '0.3333333333333333'],
    ['"\u0000"'], ['"a\u0000\"\\\\\b\f\n\r\t\u001f"'],
    ['"\u0041\/\ud83d\ude00"', "\"A/\xf0\x9f\x98\x80\""],
    ["\"\xe2\x80\xa8</script>\x7f\""], [' [ ] ', '[]'], ['{}'],
    ["{ \"b\" :\r\n1 , \"a\":\t[ ] , \"\" : null }",
        '{"b":1,"a":[],"":null}'],
    ['[true,false,null,{"\u00e9":[{}]}]',
        "[true,false,null,{\"\xc3\xa9\":[{}]}]"],
    ['[' x 62 . ']' x 62],
);
for my $case (@accepted) {
    my ($text, $want) = @$case;
    $want = $text if !defined $want;
    (my $shown = substr($text, 0, 30)) =~ s/[^ -~]/?/g;
    is(echo($text), "{\"jsonrpc\":\"2.0\",\"result\":$want,\"id\":1}",
        "yes: $shown");
}

my $ping = '{"jsonrpc":"2.0","method":"ping","id":1}';
my $pong = '{"jsonrpc":"2.0","result":"pong","id":1}';
is(post("\xef\xbb\xbf$ping")->{body}, $pong, 'a byte-order mark is skipped');
is(post(" \r\n\t$ping \n")->{body}, $pong, 'blanks around');
like(post("$ping$ping")->{body}, qr/"code":-32700,.*expected the end of the /,
    'two texts');
like(post("$ping\0")->{body}, qr/"code":-32700,.*got byte 0x00/,
    'a NUL behind it');
like(post('')->{body}, qr/"code":-32700,.*got the end of the text/,
    'no text at all');
like(post("{\n\"jsonrpc\":\n \"2.0\"; }")->{body}, qr/line 3, column 7: /,
    'lines are counted');
like(post('{"jsonrpc":"2.0","method":"echo","params":{"\u0000":1},"id":1}')
    ->{body}, qr/"code":-32600,.*U\+0000/, 'U+0000 in a member name');
like(post('{"jsonrpc":"2.0","method":"echo","params":[{"a":1,"\u0061":2}],'
    . '"id":1}')->{body}, qr/"code":-32600,.*duplicate member name/,
    'a duplicate member name');
like(RpcTest::post($url, 'application/json; charset=ISO-8859-1', $ping)
    ->{body}, qr/"code":-32700,.*must be UTF-8/, 'another charset');

# A megabyte of strings, escapes and numbers, as it came.
my $large = '[' . join(',', map { "{\"n\":900719925474$_,\"s\":\"\\u0000 x $_"
    . "\\n\",\"d\":[$_.5,1e+16,true]}" } 1000 .. 20000) . ']';
is(echo($large), "{\"jsonrpc\":\"2.0\",\"result\":$large,\"id\":1}",
    length($large) . ' bytes');

done_testing();
