#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# The installed header compiles alone, as C99 and as C++, with httpd and
# without.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Guard;
use Test::More;

use File::Temp ();

ok(-f srcdir() . '/src/mod_rpc.h', 'the header exists');
my $cc = $ENV{RPC_CC} || 'gcc';
my $apr = $ENV{RPC_APR_CPPFLAGS} || `apr-1-config --cppflags --includes`;
my $httpd = $ENV{RPC_HTTPD_CPPFLAGS}
    || `apxs -q EXTRA_CPPFLAGS` . ' -I' . `apxs -q INCLUDEDIR` . " $apr";
tr/\n/ / for $apr, $httpd;
# The system's headers are not ours to judge.
s/-I/-isystem /g for $apr, $httpd;
my $dir = File::Temp->newdir;
my $cxx = $cc =~ /clang/ ? 'clang++' : 'g++';

# Every function of the header is used, so that unused ones are no warning.
open(my $out, '>', "$dir/alone.c") or die "$dir: $!\n";
print {$out} "#include \"mod_rpc.h\"\nint alone(void);\n",
    "int alone(void)\n{\n    return RPC_ABI_MAJOR;\n}\n";
close $out or die "$dir: $!\n";

for my $language (["$cc -x c -std=c99 -Wstrict-prototypes", 'C99'],
    ["$cxx -x c++ -std=c++11", 'C++'])
{
    my ($compiler, $name) = @$language;
    for my $part (["-DRPC_NO_HTTPD $apr", 'without httpd'],
        [$httpd, 'with httpd'])
    {
        my ($status, $said) = run_command("$compiler -pedantic -Wall "
            . "-Wextra -Wshadow -Werror $part->[0] -I'" . srcdir()
            . "/src' -fsyntax-only $dir/alone.c");
        is($status, 0, "it compiles as $name, $part->[1]") or diag($said);
    }
}

# The client's header, which includes it.
open($out, '>', "$dir/client.c") or die "$dir: $!\n";
print {$out} "#include \"client/modrpc.h\"\nint alone(void);\n",
    "int alone(void)\n{\n    rpc_client_options_t options = "
    . "rpc_client_defaults();\n    return (int)options.size;\n}\n";
close $out or die "$dir: $!\n";
for my $language (["$cc -x c -std=c99 -Wstrict-prototypes", 'C99'],
    ["$cxx -x c++ -std=c++11", 'C++'])
{
    my ($compiler, $name) = @$language;
    my ($status, $said) = run_command("$compiler -pedantic -Wall -Wextra "
        . "-Wshadow -Werror $apr -I'" . srcdir() . "/src' -fsyntax-only "
        . "$dir/client.c");
    is($status, 0, "modrpc.h compiles as $name") or diag($said);
}
done_testing();
