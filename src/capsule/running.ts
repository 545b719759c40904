/** Granted capsules in a running daemon: from the grants to their processes. Loaded where one is granted. */
import type { FeatureContext } from "../core/service.ts";
import { commandNamed } from "../core/command_named.ts";
import type { InterceptedRequest, InterceptVerdict } from "../core/interceptors.ts";
import type { SequencedEvent } from "../core/event_bus.ts";
import { capsulePlaces } from "../platform/capsule_places.ts";
import { setTimer, systemClock } from "../platform/clock.ts";
import { denoFiles, replaceWithoutSync } from "../platform/deno_files.ts";
import { ownFiles } from "../platform/own_files.ts";
import { startPiped } from "../platform/piped_process.ts";
import { mayRun, ownUid } from "../platform/process.ts";
import { namedSecret } from "../platform/secret_file.ts";
import { DAEMON } from "../protocol/actor.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { Granted } from "./grant.ts";
import { copyDigest } from "./granted_copy.ts";
import type { Grants } from "./grants.ts";
import { reasonText } from "./reason_text.ts";
import type { CapsuleRunner, CapsuleState } from "./runner.ts";
import type { Manifest, SettingValue } from "./manifest.ts";
import { CAPSULE_NAME } from "./names.ts";
import type { KvFiles, RunCapsule, SupervisorPorts } from "./process/ports.ts";
import { CapsuleSupervisor } from "./process/supervisor.ts";
import type { CapsulesSettings } from "./section.ts";

type Context = FeatureContext<CapsulesSettings>;

/** What a capsule calls of the daemon is called as this kind of client, with the scope `read`. */
const CAPSULE = "capsule";

export class RunningCapsules implements CapsuleRunner {
  readonly #context: Context;
  readonly #grants: Grants;
  readonly #supervisor: CapsuleSupervisor;
  /** Those that a granted capsule subscribes to. */
  #topics: ReadonlySet<string> = new Set();
  #unlisten: (() => void) | undefined;
  /** Those that were started once; the supervisor keeps them running. */
  readonly #begun = new Set<string>();
  /** Why the launcher cannot be run, for all of them. */
  readonly #problem: string | undefined;
  readonly #launcher: string;

  constructor(context: Context, grants: Grants) {
    this.#context = context;
    this.#grants = grants;
    this.#launcher = capsulePlaces(context.paths.root)?.launcher ?? "";
    this.#problem = this.#launcher !== "" && mayRun(this.#launcher) ? undefined : "this daemon may not run capsules";
    this.#supervisor = new CapsuleSupervisor(this.#ports());
  }

