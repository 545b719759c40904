/**
 * What `agent-console` alone does: the dashboard, or the list where there is no terminal for it; at a terminal, as long as there is neither a hook of ours nor a session, it
 * offers to set everything up. Where nobody can be asked and there is no home yet, it says so and makes none.
 */
import { clientContext } from "../client/endpoint.ts";
import { resolveOwnHome } from "../config/endpoint.ts";
import { denoFiles } from "../platform/deno_files.ts";
import { stdinKeyboard } from "../platform/keyboard.ts";
import type { ThisProgram } from "../platform/program.ts";
import { canTakeScreen, stdoutScreen } from "../platform/stdio.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { type CommandContext, read } from "./context.ts";
import { isUsualHome } from "./named_home.ts";
import { output } from "./output.ts";

/**
 * @param signal fires on Ctrl-C
 * @returns its words; none where all is said
 * @throws {CommandEnded} 130
 */
export async function firstCommand(program: ThisProgram, signal: AbortSignal): Promise<readonly string[]> {
  const canAsk = stdinKeyboard.isTerminal && stdoutScreen().isTerminal;
  const root = resolveOwnHome();
  const isThere = denoFiles.stat(root) !== undefined;
  if (!canAsk) {
    if (isThere || !isUsualHome(root)) return ["ls"]; // of one that is named and missing it says so
    output(true).note("Nothing is set up here yet.\nhint: agent-console onboard");
    return [];
  }
  const context = clientContext({ program, start: true });
  const look = canTakeScreen() ? "dashboard" : "ls";
  if (await isSetUp({ context, out: output(true), signal, takeSignals: () => {} }, isThere)) return [look];
  const { ask } = await import("./ask.ts");
  const question = "Nothing is set up here yet. Do it now, step by step (agent-console onboard)?";
  return await ask({ signal }, question, { enter: true }) ? ["onboard"] : [look];
}

/** What costs least comes first: our notes of what was hooked, the agents' settings, then the daemon's rows. */
async function isSetUp(run: CommandContext, isThere: boolean): Promise<boolean> {
  const { hookedFiles } = await import("./commands/hooked_files.ts");
  if (hookedFiles(run).length > 0) return true;
  const { statesOfHooks } = await import("./commands/hooks_target.ts");
  try {
    const states = await statesOfHooks(run);
    if (states.some(({ state }) => state !== "absent" && state !== "unreadable")) return true;
    return isThere && (await read(run, "session.list", { limit: 1 })).sessions.length > 0;
  } catch (error) {
    if (!(error instanceof ConsoleError)) throw error;
    return true; // the list says what is wrong
  }
}
