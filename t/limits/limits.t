#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# Each limit at its value and one past it, in all three protocols and in
# multicall; the answer names the directive.
use strict;
use warnings;
use lib 't/lib';
use Compress::Zlib ();
use Test::More;
use RpcTest;

my $server = RpcTest::httpd(<<'CONF');
RpcXmlNil on
<Location "/depth">
    SetHandler rpc
    RpcHandler server
    RpcMaxDepth 5
</Location>
<Location "/values">
    SetHandler rpc
    RpcHandler server
    RpcMaxValues 20
</Location>
<Location "/string">
    SetHandler rpc
    RpcHandler server
    RpcMaxString 100
</Location>
<Location "/batch">
    SetHandler rpc
    RpcHandler server
    RpcMaxBatch 3
</Location>
<Location "/body">
    SetHandler rpc
    RpcHandler server
    RpcMaxBody 2000
</Location>
CONF

# A call of echo in each protocol around an argument made by $make->(syntax).
my %post = (
    json => sub {
        return ('application/json', '{"jsonrpc":"2.0","method":"echo",'
            . "\"params\":[$_[0]],\"id\":1}");
    },
    xml => sub {
        return ('text/xml', '<methodCall><methodName>echo</methodName>'
            . "<params><param>$_[0]</param></params></methodCall>");
    },
    python => sub {
        return ('application/x-www-form-urlencoded',
            "request=execute&data=echo($_[0])");
    },
);
my %result = (json => qr/"result":/, xml => qr/<params>/,
    python => qr/'res': 'response'/);

sub outcome {
    my ($path, $syntax, $text) = @_;
    my $r = RpcTest::post($server->url($path), $post{$syntax}->($text));
    return 'accepted' if $r->{body} =~ $result{$syntax};
    return $r->{body} =~ /(RpcMax\w+ \d+)/ ? "$r->{status} $1" : $r->{body};
}

# The largest n that is accepted, and what n + 1 gets.
sub edge {
    my ($path, $syntax, $make) = @_;
    my $n = 1;
    $n++ while $n < 300
        && outcome($path, $syntax, $make->($n)) eq 'accepted';
    return ($n - 1, outcome($path, $syntax, $make->($n)));
}

my %list = (
    json => sub { '[' x $_[0] . ']' x $_[0] },
    python => sub { '[' x $_[0] . ']' x $_[0] },
    xml => sub {
        '<value><array><data>' x $_[0] . '</data></array></value>' x $_[0]
    },
);
my %flat = (
    json => sub { '[' . join(',', (1) x $_[0]) . ']' },
    python => sub { '[' . join(',', (1) x $_[0]) . ']' },
    xml => sub {
        '<value><array><data>' . '<value><int>1</int></value>' x $_[0]
            . '</data></array></value>'
    },
);
my %text = (
    json => sub { '"' . 'x' x $_[0] . '"' },
    python => sub { "'" . 'x' x $_[0] . "'" },
    xml => sub { '<value><string>' . 'x' x $_[0] . '</string></value>' },
);

for my $syntax ('json', 'xml', 'python') {
    my ($n, $past) = edge('/depth', $syntax, $list{$syntax});
    ok($n >= 2 && $n <= 5, "$syntax: depth $n of 5");
    like($past, qr/^200 RpcMaxDepth 5$/, 'one deeper names the directive');

    ($n, $past) = edge('/values', $syntax, $flat{$syntax});
    ok($n >= 10 && $n <= 20, "$syntax: $n of 20 values");
    like($past, qr/^200 RpcMaxValues 20$/, 'one more names the directive');

    my $limit = 100;
    is(outcome('/string', $syntax, $text{$syntax}->($limit)), 'accepted',
        "$syntax: a string of $limit bytes");
    like(outcome('/string', $syntax, $text{$syntax}->($limit + 1)),
        qr/^\d+ RpcMaxString 100$/, 'one more names the directive');

    my ($type, $empty) = $post{$syntax}->($text{$syntax}->(0));
    my $room = 2000 - length $empty;
    is(outcome('/body', $syntax, $text{$syntax}->($room)), 'accepted',
        "$syntax: a body of 2000 bytes");
    is(outcome('/body', $syntax, $text{$syntax}->($room + 1)),
        '413 RpcMaxBody 2000', 'one more is 413');
}

# Names are strings too.
my $long = 'n' x 101;
my $url  = $server->url('/string');
like(RpcTest::post($url, $post{json}->("{\"$long\":1}"))->{body},
    qr/RpcMaxString 100/, 'a long name in JSON');
like(RpcTest::post($url, $post{xml}->('<value><struct><member><name>' . $long
    . '</name><value/></member></struct></value>'))->{body},
    qr/RpcMaxString 100/, 'in XML');
like(RpcTest::post($url, $post{python}->("{'$long':1}"))->{body},
    qr/RpcMaxString 100/, 'in Python');

# RpcMaxBody counts decoded bytes. (What inflates two hundred times and more
# is refused by mod_deflate itself: DeflateInflateRatioLimit.)
$url = $server->url('/body');
srand(1);
for my $length (2000, 2001, 1_000_000) {
    my ($type, $empty) = $post{json}->('""');
    my ($t, $body) = $post{json}->('"' . join('', map { int(rand(2)) }
        1 .. $length - length $empty) . '"');
    my $packed = Compress::Zlib::memGzip($body);
    my $r = RpcTest::request('POST', $url, headers => {
        'content-type' => $type, 'content-encoding' => 'gzip' },
        content => $packed);
    is($r->{status}, $length > 2000 ? 413 : 200,
        length($packed) . " bytes that become $length");
}

# Batches.
my ($t, $call) = $post{json}->('1');
$url = $server->url('/batch');
for my $n (3, 4) {
    my $r = RpcTest::post($url, $t, '[' . join(',', ($call) x $n) . ']');
    if ($n == 3) {
        is(() = $r->{body} =~ /"result"/g, 3, 'a batch of 3');
    }
    else {
        like($r->{body}, qr/^\{.*RpcMaxBatch 3/, 'a batch of 4');
        unlike($r->{body}, qr/"result"/, 'runs none of them');
    }
    my $element = '<value><struct><member><name>methodName</name>'
        . '<value>ping</value></member><member><name>params</name><value>'
        . '<array><data/></array></value></member></struct></value>';
    $r = RpcTest::post($url, 'text/xml', '<methodCall><methodName>'
        . 'system.multicall</methodName><params><param><value><array><data>'
        . $element x $n . '</data></array></value></param></params>'
        . '</methodCall>');
    if ($n == 3) {
        is(() = $r->{body} =~ /pong/g, 3, 'a multicall of 3');
    }
    else {
        like($r->{body}, qr/<fault>.*RpcMaxBatch 3/s, 'a multicall of 4');
        unlike($r->{body}, qr/pong/, 'runs none of them');
    }
}

done_testing();
