/** Handlers of the session area. */
import type { ApprovalRequest, Decision } from "../../domain/approval.ts";
import { decideClose, decideDelete, decideReopen, decideUpdate, isRefusal, type Refusal } from "../../domain/decide.ts";
import type { NewEvent } from "../../domain/event.ts";
import type { Report } from "../../domain/report.ts";
import { ownRow } from "../../domain/row_id.ts";
import { withPresentedTools } from "../../domain/presentation.ts";
import { maskSecrets } from "../../domain/mask.ts";
import { clip, escapeControls } from "../../domain/sanitize.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import type { Actor } from "../../protocol/actor.ts";
import { commitReport, reportOnce } from "../apply_report.ts";
import { onceOf } from "../idempotency.ts";
import type { CommitResult } from "../commit_result.ts";
import type { Store } from "../store.ts";
import type { ParamsOf } from "../../protocol/method_schemas.ts";
import type { Call, Handlers } from "../../rpc/handler.ts";
import type { AgentsPort } from "../agents_port.ts";
import type { ApprovalsPort } from "../approvals_port.ts";
import type { TwinEvents } from "../twin_events.ts";
import type { UnrecognizedEvents } from "../unrecognized_events.ts";

/** A request longer than this is for the agent's own terminal, UTF-16 units: its two ends are no ground for an approval. */
const MAX_REQUEST = 1_048_576;

export interface SessionDeps {
  readonly store: Store;
  readonly agents: AgentsPort;
  readonly approvals: ApprovalsPort;
  readonly unknown: UnrecognizedEvents;
  readonly twins: TwinEvents;
  /** Sessions whose agents the daemon runs, by their ids: it hears them itself, and whoever else tells of them is not taken. */
  readonly ownSessions: Set<string>;
  readonly now: () => string;
}

type Methods = `session.${"close" | "delete" | "get" | "history" | "reopen" | "report" | "update"}`;

export function sessionHandlers(deps: SessionDeps): Handlers<Methods> {
  const { store, approvals, now } = deps;

  /** @throws {ConsoleError} why the change is refused */
  function change(
    { peer }: Call,
    method: Methods,
    params: ParamsOf<"session.delete">,
    decide: () => NewEvent | Refusal,
    /** Runs once, behind the commit. */
    then: () => void = () => {},
  ): CommitResult {
    const { sessionId } = params;
    const once = onceOf(method, params);
    const earlier = store.repeated(once);
    if (earlier !== undefined) return earlier;
    const decided = decide();
    if (isRefusal(decided)) {
      const { refused, why, hint } = decided;
      throw new ConsoleError(refused, why, { sessionId, ...(hint === undefined ? {} : { hint }) });
    }
    const committed = store.commit(decided, peer.actor, once);
    then();
    return committed;
  }

  return {
    "session.report": (params, { peer }) => {
      const earlier = store.repeated(reportOnce(params.idempotencyKey));
      if (earlier !== undefined) return earlier;
      const { report, request, responseFor } = understand(deps, peer.actor, params);
      if (deps.ownSessions.has(report.sessionId)) return untaken(deps, report);
      const { idempotencyKey, cutFrom, workspaceConfig, repositoryConfig, event: payload } = params;
      if (peer.kind === "hook") approvals.noteWorkspace(report, workspaceConfig); // other clients do not look for the file
      if (request === undefined) return commitReport(deps, report, { actor: peer.actor, idempotencyKey });
      const cut = cutFrom !== undefined;
      const cutBy = cut ? { cutBy: Math.max(1, cutFrom - JSON.stringify(payload).length) } : {};
      const found = { workspaceConfig, repositoryConfig, payload, ...cutBy };
      return approvals.receive({ report, request, cut, responseFor, idempotencyKey, ...found }, peer);
    },
    "session.update": (params, call) => {
      const { sessionId, agent, idempotencyKey: _, ...fields } = params;
      const target = agent === undefined ? { id: sessionId } : { id: sessionId, agent };
      return change(call, "session.update", params, () => decideUpdate(store.get(sessionId), target, fields, now()));
    },
    "session.close": (params, call) => {
      const { sessionId, reason = "closed by hand" } = params;
      const decide = () => decideClose(store.get(sessionId), sessionId, reason, now());
      const end = () => approvals.endRequests(sessionId, "its session was closed by hand");
      return change(call, "session.close", params, decide, end);
    },
    "session.reopen": (params, call) => {
      const { sessionId } = params;
      return change(call, "session.reopen", params, () => decideReopen(store.get(sessionId), sessionId, now()));
    },
    "session.delete": (params, call) => {
      const { sessionId } = params;
      const decide = () => decideDelete(store.get(sessionId), sessionId);
      const end = () => approvals.endRequests(sessionId, "its session was deleted");
      return change(call, "session.delete", params, decide, end);
    },
    "session.get": ({ sessionId }) => ({ session: known(store.view(sessionId), sessionId) }),
    "session.history": ({ sessionId }) => ({
      sessionId,
      history: [...known(store.row(sessionId), sessionId).history],
    }),
  };
}

