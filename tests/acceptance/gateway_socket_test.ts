/** G7 to G9 and V1: what connections of the gateway do, live and end like, over WebSocket and as a stream of events. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { clientFrame, GatewayHome, upgradeText, type WebConn } from "../support/gateway.ts";
import { eventually, pause } from "../support/harness_wait.ts";
import type { Json } from "../support/wire.ts";

const encoder = new TextEncoder();
const HELLO = '{"jsonrpc":"2.0","id":1,"method":"hello","params":{"protocol":1,"kind":"web"}}';
const TEXT = 1;
const BINARY = 2;

/** A WebSocket by hand, with hello said. */
async function greeted(gateway: GatewayHome): Promise<WebConn> {
  const conn = await gateway.connect();
  await conn.write(upgradeText(gateway.host, gateway.token("admin")));
  await conn.readUntil("\r\n\r\n");
  await conn.write(clientFrame(TEXT, encoder.encode(HELLO)));
  await conn.readUntil('"scope":"admin"');
  return conn;
}

/** The code of the close frame at the end of what came, where the rest is text. */
async function closeCode(conn: WebConn): Promise<number | undefined> {
  let all: number[] = [];
  for (let bytes; (bytes = await conn.read()) !== undefined;) all = [...all.slice(-200), ...bytes];
  const at = all.lastIndexOf(0x88);
  return at < 0 ? undefined : all[at + 2]! * 256 + all[at + 3]!;
}

async function clients(gateway: GatewayHome): Promise<Json> {
  await using socket = await gateway.home.connect({ token: true });
  return (await socket.request("status"))["clients"] as Json;
}

Deno.test("G7 a rotated token gets 401 at once, and its connections are closed within 1 s; the others stay", async () => {
  await using gateway = await GatewayHome.start();
  await using admin = await gateway.socket("admin");
  const old = gateway.token("approve");
  const one = await gateway.socket("approve");
  using events = await gateway.connect();
  await events.write(`GET /events HTTP/1.1\r\nHost: ${gateway.host}\r\nAuthorization: Bearer ${old}\r\n\r\n`);
  await events.readUntil("event: snapshot");
  const began = performance.now();
  const { seq } = await admin.request("gateway.rotateToken", { scope: "approve", idempotencyKey: "once" });
  const { code, reason } = await one.closed();
  await events.readToEnd(5000);
  const ms = performance.now() - began;
  assert(ms < 1000, `${ms} ms`);
  assertEquals([code, reason], [1008, "the token was replaced"]);
  assertEquals((await gateway.get("/healthz", { Authorization: `Bearer ${old}` })).status, 401);
  const now = gateway.token("approve");
  assert(now !== old);
  assertEquals((await gateway.get("/healthz", gateway.bearer("approve"))).status, 200);
  assertEquals(await admin.request("gateway.rotateToken", { scope: "approve", idempotencyKey: "once" }), {
    seq,
    sessionId: null,
    status: null,
  });
  assertEquals(gateway.token("approve"), now, "a repeat makes no new one");
  // Its own connection is closed behind the answer.
  await admin.request("gateway.rotateToken");
  assertEquals((await admin.closed()).code, 1008);
  const mode = ((await Deno.stat(gateway.home.path("gateway.tokens"))).mode ?? 0) & 0o777;
  assertEquals(mode, 0o600);
  const tail = await gateway.home.json(["audit", "tail", "--json"]);
  assertEquals(JSON.stringify(tail).match(/gateway\.token_rotated/g)?.length, 2);
});

Deno.test("G7 tokens outlive a restart; where others could read them they are made new", async () => {
  await using gateway = await GatewayHome.start();
  const before = gateway.token("read");
  assertMatch(before, /^[0-9a-f]{64}$/);
  assertEquals((await gateway.home.cli(["daemon", "restart"])).code, 0);
  assertEquals(gateway.token("read"), before);
  assertEquals((await gateway.get("/healthz", gateway.bearer("read"))).status, 200);
  await Deno.chmod(gateway.home.path("gateway.tokens"), 0o644);
  assertEquals((await gateway.home.cli(["daemon", "restart"])).code, 0);
  assert(gateway.token("read") !== before);
  assertEquals(((await Deno.stat(gateway.home.path("gateway.tokens"))).mode ?? 0) & 0o777, 0o600);
  assertStringIncludes(gateway.log(), "others may read it");
});

