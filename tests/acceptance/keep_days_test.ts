// deno-lint-ignore-file no-sync-fn-in-async-fn -- changes files between two steps: nothing else waits
/** `journal.keep_days` in the real program: old files go, the state and the proof stay. */
import { longTest } from "../support/long_step.ts";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { openJournal } from "../../src/journal/journal.ts";
import { daemonTimers, daemonTurns } from "../../src/platform/clock.ts";
import { denoFiles } from "../../src/platform/deno_files.ts";
import { runningSha256, sha256Hex } from "../../src/platform/hash.ts";
import { exists } from "../support/exists.ts";
import { TestHome } from "../support/harness.ts";
import { type Line, readJournal, segments } from "../support/harness_journal.ts";
import { eventually, pause } from "../support/harness_wait.ts";

const DAY_MS = 86_400_000;

/** Puts the records of the home into a new journal, as if 30 days ago; some more files are of then and of 3 days ago. */
async function aged(home: TestHome): Promise<void> {
  let days = 30;
  const records = readJournal(home).filter(({ type }) => !type.startsWith("journal."));
  Deno.removeSync(home.path("journal"), { recursive: true });
  for (const name of ["journal.head", "journal.checkpoints"]) Deno.removeSync(home.path(name)); // of another journal
  const { journal } = openJournal({
    dir: home.path("journal"),
    files: denoFiles,
    sha256: sha256Hex,
    runningSha256,
    clock: { now: () => Date.now() - days * DAY_MS, steady: () => performance.now() },
    timers: daemonTimers,
    turns: daemonTurns,
    fsync: "never",
    segmentBytes: 20_000,
    actor: "daemon",
  }, { restore: () => false, record: () => {} });
  for (const { type, actor, data } of records) journal.append({ type, actor, data });
  const filler = { applied: ["x".repeat(1000)], needsRestart: [] };
  for (let i = 0; i < 160; i++) {
    if (i === 100) days = 3;
    journal.append({ type: "daemon.config_reloaded", actor: "daemon", data: filler });
  }
  await journal.close();
}

function ofType(home: TestHome, type: string): Line[] {
  return readJournal(home).filter((line) => line.type === type);
}

longTest(
  "first hour 7: journal.keep_days removes old files, keeps sessions and rules, and audit verify says where it begins",
  async () => {
    await using home = await TestHome.create();
    await home.start();
    const event = { session_id: "old", hook_event_name: "UserPromptSubmit", cwd: "/x", prompt: "long ago" };
    await home.cli(["hook", "claude"], { stdin: JSON.stringify(event) });
    assertEquals((await home.cli(["rules", "add", "make all", "--yes"])).code, 0);
    await home.stop();
    await aged(home);
    const before = segments(home);
    assert(before.length > 4, `${before.length} files`);

    const limits = { args: ["--limit", "tickMs=300"] };
    await home.start(limits);
    assertEquals((await home.stop()).code, 0); // its end writes a snapshot
    assertEquals(segments(home).slice(0, before.length), before, "0 keeps all");

    await home.cli(["config", "set", "journal.keep_days", "40"]);
    await home.start(limits);
    await eventually(
      async () => {
        const { journal } = await home.json(["status", "--json"]) as unknown as { journal: Record<string, unknown> };
        return journal["lastVerifiedAt"] !== null || undefined;
      },
      10_000,
      "all records checked",
    );
    assertStringIncludes((await home.cli(["status"])).stdout, "a day");
    await pause(900); // three ticks, each of which could prune
    assertEquals(ofType(home, "journal.pruned"), []);
    const set = await home.cli(["config", "set", "journal.keep_days", "7"]);
    assertStringIncludes(set.stderr, "in force: 7");
    const [pruned] = await eventually(
      () => {
        const found = ofType(home, "journal.pruned");
        return found.length > 0 && !exists(before[0]!) ? found : undefined;
      },
      10_000,
      "a record of what went",
    );
    const { first, last, hash, tree, segments: gone } = pruned!.data as Record<string, unknown>;
    assertEquals((tree as { size: number }).size, last);
    await eventually(
      () => (gone as string[]).every((name) => !exists(home.path(`journal/${name}`))) || undefined,
      5000,
      "the files gone",
    );
    const [oldest] = readJournal(home);
    assertEquals([first, oldest?.seq, oldest?.prev], [1, (last as number) + 1, hash]);

    const live = await home.cli(["audit", "verify"]);
    assertEquals(live.code, 0, live.stderr);
    assertStringIncludes(live.stdout, `begins at record ${oldest!.seq}, pruned by keep_days\n`);
    assert(!live.stderr.includes("somebody else"), live.stderr);
    const head = `${home.root}/head.json`;
    await Deno.writeTextFile(head, (await home.cli(["audit", "head", "--json"])).stdout);
    const against = await home.cli(["audit", "verify", "--against", head]);
    assertStringIncludes(against.stdout, `complete from record ${oldest!.seq} to record `);
    assertStringIncludes(against.stdout, "of those before nothing is proven");
    assertEquals((await home.cli(["daemon", "restart"])).code, 0);
    const { sessions } = await home.json(["ls", "--json"]) as unknown as { sessions: { id: string }[] };
    assertEquals(sessions.map(({ id }) => id), ["old"]);
    assertStringIncludes((await home.cli(["rules", "list"])).stdout, "make all");
    assertEquals((await home.json(["audit", "verify", "--json"]))["begins"], oldest!.seq);

    // Who finds records gone, and has never asked for that, is to know.
    await home.cli(["config", "set", "journal.keep_days", "0"]);
    assertStringIncludes((await home.cli(["audit", "verify"])).stderr, "somebody else has removed those records");

    // Without its snapshot a start knows only what the kept records say, and tells so.
    await home.stop();
    Deno.removeSync(home.path("journal/snapshot.json"));
    await home.start(limits);
    const told = `error     what the journal said before record ${oldest!.seq} is not known: it was pruned`;
    assertStringIncludes((await home.cli(["status"])).stdout, told);
    assertEquals(ofType(home, "daemon.recovered").at(-1)?.data["unknownBefore"], oldest!.seq);
    await home.stop();

    Deno.removeSync(segments(home)[0]!);
    const cut = await home.cli(["audit", "verify"]);
    assertEquals(cut.code, 7);
    assertStringIncludes(cut.stderr, `record ${oldest!.seq} in `);
    const start = await home.cli(["daemon", "start"]);
    assertEquals([start.code, home.daemonPid()], [7, undefined], start.stderr);
  },
);
