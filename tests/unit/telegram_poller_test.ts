/** Telegram's poller and client, with a server and a clock that are played: order of steps, waits, and what errors say. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { BotApi, type BotFailure, type BotReply } from "../../src/channel/telegram/bot_api.ts";
import { BotState } from "../../src/channel/telegram/bot_state.ts";
import { backoffMs, failureText, Poller } from "../../src/channel/telegram/poller.ts";
import { denoFiles } from "../../src/platform/deno_files.ts";

type Replies = BotReply<{ update_id: number }[]>[];

/** Polls until the replies are used up; gives what was done, in its order, and each wait. */
async function played(replies: Replies, { offset = 5 as number | null, heard = true, full = false, quietMs = 0 } = {}) {
  const done: string[] = [];
  const waits: number[] = [];
  const stop = new AbortController();
  let kept = offset ?? undefined;
  const poller = new Poller({
    api: {
      getUpdates: (from, secs) => {
        done.push(`poll ${from} ${secs}`);
        const reply = replies.shift();
        if (replies.length === 0) stop.abort();
        return Promise.resolve(reply ?? { ok: true, result: [] }) as never;
      },
    },
    log: { info: (text) => done.push(text), warn: (text) => done.push(text) },
    sleep: (ms) => {
      waits.push(ms);
      return Promise.resolve();
    },
    steady: () => 0,
    random: () => 0,
    offset: () => kept,
    quietMs: () => quietMs,
    saveOffset: (next) => {
      if (full) throw new Error("no space");
      kept = next;
      done.push(`save ${next}`);
    },
    act: ({ update_id }) => {
      done.push(`act ${update_id}`);
      return Promise.resolve(heard);
    },
    onReached: () => {},
  });
  await poller.run(stop.signal);
  return { done, waits, poller };
}

const updates = (...ids: number[]) => ({ ok: true as const, result: ids.map((update_id) => ({ update_id })) });
const failed = (failure: BotFailure) => ({ ok: false as const, failure });
const LOST = failed({ kind: "unreachable", problem: "no connection" });
const END = updates();

Deno.test("V4 the offset is written before anything is done, and nothing is done where it cannot be", async () => {
  const { done, waits } = await played([updates(6, 5), END]);
  assertEquals(done, ["poll 5 50", "save 7", "act 5", "act 6", "poll 7 50"]);
  assertEquals(waits, []);
  const full = await played([updates(5), END], { full: true });
  assertEquals(full.done, ["poll 5 50", "Telegram is not reached", "poll 5 0"]);
});

Deno.test("V4 what was sent before the first start is dropped, and what was taken already is not done again", async () => {
  assertEquals((await played([updates(41), updates(42), END], { offset: null })).done, [
    "poll -1 0",
    "save 42",
    "poll 42 50",
    "save 43",
    "act 42",
    "poll 43 50",
  ]);
  assertEquals((await played([updates(3, 5), END])).done, ["poll 5 50", "save 6", "act 5", "poll 6 50"]);
});

Deno.test("V4 behind a week without updates those that are numbered from lower on are new; before that they were taken", async () => {
  const [hour, week] = [3_600_000, 7 * 24 * 3_600_000];
  const acts = async (quietMs: number, ...ids: number[]) =>
    (await played([updates(...ids), END], { quietMs })).done.filter((line) => line.startsWith("act"));
  assertEquals(await acts(week, 2, 3), ["act 2", "act 3"]);
  assertEquals(await acts(week - 2 * hour, 2, 3), []);
  assertEquals(await acts(week, 3, 5), ["act 5"]);
});

Deno.test("V4 a webhook that is set for the bot is told from another program that polls", async () => {
  const conflict = (description: string) => replies(409, JSON.stringify({ ok: false, error_code: 409, description }));
  const words = async (description: string) => {
    const reply = await conflict(description);
    return reply.ok ? "" : failureText(reply.failure);
  };
  assertMatch(
    await words("Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete it first"),
    /^a webhook is set for this bot.*deleteWebhook/,
  );
  assertMatch(await words("Conflict: terminated by other getUpdates request"), /^another program polls/);
});

Deno.test("V4 strangers, and a server that replies at once, are polled once a second", async () => {
  assertEquals((await played([updates(5), updates(6), END], { heard: false })).waits, [1000, 1000]);
  assertEquals((await played([END, END, END])).waits, [1000, 1000]);
});

