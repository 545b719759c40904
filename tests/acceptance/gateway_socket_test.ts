/** G8, G9 and V1: what connections of the gateway do, live and end like, over WebSocket and as a stream of events. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { clientFrame, GatewayHome, parseReply, upgradeText, type WebConn } from "../support/gateway.ts";
import { eventually, patience, pause } from "../support/harness_wait.ts";
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
  // A hook that is slow leaves its event to the next tick. What follows the event may come with it.
  const told = await events.readUntil("\n\n", 30_000);
  const [, id, type, data] = /^id: (\d+)\nevent: (\S+)\ndata: (.*)\n\n/.exec(told) ?? [];
  const event = JSON.parse(data ?? "null");
  assertEquals([type, event.seq, event.type, event.data.session.id], [
    "session.created",
    Number(id),
    "session.created",
    "s1",
  ]);
  await eventually(() => client.events.length > 0, 20_000, "the event over WebSocket");
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
  await using gateway = await GatewayHome.start({ args: ["--limit", "gatewayHeartbeatMs=600"] });
  await using client = await gateway.socket("read"); // the runtime answers each ping
  using _vanished = await greeted(gateway); // nobody reads or answers
  assertEquals((await clients(gateway))["byKind"], { test: 1, web: 2 });
  await eventually(async () => (await clients(gateway))["total"] === 2, 20_000, "the one that vanished to be freed");
  assertEquals((await client.request("ping"))["pong"], true);
  const ping = await greeted(gateway);
  await ping.write(clientFrame(9, encoder.encode("mark")));
  await ping.readUntil("\x04mark");
  ping.close();
});

Deno.test("G9 a peer that vanished is freed within four heartbeats, which are a minute where nobody sets another one", async () => {
  const { LIMITS } = await import("../../src/protocol/limits.ts");
  await using gateway = await GatewayHome.start({ args: ["--limit", "gatewayHeartbeatMs=400"] });
  await using socket = await gateway.home.connect({ token: true });
  using vanished = await greeted(gateway);
  await vanished.write(clientFrame(9, encoder.encode("mark"))); // its last word
  let all = "";
  for (let bytes; (bytes = await vanished.read()) !== undefined;) all += String.fromCharCode(...bytes);
  const [, behind] = all.split("\x8a\x04mark");
  // Each heartbeat asks it for a sign of life, but for the last, which frees it.
  const beats = behind?.split("\x89\x00").length ?? NaN;
  assert(beats >= 3 && beats <= 4, `${beats} heartbeats behind its last word`);
  const isFreed = async () => (await socket.request("gateway.status"))["connections"] === 0;
  await eventually(isFreed, 20_000, "its place to be free");
  assertEquals(4 * LIMITS.gatewayHeartbeatMs, 60_000);
});

Deno.test("V1 who comes back with a number that the journal has not reached gets a snapshot", async () => {
  await using gateway = await GatewayHome.start();
  using conn = await gateway.connect();
  const head = `GET /events HTTP/1.1\r\nHost: ${gateway.host}\r\nAuthorization: Bearer ${gateway.token("read")}\r\n`;
  await conn.write(`${head}Last-Event-ID: 999999\r\n\r\n`);
  assertMatch(await conn.readUntil("event: snapshot\n"), /\nid: \d{1,3}\nevent: snapshot\n/);
});

Deno.test("G8 a close is answered with the code of the peer; one that no peer may send ends with 1002", async () => {
  await using gateway = await GatewayHome.start();
  const cases: [number[], number][] = [[[0x03, 0xe8], 1000], [[0x03, 0xe9, 0x62], 1001], [[0x0f, 0xa0], 4000], [
    [0x03],
    1002,
  ]];
  for (const [payload, code] of cases) {
    using conn = await greeted(gateway);
    await conn.write(clientFrame(8, Uint8Array.from(payload)));
    assertEquals(await closeCode(conn), code, String(payload));
  }
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
  assert(worst < await patience(100), `${worst} ms`);
  assertEquals((await gateway.get("/healthz", gateway.bearer("read"))).status, 200);
  const status = await socket.request("gateway.status");
  assert(Number(status["connections"]) <= 64, `${status["connections"]} of 64`);
  await eventually(
    async () => Number((await socket.request("gateway.status"))["connections"]) === 0,
    20_000,
    "all of them to be closed at their deadline",
  );
  for (const conn of open) conn.close();
});

Deno.test("G9 of connections that have shown a token none gives way: the 65th is refused, and has a place when one is free", async () => {
  await using gateway = await GatewayHome.start({ args: ["--limit", "gatewayConnections=4"] });
  const four = await Promise.all([1, 2, 3, 4].map(() => gateway.socket("approve")));
  using fifth = await gateway.connect();
  await fifth.write(`GET / HTTP/1.1\r\nHost: ${gateway.host}\r\n\r\n`);
  assertEquals(parseReply(await fifth.readToEnd()).status, 503);
  for (const client of four) assertEquals((await client.request("ping"))["pong"], true);
  await four[0]!.close();
  await eventually(async () => (await gateway.get("/")).status === 200, 20_000, "a free place");
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
