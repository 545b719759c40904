// deno-lint-ignore-file no-sync-fn-in-async-fn -- sets traps between two steps: nothing else waits
/** A place of checkpoints is somebody else's: what a repository names is not run, and what does not fit costs no memory. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { exists } from "../support/exists.ts";
import type { TestHome } from "../support/harness.ts";
import { audit, git, gitReading, signedHome } from "../support/witness_home.ts";

/** A repository whose notes name a blob that is not there. */
async function lackingRepository(home: TestHome): Promise<{ readonly folder: string; readonly blob: string }> {
  const folder = `${home.root}/kept.git`;
  Deno.mkdirSync(folder);
  await git(folder, "init", "-q");
  await audit(home, 0, "witness", "--git", folder);
  const [blob = ""] = (await git(folder, "notes", "--ref=agent-console", "list")).split(" ");
  Deno.removeSync(`${folder}/.git/objects/${blob.slice(0, 2)}/${blob.slice(2)}`);
  return { folder, blob };
}

/** Git as people run it: it falls into a trap, so that the trap is one. */
async function fallsInto(folder: string, mark: string, ...args: string[]): Promise<void> {
  await git(folder, ...args).catch(() => {});
  assert(exists(mark), "the trap is none");
  Deno.removeSync(mark);
}

Deno.test("C4 a repository that lacks a note is not fetched from: its remote would run a program", async () => {
  await using home = await signedHome();
  const { folder, blob } = await lackingRepository(home);
  const mark = `${home.root}/ran`;
  const program = `${home.root}/program`;
  Deno.writeTextFileSync(program, `#!/bin/sh\ntouch ${mark}\n`, { mode: 0o755 });
  const set = (key: string, value: string) => git(folder, "config", key, value);
  await set("core.repositoryFormatVersion", "1");
  await set("extensions.partialClone", "origin");
  await set("remote.origin.promisor", "true");
  await set("protocol.ext.allow", "always");
  await set("remote.origin.url", `ext::${program}`);
  await fallsInto(folder, mark, "cat-file", "-p", blob);
  for (const args of [["verify", "--witness", folder], ["witness", "--git", folder]]) {
    assertStringIncludes(await audit(home, 1, ...args), "it is a partial clone");
  }
  assert(!exists(mark), "the remote's program was run");
  // Where the refusal does not see it, nothing is fetched either.
  await git(folder, "config", "--unset", "extensions.partialClone");
  await git(folder, "config", "--unset", "remote.origin.promisor");
  assertStringIncludes(await audit(home, 1, "verify", "--witness", folder), "has a note that is not there");
});

Deno.test("C4 what the settings of a repository name is not run when a checkpoint is kept in it", async () => {
  await using home = await signedHome();
  const folder = `${home.root}/kept.git`;
  const mark = `${home.root}/ran`;
  const program = `${home.root}/program`;
  Deno.mkdirSync(`${folder}/hooks`, { recursive: true });
  await git(folder, "init", "-q");
  for (const path of [program, `${folder}/hooks/reference-transaction`]) {
    Deno.writeTextFileSync(path, `#!/bin/sh\ntouch ${mark}\n`, { mode: 0o755 });
  }
  const set = (key: string, value: string) => git(folder, "config", key, value);
  Deno.writeTextFileSync(`${home.root}/included`, `[core]\n\thooksPath = ${folder}/hooks\n`);
  await set("include.path", `${home.root}/included`);
  for (const key of ["fsmonitor", "sshCommand", "askPass", "editor", "pager", "alternateRefsCommand"]) {
    await set(`core.${key}`, program);
  }
  for (const key of ["credential.helper", "gpg.program", "diff.external"]) await set(key, program);
  for (const key of ["alias.notes", "alias.hash-object", "alias.cat-file"]) await set(key, `!${program}`);
  await set("commit.gpgSign", "true");
  await audit(home, 0, "witness", "--git", folder);
  await audit(home, 0, "verify", "--witness", folder);
  assert(!exists(mark), "something was run");
  await fallsInto(folder, mark, "update-ref", "refs/notes/other", "refs/notes/agent-console");
  await set("hook.x.command", program);
  assertStringIncludes(await audit(home, 1, "witness", "--git", folder), "its settings have hooks");
});

