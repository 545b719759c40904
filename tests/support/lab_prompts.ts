/** Prompts from outside for a session of a real agent in its own window. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import type { TestHome } from "./harness.ts";

/** One is answered, one runs a command, and one waits for the end of another. */
export async function promptsGoIn(home: TestHome, sessionId: string): Promise<void> {
  const submit = (text: string) => home.cli(["submit", sessionId, text]);
  const said = await submit("say:from outside");
  assertEquals([said.code, said.stdout], [0, "from outside\n"], said.stderr);
  const ran = await submit("run:echo made-here");
  assertStringIncludes(ran.stdout, "made-here", ran.stderr);
  const slow = submit("slow:3");
  const next = await submit("say:behind it");
  assertEquals([(await slow).code, next.code, next.stdout], [0, 0, "behind it\n"], next.stderr);
}
