// SPDX-License-Identifier: Apache-2.0
// TAP for the scripts of node here: test(name, async () => {...}), plan(),
// and what their tests share.
import assert from 'node:assert/strict';

let count = 0;
let failed = 0;

export async function test(name, body) {
    count++;
    try {
        await body();
        console.log(`ok ${count} - ${name}`);
    }
    catch (error) {
        failed++;
        console.log(`not ok ${count} - ${name}`);
        console.log(String(error.stack || error).replace(/^/gm, '# '));
    }
}

// Ends the process: what is open must not keep it.
export function plan() {
    console.log(`1..${count}`);
    process.exit(failed ? 1 : 0);
}

export const failure = (promise) => promise.then(
    (value) => { throw new Error(`it gave ${
        JSON.stringify(value).slice(0, 200)}`); },
    (error) => error);

export async function fault(promise, code, message = /./) {
    const error = await failure(promise);
    assert.equal(error.code, code, String(error.stack));
    assert.match(error.message, message);
    return error;
}

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

// Waits until condition() is true.
export async function until(condition, ms = 5000) {
    const end = Date.now() + ms;
    while (!condition()) {
        assert.ok(Date.now() < end, `in ${ms} ms not: ${condition}`);
        await sleep(5);
    }
}
