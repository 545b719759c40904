/** `hooks status`: how much of our hooks is in the settings of each agent, and whether it runs them. */
import type { HookTrust, Trust } from "../../agents/shared/hook_trust.ts";
import { type HooksStatus } from "../../settings/hook_entries.ts";
import type { McpState } from "../../settings/mcp_entry.ts";
import { hooksStatus, type HooksTarget } from "../../settings/install.ts";
import { denoFiles } from "../../platform/deno_files.ts";
import { homeLaunchers } from "../../platform/home_launchers.ts";
import { ERRORS } from "../../protocol/errors.ts";
import type { CommandContext } from "../context.ts";
import { CommandEnded } from "../tree/shared.ts";
import {
  agentOf,
  HOOKED,
  type HookedAgent,
  type HooksOptions,
  hooksTarget,
  system,
  trustTarget,
} from "./hooks_target.ts";
import { mcpStateOf } from "./hooks_mcp.ts";

type Row = HooksStatus & {
  readonly agent: string;
  readonly file: string;
  readonly trust?: Trust;
  readonly mcp?: McpState;
};

interface Shown {
  readonly row: Row;
  readonly dialog?: Pick<HookTrust, "words" | "cure">;
}

/** Exit code 1 where something is wrong: of an agent that was named that is also no hooks at all. @throws {CommandEnded} */
export async function statusOfHooks(
  run: CommandContext,
  name: string | undefined,
  options: HooksOptions,
): Promise<void> {
  const agents = name === undefined ? HOOKED : [agentOf(name, "show")];
  const shown = await Promise.all(agents.map(async (agent): Promise<Shown> => {
    const one = await rowOf(agent, await hooksTarget(run, agent, options));
    const mcp = options.project ? undefined : mcpStateOf(run, agent);
    return mcp === undefined ? one : { ...one, row: { ...one.row, mcp } };
  }));
  const fine: readonly HooksStatus["state"][] = name === undefined ? ["installed", "absent"] : ["installed"];
  const isWrong = shown.some(({ row: { state, statusline, mcp } }) =>
    !fine.includes(state) || [statusline, mcp].includes("outdated")
  );
  if (options.json) run.out.json({ hooks: shown.map(({ row }) => row) });
  else for (const one of shown) run.out.say(lineOf(one));
  if (isWrong) throw new CommandEnded(ERRORS.failed.exit);
}

function lineOf({ row, dialog }: Shown): string {
  const { agent, file, state, missing, outdated, otherHomes = [], problem, trust, statusline, mcp } = row;
  const more = [
    otherHomes.length === 0 ? "" : `reports to ${otherHomes.join(" and ")}, not to this home`,
    statusline === undefined || statusline === "absent" ? "" : `status line ${statusline}`,
    mcp === undefined || mcp === "absent" ? "" : `MCP server ${mcp}`,
    missing.length > 0 && state !== "absent" ? `missing ${missing.join(", ")}` : "",
    outdated.length > 0 ? `outdated ${outdated.join(", ")}` : "",
    problem ?? "",
    trust === undefined || trust === "trusted" || dialog === undefined
      ? ""
      : `${dialog.words[trust]}${trust === "untrusted" || trust === "modified" ? `: ${dialog.cure}` : ""}`,
  ].filter(Boolean).join("; ");
  return `${agent}: ${state} (${file})${more === "" ? "" : `: ${more}`}`;
}

/** An agent is queried only where it has something of ours to trust: the query starts a process of the agent. */
export async function rowOf({ trust: load }: HookedAgent, where: HooksTarget): Promise<Shown> {
  const status = withFiles(hooksStatus(system(), where), where);
  const row = { agent: where.agent.name, file: where.file, ...status };
  const trusted = trustTarget(where);
  if (load === undefined || trusted === undefined || ["absent", "unreadable"].includes(status.state)) return { row };
  const dialog = await load();
  const trust = await dialog.read(trusted);
  const held = status.state !== "installed" || trust === "trusted" || trust === "unknown";
  return { row: { ...row, state: held ? status.state : trust === "off" ? "disabled" : "untrusted", trust }, dialog };
}

/** What stands in the settings runs two files of ours; without them it says and does nothing. */
function withFiles(status: HooksStatus, { home, program, statusline }: HooksTarget): HooksStatus {
  const launchers = homeLaunchers(home);
  const lost = firstLost([program.find((word) => word.endsWith("/hook")), launchers?.hook]);
  const line = [statusline?.program.find((word) => word.endsWith("/statusline")), launchers?.statusline];
  const isLineLost = status.statusline === "installed" && firstLost(line) !== undefined;
  const own: HooksStatus = isLineLost ? { ...status, statusline: "outdated" } : status;
  if (status.state !== "installed" || lost === undefined) return own;
  return { ...own, state: "outdated", problem: `${lost} is not there, which it runs: install them again` };
}

function firstLost(paths: readonly (string | undefined)[]): string | undefined {
  const isThere = (path: string | undefined) => path !== undefined && denoFiles.stat(path) !== undefined;
  return paths.map((path) => isThere(path) ? undefined : path ?? "its place").find((path) => path !== undefined);
}
