/**
 * Capsules: extensions, each a process in a sandbox of its own that can do what its manifest asks and a person granted
 * (section capsules). Where there is none, nothing of it is loaded.
 *
 * From the feature to a process:
 * - CapsuleRunner: the interface by which this file and the handlers run granted capsules.
 * - RunningCapsules: implements it; connects the grants, the event bus, the settings and the files to the supervisor.
 * - CapsuleSupervisor: all capsules that are to run, by name.
 * - SupervisedCapsule: one of them, with its restarts, its queue of events and its keys and values.
 * - CapsuleProcess: one process of it, from its start to its end, with the connection to it.
 */
import type { ConsoleCommand } from "../core/console_command.ts";
import type { Feature, FeatureContext } from "../core/service.ts";
import type { AnyMethodName } from "../protocol/method_schemas.ts";
import type { Handler, Handlers } from "../rpc/handler.ts";
import { capsuleTroubles } from "./attention.ts";
import { CAPSULE_EVENTS } from "./grant.ts";
import { Grants } from "./grants.ts";
import { interceptorSeats } from "./interceptor_seats.ts";
import { capsuleMethods } from "./methods.ts";
import { capsulePermissions } from "./permissions.ts";
import type { CapsuleRunner } from "./runner.ts";
import { capsulesSection, type CapsulesSettings } from "./section.ts";

type CapsuleMethod = keyof typeof capsuleMethods;

export const capsule: Feature<CapsuleMethod, Grants, typeof capsulesSection> = {
  name: "capsule",
  config: capsulesSection,
  methods: capsuleMethods,
  permissions: capsulePermissions,
  events: CAPSULE_EVENTS,
  projection: () => new Grants(),
  create: (context, grants) => {
    const late = new LateCapsules(context, grants);
    // From the first request on: of a granted interceptor that does not run yet, a person is asked.
    const takeSeats = interceptorSeats(context.interceptors, grants, async (name, request) => {
      return await (await late.load()).runner.intercept(name, request);
    });
    takeSeats();
    grants.onChange(takeSeats);
    const handle = <M extends CapsuleMethod & AnyMethodName>(method: M): Handler<M> => async (params, call) => {
      return await (await late.load()).handlers[method](params, call);
    };
    return {
      service: {
        tick: async () => {
          if (grants.size === 0) return;
          const { runner, changes, watch } = await late.load();
          runner.begin();
          watch.follow();
          if (!context.isReadOnly()) changes.check();
        },
        status: () => late.status(),
        reload: () => late.loaded?.runner.configure(),
        stop: () => late.stop(),
      },
      commands: () => late.commands(),
      handlers: {
        "capsule.grant": handle("capsule.grant"),
        "capsule.list": handle("capsule.list"),
        "capsule.metadata": handle("capsule.metadata"),
        "capsule.reload": handle("capsule.reload"),
        "capsule.revoke": handle("capsule.revoke"),
      },
    };
  },
};

interface Loaded {
  readonly runner: CapsuleRunner;
  readonly changes: import("./changes.ts").ChangedFolders;
  readonly watch: import("./folder_watch.ts").FolderWatch;
  readonly handlers: Handlers<CapsuleMethod>;
}

/** Loaded at the first call about capsules, and where one is granted at the first tick, after the first hello had its reply. */
class LateCapsules {
  readonly #context: FeatureContext<CapsulesSettings>;
  readonly #grants: Grants;
  #loading: Promise<Loaded> | undefined;
  #unlisten = () => {};
  loaded: Loaded | undefined;

  constructor(context: FeatureContext<CapsulesSettings>, grants: Grants) {
    this.#context = context;
    this.#grants = grants;
  }

  load(): Promise<Loaded> {
    return this.#loading ??= this.#make();
  }

  async #make(): Promise<Loaded> {
    const [{ RunningCapsules }, { ChangedFolders }, { watchGranted }, { capsuleHandlers }] = await Promise.all([
      import("./running.ts"),
      import("./changes.ts"),
      import("./folder_watch.ts"),
      import("./handlers.ts"),
    ]);
    const deps = { context: this.#context, grants: this.#grants };
    const runner = new RunningCapsules(deps.context, deps.grants);
    const changes = new ChangedFolders(deps.context.store, deps.grants);
    const watch = watchGranted(deps.context, changes);
    const { bus, store } = deps.context;
    this.#unlisten = bus.listen(store.seq, new Set(["capsule"]), ({ event: { type } }) => {
      if (type === "capsule.granted" || type === "capsule.revoked") watch.follow();
    });
    return this.loaded = { runner, changes, watch, handlers: capsuleHandlers({ ...deps, runner }) };
  }

  async stop(): Promise<void> {
    this.#unlisten();
    this.loaded?.watch.stop();
    await this.loaded?.runner.stop();
  }

  commands(): readonly ConsoleCommand[] {
    return this.#grants.all().flatMap(({ name: capsule, manifest: { commands } }) =>
      commands.map(({ name, description, args: usage }): ConsoleCommand => ({
        name,
        capsule,
        summary: `${description} (capsule ${capsule})`,
        usage,
        run: async (args) => await (await this.load()).runner.command(capsule, name, args),
      }))
    );
  }

  status() {
    const { size } = this.#grants;
    if (size === 0) return undefined;
    const all = this.#grants.all().map(({ name, digest }) => {
      const told = this.#grants.told(name);
      const state = this.loaded?.runner.stateOf(name) ?? { state: "starting" as const };
      return { name, ...state, changed: told !== undefined && told !== digest };
    });
    return {
      granted: size,
      running: all.filter(({ state }) => state === "running").length,
      attention: all.flatMap((one) => capsuleTroubles(one).map(({ text }) => ({ name: one.name, problem: text }))),
    };
  }
}
