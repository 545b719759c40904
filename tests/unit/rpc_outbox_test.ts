import { assert, assertEquals } from "@std/assert";
import type { Socket } from "../../src/platform/sockets.ts";
import { Outbox } from "../../src/rpc/outbox.ts";

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

function outbox(peer: Peer) {
  const seen = { room: 0, ended: Promise.withResolvers<void>() };
  const box = new Outbox({
    socket: peer,
    onRoom: () => void seen.room++,
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

Deno.test("L1 of events only a little is taken ahead of a stalled peer, replies are taken all the same", async () => {
  const peer = new Peer();
  peer.stall();
  const { box, seen } = outbox(peer);
  let taken = 0;
  for (; box.hasEventRoom; taken++) box.pushEvent(new Uint8Array(1024).fill(101));
  box.flush();
  assertEquals(taken, 64);
  box.push(encoder.encode("a reply\n"));
  assertEquals([box.hasEventRoom, seen.room], [false, 0]);
  peer.resume();
  await box.drained(0);
  assertEquals([box.hasEventRoom, seen.room], [true, 1]);
  assert(peer.taken.endsWith("ea reply\n"));
});

Deno.test("outbox: a peer that is gone ends it, and nobody waits for ever", async () => {
  const { box, seen } = outbox(new Peer(1, 2));
  box.push(encoder.encode("hello\n"));
  await box.drained(0);
  await seen.ended.promise;
  assertEquals(box.bytes, 0);
});
