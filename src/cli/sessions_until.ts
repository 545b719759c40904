/** A wait for sessions to get to a state: `wait`, and the same for agents. */
import type { ClientContext } from "../client/endpoint.ts";
import { follow } from "../client/follow.ts";
import type { Approval } from "../domain/approval.ts";
import type { SessionView } from "../domain/query.ts";
import type { Nameables } from "../view/pick.ts";
import { type Waited, waitedFor } from "../view/waited.ts";

/** Follows until what is waited for has come, or cannot come any more; undefined where the signal fired first. */
export async function sessionsUntil(
  context: ClientContext,
  signal: AbortSignal,
  wanted: Parameters<typeof waitedFor>[1],
): Promise<Waited & Nameables | undefined> {
  const rows = new Map<string, SessionView>();
  const open = new Map<string, Approval>();
  for await (const one of follow({ context, signal, topics: ["session", "approval"] })) {
    if (one.kind === "snapshot") {
      open.clear();
      // What had ended before nobody waits for, but by its id.
      for (const session of one.sessions) {
        if (session.status !== "closed" || rows.has(session.id) || wanted.ids.length > 0) rows.set(session.id, session);
      }
      for (const approval of one.approvals) open.set(approval.id, approval);
    } else if (one.kind === "event") {
      const { type, data } = one.event;
      const { session, approval } = data as { session?: SessionView; approval?: Approval };
      if (session !== undefined && type !== "session.deleted") rows.set(session.id, session);
      else if (session !== undefined) rows.set(session.id, { ...session, lost: true });
      if (approval?.status === "pending") open.set(approval.id, approval);
      else if (approval !== undefined) open.delete(approval.id);
    } else continue;
    const sessions = [...rows.values()];
    const waited = waitedFor(sessions, wanted);
    if (waited !== undefined) return { ...waited, sessions, approvals: [...open.values()] };
  }
  return undefined;
}
