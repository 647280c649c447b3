#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# rpc.js in a real browser: as script and as module, from its own origin, from
# one that is allowed and from one that is not; what forms, pictures and
# no-cors requests of another origin reach.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use RpcTest;

my ($chromium) = grep { -x } '/usr/bin/chromium', '/usr/bin/google-chrome';
plan skip_all => 'chromium is not installed' if !$chromium;

my ($friend, $stranger) = (RpcTest::free_port(), RpcTest::free_port());
my $server = RpcTest::httpd(<<"CONF", threads => 24);
AddType text/html .html
<Location "/rpc">
    SetHandler rpc
    RpcHandler calc
    RpcHandler counter
    RpcHandler server
    RpcGet all
    RpcAllowOrigin http://127.0.0.1:$friend
</Location>
<Location "/cookie">
    SetHandler rpc
    RpcHandler calc
    RpcAllowOrigin http://127.0.0.1:$friend
    RpcAllowCredentials on
</Location>
<Location "/login">
    SetHandler rpc
    RpcHandler calc
    RpcAllowOrigin http://127.0.0.1:$friend
    Require all denied
</Location>
Listen 127.0.0.1:$friend
Listen 127.0.0.1:$stranger
CONF
RpcTest::expect_log(qr/RPC0011: /);
RpcTest::allow_log(qr/AH01630: client denied by server configuration/);

my $profile = RpcTest::logs() . '/chromium';
my $pages = $server->dir . '/htdocs';

# What a page, served at a port, writes by say(), until it says "end".
sub browse {
    my ($port, $name, $html) = @_;
    open(my $out, '>', "$pages/$name.html") or die "$pages: $!\n";
    print {$out} "<!DOCTYPE html><pre id=out></pre><script>const say = (t) => "
        . "{ document.getElementById('out').textContent += t + '\\n'; };"
        . "const own = 'http://127.0.0.1:" . $server->port . "';</script>"
        . $html;
    close $out or die "$pages: $!\n";
    my ($status, $said) = RpcTest::run_command('timeout', 60, $chromium,
        qw(--headless --no-sandbox --disable-gpu --disable-dev-shm-usage),
        "--user-data-dir=$profile", '--virtual-time-budget=10000',
        '--dump-dom', "http://127.0.0.1:$port/$name.html");
    my ($text) = $said =~ /<pre id="out">(.*?)<\/pre>/s;
    diag($said) if !defined $text;
    return defined $text ? $text : '';
}

sub counted {
    my $body = RpcTest::get($server->url(
        '/rpc?request=execute&data=counter.current()'))->{body};
    return $body =~ /'data': '(\d+)'/ ? $1 : $body;
}

my $calls = <<'JS';
const show = (p) => p.then((v) => say(JSON.stringify(v)),
    (e) => say(`${e.name} ${e.code} ${e.message}`));
(async () => {
    const rpc = new Rpc(`${own}/rpc`);
    await show(rpc.add(2, 3));
    await show(rpc.$with({ transport: 'xhr' }).add(2, 3));
    await show(rpc.$with({ protocol: 'pyrpc' }).add(2, 3));
    await show(rpc.$batch((b) => [b.add(2, 3), b.ping()]));
    await show(rpc.$with({ headers: { 'X-Mine': '1' } }).add(2, 3));
    await show(rpc.nosuch());
    await show(new Rpc(`${own}/cookie`, { credentials: 'include' })
        .add(2, 3));
    await show(new Rpc(`${own}/login`).add(2, 3));
    say('end');
})();
JS
my $answers = join '\n', '\A5', 5, 5, '\[5,"pong"\]', 5,
    'RpcError -32601 Method not found[^\n]*', 5,
    'RpcError -32001 Forbidden[^\n]*403[^\n]*', 'end', '\z';
$answers = qr/$answers/;
my $script = "<script src=\"http://127.0.0.1:" . $server->port
    . "/rpc?rpc.js\"></script>";
like(browse($server->port, 'own', '<script src="/rpc?rpc.js"></script>'
    . "<script>$calls</script>"), $answers, 'a page of the own origin');
like(browse($server->port, 'module', '<script type="module">'
    . "import { Rpc } from '/rpc?rpc.mjs';\n$calls</script>"), $answers,
    'as a module');
like(browse($friend, 'friend', "$script<script>$calls</script>"), $answers,
    'a page of an allowed origin');
like(browse($friend, 'friend-module', '<script type="module">import { Rpc } '
    . "from 'http://127.0.0.1:" . $server->port . "/rpc?rpc.mjs';\n"
    . "$calls</script>"), $answers, 'with the module of the other origin');
like(browse($stranger, 'stranger', "$script<script>$calls</script>"),
    qr/\A(?:RpcError -32300 [^\n]* cannot be reached: [^\n]*\n){8}end\n\z/,
    'a page of another origin gets nothing');

# What needs no permission to be sent.
my $send = <<'JS';
const call = 'request=execute&data=counter.next()';
const type = 'application/x-www-form-urlencoded';
(async () => {
    await fetch(`${own}/rpc`, { method: 'POST', mode: 'no-cors', body: call,
        headers: { 'Content-Type': type } });
    await fetch(`${own}/rpc?${call}`, { mode: 'no-cors' });
    await fetch(`${own}/rpc/counter.next`, { mode: 'no-cors' });
    await fetch(`${own}/rpc`, { method: 'POST', mode: 'no-cors',
        body: '{"jsonrpc":"2.0","method":"counter.next","id":1}' });
    await new Promise((done) => {
        const picture = new Image();
        picture.onload = picture.onerror = done;
        picture.src = `${own}/rpc?${call}`;
    });
    await new Promise((done) => {
        const frame = document.getElementById('frame');
        frame.onload = done;
        document.forms[0].action = `${own}/rpc`;
        document.forms[0].submit();
    });
    say('end');
})();
JS
my $form = '<iframe id=frame name=frame></iframe><form method=POST '
    . 'target=frame><input name=request value=execute><input name=data '
    . "value='counter.next()'></form><script>$send</script>";
is(browse($stranger, 'hostile', $form), "end\n", 'a hostile page');
is(counted(), 0, 'no method ran');
is(browse($friend, 'trusted', $form), "end\n", 'the same page, allowed');
is(counted(), 2, 'its POST and its form run; what has no Origin does not');
is(browse($server->port, 'same', $form), "end\n", 'the same page, our own');
is(counted(), 7, 'all but the body of text run');

done_testing();
