/** What the running daemon knows that can be completed: sessions, approvals, rules. None is started for that. */
import { listAllSessions } from "../../client/all_sessions.ts";
import { tryConnectRunning } from "../../client/connect.ts";
import type { ClientContext } from "../../client/endpoint.ts";
import type { WireClient } from "../../client/wire_client.ts";
import type { SessionView } from "../../domain/query.ts";
import { nameOfSession } from "../../domain/session_name.ts";
import { approvalSummary } from "../../view/approval_words.ts";
import { activityText } from "../../view/about.ts";
import { displayStatus, STATE_WORDS } from "../../domain/state_words.ts";
import type { Candidate } from "./candidate.ts";

/** Time for all of it, ms: a person waits at the keyboard. */
const LIVE_MS = 300;

export type Live = "sessions" | "approvals" | "rules" | "agents";

/** Empty where no daemon answers in time. Never throws. */
export async function liveCandidates(context: ClientContext, live: Live): Promise<readonly Candidate[]> {
  const signal = AbortSignal.timeout(LIVE_MS);
  try {
    const client = await tryConnectRunning(context, LIVE_MS);
    if (client === undefined) return [];
    try {
      return await ask(client, live, signal);
    } finally {
      client.close();
    }
  } catch {
    return [];
  }
}

async function ask(client: WireClient, live: Live, signal: AbortSignal): Promise<readonly Candidate[]> {
  if (live === "rules") {
    const { rules } = await client.call("approval.rules", {}, signal);
    return rules.map(({ id, decision, tool, pattern }) => ({ value: id, about: `${decision} ${tool}: ${pattern}` }));
  }
  if (live === "approvals") {
    const { approvals } = await client.call("approval.list", { status: "pending" }, signal);
    return approvals.map((approval) => ({ value: approval.id, about: approvalSummary(approval) }));
  }
  const { sessions } = await listAllSessions(client, {}, signal);
  if (live === "agents") return [...new Set(sessions.map(({ agent }) => agent))].map((value) => ({ value, about: "" }));
  const rows = sessions.map((session) => ({ session, about: aboutSession(session) }));
  const names = Map.groupBy(rows, ({ session }) => nameOfSession(session));
  // A name that two sessions have leads to neither.
  const named = [...names].flatMap(([value, [row, ...more]]) =>
    value === "" || row === undefined || more.length > 0 ? [] : [{ value, about: row.about }]
  );
  return [...named, ...rows.map(({ session, about }) => ({ value: session.id, about }))];
}

function aboutSession(session: SessionView): string {
  return [session.agent, STATE_WORDS[displayStatus(session)].word, activityText(session)].filter((part) => part !== "")
    .join(" · ");
}
