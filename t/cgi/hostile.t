#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# rpc-cgi and what is wrong: command lines, modules, lengths, bodies, pages of
# other sites. Each has one line on standard error and an answer.
use strict;
use warnings;
use lib 't/lib', 't/cgi';
use Test::More;
use Cgi;
use RpcTest;

my @calc = Cgi::handler('calc');
my %post = (REQUEST_METHOD => 'POST', CONTENT_TYPE => 'application/json');
my $json = '{"jsonrpc":"2.0","method":"add","params":[2,3],"id":1}';

# One line on standard error, the status of the program and of the answer.
sub fails {
    my ($r, $exit, $status, $line, $name) = @_;
    is($r->{exit}, $exit, "$name: exit status");
    is($r->{status}, $status, "$name: HTTP status");
    like($r->{stderr}, qr/\Arpc-cgi: [ -~]+\n\z/, "$name: one line");
    like($r->{stderr}, $line, "$name: what it says");
    is($r->{headers}{'content-length'}, length $r->{body},
        "$name: the answer is whole") if $status;
    return;
}

# -------------------------------------------------------- the command line

for my $case ([ [], qr/no handler: give --handler/ ],
    [ ['--handler'], qr/--handler: no such option, or its value/ ],
    [ ['--bogus'], qr/--bogus: no such option/ ],
    [ [ @calc, 'word' ], qr/word: every argument is an option/ ],
    [ [ @calc, '--max-body', '0' ], qr/from 1 to 2147483647.*not "0"/ ],
    [ [ @calc, '--max-body', '99999999999999999999' ], qr/max-body takes/ ],
    [ [ @calc, '--max-body', '3G' ], qr/max-body takes/ ],
    [ [ @calc, '--max-depth', '1001' ], qr/from 1 to 1000 / ],
    [ [ @calc, '--max-batch', '-1' ], qr/max-batch takes/ ],
    [ [ @calc, '--max-values', '1x' ], qr/max-values takes/ ],
    [ [ @calc, '--max-string', '' ], qr/max-string takes/ ],
    [ [ @calc, '--get', 'most' ], qr/--get takes safe, all or off/ ],
    [ [ @calc, '--protocols', 'soap' ], qr/--protocols takes.*"soap"/ ],
    [ [ @calc, '--protocols', '' ], qr/--protocols takes one or more/ ],
    [ [ @calc, '--xml-encoding', 'utf-16' ], qr/--xml-encoding takes/ ])
{
    my ($arguments, $line) = @$case;
    fails(Cgi::run({}, undef, @$arguments), 2, 0, $line, "@$arguments");
}
fails(Cgi::run({ GATEWAY_INTERFACE => 'CGI/1.1' }, undef, '--bogus'), 2, 500,
    qr/--bogus/, 'a server gets an answer');

# A server makes words of a query without '=': they are no options.
my $r = Cgi::run({ REQUEST_METHOD => 'GET',
    QUERY_STRING => '--handler+%2Fetc%2Fpasswd' }, undef, @calc, '--handler',
    '/etc/passwd');
is($r->{status}, 400, 'the words of a query are no options');
unlike($r->{stderr}, qr/passwd/, 'whatever they are');
$r = Cgi::run({ REQUEST_METHOD => 'GET', QUERY_STRING => '--help' }, undef,
    '--help');
is($r->{exit}, 2, 'not even --help');

# ------------------------------------------------------------- the modules

my $dir = File::Temp->newdir(DIR => RpcTest::logs());
Cgi::write_file("$dir/mod_rpc_text.so", "no module\n");
for my $case ([ RpcTest::module('counter'),
        qr/mod_rpc_counter\.so needs httpd: it uses ap_\w+, / ],
    [ "$dir/none.so", qr/none\.so cannot be loaded: / ],
    [ "$dir/mod_rpc_text.so", qr/mod_rpc_text\.so cannot be loaded: / ],
    [ RpcTest::module('rpc'), qr/mod_rpc\.so needs httpd: it uses / ],
    [ RpcTest::module('calc') . '=a b', qr/prefix "a b" may hold/ ],
    [ RpcTest::module('calc') . '=', qr/the prefix is empty/ ],
    [ RpcTest::module('calc') . '=system', qr/"system" is reserved/ ])
{
    my ($handler, $line) = @$case;
    $r = Cgi::run({%post}, $json, '--handler', $handler);
    fails($r, 3, 500, $line, $handler);
    like($r->{body}, qr/"code":-32603/, 'answered in the protocol');
    unlike($r->{body}, qr{/|\.so}, 'which tells the client no path');
}
fails(Cgi::run({%post}, $json, @calc, @calc), 3, 500, qr/calc/,
    'a method twice');

# ---------------------------------------------------------------- the body

