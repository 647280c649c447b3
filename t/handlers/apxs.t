#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# A handler written in another folder, with nothing but the installed header
# and apxs: the README's own, in both LoadModule orders.
use strict;
use warnings;
use lib 't/lib';
use Cwd ();
use File::Copy ();
use File::Path ();
use Test::More;
use RpcTest;

my $installed = RpcTest::installed();
my ($header) = grep { -f } split /\n/,
    (RpcTest::run_command('find', $installed, '-name', 'mod_rpc.h'))[1];
ok($header, 'mod_rpc.h is installed') or BAIL_OUT('no installed header');
(my $include = $header) =~ s{/[^/]*$}{};

my $work = RpcTest::tree() . '/t/logs/elsewhere';
File::Path::remove_tree($work);
File::Path::make_path("$work/modules");

# The source is the README's, so that the README stays true.
my ($source) = RpcTest::slurp(RpcTest::tree() . '/README.md')
    =~ /```c\n(.*?)```/s;
ok($source, 'the README shows a handler');
cmp_ok(() = $source =~ /\n/g, '<=', 20, 'in at most twenty lines');
open(my $out, '>', "$work/mod_rpc_hello.c") or die $!;
print $out $source;
close $out;

my $back = Cwd::getcwd();
chdir $work or die $!;
my ($status, $output) = RpcTest::run_command('apxs', '-S',
    "LIBEXECDIR=$work/modules", "-I$include", '-Wc,-Wall -Wextra -Werror',
    '-c', '-i', '-n', 'rpc_hello', 'mod_rpc_hello.c');
chdir $back or die $!;
is($status, 0, 'apxs -c -i -n rpc_hello mod_rpc_hello.c') or diag($output);
my $so = "$work/modules/mod_rpc_hello.so";
ok(-f $so, 'installs it');

my $location = <<'CONF';
<Location "/rpc">
    SetHandler rpc
    RpcHandler hello
</Location>
CONF
my $load = "LoadModule rpc_hello_module $so\n";
my $rpc  = RpcTest::load('rpc');
my %order = (
    'after mod_rpc' => $rpc . $load . $location,
    'before mod_rpc' => $load . $rpc . $location,
    'below the Location' => $rpc . $location . $load,
);
for my $name (sort keys %order) {
    my $server = RpcTest::httpd($order{$name}, modules => []);
    is(RpcTest::get($server->url('/rpc?request=execute&data=add(2,3)'))
        ->{body}, "{'res': 'response', 'data': '5'}", "loaded $name");
    $server->stop;
}

done_testing();
