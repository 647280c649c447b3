# SPDX-License-Identifier: Apache-2.0
# Runs a script of node as a test: its lines are TAP. For t/interop/*.t.
package Node;

use strict;
use warnings;
use Test::More ();
use RpcTest;

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
    return tap($script, 'node', RpcTest::tree() . "/t/interop/$script",
        @arguments);
}

# Any command whose output is TAP.
sub tap {
    my ($name, @command) = @_;
    my ($status, $output) = RpcTest::run_command('timeout', 120, @command);
    Test::More::subtest($name => sub {
        my $builder = Test::More->builder;
        my $count = 0;
        for my $line (split /\n/, $output) {
            if ($line =~ /^(not )?ok \d+ - (.*)/) {
                $builder->ok(!$1, $2);
                $count++;
            }
            elsif ($line !~ /^1\.\.\d+$/) {
                Test::More::diag($line);
            }
        }
        $builder->is_num($status, 0, "$name ended well");
        $builder->ok($count > 0 && $output =~ /^1\.\.$count$/m,
            "$name came to its end, after $count tests");
        $builder->done_testing;
    });
    return;
}

1;
