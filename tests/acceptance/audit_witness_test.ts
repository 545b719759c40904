// deno-lint-ignore-file no-sync-fn-in-async-fn -- changes files between two steps: nothing else waits
/** Checkpoints at a place of the person's: a home that was made anew by whoever owns it is found by them, and by nothing else. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { exists } from "../support/exists.ts";
import { FakeWebhook, WEBHOOK_SECRET } from "../support/fake_webhook.ts";
import type { TestHome } from "../support/harness.ts";
import { fillHome, openHomeJournal, signHome } from "../support/home_journal.ts";
import { audit, git, grow, signedHome } from "../support/witness_home.ts";

/** What whoever owns the home can do: all of the journal anew, with its head and its checkpoints, and signed. */
async function makeAnew(home: TestHome, mayKeepKey: boolean): Promise<void> {
  for (const name of ["journal", "journal.head", "journal.checkpoints", ...(mayKeepKey ? [] : ["keys"])]) {
    if (exists(home.path(name))) Deno.removeSync(home.path(name), { recursive: true });
  }
  const journal = openHomeJournal(home);
  fillHome(journal, 70);
  await journal.keepHead();
  await signHome(home, journal);
  await journal.close();
}

Deno.test("C4 a journal that its owner made anew verifies, and a checkpoint in a file elsewhere names where it is another", async () => {
  await using home = await signedHome();
  const file = `${home.root}/kept.notes`;
  assertStringIncludes(
    await audit(home, 0, "witness", "--file", file),
    "the checkpoint of 21 records, up to record 21",
  );
  assertEquals(Deno.statSync(file).mode! & 0o777, 0o600);
  assertStringIncludes(await audit(home, 0, "witness", "--file", file), "has the newest checkpoint already");
  Deno.chmodSync(file, 0o644);
  await grow(home, 20);
  const told = JSON.parse((await home.cli(["audit", "witness", "--file", file, "--json"])).stdout);
  assertEquals([told.size, told.isNew, Deno.statSync(file).mode! & 0o777], [41, true, 0o644]);
  assert(Deno.readTextFileSync(file).endsWith(`\n\n${told.checkpoint}`));
  await grow(home, 5);
  const good = await audit(home, 0, "verify", "--witness", file);
  assertStringIncludes(good, "2 checkpoints kept elsewhere fit\ncomplete up to record 41");
  const [line = ""] = Deno.readTextFileSync(home.path("journal/0000000000000001.jsonl")).split("\n").slice(1);
  Deno.writeTextFileSync(`${home.root}/head`, JSON.stringify({ size: 2, hash: JSON.parse(line).hash, format: 1 }));
  const both = await audit(home, 0, "verify", "--witness", file, "--against", `${home.root}/head`);
  assertStringIncludes(both, "complete up to record 41");

  Deno.removeSync(home.path("journal.checkpoints")); // signed anew, it does not have those that were kept
  await grow(home, 5);
  assertStringIncludes(await audit(home, 0, "witness", "--file", file), "the checkpoint of 51 records");
  const before = Deno.readTextFileSync(file);
  const genuine = Deno.readTextFileSync(home.path("journal.checkpoints"));
  await makeAnew(home, true);
  assertStringIncludes(await audit(home, 0, "verify"), "completeness is not proven: give what was kept elsewhere");
  const found = await audit(home, 7, "verify", "--witness", file);
  assertStringIncludes(found, `does not lead to the root of the checkpoint of 21 records in ${file}, line 1`);
  assertStringIncludes(found, "a record from 1 to 21 was changed");
  const refused = await audit(home, 7, "witness", "--file", file);
  assertStringIncludes(
    refused,
    `the journal does not go on from the checkpoint of 51 records in ${file}, line 13: record`,
  );
  const forged = Deno.readTextFileSync(home.path("journal.checkpoints"));
  Deno.writeTextFileSync(home.path("journal.checkpoints"), genuine + forged); // the lines of before, left in front
  assertStringIncludes(await audit(home, 7, "witness", "--file", file), "the journal does not go on from");
  await makeAnew(home, false);
  assertStringIncludes(await audit(home, 0, "verify"), "signed by agent-console/journal/");
  for (const args of [["verify", "--witness", file], ["witness", "--file", file]]) {
    assertStringIncludes(await audit(home, 7, ...args), `${file}, line 1 is not signed by`);
  }
  assertEquals(Deno.readTextFileSync(file), before);
});

