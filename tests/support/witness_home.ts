// deno-lint-ignore-file no-sync-fn-in-async-fn -- makes files between two steps: nothing else waits
/** A test home with a signed journal, the commands that keep its checkpoints elsewhere, and a git repository to keep them in. */
import { assert, assertEquals } from "@std/assert";
import { TestHome } from "./harness.ts";
import { fillHome, openHomeJournal, signHome } from "./home_journal.ts";

/** `audit …` ends with that code. @returns what it says */
export async function audit(home: TestHome, code: number, ...args: string[]): Promise<string> {
  const done = await home.cli(["audit", ...args]);
  assertEquals(done.code, code, `${args.join(" ")}: ${done.stdout}${done.stderr}`);
  return code === 0 ? done.stdout + done.stderr : done.stderr;
}

/** So many records more, signed. */
export async function grow(home: TestHome, count: number): Promise<void> {
  const journal = openHomeJournal(home);
  fillHome(journal, count);
  await signHome(home, journal);
  await journal.close();
}

/** A home with 20 records, signed. */
export async function signedHome(): Promise<TestHome> {
  const home = await TestHome.create();
  Deno.mkdirSync(home.dir, { recursive: true, mode: 0o700 });
  await grow(home, 20);
  return home;
}

/** Git by itself, without the settings of whoever runs the tests. */
export function git(folder: string, ...args: string[]): Promise<string> {
  return gitReading(folder, "", ...args);
}

/** The same with a text for it to read. */
export async function gitReading(folder: string, text: string, ...args: string[]): Promise<string> {
  const who = { GIT_AUTHOR_NAME: "x", GIT_AUTHOR_EMAIL: "x@y", GIT_COMMITTER_NAME: "x", GIT_COMMITTER_EMAIL: "x@y" };
  const own = { GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1", HOME: folder, PATH: "/usr/bin:/bin" };
  const options = { args: ["-C", folder, ...args], env: { ...own, ...who }, clearEnv: true };
  const child = new Deno.Command("/usr/bin/git", { ...options, stdin: "piped", stdout: "piped", stderr: "piped" })
    .spawn();
  const fed = new Blob([text]).stream().pipeTo(child.stdin).catch(() => {}); // it may read nothing
  const done = await child.output();
  await fed;
  assert(done.success, new TextDecoder().decode(done.stderr));
  return new TextDecoder().decode(done.stdout).trim();
}
