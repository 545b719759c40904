/** Asks the process table about the agents of open sessions, and only while there are any. */
import type { Feature, FeatureContext } from "../core/service.ts";
import { decideUpdate, isRefusal } from "../domain/decide.ts";
import { mayRun } from "../platform/process.ts";
import { probe, PS_PATHS } from "../platform/process_table.ts";
import type { ProcessInfo } from "../platform/system.ts";
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

  async run(): Promise<void> {
    const { store, approvals } = this.#context;
    const rows = [...store.sessions()].flatMap(({ id, status, pid, lastEventAt }) =>
      status === "closed" || pid === undefined || store.isLost(id) ? [] : [{ id, pid, lastEventAt }]
    );
    const pids = this.#sweep.pids(rows);
    if (pids.length === 0) return;
    const seen = await probe(psPath(), pids);
    if (this.#stopped) return;
    for (const { id, pid } of this.#sweep.sweep(rows, seen)) {
      // A session that was resumed while we looked is another process's now.
      if (store.get(id)?.pid !== pid) continue;
      store.setLost(id, DAEMON);
      approvals.endRequests(id, "its process is gone");
    }
    if (seen === "unknown") return;
    this.#noteProved(rows, seen);
    this.#noteTerminals(rows, seen);
  }

  /** After a restart: rows whose process is there are what they were. */
  #noteProved(rows: readonly ProbedProcess[], seen: readonly ProcessInfo[]): void {
    const { store } = this.#context;
    const pids = new Set(seen.map(({ pid }) => pid));
    for (const { id, pid } of rows) if (pids.has(pid) && !store.isLost(id)) store.setProved(id, DAEMON);
  }

  /** A hook has no terminal of its own; its agent has, and the process table knows which. */
  #noteTerminals(rows: readonly ProbedProcess[], seen: readonly ProcessInfo[]): void {
    const { store, now } = this.#context;
    const ttys = new Map(seen.map(({ pid, tty }) => [pid, tty]));
    for (const { id, pid } of rows) {
      const tty = ttys.get(pid);
      const session = store.get(id);
      if (tty === undefined || session?.tty !== undefined || session?.pid !== pid || store.isLost(id)) continue;
      const change = decideUpdate(session, { id }, { tty }, now());
      if (!isRefusal(change)) store.commit(change, DAEMON);
    }
  }
}

/** The spelling that the sandbox permits. */
export function psPath(): string {
  return PS_PATHS.find((path) => mayRun(path)) ?? PS_PATHS[0] ?? "ps";
}
