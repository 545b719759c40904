// deno-lint-ignore-file no-sync-fn-in-async-fn -- changes files between two steps: nothing else waits
/** What the daemon decides by comes from records only: forged snapshots, changed records and missing segments. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { TestHome } from "../support/harness.ts";
import { readJournal } from "../support/harness_journal.ts";
import { eventually } from "../support/harness_wait.ts";
import type { Json } from "../support/wire.ts";

const FIRST = "journal/0000000000000001.jsonl";

function event(id: string, text = "hello"): Json {
  return { agent: "claude", event: { session_id: id, hook_event_name: "UserPromptSubmit", cwd: "/x", prompt: text } };
}

/** A home that was used and stopped: a journal with its snapshot. */
async function usedHome(events = 40): Promise<TestHome> {
  const home = await TestHome.create();
  await home.start();
  {
    await using client = await home.connect();
    for (let i = 0; i < events; i++) await client.request("session.report", event(`s${i % 5}`, `text ${i}`));
  }
  await home.stop();
  return home;
}

/** Changes the snapshot's state and gives it a digest of its own, as a forger would. */
async function forge(home: TestHome, change: (state: Record<string, Json>) => void): Promise<void> {
  const path = home.path("journal/snapshot.json");
  const text = Deno.readTextFileSync(path);
  const [, place, json] = /^\{"digest":"[0-9a-f]{64}"(,.*?"state":)(.*)\}\n$/s.exec(text)!;
  const state = JSON.parse(json!);
  change(state);
  const forged = JSON.stringify(state);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(forged)));
  const digest = [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  Deno.writeTextFileSync(path, `{"digest":"${digest}"${place}${forged}}\n`);
}

Deno.test("C3 a rule in a forged snapshot brings nothing, and audit verify sees the snapshot", async () => {
  await using home = await usedHome();
  const rule = {
    id: "evil",
    decision: "allow",
    tool: "*",
    pattern: "*",
    scope: "always",
    by: "cli:admin",
    createdAt: new Date().toISOString(),
  };
  await forge(home, (state) => {
    const approvals = state["projections"]!["approvals"] as { state: { rules: unknown[] } };
    approvals.state.rules.push(rule);
  });
  const { code, stderr } = await home.cli(["audit", "verify"]);
  assertEquals(code, 0, stderr);
  assertStringIncludes(stderr, "no record of the journal vouches for snapshot.json");
  assertEquals((await home.json(["audit", "verify", "--json"]))["snapshot"], "not vouched for");
  await home.start();
  await using client = await home.connect({ token: true });
  assertEquals((await client.request("approval.rules") as { rules: unknown[] }).rules, []);
  assertEquals((await client.request("session.list") as { sessions: unknown[] }).sessions.length, 5);
  await home.stop();
  assertEquals((await home.json(["audit", "verify", "--json"]))["snapshot"], "vouched for");
});

Deno.test("C3 a changed older record is found within a minute of the start, and ends the daemon with exit 7", async () => {
  await using home = await usedHome();
  const bytes = Deno.readFileSync(home.path(FIRST));
  const at = new TextDecoder().decode(bytes).indexOf("text 7");
  bytes[at + 5] = "8".charCodeAt(0);
  Deno.writeFileSync(home.path(FIRST), bytes);
  await using daemon = await home.foreground();
  const { code } = await daemon.exit(60_000);
  assertEquals(code, 7);
  const written = readFirst(home);
  const [line] = Deno.readTextFileSync(home.path("logs/daemon.log")).split("\n").filter((one) =>
    one.includes("does not verify")
  );
  for (const word of ["0000000000000001.jsonl", "seq", "offset"]) assertStringIncludes(line ?? "", word);
  // The next one does not begin to serve.
  const again = await home.cli(["daemon"]);
  assertEquals(again.code, 7, again.stderr);
  assertStringIncludes(again.stderr, "is altered");
  assertEquals(readFirst(home), written);
});

