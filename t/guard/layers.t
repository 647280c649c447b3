#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# The core, the sessions and the client know nothing of httpd: no header of it
# below src/core, src/protocol, src/describe, src/peer and src/client.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Guard;
use Test::More;

my @files = sources(
    qr{^src/(?:core|protocol|describe|peer|client)/.*\.[ch]$});
ok(@files > 0, 'there is a core') or BAIL_OUT('no core found');

my $httpd = qr/^\s*#\s*include\s*[<"]
    (?:httpd|ap_|http_|util_|mod_(?!rpc\.h)|mpm_|scoreboard|os\.h|unixd)/mx;
my $above = qr{^\s*#\s*include\s*[<"](?:transport|config)/|"log\.h"}m;
for my $file (@files) {
    my $text = without_comments(slurp($file));
    unlike($text, $httpd, "$file includes no header of httpd");
    unlike($text, $above, "$file includes nothing from above");
}
for my $file (grep { m{^src/core/} } @files) {
    unlike(without_comments(slurp($file)),
        qr{#\s*include\s*"(?:\.\./)?(?:protocol|describe|peer)/},
        "$file knows no protocol");
}
done_testing();
