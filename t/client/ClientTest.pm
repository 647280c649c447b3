# SPDX-License-Identifier: Apache-2.0
# What the suites of the client library share: programs built against what
# make install installed, as its users build them, and rpc-call.
package ClientTest;

use strict;
use warnings;
use IO::Socket::INET ();
use POSIX ();
use RpcTest;

# What a client of this machine must not come from.
delete @ENV{qw(http_proxy HTTP_PROXY https_proxy HTTPS_PROXY all_proxy
    ALL_PROXY RPC_TOKEN RPC_PASSWORD)};

my ($pc) = grep { length } split /\n/, (RpcTest::run_command('find',
    RpcTest::installed(), '-name', 'modrpc.pc'))[1];
(my $lib = $pc) =~ s{/pkgconfig/[^/]*$}{} if defined $pc;
(my $prefix = $lib) =~ s{/lib$}{} if defined $lib;

sub library_path { return $lib }
sub rpc_call { return "$prefix/bin/rpc-call" }

# What pkg-config says, with the folder that everything was installed below.
sub flags {
    my (@options) = @_;
    local $ENV{PKG_CONFIG_PATH} = "$lib/pkgconfig";
    my ($status, $said) = RpcTest::run_command('pkg-config',
        "--define-variable=prefix=$prefix", @options, 'modrpc');
    die "pkg-config: $said\n" if $status;
    chomp $said;
    return split ' ', $said;
}

# Compile a program; its path.
sub build {
    my ($source, %options) = @_;
    my ($name) = $source =~ m{([^/]+)\.c(?:pp)?$};
    my $program = RpcTest::logs() . "/$name";
    my @compiler = $source =~ /\.cpp$/ ? qw(g++ -std=c++11)
        : qw(gcc -std=gnu99);
    my ($status, $said) = RpcTest::run_command(@compiler, '-g', '-Wall',
        '-Wextra', '-Wshadow', '-Werror', '-I' . RpcTest::tree() . '/t/unit',
        '-o', $program, $source, flags('--cflags', '--libs'), '-lpthread',
        "-Wl,-rpath,$lib");
    die "$source does not compile: $said\n" if $status;
    return $program;
}

# Run rpc-call: exit status, stdout, stderr. input => text for stdin.
sub run {
    my ($arguments, %options) = @_;
    my $files = RpcTest::logs() . "/rpc-call-$$";
    open(my $in, '>', "$files.in") or die "$files: $!\n";
    print {$in} defined $options{input} ? $options{input} : '';
    close $in or die "$files: $!\n";
    my $pid = fork;
    die "fork: $!\n" if !defined $pid;
    if (!$pid) {
        open(STDIN, '<', "$files.in");
        open(STDOUT, '>', "$files.out");
        open(STDERR, '>', "$files.err");
        $ENV{LD_LIBRARY_PATH} = $lib;
        { exec('timeout', '30', rpc_call(), @$arguments) }
        POSIX::_exit(127);
    }
    waitpid($pid, 0);
    my $status = $? >> 8 || $? & 127;
    return ($status, RpcTest::slurp("$files.out"),
        RpcTest::slurp("$files.err"));
}

# A server that answers each connection by a function of the socket, in a
# process of its own; its port and process.
sub server {
    my ($function) = @_;
    my $listener = IO::Socket::INET->new(LocalAddr => '127.0.0.1',
        Listen => 10, ReuseAddr => 1) or die "no port: $!\n";
    my $pid = fork;
    die "fork: $!\n" if !defined $pid;
    if (!$pid) {
        local $SIG{PIPE} = 'IGNORE';
        local $SIG{ALRM} = sub { POSIX::_exit(0) };
        alarm 120;
        while (my $socket = $listener->accept) {
            $function->($socket);
            close $socket;
        }
        POSIX::_exit(0);
    }
    return ($listener->sockport, $pid);
}

sub stop {
    my ($pid) = @_;
    kill 'KILL', $pid;
    waitpid($pid, 0);
    return;
}

# A request with its body, as text.
sub read_request {
    my ($socket) = @_;
    my $got = '';
    while ($got !~ /\r\n\r\n/) {
        sysread($socket, $got, 4096, length $got) or return $got;
    }
    my ($length) = $got =~ /^content-length: (\d+)/im;
    while (defined $length && length($got) < index($got, "\r\n\r\n") + 4
        + $length)
    {
        sysread($socket, $got, 4096, length $got) or return $got;
    }
    return $got;
}

1;
