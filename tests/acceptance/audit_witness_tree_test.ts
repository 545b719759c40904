// deno-lint-ignore-file no-sync-fn-in-async-fn -- changes files between two steps: nothing else waits
/** A tree that begins anew behind a pruning, by accident or on purpose: no place takes it for the one before. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { JOURNAL_FORMAT } from "../../src/protocol/version.ts";
import type { TestHome } from "../support/harness.ts";
import { readJournal } from "../support/harness_journal.ts";
import { fillHome, openHomeJournal, signHome } from "../support/home_journal.ts";
import { audit, grow, signedHome } from "../support/witness_home.ts";

/** Records in several files, signed. */
async function fillFiles(home: TestHome): Promise<void> {
  const journal = openHomeJournal(home, 2500);
  fillHome(journal, 40);
  await signHome(home, journal);
  await journal.close();
}

/**
 * The oldest files go, and `journal.checkpoints` too.
 *
 * @param isLostBefore so that the record of the pruning has no tree to keep: then the tree that is signed next begins anew
 */
async function pruneAndLose(home: TestHome, isLostBefore: boolean): Promise<void> {
  const file = home.path("journal.checkpoints");
  const journal = openHomeJournal(home, 2500);
  await journal.snapshot({});
  const { seq } = await signHome(home, journal);
  if (isLostBefore) Deno.removeSync(file);
  assert(await journal.prune(Date.now() + 60_000, seq) !== undefined);
  await journal.close();
  if (!isLostBefore) Deno.removeSync(file);
  await grow(home, 40);
}

Deno.test("C4 a tree goes on behind a pruning where journal.checkpoints is lost, and another journal is found by a place", async () => {
  await using home = await signedHome();
  const [file, early] = [`${home.root}/kept.notes`, `${home.root}/early.notes`];
  const head = `${home.root}/head.json`;
  await audit(home, 0, "witness", "--file", early);
  const { seq: size = 0, hash } = readJournal(home).at(-1) ?? {};
  Deno.writeTextFileSync(head, JSON.stringify({ size, hash, format: JOURNAL_FORMAT }));
  await fillFiles(home);
  await audit(home, 0, "witness", "--file", file);
  const kept = Deno.readTextFileSync(file);
  await pruneAndLose(home, false);
  assertStringIncludes(await audit(home, 0, "verify", "--witness", file), "1 checkpoint kept elsewhere fit");
  assertStringIncludes(await audit(home, 0, "witness", "--file", file), `kept at ${file}`);
  assert(Deno.readTextFileSync(file).startsWith(kept));
  assertStringIncludes(await audit(home, 0, "verify", "--witness", file), "2 checkpoints kept elsewhere fit");
  const gone = await audit(home, 1, "verify", "--witness", early);
  assertStringIncludes(gone, "no checkpoint that was kept proves any of the records that are left\nhint: unless");
  const [plain, program] = [
    await home.cli(["audit", "verify", "--witness", early]),
    await home.cli(["audit", "verify", "--witness", early, "--json"]),
  ];
  assert(plain.stdout.startsWith("not proven: "), plain.stdout);
  const { ok, problem, size: last } = JSON.parse(program.stdout);
  assertEquals([program.code, ok, last], [1, false, readJournal(home).at(-1)?.seq]);
  assertEquals(program.stderr, `error: ${problem.what}\nhint: ${problem.hint}\n`);
  const against = await audit(home, 1, "verify", "--against", early);
  assertStringIncludes(against, "no checkpoint that was kept proves any of the records that are left");
  const headGone = await audit(home, 1, "verify", "--against", head);
  assertStringIncludes(headGone, "the head that was kept proves none of the records that are left");
  const headProgram = await home.cli(["audit", "verify", "--against", head, "--json"]);
  assertEquals([headProgram.code, JSON.parse(headProgram.stdout).ok], [1, false]);

  for (const name of ["journal", "journal.head", "journal.checkpoints"]) {
    Deno.removeSync(home.path(name), { recursive: true });
  }
  await fillFiles(home);
  await pruneAndLose(home, false);
  const found = await audit(home, 7, "verify", "--witness", file);
  assertStringIncludes(found, `the checkpoint of 69 records in ${file}, line 1`);
});

Deno.test("C4 checkpoints of a tree that the journal has lost are a fault, whatever another tree beside them proves", async () => {
  await using home = await signedHome();
  const [file, early, mixed] = [`${home.root}/kept.notes`, `${home.root}/early.notes`, `${home.root}/mixed.notes`];
  await audit(home, 0, "witness", "--file", early);
  await fillFiles(home);
  await audit(home, 0, "witness", "--file", file);
  await pruneAndLose(home, true);
  const { code, stdout, stderr } = await home.cli(["audit", "verify", "--witness", file, "--json"]);
  assertEquals(code, 7);
  const { what, hint } = JSON.parse(stdout).problem;
  assertStringIncludes(
    what,
    `does not lead to the checkpoint of 69 records in ${file}, line 1: nothing is known any more`,
  );
  assertStringIncludes(stderr, `hint: ${hint}`);

  // As an earlier version kept them: both trees at one place.
  await audit(home, 0, "witness", "--file", mixed);
  assertStringIncludes(await audit(home, 0, "verify", "--witness", mixed), "1 checkpoint kept elsewhere fit");
  const anew = Deno.readTextFileSync(mixed);
  const [lost, pruned] = [file, early].map((path) => Deno.readTextFileSync(path));
  for (
    const [code, notes, says] of [
      [7, [lost, anew], "does not lead to the checkpoint of 69 records in"],
      [1, [anew, pruned], "no checkpoint of agent-console/journal/"],
    ] as const
  ) {
    Deno.writeTextFileSync(mixed, notes.join("\n"));
    assertStringIncludes(await audit(home, code, "verify", "--witness", mixed), says);
    assertStringIncludes(await audit(home, 7, "witness", "--file", mixed), "that is of the tree");
    assertEquals(Deno.readTextFileSync(mixed), notes.join("\n"));
  }
});

Deno.test("C10 behind a gap that an earlier version pruned, new checkpoints are kept at a place of their own", async () => {
  await using home = await signedHome();
  const [before, behind] = ["before", "behind"].map((name) => `${home.root}/${name}.notes`) as [string, string];
  await audit(home, 0, "witness", "--file", before);
  const journal = openHomeJournal(home, 2500);
  fillHome(journal, 40);
  await journal.snapshot({});
  assert(await journal.prune(Date.now() + 60_000, Infinity) !== undefined); // as one that knows no checkpoints
  await journal.close();
  assertStringIncludes(await audit(home, 7, "witness", "--file", before), "doctor --fix");
  Deno.renameSync(home.path("journal.checkpoints"), home.path("journal.checkpoints.until-21")); // as doctor --fix does
  await grow(home, 5);
  assertStringIncludes(
    await audit(home, 7, "witness", "--file", before),
    "where a tree had to begin anew, leave this place as it is and keep new checkpoints at",
  );
  await audit(home, 0, "witness", "--file", behind);
  assertStringIncludes(await audit(home, 0, "verify", "--witness", behind), "1 checkpoint kept elsewhere fit");
  const old = await audit(home, 1, "verify", "--witness", before);
  assertStringIncludes(old, "leave them as they are, and keep newer ones, in time, at another place");
});