Deno.test("C3 audit.verify finds a record that was changed while the daemon runs, says where, and ends it with exit 7", async () => {
  await using home = await usedHome();
  await using daemon = await home.foreground();
  await using client = await home.connect({ token: true });
  const before = await client.request("audit.verify");
  assertEquals([before["ok"], before["problem"]], [true, undefined]);
  const bytes = Deno.readFileSync(home.path(FIRST));
  bytes[new TextDecoder().decode(bytes).indexOf("text 7") + 5] = "8".charCodeAt(0);
  Deno.writeFileSync(home.path(FIRST), bytes);
  const found = await client.request("audit.verify");
  assertEquals([found["ok"], (found["problem"] as Json)["segment"]], [false, "0000000000000001.jsonl"]);
  assertEquals((await daemon.exit(60_000)).code, 7);
});

function readFirst(home: TestHome): string {
  return Deno.readTextFileSync(home.path(FIRST));
}

Deno.test("C8 status says how far the records are verified, and in the end: all", async () => {
  await using home = await usedHome(200);
  await home.start();
  const status = async () => (await home.json(["status", "--json"]))["journal"] as Json;
  const isVerified = (journal: Json) => journal["lastVerifiedAt"] !== null;
  await eventually(async () => isVerified(await status()), 60_000, "the verification", 100);
  const { ok, count, verifiedTo } = await status();
  assertEquals([ok, verifiedTo], [true, count]);
  assertStringIncludes((await home.cli(["status", "-v"])).stdout, `verified to seq ${count}`);
});

Deno.test("C4 audit verify misses segments that are gone, also where nothing is left of the journal", async () => {
  await using home = await usedHome();
  const counted = readJournal(home).length;
  const segments = () => [...Deno.readDirSync(home.path("journal"))].filter(({ name }) => name.endsWith(".jsonl"));
  for (const { name } of segments()) Deno.removeSync(home.path(`journal/${name}`));
  const verify = async (says: string) => {
    const { code, stderr } = await home.cli(["audit", "verify"]);
    assertEquals(code, 7, stderr);
    assertStringIncludes(stderr, says);
    assertStringIncludes(stderr, "the end was cut off");
  };
  await verify(`journal.head counts ${counted} records`);
  const head = () => Deno.readTextFileSync(home.path("journal.head"));
  const kept = head();
  await refused(home, `journal.head counts ${counted} records`);
  assertEquals([segments(), head()], [[], kept], "the witness knows what it knew");
  for (const name of ["journal.head", "journal.checkpoints"]) Deno.removeSync(home.path(name));
  await verify("snapshot.json counts");
  // A snapshot alone, which may be forged, keeps nobody from starting: the log and the journal say what it knew.
  await home.start();
  await home.stop();
  for (const says of ["the snapshot was not used", "records of the journal are lost"]) {
    assertStringIncludes(Deno.readTextFileSync(home.path("logs/daemon.log")), says);
  }
  const after = await home.cli(["audit", "verify"]);
  assertEquals(after.code, 0, after.stderr);
  assert(/record \d+ says that a start found records lost: there were \d+/.test(after.stderr), after.stderr);
});

/** A start ends with exit 7, says so in the log, and names the way out. */
async function refused(home: TestHome, says: string): Promise<void> {
  for (const args of [["daemon"], ["ls"]]) {
    const { code, stderr } = await home.cli(args);
    assertEquals(code, 7, stderr);
    assertStringIncludes(stderr, says);
    assertStringIncludes(stderr, "move journal.head");
  }
  assertStringIncludes(Deno.readTextFileSync(home.path("logs/daemon.log")), says);
}

Deno.test("C4 a journal's folder that is gone whole is missed by audit verify and each start, until its head file is removed", async () => {
  await using home = await usedHome();
  Deno.removeSync(home.path("journal"), { recursive: true });
  const { code, stderr } = await home.cli(["audit", "verify"]);
  assertEquals(code, 7, stderr);
  assertStringIncludes(stderr, "journal.head counts");
  await refused(home, "journal.head counts");
  for (const name of ["journal.head", "journal.checkpoints"]) Deno.removeSync(home.path(name));
  await home.start();
  await home.stop();
  assertEquals((await home.cli(["audit", "verify"])).code, 0);
});

