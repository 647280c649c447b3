#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# server_info: versions, children and what they have counted, under each MPM;
# what tables add; what a restart and a child's end leave.
use strict;
use warnings;
use lib 't/lib';
use JSON::PP ();
use Test::More;
use RpcTest;

RpcTest::expect_log(qr/RPC\d+: method server_info of table server asked table chaosdispatch, whose server_info returned no struct/);
RpcTest::allow_log(qr/AH00052: child pid \d+ exit signal/);

my $json = JSON::PP->new->utf8;
my $conf = <<'CONF';
<Location "/rpc">
    SetHandler rpc
    RpcHandler server
    RpcHandler chaos
    RpcHandler chaos again
</Location>
<Location "/broken">
    SetHandler rpc
    RpcHandler server
    RpcHandler chaosdispatch
</Location>
<Location "/plain">
    SetHandler rpc
    RpcHandler server
</Location>
CONF

sub post {
    my ($server, $path, $message) = @_;
    return RpcTest::post($server->url($path), 'application/json',
        $message)->{body};
}

sub info {
    my ($server, $path) = @_;
    return $json->decode(post($server, $path || '/rpc',
        '{"jsonrpc":"2.0","method":"server_info","id":1}'))->{result};
}

for my $mpm (qw(event worker prefork)) {
    my $server = RpcTest::httpd($conf, mpm => $mpm, threads => 4);
    # It listens before all children are there.
    my $first;
    for (1 .. 100) {
        $first = info($server);
        last if @{ $first->{monitors}{httpd}{workers} }
            == ($mpm eq 'prefork' ? 4 : 1);
        Time::HiRes::sleep(0.05);
    }
    my $about = $first->{server};
    is($about->{name}, 'mod_rpc', "$mpm: the name");
    is($about->{state}, 'running', 'the state');
    is($about->{mpm}, $mpm, 'the MPM');
    is($about->{process_id}, $server->pid, 'the parent');
    is($about->{number_of_monitors}, 1, 'one monitor');
    like($about->{httpd_version}, qr{^Apache/2\.4\.}, 'of httpd');
    like($about->{apr_version}, qr{^1\.}, 'of APR');
    like($about->{version}, qr/^\d+\.\d+\.\d+$/, 'of mod_rpc');
    is($about->{generation}, 0, 'the generation');
    cmp_ok($about->{uptime}, '>', 0, 'it is up');
    cmp_ok($about->{uptime}, '<', 60, 'in seconds');

    my $httpd = $first->{monitors}{httpd};
    is($httpd->{server}{process_id}, $server->pid, 'the monitor is httpd');
    is_deeply($httpd->{httpserver}{server}{sockets},
        [ { address => '127.0.0.1:' . $server->port } ], 'where it listens');
    my @workers = @{ $httpd->{workers} };
    is(scalar @workers, $mpm eq 'prefork' ? 4 : 1, 'the children');
    my ($own) = grep { $_->{process_id} == $about->{answered_by} } @workers;
    ok($own, 'one of them answered');
    is(kill(0, map { $_->{process_id} } @workers), scalar @workers,
        'all are there');
    is($own->{threads}{total}, $mpm eq 'prefork' ? 1 : 4, 'its threads');
    cmp_ok($own->{threads}{busy}, '>=', 1, 'one is busy with this');
    cmp_ok($own->{connections}, '>=', 1, 'with a connection');
    is($own->{peers}, 0, 'no peers');
    is_deeply($first->{extra}, { chaos => 'here', user => undef },
        'what a table adds, once');
    is_deeply(info($server, '/plain')->{extra}, {}, 'only where it is mounted');

    # Messages, calls and faults, exactly; a notification counts, too.
    my $before = info($server)->{server};
    post($server, '/rpc', '{"jsonrpc":"2.0","method":"ping"}');
    post($server, '/rpc', '[{"jsonrpc":"2.0","method":"ping","id":1},'
        . '{"jsonrpc":"2.0","method":"nothing","id":2},'
        . '{"jsonrpc":"2.0","method":"ping","id":3}]');
    post($server, '/rpc', '{broken');
    RpcTest::get($server->url('/rpc?openrpc'));
    my $after = info($server)->{server};
    is($after->{messages} - $before->{messages}, 5, 'messages are counted');
    is($after->{calls} - $before->{calls}, 1 + 3 + 0 + 1 + 1, 'calls');
    is($after->{faults} - $before->{faults}, 2, 'faults');
    my $sum = 0;
    $sum += $_->{messages} for @{ info($server)->{monitors}{httpd}{workers} };
    is($sum, $after->{messages} + 1, "the children's make the sum");

    # Several at once lose no count.
    my @pids;
    for (1 .. 4) {
        my $pid = fork;
        die "fork: $!" if !defined $pid;
        if (!$pid) {
            post($server, '/rpc', '{"jsonrpc":"2.0","method":"ping","id":1}')
                for 1 .. 50;
            POSIX::_exit(0);
        }
        push @pids, $pid;
    }
    waitpid($_, 0) for @pids;
    is(info($server)->{server}{messages} - $after->{messages}, 202,
        'none is lost');

    like(post($server, '/broken',
        '{"jsonrpc":"2.0","method":"server_info","id":1}'),
        qr/"code":-32603.*id \w{8}/, 'a table that tells nothing good')
        if $mpm eq 'event';

    # A child that dies takes its line, not what it has counted.
    $before = info($server)->{server};
    RpcTest::raw($server->port, "POST /rpc HTTP/1.1\r\nHost: a\r\n"
        . "Content-Type: application/json\r\nContent-Length: 42\r\n\r\n"
        . '{"jsonrpc":"2.0","method":"crash","id":1} ', timeout => 5);
    my $dead;
    for (1 .. 100) {
        my $now = eval { info($server) };
        $dead = $now && !grep { $_->{process_id} == $before->{answered_by} }
            @{ $now->{monitors}{httpd}{workers} };
        last if $dead && $mpm ne 'prefork' || $now && $mpm eq 'prefork';
        Time::HiRes::sleep(0.1);
    }
    cmp_ok(info($server)->{server}{messages}, '>', $before->{messages},
        'counts outlive the child');

    $server->graceful;
    my $again;
    for (1 .. 50) {
        $again = info($server);
        last if $again->{server}{generation} == 1;
        Time::HiRes::sleep(0.1);
    }
    is($again->{server}{generation}, 1, 'after a graceful restart');
    cmp_ok($again->{server}{messages}, '<', 60, 'counts begin anew');
    cmp_ok($again->{server}{uptime}, '<', $about->{uptime} + 30, 'and the time');
    $server->stop;
}

# Over the other protocols, and by GET.
my $server = RpcTest::httpd($conf);
like(RpcTest::post($server->url('/plain'), 'text/xml',
    '<methodCall><methodName>server_info</methodName></methodCall>')->{body},
    qr{<name>httpd_version</name><value><string>Apache/2}, 'XML-RPC');
like(RpcTest::get($server->url('/plain?request=execute&data=server_info()'))
    ->{body}, qr/httpd_version/, 'PyRPC by GET');
done_testing();
