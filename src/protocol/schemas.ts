/** The shapes of params and results (valibot). Params are strict: an unknown one is refused by name. */
import * as v from "valibot";
import { type Approval, APPROVAL_SCOPES, RISKS, type Rule } from "../domain/approval.ts";
import type { SessionCounts, SessionView } from "../domain/query.ts";
import { SAFETY_MODES } from "../domain/safety_mode.ts";
import { type HistoryEntry, STATUSES } from "../domain/session.ts";
import { journalStatus } from "./journal_schemas.ts";
import { MAX_WORKSPACE_CONFIG } from "./limits.ts";

/**
 * A result whose type is the domain's own. The shape names the members that clients rely on; a test holds what the daemon
 * sends against it, and readers take more members than these.
 */
export function domain<T>(shape: v.GenericSchema): v.GenericSchema<T> {
  return shape as unknown as v.GenericSchema<T>; // the compiler cannot follow a shape that names less than the type has
}

export const text = (max: number) => v.pipe(v.string(), v.maxLength(max));
// deno-lint-ignore no-control-regex
export const id = v.pipe(v.string(), v.minLength(1), v.maxLength(200), v.regex(/^[^\u0000-\u001f\u007f-\u009f]*$/));
export const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const positive = v.pipe(v.number(), v.integer(), v.minValue(1));
const program = { version: v.string(), build: v.exactOptional(v.string()) };
/** Of every method that mutates. */
export const idempotencyKey = v.exactOptional(v.pipe(v.string(), v.minLength(1), v.maxLength(128)));

export const noParams = v.strictObject({});
export const empty = v.strictObject({});

// -- daemon ---------------------------------------------------------------------------------------------------------

/** Unknown members are ignored: a newer client may say more about itself. */
export const helloParams = v.object({
  protocol: positive,
  client: v.exactOptional(text(100)),
  // It begins the actor's name in the journal: what answers by itself there, feeds and jobs are no client's word.
  kind: v.exactOptional(
    v.pipe(v.string(), v.regex(/^(?!(?:rule|mode|interceptor|feed|daemon|cron)$)[a-z][a-z0-9_-]{0,31}$/)),
  ),
  token: v.exactOptional(text(200)),
  // It calls approval.delivered when it has passed a decision on.
  acknowledges: v.exactOptional(v.boolean()),
  // It calls these alone, whatever its scope allows; hello answers no other afterwards.
  methods: v.exactOptional(v.pipe(v.array(text(64)), v.maxLength(64))),
});
export const helloResult = v.object({
  protocol: positive,
  ...program,
  pid: positive,
  bootId: v.string(),
  scope: v.string(),
  capabilities: v.array(v.string()),
  limits: v.record(v.string(), v.number()),
});
export const pong = v.object({ pong: v.literal(true), now: v.string() });
export const shutdownParams = v.strictObject({
  reason: v.exactOptional(text(200)),
  force: v.exactOptional(v.boolean()),
  // Windows send it after asking the human: hooks that wait for an approval would get no decision.
  confirmed: v.exactOptional(v.boolean()),
  restart: v.exactOptional(v.boolean()),
});
export const shutdownResult = v.object({ stopping: v.literal(true), pid: positive });
export const reloadResult = v.object({
  applied: v.array(v.string()),
  needsRestart: v.array(v.string()),
  warnings: v.array(v.string()),
  /** What parts of the daemon did that no key tells; in words. */
  done: v.exactOptional(v.array(v.string())),
});
export const configResult = v.object({
  file: v.nullable(v.string()),
  values: v.record(v.string(), v.object({ value: v.unknown(), origin: v.string() })),
});

const sessionCounts = domain<SessionCounts>(v.object({
  total: count,
  ...Object.fromEntries(STATUSES.map((status) => [status, count])),
  stale: count,
  lost: count,
}));
export const statusResult = v.object({
  pid: positive,
  bootId: v.string(),
  ...program,
  protocol: positive,
  state: v.picklist(["running", "stopping", "read_only"]),
  startedAt: v.string(),
  uptimeSecs: v.number(),
  ephemeral: v.boolean(),
  idleInSecs: v.exactOptional(v.number()),
  workspace: v.nullable(v.string()),
  socketPath: v.string(),
  clients: v.object({ total: count, byKind: v.record(v.string(), count) }),
  sessions: sessionCounts,
  approvalsPending: count,
  safetyMode: v.picklist([...SAFETY_MODES]),
  // The configured mode, only while the circuit breaker keeps it from being in force.
  safetyModeSuspended: v.exactOptional(v.picklist([...SAFETY_MODES])),
  journal: journalStatus,
  rssBytes: count,
  eventLoopLagMs: v.number(),
  lastError: v.exactOptional(v.string()),
  refusedReports: v.exactOptional(v.object({ count: v.number(), why: v.string() })),
  needsRestart: v.array(v.string()),
  // Those that are not the usual ones, where it was started so.
  limits: v.exactOptional(v.record(v.string(), v.number())),
});

