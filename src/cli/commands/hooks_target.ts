/** Which agent's hooks a command is about, and what is to be in its settings. */
import { AGENTS } from "../../agents/registry.ts";
import type { AgentDescriptor } from "../../agents/shared/descriptor.ts";
import type { AgentHooks } from "../../agents/shared/hook_spec.ts";
import type { HookTrust, TrustTarget } from "../../agents/shared/hook_trust.ts";
import { stubArgv } from "../../agents/shared/own_program.ts";
import { nearestWord } from "../../lib/did_you_mean.ts";
import { systemTimers } from "../../platform/delay.ts";
import { denoFiles, realPath } from "../../platform/deno_files.ts";
import { sha256Hex } from "../../platform/hash.ts";
import { launcherFolder } from "../../platform/home_launchers.ts";
import { tryLock } from "../../platform/lock_file.ts";
import { currentFolder, env, ownUid } from "../../platform/process.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import type { HooksStatus } from "../../settings/hook_entries.ts";
import { hooksStatus, type HooksTarget, type InstallSystem } from "../../settings/install.ts";
import type { TrustPlace } from "../../settings/trust_note.ts";
import type { CommandContext } from "../context.ts";

export interface HooksOptions {
  readonly dryRun?: boolean;
  readonly project?: boolean;
  readonly json?: boolean;
  /** Also record with the agent that its user trusts what was installed. */
  readonly trust?: boolean;
  /** Also put our tee around the agent's status line. */
  readonly statusline?: boolean;
  /** The settings file, where it is neither the user's nor that of this folder. */
  readonly file?: string;
}

export function system(): InstallSystem {
  return { files: denoFiles, timers: systemTimers, sha256: sha256Hex, uid: ownUid(), realPath, tryLock };
}

/** An agent into whose settings our hooks can be put. */
export type HookedAgent = AgentDescriptor & { readonly hooks: AgentHooks };

export const HOOKED: readonly HookedAgent[] = AGENTS.filter((agent): agent is HookedAgent => agent.hooks !== undefined);

export function agentOf(name: string | undefined, command: string): HookedAgent {
  const names = HOOKED.map((agent) => agent.name);
  const all = names.join(", ");
  if (name === undefined) {
    throw new ConsoleError("usage", `no agent is named, expected one of ${all}`, {
      hint: `agent-console hooks ${command} AGENT`,
    });
  }
  const agent = HOOKED.find((one) => one.name === name);
  if (agent !== undefined) return agent;
  const near = nearestWord(name, names);
  const hint = near === undefined ? {} : { hint: `did you mean ${near}?` };
  throw new ConsoleError("usage", `unknown agent "${name}", expected one of ${all}`, hint);
}

export async function hooksTarget(
  run: CommandContext,
  { hooks, statusline }: HookedAgent,
  options: HooksOptions,
): Promise<HooksTarget> {
  const userHome = env("HOME");
  const folder = launcherFolder();
  if (userHome === undefined || folder === undefined) {
    throw new ConsoleError("usage", "HOME is not set, so the agent's settings are not found", { hint: "set HOME" });
  }
  return {
    home: run.context.paths.root,
    agent: hooks,
    file: options.file ?? hooks.file({ env, userHome, cwd: currentFolder(), project: options.project === true }),
    program: stubArgv(folder, run.context.paths.root),
    policy: await policyOf(run),
    ...(statusline === undefined ? {} : {
      statusline: {
        settings: await statusline.settings(),
        program: stubArgv(folder, run.context.paths.root, "statusline"),
        wrap: options.statusline === true,
      },
    }),
    ...(options.dryRun ? { dryRun: true } : {}),
  };
}

/**
 * Whether rules are evaluated before each tool call: then its hook may have to wait. A broken configuration is no
 * reason to fail here.
 */
async function policyOf(run: CommandContext): Promise<boolean> {
  const { loadConfigFromProcess } = await import("../../config/from_process.ts");
  const { BASE_SCHEMA } = await import("../../config/base_sections.ts"); // features' sections would load all features
  const loaded = await loadConfigFromProcess(run.context.paths, BASE_SCHEMA).catch(() => undefined);
  return loaded?.config.approvals.pre_tool_use ?? false;
}

export function namesWith(part: "statusline" | "trust"): string {
  return HOOKED.filter((agent) => agent[part] !== undefined).map(({ name }) => name).join(", ");
}

/** Only definitions in a settings file can be trusted one by one. */
export function trustTarget({ agent, file, program }: HooksTarget): TrustTarget | undefined {
  return agent.form === "json" ? { agent, file, program } : undefined;
}

/** Where the agent records that trust. */
export function trustPlace({ home, agent }: HooksTarget, target: TrustTarget, { record }: HookTrust): TrustPlace {
  return { home, agent: agent.name, file: record.file(target), record };
}

/** How our hooks stand in the user settings of each agent, whichever home they report to. */
export async function statesOfHooks(
  run: CommandContext,
): Promise<readonly { readonly agent: string; readonly state: HooksStatus["state"] }[]> {
  if (env("HOME") === undefined) return [];
  return await Promise.all(HOOKED.map(async (agent) => ({
    agent: agent.name,
    state: hooksStatus(system(), await hooksTarget(run, agent, {})).state,
  })));
}

/** The agents in whose user settings hooks of ours are, whatever their state. */
export async function agentsWithHooks(run: CommandContext): Promise<readonly string[]> {
  return (await statesOfHooks(run)).filter(({ state }) => state !== "absent").map(({ agent }) => agent);
}
