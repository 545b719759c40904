/**
 * The interface of a part of the daemon. A feature is one folder with a {@link Feature} in its mod.ts, and one line in
 * daemon/features.ts; the supervisor starts its service, the store feeds its projection, the router gets its handlers,
 * the sandbox its permissions.
 */
import type { ConfigSection, SectionValues } from "../config/section.ts";
import type { EventType } from "../domain/event.ts";
import type { HomePaths } from "../platform/home_paths.ts";
import type { Permission } from "../platform/sandbox.ts";
import type { Clock, Log } from "../platform/system.ts";
import type { Limits } from "../protocol/limits.ts";
import type {
  AnyMethodName,
  FeatureMethodName,
  FeatureSnapshot,
  FeatureStatus,
  ResultOf,
} from "../protocol/method_schemas.ts";
import type { CallObserver } from "../rpc/call_observer.ts";
import type { FeatureRow, Handlers } from "../rpc/handler.ts";
import type { ApprovalsDoor, ApprovalsPort, PresencePort } from "./approvals_port.ts";
import type { ClientsDoor } from "./clients_door.ts";
import type { ConsoleCommand } from "./console_command.ts";
import type { EventBus } from "./event_bus.ts";
import type { Interceptors } from "./interceptors.ts";
import type { SessionDeps } from "./handlers/session.ts";
import type { MethodsDoor } from "./methods_door.ts";
import type { OpenWork } from "./open_work.ts";
import type { PostsDoor } from "./posts_door.ts";
import type { Projection } from "./projection.ts";
import type { PromptWays } from "./prompt_ways.ts";
import type { ReportQuota } from "./report_quota.ts";
import type { WorkPlaces } from "./work_places.ts";

export interface Service {
  readonly name: string;
  /**
   * Before the start, together with those of all others. The daemon becomes ready behind it: it must end by itself, and
   * soon.
   */
  prepare?(): Promise<void>;
  /** Runs in the turn of work in which the daemon becomes ready: it must not wait, and no client is heard before its end. */
  start?(): void;
  /**
   * Checks what no event reports: first after the start (what can wait until then should), then every few seconds.
   * Never overlaps with itself. What it throws is logged.
   */
  tick?(): void | Promise<void>;
  /** Whether it waits for a time that an end for want of clients would miss; work that goes on is FeatureContext.work. */
  isPending?(): boolean;
  /** Its part of `status`. */
  status?(): StatusPart | Promise<StatusPart>;
  /**
   * The configuration was read again, and taken; it need not differ.
   *
   * @returns what it did that no changed key tells, each in words for people
   */
  reload?(): readonly string[] | void;
  /** Ends it; services stop in reverse order of their start. Afterwards it commits nothing. */
  stop?(request: StopRequest): void | Promise<void>;
}

export type StatusPart = Partial<ResultOf<"status">>;

export interface StopRequest {
  readonly reason: string;
  /** Does not wait for requests in flight. */
  readonly force: boolean;
  /** Tells clients that another daemon starts at once. */
  readonly restart: boolean;
  /** Exit code; 0 where absent. */
  readonly code?: number;
}

/** A feature's own section of the configuration, each value checked by the section's schema. */
export interface FeatureSettings<V> {
  /** In force now: a reload changes it. */
  readonly current: V;
  /** What the daemon was started with, and its sandbox made of. */
  readonly booted: V;
}

/** What a feature gets of the daemon. `V`: the values of its section of the configuration. */
export interface FeatureContext<V = unknown> extends SessionDeps {
  readonly approvals: ApprovalsPort & ApprovalsDoor;
  readonly bus: EventBus;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: Limits;
  readonly paths: HomePaths;
  readonly pid: number;
  readonly settings: FeatureSettings<V>;
  /** Counts what comes from outside without a token. */
  readonly quota: Pick<ReportQuota, "run">;
  /** The idempotency key of the event for which a hook started this daemon. */
  readonly startEvent?: string | undefined;
  /** Whether the journal takes records. */
  readonly isReadOnly: () => boolean;
  /** From now on that one hears of every call; undefined: nobody does. There is one place. */
  readonly observeCalls: (observer: CallObserver | undefined) => void;
  /** Where clients go that a feature accepts; from the start of the services on. */
  readonly clients: ClientsDoor;
  /** What servers post to the gateway. */
  readonly posts: PostsDoor;
  /** What goes on without a client is begun here. */
  readonly work: Pick<OpenWork, "begin">;
  /** Work that costs much takes a place first. */
  readonly places: WorkPlaces;
  /** Who brings a person by its own means says while they are there. */
  readonly presence: Pick<PresencePort, "join">;
  /** Who may tighten approvals. */
  readonly interceptors: Interceptors;
  /** How prompts go into sessions that somebody else runs. */
  readonly promptWays: PromptWays;
  /** What the method `status` answers. */
  readonly status: () => Promise<ResultOf<"status">>;
  /** Calls methods of all parts of the daemon, for one who may; from the start of the services on. */
  readonly methods: MethodsDoor;
  /** Those of all features, in the order of the features; the first of a name counts. From the start of the services on. */
  readonly commands: () => readonly ConsoleCommand[];
}

