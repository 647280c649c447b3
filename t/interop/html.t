#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# The documentation page is HTML: a validator that nobody here wrote says so
# of what came over the wire, and refuses the same page spoilt. Its rules are
# html-validate.json's: ids may hold what HTML allows (methods have dots), and
# integrity is asked for what comes from elsewhere.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use RpcTest;

my $here = RpcTest::tree() . '/t/interop';
my $program = "$here/node_modules/.bin/html-validate";
if (!-e $program) {
    plan skip_all => 'no html-validate: ./run test could not install it';
}

sub judge {
    my ($page) = @_;
    my $file = RpcTest::logs() . '/page.html';
    open(my $out, '>:raw', $file) or die "$file: $!\n";
    print {$out} $page;
    close $out or die "$file: $!\n";
    return RpcTest::run_command('node', $program, '--max-warnings', 0,
        '--formatter', 'text', '--config', "$here/html-validate.json", $file);
}

my $server = RpcTest::httpd(<<'CONF');
<Location "/all">
    SetHandler rpc
    RpcHandler hostile
    RpcHandler spec spec
    RpcHandler validator1
    RpcHandler chaos chaos:
    RpcAlias other nested.deep
    RpcTitle "</title><b>"
</Location>
<Location "/hostile">
    SetHandler rpc
    RpcHandler hostile deep/er-
    RpcProtocols pyrpc
    RpcIntrospection off
    RpcDocs on
    RpcMulticall off
</Location>
CONF

my $page = RpcTest::get(RpcTest::url('/rpc'))->{body};
for my $url (RpcTest::url('/rpc'), RpcTest::url('/spec'),
    $server->url('/all'), $server->url('/hostile'))
{
    my $r = RpcTest::get($url, accept => 'text/html');
    is($r->{status}, 200, "GET $url");
    my ($status, $said) = judge($r->{body});
    is($status, 0, 'is valid') or diag($said);
}

# A judge that accepts everything would be no judge.
my %spoil = (
    'without a title' => sub { $_[0] =~ s{<title>.*?</title>}{} },
    'with an id twice' => sub { $_[0] =~ s/id="method-div"/id="method-add"/ },
    'with an element that is not closed' =>
        sub { $_[0] =~ s{</article>}{} },
    'with a label for nothing' =>
        sub { $_[0] =~ s{<label for="search">}{<label for="nothing">} },
    'with a style within' =>
        sub { $_[0] =~ s{</main>}{<p style="color: red">x</p></main>} },
    'with a raw &' => sub { $_[0] =~ s{</main>}{<p>a & b < c</p></main>} },
);
for my $name (sort keys %spoil) {
    my $copy = $page;
    ok($spoil{$name}->($copy), "$name: spoilt");
    my ($status) = judge($copy);
    isnt($status, 0, "a page $name is refused");
}
done_testing();
