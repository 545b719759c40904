/** All capsules of a daemon that are to run: their processes, their events, and what the others may ask of them. */
import type { QueuedEvent } from "./event_queue.ts";
import { PROCESS_LIMITS, type ProcessLimits } from "./limits.ts";
import type { CapsuleVerdict } from "./messages.ts";
import type { RunCapsule, SupervisorPorts } from "./ports.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import { type RunState, SupervisedCapsule } from "./supervised_capsule.ts";

/** How it is with one capsule, for `status` and the list. */
export interface CapsuleHealth {
  readonly name: string;
  readonly digest: string;
  readonly state: RunState;
  readonly restarts: number;
  readonly events: { readonly delivered: number; readonly waiting: number; readonly lost: number };
}

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
   * Runs it, in the place of what ran by its name; also one that had failed. Resolves when the old one is gone.
   *
   * @throws {ConsoleError} `failed`, `timeout`: it did not start. What ran before runs on, or else it is tried again
   */
  async run(capsule: RunCapsule): Promise<void> {
    if (this.#isStopped) throw new ConsoleError("stopping", "the daemon stops");
    const { name } = capsule.grant;
    const found = this.#capsules.get(name);
    const supervised = found ?? new SupervisedCapsule(capsule, this.#ports, this.#limits);
    this.#capsules.set(name, supervised);
    await supervised.run(capsule);
  }

  /** Ends it and forgets it; one that is not here is fine. @param reason `it was revoked` */
  async end(name: string, reason: string): Promise<void> {
    const supervised = this.#capsules.get(name);
    this.#capsules.delete(name);
    await supervised?.end(reason);
  }

  /** Ends all of them, at once. */
  async stop(reason: string): Promise<void> {
    this.#isStopped = true;
    await Promise.all([...this.#capsules.keys()].map((name) => this.end(name, reason)));
  }

  configure(name: string, settings: RunCapsule["settings"]): void {
    this.#capsules.get(name)?.configure(settings);
  }

  /** An event of the bus. Never throws, and waits for nobody. */
  publish(event: QueuedEvent): void {
    for (const supervised of this.#capsules.values()) {
      const topics: readonly string[] = supervised.capsule.grant.manifest.subscribes;
      if (topics.includes(event.topic)) supervised.push(event);
    }
  }

  /** Runs a command of the capsule; gives its text. @throws {ConsoleError} */
  async command(
    name: string,
    command: string,
    args: readonly string[],
    { sessionId, signal }: { readonly sessionId?: string | undefined; readonly signal?: AbortSignal } = {},
  ): Promise<string> {
    return await this.#named(name).command(command, args, sessionId, signal);
  }

  /** What one interceptor says of a request. @throws {ConsoleError} it says nothing, which counts as "ask" */
  async intercept(name: string, request: unknown): Promise<CapsuleVerdict> {
    return await this.#named(name).intercept(request);
  }

  /** Sorted by name. */
  health(): readonly CapsuleHealth[] {
    return [...this.#capsules].sort(([a], [b]) => a < b ? -1 : 1).map((
      [name, { capsule, state, restarts, events }],
    ) => ({
      name,
      digest: capsule.grant.digest,
      state,
      restarts,
      events: { delivered: events.delivered, waiting: events.waiting + events.unanswered, lost: events.leftOut },
    }));
  }

  #named(name: string): SupervisedCapsule {
    const supervised = this.#capsules.get(name);
    if (supervised !== undefined) return supervised;
    throw new ConsoleError("not_found", `capsule ${name} does not run`, { hint: "agent-console capsule list" });
  }
}
