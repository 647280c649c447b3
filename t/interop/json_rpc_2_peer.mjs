// SPDX-License-Identifier: Apache-2.0
// json-rpc-2.0's client and server at one end of a WebSocket; prints TAP.
// usage: json_rpc_2_peer.mjs URL   which has calc, server and talk
import assert from 'node:assert/strict';
import { JSONRPCClient, JSONRPCErrorException, JSONRPCServer,
    JSONRPCServerAndClient } from 'json-rpc-2.0';
import { WebSocket } from 'ws';
import { failure, fault, plan, test, until } from './tap.mjs';

const socket = new WebSocket(process.argv[2]);
const told = [];
let closed;
const both = new JSONRPCServerAndClient(
    new JSONRPCServer({ errorListener: () => {} }),
    new JSONRPCClient((message) => socket.send(JSON.stringify(message))));
both.addMethod('ask', ([what]) => `you asked ${what}`);
both.addMethod('refuse', () => {
    throw new JSONRPCErrorException('no', 77, { why: 1 });
});
both.addMethod('tell', (args) => { told.push(args); });
socket.on('message', (data) => both.receiveAndSend(JSON.parse(data)));
socket.on('close', (code) => { closed = code; });
await new Promise((done, failed) => {
    socket.on('open', done);
    socket.on('error', failed);
});

await test('calls', async () => {
    assert.equal(await both.request('ping', []), 'pong');
    assert.equal(await both.request('add', [2, 3]), 5);
    assert.equal(await both.request('add', { y: 3, x: 2 }), 5);
    for (const value of [null, '😀\u2028', [{ '': [] }], 0.5]) {
        assert.deepEqual(await both.request('echo', [value]), value);
    }
});
await test('errors', async () => {
    await fault(both.request('nosuch', []), -32601);
    await fault(both.request('add', ['a', 1]), -32602);
    assert.match((await failure(both.timeout(50).request('talk.later',
        [0.3]))).message, /timeout/);
    assert.equal(await both.request('ping', []), 'pong');
});
await test('notifications', async () => {
    both.notify('add', [1, 2]);
    both.notify('nosuch', []);
    assert.equal(await both.request('ping', []), 'pong');
});
await test('batches', async () => {
    const requests = [1, 2, 3].map((n) => ({ jsonrpc: '2.0', id: `b${n}`,
        method: 'add', params: [n, n] }));
    const answers = await both.client.requestAdvanced([...requests,
        { jsonrpc: '2.0', id: 'bad', method: 'nosuch', params: [] }]);
    assert.deepEqual(answers.map((one) => [one.id,
        one.result || one.error.code]), [['b1', 2], ['b2', 4], ['b3', 6],
        ['bad', -32601]]);
});
await test('answers as they are done', async () => {
    const order = [];
    await Promise.all([0.3, 0.05].map((seconds) =>
        both.request('talk.later', [seconds]).then((value) =>
            order.push(value))));
    assert.deepEqual(order, [0.05, 0.3]);
});
await test('the server calls', async () => {
    assert.equal(await both.request('talk.call', ['ask', ['me']]),
        'you asked me');
    await fault(both.request('talk.call', ['refuse', []]), 77, /no/);
    await fault(both.request('talk.call', ['nothing', []]), -32601);
    await both.request('talk.notify', ['tell', [1, 'x']]);
    await until(() => told.length > 0);
    assert.deepEqual(told, [[1, 'x']]);
});
await test('closing', async () => {
    socket.close(1000);
    await until(() => closed !== undefined);
    assert.equal(closed, 1000);
});
plan();
