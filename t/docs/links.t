#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# Links between the documents lead somewhere: the file is there, and so is the
# heading that the anchor names.
use strict;
use warnings;
use lib 't/lib';
use File::Basename ();
use Test::More;
use RpcTest;

my $tree = RpcTest::tree();
my %installed = map { chomp; (File::Basename::basename($_) => $_) }
    split /^/, (RpcTest::run_command('find', RpcTest::installed(), '-path',
    '*/doc/*', '-type', 'f'))[1];
my @documents = ('README.md', map { s{^\Q$tree\E/}{}r } glob("$tree/docs/*.md"));
cmp_ok(scalar @documents, '>=', 6, 'there are documents');

sub without_code {
    my ($path) = @_;
    my $text = RpcTest::slurp($path);
    $text =~ s/^```.*?^```$//gms;
    $text =~ s/^    .*$//gm;
    return $text;
}

# The anchors of a document, as web sites make them of headings.
sub anchors {
    my ($path) = @_;
    my %anchors;
    for my $heading (without_code($path) =~ /^#+ +(.+?) *$/gm) {
        my $anchor = lc $heading;
        utf8::decode($anchor);
        $anchor =~ s/\[([^\]]*)\]\([^)]*\)/$1/g;
        $anchor =~ s/[^\w\- ]//g;
        $anchor =~ tr/ /-/;
        my $n = $anchors{$anchor}++;
        $anchors{"$anchor-$n"}++ if $n;
    }
    return \%anchors;
}

# Where a document is: the suites' tree holds most, the installation all.
sub find_file {
    my ($path) = @_;
    $path =~ s{[^/]+/\.\./}{};
    return "$tree/$path" if -e "$tree/$path";
    return $installed{ File::Basename::basename($path) };
}

my $links = 0;
for my $document (@documents) {
    my $text = without_code("$tree/$document");
    $text =~ s/`[^`\n]*`/code/g;
    my $folder = $document =~ m{^(.*/)} ? $1 : '';
    while ($text =~ /\]\(\s*([^)\s]+)\s*\)/g) {
        my $target = $1;
        next if $target =~ /^[a-z]+:/;
        $links++;
        my ($file, $anchor) = $target =~ /^([^#]*)(?:#(.*))?$/;
        my $found = find_file($file eq '' ? $document : "$folder$file");
        if (!$found) {
            fail("$document: $target: there is no such file");
        }
        elsif (defined $anchor) {
            ok(anchors($found)->{$anchor},
                "$document: $target: there is such a heading");
        }
        else {
            pass("$document: $target");
        }
    }
}
cmp_ok($links, '>=', 30, 'they have links');
done_testing();