/** What the sandbox depends on. `V`: the values of the feature's section of the configuration. */
export interface SandboxContext<V = unknown> {
  readonly settings: V;
  /** Called only for the variables it needs, because the daemon may read no other. */
  readonly env: (name: string) => string | undefined;
  readonly exists: (path: string) => boolean;
  /** The home folder of the daemon; absent where the sandbox is told for none in particular. */
  readonly root?: string;
}

export interface NamedProgram {
  readonly configKey: string;
  /** As the configuration names it, with its arguments; not empty. */
  readonly argv: readonly string[];
  /** Where it may be; the first that exists is the one. */
  readonly places: readonly string[];
}

/**
 * A feature: `M` names its methods, each of which has a row and a handler; `P` is its projection, `S` its section of the
 * configuration.
 */
export type Feature<
  M extends FeatureMethodName = never,
  P extends Projection = Projection,
  S extends ConfigSection | undefined = undefined,
> =
  & FeatureBase<M, P, SectionValues<S>, [M] extends [never] ? FeatureParts : FeatureParts<M> & Handling<M>>
  & (S extends ConfigSection ? { readonly config: S } : unknown)
  & ([M] extends [never] ? unknown : { readonly methods: FeatureRows<M> });

interface Handling<M extends AnyMethodName> {
  readonly handlers: Handlers<M>;
}

export type FeatureRows<M extends string = string> = Readonly<Record<M, FeatureRow>>;

/** A feature without its section of the configuration, whose values are `V`, and without the rows of its methods. */
export interface FeatureBase<M extends AnyMethodName, P extends Projection, V, Parts = FeatureParts<M>> {
  /** Its folder, the first word of its methods and of its events, and so their topic: `notes.add`, `notes.added`. */
  readonly name: string;
  /** What its part of `status` is called there, where that is not its name: the wire says `jobs`. */
  readonly statusName?: keyof FeatureStatus;
  /** Each of its events, with the line of docs/protocol.md that says what it means. */
  readonly events?: Readonly<Partial<Record<EventType, string>>>;
  /** What the daemon may do for it beyond its own folder and socket. Pure: clients compute the sandbox with it. */
  readonly permissions?: (context: SandboxContext<V>) => readonly Permission[];
  /** The user's programs that its section names: `doctor` looks whether they are there. Pure. */
  readonly programs?: (context: Omit<SandboxContext<V>, "exists">) => readonly NamedProgram[];
  /** Its state, made from the journal's events. */
  readonly projection?: () => P;
  /** @param projection what {@link FeatureBase.projection} gave, with the journal replayed into it */
  readonly create: (context: FeatureContext<V>, projection: P) => Parts;
}

export interface FeatureParts<M extends AnyMethodName = never> {
  readonly handlers?: Handlers<M>;
  readonly service?: Omit<Service, "name" | "status"> & {
    /** Its part of `status`, under the feature's name or its `statusName`. */
    status?(): Shown<FeatureStatus> | Promise<Shown<FeatureStatus>>;
  };
  /**
   * What a window must know of its state before it hears of changes: JSON, under the feature's name in the snapshot of
   * `subscribe` and in `dump`. Taken at the instant of the snapshot, so it must not wait, and be small.
   */
  readonly snapshot?: () => Shown<FeatureSnapshot>;
  /** Its commands of the console, as they are now. */
  readonly commands?: () => readonly ConsoleCommand[];
}

/** What one feature shows, of those that declare something; undefined for nothing. */
type Shown<Declared> = Declared[keyof Declared] | undefined;
