/** The current folder's own configuration, as hooks that run there send it and the daemon reads it. */
import { loadWorkspace } from "../../config/workspace.ts";
import { tightened } from "../../domain/policy.ts";
import type { SafetyMode } from "../../domain/policy_modes.ts";
import { visible } from "../../domain/text.ts";
import { denoFiles } from "../../platform/deno_files.ts";
import { MAX_WORKSPACE_CONFIG, WORKSPACE_CONFIG } from "../../platform/home.ts";
import { currentFolder } from "../../platform/process.ts";

export interface CheckedWorkspace {
  readonly file: string;
  /** Each names the file. */
  readonly warnings: readonly string[];
  readonly unreadable?: true;
}

/**
 * Undefined where the folder has no such file, or only the user's own.
 *
 * @param own the user's configuration file
 * @param safetyMode the user's
 */
export function checkWorkspace(own: string, safetyMode: SafetyMode): CheckedWorkspace | undefined {
  const file = `${currentFolder()}/${WORKSPACE_CONFIG}`;
  const shown = visible(file);
  const unreadable = (is: string): CheckedWorkspace => ({
    file,
    warnings: [`Cannot read config: ${shown} ${is}`],
    unreadable: true,
  });
  const stat = denoFiles.stat(file);
  const mine = denoFiles.stat(own);
  if (stat === undefined || (stat.inode === mine?.inode && stat.device === mine.device)) return undefined;
  if (stat.kind !== "file") return unreadable("is not a file, must be one: hooks do not read it");
  if (stat.size > MAX_WORKSPACE_CONFIG) {
    return unreadable(`is ${stat.size} bytes, must be at most ${MAX_WORKSPACE_CONFIG}: the safety mode is manual`);
  }
  let text: string;
  try {
    text = new TextDecoder().decode(denoFiles.read(file));
  } catch (error) {
    return unreadable(`cannot be read (${visible((error as Error).message)}): hooks do not read it`);
  }
  const policy = loadWorkspace(text, file, { now: new Date().toISOString() });
  const { warnings } = tightened({ safetyMode, rules: [] }, policy);
  return {
    file,
    warnings: warnings.map((warning) => warning.includes(shown) ? warning : `${shown} ${warning}`),
    ...(policy.unreadable ? { unreadable: true } : {}),
  };
}
