#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# What rpc.discover returns is an OpenRPC document: OpenRPC's own validator
# says so of what came over the wire, and refuses the same document spoilt.
use strict;
use warnings;
use lib 't/lib';
use JSON::PP ();
use Test::More;
use RpcTest;

my $modules = RpcTest::tree() . '/t/interop/node_modules';
my $script = RpcTest::tree() . '/t/interop/openrpc-validate.js';
my $json = JSON::PP->new->utf8->canonical;

if (!-d "$modules/\@open-rpc/schema-utils-js") {
    plan skip_all => 'no OpenRPC validator: ./run test could not install it';
}

# The validator's verdict on each text.
sub judge {
    my (@documents) = @_;
    my $in = RpcTest::logs() . '/openrpc.json';
    open(my $out, '>', $in) or die "$in: $!\n";
    print {$out} "$_\n" for @documents;
    close $out or die "$in: $!\n";
    my ($status, $said) = RpcTest::run_command('sh', '-c',
        'exec node "$0" "$1" <"$2"', $script, $modules, $in);
    die "node ended with $status: $said\n" if $status != 0;
    return split /\n/, $said;
}

sub discover {
    my ($path) = @_;
    my $r = RpcTest::post(RpcTest::url($path), 'application/json',
        '{"jsonrpc":"2.0","method":"rpc.discover","params":[],"id":1}');
    is($r->{status}, 200, "rpc.discover of $path");
    my $answer = $json->decode($r->{body});
    is($answer->{result}{openrpc}, '1.2.6', 'its version');
    ok(@{ $answer->{result}{methods} } > 2, 'it has methods');
    return $answer->{result};
}

for my $path ('/rpc', '/spec') {
    my ($verdict) = judge($json->encode(discover($path)));
    is($verdict, 'valid', "the document of $path is valid");
}

# A judge that accepts everything would be no judge.
my %spoil = (
    'without a version' => sub { delete $_[0]{openrpc} },
    'of a version that is none' => sub { $_[0]{openrpc} = '9.9.9' },
    'without a title' => sub { delete $_[0]{info}{title} },
    'with a member of no meaning' => sub { $_[0]{surplus} = 1 },
    'with a method without name' => sub { delete $_[0]{methods}[0]{name} },
    'with a surplus member in a method' =>
        sub { $_[0]{methods}[0]{surplus} = 1 },
    'with a parameter without schema' =>
        sub { push @{ $_[0]{methods}[0]{params} }, { name => 'q' } },
    'with a type that JSON Schema does not know' =>
        sub { $_[0]{methods}[0]{result}{schema} = { type => 'integre' } },
    'with an error without code' =>
        sub { $_[0]{methods}[0]{errors} = [ { message => 'm' } ] },
    'with another paramStructure' =>
        sub { $_[0]{methods}[0]{paramStructure} = 'any' },
);
my $good = $json->encode(discover('/rpc'));
my @names = sort keys %spoil;
my @verdicts = judge($good, map {
    my $document = $json->decode($good);
    $spoil{$_}->($document);
    $json->encode($document);
} @names);
is(shift @verdicts, 'valid', 'the document before it is spoilt');
for my $i (0 .. $#names) {
    isnt($verdicts[$i], 'valid', "a document $names[$i] is refused");
}

done_testing();
