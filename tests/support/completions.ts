/** What a shell is offered. The program gives the daemon 0.3 s for it, so on a busy machine it is asked again. */
import { assertEquals } from "@std/assert";
import type { TestHome } from "./harness.ts";
import { pause } from "./harness_wait.ts";

const BUSY_MS = 120_000;

/** The lines for words behind the program's name. */
export async function offered(home: TestHome, shell: string, ...words: readonly string[]): Promise<string[]> {
  const { stdout } = await home.cli(["__complete", "--shell", shell, "--", ...words]);
  return stdout.split("\n").filter((line) => line !== "");
}

/** Asserts that `wanted` is offered, as soon as the daemon is quick enough. */
export async function assertOffered(wanted: readonly string[], ask: () => Promise<readonly string[]>): Promise<void> {
  const end = performance.now() + BUSY_MS;
  let last = await ask();
  while (`${last}` !== `${wanted}` && performance.now() < end) {
    await pause(200);
    last = await ask();
  }
  assertEquals(last, wanted);
}
