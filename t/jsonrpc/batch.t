#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# Batches: JSON-RPC 2.0, section 6. Answers in the order of the calls, each
# entry's errors its own, nothing for notifications, RpcMaxBatch.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use RpcTest;

my $url = RpcTest::url('/spec');

sub post { return RpcTest::post($url, 'application/json', $_[0]) }
sub entry { return "{\"jsonrpc\":\"2.0\",\"method\":\"$_[0]\"$_[1]}" }
sub result { return "{\"jsonrpc\":\"2.0\",\"result\":$_[0],\"id\":$_[1]}" }

my @numbers = (1 .. 1000);
my $r = post('[' . join(',', map { entry('sum', ",\"params\":[$_],\"id\":$_") }
    @numbers) . ']');
is($r->{body}, '[' . join(',', map { result($_, $_) } @numbers) . ']',
    'a thousand calls, answered in their order');

$r = post('[' . join(',', map { entry('sum', ",\"id\":$_") } 1 .. 1001) . ']');
is($r->{status}, 200, 'one more than RpcMaxBatch');
is($r->{body}, '{"jsonrpc":"2.0","error":{"code":-32002,"message":'
    . '"Limit exceeded","data":"more than 1000 calls in a batch '
    . '(RpcMaxBatch 1000)"},"id":null}', 'is one error that names it');

$r = post('[' . entry('sum', ',"id":1') . ',' . entry('boom', '') . ','
    . entry('sum', ',"params":7,"id":2') . ',null,'
    . entry('sum', ',"params":[{"a":1,"a":2}],"id":3') . ','
    . entry('sum', ',"id":4') . ']');
my @codes = $r->{body} =~ /"(?:code|result)":(-?\d+)/g;
is("@codes", '0 -32600 -32600 -32600 0',
    'an entry that is bad has its own error, a notification none');

$r = post('[' . entry('update', '') . ',' . entry('boom', '') . ','
    . entry('nosuch', '') . ']');
is($r->{body}, '', 'notifications only: no answer at all');
is($r->{status}, 200, 'and the status of that');

$r = post('[]');
like($r->{body}, qr/^\{"jsonrpc":"2\.0","error":\{"code":-32600,/,
    'an empty batch is one error, no array');
$r = post('[' . entry('sum', ',"id":1') . ',');
like($r->{body}, qr/^\{"jsonrpc":"2\.0","error":\{"code":-32700,/,
    'so is one that is no JSON; nothing of it is called');
$r = post('[[' . entry('sum', ',"id":1') . ']]');
like($r->{body}, qr/^\[\{"jsonrpc":"2\.0","error":\{"code":-32600,/,
    'a batch within a batch is not one');
$r = post('[' . entry('sum', ',"id":1') . ',{"method":"sum","params":[2],'
    . '"id":2},{"version":"1.1","method":"sum","params":[3]}]');
is($r->{body}, '[' . result(0, 1) . ',{"result":2,"error":null,"id":2},'
    . '{"version":"1.1","result":3}]',
    'each entry is answered in its own version');

done_testing();
