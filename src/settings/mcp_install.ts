/**
 * Our MCP server in an agent's own configuration, on the disk. Those files hold much else, credentials too, and the agent
 * writes them itself: so no copy of one is kept, only where in it our piece was put. As long as nobody else has changed the
 * file it is given back byte for byte; else our entry alone is taken out.
 */
import { join } from "@std/path";
import type { Argv } from "../agents/shared/hook_spec.ts";
import type { AgentMcp } from "../agents/shared/mcp_spec.ts";
import { maskSecrets } from "../domain/mask.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { readKept, writeKept } from "./backup.ts";
import type { HooksOutcome, InstallSystem } from "./install.ts";
import { lineDiff } from "./line_diff.ts";
import { addServer, hasSection, type McpState, removeServer, serverState } from "./mcp_entry.ts";
import { lockSettings, makeFolders, readSettings, settingsPath, unwritable, writeSettings } from "./settings_file.ts";

export interface McpTarget {
  /** Our own home folder, absolute: the note and the lock are there. */
  readonly home: string;
  readonly agent: string;
  readonly mcp: AgentMcp;
  /** The agent's file. */
  readonly file: string;
  readonly argv: Argv;
  /** Say what would change, and write nothing. */
  readonly dryRun?: boolean;
}

/** What was changed: at `start`, `old` was replaced by a piece of `length` units. */
interface McpNote {
  readonly file: string;
  /** sha256 of the text that we made. */
  readonly made: string;
  readonly start: number;
  readonly old: string;
  readonly length: number;
  readonly wasThere: boolean;
  readonly hadSection: boolean;
}

const RACES = 5;

/** Twice is once. @throws {ConsoleError} config_invalid, failed, timeout */
export function registerMcp(system: InstallSystem, target: McpTarget): Promise<HooksOutcome> {
  const { mcp, argv, file } = target;
  return changedFile(system, target, (was, note) => {
    if (addServer(mcp, was ?? "", argv, file) === was) return { now: was };
    const base = isUntouched(system, was, note)
      ? baseOf(was, note)
      : was && removeServer(mcp, was, note?.hadSection === false, file);
    const now = addServer(mcp, base ?? "", argv, file);
    const hadSection = hasSection(mcp, base ?? "", file);
    return {
      now,
      note: { file, made: hashOf(system, now), ...splice(base ?? "", now), hadSection, wasThere: base !== undefined },
    };
  });
}

/** @throws {ConsoleError} config_invalid, failed, timeout */
export function unregisterMcp(system: InstallSystem, target: McpTarget): Promise<HooksOutcome> {
  const { mcp, file } = target;
  return changedFile(system, target, (was, note) => {
    if (was === undefined) return { now: was, note: null };
    if (isUntouched(system, was, note)) return { now: baseOf(was, note), note: null };
    const now = removeServer(mcp, was, note?.hadSection === false, file);
    const isEmpty = note?.wasThere === false && now !== was && /^\s*(?:\{\s*\})?\s*$/.test(now);
    return { now: isEmpty ? undefined : now, note: null };
  });
}

/** Never throws. */
export function mcpState(system: InstallSystem, { mcp, argv, file }: McpTarget): McpState {
  try {
    return serverState(mcp, readSettings(system, settingsPath(system, file), file) ?? "", argv, file);
  } catch {
    return "unreadable";
  }
}

/** The file before our piece; undefined where there was none. */
function baseOf(was: string | undefined, note: McpNote | undefined): string | undefined {
  if (was === undefined || !note?.wasThere) return undefined;
  return was.slice(0, note.start) + note.old + was.slice(note.start + note.length);
}

/** Whether nobody else has written the file since. */
function isUntouched(system: InstallSystem, was: string | undefined, note: McpNote | undefined): boolean {
  return was !== undefined && note !== undefined && hashOf(system, was) === note.made;
}

/** The one place in which two texts differ. */
function splice(before: string, now: string): Pick<McpNote, "start" | "old" | "length"> {
  const most = Math.min(before.length, now.length);
  let start = 0;
  while (start < most && before[start] === now[start]) start++;
  let end = 0;
  while (end < most - start && before.at(-1 - end) === now.at(-1 - end)) end++;
  return { start, old: before.slice(start, before.length - end), length: now.length - end - start };
}

function hashOf({ sha256 }: Pick<InstallSystem, "sha256">, text: string): string {
  return sha256(new TextEncoder().encode(text));
}

function notePath(system: InstallSystem, { home, agent, file }: McpTarget): string {
  return join(home, "backups", `${agent}-mcp-${hashOf(system, file).slice(0, 16)}.json`);
}

function readNote(system: InstallSystem, target: McpTarget): McpNote | undefined {
  const { file, made, start, old, length, wasThere, hadSection } = readKept(system, notePath(system, target)) ?? {};
  if (file !== target.file || typeof made !== "string" || typeof old !== "string") return undefined;
  if (typeof start !== "number" || typeof length !== "number" || typeof wasThere !== "boolean") return undefined;
  return { file, made, start, old, length, wasThere, hadSection: hadSection !== false };
}

interface Step {
  /** Undefined: no file. */
  readonly now: string | undefined;
  /** What to keep; null: forget it. */
  readonly note?: McpNote | null;
}

async function changedFile(
  system: InstallSystem,
  target: McpTarget,
  decide: (was: string | undefined, note: McpNote | undefined) => Step,
): Promise<HooksOutcome> {
  const { files } = system;
  if (!target.dryRun) makeFolders(files, target.home);
  const lock = target.dryRun ? undefined : await lockSettings(system, join(target.home, "hooks.lock"));
  try {
    for (let race = 0; race < RACES; race++) {
      const path = settingsPath(system, target.file);
      const was = readSettings(system, path, target.file);
      const { now, note } = decide(was, readNote(system, target));
      const diff = maskSecrets(lineDiff(target.file, was ?? "", now ?? ""));
      const outcome: HooksOutcome = { file: target.file, changed: now !== was, diff };
      if (target.dryRun) return outcome;
      if (readSettings(system, path, target.file) !== was) continue;
      const kept = notePath(system, target);
      // A crash in between leaves a note that fits nothing, never an entry without one.
      if (note) writeKept(files, kept, note);
      if (outcome.changed) writeSettings(files, path, now);
      if (note === null) files.remove(kept);
      return outcome;
    }
  } catch (error) {
    throw unwritable(target.file, error);
  } finally {
    lock?.release();
  }
  throw new ConsoleError("failed", `${target.file} is being written by another program`, {
    hint: "try again when that program is done",
  });
}
