# SPDX-License-Identifier: Apache-2.0
# What the suites of peers share: a server with an endpoint and streams, and
# clients of TCP and WebSocket that see every byte. For t/peers/*.t.
package Peers;

use strict;
use warnings;

=head1 SYNOPSIS

    my $p = Peers::server(mpm => 'event', # as RpcTest::httpd, and:
        stream => 'RpcPeerIdle 1s',       # directives of the streams
        framing => 'auto', protocol => 'jsonrpc',
        location => 'RpcPeerMaxQueue 64K', top => "Timeout 3\n");
    $p->{httpd}; $p->{tcp};               # the server; the stream's port

    my $c = Peers::tcp($p);               # or ($p, tls => 1)
    $c->send($bytes); $c->end;            # half-close
    $c->line;                             # up to "\n"; undef at the end
    $c->call('add', '[2,3]', 1);          # the answer's line
    $c->closes(2);                        # the end came within 2 seconds

    my $w = Peers::websocket($p);         # after the 101
    $w->text($json); $w->frame(0x8, $payload);
    my ($opcode, $payload) = $w->read_frame;

=cut

use IO::Select ();
use IO::Socket::INET ();
use RpcTest;
use Scalar::Util ();
use Time::HiRes qw(time);

# Clients that are open, weakly.
my %open;

my $key = 'dGhlIHNhbXBsZSBub25jZQ==';

sub server {
    my (%options) = @_;
    my $tcp = RpcTest::free_port();
    my %given = map { $_ => defined $options{$_} ? $options{$_} : '' }
        qw(stream framing location top);
    my $protocol = $options{protocol} || 'jsonrpc';
    my $conf = <<"CONF";
<IfModule mpm_event_module>
    AsyncRequestWorkerFactor 100
</IfModule>
Listen 127.0.0.1:$tcp $protocol
$given{top}
<Location "/rpc">
    SetHandler rpc
    RpcHandler server
    RpcHandler calc calc
    RpcHandler peers
    RpcWebSocket on
    $given{location}
</Location>
<VirtualHost 127.0.0.1:$tcp>
    RpcStream $protocol $given{framing}
    RpcHandler server
    RpcHandler calc calc
    RpcHandler peers
    $given{stream}
</VirtualHost>
CONF
    my $httpd = RpcTest::httpd($conf,
        modules => [qw(rpc calc server peers)], %options);
    return bless { httpd => $httpd, tcp => $tcp, port => $httpd->port },
        'Peers::Server';
}

# A connection that ends just when httpd is told to stop is httpd's own race:
# they end before.
sub Peers::Server::DESTROY {
    my ($self) = @_;
    CORE::close($_->{socket}) for grep { defined } values %open;
    %open = ();
    Time::HiRes::sleep(0.4);
    return;
}

sub client {
    my ($port) = @_;
    my $self = bless { socket => dial($port), buffer => '' }, 'Peers';
    Scalar::Util::weaken($open{ 0 + $self } = $self);
    return $self;
}

sub dial {
    my ($port) = @_;
    return IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port,
        Timeout => 10) || die "Peers: port $port: $!\n";
}

sub tcp {
    my ($server) = @_;
    return client($server->{tcp});
}

sub upgrade_text {
    my (%headers) = @_;
    %headers = (Host => 'localhost', Upgrade => 'websocket',
        Connection => 'Upgrade', 'Sec-WebSocket-Version' => 13,
        'Sec-WebSocket-Key' => $key, %headers);
    my $path = delete $headers{path} || '/rpc';
    return join("\r\n", "GET $path HTTP/1.1",
        (map { "$_: $headers{$_}" } grep { defined $headers{$_} }
        sort keys %headers), '', '');
}

sub websocket {
    my ($server, %headers) = @_;
    my $self = client($server->{port});
    $self->send(upgrade_text(%headers));
    $self->{answer} = '';
    while (defined(my $line = $self->line)) {
        $self->{answer} .= $line;
        last if $line eq "\r\n";
    }
    $self->{answer} =~ /\AHTTP\/1\.1 101 /
        or die "Peers: no upgrade: $self->{answer}\n";
    return $self;
}

sub send {
    my ($self, $bytes) = @_;
    local $SIG{PIPE} = 'IGNORE';
    my $done = 0;
    while ($done < length $bytes) {
        my $sent = syswrite($self->{socket}, $bytes, length($bytes) - $done,
            $done);
        return 0 if !defined $sent;
        $done += $sent;
    }
    return 1;
}

sub end { return shutdown($_[0]{socket}, 1) }
sub close { return CORE::close($_[0]{socket}) }

# More bytes into the buffer; 0 at the end or when the time is up.
sub more {
    my ($self, $until) = @_;
    my $left = $until - time;
    return 0 if $left <= 0
        || !IO::Select->new($self->{socket})->can_read($left);
    my $read = sysread($self->{socket}, $self->{buffer}, 65536,
        length $self->{buffer});
    $self->{ended} = 1 if !$read;
    return $read;
}

sub line {
    my ($self, $timeout, $end) = @_;
    my $until = time + ($timeout || 10);
    $end = "\n" if !defined $end;
    my $at;
    while (($at = index($self->{buffer}, $end)) < 0) {
        $self->more($until) or return;
    }
    return substr($self->{buffer}, 0, $at + length $end, '');
}

sub call {
    my ($self, $method, $params, $id) = @_;
    $id = 1 if !defined $id;
    $self->send(qq({"jsonrpc":"2.0","method":"$method","params":)
        . (defined $params ? $params : '[]') . qq(,"id":$id}\n));
    return $self->line;
}

sub closes {
    my ($self, $timeout) = @_;
    my $until = time + ($timeout || 10);
    1 while $self->more($until);
    return $self->{ended} ? 1 : 0;
}

# ---------------------------------------------------------------- WebSocket

sub frame {
    my ($self, $opcode, $payload, $first) = @_;
    my $length = length $payload;
    my $head = pack('C', defined $first ? $first : 0x80 | $opcode);
    $head .= $length < 126 ? pack('C', 0x80 | $length)
        : $length < 65536 ? pack('Cn', 0x80 | 126, $length)
        : pack('CQ>', 0x80 | 127, $length);
    my $mask = "\x01\x02\x03\x04";
    my $masks = substr($mask x ($length / 4 + 1), 0, $length);
    return $self->send($head . $mask . ($payload ^ $masks));
}

sub text { return $_[0]->frame(1, $_[1]) }

sub read_frame {
    my ($self, $timeout) = @_;
    my $until = time + ($timeout || 10);
    while (1) {
        my $b = $self->{buffer};
        if (length $b >= 2) {
            my ($first, $length) = unpack('CC', $b);
            my $head = $length < 126 ? 2 : $length == 126 ? 4 : 10;
            if (length $b >= $head) {
                $length = unpack('n', substr($b, 2, 2)) if $length == 126;
                $length = unpack('Q>', substr($b, 2, 8)) if $length == 127;
                if (length $b >= $head + $length) {
                    substr($self->{buffer}, 0, $head + $length, '');
                    return ($first & 15, substr($b, $head, $length));
                }
            }
        }
        $self->more($until) or return;
    }
}

sub ask {
    my ($self, $method, $params) = @_;
    $self->text(qq({"jsonrpc":"2.0","method":"$method","params":)
        . (defined $params ? $params : '[]') . ',"id":1}');
    my ($opcode, $payload) = $self->read_frame;
    return $payload;
}

1;
