/** `hooks …`: our hooks in the settings of the agents. */
import {
  hooksStatus,
  type HooksTarget,
  install,
  type InstallSystem,
  settingsPath,
  uninstall,
} from "../../agents/install.ts";
import { AGENT_NAMES } from "../../agents/registry.ts";
import { HOOK_ENV } from "../../agents/hook_env.ts";
import { systemTimers } from "../../platform/delay.ts";
import { denoFiles } from "../../platform/deno_files.ts";
import { sha256OfJournal } from "../../platform/hash.ts";
import { tryLock } from "../../platform/lock_file.ts";
import { realPath } from "../../platform/paths.ts";
import { currentFolder, env, narrowUmask } from "../../platform/process.ts";
import { checkSandboxPath, hookFlags, type Program, programArgv } from "../../platform/sandbox.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import { whereIs } from "../../client/context.ts";
import type { Run } from "../run.ts";

export interface HooksOptions {
  readonly dryRun?: boolean;
  readonly project?: boolean;
  readonly json?: boolean;
}

function system(): InstallSystem {
  return { files: denoFiles, timers: systemTimers, sha256: sha256OfJournal, realPath, tryLock };
}

function target(run: Run, agent: string, options: HooksOptions): HooksTarget {
  if (!AGENT_NAMES.includes(agent)) {
    throw new ConsoleError(
      "usage",
      `Cannot find the agent ${agent}: is unknown, must be one of ${AGENT_NAMES.join(", ")}`,
    );
  }
  const userHome = env("HOME");
  if (userHome === undefined) {
    throw new ConsoleError("usage", "Cannot find the agent's settings: HOME is not set, must be");
  }
  const moved = env("CLAUDE_CONFIG_DIR");
  return {
    home: run.context.paths.root,
    file: settingsPath({
      env: moved === undefined ? {} : { CLAUDE_CONFIG_DIR: moved },
      userHome,
      cwd: currentFolder(),
      project: options.project === true,
    }),
    program: hookProgram(run),
    ...(options.dryRun ? { dryRun: true } : {}),
  };
}

/** The command that the agent will run, less the words `hook AGENT`. */
export function hookProgram(run: Pick<Run, "context">): string[] {
  const { paths, program } = run.context;
  const { daemon } = program;
  const problem = checkSandboxPath(paths.root) ?? checkSandboxPath(whereIs(run.context).socketPath);
  if (problem !== undefined) {
    throw new ConsoleError("unsafe_path", `Cannot use ${paths.root}: ${problem}`, { path: paths.root });
  }
  if (daemon.form === "compiled") return [...program.client, "--home", paths.root];
  const flags = hookFlags({
    paths,
    socketPath: whereIs(run.context).socketPath,
    starter: daemon.deno,
    env: [...HOOK_ENV, "AGENT_CONSOLE_HOME", "AGENT_CONSOLE_SOCKET", "AGENT_CONSOLE_NO_START", "HOME"],
  });
  const entry = program.client.at(-1) ?? "";
  return programArgv({ form: daemon.form, deno: daemon.deno, entry } satisfies Program, flags, ["--home", paths.root]);
}

export async function installHooks(run: Run, agent: string, options: HooksOptions): Promise<void> {
  narrowUmask();
  const outcome = await install(system(), target(run, agent, options));
  if (options.dryRun) {
    return run.out.plain(outcome.changed ? outcome.diff.trimEnd() : `${outcome.file}: nothing to change`);
  }
  run.out.plain(
    outcome.changed ? `hooks installed in ${outcome.file}` : `hooks were installed already in ${outcome.file}`,
  );
}

export async function uninstallHooks(run: Run, agent: string, options: HooksOptions): Promise<void> {
  narrowUmask();
  const outcome = await uninstall(system(), target(run, agent, options));
  if (options.dryRun) {
    return run.out.plain(outcome.changed ? outcome.diff.trimEnd() : `${outcome.file}: nothing to change`);
  }
  run.out.plain(outcome.changed ? `hooks removed from ${outcome.file}` : `no hooks of ours in ${outcome.file}`);
}

export function statusOfHooks(run: Run, agent: string | undefined, options: HooksOptions): void {
  const agents = agent === undefined ? AGENT_NAMES : [agent];
  const sys = system();
  const hooks = agents.map((name) => {
    const where = target(run, name, options);
    return { agent: name, file: where.file, ...hooksStatus(sys, where) };
  });
  if (options.json) return run.out.json({ hooks });
  for (const { agent: name, file, state, missing, outdated, problem } of hooks) {
    const more = [
      missing.length > 0 && state !== "absent" ? `missing ${missing.join(", ")}` : "",
      outdated.length > 0 ? `outdated ${outdated.join(", ")}` : "",
      problem ?? "",
    ].filter(Boolean).join("; ");
    run.out.plain(`${name}: ${state} (${file})${more === "" ? "" : `: ${more}`}`);
  }
}
