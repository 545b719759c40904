import { assert, assertEquals } from "@std/assert";
import type { Socket } from "../../src/platform/sockets.ts";
import { Outbox } from "../../src/transport/outbox.ts";

const encoder = new TextEncoder();

/** A peer that takes at most `atOnce` bytes a write, and nothing while it is stalled. */
class Peer implements Socket {
  taken = "";
  writes = 0;
  #gate: PromiseWithResolvers<void> | undefined;
  constructor(readonly atOnce = Infinity, readonly breaksAfter = Infinity) {}

  stall(): void {
    this.#gate = Promise.withResolvers();
  }
  resume(): void {
    this.#gate?.resolve();
    this.#gate = undefined;
  }
  async write(bytes: Uint8Array): Promise<number> {
    await this.#gate?.promise;
    if (++this.writes > this.breaksAfter) throw new Error("broken pipe");
    const part = bytes.subarray(0, this.atOnce);
    this.taken += new TextDecoder().decode(part);
    return part.length;
  }
  read = () => Promise.resolve(null);
  close(): void {}
}

function outbox(peer: Peer, options: { queueEvents?: number; queueBytes?: number } = {}) {
  const seen = { lagged: false, ended: Promise.withResolvers<void>() };
  const box: Outbox = new Outbox({
    socket: peer,
    queueEvents: options.queueEvents ?? 1024,
    queueBytes: options.queueBytes ?? 1 << 20,
    onLag: () => {
      seen.lagged = true;
      box.end();
    },
    onEnd: () => seen.ended.resolve(),
  });
  return { box, seen };
}

Deno.test("outbox: all bytes arrive in order through a peer that takes them in small parts", async () => {
  const peer = new Peer(3);
  const { box, seen } = outbox(peer);
  const lines = Array.from({ length: 50 }, (_, i) => `line ${i}\n`);
  for (const line of lines) box.push(encoder.encode(line));
  box.end();
  await seen.ended.promise;
  assertEquals(peer.taken, lines.join(""));
});

Deno.test("outbox: what is queued in one turn of work goes out in one write", async () => {
  const peer = new Peer();
  const { box } = outbox(peer);
  for (let i = 0; i < 20; i++) box.push(encoder.encode("x"));
  await box.drained(0);
  assertEquals([peer.taken, peer.writes], ["x".repeat(20), 1]);
});

Deno.test("L1 a stalled subscriber gets daemon.lagged with the dropped range as its last message", async () => {
  const peer = new Peer();
  peer.stall();
  const { box, seen } = outbox(peer, { queueEvents: 3 });
  box.pushEvent(1, encoder.encode("e1\n"));
  await Promise.resolve(); // the first event is now being written
  for (let seq = 2; seq <= 9; seq++) box.pushEvent(seq, encoder.encode(`e${seq}\n`));
  assert(seen.lagged);
  peer.resume();
  await seen.ended.promise;
  const [first, last, ...rest] = peer.taken.trimEnd().split("\n");
  assertEquals(first, "e1");
  assertEquals(JSON.parse(last ?? "").params, { type: "daemon.lagged", data: { from: 2, to: 5 } });
  assertEquals(rest, []);
});

Deno.test("L1 the byte bound counts too", () => {
  const peer = new Peer();
  peer.stall();
  const { box, seen } = outbox(peer, { queueBytes: 100 });
  for (let seq = 1; seq <= 4; seq++) box.pushEvent(seq, new Uint8Array(30));
  assert(seen.lagged);
  peer.resume();
});

Deno.test("outbox: a peer that is gone ends it, and nobody waits for ever", async () => {
  const { box, seen } = outbox(new Peer(1, 2));
  box.push(encoder.encode("hello\n"));
  await box.drained(0);
  await seen.ended.promise;
  assertEquals(box.bytes, 0);
});
