# SPDX-License-Identifier: Apache-2.0
# A peer that shares no code with ours: JSON-RPC on TCP in each framing, and
# on WebSocket, by Python's standard library. For t/client/peer.t. Prints its
# port; an argument chooses the framing.
import asyncio
import base64
import hashlib
import json
import struct
import sys

FRAMING = sys.argv[1]
GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'


async def read_frame(reader):
    """One message of WebSocket, None at its end; masked, as a client must."""
    message = b''
    while True:
        first, second = await reader.readexactly(2)
        length = second & 127
        if length == 126:
            length, = struct.unpack('>H', await reader.readexactly(2))
        elif length == 127:
            length, = struct.unpack('>Q', await reader.readexactly(8))
        assert second & 128, 'a frame of a client is not masked'
        mask = await reader.readexactly(4)
        data = await reader.readexactly(length)
        data = bytes(b ^ mask[i % 4] for i, b in enumerate(data))
        if first & 15 == 8:
            return None
        message += data
        if first & 128:
            return message


async def read_message(reader):
    if FRAMING == 'websocket':
        return await read_frame(reader)
    if FRAMING == 'newline':
        return (await reader.readuntil(b'\n'))[:-1]
    if FRAMING == 'eot':
        return (await reader.readuntil(b'\x04'))[:-1]
    if FRAMING == 'netstring':
        length = int((await reader.readuntil(b':'))[:-1])
        data = await reader.readexactly(length + 1)
        assert data[-1:] == b','
        return data[:-1]
    headers = (await reader.readuntil(b'\r\n\r\n')).decode()
    return await reader.readexactly(int(headers.split(':')[1].split()[0]))


def framed(text):
    data = text.encode()
    if FRAMING == 'websocket':
        if len(data) < 126:
            return bytes([0x81, len(data)]) + data
        return b'\x81\x7e' + struct.pack('>H', len(data)) + data
    if FRAMING == 'newline':
        return data + b'\n'
    if FRAMING == 'eot':
        return data + b'\x04'
    if FRAMING == 'netstring':
        return b'%d:%s,' % (len(data), data)
    return b'Content-Length: %d\r\n\r\n%s' % (len(data), data)


class Peer:
    def __init__(self, reader, writer):
        self.reader = reader
        self.writer = writer
        self.waiting = {}
        self.last_id = 0

    def send(self, message):
        self.writer.write(framed(json.dumps(message)))

    def notify(self, method, params):
        self.send({'jsonrpc': '2.0', 'method': method, 'params': params})

    async def call(self, method, params):
        self.last_id += 1
        future = asyncio.get_running_loop().create_future()
        self.waiting[self.last_id] = future
        self.send({'jsonrpc': '2.0', 'method': method, 'params': params,
                   'id': self.last_id})
        return await future

    async def handshake(self):
        request = (await self.reader.readuntil(b'\r\n\r\n')).decode()
        key = [line.split(': ')[1] for line in request.split('\r\n')
               if line.lower().startswith('sec-websocket-key')][0]
        accept = base64.b64encode(
            hashlib.sha1((key + GUID).encode()).digest()).decode()
        if 'GET /wrong' in request:
            accept = 'x' + accept[1:]
        self.writer.write(
            ('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n'
             'Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n'
             % accept).encode())

    async def run(self):
        if FRAMING == 'websocket':
            await self.handshake()
        while True:
            text = await read_message(self.reader)
            if text is None:
                return
            message = json.loads(text)
            if isinstance(message, list):
                answers = [self.outcome(m, m.get('params', []))
                           for m in message if 'id' in m]
                self.send(answers[::-1])
            elif message.get('id') in self.waiting and 'method' not in message:
                self.waiting.pop(message['id']).set_result(
                    message.get('result', message.get('error')))
            elif 'method' in message:
                asyncio.ensure_future(self.answer(message))

    def outcome(self, message, params):
        return {'jsonrpc': '2.0', 'id': message['id'], 'result': sum(params)}

    async def answer(self, message):
        method, params = message['method'], message.get('params', [])
        result = None
        if method == 'add':
            result = sum(params)
        elif method == 'sleep':
            await asyncio.sleep(params[0])
            result = params[0]
        elif method == 'ask':       # calls what it is told to, answers that
            result = await self.call(params[0], params[1:])
        elif method == 'count':     # a callback, notified and called
            for i in range(params[0]):
                self.notify(params[1], [i])
            result = await self.call(params[1], [99])
        elif method == 'rpc.on':
            for topic in params:
                self.send({'notification': topic, 'params': [topic, 1]})
            result = {topic: 'ok' if topic != 'no.topic'
                      else 'provided event invalid' for topic in params}
        elif method == 'drop':      # the connection, unanswered
            self.writer.close()
            return
        elif method == 'drop_once':
            Peer.dropped = not getattr(Peer, 'dropped', False)
            if Peer.dropped:
                self.writer.close()
                return
            result = 'second'
        elif method == 'garbage':
            end = b'\n' if FRAMING == 'newline' else b'\x04'
            self.writer.write((b'}{\x00\xff' + end) * 10)
            return
        elif 'id' in message:
            self.send({'jsonrpc': '2.0', 'id': message['id'], 'error': {
                'code': -32601, 'message': 'Method not found',
                'data': method}})
            return
        if 'id' in message:
            self.send({'jsonrpc': '2.0', 'id': message['id'],
                       'result': result})


async def serve(reader, writer):
    try:
        await Peer(reader, writer).run()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    writer.close()


async def main():
    server = await asyncio.start_server(serve, '127.0.0.1', 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


asyncio.run(main())
