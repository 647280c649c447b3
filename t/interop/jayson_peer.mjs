// SPDX-License-Identifier: Apache-2.0
// jayson's clients of TCP and WebSocket against a peer; prints TAP.
// usage: jayson_peer.mjs HOST PORT URL   which have calc, server and talk
import assert from 'node:assert/strict';
import jayson from 'jayson';
import { WebSocket } from 'ws';
import { plan, test } from './tap.mjs';

const [host, port, url] = process.argv.slice(2);
const socket = new WebSocket(url);
await new Promise((done, failed) => {
    socket.on('open', done);
    socket.on('error', failed);
});
const clients = {
    tcp: jayson.Client.tcp({ host, port: Number(port) }),
    ws: jayson.Client.websocket({ ws: socket, timeout: 20000 })
};

// Its answer: [error, result], or those of a batch.
const call = (client, ...args) => new Promise((resolve, reject) => {
    client.request(...args, (failed, error, result) =>
        (failed ? reject(failed) : resolve([error, result])));
});
const post = (client, messages) => new Promise((resolve, reject) => {
    client.request(messages, (failed, errors, results) =>
        (failed ? reject(failed) : resolve([errors, results])));
});

for (const [name, client] of Object.entries(clients)) {
    const result = async (...args) => {
        const [error, value] = await call(client, ...args);
        assert.equal(error, undefined, JSON.stringify(error));
        return value;
    };
    const code = async (...args) => (await call(client, ...args))[0].code;

    await test(`${name}: calls`, async () => {
        assert.equal(await result('ping', []), 'pong');
        assert.equal(await result('add', [2, 3]), 5);
        assert.equal(await result('add', { y: 3, x: 2 }), 5);
        assert.equal(await result('talk.later', [0.05]), 0.05);
        for (const value of [null, false, 'ü € 😀 \u2028\n', [[1]],
            { a: {} }, 1.5, 'x'.repeat(100000)]) {
            assert.deepEqual(await result('echo', [value]), value);
        }
    });
    await test(`${name}: errors`, async () => {
        assert.equal(await code('nosuch', []), -32601);
        assert.equal(await code('add', [1]), -32602);
        assert.equal(await result('ping', []), 'pong');
    });
    await test(`${name}: notifications`, async () => {
        await new Promise((resolve, reject) => {
            client.request('add', [1, 2], null,
                (error) => (error ? reject(error) : resolve()));
        });
        assert.equal(await result('ping', []), 'pong');
    });
    await test(`${name}: batches`, async () => {
        const request = (...args) => client.request(...args);
        const [errors, results] = await post(client, [
            request('add', [2, 3]), request('nosuch', []),
            request('add', [1, 1], null), request('ping', [])]);
        assert.deepEqual(errors.map((one) => one.error.code), [-32601]);
        assert.deepEqual(results.map((one) => one.result), [5, 'pong']);
    });
    await test(`${name}: many`, async () => {
        assert.deepEqual(await Promise.all(Array.from({ length: 32 },
            (_, i) => result('add', [i, i]))),
        Array.from({ length: 32 }, (_, i) => 2 * i));
    });
}
await test('tcp: version 1.0', async () => {
    const old = jayson.Client.tcp({ host, port: Number(port), version: 1 });
    assert.deepEqual(await call(old, 'add', [2, 3]), [null, 5]);
});
socket.close();
plan();
