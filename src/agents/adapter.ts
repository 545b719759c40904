/** What one agent's file implements: from the agent's own words to ours, and back. */
import type { Ask, Verdict } from "../domain/approval.ts";
import type { Report } from "../domain/report.ts";
import type { HookEnv } from "./hook_env.ts";

/**
 * `problem` says what is wrong with the payload, for the journal's `hook.unknown`; it quotes no payload.
 * `ask` is there where the agent takes an answer from this hook.
 */
export type Understood =
  | { readonly ok: true; readonly report: Report; readonly ask?: Ask }
  | { readonly ok: false; readonly problem: string };

export interface Adapter {
  /** The name in `agent-console hook NAME`. */
  readonly name: string;
  /**
   * Reads one event as the agent wrote it. Never throws; optional fields of a wrong type count as absent,
   * and an event name from the future is a sign of life.
   *
   * @param event the hook's stdin after JSON.parse
   */
  understand(event: unknown, env: HookEnv): Understood;
  /**
   * What the hook prints for `verdict` on the event that asked, or undefined where the agent has no words for it: then
   * it gets no decision. Only fields that the agent is known to take: some refuse the whole answer for one they do not know.
   *
   * @param cut the event was shortened on its way: its input must not be given back to the agent
   */
  answer(event: unknown, verdict: Verdict, cut?: boolean): Readonly<Record<string, unknown>> | undefined;
}
