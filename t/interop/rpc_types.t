#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# rpc.d.ts under TypeScript's compiler: it takes what is right and refuses
# what is wrong, here and in the example of docs/javascript.md.
use strict;
use warnings;
use lib 't/lib', 't/docs';
use Test::More;
use Document;
use RpcTest;

my $tree = RpcTest::tree();
my $tsc = "$tree/t/interop/node_modules/typescript/bin/tsc";
plan skip_all => 'no TypeScript: ./run test could not install it' if !-f $tsc;

my $folder = RpcTest::logs() . '/types';
mkdir $folder or die "$folder: $!\n" if !-d $folder;

sub write_file {
    my ($name, $text) = @_;
    open(my $out, '>', "$folder/$name") or die "$folder/$name: $!\n";
    print {$out} $text;
    close $out or die "$folder/$name: $!\n";
    return;
}

sub compile {
    my ($name, $text) = @_;
    write_file("$name.mts", $text);
    return RpcTest::run_command('node', $tsc, '--noEmit', '--strict',
        qw(--target es2022 --module nodenext --lib), 'es2022,dom',
        "$folder/$name.mts");
}

my ($types) = split /\n/, (RpcTest::run_command('find',
    RpcTest::installed(), '-name', 'rpc.d.mts'))[1];
write_file('rpc.d.mts', RpcTest::slurp($types));
my $uses = RpcTest::slurp("$tree/t/interop/rpc_types.ts");
my ($status, $said) = compile('uses', $uses);
is($status, 0, 'what is right passes, what is wrong is refused')
    or diag($said);
for my $block (grep { $_->{language} eq 'ts' }
    Document::blocks('docs/javascript.md'))
{
    ($status, $said) = compile('example', $block->{text});
    is($status, 0, "docs/javascript.md:$block->{line}") or diag($said);
}
($status, $said) = compile('wrong', $uses . "await rpc.add({});\n");
isnt($status, 0, 'a judge that accepts everything would be no judge');

done_testing();
