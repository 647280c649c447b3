#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# Which Content-Type is which protocol, with parameters and in any case; what
# else is refused, and how.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use RpcTest;

my $url  = RpcTest::url('/rpc');
my $json = '{"jsonrpc":"2.0","method":"add","params":[2,3],"id":1}';
my $xml  = '<methodCall><methodName>add</methodName><params><param><value>'
    . '<int>2</int></value></param><param><value><int>3</int></value></param>'
    . '</params></methodCall>';
my $python = "{'req': 'execute', 'data': 'add(2, 3)'}";

for my $type ('application/json', 'application/json-rpc',
    'application/jsonrequest', 'Application/JSON',
    'application/json; charset=utf-8', 'application/json;charset="UTF-8"',
    'application/json ; foo=bar; charset=us-ascii') {
    my $r = RpcTest::post($url, $type, $json);
    is($r->{body}, '{"jsonrpc":"2.0","result":5,"id":1}', $type);
}
for my $type ('text/xml', 'application/xml', 'TEXT/XML;charset=UTF-8') {
    my $r = RpcTest::post($url, $type, $xml);
    like($r->{body}, qr{<int>5</int>}, $type);
}
for my $type ('text/x-python', 'application/x-pyrpc; charset=utf-8') {
    my $r = RpcTest::post($url, $type, $python);
    is($r->{body}, "{'res': 'response', 'data': '5'}", $type);
}

my $r = RpcTest::post($url, 'application/json; charset=iso-8859-1', $json);
like($r->{body}, qr/-32700/, 'JSON in another charset is a parse error');

for my $type ('text/plain', 'application/jsonx', 'multipart/form-data',
    'application/json/x', ';') {
    $r = RpcTest::post($url, $type, $json);
    is($r->{status}, 415, "$type is refused");
    like($r->{body}, qr{application/json.*text/xml.*x-www-form-urlencoded},
        'with what is accepted');
    unlike($r->{body}, qr/\[ERROR|<html/, 'not in HTML');
}

$r = RpcTest::raw(RpcTest::port(), "POST /rpc HTTP/1.1\r\nHost: x\r\n"
    . "Content-Length: 2\r\n\r\n[]");
is($r->{status}, 415, 'no Content-Type at all');
like($r->{body}, qr/got none/, 'and the answer says so');

# What curl -d sends when -H was forgotten.
$r = RpcTest::post($url, 'application/x-www-form-urlencoded', $json);
is($r->{status}, 415, 'JSON labelled as a form');
like($r->{body}, qr{-H 'Content-Type: application/json'}, 'says what to do');
like($r->{headers}{'content-type'}, qr{^text/plain}, 'in plain text');

# Forms: fields of query string and body together.
my $form = 'application/x-www-form-urlencoded';
my $five = "{'res': 'response', 'data': '5'}";
is(RpcTest::post($url, $form, 'request=execute&data=add(2%2C+3)')->{body},
    $five, 'a form');
is(RpcTest::post("$url?request=execute", "$form; charset=UTF-8",
    'data=add(2,3)')->{body}, $five, 'half in the query string');
is(RpcTest::post($url, $form, 'request=execute')->{status}, 400,
    'a form without data');
is(RpcTest::post($url, $form, 'request=eval&data=add(1,2)')->{status}, 400,
    'a form with another request');
is(RpcTest::post($url, $form, 'request=execute&data=%zz')->{status}, 400,
    'a broken escape');

# Accept never causes a 406; pyrpc answers JSON where it is asked for.
for my $accept ('application/json', 'application/json, text/plain;q=0.5, */*',
    'text/html;q=0.1, APPLICATION/JSON') {
    $r = RpcTest::get("$url?request=execute&data=add(2,3)",
        accept => $accept);
    is($r->{body}, '{"res":"response","data":5}', "Accept: $accept");
    like($r->{headers}{vary}, qr/Accept/, 'Vary: Accept');
}
for my $accept ('*/*', 'text/plain, application/json;q=0.5', 'image/png',
    'application/json;q=0', 'application/json;q=1e3',
    'application/json;q=nan', 'application/json;q=1.5',
    'application/json;q=0.12345', 'application/jsonp') {
    is(RpcTest::get("$url?request=execute&data=add(2,3)",
        accept => $accept)->{body}, $five, "Accept: $accept");
}

done_testing();
