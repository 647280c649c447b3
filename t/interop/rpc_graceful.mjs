// SPDX-License-Identifier: Apache-2.0
// rpc.js while httpd restarts gracefully, twice: what was asked is answered,
// the connection is closed as going away, and comes back with its topics;
// prints TAP.
// usage: rpc_graceful.mjs FOLDER URL PID   which has calc, server and talk
import assert from 'node:assert/strict';
import { WebSocket } from 'ws';
import { fault, plan, sleep, test, until } from './tap.mjs';

const [folder, url, pid] = process.argv.slice(2);
const { Rpc } = await import(`${folder}/rpc.mjs`);
const rpc = new Rpc(url, { WebSocket, reconnect: { first: 50, most: 500 } });
const safe = rpc.$with({ safe: true });
const heard = [];
const closes = [];
rpc.$connection.addEventListener('close', ({ code }) => closes.push(code));
await rpc.$on('talk.said', (text) => heard.push(text));

for (const round of ['once', 'twice']) {
    await test(`${round}: nothing that was asked is lost`, async () => {
        let asked = 0;
        let isOver = false;
        const asking = (async () => {
            while (!isOver) {
                asked++;
                assert.equal(await safe.add(asked, 1), asked + 1);
                await sleep(1);
            }
        })();
        const slow = rpc.talk.later(0.2);
        await sleep(50);
        process.kill(Number(pid), 'SIGUSR1');
        assert.equal(await slow, 0.2, 'the answer that was due');
        await until(() => closes.length > 0);
        assert.deepEqual(closes.splice(0), [1001]);
        await until(() => rpc.$connection.state === 'open');
        isOver = true;
        await asking;
        assert.ok(asked > 1, asked);
    });
    await test(`${round}: its topics are there again`, async () => {
        await rpc.ping();
        await rpc.talk.say(round);
        await until(() => heard.length > 0);
        assert.deepEqual(heard.splice(0), [round]);
    });
}
await test('closed', async () => {
    const left = fault(rpc.talk.later(5), -32004);
    rpc.$connection.close();
    await left;
});
plan();