Deno.test("C10 two repositories that keep in turns push to one remote behind a merge of their notes", async () => {
  await using home = await signedHome();
  const [remote, one, two] = ["remote", "one", "two"].map((name) => `${home.root}/${name}`) as [string, string, string];
  for (const folder of [remote, one, two]) Deno.mkdirSync(folder);
  await git(remote, "init", "-q", "--bare");
  const ref = "refs/notes/agent-console";
  for (const folder of [one, two]) {
    await git(folder, "init", "-q");
    await audit(home, 0, "witness", "--git", folder);
    await grow(home, 5);
  }
  await audit(home, 0, "witness", "--git", two);
  await git(one, "push", "-q", remote, ref);
  await assertRejects(() => git(two, "push", "-q", remote, ref), Error, "rejected");
  await git(two, "fetch", "-q", remote, `${ref}:refs/notes/theirs`);
  await git(two, "notes", "--ref=agent-console", "merge", "theirs");
  await git(two, "push", "-q", remote, ref);
  assertStringIncludes(await audit(home, 0, "verify", "--witness", two), "3 checkpoints kept elsewhere fit");
  assertStringIncludes(await audit(home, 0, "witness", "--git", two), "has the newest checkpoint already");
});

Deno.test("C4 checkpoints in the notes of a git repository: no hook of it runs, and they name a journal made anew", async () => {
  await using home = await signedHome();
  const folder = `${home.root}/kept.git`;
  Deno.mkdirSync(folder);
  await git(folder, "init", "-q");
  const trap = `${folder}/.git/hooks/reference-transaction`;
  Deno.mkdirSync(`${folder}/.git/hooks`, { recursive: true });
  Deno.writeTextFileSync(trap, `#!/bin/sh\ntouch ${home.root}/trapped\n`, { mode: 0o755 });
  assertStringIncludes(await audit(home, 1, "verify", "--witness", folder), "no checkpoint is kept at");
  assertStringIncludes(await audit(home, 0, "witness", "--git", folder), "the checkpoint of 21 records");
  assertStringIncludes(await audit(home, 0, "witness", "--git", folder), "has the newest checkpoint already");
  await grow(home, 9);
  assertStringIncludes(await audit(home, 0, "witness", "--git", folder), "the checkpoint of 30 records");
  assertEquals(
    (await git(folder, "-c", "core.hooksPath=/dev/null", "notes", "--ref=agent-console", "list")).split("\n").length,
    2,
  );
  assert(!exists(`${home.root}/trapped`), "a hook has run");
  await git(folder, "update-ref", "refs/notes/other", "refs/notes/agent-console");
  assert(exists(`${home.root}/trapped`), "the trap is none");
  assertStringIncludes(
    await audit(home, 0, "verify", "--witness", folder),
    "2 checkpoints kept elsewhere fit\ncomplete up to record 30",
  );
  await makeAnew(home, true);
  assertStringIncludes(
    await audit(home, 7, "verify", "--witness", folder),
    "the root of the checkpoint of 21 records in refs/notes/agent-console of",
  );
});

Deno.test("C4 a checkpoint that is sent to a server is signed by the secret of the home, and a wrong secret sends nothing", async () => {
  await using home = await signedHome();
  await using server = new FakeWebhook();
  const url = `${server.url}/kept`;
  server.statuses.push(204, 500);
  assertStringIncludes(await audit(home, 1, "witness", "--webhook", url), "it replied with status 401"); // unsigned
  const secret = home.path("keys/witness.secret");
  Deno.writeTextFileSync(secret, `${WEBHOOK_SECRET}\n`, { mode: 0o644 });
  assertStringIncludes(await audit(home, 1, "witness", "--webhook", url), "nothing was sent");
  Deno.chmodSync(secret, 0o600);
  assertStringIncludes(
    await audit(home, 0, "witness", "--webhook", url),
    `kept at ${server.url}: the checkpoint of 21`,
  );
  assertStringIncludes(await audit(home, 1, "witness", "--webhook", url), "it replied with status 500");
  const [first, second] = server.received;
  assertEquals([first?.body["type"], first?.id, server.unsigned.length], ["journal.checkpoint", second?.id, 1]);
  // What the server has kept is checked as a file of checkpoints.
  const { checkpoint, origin, size } = first!.body["data"] as { checkpoint: string; origin: string; size: number };
  assertEquals(checkpoint.split("\n").slice(0, 2), [origin, String(size)], "what a receiver compares");
  Deno.writeTextFileSync(`${home.root}/back`, checkpoint);
  assertStringIncludes(
    await audit(home, 0, "verify", "--witness", `${home.root}/back`),
    "1 checkpoint kept elsewhere fit",
  );
  Deno.writeTextFileSync(secret, "not one\n");
  assertStringIncludes(await audit(home, 1, "witness", "--webhook", url), "nothing was sent");
});

