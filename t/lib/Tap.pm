# SPDX-License-Identifier: Apache-2.0
# Runs a program as a subtest: its lines are TAP. For t/*/*.t, and for Node.pm
# and Browser.pm.
package Tap;

use strict;
use warnings;
use Test::More ();
use RpcTest;

=head1 SYNOPSIS

    use lib 't/lib';
    use Tap;

    Tap::run('a name', @command);

=cut

sub run {
    my ($name, @command) = @_;
    my ($status, $output) = RpcTest::run_command('timeout', 300, @command);
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
        # A match that fails is no argument at all where a list is wanted.
        my $is_whole = $count > 0 && $output =~ /^1\.\.$count$/m;
        $builder->ok($is_whole, "$name came to its end, after $count tests");
        $builder->done_testing;
    });
    return;
}

1;
