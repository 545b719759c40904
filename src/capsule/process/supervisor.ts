/** All capsules of a daemon that are to run: their processes, their events, and what the others may ask of them. */
import type { QueuedEvent } from "./event_queue.ts";
import { PROCESS_LIMITS, type ProcessLimits } from "./limits.ts";
import type { CapsuleVerdict } from "./messages.ts";
import type { RunCapsule, SupervisorPorts } from "./ports.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import type { RunState } from "./run_state.ts";
import { SupervisedCapsule } from "./supervised_capsule.ts";

export class CapsuleSupervisor {
  readonly #ports: SupervisorPorts;
  readonly #limits: ProcessLimits;
  readonly #capsules = new Map<string, SupervisedCapsule>();
  #isStopped = false;

  constructor(ports: SupervisorPorts, limits: ProcessLimits = PROCESS_LIMITS) {
    this.#ports = ports;
    this.#limits = limits;
  }

  /**
   * Runs it, in the place of what ran by its name; also one that had failed. Resolves when the old one is gone, or when the
   * grant does not hold any more.
   *
   * @param endsOld the process before ends also where the new one does not start
   * @throws {ConsoleError} `failed`, `timeout`: it did not start. What ran before runs on, or else it is tried again
   */
  async run(capsule: RunCapsule, endsOld = false): Promise<void> {
    if (this.#isStopped) throw new ConsoleError("stopping", "the daemon stops");
    const { name } = capsule.grant;
    const found = this.#capsules.get(name);
    const supervised = found ?? new SupervisedCapsule(capsule, this.#ports, this.#limits);
    this.#capsules.set(name, supervised);
    try {
      await supervised.run(capsule, endsOld);
    } finally {
      this.#forget(name, supervised);
    }
  }

  /**
   * Ends it, and forgets it when it has ended: one that is granted meanwhile waits for that. One that is not here is fine.
   *
   * @param reason `it was revoked`
   * @param forget what it has kept is removed too
   */
  async end(name: string, reason: string, forget = false): Promise<void> {
    const supervised = this.#capsules.get(name);
    if (supervised !== undefined) {
      await supervised.end(reason, forget);
      this.#forget(name, supervised);
    } else if (forget) this.#ports.kv.remove(name);
  }

  /** Ends all of them, at once. */
  async stop(reason: string): Promise<void> {
    this.#isStopped = true;
    await Promise.all([...this.#capsules.keys()].map((name) => this.end(name, reason)));
  }

  /** The configuration was read again. */
  configure(name: string): void {
    this.#capsules.get(name)?.configure();
  }

  /** An event of the bus. Never throws, and waits for nobody. */
  publish(event: QueuedEvent): void {
    for (const supervised of this.#capsules.values()) {
      const topics: readonly string[] = supervised.capsule.grant.manifest.subscribes;
      if (topics.includes(event.topic)) supervised.push(event);
    }
  }

  /** Runs a command of the capsule; gives its text. @throws {ConsoleError} */
  async command(name: string, command: string, args: readonly string[]): Promise<string> {
    return await this.#named(name).command(command, args);
  }

  /** What one interceptor says of a request. @throws {ConsoleError} it says nothing, which counts as "ask" */
  async intercept(name: string, request: unknown): Promise<CapsuleVerdict> {
    return await this.#named(name).intercept(request);
  }

  /** Undefined for one that is not here. */
  stateOf(name: string): RunState | undefined {
    return this.#capsules.get(name)?.state;
  }

  #forget(name: string, supervised: SupervisedCapsule): void {
    if (supervised.isOver && this.#capsules.get(name) === supervised) this.#capsules.delete(name);
  }

  #named(name: string): SupervisedCapsule {
    const supervised = this.#capsules.get(name);
    if (supervised !== undefined) return supervised;
    throw new ConsoleError("not_found", `capsule ${name} does not run`, { hint: "agent-console capsule list" });
  }
}
