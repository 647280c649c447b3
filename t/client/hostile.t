#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# Servers that answer wrongly, or not at all: rpc-call says what came, and
# ends with 3. A call is sent once more only if it is marked safe.
use strict;
use warnings;
use lib 't/lib', 't/client';
use IO::Select ();
use Test::More;
use RpcTest;
use ClientTest;

sub http {
    my ($status, $type, $body, $more) = @_;
    return "HTTP/1.1 $status\r\n" . ($type ? "Content-Type: $type\r\n" : '')
        . ($more || '') . 'Content-Length: ' . length($body)
        . "\r\n\r\n$body";
}

my $json = 'application/json';
my $ok = '{"jsonrpc":"2.0","result":7,"id":1}';
my $nested = '[' x 100 . ']' x 100;
my @cases = (
    ['a good answer', http('200 OK', $json, $ok), 0, qr/^7$/],
    ['without a Content-Type', http('200 OK', '', $ok), 0, qr/^7$/],
    ['of a +json type', http('200 OK', 'application/x+json', $ok), 0,
        qr/^7$/],
    ['an error with status 500', http('500 No', $json,
        '{"error":{"code":5,"message":"m"},"id":1}'), 1, qr/fault 5: m$/],
    ['a page', http('503 Busy', 'text/html', "<html>\e[2J\0\xff"), 3,
        qr/HTTP status 503, text\/html, 12 bytes "<html>\\x1b\[2J\\x00\\xff": expected JSON/],
    ['no body', http('404 No', $json, ''), 3,
        qr/HTTP status 404, application\/json, without a body/],
    ['no JSON', http('200 OK', $json, '{"jsonrpc"'), 3, qr/line 1, column/],
    ['another id', http('200 OK', $json, '{"result":7,"id":2}'), 3,
        qr/another id/],
    ['another type of id', http('200 OK', $json, '{"result":7,"id":"1"}'), 3,
        qr/another id/],
    ['neither result nor error', http('200 OK', $json, '{"id":1}'), 3,
        qr/neither a result nor an error/],
    ['both of them', http('200 OK', $json,
        '{"result":1,"error":{"code":1,"message":"x"},"id":1}'), 3,
        qr/both a result and an error/],
    ['an array', http('200 OK', $json, "[$ok]"), 3, qr/an array of answers/],
    ['too deep', http('200 OK', $json, "{\"result\":$nested,\"id\":1}"), 3,
        qr/more than 64 levels \(max_depth 64\)/],
    ['a redirect', http('302 There', 'text/html', 'x',
        "Location: http://example.org/\r\n"), 3,
        qr{redirected to http://example.org/, which is not followed}],
    ['no HTTP', "hello\r\n\r\n", 3, qr/HTTP|hello|version/i],
    ['half an answer', "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", 3,
        qr/./],
    ['nothing', '', 3, qr/[Ee]mpty reply/],
    ['a promise of 4 GiB', "HTTP/1.1 200 OK\r\nContent-Type: $json\r\n"
        . "Content-Length: 4294967296\r\n\r\n{", 3, qr/./],
);

for my $case (@cases) {
    my ($name, $bytes, $want, $says) = @$case;
    my ($port, $pid) = ClientTest::server(sub {
        ClientTest::read_request($_[0]);
        syswrite($_[0], $bytes);
    });
    my ($status, $out, $err) = ClientTest::run(
        ["http://127.0.0.1:$port/", 'm']);
    ClientTest::stop($pid);
    is($status, $want, "$name: exit status $want");
    like("$out$err", $says, "$name: " . ($err || $out));
}

# The other protocols: what is no answer of theirs.
for (['--xmlrpc', 'text/xml', '<methodResponse/>',
        qr/ends without <params>/],
    ['--xmlrpc', 'text/xml', "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><methodResponse><params><param><value>&b;</value></param></params></methodResponse>",
        qr/DOCTYPE/],
    ['--xmlrpc', 'application/json', $ok, qr/expected XML/],
    ['--pyrpc', 'text/plain', "{'res': 'response', 'data': '__import__(\"os\")'}",
        qr/line 1/],
    ['--pyrpc', 'text/html', '<p>', qr/expected a PyRPC answer/])
{
    my ($option, $type, $body, $says) = @$_;
    my ($port, $pid) = ClientTest::server(sub {
        ClientTest::read_request($_[0]);
        syswrite($_[0], http('200 OK', $type, $body));
    });
    my ($status, $out, $err) = ClientTest::run(
        [$option, "http://127.0.0.1:$port/", 'm']);
    ClientTest::stop($pid);
    is($status, 3, "$option: exit status 3");
    like($err, $says, "$option: $err");
}

# An answer that never ends, of which only so much is read.
my ($port, $pid) = ClientTest::server(sub {
    ClientTest::read_request($_[0]);
    syswrite($_[0], "HTTP/1.1 200 OK\r\nContent-Type: $json\r\n\r\n");
    1 while syswrite($_[0], ' ' x 65536);
});
my ($status, $out, $err) = ClientTest::run(["http://127.0.0.1:$port/", 'm']);
ClientTest::stop($pid);
is($status, 3, 'an answer without end');
like($err, qr/more than 67108864 bytes \(max_response\)/, $err);

# One that never comes.
($port, $pid) = ClientTest::server(sub { sleep 20 });
($status, $out, $err) = ClientTest::run(
    ['--timeout', '0.3', "http://127.0.0.1:$port/", 'm']);
ClientTest::stop($pid);
is($status, 3, 'no answer');
like($err, qr/timed out/i, $err);

# A kept-alive connection that ends with the second request on it: counted by
# the server, which answers the first of each connection.
my $program = ClientTest::build(RpcTest::tree() . '/t/c-clients/repeat.c');
for my $safe (0, 1) {
    my $counts = RpcTest::logs() . "/requests-$$-$safe";
    ($port, $pid) = ClientTest::server(sub {
        my ($socket) = @_;
        for my $turn (0, 1) {
            my $got = ClientTest::read_request($socket);
            last if $got eq '';
            open(my $log, '>>', $counts) or die "$counts: $!\n";
            print {$log} "$turn\n";
            close $log;
            my ($id) = $got =~ /"id":(\d+)/;
            syswrite($socket, http('200 OK', $json,
                "{\"result\":$id,\"id\":$id}")) if !$turn;
        }
    });
    my ($failed, $said) = RpcTest::run_command($program,
        "http://127.0.0.1:$port/", $safe);
    ClientTest::stop($pid);
    my $requests = RpcTest::slurp($counts);
    $requests =~ tr/\n/ /;
    is($failed, 0, 'the program ends well');
    if ($safe) {
        is($requests, '0 1 0 ', 'one that is safe is sent once more');
        like($said, qr/^1\n2\n/, 'and answered');
    }
    else {
        is($requests, '0 1 ', 'one that is not is not');
        like($said, qr/^1\nthe connection ended before the answer; the call may have run/,
            'and the caller is told');
    }
}
done_testing();
