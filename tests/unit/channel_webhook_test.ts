/** The channel webhook: its signature by the library of the standard, and when it tries again, with a clock of the test's. */
import { assert, assertEquals } from "@std/assert";
import { Webhook } from "standardwebhooks";
import { RETRY_MS } from "../../src/channel/webhook/delivery_queue.ts";
import { openWebhook, WebhookChannel, type WebhookDeps } from "../../src/channel/webhook/notify.ts";
import { secretBytes, signedHeaders } from "../../src/lib/webhook_signature.ts";
import type { NotificationContent, NotificationOutcome } from "../../src/channel/kind.ts";
import { type HostPost, postToHost } from "../../src/channel/reach_host.ts";
import { PostsDoor } from "../../src/core/posts_door.ts";
import type { Approval } from "../../src/domain/approval.ts";
import { type Need, needMessage } from "../../src/view/need_words.ts";
import { closedAddress } from "../support/closed_address.ts";
import { FakeWebhook, WEBHOOK_SECRET } from "../support/fake_webhook.ts";
import { OPEN_CALL } from "../support/open_call.ts";
import { pause } from "../support/harness_wait.ts";

const need: Need = { key: "k", kind: "question", sessionId: "s", name: "web", what: "Bash: git push" };
const content: NotificationContent = { needs: [need], message: needMessage([need]) };
const signal = new AbortController().signal;

/** A webhook whose time passes when the test says so. */
class Room {
  readonly posted: HostPost[] = [];
  readonly later: NotificationOutcome[] = [];
  readonly waits: number[] = [];
  /** Statuses of the next replies; 200 behind them. */
  statuses: number[] = [];
  isWanted = true;
  random = 0.5;
  #due: (() => void)[] = [];
  readonly channel: WebhookChannel;

  constructor(more: Partial<WebhookDeps> = {}) {
    this.channel = new WebhookChannel({
      url: "https://hooks.example.com/T0/canary",
      secret: () => ({ kind: "found", secret: WEBHOOK_SECRET }),
      sessionOf: () => undefined,
      mayAnswer: () => false,
      answersProblem: () => undefined,
      approvalOf: () => undefined,
      posts: new PostsDoor(),
      methods: { as: ({ kind }) => ({ kind, call: () => Promise.reject(new Error("no methods here")) }) },
      now: () => Date.now(),
      post: (message) => {
        this.posted.push(message);
        return Promise.resolve({ kind: "status", status: this.statuses.shift() ?? 200 });
      },
      after: (ms, action) => {
        this.waits.push(ms);
        this.#due.push(action);
        return () => this.#due = this.#due.filter((other) => other !== action);
      },
      random: () => this.random,
      notifications: { isWanted: () => this.isWanted, endedLater: (outcome) => void this.later.push(outcome) },
      ...more,
    });
  }

  get timers(): number {
    return this.#due.length;
  }

  async notify(what: NotificationContent = content): Promise<NotificationOutcome> {
    return await this.channel.notify(what, signal);
  }

