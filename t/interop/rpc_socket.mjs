// SPDX-License-Identifier: Apache-2.0
// rpc.js over WebSockets, with the servers of rpc-websockets and jayson, and
// with one that does what a server should not; prints TAP. rpc_socket.t
// starts it.
// usage: rpc_socket.mjs FOLDER, which holds rpc.mjs
import assert from 'node:assert/strict';
import http from 'node:http';
import jayson from 'jayson';
import { Server } from 'rpc-websockets';
import { WebSocket, WebSocketServer } from 'ws';
import { fault, failure, plan, sleep, test, until } from './tap.mjs';

const { Rpc, RpcError } = await import(`${process.argv[2]}/rpc.mjs`);
const QUICK = { WebSocket, reconnect: { first: 20, most: 100 } };
const connect = (port, options) => new Rpc(`ws://127.0.0.1:${port}/`,
    { ...QUICK, ...options });

// ----------------------------------------------------------- rpc-websockets

async function startTheirs(port) {
    const server = new Server({ port, host: '127.0.0.1' });
    await new Promise((done) => server.on('listening', done));
    server.register('add', ([x, y]) => x + y);
    server.register('named', ({ x, y }) => x - y);
    server.register('echo', ([value]) => value);
    server.register('slow', ([ms]) => sleep(ms).then(() => ms));
    server.register('fails', () => {
        throw server.createError(-5, 'my own', { more: 1 });
    });
    server.event('news');
    server.event('alarm');
    return server;
}

// It keeps its connections when it is closed.
async function stopTheirs() {
    const closed = theirs.close();
    theirs.wss.clients.forEach((client) => client.terminate());
    await closed;
}

let theirs = await startTheirs(0);
const port = theirs.wss.address().port;
const rpc = connect(port);
const events = [];
for (const type of ['open', 'close', 'error']) {
    rpc.$connection.addEventListener(type, (event) => events.push(event));
}
const told = (type) => events.filter((event) => event.type === type).length;

await test('rpc-websockets: calls', async () => {
    assert.equal(rpc.$connection.state, 'connecting');
    assert.equal(await rpc.add(2, 3), 5);
    assert.equal(rpc.$connection.state, 'open');
    assert.equal(await rpc.$named.named({ y: 3, x: 2 }), -1);
    assert.equal(await rpc.$call('add', [20, 22]), 42);
    assert.ok(rpc instanceof Rpc);
    for (const value of [null, false, 'ü € 😀 \u2028', [1, [{}]], 1e300,
        'x'.repeat(100000)]) {
        assert.deepEqual(await rpc.echo(value), value);
    }
});

await test('rpc-websockets: answers in another order', async () => {
    const order = [];
    await Promise.all([60, 5, 30].map((ms) =>
        rpc.slow(ms).then((value) => order.push(value))));
    assert.deepEqual(order, [5, 30, 60]);
    assert.deepEqual(await Promise.all(Array.from({ length: 64 },
        (_, i) => rpc.add(i, i))), Array.from({ length: 64 },
        (_, i) => 2 * i));
});

await test('rpc-websockets: faults', async () => {
    await fault(rpc.nosuch(), -32601, /Method not found/);
    const error = await fault(rpc.fails(), -5, /^my own$/);
    assert.ok(error instanceof RpcError);
    assert.deepEqual(error.data, { more: 1 });
});

await test('rpc-websockets: notifications', async () => {
    assert.equal(await rpc.$notify.add(1, 2), undefined);
    assert.equal(await rpc.add(2, 2), 4);
});

await test('rpc-websockets: batches', async () => {
    assert.deepEqual(await rpc.$batch((b) => [b.add(2, 3), b.echo('x'),
        b.$notify.add(1, 1), b.slow(5)]), [5, 'x', undefined, 5]);
    const [good, bad] = await rpc.$batch((b) =>
        Promise.allSettled([b.add(1, 1), b.nosuch()]));
    assert.equal(good.value, 2);
    assert.equal(bad.reason.code, -32601);
});

const heard = [];
const listen = (...args) => heard.push(args);

await test('rpc-websockets: topics', async () => {
    await rpc.$on('news', listen);
    theirs.emit('news', 1, { a: 2 });
    theirs.emit('alarm', 'nobody asked');
    await until(() => heard.length === 1);
    await rpc.$on('news', (...args) => heard.push(['second', ...args]));
    theirs.emit('news', 3);
    await until(() => heard.length === 3);
    assert.deepEqual(heard.splice(0), [[1, { a: 2 }], [3], ['second', 3]]);
    const error = await failure(rpc.$on('nosuch', listen));
    assert.ok(error instanceof RpcError);
    assert.match(error.message, /rpc\.on nosuch: provided event invalid/);
    assert.match((await failure(rpc.$on('news', 5))).message,
        /expected a function/);
});

