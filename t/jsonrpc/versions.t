#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# JSON-RPC 1.0 and 1.1 clients are answered in their own form; how a request
# says which it is.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use RpcTest;

my $url = RpcTest::url('/spec');

sub post { return RpcTest::post($url, 'application/json', $_[0]) }

# 1.0: all three members, the unused one null.
is(post('{"method":"subtract","params":[42,23],"id":1}')->{body},
    '{"result":19,"error":null,"id":1}', '1.0');
is(post('{"method":"echo","params":[{"__jsonclass__":["c",[1]]}],"id":"a"}')
    ->{body}, '{"result":{"__jsonclass__":["c",[1]]},"error":null,"id":"a"}',
    'a class hint is data');
is(post('{"method":"get_data","params":[],"id":[1, {}]}')->{body},
    '{"result":["hello",5],"error":null,"id":[1, {}]}',
    'an id of any type');
my $r = post('{"method":"update","params":[1],"id":null}');
is($r->{body}, '', 'id null is a notification');
is($r->{status}, 200, 'and good');
$r = post('{"method":"fail","params":[],"id":1}');
is($r->{body}, '{"result":null,"error":{"code":4,"message":'
    . '"Too many parameters."},"id":1}', 'an error');
is($r->{status}, 200, 'and its status');

# 1.1: the version, no notifications, errors of its own, status 500.
is(post('{"version":"1.1","method":"sum","params":[17,25]}')->{body},
    '{"version":"1.1","result":42}', '1.1');
is(post('{"version":"1.1","method":"sum"}')->{body},
    '{"version":"1.1","result":0}', 'without params');
is(post('{"version":"1.1","method":"subtract","params":{"0":42,'
    . '"subtrahend":23},"id":null}')->{body},
    '{"version":"1.1","result":19,"id":null}', 'positions and names');
is(post('{"version":"1.1","method":"subtract","params":{"1":23,"minuend":42}}')
    ->{body}, '{"version":"1.1","result":19}',
    'a name for what the positions leave out');
is(post('{"version":"1.1","method":"sum","params":{"values":null}}')->{body},
    '{"version":"1.1","result":0}', 'null is not supplied');
$r = post('{"version":"1.1","method":"fail","id":"x"}');
is($r->{status}, 500, 'a failed call');
is($r->{body}, '{"version":"1.1","error":{"name":"JSONRPCError","code":500,'
    . '"message":"Too many parameters.","error":{"code":4,"message":'
    . '"Too many parameters."}},"id":"x"}', 'and its error');
like(post('{"version":"1.1","method":"nosuch"}')->{body},
    qr/"code":404,"message":"Method not found"/, 'an unknown procedure');
like(post('{"version":"1.1","method":"sum","params":{"4294967296":1}}')
    ->{body}, qr/position 4294967296 .*too far beyond/,
    'a position far out');

# 1.1 by GET: strings made into the types of the prototype.
sub get { return RpcTest::get("$url/$_[0]") }
is(get('subtract?minuend=42&subtrahend=23')->{body},
    '{"version":"1.1","result":19}', 'by name');
is(get('sum?0=17&1=25')->{body}, '{"version":"1.1","result":42}',
    'by position');
is(get('subtract?1=23&minuend=42')->{body}, '{"version":"1.1","result":19}',
    'by both');
is(get('echo?x=a%20b&x=2')->{body}, '{"version":"1.1","result":["a b","2"]}',
    'a repeated name is an array');
like(get('echo?x%00=1')->{body}, qr/"data":"a name contains U\+0000"/,
    'a NUL in a name is refused, as in the names of JSON');
is(get('nosuch')->{status}, 404, 'an unknown procedure');
$r = get('subtract?minuend=a&subtrahend=1');
is($r->{status}, 500, 'what is no number');
like($r->{body}, qr/"code":400,.*parameter \\"minuend\\" of subtract: /,
    'says so');

# Which version it is.
my %refused = (
    '{"method":"sum"}' => 'expected a member',
    '{"method":"sum","params":[1]}' => 'expected a member',
    '{"jsonrpc":"1.0","method":"sum","id":1}' => 'jsonrpc',
    '{"jsonrpc":2,"method":"sum","id":1}' => 'jsonrpc',
    '{"jsonrpc":"2.0\u0000","method":"sum","id":1}' => 'jsonrpc',
    '{"version":1.1,"method":"sum","id":1}' => 'version',
);
for my $text (sort keys %refused) {
    $r = post($text);
    like($r->{body}, qr/^\{"jsonrpc":"2\.0","error":\{"code":-32600,"message":
        "Invalid\ Request","data":"[^,]*\Q$refused{$text}\E/x, $text);
    is($r->{status}, 200, 'with status 200');
}
is(post('{"jsonrpc":"2.0","version":"1.1","method":"sum","id":1}')->{body},
    '{"jsonrpc":"2.0","result":0,"id":1}', '"jsonrpc" decides');

done_testing();
