// SPDX-License-Identifier: Apache-2.0
// Drives rpc.js against a running server; prints TAP. rpc_js.t starts it.
// usage: rpc_js.mjs ORIGIN FOLDER, which holds rpc.js and rpc.mjs
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import vm from 'node:vm';
import { makePage } from './xhr.mjs';

const [origin, folder] = process.argv.slice(2);
const { Rpc, RpcError, default: alsoRpc } = await import(`${folder}/rpc.mjs`);
const required = createRequire(import.meta.url)(`${folder}/rpc.js`);
makePage(origin);

let count = 0;

async function test(name, body) {
    count++;
    try {
        await body();
        console.log(`ok ${count} - ${name}`);
    }
    catch (error) {
        console.log(`not ok ${count} - ${name}`);
        console.log(String(error.stack).replace(/^/gm, '# '));
    }
}

// A transport that keeps what is sent and answers what it is told.
function fake(...answers) {
    const sent = [];
    const send = async (request) => {
        sent.push(request);
        const answer = answers.shift();
        return typeof answer === 'function' ? answer(request)
            : { status: 200, text: '', ...answer };
    };
    return { sent, send };
}

const failure = (promise) => promise.then(
    (value) => { throw new Error(`it gave ${JSON.stringify(value)}`); },
    (error) => error);

async function fault(promise, code, message) {
    const error = await failure(promise);
    assert.ok(error instanceof RpcError && error instanceof Error,
        String(error.stack));
    assert.equal(error.name, 'RpcError');
    assert.equal(error.code, code);
    assert.match(error.message, message);
    return error;
}

const rpc = new Rpc('/rpc');
const chaos = new Rpc('/chaos');

// The same everywhere; by each transport, protocol and HTTP method.
const ways = {
    'fetch': {},
    'xhr': { transport: 'xhr' },
    'fetch, GET': { method: 'GET' },
    'xhr, GET': { transport: 'xhr', method: 'GET' },
    'pyrpc': { protocol: 'pyrpc' },
    'pyrpc, POST': { protocol: 'pyrpc', method: 'POST' },
    'pyrpc, xhr': { protocol: 'pyrpc', transport: 'xhr' }
};
const values = [null, true, false, 0, -1, 2.5, 1e300, 5e-324, '', 'a"b\\c\'d',
    'ü € 😀 \u2028', '\n\t\r\b\f', '\u0000', 'True None #', '&a=b+c%41', [],
    {}, [[[1]]], { 'a b': { '': [null, 'x'] } }, 9007199254740991];