/**
 * One event of an agent out of the spool; `at` is when it happened, ISO 8601. Nobody waits for its answer any more.
 *
 * @throws {ConsoleError} `invalid_params` where nobody understands it (it is in the journal then), `read_only`
 */
export function receiveReport(
  deps: SessionDeps,
  actor: Actor,
  params: ParamsOf<"session.report">,
  at: string,
): CommitResult {
  const earlier = deps.store.repeated(reportOnce(params.idempotencyKey));
  if (earlier !== undefined) return earlier;
  const { report } = understand(deps, actor, params, at);
  if (deps.ownSessions.has(report.sessionId)) return untaken(deps, report);
  return commitReport(deps, report, { actor, idempotencyKey: params.idempotencyKey, at });
}

/** Its hooks would count its turns twice, and anybody without a token could move it or take its requests back. */
function untaken({ store }: SessionDeps, { sessionId }: Report): CommitResult {
  return { seq: store.seq, sessionId, status: store.get(sessionId)?.status ?? null };
}

interface Read {
  readonly report: Report;
  readonly request: ApprovalRequest | undefined;
  readonly responseFor: (decision: Decision) => Readonly<Record<string, unknown>> | undefined;
}

function understand(
  { agents, unknown, store, twins, now }: SessionDeps,
  actor: Actor,
  { agent, event, env, cutFrom = 0 }: ParamsOf<"session.report">,
  at: string = now(),
): Read {
  const adapter = agents.adapterOf(agent);
  const understood = adapter === undefined
    ? { ok: false as const, problem: agents.nameProblem(agent) }
    : adapter.understand(event, env ?? {});
  if (!understood.ok || adapter === undefined) {
    const problem = understood.ok ? "" : understood.problem;
    unknown.keep({ agent: maskSecrets(escapeControls(agent)), problem, event }, actor);
    throw new ConsoleError("invalid_params", `the report was not understood: ${problem}`, { param: "event" });
  }
  const { problem } = understood;
  const named = ownRow(understood.report, store);
  const namespace = store.processes.foreignNamespace(named.sessionId, env?.[agents.pidNamespace]);
  const report = namespace === undefined ? named : ofNamespace(named, namespace);
  if (problem !== undefined) unknown.keepFirst({ agent, problem, event }, actor);
  const large = cutFrom > MAX_REQUEST;
  if (large) {
    unknown.keep(
      { agent, problem: `the event has ${cutFrom} characters, more than ${MAX_REQUEST}`, event },
      actor,
    );
  }
  const twin = twins.isTwin(report, event, store.get(report.sessionId), Date.parse(at));
  return {
    report: { ...report, event: twin ? { kind: "noted" } : withPresentedTools(report.event) },
    request: large ? undefined : understood.request,
    responseFor: (decision) => adapter.responseFor(event, decision, cutFrom > 0),
  };
}

/** The pids of another namespace are other processes here, and its loopback address is another machine's. */
function ofNamespace(report: Report, namespace: string): Report {
  const { pid, parentPid: _pid, serverUrl: _url, ...facts } = report.facts;
  return { ...report, facts, elsewhere: `${namespace}:${pid ?? ""}` };
}

function known<T>(row: T | undefined, id: string): T {
  if (row !== undefined) return row;
  throw new ConsoleError(
    "not_found",
    `no session has the id "${escapeControls(clip(id, 64))}"`,
    { sessionId: id, hint: "agent-console ls --all" },
  );
}
