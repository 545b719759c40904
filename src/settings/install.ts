/**
 * Hooks in the settings file of an agent, on the disk. The file belongs to the user and the agent: it is changed under
 * a lock, in one rename, only where nobody else changed it in between; links and modes stay; its former text is kept,
 * so that uninstalling restores it byte for byte.
 */
import { join } from "@std/path";
import { maskSecrets } from "../domain/mask.ts";
import type { Files, Sha256, Timers } from "../platform/system.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { AgentHooks, Argv } from "../agents/shared/hook_spec.ts";
import { addEntries, type HooksStatus, removeEntries, statusOf } from "./hook_entries.ts";
import { pluginStatus, removePlugin, renderPlugin } from "./plugin_file.ts";
import type { EditOptions } from "./own_entries.ts";
import { lineDiff } from "./line_diff.ts";
import type { StatuslineSettings } from "../agents/shared/statusline_settings.ts";
import { lockSettings, makeFolders, readSettings, settingsPath, unwritable, writeSettings } from "./settings_file.ts";
import { type Backup, backupPath, readBackup, writeBackup } from "./backup.ts";

export interface InstallSystem {
  readonly files: Files;
  readonly timers: Timers;
  readonly sha256: Sha256;
  /** Ours; null where the platform has none. */
  readonly uid: number | null;
  /** Follows every link. @throws the OS error where the end does not exist */
  readonly realPath: (path: string) => string;
  /** A lock between processes that ends with its holder; undefined where another process has it. */
  readonly tryLock: (path: string) => { release(): void } | undefined;
}

export interface HooksTarget {
  /** Our own home folder, absolute: the backup and the lock are there. */
  readonly home: string;
  readonly agent: AgentHooks;
  /** The settings file, from {@link AgentHooks.file}. */
  readonly file: string;
  readonly program: Argv;
  /** Rules are evaluated before each tool call: that row may wait for a decision. */
  readonly policy?: boolean;
  /** Our tee for the agent's status line, where it has one. */
  readonly statusline?: {
    readonly settings: StatuslineSettings;
    readonly program: Argv;
    /** Put it in. Without it one that is there is only kept current. */
    readonly wrap: boolean;
  };
  /** Say what would change, and write nothing. */
  readonly dryRun?: boolean;
}

export interface HooksOutcome {
  readonly file: string;
  readonly changed: boolean;
  /** The change as `diff -u` shows it, secrets masked. */
  readonly diff: string;
}

const RACES = 5;

const encoder = new TextEncoder();

/** Registers every event of the table. Twice is once. @throws {ConsoleError} config_invalid, failed, timeout */
export function install(system: InstallSystem, target: HooksTarget): Promise<HooksOutcome> {
  return changed(system, target, (was, backup, hash) => {
    const now = writeIfUnchanged(target, was ?? "", editing(target, backup));
    if (now === was) return { now };
    const known = isUnchanged(backup, hash);
    return {
      now,
      backup: {
        file: target.file,
        original: backup === undefined ? was ?? null : backup.original,
        found: known ? backup.found : was ?? null,
        installed: [...(known ? backup.installed : []), system.sha256(encoder.encode(now))],
        programs: [target.program, ...(target.statusline === undefined ? [] : [target.statusline.program])]
          .reduce(withProgram, backup?.programs ?? []),
      },
    };
  });
}

/** Takes our entries out; the file that {@link install} left is given back as it was before, or removed. */
export function uninstall(system: InstallSystem, target: HooksTarget): Promise<HooksOutcome> {
  return changed(system, target, (was, backup, hash) => {
    if (was === undefined) return { now: undefined, backup: null };
    // The text may contain entries of an installation whose backup was lost: they go too.
    const text = isUnchanged(backup, hash) ? backup.found : was;
    if (text === null) return { now: undefined, backup: null };
    const now = withoutOwnEntries(target, text, editing(target, backup));
    const empty = target.agent.form === "file" ? now === "" : backup?.original === null && /^\s*\{\s*\}\s*$/.test(now);
    return { now: now !== text && empty ? undefined : now, backup: null };
  });
}

function writeIfUnchanged({ agent, program, statusline }: HooksTarget, text: string, options: EditOptions): string {
  if (agent.form === "file") return renderPlugin(agent, text, program, options);
  const now = addEntries(agent, text, program, options);
  if (statusline === undefined) return now;
  const { settings, wrap } = statusline;
  const has = settings.state(now, statusline.program, options).state !== "absent";
  return has || wrap ? settings.wrap(now, statusline.program, options) : now;
}