for (const [name, options] of Object.entries(ways)) {
    const client = new Rpc('/rpc', options);
    await test(`${name}: calls`, async () => {
        assert.equal(await client.add(2, 3), 5);
        assert.equal(await client.calc.add(2, 3), 5);
        assert.equal(await client.$named.add({ y: 3, x: 2 }), 5);
        assert.equal(await client.$named.calc.subtract({ y: 3, x: 2 }), -1);
        assert.equal(await client.$call('add', [2, 3]), 5);
        assert.equal(await client.$call('add', { x: 2, y: 3 }), 5);
        assert.equal(await client.$call('ping'), 'pong');
        assert.equal(await client.ping(), 'pong');
        assert.equal(await client.echo(undefined), null);
    });
    await test(`${name}: values there and back`, async () => {
        for (const value of values) {
            assert.deepEqual(await client.echo(value), value);
        }
    });
    await test(`${name}: large integers`, async () => {
        const exact = client.$with({ bigint: true });
        for (const value of [2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n)]) {
            assert.deepEqual(await exact.echo([value, `${value}`, 7]),
                [value, `${value}`, 7]);
            assert.equal(await client.echo(value), Number(value));
        }
        assert.deepEqual(await exact.echo(['"12345678901234567890',
            { '12345678901234567890': 1e22 }, 1.5]),
        ['"12345678901234567890', { '12345678901234567890': 1e22 },
            1.5]);
        assert.equal(await client.echo(5n), 5);
    });
    await test(`${name}: faults`, async () => {
        await fault(client.nosuch(), -32601, /^Method not found: .*nosuch/);
        await fault(client.add(2, '3'), -32602,
            /^Invalid params: parameter "y" of add: expected number/);
        await fault(client.div(1, 0), -32500, /zero/);
        await fault(new Rpc('/nowhere', options).add(2, 3), -32300,
            /^\/nowhere answered 404/);
        const down = await fault(new Rpc('http://127.0.0.1:1/', options)
            .add(2, 3), -32300, /^http:\/\/127.0.0.1:1\/ cannot be reached/);
        assert.ok(down.cause instanceof Error);
        await fault(new Rpc('/denied', options).add(2, 3), -32001,
            /HTTP 403/);
    });
    await test(`${name}: timeout`, async () => {
        const slow = new Rpc('/chaos', { ...options, timeout: 100 });
        await fault(slow.sleeps(1), -32003, /^no answer within 100 ms$/);
        assert.equal(await slow.$with({ timeout: 9000 }).sleeps(0.01), 0.01);
    });
    await test(`${name}: abort`, async () => {
        const control = new AbortController();
        const slow = new Rpc('/chaos', { ...options,
            signal: control.signal });
        const pending = failure(slow.sleeps(1));
        setTimeout(() => control.abort(), 50);
        assert.equal((await pending).name, 'AbortError');
        assert.equal((await failure(slow.sleeps(0))).name, 'AbortError');
        const reasoned = new AbortController();
        reasoned.abort('enough');
        assert.equal(await failure(slow.$with({ signal: reasoned.signal })
            .sleeps(0)), 'enough');
    });
    await test(`${name}: notifications`, async () => {
        const got = await client.$notify.ping();
        assert.equal(got, options.protocol === 'pyrpc' ? 'pong' : undefined);
        await client.$notify.calc.add(2, 3);
    });
}

await test('batches', async () => {
    assert.deepEqual(await rpc.$batch((b) => [b.add(2, 3), b.calc.mul(2, 3),
        b.$named.subtract({ x: 1, y: 2 }), b.$notify.ping(), b.$call('ping')]),
    [5, 6, -1, undefined, 'pong']);
    const all = await rpc.$batch((b) => Promise.allSettled([b.nosuch(),
        b.ping(), b.add('x', 1)]));
    assert.deepEqual(all.map((one) => one.status),
        ['rejected', 'fulfilled', 'rejected']);
    assert.equal(all[0].reason.code, -32601);
    assert.equal(all[2].reason.code, -32602);
    await fault(rpc.$batch((b) => [b.ping(), b.nosuch()]), -32601, /nosuch/);
    assert.deepEqual(await rpc.$batch((b) => [b.$notify.ping()]), [undefined]);
    assert.deepEqual(await rpc.$batch(() => []), []);
    assert.equal(await rpc.$batch((b) => b.add(1, 1)), 2);
    assert.equal(await rpc.$with({ transport: 'xhr' })
        .$batch((b) => b.add(1, 1)), 2);
});

await test('batches that fail as a whole', async () => {
    await fault(new Rpc('/denied').$batch((b) => [b.add(1, 2), b.ping()]),
        -32001, /403/);
    await fault(rpc.$batch((b) => Array.from({ length: 1001 },
        () => b.ping())), -32002, /RpcMaxBatch/);
    await fault(rpc.$with({ protocol: 'pyrpc' }).$batch((b) => [b.ping()])
        .catch((error) => { throw new RpcError(1, error.message); }), 1,
    /^pyrpc has no batches$/);
    assert.match((await failure(rpc.$with({ method: 'GET' })
        .$batch((b) => [b.ping()]))).message, /cannot be sent by GET/);
    const { send } = fake({ text: '[]' });
    await fault(new Rpc('/x', { transport: send }).$batch((b) => [b.a()]),
        -32300, /answered no JSON-RPC/);
});

