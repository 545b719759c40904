import { Tokens } from "../../src/transport/tokens.ts";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { WireClient } from "../../src/client/wire_client.ts";
import type { Socket } from "../../src/platform/sockets.ts";
import { encodeLine, errorLine } from "../../src/protocol/envelope.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { greet, type HandshakeOptions } from "../../src/transport/handshake.ts";

const HELLO = {
  protocol: 1,
  version: "1",
  pid: 2,
  bootId: "b",
  scope: "admin",
  capabilities: [],
  limits: {},
};

interface Peer {
  /** What the client reads, in order; then the end of the stream. */
  readonly says: readonly Uint8Array[];
  /** From this write on (0 is hello's) each fails. */
  readonly breaksAt: number;
  /** Reads beyond what it says: the end, or none ever. */
  readonly ends?: boolean;
}

function peer({ says, breaksAt, ends = true }: Peer): Socket {
  const left = [...says];
  let writes = 0;
  const never = new Promise<null>(() => {});
  return {
    read(buffer) {
      const bytes = left.shift();
      if (bytes === undefined) return ends ? Promise.resolve(null) : never;
      buffer.set(bytes);
      return Promise.resolve(bytes.length);
    },
    write: (bytes) =>
      writes++ < breaksAt ? Promise.resolve(bytes.length) : Promise.reject(new Deno.errors.BrokenPipe("Broken pipe")),
    close: () => {},
  };
}

const busy = errorLine(null, new ConsoleError("busy", "no connection is free: 256 are open"));
const soon = () => AbortSignal.timeout(2000);

async function kindOf(work: Promise<unknown>): Promise<string> {
  return (await assertRejects(() => work, ConsoleError)).kind;
}

Deno.test("L3 a daemon that says busy and closes before hello is written is busy, not a broken pipe", async () => {
  assertEquals(
    await kindOf(WireClient.greet(peer({ says: [busy], breaksAt: 0 }), { kind: "cli", signal: soon() })),
    "busy",
  );
});

Deno.test("L3 a connection that breaks without a word is disconnected, whoever notices first", async () => {
  for (const breaksAt of [0, 1]) {
    const greeting = WireClient.greet(peer({ says: [], breaksAt }), { kind: "cli", signal: soon() });
    assertEquals(await kindOf(greeting), "disconnected");
  }
  const hello = encodeLine({ jsonrpc: "2.0", id: 1, result: HELLO });
  const client = await WireClient.greet(peer({ says: [hello], breaksAt: 1 }), { kind: "cli", signal: soon() });
  assertEquals(await kindOf(client.call("ping", {}, soon())), "disconnected");
  await client.closed;
  assertEquals(await kindOf(client.call("ping", {}, soon())), "disconnected", "also when it has been closed for long");
});

Deno.test("L3 an answer that does not come is a timeout, an interrupt stays what it is", async () => {
  const hello = encodeLine({ jsonrpc: "2.0", id: 1, result: HELLO });
  const socket = () => peer({ says: [hello], breaksAt: 99, ends: false });
  const client = await WireClient.greet(socket(), { kind: "cli", signal: soon() });
  assertEquals(await kindOf(client.call("ping", {}, AbortSignal.timeout(10))), "timeout");
  const mine = new Error("interrupted");
  assertEquals(await assertRejects(() => client.call("ping", {}, AbortSignal.abort(mine)), Error), mine);
});

Deno.test("I6 a daemon on its way out greets nobody", () => {
  const options = (stopping: boolean): HandshakeOptions => ({
    tokens: new Tokens(),
    pid: 1,
    bootId: "b",
    limits: {},
    stopping: () => stopping,
  });
  const request = { id: 1, method: "hello", params: { protocol: 1, client: "x/1", kind: "cli" } };
  assertEquals(greet(request, options(false)).scope, "report");
  assertEquals(assertThrows(() => greet(request, options(true)), ConsoleError).kind, "stopping");
  assert(
    assertThrows(() => greet({ id: 1, method: "ping", params: {} }, options(true)), ConsoleError).kind !== "stopping",
  );
});
