/** L7: seeded nonsense on the socket. The seed is in the test's output where it fails. */
import { assertEquals } from "@std/assert";
import { TestHome } from "../support/harness.ts";
import { rounds } from "../support/harness_wait.ts";
import { RawSocket } from "../support/raw_socket.ts";

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

const METHODS = [
  "ping",
  "status",
  "session.report",
  "session.update",
  "session.get",
  "session.list",
  "session.close",
  "session.reopen",
  "session.delete",
  "session.history",
  "subscribe",
  "unsubscribe",
  "audit.tail",
  "audit.head",
  "dump",
  "config.get",
  "hello",
  "no.such",
  "__proto__",
];
const VALUES: unknown[] = [
  null,
  true,
  0,
  -1,
  1e308,
  2 ** 53,
  "",
  "x",
  "s1",
  "\u0000",
  "\ud800",
  "é😀",
  [],
  {},
  [[]],
  "a".repeat(3000),
  { __proto__: 1 },
  ["session"],
  "claude",
  "test",
  { session_id: "f", hook_event_name: "Stop", cwd: "/" },
];
const NAMES = [
  "sessionId",
  "agent",
  "event",
  "env",
  "title",
  "status",
  "since",
  "topics",
  "limit",
  "subscription",
  "text",
  "priority",
  "tags",
  "idempotencyKey",
  "reason",
  "__proto__",
  "constructor",
];

function nonsense(next: () => number): Uint8Array {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(next() * from.length)] as T;
  const params = Object.fromEntries(Array.from({ length: Math.floor(next() * 5) }, () => [pick(NAMES), pick(VALUES)]));
  const message: Record<string, unknown> = {
    jsonrpc: "2.0",
    id: Math.floor(next() * 50),
    method: pick(METHODS),
    params,
  };
  if (next() < 0.1) message[pick(["id", "jsonrpc", "method", "params"])] = pick(VALUES);
  const bytes = new TextEncoder().encode(JSON.stringify(message) + "\n");
  if (next() < 0.3) {
    for (let at = 0; at < 1 + next() * 4; at++) bytes[Math.floor(next() * bytes.length)] = Math.floor(next() * 256);
  }
  return next() < 0.1 ? bytes.subarray(0, Math.floor(next() * bytes.length)) : bytes;
}

Deno.test("L7 seeded fuzz leaves the same daemon, no bug in its log, and a journal that verifies", async () => {
  const seed = Number(Deno.env.get("AC_SEED") ?? Date.now() % 1_000_000);
  await using home = await TestHome.create();
  const pid = await home.start();
  const hello = `{"id":"h","method":"hello","params":{"protocol":1,"token":"${home.token()}"}}\n`;
  const end = performance.now() + rounds(4000, 60_000);
  const attack = async (lane: number) => {
    const next = random(seed + lane);
    while (performance.now() < end) {
      using socket = await RawSocket.connect(home.socketPath);
      let open = await socket.push(next() < 0.9 ? hello : nonsense(next));
      const answers = socket.readToEnd(60_000).then(() => open = false);
      for (let at = 0; open && at < 200; at++) open = await socket.push(nonsense(next));
      if (open) await socket.closeWrite().catch(() => {});
      await answers;
    }
  };
  await Promise.all(Array.from({ length: 6 }, (_, lane) => attack(lane)));
  assertEquals(home.needPid(), pid, `seed ${seed}`);
  await using client = await home.connect({ token: true });
  const { lastError } = await client.request("status");
  assertEquals(lastError, undefined, `seed ${seed}`);
  const log = [...home.files()].filter(([path]) => path.includes("/logs/")).map(([, text]) => text).join("");
  assertEquals(log.split("\n").filter((line) => line.includes('"level":"error"')), [], `seed ${seed}`);
  assertEquals((await home.cli(["audit", "verify"])).code, 0, `seed ${seed}`);
});
