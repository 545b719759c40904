/**
 * What the process table has shown of the agents' processes, in this run of the daemon. Nothing is concluded from a pid
 * that was never seen alive here: it may belong to another pid namespace (a container), or the table cannot be read.
 */
import type { ProcessRef } from "../domain/session.ts";

/** Pids that are remembered; those of long ago are forgotten first. */
const KEPT = 4096;

export class Processes {
  /** By pid: whether it lived at the last look. A pid that no look has shown is not in it. */
  #lives = new Map<number, boolean>();
  /** Pids that a look was asked for: one that no look shows asks for no other. */
  #met = new Set<number>();
  /** Those of them whose look is not over. */
  #unlooked = new Set<number>();
  #look: (() => void) | undefined;
  /** When an agent last told of itself, ms since 1970. */
  heardAt = 0;

  /** `look` is called when something new is to be seen in the table. */
  set onDoubt(look: (() => void) | undefined) {
    this.#look = look;
  }

  /** The pid namespace that this daemon lives in, as `ps` numbers it; undefined where that is not known. */
  namespace: string | undefined;
  /** Sessions whose agent lives in another one, as far as is known; those of long ago are forgotten first. */
  #foreign = new Set<string>();

  /** Notes that the agent of a session lives in the pid namespace `told`. @returns its number where it is, or may be, another one */
  foreignNamespace(sessionId: string, told: string | undefined): string | undefined {
    const number = /^pid:\[(\d+)\]$/.exec(told ?? "")?.[1];
    const isForeign = number !== undefined && number !== this.namespace;
    this.#foreign.delete(sessionId);
    if (!isForeign) return undefined;
    this.#foreign.add(sessionId);
    const [oldest] = this.#foreign;
    if (this.#foreign.size > KEPT && oldest !== undefined) this.#foreign.delete(oldest);
    return number;
  }

  get foreign(): ReadonlySet<string> {
    return this.#foreign;
  }

  /** An event has come; `processes` are those of its row. */
  heard(processes: readonly ProcessRef[], nowMs: number): void {
    this.heardAt = nowMs;
    for (const { pid } of processes) {
      if (pid !== undefined && !this.#lives.has(pid) && !this.#met.has(pid)) this.#meet(pid);
    }
  }

  #meet(pid: number): void {
    if (this.#look === undefined) return; // nobody looks: then nothing is known of any process
    if (this.#met.size >= KEPT) this.#met.clear();
    this.#met.add(pid);
    this.#unlooked.add(pid);
    this.#look();
  }

  /** A look for these is over, whatever it showed. */
  looked(pids: readonly number[]): void {
    for (const pid of pids) this.#unlooked.delete(pid);
  }

  /** Something ended that ends with a process, too. */
  doubt(): void {
    this.#look?.();
  }

  saw(pid: number, lives: boolean): void {
    this.#lives.delete(pid); // to the end
    this.#lives.set(pid, lives);
    const [oldest] = this.#lives.keys();
    if (this.#lives.size > KEPT && oldest !== undefined) this.#lives.delete(oldest);
  }

  /** It was seen alive here, in this run. */
  wasSeen(pid: number): boolean {
    return this.#lives.has(pid);
  }

  /** It was seen alive here, in this run, and no look since has missed it. */
  isSeenAlive(pid: number): boolean {
    return this.#lives.get(pid) === true;
  }

  /** It was seen alive here, and then no more. */
  isGone(pid: number): boolean {
    return this.#lives.get(pid) === false;
  }

  /**
   * It was seen alive here, in this run or an earlier one, and no look since has missed it; or it has just told of itself
   * and the look is still to come.
   */
  mayLive({ pid, pidSeen }: ProcessRef): boolean {
    return pid !== undefined && (this.#lives.get(pid) ?? (pidSeen === true || this.#unlooked.has(pid)));
  }
}
