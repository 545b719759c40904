/** Handlers of the session area. */
import type { Ask, Verdict } from "../../domain/approval.ts";
import { adapterOf, HOOK_NAMES } from "../../agents/registry.ts";
import { decideClose, decideDelete, decideReopen, decideUpdate, isRefusal, type Refusal } from "../../domain/decide.ts";
import type { NewEvent } from "../../domain/event.ts";
import type { Report } from "../../domain/report.ts";
import { withShownTools } from "../../domain/shown.ts";
import { clip, visible } from "../../domain/text.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import type { Actor } from "../actor.ts";
import { commitReport } from "../report.ts";
import type { Committed } from "../store.ts";
import type { ParamsOf } from "../../protocol/methods.ts";
import type { Call, Core, Handler } from "../handler.ts";

/** A question longer than this is for the agent's own terminal, UTF-16 units: its two ends are no ground for a yes. */
const MAX_ASKED = 1_048_576;

export const report: Handler<"session.report"> = (params, { core, caller }) => {
  const earlier = core.store.repeated(params.idempotencyKey);
  if (earlier !== undefined) return earlier;
  const { report, ask, answer } = understand(core, caller.actor, params);
  const { idempotencyKey, cutFrom, workspaceConfig } = params;
  if (caller.kind === "hook") core.approvals.heard(report, workspaceConfig); // other clients do not look for the file
  if (ask === undefined) return commitReport(core, report, { actor: caller.actor, idempotencyKey });
  const cut = cutFrom !== undefined;
  return core.approvals.ask({ report, ask, cut, answer, idempotencyKey, workspaceConfig }, caller);
};

/**
 * One event of an agent out of the spool; `at` is when it happened, ISO 8601. Nobody waits for its answer any more.
 *
 * @throws {ConsoleError} `invalid_params` where nobody understands it (it is in the journal then), `read_only`
 */
export function takeReport(core: Core, actor: Actor, params: ParamsOf<"session.report">, at: string): Committed {
  const earlier = core.store.repeated(params.idempotencyKey);
  if (earlier !== undefined) return earlier;
  const { report } = understand(core, actor, params);
  return commitReport(core, report, { actor, idempotencyKey: params.idempotencyKey, at });
}

interface Read {
  readonly report: Report;
  readonly ask: Ask | undefined;
  readonly answer: (verdict: Verdict) => Readonly<Record<string, unknown>> | undefined;
}

function understand(core: Core, actor: Actor, { agent, event, env, cutFrom = 0 }: ParamsOf<"session.report">): Read {
  const adapter = adapterOf(agent);
  const understood = adapter === undefined
    ? { ok: false as const, problem: `agent is ${agent}, must be one of ${HOOK_NAMES.join(", ")} (a-z, 0-9, - and _)` }
    : adapter.understand(event, env ?? {});
  if (!understood.ok || adapter === undefined) {
    const problem = understood.ok ? "" : understood.problem;
    core.unknown.keep({ agent, problem, event }, actor);
    throw new ConsoleError("invalid_params", `Cannot report: ${problem}`, { param: "event" });
  }
  const { report, problem } = understood;
  if (problem !== undefined) core.unknown.keepFirst({ agent, problem, event }, actor);
  const large = cutFrom > MAX_ASKED;
  if (large) {
    core.unknown.keep(
      { agent, problem: `the event has ${cutFrom} characters, must have at most ${MAX_ASKED}`, event },
      actor,
    );
  }
  return {
    report: { ...report, happening: withShownTools(report.happening) },
    ask: large ? undefined : understood.ask,
    answer: (verdict) => adapter.answer(event, verdict, cutFrom > 0),
  };
}

export const update: Handler<"session.update"> = ({ sessionId, agent, idempotencyKey, ...rest }, call) =>
  change(call, sessionId, idempotencyKey, (now) => {
    const target = agent === undefined ? { id: sessionId } : { id: sessionId, agent };
    return decideUpdate(call.core.store.get(sessionId), target, rest, now);
  });

export const close: Handler<"session.close"> = ({ sessionId, reason, idempotencyKey }, call) => {
  const committed = change(
    call,
    sessionId,
    idempotencyKey,
    (now) => decideClose(call.core.store.get(sessionId), sessionId, reason ?? "closed by hand", now),
  );
  call.core.approvals.over(sessionId, "its session was closed by hand");
  return committed;
};

export const reopen: Handler<"session.reopen"> = ({ sessionId, idempotencyKey }, call) =>
  change(
    call,
    sessionId,
    idempotencyKey,
    (now) => decideReopen(call.core.store.get(sessionId), sessionId, now),
  );

export const remove: Handler<"session.delete"> = ({ sessionId, idempotencyKey }, call) => {
  const committed = change(
    call,
    sessionId,
    idempotencyKey,
    () => decideDelete(call.core.store.get(sessionId), sessionId),
  );
  call.core.approvals.over(sessionId, "its session was deleted");
  return committed;
};

function change(
  { core, caller }: Call,
  sessionId: string,
  key: string | undefined,
  decide: (now: string) => NewEvent | Refusal,
): Committed {
  const earlier = core.store.repeated(key);
  if (earlier !== undefined) return earlier;
  const decided = decide(core.now());
  if (isRefusal(decided)) throw new ConsoleError(decided.refused, decided.why, { sessionId });
  return core.store.commit(decided, caller.actor, key);
}

export const get: Handler<"session.get"> = ({ sessionId }, { core }) => {
  const row = known(core.store.row(sessionId), sessionId);
  return { session: { ...core.store.view(row.session), history: row.history } as never };
};

export const history: Handler<"session.history"> = ({ sessionId }, { core }) => ({
  sessionId,
  history: [...known(core.store.row(sessionId), sessionId).history],
});

export const list: Handler<"session.list"> = ({ status, agent }, { core }) => ({
  seq: core.store.seq,
  sessions: core.store.list().filter((session) =>
    (status === undefined || session.status === status) && (agent === undefined || session.agent === agent)
  ) as never,
});

function known<T>(row: T | undefined, id: string): T {
  if (row !== undefined) return row;
  throw new ConsoleError(
    "not_found",
    `Cannot show session ${visible(clip(id, 64))}: is unknown, must be one of those in "ls --all"`,
    {
      sessionId: id,
    },
  );
}
