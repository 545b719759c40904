/**
 * One capsule as the daemon keeps it running: a process after the other, with the events, keys and values that outlive
 * them. One change at a time: a start, a swap and an end wait for each other.
 */
import { RestartBudget } from "../../lib/restart_budget.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import { answerCall } from "./answer_call.ts";
import { CapsuleProcess } from "./capsule_process.ts";
import { EventQueue, type QueuedEvent } from "./event_queue.ts";
import { KvStore } from "./kv_store.ts";
import type { ProcessLimits } from "./limits.ts";
import type { CapsuleLogLine, CapsuleVerdict, RegisteredHandlers } from "./messages.ts";
import type { RunCapsule, SupervisorPorts } from "./ports.ts";
import { registeredProblem } from "./registered_problem.ts";

/** `at`: when it is started again, ms of the wall clock. */
export type RunState =
  | { readonly kind: "starting" }
  | { readonly kind: "running"; readonly pid: number }
  | { readonly kind: "restarting"; readonly at: number; readonly reason: string }
  | { readonly kind: "failed"; readonly reason: string }
  | { readonly kind: "ended"; readonly reason: string };

interface Running {
  readonly process: CapsuleProcess;
  readonly registered: RegisteredHandlers;
}

export class SupervisedCapsule {
  state: RunState = { kind: "starting" };
  /** How often it was started after an end of its own. */
  restarts = 0;
  readonly events: EventQueue;
  #capsule: RunCapsule;
  readonly #ports: SupervisorPorts;
  readonly #limits: ProcessLimits;
  readonly #kv: KvStore;
  /** The process that has not answered its start yet. */
  #starting: CapsuleProcess | undefined;
  #budget = new RestartBudget();
  #running: Running | undefined;
  /** The process before, while it answers the events that it has. */
  #draining: CapsuleProcess | undefined;
  #work: Promise<unknown> = Promise.resolve();
  #callOffRestart = () => {};
  #onEmpty = () => {};

  constructor(capsule: RunCapsule, ports: SupervisorPorts, limits: ProcessLimits) {
    this.#capsule = capsule;
    this.#ports = ports;
    this.#limits = limits;
    this.events = new EventQueue(limits);
    const { kv: files, clock } = ports;
    const { name, capabilities } = capsule.grant;
    this.#kv = new KvStore({ name, files, clock, everyMs: limits.kvWriteMs }, capabilities.kv);
  }

  get capsule(): RunCapsule {
    return this.#capsule;
  }

  /**
   * Runs `capsule`: beside what runs, and then in its place. What it ended with before is forgiven.
   *
   * @throws {ConsoleError} `failed`, `timeout`: it did not start. What ran before runs on
   */
  run(capsule: RunCapsule): Promise<void> {
    return this.#alone(async () => {
      this.#budget = new RestartBudget();
      this.#callOffRestart();
      const before = this.#capsule;
      if (this.#running === undefined) this.#capsule = capsule;
      try {
        await this.#start(capsule, "it was reloaded");
      } catch (error) {
        if (this.#running !== undefined) this.#capsule = before;
        else this.#failed((error as Error).message);
        throw error;
      }
    });
  }

  /** Its values of the configuration have changed. */
  configure(settings: RunCapsule["settings"]): void {
    this.#capsule = { ...this.#capsule, settings };
    this.#running?.process.settings(settings);
  }

