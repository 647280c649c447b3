#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# The dialogues of peers.md, to the letter: ">" is sent, "<" is what comes.
use strict;
use warnings;
use lib 't/lib';
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
done_testing();