function withoutOwnEntries({ agent, program, statusline }: HooksTarget, text: string, options: EditOptions): string {
  if (agent.form === "file") return removePlugin(text);
  const now = removeEntries(agent, text, program, options);
  return statusline === undefined ? now : statusline.settings.unwrap(now, statusline.program, options);
}

function withProgram(programs: readonly Argv[], program: Argv): readonly Argv[] {
  return [...programs.filter((other) => other.join("\0") !== program.join("\0")), program];
}

function isUnchanged(backup: Backup | undefined, hash: string | undefined): backup is Backup {
  return backup !== undefined && hash !== undefined && backup.installed.includes(hash);
}

function editing(target: HooksTarget, backup: Backup | undefined): EditOptions {
  const { file, policy = false } = target;
  if (backup === undefined) return { file, policy };
  const earlier = backup.programs;
  // Where an older backup was lost, "before" has entries of ours: their containers did not exist before us.
  const before = withoutOwnEntries(target, backup.original ?? "", { file, earlier });
  return { file, policy, earlier, before };
}

type Reading = Pick<InstallSystem, "files" | "realPath" | "sha256" | "uid">;

/** The state of the file; `absent` where there is none. */
export function hooksStatus(system: Reading, target: HooksTarget): HooksStatus {
  try {
    const backup = readBackup(system, backupPath(target, system.sha256));
    const text = readSettings(system, settingsPath(system, target.file), target.file) ?? "";
    const { agent, program } = target;
    const options = editing(target, backup);
    if (agent.form === "file") return pluginStatus(agent, text, program, options);
    const status = statusOf(agent, text, program, options);
    const line = target.statusline?.settings.state(text, target.statusline.program, options).state;
    return line === undefined ? status : { ...status, statusline: line };
  } catch (error) {
    return { state: "unreadable", missing: [], outdated: [], problem: error instanceof Error ? error.message : "" };
  }
}

/** `now` undefined: no file. `backup`: what to keep, null to forget it, absent to leave it. */
interface Step {
  readonly now: string | undefined;
  readonly backup?: Backup | null;
}

type Decide = (was: string | undefined, backup: Backup | undefined, hash: string | undefined) => Step;

async function changed(system: InstallSystem, target: HooksTarget, decide: Decide): Promise<HooksOutcome> {
  if (target.dryRun) return editOnce(system, target, decide);
  const { files } = system;
  makeFolders(files, target.home);
  const lock = await lockSettings(system, join(target.home, "hooks.lock"));
  try {
    return editOnce(system, target, decide);
  } finally {
    lock.release();
  }
}

/** One reading, one decision, one writing, without a pause in between; again where the agent wrote in that moment. */
function editOnce(system: InstallSystem, target: HooksTarget, decide: Decide): HooksOutcome {
  const { files, sha256 } = system;
  const kept = backupPath(target, sha256);
  for (let race = 0; race < RACES; race++) {
    const path = settingsPath(system, target.file);
    const was = readSettings(system, path, target.file);
    const hash = was === undefined ? undefined : sha256(encoder.encode(was));
    const step = decide(was, readBackup(system, kept), hash);
    const diff = maskSecrets(lineDiff(target.file, was ?? "", step.now ?? ""));
    const outcome: HooksOutcome = { file: target.file, changed: step.now !== was, diff };
    if (target.dryRun) return outcome;
    // Kept before the file changes: a crash in between leaves a backup that fits nothing, never a file without one.
    const before = step.backup ? files.stat(kept) && files.read(kept) : undefined;
    try {
      if (step.backup) writeBackup(files, kept, step.backup);
    } catch (error) {
      throw unwritable(kept, error); // without it the file is not changed
    }
    const undo = () => step.backup && restoreBackup(files, kept, before);
    if (readSettings(system, path, target.file) !== was) {
      undo();
      continue;
    }
    try {
      if (outcome.changed) writeSettings(files, path, step.now);
    } catch (error) {
      undo(); // of an installation that did not happen nothing is kept
      throw unwritable(target.file, error);
    }
    if (step.backup === null) files.remove(kept);
    return outcome;
  }
  throw new ConsoleError("failed", `${target.file} is being written by another program`, {
    hint: "try again when that program is done",
  });
}

function restoreBackup(files: Files, kept: string, before: Uint8Array | undefined): void {
  if (before === undefined) files.remove(kept);
  else files.replace(kept, before, 0o600);
}
