#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# The benchmark's parts fit: each peer has its files, the names it is called
# by are known, the targets can be computed. Measures nothing.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use RpcTest;

my $bench = RpcTest::tree() . '/t/bench';
my @peers = map { m{([^/]+)/$} } glob "$bench/peers/*/";
cmp_ok(scalar @peers, '>=', 6, "there are peers: @peers");

for my $peer (@peers) {
    my $about = RpcTest::slurp("$bench/peers/$peer/about");
    for my $word (qw(title path works)) {
        like($about, qr/^$word: \S/m, "$peer says its $word");
    }
    ok(-s "$bench/peers/$peer/packages", "$peer names packages");
    ok(-x "$bench/peers/$peer/$_", "$peer has $_") for qw(prepare start);
}

sub needs {
    my ($status, $output) = RpcTest::run_command("$bench/bench.py",
        '--needs', @_);
    is($status, 0, "bench.py --needs @_") or diag($output);
    return $output;
}

my %all = map { $_ => 1 } split ' ', needs();
ok($all{$_}, "$_ is measured") for qw(floor-event floor-worker rpc-event
    rpc-worker rpc-walk), @peers;
is(needs('W1', 'rpc-event', 'python'), "rpc-event python\n",
    'names choose servers');
is(needs('memory'), "floor-event rpc-event\n", 'a mode has its own');
my ($status, $output) = RpcTest::run_command("$bench/bench.py", '--needs',
    'W9');
is($status, 2, 'an unknown name is an error');
like($output, qr/no work, server or mode W9; there are: W1 .* python/,
    'that says what there is');

($status, $output) = RpcTest::run_command('python3', '-B', '-c', <<"EOT");
import sys
sys.path.insert(0, "$bench")
import works
for work in works.all_works().values():
    if work.body is not None:
        print(work.name, len(work.body))
EOT
is($status, 0, 'the works are made') or diag($output);
like($output, qr/^W1 \d\d\nW2 \d{4}\nW3 1\d{6}\nW4 \d{3}\nW5 1\d{6}\n\z/,
    'of the sizes they shall have');
done_testing();
