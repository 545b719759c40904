// deno-lint-ignore-file no-sync-fn-in-async-fn -- looks at files between two steps: nothing else waits
/** `audit query` and `audit export` as people use them: without a daemon, beside one, and for an auditor. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { createHash } from "node:crypto";
import { parseCheckpoint } from "../../src/merkle/note.ts";
import { rootOfLines } from "../support/checkpoints.ts";
import { TestHome } from "../support/harness.ts";
import { exists } from "../support/exists.ts";
import { lastSegment, readJournal } from "../support/harness_journal.ts";
import { TestTerminal } from "../support/terminal.ts";
import type { Json } from "../support/wire.ts";

const CONTROLS = "a\u001b[31m\u009b2J\u202eb";

async function home(): Promise<TestHome> {
  const home = await TestHome.create();
  await home.start();
  {
    await using client = await home.connect({ token: true });
    for (let i = 0; i < 12; i++) {
      const event = { session_id: `s${i % 3}`, hook_event_name: "UserPromptSubmit", cwd: "/x", prompt: `naïve ✓ ${i}` };
      await client.request("session.report", { agent: "claude", event });
    }
    await client.request("memory.append", { text: `=SUM(1) ${CONTROLS} token ghp_${"a1B2".repeat(9)}` });
  }
  return home;
}

async function audit(home: TestHome, code: number, ...args: string[]) {
  const done = await home.cli(["audit", ...args]);
  assertEquals(done.code, code, `${args.join(" ")}: ${done.stdout}${done.stderr}`);
  return done;
}

/** Where exports go: nothing of a person's lies in the home. */
const beside = (home: TestHome, name: string) => `${home.root}/${name}`;
const hash = (text: string) => createHash("sha256").update(text).digest("hex");

Deno.test("Q1 a query finds records with a daemon and without, and says what it left out", async () => {
  await using used = await home();
  const beside = await audit(used, 0, "query", "--session", "s1", "--type", "session", "--json");
  await used.stop();
  const all = readJournal(used);
  const { records, looked, matched, filter, journal } = JSON.parse(beside.stdout);
  const wanted = all.filter(({ type, data }) =>
    type.startsWith("session.") && (data["session"] as Json)["id"] === "s1"
  );
  assertEquals(records, wanted);
  assertEquals([matched, filter], [wanted.length, { types: ["session"], session: "s1" }]);
  assertEquals(looked, journal.last);
  const words = await audit(used, 0, "query", "--text", "SUM(", "-n", "1");
  assertStringIncludes(words.stdout, "memory.appended");
  assertStringIncludes(words.stdout, "a\\x1b[31m\\x9b2J\\u202eb");
  assert(!/\p{Cc}(?<!\n)/u.test(words.stdout + words.stderr), words.stdout);
  assertMatch(words.stderr, /^1 shown of \d+ records looked at \(\d+ to \d+\); the journal has \d+ \(1 to \d+\)$/m);
  const counted = `0 shown of ${all.length} records looked at (1 to ${all.length})`;
  const cases: readonly [args: string[], ...says: string[]][] = [
    [["--type", "sesion"], counted, "has the type sesion: did you mean session?"],
    [["--session", "x"], counted, "no session of the records that were looked at begins with x"],
    [["--session", "s1-"], counted, "begins with s1-: did you mean s1?"],
    [["--actor", "daemn"], counted, "has the actor daemn: did you mean daemon?"],
    [["--actor", "nobody"], counted, "has the actor nobody: actors are "],
    [["--session", "s"], "3 sessions begin so: s0, s1, s2"],
    [["-n", "2"], "earlier records were not looked at"],
  ];
  await Promise.all(cases.map(async ([args, ...says]) => {
    const { stderr } = await audit(used, 0, "query", ...args);
    for (const one of says) assertStringIncludes(stderr, one);
  }));
  const { actors, types, nearSessions } = JSON.parse((await audit(used, 0, "query", "--actor", "x", "--json")).stdout);
  assertEquals([actors, types, nearSessions], [
    [...new Set(all.map(({ actor }) => actor))].sort(),
    [...new Set(all.map(({ type }) => type))].sort(),
    undefined,
  ]);
  await using empty = await TestHome.create();
  assertStringIncludes((await audit(empty, 1, "query")).stderr, "there is no journal with records");
  assert(!exists(empty.dir), "a query has made a home");
});

