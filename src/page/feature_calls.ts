/**
 * The methods of features that the page calls, as far as it uses them. It is checked apart from the daemon, whose features
 * declare them: their shapes are those of the view.
 */
import type { ConsoleEntry } from "../view/console_line.ts";
import type { TurnTold } from "../view/live_turns.ts";
import type { JobTold } from "../view/work_items.ts";

/** One change, however often it is asked for. */
interface Keyed {
  readonly idempotencyKey?: string;
}

interface ChangeOfJob {
  readonly params: Keyed & { readonly id: string };
  readonly result: unknown;
}

export type JobChange = "job.cancel" | "job.disable" | "job.enable" | "job.run";

export interface FeatureCalls extends Readonly<Record<JobChange, ChangeOfJob>> {
  readonly "turn.submit": {
    readonly params: Keyed & {
      readonly agent: string | undefined;
      readonly sessionId: string | undefined;
      readonly text: string;
    };
    readonly result: { readonly turnId: string };
  };
  readonly "turn.cancel": { readonly params: Keyed & { readonly turnId: string }; readonly result: unknown };
  readonly "turn.recent": {
    readonly params: { readonly sessionId?: string; readonly turnId?: string };
    readonly result: { readonly seq: number; readonly turns: readonly TurnTold[] };
  };
  readonly "command.list": {
    readonly params: object;
    readonly result: { readonly commands: readonly ConsoleEntry[] };
  };
  readonly "command.execute": {
    readonly params: { readonly command: string };
    readonly result: { readonly response: string; readonly success: boolean };
  };
  readonly "job.list": { readonly params: object; readonly result: { readonly jobs: readonly JobTold[] } };
}
