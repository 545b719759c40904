/**
 * The workspace configuration that the hooks of each session found. A feed brings requests of the same sessions and
 * cannot read the file: no workspace is in the daemon's sandbox.
 */
import type { IncomingRequest } from "../core/approvals_port.ts";
import type { Report } from "../domain/report.ts";

/**
 * Most folders that are remembered; a text has at most 16 KiB. A forgotten one counts as unknown, so its calls need a
 * human.
 */
const KEPT = 256;

export class WorkspaceConfigs {
  /** Undefined: there was no file. */
  #newest = new Map<string, string | undefined>();

  /** Valid for the folder that the hook ran in: the session's next call may run in another. */
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

  /** The session ended: the next process with this id may find other files. */
  forget(sessionId: string): void {
    for (const key of this.#newest.keys()) if (key.startsWith(keyOf(sessionId, ""))) this.#newest.delete(key);
  }

  /** The configuration for a request that came without a hook. @param cwd where the call would run, if known */
  of(sessionId: string, cwd: string | undefined): Pick<IncomingRequest, "workspaceConfig" | "workspaceUnknown"> {
    const key = keyOf(sessionId, cwd ?? "");
    return this.#newest.has(key) ? { workspaceConfig: this.#newest.get(key) } : { workspaceUnknown: true };
  }
}

/** No id has a line break. */
function keyOf(sessionId: string, cwd: string): string {
  return `${sessionId}\n${cwd}`;
}
