#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Python's own xmlrpc.client against a server; prints TAP.
usage: xmlrpc_client.py BASE    with /rpc (calc, server) and /spec below it
"""
import datetime
import sys
import xmlrpc.client as client

BASE = sys.argv[1]
count = failed = 0


def check(good, name):
    global count, failed
    count += 1
    if not good:
        failed += 1
    print('%sok %d - %s' % ('' if good else 'not ', count, name))


def same(got, want, name):
    good = got == want and type(got) is type(want)
    check(good, name)
    if not good:
        print('#   got  %.200r\n#   want %.200r' % (got, want))


def fault_of(function, *arguments):
    try:
        return 'no fault but %r' % (function(*arguments),)
    except client.Fault as fault:
        return fault


def check_fault(code, text, name, function, *arguments):
    fault = fault_of(function, *arguments)
    good = (isinstance(fault, client.Fault) and fault.faultCode == code
            and text in fault.faultString)
    check(good, name)
    if not good:
        print('#   got  %.200r' % (fault,))


def check_values(server):
    values = [
        0, 2**31 - 1, -2**31, True, False, 0.1, -12.214, 1e300, 5e-324, 1e16,
        '', ' a\n\tb ', '<&>"\'', 'κόσμε', '\U0001f600', ']]>', '\x7f\x85',
        [], [[], [[1]]], [1, 'a', 2.5, False], {}, {'': 1, 'a b': {'ü': []}},
        {'<&>': '<&>'}, [{'a': [{'b': 1}]}] * 3,
    ]
    for value in values:
        same(server.echo(value), value, 'echo of %.40s' % ascii(value))
    same(server.echo(None), None, 'None by allow_none')
    same(server.echo([None, {'a': None}]), [None, {'a': None}], 'None inside')
    same(server.echo('x' * 100000), 'x' * 100000, 'a long string')
    many = list(range(10000))
    same(server.echo(many), many, 'many values')
    deep = []
    for _ in range(60):
        deep = [deep]
    same(server.echo(deep), deep, 'deep lists')


def check_types(server, builtin):
    same(server.echo(b'\0\xff' * 100).data, b'\0\xff' * 100, 'bytes')
    same(builtin.echo(b''), b'', 'bytes as bytes')
    same(builtin.echo(client.Binary(b'a')), b'a', 'Binary as bytes')
    moment = datetime.datetime(2026, 11, 22, 8, 30, 1)
    same(builtin.echo(moment), moment, 'a datetime as datetime')
    same(server.echo(client.DateTime('19980717T14:08:55')).value,
         '19980717T14:08:55', 'a DateTime')
    same(builtin.echo({'a': [b'x', moment]}), {'a': [b'x', moment]},
         'both inside')


def check_integers(server):
    same(server.add(2**31 - 1, 1), 2**31, 'a result beyond 32 bits')
    same(server.add(-2**31, -2**31), -2**32, 'a negative one')
    try:
        server.echo(2**31)
        check(False, 'xmlrpc.client itself refuses to send 2**31')
    except OverflowError:
        check(True, 'xmlrpc.client itself refuses to send 2**31')
    wide = ('<methodCall><methodName>echo</methodName><params><param><value>'
            '<i8>9223372036854775807</i8></value></param></params>'
            '</methodCall>').encode()
    transport = client.Transport()
    answer = transport.request(BASE.split('//')[1], '/spec', wide)
    same(answer, (2**63 - 1,), 'the highest integer, both ways')


def check_faults(server):
    check_fault(4, 'Too many parameters.', 'a fault of the method',
                server.fail)
    check_fault(-32601, 'nosuch', 'an unknown method', server.nosuch)
    check_fault(-32601, 'κόσμε', 'an unknown method in Greek',
                getattr(server, 'tests.κόσμε'))
    check_fault(-32602, 'takes 2 arguments', 'too few arguments', server.add,
                1)
    check_fault(-32602, 'add', 'too many arguments', server.add, 1, 2, 3)
    check_fault(-32602, 'expected int, got string', 'another type',
                server.add, 1, 'a')
    check_fault(-32602, 'got double', 'nothing is narrowed', server.add, 1,
                2.0)
    check_fault(-32601, '', 'a private name', getattr(server, '_private'))
    check_fault(-32603, 'RpcXmlNil', 'nil where it is off',
                client.ServerProxy(BASE + '/rpc', allow_none=True).echo, None)


def check_multicall(server):
    multi = client.MultiCall(server)
    multi.add(2, 3)
    multi.fail()
    multi.echo({'a': 1})
    multi.nosuch()
    results = multi()
    same(results[0], 5, 'MultiCall: a result')
    check_fault(4, 'Too many parameters.', 'MultiCall: a fault',
                results.__getitem__, 1)
    same(results[2], {'a': 1}, 'MultiCall: a struct is no fault')
    check_fault(-32601, 'nosuch', 'MultiCall: an unknown method',
                results.__getitem__, 3)
    same(list(client.MultiCall(server)()), [], 'MultiCall of nothing')
    inner = {'methodName': 'system.multicall', 'params': [[]]}
    answer = server.system.multicall([inner])
    check('faultCode' in answer[0], 'MultiCall refuses recursion')


def check_introspection(server):
    names = server.system.listMethods()
    same(names, sorted(names), 'listMethods is sorted')
    for name in ('add', 'calc.add', 'server.ping', 'system.listMethods',
                 'system.multicall'):
        check(name in names, 'it has %s' % name)
    same(server.system.methodSignature('add')[0][1:],
         server.system.methodSignature('calc.add')[0][1:], 'a signature')
    help_text = server.system.methodHelp('add')
    check(isinstance(help_text, str) and help_text != '', 'a help text')
    check_fault(-32601, 'nosuch', 'help of an unknown method',
                server.system.methodHelp, 'nosuch')
    abilities = server.system.getCapabilities()
    same(abilities['xmlrpc'], {'specUrl': 'http://www.xmlrpc.com/spec',
                               'specVersion': 1}, 'getCapabilities')


def check_connection(server):
    same(server.calc.add(2, 3), 5, 'a dotted name')
    same(server.server.ping(), 'pong', 'another')
    with client.ServerProxy(BASE + '/rpc', headers=[('X-Note', 'a')]) as other:
        for _ in range(3):
            same(other.ping(), 'pong', 'on one connection')
    latin = client.ServerProxy(BASE + '/rpc', encoding='iso-8859-15')
    same(latin.echo('\u20ac'), '\u20ac', 'a request in ISO-8859-15')
    try:
        client.ServerProxy(BASE + '/rpc/none').ping()
        check(False, 'another path is 404')
    except client.ProtocolError as error:
        same(error.errcode, 404, 'another path is 404')


def main():
    spec = client.ServerProxy(BASE + '/spec', allow_none=True)
    builtin = client.ServerProxy(BASE + '/spec', use_builtin_types=True)
    server = client.ServerProxy(BASE + '/rpc')
    check_values(spec)
    check_types(spec, builtin)
    check_integers(spec)
    check_faults(spec)
    check_multicall(spec)
    check_introspection(server)
    check_connection(server)
    print('1..%d' % count)
    return 1 if failed else 0


sys.exit(main())
