/**
 * What the hooks of each session found as their workspace's own configuration. A feed asks for the same sessions and
 * cannot look: the daemon's sandbox has no workspace in it.
 */
import type { IncomingRequest } from "../core/approvals_port.ts";
import type { Report } from "../domain/report.ts";

/** Folders of sessions that are remembered; a text has at most 16 KiB. One that is forgotten is asked about. */
const KEPT = 256;

export class WorkspaceConfigs {
  /** Undefined: there was no file. */
  #newest = new Map<string, string | undefined>();

  /** What is found holds for the folder that the hook ran in: the same session's next call may run in another. */
  noteWorkspace({ sessionId, facts: { cwd } }: Pick<Report, "sessionId" | "facts">, text: string | undefined): void {
    if (cwd === undefined) return;
    const key = keyOf(sessionId, cwd);
    this.#newest.delete(key);
    this.#newest.set(key, text);
    if (this.#newest.size <= KEPT) return;
    for (const oldest of this.#newest.keys()) {
      this.#newest.delete(oldest);
      break;
    }
  }

  /** The session is over; the next process of that name may find other files. */
  forget(sessionId: string): void {
    for (const key of this.#newest.keys()) if (key.startsWith(keyOf(sessionId, ""))) this.#newest.delete(key);
  }

  /** What a question is judged by that came without a hook. @param cwd where what is asked for runs, if known */
  of(sessionId: string, cwd: string | undefined): Pick<IncomingRequest, "workspaceConfig" | "workspaceUnknown"> {
    const key = keyOf(sessionId, cwd ?? "");
    return this.#newest.has(key) ? { workspaceConfig: this.#newest.get(key) } : { workspaceUnknown: true };
  }
}

/** No id has a line break. */
function keyOf(sessionId: string, cwd: string): string {
  return `${sessionId}\n${cwd}`;
}
