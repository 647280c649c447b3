#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# The examples of protocols.md: each request is sent, and answered to the
# letter as it stands there ("..." stands for anything).
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use RpcTest;

my $document = RpcTest::slurp(RpcTest::tree() . '/docs/protocols.md');
my $base = RpcTest::url('');
my %types = (
    '{' => 'application/json',
    '<' => 'text/xml',
);

# An example of several lines is one text: lines that only go on are joined.
sub examples {
    my ($section) = @_;
    my @examples;
    for my $line ($section =~ /^    (.*)$/mg) {
        if ($line =~ /^\s+(.*)$/ && @examples) {
            my $more = $1;
            $examples[-1] .= $examples[-1] =~ /->$/ ? " $more" : $more;
        }
        else {
            push @examples, $line;
        }
    }
    return @examples;
}

sub send_example {
    my ($request) = @_;
    if ($request =~ m{^GET (/\S+)$}) {
        return RpcTest::get("$base$1");
    }
    if ($request =~ /^POST, a form: (.*)$/) {
        my %field = $1 =~ /(\w+)=(.*?)(?:, (?=\w+=)|$)/g;
        s/([^A-Za-z0-9])/sprintf '%%%02X', ord $1/ge for values %field;
        return RpcTest::post("$base/rpc", 'application/x-www-form-urlencoded',
            join '&', map { "$_=$field{$_}" } sort keys %field);
    }
    if ($request =~ /^POST, (text\S+): (.*)$/) {
        return RpcTest::post("$base/rpc", $1, $2);
    }
    return RpcTest::post("$base/rpc", $types{ substr $request, 0, 1 },
        $request);
}

# The XML is shown in lines; neither side has blanks between elements.
sub flat { return $_[0] =~ s/>\s+</></gr =~ s/\s+\z//r }

sub check {
    my ($request, $wanted) = @_;
    my $status = $wanted =~ s/^(\d{3})\s+// ? $1 : 200;
    my $got = send_example($request);
    is($got->{status}, $status, "$request: the status");
    $wanted = flat($wanted);
    my $pattern = join '.*', map { quotemeta } split / *\.\.\. */, $wanted, -1;
    like(flat($got->{body}), qr/^$pattern$/s, 'and the answer');
    return;
}

my $count = 0;
my ($xml) = $document =~ /^## XML-RPC\n(.*?)^## /ms;
$document =~ s/^## XML-RPC\n.*?(?=^## )//ms;
for my $section (split /^#+ /m, $document =~ s/.*?(?=^## JSON-RPC)//sr) {
    for my $example (examples($section)) {
        if ($example =~ /^(.*?)\s+->\s+(.*)$/) {
            $count++;
            check($1, $2);
        }
    }
}
cmp_ok($count, '>=', 10, 'there are examples');
is(send_example("POST, text/x-python: $_")->{body},
    "{'res': 'response', 'data': '5'}", "$_")
    for $document =~ /^    POST, text\/x-python: (.*)$/m;

# The request, its answer, and the form of a fault.
my ($request, $answer, $fault) =
    $xml =~ /^(    <methodCall>.*?)^    ->\n(.*?)\n\n(    <methodResponse><fault>.*?)\n\n/ms;
check($request =~ s/^ +//gmr, $answer =~ s/^ +//gmr);
check('<methodCall><methodName>add</methodName><params><param><value><int>2'
    . '</int></value></param></params></methodCall>',
    '<?xml version="1.0" encoding="UTF-8"?>' . $fault =~ s/^ +//gmr);

done_testing();
