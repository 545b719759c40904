// deno-lint-ignore-file no-sync-fn-in-async-fn -- changes files between two steps: nothing else waits
/** What `audit verify` says where files beside the journal are missing, the key is another, or nothing holds: with what to do. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { TestHome } from "../support/harness.ts";
import { readJournal } from "../support/harness_journal.ts";
import { homeKeyText, signMore } from "../support/home_journal.ts";
import { grow, signedHome } from "../support/witness_home.ts";

async function said(home: TestHome, code: number, ...args: string[]): Promise<string> {
  const done = await home.cli(["audit", "verify", ...args]);
  assertEquals(done.code, code, `${args.join(" ")}: ${done.stdout}${done.stderr}`);
  return code === 7 ? done.stderr : done.stdout;
}

const ANEW = "whoever can write the files can have made any record";
const END = "nobody knows whether records at the end are gone";
const OWN = "(none was made yet, or it was taken away)";

Deno.test("C10 a home whose head or checkpoints are missing is told so, with what nothing shows any more", async () => {
  await using home = await TestHome.create();
  await signMore(home);
  const size = readJournal(home).length;
  const whole = await said(home, 0);
  assert(!whole.includes("missing") && !whole.includes(ANEW), whole);
  Deno.writeTextFileSync(home.path("kept.json"), (await home.cli(["audit", "prove", String(size), "--json"])).stdout);
  Deno.truncateSync(home.path("journal.checkpoints"));
  const empty = await said(home, 0);
  assertStringIncludes(empty, `journal.checkpoints is empty ${OWN}: ${ANEW} anew\n`);
  assert(!empty.includes(END) && !empty.includes("yet\n"), empty);
  const program = JSON.parse(await said(home, 0, "--json"));
  assertEquals([program.missingFiles, program.checkpoints.signatures], [["journal.checkpoints"], "none"]);
  Deno.removeSync(home.path("journal.checkpoints"));
  Deno.removeSync(home.path("journal.head"));
  const both = `journal.checkpoints is missing and journal.head is missing ${OWN}: ${ANEW}`;
  assertStringIncludes(await said(home, 0), `${both} anew, and ${END}\n`);
  assertStringIncludes(await said(home, 0, "--against", home.path("kept.json")), `${both} behind record ${size} anew`);
  assertEquals(JSON.parse(await said(home, 0, "--json")).missingFiles, ["journal.checkpoints", "journal.head"]);
});

Deno.test("C10 a checkpoint that was removed is not missed: those that are left say up to which record they reach", async () => {
  await using home = await signedHome();
  const first = readJournal(home).length;
  for (const count of [10, 5]) await grow(home, count);
  const size = readJournal(home).length;
  const file = home.path("journal.checkpoints");
  const lines = Deno.readTextFileSync(file).split("\n").slice(0, -1);
  assertEquals(lines.length, 3);
  assertStringIncludes(await said(home, 0), `: 3 checkpoints up to record ${size}\n`);
  Deno.writeTextFileSync(file, `${lines[0]}\n${lines[2]}\n`);
  assertStringIncludes(await said(home, 0), `: 2 checkpoints up to record ${size}\n`);
  Deno.writeTextFileSync(file, `${lines[0]}\n`);
  assertStringIncludes(await said(home, 0), `: 1 checkpoint up to record ${first}\n`);
});

Deno.test("C10 what an earlier key of the home has signed is checked the way that the hint names", async () => {
  await using home = await TestHome.create();
  await signMore(home);
  const old = await homeKeyText(home);
  const place = `${home.root}/kept.notes`;
  assertEquals((await home.cli(["audit", "witness", "--file", place])).code, 0);
  const size = readJournal(home).length;
  for (const name of ["keys/journal.key", "journal.checkpoints"]) Deno.removeSync(home.path(name));
  await signMore(home);
  const hint = "copy the folder journal without journal.checkpoints, then " +
    "agent-console audit verify --offline COPY --key OLD --witness PLACE";
  assertStringIncludes(await said(home, 7, "--witness", place), hint);
  assertStringIncludes(
    await said(home, 7, "--key", old, "--witness", place),
    `for an earlier key of this home, ${hint}`,
  );
  const copy = `${home.root}/copy`;
  Deno.mkdirSync(copy);
  Deno.copyFileSync(home.path("journal/0000000000000001.jsonl"), `${copy}/0000000000000001.jsonl`);
  const found = await said(home, 0, "--offline", copy, "--key", old, "--witness", place);
  assertStringIncludes(found, `complete up to record ${size}`);
});

Deno.test("C10 a home that does not verify is told what to do, a program too", async () => {
  await using home = await TestHome.create();
  await signMore(home);
  const path = home.path("journal/0000000000000001.jsonl");
  Deno.writeTextFileSync(path, Deno.readTextFileSync(path).replace("xxx", "xxy"));
  const hint = "keep the files as they are, in another folder; then put back a copy for which " +
    "agent-console audit verify --offline COPY says ok";
  assertStringIncludes(await said(home, 7), `hint: ${hint}`);
  assertEquals(JSON.parse((await home.cli(["audit", "verify", "--json"])).stdout).problem.hint, hint);
});
