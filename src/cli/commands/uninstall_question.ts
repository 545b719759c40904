/** What `uninstall` says before it does anything, to a person at a terminal: what it takes back, what stays, and whether. */
import { hookedFiles } from "./hooked_files.ts";
import { agentsWithMcp } from "./hooks_mcp.ts";
import { agentsWithHooks, HOOKED } from "./hooks_target.ts";
import { serviceFiles } from "./service.ts";
import { shellFiles } from "./shell_files.ts";
import { escapeControls } from "../../domain/sanitize.ts";
import { isAbsent } from "../../platform/deno_files.ts";
import { sizeOf } from "../../platform/folder_size.ts";
import { type HomePaths, homePaths } from "../../platform/home_paths.ts";
import { stdinKeyboard } from "../../platform/keyboard.ts";
import { currentFolder, env } from "../../platform/process.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import { ask } from "../ask.ts";
import type { CommandContext } from "../context.ts";
import { bytes } from "../format.ts";
import { lookAtRunning, openText } from "../running_daemon.ts";
import { withTilde } from "../tilde.ts";
import { wrapHanging } from "../../view/text_fit.ts";

export interface Uninstalling {
  /** The home folders whose hooks and daemons go; the first is this command's own. */
  readonly homes: readonly string[];
  /** Folders and links of the program, those that may not be there too. */
  readonly program: readonly string[];
  /** The home folder goes too. */
  readonly purge: boolean;
  readonly yes: boolean;
}

/**
 * Without a terminal there is nobody to ask: then what is to be taken back needs --yes.
 *
 * @throws {ConsoleError} `failed` where the user says no, or nobody can be asked; {CommandEnded} 130
 */
export async function confirmUninstall(run: CommandContext, what: Uninstalling): Promise<void> {
  const { root } = run.context.paths;
  const purges = what.purge && !isAbsent(root);
  if (what.yes) return;
  const lines = await takenBack(run, what);
  if (lines.length === 0 && !purges) return;
  if (stdinKeyboard.isTerminal) {
    const { columns = Infinity } = stdinKeyboard;
    const shown = lines.flatMap((line) => wrapHanging(`  ${escapeControls(line)}`, columns, 4));
    if (lines.length > 0) run.out.note(["This takes back:", ...shown].join("\n"));
    for (const home of what.homes) {
      if (isAbsent(home) || (purges && home === root)) continue;
      run.out.note(`What stays: ${withTilde(home)}, ${bytes(sizeOf(home))}: journal, configuration, log, secrets`);
    }
  }
  const question = purges
    ? `Remove ${escapeControls(root)} for good, with the journal, the configuration and the secrets (${
      bytes(sizeOf(root))
    })?`
    : "Take all of this back?";
  if (!await ask(run, question)) throw new ConsoleError("failed", "nothing was removed, because it was not confirmed");
}

async function takenBack(run: CommandContext, { homes, program }: Uninstalling): Promise<readonly string[]> {
  const there = (paths: readonly string[]) => paths.filter((path) => !isAbsent(path)).map(withTilde).join(", ");
  const lines = [
    ["hooks in", there(await filesWithHooks(run, homes))],
    ["the MCP server in", there(agentsWithMcp(run).map(({ file }) => file))],
    ["the service", there(servicesOf(run))],
    ["the program:", there(program)],
    ["for your shell and man:", there(shellFiles().filter(({ isOurs }) => isOurs).map(({ path }) => path))],
  ].flatMap(([what, where]) => where === "" ? [] : [`${what} ${where}`]);
  for (const home of homes) {
    const found = await lookAtRunning(ofHome(run, homePaths(home)), { silent: true }).catch(() => undefined);
    if (found === undefined) continue;
    const open = found.open === 0 ? "" : `; ${openText(found.open)}, left to their agents`;
    lines.push(`the daemon of ${withTilde(home)}, which will be stopped${open}`);
  }
  return lines;
}

async function filesWithHooks(run: CommandContext, homes: readonly string[]): Promise<readonly string[]> {
  const known = { env, userHome: env("HOME") ?? "", cwd: currentFolder() };
  const noted = homes.flatMap((home) => hookedFiles(ofHome(run, homePaths(home))).map(({ file }) => file));
  const names = await agentsWithHooks(run);
  const own = HOOKED.filter(({ name }) => names.includes(name)).map(({ hooks }) => hooks.file(known));
  return [...new Set([...own, ...noted])];
}

function servicesOf(run: CommandContext): readonly string[] {
  try {
    return serviceFiles(run).slice(0, 1); // the link beside it goes with it
  } catch {
    return []; // the step that removes it says why
  }
}

function ofHome(run: CommandContext, paths: HomePaths): CommandContext {
  return { ...run, context: { ...run.context, paths } };
}
