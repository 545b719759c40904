/** How the page stays connected: resumes, begins anew, ends with its token, and notices a line that is dead. */
import { assertEquals } from "@std/assert";
import { type ConnectionListener, keepConnected } from "../../src/page/connection.ts";
import { FakeSocket, settle, stubBrowser } from "./stubs.ts";

const HELLO = { result: { scope: "approve", version: "0.1.0" } };
const SNAPSHOT = { result: { subscription: "s1", seq: 5, snapshot: { sessions: [], approvals: [] } } };

/** A connection, and what its listener was told. */
class Told {
  readonly log: string[] = [];
  readonly #ended = new AbortController();
  readonly done: Promise<void>;

  constructor(token: string) {
    const { log } = this;
    const listener: ConnectionListener = {
      onHello: (_, { scope }) => void log.push(`hello ${scope}`),
      onSnapshot: (seq) => void log.push(`snapshot ${seq}`),
      onLive: () => void log.push("live"),
      onEvent: ({ type }) => void log.push(type),
      onLost: (why) => void log.push(`lost: ${why}`),
      onRefused: () => void log.push("refused"),
    };
    this.done = keepConnected(token, listener, this.#ended.signal);
  }

  async end(): Promise<void> {
    this.#ended.abort();
    for (const socket of FakeSocket.made) socket.close();
    await this.done;
  }

  abort(): void {
    this.#ended.abort();
  }
}

function socketAt(at: number): FakeSocket {
  const socket = FakeSocket.made.at(at);
  if (socket === undefined) throw new Error("no socket was made");
  return socket;
}

async function toLive(socket: FakeSocket, subscribed: Parameters<FakeSocket["answer"]>[1] = SNAPSHOT): Promise<void> {
  socket.open();
  await settle();
  socket.answer("hello", HELLO);
  await settle();
  socket.answer("subscribe", subscribed);
  await settle();
}

/** Does not wait for the pause between two attempts. */
async function wake(): Promise<void> {
  await settle();
  globalThis.dispatchEvent(new Event("online"));
  await settle();
}

Deno.test("V3 events that overtake the snapshot are told behind it, and a break resumes behind the last event", async () => {
  stubBrowser();
  const told = new Told("aaaa");
  const first = socketAt(0);
  assertEquals(first.protocols, ["agent-console.v1", "bearer.aaaa"]);
  first.open();
  await settle();
  first.answer("hello", HELLO);
  await settle();
  assertEquals(first.sent[0]?.params, { answers: true });
  first.event("session.updated", 6);
  first.answer("subscribe", SNAPSHOT);
  await settle();
  first.event("session.created", 7);
  assertEquals(told.log, ["hello approve", "snapshot 5", "session.updated", "live", "session.created"]);
  first.close();
  await wake();
  const second = socketAt(1);
  second.open();
  await settle();
  second.answer("hello", HELLO);
  await settle();
  assertEquals(second.sent[0]?.params, { since: 7, answers: true });
  second.answer("subscribe", { result: { subscription: "s1", seq: 9 } });
  await settle();
  assertEquals(told.log.slice(5), ["lost: away", "hello approve", "live"]);
  await told.end();
});

Deno.test("V3 a daemon that cannot go back so far is asked for all of it, and one that stops says so", async () => {
  stubBrowser();
  const told = new Told("aaaa");
  await toLive(socketAt(0));
  socketAt(0).event("daemon.stopping", undefined, { restart: true });
  socketAt(0).close();
  await wake();
  await toLive(socketAt(1), { error: { code: -32602, message: "newer than all", data: { name: "invalid_params" } } });
  await wake();
  const third = socketAt(2);
  third.open();
  await settle();
  third.answer("hello", HELLO);
  await settle();
  assertEquals(third.sent[0]?.params, { answers: true });
  assertEquals(told.log.filter((text) => text.startsWith("lost"))[0], "lost: restarts");
  await told.end();
});

Deno.test("G7 a token that is replaced during a dial leaves no second connection, and is not the one that is forgotten", async () => {
  stubBrowser();
  const answered = Promise.withResolvers<Response>();
  const { fetch } = globalThis;
  globalThis.fetch = () => answered.promise;
  try {
    const old = new Told("aaaa");
    const [dialled] = FakeSocket.made;
    old.abort();
    const other = new Told("bbbb");
    await toLive(socketAt(1));
    dialled?.open();
    await settle();
    dialled?.event("session.updated", 6);
    assertEquals(dialled?.readyState, 3);
    await old.done;
    // Whether the old one is a token is asked already: the answer comes too late.
    stubBrowser();
    const refused = new Told("cccc");
    socketAt(0).close();
    await settle();
    refused.abort();
    answered.resolve(new Response(null, { status: 401 }));
    await refused.done;
    assertEquals([old.log, other.log, refused.log], [[], ["hello approve", "snapshot 5", "live"], []]);
    await other.end();
  } finally {
    globalThis.fetch = fetch;
  }
});

Deno.test("V3 reconnects leave no listeners behind", async () => {
  stubBrowser();
  let listeners = 0;
  const { addEventListener, removeEventListener } = AbortSignal.prototype;
  const count = (by: number, run: (...given: Parameters<typeof addEventListener>) => void) =>
    function (this: AbortSignal, ...given: Parameters<typeof addEventListener>) {
      listeners += by;
      run.apply(this, given);
    };
  AbortSignal.prototype.addEventListener = count(1, addEventListener);
  AbortSignal.prototype.removeEventListener = count(-1, removeEventListener as typeof addEventListener);
  try {
    const told = new Told("aaaa");
    const counts: number[] = [];
    for (let i = 0; i < 4; i++) {
      await toLive(socketAt(i));
      counts.push(listeners);
      socketAt(i).close();
      await wake();
    }
    assertEquals(counts, [1, 1, 1, 1]);
    await told.end();
  } finally {
    Object.assign(AbortSignal.prototype, { addEventListener, removeEventListener });
  }
});

Deno.test("V3 a dead line is looked for from when the picture is there, not while a slow link still brings it", async () => {
  stubBrowser();
  const beats = new Map<number, () => void>();
  const { setInterval, clearInterval } = globalThis;
  globalThis.setInterval = ((run: () => void) => beats.set(beats.size + 1, run).size) as typeof setInterval;
  globalThis.clearInterval = (id) => void beats.delete(Number(id));
  try {
    const told = new Told("aaaa");
    const [socket] = FakeSocket.made;
    socket?.open();
    await settle();
    socket?.answer("hello", HELLO);
    await settle();
    assertEquals(beats.size, 0);
    socket?.answer("subscribe", SNAPSHOT);
    await settle();
    assertEquals(beats.size, 1);
    for (const beat of beats.values()) beat();
    assertEquals(socket?.sent.map(({ method }) => method), ["ping"]);
    socket?.answer("ping", { error: { code: -32000, message: "no" } });
    await settle();
    assertEquals([socket?.readyState, beats.size], [3, 0]);
    await told.end();
  } finally {
    Object.assign(globalThis, { setInterval, clearInterval });
  }
});
