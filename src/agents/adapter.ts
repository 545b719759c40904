/** What one agent's file implements: from the agent's own words to ours. */
import type { Report } from "../domain/report.ts";
import type { HookEnv } from "./hook_env.ts";

/** `problem` says what is wrong with the payload, for the journal's `hook.unknown`; it quotes no payload. */
export type Understood =
  | { readonly ok: true; readonly report: Report }
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
}
