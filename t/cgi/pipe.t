#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# rpc-cgi through a pipe: the three protocols, its options, deferred calls,
# and what is in the environment of a request.
use strict;
use warnings;
use lib 't/lib', 't/cgi';
use Test::More;
use Cgi;
use RpcTest;

my @calc = Cgi::handler('calc');
my $xml = '<?xml version="1.0"?><methodCall><methodName>add</methodName>'
    . '<params><param><value><int>2</int></value></param>'
    . '<param><value><int>3</int></value></param></params></methodCall>';
my $json = '{"jsonrpc":"2.0","method":"add","params":{"y":3,"x":2},"id":1}';
my $five = '{"jsonrpc":"2.0","result":5,"id":1}';
my $pyrpc = "{'res': 'response', 'data': '5'}";
my %post = (REQUEST_METHOD => 'POST');

# ----------------------------------------------------------- the main job

for my $with ({}, { CONTENT_LENGTH => length $xml }) {
    my $r = Cgi::run({ %post, CONTENT_TYPE => 'text/xml', %$with }, $xml, @calc);
    is($r->{exit}, 0, 'XML-RPC: answered');
    is($r->{stderr}, '', 'without a word beside');
    is($r->{headers}{status}, '200 OK', 'status');
    like($r->{headers}{'content-type'}, qr{^text/xml\b}, 'media type');
    is($r->{headers}{'content-length'}, length $r->{body}, 'length');
    like($r->{body}, qr{<value><int>5</int></value>}, 'the sum');
}
is(Cgi::run({ %post, CONTENT_TYPE => 'application/json; charset=utf-8' },
    $json, @calc)->{body}, $five, 'JSON-RPC');
is(Cgi::run({ %post, CONTENT_TYPE => 'application/x-www-form-urlencoded' },
    'request=execute&data=add(2,+3)', @calc)->{body}, $pyrpc, 'a form');
is(Cgi::run({ REQUEST_METHOD => 'GET',
    QUERY_STRING => 'request=execute&data=add(2,%203)' }, undef,
    @calc)->{body}, $pyrpc, 'PyRPC by GET');
is(Cgi::run({ REQUEST_METHOD => 'GET',
    QUERY_STRING => 'method=add&params=%5B2,3%5D&id=1' }, undef,
    @calc)->{body}, $five, 'JSON-RPC by GET');
like(Cgi::run({ REQUEST_METHOD => 'GET', PATH_INFO => '/add',
    QUERY_STRING => 'x=2&y=3' }, undef, @calc)->{body}, qr/"result":5\b/,
    'JSON-RPC 1.1 by GET');

# Nothing but a message: its first character tells what it is.
is(Cgi::run({}, " \n$json", @calc)->{body}, $five, 'JSON by itself');
like(Cgi::run({}, $xml, @calc)->{body}, qr{<int>5</int>}, 'XML by itself');
is(Cgi::run({}, "{'req': 'execute', 'data': 'add(2, 3)'}", @calc)->{body},
    $pyrpc, 'a literal by itself');
is(Cgi::run({}, undef, @calc, '--request', $json)->{body}, $five,
    'handle_request(text)');
like(Cgi::run({ REQUEST_METHOD => 'GET', QUERY_STRING => 'openrpc' }, $json,
    @calc, '--request', $xml)->{body}, qr{<int>5</int>},
    'whatever the environment says');
is(Cgi::run({ %post, CONTENT_TYPE => 'text/plain' }, $json, @calc, '--type',
    'application/json')->{body}, $five, '--type');
is(Cgi::run({ %post, CONTENT_TYPE => 'application/json' },
    '[' . join(',', ($json) x 3) . ']', @calc)->{body},
    '[' . join(',', ($five) x 3) . ']', 'a batch');
my $r = Cgi::run({ %post, CONTENT_TYPE => 'application/json' },
    '{"jsonrpc":"2.0","method":"add","params":[2,3]}', @calc);
is("$r->{status} $r->{body}", '200 ', 'a notification is not answered');

# ------------------------------------------------------------------- mounts

is(Cgi::call('calc.add', '[2,3]', '--handler', RpcTest::module('calc')
    . '=calc'), $five, 'a prefix');
my @both = ('--handler', RpcTest::module('calc') . '=a', '--handler',
    RpcTest::module('calc') . '=b:', Cgi::handler('server'));
is(Cgi::call('a.add', '[2,3]', @both), $five, 'one table twice');
is(Cgi::call('b:add', '[2,3]', @both), $five, 'under two prefixes');
like(Cgi::call('ping', '[]', @both), qr/"pong"/, 'and another table');
like(Cgi::call('system.listMethods', '[]', @both), qr/"a\.add".*"b:add"/,
    'all are listed');

# ------------------------------------------------------ the call, its caller

my @chaos = Cgi::handler('chaos');
like(Cgi::run({ %post, CONTENT_TYPE => 'application/json', REMOTE_USER => 'ada',
    REMOTE_ADDR => '192.0.2.7' },
    '{"jsonrpc":"2.0","method":"identity","id":1}', @chaos)->{body},
    qr/(?=.*"ada")(?=.*"192\.0\.2\.7")(?=.*"cgi")/,
    'the user, the address and the transport');
