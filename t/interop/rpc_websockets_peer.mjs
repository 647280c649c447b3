// SPDX-License-Identifier: Apache-2.0
// rpc-websockets' client against a peer; prints TAP.
// usage: rpc_websockets_peer.mjs URL   which has calc, server and talk
import assert from 'node:assert/strict';
import { Client } from 'rpc-websockets';
import { failure, fault, plan, sleep, test, until } from './tap.mjs';

const url = process.argv[2];

async function open(options) {
    const client = new Client(url, { reconnect: false, ...options });
    await new Promise((done, failed) => {
        client.on('open', done);
        client.on('error', failed);
    });
    return client;
}

const client = await open();
const said = [];
let closed;
client.on('close', (code) => { closed = code; });

await test('calls', async () => {
    assert.equal(await client.call('ping'), 'pong');
    assert.equal(await client.call('add', [2, 3]), 5);
    assert.equal(await client.call('add', { y: 3, x: 2 }), 5);
    for (const value of [null, '😀\u2028', [{ '': [] }], 0.5]) {
        assert.deepEqual(await client.call('echo', [value]), value);
    }
});
await test('errors', async () => {
    await fault(client.call('nosuch'), -32601);
    await fault(client.call('add', [1]), -32602);
    assert.match((await failure(client.call('talk.later', [1], 50))).message,
        /timeout/);
    assert.equal(await client.call('ping'), 'pong');
});
await test('notifications', async () => {
    await client.notify('add', [1, 2]);
    await client.notify('nosuch', []);
    assert.equal(await client.call('ping'), 'pong');
});
await test('subscribe', async () => {
    client.on('talk.said', (...args) => said.push(args));
    assert.deepEqual(await client.subscribe('talk.said'),
        { 'talk.said': 'ok' });
    await client.call('talk.say', ['hello']);
    await until(() => said.length > 0);
    await client.call('talk.say', [[1, { a: 2 }]]);
    await until(() => said.length > 1);
    assert.deepEqual(said.splice(0), [['hello'], [1, { a: 2 }]]);
    assert.deepEqual(await client.subscribe(['talk.nosuch', 'talk.said']),
        { 'talk.nosuch': 'provided event invalid', 'talk.said':
            'socket has already been subscribed to event' });
});
await test('what another one says, in order', async () => {
    const other = await open();
    for (let i = 0; i < 20; i++) {
        await other.call('talk.say', [`${i}`]);
    }
    await until(() => said.length >= 20);
    assert.deepEqual(said.splice(0).map(([text]) => Number(text)),
        Array.from({ length: 20 }, (_, i) => i));
    other.close();
});
await test('unsubscribe', async () => {
    assert.deepEqual(await client.unsubscribe('talk.said'),
        { 'talk.said': 'ok' });
    await client.call('talk.say', ['nobody']);
    await client.call('ping');
    await sleep(100);
    assert.deepEqual(said, []);
});
await test('close', async () => {
    client.close(1000);
    await until(() => closed !== undefined);
    assert.equal(closed, 1000);
});
plan();
