// SPDX-License-Identifier: Apache-2.0
// Calls the methods of an RPC endpoint from JavaScript: new Rpc("/rpc"), and
// is called by it: new Rpc("ws://host/rpc"). For pages and node;
// docs/javascript.md says how. Also made into rpc.mjs.
var { Rpc, RpcError } = (() => {
    'use strict';

    // ------------------------------------------------------------- faults

    class RpcError extends Error {
        constructor(code, message, data) {
            super(message);
            this.name = 'RpcError';
            this.code = code;
            this.data = data;
        }
    }

    const TRANSPORT = -32300;
    const TIMEOUT = -32003;
    const GONE = -32004;
    const NO_METHOD = -32601;
    const INTERNAL = -32603;

    // A reserved code's message is only its title: the detail is in data.
    function faultOf(error) {
        const { code, message, data } = error;
        const detailed = code <= -32000 && code >= -32768
            && typeof data === 'string' && data !== '';
        return new RpcError(code, detailed ? `${message}: ${data}` : message,
            data);
    }

    function transportFault(message, cause) {
        const error = new RpcError(TRANSPORT, message);
        if (cause !== undefined) {
            error.cause = cause;
        }
        return error;
    }

    // --------------------------------------------------------- JSON, BigInt

    // A BigInt travels through JSON.stringify and JSON.parse as a string that
    // begins with a mark which no other text of the message can know.
    const makeMark = () => `bigint-${Math.random()}-${Math.random()}:`;

    // Where functions can be sent, hold(function) gives the name of one.
    function writeJson(value, hold) {
        const mark = makeMark();
        let found = false;
        const text = JSON.stringify(value, (key, member) => {
            if (hold && typeof member === 'function') {
                return hold(member);
            }
            if (typeof member !== 'bigint') {
                return member;
            }
            found = true;
            return mark + member;
        });
        if (!found) {
            return text;
        }
        const marked = mark.replace(/\./g, '\\.');
        return text.replace(new RegExp(`"${marked}(-?\\d+)"`, 'g'), '$1');
    }

    // Strings are matched to be passed over, numbers with a fraction too.
    const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g;

    function readJson(text, bigint) {
        if (!bigint) {
            return JSON.parse(text);
        }
        const mark = makeMark();
        const marked = text.replace(TOKEN, (token) =>
            /^-?\d+$/.test(token) && !Number.isSafeInteger(Number(token))
                ? `"${mark}${token}"` : token);
        return JSON.parse(marked, (key, member) =>
            typeof member === 'string' && member.startsWith(mark)
                ? BigInt(member.slice(mark.length)) : member);
    }

    // ----------------------------------------------------------- transports
    // Each takes {url, method, headers, body, credentials, signal} and gives
    // a promise of {status, text}.

    function sendByFetch(request) {
        const { url, ...init } = request;
        return fetch(url, init).then((answer) => answer.text().then(
            (text) => ({ status: answer.status, text })));
    }

    function sendByXhr({ url, method, headers, body, credentials, signal }) {
        return new Promise((resolve, reject) => {
            const xhr = new XMLHttpRequest();
            const abort = () => xhr.abort();
            xhr.open(method, url);
            xhr.withCredentials = credentials === 'include';
            for (const name of Object.keys(headers)) {
                xhr.setRequestHeader(name, headers[name]);
            }
            xhr.onload = () =>
                resolve({ status: xhr.status, text: xhr.responseText });
            xhr.onerror = () => reject(new TypeError('XMLHttpRequest failed'));
            xhr.onabort = () => reject(signal.reason);
            xhr.onloadend = () => signal.removeEventListener('abort', abort);
            signal.addEventListener('abort', abort);
            xhr.send(body === undefined ? null : body);
        });
    }

    const transports = { fetch: sendByFetch, xhr: sendByXhr };

    // Runs send(signal); the timeout and the caller's signal end it early.
    async function limit(options, send) {
        const control = new AbortController();
        const outer = options.signal;
        const forward = () => control.abort(outer.reason);
        let timer;
        if (outer && outer.aborted) {
            throw outer.reason;
        }
        const stopped = new Promise((resolve, reject) => {
            control.signal.addEventListener('abort',
                () => reject(control.signal.reason));
        });
        if (outer) {
            outer.addEventListener('abort', forward);
        }
        if (options.timeout > 0) {
            timer = setTimeout(() => control.abort(new RpcError(TIMEOUT,
                `no answer within ${options.timeout} ms`)), options.timeout);
        }
        try {
            return await Promise.race([stopped, send(control.signal)]);
        }
        catch (error) {
            throw control.signal.aborted ? control.signal.reason : error;
        }
        finally {
            clearTimeout(timer);
            if (outer) {
                outer.removeEventListener('abort', forward);
            }
        }
    }

    // Sends by HTTP.
    function exchange(options, request) {
        const send = typeof options.transport === 'function'
            ? options.transport : transports[options.transport];
        return limit(options, async (signal) => {
            try {
                return await send({
                    credentials: options.credentials,
                    signal,
                    ...request,
                    headers: { ...request.headers, ...options.headers }
                });
            }
            catch (error) {
                throw transportFault(`${options.url} cannot be reached: ${
                    error.message}`, error);
            }
        });
    }

    function withQuery(url, fields) {
        const query = Object.keys(fields).map((name) =>
            `${name}=${encodeURIComponent(fields[name])}`).join('&');
        return url + (url.includes('?') ? '&' : '?') + query;
    }

    // The message in an answer; what is none of ours is a transport fault.
    function readAnswer(options, answer) {
        try {
            return readJson(answer.text, options.bigint);
        }
        catch (error) {
            throw transportFault(`${options.url} answered ${answer.status}: ${
                answer.text.slice(0, 200).trim()}`, error);
        }
    }

    // -------------------------------------------------------------- JSON-RPC

    let lastId = 0;

    function makeMessage({ method, params, notify }) {
        const message = { jsonrpc: '2.0', method };
        if (params !== undefined) {
            message.params = params;
        }
        if (!notify) {
            message.id = ++lastId;
        }
        return message;
    }

    function sendJson(options, message) {
        const headers = { Accept: 'application/json' };
        if (options.method !== 'GET') {
            return exchange(options, { url: options.url, method: 'POST',
                headers: { ...headers, 'Content-Type': 'application/json' },
                body: writeJson(message) });
        }
        if (Array.isArray(message)) {
            throw new TypeError('a batch cannot be sent by GET');
        }
        const fields = { jsonrpc: '2.0', method: message.method };
        if (message.params !== undefined) {
            fields.params = writeJson(message.params);
        }
        if (message.id !== undefined) {
            fields.id = message.id;
        }
        return exchange(options, { url: withQuery(options.url, fields),
            method: 'GET', headers });
    }

    // One answer's result; throws its fault.
    function resultOf(options, message) {
        if (message !== null && typeof message === 'object') {
            if (message.error) {
                throw faultOf(message.error);
            }
            if ('result' in message) {
                return message.result;
            }
        }
        throw transportFault(`${options.url} answered no JSON-RPC`);
    }

    async function callJson(options, call) {
        const sent = makeMessage(call);
        if (options.connection) {
            const [message] = await options.connection.ask(sent, options);
            return call.notify ? undefined : resultOf(options, message);
        }
        const answer = await sendJson(options, sent);
        if (call.notify && answer.text === '' && answer.status < 400) {
            return undefined;
        }
        const message = readAnswer(options, answer);
        const result = resultOf(options, message);
        if (message.id !== sent.id) {
            throw transportFault(`${options.url} answered another call`);
        }
        return result;
    }

    async function askBatch(options, sent) {
        const answer = await sendJson(options, sent);
        if (answer.text === '' && answer.status < 400) {
            return [];
        }
        const messages = readAnswer(options, answer);
        if (!Array.isArray(messages)) {
            resultOf(options, messages);
            throw transportFault(`${options.url} answered no batch`);
        }
        return messages;
    }

    // Settles each call's promise; throws what concerns them all.
    async function callBatch(options, calls) {
        const sent = calls.map(makeMessage);
        const messages = await (options.connection
            ? options.connection.ask(sent, options)
            : askBatch(options, sent));
        const byId = new Map(messages.map((message) =>
            [message && message.id, message]));
        calls.forEach((call, i) => {
            try {
                call.resolve(call.notify ? undefined
                    : resultOf(options, byId.get(sent[i].id)));
            }
            catch (error) {
                call.reject(error);
            }
        });
    }

    // ----------------------------------------------------------------- PyRPC

    // Arguments as Python literals; its server takes JSON's true, false, null.
    function writePython({ method, params }) {
        if (params === undefined || Array.isArray(params)) {
            return `${method}(${(params || []).map((argument) =>
                argument === undefined ? 'null' : writeJson(argument))
                .join(', ')})`;
        }
        return `${method}(${Object.keys(params)
            .filter((name) => params[name] !== undefined)
            .map((name) => `${name}=${writeJson(params[name])}`)
            .join(', ')})`;
    }

    async function callPython(options, call) {
        const fields = { request: 'execute', data: writePython(call) };
        const headers = { Accept: 'application/json' };
        const answer = await exchange(options, options.method === 'POST' ? {
            url: options.url, method: 'POST',
            headers: { ...headers,
                'Content-Type': 'application/x-www-form-urlencoded' },
            body: withQuery('', fields).slice(1)
        } : { url: withQuery(options.url, fields), method: 'GET', headers });
        const message = readAnswer(options, answer);
        if (message !== null && message.res === 'response') {
            return message.data;
        }
        if (message !== null && message.res === 'error') {
            throw new RpcError(message.code, message.data);
        }
        throw transportFault(`${options.url} answered no PyRPC`);
    }

    // ------------------------------------------------------------ WebSocket

    // connection.js

    // ---------------------------------------------------------------- client

    const defaults = { protocol: 'jsonrpc', transport: 'fetch',
        credentials: 'same-origin', headers: {}, timeout: 0, bigint: false,
        reconnect: true, queue: 1000, safe: false };

    // What all clients of one connection share.
    const shared = ['url', 'bigint', 'reconnect', 'queue', 'protocols',
        'WebSocket'];

    const words = {
        protocol: ['jsonrpc', 'pyrpc'],
        transport: [...Object.keys(transports), 'websocket'],
        method: ['GET', 'POST']
    };

    function checkOptions(options) {
        for (const name of Object.keys(words)) {
            const value = options[name];
            if (value !== undefined && !words[name].includes(value)
                && !(name === 'transport' && typeof value === 'function')) {
                throw new TypeError(`${name}: expected one of ${
                    words[name].join(', ')}, got ${value}`);
            }
        }
        if (options.transport === 'websocket' && (options.method
            || options.protocol !== 'jsonrpc'
            || Object.keys(options.headers).length > 0)) {
            throw new TypeError('a WebSocket carries JSON-RPC, and neither '
                + 'method nor headers');
        }
        return options;
    }

    // The options of a new client, and its connection if it has one.
    function prepare(options) {
        const { connection, ...checked } = checkOptions(options);
        if (options.transport === 'websocket') {
            checked.connection = connection || new Connection(checked);
        }
        return checked;
    }

    function change(options, more) {
        for (const name of shared) {
            if (options.connection && name in more) {
                throw new TypeError(`${name} is the connection's, for all `
                    + 'its clients: give it to new Rpc()');
            }
        }
        return prepare({ ...options, ...more });
    }

    function callOver(options, call) {
        return options.protocol === 'pyrpc' ? callPython(options, call)
            : callJson(options, call);
    }

    // What `rpc`, `rpc.calc` and `rpc.calc.add` are: members make the name
    // longer, calling it calls `run(name, arguments)`. `then` is none, or a
    // promise that resolves to one would call it.
    function path(name, run, specials) {
        return new Proxy(function () {}, {
            get: (target, key) => {
                if (typeof key === 'symbol' || key === 'then') {
                    return undefined;
                }
                if (specials && key in specials) {
                    return specials[key];
                }
                return path(name === '' ? key : `${name}.${key}`, run);
            },
            apply: (target, self, args) => run(name, args),
            getPrototypeOf: () => (specials ? Rpc.prototype
                : Function.prototype)
        });
    }

    function namedParams(name, args) {
        if (args.length !== 1 || args[0] === null
            || typeof args[0] !== 'object' || Array.isArray(args[0])) {
            throw new TypeError(`${name}: $named takes one object`);
        }
        return args[0];
    }

    // The members whose names begin with $, which no method's name does.
    function specialsOf(run) {
        return {
            __proto__: null,
            $call: (method, params) => run({ method, params }),
            $named: path('', (method, args) =>
                run({ method, params: namedParams(method, args) })),
            $notify: path('', (method, args) =>
                run({ method, params: args, notify: true }))
        };
    }

    function makeClient(run, more) {
        return path('', (method, args) => {
            if (method === '') {
                throw new TypeError('rpc() is no call: rpc.method() is');
            }
            return run({ method, params: args });
        }, Object.assign(specialsOf(run), more));
    }

    async function batch(options, collect) {
        const calls = [];
        if (options.protocol !== 'jsonrpc') {
            throw new TypeError(`${options.protocol} has no batches`);
        }
        const results = collect(makeClient((call) => {
            const promise = new Promise((resolve, reject) => {
                calls.push({ ...call, resolve, reject });
            });
            promise.catch(() => {}); // perhaps nobody asks for this one
            return promise;
        }));
        if (calls.length > 0) {
            try {
                await callBatch(options, calls);
            }
            catch (error) {
                calls.forEach((call) => call.reject(error));
                throw error;
            }
        }
        return Array.isArray(results) ? Promise.all(results) : results;
    }

    // What both ends of a connection can do, and one of HTTP cannot.
    function peerOf(options) {
        const { connection } = options;
        const peer = { __proto__: null };
        const needed = () => {
            throw new TypeError('this needs a WebSocket: new Rpc("ws://...")'
                + ' or the option transport: "websocket"');
        };
        for (const name of ['register', 'unregister', 'on', 'off']) {
            peer[`$${name}`] = connection
                ? (...args) => connection[name](...args) : needed;
        }
        if (connection) {
            peer.$connection = connection.events;
        }
        return peer;
    }

    function connect(options) {
        return makeClient((call) => callOver(options, call), {
            ...peerOf(options),
            $batch: (collect) => batch(options, collect),
            $with: (more) => connect(change(options, more))
        });
    }

    class Rpc {
        constructor(url, options) {
            const scheme = /^wss?:/i.test(url) ? { transport: 'websocket' }
                : {};
            return connect(prepare({ ...defaults, ...scheme, ...options,
                url: String(url) }));
        }
    }

    return { Rpc, RpcError };
})();

if (typeof module === 'object' && module !== null && module.exports) {
    module.exports = { Rpc, RpcError, default: Rpc };
}
