#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# pulsar's calculator: the requests recorded from pulsar 2.0.2
# (pulsar-2.0.2.json), answered by ours. Everywhere the design decides that an
# error is carried with status 200, that its message is the specification's
# text, and that whole numbers stay ints (7, not 7.0): so ids, results and
# codes are compared. pulsar-differences.json lists what differs beyond that,
# each with its reason.
use strict;
use warnings;
use lib 't/lib';
use JSON::PP ();
use Test::More;
use RpcTest;

my $json = JSON::PP->new->canonical->allow_nonref->utf8;
my $here = RpcTest::tree() . '/t/models';
my $recorded = $json->decode(RpcTest::slurp("$here/pulsar-2.0.2.json"));
my $differences =
    $json->decode(RpcTest::slurp("$here/pulsar-differences.json"));
my %differs = map { $_->{request} => $_ } @$differences;

my $server = RpcTest::httpd(<<'CONF', modules => [qw(rpc calc server)]);
<Location "/">
    SetHandler rpc
    RpcHandler server
    RpcHandler calc calc
</Location>
CONF

# Of what kind an answer is: the kinds in an array, each once, the members of
# an object with theirs.
sub shape {
    my ($answer) = @_;
    if (ref $answer eq 'ARRAY') {
        my %kinds = map { $json->encode(shape($_)) => 1 } @$answer;
        return [ sort keys %kinds ];
    }
    return 'a scalar' if ref $answer ne 'HASH';
    return { map { $_ => shape($answer->{$_}) } keys %$answer };
}

# What a member is, by the names that lead to it: HASH, a number, text.
sub kind {
    my ($value, $path) = @_;
    for my $name (split /\./, $path) {
        return 'missing' if ref $value ne 'HASH' || !exists $value->{$name};
        $value = $value->{$name};
    }
    return ref $value || ($value =~ /^[\d.]+$/ && $value !~ /\..*\./
        ? 'a number' : 'text');
}

# An answer without the words, which are each server's own.
sub essence {
    my ($answer) = @_;
    return [ map { essence($_) } @$answer ] if ref $answer eq 'ARRAY';
    return $answer if ref $answer ne 'HASH' || !$answer->{error};
    return { %$answer, error => { code => $answer->{error}{code} } };
}

for my $exchange (@$recorded) {
    my $request = $exchange->{request};
    my $ours = RpcTest::post($server->url('/'), 'application/json', $request);
    my $difference = delete $differs{$request};
    my $alike = $difference && ($difference->{shape} || $difference->{members});
    my $want = $difference && !$alike ? $difference->{answer}
        : $exchange->{response};
    my $got = $ours->{body} eq '' ? undef : $json->decode($ours->{body});
    is($ours->{status}, 200, "$request: status");
    if ($difference && $difference->{members}) {
        for my $path (@{ $difference->{members} }) {
            my ($here, $there) = map { kind($_->{result}, $path) } $got, $want;
            is($here, $there, "$path is there and of the same kind");
        }
        next;
    }
    if ($difference && $difference->{shape}) {
        is($json->encode(shape($got)), $json->encode(shape($want)),
            "the same but for its words: $difference->{why}");
        next;
    }
    is($json->encode(essence($got)), $json->encode(essence($want)),
        $difference ? "differs: $difference->{why}" : 'as pulsar answers');
    next if !$difference;
    isnt($json->encode(essence($exchange->{response})),
        $json->encode(essence($want)), 'and it is a difference');
}
is_deeply([ sort keys %differs ], [], 'every difference is one of a request');
cmp_ok(@$recorded - @$differences, '>=', 14, 'and more is the same');
done_testing();
