/** A webhook's server answers by the gateway of the real daemon: signed, once, and only where that is turned on. */
import { assert, assertEquals } from "@std/assert";
import { Webhook } from "standardwebhooks";
import { LIMITS } from "../../src/protocol/limits.ts";
import { FakeWebhook, WEBHOOK_SECRET } from "../support/fake_webhook.ts";
import { freePort } from "../support/gateway.ts";
import { TestHome } from "../support/harness.ts";
import { eventually, patience } from "../support/harness_wait.ts";
import { ALLOWED, held } from "../support/hook_process.ts";
import type { Json } from "../support/wire.ts";

/** As many connections has the gateway. */
const PLACES = LIMITS.gatewayConnections;
/** Notifications are made 2 s after the first need. */
const NOTIFIED_MS = 30_000;

async function homeFor(webhook: FakeWebhook, port: number, answers: boolean): Promise<TestHome> {
  const config = {
    gateway: { enabled: true, port },
    channels: { webhook: { url: `${webhook.url}/hook`, secret_file: "webhook.secret", answers } },
  };
  const home = await TestHome.create({ config: JSON.stringify(config) });
  await Deno.mkdir(home.path("keys"), { mode: 0o700 });
  await Deno.writeTextFile(home.path("keys/webhook.secret"), `${WEBHOOK_SECRET}\n`, { mode: 0o600 });
  return home;
}

interface Sent {
  readonly id?: string;
  readonly secret?: string;
  /** When it was signed. */
  readonly at?: Date;
}

async function post(port: number, said: Json, sent: Sent = {}) {
  const { id = `msg_${crypto.randomUUID()}`, secret = WEBHOOK_SECRET, at = new Date() } = sent;
  const body = JSON.stringify(said);
  const reply = await fetch(`http://127.0.0.1:${port}/webhook/answer`, {
    method: "POST",
    body,
    headers: {
      "content-type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
      "webhook-signature": new Webhook(secret).sign(id, at, body),
    },
    signal: AbortSignal.timeout(30_000),
  });
  return [reply.status, await reply.text()] as const;
}

Deno.test("A1 H4 a signed answer of the webhook's server decides a request once, and the journal says who did", async () => {
  await using webhook = new FakeWebhook();
  const port = freePort();
  await using home = await homeFor(webhook, port, true);
  await home.start();
  await using client = await home.connect({ token: true });
  await using asks = await held(home, client, { command: `echo ${"long ".repeat(80)}end` });
  const { body } = await eventually(() => webhook.received[0], NOTIFIED_MS, "the notification");
  const approval = body["approval"] as Json;
  assertEquals([approval["id"], String(approval["input"]).includes(`${"long ".repeat(80)}end`)], [asks.id, true]);

  const said = { approvalId: asks.id, decision: "deny", message: "not now" };
  const forged = await post(port, said, { secret: `whsec_${btoa("another secret of 24 bytes")}` });
  assertEquals([forged[0], webhook.received.length], [401, 1]);
  const list = await client.request("approval.list", { status: "pending" }) as { approvals: Json[] };
  assertEquals(list.approvals.length, 1);

  const [status, text] = await post(port, said, { id: "msg_one" });
  assertEquals(status, 200, text);
  assertEquals((await asks.hook.exit(NOTIFIED_MS)).code, 0);
  const { approvals } = await client.request("approval.list", { status: "all" }) as { approvals: Json[] };
  const [decided] = approvals.filter((one) => one["id"] === asks.id) as [Json];
  const { by, message } = decided["denied"] as Json;
  assertEquals([decided["status"], by, message], ["denied", "webhook:approve", "not now"]);
  assertEquals((await post(port, said, { id: "msg_one" }))[1], text);
  assertEquals((await post(port, { ...said, decision: "approve" }))[0], 409);
  const { records } = await client.request("audit.tail", { limit: 50 }) as { records: Json[] };
  const own = records.filter(({ actor }) => actor === "webhook:approve").map(({ type }) => String(type));
  assertEquals(own.filter((type) => type.startsWith("approval.")), ["approval.decided"], own.join(" "));

  const config = JSON.parse(await Deno.readTextFile(home.path("config.jsonc"))) as { channels: { webhook: Json } };
  config.channels.webhook["answers"] = false;
  await Deno.writeTextFile(home.path("config.jsonc"), JSON.stringify(config));
  assertEquals((await home.cli(["daemon", "reload"])).code, 0);
  assertEquals((await post(port, said))[0], 405);
});

