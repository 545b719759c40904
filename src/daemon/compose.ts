/** The daemon, composed: the base that features plug into, and the list of services in start order. */
import { adapterOf, HOOK_FACTS, nameProblem, PID_NAMESPACE } from "../agents/adapters.ts";
import { createApprovals } from "../approvals/mod.ts";
import { newId } from "../approvals/new_id.ts";
import { auditHandlers } from "../core/handlers/audit.ts";
import { liveHandlers } from "../core/handlers/subscribe.ts";
import { sessionHandlers } from "../core/handlers/session.ts";
import { methodsDoor } from "../core/methods_door.ts";
import { OpenWork } from "../core/open_work.ts";
import { limited } from "../core/report_quota.ts";
import type { Service } from "../core/service.ts";
import { SessionLists } from "../core/session_lists.ts";
import { TwinEvents } from "../core/twin_events.ts";
import { UnrecognizedEvents } from "../core/unrecognized_events.ts";
import { PostsDoor } from "../core/posts_door.ts";
import { PromptWays } from "../core/prompt_ways.ts";
import { WorkPlaces } from "../core/work_places.ts";
import { TOPICS } from "../domain/event.ts";
import { daemonTimers, daemonTurns, setTimer, slicedTurns, systemClock } from "../platform/clock.ts";
import { denoFiles } from "../platform/deno_files.ts";
import { resolveLinks } from "../platform/links.ts";
import { executable, onUncaught, ownPid } from "../platform/process.ts";
import type { Listener } from "../platform/sockets.ts";
import { spoolEvent } from "../platform/spool.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { clientLimits } from "../protocol/limits.ts";
import { VERSION } from "../protocol/version.ts";
import { type Handlers, methodTable } from "../rpc/handler.ts";
import { Router } from "../rpc/router.ts";
import { SharedTurns } from "../rpc/shared_turns.ts";
import { hookReports } from "../transport/hook_reports.ts";
import { Clients } from "../transport/clients.ts";
import { type Placed, Places } from "../transport/places.ts";
import { Tokens } from "../transport/tokens.ts";
import { UnixServer } from "../transport/unix_listener.ts";
import { createFeatures, type SharedContext } from "./create_features.ts";
import { featureMethods, type FEATURES } from "./features.ts";
import { daemonHandlers } from "./handlers.ts";
import { IdleExit } from "./idle_exit.ts";
import { LastError } from "./last_error.ts";
import { type BaseOptions, openBase } from "./open_base.ts";
import type { DaemonOptions } from "./options.ts";
import type { ManagerFacts } from "./manager_facts.ts";
import { recorder } from "./recorder.ts";
import { writeToken } from "./runtime_files.ts";
import { HookSocket } from "./services/hook_socket.ts";
import { journalServices } from "./services/journal_service.ts";
import { memory } from "./services/memory.ts";
import { pruning } from "./services/pruning.ts";
import { logService, processService, refusalsService, signals } from "./services/process_service.ts";
import { readyFile, RuntimeFiles } from "./services/runtime_files.ts";
import { serverService } from "./services/server_service.ts";
import { verification } from "./services/verification.ts";
import { StopControl } from "./stop_control.ts";
import { Supervisor } from "./supervisor.ts";

export interface ComposeOptions extends BaseOptions {
  readonly options: DaemonOptions;
  readonly bootId: string;
  /** Where a service manager runs this daemon. */
  readonly manager: ManagerFacts | undefined;
  /** Binds the socket. @throws {ConsoleError} `already_running` */
  readonly listen: () => Promise<Listener>;
}

export interface Composed {
  readonly supervisor: Supervisor;
  readonly stop: StopControl;
  /** Removes the files of this run at once. */
  readonly removeOwn: () => void;
}