Deno.test("Q1 an export is the journal's own lines, and its last line ties it to the signed root", async () => {
  await using used = await home();
  await used.stop();
  const path = beside(used, "out.jsonl");
  const said = await audit(used, 0, "export", "--output", path);
  const all = readJournal(used);
  assertStringIncludes(said.stderr, `${all.length} exported of ${all.length} records looked at`);
  assertEquals(Deno.statSync(path).mode! & 0o777, 0o600);
  const text = Deno.readTextFileSync(path);
  const lines = text.split("\n").slice(0, -2);
  assertEquals(lines.map((line) => JSON.parse(line)), all);
  const { export: manifest } = JSON.parse(text.split("\n").at(-2)!);
  const body = lines.map((line) => `${line}\n`).join("");
  assertEquals([manifest.sha256, manifest.bytes], [hash(body), new TextEncoder().encode(body).length]);
  assertEquals([manifest.exported, manifest.looked, manifest.first, manifest.last], [
    all.length,
    all.length,
    1,
    all.length,
  ]);
  assertEquals(manifest.journal, { first: 1, last: all.length, hash: all.at(-1)!.hash });
  const { seq, hash: covered, checkpoint } = manifest.signed;
  assertEquals(covered, all[seq - 1]!.hash);
  assertEquals(rootOfLines(lines.slice(0, seq)), parseCheckpoint(checkpoint)!.root.toBase64());
  assert(!text.includes("ghp_"), "a secret is in the export");
  await using terminal = await TestTerminal.open(used, ["audit", "export", "--type", "memory"], { columns: 300 });
  const screen = await terminal.shows("[exit 0]");
  const shown = screen.split("\n").find((line) => line.includes("memory.appended"))!;
  assertStringIncludes(shown, "\\u001b[31m\\u009b2J\\u202eb");
  assertEquals(JSON.parse(shown), all.find(({ type }) => type === "memory.appended"));
  const piped = await audit(used, 0, "export", "--from", "3", "--to", "5");
  assertEquals(piped.stdout.split("\n").slice(0, 3), lines.slice(2, 5));
  assertStringIncludes(piped.stderr, "3 exported of 3 records looked at (3 to 5)");
  const nothing = JSON.parse((await audit(used, 0, "export", "--type", "job")).stdout);
  assertEquals([nothing.export.exported, nothing.export.looked, nothing.export.filter], [0, all.length, {
    types: ["job"],
  }]);
});

Deno.test("Q1 a table has a manifest beside it, no formula and no control, and overwrites nothing", async () => {
  await using used = await home();
  await used.stop();
  const path = beside(used, "out.csv");
  await audit(used, 0, "export", "--format", "csv", "--output", path);
  const text = Deno.readTextFileSync(path);
  const all = readJournal(used);
  const rows = text.split("\r\n");
  assertEquals([rows.length, rows.at(-1)], [all.length + 2, ""]);
  assertEquals(rows[0], "seq,time,type,actor,session,summary,data,prev,hash");
  assert(!/[^\P{Cc}\r\n]|\u202e/u.test(text), "a control is in the table");
  assertStringIncludes(text, `{""by"":`);
  const { export: manifest } = JSON.parse(Deno.readTextFileSync(`${path}.manifest.json`));
  assertEquals([manifest.format, manifest.exported, manifest.sha256], ["csv", all.length, hash(text)]);
  assertEquals(Deno.statSync(`${path}.manifest.json`).mode! & 0o777, 0o600);
  const again = await audit(used, 1, "export", "--format", "csv", "--output", path);
  assertStringIncludes(again.stderr, "is there already, and nothing is overwritten");
  Deno.symlinkSync(beside(used, "elsewhere"), beside(used, "link"));
  assertStringIncludes((await audit(used, 1, "export", "--output", beside(used, "link"))).stderr, "is there already");
  assertStringIncludes((await audit(used, 1, "export", "--output", beside(used, "no/x"))).stderr, "cannot be written");
  await audit(used, 1, "export", "--output", beside(used, "new"), "--manifest", path);
  await audit(used, 2, "export", "--output", beside(used, "new"), "--manifest", beside(used, "new"));
  await audit(used, 2, "export", "--output", beside(used, "new"), "--session", "s1", "--session", "s2");
  assertEquals(Deno.readTextFileSync(path), text);
  const piped = await audit(used, 0, "export", "--format", "csv", "--to", "2");
  assertEquals(piped.stdout.split("\r\n").length, 4);
  assertStringIncludes(piped.stderr, "--manifest FILE writes it");
  const segment = lastSegment(used);
  Deno.writeTextFileSync(segment, Deno.readTextFileSync(segment).replace("naïve ✓ 7", "naive ✓ 7"));
  assertMatch((await audit(used, 7, "export", "--output", beside(used, "new"))).stderr, /record \d+ in .* is altered/);
  for (const name of ["new", "elsewhere"]) assert(!exists(beside(used, name)), name);
});

Deno.test("Q1 an export whose manifest cannot be written leaves nothing, and one beside a broken file of checkpoints says so", async () => {
  await using used = await home();
  await used.stop();
  const [table, manifest] = [beside(used, "t.csv"), beside(used, "none/m.json")];
  const args = ["export", "--format", "csv", "--output", table, "--manifest"];
  const { stderr } = await audit(used, 1, ...args, manifest);
  assertStringIncludes(stderr, `error: ${manifest} cannot be written: `);
  assertStringIncludes(stderr, "hint: the folder must be there");
  assert(!exists(table), "the table stays");
  await audit(used, 1, "export", "--output", beside(used, "none/t"), "--manifest", beside(used, "m.json"));
  assert(!exists(beside(used, "m.json")), "the manifest stays");
  await audit(used, 0, ...args, beside(used, "m.json"));
  const path = `${used.dir}/journal.checkpoints`;
  const { size } = Deno.statSync(path);
  Deno.writeTextFileSync(path, "garbage\n", { append: true });
  for (const doing of [["export"], ["prove", "1"]]) {
    const broken = await audit(used, 7, ...doing);
    assertStringIncludes(
      broken.stderr,
      `journal.checkpoints ends in a line, at byte ${size}, that is not a checkpoint`,
    );
    assertEquals(broken.stdout, "");
  }
});
