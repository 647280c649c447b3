# SPDX-License-Identifier: Apache-2.0
# Runs a browser's script as a test: its lines are TAP. For t/browser/*.t.
package Browser;

use strict;
use warnings;
use File::Path ();
use Test::More ();
use RpcTest;
use Tap;

=head1 SYNOPSIS

    use lib 't/lib', 't/browser';
    use RpcTest;
    use Browser;

    Browser::need();                 # skips the test without a browser, and
                                     # the packages of npm that are named
    my $server = RpcTest::httpd(...);
    Browser::run('blog.js', $server->url('')); # t/browser/blog.js URL...

A script begins with require('./browser.js'), which tells the rest. Pictures
are left in t/logs/screenshots, from where ./run test takes them.

=cut

sub screenshots { return RpcTest::logs() . '/screenshots' }

sub need {
    my (@more) = @_;
    my $modules = RpcTest::tree() . '/t/browser/node_modules';
    my ($no_node) = RpcTest::run_command('node', '--version');
    my $missing = $no_node ? 'node'
        : !-x browser() ? 'a browser (' . browser() . ')'
        : (grep { !-d "$modules/$_" } qw(playwright-core axe-core
            html-validate), @more)[0];
    Test::More::plan(skip_all => "$missing is not installed") if $missing;
    return;
}

sub browser { return $ENV{RPC_TEST_BROWSER} || '/usr/bin/chromium' }

sub run {
    my ($script, @arguments) = @_;
    File::Path::make_path(screenshots());
    local $ENV{RPC_TEST_BROWSER} = browser();
    local $ENV{RPC_TEST_SCREENSHOTS} = screenshots();
    local $ENV{NODE_PATH};
    return Tap::run($script, 'node', RpcTest::tree() . "/t/browser/$script",
        @arguments);
}

1;
