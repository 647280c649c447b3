// SPDX-License-Identifier: Apache-2.0
// A client's WebSocket: calls both ways, topics, coming back when it is lost.
// The build puts it into rpc.js, for whose functions it is written.

// One connection, both ways, that comes back when it is lost. A post is
// a message or a batch on its way: its text, the ids that are `waiting`
// for an answer, the answers that came, whether it is `safe` to send it
// again, how often it was `sent`, resolve and reject.

const MOST_TRIES = 3;
const MOST_REFUSALS = 6;
const STOPPING = -32006;
const OPEN = 1; // WebSocket's readyState

function socketUrl(url) {
    const whole = new URL(url, typeof location === 'object'
        ? location.href : undefined);
    whole.protocol = whole.protocol.replace(/^http/, 'ws');
    whole.hash = '';
    return whole.href;
}

// A name that is this callback's alone: a UUID of version 4.
const makeName = () => 'rpc.callback.'
    + 'xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx'.replace(/x/g, () =>
        Math.floor(Math.random() * 16).toString(16));

function spread(params) {
    return Array.isArray(params) ? params
        : params === undefined ? [] : [params];
}

// What the other end is told of a function of ours that failed.
function errorOf(error) {
    if (error && error.name === 'RpcError') {
        const { code, message, data } = error;
        return { code, message, data };
    }
    return { code: INTERNAL, message: 'Internal error',
        data: String(error instanceof Error ? error.message : error) };
}

class Connection {
    constructor(options) {
        this.options = options;
        this.url = socketUrl(options.url);
        this.Socket = options.WebSocket || globalThis.WebSocket;
        if (!this.Socket) {
            throw new TypeError('no WebSocket here: give one (such as '
                + 'the package ws has) as the option WebSocket');
        }
        this.methods = new Map();   // name: function
        this.callbacks = new Map(); // the same, of calls under way
        this.topics = new Map();    // name: {listeners, ready, ...}
        this.pending = new Map();   // id: the post that waits for it
        this.queue = [];            // posts for when it is open
        this.delay = 0;
        this.events = Object.defineProperties(new EventTarget(), {
            state: { get: () => this.state },
            url: { value: this.url },
            close: { value: (...args) => this.close(...args) }
        });
        this.open();
    }

    emit(type, members) {
        this.events.dispatchEvent(Object.assign(new Event(type),
            members));
    }

    report(error) {
        this.emit('error', { error });
    }

    gone(why) {
        return new RpcError(GONE, `the connection to ${this.url} ${why}`);
    }

    // ............................................. opening and closing

    open() {
        const socket = new this.Socket(this.url, this.options.protocols);
        this.state = 'connecting';
        this.socket = socket;
        this.since = 0;
        socket.onopen = () => this.opened();
        socket.onmessage = (event) => this.receive(socket, event.data);
        socket.onclose = (event) => this.lost(event);
        socket.onerror = (event) => this.report(transportFault(
            `${this.url} cannot be reached${event.message
                ? `: ${event.message}` : ''}`, event.error));
    }

    opened() {
        const queue = this.queue;
        if (this.state !== 'connecting') {
            return;
        }
        this.state = 'open';
        this.since = Date.now();
        this.queue = [];
        this.topics.forEach((entry, topic) =>
            this.subscribe(topic, entry));
        queue.forEach((post) => this.send(post));
        this.emit('open');
    }

    // Each time later, and not all clients of a server at once.
    nextDelay() {
        const { first = 500, most = 30000 } = this.options.reconnect;
        const held = this.since > 0
            && Date.now() - this.since > this.delay;
        this.delay = Math.min(most,
            held || this.delay === 0 ? first : 2 * this.delay);
        return Math.round(this.delay * (1 + Math.random()) / 2);
    }

    lost({ code, reason }) {
        const members = { code, reason };
        if (this.state !== 'closed' && this.options.reconnect) {
            this.state = 'waiting';
            members.delay = this.nextDelay();
            this.timer = setTimeout(() => this.open(), members.delay);
        }
        else {
            this.state = 'closed';
        }
        this.drop(`was lost before the answer (${code}${
            reason ? ` ${reason}` : ''})`);
        this.emit('close', members);
    }

