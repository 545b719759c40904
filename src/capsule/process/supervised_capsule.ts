/**
 * One capsule as the daemon keeps it running: a process after the other, with the events, keys and values that outlive
 * them. One change at a time: a start, a swap and an end wait for each other.
 */
import { RestartBudget } from "../../lib/restart_budget.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import { brokenHint } from "../attention.ts";
import { answerCall } from "./answer_call.ts";
import { logCapsuleLine } from "./capsule_log.ts";
import { CapsuleProcess } from "./capsule_process.ts";
import { EventQueue, type QueuedEvent } from "./event_queue.ts";
import { KvStore } from "./kv_store.ts";
import type { ProcessLimits } from "./limits.ts";
import type { CapsuleVerdict } from "./messages.ts";
import type { RunCapsule, SupervisorPorts } from "./ports.ts";
import { registeredProblem } from "./registered_problem.ts";
import type { RunState } from "./run_state.ts";

class AbsentCopy extends ConsoleError {}

export class SupervisedCapsule {
  state: RunState = { kind: "starting" };
  #events: EventQueue;
  #capsule: RunCapsule;
  readonly #ports: SupervisorPorts;
  readonly #limits: ProcessLimits;
  readonly #kv: KvStore;
  /** The process that has not answered its start yet. */
  #starting: { readonly process: CapsuleProcess; readonly grant: RunCapsule["grant"] } | undefined;
  #budget = new RestartBudget();
  #running: CapsuleProcess | undefined;
  /** The process before, while it answers the events that it has. */
  #draining: CapsuleProcess | undefined;
  #work: Promise<unknown> = Promise.resolve();
  /** Changes that wait or are under way, and the ends among them. */
  #changes = 0;
  #ends = 0;
  #callOffRestart = () => {};
  #onEmpty = () => {};

  constructor(capsule: RunCapsule, ports: SupervisorPorts, limits: ProcessLimits) {
    this.#capsule = capsule;
    this.#ports = ports;
    this.#limits = limits;
    this.#events = new EventQueue(limits);
    const { kv: files, clock } = ports;
    const { name, capabilities } = capsule.grant;
    this.#kv = new KvStore({ name, files, clock, everyMs: limits.kvWriteMs }, capabilities.kv);
  }

  get capsule(): RunCapsule {
    return this.#capsule;
  }

  /** It was ended, and nothing else is asked of it: it may be forgotten. */
  get isOver(): boolean {
    return this.state.kind === "ended" && this.#changes === 0;
  }