Deno.test("A1 an answer that is replayed to the next daemon decides nothing, whether it had decided anything or not", async () => {
  await using webhook = new FakeWebhook();
  const port = freePort();
  await using home = await homeFor(webhook, port, true);
  await home.start();
  const at = new Date();
  const decided = { approvalId: "", decision: "approve" };
  const never = { approvalId: "", decision: "approve" };
  let reply: readonly [number, string];
  {
    await using client = await home.connect({ token: true });
    await using first = await held(home, client, { session: "s1", command: "touch first" });
    await eventually(() => webhook.received.length === 1, NOTIFIED_MS, "the first notification");
    await using second = await held(home, client, { session: "s2", command: "touch second" });
    await eventually(() => webhook.received.length === 2, NOTIFIED_MS, "the second notification");
    [decided.approvalId, never.approvalId] = [first.id, second.id];
    reply = await post(port, decided, { id: "msg_decided", at });
    assertEquals([reply[0], (await first.hook.exit(NOTIFIED_MS)).stdout], [200, ALLOWED], reply[1]);
    await home.cli(["daemon", "restart"]);
    assertEquals((await second.hook.exit(NOTIFIED_MS)).stdout, "", "what was open then is decided by nobody");
  }
  await using client = await home.connect({ token: true });
  await using open = await held(home, client, { session: "s1", command: "touch first" });
  assertEquals(await post(port, decided, { id: "msg_decided", at }), reply, "the journal knows its key");
  // One that was held back, and comes for the first time.
  assertEquals((await post(port, never, { id: "msg_never", at }))[0], 409);
  assertEquals((await post(port, decided, { id: "msg_other", at }))[0], 409);
  const { approvals } = await client.request("approval.list", { status: "pending" }) as { approvals: Json[] };
  assertEquals(approvals.map(({ id }) => id), [open.id]);
  const { records } = await client.request("audit.tail", { limit: 100 }) as { records: Json[] };
  assertEquals(
    records.filter(({ type, actor }) => type === "approval.decided" && actor === "webhook:approve").length,
    1,
  );
});

Deno.test("G4 A1 of many answers at once that are not signed each gets its refusal, and a signed one among them counts", async () => {
  await using webhook = new FakeWebhook();
  const port = freePort();
  await using home = await homeFor(webhook, port, true);
  await home.start();
  const said = { approvalId: "x", decision: "deny" };
  const secret = `whsec_${btoa("another secret of 24 bytes")}`;
  const statuses = await Promise.all(Array.from({ length: 200 }, async (_, at) => {
    const [status] = await post(port, said, at === 100 ? {} : { secret }).catch((error) => [String(error)]);
    return `${at === 100 ? "signed " : ""}${status}`;
  }));
  const counts = Map.groupBy(statuses, (status) => status).entries().map(([status, all]) => [status, all.length]);
  assertEquals(Object.fromEntries(counts), { "401": 199, "signed 404": 1 });
  assert((await home.cli(["ls"])).code === 0);
});

Deno.test("G4 nothing is taken where answers are off, and what is posted elsewhere, late or without an end is refused", async () => {
  await using webhook = new FakeWebhook();
  const port = freePort();
  await using home = await homeFor(webhook, port, false);
  await home.start({ args: ["--limit", "gatewayHeadMs=3000"] });
  assertEquals((await post(port, { approvalId: "x", decision: "deny" }))[0], 405);
  const config = JSON.parse(await Deno.readTextFile(home.path("config.jsonc"))) as { channels: { webhook: Json } };
  config.channels.webhook["answers"] = true;
  await Deno.writeTextFile(home.path("config.jsonc"), JSON.stringify(config));
  assertEquals((await home.cli(["daemon", "reload"])).code, 0);
  assertEquals((await post(port, { approvalId: "x", decision: "deny" }))[0], 404);
  const large = await post(port, { approvalId: "x", decision: "deny", message: "x".repeat(17_000) });
  assertEquals(large[0], 400);

  using late = await Deno.connect({ hostname: "127.0.0.1", port });
  const head = `POST /webhook/answer HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Length: 100\r\n\r\n{`;
  await late.write(new TextEncoder().encode(head));
  const began = performance.now();
  const buffer = new Uint8Array(4096);
  for (let count: number | null = 1; count !== null;) count = await late.read(buffer).catch(() => null);
  assert(performance.now() - began < 20_000, "who never ends its body is freed");
  assertEquals((await post(port, { approvalId: "y", decision: "deny" }))[0], 404);
  assert((await home.cli(["ls"])).code === 0);
});

Deno.test("L1 G4 clients that post and send no body keep no place: who comes meanwhile is served at once", async () => {
  await using webhook = new FakeWebhook();
  const port = freePort();
  await using home = await homeFor(webhook, port, true);
  await home.start();
  await using client = await home.connect({ token: true });
  const head = `POST /webhook/answer HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Length: 100\r\n\r\n{`;
  const idle: Deno.Conn[] = [];
  try {
    const requests = async () => Number((await client.request("gateway.status") as Json)["requests"]);
    for (let n = 1; n <= 300; n++) {
      const one = await Deno.connect({ hostname: "127.0.0.1", port });
      idle.push(one);
      await one.write(new TextEncoder().encode(head)).catch(() => {});
      // As long as their heads are unread, another may have their places anyway.
      if (n <= PLACES) await eventually(async () => await requests() === n, 20_000, `request ${n}`);
    }
    const began = performance.now();
    assertEquals((await post(port, { approvalId: "x", decision: "deny" }))[0], 404);
    const ms = performance.now() - began;
    assert(ms < await patience(2000), `${ms.toFixed(0)} ms`);
  } finally {
    for (const one of idle) one.close();
  }
});
