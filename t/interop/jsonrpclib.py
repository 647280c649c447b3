#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""jsonrpclib-pelix against a server; prints TAP.
usage: jsonrpclib.py BASE    with /rpc (calc, server) and /spec below it
"""
import json
import os
import sys

# Not this file, which has the library's name.
sys.path = [path for path in sys.path
            if os.path.abspath(path or '.') != os.path.dirname(
                os.path.abspath(__file__))]
import jsonrpclib  # noqa: E402
from jsonrpclib import config, history, jsonrpc  # noqa: E402

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


def error_of(function, *arguments, **named):
    try:
        return 'no error but %r' % (function(*arguments, **named),)
    except jsonrpc.ProtocolError as error:
        return error.args[0]


def check_calls(server):
    same(server.add(2, 3), 5, 'by position')
    same(server.add(y=3, x=2), 5, 'by name')
    same(server.subtract(subtrahend=23, minuend=42), 19,
         'by name, in another order')
    same(server.sum(), 0, 'without arguments')
    same(server.get_data(), ['hello', 5], 'a list comes back')
    demo = jsonrpclib.ServerProxy(BASE + '/rpc')
    same(demo.calc.add(2, 3), 5, 'a dotted name')
    same(demo.server.ping(), 'pong', 'another')
    same(demo.calc.div(7, 2), 3, 'floor division')
    same(demo.calc.divide(7, 2), 3.5, 'division')
    check('calc.add' in demo.system.listMethods(), 'system.listMethods')
    demo('close')()
    same(server.add(20, 22), 42, 'another connection')


def check_values(server):
    values = [
        None, True, False, 0, -1, 2**31, 2**53, 2**53 + 1, 2**63 - 1, -2**63,
        0.1, 1e300, 5e-324, 1e16, -0.0, '', 'a\0b', '\n\t\\"/', 'κόσμε',
        '\U0001f600', '\u2028', 'x' * 100000, [], [[], [[1]]], {},
        {'': 1, 'a b': {'ü': [None]}}, list(range(10000)),
        {'k%d' % i: i for i in range(1000)},
    ]
    for value in values:
        same(server.echo(value), value, 'echo of %.30s' % ascii(value))
    error = error_of(server.echo, 2**63)
    same(error[0], -32700, '2**63 is refused, not rounded')
    same(server.add(2**62, 2**61), 2**62 + 2**61, 'a sum beyond 2**53')


def check_faults(server):
    same(error_of(server.nosuch), (-32601, 'Method not found'),
         'an unknown method')
    same(error_of(server.add, 1), (-32602, 'Invalid params'), 'too few')
    same(error_of(server.add, 1, 2, 3), (-32602, 'Invalid params'),
         'too many')
    same(error_of(server.add, x=1, z=2), (-32602, 'Invalid params'),
         'an unknown name')
    same(error_of(server.add, 'a', 2), (-32602, 'Invalid params'),
         'another type')
    same(error_of(getattr(server, 'rpc.none')), (-32601, 'Method not found'),
         'a reserved name')
    error = error_of(server.fail, 1)
    same(error[:2], (4, 'Too many parameters.'), 'a fault of the method')
    same(server.add(1, 2), 3, 'and the connection goes on')


def check_notifications(server):
    same(server._notify.update(1, 2, 3), None, 'a notification')
    same(server._notify.nosuch(), None, 'of an unknown method: silence')
    same(server._notify.add('a'), None, 'with bad arguments: silence')
    same(server.add(1, 2), 3, 'and the connection goes on')


def check_batches(server):
    batch = jsonrpclib.MultiCall(server)
    batch.add(2, 3)
    batch.subtract(minuend=10, subtrahend=4)
    batch._notify.update(1)
    batch.nosuch()
    batch.fail()
    batch.echo('κόσμε')
    results = batch()
    same(len(results), 5, 'a batch: the notification has no answer')
    same(results[0], 5, 'a batch: by position')
    same(results[1], 6, 'a batch: by name')
    same(error_of(results.__getitem__, 2), (-32601, 'Method not found'),
         'a batch: an unknown method')
    same(error_of(results.__getitem__, 3)[0], 4, 'a batch: a fault')
    same(results[4], 'κόσμε', 'a batch: the last')
    for i in range(200):
        batch.add(i, i)
    same(list(batch()), [2 * i for i in range(200)],
         'two hundred calls, in their order')
    batch._notify.update(1)
    batch._notify.update(2)
    same(len(batch()), 0, 'a batch of notifications has no answer')


def check_versions():
    log = history.History()
    old = jsonrpclib.ServerProxy(
        BASE + '/spec', version=1.0, history=log,
        config=config.Config(version=1.0))
    same(old.add(2, 3), 5, 'version 1.0')
    request, response = json.loads(log.request), json.loads(log.response)
    check('jsonrpc' not in request, 'its request has no version')
    same(response, {'result': 5, 'error': None, 'id': request['id']},
         'nor has the answer')
    same(error_of(old.nosuch)[0], -32601, 'version 1.0: an error')
    same(json.loads(log.response)['result'], None, 'with a result of null')
    same(old._notify.update(1), None, 'version 1.0: a notification')
    log.clear()


def check_history():
    log = history.History()
    server = jsonrpclib.ServerProxy(BASE + '/spec', history=log)
    server.add(5, 6)
    request, response = json.loads(log.request), json.loads(log.response)
    same(request['method'], 'add', 'history: the request')
    same(response, {'jsonrpc': '2.0', 'result': 11, 'id': request['id']},
         'history: the answer has its id and nothing else')
    server._notify.update(1)
    same(log.response, '', 'history: a notification has no body')
    server.add(y=2, x=1)
    same(json.loads(log.request)['params'], {'x': 1, 'y': 2},
         'history: by name')


def check_transport():
    server = jsonrpclib.ServerProxy(BASE + '/spec',
                                    headers={'X-Note': 'a'})
    with server._additional_headers({'X-Other': 'b'}) as other:
        same(other.add(1, 1), 2, 'headers of its own')
    try:
        jsonrpclib.ServerProxy(BASE + '/rpc/none/such').ping()
        check(False, 'another path is 404')
    except jsonrpclib.jsonrpc.TransportError as error:
        check('404' in str(error), 'another path is 404')
    other = config.Config(content_type='application/json')
    same(jsonrpclib.ServerProxy(BASE + '/spec', config=other).add(1, 2), 3,
         'application/json')
    same(config.DEFAULT.content_type, 'application/json-rpc',
         'its default is application/json-rpc')


def main():
    server = jsonrpclib.ServerProxy(BASE + '/spec')
    check_calls(server)
    check_values(server)
    check_faults(server)
    check_notifications(server)
    check_batches(server)
    check_versions()
    check_history()
    check_transport()
    print('1..%d' % count)
    return 1 if failed else 0


sys.exit(main())
