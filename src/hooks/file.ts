/** Hooks that are a whole file of ours: the text, and whose it is. Pure. */
import { type FileHooks, hookArgv, type Program } from "./table.ts";
import { type EditOptions, wrong } from "./ours.ts";
import type { HooksStatus } from "./edit.ts";

/** The first line, by which a file is known as ours, whichever version wrote it. */
const MARK = '// agent-console: written by "hooks install", taken away by "hooks uninstall"\n';

/** The whole file for `program`. @throws {ConsoleError} config_invalid where `text` is somebody else's file */
export function fileInstalled(agent: FileHooks, text: string, program: Program, options: EditOptions = {}): string {
  if (text.trim() !== "" && !text.startsWith(MARK)) throw wrong(options.file, STRANGER);
  return MARK + agent.text(hookArgv(agent, program));
}

/** "" where the file is ours, else `text`. */
export function fileUninstalled(text: string): string {
  return text.startsWith(MARK) ? "" : text;
}

const STRANGER = "is not a file of ours, must be away";

export function fileStatus(agent: FileHooks, text: string, program: Program, options: EditOptions = {}): HooksStatus {
  const none = { missing: [], outdated: [] };
  if (text.trim() === "") return { state: "absent", ...none };
  if (!text.startsWith(MARK)) return { state: "unreadable", ...none, problem: wrong(options.file, STRANGER).message };
  return { state: text === fileInstalled(agent, text, program) ? "installed" : "outdated", ...none };
}
