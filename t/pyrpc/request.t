#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# The three forms of a pyrpc request, their media types and statuses.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use RpcTest;

my $url = RpcTest::url('/rpc');
my $form = 'application/x-www-form-urlencoded';
my $five = "{'res': 'response', 'data': '5'}";
my $hint = 'send request=execute&data=method\(arguments\)';

# Each way to say add(2, 3).
my @ways = (
    [ 'GET' => RpcTest::get("$url?request=execute&data=add(2,%203)") ],
    [ 'GET, the fields in another order, and one more' =>
        RpcTest::get("$url?data=add(2,3)&request=execute&_=1") ],
    [ 'GET with arguments by name' =>
        RpcTest::get("$url?request=execute&data=add(y=3,x=2)") ],
    [ 'POST of a form' =>
        RpcTest::post($url, $form, 'request=execute&data=add(2%2C+3)') ],
    [ 'POST of a form with a charset' => RpcTest::post($url,
        "$form; charset=UTF-8", 'request=execute&data=add(2,3)') ],
    [ 'fields in query and form' =>
        RpcTest::post("$url?request=execute", $form, 'data=add(2,3)') ],
    [ 'fields in the query of a POST' =>
        RpcTest::post("$url?request=execute&data=add(2,3)", $form, '') ],
    [ 'a literal' => RpcTest::post($url, 'text/x-python',
        "{'req':'execute','data':'add(2,3)'}") ],
    [ 'a literal as Python 2 wrote it' => RpcTest::post($url,
        'application/x-pyrpc', "{u'data': u'add(2L, 3L)', u'req': u'execute'}"
        ) ],
    [ 'a literal as JSON.stringify writes it' => RpcTest::post($url,
        'Text/X-Python; charset=utf-8',
        '{"req":"execute","data":"add(2,3)"}' . "\n") ],
);
for (@ways) {
    my ($name, $r) = @$_;
    is($r->{status}, 200, "$name: status");
    is($r->{body}, $five, 'answer, without a line end');
    is(lc $r->{headers}{'content-type'}, 'text/plain; charset=utf-8',
        'media type');
    is($r->{headers}{'x-content-type-options'}, 'nosniff', 'nosniff');
    is($r->{headers}{'content-length'}, length $five, 'length');
}

# What the HTTP form cannot be: 400, and what would be right.
for (
    [ 'request=execute', 'the field `data` is missing' ],
    [ 'data=add(2,3)', 'the field `request` is missing' ],
    [ 'request=eval&data=add(2,3)', 'the field `request` is not `execute`' ],
    [ 'request=execute&data=ping()&data=ping()',
        'the field `data` is there twice' ],
) {
    my ($query, $why) = @$_;
    my $r = RpcTest::get("$url?$query");
    is($r->{status}, 400, "GET $query: 400") or diag($r->{body});
    like($r->{body}, qr/\Q$why\E.*$hint/, 'what is wrong and what is right');
    $r = RpcTest::post($url, $form, $query);
    is($r->{status}, 400, "POST $query: 400");
    like($r->{body}, qr/\Q$why\E.*$hint/, 'the same');
}

my $other = RpcTest::post($url, $form, 'a=b');
is($other->{status}, 415, 'a form without these fields is no pyrpc');

# What the literal cannot be is answered by the protocol.
for (
    [ "{'req':'eval','data':'ping()'}", -32600, qr/'req' is not 'execute'/ ],
    [ "{'data':'ping()'}", -32600, qr/'req' is missing/ ],
    [ "[1]", -32600, qr/expected a dict, got array/ ],
    [ "{'req':'execute','data':'ping('}", -32700, qr/line 1, column 6/ ],
    [ "{'req':'execute',\n'data':ping()}", -32700, qr/line 2, column 8/ ],
    [ '', -32700, qr/the text ends/ ],
    [ "\0", -32700, qr/a NUL byte/ ],
    [ "'\xff'", -32700, qr/invalid UTF-8/ ],
    [ "{1: 2}", -32602, qr/keys of a dict must be strings, got int/ ],
) {
    my ($body, $code, $why) = @$_;
    my $r = RpcTest::post($url, 'text/x-python', $body);
    is($r->{status}, 200, "an answer of the protocol: $code");
    like($r->{body}, qr/\A\{'res': 'error', 'data': .*, 'code': $code\}\z/,
        'an error');
    like($r->{body}, $why, 'that says why');
}

# Accept: application/json asks for the value itself.
my $r = RpcTest::get("$url?request=execute&data=echo([1,None,'%E2%82%AC'])",
    accept => 'application/json');
is($r->{body}, "{\"res\":\"response\",\"data\":[1,null,\"\xe2\x82\xac\"]}",
    'an answer in JSON');
like($r->{headers}{'content-type'}, qr{^application/json\b}, 'its type');
$r = RpcTest::get("$url?request=execute&data=add(1)",
    accept => 'application/json');
like($r->{body}, qr/\A\{"res":"error","data":"Invalid params: .*","code":-32602\}\z/,
    'an error in JSON');
$r = RpcTest::get("$url?request=execute&data=ping()",
    accept => 'text/html, */*;q=0.1');
is($r->{body}, "{'res': 'response', 'data': \"'pong'\"}",
    'no other Accept matters');
done_testing();