Deno.test("A1 a token's scope is the connection's, whatever hello says, and no other token raises it", async () => {
  await using gateway = await GatewayHome.start();
  for (const [scope, allowed] of [["read", false], ["approve", false], ["admin", true]] as const) {
    await using client = await gateway.socket(scope, { token: gateway.token(scope) });
    assertEquals(
      (await client.call("session.update", { sessionId: "s", agent: "custom" })).error === undefined,
      allowed,
    );
    assertEquals(
      (await client.call("approval.decide", { id: "x", decision: "deny" })).error?.data?.["name"],
      {
        read: "forbidden",
        approve: "not_found",
        admin: "not_found",
      }[scope],
    );
  }
  for (const other of [gateway.token("admin"), gateway.home.token(), "x"]) {
    using conn = await gateway.connect();
    await conn.write(upgradeText(gateway.host, gateway.token("read")));
    const hello = { jsonrpc: "2.0", id: 1, method: "hello", params: { protocol: 1, token: other } };
    await conn.write(clientFrame(TEXT, encoder.encode(JSON.stringify(hello))));
    assertStringIncludes(await conn.readToEnd(), '"name":"unauthorized"');
  }
});

Deno.test("P5 the names of the first design are understood over WebSocket, hello first", async () => {
  await using gateway = await GatewayHome.start();
  using early = await gateway.connect();
  await early.write(upgradeText(gateway.host, gateway.token("admin")));
  await early.write(clientFrame(TEXT, encoder.encode('{"id":1,"method":"GetStatus"}')));
  assertStringIncludes(await early.readToEnd(), "hello_required");

  using conn = await gateway.connect();
  await conn.write(upgradeText(gateway.host, gateway.token("admin")));
  await conn.write(clientFrame(TEXT, encoder.encode(HELLO.replace("hello", "Authenticate"))));
  await conn.readUntil('"scope":"admin"');
  await conn.write(clientFrame(TEXT, encoder.encode('{"id":2,"method":"GetStatus"}')));
  assertStringIncludes(await conn.readUntil('"uptimeSecs"'), '"state":"running"');
  const decide = { id: 3, method: "ApprovalDecision", params: { id: "none", decision: "approve" } };
  await conn.write(clientFrame(TEXT, encoder.encode(JSON.stringify(decide))));
  await conn.readUntil('"name":"not_found"');
});

