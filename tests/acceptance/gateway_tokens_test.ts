/** G7: what becomes of the gateway's tokens, and of connections whose token was replaced. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { GatewayHome } from "../support/gateway.ts";
import { eventually, patience } from "../support/harness_wait.ts";

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
  await events.readToEnd();
  const ms = performance.now() - began;
  assert(ms < await patience(1000), `${ms} ms`);
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
  for (const other of [{ scope: "read" }, {}]) {
    const { error } = await admin.call("gateway.rotateToken", { ...other, idempotencyKey: "once" });
    assertEquals(error?.data?.["name"], "conflict", "a key stands for one scope");
  }
  // Its own connection is closed behind the answer.
  await admin.request("gateway.rotateToken");
  assertEquals((await admin.closed()).code, 1008);
  const mode = ((await Deno.stat(gateway.home.path("gateway.tokens"))).mode ?? 0) & 0o777;
  assertEquals(mode, 0o600);
  const tail = await gateway.home.json(["audit", "tail", "--json"]);
  assertEquals(JSON.stringify(tail).match(/gateway\.token_rotated/g)?.length, 2);
});

Deno.test("G7 a rotation that the journal cannot take has not happened: the tokens are those before, and nobody is disconnected", async () => {
  await using gateway = await GatewayHome.start({ args: ["--limit", "tickMs=300"] });
  await using admin = await gateway.socket("admin");
  const before = gateway.token("admin");
  await Deno.remove(gateway.home.path("journal/0000000000000001.jsonl"));
  const isReadOnly = async () => (await admin.request("status"))["state"] === "read_only";
  await eventually(isReadOnly, 10_000, "a journal that is read-only", 50);
  const { error } = await admin.call("gateway.rotateToken");
  assertEquals(error?.data?.["name"], "read_only");
  assertEquals(gateway.token("admin"), before);
  assertEquals((await gateway.get("/metrics", { Authorization: `Bearer ${before}` })).status, 200);
  assertEquals((await admin.request("ping"))["pong"], true);
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
  await eventually(() => gateway.log().includes("others may read it"), 10_000, "its log says why");
});