like(Cgi::call('later', '[0.1]', @chaos), qr/"result":\[/,
    'a deferred call is waited for');
like(Cgi::call('later', '[1, 0.1]', @chaos), qr/"code":-32003/,
    'until its limit');
for my $late ('[0.1, 0.09]', '[0.1, 0.1]') {
    is(Cgi::run({}, undef, @chaos, '--request',
        qq({"jsonrpc":"2.0","method":"later","params":$late,"id":1}))->{exit},
        0, "and one that is late harms nothing: $late");
}
$r = Cgi::run({ %post, CONTENT_TYPE => 'application/json' },
    '{"jsonrpc":"2.0","method":"null","id":1}', @chaos);
my ($id) = $r->{body} =~ /\(id (\w+)\)/;
like($r->{stderr}, qr/^rpc-cgi: .*null.*\(id \Q$id\E\)\n\z/,
    'what a handler did wrong is said on standard error');

# -------------------------------------------------------------- the options

like(Cgi::call('add', '[1,2,3]', @calc, '--no-introspection'),
    qr/"code":-32602/, '--no-introspection');
like(Cgi::call('system.listMethods', '[]', @calc, '--no-introspection'),
    qr/"code":-32601/, 'leaves it out');
like(Cgi::call('system.multicall', '[[]]', @calc, '--no-multicall'),
    qr/"code":-32601/, '--no-multicall');
my @spec = Cgi::handler('spec');
(my $nil = $xml) =~ s/add/echo/;
$nil =~ s/<params>.*<\/params>//;
like(Cgi::run({}, $nil, @spec)->{body}, qr/-32603/, 'no nil by itself');
like(Cgi::run({}, $nil, @spec, '--xml-nil')->{body}, qr{<nil/>}, '--xml-nil');
like(Cgi::run({}, $xml, @calc, '--xml-encoding', 'ISO-8859-1')->{body},
    qr/encoding="iso-8859-1"/i, '--xml-encoding');
is(Cgi::run({ %post, CONTENT_TYPE => 'text/xml' }, $xml, @calc,
    '--protocols', 'jsonrpc,pyrpc')->{status}, 415, '--protocols');
is(Cgi::run({ REQUEST_METHOD => 'GET', QUERY_STRING => 'method=add' }, undef,
    @calc, '--get', 'off')->{status}, 405, '--get off');
for my $limit ([ 'max-body', '10', qr/-32002|more than 10 bytes/ ],
    [ 'max-depth', '1', qr/RpcMaxDepth 1/ ],
    [ 'max-values', '1', qr/RpcMaxValues 1/ ],
    [ 'max-batch', '1', qr/RpcMaxBatch 1/ ],
    [ 'max-string', '3', qr/RpcMaxString 3/ ])
{
    like(Cgi::run({ %post, CONTENT_TYPE => 'application/json' },
        '[{"jsonrpc":"2.0","method":"add","params":[[[1]],2],"id":1},1,2]',
        @calc, "--$limit->[0]", $limit->[1])->{body}, $limit->[2],
        "--$limit->[0]");
}
like(Cgi::run({}, $json, @calc, '--max-body', '1K')->{body}, qr/"result":5/,
    'a suffix');

# ------------------------------------------------------------------ the page

$r = Cgi::run({ REQUEST_METHOD => 'GET', HTTP_HOST => 'www.example.com',
    HTTPS => 'on', SCRIPT_NAME => '/cgi-bin/rpc' }, undef, @calc,
    '--title', 'The <title>', '--name', 'The name', '--description', 'Of it.');
is($r->{status}, 200, 'GET: the documentation page');
like($r->{headers}{'content-type'}, qr{^text/html}, 'as HTML');
like($r->{headers}{'content-security-policy'}, qr/default-src 'none'/,
    'with its policy');
like($r->{body}, qr{<title>The &lt;title&gt;</title>}, 'its title');
like($r->{body}, qr{The name.*Of it\.}s, 'name and description');
like($r->{body}, qr{https://www\.example\.com/cgi-bin/rpc}, 'its URL');
for my $file ($r->{body} =~ /"\?(rpc-docs\.\w+)"/g) {
    my $part = Cgi::run({ REQUEST_METHOD => 'GET', QUERY_STRING => $file },
        undef, @calc, $file);
    like($part->{headers}{'content-type'}, qr{^text/(?:css|javascript)},
        "$file is served");
    cmp_ok(length $part->{body}, '>', 500, 'whole');
}
$r = Cgi::run({ REQUEST_METHOD => 'HEAD' }, undef, @calc);
is($r->{body}, '', 'HEAD has no body');
cmp_ok($r->{headers}{'content-length'}, '>', 1000, 'but its length');
like(Cgi::run({ REQUEST_METHOD => 'GET', QUERY_STRING => 'openrpc' }, undef,
    @calc)->{body}, qr/^\{"openrpc":"1\.2\.6"/, '?openrpc');
is(Cgi::run({ REQUEST_METHOD => 'GET' }, undef, @calc, '--no-docs')->{status},
    405, '--no-docs');
$r = Cgi::run({ REQUEST_METHOD => 'OPTIONS' }, undef, @calc);
is("$r->{status} $r->{headers}{allow}", '204 GET, HEAD, POST, OPTIONS',
    'OPTIONS');
$r = Cgi::run({}, undef, '--help');
like($r->{bytes}, qr/^usage: rpc-cgi .*--handler.*Exit status/s, '--help');
is($r->{exit}, 0, 'is no error');
like(Cgi::run({}, undef, '--version')->{bytes}, qr/^rpc-cgi \d+\.\d+/,
    '--version');
done_testing();
