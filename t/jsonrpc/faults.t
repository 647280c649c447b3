#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# Errors: the specification's words in `message`, the detail in `data`; and
# handlers whose results JSON cannot carry, which cost their own call only.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use RpcTest;

my $server = RpcTest::httpd(<<'CONF');
<Location "/chaos">
    SetHandler rpc
    RpcHandler chaos
    RpcHandler calc
</Location>
CONF
my $url = $server->url('/chaos');

sub post { return RpcTest::post($url, 'application/json', $_[0])->{body} }

sub call {
    my ($method, $params) = @_;
    return post("{\"jsonrpc\":\"2.0\",\"method\":\"$method\",\"params\":"
        . ($params || '[]') . ',"id":1}');
}

sub error { return "{\"jsonrpc\":\"2.0\",\"error\":{$_[0]},\"id\":1}" }

is(call('add', '[1]'), error('"code":-32602,"message":"Invalid params",'
    . '"data":"add takes 2 arguments, got 1"'), 'a code with words');
is(call('fail_broken'),
    error("\"code\":7,\"message\":\"no \xef\xbf\xbd good\""),
    'a code of its own, and a text that is no UTF-8');
is(call('fail_data'),
    error('"code":7,"message":"failed with data","data":{"why":1}'),
    'data of its own');

my %wrong = (
    broken_utf8 => 'a string is not valid UTF-8',
    broken_name => 'a string is not valid UTF-8',
    nan => 'a double is not a finite number',
    infinity => 'a double is not a finite number',
    far_time => 'a time is not within the years 1 to 9999',
    cycle => 'lists within lists are too deep',
);
for my $method (sort keys %wrong) {
    RpcTest::expect_log(
        qr/RPC0006: .*method $method of table \w+ returned what JSON cannot carry: $wrong{$method}/);
    my $body = call($method);
    like($body, qr/^\{"jsonrpc":"2\.0","error":\{"code":-32603,"message":
        "Internal\ error","data":"$method\ failed;[^"]*\(id\ [0-9a-f]{8}\)"
        \},"id":1\}$/x, $method);
}
is(call('deep', '[1000]'), '{"jsonrpc":"2.0","result":' . '[' x 1000
    . ']' x 1000 . ',"id":1}', 'a thousand levels are written');
is(call('controls'), '{"jsonrpc":"2.0","result":"\u0001\u001f' . "\x7f"
    . '","id":1}', 'controls are escaped');
is(call('nul'), '{"jsonrpc":"2.0","result":"a\u0000b","id":1}',
    'so is U+0000');

my $body = post('[{"jsonrpc":"2.0","method":"add","params":[1,2],"id":1},'
    . '{"jsonrpc":"2.0","method":"nan","id":2},'
    . '{"jsonrpc":"2.0","method":"add","params":[3,4],"id":3}]');
like($body, qr/^\[\{"jsonrpc":"2\.0","result":3,"id":1\},\{"jsonrpc":"2\.0",
    "error":\{"code":-32603,[^}]*\},"id":2\},
    \{"jsonrpc":"2\.0","result":7,"id":3\}\]$/x,
    'a batch loses that call only');

done_testing();
