/** What the running daemon knows that can be completed: sessions, approvals, rules, capsules, commands. None is started for that. */
import type { CapsuleCommand } from "../../chat/command_port.ts";
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
/** Who has typed a command's name waits longer than who presses Tab, ms. */
const COMMANDS_MS = 2000;

export type Live = "sessions" | "approvals" | "rules" | "agents" | "capsules" | "granted" | "commands";

/** Empty where no daemon answers in time. Never throws. */
export async function liveCandidates(context: ClientContext, live: Live): Promise<readonly Candidate[]> {
  return await inTime(context, (client, signal) => ask(client, live, signal));
}

/** Those that granted capsules bring to the console. Empty where no daemon answers in time. Never throws. */
export async function commandsOfCapsules(context: ClientContext): Promise<readonly CapsuleCommand[]> {
  return await inTime(context, async (client, signal) => {
    const { commands } = await client.call("command.list", {}, signal);
    return commands.flatMap(({ name, summary: about, capsule }) =>
      capsule === undefined ? [] : [{ name, about, capsule }]
    );
  }, COMMANDS_MS);
}

async function inTime<T>(
  context: ClientContext,
  ask: (client: WireClient, signal: AbortSignal) => Promise<readonly T[]>,
  ms = LIVE_MS,
): Promise<readonly T[]> {
  const signal = AbortSignal.timeout(ms);
  try {
    const client = await tryConnectRunning(context, ms);
    if (client === undefined) return [];
    try {
      return await ask(client, signal);
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
  if (live === "capsules" || live === "granted") {
    const { capsules } = await client.call("capsule.list", {}, signal);
    return capsules.filter(({ grantedDigest }) => live === "capsules" || grantedDigest !== undefined)
      .map(({ name, state, description = "" }) => ({ value: name, about: described(state, description) }));
  }
  if (live === "commands") {
    const { commands } = await client.call("command.list", {}, signal);
    return commands.map(({ name, summary }) => ({ value: name, about: summary }));
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
  return described(session.agent, STATE_WORDS[displayStatus(session)].word, activityText(session));
}

function described(...parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join(" · ");
}
