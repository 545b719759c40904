/** G9, G7, V1: the channels of the gateway with peers that are slow, silent, held up or sly, over a socket of the test's own. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { EventChannel } from "../../src/gateway/event_channel.ts";
import { FrameChannel } from "../../src/gateway/frame_channel.ts";
import type { TcpSocket } from "../../src/platform/tcp.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { JsonRpcPeer } from "../../src/rpc/json_rpc_peer.ts";
import { clientFrame } from "../support/gateway.ts";
import { eventually, pause, within } from "../support/harness_wait.ts";

const BEAT_MS = 60;
const encoder = new TextEncoder();

/** One end of a connection. @param take how many of so many bytes are taken, and when */
class FakeSocket implements TcpSocket {
  readonly peer = "127.0.0.1";
  written = "";
  isClosed = false;
  readonly #come: Uint8Array[] = [];
  #wake = () => {};

  constructor(readonly take: (count: number) => Promise<number>) {}

  say(bytes: Uint8Array): void {
    if (this.isClosed) return;
    this.#come.push(bytes);
    this.#wake();
  }
  async read(buffer: Uint8Array): Promise<number | null> {
    for (;;) {
      if (this.isClosed) throw new Error("closed");
      const bytes = this.#come.shift();
      if (bytes !== undefined) {
        buffer.set(bytes);
        return bytes.length;
      }
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }
  async write(bytes: Uint8Array): Promise<number> {
    const count = await this.take(bytes.length);
    if (this.isClosed) throw new Error("closed");
    this.written += new TextDecoder("latin1").decode(bytes.subarray(0, count));
    return count;
  }
  closeWrite = () => Promise.resolve();
  close(): void {
    this.isClosed = true;
    this.#wake();
  }
}

const PROMPT = (count: number) => Promise.resolve(count);
const NEVER = () => new Promise<number>(() => {});

function options(socket: TcpSocket) {
  return { socket, greeting: encoder.encode("+"), unread: new Uint8Array(0), heartbeatMs: BEAT_MS };
}

/** The rest of a channel's events. */
const DEAF = { onMessage: () => true, onTooLarge() {}, onHangUp() {}, onRoom() {} };

function peerOf(channel: FrameChannel | EventChannel, handle: (method: string, params: unknown) => unknown) {
  const state = { hasEnded: false };
  new JsonRpcPeer({
    channel,
    otherEnd: "the client",
    maxInFlight: 2,
    handle: ({ method, params }) => handle(method, params),
    onInvalid: () => {},
    onEnd: () => state.hasEnded = true,
  });
  channel.setLimit(1_048_576);
  return state;
}

function call(id: number): Uint8Array {
  return clientFrame(1, encoder.encode(JSON.stringify({ jsonrpc: "2.0", id, method: "approval.wait", params: {} })));
}

Deno.test("G9 a peer whose calls are all in flight stays: nothing is read, so no answer to a heartbeat is waited for", async () => {
  const socket = new FakeSocket(PROMPT);
  const channel = new FrameChannel(options(socket));
  const held = Promise.withResolvers<object>();
  const state = peerOf(channel, () => held.promise);
  for (const id of [1, 2]) socket.say(call(id));
  const pong = setInterval(() => socket.say(clientFrame(10, new Uint8Array(0))), BEAT_MS / 3);
  await pause(8 * BEAT_MS);
  assertEquals(state.hasEnded, false);
  held.resolve({});
  await eventually(() => socket.written.includes('"id":2'), 2000, "both answers");
  await pause(5 * BEAT_MS);
  assertEquals(state.hasEnded, false, "it answers, and is heard again");
  clearInterval(pong);
  await eventually(() => state.hasEnded, 2000, "one that answers no more to be freed");
});

for (const kind of ["WebSocket", "stream of events"]) {
  Deno.test(`G9 a ${kind} whose peer takes a large message slowly stays to its end; one that takes nothing is closed`, async () => {
    let isStalled = false;
    const slow = new FakeSocket(async (count) => {
      await pause(5);
      return isStalled ? await NEVER() : Math.min(count, 3000);
    });
    const channel = kind === "WebSocket"
      ? new FrameChannel(options(slow))
      : new EventChannel({ ...options(slow), since: undefined });
    let hasEnded = false;
    channel.open({ ...DEAF, onEnd: () => hasEnded = true });
    const params = { type: "session.updated", seq: 1, text: "x".repeat(400_000) };
    const big = encoder.encode(`${JSON.stringify({ method: "event", params })}\n`);
    channel.send(big);
    const began = performance.now();
    await eventually(() => hasEnded || slow.written.length > 400_000, 20_000, "the message to be taken");
    assert(performance.now() - began > 5 * BEAT_MS, "it took many heartbeats");
    assertEquals(hasEnded, false, `${slow.written.length} bytes were taken`);
    isStalled = true;
    channel.send(big);
    await eventually(() => hasEnded, 5000, "the stalled one to be closed");
    assert(slow.isClosed);
  });
}

Deno.test("G7 the connection of a replaced token ends within a second, though its peer sends on and reads nothing", async () => {
  for (const isStalled of [true, false]) {
    const socket = new FakeSocket(isStalled ? NEVER : PROMPT);
    const channel = new FrameChannel(options(socket));
    channel.open({ ...DEAF, onEnd() {} });
    channel.setLimit(1000);
    await pause(20);
    const began = performance.now();
    channel.endWith(1008, "the token was replaced", 300);
    const chatter = setInterval(() => socket.say(clientFrame(9, new Uint8Array(0))), 10);
    await within(channel.gone, 5000, "the socket to be closed");
    clearInterval(chatter);
    const ms = performance.now() - began;
    assert(ms >= 250 && ms < 1000, `${ms} ms`);
    assert(socket.isClosed);
  }
});

/** What `/events` says to one whose last event has the number `since`. */
async function told(since: number | undefined, subscribe: (params: { since?: number }) => unknown) {
  const socket = new FakeSocket(PROMPT);
  const channel = new EventChannel({ ...options(socket), since });
  const asked: unknown[] = [];
  const state = peerOf(channel, (method, params) => {
    asked.push(method === "hello" ? method : params);
    return method === "hello" ? { protocol: 1 } : subscribe(params as { since?: number });
  });
  await pause(50);
  return { socket, channel, asked, state };
}

Deno.test("V1 a stream of events whose last number is newer than the journal gets a snapshot", async () => {
  const { socket, channel, asked, state } = await told(999, ({ since }) => {
    if (since !== undefined) throw new ConsoleError("invalid_params", `"since" is ${since}, but the newest event is 5`);
    return { subscription: "s1", seq: 5, resync: false, snapshot: { sessions: [] } };
  });
  assertEquals(asked, ["hello", { since: 999 }, {}]);
  assertEquals(
    socket.written.replaceAll(":\n\n", ""),
    '+id: 5\nevent: snapshot\ndata: {"subscription":"s1","seq":5,"resync":false,"snapshot":{"sessions":[]}}\n\n',
  );
  assertEquals(state.hasEnded, false);
  channel.close();
});

Deno.test("V1 a stream of events that cannot begin says why and ends, so that its client comes again", async () => {
  for (const since of [undefined, 3]) {
    const { socket, channel, asked, state } = await told(since, () => {
      throw new ConsoleError("busy", "too many ask at once");
    });
    assertEquals(asked.length, 2);
    assertStringIncludes(socket.written, "event: error\ndata: {");
    assertStringIncludes(socket.written, "too many ask at once");
    await eventually(() => state.hasEnded, 2000, "its end");
    await within(channel.gone, 5000, "the socket to be closed");
  }
});
