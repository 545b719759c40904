/**
 * Composes the approvals: inbox (state), policy with its breaker, broker, presence, and the service that the daemon
 * runs.
 */
import type { Config } from "../config/base_sections.ts";
import { Interceptors } from "../core/interceptors.ts";
import type { JournalPort } from "../core/journal_port.ts";
import type { ReportQuota } from "../core/report_quota.ts";
import type { Service } from "../core/service.ts";
import type { SessionLists } from "../core/session_lists.ts";
import type { Store } from "../core/store.ts";
import type { Clock, Log } from "../platform/system.ts";
import { DAEMON } from "../protocol/actor.ts";
import { refusingWhile } from "../rpc/handler.ts";
import { Broker } from "./broker.ts";
import { approvalHandlers } from "./handlers.ts";
import type { Inbox } from "./inbox.ts";
import type { ResolveLinks } from "./link_looks.ts";
import { PolicyEngine } from "./policy_engine.ts";
import { Presence } from "./presence.ts";
import { RuleEndings } from "./rule_endings.ts";

export interface ApprovalsOptions {
  readonly store: Store;
  readonly lists: Pick<SessionLists, "inTurn">;
  /** A projection of `store`. */
  readonly inbox: Inbox;
  readonly journal: Pick<JournalPort, "durable">;
  readonly config: () => ApprovalSettings;
  readonly clock: Clock;
  readonly log: Log;
  readonly resolveLinks: ResolveLinks;
  /** The absolute places of this program: its home, its socket, its sources. No rule lets an agent's call reach them. */
  readonly own: readonly string[];
  /** Runs `action` after `ms`, unless the returned function is called first. */
  readonly after: (ms: number, action: () => void) => () => void;
  /** A new id, short enough to type, that {@link ApprovalsOptions.inbox} does not know. */
  readonly newId: () => string;
  /** What clients without a token may ask; not limited where absent. */
  readonly quota?: Pick<ReportQuota, "admitQuestion" | "continuation">;
  /** Whether the inbox lacks an event: a rule that was revoked may still stand in it. Then nothing is decided here. */
  readonly isIncomplete: () => boolean;
}

/** The configuration of approvals, read at each use: a reload takes effect at once. */
export interface ApprovalSettings {
  readonly daemon: Pick<Config["daemon"], "safety_mode">;
  readonly approvals: Config["approvals"];
}

const SECOND_MS = 1000;
/**
 * So long a request waits by default, s: below the timeout of the hooks that we register (agents/shared/hook_spec.ts), so
 * that "no decision" comes before the agent kills its hook.
 */
const HOLD_SECS = 570;

export function createApprovals(
  { store, lists, inbox, journal, config, clock, log, resolveLinks, own, after, newId, quota, isIncomplete }:
    ApprovalsOptions,
) {
  const now = () => new Date(clock.now()).toISOString();
  const policy = new PolicyEngine({
    settings: () => {
      const { daemon, approvals } = config();
      return { safetyMode: daemon.safety_mode, rules: approvals.rules, preToolUse: approvals.pre_tool_use };
    },
    inbox,
    clock,
    log,
    resolveLinks,
    suspended: () => inbox.suspended,
    onMode: (mode, reason, suspended) => {
      log.warn("the safety mode has changed", { mode, reason });
      const data = { mode, reason, ...(suspended === undefined ? {} : { suspended }) };
      store.commit({ type: "daemon.safety_mode", data }, DAEMON);
    },
  });
  const presence = new Presence();
  const interceptors = new Interceptors();
  const broker = new Broker({
    core: { store, journal, now },
    steady: () => clock.steady(),
    inbox,
    presence,
    policy,
    waitMs: ({ holdSecs = HOLD_SECS }) => (config().approvals.hook_wait_secs ?? holdSecs) * SECOND_MS,
    after,
    newId,
    interceptors,
    log,
    own,
    continuation: () => quota === undefined ? (call) => call() : quota.continuation(),
    admitQuestion: (ask) => quota === undefined ? (ask(), () => {}) : quota.admitQuestion(ask),
    isIncomplete,
  });
  const endings = new RuleEndings({ store, inbox, clock, log, after });
  const service: Service = {
    name: "approvals",
    start: () => store.owed.add(() => broker.closeOrphans()), // before anybody opens another one
    tick: () => endings.look(),
    status: () => {
      const { mode: safetyMode, suspended } = policy;
      return {
        approvalsPending: inbox.pendingCount,
        safetyMode,
        ...(suspended === undefined ? {} : { safetyModeSuspended: suspended }),
      };
    },
    reload: () => policy.reloaded(),
    stop: () => {
      broker.stop();
      endings.record();
    },
  };
  return {
    broker,
    policy,
    presence,
    interceptors,
    service,
    handlers: refusingWhile(
      isIncomplete,
      "approvals",
      approvalHandlers({ broker, inbox, store, lists, journal, policy, own, newId, now, rules: () => policy.rules() }),
    ),
  };
}
