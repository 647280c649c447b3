# SPDX-License-Identifier: Apache-2.0
# What the Apache-Test suites share: requests, servers of their own, and the
# error log as an oracle. For the authors of t/*/*.t.
package RpcTest;

use strict;
use warnings;

=head1 SYNOPSIS

    use lib 't/lib';                # run-tests starts in the tree's top
    use Test::More;
    use RpcTest;

    my $r = RpcTest::post(RpcTest::url('/rpc'), 'application/json',
        '{"jsonrpc":"2.0","method":"add","params":[2,3],"id":1}');
    is($r->{status}, 200);          # also reason, headers (lower case), body
    RpcTest::get(RpcTest::url('/rpc?...'), accept => 'application/json');
    RpcTest::request('OPTIONS', $url, headers => {...}, content => $bytes);

    # Bytes as they are, to 127.0.0.1. Ends at the end of a complete answer,
    # at the close, or after timeout seconds (10). Also: pieces => [bytes...]
    # with pause => seconds between them; all => 1 reads to the close;
    # half_close => 1 ends our side after sending.
    my $a = RpcTest::raw(RpcTest::port(), "GET / HTTP/1.1\r\n...");
    # status, headers, body of the first answer; bytes: all that came;
    # closed: whether the server closed.

    # A server of one's own; it is stopped when the object goes, and its
    # error log is judged like the main one. Dies if it does not start.
    my $s = RpcTest::httpd('<Location "/rpc"> ... </Location>',
        mpm => 'prefork',           # event (default), worker, prefork
        modules => ['rpc', 'calc'], # of ours, in that order; default: all
        system => ['ssl'],          # of httpd's, beside the usual ones
        threads => 8,               # ThreadsPerChild (or children)
        defines => ['NAME']);
    $s->url('/rpc'); $s->port; $s->pid; $s->dir;
    $s->error_log; $s->access_log;  # paths
    $s->graceful;                   # restart and wait until it is done
    $s->stop;

    # What httpd -t says of a configuration; same options, and args => [...]
    # for more arguments (-D DUMP_RPC).
    my ($status, $output) = RpcTest::config_test('RpcMaxDepth 0');
    # The same for what only a real start finds (post_config): status,
    # output with the error log, which is the caller's to judge. A start that
    # succeeds is stopped again.
    my ($status, $output) = RpcTest::start_test($conf);

    # The error log: a line that no test claimed fails the run, and so does
    # an expected line that never came. allow_log: it may come.
    RpcTest::expect_log(qr/RPC0042: .* returned NULL/);
    RpcTest::allow_log(qr/.../);

    RpcTest::tree();                # the tree's top folder
    RpcTest::installed();           # where make install DESTDIR= put all
    RpcTest::module('calc');        # path of mod_rpc_calc.so
    RpcTest::load('calc');          # its LoadModule line
    RpcTest::slurp($path); RpcTest::free_port();
    RpcTest::run_command(@command); # (exit status, output with stderr)

In a configuration text @TREE@ is the top folder of the tree and @DIR@ the
folder of that server.

=cut

use Cwd ();
use Errno ();
use Fcntl ();
use File::Basename ();
use File::Path ();
use HTTP::Tiny ();
use IO::Select ();
use IO::Socket::INET ();
use POSIX ();
use Time::HiRes ();

my $tree = Cwd::abs_path(File::Basename::dirname(__FILE__) . '/../..');
my $count = 0;
my %running;

# ------------------------------------------------------------------- names

sub tree { return $tree }

sub installed { return "$tree/install" }

sub logs { return "$tree/t/logs" }

sub module { return "$tree/modules/mod_rpc" . module_suffix($_[0]) . '.so' }

sub module_suffix { return $_[0] eq 'rpc' ? '' : "_$_[0]" }

sub load {
    my ($name) = @_;
    my $symbol = $name eq 'rpc' ? 'rpc_module' : "rpc_${name}_module";
    return "LoadModule $symbol \"" . module($name) . "\"\n";
}

sub slurp {
    my ($path) = @_;
    open(my $in, '<:raw', $path) or die "RpcTest: $path: $!\n";
    local $/;
    my $text = <$in>;
    return defined $text ? $text : '';
}

