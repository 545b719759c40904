/** What commands that write files of the user say on a full disk, and what they leave: the file, what to do, nothing half done. */
import { assertEquals, assertMatch } from "@std/assert";
import { writeCapsule } from "../support/capsule_folder.ts";
import { exists } from "../support/exists.ts";
import { TestHome } from "../support/harness.ts";

const ROOM = /\nhint: make room on its disk [^\n]*, then run the command again\n$/;

/** Runs it where no file may grow, which the system says with the same words as on a full disk. */
async function withoutRoom(home: TestHome, args: readonly string[]): Promise<string> {
  const { argv, env } = home.command([...args]);
  await using command = home.spawnArgv(["sh", "-c", 'ulimit -f 0; trap "" XFSZ; exec "$@"', "sh", ...argv], env);
  const { code, stderr } = await command.exit(20_000);
  assertEquals(code, 1, stderr);
  return stderr;
}

Deno.test("H3 hooks install on a full disk names the file and what to do, and leaves nothing half written", async () => {
  await using home = await TestHome.create();
  const first = await withoutRoom(home, ["hooks", "install", "claude"]);
  assertMatch(
    first,
    /^error: the files by which hooks run cannot be written: File too large .*: write '\/.+\/start'\n/,
  );
  assertMatch(first, ROOM);
  await home.cli(["hooks", "install", "gemini"]); // the files by which hooks run are there now
  for (const args of [["claude"], ["opencode"], ["claude", "--statusline"]]) {
    const said = await withoutRoom(home, ["hooks", "install", ...args]);
    assertMatch(
      said,
      /^error: \/.+\/backups\/\w+-hooks-\w+\.json cannot be written: File too large \(os error \d+\)\n/,
    );
    assertMatch(said, ROOM);
  }
  const kept = await Array.fromAsync(Deno.readDir(home.path("backups")), ({ name }) => name);
  assertEquals(kept.filter((name) => /claude|opencode|tmp$/.test(name)), []);
  assertEquals(exists(`${home.root}/.claude/settings.json`), false);
});

Deno.test("X1 capsule grant on a full disk names the file and what to do, and leaves no copy for doctor to find", async () => {
  await using home = await TestHome.create();
  writeCapsule(home.path("capsules"));
  await home.start();
  const said = await withoutRoom(home, ["capsule", "grant", "demo", "--yes"]);
  assertMatch(said, /(^|\n)error: .*File too large \(os error \d+\): write '\/.+'\n/);
  assertMatch(said, ROOM);
  await home.cli(["hooks", "install", "claude"]); // the launchers are there now: the next one fails at the copy
  const copied = await withoutRoom(home, ["capsule", "grant", "demo", "--yes"]);
  assertMatch(copied, /(^|\n)error: the capsule demo was not granted: File too large \(os error \d+\): write '\/.+'\n/);
  assertMatch(copied, ROOM);
  assertEquals((await home.cli(["doctor"])).stdout.includes("capsules.copies"), false);
});
