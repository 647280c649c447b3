#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# What README.md shows, with the command that it shows: curl and Python print
# to the letter what stands there, against the demo's configuration.
use strict;
use warnings;
use lib 't/lib', 't/docs';
use Test::More;
use Document;
use RpcTest;
use Session;

my $session = Session->new('readme');
my $said = $session->serve(
    'mod_rpc/rpc-serve --conf mod_rpc/conf/demo.conf --root '
    . 'mod_rpc/handlers/calc');
like($said, qr/^rpc-serve: http/m, 'the demo is served');

my $commands = 0;
for my $block (Document::indented('README.md')) {
    for my $pair (Document::commands($block)) {
        my ($command, $output) = @$pair;
        $commands++;
        my ($status, $printed) = $session->run($command);
        is($status, 0, "it ends well: $command");
        $printed =~ s/^ *% Total .*\n.*\n(?:.*\r)*.*\n//;
        $printed =~ s/\n?\z/\n/;
        $output =~ s/\n*\z/\n/;
        is($printed, $session->localize($output), 'and prints what is shown');
    }
}
cmp_ok($commands, '>=', 4, 'the README shows commands');

# Its URL with no path and the page at /.
is(RpcTest::get('http://127.0.0.1:' . $session->port . '/')->{status}, 200,
    'the page of the demo');
done_testing();
