/** The example capsule slack-webhook: when it calls a webhook, what it keeps meanwhile, and what it goes on with. */
import { assert, assertEquals } from "@std/assert";
import type { Capsule, CapsuleEvent } from "../../install/capsules/agent-console.d.ts";
import slack from "../../install/capsules/slack-webhook/main.ts";
import { eventually } from "../support/harness_wait.ts";

const URL_OF_TESTS = "https://hooks.example.test/services/T/B/x";
/** As its manifest asks for. */
const KV_BYTES = 1_000_000;
/** A new process waits so long before it goes on with what was kept. */
const SETTLED_MS = 3000;

type Hear = (event: CapsuleEvent) => void | Promise<void>;
type Kept = Map<string, { readonly due: number; readonly text: string | null }>;

interface SlackOptions {
  readonly replies?: readonly (Response | Error)[];
  readonly graceSecs?: number;
  readonly held?: number;
  /** What each call of kv fails with. */
  readonly kvError?: string;
}

/** One process of it. Its waits pass at once, but those of `held` ms, which never pass. */
class Slack implements Disposable {
  readonly waits: number[] = [];
  readonly logs: string[] = [];
  readonly texts: string[] = [];
  attempts = 0;
  readonly #real = { fetch: globalThis.fetch, setTimeout: globalThis.setTimeout };
  readonly #heard = new Map<string, Hear>();
  readonly #unloaded = new AbortController();

  constructor(kept: Kept, options: SlackOptions = {}) {
    const { replies = [], graceSecs = 7, held, kvError } = options;
    const inKv = <T>(value: T) => kvError === undefined ? Promise.resolve(value) : Promise.reject(new Error(kvError));
    globalThis.fetch = async (...given) => {
      const reply = replies[this.attempts++] ?? new Response();
      if (reply instanceof Error) throw reply;
      if (reply.ok) this.texts.push((await new Request(...given).json()).text);
      return reply;
    };
    globalThis.setTimeout = ((action: () => void, ms = 0) => {
      this.waits.push(ms);
      return ms === held ? 0 : this.#real.setTimeout(action, 0);
    }) as typeof globalThis.setTimeout;
    slack({
      settings: { grace_secs: graceSecs },
      signal: this.#unloaded.signal,
      on: (topic: string, hear: Hear) => this.#heard.set(topic, hear),
      command: () => {},
      kv: {
        list: () => inKv([...kept.keys()].sort()),
        get: (key: string) => inKv(kept.get(key)),
        set: (key: string, value: never) => inKv(void kept.set(key, value)),
        delete: (key: string) => inKv(void kept.delete(key)),
      },
      secret: () => Promise.resolve(URL_OF_TESTS),
      log: (text: string) => this.logs.push(text),
    } as unknown as Capsule);
  }

  async hears(id: string, status = "pending", more = {}): Promise<void> {
    const about = {
      id,
      sessionId: "s1",
      agent: "demo",
      tool: "Bash",
      for: "permission",
      risk: "writes",
      input: "make",
    };
    const type = status === "pending" ? "approval.requested" : "approval.decided";
    await this.#heard.get("approval")?.({ seq: 1, ts: "", type, data: { approval: { ...about, status, ...more } } });
  }

  loses(from: number, to: number): void {
    void this.#heard.get("lost")?.({ seq: to, ts: "", type: "lost", data: { from, to } });
  }

