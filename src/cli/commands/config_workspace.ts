/** The current folder's own configuration, as hooks that run there send it and the daemon reads it. */
import { loadWorkspace } from "../../config/workspace.ts";
import { workspaceText } from "../../config/workspace_file.ts";
import { withWorkspacePolicy } from "../../policy/evaluation.ts";
import type { SafetyMode } from "../../domain/safety_mode.ts";
import { escapeControls } from "../../domain/sanitize.ts";
import { denoFiles } from "../../platform/deno_files.ts";
import { WORKSPACE_CONFIG } from "../../platform/home_paths.ts";
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
  const folder = currentFolder();
  const text = workspaceText(denoFiles, folder, own);
  if (text === undefined) return undefined;
  const file = `${folder}/${WORKSPACE_CONFIG}`;
  const shown = escapeControls(file);
  const policy = loadWorkspace(text, file, { now: new Date().toISOString() });
  const { warnings, safetyMode: inForce } = withWorkspacePolicy({ safetyMode, rules: [] }, policy);
  const loose = policy.safetyMode === undefined || policy.safetyMode === inForce
    ? []
    : [`daemon.safety_mode is ${policy.safetyMode}, looser than yours (${safetyMode}): it is ignored`];
  return {
    file,
    warnings: [...warnings, ...loose].map((warning) => warning.includes(shown) ? warning : `${shown} ${warning}`),
    ...(policy.unreadable ? { unreadable: true } : {}),
  };
}