Deno.test("C4 what is kept in a repository goes to no file that a link of it names, and to no branch", async () => {
  await using home = await signedHome();
  const folder = `${home.root}/kept.git`;
  Deno.mkdirSync(folder);
  await git(folder, "init", "-q", "-b", "main");
  await git(folder, "commit", "-q", "--allow-empty", "-m", "first");
  const before = Deno.readTextFileSync(home.path("journal.checkpoints"));
  const traps: readonly (readonly [string, string])[] = [
    ["logs/refs/notes/agent-console", home.path("journal.checkpoints")],
    ["refs/notes", home.dir],
    ["objects/ab", home.path("journal")],
  ];
  await git(folder, "config", "core.logAllRefUpdates", "always");
  for (const [name, target] of traps) {
    const path = `${folder}/.git/${name}`;
    Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    await Deno.remove(path, { recursive: true }).catch(() => {});
    Deno.symlinkSync(target, path);
    assertStringIncludes(await audit(home, 1, "witness", "--git", folder), `${name} is a link, and git writes to it`);
    Deno.removeSync(path);
  }
  assertEquals([Deno.readTextFileSync(home.path("journal.checkpoints")), exists(home.path("agent-console"))], [
    before,
    false,
  ]);
  const main = await git(folder, "rev-parse", "main");
  for (const branch of ["main", "none"]) { // the second is not there: git would make it
    await git(folder, "symbolic-ref", "refs/notes/agent-console", `refs/heads/${branch}`);
    for (const args of [["witness", "--git", folder], ["verify", "--witness", folder]]) {
      assertStringIncludes(await audit(home, 1, ...args), `is a symbolic ref to refs/heads/${branch}`);
    }
  }
  assertEquals([await git(folder, "branch", "--format=%(refname:short)"), await git(folder, "rev-parse", "main")], [
    "main",
    main,
  ]);
  await git(folder, "symbolic-ref", "--delete", "refs/notes/agent-console");
  await audit(home, 0, "witness", "--git", folder);
});

Deno.test({
  name: "C4 a repository of another user is refused, and one above the folder is not looked for",
  ignore: Deno.uid() !== 0, // only root can give a folder to another user
  fn: async () => {
    await using home = await signedHome();
    const folder = `${home.root}/kept.git`;
    Deno.mkdirSync(`${folder}/inner`, { recursive: true });
    await git(folder, "init", "-q");
    assertStringIncludes(await audit(home, 1, "witness", "--git", `${folder}/inner`), "not a git repository");
    for (const path of [`${folder}/.git`, folder]) {
      Deno.chownSync(path, 65534, 65534);
      const said = await audit(home, 1, "witness", "--git", folder);
      assertStringIncludes(said, "belongs to uid 65534, not to you");
      Deno.chownSync(path, 0, 0);
    }
  },
});

Deno.test("C10 trees that name one another without an end, and a note of any size, are refused before git takes memory for them", async () => {
  await using home = await signedHome();
  const folder = `${home.root}/kept.git`;
  Deno.mkdirSync(folder);
  await git(folder, "init", "-q");
  const large = `${home.root}/large`;
  Deno.writeTextFileSync(large, "");
  Deno.truncateSync(large, 17 * 1_048_576);
  const blob = await git(folder, "hash-object", "-w", large);
  await git(folder, "notes", "--ref=agent-console", "add", "-C", blob, blob);
  for (const args of [["verify", "--witness", folder], ["witness", "--git", folder]]) {
    assertStringIncludes(await audit(home, 1, ...args), "more than 16 MiB are kept there");
  }
  const names = Array.from({ length: 16 }, (_, i) => `${i.toString(16)}0`);
  let [entry, kind] = [blob, "100644 blob"];
  for (let level = 0; level < 20; level++) {
    const rows = names.map((name) => `${kind} ${entry}\t${name}\n`).join("");
    [entry, kind] = [await gitReading(folder, rows, "mktree"), "040000 tree"];
  }
  await git(folder, "update-ref", "refs/notes/agent-console", await git(folder, "commit-tree", "-m", "notes", entry));
  assertStringIncludes(await audit(home, 1, "verify", "--witness", folder), "more than 16 MiB are kept there");
});

Deno.test("C10 notes directly behind each other are as many checkpoints, and a file that is too large is not read", async () => {
  await using home = await signedHome();
  const file = `${home.root}/kept.notes`;
  await audit(home, 0, "witness", "--file", file);
  const note = Deno.readTextFileSync(file);
  Deno.writeTextFileSync(file, note + note + note);
  assertStringIncludes(await audit(home, 0, "verify", "--witness", file), "3 checkpoints kept elsewhere fit");
  assertStringIncludes(await audit(home, 0, "witness", "--file", file), "has the newest checkpoint already");
  Deno.truncateSync(file, 17 * 1_048_576);
  for (const args of [["verify", "--witness", file], ["witness", "--file", file]]) {
    assertStringIncludes(await audit(home, 1, ...args), "is too large: more than 16 MiB");
  }
  assertEquals(Deno.statSync(file).size, 17 * 1_048_576);
});
