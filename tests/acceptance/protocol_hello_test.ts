/** P1: the handshake. */
import { assert, assertEquals } from "@std/assert";
import { TestHome } from "../support/harness.ts";
import { Impostor, RawSocket } from "../support/raw_socket.ts";
import type { Message } from "../support/wire.ts";

interface Answer {
  readonly name: unknown;
  readonly message: Message;
}

/** A daemon that waits long for hello: what it closes before that it closes for what it was sent. */
const WAITS = { args: ["--limit", "helloMs=60000"] };
const END_MS = 30_000;

/** Sends bytes as the first ones of a connection; the daemon must answer once and close. */
async function first(home: TestHome, bytes: string): Promise<Answer> {
  using socket = await RawSocket.connect(home.socketPath);
  await socket.push(bytes);
  const lines = (await socket.readToEnd(END_MS)).split("\n").filter((line) => line !== "");
  assertEquals(lines.length, 1, `one answer, then the end: ${lines}`);
  const message = JSON.parse(lines[0] ?? "") as Message;
  return { name: message.error?.data?.["name"], message };
}

Deno.test("P1 anything before hello is answered with hello_required and closed", async () => {
  await using home = await TestHome.create();
  await home.start(WAITS);
  for (const method of ["ping", "status", "session.report", "session.list", "subscribe", "shutdown", "no.such"]) {
    const { name, message } = await first(home, `{"jsonrpc":"2.0","id":7,"method":"${method}","params":{}}\n`);
    assertEquals(name, "hello_required", method);
    assertEquals(message.id, 7, method);
    assertEquals(message.error?.code, 1000, method);
  }
  // What is not even a request may be named as such; it is closed all the same, and nothing after it is done.
  for (const line of ["{", "[]", "null", "GET / HTTP/1.1\r", "\u0000\u0001", '{"id":1,"method":5}']) {
    const { name } = await first(home, line + '\n{"jsonrpc":"2.0","id":8,"method":"ping"}\n');
    assert(["hello_required", "parse_error", "invalid_request"].includes(String(name)), `${line}: ${name}`);
  }
});

Deno.test("P1 a second request in the same write as an early one is not done", async () => {
  await using home = await TestHome.create();
  await home.start(WAITS);
  const report = '{"jsonrpc":"2.0","id":1,"method":"session.report","params":{"agent":"claude","event":' +
    '{"session_id":"early","hook_event_name":"SessionStart","cwd":"/"}}}\n';
  await first(home, report + '{"jsonrpc":"2.0","id":2,"method":"hello","params":{"protocol":1}}\n' + report);
  await using client = await home.connect({ token: true });
  assertEquals((await client.request("session.list"))["sessions"], []);
});

Deno.test("P1 a first line over 4 KiB is too_large and closed", async () => {
  await using home = await TestHome.create();
  await home.start(WAITS);
  const hello = { jsonrpc: "2.0", id: 1, method: "hello", params: { protocol: 1, padding: "x".repeat(5000) } };
  assertEquals((await first(home, JSON.stringify(hello) + "\n")).name, "too_large");
  assertEquals((await first(home, "x".repeat(5000))).name, "too_large");
});

Deno.test("P1 the same major works and hello tells what it promises", async () => {
  await using home = await TestHome.create();
  const pid = await home.start();
  await using report = await home.connect();
  assertEquals(report.hello["protocol"], 1);
  assertEquals(report.hello["pid"], pid);
  assertEquals(report.hello["scope"], "report");
  assert(typeof report.hello["bootId"] === "string" && typeof report.hello["version"] === "string");
  const limits = report.hello["limits"] as Record<string, number>;
  assertEquals(limits["maxLineBytes"], 1_048_576);
  assertEquals(limits["maxInFlight"], 32);
  await using admin = await home.connect({ token: true });
  assertEquals(admin.hello["scope"], "admin");
  for (const method of ["initialize", "connect"]) {
    await using client = await home.connect({ hello: false });
    assertEquals((await client.request(method, { protocol: 1, somethingNewer: true }))["protocol"], 1, method);
  }
});

Deno.test("P1 another major gets version_mismatch with both versions, then the end", async () => {
  await using home = await TestHome.create();
  await home.start(WAITS);
  for (const protocol of [2, 99]) {
    const hello = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "hello", params: { protocol } });
    const { name, message } = await first(home, hello + "\n");
    assertEquals(name, "version_mismatch");
    const data = JSON.stringify(message.error);
    assert(data.includes(String(protocol)) && data.includes("1"), data);
  }
  for (const protocol of ["1", null, 1.5, 0, -1, [1]]) {
    await using client = await home.connect({ hello: false });
    const { error } = await client.call("hello", { protocol });
    assert(["version_mismatch", "invalid_params"].includes(String(error?.data?.["name"])), JSON.stringify(protocol));
    await client.end(END_MS);
  }
});

Deno.test("P1 a wrong token is refused, and is not the report scope by accident", async () => {
  await using home = await TestHome.create();
  await home.start();
  for (const token of ["", "0".repeat(64), home.token().slice(0, 63), home.token() + "0", home.token().toUpperCase()]) {
    if (token === home.token()) continue;
    await using client = await home.connect({ hello: false });
    const { error, result } = await client.call("hello", { protocol: 1, token });
    assertEquals(error?.data?.["name"], "unauthorized", `token ${token.length} chars: ${JSON.stringify(result)}`);
    assert(!JSON.stringify(error).includes(token === "" ? "\u0000" : token));
  }
});

Deno.test("P1 a client before a daemon of another major exits 5 and does not hang", async () => {
  await using home = await TestHome.create();
  await home.start();
  await home.stop();
  const refuses = (line: string) => {
    const { id } = JSON.parse(line) as { id: number };
    const data = { name: "version_mismatch", daemon: 2, client: 1 };
    return JSON.stringify({
      jsonrpc: "2.0",
      id,
      error: { code: 1001, message: "the client speaks protocol 1, the daemon 2", data },
    });
  };
  const speaksTwo = (line: string) => {
    const { id } = JSON.parse(line) as { id: number };
    const result = { protocol: 2, version: "9.0.0", pid: 1, bootId: "b", scope: "admin", capabilities: [], limits: {} };
    return JSON.stringify({ jsonrpc: "2.0", id, result });
  };
  for (const answer of [refuses, speaksTwo]) {
    await using daemon = new Impostor(home.socketPath, answer);
    const outcome = await home.cli(["ls", "--json"], { timeoutMs: 15_000 });
    assertEquals(outcome.code, 5, outcome.stderr);
    assert(outcome.stdout === "" && outcome.stderr !== "", outcome.stdout);
    assert(daemon.connections > 0);
  }
});
