#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# What is compiled into handlers does not move: each member that the frozen
# header of t/abi/1 has is where it was, with its size, and each constant has
# its value. Members are only appended.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Guard;
use Test::More;

use File::Temp ();

my $cc = $ENV{RPC_CC} || 'gcc';
my $apr = $ENV{RPC_APR_CPPFLAGS} || `apr-1-config --cppflags --includes`;
$apr =~ tr/\n/ /;
my $dir = File::Temp->newdir;
my $frozen = without_comments(slurp('t/abi/1/mod_rpc.h')
    . slurp('t/abi/1/mod_rpc_async.h'));
ok($frozen =~ /RPC_ABI_MAJOR 1$/m, 'there is a frozen header of ABI 1')
    or BAIL_OUT('no frozen header');

# The members of a structure, those of its unions left out.
sub members {
    my ($body) = @_;
    $body =~ s/union \{[^}]*\}/union/g;
    return map {
        /\(\*(?:const )?(\w+)\)\s*\(/ ? $1
            : /^\s*\w[^()]*$/s ? map { /(\w+)\s*(?:\[\d+\])?\s*\z/ ? $1 : () }
                split /,/
            : ();
    } split /;/, $body;
}

my @lines;
while ($frozen =~ /struct (\w+) \{(.*?)\n\}\s*(\w*);/gs) {
    my ($name, $body) = ($3 ne '' ? $3 : "struct $1", $2);
    push @lines, map {
        qq|    printf("$name.$_ %zu %zu\\n", offsetof($name, $_), |
            . qq|sizeof((($name *)0)->$_));\n|
    } members($body);
}
my $members = @lines;
while ($frozen =~ /enum \w+ \{(.*?)\};/gs) {
    push @lines, map { qq|    printf("$_ %d\\n", (int)$_);\n| }
        $1 =~ /(RPC_\w+)/g;
}
cmp_ok($members, '>', 100, "its structures have members ($members)");
cmp_ok(@lines - $members, '>', 25, 'it has constants');

open(my $out, '>', "$dir/layout.c") or die "$dir: $!\n";
print {$out} "#include \"mod_rpc.h\"\n#include <stdio.h>\nint main(void)\n",
    "{\n    printf(\"major %d\\n\", RPC_ABI_MAJOR);\n", @lines,
    "    return 0;\n}\n";
close $out or die "$dir: $!\n";

sub layout {
    my ($include) = @_;
    my ($status, $said) = run_command("$cc -w -DRPC_NO_HTTPD $apr -I'"
        . srcdir() . "/$include' -o $dir/layout $dir/layout.c && $dir/layout");
    is($status, 0, "$include compiles") or diag($said);
    return $said;
}

is(layout('src'), layout('t/abi/1'), 'every member is where it was');
done_testing();
