#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# system.multicall over the wire: order, faults, recursion, RpcMaxBatch, and
# results that XML-RPC cannot carry.
use strict;
use warnings;
use lib 't/lib';
use JSON::PP ();
use Test::More;
use RpcTest;

my $json = JSON::PP->new->utf8->canonical;

sub call {
    my ($url, @calls) = @_;
    my $r = RpcTest::post($url, 'application/json',
        $json->encode({ jsonrpc => '2.0', method => 'system.multicall',
            params => [ \@calls ], id => 1 }));
    is($r->{status}, 200, 'system.multicall: status');
    return $json->decode($r->{body});
}

sub entry {
    my ($method, @params) = @_;
    return { methodName => $method, params => \@params };
}

my $url = RpcTest::url('/rpc');
my $results = call($url, entry('add', 2, 3), entry('nosuch'),
    entry('add', 'x', 1), 5, entry('system.multicall', []),
    { methodName => 'add' }, { methodName => 'subtract',
    params => { y => 1, x => 9 }, more => 1 })->{result};
is_deeply($results->[0], [5], 'a result is an array of one');
is($results->[1]{faultCode}, -32601, 'an unknown method');
like($results->[1]{faultString}, qr/^Method not found: .*"nosuch"/,
    'a fault is one sentence');
is($results->[2]{faultCode}, -32602, 'bad arguments');
is($results->[3]{faultCode}, -32600, 'an entry that is no struct');
is($results->[4]{faultCode}, -32600, 'recursion');
is($results->[5]{faultCode}, -32600, 'no params');
is_deeply($results->[6], [8], 'params by name; a surplus member');
is(scalar @$results, 7, 'one answer for each');

my $get = RpcTest::get("$url?jsonrpc=2.0&method=system.multicall"
    . '&params=[[]]&id=1');
is($get->{status}, 405, 'GET must not: it is not safe');

my $server = RpcTest::httpd(<<'CONF');
<Location "/few">
    SetHandler rpc
    RpcHandler spec
    RpcMaxBatch 3
</Location>
CONF
my $few = $server->url('/few');
is_deeply(call($few, (entry('add', 1, 1)) x 3)->{result}, [ ([2]) x 3 ],
    'RpcMaxBatch calls');
my $error = call($few, (entry('add', 1, 1)) x 4)->{error};
is($error->{code}, -32002, 'one more is refused');
like($json->encode($error), qr/RpcMaxBatch/, 'by the name of the directive');
my $two = $json->encode({ jsonrpc => '2.0', id => 1,
    method => 'system.multicall', params => [ [ (entry('add', 1, 1)) x 2 ] ] });
my $batch = $json->decode(RpcTest::post($few, 'application/json',
    "[$two,$two]")->{body});
ok($batch->[0]{result}, 'a multicall in a batch');
is($batch->[1]{error}{code}, -32002, 'the batch and its multicalls count '
    . 'together');

# update returns nil: without RpcXmlNil that is this one call's fault.
sub xml_update {
    my ($url) = @_;
    my $update = '<value><struct><member><name>methodName</name><value>'
        . 'update</value></member><member><name>params</name><value><array>'
        . '<data><value><int>1</int></value></data></array></value></member>'
        . '</struct></value>';
    my $add = $update;
    $add =~ s/update/add/;
    $add =~ s{(<value><int>1</int></value>)}{$1$1};
    return RpcTest::post($url, 'text/xml', '<methodCall><methodName>'
        . 'system.multicall</methodName><params><param><value><array><data>'
        . "$update$add</data></array></value></param></params></methodCall>"
    )->{body};
}
my $answer = xml_update($few);
like($answer, qr{<int>-32603</int>.*RpcXmlNil}s, 'nil is a fault');
like($answer, qr{<int>2</int>}, 'and the other call is answered');

# What no protocol can carry costs its own call too.
my $chaos = RpcTest::httpd(<<'CONF');
<Location "/chaos">
    SetHandler rpc
    RpcHandler chaos
</Location>
CONF
RpcTest::expect_log("RPC0006: method $_\\b") for qw(nan far_time cycle deep);
for my $bad ([ 'nan' ], [ 'far_time' ], [ 'cycle' ], [ 'deep', 999 ],
    [ 'deep', 1000 ])
{
    my ($method, @levels) = @$bad;
    my $both = join ', ', map { "{'methodName': '$_->[0]', 'params': [$_->[1]]}" }
        ([ $method, "@levels" ], [ 'pid', '' ]);
    my $body = RpcTest::post($chaos->url('/chaos'), 'text/x-python',
        '{"req": "execute", '
        . "\"data\": \"system.multicall([$both])\"}")->{body};
    like($body, qr/faultCode\\': -32603.*\}, \[\d+\]\]/, "@$bad: its own call");
}

done_testing();