Deno.test("C10 a place that is wrong is named, and what stands there stays as it was", async () => {
  await using home = await signedHome();
  const mine = `${home.root}/diary`;
  const text = "dear diary,\n\nnothing\n";
  Deno.writeTextFileSync(mine, text);
  const [note = ""] = [Deno.readTextFileSync(home.path("journal.checkpoints"))].map((line) =>
    JSON.parse(line).checkpoint
  );
  const torn = `${home.root}/torn`;
  Deno.writeTextFileSync(torn, `${note}\n${note.slice(0, -20)}`);
  const changed = `${home.root}/changed`;
  Deno.writeTextFileSync(changed, note.replace("\n21\n", "\n20\n"));
  for (
    const [code, says, ...args] of [
      [2, "give one place", "witness", "--file", mine, "--git", home.root],
      [1, "holds something else than checkpoints from line 1 on", "witness", "--file", mine],
      [1, "holds something else than checkpoints from line 1 on", "verify", "--witness", mine],
      [1, "holds something else than checkpoints from line 7 on", "witness", "--file", torn],
      [7, "line 1 was changed: the signature of agent-console/journal/", "verify", "--witness", changed],
      [1, "cannot be written", "witness", "--file", `${home.root}/none/kept`],
      [1, "not a git repository", "witness", "--git", home.root],
      [2, "--webhook must be an address with https://", "witness", "--webhook", "http://example.org/x"],
      [1, "has not taken it: ", "witness", "--webhook", "http://127.0.0.1:1/x"],
      [2, "give either the number of a record", "prove"],
      [2, "counts only with the key", "verify", "--offline", home.path("journal"), "--witness", mine],
    ] as [number, string, ...string[]][]
  ) {
    const said = await audit(home, code, ...args);
    assertStringIncludes(said, says);
    assertStringIncludes(said, "\nhint: ");
  }
  assertEquals(Deno.readTextFileSync(mine), text);
});

Deno.test("C10 no checkpoint is kept in the home, by whatever way a path leads there, and what lies there is read", async () => {
  await using home = await signedHome();
  const before = filesIn(home.dir);
  await Deno.symlink(home.path("journal"), `${home.root}/linked`);
  const names = ["journal/0000000000000050.jsonl", "keys/witness.secret"];
  const files = [...names.map((name) => home.path(name)), `${home.root}/linked/x.jsonl`];
  const bare = home.path("kept.git");
  for (const [option, path] of [...files.map((file) => ["--file", file]), ["--git", home.dir]]) {
    const said = await audit(home, 2, "witness", option!, path!);
    assertStringIncludes(said, `${option} names ${path}, in the home, whose files are the daemon's\nhint: give a path`);
  }
  assertEquals(filesIn(home.dir), before);

  const worktree = `${home.root}/worktree`; // its `.git` names a repository in the home
  Deno.mkdirSync(worktree);
  await git(worktree, "init", "-q", "--separate-git-dir", bare);
  assertStringIncludes(await audit(home, 2, "witness", "--git", worktree), `--git names ${bare}, in the home`);
  Deno.removeSync(bare, { recursive: true });

  const kept = `${home.root}/kept.notes`;
  await audit(home, 0, "witness", "--file", kept);
  Deno.copyFileSync(kept, home.path("kept.notes"));
  const read = await audit(home, 0, "verify", "--witness", home.path("kept.notes"));
  assertStringIncludes(read, "1 checkpoint kept elsewhere fit");
});

/** The paths below a folder, sorted. */
function filesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    return isDirectory ? [path, ...filesIn(path)] : [path];
  }).sort();
}
