#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# system.listMethods, methodHelp, methodSignature, methodExist and
# getCapabilities over the wire, in the three protocols.
use strict;
use warnings;
use lib 't/lib';
use JSON::PP ();
use Test::More;
use RpcTest;

my $json = JSON::PP->new->utf8->canonical->allow_nonref;

# The result of a call by JSON-RPC, or its whole error.
sub call {
    my ($path, $method, @params) = @_;
    my $r = RpcTest::post(RpcTest::url($path), 'application/json',
        $json->encode({ jsonrpc => '2.0', method => $method,
            params => \@params, id => 1 }));
    is($r->{status}, 200, "$method: status");
    my $answer = $json->decode($r->{body});
    return exists $answer->{result} ? $answer->{result} : $answer->{error};
}

sub xml_call {
    my ($path, $method, $params) = @_;
    return RpcTest::post(RpcTest::url($path), 'text/xml',
        "<methodCall><methodName>$method</methodName><params>$params"
        . '</params></methodCall>')->{body};
}

my @own = qw(rpc.discover system.describe system.getCapabilities
    system.listMethods system.methodExist system.methodHelp
    system.methodSignature system.multicall);

my $names = call('/rpc', 'system.listMethods');
is_deeply($names, [ sort @$names ], 'listMethods is sorted');
my %listed = map { $_ => 1 } @$names;
is(scalar(keys %listed), scalar @$names, 'each name once');
ok($listed{$_}, "$_ is listed")
    for @own, qw(add calc.add ping server.ping echo);

my @xml_names = xml_call('/rpc', 'system.listMethods', '')
    =~ m{<string>([^<]*)</string>}g;
is_deeply(\@xml_names, $names, 'the same list in XML-RPC');
my $r = RpcTest::get(RpcTest::url('/rpc')
    . '?request=execute&data=system.listMethods()');
my ($python) = $r->{body} =~ /\[(.*)\]/;
is_deeply([ $python =~ /([A-Za-z_.]+)/g ], $names,
    'the same list in PyRPC, by GET');

like(call('/rpc', 'system.methodHelp', 'add'), qr/^Return x \+ y\./,
    'methodHelp');
is(call('/rpc', 'system.methodHelp', 'calc.add'),
    call('/rpc', 'system.methodHelp', 'add'), 'methodHelp below a prefix');
is(call('/rpc', 'system.methodHelp', 'nosuch')->{code}, -32601,
    'methodHelp of an unknown method');
is(call('/rpc', 'system.methodHelp')->{code}, -32602,
    'methodHelp of nothing');
is_deeply(call('/rpc', 'system.methodSignature', 'add'),
    [ [ 'double', 'double', 'double' ] ], 'methodSignature');
is_deeply(call('/rpc', 'system.methodSignature', 'echo'),
    [ ['any'], [ 'any', 'any' ] ],
    'methodSignature: one for each number of arguments');
is_deeply(call('/rpc', 'system.methodSignature', 'sum'),
    [ ['double'], [ 'double', 'array' ] ],
    'methodSignature: the rest is an array');
is(call('/rpc', 'system.methodSignature', 'nosuch')->{code}, -32601,
    'methodSignature of an unknown method');
like(xml_call('/rpc', 'system.methodSignature',
    '<param><value>ping</value></param>'),
    qr{<array><data><value><array><data><value><string>string</string>},
    'methodSignature in XML-RPC: an array of arrays');
like(xml_call('/rpc', 'system.methodHelp',
    '<param><value>nosuch</value></param>'),
    qr{<name>faultCode</name>\s*<value>\s*<int>-32601</int>},
    'an unknown method in XML-RPC is a fault');
ok(call('/rpc', 'system.methodExist', 'add'), 'methodExist');
ok(!call('/rpc', 'system.methodExist', 'nosuch'), 'methodExist: no');

my %wanted = (
    'xmlrpc' => [ 'http://www.xmlrpc.com/spec', 1 ],
    'system.multicall' =>
        [ 'http://www.xmlrpc.com/discuss/msgReader$1208', 1 ],
    'introspection' => [ 'http://xmlrpc-epi.sourceforge.net/specs/'
        . 'rfc.introspection.php', 20010516 ],
    'faults_interop' => [ 'http://xmlrpc-epi.sourceforge.net/specs/'
        . 'rfc.fault_codes.php', 20010516 ],
);
my $found = call('/rpc', 'system.getCapabilities');
is_deeply($found, { map {
    $_ => { specUrl => $wanted{$_}[0], specVersion => $wanted{$_}[1] }
} keys %wanted }, 'getCapabilities');
ok(call('/spec', 'system.getCapabilities')->{nil},
    'RpcXmlNil on is a capability');

done_testing();
