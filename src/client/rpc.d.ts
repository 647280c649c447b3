// SPDX-License-Identifier: Apache-2.0
// The types of rpc.js and rpc.mjs. For TypeScript, and editors that read them.

/** A failed call: what the server answered, or why there was no answer. */
export class RpcError extends Error {
    constructor(code: number, message: string, data?: unknown);
    readonly name: "RpcError";
    /** -32700 ... -32000 as docs/protocols.md lists them, -32300 for a
     *  transport that failed, -32003 for a timeout; else the method's own. */
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

export interface RpcOptions {
    /** "jsonrpc" if not given; "pyrpc" calls by query string. */
    protocol?: "jsonrpc" | "pyrpc";
    /** "fetch" if not given; or a function that sends. */
    transport?: "fetch" | "xhr"
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

export type RpcClient<M = RpcAnyMethods> = RpcBatch<M> & {
    /** The calls that `collect` makes go in one message. Resolves to what it
     *  returns, a promise or an array of promises. */
    $batch<R>(collect: (batch: RpcBatch<M>) => R): Promise<
        R extends readonly any[]
            ? { -readonly [K in keyof R]: Awaited<R[K]> } : Awaited<R>>;
    /** The same endpoint with other options. */
    $with(options: RpcOptions): RpcClient<M>;
};

export interface RpcConstructor {
    new <M = RpcAnyMethods>(url: string | URL, options?: RpcOptions):
        RpcClient<M>;
}

export const Rpc: RpcConstructor;
export default Rpc;
