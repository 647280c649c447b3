// SPDX-License-Identifier: Apache-2.0
// rpc.js over a WebSocket of the real server; prints TAP.
// usage: rpc_peer.mjs FOLDER URL   which has calc, server and talk
import assert from 'node:assert/strict';
import { WebSocket } from 'ws';
import { fault, plan, sleep, test, until } from './tap.mjs';

const [folder, url] = process.argv.slice(2);
const { Rpc, RpcError } = await import(`${folder}/rpc.mjs`);
const options = { WebSocket, reconnect: { first: 50, most: 200 } };
const rpc = new Rpc(url, options);
const errors = [];
rpc.$connection.addEventListener('error', ({ error }) => errors.push(error));

await test('calls', async () => {
    assert.equal(await rpc.add(2, 3), 5);
    assert.equal(await rpc.$named.add({ y: 3, x: 2 }), 5);
    for (const value of [null, true, '', 'ü € 😀 \u2028 \u0000', [[1]],
        { a: { '': [null] } }, 1e300, 'x'.repeat(200000)]) {
        assert.deepEqual(await rpc.echo(value), value);
    }
    const exact = new Rpc(url, { ...options, bigint: true });
    assert.equal(await exact.echo(2n ** 63n - 1n), 2n ** 63n - 1n);
    exact.$connection.close();
});
await test('faults', async () => {
    await fault(rpc.nosuch(), -32601, /^Method not found: .*nosuch/);
    const error = await fault(rpc.add(2, '3'), -32602, /^Invalid params: /);
    assert.ok(error instanceof RpcError);
    await fault(rpc.echo(2n ** 64n), -32700, /./);
});
await test('batches and notifications', async () => {
    assert.deepEqual(await rpc.$batch((b) => [b.add(2, 3), b.ping(),
        b.$notify.add(1, 2), b.talk.later(0.05)]),
    [5, 'pong', undefined, 0.05]);
    await rpc.$notify.add(1, 2);
    await rpc.$notify.nosuch();
    const all = await rpc.$batch((b) =>
        Promise.allSettled([b.nosuch(), b.ping()]));
    assert.deepEqual([all[0].reason.code, all[1].value], [-32601, 'pong']);
    await fault(rpc.$batch((b) => Array.from({ length: 1001 },
        () => b.ping())), -32002, /RpcMaxBatch/);
});
await test('answers as they are done', async () => {
    const order = [];
    await Promise.all([0.3, 0.05, 0.15].map((seconds) =>
        rpc.talk.later(seconds).then((value) => order.push(value))));
    assert.deepEqual(order, [0.05, 0.15, 0.3]);
    assert.deepEqual(await Promise.all(Array.from({ length: 64 },
        (_, i) => rpc.add(i, i))), Array.from({ length: 64 },
        (_, i) => 2 * i));
});
await test('the server calls', async () => {
    const told = [];
    rpc.$register('ask', async (what) => {
        await sleep(10);
        return `you asked ${what}`;
    });
    rpc.$register('refuse', () => {
        throw new RpcError(77, 'no', { why: 1 });
    });
    rpc.$register('tell', (...args) => { told.push(args); });
    assert.equal(await rpc.talk.call('ask', ['me']), 'you asked me');
    const error = await fault(rpc.talk.call('refuse', []), 77, /^no/);
    assert.deepEqual(error.data, { why: 1 });
    await fault(rpc.talk.call('nothing', []), -32601);
    await rpc.talk.notify('tell', [1, 'x']);
    await until(() => told.length > 0);
    assert.deepEqual(told, [[1, 'x']]);
    assert.deepEqual(await Promise.all(Array.from({ length: 8 },
        (_, i) => rpc.talk.call('ask', [i]))), Array.from({ length: 8 },
        (_, i) => `you asked ${i}`), 'many at once');
});
await test('functions as arguments', async () => {
    const steps = [];
    assert.equal(await rpc.talk.count((n) => steps.push(n), 5), 5);
    assert.deepEqual(steps, [1, 2, 3, 4, 5]);
});
await test('topics', async () => {
    const heard = [];
    const other = new Rpc(url, options);
    await rpc.$on('talk.said', (...args) => heard.push(args));
    await fault(rpc.$on('talk.nosuch', () => {}), -32601);
    assert.equal(errors.splice(0).length, 1);
    await other.talk.say('hello');
    await other.talk.say([1, { a: 2 }]);
    await other.talk.say(null);
    await until(() => heard.length >= 3);
    assert.deepEqual(heard.splice(0), [['hello'], [1, { a: 2 }], [null]]);
    other.$connection.close();
    await rpc.$off('talk.said');
    await rpc.talk.say('nobody');
    await rpc.ping();
    assert.deepEqual(heard, []);
});
await test('giving up cancels', async () => {
    await fault(rpc.$with({ timeout: 50 }).talk.later(20), -32003);
    assert.equal(await rpc.ping(), 'pong');
});
await test('back after a loss, with its topics', async () => {
    const heard = [];
    await rpc.$on('talk.said', (text) => heard.push(text));
    const lost = fault(rpc.talk.later(10), -32004);
    const safe = rpc.$with({ safe: true }).talk.later(0.3);
    await sleep(50);
    await rpc.$notify.talk.close();
    await lost;
    assert.equal(await rpc.add(1, 2), 3);
    assert.equal(await safe, 0.3);
    await rpc.talk.say('again');
    await until(() => heard.length > 0);
    assert.deepEqual(heard, ['again']);
});
await test('no error was told', async () => {
    assert.deepEqual(errors.map(String), []);
    rpc.$connection.close();
    await until(() => rpc.$connection.state === 'closed');
});
plan();
