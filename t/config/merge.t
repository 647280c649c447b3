#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# How sections merge, over the wire: the inner one wins, its tables are
# searched before the outer one's, virtual hosts inherit.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use RpcTest;

my ($second, $third) = (RpcTest::free_port(), RpcTest::free_port());
my $server = RpcTest::httpd(<<"CONF");
RpcMaxDepth 6
RpcMaxBatch 3
<Location "/a">
    SetHandler rpc
    RpcHandler calc
    RpcMaxDepth 4
</Location>
<Location "/a/b">
    RpcHandler server
    RpcAlias add ping
    RpcMaxDepth 5
</Location>
<LocationMatch "^/c\$">
    SetHandler rpc
    RpcHandler calc
</LocationMatch>
<Location "/c">
    RpcMaxBatch 5
</Location>
<Location "/a/b/d">
    RpcHandler server d
</Location>
<LocationMatch "^/m/[0-9]+\$">
    SetHandler rpc
    RpcHandler server
    <If "%{QUERY_STRING} == 'more'">
        RpcHandler calc
    </If>
</LocationMatch>
<Location "/off/">
    SetHandler rpc
    RpcHandler calc
    RpcIntrospection off
    RpcIntrospection on
    RpcIntrospection off
    RpcProtocols xmlrpc
    RpcProtocols jsonrpc
</Location>
<LocationMatch "^/off/\$">
    <If "%{QUERY_STRING} == 'on'">
        RpcIntrospection on
        RpcProtocols jsonrpc xmlrpc
    </If>
</LocationMatch>
<Directory "\@DIR\@/htdocs">
    AllowOverride All
</Directory>
Listen 127.0.0.1:$second
<VirtualHost 127.0.0.1:$second>
    RpcMaxDepth 3
    <Location "/">
        SetHandler rpc
    </Location>
    <LocationMatch "^/(?!v)">
        RpcHandler server
    </LocationMatch>
    <Location "/v">
        RpcHandler server
    </Location>
</VirtualHost>
Listen 127.0.0.1:$third
<VirtualHost 127.0.0.1:$third>
    <Location "/">
        SetHandler rpc
        RpcHandler server
    </Location>
</VirtualHost>
CONF

# The result or the error's code of one JSON-RPC call.
sub call {
    my ($url, $method, $params) = @_;
    my $r = RpcTest::post($url, 'application/json',
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"$method\",\"params\":"
        . (defined $params ? $params : '[]') . '}');
    return $1 if $r->{body} =~ /"code":(-?\d+)/;
    return $1 if $r->{body} =~ /"result":(.*?),"id":1\}$/;
    return "$r->{status} $r->{body}";
}

sub batch {
    my ($url, $count) = @_;
    my $call = '{"jsonrpc":"2.0","id":1,"method":"sum","params":[1]}';
    my $r = RpcTest::post($url, 'application/json',
        '[' . join(',', ($call) x $count) . ']');
    return scalar(() = $r->{body} =~ /"result":1,/g);
}

# echo() of lists within lists, by pyrpc: what it answers, the error's code, or
# what it says of RpcMaxDepth.
sub deep {
    my ($url, $depth) = @_;
    my $lists = ('[' x $depth) . (']' x $depth);
    my $body = RpcTest::get("$url?request=execute&data=echo($lists)")->{body};
    return $1 if $body =~ /(RpcMaxDepth \d+)/ || $body =~ /'code': (-\d+)/;
    return $body =~ /'data': '(.*)'\}$/ ? $1 : $body;
}

my ($a, $b, $c) = map { $server->url($_) } qw(/a /a/b /c);
my $other = "http://127.0.0.1:$second";

