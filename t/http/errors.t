#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# Statuses that httpd makes get a body in the protocol of the request, unless
# an ErrorDocument says otherwise; and no file system is behind an endpoint.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use RpcTest;

my $server = RpcTest::httpd(<<'CONF');
<Location "/rpc">
    SetHandler rpc
    RpcHandler calc
</Location>
<Location "/denied">
    SetHandler rpc
    RpcHandler calc
    Require all denied
</Location>
<Location "/login">
    SetHandler rpc
    RpcHandler calc
    AuthType Basic
    AuthName rpc
    AuthBasicProvider file
    AuthUserFile "@DIR@/none"
    Require valid-user
</Location>
<Location "/small">
    SetHandler rpc
    RpcHandler calc
    LimitRequestBody 20
    RpcMaxBody 20
</Location>
<Location "/less">
    SetHandler rpc
    RpcHandler calc
    LimitRequestBody 10
    RpcMaxBody 10
</Location>
<Location "/custom">
    SetHandler rpc
    RpcHandler calc
    RpcMaxBody 10
    ErrorDocument 413 "too much of it"
    ErrorDocument 403 "not you"
    <RequireAll>
        Require method POST
    </RequireAll>
</Location>
<Location "/status">
    SetHandler rpc
    RpcHandler calc
    RpcErrorStatus on
</Location>
<Location "/nothing">
    SetHandler rpc
</Location>
CONF

my $json = '{"jsonrpc":"2.0","method":"add","params":[2,3],"id":1}';
my $xml  = '<methodCall><methodName>ping</methodName></methodCall>';
my $form = 'application/x-www-form-urlencoded';

sub url { return $server->url($_[0]) }

RpcTest::allow_log(qr/AH01630: client denied by server configuration/);
my $r = RpcTest::post(url('/denied'), 'application/json', $json);
is($r->{status}, 403, 'forbidden');
like($r->{body}, qr/^\{"jsonrpc":"2\.0","error":\{"code":-32001,/,
    'in JSON-RPC');
like($r->{headers}{'content-type'}, qr{^application/json}, 'its type');
is($r->{headers}{'content-length'}, length $r->{body}, 'its length');
$r = RpcTest::post(url('/denied'), 'text/xml', $xml);
is($r->{status}, 403, 'forbidden');
like($r->{body}, qr{<fault>.*<int>-32001</int>.*</methodResponse>}s,
    'in XML-RPC');
$r = RpcTest::get(url('/denied?request=execute&data=add(1,2)'));
is($r->{status}, 403, 'forbidden');
like($r->{body}, qr/^\{'res': 'error', .*'code': -32001\}$/, 'in pyrpc');
$r = RpcTest::get(url('/denied'));
like($r->{body}, qr/<html/i, 'no protocol: the page of httpd');

$r = RpcTest::post(url('/login'), 'application/json', $json);
is($r->{status}, 401, 'not authenticated');
like($r->{body}, qr/"code":-32001/, 'in JSON-RPC');
like($r->{headers}{'www-authenticate'}, qr/Basic/, 'with the challenge');

RpcTest::allow_log(qr/AH01587: Requested content-length/);
RpcTest::allow_log(qr/AH01588: Read content length/);
$r = RpcTest::post(url('/small'), 'application/json', $json);
is($r->{status}, 413, 'over both limits');
like($r->{body}, qr/"code":-32002.*RpcMaxBody 20/, 'names ours');
$r = RpcTest::post(url('/custom'), 'application/json', $json);
is($r->{status}, 413, 'a limit with an ErrorDocument');
is($r->{body}, 'too much of it', 'which is the answer');
$r = RpcTest::get(url('/custom?request=execute&data=add(1,2)'));
is($r->{body}, 'not you', 'for a status that httpd made, too');

# RpcErrorStatus: the historical table.
my %status = ('{' => 500, '{"jsonrpc":"2.0"}' => 400,
    '{"jsonrpc":"2.0","method":"x","id":1}' => 404,
    '{"jsonrpc":"2.0","method":"add","id":1}' => 500, $json => 200,
    "[$json]" => 200);
for my $body (sort keys %status) {
    $r = RpcTest::post(url('/status'), 'application/json', $body);
    is($r->{status}, $status{$body}, "RpcErrorStatus on: $body");
    is(RpcTest::post(url('/rpc'), 'application/json', $body)->{status}, 200,
        'off: 200');
}

RpcTest::expect_log(qr/RPC0002: /);
RpcTest::expect_log(qr/RPC0007: .*no RpcHandler/);
is(RpcTest::post(url('/nothing'), 'application/json', $json)->{status}, 404,
    'an endpoint without tables');

# No file system behind an endpoint: neither a folder of its name in the
# DocumentRoot, nor one that cannot be entered above it.
my $root = $server->dir . '/root';
mkdir $root or die "$root: $!";
mkdir "$root/rpc" or die $!;
open(my $out, '>', "$root/rpc/.htaccess") or die $!;
print $out "Require all denied\nThisIsNoDirective\n";
close $out;
my $shadow = RpcTest::httpd(<<"CONF", system => ['dir']);
DocumentRoot "$root"
<Directory "$root">
    AllowOverride All
</Directory>
<Location "/rpc">
    SetHandler rpc
    RpcHandler calc
</Location>
CONF
$r = RpcTest::post($shadow->url('/rpc'), 'application/json', $json);
is($r->{status}, 200, 'a folder of that name does not matter');
chmod 0, $root;
$r = RpcTest::get($shadow->url('/rpc?request=execute&data=add(2,3)'));
is($r->{status}, 200, 'nor one that cannot be entered');
chmod 0755, $root;

done_testing();