await test('a fault of a method\'s own', async () => {
    const error = await failure(chaos.fail_data());
    assert.ok(error instanceof RpcError);
    assert.ok(error.data !== undefined);
});

await test('what is sent', async () => {
    const { sent, send } = fake({ text: '{"jsonrpc":"2.0","result":1,"id":0}' },
        { text: '{"res":"response","data":1}' }, { status: 204 }, {});
    const client = new Rpc('/x?y', { transport: send,
        headers: { 'X-Mine': '1' }, credentials: 'include' });
    await fault(client.a.b.c(1), -32300, /answered another call/);
    assert.equal(sent[0].url, '/x?y');
    assert.equal(sent[0].method, 'POST');
    assert.equal(sent[0].credentials, 'include');
    assert.deepEqual(sent[0].headers, { 'Accept': 'application/json',
        'Content-Type': 'application/json', 'X-Mine': '1' });
    assert.match(sent[0].body, /^\{"jsonrpc":"2\.0","method":"a\.b\.c","params":\[1\],"id":\d+\}$/);
    await client.$with({ protocol: 'pyrpc' }).f('a b', undefined, [true]);
    assert.equal(sent[1].url, '/x?y&request=execute&data='
        + encodeURIComponent('f("a b", null, [true])'));
    await client.$notify.f();
    assert.equal(sent[2].body,
        '{"jsonrpc":"2.0","method":"f","params":[]}');
    await client.$notify.f(2n ** 64n, 'bigint-1:5');
    assert.equal(sent[3].body, '{"jsonrpc":"2.0","method":"f",'
        + '"params":[18446744073709551616,"bigint-1:5"]}');
});

await test('answers that are none', async () => {
    for (const text of ['', 'oops', '<html>', '[]', 'null', '5', '{}', '"x"']) {
        for (const protocol of ['jsonrpc', 'pyrpc']) {
            const { send } = fake({ status: 502, text });
            await fault(new Rpc('/x', { transport: send, protocol }).f(),
                -32300, /^\/x answered/);
        }
    }
    const { send } = fake({ status: 403, text: 'not you' });
    await fault(new Rpc('/x', { transport: send }).$notify.f(), -32300,
        /^\/x answered 403: not you$/);
});

await test('what is no call', async () => {
    assert.equal(rpc.then, undefined);
    assert.equal(rpc.calc.then, undefined);
    assert.equal(await rpc, rpc);
    assert.equal(rpc[Symbol.iterator], undefined);
    assert.ok(rpc instanceof Rpc);
    assert.throws(() => rpc(), TypeError);
    assert.throws(() => rpc.$named.add(1, 2), /takes one object/);
    assert.throws(() => new Rpc('/x', { protocol: 'soap' }),
        /protocol: expected one of jsonrpc, pyrpc, got soap/);
    assert.throws(() => new Rpc('/x', { transport: 'ftp' }), /fetch, xhr/);
    assert.throws(() => rpc.$with({ method: 'PUT' }), /GET, POST/);
});

await test('as CommonJS, module and plain script', async () => {
    assert.equal(alsoRpc, Rpc);
    assert.equal(await new required.Rpc('/rpc').add(2, 3), 5);
    assert.equal(required.default, required.Rpc);
    const served = await fetch('/rpc?rpc.js');
    assert.equal(served.headers.get('content-type'),
        'text/javascript; charset=utf-8');
    const context = vm.createContext({ fetch, AbortController, setTimeout,
        clearTimeout });
    vm.runInContext(await served.text(), context);
    assert.equal(await vm.runInContext('new Rpc("/rpc").add(2, 3)', context),
        5);
    assert.equal(vm.runInContext('typeof RpcError', context), 'function');
    const module = await (await fetch('/rpc?rpc.mjs')).text();
    const imported = await import(`data:text/javascript,${
        encodeURIComponent(module)}`);
    assert.equal(await new imported.Rpc('/rpc').add(2, 3), 5);
});

console.log(`1..${count}`);
