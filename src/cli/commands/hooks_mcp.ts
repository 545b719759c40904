/** Our MCP server in the agents' own configuration: offered behind `hooks install`, taken out with `hooks uninstall`. */
import { ownProgramPaths } from "../../client/own_program_paths.ts";
import { stdinKeyboard } from "../../platform/keyboard.ts";
import { currentFolder, env } from "../../platform/process.ts";
import { ownBinLink } from "../../platform/version_store.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import { mcpState, type McpTarget, registerMcp, unregisterMcp } from "../../settings/mcp_install.ts";
import type { McpState } from "../../settings/mcp_entry.ts";
import { ask } from "../ask.ts";
import type { CommandContext } from "../context.ts";
import { withTilde } from "../tilde.ts";
import { agentOf, HOOKED, type HookedAgent, type HooksOptions, system } from "./hooks_target.ts";

export interface McpChoice extends HooksOptions {
  /** `--mcp` or `--no-mcp`; absent: a person at a terminal is asked. */
  readonly mcp?: boolean;
}

/** Before anything is changed. @throws {ConsoleError} `usage`, `failed` */
export function checkMcpChoice(run: CommandContext, name: string | undefined, { mcp, project }: McpChoice): void {
  if (mcp !== true) return;
  if (project) {
    throw new ConsoleError("usage", "--mcp is for your own settings, and --project for this folder's", {
      hint: "run it once without --project",
    });
  }
  const agent = agentOf(name, "install");
  if (targetOf(run, agent) === undefined) throw notInstalled();
}

/** Behind `hooks install`. @throws {ConsoleError}; {CommandEnded} 130 */
export async function offerMcp(run: CommandContext, name: string | undefined, options: McpChoice): Promise<void> {
  const agent = agentOf(name, "install");
  const target = options.project || options.mcp === false ? undefined : targetOf(run, agent);
  if (target === undefined) return;
  const state = mcpState(system(), target);
  // What is there is mended without a question, as the hooks are.
  const isWanted = options.mcp === true || state === "outdated";
  if (!isWanted && (state !== "absent" || options.dryRun || !await isAccepted(run, agent, target))) return;
  const { changed, diff, file } = await registerMcp(system(), { ...target, ...(options.dryRun && { dryRun: true }) });
  if (options.dryRun) return run.out.plain(changed ? diff.trimEnd() : `${file}: nothing to change`);
  const { title } = agent.hooks;
  run.out.say(
    changed
      ? `${title} starts agent-console mcp, registered in ${file}, with its next session`
      : `agent-console mcp was registered already in ${file}`,
  );
}

/** With `hooks uninstall`. @throws {ConsoleError} */
export async function takeOutMcp(run: CommandContext, name: string | undefined, options: McpChoice): Promise<void> {
  if (options.project) return;
  const target = targetOf(run, agentOf(name, "uninstall"), "any");
  // A file that cannot be read has nothing of ours, and is no reason to keep the hooks.
  if (target === undefined || !isRegistered(target)) return;
  const { changed, diff, file } = await unregisterMcp(system(), { ...target, ...(options.dryRun && { dryRun: true }) });
  if (!changed) return;
  if (options.dryRun) run.out.plain(diff.trimEnd());
  else run.out.say(`agent-console mcp removed from ${file}`);
}

/** The agents in whose configuration our server is, with the file. */
export function agentsWithMcp(run: CommandContext): readonly { readonly agent: string; readonly file: string }[] {
  return HOOKED.flatMap((agent) => {
    const target = targetOf(run, agent, "any");
    return target !== undefined && isRegistered(target) ? [{ agent: agent.name, file: target.file }] : [];
  });
}

function isRegistered(target: McpTarget): boolean {
  return ["installed", "outdated"].includes(mcpState(system(), target));
}

/** Undefined where it cannot be there. */
export function mcpStateOf(run: CommandContext, agent: HookedAgent): McpState | undefined {
  const target = targetOf(run, agent, "any");
  return target && mcpState(system(), target);
}

/** @param which `any`: also where the command that it would start is not there */
function targetOf(
  { context: { paths } }: CommandContext,
  { name, mcp }: HookedAgent,
  which: "any" | "startable" = "startable",
): McpTarget | undefined {
  const userHome = env("HOME");
  if (mcp === undefined || !userHome?.startsWith("/")) return undefined;
  const own = ownProgramPaths();
  if (which === "startable" && !isCommandThere(own)) return undefined;
  const home = paths.root === `${userHome}/.agent-console` ? [] : ["--home", paths.root];
  return {
    home: paths.root,
    agent: name,
    mcp,
    file: mcp.file({ env, userHome, cwd: currentFolder() }),
    argv: [own.binLink, ...home, "mcp"],
  };
}

function isCommandThere(own: ReturnType<typeof ownProgramPaths>): boolean {
  try {
    return ownBinLink(own);
  } catch {
    return false; // something else has its name
  }
}

async function isAccepted(
  run: CommandContext,
  { hooks: { title } }: HookedAgent,
  { file }: McpTarget,
): Promise<boolean> {
  if (!stdinKeyboard.isTerminal) return false;
  const may = "see your sessions, keep notes, ask you, and give other agents prompts";
  return await ask(
    run,
    `Let ${title} also use agent-console as an MCP server, to ${may}? It changes ${withTilde(file)}.`,
  );
}

function notInstalled(): ConsoleError {
  return new ConsoleError("failed", "the program is not installed, so there is no command that an agent could start", {
    hint: "agent-console install",
  });
}
