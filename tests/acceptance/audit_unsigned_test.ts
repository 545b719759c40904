// deno-lint-ignore-file no-sync-fn-in-async-fn -- changes files between two steps: nothing else waits
/** Where an earlier version pruned what was not signed: every window says that nothing is signed, and doctor cures it. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { exists } from "../support/exists.ts";
import { TestHome } from "../support/harness.ts";
import { readJournal } from "../support/harness_journal.ts";
import { fillHome, openHomeJournal, signHome } from "../support/home_journal.ts";
import { eventually } from "../support/harness_wait.ts";

interface Finding {
  readonly id: string;
  readonly level: string;
  readonly text: string;
}

async function finding(home: TestHome): Promise<Finding> {
  const { findings } = JSON.parse((await home.cli(["doctor", "--json"])).stdout) as { findings: Finding[] };
  return findings.find(({ id }) => id === "journal.checkpoints")!;
}

Deno.test("C10 a key that is gone and records that were pruned unsigned: status, doctor and verify say it, doctor cures it", async () => {
  await using home = await TestHome.create();
  Deno.mkdirSync(home.dir, { recursive: true, mode: 0o700 });
  const journal = openHomeJournal(home, 2500);
  fillHome(journal, 10);
  const signed = (await signHome(home, journal)).seq;
  fillHome(journal, 30);
  await journal.snapshot({});
  const gone = await journal.prune(Date.now() + 60_000, Infinity); // as a version that knows no checkpoints
  await journal.close();
  assert(gone !== undefined && gone.last > signed);
  const says = `records ${signed + 1} to ${gone.last} were pruned before a checkpoint covered them`;
  assertStringIncludes((await home.cli(["audit", "verify"])).stdout, says);

  await home.start();
  const { stdout } = await eventually(
    async () => {
      const told = await home.cli(["status"]);
      return told.stdout.includes("NOT SIGNED") ? told : undefined;
    },
    60_000,
    "status says that nothing is signed",
  );
  assertStringIncludes(stdout, says);
  await home.stop();
  const file = home.path("journal.checkpoints");
  const before = Deno.readTextFileSync(file);
  await home.cli(["doctor", "--fix"]);
  assertEquals([exists(file), Deno.readTextFileSync(`${file}.until-${signed}`)], [false, before]);
  await home.start();
  await home.stop();
  const anew = readJournal(home).at(-1)!.seq;
  assertStringIncludes((await home.cli(["audit", "verify"])).stdout, `up to record ${anew}`);

  Deno.renameSync(home.path("keys/journal.key"), home.path("moved"));
  const { level, text } = await finding(home);
  assertEquals(level, "problem");
  assertStringIncludes(text, "the key that signed journal.checkpoints is gone");
});
