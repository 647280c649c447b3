#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# docs/tutorial.md, run from its beginning to its end: each command prints
# what the page says, and the web page shows it.
use strict;
use warnings;
use lib 't/lib', 't/docs';
use Digest::SHA ();
use Test::More;
use Document;
use RpcTest;
use Session;

my $session = Session->new('tutorial');
my ($page, $served, $shown) = ('', 0, 0);

# The configuration of the last step, with a user, beside what RpcTest loads.
sub serve_httpd {
    my ($block) = @_;
    my $conf = $session->localize($block->{text});
    my $hello = $session->cwd . '/modules/mod_rpc_hello.so';
    my $rpc = RpcTest::module('rpc');
    $conf =~ s{/usr/lib/apache2/modules/mod_rpc_hello\.so}{"$hello"};
    $conf =~ s{/usr/lib/apache2/modules/mod_rpc\.so}{"$rpc"};
    $session->write_file('passwd', 'ada:{SHA}'
        . Digest::SHA::sha1_base64('wonderland') . "=\n");
    $session->write_file('../hello.passwd', '');
    my $server = RpcTest::httpd($conf, modules => []);
    $session->{http} = $server->url('');
    return $server;
}

# What the page shows when a button is pressed, in another's JavaScript.
sub press {
    my ($id) = @_;
    my ($status, $said) = RpcTest::run_command('node',
        RpcTest::tree() . '/t/docs/press.js',
        $session->cwd . '/page/hello.html',
        'http://localhost:' . $session->port, $id);
    return $said;
}

my ($no_node) = RpcTest::run_command('node', '--version');
my $server;
for my $block (Document::blocks('docs/tutorial.md')) {
    my $notes = $block->{notes};
    if ($session->block($block)) {
        $served++ if defined $notes->{serve};
    }
    elsif (defined $notes->{httpd}) {
        $session->stop;
        $server = serve_httpd($block);
    }
    elsif (defined $notes->{shows}) {
        $shown++;
        SKIP: {
            skip('node is not installed', 1) if $no_node;
            is(press($notes->{shows}), $block->{text},
                "the button $notes->{shows} shows it");
        }
    }
    else {
        fail("tutorial.md:$block->{line} is a block that nothing tests");
    }
}
is($served, 4, 'four servers were started');
is($shown, 2, 'two buttons were pressed');
ok($server, 'and a real configuration was served');

# The page itself, and that the README's handler is the tutorial's first.
my ($first) = grep { $_->{language} eq 'c' }
    Document::blocks('docs/tutorial.md');
my ($readme) = grep { $_->{language} eq 'c' } Document::blocks('README.md');
is($first->{text}, $readme->{text}, 'the first handler is the README\'s');
done_testing();