// -- sessions -------------------------------------------------------------------------------------------------------

export const sessionId = v.strictObject({ sessionId: id });
export const sessionTarget = v.strictObject({ sessionId: id, idempotencyKey });
export const closeParams = v.strictObject({ sessionId: id, reason: v.exactOptional(text(200)), idempotencyKey });
export const reportParams = v.strictObject({
  // Also names that no agent has: the log says which.
  agent: v.pipe(text(80), v.minLength(1)),
  event: v.unknown(),
  env: v.exactOptional(v.record(text(64), text(4096))),
  // UTF-16 units of a payload that the hook has shortened: what is here is not the whole request.
  cutFrom: v.exactOptional(count),
  // Text of .agent-console/config.jsonc in the hook's working folder; it may only tighten. "!" and a reason: it is there
  // and could not be read.
  workspaceConfig: v.exactOptional(text(MAX_WORKSPACE_CONFIG)),
  // Text of the repository's own settings, .git/config, where the hook runs in its folder; null: there is no repository.
  repositoryConfig: v.exactOptional(v.nullable(text(MAX_WORKSPACE_CONFIG))),
  idempotencyKey,
});
export const updateParams = v.strictObject({
  sessionId: id,
  agent: v.exactOptional(v.pipe(v.string(), v.regex(/^[a-z][a-z0-9_-]{0,31}$/))),
  status: v.exactOptional(v.picklist(["starting", "idle", "working", "waiting", "error"])),
  text: v.exactOptional(text(10_000)),
  title: v.exactOptional(text(1000)),
  cwd: v.exactOptional(text(4096)),
  gitBranch: v.exactOptional(text(1000)),
  model: v.exactOptional(text(1000)),
  priority: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(-100), v.maxValue(100))),
  tags: v.exactOptional(v.pipe(v.array(text(64)), v.maxLength(32))),
  idempotencyKey,
});
/** `status` is null where the session is gone or was never understood. */
export const committed = v.object({ seq: count, sessionId: v.nullable(v.string()), status: v.nullable(v.string()) });
/** `output` is for the hook to print; `approval` is open, and the hook may wait for it so long. */
export const reported = v.object({
  ...committed.entries,
  output: v.exactOptional(v.record(v.string(), v.unknown())),
  approval: v.exactOptional(v.object({ id: v.string(), waitMs: count })),
});
export const listParams = v.strictObject({
  status: v.exactOptional(v.picklist([...STATUSES])),
  agent: v.exactOptional(text(32)),
  limit: v.exactOptional(positive),
  // The rest of an earlier list of this connection: with its filter, whatever else the call names.
  cursor: v.exactOptional(text(64)),
});

const sessionShape = v.looseObject({
  id: v.string(),
  agent: v.string(),
  status: v.picklist([...STATUSES]),
  startedAt: v.string(),
  since: v.string(),
  lastEventAt: v.string(),
  priority: v.number(),
  tags: v.array(v.string()),
  turnCount: count,
});
const session = domain<SessionView>(sessionShape);
const history = domain<readonly HistoryEntry[]>(
  v.array(v.object({ status: v.picklist([...STATUSES]), from: v.string(), durationMs: count })),
);
const sessionWithHistory = domain<SessionView & { readonly history: readonly HistoryEntry[] }>(
  v.looseObject({ ...sessionShape.entries, history }),
);
export const sessionResult = v.object({ session: sessionWithHistory });
/** There where there are more: for `session.list`. */
const nextCursor = v.exactOptional(v.string());
export const sessionsResult = v.object({ seq: count, sessions: v.array(session), nextCursor });
export const historyResult = v.object({ sessionId: v.string(), history });
// -- approvals ------------------------------------------------------------------------------------------------------

