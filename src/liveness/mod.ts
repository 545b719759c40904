/** Asks the process table about the agents of open sessions, and only while there are any. */
import type { Feature, FeatureContext } from "../core/service.ts";
import { decideUpdate, isRefusal } from "../domain/decide.ts";
import { Slices } from "../lib/slices.ts";
import { daemonTurns } from "../platform/clock.ts";
import { mayRun } from "../platform/process.ts";
import { probe, PS_PATHS } from "../platform/process_table.ts";
import { DAEMON } from "../protocol/actor.ts";
import { LivenessSweep, type ProbedProcess } from "./sweep.ts";

export const liveness: Feature = {
  name: "liveness",
  permissions: ({ exists }) => {
    const path = PS_PATHS.find((candidate) => exists(candidate));
    return path === undefined ? [] : [{ kind: "run", values: [path], reason: "learn which agents still live" }];
  },
  create: (context) => {
    const look = new LivenessProbe(context);
    return { service: { tick: () => look.run(), stop: () => look.stop() } };
  },
};

class LivenessProbe {
  #context: FeatureContext;
  #sweep: LivenessSweep;
  #stopped = false;

  constructor(context: FeatureContext) {
    this.#context = context;
    this.#sweep = new LivenessSweep(context.pid);
  }

  stop(): void {
    this.#stopped = true;
  }

  /** In slices: many rows may have lost their process at once, as after a restart of the machine. */
  async run(): Promise<void> {
    const slices = new Slices(daemonTurns);
    const rows = await this.#watched(slices);
    const pids = this.#sweep.pids(rows);
    if (pids.length === 0) return;
    const seen = await probe(psPath(), pids);
    const { store, approvals, isReadOnly } = this.#context;
    await this.#each(await this.#sweep.sweep(rows, seen, slices), slices, ({ id, pid }) => {
      // A session that was resumed while we looked is another process's now.
      if (store.get(id)?.pid !== pid) return;
      approvals.endRequests(id, "its process is gone"); // first: with a journal that is read-only nobody else ends them
      if (!isReadOnly()) store.setLost(id, DAEMON);
    });
    if (seen === "unknown" || isReadOnly()) return;
    const ttys = new Map(seen.map(({ pid, tty }) => [pid, tty]));
    await this.#each(rows, slices, (row) => {
      if (!ttys.has(row.pid) || store.get(row.id)?.pid !== row.pid || store.isLost(row.id)) return;
      store.setProved(row.id, DAEMON); // after a restart: a row whose process is there is what it was
      this.#noteTerminal(row.id, ttys.get(row.pid));
    });
  }

  async #watched(slices: Slices): Promise<readonly ProbedProcess[]> {
    const { store } = this.#context;
    const rows: ProbedProcess[] = [];
    await this.#each(store.sessions(), slices, ({ id, status, pid, lastEventAt }) => {
      if (status !== "closed" && pid !== undefined && !store.isLost(id)) rows.push({ id, pid, lastEventAt });
    });
    return rows;
  }

  /** Until the daemon stops: from then on nothing is committed. */
  async #each<T>(items: Iterable<T>, slices: Slices, action: (item: T) => void): Promise<void> {
    for (const item of items) {
      if (slices.isOver) await slices.next();
      if (this.#stopped) return;
      action(item);
    }
  }

  /** A hook has no terminal of its own; its agent has, and the process table knows which. */
  #noteTerminal(id: string, tty: string | undefined): void {
    const { store, now } = this.#context;
    const session = store.get(id);
    if (tty === undefined || session?.tty !== undefined) return;
    const change = decideUpdate(session, { id }, { tty }, now());
    if (!isRefusal(change)) store.commit(change, DAEMON);
  }
}

/** The spelling that the sandbox permits. */
export function psPath(): string {
  return PS_PATHS.find((path) => mayRun(path)) ?? PS_PATHS[0] ?? "ps";
}
