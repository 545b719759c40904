/** Runs programs, prompts and commands on a schedule (section scheduler); where there is no job nothing of it is loaded. */
import type { Feature, FeatureContext } from "../core/service.ts";
import type { AnyMethodName } from "../protocol/method_schemas.ts";
import type { Handler, Handlers } from "../rpc/handler.ts";
import { JOB_EVENTS } from "./job.ts";
import { isWaiting, Jobs, runningOf } from "./jobs.ts";
import { jobMethods } from "./methods.ts";
import { jobPermissions, namedPrograms } from "./programs.ts";
import { schedulerSection, type SchedulerSettings } from "./section.ts";

type JobMethod = keyof typeof jobMethods;

export const job: Feature<JobMethod, Jobs, typeof schedulerSection> = {
  name: "job",
  statusName: "jobs",
  config: schedulerSection,
  methods: jobMethods,
  permissions: jobPermissions,
  programs: namedPrograms,
  events: JOB_EVENTS,
  projection: () => new Jobs(),
  create: (context, jobs) => {
    const late = new LateScheduler(context, jobs);
    const handle = <M extends JobMethod & AnyMethodName>(method: M): Handler<M> => async (params, call) => {
      const { handlers } = await late.load();
      return await handlers[method](params, call);
    };
    return {
      service: {
        tick: async () => {
          if (jobs.size > 0) (await late.load()).scheduler.tick();
        },
        isPending: () => late.isPending,
        status: () => late.status(),
        reload: () => late.loaded?.scheduler.look(),
        stop: ({ restart }) => late.loaded?.scheduler.stop(restart),
      },
      handlers: {
        "job.add": handle("job.add"),
        "job.cancel": handle("job.cancel"),
        "job.disable": handle("job.disable"),
        "job.enable": handle("job.enable"),
        "job.history": handle("job.history"),
        "job.list": handle("job.list"),
        "job.remove": handle("job.remove"),
        "job.run": handle("job.run"),
      },
    };
  },
};

interface Loaded {
  readonly scheduler: import("./scheduler.ts").Scheduler;
  readonly handlers: Handlers<JobMethod>;
}

/** Loaded at the first call about jobs, and where there are some at the first tick, after the first hello had its reply. */
class LateScheduler {
  #context: FeatureContext<SchedulerSettings>;
  #jobs: Jobs;
  #loading: Promise<Loaded> | undefined;
  loaded: Loaded | undefined;

  constructor(context: FeatureContext<SchedulerSettings>, jobs: Jobs) {
    this.#context = context;
    this.#jobs = jobs;
  }

  load(): Promise<Loaded> {
    return this.#loading ??= this.#make().catch((error) => {
      this.#loading = undefined; // a full disk may have room again
      throw error;
    });
  }

  async #make(): Promise<Loaded> {
    const [{ Scheduler }, { jobHandlers }] = await Promise.all([import("./scheduler.ts"), import("./handlers.ts")]);
    const deps = { context: this.#context, jobs: this.#jobs };
    const scheduler = new Scheduler(deps);
    // First, so that nobody sees a run that a crash has cut off as one that goes on.
    scheduler.tick();
    await scheduler.runs.looked();
    return this.loaded = { scheduler, handlers: jobHandlers({ ...deps, scheduler }) };
  }

  /** A time to come: a daemon that had ended would miss it. A run that goes on is open work (core/open_work.ts). */
  get isPending(): boolean {
    const { loaded } = this;
    return [...this.#jobs.all()].some((state) =>
      loaded === undefined ? state.enabled : loaded.scheduler.nextRun(state) !== null
    );
  }

  async status() {
    const { size } = this.#jobs;
    if (size === 0) return undefined;
    const { scheduler } = await this.load();
    const all = [...this.#jobs.all()];
    const next = Math.min(...all.map((state) => scheduler.nextRun(state) ?? Infinity));
    return {
      total: size,
      running: all.filter((state) => runningOf(state) !== undefined).length,
      waiting: all.filter((state) => isWaiting(state, this.#context.store)).length,
      nextRun: next === Infinity ? null : new Date(next).toISOString(),
    };
  }
}
