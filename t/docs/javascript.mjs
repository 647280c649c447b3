// SPDX-License-Identifier: Apache-2.0
// Runs the examples of docs/javascript.md, which come as JSON on standard
// input; prints TAP. javascript.t starts it.
// usage: javascript.mjs ORIGIN RPC_MJS <blocks
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { makePage } from '../interop/xhr.mjs';

const [origin, library] = process.argv.slice(2);
const { Rpc, RpcError } = await import(library);
const AsyncFunction = (async () => {}).constructor;
makePage(origin);
globalThis.location = { href: `${origin}/` };
globalThis.WebSocket = createRequire(new URL('../interop/', import.meta.url))(
    'ws').WebSocket;

// "await f();   // -> VALUE" becomes a check of that value.
function checked(text) {
    return text.split('\n').map((line) => {
        const [, code, value] = /^(.*);\s*\/\/ -> (.*)$/.exec(line) || [];
        return code === undefined ? line : `check(${code}, ${value});`;
    }).join('\n');
}

let count = 0;

function check(got, expected) {
    count++;
    try {
        assert.deepEqual(got, expected);
        console.log(`ok ${count} - it gives ${String(expected)}`);
    }
    catch (error) {
        console.log(`not ok ${count} - ${error.message.replace(/\n/g, ' ')}`);
    }
}

// The blocks are one program; `rpc` of the first is that of all.
const blocks = JSON.parse(fs.readFileSync(0, 'utf8'));
await new AsyncFunction('Rpc', 'RpcError', 'check',
    blocks.map(checked).join('\n'))(Rpc, RpcError, check);
console.log(`1..${count}`);
