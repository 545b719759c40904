/** L1 and L7 over the gateway: a reader that stalls, and seeded nonsense. The seed is in the test's output where it fails. */
import { assert, assertEquals } from "@std/assert";
import { clientFrame, GatewayHome, upgradeText, type WebClient } from "../support/gateway.ts";
import { pause, quantile, rounds, within } from "../support/harness_wait.ts";
import type { RawClient } from "../support/wire.ts";

const encoder = new TextEncoder();
const text = (message: unknown) => clientFrame(1, encoder.encode(JSON.stringify(message)));

/** What one live subscriber has seen. */
class Seen {
  last = 0;
  fault: string | undefined;

  constructor(readonly from: number) {
    this.last = from;
  }
  take(seq: number): void {
    if (seq !== this.last + 1) this.fault ??= `after ${this.last} came ${seq}`;
    this.last = seq;
  }
}

const PROMPT = "a prompt of some length, as people write them when they have thought about it; ".repeat(40);

/** Commits `count` events, 32 in flight, waiting for the live ones every 256; gives the times of the answers. */
async function publish(publisher: RawClient, count: number, live: readonly Seen[]): Promise<number[]> {
  const times: number[] = [];
  for (let at = 0; at < count;) {
    let top = 0;
    for (const stop = Math.min(at + 256, count); at < stop;) {
      const width = Math.min(32, stop - at);
      await Promise.all(Array.from({ length: width }, async (_, i) => {
        const begin = performance.now();
        const event = {
          session_id: `s${(at + i) % 50}`,
          hook_event_name: "UserPromptSubmit",
          cwd: "/x",
          prompt: PROMPT,
        };
        const { seq } = await publisher.request("session.report", { agent: "claude", event }, 30_000);
        times.push(performance.now() - begin);
        top = Math.max(top, Number(seq));
      }));
      at += width;
    }
    const reached = async () => {
      while (live.some((seen) => seen.last < top)) await pause(1);
    };
    await within(reached(), 30_000, `all to reach ${top}: the last is at ${Math.min(...live.map(({ last }) => last))}`);
  }
  return times;
}

Deno.test("L1 over WebSocket nine live subscribers get all events in order, and a stalled one daemon.lagged and the end", async () => {
  await using gateway = await GatewayHome.start();
  const clients: WebClient[] = [];
  const live: Seen[] = [];
  for (let at = 0; at < 9; at++) {
    const client = await gateway.socket("read");
    clients.push(client);
    const early: number[] = [];
    client.onEvent = (event) => early.push(Number(event["seq"]));
    const seen = new Seen(Number((await client.request("subscribe"))["seq"]));
    for (const seq of early) seen.take(seq);
    client.onEvent = (event) => seen.take(Number(event["seq"]));
    live.push(seen);
  }
  await using publisher = await gateway.home.connect();
  const without = await publish(publisher, 1000, live);

  using stalled = await gateway.connect();
  await stalled.write(upgradeText(gateway.host, gateway.token("read")));
  await stalled.write(text({ id: 1, method: "hello", params: { protocol: 1 } }));
  await stalled.readUntil('"scope":"read"');
  await stalled.write(text({ id: 2, method: "subscribe", params: {} }));
  await stalled.readUntil('"resync":false');
  // More than the kernel keeps for it on loopback, and the queue behind that.
  const stalling = await publish(publisher, rounds(6000, 10_000), live);
  const told = stalled.readToEnd(60_000);
  const end = Math.max(...live.map(({ last }) => last));
  const behind = await publish(publisher, 1000, live);
  assertEquals(live.flatMap(({ fault }) => fault ?? []), []);
  const [before, after] = [Math.max(quantile(without, 0.99), quantile(behind, 0.99)), quantile(stalling, 0.99)];
  assert(after <= Math.max(2 * before, before + 20), `p99 ${after.toFixed(1)} ms, without it ${before.toFixed(1)} ms`);

  const got = await told;
  const seqs = [...got.matchAll(/"seq":(\d+),"ts"/g)].map(([, seq]) => Number(seq));
  assert(seqs.every((seq, at) => at === 0 || seq === seqs[at - 1]! + 1), "what it got is in order");
  const [lagged, from, to] = /"type":"daemon\.lagged","data":\{"from":(\d+),"to":(\d+)\}/.exec(got) ?? [];
  assert(lagged !== undefined, got.slice(-300));
  assert(got.lastIndexOf('"seq"') < got.indexOf(lagged), "it is the last message");
  assertEquals(Number(from), (seqs.at(-1) ?? 0) + 1, "it names the first event that it did not get");
  assert(Number(to) >= Number(from) && Number(to) <= end + 1000);
  for (const client of clients) await client.close();
});