  /**
   * Runs `capsule`: beside what runs, and then in its place. What it ended with before is forgiven. Where the grant does not
   * hold any more, nothing is started.
   *
   * @param endsOld the process before ends also where the new one does not start: with the former grant it could do what this
   *   one takes away. Where false, it runs on then
   * @throws {ConsoleError} `failed`, `timeout`: it did not start
   */
  run(capsule: RunCapsule, endsOld: boolean): Promise<void> {
    const { isGranted } = this.#ports;
    if (this.#starting !== undefined && !isGranted(this.#starting.grant)) {
      this.#starting.process.kill("its grant was replaced");
    }
    return this.#alone(async () => {
      if (!isGranted(capsule.grant)) {
        if (this.state.kind === "starting") this.state = { kind: "ended", reason: "it is not granted" };
        return;
      }
      this.#budget = new RestartBudget();
      this.#callOffRestart();
      if (this.#running === undefined) this.#capsule = capsule;
      try {
        await this.#start(capsule, "it was reloaded");
      } catch (error) {
        if (endsOld) await this.#endRunning("its grant was replaced");
        if (this.#running === undefined) {
          this.#capsule = capsule;
          this.#didNotStart(error as Error);
        }
        throw error;
      }
    });
  }

  /** The configuration has changed. One that starts is told when it has started. */
  configure(): void {
    this.#running?.settings(this.#capsule.settings());
  }

  /**
   * Ends it for good, with what is in flight finished or cancelled with `reason`.
   *
   * @param forget what it has kept is removed
   */
  end(reason: string, forget: boolean): Promise<void> {
    this.#starting?.process.kill(reason);
    this.#ends++;
    return this.#alone(async () => {
      this.#ends--;
      this.#callOffRestart();
      this.state = { kind: "ended", reason };
      await this.#endRunning(reason);
      this.#events = new EventQueue(this.#limits);
      await this.#kv.close(forget);
    });
  }

  /** @throws {ConsoleError} */
  async command(name: string, args: readonly string[]): Promise<string> {
    return await this.#process().command(name, args);
  }

  /** @throws {ConsoleError} */
  async intercept(request: unknown): Promise<CapsuleVerdict> {
    return await this.#process().intercept(request);
  }

  push(event: QueuedEvent): void {
    if (this.state.kind === "ended") return;
    this.#events.push(event);
    this.#pump();
  }

  #process(): CapsuleProcess {
    if (this.#running !== undefined) return this.#running;
    const { name } = this.#capsule.grant;
    const why = "reason" in this.state ? `: ${this.state.reason}` : "";
    throw new ConsoleError("conflict", `capsule ${name} does not run${why}`, {
      hint: brokenHint(name),
    });
  }

  #alone<T>(action: () => Promise<T>): Promise<T> {
    this.#changes++;
    const done = this.#work.then(action).finally(() => this.#changes--);
    this.#work = done.catch(() => {});
    return done;
  }

  /** @param why what runs now is ended */
  async #start(capsule: RunCapsule, why: string): Promise<void> {
    const old = this.#running;
    if (old === undefined) this.state = { kind: "starting" };
    const { kv } = capsule.grant.capabilities;
    this.#kv.maxBytes = old === undefined ? kv : Math.max(kv, this.#kv.maxBytes); // both of them use it for a while
    const process = this.#open(capsule);
    try {
      await this.#register(process, capsule);
    } catch (error) {
      process.kill("it did not start");
      await process.ended;
      this.#kv.maxBytes = this.#capsule.grant.capabilities.kv;
      throw process.isAbsent ? new AbsentCopy("failed", "its granted copy is not there") : error;
    }
    this.#capsule = capsule;
    this.#running = process;
    this.state = { kind: "running", pid: process.pid };
    void process.ended.then((reason) => this.#ended(process, reason));
    if (old !== undefined && !old.isGone) await this.#swap(old, why);
    this.#kv.maxBytes = kv;
    this.#pump();
  }

  /** Has it load its code, with the settings as they are then. @throws {ConsoleError} */
  async #register(process: CapsuleProcess, { grant, settings }: RunCapsule): Promise<void> {
    this.#starting = { process, grant };
    try {
      const given = settings();
      const registered = await process.start(grant.manifest.apiVersion, given);
      const problem = registeredProblem(grant.manifest, registered);
      if (problem !== undefined) throw new ConsoleError("failed", `capsule ${grant.name}: ${problem}`);
      if (!this.#isWanted(grant)) throw new ConsoleError("failed", `capsule ${grant.name} is not granted any more`);
      const now = settings();
      if (JSON.stringify(now) !== JSON.stringify(given)) process.settings(now);
    } finally {
      this.#starting = undefined;
    }
  }

  /** No end waits, and no other grant. */
  #isWanted(grant: RunCapsule["grant"]): boolean {
    return this.#ends === 0 && this.#ports.isGranted(grant);
  }

  async #endRunning(reason: string): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    await running?.stop(reason);
  }

  /** The old process answers the events that it has, then it is unloaded; meanwhile the new one gets none. */
  async #swap(old: CapsuleProcess, why: string): Promise<void> {
    this.#draining = old;
    if (this.#events.unanswered > 0) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#onEmpty = resolve;
      const callOff = this.#ports.clock.setTimer(this.#limits.stopMs, resolve);
      await Promise.race([promise, old.ended]);
      callOff();
      this.#onEmpty = () => {};
    }
    this.#draining = undefined;
    if (old.isGone) this.#events.requeue();
    else this.#events.settle();
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
      onLog: (line) => logCapsuleLine(log, grant.name, line),
    });
  }

  #ended(process: CapsuleProcess, reason: string): void {
    if (this.#running !== process) return;
    this.#running = undefined;
    if (this.#draining === undefined) this.#events.requeue();
    this.#failed(reason);
  }

  #didNotStart(error: Error): void {
    if (!this.#isWanted(this.#capsule.grant)) return;
    if (error instanceof AbsentCopy) this.state = { kind: "absent", reason: error.message };
    else this.#failed(error.message);
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
    if (this.state.kind !== "restarting" || !this.#isWanted(this.#capsule.grant)) return;
    try {
      await this.#start(this.#capsule, "it was started again");
    } catch (error) {
      this.#didNotStart(error as Error);
    }
  }

  /** Gives the process what waits, as far as it may have it. */
  #pump(): void {
    const process = this.#running;
    if (process === undefined || this.#draining !== undefined) return;
    for (let next = this.#events.next(); next !== undefined; next = this.#events.next()) {
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
    this.#events.acknowledge(event.seq);
    if (this.#events.unanswered === 0) this.#onEmpty();
    this.#pump();
  }
}
