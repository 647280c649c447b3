#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# Every source says its licence in one of its first lines.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Guard;
use Test::More;

my @files = sources(qr{\.(?:[ch]|pm|t|sh|py|js|am|ac|conf|load)$|
        ^(?:run|rpc-serve|\.ci/run|t/TEST|t/run-tests)$}x);
ok(@files > 20, 'there are sources: ' . @files);

for my $file (@files) {
    my $start = substr slurp($file), 0, 300;
    like($start, qr/SPDX-License-Identifier: Apache-2\.0/,
        "$file has its SPDX line");
}
for my $file (grep { /\.[ch]$/ } @files) {
    like(slurp($file), qr{\A/\* SPDX-License-Identifier: Apache-2\.0 \*/\n},
        "$file begins with it");
}
like(slurp('LICENSE'), qr/Apache License\s+Version 2\.0, January 2004/,
    'LICENSE is the Apache License 2.0');
done_testing();
