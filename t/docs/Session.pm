# SPDX-License-Identifier: Apache-2.0
# Runs a document as a reader would: writes its files, runs its commands,
# starts its servers, compares what they print. For t/docs/*.t.
package Session;

use strict;
use warnings;
use Cwd ();
use File::Path ();
use POSIX ();
use Test::More;
use Time::HiRes ();
use Document;
use RpcTest;

# A folder of its own below t/logs, with the sources beside it as `mod_rpc`.
sub new {
    my ($class, $name) = @_;
    my $dir = RpcTest::logs() . "/docs-$name";
    File::Path::remove_tree($dir);
    File::Path::make_path("$dir/tmp");
    symlink(RpcTest::tree(), "$dir/mod_rpc") or die "$dir: $!\n";
    return bless { top => $dir, cwd => $dir, port => 8080, owner => $$,
        http => '' }, $class;
}

sub top { return $_[0]{top} }
sub cwd { return $_[0]{cwd} }
sub port { return $_[0]{port} }

# What a server or a client of this machine must not come from.
sub environment {
    my ($self) = @_;
    my %environment = (%ENV, TMPDIR => "$self->{top}/tmp",
        HOME => $self->{top}, RPC_MODULE_DIR => RpcTest::tree() . '/modules',
        PATH => "$ENV{PATH}:/usr/sbin:/sbin");
    delete @environment{qw(http_proxy HTTP_PROXY all_proxy ALL_PROXY)};
    $environment{RPC_HTTPD} = $ENV{RPC_TEST_HTTPD} if $ENV{RPC_TEST_HTTPD};
    $environment{RPC_HTTPD_MODULES} = $ENV{RPC_TEST_SYSTEM}
        if $ENV{RPC_TEST_SYSTEM};
    return %environment;
}

# The ports and paths of a document, as they are here.
sub localize {
    my ($self, $text) = @_;
    my $root = $self->{top};
    $text =~ s/localhost:8080/localhost:$self->{port}/g;
    $text =~ s{http://localhost/}{$self->{http}/}g if $self->{http};
    $text =~ s{/etc/apache2/}{$root/}g;
    $text =~ s{/var/www/hello}{$self->{cwd}/page}g;
    return $text;
}

sub write_file {
    my ($self, $name, $text) = @_;
    my $path = "$self->{cwd}/$name";
    open(my $out, '>', $path) or die "$path: $!\n";
    print {$out} $text;
    close $out or die "$path: $!\n";
    return;
}

# Runs a command in the shell, in the folder where the last one ended.
sub run {
    my ($self, $command) = @_;
    my $where = "$self->{top}/where";
    local %ENV = environment($self);
    my ($status, $output) = RpcTest::run_command('sh', '-c',
        'cd "$1" || exit; eval "$2"; status=$?; pwd -P >"$3"; exit $status',
        'sh', $self->{cwd}, $self->localize($command), $where);
    chomp($self->{cwd} = RpcTest::slurp($where));
    return ($status, $output);
}

# Starts a server, and waits until it says where it is.
sub serve {
    my ($self, $command) = @_;
    $self->stop;
    $self->{port} = RpcTest::free_port();
    $command =~ s/ 8080$//;
    my $output = "$self->{top}/served-$self->{port}";
    my $pid = fork;
    die "cannot fork: $!\n" if !defined $pid;
    if (!$pid) {
        %ENV = environment($self);
        open(STDIN, '<', '/dev/null');
        open(STDOUT, '>', $output);
        open(STDERR, '>&', \*STDOUT);
        chdir $self->{cwd} or POSIX::_exit(126);
        $command =~ s/(\A|&& )(?=\S*rpc-serve)/$1exec /;
        exec('sh', '-c', "$command $self->{port}") or POSIX::_exit(127);
    }
    $self->{pid} = $pid;
    my $said = '';
    for (1 .. 300) {
        $said = -f $output ? RpcTest::slurp($output) : '';
        last if $said =~ /^rpc-serve: /m
            || waitpid($pid, POSIX::WNOHANG()) == $pid;
        Time::HiRes::sleep(0.05);
    }
    return $said;
}

sub stop {
    my ($self) = @_;
    my $pid = delete $self->{pid} or return;
    local ($!, $?);
    kill 'TERM', $pid;
    for (1 .. 300) {
        return if waitpid($pid, POSIX::WNOHANG()) != 0;
        Time::HiRes::sleep(0.05);
    }
    die "rpc-serve did not stop in 15 seconds\n";
}

sub DESTROY {
    my ($self) = @_;
    $self->stop if $self->{owner} == $$;
    return;
}

# One block, by its notes and its language; true if it was for here.
sub block {
    my ($self, $block) = @_;
    my $notes = $block->{notes};
    my $place = "$block->{path}:$block->{line}";
    if (defined $notes->{file}) {
        $self->write_file($notes->{file}, $block->{text});
        return 1;
    }
    return if $block->{language} ne 'console';
    for my $pair (Document::commands($block->{text})) {
        my ($command, $output) = @$pair;
        my ($status, $said);
        if (defined $notes->{serve}) {
            $said = $self->serve($notes->{serve} || $command);
        }
        elsif (defined $notes->{instead}) {
            ($status, $said) = $self->run($notes->{instead});
            is($status, 0, "$place: instead of $command") or diag($said);
            next;
        }
        else {
            ($status, $said) = $self->run($command);
            $said =~ s/^ *% Total .*\n.*\n(?:.*\r)*.*\n//;
        }
        like($said, Document::pattern($self->localize($output)),
            "$place: $command");
    }
    return 1;
}

1;