/** mulberry32: small, seeded, good enough to choose nonsense. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

type Next = () => number;
const pick = <T>(next: Next, from: readonly T[]): T => from[Math.floor(next() * from.length)] as T;
const bytes = (next: Next, most: number) =>
  Uint8Array.from({ length: Math.floor(next() * most) }, () => Math.floor(next() * 256));

const METHODS = [
  "ping",
  "status",
  "subscribe",
  "session.list",
  "session.update",
  "dump",
  "gateway.status",
  "hello",
  "x",
  "__proto__",
];
const VALUES: unknown[] = [null, true, -1, 1e308, "", "s1", "\u0000", "\ud800", [], {}, "a".repeat(3000)];

function frame(next: Next): Uint8Array {
  const kind = next();
  if (kind < 0.15) return bytes(next, 200);
  if (kind < 0.3) return clientFrame(pick(next, [0, 1, 2, 3, 8, 9, 10, 15]), bytes(next, 200), undefined, next() < 0.8);
  const params = { sessionId: pick(next, VALUES), agent: "custom", since: pick(next, VALUES) };
  const message = {
    jsonrpc: "2.0",
    id: Math.floor(next() * 9),
    method: pick(next, METHODS),
    params: next() < 0.5 ? params : {},
  };
  const whole = text(message);
  return next() < 0.1 ? whole.subarray(0, Math.floor(next() * whole.length)) : whole;
}

const LINES = [
  "Host: x",
  "Origin: null",
  "Content-Length: 9",
  "Upgrade: websocket",
  "Transfer-Encoding: chunked",
  "\0: \0",
  "a:",
];

function head(next: Next, good: string): Uint8Array {
  const kind = next();
  if (kind < 0.6) return encoder.encode(good);
  if (kind < 0.8) return bytes(next, 2000);
  const lines = Array.from({ length: Math.floor(next() * 8) }, () => pick(next, LINES));
  const first = `${pick(next, ["GET", "POST", "\x16\x03"])} ${
    pick(next, ["/", "/ws", "*", "http://x/", "/?token=a"])
  } HTTP/1.1`;
  return encoder.encode(`${first}\r\n${lines.join("\r\n")}\r\n\r\n`);
}

Deno.test("L7 seeded nonsense at the gateway leaves the same daemon, no bug in its log, and a journal that verifies", async () => {
  const seed = Number(Deno.env.get("AC_SEED") ?? Date.now() % 1_000_000);
  await using gateway = await GatewayHome.start();
  const { home } = gateway;
  const pid = home.needPid();
  const good = upgradeText(gateway.host, gateway.token("admin"));
  const end = performance.now() + rounds(4000, 60_000);
  const attack = async (lane: number) => {
    const next = random(seed + lane);
    while (performance.now() < end) {
      using conn = await gateway.connect();
      let open = await conn.write(head(next, good));
      const ended = conn.readToEnd(60_000).then(() => open = false);
      if (open) open = await conn.write(text({ id: 0, method: "hello", params: { protocol: 1 } }));
      for (let at = 0; open && at < 100; at++) open = await conn.write(frame(next));
      conn.close();
      await ended.catch(() => {});
    }
  };
  await Promise.all(Array.from({ length: 6 }, (_, lane) => attack(lane)));
  assertEquals(home.needPid(), pid, `seed ${seed}`);
  await using client = await home.connect({ token: true });
  const { lastError } = await client.request("status");
  assertEquals(lastError, undefined, `seed ${seed}`);
  const errors = gateway.log().split("\n").filter((line) => line.includes('"level":"error"'));
  assertEquals(errors, [], `seed ${seed}`);
  assertEquals((await home.cli(["audit", "verify"])).code, 0, `seed ${seed}`);
  const { requests } = await client.request("gateway.status");
  assert(Number(requests) > 50, `${requests} requests`);
});
