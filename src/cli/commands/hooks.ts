/** `hooks install|uninstall`: puts our hooks into the settings of an agent, and takes them out. */
import { noteFolderOf } from "../../client/own_program_paths.ts";
import { removeLaunchers } from "../../client/remove_launchers.ts";
import { writeLaunchers } from "../../client/write_launchers.ts";
import { isNoRoom, MAKE_ROOM } from "../../platform/disk_space.ts";
import { narrowUmask } from "../../platform/process.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import { hooksStatus, type HooksTarget, install, uninstall } from "../../settings/install.ts";
import { giveNoted, takeNoted } from "../../settings/trust_note.ts";
import { agentPath } from "../agent_path.ts";
import type { CommandContext } from "../context.ts";
import {
  agentOf,
  agentsWithHooks,
  type HookedAgent,
  type HooksOptions,
  hooksTarget,
  namesWith,
  statesOfHooks,
  system,
  trustPlace,
  trustTarget,
} from "./hooks_target.ts";

export async function installHooks(
  run: CommandContext,
  name: string | undefined,
  options: HooksOptions,
): Promise<void> {
  narrowUmask();
  const agent = agentOf(name, "install");
  const { title } = agent.hooks;
  if (options.statusline && agent.statusline === undefined) {
    const those = namesWith("statusline");
    throw new ConsoleError("usage", `--statusline is for ${those}, ${title} has no status line`);
  }
  if (options.trust && agent.trust === undefined) {
    throw new ConsoleError(
      "usage",
      `--trust is for ${namesWith("trust")}, ${title} asks for no trust`,
    );
  }
  const where = await hooksTarget(run, agent, options);
  if (!options.dryRun) noteFolderOf(where.file);
  if (!options.dryRun) await prepare(run); // an agent may run what is registered at once
  const outcome = await install(system(), where);
  if (options.dryRun) {
    return run.out.plain(outcome.changed ? outcome.diff.trimEnd() : `${outcome.file}: nothing to change`);
  }
  if (!(await statesOfHooks(run)).some(({ state }) => state === "outdated")) removeLaunchers(run.context, "former");
  run.out.say(
    outcome.changed ? `hooks installed in ${outcome.file}` : `hooks were installed already in ${outcome.file}`,
  );
  if (agentPath(agent) === undefined) {
    run.out.say(
      `${title} was not found on your PATH: the hooks report as soon as it runs`,
    );
  }
  const twice = runsTwice(where, await hooksTarget(run, agent, { project: !options.project }));
  if (twice !== undefined) run.out.say(twice);
  const { state, problem: why } = hooksStatus(system(), where);
  const off = state === "disabled" ? "its settings switch all hooks off" : why ?? state;
  if (state !== "installed") run.out.note(`${title} does not run them: ${off}`);
  if (outcome.changed && agent.hooks.readsAtStart) {
    run.out.say(`${title} reads its hooks when it starts: restart the ones that run now`);
  }
  await trustHooks(run, agent, where, options.trust === true);
}

/** Has the agent record that its user trusts the hooks in `where`, or says what that takes. @throws {ConsoleError} failed, timeout */
export async function trustHooks(
  run: CommandContext,
  agent: HookedAgent,
  where: HooksTarget,
  isWanted: boolean,
): Promise<void> {
  const trusted = trustTarget(where);
  if (agent.trust === undefined || trusted === undefined) return;
  const trust = await agent.trust();
  if (!isWanted) return run.out.say(`${trust.words.untrusted}: ${trust.cure}`);
  await giveNoted(
    system(),
    trustPlace(where, trusted, trust),
    () => trust.give(trusted, (definitions) => run.out.plain(definitions)),
  );
  run.out.say(trust.words.trusted);
}

/** @throws {ConsoleError} failed */
async function prepare(run: CommandContext): Promise<void> {
  const problem = await writeLaunchers(run.context);
  if (problem === undefined) return;
  throw new ConsoleError("failed", `the files by which hooks run cannot be written: ${problem}`, {
    hint: isNoRoom(problem)
      ? MAKE_ROOM
      : "set HOME or XDG_DATA_HOME to a folder of yours, or choose a home folder with a shorter path",
  });
}

/** What is to be said where the same hooks stand in the user's settings and in the project's. */
export function runsTwice({ agent, file }: HooksTarget, other: HooksTarget): string | undefined {
  if (agent.form !== "json" || !agent.runsBoth || other.file === file) return undefined;
  if (["absent", "unreadable"].includes(hooksStatus(system(), other).state)) return undefined;
  return `${agent.title} runs both, these and those in ${other.file}: each event is reported twice and counts once`;
}

export async function uninstallHooks(
  run: CommandContext,
  name: string | undefined,
  options: HooksOptions,
): Promise<void> {
  narrowUmask();
  const agent = agentOf(name, "uninstall");
  const where = await hooksTarget(run, agent, options);
  const trusted = trustTarget(where);
  const trust = options.dryRun || trusted === undefined ? undefined : await agent.trust?.();
  // Before the hooks go: the agent names its records by what it finds in the file.
  const kept = trusted === undefined || trust === undefined
    ? undefined
    : await takeNoted(system(), trustPlace(where, trusted, trust), () => trust.take(trusted));
  const outcome = await uninstall(system(), where);
  if (options.dryRun) {
    return run.out.plain(outcome.changed ? outcome.diff.trimEnd() : `${outcome.file}: nothing to change`);
  }
  run.out.say(outcome.changed ? `hooks removed from ${outcome.file}` : `no hooks of ours in ${outcome.file}`);
  if (kept !== undefined) run.out.note(kept);
  if ((await agentsWithHooks(run)).length === 0) removeLaunchers(run.context, "all");
  if (outcome.changed && agent.hooks.readsAtStart) {
    run.out.say(`${agent.hooks.title} read its hooks when it started: those that run now report until they end`);
  }
}
