#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# The documentation page: what it holds, that all text in it is escaped, and
# the words of RpcTitle, RpcName and RpcDescription.
use strict;
use warnings;
use lib 't/lib';
use JSON::PP ();
use Test::More;
use RpcTest;

my $server = RpcTest::httpd(<<'CONF');
<Location "/rpc">
    SetHandler rpc
    RpcHandler calc
    RpcHandler calc calc
    RpcHandler server
    RpcAlias plus calc.add
</Location>
<Location "/hostile">
    SetHandler rpc
    RpcHandler hostile
    RpcTitle "<title> & \"'</title><script>alert(5)</script>"
    RpcName "<h1> & co"
    RpcDescription "One <p>.\n\nSee RFC 4627 and https://example.org/?a&b."
</Location>
<Location "/nested">
    SetHandler rpc
    RpcHandler hostile in
    RpcTitle "Only a title"
</Location>
<Location "/json">
    SetHandler rpc
    RpcHandler calc
    RpcProtocols jsonrpc
    RpcName "Only a name"
</Location>
<Location "/pyrpc">
    SetHandler rpc
    RpcHandler calc
    RpcProtocols pyrpc
</Location>
CONF

sub page {
    my ($path) = @_;
    my $r = RpcTest::get($server->url($path), accept => 'text/html');
    is($r->{status}, 200, "GET $path");
    is($r->{headers}{'content-type'}, 'text/html; charset=utf-8', 'is HTML');
    return $r->{body};
}

# The part of a method.
sub method {
    my ($page, $name) = @_;
    return $page =~ m{(<article class="method" id="method-\Q$name\E" .*?</article>)}s
        ? $1 : '';
}

# -------------------------------------------------------------- what is there

my $page = page('/rpc');
like($page, qr{\A<!DOCTYPE html>\n.*</html>\n\z}s, 'a whole page');
like($page, qr{<title>XML-RPC Server Documentation</title>},
    "DocXMLRPCServer's title where none is set");
like($page, qr{<h1>XML-RPC Server Documentation</h1>}, 'its name');
like($page, qr{<p>This\ server\ exports\ the\ following\ methods
    \ through\ the\ XML-RPC\ protocol\.</p>}x, 'its description');

my $url = $server->url('/rpc');
my %sections;
while ($page =~ m{<section\ class="table".*?<h2\ [^>]*>(.*?)</h2>
    (.*?)</section>}gsx) {
    my ($title, $methods) = ($1, $2);
    $sections{$title} = [ $methods =~ /<article class="method" id="method-([^"]+)"/g ];
}
is_deeply($sections{'calc'}, [qw(add div divide mul multiply pow subtract sum)],
    'a table, its methods sorted');
is_deeply($sections{'calc <code class="prefix">calc.</code>'}, [ 'calc.add',
    map({ "calc.$_" } qw(div divide mul multiply pow subtract sum)), 'plus' ],
    'the same under a prefix, and an alias of it');
my $json = JSON::PP->new->utf8;
my $listed = $json->decode(RpcTest::post($url, 'application/json',
    '{"jsonrpc":"2.0","method":"system.listMethods","id":1}')->{body})
    ->{result};
is_deeply([ sort map { @$_ } values %sections ], [ sort @$listed ],
    'every method that is listed, once');
for my $name (@$listed) {
    like($page, qr{<li\ class="toc-method"><a\ href="\#method-\Q$name\E">
        \Q$name\E</a></li>}x, "$name is in the contents");
}

my $add = method($page, 'calc.add');
like($add, qr{<code><span\ class="type">number</span>\ <b>calc\.add</b>
    \(<span\ class="type">number</span>\ x,\ <span\ class="type">
    number</span>\ y\)</code>}x, 'the prototype under the public name');
like($add, qr{<p>Return x \+ y\.</p>}, 'the help');
like($add, qr{<li class="flag-safe">}, 'a flag');
like($add, qr{<tr><th\ scope="row"><code>x</code></th><td><code\ class="type">
    number</code></td><td>required</td></tr>}x, 'a parameter');
like($add, qr{<code>-32500</code></th><td>The result is beyond},
    'a fault');
like(method($page, 'echo'), qr{<td><code>&quot;&quot;</code></td>},
    'a default');
like(method($page, 'sum'), qr{<td>any number of them</td>}, 'the rest');
like(method($page, 'plus'), qr{Another\ name\ of
    \ <a\ href="\#method-calc\.add"><code>calc\.add</code></a>}x, 'an alias');

# ----------------------------------------------------------- how it is called

# The examples of a method as text.
sub examples {
    my ($page, $name) = @_;
    my %text;
    my $part = method($page, $name);
    while ($part =~ m{<figcaption>(.*?)</figcaption><pre><code>(.*?)
        </code></pre>}gsx) {
        my ($language, $code) = ($1, $2);
        my %character = (lt => '<', gt => '>', quot => '"', '#39' => "'",
            amp => '&');
        $code =~ s/&([^;]+);/$character{$1}/g;
        $text{$language} = $code;
    }
    return \%text;
}

my %results = ('calc.add' => qr/"result":5\b/, ping => qr/"result":"pong"/,
    sum => qr/"result":5\b/, 'system.methodHelp' => qr/"code":-32601/);
