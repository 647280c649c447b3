#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# Large messages, which take turns and share memory: each is answered as a
# small one is, a bad one gives its turn back, a slow method holds up no other.
use strict;
use warnings;
use lib 't/lib';
use IO::Socket::INET ();
use Test::More;
use Time::HiRes qw(time);
use RpcTest;

my $blanks     = ' ' x 100_000;
my $text       = join(' ', 1 .. 40_000);
my ($cpus)     = `getconf _NPROCESSORS_ONLN` =~ /(\d+)/;
my $many       = 4 * $cpus < 24 ? 4 * $cpus : 24;
my $notify     = '{"jsonrpc":"2.0","method":"add","params":[2,3]}';

sub json {
    my ($method, $params) = @_;
    return qq({"jsonrpc":"2.0","method":"$method","params":$params,"id":1});
}

sub result { return qq({"jsonrpc":"2.0","result":$_[0],"id":1}) }

for my $mpm ('event', 'worker', 'prefork') {
    my $server = RpcTest::httpd(<<'CONF', mpm => $mpm, threads => 32);
<Location "/rpc">
    SetHandler rpc
    RpcHandler calc
    RpcHandler server
    RpcHandler chaos
    RpcMaxDepth 10
</Location>
CONF
    my $url  = $server->url('/rpc');
    my $post = sub {
        my ($body, $type) = @_;
        return RpcTest::post($url, $type || 'application/json', $body)
            ->{body};
    };
    my $send = sub {
        my ($body) = @_;
        my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
            PeerPort => $server->port) or die $!;
        print {$socket} "POST /rpc HTTP/1.1\r\nHost: x\r\nContent-Type: "
            . "application/json\r\nConnection: close\r\nContent-Length: "
            . length($body) . "\r\n\r\n$body";
        $socket->flush;
        return $socket;
    };

    my @objects = map { qq({"n":$_,"text":"$text"}) } 1 .. 3;
    for my $size (0, 2, 1, 2, 0) {
        my $list = '[' . join(',', @objects[0 .. $size]) . ']';
        is($post->(json('echo', "[$list]")), result($list),
            "$mpm: an echo of " . length($list) . ' bytes');
    }
    is($post->(json('add', '[2,3]') . $blanks), result(5),
        "$mpm: a short answer to a long request");
    is($post->($notify . $blanks), '', "$mpm: no answer to one");
    my $long = $post->(json('huge', '[300000]'));
    is(length $long, length(result('""')) + 300_000,
        "$mpm: a long answer to a short request");
    is($post->(json('huge', '[300000]') . $blanks), $long,
        "$mpm: a longer answer to a long request");
    my $chunked = join('', map { sprintf("%x\r\n%s\r\n", length, $_) }
        (json('echo', qq(["$text"]))) =~ /(.{1,9000})/gs) . "0\r\n\r\n";
    is(RpcTest::raw($server->port, "POST /rpc HTTP/1.1\r\nHost: x\r\n"
        . "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n"
        . "\r\n$chunked")->{body}, result(qq("$text")),
        "$mpm: one that grows as it comes");
    like($post->('<?xml version="1.0"?><methodCall><methodName>echo'
        . "</methodName><params><param><value><string>$text</string></value>"
        . '</param></params></methodCall>', 'text/xml'),
        qr{<string>\Q$text\E</string>}, "$mpm: XML-RPC");
    is($post->("{'req': 'execute', 'data': 'echo(\"$text\")'}",
        'text/x-python'), "{'res': 'response', 'data': \"'$text'\"}",
        "$mpm: PyRPC");
    is($post->("request=execute&data=echo('$text')" =~ s/ /+/gr,
        'application/x-www-form-urlencoded'),
        "{'res': 'response', 'data': \"'$text'\"}", "$mpm: a form");
    like($post->(json('later', '[0.05]') . $blanks), qr/"later",0\.05,false/,
        "$mpm: one that is completed by another thread");
    like($post->(json('later', '[0.6,0.1]') . $blanks), qr/"code":-32003/,
        "$mpm: one that is completed too late");

    # As many bad ones as there could be turns, in each way.
    my %bad;
    for (1 .. $many) {
        $bad{parse}++ if $post->("$blanks\[1") =~ /"code":-32700/;
        $bad{depth}++
            if $post->('[' x 11 . $blanks) =~ /"code":-32700.*RpcMaxDepth/;
        $bad{request}++ if $post->("{}$blanks") =~ /"code":-32600/;
        $bad{form}++ if $post->("request=other&data=$text" =~ s/ /+/gr,
            'application/x-www-form-urlencoded') =~ /'res': 'error'/;
    }
    is_deeply(\%bad, { map { $_ => $many } qw(parse depth request form) },
        "$mpm: $many of each kind of bad ones");
    is($post->(json('add', '[2,3]') . $blanks), result(5),
        "$mpm: and good ones after them");

    next if $many < 2 * $cpus;    # not enough to take all turns
    my @slow = map { $send->(json('sleeps', '[1.5]') . $blanks) } 1 .. $many;
    my $begin = time;
    is($post->(json('add', '[2,3]') . $blanks), result(5),
        "$mpm: one while $many wait in their methods");
    cmp_ok(time - $begin, '<', 1, "$mpm: is not held up");
    my $answers = grep { local $/; <$_> =~ /"result":1\.5/ } @slow;
    is($answers, $many, "$mpm: they are answered, too");
}

done_testing();