  /** Ends it for good, with what is in flight finished or cancelled with `reason`. */
  end(reason: string): Promise<void> {
    this.#starting?.kill(reason);
    return this.#alone(async () => {
      this.#callOffRestart();
      const running = this.#running;
      this.#running = undefined;
      this.state = { kind: "ended", reason };
      await running?.process.stop(reason);
      await this.#kv.flush();
    });
  }

  /** @throws {ConsoleError} */
  async command(name: string, args: readonly string[], sessionId?: string, signal?: AbortSignal): Promise<string> {
    return await this.#process().command(name, args, sessionId, signal);
  }

  /** @throws {ConsoleError} */
  async intercept(request: unknown): Promise<CapsuleVerdict> {
    return await this.#process().intercept(request);
  }

  push(event: QueuedEvent): void {
    this.events.push(event);
    this.#pump();
  }

  #process(): CapsuleProcess {
    if (this.#running !== undefined) return this.#running.process;
    const { name } = this.#capsule.grant;
    const why = "reason" in this.state ? `: ${this.state.reason}` : "";
    throw new ConsoleError("conflict", `capsule ${name} does not run${why}`, {
      hint: `agent-console capsule reload ${name}`,
    });
  }

  #alone<T>(action: () => Promise<T>): Promise<T> {
    const done = this.#work.then(action);
    this.#work = done.catch(() => {});
    return done;
  }

  /** @param why what runs now is ended */
  async #start(capsule: RunCapsule, why: string): Promise<void> {
    const old = this.#running;
    if (old === undefined) this.state = { kind: "starting" };
    const { kv } = capsule.grant.capabilities;
    this.#kv.maxBytes = Math.max(kv, this.#kv.maxBytes); // both of them use it for a while
    const process = this.#open(capsule);
    this.#starting = process;
    let registered: RegisteredHandlers;
    try {
      registered = await process.start(capsule.grant.manifest.apiVersion, capsule.settings);
      const problem = registeredProblem(capsule.grant.manifest, registered);
      if (problem !== undefined) throw new ConsoleError("failed", `capsule ${capsule.grant.name}: ${problem}`);
    } catch (error) {
      process.kill("it did not start");
      await process.ended;
      this.#kv.maxBytes = this.#capsule.grant.capabilities.kv;
      throw error;
    } finally {
      this.#starting = undefined;
    }
    this.#capsule = capsule;
    this.#running = { process, registered };
    this.state = { kind: "running", pid: process.pid };
    void process.ended.then((reason) => this.#ended(process, reason));
    if (old !== undefined && !old.process.isGone) await this.#swap(old.process, why);
    this.#kv.maxBytes = kv;
    this.#pump();
  }

  /** The old process answers the events that it has, then it is unloaded; meanwhile the new one gets none. */
  async #swap(old: CapsuleProcess, why: string): Promise<void> {
    this.#draining = old;
    if (this.events.unanswered > 0) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#onEmpty = resolve;
      const callOff = this.#ports.clock.setTimer(this.#limits.stopMs, resolve);
      await Promise.race([promise, old.ended]);
      callOff();
      this.#onEmpty = () => {};
    }
    this.#draining = undefined;
    if (old.isGone) this.events.requeue();
    else this.events.settle();
    this.#pump();
    await old.stop(why);
  }

  #open(capsule: RunCapsule): CapsuleProcess {
    const { grant, argv } = capsule;
    const { open, clock, log } = this.#ports;
    const answer = { grant, kv: this.#kv, ports: this.#ports, execMs: this.#limits.execMs };
    return new CapsuleProcess({
      name: grant.name,
      argv,
      open,
      clock,
      limits: this.#limits,
      onCall: (call, signal) => answerCall(call, answer, signal),
      onLog: (line) => logged(log, grant.name, line),
    });
  }

  #ended(process: CapsuleProcess, reason: string): void {
    if (this.#running?.process !== process) return;
    this.#running = undefined;
    if (this.#draining === undefined) this.events.requeue();
    this.#failed(reason);
  }

  /** It is started again after a while, or never. */
  #failed(reason: string): void {
    const { clock, log, onFailed } = this.#ports;
    const { name } = this.#capsule.grant;
    this.#callOffRestart();
    const now = clock.steady();
    this.#budget.failed(now);
    if (this.#budget.waitMs(now) > 0) {
      this.state = { kind: "failed", reason };
      log.error("a capsule ended too often and stays off", { capsule: name, reason });
      onFailed(this.#capsule, reason);
      return;
    }
    const ms = this.#limits.backoffMs * 2 ** (this.#budget.count(now) - 1);
    this.state = { kind: "restarting", at: clock.now() + ms, reason };
    log.warn("a capsule has ended and is started again", { capsule: name, reason, inMs: ms });
    this.#callOffRestart = clock.setTimer(ms, () => void this.#alone(() => this.#restart()));
  }

  async #restart(): Promise<void> {
    if (this.state.kind !== "restarting") return;
    this.restarts++;
    try {
      await this.#start(this.#capsule, "it was started again");
    } catch (error) {
      this.#failed((error as Error).message);
    }
  }

  /** Gives the process what waits, as far as it may have it. */
  #pump(): void {
    const running = this.#running;
    if (running === undefined || this.#draining !== undefined) return;
    const { process } = running;
    for (let next = this.events.next(); next !== undefined; next = this.events.next()) {
      if (next.kind === "lost") process.lost(next.lost.from, next.lost.to);
      else void this.#deliver(process, next.event);
    }
  }

  async #deliver(process: CapsuleProcess, event: QueuedEvent): Promise<void> {
    try {
      await process.event(event);
    } catch (error) {
      if (process.isGone) return;
      const reason = (error as Error).message;
      this.#ports.log.warn("a capsule failed at an event", {
        capsule: this.#capsule.grant.name,
        seq: event.seq,
        reason,
      });
    }
    this.events.acknowledge(event.seq);
    if (this.events.unanswered === 0) this.#onEmpty();
    this.#pump();
  }
}

function logged(
  log: SupervisorPorts["log"],
  capsule: string,
  line: CapsuleLogLine | { level: "stderr"; text: string },
): void {
  const { level, text } = line;
  if (level === "stderr") log.warn("a capsule wrote to stderr", { capsule, text });
  else {log[level]("a capsule says", {
      capsule,
      text,
      ...("fields" in line ? { fields: fieldsText(line.fields) } : {}),
    });}
}

/** Of the fields of one line, UTF-16 units. */
const FIELDS = 2000;

function fieldsText(fields: unknown): string {
  return JSON.stringify(fields).slice(0, FIELDS);
}