# Both of the server that the suites share; of a server of one's own as $s->...
sub port {
    my ($self) = @_;
    return $self->{port} if ref $self;
    my ($port) = slurp("$tree/t/conf/httpd.conf") =~ /^Listen .*:(\d+)$/m;
    return $port || die "RpcTest: no port in t/conf/httpd.conf\n";
}

sub url {
    my $self = ref $_[0] ? shift : undef;
    my ($path) = @_;
    return 'http://127.0.0.1:' . port($self) . (defined $path ? $path : '/');
}

# ---------------------------------------------------------------- requests

sub request {
    my ($method, $url, %options) = @_;
    my $client = HTTP::Tiny->new(timeout => 30, max_redirect => 0,
        keep_alive => 0, agent => 'RpcTest');
    my %arguments = (headers => $options{headers} || {});
    $arguments{content} = $options{content} if defined $options{content};
    my $answer = $client->request($method, $url, \%arguments);
    return { status => $answer->{status}, reason => $answer->{reason},
        headers => $answer->{headers} || {},
        body => defined $answer->{content} ? $answer->{content} : '' };
}

sub get {
    my ($url, %headers) = @_;
    return request('GET', $url, headers => \%headers);
}

sub post {
    my ($url, $type, $body, %headers) = @_;
    $headers{'content-type'} = $type if defined $type;
    return request('POST', $url, headers => \%headers, content => $body);
}

# The first answer in some bytes; undef while it is not complete.
sub parse_answer {
    my ($bytes, $at_end) = @_;
    $bytes =~ s/\AHTTP\/1\.1 1\d\d [^\r\n]*\r\n(?:[^\r\n]+\r\n)*\r\n//;
    return if $bytes !~ /\AHTTP\/1\.[01] (\d{3})[^\r\n]*\r\n(.*?)\r\n\r\n(.*)\z/s
        && $bytes !~ /\AHTTP\/1\.[01] (\d{3})[^\r\n]*(\r\n)\r\n(.*)\z/s;
    my ($status, $head, $body) = ($1, $2, $3);
    my %headers;
    for (split /\r\n/, $head) {
        my ($name, $value) = /^([^:]+):\s*(.*)$/ or next;
        $name = lc $name;
        $headers{$name} = defined $headers{$name}
            ? "$headers{$name}, $value" : $value;
    }
    if (lc($headers{'transfer-encoding'} || '') eq 'chunked') {
        my $plain = '';
        while ($body =~ s/\A([0-9a-fA-F]+)[^\r\n]*\r\n//) {
            my $size = hex $1;
            if ($size == 0) {
                return { status => $status, headers => \%headers,
                    body => $plain };
            }
            return if length($body) < $size + 2 && !$at_end;
            $plain .= substr($body, 0, $size);
            $body = length($body) > $size + 2 ? substr($body, $size + 2) : '';
        }
        return if !$at_end;
        $body = $plain;
    }
    elsif (defined $headers{'content-length'}) {
        return if length($body) < $headers{'content-length'} && !$at_end;
        $body = substr($body, 0, $headers{'content-length'});
    }
    elsif ($status !~ /^(?:204|304)$/) {
        return if !$at_end;
    }
    return { status => $status, headers => \%headers, body => $body };
}

sub raw {
    my ($port, $bytes, %options) = @_;
    my $until = Time::HiRes::time() + ($options{timeout} || 10);
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $port, Timeout => 10)
        or die "RpcTest: cannot connect to port $port: $!\n";
    local $SIG{PIPE} = 'IGNORE';
    for my $piece ($bytes, @{ $options{pieces} || [] }) {
        my $done = 0;
        while ($done < length $piece) {
            my $sent = syswrite($socket, $piece, length($piece) - $done, $done);
            last if !defined $sent;    # the answer says why
            $done += $sent;
        }
        Time::HiRes::sleep($options{pause}) if $options{pause};
    }
    shutdown($socket, 1) if $options{half_close};
    my ($got, $closed) = ('', 0);
    my $select = IO::Select->new($socket);
    my $answer;
    while (!$closed) {
        my $left = $until - Time::HiRes::time();
        last if $left <= 0 || !$select->can_read($left);
        my $read = sysread($socket, $got, 65536, length $got);
        $closed = 1 if !$read;
        $answer = parse_answer($got, $closed);
        last if $answer && !$options{all};
    }
    close $socket;
    $answer ||= parse_answer($got, 1) || { status => 0, headers => {},
        body => '' };
    return { %$answer, bytes => $got, closed => $closed };
}

