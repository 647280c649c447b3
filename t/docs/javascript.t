#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# The examples of docs/javascript.md give what they say, and the files that
# its pages load are there.
use strict;
use warnings;
use lib 't/lib', 't/docs', 't/interop';
use Encode ();
use JSON::PP ();
use Test::More;
use Document;
use Node;
use RpcTest;

Node::need('ws');

my @blocks = Document::blocks('docs/javascript.md');
my @examples = map { $_->{text} } grep { $_->{language} eq 'js' } @blocks;
cmp_ok(scalar @examples, '>=', 8, 'there are examples');
my $promised = () = join('', @examples) =~ m{// -> }g;

my $library = (split /\n/, (RpcTest::run_command('find',
    RpcTest::installed(), '-name', 'rpc.mjs'))[1])[0];
my $in = RpcTest::logs() . '/javascript.json';
open(my $out, '>', $in) or die "$in: $!\n";
print {$out} JSON::PP->new->utf8->encode(
    [ map { Encode::decode('UTF-8', $_) } @examples ]);
close $out or die "$in: $!\n";
my ($status, $said) = RpcTest::run_command('sh', '-c',
    'exec node "$0" "$1" "$2" <"$3"', RpcTest::tree()
    . '/t/docs/javascript.mjs', RpcTest::url(''), $library, $in);
is($status, 0, 'node runs them') or diag($said);
for ($said =~ /^(?:not )?ok .*/mg) {
    my ($not, $name) = /^(not )?ok \d+ - (.*)/;
    ok(!$not, $name);
}
like($said, qr/^1\.\.$promised$/m, 'each of them');

my @sources = map { $_->{text} =~ m{(?:src=|from )"([^"]+)"}g }
    grep { $_->{language} eq 'html' } @blocks;
cmp_ok(scalar @sources, '>=', 2, 'pages load files');
is(RpcTest::get(RpcTest::url($_))->{status}, 200, "$_ is served")
    for @sources;

done_testing();
