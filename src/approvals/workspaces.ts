/**
 * What the hooks of each session found as their workspace's own configuration. A feed asks for the same sessions and
 * cannot look: the daemon's sandbox has no workspace in it.
 */
import type { Asked } from "../core/handler.ts";
import type { Report } from "../domain/report.ts";

/** Sessions and sub-agents that are remembered; a text has at most 16 KiB. One that is forgotten is asked about. */
const KEPT = 256;

type Asker = Pick<Report, "sessionId" | "subagent">;

export class Workspaces {
  /** Undefined: there was no file. */
  #newest = new Map<string, string | undefined>();

  /** A sub-agent may work in another folder than its session. */
  heard(asker: Asker, text: string | undefined): void {
    const key = keyOf(asker);
    this.#newest.delete(key);
    this.#newest.set(key, text);
    if (this.#newest.size <= KEPT) return;
    for (const oldest of this.#newest.keys()) {
      this.#newest.delete(oldest);
      break;
    }
  }

  /** The session is over; the next process of that name may run elsewhere. */
  forget(sessionId: string): void {
    for (const key of this.#newest.keys()) {
      if (key === sessionId || key.startsWith(`${sessionId}/`)) this.#newest.delete(key);
    }
  }

  /** What a question is judged by that came without a hook. */
  of(asker: Asker): Pick<Asked, "workspaceConfig" | "workspaceUnknown"> {
    const key = [keyOf(asker), asker.sessionId].find((one) => this.#newest.has(one));
    return key === undefined ? { workspaceUnknown: true } : { workspaceConfig: this.#newest.get(key) };
  }
}

function keyOf({ sessionId, subagent }: Asker): string {
  return subagent === undefined ? sessionId : `${sessionId}/${subagent.id}`;
}
