#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# The commands of docs/cgi.md print what it says; the manual page names every
# option of --help and is one that man can show.
use strict;
use warnings;
use lib 't/lib', 't/cgi', 't/docs';
use Cwd ();
use File::Temp ();
use Test::More;
use Cgi;
use Document;
use RpcTest;

my $dir = File::Temp->newdir(DIR => RpcTest::logs());
my $top = Cwd::getcwd();
symlink RpcTest::module($_), "$dir/mod_rpc_$_.so" for qw(calc counter);
(my $bin = Cgi::program()) =~ s{/[^/]*$}{};
local $ENV{PATH} = "$bin:$ENV{PATH}";
delete @ENV{qw(REQUEST_METHOD CONTENT_TYPE CONTENT_LENGTH QUERY_STRING)};

my $count = 0;
for my $block (Document::blocks('docs/cgi.md')) {
    next if $block->{language} ne 'console';
    for my $pair (Document::commands($block->{text})) {
        my ($command, $output) = @$pair;
        my ($status, $said) = RpcTest::run_command('sh', '-c',
            "cd '$dir' && $command");
        like($said, Document::pattern($output),
            "docs/cgi.md:$block->{line}: $command");
        $count++;
    }
}
cmp_ok($count, '>=', 4, 'it has commands');

my ($manual) = grep { -f } split /\n/, (RpcTest::run_command('find',
    RpcTest::installed(), '-name', 'rpc-cgi.1'))[1];
ok($manual, 'the manual page is installed') or BAIL_OUT('no manual page');
(my $text = RpcTest::slurp($manual)) =~ s/\\-/-/g;
my $help = Cgi::run({}, undef, '--help')->{bytes};
my %options = map { $_ => 1 } $help =~ /(--[a-z-]+)/g;
cmp_ok(scalar keys %options, '>=', 18, 'there are options');
like($text, qr/\Q$_\E\b/, "$_ stands in the manual") for sort keys %options;
ok($options{$_}, "$_ of the manual is an option")
    for sort { $a cmp $b } $text =~ /\\fB(--[a-z-]+)\\fR/g;
like($help, qr/Exit status: 0 .* 1 .* 2 .* 3 /s, 'exit statuses');
done_testing();
