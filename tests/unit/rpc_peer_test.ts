/** The one JSON-RPC implementation, over lines and over frames; the wire is the test's own hand. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Socket } from "../../src/platform/sockets.ts";
import type { WebSocketEvents } from "../../src/platform/web_socket.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { JsonRpcPeer, type JsonRpcPeerOptions, NO_ANSWER } from "../../src/rpc/json_rpc_peer.ts";
import { LineChannel } from "../../src/rpc/line_channel.ts";
import { WebSocketChannel } from "../../src/rpc/web_socket_channel.ts";

const turn = () => new Promise((resolve) => setTimeout(resolve));

/** A socket whose other end is the test. */
function wire() {
  const written: string[] = [];
  const incoming: (Uint8Array | null)[] = [];
  let waiting: (() => void) | undefined;
  let closed = false;
  const wake = () => waiting?.();
  const socket: Socket = {
    async read(buffer) {
      while (incoming.length === 0 && !closed) await new Promise<void>((resolve) => waiting = resolve);
      const bytes = incoming.shift();
      if (bytes === undefined) throw new Error("closed");
      if (bytes !== null) buffer.set(bytes);
      return bytes === null ? null : bytes.length;
    },
    write: (bytes) => (written.push(new TextDecoder().decode(bytes)), Promise.resolve(bytes.length)),
    close: () => (closed = true, wake()),
  };
  return {
    socket,
    get closed() {
      return closed;
    },
    says: async (...messages: readonly object[]) => {
      const text = messages.map((message) => JSON.stringify(message) + "\n").join("");
      incoming.push(new TextEncoder().encode(text));
      wake();
      await turn();
    },
    hangsUp: async () => {
      incoming.push(null);
      wake();
      await turn();
    },
    /** What was written since the last call. */
    heard: () => written.splice(0).join("").split("\n").filter((line) => line !== "").map((line) => JSON.parse(line)),
  };
}

function peerOn(on: ReturnType<typeof wire>, options: Partial<JsonRpcPeerOptions> = {}): JsonRpcPeer {
  return new JsonRpcPeer({
    channel: new LineChannel({ socket: on.socket, maxBytes: 1000 }),
    otherEnd: "the test",
    handle: () => NO_ANSWER,
    onInvalid: () => {},
    onEnd: () => {},
    ...options,
  });
}

Deno.test("peer: it asks and answers at once over one channel, and both errors keep their names", async () => {
  const on = wire();
  const peer = peerOn(on, {
    handle: ({ method }) => {
      if (method === "echo") return { heard: true };
      throw new ConsoleError("not_found", "no such thing", { id: "x" });
    },
  });
  const asked = peer.request("ask", { n: 1 }, AbortSignal.timeout(5000));
  const failing = assertRejects(() => peer.request("fail", {}, AbortSignal.timeout(5000)), ConsoleError);
  await on.says({ id: "a", method: "echo" }, { id: 2, method: "nope" }, { method: "echo" });
  const [first, second, answer, error, ...rest] = on.heard();
  assertEquals([first, second.method], [{ jsonrpc: "2.0", id: 1, method: "ask", params: { n: 1 } }, "fail"]);
  assertEquals(answer, { jsonrpc: "2.0", id: "a", result: { heard: true } });
  assertEquals([error.id, error.error.data], [2, { id: "x", name: "not_found" }]);
  assertEquals(rest, [], "a notification gets no answer");
  await on.says({ id: 2, error: { code: 1005, message: "m" } }, { id: 1, result: 7 }, { id: 1, result: 8 });
  assertEquals([await asked, (await failing).kind], [7, "busy"]);
  peer.close();
  assert(on.closed);
});

Deno.test("peer: past its requests in flight it reads nothing more, and goes on when one is answered", async () => {
  const on = wire();
  const running: PromiseWithResolvers<unknown>[] = [];
  const handle = () => {
    running.push(Promise.withResolvers());
    return running.at(-1)?.promise;
  };
  const peer = peerOn(on, { handle, maxInFlight: 2 });
  await on.says(...[1, 2, 3, 4].map((id) => ({ id, method: "wait" })));
  assertEquals(running.length, 2);
  running[1]?.resolve("two");
  await turn();
  assertEquals([running.length, on.heard().map(({ id }) => id)], [3, [2]]);
  for (let at = 0; at < 4; at++, await turn()) running[at]?.resolve(at);
  assertEquals(on.heard().map(({ id }) => id), [1, 3, 4]);
  peer.close();
});

Deno.test("peer: an error without an id ends every request that waits, the end of the channel those that follow", async () => {
  const on = wire();
  const peer = peerOn(on, { onHangUp: () => peer.close() });
  const kinds = (works: readonly Promise<unknown>[]) =>
    Promise.all(works.map(async (work) => (await assertRejects(() => work, ConsoleError)).kind));
  const waiting = ["a", "b"].map((method) => peer.request(method, {}, AbortSignal.timeout(5000)));
  const refused = kinds(waiting);
  await on.says({ id: null, error: { code: 1, message: "m", data: { name: "busy" } } });
  assertEquals(await refused, ["busy", "busy"]);
  const left = kinds([peer.request("c", {}, AbortSignal.timeout(5000))]);
  await on.hangsUp();
  assertEquals([...await left, ...await kinds([peer.request("d", {}, AbortSignal.timeout(5000))])], [
    "disconnected",
    "disconnected",
  ]);
});

