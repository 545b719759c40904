/**
 * A home folder that `--home` or AGENT_CONSOLE_HOME names and that is not there: mostly a mistyped one, with another
 * daemon, an empty inbox and no hooks. The default home is made by whatever needs it first.
 */
import { assertHomeSafe, resolveOwnHome } from "../config/endpoint.ts";
import { escapeControls } from "../domain/sanitize.ts";
import { shellQuote } from "../lib/shell_quote.ts";
import { denoFiles } from "../platform/deno_files.ts";
import { homePaths, resolveHome } from "../platform/home_paths.ts";
import { checkSocketPath } from "../platform/path_safety.ts";
import { currentFolder, env, narrowUmask, ownUid } from "../platform/process.ts";
import { stdinKeyboard } from "../platform/keyboard.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { CommandContext } from "./context.ts";

export interface NamedHome {
  /** `--home` as given. */
  readonly home?: string | undefined;
  /** `--create`: make it without a question. */
  readonly create: boolean;
  readonly signal: CommandContext["signal"];
}

/** Asks in a terminal whether to make it. @throws {ConsoleError} `usage` where nobody can be asked, `failed` after a no */
export async function assertHomeThere({ home, create, signal }: NamedHome): Promise<void> {
  if (home === "") return; // refused with words of its own
  const root = resolveOwnHome(home);
  if (isUsualHome(root) || denoFiles.stat(root) !== undefined) return;
  const paths = homePaths(root);
  if (checkSocketPath(paths.socket) !== undefined) return; // no daemon can listen there: whatever connects says so
  const shown = escapeControls(root);
  if (!create) {
    if (!stdinKeyboard.isTerminal) {
      const from = home === undefined ? "AGENT_CONSOLE_HOME names it" : "--home names it";
      const hint = home === undefined
        ? "agent-console --create daemon start"
        : `agent-console --home ${shellQuote([home])} --create daemon start`;
      throw new ConsoleError("usage", `there is no home at ${shown}, and ${from}`, { hint });
    }
    const { ask } = await import("./ask.ts");
    const made = await ask({ signal }, `There is no home at ${shown}. Make one?`, { flag: "--create" });
    if (!made) throw new ConsoleError("failed", `no home was made at ${shown}`);
  }
  narrowUmask();
  try {
    denoFiles.mkdir(root, 0o700);
  } catch (error) {
    if (denoFiles.stat(root) === undefined) {
      throw new ConsoleError("unsafe_path", `${shown} cannot be made: ${(error as Error).message}`, { path: root });
    }
  }
  assertHomeSafe(denoFiles, root, ownUid());
}

/** It is the one that is used where nobody names any. */
export function isUsualHome(root: string): boolean {
  return root === resolveHome({ env: {}, userHome: env("HOME"), cwd: currentFolder() });
}
