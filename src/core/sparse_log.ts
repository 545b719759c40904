/**
 * Warnings that whoever connects can cause as often as they like: each kind is written once a minute at most, with how
 * many there were, so that they do not push everything else out of the log.
 */
import type { Log } from "../platform/system.ts";

/** Between two lines of a kind, ms. */
const MINUTE_MS = 60_000;
/** Kinds that are told apart: what a kind is named by may be made up, too. */
const MOST_KINDS = 16;
const OTHERS = "";

interface Kind {
  toldAt: number;
  untold: number;
  fields: Readonly<Record<string, unknown>>;
}

export class SparseLog {
  #log: Pick<Log, "warn">;
  #message: string;
  #steady: () => number;
  #kinds = new Map<string, Kind>();

  /** @param steady milliseconds that never go back */
  constructor(log: Pick<Log, "warn">, message: string, steady: () => number) {
    this.#log = log;
    this.#message = message;
    this.#steady = steady;
  }

  /** `fields` are those of the line, where there are several those of the last. */
  warn(kind: string, fields: Readonly<Record<string, unknown>>): void {
    const name = this.#kinds.has(kind) || this.#kinds.size < MOST_KINDS ? kind : OTHERS;
    const one = this.#kinds.get(name) ?? { toldAt: -Infinity, untold: 0, fields };
    one.untold++;
    one.fields = fields;
    this.#kinds.set(name, one);
    this.#tell(one);
  }

  /** Writes what is not in the log yet and due. */
  tell(): void {
    for (const [name, one] of this.#kinds) {
      if (!this.#isDue(one)) continue;
      if (one.untold === 0) this.#kinds.delete(name);
      else this.#tell(one);
    }
  }

  #tell(one: Kind): void {
    if (!this.#isDue(one)) return;
    this.#log.warn(this.#message, { ...one.fields, ...(one.untold === 1 ? {} : { times: one.untold }) });
    one.toldAt = this.#steady();
    one.untold = 0;
  }

  #isDue({ toldAt }: Kind): boolean {
    return this.#steady() - toldAt >= MINUTE_MS;
  }
}
