/** `hooks …`: our hooks in the settings of the agents. */
import { HOOK_ENV } from "../../agents/hook_env.ts";
import { AGENTS } from "../../agents/registry.ts";
import type { AgentDescriptor } from "../../agents/shared/descriptor.ts";
import type { AgentHooks } from "../../agents/shared/hook_spec.ts";
import type { HookTrust, Trust, TrustTarget } from "../../agents/shared/hook_trust.ts";
import type { HooksStatus } from "../../settings/hook_entries.ts";
import { hooksStatus, type HooksTarget, install, type InstallSystem, uninstall } from "../../settings/install.ts";
import { launcherArgv, launcherOf } from "../../agents/shared/own_program.ts";
import { assertSafe } from "../../config/endpoint.ts";
import { nearestWord } from "../../lib/did_you_mean.ts";
import { systemTimers } from "../../platform/delay.ts";
import { denoFiles, realPath } from "../../platform/deno_files.ts";
import { sha256OfJournal } from "../../platform/hash.ts";
import { keptName, namedEnv, SET_ASIDE } from "../../platform/environment.ts";
import { tryLock } from "../../platform/lock_file.ts";
import { PREBUILT_ENV, prebuiltFolder } from "../../platform/prebuilt.ts";
import { currentFolder, env, narrowUmask } from "../../platform/process.ts";
import { HOOK_LAUNCHER, STATUSLINE_LAUNCHER } from "../../platform/program.ts";
import {
  checkSandboxPath,
  type Flag,
  hookFlags,
  type HookSandbox,
  programArgv,
  type ProgramRef,
  statuslineFlags,
} from "../../platform/sandbox.ts";
import { LAUNCHER_ENV, startLauncherPath } from "../../platform/start_launcher.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import { contextEndpoint } from "../../client/endpoint.ts";
import { noteFolderOf } from "../../client/own_program_paths.ts";
import { writeStartLauncher } from "../../client/write_start_launcher.ts";
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

function system(): InstallSystem {
  return { files: denoFiles, timers: systemTimers, sha256: sha256OfJournal, realPath, tryLock };
}

/** An agent into whose settings our hooks can be put. */
type HookedAgent = AgentDescriptor & { readonly hooks: AgentHooks };

export const hookedAgents: readonly HookedAgent[] = AGENTS.filter((agent): agent is HookedAgent =>
  agent.hooks !== undefined
);

function agentOf(name: string | undefined, command: string): HookedAgent {
  const names = hookedAgents.map((agent) => agent.name);
  const all = names.join(", ");
  if (name === undefined) {
    throw new ConsoleError("usage", `no agent is named, expected one of ${all}`, {
      hint: `agent-console hooks ${command} AGENT`,
    });
  }
  const agent = hookedAgents.find((one) => one.name === name);
  if (agent !== undefined) return agent;
  const near = nearestWord(name, names);
  const hint = near === undefined ? {} : { hint: `did you mean ${near}?` };
  throw new ConsoleError("usage", `unknown agent "${name}", expected one of ${all}`, hint);
}

export async function target(
  run: CommandContext,
  { hooks, statusline }: HookedAgent,
  options: HooksOptions,
): Promise<HooksTarget> {
  const userHome = env("HOME");
  if (userHome === undefined) {
    throw new ConsoleError("usage", "HOME is not set, so the agent's settings are not found", { hint: "set HOME" });
  }
  return {
    home: run.context.paths.root,
    agent: hooks,
    file: options.file ?? hooks.file({ env, userHome, cwd: currentFolder(), project: options.project === true }),
    program: hookProgram(run),
    policy: await policyOf(run),
    ...(statusline === undefined ? {} : {
      statusline: {
        settings: await statusline.settings(),
        program: statuslineProgram(run),
        wrap: options.statusline === true,
      },
    }),
    ...(options.dryRun ? { dryRun: true } : {}),
  };
}

/** The command that the agent will run, less the words `hook AGENT`. */
export function hookProgram(run: Pick<CommandContext, "context">): string[] {
  return installedProgram(
    run,
    HOOK_LAUNCHER,
    ({ paths, socketPath }) =>
      hookFlags({
        paths,
        socketPath,
        starter: startLauncherPath(paths.root),
        env: [...HOOK_ENV, ...OWN_ENV, ...LAUNCHER_ENV, "AGENT_CONSOLE_NO_START"],
        code: codeOf(run),
      }),
  );
}

