#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The client side of the examples in Python's documentation of
xmlrpc.client and xmlrpc.server, against a server; prints TAP.
usage: xmlrpc_server.py BASE    with /examples, /faulty and /multi below it
"""
import datetime
import sys
import xmlrpc.client

BASE = sys.argv[1]
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


def simple_server():
    """xmlrpc.server, "SimpleXMLRPCServer Example": pow, add, mul."""
    s = xmlrpc.client.ServerProxy(BASE + '/examples')
    same(s.pow(2, 3), 8, 'pow: returns 2**3')
    same(s.add(2, 3), 5, 'add: returns 5')
    same(s.mul(5, 2), 10, 'mul: returns 5*2')
    methods = s.system.listMethods()
    for name in ('add', 'mul', 'pow', 'system.listMethods',
                 'system.methodHelp', 'system.methodSignature'):
        same(name in methods, True, 'listMethods: %s' % name)


def service_with_time():
    """xmlrpc.server, the instance with currentTime and the MultiCall."""
    server = xmlrpc.client.ServerProxy(BASE + '/examples')
    now = server.currentTime.getCurrentTime()
    same(type(now), xmlrpc.client.DateTime, 'currentTime.getCurrentTime')
    multi = xmlrpc.client.MultiCall(server)
    multi.getData()
    multi.pow(2, 9)
    multi.add(1, 2)
    same(list(multi()), ['42', 512, 3], 'MultiCall: getData, pow, add')


def proxy_is_even():
    """xmlrpc.client, "ServerProxy Objects"."""
    with xmlrpc.client.ServerProxy(BASE + '/examples') as proxy:
        same('3 is even: %s' % str(proxy.is_even(3)), '3 is even: False',
             'is_even(3)')
        same('100 is even: %s' % str(proxy.is_even(100)),
             '100 is even: True', 'is_even(100)')


def date_time():
    """xmlrpc.client, "DateTime Objects"."""
    proxy = xmlrpc.client.ServerProxy(BASE + '/examples')
    today = proxy.today()
    converted = datetime.datetime.strptime(today.value, '%Y%m%dT%H:%M:%S')
    now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
    same(abs(now - converted) < datetime.timedelta(minutes=1), True,
         'today, in UTC')


def binary():
    """xmlrpc.client, "Binary Objects"."""
    proxy = xmlrpc.client.ServerProxy(BASE + '/examples')
    same(proxy.python_logo().data, b'\xff\xd8\xff\xe0\0\x10JFIF\0',
         'python_logo')


def fault():
    """xmlrpc.client, "Fault Objects"."""
    proxy = xmlrpc.client.ServerProxy(BASE + '/faulty')
    try:
        proxy.add(2, 5)
        same('no fault', 'a fault', 'add')
    except xmlrpc.client.Fault as err:
        same(err.faultCode, 1, 'Fault code')
        same(err.faultString, "<class 'TypeError'>: cannot marshal <class "
             "'complex'> objects", 'Fault string')


def protocol_error():
    """xmlrpc.client, "ProtocolError Objects"."""
    proxy = xmlrpc.client.ServerProxy(BASE + '/nothing')
    try:
        proxy.some_method()
        same('no error', 'an error', 'some_method')
    except xmlrpc.client.ProtocolError as err:
        same(err.url.endswith('/nothing'), True, 'A protocol error: its URL')
        same(err.errcode, 404, 'its code')


def multi_call():
    """xmlrpc.client, "MultiCall Objects": divide is x // y there."""
    proxy = xmlrpc.client.ServerProxy(BASE + '/multi')
    multicall = xmlrpc.client.MultiCall(proxy)
    multicall.add(7, 3)
    multicall.subtract(7, 3)
    multicall.multiply(7, 3)
    multicall.divide(7, 3)
    same('7+3=%d, 7-3=%d, 7*3=%d, 7//3=%d' % tuple(multicall()),
         '7+3=10, 7-3=4, 7*3=21, 7//3=2', 'MultiCall')


for example in (simple_server, service_with_time, proxy_is_even, date_time,
                binary, fault, protocol_error, multi_call):
    example()
print('1..%d' % count)
sys.exit(1 if failed else 0)
