#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# rpc-cgi as a CGI script of a real httpd, by mod_cgid and mod_cgi: Python's
# xmlrpc.client calls it, and the vectors of all protocols are answered.
use strict;
use warnings;
use lib 't/lib', 't/cgi';
use Test::More;
use Cgi;
use RpcTest;

# What a script says on standard error is a line of the error log.
RpcTest::allow_log(qr/AH0121\d: .*rpc-cgi: /);
RpcTest::allow_log(qr/rpc-cgi: [ -~]+/);

my $top = File::Temp->newdir(DIR => RpcTest::logs());
my @server = (Cgi::handler('calc'), Cgi::handler('server'));
Cgi::script("$top/rpc", @server);
Cgi::script("$top/spec", map({ Cgi::handler($_) } qw(spec validator1)),
    '--xml-nil');
Cgi::script("$top/who", Cgi::handler('chaos'));
Cgi::script("$top/broken", Cgi::handler('counter'));
chmod 0755, $top;
Cgi::write_file("$top/users", "ada:{SHA}MJgvYgf2tRctgBqviyzN0HpBdyY=\n");

sub start {
    my ($mpm, $module) = @_;
    my $conf = <<"CONF";
<IfModule cgid_module>
    ScriptSock "\@DIR\@/cgisock"
</IfModule>
ScriptAlias "/" "$top/"
<Directory "$top">
    Options +ExecCGI
    Require all granted
</Directory>
<Location "/who">
    AuthType Basic
    AuthName "rpc"
    AuthUserFile "$top/users"
    Require valid-user
</Location>
CONF
    return RpcTest::httpd($conf, mpm => $mpm, modules => ['rpc'],
        system => [$module]);
}

sub check {
    my ($protocol, $url, @arguments) = @_;
    return RpcTest::run_command('python3', RpcTest::tree()
        . "/t/vectors/check_$protocol.py", $url, @arguments);
}

my $json = '{"jsonrpc":"2.0","method":"add","params":[2,3],"id":1}';
for my $case ([ 'event', 'cgid' ], [ 'prefork', 'cgi' ]) {
    my ($mpm, $module) = @$case;
    my $server = start($mpm, $module);
    my $url = $server->url('/rpc');
    my ($status, $output) = RpcTest::run_command('python3', '-c', <<"PYTHON");
import xmlrpc.client as client
server = client.ServerProxy("$url", allow_none=True)
print(server.add(2, 3), server.ping(), server.echo([1.5, "\\u03ba", {"a": b"b"}]))
multicall = client.MultiCall(server)
multicall.add(1, 1)
multicall.add(2, 2)
print(list(multicall()))
try:
    server.add(1)
except client.Fault as fault:
    print(fault.faultCode)
PYTHON
    is($status, 0, "$module: xmlrpc.client") or diag($output);
    like($output, qr/^5 pong \[1\.5, '\x{ce}\x{ba}', \{.*\}\]\n\[2, 4\]\n-32602$/,
        'calls, calls several, gets its fault');

    my $r = RpcTest::post($url, 'application/json', $json);
    is($r->{status}, 200, "$module: JSON-RPC");
    is($r->{body}, '{"jsonrpc":"2.0","result":5,"id":1}', 'its answer');
    $r = RpcTest::get("$url/add?x=2&y=3");
    like($r->{body}, qr/"result":5\b/, 'a procedure below the script');
    $r = RpcTest::get($url, accept => 'text/html');
    like($r->{body}, qr{\Q$url\E</code>}, 'the page and its URL');
    for my $file ($r->{body} =~ /"\?(rpc-docs\.\w+)"/g) {
        is(RpcTest::get("$url?$file")->{status}, 200, "?$file");
    }
    is(RpcTest::get("$url?--handler+/etc/passwd")->{status}, 400,
        'no options by URL');
    $r = RpcTest::raw($server->port, "POST /rpc HTTP/1.1\r\nHost: localhost\r\n"
        . "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        . sprintf("%x\r\n%s\r\n0\r\n\r\n", length $json, $json));
    like($r->{body}, qr/"result":5\b/, 'a chunked body');
    is(RpcTest::post($url, 'text/html', $json)->{status}, 415,
        'a refusal keeps its status');
    is(RpcTest::post($url, 'application/json', ' ' x 12_000_000)->{status},
        413, 'also where a large body was not wanted');
    $r = RpcTest::post($server->url('/broken'), 'application/json', $json);
    is($r->{status}, 500, 'a handler that cannot be loaded');
    like($r->{body}, qr/-32603/, 'is answered in the protocol');
    my $who = '{"jsonrpc":"2.0","method":"identity","id":1}';
    is(RpcTest::post($server->url('/who'), 'application/json',
        $who)->{status}, 401, 'httpd keeps its authentication');
    $r = RpcTest::post($server->url('/who'), 'application/json', $who,
        authorization => 'Basic YWRhOmxvdmVsYWNl');
    like($r->{body}, qr/"ada"/, 'and says who it is');

    next if $module ne 'cgid';
    ($status, $output) = check('jsonrpc', $server->url('/spec'),
        'jsonrpc10,jsonrpc11,http-get,openrpc');
    like($output, qr/^(?:9\d|\d{3,}) passed, 0 failed/m, 'all of jsonrpc.json')
        or diag($output);
    ($status, $output) = check('pyrpc', $server->url('/spec'));
    like($output, qr/^(?:[7-9]\d|\d{3,}) passed, 0 failed$/m,
        'all of pyrpc.json') or diag($output);
    # gzip is httpd's part there, which a script has not.
    ($status, $output) = check('xmlrpc', $server->url('/spec'),
        'nil,i8,ex,multicall,introspection,capabilities');
    like($output, qr/^1[01]\d passed, 0 failed, [0-5] skipped$/m,
        'xmlrpc.json but for gzip') or diag($output);
}
done_testing();
