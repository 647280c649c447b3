#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# The examples of docs/clients.md: programs compile against what was installed
# and print what the document says, so do the commands; fragments compile.
use strict;
use warnings;
use lib 't/lib', 't/docs', 't/client';
use Test::More;
use ClientTest;
use Document;
use RpcTest;

my $dir = RpcTest::logs() . '/docs-clients';
mkdir $dir or die "$dir: $!\n";
my $port = RpcTest::port();
my $stream = RpcTest::free_port();
my @apxs = map { s/^-I/-isystem/r } split ' ',
    (RpcTest::run_command('sh', '-c', 'echo $(apxs -q EXTRA_CPPFLAGS)'
        . ' -I$(apxs -q INCLUDEDIR) $(apr-1-config --includes)'))[1];
my ($echo, %seen);

sub write_file {
    my ($name, $text) = @_;
    $text =~ s/localhost:8080/127.0.0.1:$port/g;
    $text =~ s/localhost:9999/127.0.0.1:$stream/g;
    open(my $out, '>', "$dir/$name") or die "$dir/$name: $!\n";
    print {$out} $text;
    close $out or die "$dir/$name: $!\n";
    return "$dir/$name";
}

# The server of the pair, where this httpd has what it needs; else undef.
sub echo_server {
    my ($block) = @_;
    my ($conf) = RpcTest::slurp(RpcTest::tree() . '/docs/clients.md')
        =~ /^(    Listen 9999.*?^    <\/VirtualHost>\n)/ms;
    ok($conf, 'the configuration of the pair') or return;
    $conf =~ s/\b9999\b/$stream/g;
    $conf =~ s/^(\s*Listen )/${1}127.0.0.1:/;
    my $so = "$dir/mod_rpc_echo.so";
    my ($status, $said) = RpcTest::run_command(qw(gcc -std=gnu99 -Wall
        -Wextra -Werror -fPIC -shared -o), $so,
        write_file('mod_rpc_echo.c', $block->{text}),
        '-I' . RpcTest::tree() . '/src', @apxs);
    is($status, 0, 'the module of the pair compiles') or diag($said);
    my $text = "LoadModule rpc_echo_module \"$so\"\n"
        . "AsyncRequestWorkerFactor 64\n$conf";
    (undef, $said) = RpcTest::config_test($text, modules => ['rpc']);
    return if $said =~ /Invalid command 'RpcStream'/;
    return RpcTest::httpd($text, modules => ['rpc']);
}

sub check_program {
    my ($block, $place) = @_;
    my $program = ClientTest::build(write_file("p$block->{line}.c",
        $block->{text}));
    pass("$place compiles");
    if ($block->{text} =~ /localhost:9999/ && !$echo) {
        SKIP: { skip 'this mod_rpc has no RpcStream', 2 }
        return;
    }
    my ($status, $said) = RpcTest::run_command('timeout', '20', $program);
    is($status, 0, "$place ends well");
    is($said, "$block->{notes}{prints}\n", "$place prints what it says");
    return;
}

sub check_fragment {
    my ($block, $place) = @_;
    my $head = "#include <stdio.h>\n#include <modrpc.h>\n"
        . "rpc_value_t *ask(rpc_call_t *call);\n"
        . "extern const rpc_table_t table;\n"
        . "void f(rpc_client_t *client);\n";
    my $text = $block->{text} =~ /^static/
        ? "${\ ($head =~ s/^extern.*\n//mr) }$block->{text}"
        : "${head}void f(rpc_client_t *client)\n{\n$block->{text}\n}\n";
    my $file = write_file('fragment.c', $text);
    my ($status, $said) = RpcTest::run_command(qw(gcc -std=gnu99 -Wall
        -Wextra -Werror -Wno-unused-const-variable -Wno-unused-variable
        -fsyntax-only), $file, ClientTest::flags('--cflags'));
    is($status, 0, "$place compiles") or diag($said);
    return;
}

sub check_console {
    my ($block) = @_;
    my @parts = split /^\$ /m, $block->{text};
    shift @parts;
    for (@parts) {
        my ($command, $wanted) = /\A(.*)\n(.*)\z/s ? split(/\n/, $_, 2) : $_;
        $command =~ s/localhost:8080/127.0.0.1:$port/g;
        my $call = ClientTest::rpc_call();
        $command =~ s/\brpc-call\b/$call/g;
        local $ENV{LD_LIBRARY_PATH} = ClientTest::library_path();
        my ($status, $said) = RpcTest::run_command('sh', '-c', $command);
        is("$status $said", "0 $wanted", $command);
        $seen{commands}++;
    }
    return;
}

for my $block (Document::blocks('docs/clients.md')) {
    my $place = "$block->{path}:$block->{line}";
    if ($block->{language} eq 'console') {
        check_console($block);
    }
    elsif ($block->{text} =~ /^#include "mod_rpc\.h"/m) {
        $echo = echo_server($block);
    }
    elsif (defined $block->{notes}{prints}) {
        $seen{programs}++;
        check_program($block, $place);
    }
    else {
        $seen{fragments}++;
        check_fragment($block, $place);
    }
}
cmp_ok($seen{$_} || 0, '>=', 3, "the document has $_")
    for qw(programs fragments commands);

# The manual page knows every option of --help, and is one.
my (undef, $help) = ClientTest::run(['--help']);
my $page = RpcTest::slurp(RpcTest::tree() . '/src/client/rpc-call.1');
$page =~ s/\\-/-/g;
my @options = $help =~ /^ .*?--([a-z-]+)/mg;
cmp_ok(scalar @options, '>', 20, 'there are options');
is(join(' ', grep { $page !~ /--$_\b/ } @options), '',
    'each stands in the manual page');

# What bash completes, from the server itself.
my $script = RpcTest::tree() . '/src/client/rpc-call.bash';
sub completes {
    my ($line) = @_;
    local $ENV{LD_LIBRARY_PATH} = ClientTest::library_path();
    my $call = ClientTest::rpc_call();
    my ($status, $said) = RpcTest::run_command('bash', '-c', <<"BASH");
rpc-call() { $call "\$@"; }
. $script
COMP_LINE='$line' COMP_POINT=\${#COMP_LINE}
read -r -a COMP_WORDS <<<"\$COMP_LINE"
[[ \$COMP_LINE != *' ' ]] || COMP_WORDS+=('')
COMP_CWORD=\$((\${#COMP_WORDS[@]} - 1))
_rpc_call
echo "\${COMPREPLY[*]}"
BASH
    chomp $said;
    return $said;
}
is(completes("rpc-call http://127.0.0.1:$port/rpc mul"), 'mul multiply',
    'methods');
like(completes('rpc-call --t'), qr/^--trace --token --timeout$/, 'options');
is(completes('rpc-call --framing n'), 'newline netstring', 'framings');
done_testing();
