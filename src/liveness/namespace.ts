/**
 * Learns the pid namespace that this daemon lives in. Until it is known, no pid of an agent that names one counts: it may
 * stand for another process here, whose end would be taken for the agent's.
 */
import type { Processes } from "../core/processes.ts";
import type { Log } from "../platform/system.ts";
import type { OwnNamespaceAnswer } from "../platform/process_table.ts";

export interface OwnNamespaceOptions {
  readonly processes: Processes;
  readonly log: Log;
  readonly ask: () => Promise<OwnNamespaceAnswer>;
}

export class OwnNamespace {
  #o: OwnNamespaceOptions;
  #asking: Promise<void> | undefined;
  #problem: string | undefined;

  constructor(options: OwnNamespaceOptions) {
    this.#o = options;
  }

  /** Why it is not known, for `status`. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Asks, once at a time, unless it is known. Never fails. */
  learn(): Promise<void> {
    if (this.#o.processes.namespace !== undefined) return Promise.resolve();
    return this.#asking ??= this.#ask();
  }

  async #ask(): Promise<void> {
    const { processes, log, ask } = this.#o;
    const answer = await ask();
    this.#asking = undefined;
    if ("namespace" in answer) processes.namespace = answer.namespace;
    const problem = "unusable" in answer ? answer.unusable : undefined;
    if (problem !== undefined && this.#problem === undefined) {
      log.warn("the pid namespace of this daemon is not known: no pid that a hook names with one counts", { problem });
    }
    this.#problem = problem;
  }
}
