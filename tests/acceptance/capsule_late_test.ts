/** `capsule test`: what a capsule does by itself, when no step asks it to, is seen by the step or by the end. */
import { assertEquals, assertMatch } from "@std/assert";
import { writeCapsule } from "../support/capsule_folder.ts";
import { TestHome } from "../support/harness.ts";
import type { Json } from "../support/wire.ts";

const URL = "https://hooks.example.com/T/secret";

/**
 * So long after its answer it does what it was told to: longer than a busy machine needs to judge a step that does not wait,
 * and less than the end waits.
 */
const LATE_MS = 250;

/** So long it does not hear that it is to end: longer than the end waits by itself. */
const BUSY_MS = 1000;
/** Behind {@link LATE_MS}: less than the 5 s that a step waits for what it expects. */
const SLOW_MS = 3000;

/** Its command answers at once, and does what it is told to later. */
const MANIFEST = {
  name: "late",
  commands: [{ name: "later", description: "a", args: "WHAT" }],
  capabilities: { net: ["hooks.example.com:443"], secrets: ["url"], kv: 1000 },
};
const MAIN = `
  export default async (capsule: any) => {
    const url = await capsule.secret("url");
    const deeds: Record<string, () => unknown> = {
      fetch: () => fetch("https://other.example.com/").catch(() => {}),
      expected: () => fetch(url),
      secret: () => capsule.log("it is " + url),
      nothing: () => {},
      words: () => capsule.log("done"),
      keep: () => capsule.kv.set("a", 1),
      throw: () => { throw new Error("boom") },
      busy: () => {
        for (const end = performance.now() + ${BUSY_MS}; performance.now() < end;);
        throw new Error("boom");
      },
      slow: () => setTimeout(deeds.keep, ${SLOW_MS}),
    };
    capsule.command("later", ([what]: string[]) => {
      if (what === "stop") capsule.signal.addEventListener("abort", deeds.secret);
      else setTimeout(deeds[what], ${LATE_MS});
      return "answered";
    });
    START
  };`;

interface Played {
  readonly code: number;
  readonly stdout: string;
  /** The failed steps. */
  readonly failed: readonly string[];
}

async function played(home: TestHome, steps: readonly Json[], atStart = ""): Promise<Played> {
  const folder = writeCapsule(`${home.root}/made`, MANIFEST, {
    "main.ts": MAIN.replace("START", atStart),
    "capsule.test.jsonc": JSON.stringify({ secrets: { url: URL }, steps }),
  });
  const { code, stdout, stderr } = await home.cli(["capsule", "test", folder]);
  assertEquals(stderr, "");
  return { code, stdout, failed: [...stdout.matchAll(/^FAIL \d+ (.*)$/gm)].map(([, step = ""]) => step) };
}

const later = (what: string, more: Json = {}) => ({ command: "later", args: [what], ...more });

Deno.test("X1 capsule test: what a capsule does wrong behind its last step, or when it is stopped, fails the end", async () => {
  await using home = await TestHome.create();
  const wrong = {
    fetch: /- the manifest's net does not name other\.example\.com:443\n/,
    expected: /- no fetch that this step does not expect\n/,
    secret: /- no secret\n {7}\+ a line with the secret url\n/,
    stop: /- no secret\n {7}\+ a line with the secret url\n/,
    throw: /error\n {7}- nothing\n {7}\+ it ended by itself: exit code 1 .*boom/,
    busy: /error\n {7}- nothing\n {7}\+ it ended by itself: exit code 1 .*boom/,
  };
  for (const [what, words] of Object.entries(wrong)) {
    const { code, stdout, failed } = await played(home, [
      later(what, { expect: { text: "answered", fetches: [] } }),
    ]);
    assertEquals([code, failed], [1, ["end"]], stdout);
    assertMatch(stdout, words);
    assertMatch(stdout, /1 passed, 1 failed\n$/);
  }
  const fine = await played(home, [later("words")]);
  assertEquals([fine.code, fine.stdout.includes(" end")], [0, false], fine.stdout);
});

Deno.test("X1 capsule test: a step without a within waits some seconds for what it expects", async () => {
  await using home = await TestHome.create();
  const { code, stdout } = await played(home, [later("slow", { expect: { kv: { a: 1 } } })]);
  assertEquals(code, 0, stdout);
});

Deno.test("X1 capsule test: a within is waited for whole where something must not be there", async () => {
  await using home = await TestHome.create();
  const none = { expected: { fetches: [] }, words: { logs: [] }, keep: { kv: { a: null } } };
  for (const [what, expect] of Object.entries(none)) {
    const { code, failed, stdout } = await played(home, [later(what, { within: 400, expect })]);
    assertEquals([code, failed], [1, [`command later ${what}`]], stdout);
    assertEquals((await played(home, [later("nothing", { within: 100, expect })])).code, 0);
  }
});

Deno.test("X1 capsule test: an end of the process by itself fails the step that sees it, once, or is its error", async () => {
  await using home = await TestHome.create();
  const unseen = await played(home, [
    later("throw"),
    { wait: 2 * LATE_MS, within: 0 },
    { restart: true },
    later("words"),
  ]);
  assertEquals(unseen.failed, [`wait ${2 * LATE_MS} ms`], unseen.stdout);
  const expect = { error: { $contains: ["it ended by itself", "boom"] } };
  const expected = await played(home, [later("throw"), { wait: 2 * LATE_MS, expect }, { wait: 1 }]);
  assertEquals([expected.code, expected.failed], [0, []], expected.stdout);
});

Deno.test("X1 capsule test: what a capsule fetches at its start is of the first step", async () => {
  await using home = await TestHome.create();
  const start = "await fetch(url).catch(() => {});";
  const refused = await played(home, [later("nothing", { within: 0 })], start);
  assertEquals(refused.failed, ["command later nothing"], refused.stdout);
  assertMatch(refused.stdout, /- no fetch that this step does not expect\n/);
  const seen = await played(home, [later("nothing", { expect: { fetches: [{ url: URL }] } })], start);
  assertEquals([seen.code, seen.failed], [0, []], seen.stdout);
});

Deno.test("X1 capsule test: without a test, what a capsule says by itself at the end is shown", async () => {
  await using home = await TestHome.create();
  const start = `setTimeout(() => capsule.log("by itself"), 60);`;
  const main = `export default (capsule: any) => { ${start} };`;
  const folder = writeCapsule(`${home.root}/made`, { name: "tells" }, { "main.ts": main });
  const { code, stdout } = await home.cli(["capsule", "test", folder]);
  assertMatch(stdout, /\nok {3}1 end\n {7}log: by itself\n1 passed, 0 failed\n$/);
  assertEquals(code, 0);
});
