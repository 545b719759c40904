// deno-lint-ignore-file no-sync-fn-in-async-fn -- the disk is damaged while no daemon runs: nothing else waits
/** C2 to C4 and F3 through the real program, at a few places; tests of the journal itself go through all of them. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { TestHome } from "../support/harness.ts";
import { brokenAt, journalPicture, lastSegment, readJournal } from "../support/harness_journal.ts";
import { exists } from "../support/exists.ts";
import { eventually, pause, rounds } from "../support/harness_wait.ts";
import type { Json } from "../support/wire.ts";

/** What a daemon that made some records and was killed left in its journal: name and bytes, made once for all tests. */
let made: Promise<ReadonlyMap<string, Uint8Array>> | undefined;

async function make(): Promise<ReadonlyMap<string, Uint8Array>> {
  await using home = await TestHome.create();
  try {
    await home.start();
    await using client = await home.connect({ token: true });
    for (let at = 0; at < 20; at++) {
      await client.request("session.update", { sessionId: `s${at % 4}`, agent: "test", title: `title ${at}` });
    }
  } finally {
    await home.kill();
  }
  const names = [...Deno.readDirSync(home.path("journal"))].map(({ name }) => name);
  return new Map(names.map((name) => [name, Deno.readFileSync(home.path(`journal/${name}`))]));
}

/** A home whose daemon made some records and was killed. */
async function recorded(): Promise<TestHome> {
  const home = await TestHome.create();
  const files = await (made ??= make());
  for (const folder of [home.dir, home.path("journal")]) Deno.mkdirSync(folder, { mode: 0o700 });
  for (const [name, bytes] of files) Deno.writeFileSync(home.path(`journal/${name}`), bytes, { mode: 0o600 });
  return home;
}

Deno.test("C2 a last segment that was cut starts, keeps the torn bytes and records it", async () => {
  for (const cut of [1, 150, 299, ...Array.from({ length: 29 }, (_, at) => 2 + 10 * at)].slice(0, rounds(3, 32))) {
    await using home = await recorded();
    const path = lastSegment(home);
    const bytes = Deno.readFileSync(path);
    Deno.writeFileSync(path, bytes.subarray(0, bytes.length - cut));
    const whole = Deno.readTextFileSync(path).split("\n").slice(0, -1);
    const torn = Deno.readTextFileSync(path).slice(whole.join("\n").length + 1);
    await home.start();
    const lines = readJournal(home);
    assertEquals(brokenAt(lines), undefined, `cut ${cut}`);
    const recovered = lines.find((line) => line.type === "daemon.recovered");
    if (torn === "") assertEquals(recovered, undefined);
    else {
      assertEquals(recovered?.data["tornBytes"], new TextEncoder().encode(torn).length, `cut ${cut}`);
      const kept = [...home.files()].filter(([file, text]) => file !== path && text === torn);
      assertEquals(kept.length, 1, `the torn bytes are kept aside once: ${[...home.files().keys()]}`);
    }
    assertEquals((await home.cli(["audit", "verify"])).code, 0);
  }
});

/** Starts the daemon and waits for its head file, which is on the disk a little later than the daemon is ready. */
async function startWithHead(home: TestHome): Promise<void> {
  await home.start();
  await eventually(() => exists(home.path("journal.head")), 20_000, "the head file");
}

/** Damage around the tenth record of a journal. */
const DAMAGE: readonly (readonly [string, (lines: string[]) => string[]])[] = [
  [
    "a flipped bit in the data of a record",
    (l) => l.map((line, at) => at === 9 ? line.replace("title", "tjtle") : line),
  ],
  ["a flipped bit in a hash", (l) => l.map((line, at) => at === 9 ? flipHash(line) : line)],
  ["a deleted record", (l) => l.filter((_, at) => at !== 9)],
  ["two swapped records", (l) => [...l.slice(0, 9), l[10] ?? "", l[9] ?? "", ...l.slice(11)]],
  ["a record that stands twice", (l) => [...l.slice(0, 10), l[9] ?? "", ...l.slice(10)]],
  ["rubbish between records", (l) => [...l.slice(0, 9), "rubbish", ...l.slice(9)]],
  ["an empty line between records", (l) => [...l.slice(0, 9), "", ...l.slice(9)]],
];

