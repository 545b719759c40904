/**
 * Events of agents that no adapter understands, or only in part: logged, and recorded for whoever looks for the cause.
 */
import { maskSecrets } from "../domain/mask.ts";
import { clip } from "../domain/sanitize.ts";
import type { Log } from "../platform/system.ts";
import type { Actor } from "../protocol/actor.ts";
import { SparseLog } from "./sparse_log.ts";
import type { Store } from "./store.ts";

/** Kept of a payload, UTF-16 units. */
const RAW_CAP = 4096;
/**
 * Most different problems that {@link UnrecognizedEvents.keepFirst} records; more of them come from a new version of an
 * agent.
 */
const MAX_TOLD = 100;

export interface UnrecognizedEvent {
  readonly agent: string;
  /** What was not understood, as a message. */
  readonly problem: string;
  readonly event: unknown;
}

export class UnrecognizedEvents {
  #store: Pick<Store, "commit">;
  #log: SparseLog;
  #told = new Set<string>();

  /** @param steady milliseconds that never go back */
  constructor(store: Pick<Store, "commit">, log: Pick<Log, "warn">, steady: () => number) {
    this.#store = store;
    this.#log = new SparseLog(log, "an event of an agent was not understood", steady);
  }

  /** Writes to the log what is not in it yet. */
  tell(): void {
    this.#log.tell();
  }

  /**
   * One bounded record in the journal, and a line in the log, for each problem of an agent once a minute at most.
   *
   * @throws {ConsoleError} `read_only`, `busy`
   */
  keep({ agent, problem, event }: UnrecognizedEvent, actor: Actor): void {
    const raw = clip(maskSecrets(JSON.stringify(event) ?? ""), RAW_CAP);
    this.#log.warn(`${agent} ${problem}`, { agent, problem });
    this.#store.commit({ type: "hook.unknown", data: { agent, problem, raw } }, actor);
  }

  /**
   * The same, once for each problem of an agent in this run: an agent may send a new event many times a second.
   *
   * @throws {ConsoleError} `read_only`
   */
  keepFirst(unknown: UnrecognizedEvent, actor: Actor): void {
    const key = `${unknown.agent} ${unknown.problem}`;
    if (this.#told.has(key) || this.#told.size >= MAX_TOLD) return;
    this.keep(unknown, actor);
    this.#told.add(key);
  }
}
