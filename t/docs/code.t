#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# The code in the documents compiles without a warning against the installed
# header, httpd loads the modules, and the commands of handlers.md print what
# it says. What is quoted from the sources stands there.
use strict;
use warnings;
use lib 't/lib', 't/docs';
use File::Path ();
use Test::More;
use Document;
use RpcTest;
use Session;

my $session = Session->new('handlers');
my $modules = $session->top . '/modules';
File::Path::make_path($modules);
my ($header) = grep { -f } split /\n/, (RpcTest::run_command('find',
    RpcTest::installed(), '-name', 'mod_rpc.h'))[1];
ok($header, 'mod_rpc.h is installed') or BAIL_OUT('no installed header');
(my $ours = $header) =~ s{/[^/]*$}{};

# The system's headers are not ours to judge.
my @includes = map {
    my ($status, $said) = RpcTest::run_command('sh', '-c', $_);
    is($status, 0, $_) or diag($said);
    split ' ', $said;
} 'apxs -q EXTRA_CPPFLAGS', 'echo -I$(apxs -q INCLUDEDIR)',
    'apr-1-config --includes';
s/^-I/-isystem/ for @includes;
push @includes, "-I$ours";

my %compiler = (c => [qw(gcc -std=gnu99)],
    cpp => [qw(g++ -std=c++11 -fno-gnu-unique)]);
my $fragment_head = qq(#include "mod_rpc.h"\n);
my %seen;

sub compile {
    my ($block, $source, @options) = @_;
    my $language = $block->{language};
    my $file = $session->top . "/block.$language";
    open(my $out, '>', $file) or die "$file: $!\n";
    print {$out} $source;
    close $out or die "$file: $!\n";
    my ($status, $said) = RpcTest::run_command(@{ $compiler{$language} },
        @includes, qw(-Wall -Wextra -Wshadow -Werror -fPIC), @options, $file);
    is($status, 0, "$block->{path}:$block->{line} compiles") or diag($said);
    return !$status;
}

# A whole module: built, and accepted by httpd with all its prototypes.
sub check_module {
    my ($block) = @_;
    my ($name) = $block->{text} =~ /^RPC_HANDLER_MODULE\((\w+),/m
        or return fail("$block->{path}:$block->{line} makes a module");
    my $so = "$modules/mod_rpc_$name.so";
    compile($block, $block->{text}, '-shared', '-o', $so) or return;
    my ($status, $said) = RpcTest::config_test(
        "LoadModule rpc_${name}_module \"$so\"\nLogLevel rpc_$name:debug\n"
        . "<Location /rpc>\nSetHandler rpc\nRpcHandler $name\n</Location>\n",
        modules => ['rpc']);
    is($status, 0, "httpd takes mod_rpc_$name.so") or diag($said);
    return;
}

sub check_code {
    my ($block) = @_;
    my $text = $block->{text};
    my $place = "$block->{path}:$block->{line}";
    if (defined $block->{notes}{from}) {
        $seen{quoted}++;
        my $file = $block->{notes}{from};
        ok(index(RpcTest::slurp(RpcTest::tree() . "/$file"), $text) >= 0,
            "$place stands so in $file");
    }
    elsif ($text =~ /^#include "mod_rpc\.h"/m) {
        $seen{modules}++;
        check_module($block);
    }
    elsif (defined $block->{notes}{body}) {
        $seen{bodies}++;
        $text .= "    return rpc_nil(call);\n" if $text !~ /^    return .*\n\z/m;
        compile($block, $fragment_head
            . "rpc_value_t *method(rpc_call_t *call);\n"
            . "rpc_value_t *method(rpc_call_t *call)\n{\n$text}\n",
            qw(-Wno-unused-variable -fsyntax-only));
    }
    else {
        $seen{fragments}++;
        compile($block, $fragment_head . $text, qw(-Wno-unused-function
            -Wno-unused-const-variable -fsyntax-only));
    }
    return;
}

for my $path (map { "docs/$_.md" } qw(tutorial handlers)) {
    for my $block (Document::blocks($path)) {
        if ($compiler{ $block->{language} }) {
            check_code($block);
        }
        elsif ($path eq 'docs/handlers.md') {
            $seen{commands}++;
            $session->block($block)
                or fail("$path:$block->{line}: nothing tests it");
        }
    }
}
# The error that handlers.md shows for a prototype, to the letter.
my ($shown) = RpcTest::slurp(RpcTest::tree() . '/docs/handlers.md')
    =~ /^    (RpcHandler shapes: table .*)$/m;
my ($prototype) = $shown =~ /method "([^"]+)"/;
my $wrong = { language => 'c', path => 'docs/handlers.md', line => 'error' };
compile($wrong, $fragment_head . 'static rpc_value_t *f(rpc_call_t *call)'
    . '{ return rpc_nil(call); } static const rpc_method_t methods[] = {'
    . qq(RPC_METHOD("$prototype", f, 0, NULL), RPC_METHOD_END };)
    . 'RPC_HANDLER_MODULE(shapes, "", methods);', '-shared', '-o',
    "$modules/mod_rpc_wrong.so");
my ($refused, $why) = RpcTest::config_test("LoadModule rpc_shapes_module "
    . "\"$modules/mod_rpc_wrong.so\"\nRpcHandler shapes\n",
    modules => ['rpc']);
isnt($refused, 0, 'a wrong prototype is refused');
like($why, qr/^\Q$shown\E$/m, 'in the words of handlers.md');

cmp_ok($seen{$_} || 0, '>=', 2, "the documents have $_")
    for qw(modules bodies fragments quoted commands);
done_testing();
