#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# The client library over TLS: https, wss and tcps, whose certificate is
# trusted by --cacert, by nobody, or is another host's.
use strict;
use warnings;
use lib 't/lib', 't/client';
use Test::More;
use ClientTest;
use RpcTest;

my $dir = RpcTest::logs();
my ($status, $said) = RpcTest::run_command('openssl', 'req', '-x509',
    '-newkey', 'rsa:2048', '-nodes', '-days', 2, '-subj', '/CN=test',
    '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', "$dir/client.key",
    '-out', "$dir/client.crt");
plan skip_all => "openssl cannot make a certificate: $said" if $status;

my ($https, $stream) = map { RpcTest::free_port() } 1, 2;
my $tls = "SSLEngine on\nSSLCertificateFile $dir/client.crt\n"
    . "SSLCertificateKeyFile $dir/client.key\n";
RpcTest::allow_log(qr/ssl:warn.* AH0(?:1873|1882|1906|1909)/);
RpcTest::allow_log(qr/AH0(?:2008|1998|2042|1991|2041|4152)|SSL Library Error/);
my $httpd = RpcTest::httpd(<<"CONF", modules => [qw(rpc calc talk)],
AsyncRequestWorkerFactor 64
Listen 127.0.0.1:$https https
<VirtualHost 127.0.0.1:$https>
    $tls
    <Location "/rpc">
        SetHandler rpc
        RpcWebSocket on
        RpcHandler calc
        RpcHandler talk talk
    </Location>
</VirtualHost>
Listen 127.0.0.1:$stream jsonrpc
<VirtualHost 127.0.0.1:$stream>
    $tls
    RpcStream jsonrpc
    RpcHandler calc
    RpcHandler talk talk
</VirtualHost>
CONF
    system => [qw(socache_shmcb ssl)]);

my %urls = (https => "https://127.0.0.1:$https/rpc",
    wss => "wss://127.0.0.1:$https/rpc", tcps => "tcps://127.0.0.1:$stream");
for my $scheme (sort keys %urls) {
    my $url = $urls{$scheme};
    my @trusted = ('--cacert', "$dir/client.crt");
    my ($exit, $out, $err) = ClientTest::run([@trusted, $url, 'add', 2, 3]);
    is("$exit $out$err", "0 5\n", "$scheme: trusted");
    ($exit, $out, $err) = ClientTest::run([$url, 'add', 2, 3]);
    is($exit, 3, "$scheme: not trusted");
    like($err, qr/certificate/i, "$scheme: $err");
    ($exit, $out, $err) = ClientTest::run([@trusted,
        $url =~ s/127\.0\.0\.1/localhost/r, 'add', 2, 3]);
    is($exit, 3, "$scheme: another host's");
    like($err, qr/localhost/, "$scheme: $err");
    ($exit, $out, $err) = ClientTest::run(['--insecure',
        $url =~ s/127\.0\.0\.1/localhost/r, 'add', 2, 3]);
    is("$exit $out$err", "0 5\n", "$scheme: --insecure");

    # More than a record, both ways; many at once.
    my $long = 'x' x 100_000;
    ($exit, $out, $err) = ClientTest::run([@trusted, '--batch', '-', $url],
        input => "add 1 2\n" x 200);
    is("$exit $out", '0 ' . "3\n" x 200, "$scheme: 200 calls");
    ($exit, $out, $err) = ClientTest::run([@trusted, '--batch', '-', $url],
        input => qq(system.methodHelp "$long"\n));
    is($exit, 1, "$scheme: a long one");
    next if $scheme eq 'https';
    ($exit, $out, $err) = ClientTest::run([@trusted, '-j', '--listen', '-c',
        1, $url, 'talk.notify', 'hello', '[1]']);
    like($out, qr/^\{"method":"hello","params":\[1\]\}$/m,
        "$scheme: is called");
}
$httpd->stop;
done_testing();
