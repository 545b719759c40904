/**
 * Asks the process table about the agents of open sessions, and only while there are any. Every few seconds; sooner where
 * a process is new or its hook was cut off, and more often while agents work, somebody looks or a question is open.
 */
import type { Projection } from "../core/projection.ts";
import type { Feature, FeatureContext } from "../core/service.ts";
import { daemonTimers, setTimer } from "../platform/clock.ts";
import { denoFiles } from "../platform/deno_files.ts";
import {
  type OwnNamespaceAnswer,
  permittedPs,
  pidNamespace,
  probe,
  type ProcessTable,
  PS_PATHS,
} from "../platform/process_table.ts";
import { LivenessLook } from "./look.ts";
import { OwnNamespace } from "./namespace.ts";
import "./status.ts";

export const liveness: Feature<never, Projection> = {
  name: "liveness",
  permissions: ({ exists }) => {
    const path = PS_PATHS.find((candidate) => exists(candidate));
    return path === undefined ? [] : [{ kind: "run", values: [path], reason: "learn which agents still live" }];
  },
  create: (context) => {
    const watch = new LivenessWatch(context);
    const { log, paths, store: { processes } } = context;
    const namespace = new OwnNamespace({ processes, log, ask: () => askNamespace(context.pid) });
    return {
      service: {
        // The spool is read at the start, and its events name pids too; else nobody waits for it.
        prepare: async () => {
          if (denoFiles.list(paths.spool).length === 0) return;
          await Promise.race([namespace.learn(), daemonTimers.sleep(NAMESPACE_MS)]);
        },
        tick: async () => void await Promise.all([namespace.learn(), watch.look()]),
        status: () => {
          const seen = watch.status();
          const { problem } = namespace;
          return problem === undefined || seen?.problem !== undefined ? seen : { ...seen, problem };
        },
        stop: () => watch.stop(),
      },
    };
  },
};

/** The start waits so long for its own pid namespace, ms: usually 10. Then pids do not count until it is known. */
const NAMESPACE_MS = 1000;
/** Between looks while something goes on, ms: a process that was killed is told within 3 s. */
const QUICK_MS = 2000;
/** So long after an agent's last event something goes on, ms. */
const ACTIVE_MS = 30_000;
/** Looks that events ask for are so far apart, ms; the first is at once, because its process may end at any time. */
const SOON_MS = 100;

class LivenessWatch {
  #context: FeatureContext;
  #look: LivenessLook;
  #looking: Promise<void> | undefined;
  #stopped = false;
  #cancel: () => void = () => {};
  #dueInMs = Infinity;
  #lookedAt = -Infinity;

  constructor(context: FeatureContext) {
    this.#context = context;
    this.#look = new LivenessLook(context, look);
    context.store.processes.onDoubt = () =>
      this.#after(context.clock.steady() - this.#lookedAt > SOON_MS ? 0 : SOON_MS);
  }

  status() {
    return this.#look.status();
  }

  stop(): void {
    this.#stopped = true;
    this.#context.store.processes.onDoubt = undefined;
    this.#cancel();
    this.#look.stop();
  }

  /** One look at a time; who asks during one gets another behind it. */
  async look(): Promise<void> {
    if (this.#looking !== undefined) return;
    this.#looking = this.#look.run();
    try {
      await this.#looking;
    } finally {
      this.#lookedAt = this.#context.clock.steady();
      this.#looking = undefined;
    }
    if (this.#goesOn()) this.#after(QUICK_MS);
  }

  #after(ms: number): void {
    if (this.#stopped || this.#dueInMs <= ms) return;
    this.#cancel();
    this.#dueInMs = ms;
    this.#cancel = setTimer(ms, () => {
      this.#dueInMs = Infinity;
      if (this.#looking !== undefined) return this.#after(SOON_MS);
      this.look().catch((error) => this.#context.log.error("a look at the processes failed", { error: String(error) }));
    });
  }

  #goesOn(): boolean {
    const { store, clock, bus } = this.#context;
    const isActive = clock.now() - store.processes.heardAt < ACTIVE_MS;
    return this.#look.watches && (isActive || bus.size > 0 || this.#look.someoneAsks);
  }
}

function look(own: number, pids: readonly number[]): Promise<ProcessTable> {
  const path = permittedPs();
  if (path === undefined) return Promise.resolve({ unusable: `there is no ps in ${PS_PATHS.join(", ")}` });
  return probe(path, own, pids);
}

function askNamespace(pid: number): Promise<OwnNamespaceAnswer> {
  const path = permittedPs();
  return path === undefined ? Promise.resolve({}) : pidNamespace(path, pid); // without ps the look tells that
}
