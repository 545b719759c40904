/** One look at the process table, and what it makes of the rows. */
import { commitReport } from "../core/apply_report.ts";
import type { FeatureContext } from "../core/service.ts";
import { decideSeen } from "../domain/decide.ts";
import { processesOf } from "../domain/row_processes.ts";
import { Slices } from "../lib/slices.ts";
import { slicedTurns } from "../platform/clock.ts";
import type { ProcessTable } from "../platform/process_table.ts";
import { DAEMON } from "../protocol/actor.ts";
import type { LivenessStatus } from "./status.ts";
import { LivenessSweep, type ProbedProcess } from "./sweep.ts";

export type Probe = (own: number, pids: readonly number[]) => Promise<ProcessTable>;

/** Of the sessions that run elsewhere, so many are named in one line of the log. */
const FOREIGN_NAMED = 8;

type Context = Omit<
  FeatureContext,
  | "bus"
  | "clients"
  | "commands"
  | "interceptors"
  | "presence"
  | "limits"
  | "methods"
  | "paths"
  | "places"
  | "promptWays"
  | "settings"
  | "status"
>;

export class LivenessLook {
  #context: Context;
  #probe: Probe;
  #sweep: LivenessSweep;
  #stopped = false;
  #problem: string | undefined;
  #unseen: readonly ProbedProcess[] = [];
  #toldForeign: ReadonlySet<string> = new Set();

  constructor(context: Context, probe: Probe) {
    this.#context = context;
    this.#probe = probe;
    this.#sweep = new LivenessSweep(context.pid);
  }

  /** At the last look there was a process to be watched. */
  watches = false;
  /** At the last look a row waited for an answer that may come from here. */
  someoneAsks = false;

  stop(): void {
    this.#stopped = true;
  }

  status(): LivenessStatus | undefined {
    const { store } = this.#context;
    const isOpen = (id: string) => !["closed", undefined].includes(store.get(id)?.status);
    const foreign = [...store.processes.foreign].filter(isOpen);
    const unseen = this.#unseen.filter(({ id, pid }) => isOpen(id) && store.get(id)?.pid === pid).length +
      foreign.length;
    if (this.#problem !== undefined) return { problem: this.#problem };
    return unseen === 0 ? undefined : { unseen };
  }

  /** In slices: many rows may have lost their process at once, as after a restart of the machine. */
  async run(): Promise<void> {
    this.#noteForeign();
    const slices = new Slices(slicedTurns);
    const rows = await this.#watched(slices);
    this.watches = rows.length > 0;
    if (!this.watches) return;
    const { pid: own, store, isReadOnly } = this.#context;
    const pids = [...new Set(rows.map(({ pid }) => pid))];
    const table = await this.#probe(own, pids);
    this.#noteProblem("unusable" in table ? table.unusable : undefined);
    if ("unusable" in table) store.processes.looked(pids);
    if (this.#stopped || "unusable" in table) return;
    const { alive, gone, unseen } = await this.#sweep.sweep(rows, table.processes, slices);
    this.#noteUnseen(unseen);
    const livingPids = new Set(alive.map(({ pid }) => pid));
    for (const { pid } of alive) store.processes.saw(pid, true);
    for (const { pid } of gone) if (!livingPids.has(pid)) store.processes.saw(pid, false);
    store.processes.looked(pids);
    await this.#each(gone, slices, (row) => this.#end(row));
    if (isReadOnly()) return;
    const ttys = new Map(table.processes.map(({ pid, tty }) => [pid, tty]));
    await this.#each(alive, slices, ({ id, pid }) => {
      const session = store.get(id);
      if (session === undefined || session.status === "closed" || store.isLost(id)) return;
      if (!processesOf(session).some((one) => one.pid === pid)) return;
      store.setProved(id, DAEMON); // after a restart: a row whose process is there is what it was
      const seen = decideSeen(session, pid, ttys.get(pid));
      if (seen !== undefined) store.commit(seen, DAEMON);
    });
  }

  async #watched(slices: Slices): Promise<readonly ProbedProcess[]> {
    const { store } = this.#context;
    const rows: ProbedProcess[] = [];
    let asks = false;
    await this.#each(store.sessions(), slices, (session) => {
      const { id, status, lastEventAt } = session;
      if (status === "closed" || store.isLost(id)) return;
      if (status === "waiting" && session.waiting.approvalId !== undefined) asks = true;
      for (const { pid, pidSeen } of processesOf(session)) {
        rows.push({ id, pid, seen: pidSeen === true || store.processes.wasSeen(pid), lastEventAt });
      }
    });
    this.someoneAsks = asks;
    return rows;
  }

  /** A process is gone: one of several of its conversation, or the row's. */
  #end({ id, pid }: ProbedProcess): void {
    const { store, approvals, isReadOnly } = this.#context;
    const session = store.get(id);
    // A session that was resumed while we looked is another process's now.
    if (session === undefined || !processesOf(session).some((one) => one.pid === pid)) return;
    const { agent, others = [] } = session;
    if (others.length === 0 || !processesOf(session).some((one) => one.pid !== pid && store.processes.mayLive(one))) {
      approvals.endRequests(id, "its process is gone"); // first: with a journal that is read-only nobody else ends them
      if (!isReadOnly()) store.setLost(id, DAEMON);
      return;
    }
    if (isReadOnly()) return;
    const event = { kind: "ended", reason: "its process is gone" } as const;
    commitReport(this.#context, { agent, sessionId: id, facts: { pid }, event }, { actor: DAEMON });
  }

  /** Until the daemon stops: from then on nothing is committed. */
  async #each<T>(items: Iterable<T>, slices: Slices, action: (item: T) => void): Promise<void> {
    for (const item of items) {
      if (slices.isOver) await slices.next();
      if (this.#stopped) return;
      action(item);
    }
  }

  #noteProblem(problem: string | undefined): void {
    if (problem === this.#problem) return;
    this.#problem = problem;
    const { log } = this.#context;
    if (problem === undefined) log.info("the processes of agents can be seen again");
    else log.warn("the processes of agents cannot be seen: no session is shown as lost", { problem });
  }

  /** One line for all that are new since the last look: whoever connects can make up any number of them. */
  #noteForeign(): void {
    const { log, store } = this.#context;
    const told = this.#toldForeign;
    const fresh = [...store.processes.foreign].filter((id) => !told.has(id));
    this.#toldForeign = new Set(store.processes.foreign);
    if (fresh.length === 0) return;
    log.warn("sessions run in another pid namespace, as in a container: the end of their processes is not seen here", {
      sessions: fresh.length,
      sessionIds: fresh.slice(0, FOREIGN_NAMED),
    });
  }

  #noteUnseen(unseen: readonly ProbedProcess[]): void {
    const known = new Set(this.#unseen.map(({ id, pid }) => `${pid} ${id}`));
    for (const { id, pid } of unseen) {
      if (known.has(`${pid} ${id}`)) continue;
      const why = "it runs in another pid namespace, as in a container, or ended at once";
      this.#context.log.warn("the process of a session is not seen here: its end will not be, either", {
        sessionId: id,
        pid,
        why,
      });
    }
    this.#unseen = unseen;
  }
}
