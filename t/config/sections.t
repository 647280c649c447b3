#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# Which sections hold for an endpoint of a <Location>, as docs/performance.md
# says: it has no file, so those of files and folders do not.
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
<Location "/closed">
    SetHandler rpc
    RpcHandler calc
    Require all denied
</Location>
<Directory "/">
    AllowOverride All
    Require all denied
    RpcProtocols xmlrpc
    LimitRequestBody 10
</Directory>
<Files "*">
    Require all denied
</Files>
<If "%{HTTP:X-Closed} == 'yes'">
    Require all denied
</If>
CONF

sub status {
    my ($path, @headers) = @_;
    return RpcTest::post($server->url($path), 'application/json',
        '{"jsonrpc":"2.0","method":"add","params":[2,3],"id":1}',
        @headers)->{status};
}

# A file would be asked for them: that the sections are there.
my $folder = $server->dir . '/htdocs';
open(my $out, '>', "$folder/x.html") or die "$folder: $!\n";
close $out or die "$folder: $!\n";
is(RpcTest::get($server->url('/x.html'))->{status}, 403, 'a file: they hold');
RpcTest::expect_log(qr/client denied by server configuration: .*htdocs/);

is(status('/rpc'), 200, '<Directory> and <Files> do not hold');
is(status('/closed'), 403, '<Location> does');
RpcTest::expect_log(qr/client denied by server configuration: rpc:/);
is(status('/rpc', 'x-closed' => 'yes'), 403, '<If> does');
RpcTest::expect_log(qr/client denied by server configuration: rpc:/);

done_testing();