# Tables: the inner section's, then the outer one's.
is(call($a, 'add', '[2,3]'), 5, 'the outer section calls its table');
is(call($a, 'ping'), -32601, 'and nothing of the inner one');
is(call($b, 'ping'), '"pong"', 'the inner section calls its own');
is(call($b, 'mul', '[2,3]'), 6, 'and the outer one\'s');
is(call($b, 'add', '[]'), '"pong"', 'a name in both is the inner one\'s');
is(call($c, 'add', '[2,3]'), 5, 'a section without RpcHandler inherits');
is(call($c, 'ping'), -32601, 'and gets nothing from elsewhere');
my $d = $server->url('/a/b/d');
is(call($d, 'd.ping'), '"pong"', 'three sections deep: the innermost');
is(call($d, 'ping'), '"pong"', 'the middle one');
is(call($d, 'sum', '[1,2,3]'), 6, 'the outermost');
like(call($d, 'system.listMethods'), qr/^\["add",("d\.\w+",){6}"div",/,
    'all are listed by name');
is(() = call($d, 'system.listMethods') =~ /"add"/g, 1, 'each once');
my $m = $server->url('/m/1');
is(call($m, 'add', '[2,3]'), -32601, 'If does not hold: not mounted');
is(call("$m?more", 'add', '[2,3]'), 5, 'If holds: mounted');
is(call("$m?more", 'ping'), '"pong"', 'beside the section around it');

# Values: the inner section's, tighter or wider.
is(deep($a, 4), -32601, 'at the RpcMaxDepth of /a: no such method');
is(deep($a, 5), 'RpcMaxDepth 4', 'one past it');
is(deep($b, 5), '[[[[[]]]]]', 'the inner section may allow more');
is(deep($b, 6), 'RpcMaxDepth 5', 'one past its own');
is(deep($c, 6), -32601, 'at the server\'s');
is(deep($c, 7), 'RpcMaxDepth 6', 'one past it');
is(batch($a, 3), 3, 'the server\'s RpcMaxBatch holds in a section');
is(batch($a, 4), 0, 'one past it');
is(batch($c, 5), 5, 'a section without RpcHandler has its own');
is(batch($c, 6), 0, 'one past that');

# Words; the last of two in a section.
my ($off, $on) = map { $server->url($_) } qw(/off/ /off/?on);
is(call($off, 'system.listMethods'), -32601, 'RpcIntrospection off');
like(call($on, 'system.listMethods'), qr/^\["add",/, 'on again within');
my $xml = '<methodCall><methodName>sum</methodName></methodCall>';
is(RpcTest::post($off, 'text/xml', $xml)->{status}, 415,
    'the last RpcProtocols of a section holds');
is(RpcTest::post($on, 'text/xml', $xml)->{status}, 200, 'the inner one wins');

# Virtual hosts have what the main server has, under their own.
is(call("$other/v", 'ping'), '"pong"', 'a virtual host\'s own section');
is(call("$other/v", 'add', '[2,3]'), -32601, 'its own tables only');
is(call("$other/a", 'mul', '[2,3]'), 6, 'the main server\'s sections');
is(call("$other/a", 'ping'), '"pong"', 'chained with its own');
is(deep("$other/v", 3), '[[[]]]', 'its own RpcMaxDepth');
is(deep("$other/v", 4), 'RpcMaxDepth 3', 'one past it');
is(deep("$other/a", 5), 'RpcMaxDepth 4',
    'the main server\'s section wins over the virtual host itself');

# The base of a JSON-RPC 1.1 path is the section that mounts.
sub path { return RpcTest::get($_[0])->{body} }
like(path("$a/add?x=2&y=3"), qr/"result":5\b/, 'the mounting section');
like(path("$b/mul?x=2&y=3"), qr/"result":6\b/, 'a section within');
unlike(path("$a/x/add?x=2&y=3"), qr/"result"/, 'a path below it is none');
unlike(path("$c/add?x=2&y=3"), qr/"result"/, 'a LocationMatch has none');
like(path("http://127.0.0.1:$third/ping"), qr/"result":"pong"/,
    '<Location "/">');
like(path($server->url('/off/add?x=2&y=3')), qr/"result":5\b/,
    'a section that ends in /');

# None in .htaccess: a folder's owner does not make endpoints, nor widen them.
my $folder = $server->dir . '/htdocs';
for my $line ('RpcHandler calc', 'RpcMaxDepth 900', 'RpcGet all') {
    open(my $out, '>', "$folder/.htaccess") or die "$folder: $!\n";
    print {$out} "$line\n";
    close $out or die "$folder: $!\n";
    is(RpcTest::get($server->url('/x.html'))->{status}, 500,
        "$line in .htaccess is refused");
    my ($name) = split / /, $line;
    RpcTest::expect_log(qr{htdocs/\.htaccess: $name not allowed here});
}

done_testing();