# --------------------------------------------------------------- error log

sub claim {
    my ($word, $pattern) = @_;
    my $test = $0;
    open(my $out, '>>', logs() . '/claims') or die "RpcTest: claims: $!\n";
    print {$out} "$word\t$test\t$pattern\n";
    close $out or die "RpcTest: claims: $!\n";
    return;
}

sub expect_log { return claim('expect', $_[0]) }
sub allow_log { return claim('allow', $_[0]) }

# ----------------------------------------------------- servers of one's own

sub free_port {
    my $socket = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 1)
        or die "RpcTest: no free port: $!\n";
    return $socket->sockport;
}

sub run_command {
    my (@command) = @_;
    my $pid = open(my $pipe, '-|');
    die "RpcTest: cannot fork: $!\n" if !defined $pid;
    if (!$pid) {
        open(STDIN, '<', '/dev/null');
        open(STDERR, '>&', \*STDOUT);
        { exec(@command) }
        print "cannot run $command[0]: $!\n";
        POSIX::_exit(127);
    }
    local $/;
    my $output = <$pipe>;
    local ($!, $?);
    close $pipe;
    return ($? >> 8 || $? & 127, defined $output ? $output : '');
}

sub setup {
    my ($conf, %options) = @_;
    my $name = $0;
    $name =~ s/[^A-Za-z0-9]+/-/g;
    my $dir = sprintf('%s/%s-%d-%d', logs(), $name, $$, ++$count);
    File::Path::make_path("$dir/htdocs");
    my $port = $options{port} || free_port();
    my $system = $ENV{RPC_TEST_SYSTEM} || '/usr/lib/apache2/modules';
    my $mpm = $options{mpm} || 'event';
    my $ours = $options{modules} || [ grep { -f module($_) }
        qw(rpc calc counter server validator1 spec chaos hostile) ];
    my $threads = $options{threads} || 8;
    my $text = join("\n", "ServerRoot \"$dir\"", 'ServerName localhost',
        "Listen 127.0.0.1:$port", "PidFile \"$dir/httpd.pid\"",
        "DefaultRuntimeDir \"$dir\"", "ErrorLog \"$dir/error_log\"",
        'LogLevel warn rpc:info', '');
    my %seen;
    for (grep { -f "$system/mod_$_.so" && !$seen{$_}++ } "mpm_$mpm",
        qw(authn_core authn_file auth_basic authz_core authz_host authz_user
        alias deflate dir env filter headers mime setenvif reqtimeout),
        @{ $options{system} || [] })
    {
        $text .= "LoadModule ${_}_module \"$system/mod_$_.so\"\n";
    }
    $text .= $mpm eq 'prefork'
        ? "StartServers $threads\nMaxRequestWorkers $threads\n"
        . "MinSpareServers 1\nMaxSpareServers $threads\n"
        : "StartServers 1\nThreadsPerChild $threads\nMinSpareThreads 1\n"
        . "MaxSpareThreads " . 2 * $threads . "\n"
        . "MaxRequestWorkers $threads\n";
    $text .= "Timeout 20\nTypesConfig /dev/null\nDocumentRoot \"$dir/htdocs\"\n"
        . 'LogFormat "%h \"%r\" %>s %B %{rpc-protocol}n %{rpc-method}n '
        . "%{rpc-code}n %{rpc-calls}n\" rpc\nCustomLog \"$dir/access_log\" rpc\n";
    $text .= load($_) for @$ours;
    $conf =~ s/\@TREE\@/$tree/g;
    $conf =~ s/\@DIR\@/$dir/g;
    open(my $out, '>', "$dir/httpd.conf") or die "RpcTest: $dir: $!\n";
    print {$out} $text, "Include \"$dir/test.conf\"\n";
    close $out or die "RpcTest: $dir: $!\n";
    open($out, '>', "$dir/test.conf") or die "RpcTest: $dir: $!\n";
    print {$out} $conf, "\n";
    close $out or die "RpcTest: $dir: $!\n";
    my @command = ($ENV{RPC_TEST_HTTPD} || '/usr/sbin/apache2',
        '-f', "$dir/httpd.conf", map { ('-D', $_) }
        @{ $options{defines} || [] });
    return { dir => $dir, port => $port, command => \@command,
        owner => $$ };
}