const outcomes = ["approved", "denied", "expired", "elsewhere", "dismissed", "cancelled"] as const;
export const waitingFor = v.picklist(["permission", "question", "plan", "elicitation"]);
export const approval = domain<Approval>(v.looseObject({
  id: v.string(),
  sessionId: v.string(),
  agent: v.string(),
  status: v.picklist(["pending", ...outcomes]),
  for: waitingFor,
  tool: v.string(),
  input: v.string(),
  risk: v.picklist([...RISKS]),
  requestedAt: v.string(),
  deadline: v.string(),
}));
const rule = domain<Rule>(v.looseObject({
  id: v.string(),
  decision: v.picklist(["allow", "deny"]),
  tool: v.string(),
  pattern: v.string(),
  scope: v.picklist(["session", "workspace", "always"]),
  createdAt: v.string(),
  by: v.string(),
}));
const approvalScope = v.picklist([...APPROVAL_SCOPES]);
export const approvalId = v.strictObject({ id });
export const decideParams = v.strictObject({
  id,
  // "allow" is the agents' own word for it.
  decision: v.picklist(["approve", "allow", "deny"]),
  scope: v.exactOptional(approvalScope),
  message: v.exactOptional(text(2000)),
  answers: v.exactOptional(v.record(text(2000), text(2000))),
  expiresInSecs: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(31_536_000))),
  // The agent is to keep it in its own settings too, where it offers to.
  remember: v.exactOptional(v.literal(true)),
  idempotencyKey,
});
/**
 * `delivered`: whether the hook has given the decision to its agent; absent where that is not known. `messageSent` is
 * there where the agent takes no message with this decision.
 */
export const decided = v.object({
  ...committed.entries,
  id: v.string(),
  ruleId: v.exactOptional(v.string()),
  delivered: v.exactOptional(v.boolean()),
  messageSent: v.exactOptional(v.literal(false)),
  remembered: v.exactOptional(v.array(v.string())),
});
/** `written`: whether the agent could be told: its end of the pipe was there. */
export const deliveredParams = v.strictObject({ id, written: v.boolean() });
export const requestParams = v.strictObject({
  sessionId: id,
  agent: v.exactOptional(v.pipe(v.string(), v.regex(/^[a-z][a-z0-9_-]{0,31}$/))),
  tool: v.pipe(text(200), v.minLength(1)),
  input: text(16_384),
  reasoning: v.exactOptional(text(2000)),
  // The agent's own id of the call that it is about: a hook of the agent may ask about it too.
  callId: v.exactOptional(text(200)),
  waitSecs: v.exactOptional(v.pipe(v.number(), v.minValue(1), v.maxValue(570))),
});
export const waitResult = v.object({
  id: v.string(),
  outcome: v.picklist([...outcomes]),
  message: v.exactOptional(v.string()),
  output: v.exactOptional(v.record(v.string(), v.unknown())),
});
export const revokeParams = v.strictObject({ id, idempotencyKey });
export const rulesResult = v.object({ rules: v.array(rule) });

export const dumpResult = v.object({
  status: statusResult,
  limits: v.record(v.string(), v.number()),
  sessions: v.array(sessionWithHistory),
  // How many more there are: a dump shows one page of them.
  sessionsLeftOut: v.exactOptional(count),
});

// -- live -----------------------------------------------------------------------------------------------------------

export const subscribeParams = v.strictObject({
  topics: v.exactOptional(v.pipe(v.array(text(32)), v.maxLength(32))),
  since: v.exactOptional(count),
  // A person is in front of this client and may answer: agents that show no dialog of their own are held for them.
  answers: v.exactOptional(v.boolean()),
});
export const subscribeResult = v.object({
  subscription: v.string(),
  seq: count,
  resync: v.boolean(),
  snapshot: v.exactOptional(v.object({ sessions: v.array(session), approvals: v.array(approval), nextCursor })),
});
export const unsubscribeParams = v.strictObject({ subscription: text(32) });

// -- audit ----------------------------------------------------------------------------------------------------------

export const tailParams = v.strictObject({
  limit: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000))),
});
export const auditHead = v.object({ size: count, hash: v.string(), format: positive });
/** `records`: how many there are; absent where one of them does not verify, which is `problem`. */
export const auditVerified = v.object({
  ok: v.boolean(),
  records: v.exactOptional(count),
  problem: v.exactOptional(v.object({ segment: v.string(), seq: count, offset: count, what: v.string() })),
});
export const auditRecords = v.object({
  records: v.array(v.object({
    seq: count,
    ts: v.string(),
    type: v.string(),
    actor: v.string(),
    data: v.unknown(),
    prev: v.string(),
    hash: v.string(),
  })),
});
