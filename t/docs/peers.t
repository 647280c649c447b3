#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# The dialogues of peers.md, to the letter: ">" is sent, "<" is what comes; and
# its pair in C, compiled against what was installed, and run.
use strict;
use warnings;
use lib 't/lib', 't/docs', 't/client';
use ClientTest;
use Document;
use IO::Select ();
use IO::Socket::INET ();
use Test::More;
use RpcTest;

my $port = RpcTest::free_port();
my $server = RpcTest::httpd(<<"CONF", modules => [qw(rpc talk)]);
<IfModule mpm_event_module>
    AsyncRequestWorkerFactor 100
</IfModule>
Listen 127.0.0.1:$port jsonrpc
<VirtualHost 127.0.0.1:$port>
    RpcStream jsonrpc
    RpcHandler talk talk
</VirtualHost>
CONF

my $document = RpcTest::slurp(RpcTest::tree() . '/docs/peers.md');
my @lines = $document =~ /^    ( ?[<>] +\{.*)$/mg;
cmp_ok(scalar @lines, '>=', 20, 'there are dialogues');

my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
    PeerPort => $port, Timeout => 5) or BAIL_OUT("no connection: $@");
my $select = IO::Select->new($socket);
my $buffer = '';

sub read_line {
    while ($buffer !~ /\n/) {
        return '(nothing within 5 seconds)' if !$select->can_read(5);
        sysread($socket, $buffer, 65536, length $buffer)
            or return '(the end)';
    }
    $buffer =~ s/^(.*?)\n//;
    return $1;
}

for my $line (@lines) {
    my ($way, $text) = $line =~ /^ ?([<>]) +(.*)$/;
    if ($way eq '>') {
        syswrite($socket, "$text\n");
    }
    else {
        is(read_line(), $text, substr $text, 0, 60);
    }
}
close $socket;

# The pair.
my $stream = RpcTest::free_port();
my $dir = RpcTest::logs() . '/docs-peers';
mkdir $dir or die "$dir: $!\n";
my @includes = map { s/^-I/-isystem/r } split ' ',
    (RpcTest::run_command('sh', '-c', 'echo $(apxs -q EXTRA_CPPFLAGS)'
        . ' -I$(apxs -q INCLUDEDIR) $(apr-1-config --includes)'))[1];

sub write_file {
    my ($name, $text) = @_;
    $text =~ s/localhost:9999/127.0.0.1:$stream/g;
    open(my $out, '>', "$dir/$name") or die "$dir/$name: $!\n";
    print {$out} $text;
    close $out or die "$dir/$name: $!\n";
    return "$dir/$name";
}

my ($module, $client) = grep { $_->{language} eq 'c' }
    Document::blocks('docs/peers.md');
my ($conf) = $document =~ /^(    Listen 9999.*?^    <\/VirtualHost>\n)/ms;
ok($module && $client && $conf, 'there is a pair in C')
    or BAIL_OUT('docs/peers.md');
my ($status, $said) = RpcTest::run_command(qw(gcc -std=gnu99 -Wall -Wextra
    -Wshadow -Werror -fPIC -shared -o), "$dir/mod_rpc_echo.so",
    write_file('mod_rpc_echo.c', $module->{text}),
    '-I' . RpcTest::tree() . '/src', @includes);
is($status, 0, 'the server compiles') or diag($said);
$conf =~ s/\b9999\b/$stream/g;
my $echo = RpcTest::httpd("LoadModule rpc_echo_module \"$dir/mod_rpc_echo.so"
    . "\"\nAsyncRequestWorkerFactor 64\n$conf", modules => ['rpc']);
my $program = ClientTest::build(write_file('pair.c', $client->{text}));
($status, $said) = RpcTest::run_command('timeout', '20', $program);
is("$status $said", "0 $client->{notes}{prints}\n", 'both ends call');

# What it says of topics: one who listens hears what another had echoed.
my $listener = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
    PeerPort => $stream, Timeout => 5) or BAIL_OUT("no connection: $@");
syswrite($listener,
    qq({"jsonrpc":"2.0","method":"rpc.on","params":["heard"],"id":1}\n));
is(scalar <$listener>, qq({"jsonrpc":"2.0","result":{"heard":"ok"},"id":1}\n),
    'its topic');
RpcTest::run_command('timeout', '20', $program);
is(scalar <$listener>, qq({"notification":"heard","params":["hello"]}\n),
    'is published');
close $listener;
$echo->stop;
done_testing();