/** The same for the status line, less the words `statusline -- …`. */
function statuslineProgram(run: Pick<CommandContext, "context">): string[] {
  const variables = [...HOOK_ENV, ...OWN_ENV, ...SET_ASIDE.map(keptName), "DENO_DIR"]; // which the user's own does not get
  return installedProgram(
    run,
    STATUSLINE_LAUNCHER,
    ({ paths, socketPath }) => statuslineFlags({ paths, socketPath, env: variables }),
  );
}

const OWN_ENV: readonly string[] = ["AGENT_CONSOLE_HOME", "AGENT_CONSOLE_SOCKET", "HOME", ...PREBUILT_ENV];

/** What main.ts reads to find out whether a prebuilt form may be run; the same whether there is one or not. */
function codeOf(run: Pick<CommandContext, "context">): readonly string[] {
  const { sources } = run.context.program;
  const folder = sources === undefined ? undefined : prebuiltFolder(sources);
  if (sources === undefined || folder === undefined) return [];
  const code = [folder.slice(0, folder.lastIndexOf("/")), `${sources}/src`, `${sources}/deno.json`];
  return code.every((path) => checkSandboxPath(path) === undefined) ? code : [];
}

function installedProgram(
  run: Pick<CommandContext, "context">,
  launcher: string,
  flags: (sandbox: Pick<HookSandbox, "paths" | "socketPath">) => readonly Flag[],
): string[] {
  const { paths, program } = run.context;
  const { daemon } = program;
  const { socketPath } = contextEndpoint(run.context);
  for (const path of [paths.root, socketPath]) assertSafe(path, checkSandboxPath(path));
  const cache = namedEnv(["DENO_DIR"])["DENO_DIR"];
  const start = launcherArgv(program.launchers, launcher, cache);
  if (daemon.form === "compiled") return [...start, ...program.client, "--home", paths.root];
  const entry = program.client.at(-1) ?? "";
  const confined = flags({ paths, socketPath });
  const ref = { form: daemon.form, deno: daemon.deno, entry } satisfies ProgramRef;
  return [...start, ...programArgv(ref, confined, ["--home", paths.root])];
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

export async function installHooks(
  run: CommandContext,
  name: string | undefined,
  options: HooksOptions,
): Promise<void> {
  narrowUmask();
  const agent = agentOf(name, "install");
  const { title } = agent.hooks;
  if (options.statusline && agent.statusline === undefined) {
    throw new ConsoleError("usage", `--statusline is for ${namesWith("statusline")}, ${title} has no status line`);
  }
  if (options.trust && agent.trust === undefined) {
    throw new ConsoleError("usage", `--trust is for ${namesWith("trust")}, ${title} asks for no trust`);
  }
  const where = await target(run, agent, options);
  assertLauncher(launcherOf(where.program));
  if (!options.dryRun) noteFolderOf(where.file);
  const outcome = await install(system(), where);
  if (options.dryRun) {
    return run.out.plain(outcome.changed ? outcome.diff.trimEnd() : `${outcome.file}: nothing to change`);
  }
  const problem = await writeStartLauncher(run.context);
  if (problem !== undefined) run.out.note(`hooks will keep events, and not start the daemon: ${problem}`);
  run.out.plain(
    outcome.changed ? `hooks installed in ${outcome.file}` : `hooks were installed already in ${outcome.file}`,
  );
  const twice = runsTwice(where, await target(run, agent, { project: !options.project }));
  if (twice !== undefined) run.out.plain(twice);
  const { state, problem: why } = hooksStatus(system(), where);
  const off = state === "disabled" ? "its settings switch all hooks off" : why ?? state;
  if (state !== "installed") run.out.note(`${title} does not run them: ${off}`);
  if (outcome.changed && agent.hooks.readsAtStart) {
    run.out.plain(`${title} reads its hooks when it starts: restart the ones that run now`);
  }
  const trusted = trustTarget(where);
  if (agent.trust === undefined || trusted === undefined) return;
  const trust = await agent.trust();
  if (!options.trust) return run.out.plain(trust.words.untrusted);
  await trust.give(trusted, (definitions) => run.out.plain(definitions));
  run.out.plain(trust.words.trusted);
}

/** What is to be said where the same hooks stand in the user's settings and in the project's. */
export function runsTwice({ agent, file }: HooksTarget, other: HooksTarget): string | undefined {
  if (agent.form !== "json" || !agent.runsBoth || other.file === file) return undefined;
  if (["absent", "unreadable"].includes(hooksStatus(system(), other).state)) return undefined;
  return `${agent.title} runs both, these and those in ${other.file}: each event is reported twice and counts once`;
}

/** A command whose first file is not there would do nothing at each event of the agent. @throws {ConsoleError} failed */
function assertLauncher(launcher: string): void {
  if (denoFiles.stat(launcher) !== undefined) return;
  const hint = "put it beside the program, as it was made or came";
  throw new ConsoleError("failed", `${launcher} is not there, by which agents start the program`, { hint });
}

function namesWith(part: "statusline" | "trust"): string {
  return hookedAgents.filter((agent) => agent[part] !== undefined).map(({ name }) => name).join(", ");
}

/** Only definitions in a settings file can be trusted one by one. */
function trustTarget({ agent, file, program }: HooksTarget): TrustTarget | undefined {
  return agent.form === "json" ? { agent, file, program } : undefined;
}

export async function uninstallHooks(
  run: CommandContext,
  name: string | undefined,
  options: HooksOptions,
): Promise<void> {
  narrowUmask();
  const agent = agentOf(name, "uninstall");
  const where = await target(run, agent, options);
  const trusted = trustTarget(where);
  const trust = options.dryRun || trusted === undefined ? undefined : await agent.trust?.();
  // Before the hooks go: the agent names its records by what it finds in the file.
  const kept = trusted === undefined ? undefined : await trust?.take(trusted);
  const outcome = await uninstall(system(), where);
  if (options.dryRun) {
    return run.out.plain(outcome.changed ? outcome.diff.trimEnd() : `${outcome.file}: nothing to change`);
  }
  run.out.plain(outcome.changed ? `hooks removed from ${outcome.file}` : `no hooks of ours in ${outcome.file}`);
  if (kept !== undefined) run.out.note(kept);
  const launcher = startLauncherPath(run.context.paths.root);
  if (launcher !== undefined && (await agentsWithHooks(run)).length === 0) denoFiles.remove(launcher);
  if (outcome.changed && agent.hooks.readsAtStart) {
    run.out.plain(`${agent.hooks.title} read its hooks when it started: those that run now report until they end`);
  }
}

/** The agents in whose user settings hooks of ours are, whatever their state. */
export async function agentsWithHooks(run: CommandContext): Promise<readonly string[]> {
  if (env("HOME") === undefined) return [];
  const states = await Promise.all(
    hookedAgents.map(async (agent) => [agent.name, hooksStatus(system(), await target(run, agent, {})).state] as const),
  );
  return states.filter(([, state]) => state !== "absent").map(([name]) => name);
}

type Row = HooksStatus & { readonly agent: string; readonly file: string; readonly trust?: Trust };

interface Shown {
  readonly row: Row;
  readonly words?: HookTrust["words"];
}

export async function statusOfHooks(
  run: CommandContext,
  name: string | undefined,
  options: HooksOptions,
): Promise<void> {
  const agents = name === undefined ? hookedAgents : [agentOf(name, "show")];
  const shown = await Promise.all(agents.map(async (agent) => await rowOf(agent, await target(run, agent, options))));
  if (options.json) return run.out.json({ hooks: shown.map(({ row }) => row) });
  for (const { row: { agent, file, state, missing, outdated, problem, trust, statusline }, words } of shown) {
    const more = [
      statusline === undefined || statusline === "absent" ? "" : `status line ${statusline}`,
      missing.length > 0 && state !== "absent" ? `missing ${missing.join(", ")}` : "",
      outdated.length > 0 ? `outdated ${outdated.join(", ")}` : "",
      problem ?? "",
      trust === undefined || trust === "trusted" ? "" : words?.[trust] ?? "",
    ].filter(Boolean).join("; ");
    run.out.plain(`${agent}: ${state} (${file})${more === "" ? "" : `: ${more}`}`);
  }
}

/** An agent is queried only where it has something of ours to trust: the query starts a process of the agent. */
export async function rowOf({ trust: load }: HookedAgent, where: HooksTarget): Promise<Shown> {
  const status = hooksStatus(system(), where);
  const row = { agent: where.agent.name, file: where.file, ...status };
  const trusted = trustTarget(where);
  if (load === undefined || trusted === undefined || ["absent", "unreadable"].includes(status.state)) return { row };
  const { words, read } = await load();
  const trust = await read(trusted);
  const held = status.state !== "installed" || trust === "trusted" || trust === "unknown";
  return { row: { ...row, state: held ? status.state : trust === "off" ? "disabled" : "untrusted", trust }, words };
}
