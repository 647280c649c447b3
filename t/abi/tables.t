#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# Tables that were compiled elsewhere: with an older or a newer mod_rpc.h they
# work, whatever the order of the LoadModule lines; another ABI major, a name
# used by two modules, an error in a table stop the start, each in its words.
use strict;
use warnings;
use lib 't/lib', 't/abi';
use Test::More;
use AbiModule;
use RpcTest;

sub build {
    my ($name, @variants) = @_;
    return AbiModule::build('variant', $name, map { "VARIANT_$_" } @variants);
}

# It is refused at the line of RpcHandler, which is the last one.
sub refused {
    my ($what, $conf, $says) = @_;
    $conf .= 'RpcHandler variant';
    my ($status, $output) = RpcTest::config_test($conf, modules => ['rpc']);
    isnt($status, 0, "$what: refused");
    my $line = 1 + ($conf =~ tr/\n//);
    like($output, qr/error on line $line of \S+test\.conf/,
        "$what: names the line");
    like($output, $says, "$what: says why");
    return;
}

refused('another ABI major', build('major', 'MAJOR'),
    qr/table "variant" was built for RPC ABI \d+\.\d+, this mod_rpc has \d/);
refused('a prototype with an error', build('prototype', 'PROTOTYPE'),
    qr/RpcHandler variant: table "variant", method "int add\(int x, intt y\)", column 16: /);
refused('two methods of one name', build('duplicate', 'DUPLICATE'),
    qr/method "add" of table "variant" is there already/);
refused('a reserved name', build('reserved', 'RESERVED'),
    qr/table "variant", method "int system\.add.*reserved/);
refused('a method without a function', build('nofunction', 'NO_FUNCTION'),
    qr/table "variant": method 1 .* has no function/);
refused('nothing in it', build('empty', 'EMPTY'),
    qr/table "variant" offers nothing/);
refused('impossible sizes', build('sizes', 'SIZES'),
    qr/table "variant": method_size is 3, which no mod_rpc\.h ever made/);

my ($good, $twin) = (build('good'), build('twin'));
refused('one name, two modules', $good . $twin,
    qr/two modules offer a handler table "variant": keep the LoadModule line/);
refused('the other order', $twin . $good,
    qr/two modules offer a handler table "variant"/);
refused('not loaded', '', qr/no handler table "variant" is loaded/);
my ($status) = RpcTest::config_test($good . $twin, modules => ['rpc']);
is($status, 0, 'two modules of one name matter only to who mounts it');

# A table of another module that nobody mounts is not looked at.
($status) = RpcTest::config_test(build('major', 'MAJOR') . 'RpcHandler calc');
is($status, 0, 'a bad table that is not mounted harms nobody');

sub call {
    my ($server, $method) = @_;
    return RpcTest::post($server->url('/rpc'), 'application/json',
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"$method\","
        . '"params":[2,3]}')->{body};
}

my $section = "<Location \"/rpc\">\nSetHandler rpc\nRpcHandler variant\n"
    . "</Location>\n";
my %variants = (older => build('older', 'OLDER'),
    newer => build('newer', 'NEWER'), same => $good);
for my $name (sort keys %variants) {
    my $server = RpcTest::httpd($variants{$name} . $section,
        modules => ['rpc']);
    is(call($server, $_), '{"jsonrpc":"2.0","result":5,"id":1}',
        "$name sizes: $_ is called")
        for $name eq 'same' ? 'add' : ('add', 'plus');
}

# LoadModule below the section that names it, and above mod_rpc's own.
for my $conf ($section . $good, $good . RpcTest::load('rpc') . $section) {
    my $first = $conf =~ /^<Location/;
    my $server = RpcTest::httpd($conf, modules => $first ? ['rpc'] : []);
    is(call($server, 'add'), '{"jsonrpc":"2.0","result":5,"id":1}',
        'LoadModule ' . ($first ? 'below the section' : 'above mod_rpc'));
    $server->graceful;
    is(call($server, 'add'), '{"jsonrpc":"2.0","result":5,"id":1}',
        'and after a graceful restart');
}

done_testing();
