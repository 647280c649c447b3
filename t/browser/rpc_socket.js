// SPDX-License-Identifier: Apache-2.0
// rpc.js over WebSockets, as script and as module: with the server of
// rpc-websockets, with one that calls the page, and with the real one, from
// other origins too.
// usage: rpc_socket.js URL FRIEND STRANGER, the origins of one server, which
// has script.html, module.html and /rpc, with calc and talk
'use strict';
const { Server } = require('rpc-websockets');
const { WebSocketServer } = require('ws');
const { test } = require('./browser.js');

const listening = (server) => new Promise((done) =>
    server.on('listening', done));

async function startTheirs() {
    const server = new Server({ port: 0, host: '127.0.0.1' });

    await listening(server);
    server.register('add', ([x, y]) => x + y);
    server.register('slow', ([ms]) => new Promise((done) =>
        setTimeout(done, ms, ms)));
    server.event('news');
    return server;
}

// Asks the page, as it is told, and says what the page answered.
async function startCaller() {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    const open = new Map();

    await listening(server);
    server.on('connection', (socket) => socket.on('message', (data) => {
        const message = JSON.parse(data);

        if (message.method === 'relay') {
            const id = `r${message.id}`;

            open.set(id, message.id);
            socket.send(JSON.stringify({ jsonrpc: '2.0', id,
                method: message.params[0], params: message.params[1] }));
        } else if (open.has(message.id)) {
            socket.send(JSON.stringify({ jsonrpc: '2.0',
                id: open.get(message.id), result: message }));
        }
    }));
    return server;
}

async function calls(t, page, theirs, what) {
    const port = theirs.wss.address().port;

    t.is(await page.evaluate(async (url) => {
        window.rpc = new Rpc(url, { reconnect: { first: 20 } });
        window.heard = [];
        window.errors = [];
        rpc.$connection.addEventListener('error',
            ({ error }) => errors.push(error.message));
        await rpc.$on('news', (...args) => heard.push(args));
        const refused = await rpc.$on('nosuch', () => {}).catch((e) =>
            [e instanceof RpcError, e.message]);

        errors.splice(0);
        return [await rpc.add(2, 3), await rpc.$batch((b) => [b.add(1, 1),
            b.slow(5)]), (await rpc.nosuch().catch((e) => e)).code,
        rpc.$connection.state, refused];
    }, `ws://127.0.0.1:${port}/`), [5, [2, 5], -32601, 'open', [true,
        'rpc.on nosuch: provided event invalid']], `${what}: calls`);
    theirs.emit('news', 1, { a: 'ü' });
    await page.waitForFunction(() => heard.length > 0);
    t.is(await page.evaluate(() => heard.splice(0)), [[1, { a: 'ü' }]],
        `${what}: what is published`);
}

async function comesBack(t, page, theirs, what) {
    const waits = page.evaluate(() => Promise.all([
        rpc.slow(9000).catch((e) => e.code),
        rpc.$with({ safe: true }).slow(50)]));

    await page.evaluate(() => rpc.add(0, 0));
    theirs.wss.clients.forEach((client) => client.terminate());
    t.is(await waits, [-32004, 50], `${what}: a lost connection`);
    t.is(await page.evaluate(() => rpc.add(4, 5)), 9, `${what}: comes back`);
    theirs.emit('news', 'again');
    await page.waitForFunction(() => heard.length > 0);
    t.is(await page.evaluate(() => heard.splice(0)), [['again']],
        `${what}: with its topics`);
    t.is(await page.evaluate(async () => {
        rpc.$connection.close();
        return [rpc.$connection.state,
            (await rpc.add(1, 2).catch((e) => e)).code, errors];
    }), ['closed', -32004, []], `${what}: closed for good`);
}

async function isCalled(t, page, caller, what) {
    t.is(await page.evaluate(async (port) => {
        const rpc = new Rpc(`//127.0.0.1:${port}/x#y`,
            { transport: 'websocket' });

        rpc.$register('title', async (prefix) => {
            await new Promise((done) => setTimeout(done, 5));
            return prefix + document.title;
        });
        rpc.$register('refuse', () => {
            throw new RpcError(77, 'no', { why: 1 });
        });
        const answers = await Promise.all([rpc.relay('title', ['My ']),
            rpc.relay('refuse', []), rpc.relay('alert', ['x']),
            rpc.relay('constructor', {})]);

        rpc.$connection.close();
        return answers.map(({ result, error }) => result
            || [error.code, error.message, error.data]);
    }, caller.address().port), [`My ${what}`, [77, 'no', { why: 1 }],
        [-32601, 'Method not found', 'no function is registered as alert'],
        [-32601, 'Method not found',
            'no function is registered as constructor']],
    `${what}: the server calls the page`);
}

// The page's own server: calls both ways, topics, from wherever.
async function real(t, url, from, what) {
    const page = await t.page();

    await page.goto(`${from}/module.html`);
    await page.waitForFunction(() => window.RpcError);
    t.is(await page.evaluate(async (endpoint) => {
        const rpc = new Rpc(endpoint, { transport: 'websocket' });
        const heard = [];
        const steps = [];

        rpc.$register('title', (prefix) => prefix + document.title);
        await rpc.$on('talk.said', (...args) => heard.push(args));
        const answers = [await rpc.add(2, 3),
            await rpc.$batch((b) => [b.add(1, 1), b.add(2, 2)]),
            await rpc.talk.call('title', ['My ']),
            await rpc.talk.count((n) => steps.push(n), 3),
            (await rpc.nosuch().catch((e) => e)).code];

        await rpc.talk.say('ü');
        while (heard.length === 0) {
            await new Promise((done) => setTimeout(done, 5));
        }
        rpc.$connection.close();
        return [...answers, steps, heard];
    }, `${url}/rpc`), [5, [2, 4], 'My module', 3, -32601, [1, 2, 3],
        [['ü']]], `${what}: calls both ways, functions, topics`);
    t.silent(page, what);
    await page.close();
}

async function refused(t, url, from) {
    const page = await t.page();

    await page.goto(`${from}/module.html`);
    await page.waitForFunction(() => window.RpcError);
    t.is(await page.evaluate(async (endpoint) => {
        const rpc = new Rpc(endpoint, { transport: 'websocket',
            reconnect: false });
        const opens = [];

        rpc.$connection.addEventListener('open', () => opens.push(1));
        return [(await rpc.add(2, 3).catch((e) => e)).code,
            rpc.$connection.state, opens];
    }, `${url}/rpc`), [-32004, 'closed', []],
    'a page of another origin gets no WebSocket');
    t.ok(t.heard(page).every((line) => /WebSocket.*403/.test(line)),
        'the console says 403');
    await page.close();
}

test(async (t, url, friend, stranger) => {
    const theirs = await startTheirs();
    const caller = await startCaller();

    for (const what of ['script', 'module']) {
        const page = await t.page();

        await page.goto(`${url}/${what}.html`);
        await page.waitForFunction(() => window.RpcError);
        await calls(t, page, theirs, what);
        await comesBack(t, page, theirs, what);
        await isCalled(t, page, caller, what);
        t.silent(page, what);
        await page.close();
    }
    theirs.close();
    caller.close();
    await real(t, url, url, 'a page of the own origin');
    await real(t, url, friend, 'a page of an allowed origin');
    await refused(t, url, stranger);
});
