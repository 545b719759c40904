/** What `agent-console` alone does: the list; for the first time, at a terminal, it offers to set everything up. */
import { resolveOwnHome } from "../config/endpoint.ts";
import { denoFiles } from "../platform/deno_files.ts";
import { stdinKeyboard } from "../platform/keyboard.ts";
import { stdoutScreen } from "../platform/stdio.ts";

/** @param signal fires on Ctrl-C. @throws {CommandEnded} 130 */
export async function firstCommand(signal: AbortSignal): Promise<"ls" | "onboard"> {
  const canAsk = stdinKeyboard.isTerminal && stdoutScreen().isTerminal;
  if (!canAsk || denoFiles.stat(resolveOwnHome()) !== undefined) return "ls";
  const { ask } = await import("./ask.ts");
  const question = "Nothing is set up here yet. Do it now, step by step (agent-console onboard)?";
  return await ask({ signal }, question, { enter: true }) ? "onboard" : "ls";
}