function flipHash(line: string): string {
  return line.replace(/"hash":"(.)/, (_, digit: string) => `"hash":"${digit === "0" ? "1" : "0"}`);
}

const WAYS = [["audit", "verify"], ["daemon", "start"], ["daemon"], ["--no-start", "audit", "verify", "--json"]];

for (const [nth, [what, damage]] of DAMAGE.entries()) {
  Deno.test(`C3 ${what} is found at start and by verify: exit 7 with segment, seq and offset, nothing written`, async () => {
    await using home = await recorded();
    const path = lastSegment(home);
    const lines = Deno.readTextFileSync(path).split("\n");
    Deno.writeTextFileSync(path, damage(lines).join("\n"));
    const before = journalPicture(home);
    for (const [at, args] of WAYS.entries()) {
      // The short run takes each way with the first damage, and with the others one to verify and one to start in turn.
      if (nth >= rounds(1, DAMAGE.length) && (at < 2) !== (nth % 2 === 0)) continue;
      const outcome = await home.cli(args);
      const said = outcome.stdout + outcome.stderr;
      assertEquals(outcome.code, 7, `${args.join(" ")}: ${said}`);
      assertStringIncludes(said, path.slice(path.lastIndexOf("/") + 1));
      assert(/(seq|record)\D{0,6}(10|11)\b/.test(said), `names the record: ${said}`);
      assert(/(offset|byte)\D{0,6}\d+/.test(said), `names the place in the file: ${said}`);
      assertEquals(journalPicture(home), before, args.join(" "));
    }
  });
}

Deno.test("C3 a segment that is missing is found at start: exit 7", async () => {
  await using home = await recorded();
  Deno.renameSync(lastSegment(home), home.path("journal/0000000000000002.jsonl"));
  const before = journalPicture(home);
  assertEquals((await home.cli(["daemon", "start"])).code, 7);
  assertEquals(journalPicture(home), before);
});

Deno.test("C4 records cut from the end are found against a kept head; without one completeness is said to be unproven", async () => {
  await using home = await recorded();
  await startWithHead(home);
  const head = await home.json(["audit", "head", "--json"]);
  assert(Number(head["size"]) >= 20 && /^[0-9a-f]{64}$/.test(String(head["hash"])));
  const file = `${home.root}/head.json`;
  Deno.writeTextFileSync(file, JSON.stringify(head));
  const good = await home.cli(["audit", "verify", "--against", file]);
  assertEquals(good.code, 0, good.stderr);
  await home.kill();

  const path = lastSegment(home);
  const lines = Deno.readTextFileSync(path).split("\n");
  Deno.writeTextFileSync(path, [...lines.slice(0, -6), ""].join("\n"));
  const against = await home.cli(["audit", "verify", "--against", file]);
  assertEquals(against.code, 7, `${against.stdout}${against.stderr}`);
  Deno.removeSync(home.path("journal.head")); // it may know them too
  assertEquals((await home.cli(["audit", "verify", "--against", file])).code, 7);
  const alone = await home.cli(["audit", "verify"]);
  assertEquals(alone.code, 0, alone.stderr);
  assertStringIncludes(alone.stdout, "completeness is not proven");
});

Deno.test("C4 a journal that was written anew is found against a kept head", async () => {
  await using home = await recorded();
  await startWithHead(home);
  const file = `${home.root}/head.json`;
  Deno.writeTextFileSync(file, JSON.stringify(await home.json(["audit", "head", "--json"])));
  await home.kill();
  for (const name of ["journal", "journal.head"]) Deno.removeSync(home.path(name), { recursive: true });
  await home.start();
  await using client = await home.connect({ token: true });
  for (let at = 0; at < 40; at++) await client.request("session.update", { sessionId: "other", agent: "test" });
  const outcome = await home.cli(["audit", "verify", "--against", file]);
  assertEquals(outcome.code, 7, `${outcome.stdout}${outcome.stderr}`);
});

Deno.test("C8 verify during writes raises no false alarm", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect({ token: true });
  let writing = true;
  const writer = (async () => {
    for (let at = 0; writing; at++) {
      await client.request("session.update", { sessionId: `s${at % 9}`, agent: "test", title: "x".repeat(at % 999) });
      // Without a pause the long run verifies a hundred megabytes a hundred times.
      if (at % 5 === 4) await pause(20);
    }
  })();
  try {
    for (let at = 0; at < rounds(4, 100); at++) {
      const outcome = await home.cli(["audit", "verify", "--json"]);
      assertEquals(outcome.code, 0, outcome.stderr);
      assertEquals((JSON.parse(outcome.stdout) as Json)["schema"], 1);
    }
  } finally {
    writing = false;
    await writer;
  }
});

Deno.test("F3 a journal of a newer format is refused with exit 5, its bytes unchanged", async () => {
  await using home = await recorded();
  const path = lastSegment(home);
  const text = Deno.readTextFileSync(path);
  assert(text.includes('"format":1'));
  Deno.writeTextFileSync(path, text.replace('"format":1', '"format":2'));
  const before = journalPicture(home);
  for (const args of [["daemon"], ["daemon", "start"]]) {
    const outcome = await home.cli(args);
    assertEquals(outcome.code, 5, `${args.join(" ")}: ${outcome.stdout}${outcome.stderr}`);
    assertEquals(journalPicture(home), before);
  }
});