Deno.test(
  "C4 records cut from the end, to an empty file too, are missed by audit verify and each start; without the head file one goes on",
  async () => {
    await using home = await usedHome();
    const lines = readFirst(home).split("\n").slice(0, -1);
    const says = `journal.head counts ${lines.length} records, the end was cut off`;
    for (const cut of [1, 3, 30, lines.length]) {
      Deno.writeTextFileSync(home.path(FIRST), lines.slice(0, -cut).map((line) => `${line}\n`).join(""));
      const { code, stderr } = await home.cli(["audit", "verify"]);
      assertEquals(code, 7, `${cut}: ${stderr}`);
      assertStringIncludes(stderr, says);
      const { stdout } = await home.cli(["audit", "verify", "--json"]);
      assertEquals((JSON.parse(stdout) as Json)["ok"], false);
      if (cut === 1 || cut === lines.length) await refused(home, says);
    }
    // What a snapshot knows beyond the end is told, and written down by the start that goes on without the head file.
    for (const name of ["journal.head", "journal.checkpoints"]) Deno.removeSync(home.path(name));
    Deno.writeTextFileSync(home.path(FIRST), lines.slice(0, -5).map((line) => `${line}\n`).join(""));
    const { code, stdout, stderr } = await home.cli(["audit", "verify", "--json"]);
    assertEquals(code, 7, stderr);
    const known = Number(
      /snapshot\.json counts (\d+) records, the end was cut off, or a crash lost it/.exec(stderr)?.[1],
    );
    assert(known > lines.length - 5 && known <= lines.length, stderr);
    const { ok, problem } = JSON.parse(stdout) as Json;
    assertEquals([ok, (problem as Json)["seq"]], [false, lines.length - 4]);
    assertEquals((problem as Json)["offset"], (await Deno.stat(home.path(FIRST))).size);
    await home.start();
    assertEquals(readJournal(home).find(({ type }) => type === "daemon.recovered")?.data["missingUpTo"], known);
    const told = async () => (await home.json(["audit", "verify", "--json"]))["lost"] as Json | undefined;
    assertEquals((await told())?.["missingUpTo"], known);
    await home.stop();
    await home.start();
    await home.stop();
    assertEquals((await told())?.["missingUpTo"], known);
  },
);

Deno.test("C3 a pipe in a segment's or the head file's place, and a head file of other bytes, are told, not waited for", async () => {
  await using home = await usedHome(2);
  const pipe = async (name: string) => {
    const made = await new Deno.Command("mkfifo", { args: [home.path(name)] }).output();
    assert(made.success);
  };
  for (const name of ["journal.head", "journal.checkpoints"]) Deno.removeSync(home.path(name));
  const isTold = async (args: readonly string[], ...says: readonly string[]) => {
    const { code, stdout, stderr } = await home.cli([...args]);
    assertEquals(code, args[0] === "doctor" ? 1 : 7, stderr);
    for (const text of says) assertStringIncludes(stdout + stderr, text);
  };
  await pipe("journal.head");
  await isTold(["audit", "verify"], ": journal.head at byte 0 is a device or pipe, not a file", "move journal.head");
  Deno.removeSync(home.path("journal.head"));
  Deno.writeTextFileSync(home.path("journal.head"), "");
  const other = ": journal.head at byte 0 is not what the daemon writes";
  for (const args of [["audit", "verify"], ["daemon"], ["doctor"]]) await isTold(args, other, "move journal.head");
  await isTold(["audit", "verify", "--offline", home.path("journal")], other, "copy it anew");
  Deno.removeSync(home.path("journal.head"));
  assertEquals((await home.cli(["audit", "verify"])).code, 0);
  await pipe("journal/0000000000009999.jsonl");
  for (const args of [["audit", "verify"], ["daemon"]]) {
    const { code, stderr } = await home.cli(args);
    assertEquals(code, 7, stderr);
    assertStringIncludes(stderr, "is a device or pipe, not a file");
  }
});

Deno.test("C6 a segment that is taken away while the daemon runs makes it read-only: nothing is written to a file without a name", async () => {
  await using home = await TestHome.create();
  await home.start({ args: ["--limit", "tickMs=300"] });
  await using client = await home.connect({ token: true });
  await client.request("session.report", event("s1"));
  Deno.removeSync(home.path(FIRST));
  const isReadOnly = async () => (await client.request("status"))["state"] === "read_only";
  await eventually(isReadOnly, 30_000, "a journal that is read-only", 50);
  const { error } = await client.call("session.report", event("s2"));
  assertEquals(error?.data?.["name"], "read_only");
  assertStringIncludes(error?.message ?? "", "is gone");
  const { code, stderr } = await home.cli(["audit", "verify"]);
  assertEquals(code, 7, stderr);
});
