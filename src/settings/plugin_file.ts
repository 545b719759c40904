/** Hooks that are a whole file of ours: renders it, and recognizes it. Pure. */
import type { Argv, FileHooks } from "../agents/shared/hook_spec.ts";
import { type EditOptions, settingsError } from "./own_entries.ts";
import type { HooksStatus } from "./hook_entries.ts";

/** The first line, by which a file is recognized as ours, whichever version wrote it. */
const MARK = '// agent-console: written by "hooks install", taken away by "hooks uninstall"\n';

/** The whole file for `program`. @throws {ConsoleError} config_invalid where `text` is somebody else's file */
export function renderPlugin(agent: FileHooks, text: string, program: Argv, options: EditOptions = {}): string {
  if (text.trim() !== "" && !text.startsWith(MARK)) throw settingsError(options.file, STRANGER);
  return MARK + agent.text([...program, agent.name]);
}

/** "" where the file is ours, else `text`. */
export function removePlugin(text: string): string {
  return text.startsWith(MARK) ? "" : text;
}

const STRANGER = "is not a file of ours";

export function pluginStatus(agent: FileHooks, text: string, program: Argv, options: EditOptions = {}): HooksStatus {
  const none = { missing: [], outdated: [] };
  if (text.trim() === "") return { state: "absent", ...none };
  if (!text.startsWith(MARK)) {
    return { state: "unreadable", ...none, problem: settingsError(options.file, STRANGER).message };
  }
  return { state: text === renderPlugin(agent, text, program) ? "installed" : "outdated", ...none };
}