for my $length ('99999999999999999999999', '9000000', '18446744073709551617') {
    $r = Cgi::run({ %post, CONTENT_LENGTH => $length }, $json, @calc);
    fails($r, 1, 413, qr/more than 8388608 bytes/, "a length of $length");
    like($r->{body}, qr/"code":-32002/, 'in the protocol');
}
for my $length ('-1', '0x10', '12 ', 'abc', '1e3', '+5') {
    fails(Cgi::run({ %post, CONTENT_LENGTH => $length }, $json, @calc), 1, 400,
        qr/CONTENT_LENGTH is no whole number/, "a length of $length");
}
fails(Cgi::run({ %post, CONTENT_LENGTH => 60 }, $json, @calc), 1, 400,
    qr/ended after 54 of 60 bytes/, 'a short body');
is(Cgi::run({ %post, CONTENT_LENGTH => length $json }, "$json garbage",
    @calc)->{body}, '{"jsonrpc":"2.0","result":5,"id":1}',
    'what follows the body is not read');
fails(Cgi::run({%post}, ' ' x 2000, @calc, '--max-body', '1K'), 1, 413,
    qr/more than 1024 bytes/, 'a body without length, too large');
is(Cgi::run({%post}, $json . ' ' x (1024 - length $json), @calc,
    '--max-body', '1K')->{status}, 200, 'as large as it may be');
like(Cgi::run({%post}, undef, @calc)->{body}, qr/-32700/, 'no body at all');
like(Cgi::run({ %post, CONTENT_LENGTH => 0 }, $json, @calc)->{body},
    qr/-32700/, 'a length of 0');

srand 5;
for my $type ('application/json', 'text/xml', 'text/x-python',
    'application/x-www-form-urlencoded')
{
    for my $size (1, 30, 5000) {
        my $garbage = join '', map { chr int rand 256 } 1 .. $size;
        $r = Cgi::run({ %post, CONTENT_TYPE => $type }, $garbage, @calc);
        cmp_ok($r->{exit}, '<=', 1, "$size bytes of garbage as $type");
        ok($r->{status} >= 200 && $r->{status} < 500, 'are answered');
    }
}
for my $type ('text/html', 'application/json/x', '') {
    fails(Cgi::run({ REQUEST_METHOD => 'POST', CONTENT_TYPE => $type }, $json,
        @calc), 1, 415, qr/Content-Type: expected one of application\/json/,
        "the media type '$type'");
}
fails(Cgi::run({ %post, CONTENT_TYPE => "a\033[31m\xff" }, $json, @calc), 1,
    415, qr/got a\?\[31m\?/, 'what is not for a terminal');
fails(Cgi::run({ %post, HTTP_CONTENT_ENCODING => 'gzip' }, $json, @calc), 1,
    415, qr/Content-Encoding: expected none/, 'a coding');
fails(Cgi::run({ %post, REQUEST_METHOD => 'DELETE' }, $json, @calc), 1, 405,
    qr/expected one of GET, HEAD, POST, OPTIONS/, 'another method');
fails(Cgi::run({ %post, PATH_INFO => '/add' }, $json, @calc), 1, 404,
    qr/nothing below/, 'POST below the script');
fails(Cgi::run({ REQUEST_METHOD => 'GET',
    QUERY_STRING => 'method=notify_hello&id=1' }, undef,
    Cgi::handler('spec')), 1, 405, qr/notify_hello may change something/,
    'a GET of what is not safe');

# ---------------------------------------------------- pages of other sites

my %browser = (%post, HTTP_HOST => 'www.example.com', HTTPS => 'on');
for my $case ([ 200, HTTP_ORIGIN => 'https://www.example.com' ],
    [ 200, HTTP_ORIGIN => 'https://a.test', HTTP_SEC_FETCH_SITE => 'same-origin' ],
    [ 200, HTTP_SEC_FETCH_SITE => 'none' ],
    [ 403, HTTP_ORIGIN => 'http://www.example.com' ],
    [ 403, HTTP_ORIGIN => 'https://a.test' ], [ 403, HTTP_ORIGIN => 'null' ],
    [ 403, HTTP_SEC_FETCH_SITE => 'cross-site' ])
{
    my ($status, %headers) = @$case;
    $r = Cgi::run({ %browser, %headers }, $json, @calc);
    is($r->{status}, $status, join ' ', %headers);
    like($r->{body}, qr/"code":-32007/, 'says why') if $status == 403;
}

# A handler that prints does not print into the answer; a reader that goes
# away is an error, not a signal.
my ($exit, $said) = RpcTest::run_command('sh', '-c',
    "{ '" . Cgi::program() . "' @calc --request '$json' 2>&1 1>&3; "
    . 'echo "exit $?"; } 3>&- 3>/dev/full');
like($said, qr/^rpc-cgi: the answer could not be written: .*\nexit 3$/,
    'a full disk');
done_testing();
