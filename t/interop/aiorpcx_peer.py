#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""aiorpcx (newline framing) against a peer of TCP; prints TAP.
usage: aiorpcx_peer.py HOST PORT   which has calc, server and talk
"""
import asyncio
import sys

import aiorpcx

HOST, PORT = sys.argv[1], int(sys.argv[2])
count = failed = 0


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


class Session(aiorpcx.RPCSession):
    """Answers what the server calls."""

    def __init__(self, *args, **named):
        super().__init__(*args, **named)
        self.told = []

    async def handle_request(self, request):
        if request.method == 'tell':
            self.told.append(request.args)
            return None
        if request.method == 'ask':
            return 'you asked %s' % request.args[0]
        if request.method == 'refuse':
            raise aiorpcx.RPCError(77, 'no')
        raise aiorpcx.RPCError.invalid_request('unknown')


def connect():
    return aiorpcx.connect_rs(HOST, PORT, session_factory=Session)


async def error_of(awaitable):
    try:
        return 'no error but %r' % (await awaitable,)
    except aiorpcx.RPCError as error:
        return error.code


async def calls(session):
    same(await session.send_request('ping'), 'pong', 'ping')
    same(await session.send_request('add', [2, 3]), 5, 'by position')
    same(await session.send_request('add', {'y': 3, 'x': 2}), 5, 'by name')
    for value in [None, True, 2**53 + 1, 0.1, 'κόσμε \u2028 \x04 \n', [[]],
                  {'a': {'': 1}}, 'x' * 100000]:
        same(await session.send_request('echo', [value]), value,
             'echo of %.30s' % ascii(value))


async def errors(session):
    same(await error_of(session.send_request('nosuch')), -32601,
         'an unknown method')
    same(await error_of(session.send_request('add', [1])), -32602,
         'too few arguments')
    same(await error_of(session.send_request('add', ['a', 1])), -32602,
         'another type')
    same(await session.send_request('ping'), 'pong', 'and it goes on')


async def notifications(session):
    await session.send_notification('add', [1, 2])
    await session.send_notification('nosuch')
    await session.send_notification('add', ['a'])
    same(await session.send_request('ping'), 'pong',
         'notifications are not answered')


async def batches(session):
    async with session.send_batch() as batch:
        batch.add_request('add', [2, 3])
        batch.add_notification('add', [4, 5])
        batch.add_request('nosuch')
        batch.add_request('ping')
    same(batch.results[0], 5, 'a batch: a result')
    same(batch.results[1].code, -32601, 'a batch: an error')
    same(batch.results[2:], ('pong',), 'a batch: and no more')
    async with session.send_batch(raise_errors=True) as batch:
        for i in range(100):
            batch.add_request('add', [i, i])
    same(batch.results, tuple(2 * i for i in range(100)),
         'a batch of a hundred')


async def many(session):
    order = []

    async def one(seconds):
        order.append(await session.send_request('talk.later', [seconds]))

    await asyncio.gather(*[one(s) for s in (0.4, 0.05, 0.2)])
    same(order, [0.05, 0.2, 0.4], 'answers as they are done')
    got = await asyncio.gather(*[session.send_request('add', [i, 1])
                                 for i in range(64)])
    same(got, list(range(1, 65)), 'sixty-four at once')


async def called(session):
    same(await session.send_request('talk.call', ['ask', ['me']]),
         'you asked me', 'the server calls back')
    same(await error_of(session.send_request('talk.call', ['refuse', []])),
         77, 'and gets the error')
    await session.send_request('talk.notify', ['tell', [1, 'x']])
    same(session.told, [[1, 'x']], 'it notifies')


async def main():
    async with connect() as session:
        for part in (calls, errors, notifications, batches, many, called):
            await part(session)
    async with connect() as session:
        same(await session.send_request('ping'), 'pong',
             'another connection')
        pending = asyncio.create_task(
            session.send_request('talk.later', [5]))
        await asyncio.sleep(0.05)
        pending.cancel()
    async with connect() as session:
        same(await session.send_request('ping'), 'pong',
             'closed in the middle of a call; a third')


asyncio.run(asyncio.wait_for(main(), 60))
print('1..%d' % count)
sys.exit(1 if failed else 0)