Deno.test("V4 waits grow to a minute and are never under a second; one line when it begins, one when it is over", async () => {
  const { done, waits } = await played([LOST, LOST, LOST, updates(5), END]);
  assertEquals(done.filter((line) => /Telegram/.test(line)), ["Telegram is not reached", "Telegram is reached again"]);
  assertEquals(waits, [1000, 1000, 2000]);
  for (const kind of ["unreachable", "conflict", "unauthorized", "refused"] as const) {
    for (let failures = 0; failures < 50; failures++) {
      for (const random of [0, 0.5, 0.999]) {
        const ms = backoffMs({ kind, problem: "" }, failures, random);
        assert(ms >= 1000 && ms <= 60_000, `${kind} ${failures}: ${ms}`);
      }
    }
  }
  const limited = { kind: "limited", problem: "", retryAfterSecs: 90 } as const;
  assert(backoffMs(limited, 0, 0) >= 90_000);
});

const TOKEN = "4242:canary-of-a-token-that-nobody-may-see";
const signal = new AbortController().signal;
type Exchange = ConstructorParameters<typeof BotApi>[0]["exchange"];
const api = (exchange: Exchange & object) => new BotApi({ url: "http://127.0.0.1:1", token: TOKEN, exchange });
const replies = (status: number, text: string) => api(() => Promise.resolve({ status, text })).getMe(signal);

Deno.test("V4 A3 every failure is told without the token, whatever fetch or the server says", async () => {
  const url = `http://x/bot${TOKEN}/getMe`;
  const causes = [undefined, new Error(`client error (Connect): ${url} refused`), new Error(`x (Dns): bot${TOKEN}`)];
  const thrown = causes.map((cause) =>
    api(() => Promise.reject(new TypeError(`error sending request for url (${url})`, { cause }))).getMe(signal)
  );
  const codes = [400, 401, 403, 404, 409, 429, 500];
  const said = codes.map((error_code) =>
    replies(error_code, JSON.stringify({ ok: false, error_code, description: `bad\u001b bot${TOKEN}` }))
  );
  const odd = ["", "<html>", "null", "[]", '"x"', '{"ok":"yes"}'].map((text) => replies(302, text));
  const huge = api(() => Promise.reject(new RangeError(`${url} is too long`))).getMe(signal);
  const all = await Promise.all([...said, ...thrown, ...odd, huge]);
  const kinds = all.map((reply) => reply.ok ? "ok" : reply.failure.kind);
  assertEquals(kinds.slice(0, 7), [
    "refused",
    "unauthorized",
    "refused",
    "unauthorized",
    "conflict",
    "limited",
    "unreachable",
  ]);
  assert(kinds.slice(7).every((kind) => kind === "unreachable"), kinds.join());
  assert(!/canary|\\u001b/.test(JSON.stringify(all).replaceAll("\\\\", "")), JSON.stringify(all));
});

Deno.test("V4 what is kept is a 0600 file, whole or as before; another bot's and a broken one begin anew", () => {
  const root = Deno.makeTempDirSync({ prefix: "ac-kept-" });
  try {
    const path = `${root}/telegram.json`;
    const state = new BotState(denoFiles, path, "1");
    assertEquals([state.offset, state.messages], [undefined, []]);
    state.setOffset(9, 1);
    const message = { about: "approval", id: "k1", chat: 7, message: 3, at: 5, asked: "x" } as const;
    state.add(message);
    assertEquals((Deno.statSync(path).mode ?? 0) & 0o777, 0o600);
    const again = new BotState(denoFiles, path, "1");
    assertEquals([again.offset, again.offsetAt, again.messages], [9, 1, [message]]);
    for (let n = 0; n < 250; n++) again.add({ ...message, message: n });
    assertEquals(again.messages.length, 200);
    again.remove(again.messages.slice(1));
    assertEquals(new BotState(denoFiles, path, "1").messages.map((one) => one.message), [50]);
    assertEquals(new BotState(denoFiles, path, "2").offset, undefined);
    for (const text of ["", "{", "[]", "null", '{"version":2}', '{"version":1,"bot":"1","offset":"9","messages":[]}']) {
      Deno.writeTextFileSync(path, text);
      assertEquals(new BotState(denoFiles, path, "1").offset, undefined, text);
    }
  } finally {
    Deno.removeSync(root, { recursive: true });
  }
});