for my $name (sort keys %results) {
    my $curl = examples($page, $name)->{curl};
    my ($status, $said) = RpcTest::run_command('sh', '-c', "$curl -s");
    like($said, $results{$name}, "curl calls $name");
    my $python = examples($page, $name)->{Python};
    ($status, $said) = RpcTest::run_command('python3', '-c', $python);
    like($said, $name eq 'ping' ? qr/^pong$/ : $name =~ /system/
        ? qr/Fault -32601/ : qr/^5$/, "Python calls $name");
}
my $python = examples(page('/json'), 'add')->{Python};
like((RpcTest::run_command('python3', '-c', $python))[1],
    qr/'result': 5\b/, 'Python by JSON-RPC where that is spoken alone');
$python = examples(page('/pyrpc'), 'add');
like((RpcTest::run_command('python3', '-c', $python->{Python}))[1],
    qr/\{'res': 'response', 'data': '5'\}/, 'by PyRPC');
like((RpcTest::run_command('sh', '-c', "$python->{curl} -s"))[1],
    qr/\{'res': 'response', 'data': '5'\}/, 'curl by PyRPC');

# ------------------------------------------------------------------- the words

like(page('/json'), qr{<title>Only\ a\ name</title>.*<h1>Only\ a\ name</h1>.*
    through\ the\ JSON-RPC\ protocol}sx, 'a name alone is the title too');
like(page('/nested'), qr{<title>Only a title</title>.*<h1>Only a title</h1>}s,
    'and a title the name');
my $info = $json->decode(RpcTest::get($server->url('/hostile?openrpc'))
    ->{body})->{info};
is($info->{title}, "<title> & \"'</title><script>alert(5)</script>",
    "RpcTitle is OpenRPC's title");
like($info->{description}, qr/^One <p>\./, 'RpcDescription its description');

# --------------------------------------------------------------------- hostile

my $hostile = page('/hostile');
my %tags;
$tags{$1}++ while $hostile =~ m{<([a-zA-Z][a-zA-Z0-9]*)[\s>]}g;
is($tags{script}, 1, 'one script, the page\'s own');
is_deeply([ grep { $tags{$_} } qw(img i iframe object style) ], [],
    'no element that somebody else wrote');
is($tags{h1}, 1, 'one h1');
is($tags{body}, 1, 'one body');
unlike($hostile, qr/<[^>]*\son\w+\s*=/i, 'no handler of events');
unlike($hostile, qr/<[^>]*\sstyle\s*=/i, 'no style in an element');
unlike($hostile, qr/javascript:/i, 'no script in a link');
like($hostile, qr{<title>&lt;title&gt;\ &amp;\ &quot;&\#39;&lt;/title&gt;
    &lt;script&gt;alert\(5\)&lt;/script&gt;</title>}x, 'the title as text');
like($hostile, qr{<h1>&lt;h1&gt; &amp; co</h1>}, 'the name as text');
like($hostile, qr{<p>One &lt;p&gt;\.}, 'the description as text');
my $html = method($hostile, 'html');
like($html, qr{<p>&lt;script&gt;alert\(1\)&lt;/script&gt;</p>}, 'help');
like($html, qr{&lt;/body&gt;&amp;lt;&amp;amp;}, 'references as text');
like($html, qr{&lt;b onclick=alert\(3\)&gt;}, 'a fault');
like($html, qr{<td><code>&quot;&lt;img src=x onerror=&#39;}, 'a default');
like($html, qr{href="http://example\.org/\?a=1&amp;b=">}, 'a link ends at "');
like(method($hostile, 'broken_text'),
    qr{<p>Latin-1 \xef\xbf\xbd and a bell \xef\xbf\xbd\.</p>},
    'what is no text is U+FFFD');
unlike($hostile, qr/unseen|Nobody sees/, 'a hidden method is not there');
like($hostile, qr{<h2\ id="table-1">&lt;i&gt;Hostile&lt;/i&gt;\ &amp;
    \ more</h2>}x, "a table's title");

# ----------------------------------------------------------------------- links

my $links = method($hostile, 'links');
for my $link ('https://example.org/a_(b)?c=d&e=f', 'ftp://example.org/x') {
    (my $text = $link) =~ s/&/&amp;/g;
    like($links, qr{<a\ rel="noopener\ noreferrer"\ href="\Q$text\E">
        \Q$text\E</a>}x, $link);
}
like($links, qr{href="https://www\.rfc-editor\.org/rfc/rfc4627">RFC 4627</a>},
    'an RFC');
like($links, qr{/rfc/rfc3986">RFC-3986</a>;}, 'with a hyphen');
like($links, qr{href="https://peps\.python\.org/pep-0008/">PEP 8</a>}, 'a PEP');
like($links, qr{<a href="\#method-html">html</a>\(x\), but not html\.},
    'a method that is called, and a word that is not');
like($links, qr{<a href="\#method-system\.listMethods">}, 'a dotted name');
like($links, qr{Not http:// nor RFC12x\.}, 'what is no link');
like($links, qr{<pre>    indented &lt;as&gt; it is\n      with <a}s,
    'an indented paragraph');
like($links, qr{<a href="\#method-nested\.deep">nested\.deep</a>\(1\)},
    'a method of another table');
like(method(page('/nested'), 'in.nested.deep'),
    qr{<a href="\#method-in\.nested\.deep">deep</a>\(1\)},
    "names are looked up under the table's prefix first");
like(method($hostile, "gr\xc3\xbcn/\xc3\x9f"),
    qr{<a href="\#method-gr%C3%BCn/%C3%9F">}, 'an anchor that is not ASCII');
like($links, qr{<input type="password"[^>]*data-secret}, 'a secret field');
like($links, qr{kept out of logs}, 'a secret parameter');
like($links, qr{flag-slow.*flag-deprecated}s, 'flags');

done_testing();
