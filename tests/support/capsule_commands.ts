/** Capsules of the real program by its command line: what it lists, what is granted, and what a capsule's command says. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import type { ProgramOptions, TestHome } from "./harness.ts";
import { eventually } from "./harness_wait.ts";
import type { Json } from "./wire.ts";

const START_MS = 60_000;

export async function capsuleList(home: TestHome): Promise<Json[]> {
  return (await home.json(["capsule", "list", "--json"]))["capsules"] as Json[];
}

/** Name and state of each. */
export async function capsuleStates(home: TestHome): Promise<Json> {
  return Object.fromEntries((await capsuleList(home)).map(({ name, state }) => [name, state]));
}

export async function untilState(home: TestHome, name: string, state: string, ms = START_MS): Promise<void> {
  await eventually(async () => (await capsuleStates(home))[name] === state, ms, `the capsule ${name} is ${state}`, 50);
}

/** Grants it without a question; gives what was printed. */
export async function grantNow(
  home: TestHome,
  name: string,
  args: readonly string[] = [],
  options: ProgramOptions = {},
): Promise<string> {
  const { code, stdout, stderr } = await home.cli(["capsule", "grant", name, "--yes", ...args], options);
  assertEquals(code, 0, stderr);
  return stdout + stderr;
}

/** Grants one that does not start. */
export async function grantBroken(home: TestHome, name: string): Promise<void> {
  const { code, stderr } = await home.cli(["capsule", "grant", name, "--yes"]);
  assertEquals(code, 1, stderr);
  assertStringIncludes(stderr, `${name}: granted, and does not run; `);
}

/** What a command of a capsule answers, or the program's words where it fails. */
export async function sayTo(home: TestHome, line: string): Promise<string> {
  const { code, stdout, stderr } = await home.cli(["exec", line]);
  return (code === 0 ? stdout : stderr).trim();
}
