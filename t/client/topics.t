#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# Subscriptions of the client library, by TCP and by WebSocket: what the blog
# publishes, and a module under a prefix; after a graceful restart, too.
use strict;
use warnings;
use lib 't/lib', 't/client';
use Test::More;
use ClientTest;
use RpcTest;

my $program = ClientTest::build(RpcTest::tree() . '/t/c-clients/topics.c');
my $stream = RpcTest::free_port();
my $tables = "RpcHandler blog blog\nRpcHandler talk chat\n";
my $httpd = RpcTest::httpd(<<"CONF", modules => [qw(rpc blog talk)],
AsyncRequestWorkerFactor 64
DBDriver sqlite3
DBDParams "\@DIR\@/blog.sqlite"
<Location "/rpc">
    SetHandler rpc
    RpcWebSocket on
    $tables
</Location>
Listen 127.0.0.1:$stream jsonrpc
<VirtualHost 127.0.0.1:$stream>
    RpcStream jsonrpc
    $tables
</VirtualHost>
CONF
    system => ['dbd']);
my %urls = (TCP => "tcp://127.0.0.1:$stream",
    WebSocket => $httpd->url('/rpc') =~ s/^http/ws/r);

# A subscriber that has said so; its process and what it prints.
sub subscriber {
    my ($url, $topic, $count) = @_;
    my $pid = open(my $from, '-|', 'timeout', '40', $program, $url, $topic,
        $count) or die "$program: $!\n";
    return ($from, scalar <$from>);
}

sub call {
    my ($status, $out, $err) = ClientTest::run(['-j', @_]);
    return $status == 0 ? $out : die "rpc-call @_: $err";
}

# The realm of a topic is its virtual server: who publishes is there as well.
for my $way (sort keys %urls) {
    my $url = $urls{$way};
    my ($post) = call($url, 'blog.add_post', 'Title', 'me', 'Body')
        =~ /"id":(\d+)/;
    ok($post, "$way: a post");
    my ($from, $said) = subscriber($url, 'blog.comment_added', 2);
    is($said, "subscribe: done\n", "$way: the blog's topic");
    call($url, 'blog.add_comment', $post, 'you', "$_ comment") for 1, 2;
    like(scalar <$from>, qr/^blog\.comment_added \[\{.*"$_ comment"/,
        "$way: comment $_") for 1, 2;
    is(scalar <$from>, "unsubscribe: done\n", "$way: and no more");
    ok(close $from, "$way: it ends well");

    ($from, $said) = subscriber($url, 'chat.said', 2);
    is($said, "subscribe: done\n", "$way: with the prefix of the table");
    call($url, 'chat.say', '{"a": [1, true]}');
    is(scalar <$from>, qq(chat.said [{"a":[1,true]}]\n), "$way: a struct");
    $httpd->graceful;
    my $is_heard = '';
    vec($is_heard, fileno($from), 1) = 1;
    for (1 .. 50) {
        call($url, 'chat.say', 'again');
        last if select(my $ready = $is_heard, undef, undef, 0.2);
    }
    is(scalar <$from>, qq(chat.said ["again"]\n),
        "$way: after a graceful restart");
    close $from;

    ($from, $said) = subscriber($url, 'talk.said', 1);
    like($said, qr/^subscribe: talk\.said: provided event invalid/,
        "$way: without its prefix there is none");
    close $from;
}
$httpd->stop;
done_testing();