    close(code = 1000, reason = '') {
        const { state } = this;
        if (state === 'closed') {
            return;
        }
        if (state !== 'waiting') {
            this.socket.close(code, reason);
        }
        this.state = 'closed';
        clearTimeout(this.timer);
        this.drop('was closed');
        if (state === 'waiting') {
            this.emit('close', { code, reason });
        }
    }

    // Fails what nobody will answer; keeps what may be sent again.
    drop(why) {
        const ended = this.state === 'closed';
        const posts = new Set(this.pending.values());
        const error = this.gone(why);
        this.pending.clear();
        this.queue = [...posts, ...this.queue].filter((post) => {
            const kept = !ended && (post.sent === 0
                || (post.safe && post.sent < MOST_TRIES));
            if (!kept) {
                post.reject(error);
            }
            return kept;
        });
        if (ended) {
            this.topics.forEach((entry) => entry.reject(error));
            this.topics.clear();
        }
    }

    isOpen() {
        return this.state === 'open' && this.socket.readyState === OPEN;
    }

    // ......................................................... calling

    // Sends a message or a batch; gives a promise of the answers. Each
    // function in it can be called until they are there.
    async ask(sent, options) {
        const names = [];
        try {
            const text = writeJson(sent, (run) => {
                const name = makeName();
                names.push(name);
                this.callbacks.set(name, run);
                return name;
            });
            const ids = [].concat(sent).map((message) => message.id)
                .filter((id) => id !== undefined);
            if (names.length > 0 && ids.length === 0) {
                throw new TypeError('a notification takes no function: no '
                    + 'answer would end it');
            }
            return await limit(options, (signal) =>
                this.post({ text, isBatch: Array.isArray(sent), answers: [],
                    waiting: new Set(ids), safe: options.safe, sent: 0 },
                signal));
        }
        finally {
            names.forEach((name) => this.callbacks.delete(name));
        }
    }

    post(post, signal) {
        return new Promise((resolve, reject) => {
            Object.assign(post, { resolve, reject });
            signal.addEventListener('abort', () => this.giveUp(post));
            this.dispatch(post);
        });
    }

    dispatch(post) {
        if (this.isOpen()) {
            this.send(post);
        }
        else if (this.state === 'closed') {
            post.reject(this.gone('is closed'));
        }
        else if (this.queue.length >= this.options.queue) {
            post.reject(this.gone(`is not open, and ${
                this.queue.length} calls wait for it`));
        }
        else {
            this.queue.push(post);
        }
    }

    send(post) {
        this.socket.send(post.text);
        post.sent++;
        post.waiting.forEach((id) => this.pending.set(id, post));
        if (post.waiting.size === 0) {
            post.resolve(post.answers);
        }
    }

    giveUp(post) {
        this.queue = this.queue.filter((other) => other !== post);
        clearTimeout(post.timer);
        for (const id of post.waiting) {
            if (this.pending.delete(id) && this.isOpen()) {
                this.socket.send(writeJson({ jsonrpc: '2.0',
                    method: '$/cancelRequest', params: { id } }));
            }
        }
    }

    // An answer. One to an unknown id is too late. The fault of what
    // could not be read has none: it belongs to the only post there is,
    // or nobody can tell to which.
    settle(message) {
        const { id = null, error } = message;
        const post = this.pending.get(id);
        if (post && error && error.code === STOPPING
            && this.isPutOff(post)) {
            this.pending.delete(id);
        }
        else if (post) {
            this.pending.delete(id);
            post.waiting.delete(id);
            post.answers.push(message);
            if (post.waiting.size === 0) {
                post.resolve(post.answers);
            }
        }
        else if (id === null) {
            this.settleUnknown(error ? faultOf(error)
                : transportFault(`${this.url} sent no JSON-RPC`));
        }
    }

    // A server that stops has not run the call. It closes the connection when
    // it has answered what it had begun; the next one runs it.
    isPutOff(post) {
        post.refusals = (post.refusals || 0) + 1;
        if (post.isBatch || post.refusals > MOST_REFUSALS) {
            return false;
        }
        post.sent--;
        post.timer = setTimeout(() => this.dispatch(post),
            50 * 2 ** post.refusals);
        return true;
    }