  begin(): void {
    for (const granted of this.#grants.all()) {
      if (!this.#begun.has(granted.name)) void this.run(granted);
    }
  }

  async run(granted: Granted, endsOld = false): Promise<void> {
    const { name, manifest } = granted;
    this.#begun.add(name);
    if (this.#problem !== undefined) return;
    const argv = [this.#launcher, name, copyDigest(granted)];
    this.#listen();
    try {
      await this.#supervisor.run({ grant: granted, argv, settings: () => this.#settingsOf(manifest) }, endsOld);
    } catch (error) {
      // The state says it too, and what becomes of it.
      this.#context.log.warn("a capsule did not start", { capsule: name, reason: (error as Error).message });
    }
  }

  async end(name: string, forget: boolean): Promise<void> {
    this.#begun.delete(name);
    await this.#supervisor.end(name, "it was revoked", forget);
    this.#listen();
  }

  /** The name may be anybody's: of one that is no name there is no file. */
  hasKept(name: string): boolean {
    return CAPSULE_NAME.test(name) && denoFiles.stat(this.#kvFile(name)) !== undefined;
  }

  async stop(): Promise<void> {
    this.#unlisten?.();
    await this.#supervisor.stop("the daemon stops");
  }

  configure(): void {
    for (const { name } of this.#grants.all()) this.#supervisor.configure(name);
  }

  stateOf(name: string): CapsuleState | undefined {
    if (this.#problem !== undefined) return { state: "blocked", reason: this.#problem };
    const state = this.#supervisor.stateOf(name);
    if (state === undefined || state.kind === "ended") return undefined;
    if (state.kind === "starting" || state.kind === "running") return { state: state.kind };
    const { kind } = state;
    const reason = reasonText(state.reason);
    return kind === "restarting"
      ? { state: kind, at: new Date(state.at).toISOString(), reason }
      : { state: kind, reason };
  }

  command(name: string, command: string, args: readonly string[]): Promise<string> {
    return this.#supervisor.command(name, command, args);
  }

  async intercept(name: string, request: InterceptedRequest): Promise<InterceptVerdict | undefined> {
    return await this.#supervisor.intercept(name, request) ?? undefined;
  }

  /** Once: one who listened anew would miss what is on its way to the listener before. */
  #listen(): void {
    this.#topics = new Set(this.#grants.all().flatMap(({ manifest }) => manifest.subscribes));
    if (this.#topics.size === 0 || this.#unlisten !== undefined) return;
    const { bus, store } = this.#context;
    this.#unlisten = bus.listen(store.seq, undefined, (event) => {
      if (!this.#topics.has(event.topic)) return;
      this.#supervisor.publish({ seq: event.seq, topic: event.topic, json: eventJson(event) });
    });
  }

  /** Those of the manifest, with what the configuration has of the same type. */
  #settingsOf({ name, settings }: Manifest): Readonly<Record<string, SettingValue>> {
    const values = this.#context.settings.current.settings;
    const own = Object.hasOwn(values, name) ? values[name] : undefined;
    return Object.fromEntries(
      Object.entries(settings).map(([key, { type, default: usual }]) => {
        const value = own !== undefined && Object.hasOwn(own, key) ? own[key] : undefined;
        return [key, value !== undefined && type === typeof value as string ? value : usual];
      }),
    );
  }

  #ports(): SupervisorPorts {
    const { log } = this.#context;
    return {
      isGranted: (grant) => this.#grants.get(grant.name) === grant,
      open: (argv) => startPiped(argv, { cwd: "/", env: {} }),
      clock: { ...systemClock, setTimer },
      log,
      kv: this.#kv(),
      secret: (name) => {
        const found = namedSecret(name, { keys: this.#context.paths.keys, files: denoFiles, uid: ownUid() });
        if (found.kind === "found") return found.secret;
        throw new ConsoleError("failed", found.problem);
      },
      exec: (_, line, signal) => this.#exec(line, signal),
      onFailed: (capsule, reason) => this.#failed(capsule, reasonText(reason)),
    };
  }

  /** Commands of capsules are not for capsules: none reaches another by them, and none itself without an end. */
  async #exec(line: string, signal: AbortSignal): Promise<{ readonly success: boolean; readonly response: string }> {
    const [, name = ""] = /^\/(\S+)/.exec(line) ?? [];
    if (commandNamed(name.toLowerCase(), this.#context.commands())?.capsule !== undefined) {
      throw new ConsoleError("forbidden", `/${name} is a command of a capsule, which no capsule runs`);
    }
    const caller = this.#context.methods.as({ kind: CAPSULE, scope: "read", isRemote: false, signal });
    return await caller.call("command.execute", { command: line });
  }

  #failed({ grant: { name, digest } }: RunCapsule, reason: string): void {
    const { store, log } = this.#context;
    try {
      store.commit({ type: "capsule.failed", data: { name, digest, reason } }, DAEMON);
    } catch (error) {
      log.warn("the end of a capsule was not recorded", { capsule: name, reason: (error as Error).message });
    }
  }

  #kvFile(name: string): string {
    return `${this.#context.paths.capsuleKv}/${name}.json`;
  }

  #kv(): KvFiles {
    const files = ownFiles(ownUid());
    return {
      read: (name) => {
        const path = this.#kvFile(name);
        return files.stat(path) === undefined ? undefined : new TextDecoder().decode(files.read(path));
      },
      write: (name, text) => {
        const { capsuleKv } = this.#context.paths;
        if (denoFiles.stat(capsuleKv) === undefined) denoFiles.mkdir(capsuleKv, 0o700);
        // Waiting for the disk at each change would let a capsule slow down everybody.
        replaceWithoutSync(this.#kvFile(name), new TextEncoder().encode(text));
      },
      remove: (name) => denoFiles.remove(this.#kvFile(name)),
    };
  }
}

function eventJson({ seq, ts, event, dataJson }: SequencedEvent): string {
  return `{"seq":${seq},"ts":"${ts}","type":${JSON.stringify(event.type)},"data":${dataJson}}`;
}
