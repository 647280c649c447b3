# SPDX-License-Identifier: Apache-2.0
# Runs a script of node as a test: its lines are TAP. For t/interop/*.t.
package Node;

use strict;
use warnings;
use Test::More ();
use RpcTest;
use Tap;

=head1 SYNOPSIS

    use lib 't/lib', 't/interop';
    use RpcTest;
    use Node;

    Node::need('ws');                # skips the test without these packages
    my $folder = Node::client();     # where rpc.js and rpc.mjs are installed
    Node::run('name.mjs', @arguments); # t/interop/name.mjs, a subtest

=cut

# The first that is not there, or undef.
sub missing {
    my (@packages) = @_;
    my $modules = RpcTest::tree() . '/t/interop/node_modules';
    my ($no_node) = RpcTest::run_command('node', '--version');
    my ($missing) = $no_node ? 'node'
        : grep { !-d "$modules/$_" } @packages;
    return $missing;
}

sub need {
    my $missing = missing(@_);
    Test::More::plan(skip_all => "$missing is not installed") if $missing;
    return;
}

sub client {
    my ($folder) = (RpcTest::run_command('find', RpcTest::installed(),
        '-name', 'rpc.mjs'))[1] =~ m{^(.*)/rpc\.mjs$}m;
    Test::More::BAIL_OUT('rpc.mjs is not installed') if !defined $folder;
    return $folder;
}

sub run {
    my ($script, @arguments) = @_;
    return Tap::run($script, 'node', RpcTest::tree() . "/t/interop/$script",
        @arguments);
}

1;