Deno.test("peer: who never asked anything takes an answer for an invalid request; who did passes it over", async () => {
  const on = wire();
  const invalid: unknown[] = [];
  const peer = peerOn(on, { onInvalid: ({ kind }, id) => invalid.push([kind, id]) });
  await on.says({ id: 7, result: 1 });
  assertEquals(invalid, [["invalid_request", 7]]);
  peer.request("x", {}, AbortSignal.timeout(5000)).catch(() => {});
  await on.says({ id: 7, result: 1 });
  assertEquals(invalid.length, 1);
  peer.close();
});

Deno.test("peer: its last words are written before the channel ends", async () => {
  const on = wire();
  let ends = 0;
  const peer = peerOn(on, { onEnd: () => ends++ });
  peer.notify("event", { last: true });
  peer.leave();
  await turn();
  assertEquals([on.heard().length, on.closed, ends], [1, true, 1]);
});

Deno.test("frames: held back while a request runs, then taken in order; a frame ends without a line feed", async () => {
  let line: WebSocketEvents | undefined;
  const sent: string[] = [];
  const running = Promise.withResolvers<unknown>();
  const seen: unknown[] = [];
  let ends = 0;
  const peer = new JsonRpcPeer({
    channel: new WebSocketChannel({
      dial: (events) => {
        line = events;
        return { send: (text) => void sent.push(text), bufferedBytes: 0, close: () => events.onClose() };
      },
      maxUnits: 1000,
      onOpen: () => {},
    }),
    otherEnd: "the test",
    maxInFlight: 1,
    withoutVersion: true,
    handle: ({ method }) => (seen.push(method), method === "wait" ? running.promise : 1),
    onInvalid: () => {},
    onEnd: () => ends++,
  });
  for (const [id, method] of ["wait", "b", "wait"].entries()) line?.onText(JSON.stringify({ id, method }));
  assertEquals(seen, ["wait"]);
  running.resolve(0);
  await turn();
  assertEquals(sent.slice(0, 2), ['{"id":0,"result":0}', '{"id":1,"result":1}']);
  assertEquals(seen, ["wait", "b", "wait"]);
  peer.close();
  assertEquals(ends, 1);
});

Deno.test("frames: a peer that floods while it is held back is cut off", () => {
  let line: WebSocketEvents | undefined;
  let ends = 0;
  new JsonRpcPeer({
    channel: new WebSocketChannel({
      dial: (events) => {
        line = events;
        return { send: () => {}, bufferedBytes: 0, close: () => events.onClose() };
      },
      maxUnits: 1000,
      onOpen: () => {},
    }),
    otherEnd: "the test",
    maxInFlight: 1,
    handle: () => new Promise(() => {}),
    onInvalid: () => {},
    onEnd: () => ends++,
  });
  for (let id = 0; id < 10; id++) line?.onText(JSON.stringify({ id, method: "m" }).padEnd(300));
  assertEquals(ends, 1);
});

/** What `reportError` is told while `work` runs. */
async function reported(work: () => Promise<void>): Promise<string[]> {
  const told: string[] = [];
  const take = (event: ErrorEvent) => {
    event.preventDefault();
    told.push(String(event.error?.message ?? event.message));
  };
  globalThis.addEventListener("error", take);
  try {
    await work();
  } finally {
    globalThis.removeEventListener("error", take);
  }
  return told;
}

Deno.test("F4 peer: a result that is no JSON is a bug that both ends hear of, and the next request is answered", async () => {
  for (const wrap of [(value: unknown) => value, (value: unknown) => Promise.resolve(value)]) {
    const on = wire();
    const peer = peerOn(on, { handle: ({ id }) => wrap(id === 1 ? { big: 1n } : "fine") });
    const told = await reported(() => on.says({ id: 1, method: "a" }, { id: 2, method: "b" }));
    const [first, second] = on.heard();
    assertEquals([first.id, first.error.data.name, second.result, told.length], [1, "internal", "fine", 1]);
    peer.close();
  }
});

Deno.test("F4 lines: what a callback throws ends the connection and is heard of; a socket that breaks is nobody's bug", async () => {
  for (const [throws, expected] of [[true, ["a bug"]], [false, []]] as const) {
    const on = wire();
    let ended = false;
    peerOn(on, {
      handle: () => {
        if (throws) throw new TypeError("a bug");
        on.socket.close();
        return NO_ANSWER;
      },
      onEnd: () => ended = true,
    });
    const told = await reported(() => on.says({ id: 1, method: "a" }));
    assertEquals([told, ended, on.closed], [[...expected], true, true]);
  }
});
