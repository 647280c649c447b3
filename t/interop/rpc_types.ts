// SPDX-License-Identifier: Apache-2.0
// What the types of rpc.js must take and must refuse; only checked, by
// rpc_types.t, never run.
import Default, { Rpc, RpcError, RpcClient, RpcPeer } from "./rpc.mjs";
interface Methods {
    add(x: number, y: number): Promise<number>;
    ping(): Promise<string>;
    calc: { mul(x: number, y: number): Promise<number> };
}
const rpc = new Rpc<Methods>("/rpc", { timeout: 5, transport: "xhr" });
const sum: number = await rpc.add(2, 3);
const m: number = await rpc.calc.mul(2, 3);
const named: number = await rpc.$named.add({ x: 1, y: 2 });
const nm: number = await rpc.$named.calc.mul({ x: 1, y: 2 });
await rpc.$notify.ping();
await rpc.$notify.calc.mul(1, 2);
const [a, b] = await rpc.$batch((x) => [x.add(1, 2), x.ping()] as const);
const an: number = a, bs: string = b;
const one: number = await rpc.$batch((x) => x.add(1, 2));
const s: PromiseSettledResult<number>[] = await rpc.$batch((x) => Promise.allSettled([x.add(1, 2)]));
// @ts-expect-error
await rpc.add("2", 3);
// @ts-expect-error
await rpc.nosuch();
// @ts-expect-error
new Rpc("/rpc", { protocol: "soap" });
const any = new Rpc(new URL("http://x/"));
const v: string = await any.a.b.c(1, "x", { y: [] });
await any.$call("x", [1]);
await any.$named.calc.add({ x: 1 });
await any.$batch((x) => [x.foo(), x.$notify.bar(1)]);
const other: RpcClient = any.$with({ bigint: true, signal: new AbortController().signal });
other.$with({ transport: async (r) => ({ status: 200, text: r.url + (r.body ?? "") }) });
try { await any.f(); } catch (e) { if (e instanceof RpcError) { const c: number = e.code; e.data.x; } }
new Default("/rpc");
const peer = new Rpc<Methods>("ws://x/rpc", { WebSocket, queue: 0 });
const total: number = await peer.calc.mul(2, 3);
peer.$register("ask", async (question: string, n: number) => question + n);
const was: boolean = peer.$unregister("ask");
await peer.$on("topic", (value: { id: number }) => { value.id; });
await peer.$off("topic");
peer.$connection.addEventListener("close", (event) => {
    const code: number = event.code, delay: number | undefined = event.delay;
});
peer.$connection.addEventListener("error", ({ error }) => error.code, { once: true });
const open: boolean = peer.$connection.state === "open";
peer.$connection.close(1000, "enough");
const safe: RpcPeer<Methods> = peer.$with({ safe: true, timeout: 1 });
const [p, q] = await peer.$batch((x) => [x.add(1, 2), x.ping()] as const);
const pn: number = p, qs: string = q;
const same: RpcPeer = new Rpc("/rpc", { transport: "websocket", reconnect: { first: 1 }, protocols: ["jsonrpc"] });
await same.count(3, (n: number) => n);
await same.$batch((x) => [x.foo(), x.$notify.bar(1)]);
// @ts-expect-error
peer.$register("ask", 5);
// @ts-expect-error
rpc.$connection.close();
// @ts-expect-error
peer.$connection.addEventListener("message", () => {});
// @ts-expect-error
await peer.add("2", 3);
// @ts-expect-error
new Rpc("ws://x/", { reconnect: "never" });
