/** The page's calls: each has one reply, a deadline and the daemon's own error; what is no message ends the connection. */
import { assertEquals, assertRejects } from "@std/assert";
import { CallRefused, type PageEvent, PageWire, whyRefused } from "../../src/page/page_wire.ts";
import { FakeSocket, settle, stubBrowser } from "./stubs.ts";

interface Dialled {
  readonly wire: PageWire;
  readonly socket: FakeSocket;
  readonly events: PageEvent[];
  readonly closes: string[];
}

async function dialled(): Promise<Dialled> {
  stubBrowser();
  const events: PageEvent[] = [];
  const closes: string[] = [];
  const dial = PageWire.dial("aaaa", {
    onEvent: (event) => void events.push(event),
    onClose: () => void closes.push("closed"),
  }, new AbortController().signal);
  const [socket] = FakeSocket.made;
  if (socket === undefined) throw new Error("no socket was made");
  socket.open();
  await settle();
  socket.answer("hello", { result: { scope: "read" } });
  const { wire } = await dial;
  return { wire, socket, events, closes };
}

async function kindOf(call: Promise<unknown>): Promise<string> {
  return (await assertRejects(() => call, CallRefused)).kind;
}

Deno.test("V3 replies find their calls in any order, and errors keep the daemon's name for them", async () => {
  const { wire, socket, events } = await dialled();
  const [status, list, odd] = [wire.call("status", {}), wire.call("session.list", {}), wire.call("ping", {})];
  const refused = kindOf(list);
  const failed = kindOf(odd);
  socket.answer("session.list", {
    error: { code: -32001, message: "no", data: { name: "rate_limited", hint: "wait" } },
  });
  socket.answer("ping", { error: { code: -32603, message: "no" } });
  socket.event("session.updated", 6, { a: 1 });
  socket.answer("status", { result: { pid: 1 } });
  assertEquals([await status as unknown, await refused, await failed], [{ pid: 1 }, "rate_limited", "failed"]);
  assertEquals(events, [{ type: "session.updated", seq: 6, data: { a: 1 } }]);
});

Deno.test("V3 a call that is not answered in time ends, and its late reply is nobody's", async () => {
  const { wire, socket } = await dialled();
  assertEquals(await kindOf(wire.call("status", {}, 5)), "timeout");
  socket.answer("status", { result: {} });
  assertEquals(wire.isOpen, true);
});

Deno.test("V3 a connection that ends takes its calls along and is told once; it is asked nothing any more", async () => {
  const { wire, socket, closes } = await dialled();
  const calls = [kindOf(wire.call("status", {})), kindOf(wire.call("ping", {}))];
  socket.close();
  assertEquals(await Promise.all(calls), ["disconnected", "disconnected"]);
  assertEquals([closes, wire.isOpen, await kindOf(wire.call("status", {}))], [["closed"], false, "disconnected"]);
});

Deno.test("V3 what is no JSON ends the connection", async () => {
  const { socket, closes } = await dialled();
  socket.onmessage?.({ data: "<html>" });
  assertEquals([socket.readyState, closes], [3, ["closed"]]);
});

Deno.test("V3 a dial that fails tells nobody that a connection was closed", async () => {
  stubBrowser();
  const closes: string[] = [];
  const listener = { onEvent: () => {}, onClose: () => void closes.push("closed") };
  const ended = new AbortController();
  const dials = [1, 2].map(() => kindOf(PageWire.dial("aaaa", listener, ended.signal)));
  FakeSocket.made[0]?.close();
  ended.abort();
  assertEquals([await Promise.all(dials), closes], [["disconnected", "disconnected"], []]);
  // One that is over before it begins opens nothing.
  const before = FakeSocket.made.length;
  assertEquals(await kindOf(PageWire.dial("aaaa", listener, ended.signal)), "disconnected");
  assertEquals(FakeSocket.made.length, before);
});

Deno.test("V3 why a dial failed is asked by a plain request, with the token in its header", async () => {
  stubBrowser();
  const { fetch } = globalThis;
  const asked: unknown[] = [];
  try {
    for (const [status, why] of [[401, "token"], [429, "too_many"], [200, "away"], [500, "away"]] as const) {
      globalThis.fetch = (url, init) => {
        asked.push([url, new Headers(init?.headers).get("authorization")]);
        return Promise.resolve(new Response(null, { status }));
      };
      assertEquals(await whyRefused("aaaa"), why, String(status));
    }
    globalThis.fetch = () => Promise.reject(new TypeError("nobody listens"));
    assertEquals(await whyRefused("aaaa"), "away");
    assertEquals(asked[0], ["/healthz", "Bearer aaaa"]);
  } finally {
    globalThis.fetch = fetch;
  }
});
