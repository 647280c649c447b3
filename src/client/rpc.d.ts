// SPDX-License-Identifier: Apache-2.0
// The types of rpc.js and rpc.mjs. For TypeScript, and editors that read them.

/** A failed call: what the server answered, or why there was no answer. */
export class RpcError extends Error {
    constructor(code: number, message: string, data?: unknown);
    readonly name: "RpcError";
    /** -32700 ... -32000 as docs/protocols.md lists them, -32300 for a
     *  transport that failed, -32003 for a timeout, -32004 for a connection
     *  that ended; else the method's own. */
    code: number;
    /** What the fault carries beside its message, or undefined. */
    data: any;
    /** What made a transport fail. */
    cause?: unknown;
}

/** What a transport of one's own is given. */
export interface RpcRequest {
    url: string;
    method: "GET" | "POST";
    headers: Record<string, string>;
    body?: string;
    credentials: "omit" | "same-origin" | "include";
    signal: AbortSignal;
}

/** What is needed of a WebSocket; the browser's, and that of the package ws,
 *  are one. */
export interface RpcSocketConstructor {
    new (url: string, protocols?: string | string[]): {
        readonly readyState: number;
        onopen: any;
        onmessage: any;
        onclose: any;
        onerror: any;
        send(text: string): void;
        close(code?: number, reason?: string): void;
    };
}

export interface RpcOptions {
    /** "jsonrpc" if not given; "pyrpc" calls by query string. */
    protocol?: "jsonrpc" | "pyrpc";
    /** "fetch" if not given, "websocket" for a URL of ws: or wss:; or a
     *  function that sends. */
    transport?: "fetch" | "xhr" | "websocket"
        | ((request: RpcRequest) => Promise<{ status: number; text: string }>);
    /** POST, but GET for pyrpc, if not given. */
    method?: "GET" | "POST";
    /** Milliseconds; 0, the default: none. */
    timeout?: number;
    signal?: AbortSignal;
    headers?: Record<string, string>;
    /** "same-origin" if not given. */
    credentials?: "omit" | "same-origin" | "include";
    /** Integers beyond 2^53 come as BigInt; false, the default: rounded. */
    bigint?: boolean;
    /** WebSocket: calls may be sent again when the connection was lost before
     *  the answer; false, the default: they fail with -32004. */
    safe?: boolean;
    /** WebSocket: whether to come back when the connection is lost, and
     *  after how many milliseconds; true, the default: 500, doubled each
     *  time up to 30000. */
    reconnect?: boolean | { first?: number; most?: number };
    /** WebSocket: how many messages wait while it is not open; 1000 if not
     *  given, 0: they fail. */
    queue?: number;
    /** WebSocket: subprotocols to offer; none if not given. */
    protocols?: string | string[];
    /** The WebSocket to use, where there is none or another is wanted. */
    WebSocket?: RpcSocketConstructor;
}

/** A method, or the beginning of its name: rpc.calc and rpc.calc.add. */
export interface RpcMethod {
    (...args: any[]): Promise<any>;
    [name: string]: RpcMethod;
}

/** The methods of an endpoint whose types nobody has declared. */
export interface RpcAnyMethods {
    [name: string]: RpcMethod;
}

type RpcArguments = Record<string, any>;

/** The same methods, with one object of arguments. */
export type RpcNamed<M> = {
    [K in keyof M]: M[K] extends (...args: any[]) => Promise<infer R>
        ? ((args: RpcArguments) => Promise<R>) & RpcNamed<M[K]>
        : RpcNamed<M[K]>;
};

/** The same methods, without a result. */
export type RpcNotifications<M> = {
    [K in keyof M]: M[K] extends (...args: infer A) => any
        ? ((...args: A) => Promise<void>) & RpcNotifications<M[K]>
        : RpcNotifications<M[K]>;
};

interface RpcCalls<M> {
    /** Call by a name that is no property, or with params as they are sent:
     *  an array by position, an object by name. */
    $call(method: string, params?: any[] | RpcArguments): Promise<any>;
    /** rpc.$named.add({ x: 2, y: 3 }) */
    $named: RpcNamed<M>;
    /** rpc.$notify.log("text"): a call without an answer. */
    $notify: RpcNotifications<M>;
}

export type RpcBatch<M = RpcAnyMethods> = Omit<M, keyof RpcCalls<M>>
    & RpcCalls<M>;

interface RpcBatches<M> {
    /** The calls that `collect` makes go in one message. Resolves to what it
     *  returns, a promise or an array of promises. */
    $batch<R>(collect: (batch: RpcBatch<M>) => R): Promise<
        R extends readonly any[]
            ? { -readonly [K in keyof R]: Awaited<R[K]> } : Awaited<R>>;
}

export type RpcClient<M = RpcAnyMethods> = RpcBatch<M> & RpcBatches<M> & {
    /** The same endpoint with other options. */
    $with(options: RpcOptions): RpcClient<M>;
};

/** What a connection tells. */
export interface RpcConnectionEvents {
    /** It is open, and topics are asked for again. */
    open: Event;
    /** It is lost or closed; `delay`: milliseconds to the next attempt, none
     *  if there will be none. */
    close: Event & { code: number; reason: string; delay?: number };
    /** It could not be opened, something came that is no JSON-RPC, a topic
     *  was refused, or a function of the page threw where nobody waits. */
    error: Event & { error: any };
}

export interface RpcConnection {
    readonly state: "connecting" | "open" | "waiting" | "closed";
    readonly url: string;
    /** For good: calls that wait fail with -32004. */
    close(code?: number, reason?: string): void;
    addEventListener<K extends keyof RpcConnectionEvents>(type: K,
        listener: (event: RpcConnectionEvents[K]) => void,
        options?: boolean | AddEventListenerOptions): void;
    removeEventListener<K extends keyof RpcConnectionEvents>(type: K,
        listener: (event: RpcConnectionEvents[K]) => void,
        options?: boolean | EventListenerOptions): void;
}

/** A client with a WebSocket, whose server can call as well. Functions among
 *  the arguments of a call can be called by the server until it answers. */
export type RpcPeer<M = RpcAnyMethods> = RpcBatch<M> & RpcBatches<M> & {
    /** The same connection with other options of calls. */
    $with(options: RpcOptions): RpcPeer<M>;
    /** The server may call `run` by this name, with the arguments or one
     *  object of them. It answers what `run` returns or resolves to; an
     *  RpcError is answered as it is, another error as -32603. */
    $register(name: string, run: (...args: any[]) => unknown): void;
    $unregister(name: string): boolean;
    /** Subscribes; resolves when the server has agreed, rejects if it does
     *  not. */
    $on(topic: string, listener: (...args: any[]) => void): Promise<void>;
    /** Without a listener: all of them. */
    $off(topic: string, listener?: (...args: any[]) => void): Promise<void>;
    readonly $connection: RpcConnection;
};

export interface RpcConstructor {
    new <M = RpcAnyMethods>(url: `ws:${string}` | `wss:${string}`,
        options?: RpcOptions): RpcPeer<M>;
    new <M = RpcAnyMethods>(url: string | URL,
        options: RpcOptions & { transport: "websocket" }): RpcPeer<M>;
    new <M = RpcAnyMethods>(url: string | URL, options?: RpcOptions):
        RpcClient<M>;
}

export const Rpc: RpcConstructor;
export default Rpc;