    settleUnknown(fault) {
        const posts = [...new Set(this.pending.values())];
        if (posts.length === 1 && fault.code !== TRANSPORT) {
            this.pending.clear();
            posts[0].reject(fault);
        }
        else {
            this.report(fault);
        }
    }

    // .................................................... being called

    async receive(socket, text) {
        let message;
        try {
            message = readJson(text, this.options.bigint);
        }
        catch (error) {
            this.report(transportFault(`${this.url} sent no JSON: ${
                String(text).slice(0, 200)}`, error));
            return;
        }
        const answers = (await Promise.all([].concat(message).map(
            (one) => this.take(one)))).filter(Boolean);
        if (answers.length > 0 && socket.readyState === OPEN) {
            socket.send(Array.isArray(message)
                ? `[${answers.join()}]` : answers[0]);
        }
    }

    // Gives the answer's text, or a promise of it, if there is one.
    take(message) {
        const { method, notification, params } = message || {};
        if (typeof method === 'string') {
            return this.serve(message);
        }
        if (typeof notification === 'string') {
            return this.tell(notification, params);
        }
        return this.settle(Object(message));
    }

    async serve({ method, params, id = null }) {
        const run = this.callbacks.get(method)
            || this.methods.get(method);
        const wrap = (member) => (id === null ? undefined
            : writeJson({ jsonrpc: '2.0', ...member, id }));
        if (!run && id === null) {
            return this.tell(method, params);
        }
        try {
            if (!run) {
                throw new RpcError(NO_METHOD, 'Method not found',
                    `no function is registered as ${method}`);
            }
            const result = await run(...spread(params));
            return wrap({ result: result === undefined ? null : result });
        }
        catch (error) {
            if (id === null) {
                this.report(error);
            }
            return wrap({ error: errorOf(error) });
        }
    }

    register(name, run) {
        if (typeof run !== 'function') {
            throw new TypeError(`${name}: expected a function`);
        }
        this.methods.set(String(name), run);
    }

    unregister(name) {
        return this.methods.delete(String(name));
    }

    // ..................................................... subscribing

    tell(topic, params) {
        const entry = this.topics.get(topic);
        for (const listener of entry ? [...entry.listeners] : []) {
            try {
                listener(...spread(params));
            }
            catch (error) {
                this.report(error);
            }
        }
    }

    // Resolves when the server has agreed to the topic.
    async on(topic, listener) {
        let entry = this.topics.get(topic);
        if (typeof listener !== 'function') {
            throw new TypeError(`${topic}: expected a function`);
        }
        if (this.state === 'closed') {
            throw this.gone('is closed');
        }
        if (!entry) {
            entry = { listeners: new Set() };
            entry.ready = new Promise((resolve, reject) => {
                Object.assign(entry, { resolve, reject });
            });
            this.topics.set(topic, entry);
            if (this.isOpen()) {
                this.subscribe(topic, entry);
            }
        }
        entry.listeners.add(listener);
        await entry.ready;
    }

    async off(topic, listener) {
        const entry = this.topics.get(topic);
        if (!entry) {
            return;
        }
        entry.listeners.delete(listener);
        if (listener === undefined || entry.listeners.size === 0) {
            this.topics.delete(topic);
            entry.resolve();
            if (this.isOpen()) {
                await this.toggle('rpc.off', topic);
            }
        }
    }

    // Of a topic that is wanted; again each time when it is open.
    async subscribe(topic, entry) {
        try {
            await this.toggle('rpc.on', topic);
            entry.resolve();
        }
        catch (error) {
            const lost = error.code === GONE && this.state !== 'closed';
            if (!lost && this.topics.get(topic) === entry) {
                this.topics.delete(topic);
                entry.reject(error);
                this.report(error);
            }
        }
    }

    async toggle(method, topic) {
        const said = await callJson({ ...this.options, connection: this,
            safe: false }, { method, params: [topic] });
        const word = said && typeof said === 'object' ? said[topic] : said;
        // One that was given up may have been heard all the same.
        if (word !== 'ok' && !/already been subscribed/.test(word)) {
            throw new RpcError(NO_METHOD, `${method} ${topic}: ${word}`);
        }
    }
}