  /** All that wait are due. */
  async pass(): Promise<void> {
    for (const action of this.#due.splice(0)) action();
    await pause(10);
  }
}

Deno.test("V5 a webhook is what the command reads, signed so that the library of Standard Webhooks takes it", async () => {
  await using server = new FakeWebhook();
  const room = new Room({ url: `${server.url}/hook`, post: postToHost });
  assertEquals(await room.notify({ ...content, test: true }), { kind: "taken" });
  assertEquals(server.unsigned, []);
  const [{ id, timestamp, body }] = server.received as [typeof server.received[0]];
  assert(/^msg_[0-9a-f-]{36}$/.test(id), id);
  assert(Math.abs(timestamp - Date.now() / 1000) < 60);
  assertEquals(body, {
    schema: 1,
    kind: "question",
    session: { id: "s", name: "web" },
    text: "web waits: Bash: git push",
    others: [],
    test: true,
  });
});

Deno.test("A1 a signature is of this id, this time, this body and this secret, and of no other", async () => {
  const secret = secretBytes(WEBHOOK_SECRET) ?? new Uint8Array();
  const timestamp = Math.floor(Date.now() / 1000);
  const body = '{"text":"ü ▲"}';
  const headers = { ...await signedHeaders({ id: "msg_1", timestamp, body }, secret) };
  const webhook = new Webhook(WEBHOOK_SECRET);
  assertEquals(webhook.verify(body, headers), JSON.parse(body));
  const refused = (changed: Record<string, string>, text = body, by = webhook) => {
    try {
      by.verify(text, { ...headers, ...changed });
      return false;
    } catch {
      return true;
    }
  };
  assert(refused({ "webhook-id": "msg_2" }));
  assert(refused({ "webhook-timestamp": String(timestamp - 1) }));
  assert(refused({}, body.replace("ü", "u")));
  assert(refused({}, body, new Webhook(`whsec_${btoa("another secret of 24 bytes")}`)));
  for (
    const bad of [
      "",
      "whsec_",
      WEBHOOK_SECRET.slice(6),
      `whsec_${btoa("short")}`,
      `whsec_${btoa("x".repeat(65))}`,
      "whsec_a",
    ]
  ) {
    assertEquals(secretBytes(bad), undefined, bad);
  }
  assert(secretBytes(`whsec_${btoa("x".repeat(24))}`) !== undefined && secretBytes(`whsec_${btoa("x".repeat(64))}`));
});

Deno.test("V5 what failed is tried again with the same id behind growing waits, and counts as lost behind the last", async () => {
  const room = new Room();
  room.statuses = [500, ...RETRY_MS.map(() => 503)];
  assertEquals(await room.notify(), { kind: "failed", problem: "it replied 500; tried again in 5 s" });
  assertEquals(room.channel.details(), { waiting: 1, lost: 0 });
  for (let i = 0; i < RETRY_MS.length + 2; i++) await room.pass();
  assertEquals(room.waits, [...RETRY_MS]);
  assertEquals(room.channel.details(), { waiting: 0, lost: 1 });
  assertEquals(room.posted.length, 1 + RETRY_MS.length);
  assertEquals(new Set(room.posted.map(({ headers }) => headers["webhook-id"])).size, 1);
  assertEquals(new Set(room.posted.map(({ body }) => body)).size, 1);
  assertEquals(room.later.at(-1), { kind: "failed", problem: "it replied 503" });
  for (const [random, ms] of [[0, 4000], [1, 6000]] as const) {
    const other = new Room();
    [other.random, other.statuses] = [random, [500]];
    await other.notify();
    assertEquals(other.waits, [ms]);
  }
});

Deno.test("V5 a later try that is taken mends the channel; who was answered meanwhile, or is muted, is not notified again", async () => {
  const room = new Room();
  room.statuses = [500];
  await room.notify();
  await room.pass();
  assertEquals([room.later, room.channel.details()], [[{ kind: "taken" }], { waiting: 0, lost: 0 }]);
  room.statuses = [500];
  await room.notify();
  room.isWanted = false;
  await room.pass();
  assertEquals([room.posted.length, room.timers, room.channel.details()], [3, 0, { waiting: 0, lost: 0 }]);
  assertEquals(room.later.at(-1), { kind: "failed", problem: "it replied 500" }, "and none is told to come");
  room.isWanted = true;
  room.statuses = [500];
  assertEquals(await room.notify({ ...content, test: true }), { kind: "failed", problem: "it replied 500" });
  assertEquals(room.timers, 0, "a test is one try");
});

Deno.test("A1 a request can be approved by the webhook once a notification has gone out that holds all of it", async () => {
  const posts = new PostsDoor();
  let mayAnswer = false;
  const decided: unknown[] = [];
  const call = (_: string, params: unknown) => Promise.resolve({ seq: decided.push(params) });
  const room = new Room({
    mayAnswer: () => mayAnswer,
    posts,
    approvalOf: () => OPEN_CALL,
    methods: { as: ({ kind }) => ({ kind, call: call as never }) },
  });
  const ask = (approval: Approval) => room.notify({ ...content, needs: [{ ...need, approval }] });
  const answer = async () => {
    const body = JSON.stringify({ approvalId: "k1", decision: "approve" });
    const [id, at] = [`msg_${crypto.randomUUID()}`, new Date()];
    const headers = new Map(Object.entries({
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
      "webhook-signature": new Webhook(WEBHOOK_SECRET).sign(id, at, body),
    }));
    return (await posts.at("/webhook/answer")?.({ headers, body }))?.status;
  };
  await ask(OPEN_CALL);
  mayAnswer = true;
  room.channel.reload();
  assertEquals(await answer(), 409, "the notification was sent while answers were off");
  await ask({ ...OPEN_CALL, missing: 5 });
  assertEquals(await answer(), 409);
  await ask(OPEN_CALL);
  assertEquals([await answer(), decided.length], [200, 1]);
  room.channel.stop();
});

Deno.test("A1 answers whose secret may be a variable of whoever starts the daemon are not taken, which is said", () => {
  const posts = new PostsDoor();
  const own = { url: "http://127.0.0.1:9/x", secret_env: "WEBHOOK_SECRET", answers: true };
  const open = (secret_file: string | null) => {
    const settings = { ...own, secret_file };
    const daemon = {
      posts,
      paths: { keys: "/nowhere" },
      methods: { as: () => ({}) },
      approvals: {},
      store: {},
      clock: { now: Date.now },
    };
    const context = { settings: { current: settings, booted: settings }, daemon, notifications: {} };
    const channel = openWebhook(context as unknown as Parameters<typeof openWebhook>[0]);
    channel.start?.();
    return channel;
  };
  const refusing = open(null);
  assertEquals(posts.at("/webhook/answer"), undefined);
  refusing.stop?.();
  const deps = { answersProblem: () => "answers need a file" };
  assertEquals(new Room(deps).channel.problem(), "answers need a file");
  const taking = open("webhook.secret");
  assert(posts.at("/webhook/answer") !== undefined);
  taking.stop?.();
});

Deno.test("V5 410 ends all tries until the configuration is read again", async () => {
  const room = new Room();
  room.statuses = [500, 410];
  await room.notify();
  const problem = "its server replied 410: it wants no more notifications";
  assertEquals(await room.notify(), { kind: "failed", problem });
  assertEquals([room.timers, room.channel.details(), room.channel.problem()], [0, { waiting: 0, lost: 2 }, problem]);
  assertEquals(await room.notify(), { kind: "failed", problem });
  assertEquals(room.posted.length, 2);
  room.channel.reload();
  assertEquals([room.channel.problem(), await room.notify()], [undefined, { kind: "taken" }]);
  room.statuses = [500, 410];
  await room.notify();
  await room.pass();
  assertEquals(room.later.at(-1), { kind: "failed", problem });
});

Deno.test("V5 a test that is answered by 410 is no lost notification, nor is what nobody is needed for any more", async () => {
  const room = new Room();
  room.statuses = [500, 410];
  await room.notify();
  const test = { ...content, test: true } as const;
  assertEquals((await room.notify(test)).kind, "failed");
  assertEquals(room.channel.details(), { waiting: 0, lost: 1 }, "the one that waited is lost, the test is not");
  room.channel.reload();
  room.statuses = [500, 410];
  await room.notify();
  room.isWanted = false;
  await room.notify(test);
  assertEquals(room.channel.details(), { waiting: 0, lost: 1 });
});

Deno.test("V5 a webhook has few notifications that wait, and none behind a stop", async () => {
  const room = new Room();
  room.statuses = Array.from({ length: 60 }, () => 500);
  for (let i = 0; i < 60; i++) await room.notify();
  assertEquals([room.timers, room.channel.details()], [50, { waiting: 50, lost: 10 }]);
  room.channel.stop();
  assertEquals([room.timers, room.channel.details().waiting], [0, 0]);
  room.statuses = [500];
  await room.notify();
  assertEquals(room.timers, 0);
});

Deno.test("A3 a webhook follows nobody, sends nothing unsigned, and its address and secret are in no message", async () => {
  await using server = new FakeWebhook();
  const room = new Room({ url: `${server.url}/T0/canary`, post: postToHost });
  server.statuses.push(302, 200);
  const outcome = await room.notify();
  assert(
    outcome.kind === "failed" && outcome.problem.startsWith("it replied 302: it leads elsewhere"),
    String(outcome),
  );
  assertEquals(server.received.length, 1);
  assertEquals(room.channel.target, server.url);
  const other = `whsec_${btoa("canary canary canary canary")}`;
  for (
    const secret of [{ kind: "none" }, { kind: "found", secret: "canary" }, { kind: "problem", problem: "x" }] as const
  ) {
    const without = new Room({ secret: () => secret });
    const refused = await without.notify();
    assert(refused.kind === "failed" && refused.problem.startsWith(without.channel.problem() ?? "?"), String(refused));
    assert(!refused.problem.includes("canary"), refused.problem);
    assertEquals(without.posted, []);
  }
  const strange = new Room({ url: server.url, post: postToHost, secret: () => ({ kind: "found", secret: other }) });
  assertEquals(await strange.notify({ ...content, test: true }), { kind: "failed", problem: "it replied 401" });
  assertEquals(server.unsigned.length, 1);
  const closed = await closedAddress();
  const nobody = await new Room({ url: `${closed}/T0/canary`, post: postToHost }).notify();
  assert(
    nobody.kind === "failed" && nobody.problem.startsWith("it cannot be reached: "),
    JSON.stringify(nobody),
  );
  assert(!nobody.problem.includes("canary"), nobody.problem);
});
