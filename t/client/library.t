#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# The client library over HTTP: t/c-clients/library.c, built as its users do,
# against a server. Its TAP is this test's.
use strict;
use warnings;
use lib 't/lib', 't/client';
use RpcTest;
use ClientTest;

my $httpd = RpcTest::httpd(<<'CONF', threads => 24, system => ['rewrite']);
<Location "/spec">
    SetHandler rpc
    RpcHandler spec
    RpcXmlNil on
</Location>
<Location "/chaos">
    SetHandler rpc
    RpcHandler chaos
</Location>
<Location "/packed">
    SetHandler rpc
    RpcHandler chaos chaos
    SetOutputFilter DEFLATE
</Location>
<Location "/private">
    SetHandler rpc
    RpcHandler spec
    AuthType Basic
    AuthName test
    AuthUserFile "@DIR@/users"
    Require valid-user
</Location>
<Location "/header">
    SetHandler rpc
    RpcHandler spec
    Require expr "%{HTTP:X-Test} == 'yes'"
</Location>
<Location "/token">
    SetHandler rpc
    RpcHandler spec
    Require expr "%{HTTP:Authorization} == 'Bearer t0ken'"
</Location>
Redirect 307 "/moved" "/token"
CONF
# alice:secret, in a form that needs no program to make it
open(my $users, '>', $httpd->dir . '/users') or die "users: $!\n";
print {$users} "alice:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=\n";
close $users or die "users: $!\n";
RpcTest::allow_log(qr/AH01630|AH01618|AH01797|client denied/);

my $program = ClientTest::build(RpcTest::tree() . '/t/c-clients/library.c');
my $pid = fork;
die "fork: $!\n" if !defined $pid;
if (!$pid) {
    { exec($program, $httpd->url('')) }
    POSIX::_exit(127);
}
waitpid($pid, 0);
my $status = $? >> 8 || $? & 127;
# Methods still sleep whose callers went away. The event MPM closes the sockets
# of busy threads when it stops, and crashes if one is just being destroyed.
sleep 2;
$httpd->stop;
exit $status;