/** @throws {ConsoleError} what keeps the journal from being read or the socket from being bound */
export async function compose(o: ComposeOptions): Promise<Composed> {
  const { options, limits, paths, config, log, bootId } = o;
  const now = () => new Date(systemClock.now()).toISOString();
  const lastError = new LastError();
  const { store, bus, projections, inbox, ...recovered } = openBase(o, lastError);
  const { journal, quota, refusals } = recovered;
  const stop = new StopControl();
  const record = recorder(store, log);
  const isReadOnly = () => journal.stats().readOnly !== undefined;

  const tokens = new Tokens();
  writeToken(paths, tokens.issue("admin"));
  const listener = await o.listen();
  const { socketPath } = config;
  const notes = { pid: ownPid(), executable: executable(), bootId, version: VERSION, socketPath, startedAt: now() };

  const lists = new SessionLists({ ...limits, store, turns: slicedTurns, after: setTimer });
  const approvals = createApprovals({
    store,
    lists,
    inbox,
    journal,
    config: () => config.current,
    clock: systemClock,
    log,
    resolveLinks,
    own: [paths.root, socketPath, ...(options.program === undefined ? [] : [options.program])],
    after: setTimer,
    newId: () => newId(inbox),
    quota,
    isIncomplete: () => projections.isSetAside(inbox),
  });
  const { broker, presence, interceptors } = approvals;
  const work = new OpenWork();
  const context: SharedContext = {
    store,
    bus,
    approvals: broker,
    agents: { adapterOf, nameProblem, pidNamespace: PID_NAMESPACE },
    unknown: new UnrecognizedEvents(store, log, () => systemClock.steady()),
    twins: new TwinEvents(),
    ownSessions: new Set(),
    now,
    clock: systemClock,
    log,
    limits,
    paths,
    pid: notes.pid,
    config,
    quota,
    startEvent: options.event,
    isReadOnly,
    observeCalls: (observer) => router.observer = observer,
    // What both work with is made further down, with what features bring.
    clients: { accept: (channel, credential) => clients.accept(channel, credential) },
    work,
    posts: new PostsDoor(),
    promptWays: new PromptWays(),
    presence,
    interceptors,
    places: new WorkPlaces(() => config.current.daemon.max_turns, () => systemClock.steady()),
    status: () => supervisor.status(),
    methods: methodsDoor((request, peer) => router.run(request, peer)),
    commands: () => features.commands(),
  };
  const features = createFeatures<typeof FEATURES>(o.features, projections, context);

  const steady = () => systemClock.steady();
  const checks = verification({ journal, log, lastError, stop, timers: daemonTimers, steady });
  const sessions = sessionHandlers(context);
  const handlers: Handlers = {
    ...sessions,
    ...liveHandlers({
      ...context,
      lists,
      featureSnapshots: features.snapshots,
      topics: [...TOPICS, ...o.features.filter(({ events }) => events !== undefined).map(({ name }) => name)],
      inbox,
      queueEvents: limits.queueEvents,
      queueBytes: limits.queueBytes,
    }),
    ...auditHandlers(journal, checks.again),
    ...approvals.handlers,
    ...limited(quota, { ...sessions, ...approvals.handlers }),
    ...daemonHandlers({
      lists,
      inbox,
      work,
      config,
      stop,
      pid: notes.pid,
      now,
      status: () => supervisor.status(),
      limits: clientLimits(limits),
      featureSnapshots: features.snapshots,
    }),
    ...features.handlers,
  };
  const router = new Router({
    methods: methodTable(handlers, featureMethods(o.features)),
    log,
    requestMs: limits.requestMs,
    onBug: (text) => lastError.set("bug", text),
    newBugId: () => crypto.randomUUID().slice(0, 8),
    timeout: (ms) => AbortSignal.timeout(ms),
    ...(config.booted.journal.fsync === "always" ? { durable: (seq = store.seq) => journal.durable(seq) } : {}),
  });
  const idleExit = new IdleExit({
    ephemeral: options.ephemeral,
    idleMins: () => config.current.daemon.idle_timeout_mins,
    steady: () => systemClock.steady(),
    isPending: () => work.total > 0 || supervisor.isPending,
    leave: (reason) => stop.request({ reason, force: false, restart: false }),
  });
  const places = new Places<Placed>(limits, steady);
  const strangers = new SharedTurns({ steady, pause: daemonTurns.pause });
  let hooksByHttp = 0;
  const onClients = () => idleExit.changed(clients.total + hooksByHttp);
  const clients: Clients = new Clients({
    places,
    limits,
    router,
    handshake: { tokens, pid: notes.pid, bootId, limits: clientLimits(limits), stopping: () => router.stopping },
    strangers,
    onClients,
  });
  const server = new UnixServer({ listener, clients, places, log, limits });
  stop.onStopping = () => {
    router.stop();
    // Who comes from now on waits for the next daemon, instead of being told that this one stops.
    if (listener.isActivated) void server.close({ unlink: false });
  };
  const hookSocket = new HookSocket({
    paths,
    places,
    log,
    reports: hookReports({
      router,
      strangers,
      facts: HOOK_FACTS,
      hasRules: () => config.current.approvals.pre_tool_use,
      keep: (event) => void spoolEvent(denoFiles, paths, event, systemClock.now()),
      newKey: () => crypto.randomUUID(),
    }),
    strangers,
    onClients: (change) => {
      hooksByHttp += change;
      onClients();
    },
  });

  const runtimeFiles = new RuntimeFiles({
    paths,
    pidFilePath: config.pidFilePath,
    notes,
    isActivated: listener.isActivated === true,
    log,
    stop,
    record,
    closeListener: (how) => server.close(how),
  });
  const removeOwn = () => {
    hookSocket.removeOwn();
    runtimeFiles.removeOwn();
  };
  const manager = o.manager &&
    (await import("./open_notifier.ts")).openNotifier({ ...o, facts: o.manager, store, inbox });
  const bug = (error: unknown) => lastError.bug(error, log);
  const reload = () => {
    config.reload().catch((error) => {
      if (!(error instanceof ConsoleError)) bug(error); // the others are in the log, the journal and status
    });
  };
  const journals = journalServices({ ...recovered, store, log });
  const services: readonly Service[] = [
    signals({ stop, log, tied: options.tied, reload, removeOwn }),
    logService(log),
    refusalsService(refusals, context.unknown),
    runtimeFiles,
    journals.journal,
    serverService(server, clients, limits.drainMs),
    hookSocket,
    processService({
      notes,
      options,
      store,
      log,
      warnings: config.warnings,
      lastError,
      stop,
      isReadOnly,
      record,
    }),
    journals.snapshots,
    pruning({ ...recovered, store, log, clock: systemClock, keepDays: () => config.current.journal.keep_days }),
    config.service,
    // The spool before approvals: what hooks left there is older than the end of the approvals of a killed daemon.
    ...features.services,
    approvals.service,
    checks.service,
    memory(() => store.seq + clients.served + hookSocket.served + journals.backgroundReads(), () => store.size),
    idleExit,
    readyFile({ paths, notes, log }),
    ...(manager === undefined ? [] : [manager]),
  ];
  const supervisor = new Supervisor({
    services,
    log,
    firstTickMs: limits.firstTickMs,
    tickMs: limits.tickMs,
    after: setTimer,
    pause: slicedTurns.pause,
  });
  config.hooks = {
    stop,
    log,
    lastError,
    record,
    reloading: (goesOn) => manager?.reloading(goesOn),
    applied: () => {
      log.level = config.current.daemon.log_level;
      return supervisor.reload();
    },
  };
  onUncaught(bug);
  return { supervisor, stop, removeOwn };
}
