/** Sessions counted by agent and state, for monitoring: a bounded number of agents, whatever names they were given. */
import type { SessionView } from "../domain/query.ts";
import { clip, escapeControls } from "../domain/sanitize.ts";
import { displayStatus, SHOWN_STATES, type ShownState } from "../domain/state_words.ts";
import { OTHER } from "./activity.ts";

/** Agents that are told apart; the sessions of those beyond are counted together. */
const MAX_AGENTS = 32;
const MAX_NAME = 64;

export type AgentCounts = ReadonlyMap<string, Readonly<Record<ShownState, number>>>;

export class AgentCounter {
  readonly counts = new Map<string, Record<ShownState, number>>();

  add(session: Pick<SessionView, "agent" | "status" | "lost">): void {
    const own = shownName(session.agent);
    const name = this.counts.has(own) || this.counts.size < MAX_AGENTS ? own : OTHER;
    let counts = this.counts.get(name);
    if (counts === undefined) {
      // Every state of an agent is there, at 0 too: a series that comes and goes cannot be alerted on.
      counts = Object.fromEntries(SHOWN_STATES.map((state) => [state, 0])) as Record<ShownState, number>;
      this.counts.set(name, counts);
    }
    counts[displayStatus(session)]++;
  }
}

/** A text from outside as a label: two names that look alike afterwards are one. */
function shownName(agent: string): string {
  return escapeControls(clip(agent, MAX_NAME));
}
