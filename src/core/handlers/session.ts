/** Handlers of the session area. */
import { adapterOf, HOOK_NAMES } from "../../agents/registry.ts";
import {
  decideClose,
  decideDelete,
  decideReopen,
  decideReport,
  decideUpdate,
  isRefusal,
  type Refusal,
} from "../../domain/decide.ts";
import type { NewEvent } from "../../domain/event.ts";
import { overtaken, route } from "../../domain/route.ts";
import type { Report } from "../../domain/report.ts";
import { clip, maskSecrets, visible } from "../../domain/text.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import type { Committed } from "../store.ts";
import type { ParamsOf } from "../../protocol/methods.ts";
import type { Call, Core, Handler } from "../handler.ts";

/** Longest part of a payload that nobody understood, kept for the person who has to find out why. */
const RAW_CAP = 4096;

export const report: Handler<"session.report"> = (params, { core, caller }) => takeReport(core, caller.actor, params);

/**
 * One event of an agent, from the wire or from the spool; then `at` is when it happened, ISO 8601.
 *
 * @throws {ConsoleError} `invalid_params` where nobody understands it (it is in the journal then), `read_only`
 */
export function takeReport(core: Core, actor: string, params: ParamsOf<"session.report">, at?: string): Committed {
  const { agent, event, env, idempotencyKey } = params;
  const { store } = core;
  const earlier = store.repeated(idempotencyKey);
  if (earlier !== undefined) return earlier;
  const adapter = adapterOf(agent);
  const understood = adapter === undefined
    ? { ok: false as const, problem: `agent is ${agent}, must be one of ${HOOK_NAMES.join(", ")}` }
    : adapter.understand(event, env ?? {});
  if (!understood.ok) {
    const raw = clip(maskSecrets(JSON.stringify(event) ?? ""), RAW_CAP);
    store.commit({ type: "hook.unknown", data: { agent, problem: understood.problem, raw } }, actor);
    throw new ConsoleError("invalid_params", `Cannot report: ${understood.problem}`, { param: "event" });
  }
  const late = (one: Report) => at === undefined ? one : overtaken(one, store.get(one.sessionId), at);
  const reports = route(late(understood.report), store).map(late);
  let last: Committed = { seq: store.seq, sessionId: null, status: null };
  for (const [i, one] of reports.entries()) {
    const session = store.get(one.sessionId);
    // A late hook of a dead process revives nothing; a process that announces itself is a new one.
    if (one.happening.kind === "announced") store.renewed(one.sessionId);
    const change = decideReport(session, one, at === undefined ? core.now() : latest(at, session?.lastEventAt));
    last = store.commit(change, actor, i === reports.length - 1 ? idempotencyKey : undefined);
  }
  return last;
}

function latest(a: string, b: string | undefined): string {
  return b !== undefined && b > a ? b : a;
}

export const update: Handler<"session.update"> = ({ sessionId, agent, idempotencyKey, ...rest }, call) =>
  change(call, sessionId, idempotencyKey, (now) => {
    const target = agent === undefined ? { id: sessionId } : { id: sessionId, agent };
    return decideUpdate(call.core.store.get(sessionId), target, rest, now);
  });

export const close: Handler<"session.close"> = ({ sessionId, reason, idempotencyKey }, call) =>
  change(
    call,
    sessionId,
    idempotencyKey,
    (now) => decideClose(call.core.store.get(sessionId), sessionId, reason ?? "closed by hand", now),
  );

export const reopen: Handler<"session.reopen"> = ({ sessionId, idempotencyKey }, call) =>
  change(
    call,
    sessionId,
    idempotencyKey,
    (now) => decideReopen(call.core.store.get(sessionId), sessionId, now),
  );

export const remove: Handler<"session.delete"> = ({ sessionId, idempotencyKey }, call) =>
  change(call, sessionId, idempotencyKey, () => decideDelete(call.core.store.get(sessionId), sessionId));

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