sub config_test {
    my ($conf, %options) = @_;
    my $self = setup($conf, %options);
    return run_command(@{ $self->{command} }, '-t',
        @{ $options{args} || [] });
}

# Starts it; returns undef, or what it said if it ended before it listened.
sub launch {
    my ($self) = @_;
    my $pid = fork;
    die "RpcTest: cannot fork: $!\n" if !defined $pid;
    if (!$pid) {
        setpgrp(0, 0);
        open(STDIN, '<', '/dev/null');
        open(STDOUT, '>', "$self->{dir}/output");
        open(STDERR, '>&', \*STDOUT);
        { exec(@{ $self->{command} }, '-DFOREGROUND') }
        POSIX::_exit(127);
    }
    $self->{pid} = $pid;
    for (1 .. 300) {
        if (waitpid($pid, POSIX::WNOHANG()) == $pid) {
            $self->{status} = $? >> 8 || $? & 127;
            delete $self->{pid};
            my $log = -f $self->error_log ? slurp($self->error_log) : '';
            return slurp("$self->{dir}/output") . $log;
        }
        if (-s "$self->{dir}/httpd.pid" && $self->answers) {
            return;
        }
        Time::HiRes::sleep(0.05);
    }
    $self->stop;
    return 'it does not listen after 15 seconds';
}

sub answers {
    my ($self) = @_;
    return defined IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $self->{port}, Timeout => 1);
}

sub httpd {
    my ($conf, %options) = @_;
    my $self = bless setup($conf, %options), 'RpcTest';
    my $said = launch($self);
    die "RpcTest: httpd did not start: $said\n" if defined $said;
    $running{ $self->{dir} } = $self->{pid};
    return $self;
}

sub start_test {
    my ($conf, %options) = @_;
    my $self = bless setup($conf, %options), 'RpcTest';
    my $said = launch($self);
    if (!defined $said) {
        $self->stop;
        ($self->{status}, $said) = (0, slurp($self->error_log));
    }
    # Its lines are the caller's to judge, not the oracle's.
    rename($self->error_log, "$self->{dir}/judged_log");
    return ($self->{status}, $said);
}

sub pid { return $_[0]{pid} }
sub dir { return $_[0]{dir} }
sub error_log { return "$_[0]{dir}/error_log" }
sub access_log { return "$_[0]{dir}/access_log" }

# A graceful restart, and the wait until the new configuration is there.
# Which processes httpd has.
sub children {
    my ($self) = @_;
    my $file = "/proc/$self->{pid}/task/$self->{pid}/children";
    return split ' ', slurp($file);
}

# The children from before have ended when this returns, or have had a second
# for it: one that still answers somebody may go on.
sub graceful {
    my ($self) = @_;
    my $before = () = slurp($self->error_log) =~ /resuming normal op/g;
    my @children = $self->children;
    settle();
    kill 'USR1', $self->{pid};
    for (1 .. 200) {
        Time::HiRes::sleep(0.05);
        my $now = () = slurp($self->error_log) =~ /resuming normal op/g;
        next if $now <= $before;
        for (1 .. 20) {
            return 1 if !grep { -d "/proc/$_" } @children;
            Time::HiRes::sleep(0.05);
        }
        return 1;
    }
    die "RpcTest: the graceful restart was not finished in 10 seconds\n";
}

# While the event MPM is told to stop, a worker that closes a connection may
# meet it: httpd complains (AH03092), or its child crashes, with static files
# alone too. So what clients have ended gets a moment to end there.
sub settle {
    Time::HiRes::sleep(0.1);
    return;
}

sub stop {
    my ($self) = @_;
    my $pid = delete $self->{pid} or return;
    delete $running{ $self->{dir} };
    local ($!, $?);
    settle();
    kill 'TERM', $pid;
    for (1 .. 300) {
        return if waitpid($pid, POSIX::WNOHANG()) != 0;
        Time::HiRes::sleep(0.05);
    }
    kill 'KILL', -$pid;
    waitpid($pid, 0);
    die "RpcTest: httpd did not stop in 15 seconds\n";
}

sub DESTROY {
    my ($self) = @_;
    eval { $self->stop; 1 } or warn $@ if $self->{owner} == $$;
    return;
}

my $main_process = $$;

END {
    if ($$ == $main_process) {
        local $?;
        kill 'TERM', $_ for values %running;
        waitpid($_, 0) for values %running;
    }
}

1;