Deno.test("V1 a change reaches a WebSocket and a stream of events by itself; clients of both are counted, and drained at the stop", async () => {
  await using gateway = await GatewayHome.start();
  await using client = await gateway.socket("read");
  await client.request("subscribe");
  using events = await gateway.connect();
  const head = `GET /events HTTP/1.1\r\nHost: ${gateway.host}\r\nAuthorization: Bearer ${gateway.token("read")}\r\n`;
  await events.write(`${head}\r\n`);
  const first = await events.readUntil("\n\n");
  const [, seq] = /\nid: (\d+)\nevent: snapshot\ndata: \{.*"sessions":\[\]/.exec(first) ?? [];
  assert(seq !== undefined, first);
  assertEquals(await clients(gateway), { total: 3, byKind: { events: 1, test: 1, web: 1 } });
  const report = { session_id: "s1", hook_event_name: "UserPromptSubmit", cwd: "/x", prompt: "hello\nthere" };
  await gateway.home.cli(["hook", "claude"], { stdin: JSON.stringify(report) });
  const told = await events.readUntil("\n\n");
  const [, id, type, data] = /^id: (\d+)\nevent: (\S+)\ndata: (.*)\n\n$/.exec(told) ?? [];
  const event = JSON.parse(data ?? "null");
  assertEquals([type, event.seq, event.type, event.data.session.id], [
    "session.created",
    Number(id),
    "session.created",
    "s1",
  ]);
  await eventually(() => client.events.length > 0, 5000, "the event over WebSocket");
  assertEquals(client.events[0]?.["seq"], event.seq);

  // Who comes back with the number of its last event gets what it missed, and no snapshot.
  using again = await gateway.connect();
  await again.write(`${head}Last-Event-ID: ${seq}\r\n\r\n`);
  const missed = await again.readUntil("event: session.created");
  assertEquals(missed.includes("event: snapshot"), false);
  using wrong = await gateway.connect();
  await wrong.write(`${head}Last-Event-ID: yesterday\r\nConnection: close\r\n\r\n`);
  assertStringIncludes(await wrong.readToEnd(), "HTTP/1.1 400 ");

  assertEquals((await gateway.home.stop()).code, 0);
  assertStringIncludes(await events.readToEnd(), "event: daemon.stopping");
  assertEquals((await client.closed()).code, 1000);
  assertEquals(client.events.at(-1)?.["type"], "daemon.stopping");
});

Deno.test("F6 a client of the gateway keeps an ephemeral daemon alive", async () => {
  await using gateway = await GatewayHome.start({ args: ["--ephemeral"] });
  const pid = gateway.home.needPid();
  {
    await using client = await gateway.socket("read");
    await pause(1500);
    assertEquals((await client.request("ping"))["pong"], true);
  }
  assertEquals(gateway.home.needPid(), pid);
});

Deno.test("G8 text over 1 MiB is closed with 1009, binary with 1003, what breaks the protocol with its code", async () => {
  await using gateway = await GatewayHome.start();
  const mebi = 1_048_576;
  const cases: [string, Uint8Array[], number][] = [
    ["a byte too many", [clientFrame(TEXT, new Uint8Array(mebi + 1).fill(0x20))], 1009],
    ["in two frames", [
      clientFrame(TEXT, new Uint8Array(mebi).fill(0x20), mebi, false),
      clientFrame(0, new Uint8Array(1)),
    ], 1009],
    ["2^63 bytes, so it says", [clientFrame(TEXT, new Uint8Array(4), 2 ** 62)], 1009],
    ["binary", [clientFrame(BINARY, new Uint8Array(4))], 1003],
    ["no UTF-8", [clientFrame(TEXT, Uint8Array.of(0xff, 0xfe))], 1007],
    ["not masked", [Uint8Array.of(0x81, 0x01, 0x20)], 1002],
    ["an extension's bit", [Uint8Array.of(0xc1, 0x80, 0, 0, 0, 0)], 1002],
    ["a kind of frame that is none", [clientFrame(3, new Uint8Array(0))], 1002],
    ["a long ping", [clientFrame(9, new Uint8Array(126))], 1002],
    ["the rest of nothing", [clientFrame(0, new Uint8Array(1))], 1002],
  ];
  for (const [what, frames, code] of cases) {
    using conn = await greeted(gateway);
    const reading = closeCode(conn);
    for (const frame of frames) await conn.write(frame);
    assertEquals(await reading, code, what);
  }
  // The longest that is taken, over the runtime's own client.
  await using client = await gateway.socket("read");
  const fill = mebi -
    JSON.stringify({ jsonrpc: "2.0", id: 2, method: "session.get", params: { sessionId: "" } }).length;
  const long = await client.call("session.get", { sessionId: "x".repeat(fill) });
  assertEquals(long.error?.code, -32602);
});

Deno.test("G8 a frame of 70 MiB is refused at its head: the daemon lives, and its memory stays", async () => {
  await using gateway = await GatewayHome.start();
  const pid = gateway.home.needPid();
  const rss = () => Number(/VmRSS:\s+(\d+)/.exec(Deno.readTextFileSync(`/proc/${pid}/status`))?.[1]) * 1024;
  const before = rss();
  for (let round = 0; round < 3; round++) {
    using conn = await greeted(gateway);
    const reading = closeCode(conn);
    await conn.write(clientFrame(TEXT, new Uint8Array(0), 70 * 1_048_576));
    const block = new Uint8Array(1_048_576).fill(0x20);
    for (let at = 0; at < 70; at++) if (!await conn.write(block)) break;
    assertEquals(await reading, 1009);
  }
  const grown = rss() - before;
  assert(grown < 20 * 1_048_576, `${grown} bytes more`);
  assertEquals(gateway.home.needPid(), pid);
  assertEquals((await gateway.get("/healthz", gateway.bearer("read"))).status, 200);
});

Deno.test("G9 a peer that answers no heartbeat is freed, and one that does stays", async () => {
  await using gateway = await GatewayHome.start({ args: ["--limit", "gatewayHeartbeatMs=300"] });
  await using client = await gateway.socket("read"); // the runtime answers each ping
  using _vanished = await greeted(gateway); // nobody reads or answers
  assertEquals((await clients(gateway))["byKind"], { test: 1, web: 2 });
  await eventually(async () => (await clients(gateway))["total"] === 2, 3000, "the one that vanished to be freed");
  await pause(1500);
  assertEquals((await client.request("ping"))["pong"], true);
  const ping = await greeted(gateway);
  await ping.write(clientFrame(9, encoder.encode("mark")));
  await ping.readUntil("\x04mark");
  ping.close();
});

Deno.test("G9 the heartbeat of the daemon as it is frees a peer that vanished within a minute", async () => {
  const { LIMITS } = await import("../../src/protocol/limits.ts");
  // Three of them without an answer, the first of which may come a whole one after its last word.
  assertEquals(LIMITS.gatewayHeartbeatMs, 15_000);
  assert(4 * LIMITS.gatewayHeartbeatMs <= 60_000);
});

Deno.test("G9 500 half-open requests hold up nobody: the socket answers within 100 ms, a request gets through, and they are closed", async () => {
  await using gateway = await GatewayHome.start({ args: ["--limit", "gatewayHeadMs=1500"] });
  await using socket = await gateway.home.connect({ token: true });
  const open: WebConn[] = [];
  let worst = 0;
  for (let at = 0; at < 500; at++) {
    const conn = await gateway.connect();
    open.push(conn);
    await conn.write(`GET /healthz HTTP/1.1\r\nHost: ${gateway.host}\r\nX-At: `);
    if (at % 25 !== 0) continue;
    const began = performance.now();
    await socket.request("ping");
    worst = Math.max(worst, performance.now() - began);
  }
  assert(worst < 100, `${worst} ms`);
  assertEquals((await gateway.get("/healthz", gateway.bearer("read"))).status, 200);
  const status = await socket.request("gateway.status");
  assert(Number(status["connections"]) <= 64, `${status["connections"]} of 64`);
  await eventually(
    async () => Number((await socket.request("gateway.status"))["connections"]) === 0,
    5000,
    "all of them to be closed at their deadline",
  );
  for (const conn of open) conn.close();
});

Deno.test("G9 of connections that have shown a token none gives way: the 65th is refused, and has a place when one is free", async () => {
  await using gateway = await GatewayHome.start({ args: ["--limit", "gatewayConnections=4"] });
  const four = await Promise.all([1, 2, 3, 4].map(() => gateway.socket("read")));
  using fifth = await gateway.connect();
  await fifth.write(`GET / HTTP/1.1\r\nHost: ${gateway.host}\r\n\r\n`);
  assertEquals(await fifth.readToEnd(), "");
  for (const client of four) assertEquals((await client.request("ping"))["pong"], true);
  await four[0]!.close();
  await eventually(async () => (await gateway.get("/")).status === 200, 2000, "a free place");
  for (const client of four.slice(1)) await client.close();
});

Deno.test("G9 requests follow one another on one connection, and in one write", async () => {
  await using gateway = await GatewayHome.start();
  using conn = await gateway.connect();
  const request = (close: boolean) =>
    `GET /healthz HTTP/1.1\r\nHost: ${gateway.host}\r\nAuthorization: Bearer ${gateway.token("read")}\r\n` +
    `${close ? "Connection: close\r\n" : ""}\r\n`;
  for (const byte of request(false)) await conn.write(byte);
  await conn.readUntil('"ok":true');
  await conn.write(request(false) + request(true) + request(false));
  assertEquals((await conn.readToEnd()).match(/HTTP\/1\.1 200 /g)?.length, 2);
});