await test('rpc-websockets: a subscription that was given up', async () => {
    const other = connect(port);
    await other.$call('rpc.on', ['news']);
    await other.$on('news', listen);
    theirs.emit('news', 'once');
    await until(() => heard.length === 3);
    await rpc.add(0, 0);
    assert.deepEqual(heard.splice(0).filter((args) => args[0] === 'once'),
        [['once'], ['once']], 'one of each connection');
    other.$connection.close();
});

await test('rpc-websockets: back, with its topics, after a loss', async () => {
    const waiting = failure(rpc.slow(5000));
    const again = rpc.$with({ safe: true }).slow(50);
    const opens = told('open');
    await sleep(20);
    theirs.wss.clients.forEach((client) => client.terminate());
    assert.equal((await waiting).code, -32004);
    assert.match((await waiting).message, /was lost before the answer \(1006/);
    assert.equal(rpc.$connection.state, 'waiting');
    assert.equal(await rpc.add(1, 2), 3, 'made while down');
    assert.equal(await again, 50, 'what is safe is sent again');
    assert.equal(told('open'), opens + 1);
    heard.length = 0;
    theirs.emit('news', 'after');
    await until(() => heard.length === 2);
    assert.deepEqual(heard.splice(0), [['after'], ['second', 'after']]);
});

await test('rpc-websockets: gone for a while', async () => {
    await stopTheirs();
    await until(() => rpc.$connection.state !== 'open');
    const later = rpc.add(3, 4);
    const late = fault(rpc.$with({ timeout: 30 }).add(3, 4), -32003);
    const alarm = rpc.$on('alarm', listen);
    await late;
    await sleep(150);
    assert.ok(told('error') > 0, 'attempts that failed are told');
    const delays = events.filter((event) => event.type === 'close')
        .map((event) => event.delay);
    assert.ok(Math.max(...delays) > 30 && Math.max(...delays) <= 100, delays);
    theirs = await startTheirs(port);
    assert.equal(await later, 7);
    await alarm;
    theirs.emit('alarm', 1);
    theirs.emit('news', 2);
    await until(() => heard.length === 3);
    assert.deepEqual(heard.splice(0), [[1], [2], ['second', 2]]);
});

await test('rpc-websockets: no longer', async () => {
    await rpc.$off('news', listen);
    theirs.emit('news', 1);
    await until(() => heard.length === 1);
    assert.deepEqual(heard.splice(0), [['second', 1]]);
    await rpc.$off('news');
    await rpc.$off('news');
    theirs.emit('news', 2);
    theirs.emit('alarm', 3);
    await until(() => heard.length > 0);
    assert.deepEqual(heard.splice(0), [[3]]);
});

await test('rpc-websockets: closed', async () => {
    const waiting = fault(rpc.$with({ safe: true }).slow(5000), -32004,
        /was closed/);
    rpc.$connection.close();
    await waiting;
    assert.equal(rpc.$connection.state, 'closed');
    await fault(rpc.add(1, 2), -32004, /is closed/);
    await fault(rpc.$on('news', listen), -32004, /is closed/);
    await until(() => events.at(-1).type === 'close');
    assert.equal(events.at(-1).delay, undefined);
    rpc.$connection.close();
});
await stopTheirs();

// ------------------------------------------------------------------- jayson

const web = http.createServer().listen(0, '127.0.0.1');
await new Promise((done) => web.on('listening', done));
new jayson.Server({
    add: ([x, y], done) => done(null, x + y),
    named: ({ x, y }, done) => done(null, x - y),
    fails: (args, done) => done({ code: 7, message: 'seven', data: [1] })
}).websocket({ server: web });

await test('jayson: calls, faults, batches, notifications', async () => {
    const client = new Rpc(`http://127.0.0.1:${web.address().port}/`,
        { ...QUICK, transport: 'websocket' });
    assert.equal(await client.add(2, 3), 5);
    assert.equal(await client.$named.named({ y: 3, x: 2 }), -1);
    assert.deepEqual((await fault(client.fails(), 7, /seven/)).data, [1]);
    await fault(client.nosuch(), -32601);
    await client.$notify.add(1, 2);
    assert.deepEqual(await client.$batch((b) => [b.add(1, 2),
        b.$notify.add(3, 4), b.add(5, 6)]), [3, undefined, 11]);
    assert.deepEqual(await client.$batch((b) => [b.$notify.add(3, 4)]),
        [undefined]);
    client.$connection.close();
});
web.close();
web.closeAllConnections();

// ------------------------------------------------- a server without manners

const wild = new WebSocketServer({ port: 0, host: '127.0.0.1' });
await new Promise((done) => wild.on('listening', done));
const got = [];
let answer = () => {};
let socket;
wild.on('connection', (one) => {
    socket = one;
    one.on('message', (data) => {
        const message = JSON.parse(data);
        if (one === socket) {
            got.push(message);
            answer(message, one);
        }
    });
});
const say = (message) => socket.send(typeof message === 'string' ? message
    : JSON.stringify(message));
const reply = (result) => ({ id }) =>
    say({ jsonrpc: '2.0', result, id });

async function wildly(name, body, options) {
    await test(name, async () => {
        const errors = [];
        const client = connect(wild.address().port, options);
        client.$connection.addEventListener('error',
            ({ error }) => errors.push(error));
        answer = () => {};
        await until(() => client.$connection.state === 'open');
        got.length = 0;
        try {
            await body(client, errors);
        }
        finally {
            client.$connection.close();
        }
    });
}

await wildly('the server calls', async (client, errors) => {
    client.$register('ask', async (question, n) => {
        await sleep(5);
        return `${question}${n}`;
    });
    client.$register('named', ({ x }) => x);
    client.$register('nothing', () => {});
    client.$register('fails', () => {
        throw new RpcError(42, 'mine', { a: 1 });
    });
    client.$register('breaks', () => {
        throw new TypeError('oops');
    });
    client.$register('strange', () => Promise.reject('text'));
    client.$register('circle', () => {
        const it = [];
        it.push(it);
        return it;
    });
    const ask = async (message) => {
        say(message);
        await until(() => got.length > 0);
        return got.shift();
    };
    const call = (method, params, id = 'x') =>
        ask({ jsonrpc: '2.0', method, params, id });
    assert.deepEqual(await call('ask', ['why', 1]),
        { jsonrpc: '2.0', result: 'why1', id: 'x' });
    assert.equal((await call('named', { x: [5] })).result[0], 5);
    assert.deepEqual(await call('nothing', undefined, 0),
        { jsonrpc: '2.0', result: null, id: 0 });
    assert.deepEqual((await call('fails')).error,
        { code: 42, message: 'mine', data: { a: 1 } });
    assert.deepEqual((await call('breaks')).error,
        { code: -32603, message: 'Internal error', data: 'oops' });
    assert.equal((await call('strange')).error.data, 'text');
    assert.match((await call('circle')).error.data, /circular/);
    for (const name of ['nosuch', 'constructor', '__proto__', 'then']) {
        assert.deepEqual((await call(name)).error, { code: -32601, message:
            'Method not found', data: `no function is registered as ${name}` });
    }
    assert.deepEqual(await ask([{ jsonrpc: '2.0', method: 'ask',
        params: ['a', 1], id: 1 }, { jsonrpc: '2.0', method: 'breaks' },
    { jsonrpc: '2.0', method: 'nosuch', id: 2 },
    { jsonrpc: '2.0', method: 'named', params: { x: 1 }, id: 3 }])
        .then((all) => all.map((one) => [one.id, one.result])),
    [[1, 'a1'], [2, undefined], [3, 1]]);
    assert.match(errors.shift().message, /oops/);
    say([{ jsonrpc: '2.0', method: 'nothing' }]);
    assert.equal(client.$unregister('ask'), true);
    assert.equal(client.$unregister('ask'), false);
    assert.equal((await call('ask', ['x'])).error.code, -32601);
    assert.deepEqual([got, errors], [[], []]);
    assert.throws(() => client.$register('x', 5), /expected a function/);
});

await wildly('callbacks, until the answer', async (client) => {
    const steps = [];
    let name;
    answer = ({ method, params, id }) => {
        if (method === 'count') {
            name = params[1];
            say({ jsonrpc: '2.0', method: name, params: ['one'] });
            say({ jsonrpc: '2.0', method: name, params: ['two'], id: 'cb' });
            say({ jsonrpc: '2.0', result: 'done', id });
        }
    };
    assert.equal(await client.count(3, (step) => {
        steps.push(step);
        return step.length;
    }), 'done');
    assert.match(name, /^rpc\.callback\.[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.deepEqual(steps, ['one', 'two']);
    await until(() => got.length > 1);
    assert.deepEqual(got[1], { jsonrpc: '2.0', result: 3, id: 'cb' });
    say({ jsonrpc: '2.0', method: name, params: ['late'], id: 'late' });
    await until(() => got.length > 2);
    assert.equal(got[2].error.code, -32601, 'then it is removed');
    assert.equal(steps.length, 2);
    answer = ({ params, id }) => {
        say({ jsonrpc: '2.0', method: params.done, params: [1] });
        say({ jsonrpc: '2.0', result: null, id });
    };
    await client.$named.count({ done: (n) => steps.push(n) });
    assert.equal(steps[2], 1, 'by name too');
    assert.match((await failure(client.$notify.count(() => {}))).message,
        /a notification takes no function/);
});

await wildly('a plain notification is a topic too', async (client) => {
    const all = [];
    answer = ({ id }) => say({ jsonrpc: '2.0', result: { t: 'ok' }, id });
    await client.$on('t', (...args) => all.push(args));
    say({ jsonrpc: '2.0', method: 't', params: [1, 2] });
    say({ jsonrpc: '2.0', method: 't', params: { a: 1 } });
    say({ notification: 't' });
    say({ notification: 'other', params: [1] });
    say({ jsonrpc: '2.0', method: 'other', params: [1] });
    await until(() => all.length === 3);
    assert.deepEqual(all, [[1, 2], [{ a: 1 }], []]);
});

await wildly('what nobody asked for', async (client, errors) => {
    const hostile = ['', '{', 'null', '5', '"x"', '[]', '[[]]', '[null]',
        '{}', '{"id":1}', '{"result":1,"id":99999}', '{"error":5,"id":null}',
        '{"jsonrpc":"2.0","error":{"code":-32700,"message":"x"},"id":null}',
        '{"method":5}', '{"method":"$/progress","params":[]}',
        '{"method":"x","params":5}', '{"notification":{}}',
        '['.repeat(100000)];
    hostile.forEach(say);
    socket.send(Buffer.from([1, 2, 3]));
    await until(() => errors.length >= 12);
    answer = reply('alive');
    assert.equal(await client.ping(), 'alive');
    assert.ok(errors.every((error) => error instanceof RpcError));
    assert.equal(got.length, 1, 'none of it is answered');
});

await wildly('a listener that throws, with others', async (client, errors) => {
    const all = [];
    answer = reply('ok');
    await client.$on('t', () => {
        throw new Error('mine');
    });
    await client.$on('t', (n) => all.push(n));
    say({ notification: 't', params: [1] });
    await until(() => all.length === 1);
    assert.equal(errors[0].message, 'mine');
});

await wildly('a fault without an id', async (client, errors) => {
    answer = () => say({ jsonrpc: '2.0', id: null,
        error: { code: -32002, message: 'too many' } });
    await fault(client.$batch((b) => [b.a(), b.b()]), -32002, /too many/);
    answer = () => {};
    const two = [client.$with({ timeout: 50 }).a(),
        client.$with({ timeout: 50 }).b()].map((one) => fault(one, -32003));
    say({ jsonrpc: '2.0', id: null, error: { code: 1, message: 'whose' } });
    await Promise.all(two);
    assert.equal(errors.at(-1).message, 'whose');
});

await wildly('giving up tells the server', async (client) => {
    const control = new AbortController();
    await fault(client.$with({ timeout: 20 }).a(), -32003,
        /no answer within 20 ms/);
    const pending = failure(client.$with({ signal: control.signal }).b());
    control.abort();
    assert.equal((await pending).name, 'AbortError');
    await until(() => got.length === 4);
    assert.deepEqual(got.map(({ method, params, id }) =>
        [method, params && params.id === undefined ? 0 : params.id, id]),
    [['a', 0, got[0].id], ['$/cancelRequest', got[0].id, undefined],
        ['b', 0, got[2].id], ['$/cancelRequest', got[2].id, undefined]]);
    reply('late')(got[0]);
    answer = reply('next');
    assert.equal(await client.c(), 'next');
});

await wildly('large integers', async (client) => {
    answer = ({ params, id }) => say(
        `{"jsonrpc":"2.0","result":[12345678901234567890,7],"id":${id}}`);
    assert.deepEqual(await client.f(1n), [12345678901234567890n, 7]);
    assert.throws(() => client.$with({ bigint: false }),
        /bigint is the connection's/);
}, { bigint: true });

await wildly('a bounded queue', async (client) => {
    const control = new AbortController();
    socket.terminate();
    await until(() => client.$connection.state === 'waiting');
    answer = reply('late');
    const first = client.a();
    const gone = failure(client.$with({ signal: control.signal }).b());
    await fault(client.c(), -32004, /is not open, and 2 calls wait for it/);
    control.abort();
    assert.equal((await gone).name, 'AbortError');
    assert.equal(await first, 'late');
    assert.deepEqual(got.map((one) => one.method), ['a']);
}, { queue: 2 });

await wildly('no queue', async (client) => {
    socket.terminate();
    await until(() => client.$connection.state === 'waiting');
    await fault(client.a(), -32004, /is not open/);
    await fault(client.$notify.a(), -32004, /is not open/);
    await until(() => client.$connection.state === 'open');
    answer = reply('ok');
    assert.equal(await client.a(), 'ok');
}, { queue: 0 });

await wildly('what is safe is not sent for ever', async (client) => {
    answer = (message, one) => one.terminate();
    await fault(client.$with({ safe: true }).poison(), -32004, /was lost/);
    assert.equal(got.length, 3);
});

await wildly('a server that stops has not run it', async (client) => {
    const refuse = ({ id }) => say({ jsonrpc: '2.0', id, error: {
        code: -32006, message: 'Server stopping' } });
    answer = (message) => (got.length < 3 ? refuse : reply('ok'))(message);
    assert.equal(await client.a(), 'ok', 'by the one that was there');
    got.length = 0;
    answer = (message, one) => {
        if (got.length === 1) {
            refuse(message);
            one.close(1001);
        }
        else {
            reply('next')(message);
        }
    };
    assert.equal(await client.b(), 'next', 'or by the next');
    assert.deepEqual(got.map((one) => one.method), ['b', 'b']);
    answer = refuse;
    await fault(client.$with({ timeout: 300 }).c(), -32003);
    await fault(client.$batch((b) => [b.d()]), -32006);
    const before = got.length;
    await sleep(500);
    assert.equal(got.filter((one) => one.method === 'c').length,
        got.slice(0, before).filter((one) => one.method === 'c').length,
        'what was given up is not sent again');
    await fault(client.e(), -32006);
});

await wildly('no coming back', async (client) => {
    const closed = [];
    client.$connection.addEventListener('close', (event) =>
        closed.push([event.code, event.reason, event.delay]));
    const waiting = fault(client.$with({ safe: true }).a(), -32004, /4001 bye/);
    await until(() => got.length === 1);
    socket.close(4001, 'bye');
    await waiting;
    await until(() => closed.length > 0);
    assert.deepEqual(closed, [[4001, 'bye', undefined]]);
    assert.equal(client.$connection.state, 'closed');
    await fault(client.a(), -32004, /is closed/);
}, { reconnect: false });

await wildly('closed while it waits to come back', async (client) => {
    const closed = [];
    socket.terminate();
    await until(() => client.$connection.state === 'waiting');
    client.$connection.addEventListener('close', () => closed.push(1));
    const waiting = fault(client.a(), -32004, /was closed/);
    const topic = fault(client.$on('t', () => {}), -32004);
    client.$connection.close();
    await waiting;
    await topic;
    const before = got.length;
    await sleep(100);
    assert.deepEqual([closed.length, got.length], [1, before]);
});

await test('what cannot be', async () => {
    const url = `ws://127.0.0.1:${wild.address().port}/`;
    if (!globalThis.WebSocket) {
        assert.throws(() => new Rpc(url), /no WebSocket here/);
    }
    assert.throws(() => new Rpc('/rpc', { WebSocket,
        transport: 'websocket' }), TypeError);
    assert.throws(() => new Rpc(url, { WebSocket, protocol: 'pyrpc' }),
        /carries JSON-RPC/);
    assert.throws(() => new Rpc(url, { WebSocket, method: 'GET' }),
        /carries JSON-RPC/);
    assert.throws(() => new Rpc(url, { WebSocket, headers: { A: 'b' } }),
        /nor headers/);
    assert.throws(() => new Rpc('http://x/').$on('t', () => {}),
        /needs a WebSocket/);
});

await test('protocols are offered; relative to the page', async () => {
    globalThis.location = { href: `http://127.0.0.1:${
        wild.address().port}/folder/page?x#y` };
    const offered = [];
    wild.on('headers', (headers, request) =>
        offered.push([request.url, request.headers['sec-websocket-protocol']]));
    const client = new Rpc('../rpc?a=1', { ...QUICK, transport: 'websocket',
        protocols: ['jsonrpc-2.0'] });
    answer = reply(1);
    assert.equal(await client.a(), 1);
    assert.deepEqual(offered, [['/rpc?a=1', 'jsonrpc-2.0']]);
    assert.equal(client.$connection.url, `ws://127.0.0.1:${
        wild.address().port}/rpc?a=1`);
    client.$connection.close();
});

plan();
