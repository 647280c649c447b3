# SPDX-License-Identifier: Apache-2.0
# Runs the installed rpc-cgi as a CGI server or a person would. For t/cgi.
package Cgi;

use strict;
use warnings;
use File::Temp ();
use RpcTest;

=head1 SYNOPSIS

    my $r = Cgi::run({ CONTENT_TYPE => 'text/xml' }, $bytes, @arguments);
    # exit, status, headers (lower case), body, stderr, bytes: all of stdout
    # The environment is that and PATH, nothing else. $bytes may be undef:
    # standard input is empty then. A handler's NAME is --handler of ours.
    Cgi::call($method, $params, @arguments);  # jsonrpc; the body
    Cgi::script($path, @arguments);           # a CGI script that runs it

=cut

sub program {
    my ($found) = grep { -f } split /\n/, (RpcTest::run_command('find',
        RpcTest::installed(), '-name', 'rpc-cgi'))[1];
    return $found || die "Cgi: rpc-cgi is not installed\n";
}

sub handler { return ('--handler', RpcTest::module($_[0])) }

sub write_file {
    my ($path, $bytes) = @_;
    open(my $out, '>:raw', $path) or die "Cgi: $path: $!\n";
    print {$out} $bytes;
    close $out or die "Cgi: $path: $!\n";
    return;
}

sub run {
    my ($env, $bytes, @arguments) = @_;
    my $dir = File::Temp->newdir(DIR => RpcTest::logs());
    write_file("$dir/in", defined $bytes ? $bytes : '');
    my $program = program();
    my $pid = fork;
    die "Cgi: cannot fork: $!\n" if !defined $pid;
    if (!$pid) {
        # Names inherited would be the test's, not the request's.
        %ENV = (PATH => $ENV{PATH}, %$env);
        open(STDIN, '<', "$dir/in");
        open(STDOUT, '>', "$dir/out");
        open(STDERR, '>', "$dir/err");
        alarm 60;
        { exec($program, @arguments) }
        POSIX::_exit(127);
    }
    waitpid($pid, 0);
    my $status = $? >> 8 || $? & 127;
    my %r = (exit => $status, bytes => RpcTest::slurp("$dir/out"),
        stderr => RpcTest::slurp("$dir/err"), headers => {}, body => '',
        status => 0);
    my ($head, $body) = $r{bytes} =~ /\A(.*?\n)\n(.*)\z/s or return \%r;
    $r{body} = $body;
    return \%r if $head !~ /\AStatus: /;
    for (split /\n/, $head) {
        my ($name, $value) = /^([\w-]+): (.*)$/ or die "Cgi: header: $_\n";
        $r{headers}{ lc $name } = $value;
    }
    ($r{status}) = $r{headers}{status} =~ /^(\d{3}) [A-Z]/;
    return \%r;
}

sub call {
    my ($method, $params, @arguments) = @_;
    return run({ REQUEST_METHOD => 'POST',
        CONTENT_TYPE => 'application/json' },
        qq({"jsonrpc":"2.0","method":"$method","params":$params,"id":1}),
        @arguments)->{body};
}

sub script {
    my ($path, @arguments) = @_;
    my $words = join ' ', map { "'$_'" } program(), @arguments;
    write_file($path, "#!/bin/sh\nexec $words\n");
    chmod 0755, $path or die "Cgi: $path: $!\n";
    return;
}

1;
