/** Where `audit export` writes, where it refuses to, and what it says of records that no checkpoint covers. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { exists } from "../support/exists.ts";
import { TestHome } from "../support/harness.ts";
import { readJournal } from "../support/harness_journal.ts";

async function exported(home: TestHome, code: number, ...args: string[]) {
  const done = await home.cli(["audit", "export", ...args]);
  assertEquals(done.code, code, `${args.join(" ")}: ${done.stdout}${done.stderr}`);
  return done;
}

Deno.test("Q1 a dash is stdout for the records or for their manifest, and no export lies in the home", async () => {
  await using home = await TestHome.create();
  await home.start();
  await home.stop();
  const all = readJournal(home);
  const before = [...home.files().keys()];
  const piped = await exported(home, 0, "--output", "-");
  assertEquals([piped.stdout.split("\n").length, manifestOf(piped.stdout).exported], [all.length + 2, all.length]);
  const apart = await exported(home, 0, "--format", "csv", "-o", "t.csv", "--manifest", "-");
  assertEquals(manifestOf(apart.stdout).format, "csv");
  const refused = await exported(home, 2, "-o", "-", "--manifest", "-");
  assertEquals(refused.stdout, "");
  const inside = await exported(home, 2, "-o", "n.csv", "--format", "csv", "--manifest", home.path("journal/m.json"));
  assertStringIncludes(inside.stderr, "hint: give a path outside of ~/.agent-console");
  for (const name of ["-", "-.manifest.json", "n.csv"]) assert(!exists(`${home.root}/${name}`), name);
  assertEquals([...home.files().keys()].filter((path) => !path.endsWith("/t.csv")), before);
});

Deno.test("Q1 an export says what no checkpoint covers, and how that is cured", async () => {
  await using home = await TestHome.create();
  await home.start();
  await home.kill();
  const none = await exported(home, 0);
  assertMatch(
    none.stderr,
    /no checkpoint covers the journal yet: the manifest has no `signed`\nhint: where a daemon runs, /,
  );
  assertEquals(manifestOf(none.stdout).signed, undefined);
  await home.start();
  await home.cli(["daemon", "restart"]); // as the hint says
  await home.kill();
  const part = await exported(home, 0);
  const { exported: all, signed: { seq } } = manifestOf(part.stdout);
  assert(seq < all, `${seq} of ${all}`);
  assertStringIncludes(
    part.stderr,
    `the newest checkpoint covers records up to ${seq}, and not those behind it\nhint: `,
  );
  assert(!part.stderr.includes("who signed"), part.stderr);
  for (const within of [["--to", `${seq}`], ["--actor", "nobody"]]) {
    assert(!(await exported(home, 0, ...within)).stderr.includes("checkpoint"), `${within}`);
  }
  await Deno.rename(home.path("keys/journal.key"), `${home.root}/journal.key`);
  assertStringIncludes((await exported(home, 0)).stderr, "who signed the checkpoint was not checked");
});

function manifestOf(stdout: string) {
  return JSON.parse(stdout.split("\n").at(-2)!).export;
}
