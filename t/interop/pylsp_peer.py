#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""pylsp-jsonrpc (Content-Length framing) against a peer of TCP; prints TAP.
usage: pylsp_peer.py HOST PORT   which has calc, server and talk
"""
import logging
import socket
import sys
import threading
import time

from pylsp_jsonrpc.endpoint import Endpoint
from pylsp_jsonrpc.exceptions import JsonRpcException
from pylsp_jsonrpc.streams import JsonRpcStreamReader, JsonRpcStreamWriter

HOST, PORT = sys.argv[1], int(sys.argv[2])
count = failed = 0
logging.disable(logging.CRITICAL)


def check(good, name):
    global count, failed
    count += 1
    failed += 0 if good else 1
    print('%sok %d - %s' % ('' if good else 'not ', count, name))


def same(got, want, name):
    good = got == want and type(got) is type(want)
    check(good, name)
    if not good:
        print('#   got  %.200r\n#   want %.200r' % (got, want))


class Peer:
    """A connection, its reader on a thread of its own."""

    def __init__(self, dispatcher):
        self.socket = socket.create_connection((HOST, PORT), 10)
        self.socket.settimeout(None)
        stream = self.socket.makefile('rwb')
        self.endpoint = Endpoint(dispatcher,
                                 JsonRpcStreamWriter(stream).write)
        reader = JsonRpcStreamReader(stream)
        self.thread = threading.Thread(target=reader.listen, daemon=True,
                                       args=(self.endpoint.consume,))
        self.thread.start()

    def future(self, method, params=None):
        return self.endpoint.request(method, params)

    def call(self, method, params=None):
        return self.future(method, params).result(timeout=20)

    def code(self, method, params=None):
        try:
            return 'no error but %r' % (self.call(method, params),)
        except JsonRpcException as error:
            return error.code

    def close(self):
        self.socket.shutdown(socket.SHUT_WR)
        self.thread.join(10)
        self.endpoint.shutdown()
        return not self.thread.is_alive()


def calls(peer):
    same(peer.call('ping'), 'pong', 'ping')
    same(peer.call('add', [2, 3]), 5, 'by position')
    same(peer.call('add', {'y': 3, 'x': 2}), 5, 'by name')
    for value in [None, True, 2**53 + 1, 0.1, 'κόσμε \u2028 \x04 \r\n', [[]],
                  {'a': {'': 1}}, 'Content-Length: 5\r\n\r\n', 'x' * 100000]:
        same(peer.call('echo', [value]), value,
             'echo of %.30s' % ascii(value))


def errors(peer):
    same(peer.code('nosuch'), -32601, 'an unknown method')
    same(peer.code('add', [1]), -32602, 'too few arguments')
    same(peer.code('add', {'x': 1, 'z': 1}), -32602, 'an unknown name')
    same(peer.call('ping'), 'pong', 'and it goes on')


def notifications(peer):
    peer.endpoint.notify('add', [1, 2])
    peer.endpoint.notify('nosuch')
    peer.endpoint.notify('$/setTrace', {'value': 'off'})
    same(peer.call('ping'), 'pong', 'notifications are not answered')


def many(peer):
    order = []
    slow = peer.future('talk.later', [0.4])
    slow.add_done_callback(lambda done: order.append(done.result()))
    quick = peer.future('talk.later', [0.05])
    quick.add_done_callback(lambda done: order.append(done.result()))
    slow.result(timeout=20)
    same(order, [0.05, 0.4], 'answers as they are done')
    futures = [peer.future('add', [i, 1]) for i in range(64)]
    same([one.result(timeout=20) for one in futures], list(range(1, 65)),
         'sixty-four at once')


def called(peer, told):
    same(peer.call('talk.call', ['ask', ['me']]), 'you asked me',
         'the server calls back')
    same(peer.call('talk.call', ['askLater', ['me']]), 'later me',
         'a function that takes its time')
    same(peer.code('talk.call', ['nothing', []]), -32601,
         'what it has not')
    peer.call('talk.notify', ['tell', [1, 'x']])
    same(told, [[1, 'x']], 'it notifies')


def ask_later(params):
    def later():
        time.sleep(0.05)
        return 'later %s' % params[0]
    return later


def main():
    told = []
    dispatcher = {'ask': lambda params: 'you asked %s' % params[0],
                  'askLater': ask_later, 'tell': told.append}
    peer = Peer(dispatcher)
    calls(peer)
    errors(peer)
    notifications(peer)
    many(peer)
    called(peer, told)
    last = peer.future('talk.later', [0.1])
    check(peer.close(), 'a half-closed connection ends')
    check(last.done() and last.result() == 0.1,
          'after what was asked is answered')
    started = time.time()
    peer = Peer(dispatcher)
    peer.future('talk.later', [5])
    peer.endpoint.notify('$/cancelRequest', {'id': 'nobody'})
    peer.socket.close()
    peer = Peer(dispatcher)
    same(peer.call('ping'), 'pong', 'after one that went in a call')
    check(peer.close() and time.time() - started < 4, 'in no time')


main()
print('1..%d' % count)
sys.stdout.flush()
sys.exit(1 if failed else 0)
