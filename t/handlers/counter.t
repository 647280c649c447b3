#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# A handler that is a module of its own: its directive, its counter in shared
# memory, and what a graceful restart leaves of it.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use RpcTest;

my $conf = '<Location "/rpc">
    SetHandler rpc
    RpcHandler counter
</Location>
';
my $form = 'application/x-www-form-urlencoded';

sub call {
    my ($server, $name) = @_;
    my $r = RpcTest::post($server->url('/rpc'), $form,
        "request=execute&data=counter.$name()");
    return $r->{body} =~ /'data': '(-?\d+)'/ ? $1 : $r->{body};
}

# Children of prefork serve one request at a time, so several count here.
my $server = RpcTest::httpd("RpcCounterStart 41\n$conf", mpm => 'prefork',
    threads => 4, modules => [ 'rpc', 'counter' ]);
is(call($server, 'current'), 41, 'it begins where RpcCounterStart says');
is(call($server, 'next'), 42, 'it counts');
is(RpcTest::get($server->url('/rpc?request=execute&data=counter.next()'))
    ->{status}, 405, 'a GET must not count');
like(RpcTest::get($server->url('/rpc?request=execute&data=counter.current()'))
    ->{body}, qr/'42'/, 'but may look');

my @pids;
for (1 .. 4) {
    my $pid = fork;
    die "fork: $!" if !defined $pid;
    if (!$pid) {
        my $good = 0;
        for (1 .. 50) {
            $good++ if call($server, 'next') =~ /\A\d+\z/;
        }
        POSIX::_exit($good == 50 ? 0 : 1);
    }
    push @pids, $pid;
}
my $failed = 0;
for (@pids) {
    waitpid($_, 0);
    $failed++ if $?;
}
is($failed, 0, 'four clients counted fifty times each');
is(call($server, 'current'), 242, 'and no count was lost');
$server->graceful;
is(call($server, 'current'), 242, 'it counts on after a graceful restart');
is(call($server, 'next'), 243, 'from there');
$server->stop;

# The modules may be loaded in the other order; a virtual host counts with
# the same counter.
$server = RpcTest::httpd("<VirtualHost *:*>\nServerName localhost\n"
    . "</VirtualHost>\n$conf", modules => [ 'counter', 'rpc' ]);
is(call($server, 'next'), 1, 'without RpcCounterStart it begins with 0');
my @files = grep { !m{/(?:error_log|access_log|httpd\.conf|test\.conf|output
    |httpd\.pid|htdocs)\z}x } glob($server->dir . '/*');
is("@files", '', 'shared memory leaves no file');
$server->stop;

for my $text ('-1', '12abc', '" 5"', '0x10', '1.5', '1000000000000000000',
    '99999999999999999999')
{
    my ($status, $output) = RpcTest::config_test("RpcCounterStart $text\n",
        modules => [ 'rpc', 'counter' ]);
    isnt($status, 0, "RpcCounterStart $text is refused");
    like($output, qr/line 1 of .*\n.*expected a number from 0 to 9{18},/,
        'with its place and its range');
}
for my $text ('0', '999999999999999999') {
    my ($status, $output) = RpcTest::config_test("RpcCounterStart $text\n",
        modules => [ 'rpc', 'counter' ]);
    is($status, 0, "RpcCounterStart $text is accepted") or diag($output);
}
my ($status, $output) = RpcTest::config_test(
    "<VirtualHost *:1>\nRpcCounterStart 1\n</VirtualHost>\n",
    modules => [ 'rpc', 'counter' ]);
isnt($status, 0, 'in a virtual host it is refused');
like($output, qr/RpcCounterStart/, 'by name');
done_testing();
