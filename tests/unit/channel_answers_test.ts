/** Answers by the server of a webhook: only signed, only now, each once, and no more than one request each. */
import { assert, assertEquals } from "@std/assert";
import { Webhook } from "standardwebhooks";
import { WebhookAnswers } from "../../src/channel/webhook/answers.ts";
import { DeliveryQueue, RETRY_MS } from "../../src/channel/webhook/delivery_queue.ts";
import { secretBytes } from "../../src/lib/webhook_signature.ts";
import { PostsDoor } from "../../src/core/posts_door.ts";
import type { Approval } from "../../src/domain/approval.ts";
import type { MethodCaller } from "../../src/core/methods_door.ts";
import { answerPost } from "../../src/gateway/posted.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { OPEN_CALL } from "../support/open_call.ts";
import { WEBHOOK_SECRET } from "../support/fake_webhook.ts";

const NOW = 1_800_000_000_000;
const YES = { approvalId: "h3n7s", decision: "approve" };

class Room {
  readonly decided: unknown[] = [];
  nowMs = NOW;
  refusal: Error | undefined;
  approval: Approval | undefined;
  isWhole = true;
  secret = secretBytes(WEBHOOK_SECRET);
  readonly answers: WebhookAnswers;

  constructor() {
    const call = (_: string, params: unknown) => {
      this.decided.push(params);
      return this.refusal === undefined ? Promise.resolve({ seq: 7 }) : Promise.reject(this.refusal);
    };
    this.answers = new WebhookAnswers({
      secret: () => this.secret,
      now: () => this.nowMs,
      caller: { call: call as unknown as MethodCaller["call"] },
      approvalOf: () => this.approval,
      wasSentWhole: () => this.isWhole,
    });
  }

  /** As the library signs it, but for what is given otherwise. */
  async post(
    said: unknown,
    { id = "msg_1", atMs = this.nowMs, headers = {}, body = JSON.stringify(said), secret = WEBHOOK_SECRET }: {
      readonly id?: string;
      readonly atMs?: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
      readonly secret?: string;
    } = {},
  ): Promise<readonly [status: number, why: unknown]> {
    const signed = {
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(atMs / 1000)),
      "webhook-signature": new Webhook(secret).sign(id, new Date(atMs), JSON.stringify(said)),
    };
    const reply = await this.answers.take({ headers: new Map(Object.entries({ ...signed, ...headers })), body });
    return [reply.status, reply.body["why"] ?? reply.body["seq"]];
  }
}

Deno.test("A1 an answer of a webhook decides one request, once, with the scope of that and no other", async () => {
  const room = new Room();
  assertEquals(await room.post({ ...YES, message: "go on" }), [200, 7]);
  assertEquals(room.decided, [
    { id: "h3n7s", decision: "approve", scope: "once", message: "go on", idempotencyKey: "webhook:msg_1" },
  ]);
  for (
    const wrong of [
      { ...YES, scope: "always" },
      { ...YES, remember: true },
      { ...YES, decision: "allow" },
      { ...YES, approvalId: "" },
      { ...YES, message: "x".repeat(2001) },
      { approvalId: "h3n7s" },
      [],
      null,
    ]
  ) {
    const [status] = await room.post(wrong, { id: `msg_${crypto.randomUUID()}` });
    assertEquals(status, 400, JSON.stringify(wrong));
  }
  assertEquals(room.decided.length, 1);
});

Deno.test("A1 a yes is for what was sent whole, and what destroys needs a word more; a no needs neither", async () => {
  const room = new Room();
  const post = (said: object) => room.post({ ...YES, ...said }, { id: `msg_${crypto.randomUUID()}` });
  room.approval = OPEN_CALL;
  room.isWhole = false;
  assertEquals(await post({}), [
    409,
    "all that it asks was not sent since the daemon's start, with answers on: it can only be denied here",
  ]);
  assertEquals((await post({ confirm: "destroys" }))[0], 409);
  assertEquals((await post({ decision: "deny" }))[0], 200);
  room.isWhole = true;
  room.approval = { ...OPEN_CALL, risk: "destroys" };
  assertEquals(await post({}), [409, 'it destroys something: a yes to it needs "confirm": "destroys"']);
  assertEquals((await post({ confirm: true }))[0], 400);
  assertEquals((await post({ decision: "deny" }))[0], 200);
  assertEquals((await post({ confirm: "destroys" }))[0], 200);
  assertEquals(room.decided.length, 3);
  assert(!JSON.stringify(room.decided).includes("confirm"));
});

Deno.test("A1 whoever ends taking what is posted ends nothing of who takes it by then", () => {
  const posts = new PostsDoor();
  const [first, second] = [() => Promise.reject(), () => Promise.reject()];
  const endFirst = posts.take("/x", first);
  const endSecond = posts.take("/x", second);
  endFirst();
  assertEquals(posts.at("/x"), second);
  endSecond();
  assertEquals(posts.at("/x"), undefined);
});