  /** Time for all that waits for nothing. */
  async rests(): Promise<void> {
    for (let at = 0; at < 20; at++) await new Promise((resolve) => this.#real.setTimeout(resolve, 0));
  }

  [Symbol.dispose](): void {
    this.#unloaded.abort(new Error("the test is over"));
    Object.assign(globalThis, this.#real);
  }
}

const busy = (seconds: string) => new Response("", { status: 429, headers: { "retry-after": seconds } });
/** Those of one message, its grace first: a grace has begun a moment before it is waited for. The test's own are short. */
const rounded = (waits: readonly number[]) =>
  waits.filter((ms) => ms !== SETTLED_MS && ms >= 500).map((ms) => Math.ceil(ms / 500) * 500);

Deno.test("X1 slack-webhook waits for its grace, tries five times within a minute and a half, and says that it gave up", async () => {
  const failing = Array.from({ length: 9 }, () => new TypeError(`${URL_OF_TESTS} is away`));
  const kept: Kept = new Map();
  using one = new Slack(kept, { replies: failing });
  await one.hears("k4xq2");
  await eventually(() => one.logs.length > 0, 5000, "the line of the log");
  assertEquals([rounded(one.waits), one.attempts], [[7000, 1000, 4000, 15_000, 60_000], 5]);
  assertEquals(one.logs, ["an approval was not told: hooks.example.test did not answer"]);
  await one.rests();
  assertEquals(kept.get("asked/k4xq2")?.text, null, "no later process tries again");
});

Deno.test("X1 slack-webhook waits as long as Slack asks for, five minutes at most, and tells an approval that comes again once", async () => {
  const kept: Kept = new Map();
  const replies = [busy("30"), busy("9999"), busy("Sun, 29 Nov 2026"), busy("0")];
  using one = new Slack(kept, { replies, graceSecs: 9999 });
  await one.hears("k4xq2");
  await one.hears("k4xq2");
  await eventually(() => one.texts.length > 0, 5000, "the message");
  await one.rests();
  assertEquals(rounded(one.waits), [300_000, 30_000, 300_000, 15_000, 60_000]);
  using next = new Slack(kept);
  await next.hears("k4xq2");
  await next.rests();
  assertEquals([one.attempts, next.attempts], [5, 0], "the next process knows it");
});

Deno.test("X1 slack-webhook keeps what is in its grace until it is answered, and the next process tells it", async () => {
  const kept: Kept = new Map();
  using one = new Slack(kept, { graceSecs: 7, held: 7000 });
  const now = Date.now;
  try {
    Date.now = () => 1_000_000;
    for (const id of ["first", "second", "third", "fourth"]) await one.hears(id);
    await one.rests();
    assertEquals([...kept.values()].map(({ due }) => due), [1, 1, 1, 1].map(() => 1_007_000));
    await one.hears("first", "approved");
    assertEquals([...kept.keys()], ["asked/second", "asked/third", "asked/fourth"], "what was answered is forgotten");

    // Of those, one is answered while no process runs, and one after the start of the next.
    using next = new Slack(kept, { held: SETTLED_MS });
    await next.hears("second", "denied");
    await next.rests();
    assertEquals([next.waits, next.attempts], [[SETTLED_MS], 0], "it begins with what was answered meanwhile");
    using later = new Slack(kept);
    await eventually(() => later.texts.length >= 2, 5000, "both messages");
    await later.rests();
    assertEquals(later.texts.map((text) => text.split(" ").at(-1)), ["fourth", "third"]);
    assertEquals([...kept.values()].map(({ text }) => text), [null, null]);
  } finally {
    Date.now = now;
  }
});

Deno.test("X1 slack-webhook tells of nothing that was due over ten minutes before, and keeps a hundred in less than it may", async () => {
  const stale = Date.now() - 610_000;
  const kept: Kept = new Map([["asked/old", { due: stale, text: "old" }], [
    "asked/new",
    { due: stale + 60_000, text: "new" },
  ]]);
  using one = new Slack(kept);
  await eventually(() => one.texts.length > 0, 5000, "the message");
  await one.rests();
  assertEquals([one.texts, [...kept.keys()]], [["new"], ["asked/new"]]);
  assertEquals(one.logs, ["an approval was not told: it was due over ten minutes ago"]);

  const many: Kept = new Map();
  using full = new Slack(many, { held: 7000 });
  const fixed = Date.now();
  const now = Date.now;
  try {
    Date.now = () => fixed;
    const long = { input: "\u0001".repeat(5000), tool: "&".repeat(500), cwd: `/${"\u0001".repeat(500)}` };
    for (let at = 0; at < 120; at++) await full.hears(`${at}`, "pending", long);
  } finally {
    Date.now = now;
  }
  assertEquals([many.size, many.has("asked/19"), many.has("asked/20")], [100, false, true]);
  const bytes = new TextEncoder().encode(JSON.stringify([...many])).length;
  assert(bytes < KV_BYTES, `${bytes} bytes`);
});

Deno.test("X1 slack-webhook says in the log where events were left out", () => {
  using one = new Slack(new Map());
  one.loses(3, 9);
  assertEquals(one.logs, ["approvals may be among the events that were left out"]);
});

Deno.test("X1 slack-webhook tells an approval also where nothing may be kept, and logs that it may be lost or told twice", async () => {
  using one = new Slack(new Map(), { kvError: "no bytes" });
  await one.hears("k4xq2");
  await eventually(() => one.texts.length > 0, 5000, "the message");
  await one.hears("k4xq2", "approved");
  await one.rests();
  assertEquals(one.attempts, 1);
  const words = "an approval cannot be kept, a crash may lose it or tell it twice: no bytes";
  assertEquals([...new Set(one.logs)].sort(), [words, "what was kept is not told: no bytes"]);
});
