/** Counts the reports that a limit refused, so that the log and `status` tell of it: the clients are hooks, which nobody sees. */
import type { Log } from "../platform/system.ts";
import { SparseLog } from "./sparse_log.ts";

/** How long `status` tells of the last refusal, ms. */
const MINUTE_MS = 60_000;

export class ReportRefusals {
  #log: SparseLog;
  #steady: () => number;
  #last: { readonly at: number; readonly why: string } | undefined;
  #count = 0;

  /** @param steady milliseconds that never go back */
  constructor(log: Pick<Log, "warn">, steady: () => number) {
    this.#log = new SparseLog(log, "reports of clients without a token were refused", steady);
    this.#steady = steady;
  }

  add(why: string): void {
    if (this.status() === undefined) this.#count = 0;
    this.#count++;
    this.#last = { at: this.#steady(), why };
    this.#log.warn("", { why });
  }

  /** Writes what is not in the log yet, once a minute at most. */
  tell(): void {
    this.#log.tell();
  }

  /** While it lasts: how many since it began, and why the last one. */
  status(): { readonly count: number; readonly why: string } | undefined {
    if (this.#last === undefined || this.#steady() - this.#last.at >= MINUTE_MS) return undefined;
    return { count: this.#count, why: this.#last.why };
  }
}
