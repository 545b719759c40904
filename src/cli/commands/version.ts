/**
 * `version --check`: whether the versions that lie and run here belong together, and what to do where they
 * do not. It reads files and asks the daemon on its own socket; it never asks a server.
 */
import { withRunning } from "../../client/connect.ts";
import { type InstalledHere, lookAtInstalled, type SourceClone } from "../../client/installed_here.ts";
import { ownProgramPaths } from "../../client/own_program_paths.ts";
import { ConsoleError, ERRORS } from "../../protocol/errors.ts";
import { BUILD, VERSION } from "../../protocol/version.ts";
import type { CommandContext } from "../context.ts";
import { withTilde } from "../tilde.ts";
import { CommandEnded } from "../tree/shared.ts";
import {
  differenceOf,
  OWN_VERSION,
  ownVersion,
  type ProgramVersion,
  versionOfFolder,
  versionText,
} from "../version_note.ts";

/** Something that does not fit, and the command that cures it. */
interface Advice {
  readonly about: "command" | "daemon" | "hooks" | "clone";
  readonly text: string;
  readonly hint: string;
}

interface Daemon {
  readonly running?: ProgramVersion;
  /** Why it cannot be asked: it speaks another protocol. */
  readonly refused?: ConsoleError;
}

/** @throws {CommandEnded} with 1 where something is to be done, with 5 where the daemon speaks another protocol */
export async function checkVersions(run: CommandContext, { json }: { readonly json?: boolean }): Promise<void> {
  const here = lookAtInstalled(ownProgramPaths());
  const daemon = await lookAtDaemon(run);
  const advice = adviceOf(here, daemon);
  if (json) run.out.json(asJson(here, daemon, advice));
  else {
    for (const [name, text] of rows(here, daemon)) run.out.plain(`${name.padEnd(10)}${text}`);
    for (const { text, hint } of advice) run.out.note(`note: ${text}\nhint: ${hint}`);
  }
  if (daemon.refused !== undefined) throw new CommandEnded(daemon.refused.exitCode);
  if (advice.length > 0) throw new CommandEnded(ERRORS.failed.exit);
}

async function lookAtDaemon(run: CommandContext): Promise<Daemon> {
  // Without the note that every other command makes: here it is the matter itself.
  const { onGreeted: _, ...context } = run.context;
  try {
    const hello = await withRunning(context, (client) => Promise.resolve(client.hello));
    if (hello === undefined) return {};
    return { running: { version: hello.version, ...(hello.build === undefined ? {} : { build: hello.build }) } };
  } catch (error) {
    if (error instanceof ConsoleError && error.kind === "version_mismatch") return { refused: error };
    throw error;
  }
}

function adviceOf({ current, clone, stubIsOurs }: InstalledHere, { running, refused }: Daemon): Advice[] {
  const advice: Advice[] = [];
  const installed = current === undefined ? undefined : versionOfFolder(current);
  // From a clone it is a developer's own affair, unless the numbers tell them apart.
  const isOther = installed !== undefined &&
    (installed.version !== VERSION || (BUILD !== undefined && installed.build !== BUILD));
  if (isOther) {
    const text = `this is ${ownVersion()}, installed is ${versionText(installed)}`;
    advice.push({ about: "command", text, hint: "run ~/.local/bin/agent-console, the installed one" });
  }
  if (refused !== undefined) {
    const { message, hint = "agent-console daemon restart" } = refused;
    advice.push({ about: "daemon", text: message, hint });
  }
  const difference = running === undefined ? undefined : differenceOf(running, OWN_VERSION);
  if (difference !== undefined) {
    advice.push({ about: "daemon", text: difference, hint: "agent-console daemon restart" });
  }
  if (stubIsOurs === false) {
    const text = "the file that hooks run is that of another version";
    advice.push({ about: "hooks", text, hint: "agent-console daemon restart, which writes it anew" });
  }
  // Who went back knows that the clone is ahead.
  if (clone?.changed === true && clone.rolledBack === undefined) {
    const text = `the clone ${withTilde(clone.path)} has changed since the installation`;
    advice.push({ about: "clone", text, hint: "agent-console update" });
  }
  return advice;
}

function* rows(here: InstalledHere, { running, refused }: Daemon): Generator<readonly [string, string]> {
  const { current, previous, clone, stubIsOurs } = here;
  const named = (folder: string) => versionText(versionOfFolder(folder));
  yield ["this", ownVersion() + (BUILD === undefined ? ", not installed" : "")];
  yield ["installed", current === undefined ? "nothing" : named(current)];
  if (previous !== undefined) yield ["before", named(previous)];
  yield [
    "daemon",
    running === undefined ? refused === undefined ? "not running" : "another protocol" : versionText(running),
  ];
  yield [
    "hook file", // is there from the first start on, whether or not an agent's settings name it
    stubIsOurs === undefined ? "none yet" : stubIsOurs ? "as this version writes it" : "of another version",
  ];
  if (clone !== undefined) yield ["clone", `${withTilde(clone.path)}: ${cloneText(clone)}`];
}

function cloneText({ version, changed, rolledBack }: SourceClone): string {
  if (version === undefined) return "gone";
  if (rolledBack !== undefined) {
    return `still ${
      versionText(versionOfFolder(rolledBack))
    }, which was rolled back; agent-console update goes there again`;
  }
  return `${version}, ${changed === undefined ? "not compared" : changed ? "changed since" : "unchanged since"}`;
}

function asJson({ current, previous, clone, stubIsOurs }: InstalledHere, daemon: Daemon, advice: readonly Advice[]) {
  const folder = (name: string | undefined) => name === undefined ? null : versionOfFolder(name);
  return {
    ok: advice.length === 0,
    this: OWN_VERSION,
    current: folder(current),
    previous: folder(previous),
    daemon: daemon.running ?? null,
    hooks: stubIsOurs === undefined ? null : stubIsOurs ? "current" : "other",
    clone: clone === undefined ? null : { ...clone, version: clone.version ?? null, changed: clone.changed ?? null },
    advice,
  };
}
