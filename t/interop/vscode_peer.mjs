// SPDX-License-Identifier: Apache-2.0
// vscode-jsonrpc (Content-Length framing) against a peer of TCP; prints TAP.
// usage: vscode_peer.mjs HOST PORT   which has calc, server and talk
import assert from 'node:assert/strict';
import net from 'node:net';
import { createRequire } from 'node:module';
import { fault, plan, sleep, test, until } from './tap.mjs';

const rpc = createRequire(import.meta.url)('vscode-jsonrpc/node');
const [host, port] = process.argv.slice(2);

async function open() {
    const socket = net.connect(Number(port), host);
    await new Promise((done, failed) => {
        socket.on('connect', done);
        socket.on('error', failed);
    });
    const connection = rpc.createMessageConnection(
        new rpc.SocketMessageReader(socket),
        new rpc.SocketMessageWriter(socket));
    return { socket, connection };
}

const { socket, connection } = await open();
const told = [];
const progress = [];
const called = [];
let closed = false;
connection.onRequest('ask', (what) => `you asked ${what}`);
connection.onRequest('refuse', () =>
    new rpc.ResponseError(77, 'no', { why: 1 }));
connection.onRequest('patient', async (token) => {
    await new Promise((done) => token.onCancellationRequested(done));
    called.push('cancelled');
    return 'too late';
});
connection.onNotification('tell', (...args) => told.push(args));
connection.onProgress(new rpc.ProgressType(), 'p1',
    (value) => progress.push(value));
connection.onClose(() => { closed = true; });
connection.listen();
const call = (...args) => connection.sendRequest(...args);

await test('calls', async () => {
    assert.equal(await call('ping'), 'pong');
    assert.equal(await call('add', 2, 3), 5);
    assert.equal(await call('add', rpc.ParameterStructures.byName,
        { y: 3, x: 2 }), 5);
    for (const value of [null, '😀\u2028 ü', [{ '': [] }], 0.5,
        'Content-Length: 3\r\n\r\n', 'x'.repeat(100000)]) {
        assert.deepEqual(await call('echo',
            rpc.ParameterStructures.byPosition, value), value);
    }
});
await test('errors', async () => {
    await fault(call('nosuch'), -32601);
    await fault(call('add', 1), -32602);
    assert.equal(await call('ping'), 'pong');
});
await test('notifications', async () => {
    await connection.sendNotification('add', 1, 2);
    await connection.sendNotification('nosuch');
    await connection.sendNotification('$/setTrace', { value: 'off' });
    assert.equal(await call('ping'), 'pong');
});
await test('answers as they are done', async () => {
    const order = [];
    await Promise.all([0.3, 0.05].map((seconds) =>
        call('talk.later', seconds).then((value) => order.push(value))));
    assert.deepEqual(order, [0.05, 0.3]);
    assert.deepEqual(await Promise.all(Array.from({ length: 64 },
        (_, i) => call('add', i, i))), Array.from({ length: 64 },
        (_, i) => 2 * i));
});
await test('$/cancelRequest', async () => {
    const source = new rpc.CancellationTokenSource();
    const started = Date.now();
    const pending = fault(call('talk.later', 10, source.token), -32800);
    await sleep(50);
    source.cancel();
    await pending;
    assert.ok(Date.now() - started < 5000, 'at once');
    assert.equal(await call('ping'), 'pong');
});
await test('the server calls', async () => {
    assert.equal(await call('talk.call', 'ask', ['me']), 'you asked me');
    await fault(call('talk.call', 'refuse', []), 77);
    await fault(call('talk.call', 'nothing', []), -32601);
    await call('talk.notify', 'tell', [1, 'x']);
    await until(() => told.length > 0);
    assert.deepEqual(told, [[1, 'x']]);
});
await test('$/progress', async () => {
    await call('talk.notify', rpc.ParameterStructures.byName,
        { method: '$/progress', params: { token: 'p1', value: { n: 1 } } });
    await until(() => progress.length > 0);
    assert.deepEqual(progress, [{ n: 1 }]);
});
await test('half-closed in a call', async () => {
    const last = call('talk.later', 0.1);
    await sleep(20);
    socket.end();
    assert.equal(await last, 0.1);
    await until(() => closed);
});
await test('gone in a call', async () => {
    const other = await open();
    other.connection.listen();
    other.connection.sendRequest('talk.later', 5).catch(() => {});
    await sleep(20);
    other.socket.destroy();
    const third = await open();
    third.connection.listen();
    assert.equal(await third.connection.sendRequest('ping'), 'pong');
    third.connection.end();
});
plan();
