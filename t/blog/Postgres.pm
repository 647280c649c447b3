# SPDX-License-Identifier: Apache-2.0
# A PostgreSQL of the test's own, in a folder below t/logs and on a port of
# its own; it ends with its object. For t/blog/pgsql.t.
package Postgres;

use strict;
use warnings;
use RpcTest;

# Where Debian has its programs, the newest version first; or nothing.
sub programs {
    my ($newest) = sort { ($b =~ m{/(\d+)/})[0] <=> ($a =~ m{/(\d+)/})[0] }
        grep { -x } glob '/usr/lib/postgresql/*/bin/initdb';
    return if !$newest;
    $newest =~ s{/initdb$}{};
    return $newest;
}

sub new {
    my ($class) = @_;
    my $dir = RpcTest::logs() . "/postgres-$$";
    my $self = bless { dir => $dir, bin => programs(),
        port => RpcTest::free_port(), owner => $$ }, $class;
    my ($status, $said) = RpcTest::run_command("$self->{bin}/initdb", '-D',
        $dir, '-U', 'blog', '-A', 'trust', '-E', 'UTF8', '--no-locale', '-N');
    die "initdb: $said\n" if $status;
    return $self;
}

sub params {
    my ($self) = @_;
    return "host=127.0.0.1 port=$self->{port} dbname=postgres user=blog "
        . 'connect_timeout=2';
}

sub control {
    my ($self, @words) = @_;
    my $log = "$self->{dir}/log";
    my ($status, $said) = RpcTest::run_command('sh', '-c',
        'exec "$@" >/dev/null', 'sh', "$self->{bin}/pg_ctl", '-D',
        $self->{dir}, '-w', '-t', 60, '-l', $log, @words);
    die "pg_ctl @words: $said" . (-f $log ? RpcTest::slurp($log) : '') . "\n"
        if $status;
    return;
}

sub start {
    my ($self) = @_;
    $self->control('-o', "-p $self->{port} -c listen_addresses=127.0.0.1 "
        . "-c unix_socket_directories='' -c fsync=off", 'start');
    $self->{running} = 1;
    return $self;
}

sub stop {
    my ($self) = @_;
    $self->control('-m', 'immediate', 'stop') if delete $self->{running};
    return;
}

# What SQL answers, without ornament.
sub sql {
    my ($self, $sql) = @_;
    my ($status, $said) = RpcTest::run_command($self->psql, '-c', $sql);
    die "psql: $said\n" if $status;
    chomp $said;
    return $said;
}

sub psql {
    my ($self) = @_;
    return ("$self->{bin}/psql", '-XqAt', '-v', 'ON_ERROR_STOP=1', '-h',
        '127.0.0.1', '-p', $self->{port}, '-U', 'blog', 'postgres');
}

sub DESTROY {
    my ($self) = @_;
    local ($!, $?, $@);
    eval { $self->stop; 1 } or warn $@ if $self->{owner} == $$;
    return;
}

1;
