/** What one agent's file implements: from the agent's own words to ours, and back. */
import type { ApprovalRequest, Decision } from "../../domain/approval.ts";
import type { AgentEvent, Report } from "../../domain/report.ts";
import type { HookEnv } from "./hook_env.ts";
import { oneLineExcerpt } from "./excerpt.ts";

/**
 * `problem` says what is wrong with the payload, for the log and the journal's `hook.unknown`; it quotes no more of it than
 * the event's name. Where it stands beside a report, the event is of a version that is not known here: its session is
 * understood, and what else it says is not. `ask` is there where the agent takes an answer from this hook.
 */
export type ParsedEvent =
  | { readonly ok: true; readonly report: Report; readonly request?: ApprovalRequest; readonly problem?: string }
  | { readonly ok: false; readonly problem: string };

/** What each event name of an agent means: all names that this version knows, also those that say nothing about a row. */
export type EventTable<Read> = Readonly<Record<string, Read>>;

/** Rows for names that are known and say nothing about the status. */
export function ignored<Name extends string>(...names: readonly Name[]): Record<Name, () => AgentEvent> {
  return Object.fromEntries(names.map((name) => [name, () => NOTED])) as Record<Name, () => AgentEvent>;
}

/** The row of `name`; for one that is not known, a sign of life and the `problem`. */
export function handlerFor<Read>(
  meanings: EventTable<Read>,
  name: string,
): { readonly read: Read | (() => AgentEvent); readonly problem?: string } {
  const read = Object.hasOwn(meanings, name) ? meanings[name] : undefined;
  return read === undefined
    ? { read: () => NOTED, problem: `the event "${oneLineExcerpt(name, 64)}" is not known` }
    : { read };
}

const NOTED: AgentEvent = { kind: "noted" };

export interface Adapter {
  /** The name in `agent-console hook NAME`. */
  readonly name: string;
  /**
   * Reads one event as the agent wrote it. Never throws; optional fields of a wrong type count as absent.
   *
   * @param event the hook's stdin after JSON.parse
   */
  understand(event: unknown, env: HookEnv): ParsedEvent;
  /**
   * What the hook prints for `decision` on the event that asked, or undefined where the agent has no words for it: then
   * it gets no decision. Only fields that the agent is known to take: some refuse the whole answer for one they do not know.
   *
   * @param cut the event was shortened on its way: its input must not be given back to the agent
   */
  responseFor(event: unknown, decision: Decision, cut?: boolean): Readonly<Record<string, unknown>> | undefined;
}