Deno.test("A1 what is not signed with the secret, at this time, is refused, and decides nothing", async () => {
  const room = new Room();
  const no = [401, "the signature is not ours"] as const;
  assertEquals(await room.post(YES, { secret: `whsec_${btoa("another secret of 24 bytes")}` }), no);
  assertEquals(await room.post(YES, { body: JSON.stringify({ ...YES, approvalId: "other" }) }), no);
  for (
    const headers of [
      { "webhook-id": "msg_2" },
      { "webhook-id": "msg.1" },
      { "webhook-id": "" },
      { "webhook-timestamp": String(NOW / 1000 + 1) },
      { "webhook-timestamp": `0${NOW / 1000}` },
      { "webhook-timestamp": "1e9" },
      { "webhook-signature": "" },
      { "webhook-signature": "v1," },
      { "webhook-signature": "v1a,xxxx" },
    ]
  ) assertEquals(await room.post(YES, { headers }), no, JSON.stringify(headers));
  for (const off of [-301_000, 301_000]) {
    assertEquals(await room.post(YES, { atMs: NOW + off }), [401, "its time is more than five minutes from ours"]);
  }
  room.secret = undefined;
  assertEquals(await room.post(YES), no);
  assertEquals(room.decided, []);
});

Deno.test("A1 the same answer again does nothing and hears the same; two signatures may stand beside one another", async () => {
  const room = new Room();
  room.refusal = new ConsoleError("already_decided", "it is decided");
  assertEquals(await room.post(YES), [409, "it is decided"]);
  room.refusal = undefined;
  const both = await Promise.all([room.post(YES), room.post({ ...YES, decision: "deny" })]);
  assertEquals(both, [[409, "it is decided"], [409, "it is decided"]]);
  assertEquals(room.decided.length, 1);
  const signature = new Webhook(WEBHOOK_SECRET).sign("msg_2", new Date(NOW), JSON.stringify(YES));
  const headers = { "webhook-signature": `v1,AAAA ${signature}` };
  assertEquals(await room.post(YES, { id: "msg_2", headers }), [200, 7]);
});

Deno.test("A1 an answer that could not be decided then is decided when it comes again with the same id", async () => {
  const room = new Room();
  room.refusal = new ConsoleError("timeout", "it took long");
  assertEquals(await room.post(YES), [503, "it took long"]);
  room.refusal = undefined;
  assertEquals(await room.post(YES), [200, 7]);
  assertEquals(await room.post(YES), [200, 7]);
  assertEquals(room.decided.length, 2);
  assertEquals(room.decided[0], room.decided[1], "with the same key");
});

Deno.test("V5 a notification that gave way while it was tried, and was delivered, is not lost", async () => {
  const timers: (() => void)[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  let isFirst = true;
  const queue = new DeliveryQueue({
    deliver: async ({ id }) => {
      if (id !== "slow" || isFirst) {
        isFirst = false;
        return { kind: "failed", problem: "HTTP 500" };
      }
      await promise;
      return { kind: "delivered" };
    },
    after: (_, action) => {
      timers.push(action);
      return () => {};
    },
    random: () => 0.5,
    onTried: () => {},
  });
  const message = (id: string) => ({ id, body: "", whole: [], isWanted: () => true });
  assertEquals((await queue.send(message("slow"))).nextMs, RETRY_MS[0]);
  timers[0]?.();
  for (let n = 0; n < 50; n++) await queue.send(message(`${n}`));
  assertEquals([queue.waiting, queue.deadLetters], [50, 1]);
  resolve();
  await new Promise((done) => setTimeout(done, 0));
  assertEquals([queue.waiting, queue.deadLetters], [50, 0]);
});

Deno.test("A1 a body that does not come in time is told so, by the connection on which it did not", async () => {
  let closed = 0;
  const socket = { read: () => new Promise<number | null>(() => {}), close: () => void closed++ };
  const refused: number[] = [];
  const owed: string[] = [];
  const whileOwed = async <T>(work: () => Promise<T>) => {
    owed.push("began");
    return await work().finally(() => owed.push("ended"));
  };
  const answer = await answerPost(
    { headers: new Map() } as unknown as Parameters<typeof answerPost>[0],
    { path: "/webhook/answer", bytes: 9 },
    { socket, unread: new Uint8Array(3), signal: new AbortController().signal, whileOwed } as unknown as Parameters<
      typeof answerPost
    >[2],
    { posts: { at: () => undefined } as never, ms: 5, note: ({ status }) => refused.push(status) },
  );
  assertEquals([refused, closed, "reply" in answer && answer.reply.status], [[408], 0, 408]);
  assertEquals(owed, ["began", "ended"], "meanwhile its place may be another's");
});

Deno.test("A1 the ids of answers are kept as long as they could come again, and are few", async () => {
  const room = new Room();
  for (let i = 0; i < 1000; i++) assertEquals((await room.post(YES, { id: `msg_${i}` }))[0], 200);
  assertEquals(await room.post(YES, { id: "one_more" }), [503, "there were too many answers in a few minutes"]);
  assertEquals((await room.post(YES, { id: "msg_0" }))[0], 200);
  assertEquals(room.decided.length, 1000);
  // Sent at the latest time that is taken, and again at the last instant at which it still is.
  room.nowMs += 601_000;
  assertEquals((await room.post(YES, { id: "one_more" }))[0], 200);
});

Deno.test("A3 an error of the daemon that is none of the wire's is not told to the server", async () => {
  const room = new Room();
  room.refusal = new Error("/home/you/secret");
  assertEquals(await room.post(YES), [503, "the daemon cannot decide it now"]);
  room.refusal = new ConsoleError("not_found", "no such request");
  assertEquals(await room.post(YES, { id: "msg_9" }), [404, "no such request"]);
});
