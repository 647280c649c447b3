#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# coming-from.md names every class, parameter and method of xmlrpc.server, by
# asking Python what there is.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use RpcTest;

my ($status, $names) = RpcTest::run_command('python3', '-c', <<'PYTHON');
import inspect, xmlrpc.server as module
def say(*names):
    print(*(name for name in names if not name.startswith("__")), sep="\n")
def parameters(function):
    say(*(name for name in inspect.signature(function).parameters
          if name != "self"))
for name, thing in vars(module).items():
    if getattr(thing, "__module__", "") != module.__name__:
        continue
    say(name)
    if inspect.isfunction(thing):
        parameters(thing)
    elif inspect.isclass(thing):
        for inner, member in vars(thing).items():
            if inner != "__init__" and inner.startswith("_") \
                    and inner != "_dispatch":
                continue
            say(inner)
            if inspect.isfunction(member):
                parameters(member)
PYTHON
is($status, 0, 'Python tells the names') or diag($names);
my %names = map { $_ => 1 } grep { length } split /\n/, $names;
cmp_ok(scalar keys %names, '>=', 60, 'many of them');

my $document = RpcTest::slurp(RpcTest::tree() . '/docs/coming-from.md');
my ($section) = $document =~ /^(## xmlrpc\.server .*?)^## pulsar/ms;
like($section, qr/\b\Q$_\E\b/, $_) for sort keys %names;

# What it says is there is there: functions in the headers, directives in the
# documents; and nothing is promised.
my $headers = join '', map { RpcTest::slurp(RpcTest::tree() . "/src/$_") }
    qw(mod_rpc.h mod_rpc_async.h client/modrpc.h);
# Facts of a call are declared by a macro.
$headers .= join '', map { "rpc_call_$_\n" }
    $headers =~ /^RPC_CALL_FACT_\([^,]+, (\w+)\)/mg;
my $directives = RpcTest::slurp(RpcTest::tree() . '/docs/directives.md');
my %functions = map { $_ => 1 } $document =~ /\b(rpc_\w+)\(/g;
# pulsar's own, in the left column.
delete @functions{qw(rpc_echo rpc_kill_actor rpc_method)};
my %directives = map { $_ => 1 } $document
    =~ /\b(Rpc[A-Z]\w+) (?:on|off|jsonrpc|NAME|PUBLIC)\b/g;
cmp_ok(scalar keys %functions, '>=', 30, 'it names functions');
is(join(' ', grep { $headers !~ /\b$_\b/ } sort keys %functions), '',
    'all of them are declared');
cmp_ok(scalar keys %directives, '>=', 5, 'and directives');
is(join(' ', grep { $directives !~ /^## $_$/m } sort keys %directives), '',
    'all of them are described');
for my $name (map { s{.*/}{}r } glob(RpcTest::tree() . '/docs/*.md')) {
    unlike(RpcTest::slurp(RpcTest::tree() . "/docs/$name"),
        qr/\*\*not yet\*\*|a later (?:release|version)|HTTP is the only/i,
        "$name promises nothing");
}
done_testing();
