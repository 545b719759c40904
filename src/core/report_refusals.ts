/** Counts the reports that a limit refused, so that the log and `status` tell of it: the clients are hooks, which nobody sees. */
import type { Log } from "../platform/system.ts";

/** Between two lines in the log, and how long `status` tells of the last refusal, ms. */
const MINUTE_MS = 60_000;

export class ReportRefusals {
  #log: Pick<Log, "warn">;
  #steady: () => number;
  #untold = 0;
  #toldAt = -Infinity;
  #last: { readonly at: number; readonly why: string } | undefined;
  #count = 0;

  /** @param steady milliseconds that never go back */
  constructor(log: Pick<Log, "warn">, steady: () => number) {
    this.#log = log;
    this.#steady = steady;
  }

  add(why: string): void {
    if (this.status() === undefined) this.#count = 0;
    this.#count++;
    this.#untold++;
    this.#last = { at: this.#steady(), why };
    this.tell();
  }

  /** Writes what is not in the log yet, once a minute at most. */
  tell(): void {
    const now = this.#steady();
    if (this.#last === undefined || this.#untold === 0 || now - this.#toldAt < MINUTE_MS) return;
    this.#log.warn("reports of clients without a token were refused", { refused: this.#untold, why: this.#last.why });
    this.#untold = 0;
    this.#toldAt = now;
  }

  /** While it lasts: how many since it began, and why the last one. */
  status(): { readonly count: number; readonly why: string } | undefined {
    if (this.#last === undefined || this.#steady() - this.#last.at >= MINUTE_MS) return undefined;
    return { count: this.#count, why: this.#last.why };
  }
}
