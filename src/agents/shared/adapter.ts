/** What an agent's adapter implements: from the agent's payloads to our events, and from decisions to its responses. */
import type { ApprovalRequest, Decision } from "../../domain/approval.ts";
import type { AgentEvent, Report } from "../../domain/report.ts";
import type { HookEnv } from "./hook_env.ts";
import { oneLineExcerpt } from "./excerpt.ts";

/**
 * What an adapter understood of a payload. `problem` says what is wrong with it, for the log and the journal's
 * `hook.unknown`; of the payload it quotes only names. Beside a report it means that the event is of an unknown version,
 * or that some of its values are not taken: the rest is understood. `request` is set where the agent takes a response from
 * this hook.
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
   * What the hook prints for `decision` on the event of the request; undefined where the agent's protocol has no
   * response for it: then it gets no decision. Only fields that the agent is known to take: some agents refuse the
   * whole response for one unknown field.
   *
   * @param cut the event was shortened in transit: its input must not be returned to the agent
   */
  responseFor(event: unknown, decision: Decision, cut?: boolean): Readonly<Record<string, unknown>> | undefined;
}
