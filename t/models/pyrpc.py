#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The example of PyRPC's manual, by urllib, against a server; prints TAP.
usage: pyrpc.py URL    where DoBlah(a, b, c) returns [a, b, c]
"""
import ast
import sys
import urllib.parse
import urllib.request

URL = sys.argv[1]
count = failed = 0


def same(got, want, name):
    global count, failed
    count += 1
    good = got == want and type(got) is type(want)
    if not good:
        failed += 1
    print('%sok %d - %s' % ('' if good else 'not ', count, name))
    if not good:
        print('#   got  %.200r\n#   want %.200r' % (got, want))


def read(url, data=None, **headers):
    request = urllib.request.Request(url, data, headers)
    with urllib.request.build_opener(
            urllib.request.ProxyHandler({})).open(request) as answer:
        return answer.read().decode('utf-8')


def result_of(body):
    """The message, then the result within it, as a client takes both."""
    message = ast.literal_eval(body)
    same(message['res'], 'response', 'it is a response')
    return ast.literal_eval(message['data'])


FIELDS = urllib.parse.urlencode({'request': 'execute',
                                 'data': 'DoBlah(1,2,3)'})
same(read(URL + '?' + FIELDS), "{'res': 'response', 'data': '[1, 2, 3]'}",
     'DoBlah(1,2,3) by GET')
same(result_of(read(URL, FIELDS.encode())), [1, 2, 3], 'by a form')
same(result_of(read(URL + '?request=execute', b'data=DoBlah(1,2,3)')),
     [1, 2, 3], 'one field in the URL, one in the form')
MESSAGE = repr({'req': 'execute', 'data': 'DoBlah(1,2,3)'}).encode()
same(result_of(read(URL, MESSAGE, **{'Content-Type': 'text/x-python'})),
     [1, 2, 3], 'the message itself')
VALUES = ('two', [1.5, None], {'k': (True, b'x')})
CALL = urllib.parse.urlencode({'request': 'execute',
                               'data': 'DoBlah(%r, %r, %r)' % VALUES})
same(result_of(read(URL, CALL.encode())),
     ['two', [1.5, None], {'k': [True, b'x']}],
     'any Python literal; a tuple comes back as a list')
CALL = urllib.parse.urlencode({'request': 'execute', 'data': 'DoBlah(1)'})
same(ast.literal_eval(read(URL + '?' + CALL)),
     {'res': 'error', 'data': 'Invalid params: DoBlah takes 3 arguments, '
      'got 1', 'code': -32602}, 'an error is a message too')
print('1..%d' % count)
sys.exit(1 if failed else 0)
